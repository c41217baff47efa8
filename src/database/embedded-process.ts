import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ps, readText, startOf } from './embedded-lock.ts';
import type { Account, Place } from './embedded-place.ts';

export type Postmaster = { pid: number; hasExited(): boolean; stop(): Promise<void> };

const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/** Creates the cluster beside its final place, so that an interrupted initdb leaves nothing half made. */
export function createCluster(place: Place, password: string, durable: boolean): void {
  const draft = `${place.data}.new`;
  fs.rmSync(draft, { recursive: true, force: true });
  fs.mkdirSync(draft, { mode: 0o700 });
  if (place.account) fs.lchownSync(draft, place.account.uid, place.account.gid);
  const passwordFile = path.join(place.parent, `.password-${randomBytes(6).toString('hex')}`);
  writeFor(place.account, passwordFile, password);
  try {
    initdb(place, draft, passwordFile, durable);
    fs.renameSync(draft, place.data);
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

function initdb(place: Place, data: string, passwordFile: string, durable: boolean): void {
  let output = '';
  // The builtin provider sorts and folds alike on every machine. The C library still tells pg_trgm what a
  // letter is: under plain C, `Ärzte` would be indexed as `rzte`.
  for (const ctype of ['C.UTF-8', 'en_US.UTF-8']) {
    const args = [
      `--pgdata=${data}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${ctype}`,
      ...(durable ? [] : ['--no-sync']),
    ];
    const options = { ...place.account, cwd: '/', env: cleanEnvironment(), encoding: 'utf8' } as const;
    const result = spawnSync(path.join(place.programs, 'bin/initdb'), args, options);
    if (result.status === 0) return;
    output = result.error?.message ?? `${result.stdout}${result.stderr}`;
    if (!output.includes('locale')) break;
  }
  throw new Error(`initdb could not create ${data}:\n${output.trim()}`);
}

/**
 * Starts the server in a session of its own: Ctrl-C in the terminal reaches us only, and we stop it in order.
 */
export function spawnPostmaster(place: Place, settings: Record<string, string>, log: number): Postmaster {
  const child = spawn(
    path.join(place.programs, 'bin/postgres'),
    ['-D', place.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...place.account, cwd: '/', env: cleanEnvironment(), detached: true, stdio: ['ignore', log, log] },
  );
  child.unref();
  const pid = child.pid;
  if (pid === undefined) return neverStarted(child, place);
  const watchdog = spawnWatchdog(pid, place.account);
  const killNow = () => void child.kill('SIGINT');
  process.on('exit', killNow);
  child.once('exit', () => {
    process.off('exit', killNow);
    watchdog.kill('SIGKILL');
  });
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  return { pid, hasExited, stop: () => shutDown(pid, hasExited) };
}

/** The server that runs on exactly this data directory, whoever started it; its pid file may outlive it. */
export function findPostmaster(data: string): number | null {
  const pid = Number(readText(path.join(data, 'postmaster.pid'))?.split('\n')[0]);
  return pid > 0 && startOf(pid) !== null && serves(pid, data) ? pid : null;
}

/** Clears away what a killed engine left behind: a server without a parent, or just its pid file. */
export async function removeOrphan(data: string): Promise<void> {
  const pid = findPostmaster(data);
  if (pid !== null) await shutDown(pid, () => startOf(pid) === null);
  // PostgreSQL would believe a stale file whose number belongs to another process by now.
  fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
}

async function shutDown(pid: number, hasEnded: () => boolean): Promise<void> {
  if (await signalAndWait(pid, 'SIGINT', hasEnded, FAST_SHUTDOWN_MS)) return;
  if (await signalAndWait(pid, 'SIGQUIT', hasEnded, IMMEDIATE_SHUTDOWN_MS)) return;
  throw new Error(`PostgreSQL (process ${pid}) does not stop.`);
}

async function signalAndWait(pid: number, signal: NodeJS.Signals, hasEnded: () => boolean, limit: number) {
  const deadline = Date.now() + limit;
  if (!hasEnded()) sendSignal(pid, signal);
  while (!hasEnded()) {
    if (Date.now() > deadline) return false;
    await sleep(5);
  }
  return true;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Outlives us by a moment: when we are gone, even by kill -9, its standard input ends and it stops the
 * server.
 */
function spawnWatchdog(pid: number, account: Account): ChildProcess {
  const watchdog = spawn('/bin/sh', ['-c', `read -r _; kill -INT ${pid}`], {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.on('error', () => undefined);
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void } | null)?.unref();
  return watchdog;
}

function neverStarted(child: ChildProcess, place: Place): never {
  child.on('error', () => undefined);
  throw new Error(`${place.programs}/bin/postgres could not be started.`);
}

/**
 * A server works in its data directory, which survives a move of the folder and tells a copy from the
 * original.
 */
function serves(pid: number, data: string): boolean {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`) === fs.realpathSync(data);
  } catch {
    return ps(pid, 'command=').includes(data);
  }
}

/** Without PGDATA, PGHOST and the like, and with messages in English whatever the user's language. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, LC_ALL: 'C' };
}

function writeFor(account: Account, file: string, content: string): void {
  const handle = fs.openSync(file, 'wx', 0o600);
  try {
    fs.writeSync(handle, content);
    if (account) fs.fchownSync(handle, account.uid, account.gid);
  } finally {
    fs.closeSync(handle);
  }
}
