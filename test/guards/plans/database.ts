import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { type SeededDemo, seed } from '../../../prisma/seed.ts';
import { onDatabase } from '../../kit/db.ts';

export type SeededDatabase = SeededDemo & { ownerUrl: string; appUrl: string; drop(): Promise<void> };

/** Always the same rows, so that a plan does not depend on when it is looked at. */
const base = new Date('2026-11-21T00:00:00Z');

/** `analyze` looks at 300 rows times this: at every row of the demo, not at others in each run. */
const statisticsTarget = 1_500;

/** A database of its own with the medium demo, in the cluster of the tests. */
export async function makeSeededDatabase(): Promise<SeededDatabase> {
  const { superuserUrl, ownerUrl, appUrl } = inject('template');
  const name = `plans_${randomUUID().replaceAll('-', '')}`;
  const asSuperuser = async (sql: string) => {
    const client = new pg.Client(onDatabase(superuserUrl, 'postgres'));
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const drop = () => asSuperuser(`drop database ${name} with (force)`);
  await asSuperuser(`create database ${name} template service_engine owner service_engine_owner`);
  try {
    await asSuperuser(`alter database ${name} set default_statistics_target = ${statisticsTarget}`);
    const demo = await seed({ ownerUrl: onDatabase(ownerUrl, name), size: 'medium', base });
    return { ...demo, ownerUrl: onDatabase(ownerUrl, name), appUrl: onDatabase(appUrl, name), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}
