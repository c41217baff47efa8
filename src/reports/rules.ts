/**
 * The laws of reports.
 *
 *  1. A report counts what the viewer may see, and nothing else.
 *  2. A day is a day of the organization's time zone, from midnight to midnight, be it 23 or 25 hours long. A span has its
 *     first day and its last in it, and is at most ten years long.
 *  3. Revenue is what payments that succeeded brought, less what refunds gave back, each when it was settled and in its own
 *     currency. Credit that is spent counts as a payment. Every day, week or month of the span is told for each
 *     currency that moved in it. Weeks begin on Monday; of the first and the last one, only what is in the span counts.
 *  4. An order takes from when it was placed until it was completed, and less than nothing is nothing.
 *  5. Open tasks are those that are not complete, of orders that are open. One of several people counts for each of them.
 *  6. An invoice is overdue when it is owed, in whole or in part, and its due time has passed. What is still owed is summed.
 *  7. Recurring revenue is what active and past due subscriptions ask for, by the month: a year has twelve, and 365 days.
 */
import { invalid } from '../kernel/errors.ts';
import { openKinds } from '../orders/rules.ts';

/** Days as `2026-11-21`. */
export type Span = { from: string; to: string };
export type Interval = 'DAY' | 'WEEK' | 'MONTH';

const mostYears = 10;

/** Law 2. */
export function checkSpan({ from, to }: Span): void {
  if (to < from) throw invalid('to', 'OUT_OF_RANGE', 'A span must not end before it begins.');
  const tooLate = `${Number(from.slice(0, 4)) + mostYears}`.padStart(4, '0') + from.slice(4);
  // Nothing lies beyond the year 9999, so nothing is too late then.
  if (tooLate.length === to.length && to >= tooLate) {
    throw invalid('to', 'OUT_OF_RANGE', `A span must not be longer than ${mostYears} years.`);
  }
}

/** Law 5: the condition on orders. */
export const beingWorked = { statusKind: { in: [...openKinds] } };
