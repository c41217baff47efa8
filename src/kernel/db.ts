import { AsyncLocalStorage } from 'node:async_hooks';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { type Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { isUuid } from './id.ts';
import type { Log } from './log.ts';
import type { Viewer } from './viewer.ts';

/** What code inside a transaction reads and writes through. The tenant is set; row-level security does the rest. */
export type Transaction = Prisma.TransactionClient;

/** A read transaction that stays open until it is closed: one snapshot for everything read through it. */
export type ReadSession = { db: Transaction; close(): Promise<void> };

export type Database = {
  /** Runs in one read-only repeatable-read transaction of the viewer's organization. */
  read<Result>(viewer: Viewer, work: (db: Transaction) => Promise<Result>): Promise<Result>;
  /** The same, for a caller that can't put its reads into one function. */
  openRead(viewer: Viewer): Promise<ReadSession>;
  /** Runs in one writing transaction of the viewer's organization; commits unless the work throws. */
  transact<Result>(viewer: Viewer, work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** For the few statements that need no tenant: look-ups of credentials, health, jobs. */
  pool: pg.Pool;
  close(): Promise<void>;
};

type Scope = { begin: string | null };

const scopes = new AsyncLocalStorage<Scope>();
const counters = new AsyncLocalStorage<{ statements: number }>();

/** Counts the SQL statements that the work sends, begin and commit included. For the guards and the bench. */
export async function countStatements<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; statements: number }> {
  const counter = { statements: 0 };
  const result = await counters.run(counter, work);
  return { result, statements: counter.statements };
}

/**
 * Prisma opens every transaction with a bare BEGIN. This client sends, in the same message, what makes the
 * transaction the viewer's own: one round trip instead of three, and no way to forget the tenant.
 */
class TenantClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: pg declares eight overloads; this passes all of them on.
  override query(...args: any[]): any {
    const counter = counters.getStore();
    if (counter) counter.statements += 1;
    const text = typeof args[0] === 'string' ? args[0] : args[0]?.text;
    const scope = scopes.getStore();
    if (text === 'BEGIN' && scope?.begin) {
      const begin = scope.begin;
      scope.begin = null;
      return super.query(begin, ...(args.slice(1) as []));
    }
    return super.query(...(args as [string]));
  }
}

// A setting outlives nothing but its transaction. Every value is an id of ours, checked before it becomes SQL text.
function settings(viewer: Viewer): string {
  const uuid = (value: string | null) => (value !== null && isUuid(value) ? value : '');
  const kind = viewer.kind === 'ANONYMOUS' ? '' : viewer.kind;
  return (
    `select set_config('app.organization_id', '${uuid(viewer.organizationId)}', true), ` +
    `set_config('app.actor_kind', '${kind}', true), ` +
    `set_config('app.actor_id', '${uuid(viewer.userId)}', true), ` +
    `set_config('app.token_id', '${uuid(viewer.tokenId)}', true), ` +
    `set_config('app.request_id', '${uuid(viewer.requestId)}', true)`
  );
}

/** Names for prepared statements, oldest forgotten first: a connection keeps at most so many plans. */
function statementNames(limit: number): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  let next = 0;
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) {
      names.delete(sql);
      names.set(sql, known);
      return known;
    }
    if (names.size >= limit) names.delete(names.keys().next().value as string);
    const name = `s${next++}`;
    names.set(sql, name);
    return name;
  };
}

export function openDatabase(url: string, options: { poolSize: number; log: Log }): Database {
  const pool = new pg.Pool({ connectionString: url, max: options.poolSize, Client: TenantClient as typeof pg.Client });
  // An idle connection that the server closed is replaced at the next use; unheard, the event would end the process.
  pool.on('error', (error) => {
    if (!pool.ending) options.log.warn({ err: error.message }, 'an idle database connection was lost');
  });
  // One that is lost in use fails its statement, and so the caller hears of it; unheard here, it would end the process too.
  pool.on('connect', (client) => client.on('error', () => {}));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: statementNames(500) }),
    transactionOptions: { maxWait: 10_000, timeout: 30_000 },
    // Prisma's long messages print the arguments, which are people's data and belong in no log.
    errorFormat: 'minimal',
  });

  const read: Database['read'] = (viewer, work) =>
    scopes.run({ begin: `begin isolation level repeatable read read only; ${settings(viewer)}` }, () =>
      prisma.$transaction(work),
    );

  const openRead: Database['openRead'] = (viewer) => {
    const closing = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<ReadSession>();
    const finished = read(viewer, async (db) => {
      opened.resolve({
        db,
        close: () => {
          closing.resolve();
          return finished;
        },
      });
      await closing.promise;
    });
    finished.catch(opened.reject);
    return opened.promise;
  };

  const transact: Database['transact'] = (viewer, work) =>
    scopes.run({ begin: `begin; ${settings(viewer)}` }, () => prisma.$transaction(work));

  return {
    read,
    openRead,
    transact,
    pool,
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** Why the role of these connections must not serve requests: it could see across tenants. Null when it may. */
export async function roleDanger(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query<{ name: string; superuser: boolean; bypass: boolean; owned: string | null }>(`
    select current_user::text as name, rolsuper as superuser, rolbypassrls as bypass, (
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_has_role(current_user, c.relowner, 'usage')
      order by c.relname limit 1) as owned
    from pg_roles where rolname = current_user`);
  const role = rows[0];
  if (!role) return 'The database role is unknown.';
  if (role.superuser) return `The database role ${role.name} is a superuser.`;
  if (role.bypass) return `The database role ${role.name} may bypass row-level security.`;
  if (role.owned !== null)
    return `The database role ${role.name} owns the table ${role.owned}, or is a member of its owner.`;
  return null;
}
