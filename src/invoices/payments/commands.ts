import type { Invoice } from '../../generated/prisma/client.ts';
import { act, command, saga } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidStateError, type IssueList, issueList } from '../../kernel/errors.ts';
import { optionalText } from '../../kernel/input.ts';
import { Decimal, formatAmount, isPayable } from '../../kernel/money.ts';
import { startRefund } from '../../payments/processors/commands.ts';
import { move } from '../charges/commands.ts';
import { lockInvoice, refuseWhileCharged } from '../locks.ts';
import { giveBack, paymentsOf, settle } from '../settlement/commands.ts';
import * as rules from '../settlement/rules.ts';

type Paid = { id: string; note?: string | null };

/** Records that all that is due was paid by hand. Announces `invoice.paid`, and what follows from it. */
export const markPaid = command(
  'invoices.markPaid',
  async (tx, viewer, { id, note: given, ifUnpaid }: Paid & { ifUnpaid?: boolean | null }) => {
    const issues = issueList();
    const note = optionalText(issues, 'note', given, 65_535);
    issues.throwIfAny();
    const invoice = await lockInvoice(tx, viewer, id, 'invoices.markPaid');
    if (ifUnpaid && invoice.status === 'PAID') return { id: invoice.id };
    rules.checkPayable(invoice);
    await refuseWhileCharged(tx, invoice.id);
    const amount = rules.askedOf(invoice);
    await settle(tx, viewer, invoice, { kind: 'MANUAL', amount, processor: 'Manual', note });
    return { id: invoice.id };
  },
);

/** Records a payment by hand: a part of what is due, or all. Announces `invoice.partially_paid` or `invoice.paid`. */
export const record = command(
  'invoices.markPaid',
  async (tx, viewer, input: Paid & { amount: string; transactionId?: string | null }) => {
    const issues = issueList();
    const note = optionalText(issues, 'note', input.note, 65_535);
    const transactionId = optionalText(issues, 'transactionId', input.transactionId);
    const invoice = await lockPayable(tx, await lockInvoice(tx, viewer, input.id, 'invoices.markPaid'));
    const amount = checkMoved(issues, input.amount, rules.askedOf(invoice), invoice.currency, 'is due');
    issues.throwIfAny();
    await settle(tx, viewer, invoice, { kind: 'MANUAL', amount, processor: 'Manual', transactionId, note });
    return { id: invoice.id };
  },
);

/**
 * Pays of the client's balance: so much, or as much as there is and is due. Announces `credit.spent`, and `invoice.paid` or
 * `invoice.partially_paid`.
 */
export const applyCredit = command(
  'invoices.applyCredit',
  async (tx, viewer, input: { id: string; amount?: string | null }) => {
    const invoice = await lockPayable(tx, await lockInvoice(tx, viewer, input.id, 'invoices.applyCredit'));
    const { currency } = invoice;
    const balance = await lockBalance(tx, invoice);
    const due = rules.askedOf(invoice);
    const issues = issueList();
    const amount =
      input.amount == null ? Decimal.min(balance, due) : checkMoved(issues, input.amount, due, currency, 'is due');
    issues.throwIfAny();
    if (amount.gt(balance) || (amount.isZero() && !due.isZero())) {
      const message = `The client's balance is ${formatAmount(balance, currency)}.`;
      throw new InvalidStateError(message, 'INSUFFICIENT_CREDIT');
    }
    await settle(tx, viewer, invoice, { kind: 'CREDIT', amount, processor: 'Credit' });
    return { id: invoice.id };
  },
);

export type RefundInvoice = {
  id: string;
  amount?: string | null;
  method?: 'BALANCE' | 'MANUAL' | null;
  paymentId?: string | null;
  note?: string | null;
};

/**
 * Gives money back: all that is kept, or a part. What a processor took goes back first, charge by charge; where it does not
 * answer, or refuses, what is left stays. Announces `invoice.refunded`, and `credit.refunded` for the balance.
 */
export const refund = saga('invoices.refund', async (tools, viewer, input: RefundInvoice) => {
  let rest = input;
  for (;;) {
    const { id, paymentId, left } = await act(tools, viewer, refundNext, rest);
    if (paymentId === null) return { id };
    const status = await move(tools, viewer, 'invoices.refund', paymentId);
    if (status !== 'SUCCEEDED' || new Decimal(left).isZero()) return { id };
    rest = { ...input, amount: left };
  }
});

type RefundStep = { id: string; paymentId: string | null; left: string };

/** Begins to give back a charge, if one is among what goes back, and says how much is left then; or gives back all of it. */
const refundNext = command('invoices.refund', async (tx, viewer, input: RefundInvoice): Promise<RefundStep> => {
  const issues = issueList();
  const note = optionalText(issues, 'note', input.note, 65_535);
  const invoice = await lockInvoice(tx, viewer, input.id, 'invoices.refund');
  rules.checkRefundable(invoice);
  await refuseWhileCharged(tx, invoice.id);
  const payments = await paymentsOf(tx, invoice.id);
  if (input.paymentId != null && !payments.some(({ id, kind }) => id === input.paymentId && kind !== 'REFUND')) {
    issues.add('paymentId', 'NOT_FOUND', 'paymentId names no payment of the invoice.');
  }
  const all = rules.refundable(invoice, payments, { method: input.method ?? 'ORIGIN', paymentId: input.paymentId });
  const most = rules.totalOf(all);
  const amount =
    input.amount == null ? most : checkMoved(issues, input.amount, most, invoice.currency, 'can be given back so');
  issues.throwIfAny();
  if (amount.isZero()) throw new InvalidStateError('Nothing can be given back so.', 'NOTHING_PAID');
  const parts = rules.takeFrom(all, amount);
  const { id } = invoice;
  const next = parts.find(({ way }) => way === 'PROCESSOR');
  if (next?.payment) {
    const paymentId = await startRefund(tx, viewer, { charge: next.payment, amount: next.left, note: note ?? null });
    return { id, paymentId, left: amount.minus(next.left).toFixed() };
  }
  await giveBack(tx, viewer, invoice, parts, note);
  return { id, paymentId: null, left: '0' };
});

/** Refuses an invoice on which no part can be paid. */
async function lockPayable(tx: Transaction, invoice: Invoice): Promise<Invoice> {
  rules.checkPayable(invoice);
  rules.checkIssued(invoice);
  await refuseWhileCharged(tx, invoice.id);
  return invoice;
}

/** An amount that moves: more than nothing, and no more than there is. */
function checkMoved(issues: IssueList, given: string, most: Decimal, currency: string, what: string): Decimal {
  const amount = new Decimal(given);
  if (amount.lte(0)) issues.add('amount', 'OUT_OF_RANGE', 'amount must be more than 0.');
  else if (!isPayable(amount, currency)) {
    issues.add('amount', 'OUT_OF_RANGE', `amount has more decimals than ${currency} has.`);
  } else if (amount.gt(most)) {
    issues.add('amount', 'OUT_OF_RANGE', `Only ${formatAmount(most, currency)} ${what}.`);
  }
  return amount;
}

/** What the client can spend on the invoice. The client's row is taken, so that it stays so much. */
async function lockBalance(tx: Transaction, { clientId, currency }: Invoice): Promise<Decimal> {
  await tx.$queryRaw`select id from users where id = ${clientId}::uuid for no key update`;
  const client = await tx.user.findUniqueOrThrow({
    where: { id: clientId as string },
    select: { balance: true, currency: true },
  });
  if (client.currency !== currency) {
    const message = `The client's balance is in ${client.currency}, the invoice in ${currency}.`;
    throw new InvalidStateError(message, 'WRONG_CURRENCY');
  }
  return new Decimal(client.balance.toString());
}
