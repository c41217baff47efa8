import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type EmbeddedServer, startTemporaryEmbedded } from '../../src/database/embedded.ts';
import {
  applyMigrations,
  markRolledBack,
  nextMigrationSql,
  pendingMigrations,
  schemaDrift,
} from '../../src/database/migrations.ts';

const SCHEMA = `
  generator client {
    provider = "prisma-client"
    output   = "client"
  }
  datasource db {
    provider = "postgresql"
  }
  model Thing {
    id   String @id @default(dbgenerated("uuidv7()")) @db.Uuid
    name String
    tags String[]
    doc  Unsupported("tsvector")?
    @@index([tags], type: Gin)
    @@map("things")
  }
`;
const TABLE = `
  create table things (
    id uuid default uuidv7() constraint things_pkey primary key,
    name text collate "C" not null check (name <> ''),
    tags text[],
    doc tsvector generated always as (to_tsvector('simple', name)) stored
  );
  create index things_tags_idx on things using gin (tags);
`;
/** What a Prisma schema cannot say, with a semicolon where a naive splitter would cut. */
const HAND_WRITTEN = `
  create index things_partial on things (name) where name <> 'x';
  create index things_expression on things (lower(name));
  create unique index things_not_distinct on things (name, tags) nulls not distinct;
  create index things_including on things (name) include (id);
  create index things_nulls on things (name desc nulls last);
  create index things_collated on things (name collate "POSIX");
  create function touch() returns trigger language plpgsql as $$ begin new.name := 'a;b'; return new; end $$;
  create trigger touched before update on things for each row execute function touch();
  alter table things enable row level security;
  create policy everybody on things using (true);
  create view names as select name from things;
  create schema graphile_worker create table jobs (id int);
`;

let server: EmbeddedServer;
let root: string;
let ownerUrl: string;
let appUrl: string;
let counter = 0;

beforeAll(async () => {
  server = await startTemporaryEmbedded({ shared_buffers: '16MB' });
}, 30_000);

afterAll(() => server.stop());

beforeEach(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'migrations-test-'));
  write('prisma/schema/main.prisma', SCHEMA);
  write('prisma/migrations/migration_lock.toml', 'provider = "postgresql"\n');
  counter += 1;
  await query(server.superuserUrl, `create database test_${counter} owner service_engine_owner`);
  ownerUrl = onDatabase(server.ownerUrl);
  appUrl = onDatabase(server.appUrl);
});

afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

describe('applyMigrations', () => {
  test('applies what is missing, in the order of the folders, and nothing twice', async () => {
    migration('2_second', 'alter table a add column b int;');
    migration('1_first', 'create table a (id int);');
    expect(await applyMigrations(ownerUrl, { root })).toEqual(['1_first', '2_second']);
    migration('3_third', 'alter table a add column c int;');
    expect(await applyMigrations(ownerUrl, { root })).toEqual(['3_third']);
    expect(await applyMigrations(ownerUrl, { root })).toEqual([]);
  });

  test('by several at the same time runs each migration once', async () => {
    migration('1_first', 'create table a (id int); select pg_sleep(0.2);');
    migration('2_second', 'create table b (id int);');
    const results = await Promise.all([1, 2, 3].map(() => applyMigrations(ownerUrl, { root })));
    expect(results.flat().sort()).toEqual(['1_first', '2_second']);
  });

  test('that fails says what and where, changes nothing, and may run again once marked', async () => {
    migration('1_first', 'create table a (id int);\ninsert into a values (1);\ninsert into missing values (1);');
    const refused = applyMigrations(ownerUrl, { root });
    await expect(refused).rejects.toThrow(
      'Migration 1_first failed: relation "missing" does not exist (line 3 of the script)',
    );
    expect(await pendingMigrations(ownerUrl, { root })).toEqual({
      pending: [],
      failed: ['1_first'],
      edited: [],
    });
    expect(await query(ownerUrl, `select to_regclass('a') as a`)).toEqual([{ a: null }]);

    migration('1_first', 'create table a (id int);');
    await expect(applyMigrations(ownerUrl, { root })).rejects.toThrow('found failed migrations');
    await markRolledBack(ownerUrl, '1_first');
    expect(await applyMigrations(ownerUrl, { root })).toEqual(['1_first']);
    expect(await pendingMigrations(ownerUrl, { root })).toEqual({ pending: [], failed: [], edited: [] });
  });
});

describe('pendingMigrations', () => {
  test('is everything while there is no table, and answers the app role', async () => {
    migration('1_first', 'create table a (id int);');
    expect(await pendingMigrations(appUrl, { root })).toEqual({
      pending: ['1_first'],
      failed: [],
      edited: [],
    });
    await applyMigrations(ownerUrl, { root });
    migration('2_second', 'create table b (id int);');
    expect(await pendingMigrations(appUrl, { root })).toEqual({
      pending: ['2_second'],
      failed: [],
      edited: [],
    });
  });

  test('notices a migration that was changed after it ran', async () => {
    migration('1_first', 'create table a (id int);');
    await applyMigrations(ownerUrl, { root });
    migration('1_first', 'create table a (id bigint);');
    expect(await pendingMigrations(appUrl, { root })).toEqual({
      pending: [],
      failed: [],
      edited: ['1_first'],
    });
  });
});

describe('schemaDrift', () => {
  test('is null when the database is what the schema says, whatever else was written by hand', async () => {
    migration('1_things', TABLE + HAND_WRITTEN);
    await applyMigrations(ownerUrl, { root });
    expect(await schemaDrift(ownerUrl, { root })).toBe(null);
  });

  test('is the DDL that is missing', async () => {
    migration('1_things', TABLE + HAND_WRITTEN);
    await applyMigrations(ownerUrl, { root });
    await query(ownerUrl, 'alter table things add column extra int; create index things_extra on things (name)');
    const drift = await schemaDrift(ownerUrl, { root });
    expect(drift).toBe(
      '-- DropIndex\nDROP INDEX "things_extra";\n\n-- AlterTable\nALTER TABLE "things" DROP COLUMN "extra";\n',
    );
  });
});

describe('nextMigrationSql', () => {
  test('is the step from the migrations to the schema and leaves no scratch database', async () => {
    expect(await nextMigrationSql(server.superuserUrl, { root })).toContain('CREATE TABLE "things"');
    migration('1_things', TABLE + HAND_WRITTEN);
    expect(await nextMigrationSql(server.superuserUrl, { root })).toBe(null);
    write('prisma/schema/main.prisma', SCHEMA.replace('name String', 'name String\n size Int?'));
    expect(await nextMigrationSql(server.superuserUrl, { root })).toBe(
      '-- AlterTable\nALTER TABLE "things" ADD COLUMN     "size" INTEGER;\n',
    );
    migration('2_broken', 'this is no SQL');
    await expect(nextMigrationSql(server.superuserUrl, { root })).rejects.toThrow('Migration 2_broken failed');
    expect(await query(server.superuserUrl, `select datname from pg_database where datname ~ 'scratch'`)).toEqual([]);
  });
});

function migration(name: string, sql: string): void {
  write(`prisma/migrations/${name}/migration.sql`, sql);
}

function write(file: string, content: string): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), content);
}

function onDatabase(url: string): string {
  return Object.assign(new URL(url), { pathname: `/test_${counter}` }).href;
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
