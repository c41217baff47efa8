import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { pino } from 'pino';
import { inject } from 'vitest';
import { PrismaClient } from '../../src/generated/prisma/client.ts';
import { type Database, openDatabase } from '../../src/kernel/db.ts';
import type { Log } from '../../src/kernel/log.ts';

export type TestDatabase = {
  /** What the server uses: the app role, bound by row-level security. */
  database: Database;
  /** The owner, past row-level security: for arranging and for looking at what is really there. */
  owner: pg.Pool;
  /** The same, typed. */
  rows: PrismaClient;
  superuserUrl: string;
  ownerUrl: string;
  appUrl: string;
  log: Log;
};

// A slow machine is no failure; what the limits do is tested where they are set.
const minute = 60_000;
const patient = { statement: minute, lock: minute, transaction: minute, connection: minute };

const logged: string[] = [];

/** What the engine logged since the last call: the cause behind an INTERNAL_SERVER_ERROR. */
export function takeLogged(): string[] {
  return logged.splice(0);
}

let opened: Promise<TestDatabase> | undefined;

/** This worker's own clone of the migrated template, made at first use. */
export function testDatabase(): Promise<TestDatabase> {
  opened ??= open();
  return opened;
}

export async function closeDatabases(): Promise<void> {
  const closing = opened;
  opened = undefined;
  if (!closing) return;
  const { database, owner, rows } = await closing;
  await database.close();
  await rows.$disconnect();
  await owner.end();
}

async function open(): Promise<TestDatabase> {
  const template = inject('template');
  const name = `worker_${process.env.VITEST_POOL_ID ?? '1'}`;
  const superuser = new pg.Client(onDatabase(template.superuserUrl, 'postgres'));
  await superuser.connect();
  try {
    const { rowCount } = await superuser.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0)
      await superuser.query(`create database ${name} template service_engine owner service_engine_owner`);
  } finally {
    await superuser.end();
  }
  const ownerUrl = onDatabase(template.ownerUrl, name);
  const appUrl = onDatabase(template.appUrl, name);
  const superuserUrl = onDatabase(template.superuserUrl, name);
  const log = pino({ level: 'warn' }, { write: (line) => void logged.push(line) });
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 4 });
  const rows = new PrismaClient({ adapter: new PrismaPg(owner) });
  const database = openDatabase(appUrl, { poolSize: 8, log, limits: patient });
  return { database, owner, rows, superuserUrl, ownerUrl, appUrl, log };
}

/** Another database of the same server, by the same role. */
export function onDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
