import { createHash } from 'node:crypto';
import {
  act,
  type Command,
  carryOut,
  type Journal,
  OvertakenError,
  requireAllowed,
  type Saga,
  type Tools,
  type Verb,
} from './command.ts';
import type { Database, Transaction } from './db.ts';
import { inItsOwnTime } from './deadline.ts';
import {
  ConflictError,
  type DomainError,
  IdempotencyKeyError,
  InvalidInputError,
  InvalidStateError,
  LimitReachedError,
  NotFoundError,
} from './errors.ts';
import { defineJob, type Job } from './jobs.ts';
import { placeOf, type Secrets } from './secrets.ts';
import { addHours, addMinutes, now } from './time.ts';
import { organizationOf, type Viewer } from './viewer.ts';

// The laws of keys.
//
//  1. A key belongs to a person or token in an organization, and to one mutation: to others it means nothing.
//  2. Sent again with the same input, nothing is done, and what was answered is answered. With another input it is refused.
//  3. What is remembered is remembered by the transaction that does it: both are kept or neither. So a failure of a command,
//     which keeps nothing, is not remembered: its key may be sent again with an input that is right.
//  4. A saga is remembered step by step, each by the transaction that takes it. Cut off, it is taken up where it was, by whoever
//     sends the key again, once nobody can be at it any more. A failure is remembered if a step had changed something by then.
//  5. While one request is at it, others with the key are refused, and nobody waits.
//  6. After a day a key is as if it had never been.

/** What a mutation was sent with: under law 1, and law 2. */
export type Keyed = {
  operation: string;
  key: string;
  input: unknown;
  /** Whether what is answered is told once and kept nowhere: it is remembered encrypted. */
  isSecret: boolean;
};

/** Law 2: only a remembered failure is answered; one that happens now is thrown. */
export type Answered<Result> = { isReplayed: boolean } & Outcome<Result>;
type Outcome<Result> = { result: Result } | { failure: DomainError };

const hoursKept = 24;
/** Law 4: far longer than anything that a saga waits for between two of its steps. */
const claimMinutes = 3;

/** Carries a verb out, unless that was done under this key already. */
export async function actOnce<Input, Result>(
  tools: Tools,
  viewer: Viewer,
  verb: Verb<Input, Result>,
  input: Input,
  keyed: Keyed,
): Promise<Answered<Result>> {
  requireAllowed(viewer, verb);
  const scope = scopeOf(tools, viewer, keyed);
  return verb.kind === 'command'
    ? await commandOnce(tools, viewer, verb, input, scope)
    : await inItsOwnTime(() => sagaOnce(tools, viewer, verb, input, scope));
}

async function commandOnce<Input, Result>(
  tools: Tools,
  viewer: Viewer,
  verb: Command<Input, Result>,
  input: Input,
  scope: Scope,
): Promise<Answered<Result>> {
  return await carryOut(tools, viewer, verb, async (tx): Promise<Answered<Result>> => {
    const found = await find(tx, scope);
    if (found?.outcome != null) return { ...scope.codec.decodeOutcome<Result>(found.outcome), isReplayed: true };
    const result = await verb.run(tx, viewer, input);
    await remember(tx, scope, { outcome: scope.codec.encodeOutcome({ result }) });
    return { result, isReplayed: false };
  });
}

async function sagaOnce<Input, Result>(
  tools: Tools,
  viewer: Viewer,
  verb: Saga<Input, Result>,
  input: Input,
  scope: Scope,
): Promise<Answered<Result>> {
  const { database } = tools;
  const claim = await carryOut(tools, viewer, { uniques: {} }, (tx) => claimed(tx, scope));
  if (claim.outcome !== null) return { ...scope.codec.decodeOutcome<Result>(claim.outcome), isReplayed: true };
  const taken: Taken = { scope, attempt: claim.attempt, steps: claim.steps, hasEffect: claim.hasEffect };
  try {
    const result = await act({ ...tools, journal: journalOf(taken) }, viewer, verb, input);
    await conclude(database, viewer, taken, { result });
    return { result, isReplayed: false };
  } catch (error) {
    if (!isFailure(error)) await release(database, viewer, taken);
    else if (taken.hasEffect) await conclude(database, viewer, taken, { failure: error });
    else await forget(database, viewer, taken);
    throw error;
  }
}

// ------------------------------------------------------------------ the row

type Scope = {
  organizationId: string;
  principalId: string;
  operation: string;
  keyHash: Buffer<ArrayBuffer>;
  fingerprint: Buffer<ArrayBuffer>;
  /** The row's own number among PostgreSQL's locks. */
  lock: bigint;
  codec: Codec;
};

function scopeOf({ secrets }: Tools, viewer: Viewer, { operation, key, input, isSecret }: Keyed): Scope {
  const organizationId = organizationOf(viewer);
  const principalId = viewer.tokenId ?? viewer.userId;
  if (principalId === null) throw new IdempotencyKeyError('Only a person or a token can have an idempotency key.');
  return {
    organizationId,
    principalId,
    operation,
    keyHash: hash(key),
    fingerprint: hash(JSON.stringify(canonical(input)) ?? ''),
    lock: hash([organizationId, principalId, operation, key].join('\0')).readBigInt64BE(),
    codec: codecOf(isSecret ? { secrets, place: placeOf('idempotency_keys.outcome', organizationId) } : null),
  };
}

const hash = (text: string) => Buffer.from(createHash('sha256').update(text).digest());

/** The same value in one spelling: names in order, nothing that is not there. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).filter(([, held]) => held !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, held]) => [name, canonical(held)]));
}

type Found = {
  isFree: boolean;
  isSame: boolean | null;
  outcome: string | null;
  steps: string[] | null;
  hasEffect: boolean | null;
  attempt: number | null;
  isClaimed: boolean | null;
};

/** Takes the key for the transaction, and looks what is known of it. Laws 2 and 5. Null: nothing. */
async function find(tx: Transaction, scope: Scope): Promise<Found | null> {
  const { organizationId, principalId, operation, keyHash, fingerprint, lock } = scope;
  const at = now();
  const [found] = await tx.$queryRaw<[Found]>`
    select pg_try_advisory_xact_lock(${lock}::bigint) as "isFree", k.fingerprint = ${fingerprint} as "isSame",
        k.outcome, k.steps, k.has_effect as "hasEffect", k.attempt, k.claimed_until > ${at.toISOString()}::timestamptz as "isClaimed"
      from (values (1)) as one (row) left join idempotency_keys k
        on k.organization_id = ${organizationId}::uuid and k.principal_id = ${principalId}::uuid
          and k.operation = ${operation} and k.key_hash = ${keyHash}
          and k.created_at > ${addHours(at, -hoursKept).toISOString()}::timestamptz`;
  if (found.isSame === false) {
    throw new IdempotencyKeyError(
      'This idempotency key came with another input before. Send a new key for a new request.',
      'IDEMPOTENCY_KEY_REUSED',
    );
  }
  if (found.outcome === null && (!found.isFree || found.isClaimed)) throw inUse();
  return found.isSame === null ? null : found;
}

function inUse(): IdempotencyKeyError {
  return new IdempotencyKeyError(
    'A request with this idempotency key is being carried out. Try again in a moment.',
    'IDEMPOTENCY_KEY_IN_USE',
  );
}

type Row = { outcome: string | null; hasEffect?: boolean; claimedUntil?: Date };

/**
 * Writes down what is known of a key from now on. One that is older than a day gives way. Where a command has gone on in another
 * organization, its key has not: the tenant is that of the row again before the row is checked.
 */
async function remember(
  tx: Transaction,
  scope: Scope,
  { outcome, hasEffect = true, claimedUntil }: Row,
): Promise<void> {
  const { organizationId, principalId, operation, keyHash, fingerprint } = scope;
  const at = now();
  const written = await tx.$executeRaw`
    insert into idempotency_keys as k
        (organization_id, principal_id, operation, key_hash, fingerprint, outcome, has_effect, claimed_until, created_at)
      values (set_config('app.organization_id', ${organizationId}, true)::uuid, ${principalId}::uuid, ${operation}, ${keyHash}, ${fingerprint}, ${outcome},
        ${hasEffect}, ${claimedUntil?.toISOString() ?? null}::timestamptz, ${at.toISOString()}::timestamptz)
      on conflict (organization_id, principal_id, operation, key_hash) do update set
        fingerprint = excluded.fingerprint, outcome = excluded.outcome, has_effect = excluded.has_effect, steps = '{}',
        attempt = 1, claimed_until = excluded.claimed_until, created_at = excluded.created_at
      where k.created_at <= ${addHours(at, -hoursKept).toISOString()}::timestamptz`;
  if (written === 0) throw new OvertakenError('Another request with the idempotency key was faster.');
}

// ------------------------------------------------------------------ sagas

/** A saga that this process is at. */
type Taken = { scope: Scope; attempt: number; steps: readonly string[]; hasEffect: boolean };
type Claim = Omit<Taken, 'scope'> & { outcome: string | null };

/** Law 4: claims a saga, its first time or where it was cut off. */
async function claimed(tx: Transaction, scope: Scope): Promise<Claim> {
  const found = await find(tx, scope);
  const claimedUntil = addMinutes(now(), claimMinutes);
  if (found === null) {
    await remember(tx, scope, { outcome: null, hasEffect: false, claimedUntil });
    return { outcome: null, attempt: 1, steps: [], hasEffect: false };
  }
  const { outcome, attempt, steps, hasEffect } = found as Required<{ [Name in keyof Found]: NonNullable<Found[Name]> }>;
  const claim = { outcome, steps, hasEffect, attempt: attempt + 1 };
  if (found.outcome !== null) return claim;
  await update(tx, { scope, attempt }, { attempt: { increment: 1 }, claimedUntil });
  return claim;
}

function journalOf(taken: Taken): Journal {
  const { scope, steps } = taken;
  let place = 0;
  return {
    step: async (command, work) => {
      const known = steps[place];
      place += 1;
      if (known !== undefined) return scope.codec.decode(known) as never;
      const hasEffect = taken.hasEffect || command.changes;
      const result = await work(async (tx, result) => {
        await tx.$queryRaw`select set_config('app.organization_id', ${scope.organizationId}, true)`;
        await update(tx, taken, {
          steps: { push: scope.codec.encode(result) },
          hasEffect,
          claimedUntil: addMinutes(now(), claimMinutes),
        });
      });
      taken.hasEffect = hasEffect;
      return result;
    },
  };
}

type Change = Parameters<Transaction['idempotencyKey']['updateMany']>[0]['data'];

function rowOf({ organizationId, principalId, operation, keyHash }: Scope) {
  return { organizationId, principalId, operation, keyHash };
}

async function update(tx: Transaction, { scope, attempt }: Pick<Taken, 'scope' | 'attempt'>, data: Change) {
  const { count } = await tx.idempotencyKey.updateMany({ where: { ...rowOf(scope), attempt }, data });
  // Believed to be gone, this process has lost the saga to another one.
  if (count === 0) throw inUse();
}

async function conclude(database: Database, viewer: Viewer, taken: Taken, outcome: Outcome<unknown>): Promise<void> {
  const text = taken.scope.codec.encodeOutcome(outcome);
  await database.transact(viewer, (tx) => update(tx, taken, { outcome: text, claimedUntil: null }));
}

/** Law 3, for a saga that has changed nothing. */
async function forget(database: Database, viewer: Viewer, { scope, attempt }: Taken): Promise<void> {
  await database.transact(viewer, (tx) => tx.idempotencyKey.deleteMany({ where: { ...rowOf(scope), attempt } }));
}

/** Something unexpected has cut the saga off: whoever sends the key again need not wait. */
async function release(database: Database, viewer: Viewer, { scope, attempt }: Taken): Promise<void> {
  const row = { ...rowOf(scope), attempt };
  await database
    .transact(viewer, (tx) => tx.idempotencyKey.updateMany({ where: row, data: { claimedUntil: null } }))
    // What cut it off may be the database itself. Then they wait.
    .catch(() => null);
}

// ------------------------------------------------------------------ what is remembered, as text

type Failure = {
  name: string;
  message: string;
  code: string;
  path: string[];
  issues: InvalidInputError['issues'];
  currentVersion: number | null;
  limit: number;
};

const failures: Record<string, (failure: Failure) => DomainError> = {
  NotFoundError: ({ message, path }) => new NotFoundError(message, path),
  InvalidInputError: ({ issues }) => new InvalidInputError(issues),
  InvalidStateError: ({ message, code }) => new InvalidStateError(message, code),
  ConflictError: ({ message, code, currentVersion }) => new ConflictError(message, code as never, currentVersion),
  LimitReachedError: ({ message, limit }) => new LimitReachedError(message, limit),
};

/** Whether it is a failure of the family that a mutation may answer. */
function isFailure(error: unknown): error is DomainError {
  return error instanceof Error && error.name in failures;
}

type Codec = {
  encode(value: unknown): string;
  decode(text: string): unknown;
  encodeOutcome(outcome: Outcome<unknown>): string;
  decodeOutcome<Result>(text: string): Outcome<Result>;
};

function codecOf(sealing: { secrets: Secrets; place: string } | null): Codec {
  const encode = (value: unknown) => {
    const text = JSON.stringify({ value }, withDates);
    if (!sealing) return text;
    const { keyId, bytes } = sealing.secrets.seal(text, sealing.place);
    return JSON.stringify({ keyId, bytes: Buffer.from(bytes).toString('base64') });
  };
  const decode = (text: string) => {
    if (!sealing) return JSON.parse(text, asDates).value;
    const { keyId, bytes } = JSON.parse(text) as { keyId: string; bytes: string };
    return JSON.parse(sealing.secrets.open({ keyId, bytes: Buffer.from(bytes, 'base64') }, sealing.place), asDates)
      .value;
  };
  return {
    encode,
    decode,
    encodeOutcome: (outcome) =>
      encode('result' in outcome ? outcome : { failure: { ...outcome.failure, message: outcome.failure.message } }),
    decodeOutcome: (text) => {
      const outcome = decode(text);
      return 'result' in outcome ? outcome : { failure: failures[outcome.failure.name]?.(outcome.failure) };
    },
  };
}

// JSON has told an instant as text by the time it asks; the object that holds it still knows.
function withDates(this: Record<string, unknown>, name: string, value: unknown): unknown {
  const original = this[name];
  if (original instanceof Date) return { $instant: value };
  const isPlain = typeof original !== 'object' || original === null || Array.isArray(original);
  if (!isPlain && ![Object.prototype, null].includes(Object.getPrototypeOf(original))) {
    throw new Error(`What a command answers is remembered as JSON, and ${name} is more than that.`);
  }
  return value;
}

function asDates(_: string, value: unknown): unknown {
  const isInstant = typeof value === 'object' && value !== null && '$instant' in value;
  return isInstant ? new Date(value.$instant as string) : value;
}

// ------------------------------------------------------------------ the end

/** How many rows go at once. */
const batch = 1_000;

/** Law 6: the job that takes away what is not looked at any more. */
export function forgetIdempotencyKeys({ database }: Pick<Tools, 'database'>): Job {
  return defineJob(
    'idempotency.forget',
    async () => {
      const before = addHours(now(), -hoursKept);
      for (let gone = batch; gone === batch; ) {
        const { rows } = await database.pool.query<{ gone: number }>('select forget_idempotency_keys($1, $2) as gone', [
          before,
          batch,
        ]);
        gone = rows[0]?.gone ?? 0;
      }
    },
    { schedule: '17 * * * *' },
  );
}
