import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeEmbedded, temporaryBase } from '../../src/database/embedded.ts';

const project = path.resolve(import.meta.dirname, '../..');

export type Run = {
  child: ChildProcess;
  /** What it has written so far, standard output and standard error. */
  output(): string;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | string>;
};

export type Server = Run & { url: string };

const runs = new Set<Run>();

/** A process of the real program, with nothing in its environment but what is given. */
export function run(env: Record<string, string>, command: string[] = [process.execPath, 'src/server.ts']): Run {
  const [program = '', ...args] = command;
  const { PATH, HOME } = process.env;
  const child = spawn(program, args, {
    cwd: project,
    env: {
      PATH: `${path.join(project, 'node_modules/.bin')}:${PATH}`,
      HOME,
      PORT: '0',
      // A third less to do for each of the many starts.
      NODE_COMPILE_CACHE: path.join(os.tmpdir(), 'service-engine-compile-cache'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that nothing of it outlives a failed test.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
  const made = { child, output: () => output, ended };
  runs.add(made);
  void ended.then(() => runs.delete(made));
  return made;
}

/** The same, once it accepts requests. */
export async function start(env: Record<string, string>, command?: string[]): Promise<Server> {
  const started = run(env, command);
  const url = await until(() => /"url":"(http:[^"]+)"/.exec(started.output())?.[1], started);
  return { ...started, url };
}

/** The first answer that is something; fails when the process ends before. */
export async function until<Found>(
  look: () => Found | undefined | false,
  process: Run,
  limitMs = 30_000,
): Promise<Found> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    const { exitCode, signalCode } = process.child;
    if (exitCode !== null || signalCode !== null || performance.now() > deadline) {
      throw new Error(`It never came (exit code ${exitCode ?? signalCode}):\n${process.output()}`);
    }
    await sleep(10);
  }
}

/** A data folder for the embedded database. */
export function makeDataDirectory(): string {
  const directory = fs.mkdtempSync(path.join(temporaryBase(), 'service-engine-server-test-'));
  // PostgreSQL does not run as root: its user must get to its data.
  if (process.getuid?.() === 0) fs.chmodSync(directory, 0o711);
  return directory;
}

/** Ends what a test left running, by force, and removes its data. */
export async function cleanUp(directory: string): Promise<void> {
  for (const { child, ended } of [...runs]) {
    process.kill(-(child.pid as number), 'SIGKILL');
    await ended;
  }
  removeEmbedded(directory);
}

/** The process id of the PostgreSQL that runs on the data folder; null when none does. */
export function postgresOf(directory: string): number | null {
  const file = path.join(directory, 'postgres/postmaster.pid');
  if (!fs.existsSync(file)) return null;
  const pid = Number(fs.readFileSync(file, 'utf8').split('\n')[0]);
  return fs.existsSync(`/proc/${pid}`) ? pid : null;
}

export async function ask(
  url: string,
  query: string,
  token?: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
