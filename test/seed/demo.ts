import pg from 'pg';
import { inject } from 'vitest';
import { type SeededDemo, type SeedOptions, seed } from '../../prisma/seed.ts';
import { onDatabase } from '../kit/db.ts';

/** The demo's today, in the tests. */
export const base = new Date('2026-05-18T09:00:00Z');

// biome-ignore lint/suspicious/noExplicitAny: each test knows the columns that it asks for.
type AnyRow = any;

/** A database of its own with demo data in it. */
export type DemoDatabase = SeededDemo & {
  /** What the statement answers; of no organization in particular unless it says so. */
  rows<Row extends pg.QueryResultRow = AnyRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** The same as a map: the first column, and the second. */
  pairs(sql: string, values?: unknown[]): Promise<Record<string, AnyRow>>;
  drop(): Promise<void>;
};

export async function openDemo(name: string, options: Partial<SeedOptions> = {}): Promise<DemoDatabase> {
  const { superuserUrl, ownerUrl } = inject('template');
  const asSuperuser = async (...statements: string[]) => {
    const client = new pg.Client(onDatabase(superuserUrl, 'postgres'));
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  const drop = `drop database if exists ${name} with (force)`;
  await asSuperuser(drop, `create database ${name} template service_engine owner service_engine_owner`);
  const url = onDatabase(ownerUrl, name);
  const demo = await seed({ ownerUrl: url, size: 'small', base, ...options });
  const client = new pg.Client(url);
  await client.connect();
  return {
    ...demo,
    rows: async (sql, values = []) => (await client.query(sql, values)).rows,
    pairs: async (sql, values = []) => {
      const { rows } = await client.query<[string, AnyRow]>({ text: sql, values, rowMode: 'array' });
      return Object.fromEntries(rows);
    },
    drop: async () => {
      await client.end();
      await asSuperuser(drop);
    },
  };
}
