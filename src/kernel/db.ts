import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import net from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { PrismaPg } from '@prisma/adapter-pg';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import { serialize } from 'pg-protocol';
import { type Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { endOfWork } from './deadline.ts';
import { isUuid } from './id.ts';
import type { Log } from './log.ts';
import { tooManyConnections } from './unavailability.ts';
import type { Viewer } from './viewer.ts';
import { hear } from './wire.ts';

/** What code inside a transaction reads and writes through. The tenant is set; row-level security does the rest. */
export type Transaction = Prisma.TransactionClient;

/** A read transaction that stays open until it is closed: one snapshot for everything read through it. */
export type ReadSession = { db: Transaction; close(): Promise<void> };

/** Unless it is planned anew each time, for its values, a plan of it is kept. */
export type ValueStatement = { text: string; values: unknown[]; isPlannedAnew?: boolean };

export type Database = {
  /** Runs in one read-only repeatable-read transaction of the viewer's organization. */
  read<Result>(viewer: Viewer, work: (db: Transaction) => Promise<Result>): Promise<Result>;
  /** The same, for a caller that can't put its reads into one function. */
  openRead(viewer: Viewer): Promise<ReadSession>;
  /** One statement in such a transaction, all in one message; answers the one value that it selects. See wire.ts. */
  readValue(viewer: Viewer, statement: ValueStatement): Promise<string | null>;
  /** Runs in one writing transaction of the viewer's organization; commits unless the work throws. */
  transact<Result>(viewer: Viewer, work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** For the few statements that need no tenant: look-ups of credentials, health, jobs. */
  pool: pg.Pool;
  close(): Promise<void>;
};

type Scope = { begin: string | null; end: AbortSignal | undefined };
type Counter = { statements: number; outside: Counter | undefined };

const scopes = new AsyncLocalStorage<Scope>();
const counters = new AsyncLocalStorage<Counter>();

/** Counts the SQL statements that the work sends, begin and commit included; with `outside`, also for whoever counts around it. */
export async function countStatements<Result>(
  work: () => Promise<Result>,
  { outside = false }: { outside?: boolean } = {},
): Promise<{ result: Result; statements: number }> {
  const counter: Counter = { statements: 0, outside: outside ? counters.getStore() : undefined };
  const result = await counters.run(counter, work);
  return { result, statements: counter.statements };
}

/** How many statements a connection keeps prepared. PostgreSQL holds a plan for each, some of them large. */
const mostPrepared = 200;

type Connection = EventEmitter & {
  stream: Writable;
  attachListeners(stream: Readable): void;
  close(message: { type: 'S'; name: string }): void;
  parsedStatements: Record<string, string>;
};

function connectionOf(client: pg.ClientBase): Connection {
  return (client as unknown as { connection: Connection }).connection;
}

/**
 * Prisma opens every transaction with a bare BEGIN. This client sends, in its place and with the first statement, what makes
 * the transaction the viewer's own: there is no way to forget the tenant, and who has nothing to ask sends nothing.
 */
class TenantClient extends pg.Client {
  #begin: string | null = null;
  /** Stops watching for the end of the work that the transaction is for. */
  #unwatch: (() => void) | null = null;
  #counter: Counter | undefined;
  readonly #prepared = new LRUCache<string, true>({
    max: mostPrepared,
    dispose: (_, name, reason) => reason === 'evict' && this.#forget(name),
  });

  constructor(config?: pg.ClientConfig) {
    super(config);
    const connection = connectionOf(this);
    connection.attachListeners = (stream) => hear(connection, stream);
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg declares eight overloads; this passes all of them on.
  override query(...args: any[]): any {
    const { text, name } = typeof args[0] === 'string' ? { text: args[0] } : (args[0] ?? {});
    const scope = scopes.getStore();
    if (text === 'BEGIN' && scope?.begin) {
      if (scope.end) this.watch(scope.end);
      this.#begin = scope.begin;
      // Prisma sends what is asked at one time together, in the context of whoever asked first: only here is it the right one.
      this.#counter = counters.getStore();
      scope.begin = null;
      return nothingDone;
    }
    const begin = this.#begin;
    this.#begin = null;
    const counter = this.#counter ?? counters.getStore();
    const isEnd = text === 'COMMIT' || text === 'ROLLBACK';
    if (isEnd) this.#counter = undefined;
    // From here on it is done, or not; nobody could say which if it were given up now.
    if (isEnd) this.#unwatch?.();
    if (isEnd && begin !== null) return nothingDone;
    if (name !== undefined) this.#prepared.set(name, true);
    const begun = begin === null ? undefined : this.#send(counter, begin);
    const answered = this.#send(counter, ...args);
    // A transaction that was not begun is no tenant's: whatever came of the statement, it failed.
    return begun ? Promise.all([begun, answered]).then(([, answer]) => answer) : answered;
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above
  #send(counter: Counter | undefined, ...args: any[]): any {
    for (let counting = counter; counting; counting = counting.outside) counting.statements += 1;
    return super.query(...(args as [string]));
  }

  /** What a transaction that sent nothing leaves behind is no part of the next one. */
  reset(): void {
    this.#begin = null;
    this.#counter = undefined;
    this.#unwatch?.();
  }

  /**
   * Gives up what runs, in PostgreSQL, too, when its work ends. The connection ends with it: whatever is stopped late would be
   * somebody else's statement.
   */
  watch(end: AbortSignal): void {
    const giveUp = () => {
      stopStatement(this);
      connectionOf(this).stream.destroy(end.reason);
    };
    this.#unwatch?.();
    this.#unwatch = () => {
      end.removeEventListener('abort', giveUp);
      this.#unwatch = null;
    };
    if (end.aborted) giveUp();
    else end.addEventListener('abort', giveUp);
  }

  #forget(name: string): void {
    const connection = connectionOf(this);
    delete connection.parsedStatements[name];
    connection.close({ type: 'S', name });
  }
}

/** Asks PostgreSQL to stop what a connection does. The protocol takes that over a connection of its own, which says nothing back. */
function stopStatement(client: pg.Client): void {
  const { host, port, processID, secretKey } = client as pg.Client & { processID: number; secretKey: number };
  const socket = net.connect(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port });
  socket.setTimeout(timeLimits.connection, () => socket.destroy());
  // Where it can't be asked, the limit for statements holds.
  socket.on('error', () => {});
  socket.once('connect', () => socket.end(serialize.cancel(processID, secretKey)));
}

const nothingDone = Promise.resolve({ rows: [], fields: [], rowCount: 0, command: '', oid: 0 });

// Every value is an id of ours, checked before it becomes SQL text.
const uuid = (value: string | null) => (value !== null && isUuid(value) ? value : '');

// A setting outlives nothing but its transaction.
function tenant(viewer: Viewer): string {
  return (
    `select set_config('app.organization_id', '${uuid(viewer.organizationId)}', true), ` +
    `set_config('app.account_id', '${uuid(viewer.accountId)}', true)`
  );
}

/** A person and its organization; or the engine itself there. */
export type Place = { organizationId: string; actor: { kind: 'STAFF' | 'CLIENT'; userId: string } | null };

/** Goes on in another organization, for the rest of the transaction: for an account, which has people in several. */
export async function enter(tx: Transaction, { organizationId, actor }: Place): Promise<void> {
  await tx.$executeRaw`
    select set_config('app.organization_id', ${uuid(organizationId)}, true),
      set_config('app.actor_kind', ${actor?.kind ?? 'SYSTEM'}, true),
      set_config('app.actor_id', ${uuid(actor?.userId ?? null)}, true)`;
}

/** Goes on as an account, for the rest of the transaction: for commands that have just made it. */
export async function enterAccount(tx: Transaction, accountId: string): Promise<void> {
  await tx.$executeRaw`select set_config('app.account_id', ${uuid(accountId)}, true)`;
}

/** The tenant and the account, and for the log who acts. */
function settings(viewer: Viewer): string {
  const kind = viewer.kind === 'ANONYMOUS' ? '' : viewer.kind;
  return (
    `${tenant(viewer)}, ` +
    `set_config('app.actor_kind', '${kind}', true), ` +
    `set_config('app.actor_id', '${uuid(viewer.userId)}', true), ` +
    `set_config('app.token_id', '${uuid(viewer.tokenId)}', true), ` +
    `set_config('app.request_id', '${uuid(viewer.requestId)}', true)`
  );
}

/** Names for prepared statements: the same text has the same name while it is in use. */
function statementNames(limit: number): (query: { sql: string }) => string {
  const names = new LRUCache<string, string>({ max: limit });
  let next = 0;
  return ({ sql }) => {
    const known = names.get(sql);
    if (known !== undefined) return known;
    const name = `s${next++}`;
    names.set(sql, name);
    return name;
  };
}

/** What begins a transaction for reading: read-only, one snapshot, of one tenant. */
function beginRead(viewer: Viewer): string {
  return `begin isolation level repeatable read read only; ${tenant(viewer)}`;
}

/** How long anything may take before it is given up, in milliseconds: nobody's work holds up everybody's. */
export const timeLimits = {
  /** For one statement. PostgreSQL stops it. */
  statement: 10_000,
  /** For a row that somebody else changes. */
  lock: 5_000,
  /** For a whole transaction. */
  transaction: 15_000,
  /** For a free connection. */
  connection: 3_000,
};

/** How many may wait for each connection of the pool. More would wait in vain: they are told at once. */
const mostWaiting = 20;

export type DatabaseOptions = { poolSize: number; log: Log; limits?: Partial<typeof timeLimits> };

export function openDatabase(url: string, options: DatabaseOptions): Database {
  const limits = { ...timeLimits, ...options.limits };
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolSize,
    Client: TenantClient as typeof pg.Client,
    // What is asked together is sent together.
    pipeline: true,
    connectionTimeoutMillis: limits.connection,
    statement_timeout: limits.statement,
    lock_timeout: limits.lock,
    idle_in_transaction_session_timeout: limits.transaction,
  } as pg.PoolConfig);
  const nameOf = statementNames(500);
  // An idle connection that the server closed is replaced at the next use; unheard, the event would end the process.
  pool.on('error', (error) => {
    if (!pool.ending) options.log.warn({ err: error.message }, 'an idle database connection was lost');
  });
  // One that is lost in use fails its statement, and so the caller hears of it; unheard here, it would end the process too.
  pool.on('connect', (client) => client.on('error', () => {}));
  pool.on('release', (_, client) => (client as unknown as TenantClient).reset());
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: nameOf }),
    transactionOptions: { maxWait: limits.connection, timeout: limits.transaction },
    // Prisma's long messages print the arguments, which are people's data and belong in no log.
    errorFormat: 'minimal',
  });

  // pg asks here, too, when it takes a connection for a single statement.
  const connect = pool.connect.bind(pool) as (callback?: (error: Error) => void) => Promise<pg.PoolClient>;
  pool.connect = ((callback?: (error: Error) => void) => {
    if (pool.waitingCount < options.poolSize * mostWaiting) return connect(callback);
    const error = Object.assign(new Error('Too many wait for a connection.'), { code: tooManyConnections });
    return callback ? callback(error) : Promise.reject(error);
  }) as typeof pool.connect;

  const begun = async <Result>(begin: string, work: (tx: Transaction) => Promise<Result>): Promise<Result> => {
    const end = endOfWork();
    end?.throwIfAborted();
    try {
      return await scopes.run({ begin, end }, () => prisma.$transaction(work));
    } catch (error) {
      // Whatever became of a statement that was stopped, this is why.
      throw end?.aborted ? end.reason : error;
    }
  };

  const read: Database['read'] = (viewer, work) => begun(beginRead(viewer), work);

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

  const readValue: Database['readValue'] = async (viewer, { text, values, isPlannedAnew = false }) => {
    const end = endOfWork();
    end?.throwIfAborted();
    const client = await pool.connect();
    if (end) (client as unknown as TenantClient).watch(end);
    const { stream } = connectionOf(client);
    stream.cork();
    const asked = Promise.allSettled([
      client.query(beginRead(viewer)),
      client.query<[string | null]>({
        ...(isPlannedAnew ? {} : { name: nameOf({ sql: text }) }),
        text,
        values,
        rowMode: 'array',
      }),
      client.query('commit'),
    ]);
    stream.uncork();
    const [begun, answered, ended] = await asked;
    const failed = [begun, answered, ended].find((step) => step.status === 'rejected');
    // A connection that could not even end its transaction is no good to the next one.
    client.release(ended.status === 'rejected');
    if (failed) throw end?.aborted ? end.reason : failed.reason;
    return answered.status === 'fulfilled' ? (answered.value.rows[0]?.[0] ?? null) : null;
  };

  const transact: Database['transact'] = (viewer, work) => begun(`begin; ${settings(viewer)}`, work);

  return {
    read,
    openRead,
    readValue,
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
