import { createHmac, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readText, takeLock } from './embedded-lock.ts';
import { findPlace, type Place, recordedStandIn } from './embedded-place.ts';
import { createCluster, type Postmaster, removeOrphan, spawnPostmaster } from './embedded-process.ts';

export type EmbeddedServer = {
  port: number;
  superuserUrl: string;
  ownerUrl: string;
  appUrl: string;
  stop(): Promise<void>;
};

/** `settings` are PostgreSQL's own, on top of the defaults here. */
export type EmbeddedOptions = { directory: string; settings?: Record<string, string>; port?: number };

/** Another living process (or an earlier start in this one) runs the database of this directory. */
export class EmbeddedInUseError extends Error {
  readonly pid: number;
  constructor(directory: string, pid: number) {
    super(`The embedded database in ${directory} is in use by process ${pid}: stop that one first.`);
    this.name = 'EmbeddedInUseError';
    this.pid = pid;
  }
}

const DATABASE = 'service_engine';
const OWNER = 'service_engine_owner';
const APP = 'service_engine_app';
const READY_LIMIT_MS = 60_000;
const LOG_LIMIT_BYTES = 10_000_000;

const TEMPORARY_PREFIX = 'service-engine-temporary-';
const ROOM_IN_MEMORY = 2_000_000_000;
const NOT_DURABLE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '256MB',
};

/** Good for a developer's machine with two cores; a server that matters brings its own PostgreSQL. */
const DEFAULTS: Record<string, string> = {
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_connections: '100',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Starts PostgreSQL for `directory`, creating cluster, roles and database where they are missing. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const directory = ownDirectory(options.directory);
  const lock = takeLock(directory);
  if ('heldBy' in lock) throw new EmbeddedInUseError(directory, lock.heldBy);
  try {
    const place = findPlace(directory);
    await removeOrphan(place.data);
    const password = ensureCluster(directory, place, options.settings?.fsync !== 'off');
    const { postmaster, port } = await launch(directory, place, password, options);
    const stop = once(async () => {
      await postmaster.stop();
      lock.release();
    });
    return { port, ...urls(password, port), stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Starts the database of `directory`, or joins the process that runs it already; `stop` then only lets go of
 * it.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    try {
      return await startEmbedded(options);
    } catch (error) {
      if (!(error instanceof EmbeddedInUseError)) throw error;
      const running = await join(ownDirectory(options.directory));
      if (running) return running;
      if (Date.now() > deadline) throw error;
    }
    await sleep(100);
  }
}

/**
 * A cluster in a temp folder that is gone, with everything in it, once stopped. Fast, not safe against a
 * crash.
 */
export async function startTemporaryEmbedded(settings: Record<string, string> = {}): Promise<EmbeddedServer> {
  const base = temporaryBase();
  removeAbandoned(base);
  const directory = fs.mkdtempSync(path.join(base, TEMPORARY_PREFIX));
  if (process.getuid?.() === 0) fs.chmodSync(directory, 0o711);
  try {
    const server = await startEmbedded({ directory, settings: { ...NOT_DURABLE, ...settings } });
    const stop = once(async () => {
      await server.stop();
      removeEmbedded(directory);
    });
    return { ...server, stop };
  } catch (error) {
    removeEmbedded(directory);
    throw error;
  }
}

/** In memory where there is room: on a disk, CREATE DATABASE may take ten times as long. */
export function temporaryBase(): string {
  const memory = '/dev/shm';
  try {
    fs.accessSync(memory, fs.constants.W_OK);
    const { bavail, bsize } = fs.statfsSync(memory);
    if (bavail * bsize >= ROOM_IN_MEMORY) return memory;
  } catch {
    // Not Linux.
  }
  return fs.realpathSync(os.tmpdir());
}

/** Whoever was killed could not clean up. */
function removeAbandoned(base: string): void {
  for (const name of fs.readdirSync(base).filter((entry) => entry.startsWith(TEMPORARY_PREFIX))) {
    const directory = path.join(base, name);
    try {
      // Without a lock it is about to be used.
      if (fs.existsSync(path.join(directory, 'engine.pid'))) removeEmbedded(directory);
    } catch {
      // In use, or somebody else's.
    }
  }
}

/** Deletes the data of a stopped database, also where it lives outside of `directory`. */
export function removeEmbedded(directory: string): void {
  if (!fs.existsSync(directory)) return;
  const real = ownDirectory(directory);
  const lock = takeLock(real);
  if ('heldBy' in lock) throw new EmbeddedInUseError(real, lock.heldBy);
  const standIn = recordedStandIn(real);
  if (standIn) fs.rmSync(standIn, { recursive: true, force: true });
  fs.rmSync(real, { recursive: true, force: true });
}

async function launch(directory: string, place: Place, password: string, options: EmbeddedOptions) {
  const logFile = path.join(directory, 'postgres.log');
  const oversized = (fs.statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES;
  const log = fs.openSync(logFile, oversized ? 'w' : 'a', 0o600);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const port = options.port ?? (await choosePort(directory));
      const logStart = fs.fstatSync(log).size;
      const postmaster = spawnPostmaster(place, serverSettings(port, options.settings), log);
      try {
        await prepare(postmaster, password, port);
        fs.writeFileSync(path.join(directory, 'postgres-port'), `${port}\n`);
        return { postmaster, port };
      } catch (error) {
        await postmaster.stop();
        const said = fs.readFileSync(logFile).subarray(logStart).toString('utf8').trim();
        if (attempt < 20 && isPassing(said, options.port)) {
          await sleep(100);
          continue;
        }
        const tail = said.split('\n').slice(-15).join('\n');
        throw new Error(`PostgreSQL did not start: ${(error as Error).message}\n${tail}\n(all of it: ${logFile})`);
      }
    }
  } finally {
    fs.closeSync(log);
  }
}

/** Somebody took the free port before we did, or children of a killed server have not noticed its end yet. */
function isPassing(said: string, fixedPort: number | undefined): boolean {
  if (said.includes('pre-existing shared memory block')) return true;
  return fixedPort === undefined && said.includes('could not bind');
}

function serverSettings(port: number, settings: Record<string, string> = {}): Record<string, string> {
  const fixed = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    lc_messages: 'C',
  };
  return { ...DEFAULTS, ...settings, ...fixed };
}

/** Waits until the server answers, then sees to roles and database. */
async function prepare(postmaster: Postmaster, password: string, port: number): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const client = new pg.Client(url('postgres', password, port, 'postgres'));
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      if (postmaster.hasExited()) throw new Error('the server ended at once.');
      if ((error as { code?: string }).code === '28P01') {
        throw new Error('postgres-password is not the password of this cluster.');
      }
      if (Date.now() > deadline) throw new Error(`no answer within ${READY_LIMIT_MS / 1000} seconds.`);
      await sleep(10);
      continue;
    }
    try {
      return await ensureDatabase(client, password);
    } finally {
      await client.end();
    }
  }
}

async function ensureDatabase(client: pg.Client, password: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname in ($1, $2)
     union all select datname from pg_database where datname = $3`,
    [OWNER, APP, DATABASE],
  );
  const present = new Set(rows.map((row) => row.name));
  const secret = (role: string) => client.escapeLiteral(passwordOf(role, password));
  if (!present.has(OWNER)) {
    await client.query(`create role ${OWNER} login createrole password ${secret(OWNER)}`);
  }
  if (!present.has(APP)) {
    await client.query(`create role ${APP} login nobypassrls password ${secret(APP)}`);
    // Lets migrations alter the app role; CREATEROLE alone reaches only roles that the owner created itself.
    await client.query(`grant ${APP} to ${OWNER} with admin option`);
  }
  // The owner of a database may create schemas and trusted extensions in it.
  if (!present.has(DATABASE)) await client.query(`create database ${DATABASE} owner ${OWNER}`);
}

async function join(directory: string): Promise<EmbeddedServer | null> {
  const password = readText(path.join(directory, 'postgres-password'))?.trim();
  const port = Number(readText(path.join(directory, 'postgres-port')));
  if (!password || !port) return null;
  const found = urls(password, port);
  const client = new pg.Client({ connectionString: found.ownerUrl, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return { port, ...found, stop: async () => undefined };
  } catch {
    return null;
  }
}

/**
 * The absolute path of the data folder, created on first use so that `nobody` may pass through but not look
 * in.
 */
function ownDirectory(given: string): string {
  if (!fs.existsSync(given)) {
    fs.mkdirSync(given, { recursive: true });
    fs.chmodSync(given, process.getuid?.() === 0 ? 0o711 : 0o700);
  }
  return fs.realpathSync(given);
}

/** Creates the cluster on first use; returns the superuser's password, from which the others are derived. */
function ensureCluster(directory: string, place: Place, durable: boolean): string {
  const file = path.join(directory, 'postgres-password');
  const known = readText(file)?.trim();
  // Who removes the data folder to begin anew does not know of a stand-in for it.
  if (!known && place.parent !== directory) fs.rmSync(place.data, { recursive: true, force: true });
  const exists = fs.existsSync(place.data);
  if (exists && !known) throw new Error(`${file} is missing: restore it, or remove ${place.data}.`);
  const password = known || randomBytes(24).toString('base64url');
  if (!known) fs.writeFileSync(file, `${password}\n`, { mode: 0o600 });
  if (!exists) createCluster(place, password, durable);
  return password;
}

function urls(password: string, port: number) {
  return {
    superuserUrl: url('postgres', password, port),
    ownerUrl: url(OWNER, passwordOf(OWNER, password), port),
    appUrl: url(APP, passwordOf(APP, password), port),
  };
}

function url(role: string, password: string, port: number, database = DATABASE): string {
  return `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;
}

function passwordOf(role: string, superuserPassword: string): string {
  return createHmac('sha256', superuserPassword).update(role).digest('base64url');
}

/** The port of the last time if it is free, so that URLs in open tools stay good. */
async function choosePort(directory: string): Promise<number> {
  const remembered = Number(readText(path.join(directory, 'postgres-port')));
  return (remembered && (await bind(remembered))) || (await bind(0)) || 0;
}

function bind(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}
