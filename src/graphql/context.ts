import type { Tools } from '../kernel/command.ts';
import type { ReadSession, Transaction } from '../kernel/db.ts';
import type { Settings } from '../kernel/env.ts';
import type { Log } from '../kernel/log.ts';
import type { Header, Viewer } from '../kernel/viewer.ts';
import type { Exchange } from './direct.ts';
import { type Keys, noKeys } from './idempotency.ts';

/** What resolvers get. Built per request; `db` is there while a read transaction is open. */
export type Context = {
  readonly viewer: Viewer;
  readonly tools: Tools;
  readonly log: Log;
  readonly settings: Settings;
  /** From where the request came. Null inside the process. */
  readonly ipAddress: string | null;
  /** Aborted when whoever asked has left. Null inside the process. */
  readonly caller: AbortSignal | null;
  /** The request itself. */
  readonly exchange: Exchange;
  /** Whether the answer is to say what it cost. */
  readonly asksForCost: boolean;
  /** The key that the request came with. */
  readonly idempotencyKey: string | null;
  /** Under which keys a mutation is carried out once. */
  keys: Keys;
  readonly header: Header;
  /** The open read transaction of the viewer's organization. */
  db: Transaction;
};

const sessions = new WeakMap<Context, Promise<ReadSession>>();

type Surroundings = Omit<Context, 'viewer' | 'tools' | 'keys' | 'db'>;

export function createContext(viewer: Viewer, tools: Tools, surroundings: Surroundings): Context {
  // Who has no organization never gets a transaction; every root field refuses an anonymous viewer before it reads.
  return { viewer, tools, ...surroundings, keys: noKeys, db: undefined as never };
}

/** Opens a read transaction for the answer of a mutation, after its commit; the next mutation closes it. */
export async function openRead(context: Context): Promise<Transaction> {
  // The fields of one answer ask for it at the same time.
  const opening = sessions.get(context) ?? context.tools.database.openRead(context.viewer);
  sessions.set(context, opening);
  const { db } = await opening;
  context.db = db;
  return db;
}

export async function closeRead(context: Context): Promise<void> {
  const opening = sessions.get(context);
  sessions.delete(context);
  // One that could not be opened has failed the field that wanted it.
  const session = await opening?.catch(() => null);
  // What could not be closed has lost nothing: it only read.
  await session?.close().catch(() => {});
}
