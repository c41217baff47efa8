import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationList, SchemaContainer } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { withSchemaEngine } from './schema-engine.ts';
import { findUnmodelled, withoutUnmodelled } from './unmodelled.ts';

/** `root` holds `prisma/schema` and `prisma/migrations`; this project unless a test says otherwise. */
export type ProjectOptions = { root?: string };

/** `failed` began and did not end, `edited` were changed after they ran. */
export type MigrationState = { pending: string[]; failed: string[]; edited: string[] };

const PROJECT = path.resolve(import.meta.dirname, '../..');
const NO_FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Any number, the same for all of our processes. Not Prisma's, which the engine takes for itself inside of
 * ours.
 */
const ADVISORY_LOCK = 5_730_125_412;

/**
 * Brings the database up to date and returns the names of what ran now. Waits for others who are doing the
 * same.
 */
export async function applyMigrations(ownerUrl: string, options: ProjectOptions = {}): Promise<string[]> {
  const migrationsList = readMigrations(options);
  return await withClient(ownerUrl, async (client) => {
    await takeAdvisoryLock(client);
    const { appliedMigrationNames } = await withSchemaEngine(ownerUrl, (engine) =>
      engine.applyMigrations({ migrationsList, filters: NO_FILTERS }),
    );
    await client.query(LET_APP_READ_STATE);
    return appliedMigrationNames;
  });
}

/** Compares folder and database with one SELECT, so the app role may ask too. */
export async function pendingMigrations(url: string, options: ProjectOptions = {}): Promise<MigrationState> {
  const known = await withClient(url, readState);
  const applied = new Map(known.filter((row) => row.finished).map((row) => [row.name, row.checksum]));
  const failed = [...new Set(known.filter((row) => !row.finished).map((row) => row.name))];
  const pending: string[] = [];
  const edited: string[] = [];
  for (const { name, sql } of migrationFiles(options)) {
    const checksum = applied.get(name);
    if (checksum !== undefined && checksum !== createHash('sha256').update(sql).digest('hex')) edited.push(name);
    if (checksum === undefined && !failed.includes(name)) pending.push(name);
  }
  return { pending, failed, edited };
}

/**
 * Lets a failed migration run again. It is for the caller to know that nothing of it is left in the database.
 */
export async function markRolledBack(ownerUrl: string, migrationName: string): Promise<void> {
  await withSchemaEngine(ownerUrl, (engine) => engine.markMigrationRolledBack({ migrationName }));
}

/**
 * The DDL that would bring the database to the Prisma schema, null when they agree. Looks at schema `public`
 * only.
 */
export async function schemaDrift(ownerUrl: string, options: ProjectOptions = {}): Promise<string | null> {
  const files = readSchema(options);
  const configDir = projectPath(options, 'prisma');
  const datamodels = files.map((file): [string, string] => [file.path, file.content]);
  const result = await withSchemaEngine(
    ownerUrl,
    (engine) =>
      engine.diff({
        from: { tag: 'schemaDatasource', files, configDir },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: true,
        filters: NO_FILTERS,
      }),
    datamodels,
  );
  if (result.exitCode === 0 || !result.stdout) return null;
  return withoutUnmodelled(result.stdout, await findUnmodelled(ownerUrl));
}

/**
 * What the next migration has to do: the difference between all migrations, replayed into a scratch database
 * on this server, and the Prisma schema. The role needs CREATEDB.
 */
export async function nextMigrationSql(serverUrl: string, options: ProjectOptions = {}): Promise<string | null> {
  const scratch = `service_engine_scratch_${randomBytes(6).toString('hex')}`;
  const url = new URL(serverUrl);
  url.pathname = `/${scratch}`;
  return await withClient(serverUrl, async (client) => {
    await client.query(`create database ${scratch}`);
    try {
      await applyMigrations(url.href, options);
      return await schemaDrift(url.href, options);
    } finally {
      await client.query(`drop database ${scratch} with (force)`);
    }
  });
}

const LET_APP_READ_STATE = `
  do $$ begin
    if exists (select from pg_roles where rolname = 'service_engine_app') then
      grant select on _prisma_migrations to service_engine_app;
    end if;
  end $$`;

/**
 * Polls instead of waiting inside PostgreSQL: an open statement would block CREATE INDEX CONCURRENTLY for
 * ever.
 */
async function takeAdvisoryLock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
      ADVISORY_LOCK,
    ]);
    if (rows[0]?.taken) return;
    await sleep(100);
  }
}

async function readState(client: pg.Client): Promise<{ name: string; checksum: string; finished: boolean }[]> {
  try {
    const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(
      `select migration_name as name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null`,
    );
    return rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42P01') return [];
    throw error;
  }
}

function readMigrations(options: ProjectOptions): MigrationList {
  const baseDir = projectPath(options, 'prisma/migrations');
  const lockfile = path.join(baseDir, 'migration_lock.toml');
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: fs.readFileSync(lockfile, 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: migrationFiles(options).map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}

function migrationFiles(options: ProjectOptions): { name: string; sql: string }[] {
  const folder = projectPath(options, 'prisma/migrations');
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ name, sql: fs.readFileSync(path.join(folder, name, 'migration.sql'), 'utf8') }));
}

function readSchema(options: ProjectOptions): SchemaContainer[] {
  const folder = projectPath(options, 'prisma/schema');
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.prisma'))
    .sort()
    .map((name) => path.join(folder, name))
    .map((file) => ({ path: file, content: fs.readFileSync(file, 'utf8') }));
}

function projectPath(options: ProjectOptions, relative: string): string {
  return path.join(options.root ?? PROJECT, relative);
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
