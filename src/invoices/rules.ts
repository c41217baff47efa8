/**
 * The laws of invoices.
 *
 *  1. An invoice has 1 to 100 lines. Each has a name, a quantity of 1 or more and an amount that is not negative.
 *  2. It has one currency: that of the first service among its lines, or else the organization's. Every amount is payable
 *     in it, and a service of another currency does not belong on it.
 *  3. A line comes to quantity × amount, less its discount, less what the coupon takes off: never below 0. Of a discount
 *     that is larger than the line counts what the line has to give.
 *  4. When the invoice recurs, its renewals carry the discounts of its lines; that of the coupon only if it outlasts the
 *     first payment.
 *  5. The subtotal is the sum of the lines. A fixed tax is the given amount. A tax by percent is worked out once, of the
 *     subtotal, and rounded half-up to the currency's minor unit.
 *  6. The total is subtotal and tax, less the credit that was spent on it: never more than those, so never below 0.
 *  7. What is due is what was asked for and not kept: the total, less what was paid, more what was given back. Only an
 *     unpaid or partially paid invoice has something due.
 *  8. The totals follow every change while the invoice is a draft, unpaid or partially paid. Once it is paid, refunded or
 *     cancelled it is frozen: it takes a note and the statuses of law 9, nothing else.
 *  9. A draft may become unpaid or cancelled; an unpaid one a draft or cancelled; a partially paid one paid, refunded or
 *     cancelled; a paid one refunded; a cancelled one a draft or unpaid; a refunded one nothing. Staying is no step. Paid
 *     and refunded are reached through money only: by a step to them, what is missing moves by hand.
 * 10. While money is kept on it, an invoice keeps its client and its currency, is asked for no less than what is kept, and
 *     is no draft. Made unpaid, it is partially paid.
 * 11. Only a draft, or a cancelled one, may be without a client.
 * 12. Its number is the organization's prefix and its next running number: none repeats, none is left out, none changes.
 * 13. It is due the organization's payment term after its creation, unless another time is given.
 * 14. It keeps the client's address as it was when the client was put on it. A later address changes nothing.
 */
import { InvalidStateError, type IssueList } from '../kernel/errors.ts';
import { checkRange } from '../kernel/input.ts';
import { Decimal, isPayable, roundMoney } from '../kernel/money.ts';

export type InvoiceStatus = 'DRAFT' | 'UNPAID' | 'PAID' | 'REFUNDED' | 'CANCELLED' | 'PARTIALLY_PAID';
export type TaxType = 'NONE' | 'FIXED' | 'PERCENT';

// ------------------------------------------------------------------ totals

export type Line = { quantity: number; amount: Decimal; discount: Decimal };

export type LineTotal = { discount: Decimal; couponDiscount: Decimal; renewalDiscount: Decimal; total: Decimal };

const nothing = new Decimal(0);

const within = (amount: Decimal, most: Decimal) => Decimal.max(nothing, Decimal.min(amount, most));

/** Laws 3 and 4. What the coupon takes off is given line by line. */
export function lineTotals(
  lines: readonly Line[],
  couponDiscounts: readonly Decimal[],
  { recurs, couponOutlasts }: { recurs: boolean; couponOutlasts: boolean },
): LineTotal[] {
  return lines.map(({ quantity, amount, discount: asked }, index) => {
    const base = amount.times(quantity);
    const discount = within(asked, base);
    const couponDiscount = within(couponDiscounts[index] ?? nothing, base.minus(discount));
    return {
      discount,
      couponDiscount,
      renewalDiscount: recurs ? discount.plus(couponOutlasts ? couponDiscount : nothing) : nothing,
      total: base.minus(discount).minus(couponDiscount),
    };
  });
}

export type Tax = { type: TaxType; rate: Decimal };

/** Laws 5 and 6. */
export function invoiceTotals(
  lines: readonly { total: Decimal }[],
  tax: Tax,
  { credit, currency }: { credit: Decimal; currency: string },
) {
  const subtotal = lines.reduce((sum, line) => sum.plus(line.total), nothing);
  const amount = taxOf(subtotal, tax, currency);
  return { subtotal, tax: amount, total: Decimal.max(nothing, subtotal.plus(amount).minus(credit)) };
}

function taxOf(subtotal: Decimal, { type, rate }: Tax, currency: string): Decimal {
  if (type === 'FIXED') return rate;
  return type === 'PERCENT' ? roundMoney(subtotal.times(rate).div(100), currency) : nothing;
}

/** The amounts of an invoice that say what moved. */
export type Movements = { total: Amount; credit: Amount; amountPaid: Amount; amountRefunded: Amount };
type Amount = { toString(): string };

const decimal = (amount: Amount) => new Decimal(amount.toString());

/** What was paid, in money or credit, and not given back. */
export function keptOf({ amountPaid, credit, amountRefunded }: Omit<Movements, 'total'>): Decimal {
  return decimal(amountPaid).plus(decimal(credit)).minus(decimal(amountRefunded));
}

/** Law 7. */
export function dueOf({ status, total, amountPaid, amountRefunded }: Movements & { status: string }): Decimal {
  if (!openStatuses.includes(status as InvoiceStatus)) return nothing;
  return decimal(total).minus(decimal(amountPaid)).plus(decimal(amountRefunded));
}

/** The statuses in which something may be due. */
export const openStatuses: readonly InvoiceStatus[] = ['UNPAID', 'PARTIALLY_PAID'];

// ------------------------------------------------------------------ what is written

/** An amount of money has room for fifteen digits before the point. */
const mostMoney = new Decimal('1e15');
const mostLines = 100;

/** Law 1, as far as the number of lines goes. */
export function checkLineCount(issues: IssueList, count: number): void {
  if (count === 0) issues.add('items', 'REQUIRED', 'An invoice has at least one line.');
  checkRange(issues, 'items', count === 0 ? 1 : count, 1, mostLines);
}

/** Law 5: a rate is an amount of the currency, or a percentage. Without a tax there is none. */
export function checkTax(issues: IssueList, { type, rate }: Tax, currency: string): void {
  const most = type === 'PERCENT' ? new Decimal(100) : mostMoney;
  if (rate.isNegative() || rate.gt(most) || (type === 'NONE' && !rate.isZero())) {
    const words = { NONE: 'must be 0 without a tax', FIXED: 'must not be negative', PERCENT: 'must be 0 to 100' };
    issues.add('taxRate', 'OUT_OF_RANGE', `taxRate ${words[type]}.`);
  } else if (type === 'FIXED' && !isPayable(rate, currency)) {
    issues.add('taxRate', 'OUT_OF_RANGE', `taxRate has more decimals than ${currency} has.`);
  }
}

export function checkTotals(issues: IssueList, { subtotal, tax }: { subtotal: Decimal; tax: Decimal }): void {
  if (subtotal.plus(tax).gte(mostMoney)) issues.add('items', 'OUT_OF_RANGE', 'The invoice comes to too much.');
}

// ------------------------------------------------------------------ statuses

const names: Readonly<Record<InvoiceStatus, string>> = {
  DRAFT: 'Draft',
  UNPAID: 'Unpaid',
  PAID: 'Paid',
  REFUNDED: 'Refunded',
  CANCELLED: 'Cancelled',
  PARTIALLY_PAID: 'Partially Paid',
};

/** The status in words, as SPP has it. */
export function nameOf(status: string): string {
  return names[status as InvoiceStatus];
}

const steps: Readonly<Record<InvoiceStatus, readonly InvoiceStatus[]>> = {
  DRAFT: ['UNPAID', 'CANCELLED'],
  UNPAID: ['DRAFT', 'CANCELLED'],
  PARTIALLY_PAID: ['PAID', 'REFUNDED', 'CANCELLED'],
  PAID: ['REFUNDED'],
  CANCELLED: ['DRAFT', 'UNPAID'],
  REFUNDED: [],
};

const firstStatuses: readonly InvoiceStatus[] = ['DRAFT', 'UNPAID', 'PAID', 'CANCELLED'];

/** Law 9: how an invoice may begin. */
export function checkFirstStatus(issues: IssueList, status: InvoiceStatus): void {
  if (firstStatuses.includes(status)) return;
  issues.add('status', 'INVALID', `No invoice begins as ${nameOf(status)}: record what was paid and given back.`);
}

/** Law 9: refuses a step that the invoice can't take. */
export function checkStep(from: string, to: InvoiceStatus): void {
  if (from === to || steps[from as InvoiceStatus].includes(to)) return;
  throw new InvalidStateError(`An invoice can't go from ${nameOf(from)} to ${nameOf(to)}.`, 'ILLEGAL_STEP');
}

/** Law 10: the status that a step to another one really leads to. */
export function statusAfter(invoice: Omit<Movements, 'total'>, to: InvoiceStatus): InvoiceStatus {
  if (keptOf(invoice).isZero()) return to;
  if (to === 'DRAFT') throw new InvalidStateError('Money is kept on the invoice: it is no draft.', 'HAS_PAYMENTS');
  return to === 'UNPAID' ? 'PARTIALLY_PAID' : to;
}

const frozenStatuses: readonly string[] = ['PAID', 'REFUNDED', 'CANCELLED'];

/** Law 8: refuses a change of anything but the note. */
export function checkFrozen(status: string, changed: readonly string[]): void {
  if (!frozenStatuses.includes(status) || changed.length === 0) return;
  const message = `A ${nameOf(status).toLowerCase()} invoice is frozen: ${changed.join(', ')} can't change.`;
  throw new InvalidStateError(message, 'FROZEN');
}

type Before = Omit<Movements, 'total'> & { clientId: string | null; currency: string };
type After = { clientId: string | null; currency: string; subtotal: Decimal; tax: Decimal };

/** Law 10: refuses what would take the ground from under the money that is kept. */
export function checkKept(issues: IssueList, before: Before, after: After): void {
  const kept = keptOf(before);
  if (kept.isZero()) return;
  if (after.clientId !== before.clientId) {
    issues.add('clientId', 'HAS_PAYMENTS', 'Money of the client is kept on the invoice: it stays the client’s.');
  }
  if (after.currency !== before.currency) {
    issues.add('items', 'HAS_PAYMENTS', `Money is kept on the invoice: its currency stays ${before.currency}.`);
  } else if (after.subtotal.plus(after.tax).lt(kept)) {
    issues.add('items', 'HAS_PAYMENTS', `The invoice can't come to less than the ${kept} that are kept on it.`);
  }
}

/** Law 11. */
export function checkClient(issues: IssueList, clientId: string | null, status: InvoiceStatus): void {
  if (clientId !== null || status === 'DRAFT' || status === 'CANCELLED') return;
  issues.add('clientId', 'REQUIRED', 'Only a draft may be without a client: give clientId or email.');
}

/** Law 12: INV-00042. */
export function numberOf(prefix: string, running: number): string {
  return `${prefix}${String(running).padStart(5, '0')}`;
}
