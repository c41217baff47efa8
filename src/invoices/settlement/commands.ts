import { redeemCoupon } from '../../coupons/commands.ts';
import type { Invoice, Payment, Prisma } from '../../generated/prisma/client.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidStateError } from '../../kernel/errors.ts';
import { type Announcement, emit, emitAll } from '../../kernel/events.ts';
import { type Decimal, formatAmount } from '../../kernel/money.ts';
import { now } from '../../kernel/time.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { beginOrders, createPaidOrders, type PlacedOrder, reopenOrders } from '../../orders/purchases/commands.ts';
import { addCredit } from '../../payments/commands.ts';
import { advanceSubscription, startSubscription } from '../../subscriptions/commands.ts';
import * as rules from './rules.ts';

/** Money, or credit, that came for an invoice. */
export type Movement = {
  kind: rules.MovementKind;
  amount: Decimal;
  /** Stripe, Test, Manual, Credit. */
  processor: string;
  transactionId?: string | null;
  /** The payment that was PROCESSING and now succeeds. Without it a new one is recorded. */
  paymentId?: string | null;
  paymentMethodId?: string | null;
  ipAddress?: string | null;
  note?: string | null;
};

type Settled = { paymentId: string; isPaid: boolean };

/**
 * Records a movement on an invoice whose row the caller has locked: the only way in which an invoice is paid, or partially
 * paid. One that is recorded already has no further effect. Laws 1 to 4. Announces `invoice.partially_paid`, or `invoice.paid` and the orders that come of it.
 */
export async function settle(tx: Transaction, viewer: Viewer, invoice: Invoice, movement: Movement): Promise<Settled> {
  const known = await findRecorded(tx, movement.kind, movement);
  if (known) return { paymentId: known, isPaid: invoice.status === 'PAID' };
  const at = now();
  const { isComplete, data } = rules.pay(invoice, movement, at);
  const clientId = invoice.clientId as string;
  const paying = { ...invoice, clientId };
  // The client's row is taken before anything names it: see locks.ts.
  if (movement.kind === 'CREDIT') await spendCredit(tx, viewer, paying, movement);
  const paymentId = await recordPayment(tx, paying, movement, at);
  const works = isComplete ? await fulfil(tx, viewer, paying, movement, at) : null;
  await tx.invoice.update({
    where: { id: invoice.id },
    data: {
      ...data,
      paymentProcessor: movement.processor,
      transactionId: movement.transactionId ?? invoice.transactionId,
      ipAddress: movement.ipAddress ?? invoice.ipAddress,
      subscriptionId: works?.subscriptionId ?? undefined,
    },
    select: { id: true },
  });
  const { number } = invoice;
  const paid = { number, clientId, paymentId, amount: formatAmount(movement.amount, invoice.currency) };
  await emitAll(tx, [
    { type: isComplete ? 'invoice.paid' : 'invoice.partially_paid', about: { invoice: invoice.id }, payload: paid },
    ...(works?.announcements ?? []),
  ]);
  return { paymentId, isPaid: isComplete };
}

type Paying = Invoice & { clientId: string };

async function spendCredit(tx: Transaction, viewer: Viewer, invoice: Paying, { amount, note }: Movement) {
  // Of nothing there is no entry.
  if (amount.isZero()) return;
  const { id: invoiceId, clientId, currency } = invoice;
  await addCredit(tx, viewer, { clientId, kind: 'SPEND', amount: amount.negated(), currency, invoiceId, note });
}

async function recordPayment(tx: Transaction, invoice: Paying, movement: Movement, at: Date): Promise<string> {
  const { kind, amount, processor, transactionId, paymentId, paymentMethodId, note } = movement;
  if (paymentId != null) {
    await succeed(tx, paymentId, { transactionId, settledAt: at });
    return paymentId;
  }
  const payment = await tx.payment.create({
    data: {
      organizationId: invoice.organizationId,
      invoiceId: invoice.id,
      clientId: invoice.clientId,
      kind,
      amount,
      currency: invoice.currency,
      processor,
      transactionId,
      paymentMethodId,
      note,
      settledAt: at,
      createdAt: at,
    },
    select: { id: true },
  });
  return payment.id;
}

/** The payment under which a processor's movement is recorded already: what is told twice happened once. */
async function findRecorded(
  tx: Transaction,
  kind: 'REFUND' | rules.MovementKind,
  { processor, transactionId }: { processor: string; transactionId?: string | null },
): Promise<string | null> {
  if (transactionId == null || (kind !== 'CHARGE' && kind !== 'REFUND')) return null;
  const where = { kind, processor, transactionId, status: 'SUCCEEDED' };
  return (await tx.payment.findFirst({ where, select: { id: true } }))?.id ?? null;
}

/** Once. Also one that was thought to have failed: what has moved has moved. */
async function succeed(tx: Transaction, id: string, data: { transactionId?: string | null; settledAt: Date }) {
  const { count } = await tx.payment.updateMany({
    where: { id, status: { not: 'SUCCEEDED' } },
    data: {
      ...data,
      transactionId: data.transactionId ?? undefined,
      status: 'SUCCEEDED',
      failureCode: null,
      failureMessage: null,
    },
  });
  if (count === 0) throw new InvalidStateError('The payment is settled already.', 'ALREADY_SETTLED');
}

// ------------------------------------------------------------------ what follows from being paid

type Works = { subscriptionId: string | null; announcements: Announcement[] };

/** Law 3, in as many statements for many lines as for one. */
async function fulfil(tx: Transaction, viewer: Viewer, invoice: Paying, movement: Movement, at: Date): Promise<Works> {
  const items: rules.PaidItem[] = await tx.invoiceItem.findMany({
    where: { invoiceId: invoice.id },
    include: { service: { select: { recurring: true, currency: true, recurringPrice: true, recurringAction: true } } },
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
  });
  const isRenewal = invoice.subscriptionId !== null;
  const subscriptionId = await moveSubscription(tx, viewer, invoice, items, movement, at);
  const { ordered, reopened } = rules.worksOf(items, isRenewal);
  const { id: invoiceId, clientId, currency } = invoice;
  const placed = await createPaidOrders(
    tx,
    viewer,
    { clientId, currency, invoiceId, subscriptionId, paymentProcessor: movement.processor, at },
    ordered.map(({ serviceId, name, amount, quantity, options }) => ({
      serviceId: serviceId as string,
      name,
      price: amount,
      quantity,
      options: options as Prisma.InputJsonValue,
    })),
  );
  await linkOrders(tx, ordered, placed);
  const waiting = items.flatMap(({ orderId }) => orderId ?? []);
  const begun = await beginOrders(tx, { paymentProcessor: movement.processor, at }, waiting);
  const takenUp = subscriptionId === null ? [] : await reopenOrders(tx, { subscriptionId, at }, reopened);
  if (invoice.couponId !== null) await useCoupon(tx, invoice.couponId, movement);
  return {
    subscriptionId,
    announcements: [
      ...placed.map(({ id, number }): Announcement => {
        return { type: 'order.created', about: { order: id }, payload: { number, clientId, status: 'IN_PROGRESS' } };
      }),
      ...begun.flatMap(({ id, number }): Announcement[] => [
        { type: 'order.updated', about: { order: id }, payload: { number } },
        {
          type: 'order.status_changed',
          about: { order: id },
          payload: { number, from: 'UNPAID', to: 'IN_PROGRESS' },
        },
      ]),
      ...takenUp.map(({ id, number }): Announcement => {
        return { type: 'order.reopened', about: { order: id }, payload: { number } };
      }),
    ],
  };
}

/** Begins the subscription of an invoice that recurs, or brings the one that it renews a period further. */
async function moveSubscription(
  tx: Transaction,
  viewer: Viewer,
  invoice: Paying,
  items: readonly rules.PaidItem[],
  { paymentMethodId }: Movement,
  at: Date,
): Promise<string | null> {
  const { id: invoiceId, clientId, currency, subscriptionId, periodLength, periodUnit } = invoice;
  if (subscriptionId !== null) {
    await advanceSubscription(tx, viewer, { id: subscriptionId }, { at, paymentMethodId });
    return subscriptionId;
  }
  if (periodLength === null || periodUnit === null) return null;
  const amount = rules.renewalAmount(items, currency);
  const period = { periodLength, periodUnit };
  return await startSubscription(tx, viewer, { clientId, invoiceId, currency, amount, ...period, paymentMethodId, at });
}

async function linkOrders(tx: Transaction, items: readonly { id: string }[], orders: readonly PlacedOrder[]) {
  if (orders.length === 0) return;
  await tx.$executeRaw`
    update invoice_items set order_id = made.order_id
      from unnest(${items.map(({ id }) => id)}::uuid[], ${orders.map(({ id }) => id)}::uuid[]) as made (item_id, order_id)
      where invoice_items.id = made.item_id`;
}

async function useCoupon(tx: Transaction, couponId: string, { kind }: Movement): Promise<void> {
  try {
    await redeemCoupon(tx, couponId);
  } catch (error) {
    // A processor has taken the money already: it can't be refused any more because others were faster.
    const isTooLate = error instanceof InvalidStateError && error.code === 'COUPON_USED_UP';
    if (kind !== 'CHARGE' || !isTooLate) throw error;
  }
}

// ------------------------------------------------------------------ giving back

/** Money, or credit, that went back. */
export type Refund = {
  amount: Decimal;
  /** Stripe, Test, Manual, Credit. */
  processor: string;
  transactionId?: string | null;
  /** The refund that was PROCESSING and now succeeds. Without it a new one is recorded. */
  paymentId?: string | null;
  /** What it gives back. */
  refundedPaymentId?: string | null;
  note?: string | null;
};

/**
 * Records what went back of an invoice whose row the caller has locked. One that is recorded already has no further effect.
 * Laws 5 and 7. Announces `invoice.refunded`.
 */
export async function recordRefund(tx: Transaction, _viewer: Viewer, invoice: Invoice, refund: Refund): Promise<void> {
  if (await findRecorded(tx, 'REFUND', refund)) return;
  await recordRefunds(tx, invoice, [refund]);
}

/** The same for several parts at once. */
async function recordRefunds(tx: Transaction, invoice: Invoice, refunds: readonly Refund[]): Promise<void> {
  const at = now();
  const [first, ...others] = refunds.map(({ amount }) => amount);
  if (first === undefined) return;
  const amount = others.reduce((sum, other) => sum.plus(other), first);
  const { isComplete, data } = rules.giveBack(invoice, amount);
  for (const { paymentId, transactionId } of refunds) {
    if (paymentId != null) await succeed(tx, paymentId, { transactionId, settledAt: at });
  }
  await tx.payment.createMany({
    data: refunds
      .filter(({ paymentId }) => paymentId == null)
      .map(({ amount, processor, transactionId, refundedPaymentId, note }) => ({
        organizationId: invoice.organizationId,
        invoiceId: invoice.id,
        clientId: invoice.clientId as string,
        kind: 'REFUND',
        amount,
        currency: invoice.currency,
        processor,
        transactionId,
        refundedPaymentId,
        note,
        settledAt: at,
        createdAt: at,
      })),
  });
  await tx.invoice.update({ where: { id: invoice.id }, data, select: { id: true } });
  const { number, clientId, currency } = invoice;
  await emit(
    tx,
    'invoice.refunded',
    { invoice: invoice.id },
    { number, clientId, amount: formatAmount(amount, currency), isComplete },
  );
}

/** Gives back by hand, or onto the balance, what the parts say, and records it. */
export async function giveBack(
  tx: Transaction,
  viewer: Viewer,
  invoice: Invoice,
  parts: readonly rules.Refundable[],
  note?: string | null,
): Promise<void> {
  const toBalance = parts.filter(({ way }) => way === 'BALANCE');
  const { id: invoiceId, clientId, currency } = invoice;
  if (toBalance.length > 0) {
    const amount = rules.totalOf(toBalance);
    await addCredit(tx, viewer, { clientId: clientId as string, kind: 'REFUND', amount, currency, invoiceId, note });
  }
  const refunds = parts.map(({ payment, left, way }) => ({
    amount: left,
    processor: way === 'BALANCE' ? 'Credit' : 'Manual',
    refundedPaymentId: payment?.id ?? null,
    note,
  }));
  await recordRefunds(tx, invoice, refunds);
}

/** The payments of an invoice, the newest first. */
export function paymentsOf(tx: Transaction, invoiceId: string): Promise<Payment[]> {
  return tx.payment.findMany({ where: { invoiceId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
}
