import { Prisma } from '../generated/prisma/client.ts';
import type { Database, Transaction } from './db.ts';
import { inItsOwnTime } from './deadline.ts';
import { type InputIssue, InvalidInputError } from './errors.ts';
import type { Mailer } from './mail.ts';
import type { FetchOutbound } from './outbound.ts';
import type { Passwords } from './passwords.ts';
import type { Secrets } from './secrets.ts';
import { requirePermission, type Viewer } from './viewer.ts';

/** Somebody else's API: where it is, and how long to wait for it. */
export type Remote = { readonly url: string; readonly timeoutMs: number };

/** What verbs work with: made at the process's start and handed down. */
export type Tools = {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly passwords: Passwords;
  readonly mailer: Mailer;
  readonly remotes: { readonly stripe: Remote };
  /** The one way to an address that somebody entered. */
  readonly fetchOutbound: FetchOutbound;
  /** Where a saga's steps are written down, while it is carried out under a key. */
  readonly journal?: Journal;
};

/** Remembers what the commands within a saga answered: taken up again, it does none of them twice. */
export type Journal = {
  step<Result>(command: { changes: boolean }, work: (record: Recorder<Result>) => Promise<Result>): Promise<Result>;
};

/** Writes an answer down in the transaction that it comes from: both are kept or neither. */
export type Recorder<Result> = (tx: Transaction, result: Result) => Promise<void>;

/** In a permission's place: everybody may do it, signed in or not. Such a verb finds out for itself what to believe. */
export const openToAll = null;

/** A verb: the permission it needs, and what it does inside its transaction. Answers ids, never rows. */
export type Command<Input, Result> = {
  readonly kind: 'command';
  readonly permission: string | typeof openToAll;
  readonly run: (tx: Transaction, viewer: Viewer, input: Input) => Promise<Result>;
  readonly uniques: Readonly<Record<string, InputIssue>>;
  /** Whether anything may be otherwise when it is done. */
  readonly changes: boolean;
};

/** @param uniques what a violation of a unique index, or of a foreign key, means to the caller, by its name */
export function command<Input, Result>(
  permission: Command<Input, Result>['permission'],
  run: Command<Input, Result>['run'],
  uniques: Command<Input, Result>['uniques'] = {},
): Command<Input, Result> {
  return { kind: 'command', permission, run, uniques, changes: true };
}

/** A step of a saga that only looks: whatever comes of it, nothing has happened. */
export function look<Input, Result>(permission: string, run: Command<Input, Result>['run']): Command<Input, Result> {
  return { ...command(permission, run), changes: false };
}

/**
 * A verb that calls out. It has no transaction: what it reads and writes are commands of its own, each done with `act`, and
 * it calls out between them.
 */
export type Saga<Input, Result> = {
  readonly kind: 'saga';
  readonly permission: string | typeof openToAll;
  readonly run: (tools: Tools, viewer: Viewer, input: Input) => Promise<Result>;
};

export function saga<Input, Result>(
  permission: Saga<Input, Result>['permission'],
  run: Saga<Input, Result>['run'],
): Saga<Input, Result> {
  return { kind: 'saga', permission, run };
}

export type Verb<Input, Result> = Command<Input, Result> | Saga<Input, Result>;

/** Refuses a viewer who may not do it. */
export function requireAllowed(viewer: Viewer, { permission }: Pick<Verb<never, unknown>, 'permission'>): void {
  if (permission !== openToAll) requirePermission(viewer, permission);
}

const attempts = 3;

/**
 * The one way in for every write: permission, transaction, tenant and actor, the command, its events, commit. A saga comes in
 * here too, and comes back for each of its transactions.
 */
export async function act<Input, Result>(
  tools: Tools,
  viewer: Viewer,
  verb: Verb<Input, Result>,
  input: Input,
): Promise<Result> {
  requireAllowed(viewer, verb);
  if (verb.kind === 'saga') return await inItsOwnTime(() => verb.run(tools, viewer, input));
  if (!tools.journal) return await carryOut(tools, viewer, verb, (tx) => verb.run(tx, viewer, input));
  return await tools.journal.step(verb, (record) =>
    carryOut(tools, viewer, verb, async (tx) => {
      const result = await verb.run(tx, viewer, input);
      await record(tx, result);
      return result;
    }),
  );
}

/** What a transaction found done by another one, since it looked: it is to look again. */
export class OvertakenError extends Error {}

/** A command's transaction, tried again where another one came before it. */
export async function carryOut<Result>(
  { database }: Tools,
  viewer: Viewer,
  { uniques }: Pick<Command<never, unknown>, 'uniques'>,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transact(viewer, work);
    } catch (error) {
      if (attempt < attempts && isTransient(error)) continue;
      throw translate(error, uniques);
    }
  }
}

// A deadlock or a serialization failure: PostgreSQL chose this transaction to lose, and it may simply try again.
function isTransient(error: unknown): boolean {
  if (error instanceof OvertakenError) return true;
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  if (error.code === 'P2034') return true;
  const code = databaseCause(error)?.originalCode;
  return code === '40P01' || code === '40001';
}

function translate(error: unknown, uniques: Readonly<Record<string, InputIssue>>): unknown {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error;
  const index = databaseCause(error)?.constraint?.index;
  const issue = index === undefined ? undefined : uniques[index];
  return issue ? new InvalidInputError([issue]) : error;
}

type DatabaseCause = { originalCode?: string; constraint?: { index?: string } };

function databaseCause(error: Prisma.PrismaClientKnownRequestError): DatabaseCause | undefined {
  const meta = error.meta as { driverAdapterError?: { cause?: DatabaseCause } } | undefined;
  return meta?.driverAdapterError?.cause;
}
