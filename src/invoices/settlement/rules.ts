/**
 * The laws of money on invoices.
 *
 *  1. An invoice of a client is paid while something is due: at once or in parts, never more than that. A draft is paid as
 *     a whole only, and by hand.
 *  2. Credit that is spent lowers what is asked for; other money counts as paid. When nothing is due any more, the invoice
 *     is paid; until then it is partially paid.
 *  3. What follows from being paid follows once for each invoice: its subscription begins or advances, its coupon is used,
 *     and each line with a service and without an order gets its order. An order that waits to be paid for is begun.
 *  4. A renewal makes orders of those services only that say so: CREATE_ORDER a new one, REOPEN_ORDER takes up the newest
 *     one again, the others none.
 *  5. No more is given back than is kept, of the invoice and of each payment. Unless a payment is named, the newest goes
 *     back first.
 *  6. Money goes back the way it came: credit to the balance, what was paid by hand by hand, a charge through its
 *     processor. All of it may go to the balance instead, and all money by hand. Credit never becomes money.
 *  7. When nothing is kept any more, the invoice is refunded.
 *  8. A renewal costs, without tax and coupon, what its lines come to at the recurring prices of their services, or else
 *     at their own, less their discounts.
 */
import type { Invoice, InvoiceItem, Payment, Service } from '../../generated/prisma/client.ts';
import { InvalidStateError } from '../../kernel/errors.ts';
import { Decimal, formatAmount } from '../../kernel/money.ts';
import { renewalPrice } from '../renewals/rules.ts';
import { dueOf, keptOf, lineTotals, nameOf } from '../rules.ts';

const decimal = (amount: { toString(): string }) => new Decimal(amount.toString());
const nothing = new Decimal(0);

// ------------------------------------------------------------------ being paid

export type MovementKind = 'CHARGE' | 'MANUAL' | 'CREDIT';

/** Law 1: refuses an invoice that nothing can be paid on, and says why. */
export function checkPayable({ status, clientId }: Pick<Invoice, 'status' | 'clientId'>): void {
  if (status === 'PAID') throw new InvalidStateError('The invoice is paid already.', 'ALREADY_PAID');
  if (status === 'CANCELLED' || status === 'REFUNDED') {
    throw new InvalidStateError(`A ${nameOf(status).toLowerCase()} invoice can't be paid.`, 'NOT_PAYABLE');
  }
  if (clientId === null)
    throw new InvalidStateError('Nobody is asked to pay the invoice: it has no client.', 'NO_CLIENT');
}

/** Law 1: a draft asks nobody for anything. */
export function checkIssued({ status }: Pick<Invoice, 'status'>): void {
  if (status === 'DRAFT') throw new InvalidStateError('The invoice is a draft. Make it unpaid first.', 'IS_DRAFT');
}

/** What is to be paid; of a draft, what would be. */
export function askedOf(invoice: Invoice): Decimal {
  return dueOf(invoice.status === 'DRAFT' ? { ...invoice, status: 'UNPAID' } : invoice);
}

/** Laws 1 and 2: the invoice's own columns after a movement. */
export function pay(invoice: Invoice, { kind, amount }: { kind: MovementKind; amount: Decimal }, at: Date) {
  checkPayable(invoice);
  const asked = askedOf(invoice);
  const isComplete = amount.equals(asked);
  if (kind !== 'MANUAL' || !isComplete) checkIssued(invoice);
  if (amount.gt(asked)) {
    throw new InvalidStateError(`Only ${formatAmount(asked, invoice.currency)} of the invoice is due.`, 'OVERPAID');
  }
  const credit = kind === 'CREDIT' ? amount : nothing;
  return {
    isComplete,
    data: {
      status: isComplete ? 'PAID' : 'PARTIALLY_PAID',
      paidAt: isComplete ? at : null,
      credit: decimal(invoice.credit).plus(credit),
      total: decimal(invoice.total).minus(credit),
      amountPaid: decimal(invoice.amountPaid).plus(amount).minus(credit),
    },
  };
}

/** Whether the invoice has a place for so much money: it is open, and so much is due. */
export function canTake(invoice: Invoice, amount: Decimal): boolean {
  return invoice.clientId !== null && dueOf(invoice).gte(amount);
}

/** Whether so much is kept. */
export function canGiveBack(invoice: Invoice, amount: Decimal): boolean {
  return keptOf(invoice).gte(amount);
}

type Terms = Pick<Service, 'recurring' | 'currency' | 'recurringPrice' | 'recurringAction'>;
export type PaidItem = InvoiceItem & { service: Terms | null };

/** Laws 3 and 4: the lines that get a new order, and the services whose order is taken up again. */
export function worksOf(items: readonly PaidItem[], isRenewal: boolean) {
  const open = items.filter(({ serviceId, orderId }) => serviceId !== null && orderId === null);
  if (!isRenewal) return { ordered: open, reopened: [] };
  const doing = (action: string) => open.filter(({ service }) => service?.recurringAction === action);
  return {
    ordered: doing('CREATE_ORDER'),
    reopened: doing('REOPEN_ORDER').map(({ serviceId }) => serviceId as string),
  };
}

/** Law 8. */
export function renewalAmount(items: readonly PaidItem[], currency: string): Decimal {
  const lines = items.map(({ service, quantity, amount, discount }) => ({
    quantity,
    amount: renewalPrice({ amount, service }, currency),
    discount: decimal(discount),
  }));
  const totals = lineTotals(lines, [], { recurs: true, couponOutlasts: false });
  return totals.reduce((sum, { total }) => sum.plus(total), nothing);
}

// ------------------------------------------------------------------ giving back

/** Law 5: refuses an invoice on which no money is kept. */
export function checkRefundable(invoice: Invoice): void {
  if (keptOf(invoice).gt(0)) return;
  throw new InvalidStateError(
    `Nothing is kept on the invoice: it is ${nameOf(invoice.status).toLowerCase()}.`,
    'NOTHING_PAID',
  );
}

/** How an amount goes back. */
export type Way = 'BALANCE' | 'MANUAL' | 'PROCESSOR';

/** What the caller wants: ORIGIN as it came, BALANCE and MANUAL all of it so, BY_HAND as it came but charges by hand. */
export type RefundMethod = 'ORIGIN' | 'BALANCE' | 'MANUAL' | 'BY_HAND';

/** Law 6: null where an amount can't go that way. */
const ways: Readonly<Record<RefundMethod, Readonly<Record<MovementKind, Way | null>>>> = {
  ORIGIN: { CREDIT: 'BALANCE', MANUAL: 'MANUAL', CHARGE: 'PROCESSOR' },
  BALANCE: { CREDIT: 'BALANCE', MANUAL: 'BALANCE', CHARGE: 'BALANCE' },
  MANUAL: { CREDIT: null, MANUAL: 'MANUAL', CHARGE: 'MANUAL' },
  BY_HAND: { CREDIT: 'BALANCE', MANUAL: 'MANUAL', CHARGE: 'MANUAL' },
};

/** What is left of a payment, and how it goes back. Without a payment: what was paid before payments were recorded. */
export type Refundable = { payment: Payment | null; left: Decimal; way: Way };

/** Laws 5 and 6: what can be given back, the newest payment first. */
export function refundable(
  invoice: Invoice,
  payments: readonly Payment[],
  { method, paymentId }: { method: RefundMethod; paymentId?: string | null },
): Refundable[] {
  const done = payments.filter(({ status }) => status === 'SUCCEEDED');
  const givenBack = (id: string | null) =>
    sum(done.filter(({ kind, refundedPaymentId }) => kind === 'REFUND' && refundedPaymentId === id));
  const paid = done.filter(({ kind }) => kind !== 'REFUND');
  const parts = paid.map((payment) => ({
    payment,
    left: decimal(payment.amount).minus(givenBack(payment.id)),
    way: ways[method][payment.kind as MovementKind],
  }));
  const recorded = parts.reduce((total, { left }) => total.plus(left), nothing);
  const unrecorded = { payment: null, left: keptOf(invoice).minus(recorded), way: ways[method].MANUAL };
  return [...parts, unrecorded].filter(
    (part): part is Refundable =>
      part.left.gt(0) && part.way !== null && (paymentId == null || part.payment?.id === paymentId),
  );
}

/** Law 5: the parts that make up the amount, in their order. */
export function takeFrom(parts: readonly Refundable[], amount: Decimal): Refundable[] {
  let missing = amount;
  return parts.flatMap((part) => {
    const left = Decimal.min(part.left, missing);
    missing = missing.minus(left);
    return left.gt(0) ? [{ ...part, left }] : [];
  });
}

function sum(payments: readonly Payment[]): Decimal {
  return payments.reduce((total, { amount }) => total.plus(decimal(amount)), nothing);
}

export function totalOf(parts: readonly Refundable[]): Decimal {
  return parts.reduce((total, { left }) => total.plus(left), nothing);
}

/** Law 7: the invoice's own columns after so much was given back. */
export function giveBack(invoice: Invoice, amount: Decimal) {
  const kept = keptOf(invoice);
  if (amount.gt(kept)) {
    throw new InvalidStateError(`Only ${formatAmount(kept, invoice.currency)} can be given back.`, 'OVERREFUNDED');
  }
  const isComplete = amount.equals(kept);
  return {
    isComplete,
    data: {
      amountRefunded: decimal(invoice.amountRefunded).plus(amount),
      ...(isComplete ? { status: 'REFUNDED' } : {}),
    },
  };
}
