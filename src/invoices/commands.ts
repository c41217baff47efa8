import { randomBytes } from 'node:crypto';
import { findByCode, requireCoupon } from '../coupons/commands.ts';
import { couponDiscounts } from '../coupons/rules.ts';
import type { Coupon, Invoice } from '../generated/prisma/client.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { type InputIssue, type IssueList, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { isUuid } from '../kernel/id.ts';
import { notCleared, optionalText, raiseVersion, requireVersion } from '../kernel/input.ts';
import { Decimal } from '../kernel/money.ts';
import { addDays, now } from '../kernel/time.ts';
import { organizationOf, requirePermission, type Viewer } from '../kernel/viewer.ts';
import type { PeriodUnit } from '../services/rules.ts';
import { waiveRenewal } from '../subscriptions/commands.ts';
import { addressOf, findClient, type Named } from './clients/commands.ts';
import { asItem, checkItems, type Item, type ItemInput, isSame, itemsOf, writeItems } from './items/commands.ts';
import { lockInvoice, refuseWhileCharged } from './locks.ts';
import { deletedInvoices } from './policy.ts';
import * as rules from './rules.ts';
import { giveBack, paymentsOf, settle } from './settlement/commands.ts';
import { askedOf, refundable } from './settlement/rules.ts';

const violations: Record<string, InputIssue> = {
  // What an invoice names may go, or come, while it is written: as if it had never been there, or always.
  invoices_organization_id_client_id_fkey: {
    path: ['clientId'],
    code: 'NOT_FOUND',
    message: 'clientId names no client.',
  },
  users_organization_id_email_key: {
    path: ['email'],
    code: 'TAKEN',
    message: 'There is a person with this e-mail address already.',
  },
};

type InvoiceFields = {
  taxType?: rules.TaxType | null;
  taxRate?: string | null;
  recurring?: { length: number; unit: PeriodUnit } | null;
  couponId?: string | null;
  couponCode?: string | null;
  note?: string | null;
  dueAt?: Date | null;
  status?: rules.InvoiceStatus | null;
};

export type CreateInvoice = InvoiceFields & Named & { items: ItemInput[] };

export type UpdateInvoice = InvoiceFields & {
  id: string;
  clientId?: string | null;
  items?: ItemInput[] | null;
  expectedVersion?: number | null;
};

/**
 * Asks a client for money. Laws 1 to 6 and 11 to 14. Announces `invoice.created`; made as a paid one, it is paid by hand with
 * all that follows from it.
 */
export const create = command(
  'invoices.create',
  async (tx, viewer, input: CreateInvoice) => {
    const issues = issueList();
    const at = now();
    const status = input.status ?? 'UNPAID';
    rules.checkFirstStatus(issues, status);
    const clientId = await findClient(tx, viewer, issues, input);
    if (input.clientId == null && input.email == null) rules.checkClient(issues, null, status);
    const settings = await settingsOf(tx, viewer);
    const { items, currency } = await checkItems(tx, issues, input.items, { before: [], currency: settings.currency });
    const tax = { type: input.taxType ?? 'NONE', rate: new Decimal(input.taxRate ?? 0) };
    const period = checkPeriod(issues, input.recurring);
    const note = optionalText(issues, 'note', input.note, 65_535);
    const coupon = await namedCoupon(tx, issues, input, { clientId, lines: items, currency });
    const { lines, totals } = workOut(issues, items, { tax, coupon, currency, credit: new Decimal(0), period });
    issues.throwIfAny();

    const billingAddress = await addressOf(tx, clientId);
    const number = await nextNumber(tx, viewer, settings.invoicePrefix);
    const invoice = await tx.invoice.create({
      data: {
        ...totals,
        ...period,
        organizationId: organizationOf(viewer),
        number,
        numberPrefix: settings.invoicePrefix || null,
        clientId,
        employeeId: viewer.side === 'STAFF' ? viewer.userId : null,
        couponId: coupon?.id ?? null,
        // Money makes it a paid one: see below.
        status: status === 'PAID' ? 'UNPAID' : status,
        currency,
        billingAddress: billingAddress ?? undefined,
        taxType: tax.type,
        taxRate: tax.rate,
        taxName: tax.type === 'NONE' ? null : settings.taxName,
        note,
        accessKey: randomBytes(16).toString('hex'),
        dueAt: input.dueAt ?? addDays(at, settings.paymentTermDays),
        createdAt: at,
      },
    });
    await writeItems(tx, viewer, invoice.id, lines, []);
    await emit(tx, 'invoice.created', { invoice: invoice.id }, { number, clientId, status: invoice.status });
    if (status === 'PAID') await payByHand(tx, viewer, invoice);
    return { id: invoice.id };
  },
  violations,
);

const frozenFields = [
  ...(['clientId', 'items', 'taxType', 'taxRate', 'recurring'] as const),
  ...(['couponId', 'couponCode', 'dueAt'] as const),
];

/**
 * Changes an invoice. An absent field stays, null clears it, the lines are given as a whole. Laws 1 to 11 and 14. Announces
 * `invoice.updated`, and `invoice.status_changed` and what else became of it; nothing when nothing changed.
 */
export const update = command(
  'invoices.update',
  async (tx, viewer, input: UpdateInvoice) => {
    const invoice = await lockInvoice(tx, viewer, input.id, 'invoices.update');
    requireVersion(invoice, input.expectedVersion);
    const changed = frozenFields.filter((field) => input[field] !== undefined);
    rules.checkFrozen(invoice.status, changed);
    const issues = issueList();
    for (const field of ['items', 'taxType', 'taxRate', 'status'] as const) notCleared(issues, field, input[field]);
    const note = optionalText(issues, 'note', input.note, 65_535);
    issues.throwIfAny();
    const to = input.status ?? (invoice.status as rules.InvoiceStatus);
    rules.checkStep(invoice.status, to);
    const isStep = to !== invoice.status;
    if (changed.length > 0 || isStep) await refuseWhileCharged(tx, invoice.id);

    const clientId = input.clientId === undefined ? invoice.clientId : await findClient(tx, viewer, issues, input);
    if (input.clientId == null) rules.checkClient(issues, clientId, to);
    const isJudgedAnew = clientId !== invoice.clientId || (isStep && to === 'UNPAID');
    const isReworked = changed.some((field) => field !== 'clientId' && field !== 'dueAt');
    const reworked =
      isReworked || (isJudgedAnew && invoice.couponId !== null)
        ? await rework(tx, viewer, issues, invoice, input, { clientId, isJudgedAnew })
        : null;
    rules.checkKept(issues, invoice, {
      clientId,
      currency: invoice.currency,
      ...amountsOf(invoice),
      ...reworked?.data,
    });
    issues.throwIfAny();
    const isMoneys = isStep && (to === 'PAID' || to === 'REFUNDED');
    const status = isStep && !isMoneys ? rules.statusAfter(invoice, to) : undefined;
    const isFirstClient = invoice.clientId === null && clientId !== null && invoice.billingAddress === null;
    const after = await tx.invoice.update({
      where: { id: invoice.id },
      data: {
        ...reworked?.data,
        status,
        note,
        dueAt: input.dueAt,
        clientId,
        ...(isFirstClient ? { billingAddress: (await addressOf(tx, clientId)) ?? undefined } : {}),
        ...raiseVersion(reworked?.lines != null),
      },
    });
    if (reworked?.lines) await writeItems(tx, viewer, invoice.id, reworked.lines, reworked.before);
    if (after.version !== invoice.version) {
      await emit(tx, 'invoice.updated', { invoice: invoice.id }, { number: invoice.number });
    }
    if (status !== undefined) await announceStep(tx, viewer, invoice, status);
    if (isMoneys) await (to === 'PAID' ? payByHand : refundByHand)(tx, viewer, after);
    return { id: invoice.id };
  },
  violations,
);

/** Takes an invoice back: nobody is asked for it any more. Law 9. Announces `invoice.status_changed` and `invoice.voided`. */
export const cancel = command('invoices.void', async (tx, viewer, { id }: { id: string }) => {
  const invoice = await lockInvoice(tx, viewer, id, 'invoices.void');
  rules.checkStep(invoice.status, 'CANCELLED');
  if (invoice.status === 'CANCELLED') return { id: invoice.id };
  await refuseWhileCharged(tx, invoice.id);
  await tx.invoice.update({ where: { id: invoice.id }, data: { status: 'CANCELLED' }, select: { id: true } });
  await announceStep(tx, viewer, invoice, 'CANCELLED');
  return { id: invoice.id };
});

/** Puts an invoice out of sight; its orders stay, and its subscription goes on. Announces `invoice.deleted`. */
export const remove = command('invoices.delete', async (tx, viewer, { id }: { id: string }) => {
  const invoice = await lockInvoice(tx, viewer, id, 'invoices.delete');
  await refuseWhileCharged(tx, invoice.id);
  await tx.invoice.update({ where: { id: invoice.id }, data: { deletedAt: now() } });
  await waive(tx, viewer, invoice);
  await emit(tx, 'invoice.deleted', { invoice: invoice.id }, { number: invoice.number });
  return { id: invoice.id };
});

/** Brings a deleted invoice back as it was. Announces `invoice.restored`. */
export const restore = command('invoices.restore', async (tx, viewer, { id: idOrNumber }: { id: string }) => {
  const named = isUuid(idOrNumber) ? { id: idOrNumber } : { number: idOrNumber };
  const invoice = await tx.invoice.findFirst({
    where: { AND: [named, deletedInvoices(viewer)] },
    select: { id: true, number: true },
  });
  if (!invoice) throw new NotFoundError('There is no deleted invoice with this id.');
  const { id } = invoice;
  const { count } = await tx.invoice.updateMany({ where: { id, deletedAt: { not: null } }, data: { deletedAt: null } });
  if (count === 0) throw new NotFoundError('There is no deleted invoice with this id.');
  await emit(tx, 'invoice.restored', { invoice: id }, { number: invoice.number });
  return { id };
});

// ------------------------------------------------------------------ steps

async function announceStep(tx: Transaction, viewer: Viewer, before: Invoice, to: rules.InvoiceStatus): Promise<void> {
  const { id, number, status: from } = before;
  await emit(tx, 'invoice.status_changed', { invoice: id }, { number, from, to });
  if (to !== 'CANCELLED') return;
  await waive(tx, viewer, before);
  await emit(tx, 'invoice.voided', { invoice: id }, { number });
}

// Law 9: to be paid or refunded, what is missing moves by hand. Whoever may write invoices may not, by that, move money.

async function payByHand(tx: Transaction, viewer: Viewer, invoice: Invoice): Promise<void> {
  requirePermission(viewer, 'invoices.markPaid');
  await settle(tx, viewer, invoice, { kind: 'MANUAL', amount: askedOf(invoice), processor: 'Manual' });
}

async function refundByHand(tx: Transaction, viewer: Viewer, invoice: Invoice): Promise<void> {
  requirePermission(viewer, 'invoices.refund');
  const parts = refundable(invoice, await paymentsOf(tx, invoice.id), { method: 'BY_HAND' });
  if (parts.length > 0) return await giveBack(tx, viewer, invoice, parts);
  // What cost nothing has nothing to give back.
  await tx.invoice.update({ where: { id: invoice.id }, data: { status: 'REFUNDED' }, select: { id: true } });
  const { id, number, clientId } = invoice;
  await emit(tx, 'invoice.refunded', { invoice: id }, { number, clientId, amount: '0', isComplete: true });
}

/** A renewal that nobody is asked to pay any more does not hold its subscription up. */
async function waive(tx: Transaction, viewer: Viewer, { id: invoiceId, subscriptionId }: Invoice): Promise<void> {
  if (subscriptionId !== null) await waiveRenewal(tx, viewer, { id: subscriptionId, invoiceId, at: now() });
}

// ------------------------------------------------------------------ what the input says

type Period = { periodLength: number | null; periodUnit: PeriodUnit | null };

function checkPeriod(issues: IssueList, recurring: InvoiceFields['recurring']): Period {
  if (recurring == null) return { periodLength: null, periodUnit: null };
  if (recurring.length < 1 || recurring.length > 3_650) {
    issues.add(['recurring', 'length'], 'OUT_OF_RANGE', 'recurring.length must be between 1 and 3650.');
  }
  return { periodLength: recurring.length, periodUnit: recurring.unit };
}

type Terms = { tax: rules.Tax; coupon: Coupon | null; currency: string; credit: Decimal; period: Period };

/** Laws 3 to 6: the lines with what they come to, and the invoice's totals. */
function workOut(issues: IssueList, items: readonly Item[], { tax, coupon, currency, credit, period }: Terms) {
  rules.checkTax(issues, tax, currency);
  const discounts = coupon === null ? [] : couponDiscounts(coupon, items, currency);
  const terms = { recurs: period.periodLength !== null, couponOutlasts: coupon?.duration === 'FOREVER' };
  const worked = rules.lineTotals(items, discounts, terms);
  const totals = rules.invoiceTotals(worked, tax, { credit, currency });
  rules.checkTotals(issues, totals);
  return { lines: items.map((item, index) => ({ ...item, ...(worked[index] as rules.LineTotal) })), totals };
}

/** Everything that hangs together, as it would be: lines, tax, period, coupon, and what they come to. */
async function rework(
  tx: Transaction,
  viewer: Viewer,
  issues: IssueList,
  invoice: Invoice,
  fields: UpdateInvoice,
  { clientId, isJudgedAnew }: { clientId: string | null; isJudgedAnew: boolean },
) {
  const before = await itemsOf(tx, invoice.id);
  const { items, currency } = fields.items
    ? await checkItems(tx, issues, fields.items, { before, currency: invoice.currency })
    : { items: before.map(asItem), currency: invoice.currency };
  const type = fields.taxType ?? (invoice.taxType as rules.TaxType);
  const rate = fields.taxRate ?? (type === 'NONE' ? 0 : invoice.taxRate.toString());
  const tax = { type, rate: new Decimal(rate) };
  const period =
    fields.recurring === undefined
      ? { periodLength: invoice.periodLength, periodUnit: invoice.periodUnit as PeriodUnit | null }
      : checkPeriod(issues, fields.recurring);
  const claim = { clientId, lines: items, currency, exceptInvoiceId: invoice.id };
  const isNamed = fields.couponId !== undefined || fields.couponCode !== undefined;
  const named = isNamed ? fields : { couponId: invoice.couponId, couponCode: null };
  const isTheOne = named.couponCode == null && (named.couponId ?? null) === invoice.couponId;
  const isKept = isTheOne && !isJudgedAnew && currency === invoice.currency;
  const coupon = isKept ? await couponOf(tx, invoice) : await namedCoupon(tx, issues, named, claim);
  const credit = new Decimal(invoice.credit.toString());
  const { lines, totals } = workOut(issues, items, { tax, coupon, currency, credit, period });
  return {
    before,
    // Null when they are as they were.
    lines: isSame(before, lines) ? null : lines,
    data: {
      ...totals,
      ...period,
      currency,
      couponId: coupon?.id ?? null,
      taxType: type,
      taxRate: tax.rate,
      taxName: type === 'NONE' ? null : (invoice.taxName ?? (await settingsOf(tx, viewer)).taxName),
    },
  };
}

type Claim = { clientId: string | null; lines: readonly Item[]; currency: string; exceptInvoiceId?: string };

/**
 * The coupon that is put on the invoice, by id or by code. It is judged now, and again when the client or the currency changes
 * or the invoice is issued; what it takes off follows the lines.
 */
async function namedCoupon(
  tx: Transaction,
  issues: IssueList,
  { couponId, couponCode }: Pick<InvoiceFields, 'couponId' | 'couponCode'>,
  claim: Claim,
): Promise<Coupon | null> {
  if (couponId != null && couponCode != null) {
    issues.add('couponCode', 'EXCLUSIVE', 'Give couponId or couponCode, not both.');
    return null;
  }
  if (couponId != null) return await requireCoupon(tx, issues, 'couponId', { ...claim, couponId });
  if (couponCode == null) return null;
  const found = await findByCode(tx, couponCode);
  if (found) return await requireCoupon(tx, issues, 'couponCode', { ...claim, couponId: found.id });
  issues.add('couponCode', 'NOT_FOUND', 'There is no coupon of this code.');
  return null;
}

/** The coupon that the invoice has, also if nobody can be given it any more. */
async function couponOf(tx: Transaction, { couponId }: Invoice): Promise<Coupon | null> {
  return couponId === null ? null : await tx.coupon.findUnique({ where: { id: couponId } });
}

function amountsOf({ subtotal, tax }: Invoice) {
  return { subtotal: new Decimal(subtotal.toString()), tax: new Decimal(tax.toString()) };
}

export async function settingsOf(tx: Transaction, viewer: Viewer) {
  return await tx.organization.findUniqueOrThrow({
    where: { id: organizationOf(viewer) },
    select: { currency: true, invoicePrefix: true, taxName: true, paymentTermDays: true },
  });
}

/**
 * Law 12. The counter's row stays locked until the transaction ends, so this comes as late as it can. A number that an invoice
 * from elsewhere has already is passed over.
 */
export async function nextNumber(tx: Transaction, viewer: Viewer, prefix: string): Promise<string> {
  for (;;) {
    const [taken] = await tx.$queryRaw<{ running: number }[]>`
      insert into invoice_counters (organization_id, next) values (${organizationOf(viewer)}::uuid, 2)
        on conflict (organization_id) do update set next = invoice_counters.next + 1
        returning next - 1 as running`;
    const number = rules.numberOf(prefix, (taken as { running: number }).running);
    if (!(await tx.invoice.findFirst({ where: { number }, select: { id: true } }))) return number;
  }
}
