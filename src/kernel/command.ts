import { Prisma } from '../generated/prisma/client.ts';
import type { Database, Transaction } from './db.ts';
import { type InputIssue, InvalidInputError } from './errors.ts';
import { requirePermission, type Viewer } from './viewer.ts';

/** A verb: the permission it needs, and what it does inside its transaction. Answers ids, never rows. */
export type Command<Input, Result> = {
  readonly permission: string;
  readonly run: (tx: Transaction, viewer: Viewer, input: Input) => Promise<Result>;
  readonly uniques: Readonly<Record<string, InputIssue>>;
};

/** @param uniques what a violation of a unique index, or of a foreign key, means to the caller, by its name */
export function command<Input, Result>(
  permission: string,
  run: Command<Input, Result>['run'],
  uniques: Command<Input, Result>['uniques'] = {},
): Command<Input, Result> {
  return { permission, run, uniques };
}

const attempts = 3;

/** The one way in for every write: permission, transaction, tenant and actor, the command, its events, commit. */
export async function act<Input, Result>(
  database: Database,
  viewer: Viewer,
  verb: Command<Input, Result>,
  input: Input,
): Promise<Result> {
  requirePermission(viewer, verb.permission);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await database.transact(viewer, (tx) => verb.run(tx, viewer, input));
    } catch (error) {
      if (attempt < attempts && isTransient(error)) continue;
      throw translate(error, verb.uniques);
    }
  }
}

// A deadlock or a serialization failure: PostgreSQL chose this transaction to lose, and it may simply try again.
function isTransient(error: unknown): boolean {
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
