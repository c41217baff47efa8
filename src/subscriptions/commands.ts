import type { Prisma, Subscription } from '../generated/prisma/client.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { ForbiddenError, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { isUuid, randomCode } from '../kernel/id.ts';
import { requireVersion } from '../kernel/input.ts';
import type { Decimal } from '../kernel/money.ts';
import { now } from '../kernel/time.ts';
import { gradeOf, organizationOf, type Viewer } from '../kernel/viewer.ts';
import { subscriptionsWithin, visibleSubscriptions } from './policy.ts';
import * as rules from './rules.ts';

type Subject = { id: string; expectedVersion?: number | null };

/**
 * Writes the status, as SPP does: canceling takes effect at once, ACTIVE resumes. Without a status, or with the one that it
 * has, nothing happens. Laws 3, 8, 10 and 11. Announces what became of it.
 */
export const update = command(
  'subscriptions.update',
  async (tx, viewer, { status, ...subject }: Subject & { status?: rules.Status | null }) => {
    const subscription = await lockForEdit(tx, viewer, subject, 'subscriptions.update');
    if (status == null || status === subscription.status) return { id: subscription.id };
    return await step(tx, subscription, verbs[status]);
  },
);

/** Ends it, at once or when its period does. Law 10. Announces `subscription.canceled`, or `subscription.updated`. */
export const cancel = command(
  'subscriptions.cancel',
  async (tx, viewer, { atPeriodEnd, ...subject }: Subject & { atPeriodEnd?: boolean | null }) => {
    const subscription = await lockForEdit(tx, viewer, subject, 'subscriptions.cancel');
    return await step(tx, subscription, (standing, at) =>
      rules.cancel(standing, at, { atPeriodEnd: atPeriodEnd ?? false }),
    );
  },
);

/** Law 11. Announces `subscription.paused`. */
export const pause = command('subscriptions.pause', async (tx, viewer, subject: Subject) =>
  step(tx, await lockForEdit(tx, viewer, subject, 'subscriptions.pause'), rules.pause),
);

/** Law 11. Announces `subscription.resumed`, or `subscription.updated` when only a cancellation to come is taken back. */
export const resume = command('subscriptions.resume', async (tx, viewer, subject: Subject) =>
  step(tx, await lockForEdit(tx, viewer, subject, 'subscriptions.resume'), rules.resume),
);

type Verb = (subscription: Subscription, at: Date) => rules.Change;

const verbs: Readonly<Record<rules.Status, Verb>> = {
  CANCELED: rules.cancel,
  ACTIVE: rules.resume,
  PAUSED: rules.pause,
  PAST_DUE: (subscription, at) => rules.become(subscription, 'PAST_DUE', at),
  EXPIRED: (subscription, at) => rules.become(subscription, 'EXPIRED', at),
};

const facts = {
  CANCELED: 'subscription.canceled',
  ACTIVE: 'subscription.resumed',
  PAUSED: 'subscription.paused',
  PAST_DUE: 'subscription.past_due',
  EXPIRED: 'subscription.expired',
} as const;

/** Carries a verb out, and announces what it made of the subscription; nothing when nothing changed. */
async function step(tx: Transaction, before: Subscription, verb: Verb): Promise<{ id: string }> {
  const after = await write(tx, before, verb(before, now()));
  if (after.status !== before.status) await announce(tx, facts[after.status as rules.Status], after);
  else if (after.version !== before.version) await announce(tx, 'subscription.updated', after);
  return { id: after.id };
}

/** Ends one that was canceled for the end of its period, when that has come. Law 10. Announces `subscription.canceled`. */
export async function endSubscription(tx: Transaction, subscription: Subscription): Promise<void> {
  await step(tx, subscription, (standing, at) => rules.cancel(standing, at, { atPeriodEnd: true }));
}

type Noted = { amount?: Decimal; paymentMethodId?: string | null };

function write(tx: Transaction, { id }: { id: string }, change: rules.Change & Noted): Promise<Subscription> {
  return tx.subscription.update({ where: { id }, data: change });
}

async function announce(
  tx: Transaction,
  type: `subscription.${string}`,
  { id, number, clientId, status }: Subscription,
  more: Prisma.InputJsonObject = {},
): Promise<void> {
  await emit(tx, type, { subscription: id }, { number, clientId, status, ...more });
}

// ------------------------------------------------------------------ locks

/** Takes a subscription, named by id or number, that the permission lets the viewer change. */
export async function lockSubscription(
  tx: Transaction,
  viewer: Viewer,
  idOrNumber: string,
  permission: string,
): Promise<Subscription> {
  const [named] = isUuid(idOrNumber)
    ? await tx.$queryRaw<{ id: string }[]>`select id from subscriptions where id = ${idOrNumber}::uuid for update`
    : await tx.$queryRaw<{ id: string }[]>`select id from subscriptions where number = ${idOrNumber} for update`;
  const visible = { AND: [{ id: named?.id ?? '' }, visibleSubscriptions(viewer)] };
  const subscription = named ? await tx.subscription.findFirst({ where: visible }) : null;
  if (!subscription) throw new NotFoundError('There is no subscription with this id.');
  if (gradeOf(viewer, permission) < 3) {
    const reached = { AND: [{ id: subscription.id }, subscriptionsWithin(viewer, permission)] };
    if ((await tx.subscription.count({ where: reached })) === 0) {
      throw new ForbiddenError(`The permission ${permission} does not reach this subscription.`);
    }
  }
  return subscription;
}

async function lockForEdit(tx: Transaction, viewer: Viewer, { id, expectedVersion }: Subject, permission: string) {
  const subscription = await lockSubscription(tx, viewer, id, permission);
  requireVersion(subscription, expectedVersion);
  return subscription;
}

/** Takes a subscription of the organization, whatever of it the viewer may change: for what the engine does to it. */
async function take(tx: Transaction, viewer: Viewer, id: string): Promise<Subscription> {
  await tx.$queryRaw`select id from subscriptions where id = ${id}::uuid for update`;
  return await tx.subscription.findUniqueOrThrow({
    where: { organizationId_id: { organizationId: organizationOf(viewer), id } },
  });
}

// ------------------------------------------------------------------ what payments do to it

type Beginning = rules.Period & {
  clientId: string;
  /** The invoice whose payment begins it: it begins no second one. */
  invoiceId: string;
  currency: string;
  /** What one period costs, without tax and coupon. */
  amount: Decimal;
  paymentMethodId?: string | null;
  at: Date;
};

/** Laws 1 and 2. Announces `subscription.started`. */
export async function startSubscription(tx: Transaction, viewer: Viewer, beginning: Beginning): Promise<string> {
  const { at, ...fields } = beginning;
  const period = rules.firstPeriod(fields, at);
  const subscription = await tx.subscription.create({
    data: {
      ...fields,
      ...period,
      organizationId: organizationOf(viewer),
      number: await freeNumber(tx),
      paymentCount: 1,
      nextActionAt: period.currentPeriodEnd,
    },
  });
  await announce(tx, 'subscription.started', subscription, periodOf(subscription));
  return subscription.id;
}

/** A renewal was paid. Laws 6 and 7. Announces `subscription.renewed`. */
export async function advanceSubscription(
  tx: Transaction,
  viewer: Viewer,
  { id }: { id: string },
  { at, paymentMethodId = null }: { at: Date; paymentMethodId?: string | null },
): Promise<Subscription> {
  const change = rules.advance(await take(tx, viewer, id), at);
  const subscription = await write(tx, { id }, { ...change, paymentMethodId });
  await announce(tx, 'subscription.renewed', subscription, periodOf(subscription));
  return subscription;
}

/**
 * A renewal could not be charged. Law 8. Announces `subscription.past_due`, at every try, or `subscription.expired`. One that
 * no longer runs stays as it is.
 */
export async function failRenewal(
  tx: Transaction,
  viewer: Viewer,
  { id }: { id: string },
  { at }: { at: Date },
): Promise<Subscription> {
  const before = await take(tx, viewer, id);
  const { dunningDays } = await tx.organization.findUniqueOrThrow({
    where: { id: organizationOf(viewer) },
    select: { dunningDays: true },
  });
  const subscription = await write(tx, before, rules.fail(before, at, dunningDays));
  if (!rules.isRunning(before)) return subscription;
  await announce(tx, subscription.status === 'EXPIRED' ? facts.EXPIRED : facts.PAST_DUE, subscription, {
    failedAttempts: subscription.failedAttempts,
    nextAttemptAt: subscription.nextActionAt?.toISOString() ?? null,
  });
  return subscription;
}

/** Its renewal is made. Without a payment under way it waits for one by hand. Laws 4, 5 and 12. */
export async function openRenewal(
  tx: Transaction,
  subscription: Subscription,
  { amount, at, ...open }: { openInvoiceId: string; openPaymentId: string | null; amount?: Decimal; at: Date },
): Promise<void> {
  await write(tx, subscription, { ...rules.open(subscription, open, at), ...(amount ? { amount } : {}) });
}

/** Its charge did not settle it: nobody knows yet what became of it, or the money went elsewhere. Law 12. */
export async function lookAgain(
  tx: Transaction,
  subscription: Subscription,
  { isUnderWay, at }: { isUnderWay: boolean; at: Date },
): Promise<void> {
  await write(tx, subscription, rules.lookAgain(subscription, at, isUnderWay ? {} : { openPaymentId: null }));
}

/** The engine has nothing to do about it any more, until somebody else has. */
export async function restSubscription(tx: Transaction, subscription: Subscription): Promise<void> {
  await write(tx, subscription, { nextActionAt: null });
}

/** The renewal that the invoice was is given up. Law 9. Announces `subscription.updated`. */
export async function waiveRenewal(
  tx: Transaction,
  viewer: Viewer,
  { id, invoiceId, at }: { id: string; invoiceId: string; at: Date },
): Promise<void> {
  const before = await take(tx, viewer, id);
  if (before.openInvoiceId !== invoiceId) return;
  await announce(tx, 'subscription.updated', await write(tx, before, rules.waive(before, at)));
}

function periodOf({ currentPeriodStart, currentPeriodEnd, paymentCount }: Subscription): Prisma.InputJsonObject {
  return {
    currentPeriodStart: currentPeriodStart.toISOString(),
    currentPeriodEnd: currentPeriodEnd.toISOString(),
    paymentCount,
  };
}

// Five tries at a number, in one statement; more than one is needed about never.
async function freeNumber(tx: Transaction): Promise<string> {
  const candidates = Array.from({ length: 5 }, () => randomCode(8));
  const [free] = await tx.$queryRaw<{ number: string }[]>`
    select candidate as number from unnest(${candidates}::text[]) as candidate
      where not exists (select from subscriptions where subscriptions.number = candidate) limit 1`;
  if (!free) throw new Error('No free subscription number was found.');
  return free.number;
}
