import type { Invoice, Payment } from '../../generated/prisma/client.ts';
import { act, command, saga, type Tools } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidStateError, invalid } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { Decimal, formatAmount } from '../../kernel/money.ts';
import { now } from '../../kernel/time.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { ask, fail, findMethod, startCharge } from '../../payments/processors/commands.ts';
import type { Outcome } from '../../payments/processors/rules.ts';
import { lockInvoice, refuseWhileCharged } from '../locks.ts';
import { recordRefund, settle } from '../settlement/commands.ts';
import * as rules from '../settlement/rules.ts';

export type ChargeInvoice = { id: string; paymentMethodId?: string | null; ipAddress?: string | null };

/**
 * Charges what is due on an invoice to a payment method of its client, the default unless one is named. Announces
 * `invoice.paid` and what follows, or `payment.failed`. When the processor does not answer, the payment stays PROCESSING until
 * a job knows more.
 */
export const charge = saga('invoices.charge', async (tools, viewer, input: ChargeInvoice) => {
  const { id, paymentId } = await act(tools, viewer, start, input);
  await move(tools, viewer, 'invoices.charge', paymentId);
  return { id, paymentId };
});

const start = command('invoices.charge', async (tx, viewer, { id, paymentMethodId, ipAddress }: ChargeInvoice) => {
  const invoice = await lockInvoice(tx, viewer, id, 'invoices.charge');
  rules.checkPayable(invoice);
  rules.checkIssued(invoice);
  await refuseWhileCharged(tx, invoice.id);
  const amount = rules.askedOf(invoice);
  if (amount.isZero()) throw new InvalidStateError('Nothing is due. Mark the invoice paid.', 'NOTHING_DUE');
  const clientId = invoice.clientId as string;
  const method = await findMethod(tx, clientId, paymentMethodId ?? null);
  if (!method && paymentMethodId != null)
    throw invalid('paymentMethodId', 'NOT_FOUND', 'paymentMethodId names no payment method of the client.');
  if (!method) throw new InvalidStateError('The client has no payment method.', 'NO_PAYMENT_METHOD');
  const paymentId = await startCharge(tx, viewer, {
    invoice: { ...invoice, clientId },
    method,
    amount,
    ipAddress: ipAddress ?? null,
  });
  return { id: invoice.id, paymentId };
});

/** Asks the processor for what was started, and writes down what it answers. A refusal is a failure, once it is written. */
export async function move(
  tools: Tools,
  viewer: Viewer,
  permission: string,
  paymentId: string,
): Promise<Payment['status']> {
  const outcome = await ask(tools, viewer, paymentId);
  const status = await act(tools, viewer, conclude(permission), { paymentId, outcome });
  if (outcome.status === 'FAILED' && status === 'FAILED') throw new InvalidStateError(outcome.message, outcome.code);
  return status;
}

/** Writes down what a processor says about a movement; said again, it changes nothing. */
export const conclude = (permission: string) =>
  command(permission, (tx, viewer, { paymentId, outcome }: { paymentId: string; outcome: Outcome }) =>
    concludeMovement(tx, viewer, paymentId, outcome),
  );

/** Laws 2 and 3 of payments, laws 1 to 7 of money on invoices. */
export async function concludeMovement(
  tx: Transaction,
  viewer: Viewer,
  paymentId: string,
  outcome: Outcome,
): Promise<Payment['status']> {
  const { payment, invoice } = await lockMovement(tx, paymentId);
  const { status, transactionId } = outcome;
  if (payment.status === 'SUCCEEDED' || status === 'PROCESSING') {
    // What the processor calls it may be known only now.
    if (transactionId !== null && payment.transactionId === null)
      await tx.payment.update({ where: { id: paymentId }, data: { transactionId }, select: { id: true } });
    return payment.status;
  }
  if (status === 'FAILED') {
    if (payment.status === 'PROCESSING') await failMovement(tx, invoice, payment, outcome);
    return 'FAILED';
  }
  await succeedMovement(tx, viewer, invoice, payment, outcome.transactionId);
  return 'SUCCEEDED';
}

async function failMovement(
  tx: Transaction,
  { id, number, clientId }: Invoice,
  { id: paymentId, kind }: Payment,
  outcome: Outcome & { status: 'FAILED' },
): Promise<void> {
  await fail(tx, paymentId, outcome);
  await emit(tx, 'payment.failed', { invoice: id }, { number, clientId, paymentId, kind, code: outcome.code });
}

async function succeedMovement(
  tx: Transaction,
  viewer: Viewer,
  invoice: Invoice,
  payment: Payment,
  transactionId: string | null,
): Promise<void> {
  const { id: paymentId, processor, paymentMethodId, ipAddress, refundedPaymentId } = payment;
  const amount = new Decimal(String(payment.amount));
  const moved = { amount, processor, transactionId, paymentId };
  if (payment.kind === 'CHARGE' && rules.canTake(invoice, amount))
    await settle(tx, viewer, invoice, { ...moved, kind: 'CHARGE', paymentMethodId, ipAddress });
  else if (payment.kind === 'REFUND' && rules.canGiveBack(invoice, amount))
    await recordRefund(tx, viewer, invoice, { ...moved, refundedPaymentId });
  else await keepUnapplied(tx, invoice, payment, transactionId);
}

/** Money has moved that the invoice has no place for any more: it is written down, and people must see to it. */
async function keepUnapplied(
  tx: Transaction,
  invoice: Invoice,
  payment: Payment,
  transactionId: string | null,
): Promise<void> {
  await tx.payment.update({
    where: { id: payment.id },
    data: { status: 'SUCCEEDED', settledAt: now(), transactionId, failureCode: null, failureMessage: null },
    select: { id: true },
  });
  await announceUnapplied(tx, invoice, payment);
}

export async function announceUnapplied(
  tx: Transaction,
  { id, number, clientId }: Invoice,
  { id: paymentId, kind, amount, currency }: Payment,
): Promise<void> {
  const payload = { number, clientId, paymentId, kind, amount: formatAmount(amount, currency), currency };
  await emit(tx, 'payment.unapplied', { invoice: id }, payload);
}

/** The invoice's row, whatever became of the invoice, and then the payment. */
export async function lockMovement(
  tx: Transaction,
  paymentId: string,
): Promise<{ payment: Payment; invoice: Invoice }> {
  const { invoiceId } = await tx.payment.findUniqueOrThrow({ where: { id: paymentId }, select: { invoiceId: true } });
  await tx.$queryRaw`select id from invoices where id = ${invoiceId}::uuid for update`;
  const { invoice, ...payment } = await tx.payment.findUniqueOrThrow({
    where: { id: paymentId },
    include: { invoice: true },
  });
  return { payment, invoice };
}
