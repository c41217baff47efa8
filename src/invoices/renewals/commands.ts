import { randomBytes } from 'node:crypto';
import type { Invoice, Subscription } from '../../generated/prisma/client.ts';
import { act, command, saga, type Tools } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidStateError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { isUuid } from '../../kernel/id.ts';
import { requireVersion } from '../../kernel/input.ts';
import { Decimal } from '../../kernel/money.ts';
import { addDays, addHours, now } from '../../kernel/time.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { ask, findMethod, startCharge } from '../../payments/processors/commands.ts';
import type { Outcome } from '../../payments/processors/rules.ts';
import * as subscriptions from '../../subscriptions/commands.ts';
import { isRunning } from '../../subscriptions/rules.ts';
import { concludeMovement } from '../charges/commands.ts';
import { addressOf } from '../clients/commands.ts';
import { nextNumber, settingsOf } from '../commands.ts';
import { writeItems } from '../items/commands.ts';
import type { TaxType } from '../rules.ts';
import { settle } from '../settlement/commands.ts';
import { askedOf, renewalAmount } from '../settlement/rules.ts';
import * as rules from './rules.ts';

/** What was begun for a subscription; with a payment, that its processor is to be asked for the money. */
type Begun = { id: string; paymentId: string | null };

/** Renews at once. Law 7. What came of it, the subscription tells. */
export const chargeNow = saga('subscriptions.charge', async (tools, viewer, input: ChargeNow) => {
  const begun = await act(tools, viewer, beginNow, input);
  await charge(tools, viewer, begun);
  return { id: begun.id };
});

/** Asks the processor for what was begun, and writes down what it says, about the payment and about the subscription. */
export async function charge(tools: Tools, viewer: Viewer, { id, paymentId }: Begun): Promise<void> {
  if (paymentId === null) return;
  const outcome = await ask(tools, viewer, paymentId);
  await act(tools, viewer, conclude, { id, paymentId, outcome });
}

export type ChargeNow = { id: string; expectedVersion?: number | null };

const beginNow = command(
  'subscriptions.charge',
  async (tx, viewer, { id: idOrNumber, expectedVersion }: ChargeNow): Promise<Begun> => {
    // The invoice's row comes first: see locks.ts.
    const named = isUuid(idOrNumber) ? { id: idOrNumber } : { number: idOrNumber };
    const found = await tx.subscription.findFirst({ where: named, select: { openInvoiceId: true } });
    await tx.$queryRaw`select id from invoices where id = ${found?.openInvoiceId ?? null}::uuid for update`;
    const subscription = await subscriptions.lockSubscription(tx, viewer, idOrNumber, 'subscriptions.charge');
    requireVersion(subscription, expectedVersion);
    const { id, openInvoiceId, openPaymentId, invoiceId } = subscription;
    if (openPaymentId !== null || openInvoiceId !== found?.openInvoiceId) {
      throw new InvalidStateError('The subscription is being charged. Try again when that is done.', 'BEING_CHARGED');
    }
    if (!isRunning(subscription) || subscription.cancelAtPeriodEnd) {
      throw new InvalidStateError('The subscription does not renew. Resume it first.', 'NOT_RUNNING');
    }
    if (openInvoiceId === null && invoiceId === null) {
      throw new InvalidStateError('The subscription has no first invoice to renew.', 'NOTHING_TO_RENEW');
    }
    return { id, paymentId: await renew(tx, viewer, subscription) };
  },
);

/**
 * Does what is due about a subscription, at its time: ends it, renews it, tries its open renewal again, or finds out what
 * became of a charge. One that is not due any more, or that somebody else is at, is left alone: null. Law 5.
 */
export const takeDue = command(
  'subscriptions.charge',
  async (tx, viewer, { id }: { id: string }): Promise<Begun | null> => {
    const subscription = await lockDue(tx, id);
    if (subscription === null) return null;
    if (subscription.openPaymentId !== null) await learn(tx, viewer, subscription, subscription.openPaymentId);
    else if (subscription.cancelAtPeriodEnd) await subscriptions.endSubscription(tx, subscription);
    else return { id, paymentId: await renew(tx, viewer, subscription) };
    return { id, paymentId: null };
  },
);

/** The subscription, if it is due and nobody else has it; its open invoice before it: see locks.ts. */
async function lockDue(tx: Transaction, id: string): Promise<Subscription | null> {
  const [invoice] = await tx.$queryRaw<{ id: string }[]>`
    select invoice.id from invoices invoice join subscriptions on subscriptions.open_invoice_id = invoice.id
      where subscriptions.id = ${id}::uuid for update of invoice skip locked`;
  const [taken] = await tx.$queryRaw<{ id: string }[]>`
    select id from subscriptions where id = ${id}::uuid and next_action_at <= ${now().toISOString()}::timestamptz
      for update skip locked`;
  const subscription = taken ? await tx.subscription.findUniqueOrThrow({ where: { id } }) : null;
  return subscription?.openInvoiceId === (invoice?.id ?? null) ? subscription : null;
}

const conclude = command(
  'subscriptions.charge',
  async (tx, viewer, { id, paymentId, outcome }: { id: string; paymentId: string; outcome: Outcome }) => {
    await concludeMovement(tx, viewer, paymentId, outcome);
    await tx.$queryRaw`select id from subscriptions where id = ${id}::uuid for update`;
    const subscription = await tx.subscription.findUniqueOrThrow({ where: { id } });
    // Paid, it has no charge under way any more; looked after by somebody else meanwhile, another one.
    if (subscription.openPaymentId === paymentId) await learn(tx, viewer, subscription, paymentId);
    return { id };
  },
);

/** What became of the charge that is under way, as far as it is known. */
async function learn(tx: Transaction, viewer: Viewer, subscription: Subscription, paymentId: string): Promise<void> {
  const at = now();
  const { status } = await tx.payment.findUniqueOrThrow({ where: { id: paymentId }, select: { status: true } });
  if (status === 'FAILED') await subscriptions.failRenewal(tx, viewer, subscription, { at });
  else await subscriptions.lookAgain(tx, subscription, { isUnderWay: status === 'PROCESSING', at });
}

/** Looks at a subscription later again that something unexpected stopped. */
export const postpone = command('subscriptions.charge', async (tx, _, { id }: { id: string }) => {
  await tx.subscription.updateMany({
    where: { id, nextActionAt: { lte: now() } },
    data: { nextActionAt: addHours(now(), 1) },
  });
  return { id };
});

// ------------------------------------------------------------------ the renewal

/** Makes the renewal, unless it is open already, and begins to charge it. Laws 1 to 6. Answers the payment to be asked for. */
async function renew(tx: Transaction, viewer: Viewer, subscription: Subscription): Promise<string | null> {
  const at = now();
  const { openInvoiceId } = subscription;
  const made = openInvoiceId === null ? await makeRenewal(tx, viewer, subscription, at) : null;
  const invoice =
    made?.invoice ?? (openInvoiceId && (await tx.invoice.findUniqueOrThrow({ where: { id: openInvoiceId } })));
  if (!invoice) {
    await subscriptions.restSubscription(tx, subscription);
    return null;
  }
  const due = askedOf(invoice);
  const isIssued = invoice.status !== 'DRAFT';
  const openPaymentId = isIssued && !due.isZero() ? await beginCharge(tx, viewer, subscription, invoice, due) : null;
  await subscriptions.openRenewal(tx, subscription, {
    openInvoiceId: invoice.id,
    openPaymentId,
    amount: made?.amount,
    at,
  });
  if (isIssued && due.isZero()) await settle(tx, viewer, invoice, { kind: 'MANUAL', amount: due, processor: 'Manual' });
  return openPaymentId;
}

/** Law 4: begins to charge the client's default method. Null without one, or without its processor. */
async function beginCharge(
  tx: Transaction,
  viewer: Viewer,
  { clientId }: Subscription,
  invoice: Invoice,
  amount: Decimal,
): Promise<string | null> {
  const method = await findMethod(tx, clientId, null);
  if (method === null) return null;
  try {
    return await startCharge(tx, viewer, { invoice: { ...invoice, clientId }, method, amount, ipAddress: null });
  } catch (error) {
    if (error instanceof InvalidStateError && error.code === 'PAYMENTS_NOT_CONFIGURED') return null;
    throw error;
  }
}

type Made = { invoice: Invoice; amount: Decimal };

/** Laws 1 to 3. Announces `invoice.created`. Null without an invoice to go by. */
async function makeRenewal(
  tx: Transaction,
  viewer: Viewer,
  { id: subscriptionId, invoiceId, organizationId, clientId, number: subscriptionNumber }: Subscription,
  at: Date,
): Promise<Made | null> {
  if (invoiceId === null) return null;
  const first = await tx.invoice.findUniqueOrThrow({
    where: { id: invoiceId },
    include: {
      items: {
        orderBy: [{ position: 'asc' }, { id: 'asc' }],
        include: {
          service: { select: { recurring: true, currency: true, recurringPrice: true, recurringAction: true } },
        },
      },
    },
  });
  const { items, currency, taxType, taxName, taxRate, periodLength, periodUnit } = first;
  const tax = { type: taxType as TaxType, rate: new Decimal(taxRate.toString()) };
  const { lines, totals } = rules.renewalOf(items, tax, currency);
  const settings = await settingsOf(tx, viewer);
  const billingAddress = await addressOf(tx, clientId);
  const number = await nextNumber(tx, viewer, settings.invoicePrefix);
  const invoice = await tx.invoice.create({
    data: {
      ...totals,
      organizationId,
      number,
      numberPrefix: settings.invoicePrefix || null,
      clientId,
      subscriptionId,
      currency,
      billingAddress: billingAddress ?? undefined,
      taxType,
      taxName,
      taxRate,
      periodLength,
      periodUnit,
      reason: `Renewal of subscription ${subscriptionNumber}`,
      accessKey: randomBytes(16).toString('hex'),
      dueAt: addDays(at, settings.paymentTermDays),
      createdAt: at,
    },
  });
  await writeItems(tx, viewer, invoice.id, lines, []);
  await emit(
    tx,
    'invoice.created',
    { invoice: invoice.id },
    { number, clientId, status: invoice.status, subscriptionId },
  );
  return { invoice, amount: renewalAmount(items, currency) };
}
