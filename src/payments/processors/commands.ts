import type { Payment, PaymentMethod } from '../../generated/prisma/client.ts';
import type { Tools } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { DomainError, InvalidStateError } from '../../kernel/errors.ts';
import type { Decimal } from '../../kernel/money.ts';
import { now } from '../../kernel/time.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { checkRealMoney, takesTestPayments } from '../rules.ts';
import { processorOf } from './jobs.ts';
import { type Charge, failed, type Outcome, type ProcessorName, processorTitles, type Refund } from './rules.ts';

// A movement by a processor has three steps: its row is written and committed (`start…`), the processor is asked outside of any
// transaction (`ask`, and after a crash or silence `askAgain`), and whoever owns the invoice writes down what came of it.

export type StartCharge = {
  invoice: { id: string; organizationId: string; clientId: string; currency: string };
  method: PaymentMethod;
  amount: Decimal;
  ipAddress: string | null;
};

/** Laws 2 and 10: notes that a method is about to be charged. The caller holds the invoice. */
export async function startCharge(
  tx: Transaction,
  viewer: Viewer,
  { invoice, method, amount, ipAddress }: StartCharge,
): Promise<string> {
  const { id: invoiceId, organizationId, clientId, currency } = invoice;
  const name = method.processor as ProcessorName;
  await requireProcessor(tx, viewer, name);
  const { id } = await tx.payment.create({
    data: {
      organizationId,
      invoiceId,
      clientId,
      kind: 'CHARGE',
      status: 'PROCESSING',
      amount,
      currency,
      processor: processorTitles[name],
      paymentMethodId: method.id,
      ipAddress: ipAddress?.slice(0, 45),
      createdAt: now(),
    },
    select: { id: true },
  });
  return id;
}

export type StartRefund = { charge: Payment; amount: Decimal; note: string | null };

/** Laws 2 and 10: notes that a charge, or a part of it, is about to be given back. The caller holds the invoice. */
export async function startRefund(
  tx: Transaction,
  viewer: Viewer,
  { charge, amount, note }: StartRefund,
): Promise<string> {
  const { organizationId, invoiceId, clientId, currency, processor } = charge;
  await requireProcessor(tx, viewer, processorNamed(processor));
  const { id } = await tx.payment.create({
    data: {
      organizationId,
      invoiceId,
      clientId,
      kind: 'REFUND',
      status: 'PROCESSING',
      amount,
      currency,
      processor,
      refundedPaymentId: charge.id,
      note,
      createdAt: now(),
    },
    select: { id: true },
  });
  return id;
}

/** Laws 8 and 10. An account is shared until the end, so that it is not taken away under a movement. */
async function requireProcessor(tx: Transaction, viewer: Viewer, name: ProcessorName): Promise<void> {
  const organizationId = organizationOf(viewer);
  await tx.$queryRaw`select id from stripe_accounts where organization_id = ${organizationId}::uuid for share`;
  const { stripeAccount, ...organization } = await tx.organization.findUniqueOrThrow({
    where: { id: organizationId },
    select: { testPayments: true, stripeAccount: { select: { publishableKey: true } } },
  });
  const has = name === 'STRIPE' ? stripeAccount !== null : takesTestPayments(organization, stripeAccount);
  if (!has) throw new InvalidStateError('Payments are not configured.', 'PAYMENTS_NOT_CONFIGURED');
  if (name === 'STRIPE') checkRealMoney(viewer, stripeAccount);
}

const processorNamed = (title: string) =>
  (Object.keys(processorTitles) as ProcessorName[]).find((name) => processorTitles[name] === title) as ProcessorName;

// ------------------------------------------------------------------ outside of any transaction

/**
 * Asks the processor to move the money. What keeps us from asking at all has failed, and nothing else. Of a movement that is
 * concluded, because the job that finishes them was faster, nobody is asked.
 */
export async function ask(tools: Tools, viewer: Viewer, paymentId: string): Promise<Outcome> {
  const { concluded, ...movement } = await readMovement(tools, viewer, paymentId);
  if (concluded) return concluded;
  try {
    const processor = await processorOf(tools, viewer, movement.by);
    return movement.kind === 'CHARGE' ? await processor.charge(movement) : await processor.refund(movement);
  } catch (error) {
    if (error instanceof DomainError) return failed(error.code, error.message);
    throw error;
  }
}

/** Asks what became of it. A processor that never heard of it has moved nothing. */
export async function askAgain(tools: Tools, viewer: Viewer, paymentId: string): Promise<Outcome> {
  const movement = await readMovement(tools, viewer, paymentId);
  const processor = await processorOf(tools, viewer, movement.by);
  const found = await processor.retrieve(movement);
  return found ?? failed('NOT_ASKED', 'The processor was not reached. Nothing was moved.');
}

async function readMovement(
  { database }: Tools,
  viewer: Viewer,
  paymentId: string,
): Promise<(Charge | Refund) & { by: ProcessorName; concluded: Outcome | null }> {
  const payment = await database.read(viewer, (db) =>
    db.payment.findUniqueOrThrow({
      where: { id: paymentId },
      include: {
        client: { select: { stripeId: true } },
        invoice: { select: { number: true } },
        paymentMethod: { select: { processorId: true } },
        refundedPayment: { select: { transactionId: true } },
      },
    }),
  );
  const { organizationId, currency, createdAt, client, invoice } = payment;
  const concluded = outcomeOf(payment);
  const moved = { paymentId, organizationId, amount: String(payment.amount), currency, createdAt, concluded };
  const by = processorNamed(payment.processor);
  if (payment.kind === 'REFUND')
    return { ...moved, by, kind: 'REFUND', chargeId: payment.refundedPayment?.transactionId ?? '' };
  return {
    ...moved,
    by,
    kind: 'CHARGE',
    customerId: client.stripeId,
    methodId: payment.paymentMethod?.processorId ?? '',
    description: invoice.number,
  };
}

function outcomeOf({ status, transactionId, failureCode, failureMessage }: Payment): Outcome | null {
  if (status === 'FAILED') return failed(failureCode ?? '', failureMessage ?? '', transactionId);
  return status === 'SUCCEEDED' ? { status, transactionId } : null;
}

// ------------------------------------------------------------------ what pays

/** The client's method of this id, or its default; null when there is none that can pay. Law 7. */
export async function findMethod(tx: Transaction, clientId: string, id: string | null): Promise<PaymentMethod | null> {
  const named = id === null ? { isDefault: true } : { id };
  return await tx.paymentMethod.findFirst({ where: { ...named, clientId, detachedAt: null } });
}

/** Law 2: it has failed. */
export async function fail(tx: Transaction, id: string, outcome: Outcome & { status: 'FAILED' }): Promise<void> {
  const { code, message, transactionId } = outcome;
  await tx.payment.update({
    where: { id },
    data: {
      status: 'FAILED',
      failureCode: code,
      failureMessage: message,
      ...(transactionId === null ? {} : { transactionId: transactionId.slice(0, 255) }),
    },
    select: { id: true },
  });
}
