import type { Tools } from '../kernel/command.ts';
import type { ReadSession, Transaction } from '../kernel/db.ts';
import type { Settings } from '../kernel/env.ts';
import type { Log } from '../kernel/log.ts';
import type { Viewer } from '../kernel/viewer.ts';

/** What resolvers get. Built per request; `db` is there while a read transaction is open. */
export type Context = {
  readonly viewer: Viewer;
  readonly tools: Tools;
  readonly log: Log;
  readonly settings: Settings;
  /** The open read transaction of the viewer's organization. */
  db: Transaction;
};

const sessions = new WeakMap<Context, ReadSession>();

export function createContext(viewer: Viewer, tools: Tools, log: Log, settings: Settings): Context {
  // Who has no organization never gets a transaction; every root field refuses an anonymous viewer before it reads.
  return { viewer, tools, log, settings, db: undefined as never };
}

/** Opens a read transaction for the answer of a mutation, after its commit; the next mutation closes it. */
export async function openRead(context: Context): Promise<Transaction> {
  const open = sessions.get(context);
  if (open) return open.db;
  const session = await context.tools.database.openRead(context.viewer);
  sessions.set(context, session);
  context.db = session.db;
  return session.db;
}

export async function closeRead(context: Context): Promise<void> {
  const session = sessions.get(context);
  sessions.delete(context);
  await session?.close();
}
