import pg from 'pg';
import { type MigrationState, pendingMigrations } from '../database/migrations.ts';
import { roleDanger } from '../kernel/db.ts';
import { StartError } from './lifetime.ts';

const reachLimitMs = 10_000;

/** Refuses a database that the server must not or can't serve from. Changes nothing in it. */
export async function checkDatabase(url: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: reachLimitMs });
  pool.on('error', () => undefined);
  try {
    await reach(pool, url);
    const danger = await roleDanger(pool);
    if (danger !== null) {
      throw new StartError(
        `${danger} Row-level security would not keep the organizations apart.\n` +
          'Give DATABASE_URL a role that is only a member of service_engine_app.',
      );
    }
    await checkMigrations(url);
    const { rows } = await pool.query<{ usable: boolean }>(
      `select exists (select from pg_namespace where nspname = 'graphile_worker'
         and has_schema_privilege(oid, 'usage')) as usable`,
    );
    if (!rows[0]?.usable) {
      throw new StartError(`The job queue (schema graphile_worker) is missing, or closed to this role.\n${remedy}`);
    }
  } finally {
    await pool.end();
  }
}

const remedy = 'Run npm run db:migrate with DATABASE_OWNER_URL, then start again.';

/** What is wrong with the migrations, in a sentence; null when the database is as this version needs it. */
export function migrationTrouble({ pending, failed, edited }: MigrationState): string | null {
  if (failed.length > 0) return `Migrations have failed: ${failed.join(', ')}.`;
  if (edited.length > 0) return `Migrations were changed after they ran: ${edited.join(', ')}.`;
  if (pending.length > 0) return `Migrations are pending: ${pending.join(', ')}.`;
  return null;
}

async function checkMigrations(url: string): Promise<void> {
  let trouble: string | null;
  try {
    trouble = migrationTrouble(await pendingMigrations(url));
  } catch (error) {
    // Prisma's own `migrate deploy` makes the table, but only ours opens it to this role.
    if ((error as { code?: string }).code !== '42501') throw error;
    trouble = 'This role may not read which migrations have run.';
  }
  if (trouble !== null) throw new StartError(`${trouble}\n${remedy}`);
}

async function reach(pool: pg.Pool, url: string): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (error) {
    const { host, pathname } = new URL(url);
    throw new StartError(`The database ${pathname.slice(1)} at ${host} can't be reached: ${reasonOf(error)}`);
  }
}

// A name with several addresses fails with one error for each and no message of its own.
function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
