import type { Payment, Prisma } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { emit } from '../../kernel/events.ts';
import { Decimal, formatAmount } from '../../kernel/money.ts';
import { now } from '../../kernel/time.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { processorTitles } from '../../payments/processors/rules.ts';
import { type Fact, factOf, type StripeEvent } from '../../payments/processors/stripe/rules.ts';
import { announceUnapplied, concludeMovement, lockMovement } from '../charges/commands.ts';
import { recordRefund } from '../settlement/commands.ts';
import * as rules from '../settlement/rules.ts';

export type ReceiveEvent = { event: StripeEvent; payload: Prisma.InputJsonObject };

/** Keeps what Stripe tells, and does what follows from it: both once, however often it is told. */
export const receive = command('invoices.charge', async (tx, viewer, { event, payload }: ReceiveEvent) => {
  const { count } = await tx.processorEvent.createMany({
    data: [
      { organizationId: organizationOf(viewer), processor: 'STRIPE', eventId: event.id, type: event.type, payload },
    ],
    skipDuplicates: true,
  });
  const fact = count === 0 ? null : factOf(event);
  if (fact) await apply(tx, viewer, fact);
  return { isNew: count > 0 };
});

async function apply(tx: Transaction, viewer: Viewer, fact: Fact): Promise<void> {
  const ours = await findCharge(tx, fact);
  if (!ours) return;
  switch (fact.kind) {
    case 'MOVED':
      // Who made an intent under our id by hand asked for what we did not.
      if (fact.amount?.equals(String(ours.amount)) ?? true) await concludeMovement(tx, viewer, ours.id, fact.outcome);
      return;
    case 'REFUNDED':
      return await catchUpRefunds(tx, viewer, ours, fact.total);
    case 'DISPUTED':
      return await announceDispute(tx, ours, fact);
  }
}

async function findCharge(tx: Transaction, fact: Fact): Promise<Payment | null> {
  const named = fact.kind === 'MOVED' ? { id: fact.paymentId } : { transactionId: fact.chargeId };
  return await tx.payment.findFirst({ where: { ...named, kind: 'CHARGE', processor: processorTitles.STRIPE } });
}

/**
 * Brings what is recorded up to what Stripe has given back of a charge: a refund of ours that waited for an answer has its
 * answer, and the rest was given back at Stripe itself.
 */
async function catchUpRefunds(tx: Transaction, viewer: Viewer, charge: Payment, total: Decimal): Promise<void> {
  const { invoice } = await lockMovement(tx, charge.id);
  const refunds = await tx.payment.findMany({
    where: { refundedPaymentId: charge.id, processor: charge.processor, status: { in: ['SUCCEEDED', 'PROCESSING'] } },
  });
  const sumOf = (status: string) =>
    refunds
      .filter((refund) => refund.status === status)
      .reduce((sum, { amount }) => sum.plus(String(amount)), new Decimal(0));
  let missing = total.minus(sumOf('SUCCEEDED'));
  const waiting = refunds.find(({ status, amount }) => status === 'PROCESSING' && missing.gte(String(amount)));
  if (waiting) {
    // Its own id comes with its own answer.
    await concludeMovement(tx, viewer, waiting.id, { status: 'SUCCEEDED', transactionId: null });
    missing = missing.minus(String(waiting.amount));
  }
  if (missing.lte(0)) return;
  const current = waiting ? (await lockMovement(tx, charge.id)).invoice : invoice;
  const { organizationId, invoiceId, clientId, currency, processor, id: refundedPaymentId } = charge;
  if (rules.canGiveBack(current, missing)) {
    await recordRefund(tx, viewer, current, { amount: missing, processor, refundedPaymentId });
    return;
  }
  // More than the invoice has kept: some of it was given back by hand before.
  const moved = { organizationId, invoiceId, clientId, currency, processor, refundedPaymentId, amount: missing };
  const data = { ...moved, kind: 'REFUND', settledAt: now(), createdAt: now() };
  await announceUnapplied(tx, current, await tx.payment.create({ data }));
}

type Dispute = Fact & { kind: 'DISPUTED' };

/** The client's bank takes the money back until the dispute is decided: nothing moves here, but people must answer. */
async function announceDispute(
  tx: Transaction,
  charge: Payment,
  { disputeId, reason, amount }: Dispute,
): Promise<void> {
  const { id: paymentId, invoiceId, clientId, currency } = charge;
  await lockMovement(tx, paymentId);
  const payload = { paymentId, clientId, disputeId, reason, amount: formatAmount(amount, currency), currency };
  await emit(tx, 'payment.disputed', { invoice: invoiceId }, payload);
}
