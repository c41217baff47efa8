/**
 * The laws of subscriptions.
 *
 *  1. A subscription begins when a recurring invoice is paid, and belongs to one client, for ever. Its number never changes.
 *  2. Periods are counted from an anchor, in UTC: the n-th ends n lengths after it. A month without the anchor's day gives
 *     its last one, and the next month that has the day gives it again: 31 January, 28 February, 31 March.
 *  3. ACTIVE and PAST_DUE renew, PAUSED waits, CANCELED and EXPIRED have ended. What has ended can only be resumed.
 *  4. A running subscription is due when its period ends, a past-due one when its charge is to be tried again. One whose
 *     renewal waits for a payment by hand is not due, and none is due that is paused or has ended.
 *  5. There is one open renewal at a time. Until it is paid, or given up, no further one is made.
 *  6. A renewal that is paid buys one period, whoever pays it, however late. The period follows the last one, so that billing
 *     dates stay; paid before that one is over, or when the following one would be over too, it begins with the payment, and
 *     billing dates with it. Nobody pays for a period that is past.
 *  7. That payment makes a past-due or expired subscription active again. A paused one stays paused, and a canceled one
 *     canceled.
 *  8. A charge that fails makes it PAST_DUE. It is tried again after the organization's dunning days, counted from the first
 *     failure; when the last try fails, it is EXPIRED. Without dunning days the first failure ends it.
 *  9. A renewal that is given up (its invoice is canceled or deleted) is waived: a running subscription whose period is over
 *     goes on into the next one as if it were paid, without counting a payment.
 * 10. Canceling takes effect at once, or when the period ends; after the period's end, at once. Until then it runs on, and
 *     nothing more is charged.
 * 11. Pausing stops renewals and tries; the period runs on. Resuming goes on with the period that still runs; when it is over,
 *     the subscription is due at once, and billing dates begin anew. Resuming also takes back a cancellation to come.
 * 12. While its renewal is being charged it is looked at again after an hour: whoever asked may not have lived to hear the
 *     answer.
 */
import type { Subscription } from '../generated/prisma/client.ts';
import { InvalidStateError } from '../kernel/errors.ts';
import { addDays, addHours, endOfTime } from '../kernel/time.ts';
import type { PeriodUnit } from '../services/rules.ts';

export type Status = 'CANCELED' | 'ACTIVE' | 'PAUSED' | 'PAST_DUE' | 'EXPIRED';

export type Period = { periodLength: number; periodUnit: string };

/** What the laws look at. */
export type Standing = Period &
  Pick<
    Subscription,
    | 'status'
    | 'anchorAt'
    | 'periodCount'
    | 'currentPeriodStart'
    | 'currentPeriodEnd'
    | 'paymentCount'
    | 'cancelAtPeriodEnd'
    | 'openInvoiceId'
    | 'failedAttempts'
    | 'nextActionAt'
  >;

export type Change = Partial<Omit<Standing, 'status' | keyof Period>> & {
  status?: Status;
  openPaymentId?: string | null;
  pausedAt?: Date | null;
  endedAt?: Date | null;
};

// ------------------------------------------------------------------ periods

const daysOf: Partial<Record<PeriodUnit, number>> = { DAY: 1, WEEK: 7 };

/** Law 2: where the n-th period after the anchor ends, and the one after it begins. */
export function boundary(anchorAt: Date, { periodLength, periodUnit }: Period, count: number): Date {
  const units = periodLength * count;
  const days = daysOf[periodUnit as PeriodUnit];
  return days === undefined
    ? addMonths(anchorAt, periodUnit === 'YEAR' ? units * 12 : units)
    : addDays(anchorAt, units * days);
}

function addMonths(instant: Date, months: number): Date {
  const month = instant.getUTCFullYear() * 12 + instant.getUTCMonth() + months;
  const [year, monthOfYear] = [Math.floor(month / 12), month % 12];
  if (year > endOfTime.getUTCFullYear()) return endOfTime;
  const moved = new Date(instant);
  const lastDay = new Date(Date.UTC(year, monthOfYear + 1, 0)).getUTCDate();
  moved.setUTCFullYear(year, monthOfYear, Math.min(instant.getUTCDate(), lastDay));
  return moved;
}

/** The first period, which the payment that begins a subscription buys. */
export function firstPeriod(period: Period, at: Date) {
  return { anchorAt: at, periodCount: 1, currentPeriodStart: at, currentPeriodEnd: boundary(at, period, 1) };
}

// Law 6.
function nextPeriod(subscription: Standing, at: Date) {
  const { anchorAt, periodCount, currentPeriodEnd } = subscription;
  const following = boundary(anchorAt, subscription, periodCount + 1);
  if (at < currentPeriodEnd || at >= following) return firstPeriod(subscription, at);
  return { periodCount: periodCount + 1, currentPeriodStart: currentPeriodEnd, currentPeriodEnd: following };
}

// ------------------------------------------------------------------ statuses

const ended: readonly string[] = ['CANCELED', 'EXPIRED'];
const running: readonly string[] = ['ACTIVE', 'PAST_DUE'];

export function hasEnded({ status }: { status: string }): boolean {
  return ended.includes(status);
}

export function isRunning({ status }: { status: string }): boolean {
  return running.includes(status);
}

/** Law 3: which status may follow which. */
const followers: Readonly<Record<Status, readonly Status[]>> = {
  ACTIVE: ['PAUSED', 'PAST_DUE', 'CANCELED', 'EXPIRED'],
  PAST_DUE: ['ACTIVE', 'PAUSED', 'CANCELED', 'EXPIRED'],
  PAUSED: ['ACTIVE', 'CANCELED', 'EXPIRED'],
  CANCELED: ['ACTIVE'],
  EXPIRED: ['ACTIVE'],
};

const words: Readonly<Record<Status, string>> = {
  ACTIVE: 'active',
  PAST_DUE: 'past due',
  PAUSED: 'paused',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
};

function requireStep(from: string, to: Status): void {
  if (followers[from as Status].includes(to)) return;
  throw new InvalidStateError(
    from === to
      ? `The subscription is ${words[to]} already.`
      : `A subscription that is ${words[from as Status]} can't become ${words[to]}.`,
  );
}

/** Law 4: when the scheduler has to act next, unless a charge is to be tried again. */
function nextActionAt(subscription: Standing): Date | null {
  const { cancelAtPeriodEnd, openInvoiceId, currentPeriodEnd } = subscription;
  if (hasEnded(subscription)) return null;
  if (cancelAtPeriodEnd) return currentPeriodEnd;
  return isRunning(subscription) && openInvoiceId === null ? currentPeriodEnd : null;
}

function changed(subscription: Standing, change: Change): Change {
  return { ...change, nextActionAt: nextActionAt({ ...subscription, ...change }) };
}

/** Law 10. */
export function cancel(subscription: Standing, at: Date, { atPeriodEnd = false } = {}): Change {
  requireStep(subscription.status, 'CANCELED');
  if (atPeriodEnd && subscription.currentPeriodEnd > at) return changed(subscription, { cancelAtPeriodEnd: true });
  return changed(subscription, { status: 'CANCELED', endedAt: at, pausedAt: null, cancelAtPeriodEnd: false });
}

/** Law 11. */
export function pause(subscription: Standing, at: Date): Change {
  requireStep(subscription.status, 'PAUSED');
  return changed(subscription, { status: 'PAUSED', pausedAt: at });
}

/** Law 11. */
export function resume(subscription: Standing, at: Date): Change {
  if (subscription.status !== 'ACTIVE' || !subscription.cancelAtPeriodEnd) requireStep(subscription.status, 'ACTIVE');
  const isOver = subscription.currentPeriodEnd < at;
  const change = changed(subscription, {
    status: 'ACTIVE',
    cancelAtPeriodEnd: false,
    pausedAt: null,
    endedAt: null,
    failedAttempts: 0,
    ...(isOver ? { anchorAt: at, periodCount: 0, currentPeriodEnd: at } : {}),
  });
  // A renewal that was left open is tried again.
  return change.nextActionAt === null ? { ...change, nextActionAt: at } : change;
}

/** The scheduler's own statuses, written by hand. */
export function become(subscription: Standing, status: 'PAST_DUE' | 'EXPIRED', at: Date): Change {
  requireStep(subscription.status, status);
  return status === 'EXPIRED' ? expire(subscription, at) : changed(subscription, { status });
}

function expire(subscription: Standing, at: Date): Change {
  return changed(subscription, { status: 'EXPIRED', endedAt: at, pausedAt: null, cancelAtPeriodEnd: false });
}

// ------------------------------------------------------------------ renewals

const nothingOpen = { openInvoiceId: null, openPaymentId: null, failedAttempts: 0 } as const;

/** Laws 4, 5 and 12: its renewal is made, and is being charged, or waits for a payment by hand. */
export function open(
  subscription: Standing,
  { openInvoiceId, openPaymentId }: { openInvoiceId: string; openPaymentId: string | null },
  at: Date,
): Change {
  const change = changed(subscription, { openInvoiceId, openPaymentId });
  return openPaymentId === null ? change : lookAgain({ ...subscription, ...change }, at, change);
}

/** Law 12. */
export function lookAgain(subscription: Standing, at: Date, change: Change = {}): Change {
  return isRunning(subscription) ? { ...change, nextActionAt: addHours(at, 1) } : change;
}

/** Laws 6 and 7. */
export function advance(subscription: Standing, at: Date): Change {
  const stays = subscription.status === 'PAUSED' || subscription.status === 'CANCELED';
  return changed(subscription, {
    ...nextPeriod(subscription, at),
    ...(stays ? {} : { status: 'ACTIVE', endedAt: null }),
    paymentCount: subscription.paymentCount + 1,
    ...nothingOpen,
  });
}

/** Law 9. */
export function waive(subscription: Standing, at: Date): Change {
  const isOver = subscription.currentPeriodEnd <= at;
  return changed(subscription, {
    ...(isRunning(subscription) ? { status: 'ACTIVE', ...(isOver ? nextPeriod(subscription, at) : {}) } : {}),
    ...nothingOpen,
  });
}

/** Law 8. One that no longer runs has nothing to try again. */
export function fail(subscription: Standing, at: Date, dunningDays: readonly number[]): Change {
  if (!isRunning(subscription)) return changed(subscription, { openPaymentId: null });
  const { failedAttempts: before } = subscription;
  const failedAttempts = before + 1;
  const day = dunningDays[before];
  if (day === undefined) return { ...expire(subscription, at), failedAttempts, openPaymentId: null };
  const nextTry = addDays(at, day - (dunningDays[before - 1] ?? 0));
  const change = changed(subscription, { status: 'PAST_DUE', failedAttempts, openPaymentId: null });
  return { ...change, nextActionAt: subscription.cancelAtPeriodEnd ? change.nextActionAt : nextTry };
}
