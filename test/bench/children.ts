import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server in a process of its own. */
export type Child = {
  pid: number;
  url: string;
  /** From its start to the first good answer. */
  readyMs: number;
  /** Asks it to end, and insists after a while. */
  stop(): Promise<void>;
};

export type ChildOptions = {
  script: string;
  env: Record<string, string>;
  nodeOptions?: string[];
  /** The path that answers 200 once it is ready. */
  probe: string;
};

const root = path.resolve(import.meta.dirname, '../..');
const readyLimitMs = 30_000;
const stopLimitMs = 15_000;
const living = new Set<ChildProcess>();

// Whatever ends the bench, none of its servers stays behind.
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export async function startChild({ script, env, nodeOptions = [], probe }: ChildOptions): Promise<Child> {
  const port = await freePort();
  const { DATABASE_URL: _, DATABASE_OWNER_URL: __, ...inherited } = process.env;
  const begun = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, script], {
    cwd: root,
    env: { ...inherited, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  living.add(child);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      living.delete(child);
      resolve();
    });
    child.once('error', () => resolve());
  });

  const stop = async () => {
    child.kill('SIGTERM');
    const insist = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
    await exited;
    clearTimeout(insist);
  };

  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(url + probe))) {
    if (!living.has(child)) throw new Error(`${script} ended before it was ready.`);
    if (performance.now() - begun > readyLimitMs) {
      await stop();
      throw new Error(`${script} was not ready within ${readyLimitMs / 1_000} seconds.`);
    }
    await sleep(10);
  }
  return { pid: child.pid as number, url, readyMs: performance.now() - begun, stop };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

// Linux counts processor time in hundredths of a second, whatever the machine.
const tickMs = 10;

/** Processor time of all threads of a process so far. */
export function cpuMs(pid: number): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold anything; user and system time are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** The memory that a process has resident, and the most it has had since it began or was reset. */
export function memoryMb(pid: number): { now: number; peak: number } {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1_024;
  return { now: read('VmRSS'), peak: read('VmHWM') };
}

/** Forgets the most so far, to learn the most of what comes next. */
export function resetPeakMemory(pid: number): void {
  fs.writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
