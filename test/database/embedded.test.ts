import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  EmbeddedInUseError,
  type EmbeddedServer,
  openEmbedded,
  removeEmbedded,
  startEmbedded,
  startTemporaryEmbedded,
  temporaryBase,
} from '../../src/database/embedded.ts';

const isRoot = process.getuid?.() === 0;
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '16MB' };
const ENGINE = `
  const { startEmbedded } = await import(process.argv[1]);
  const settings = JSON.parse(process.argv[3]);
  const server = await startEmbedded({ directory: process.argv[2], settings });
  console.log(JSON.stringify(server));
  setInterval(() => undefined, 1000);
`;

let folder: string;
let directory: string;
let engines: ChildProcess[] = [];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(temporaryBase(), 'embedded-test-'));
  if (isRoot) fs.chmodSync(folder, 0o711);
  directory = path.join(folder, '.data');
});

afterEach(async () => {
  for (const engine of engines) {
    if (engine.exitCode !== null || engine.signalCode !== null) continue;
    engine.kill('SIGKILL');
    await once(engine, 'exit');
  }
  // Whose server may still be on its way out.
  if (engines.length > 0) await (await start()).stop();
  engines = [];
  removeEmbedded(directory);
  fs.rmSync(folder, { recursive: true, force: true });
}, 30_000);

describe('a start', { timeout: 30_000 }, () => {
  test('brings a database whose app role may not pass row-level security and whose owner is no superuser', async () => {
    const server = await start();
    const roles = await query(
      server.appUrl,
      `select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles
       where rolname like 'service_engine%' order by rolname`,
    );
    const [database] = await query(
      server.appUrl,
      `select current_user, current_database(), pg_get_userbyid(datdba) as owner,
         pg_encoding_to_char(encoding) as encoding, datlocale, 'Ä'::text ~* 'ä' as folds
       from pg_database where datname = current_database()`,
    );
    await server.stop();

    const powerless = { rolsuper: false, rolbypassrls: false, rolcreatedb: false };
    expect(roles).toEqual([
      { rolname: 'service_engine_app', ...powerless, rolcreaterole: false },
      { rolname: 'service_engine_owner', ...powerless, rolcreaterole: true },
    ]);
    expect(database).toEqual({
      current_user: 'service_engine_app',
      current_database: 'service_engine',
      owner: 'service_engine_owner',
      encoding: 'UTF8',
      datlocale: 'C.UTF-8',
      folds: true,
    });
  });

  test('lets the owner create extensions, roles and schemas, and sees letters beyond ASCII in trigrams', async () => {
    const server = await start();
    await query(
      server.ownerUrl,
      `create extension pg_trgm; create extension citext; create extension btree_gist;
       create role reporting; grant reporting to service_engine_app; create schema extra;
       alter role service_engine_app set statement_timeout = '5s';
       create table things (id int); grant select on things to service_engine_app`,
    );
    const [row] = await query(
      server.appUrl,
      `select cardinality(show_trgm('Ä')) as trigrams from things right join
      (select 1) one on true`,
    );
    await server.stop();
    expect(row).toEqual({ trigrams: 2 });
  });

  test('keeps data, passwords and port from one start to the next', async () => {
    const first = await start();
    await query(first.ownerUrl, 'create table kept (id int); insert into kept values (1)');
    await first.stop();
    const second = await start();
    const rows = await query(second.ownerUrl, 'select id from kept');
    await second.stop();
    expect(rows).toEqual([{ id: 1 }]);
    expect(second.appUrl).toBe(first.appUrl);
    expect(fs.statSync(path.join(directory, 'postgres-password')).mode & 0o777).toBe(0o600);
    expect(fs.existsSync(path.join(directory, 'engine.pid'))).toBe(false);
  });

  test('takes another port when somebody else has the remembered one', async () => {
    const first = await start();
    await first.stop();
    const other = await startTemporaryEmbedded({ shared_buffers: '16MB' });
    fs.writeFileSync(path.join(directory, 'postgres-port'), `${other.port}\n`);
    const second = await start();
    await second.stop();
    await other.stop();
    expect(second.port).not.toBe(other.port);
  });

  test('tells what PostgreSQL said when it refuses', async () => {
    const refused = startEmbedded({ directory, settings: { ...FAST, work_mem: 'plenty' } });
    await expect(refused).rejects.toThrow(/PostgreSQL did not start.*invalid value for parameter "work_mem"/s);
  });

  test('says so when the password is not that of the cluster', async () => {
    await (await start()).stop();
    fs.writeFileSync(path.join(directory, 'postgres-password'), 'another\n');
    const refused = start();
    await expect(refused).rejects.toThrow('postgres-password is not the password of this cluster');
    removeEmbedded(directory);
  });

  test('in a temp folder leaves nothing behind', async () => {
    const before = temporaryFolders();
    const server = await startTemporaryEmbedded({ shared_buffers: '16MB' });
    await query(server.ownerUrl, 'create table some_table (id int)');
    await server.stop();
    expect(temporaryFolders()).toEqual(before);
  });
});

describe('two on one directory', { timeout: 30_000 }, () => {
  test('is refused and names the process', async () => {
    const server = await start();
    await expect(start()).rejects.toThrow(EmbeddedInUseError);
    await expect(start()).rejects.toMatchObject({ pid: process.pid });
    await server.stop();
  });

  test('may join the one that runs, and stopping then leaves that one alone', async () => {
    const { engine, server } = await startEngine();
    const joined = await openEmbedded({ directory, settings: FAST });
    expect(joined.ownerUrl).toBe(server.ownerUrl);
    await joined.stop();
    expect(await query(server.appUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    engine.kill('SIGKILL');
  });

  test('at the same moment gives one server and one refusal', async () => {
    const results = await Promise.allSettled([start(), start()]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const result of results) if (result.status === 'fulfilled') await result.value.stop();
  });
});

describe('after kill -9', { timeout: 30_000 }, () => {
  test('of the engine, its server ends by itself and the next start works', async () => {
    const { engine, server } = await startEngine();
    await query(server.ownerUrl, 'create table kept (id int)');
    engine.kill('SIGKILL');
    await expect.poll(() => postmasterPid(), { timeout: 10_000 }).toBe(null);
    expect(await tablesAfterRestart()).toEqual([{ tablename: 'kept' }]);
  });

  test('of the engine, a start at once takes the place of its server', async () => {
    const { engine, server } = await startEngine();
    await query(server.ownerUrl, 'create table kept (id int)');
    engine.kill('SIGKILL');
    await once(engine, 'exit');
    expect(await tablesAfterRestart()).toEqual([{ tablename: 'kept' }]);
  });

  test('of the engine and its server, the stale pid files do not matter', async () => {
    const { engine } = await startEngine();
    const postmaster = postmasterPid();
    engine.kill('SIGKILL');
    if (postmaster) process.kill(postmaster, 'SIGKILL');
    await once(engine, 'exit');
    expect(fs.existsSync(path.join(directory, 'engine.pid'))).toBe(true);
    expect(await tablesAfterRestart()).toEqual([]);
  });

  test('numbers in pid files that belong to other processes by now are not believed', async () => {
    await (await start()).stop();
    fs.writeFileSync(path.join(directory, 'engine.pid'), `${process.pid} 12345\n`);
    const data = path.join(directory, 'postgres');
    fs.writeFileSync(path.join(data, 'postmaster.pid'), `${process.pid}\n${data}\n`);
    expect(await tablesAfterRestart()).toEqual([]);
  });
});

describe.runIf(isRoot)('as root in a folder with mode 0700', { timeout: 60_000 }, () => {
  test('the cluster stays outside of the project, for its user alone, and is found again', async () => {
    fs.chmodSync(folder, 0o700);
    const first = await start();
    await query(first.ownerUrl, 'create table kept (id int)');
    await first.stop();
    const location = recordedLocation();
    const stat = fs.statSync(location);
    expect({ uid: stat.uid, mode: stat.mode & 0o777 }).toEqual({ uid: 65534, mode: 0o700 });
    expect(location.startsWith(folder)).toBe(false);
    expect(await tablesAfterRestart()).toEqual([{ tablename: 'kept' }]);
    removeEmbedded(directory);
    expect(fs.existsSync(location)).toBe(false);
  });

  test('removing the data folder is enough to begin anew', async () => {
    fs.chmodSync(folder, 0o700);
    const first = await start();
    await query(first.ownerUrl, 'create table forgotten (id int)');
    await first.stop();
    fs.rmSync(directory, { recursive: true });
    expect(await tablesAfterRestart()).toEqual([]);
  });

  test('a place that somebody else prepared is refused', async () => {
    fs.chmodSync(folder, 0o700);
    await (await start()).stop();
    const location = recordedLocation();
    fs.rmSync(location, { recursive: true });
    fs.mkdirSync(location, { mode: 0o700 });
    fs.chownSync(location, 12345, 12345);
    await expect(start()).rejects.toThrow('was not made by us');
    fs.rmSync(location, { recursive: true });
    fs.symlinkSync('/tmp', location);
    await expect(start()).rejects.toThrow('was not made by us');
    fs.rmSync(location);
  });

  test('a copy of the project gets a cluster of its own, a moved project keeps it', async () => {
    fs.chmodSync(folder, 0o700);
    const original = await start();
    await query(original.ownerUrl, 'create table kept (id int)');
    await original.stop();
    const copy = path.join(folder, 'copy');
    fs.cpSync(directory, copy, { recursive: true });
    const second = await startEmbedded({ directory: copy, settings: FAST });
    expect(await tables(second)).toEqual([]);
    await second.stop();
    removeEmbedded(copy);

    const moved = path.join(folder, 'moved');
    fs.renameSync(directory, moved);
    directory = moved;
    expect(await tablesAfterRestart()).toEqual([{ tablename: 'kept' }]);
  });
});

function start(): Promise<EmbeddedServer> {
  return startEmbedded({ directory, settings: FAST });
}

async function startEngine(): Promise<{ engine: ChildProcess; server: EmbeddedServer }> {
  const module = path.resolve(import.meta.dirname, '../../src/database/embedded.ts');
  const args = ['--input-type=module', '--eval', ENGINE, module, directory, JSON.stringify(FAST)];
  const engine = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  engines.push(engine);
  const [line] = await once(createInterface(engine.stdout), 'line');
  return { engine, server: JSON.parse(String(line)) as EmbeddedServer };
}

function postmasterPid(): number | null {
  const file = path.join(directory, 'postgres/postmaster.pid');
  return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8').split('\n')[0]) : null;
}

function recordedLocation(): string {
  return fs.readFileSync(path.join(directory, 'postgres-location'), 'utf8').split('\n')[0] ?? '';
}

function temporaryFolders(): string[] {
  return fs.readdirSync(temporaryBase()).filter((name) => name.startsWith('service-engine-'));
}

async function tablesAfterRestart(): Promise<unknown[]> {
  const server = await start();
  try {
    return await tables(server);
  } finally {
    await server.stop();
  }
}

function tables(server: EmbeddedServer): Promise<unknown[]> {
  return query(server.ownerUrl, `select tablename from pg_tables where schemaname = 'public'`);
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const result = await client.query(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}
