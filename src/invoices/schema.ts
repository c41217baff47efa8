import type { InputFieldBuilder } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import { AddressInput, Client } from '../clients/schema.ts';
import { visibleCoupons } from '../coupons/policy.ts';
import { Coupon } from '../coupons/schema.ts';
import type { Invoice as InvoiceRow } from '../generated/prisma/client.ts';
import { builder, type Types } from '../graphql/builder.ts';
import { asksForDeleted } from '../graphql/comparators.ts';
import { type Row, rowOf } from '../graphql/compiler/rows.ts';
import { join, later, literal, sql } from '../graphql/compiler/sql.ts';
import { where } from '../graphql/compiler/where.ts';
import { connectionType } from '../graphql/connections.ts';
import type { Context } from '../graphql/context.ts';
import type { Declaration } from '../graphql/declarations.ts';
import { enumType } from '../graphql/enums.ts';
import { extendType, type Fields, Money, objectType, partType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { newestFirst } from '../graphql/pagination.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { decodeId } from '../kernel/id.ts';
import { formatAmount } from '../kernel/money.ts';
import { Order, ordersBeneath } from '../orders/schema.ts';
import { PeriodUnitRef } from '../services/schema.ts';
import { TeamMember } from '../team/schema.ts';
import * as invoices from './commands.ts';
import { InvoiceStatusRef, invoiceFilter, invoiceSort } from './filters.ts';
import { InvoiceItemInput, inPlace, invoiceItems } from './items/schema.ts';
import { spentByClient } from './loaders.ts';
import { deletedInvoices, visibleInvoices } from './policy.ts';
import { dueOf, openStatuses, type TaxType } from './rules.ts';

const TaxTypeRef = enumType<TaxType>(
  'TaxType',
  'How the tax of an invoice is worked out. SPP’s types 3 to 8 are none.',
  {
    NONE: 'There is none. SPP: 0.',
    FIXED: 'A fixed amount. SPP: 1.',
    PERCENT: 'A percentage of the subtotal. SPP: 2.',
  },
);

const addressLine = (field: Fields<'Invoice'>, key: string, description: string) =>
  field.computed(
    ['billingAddress'],
    key === 'country' ? 'CountryCode' : 'String',
    description,
    ({ billingAddress }) => (billingAddress as Record<string, string | null>)[key] ?? null,
    { nullable: true, expression: (invoice) => sql`${invoice.column('billingAddress')} ->> ${literal(key)}` },
  );

const BillingAddress = partType('Invoice', 'BillingAddress', {
  description: 'A client’s postal address as it was when the client was put on an invoice.',
  fields: (field) => ({
    line1: addressLine(field, 'line1', 'Street and number. Null when not given. SPP: `line_1`.'),
    line2: addressLine(field, 'line2', 'What the first line had no room for. Null when not given. SPP: `line_2`.'),
    city: addressLine(field, 'city', 'The city. Null when not given.'),
    state: addressLine(field, 'state', 'The state or province. Null when not given.'),
    postcode: addressLine(field, 'postcode', 'The postal code. Null when not given.'),
    country: addressLine(field, 'country', 'The country. Null when not given.'),
    firstName: addressLine(field, 'firstName', 'The recipient’s first name. Null without one. SPP: `name_f`.'),
    lastName: addressLine(field, 'lastName', 'The recipient’s last name. Null without one. SPP: `name_l`.'),
    taxId: addressLine(field, 'taxId', 'The recipient’s tax number. Null without one. SPP: `tax_id`.'),
    companyName: addressLine(field, 'companyName', 'The recipient’s company. Null without one. SPP: `company_name`.'),
    companyVat: addressLine(field, 'companyVat', 'The company’s VAT number. Null without one. SPP: `company_vat`.'),
  }),
});

const InvoiceRecurrence = partType('Invoice', 'InvoiceRecurrence', {
  description: 'How long a period is, after which an invoice is asked for again.',
  fields: (field) => ({
    length: field.code('periodLength', 'Int', 'How many units. SPP: `r_period_l`.', { nullable: false }),
    unit: field.code('periodUnit', PeriodUnitRef, 'What they are. SPP: `r_period_t`.', { nullable: false }),
  }),
});

const openInSql = join(openStatuses.map(literal), sql`, `);

/** Law 7 in SQL. */
export const dueInSql = (invoice: Row) => sql`case when ${invoice.column('status')} in (${openInSql})
  then ${invoice.column('total')} - ${invoice.column('amountPaid')} + ${invoice.column('amountRefunded')} else 0 end`;

export const Invoice = objectType('Invoice', 'Invoice', {
  description: 'What a client is asked to pay, and has paid.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Invoice'),
    number: field.column('number', 'Its number: the organization’s prefix and running number. It never changes.'),
    numberPrefix: field.column('numberPrefix', 'What the number begins with. Null without a prefix.'),
    client: field.relation('client', 'Who is asked to pay. Null when nobody is yet. SPP: `client`, `user_id`.', {
      type: Client,
    }),
    employee: field.relation(
      'employee',
      'The team member who made it. Null when it was the engine, or the person is deleted. SPP: `employee_id`.',
      { type: TeamMember },
    ),
    status: field.code('status', InvoiceStatusRef, 'Where it stands. SPP: `status`, `status_id`.'),
    items: field.connection<'InvoiceItem'>('items', 'Its lines, as they stand on it: at most 100.', {
      type: invoiceItems,
      where: () => undefined,
      order: inPlace,
    }),
    orders: field.connection<'Order'>(
      'orders',
      'The orders that its payment made, as far as the viewer may see them, newest first.',
      ordersBeneath,
    ),
    billingAddress: field.part(
      ['billingAddress'],
      BillingAddress,
      'The client’s address as it was when the client was put on it. Null when there was none.',
      ({ billingAddress }) => billingAddress !== null,
      (invoice) => sql`${invoice.column('billingAddress')} is not null`,
    ),
    currency: field.column('currency', 'The currency of all its amounts.'),
    subtotal: field.money('subtotal', 'currency', 'What its lines come to.'),
    taxType: field.code('taxType', TaxTypeRef, 'How its tax is worked out. SPP: `tax_type`.'),
    taxName: field.column('taxName', 'How the tax is called. Null without one. SPP: `tax_name`.'),
    taxRate: field.column('taxRate', 'What the tax is worked out from: an amount when it is fixed, else a percentage.'),
    taxPercent: field.computed(
      ['taxType', 'taxRate'],
      'Decimal',
      'The percentage. Null unless the tax is one. SPP: `tax_percent`.',
      ({ taxType, taxRate }) => (taxType === 'PERCENT' ? taxRate : null),
      {
        nullable: true,
        expression: (invoice) =>
          sql`case when ${invoice.column('taxType')} = 'PERCENT' then ${invoice.column('taxRate')} end`,
      },
    ),
    tax: field.money('tax', 'currency', 'What the tax comes to.'),
    credit: field.money('credit', 'currency', 'What was paid of the client’s balance.'),
    total: field.money('total', 'currency', 'What is asked for: subtotal and tax, less the credit.'),
    amountPaid: field.money('amountPaid', 'currency', 'What was paid in money.'),
    amountRefunded: field.money('amountRefunded', 'currency', 'What was given back, in money and onto the balance.'),
    amountDue: field.computed(
      ['status', 'total', 'amountPaid', 'amountRefunded', 'currency'],
      Money,
      'What is still to be paid. 0 unless it is unpaid or partially paid.',
      ({ currency, ...amounts }) => ({ amount: formatAmount(dueOf(amounts as Amounts), currency), currency }),
      { expression: (invoice) => ({ amount: dueInSql(invoice), currency: invoice.column('currency') }) },
    ),
    recurring: field.part(
      ['periodLength', 'periodUnit'],
      InvoiceRecurrence,
      'How often it is asked for again, once it is paid. Null when it is not.',
      ({ periodLength }) => periodLength !== null,
      (invoice) => sql`${invoice.column('periodLength')} is not null`,
    ),
    coupon: field.relation(
      'coupon',
      'The coupon that lowers it. Null without one, when it is deleted, or when the viewer may not see coupons. SPP: `coupon_id`.',
      { type: Coupon, nullable: true, visible: visibleCoupons },
    ),
    reason: field.column('reason', 'Why the engine made it. Null when a person did.'),
    note: field.column('note', 'A note for the client. Null without one.'),
    paymentProcessor: field.column('paymentProcessor', 'What it was last paid through. Null before. SPP: `paysys`.'),
    transactionId: field.column('transactionId', 'What the processor calls that payment. Null when nothing.'),
    ipAddress: field.column('ipAddress', 'From where it was paid. Null when that is not known.', { staffOnly: true }),
    locationConfirmed: field.column(
      'locationConfirmed',
      'Whether the client has confirmed its country, for the VAT of the EU. SPP: `loc_confirm`.',
    ),
    dueAt: field.column('dueAt', 'When it is to be paid. Null without a due time. SPP: `date_due`.'),
    paidAt: field.column('paidAt', 'When nothing was due any more. Null before. SPP: `date_paid`.'),
    version: field.column('version', 'How often it was edited, its lines included. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it, or one of its lines, last changed.'),
    deletedAt: field.column('deletedAt', 'When it was deleted. Null while it is live.', { staffOnly: true }),
  }),
});

type Amounts = Pick<InvoiceRow, 'status' | 'total' | 'credit' | 'amountPaid' | 'amountRefunded'>;

nodeType('Invoice', 'Invoice', visibleInvoices);

export const invoicesConnection = connectionType(Invoice, 'invoices');

listField('invoices', {
  description: 'The invoices that the viewer may see, newest first. SPP: list invoices (4.2).',
  model: 'Invoice',
  type: invoicesConnection,
  permission: 'invoices.read',
  visible: (viewer, filter) => (asksForDeleted(filter) ? deletedInvoices(viewer) : visibleInvoices(viewer)),
  filter: invoiceFilter,
  sort: invoiceSort,
  search:
    'Only invoices whose number or total, or whose client’s name, e-mail address or company, has words that begin with each of these words.',
});

singleField('invoice', {
  description: 'One invoice, by id or number. SPP: retrieve invoice (4.4).',
  model: 'Invoice',
  type: Invoice,
  permission: 'invoices.read',
  idDescription: 'The invoice’s id; its number is accepted, too.',
  numberDescription: 'The invoice’s number. Give this or `id`.',
  find: (viewer, { id, number }) => {
    // No number has a NUL, and PostgreSQL takes none to compare with.
    if (id?.includes('\0') || number?.includes('\0')) return null;
    const uuid = id == null ? null : decodeId('Invoice', id);
    const named = id == null ? {} : uuid === null ? { number: id } : { id: uuid };
    return { AND: [visibleInvoices(viewer), named, number == null ? {} : { number }] };
  },
});

extendType(Order, 'Order', (field) => ({
  invoice: field.relation(
    'invoice',
    'The invoice whose payment made it. Null when none did, or the viewer may not see it.',
    { type: Invoice, nullable: true, visible: visibleInvoices },
  ),
}));

// A paid invoice keeps what was paid, of the balance, too, and was not given back.
const spentInSql = (client: Row) => {
  const [id, currency] = [client.column('id'), client.column('currency')];
  const amount = later(
    ({
      viewer,
    }) => sql`(select sum(invoice.amount_paid + invoice.credit - invoice.amount_refunded) from invoices invoice
      where invoice.client_id = ${id} and invoice.currency = ${currency} and invoice.paid_at is not null
        and invoice.status <> 'REFUNDED' and ${where(rowOf('Invoice', 'invoice'), visibleInvoices(viewer))})`,
  );
  return { amount, currency };
};

extendType(Client, 'User', (field, t) => ({
  invoices: field.connection<'Invoice'>(
    'invoices',
    'The invoices that the client is asked to pay, as far as the viewer may see them, newest first.',
    { type: invoicesConnection, where: visibleInvoices, order: newestFirst, sort: invoiceSort },
  ),
  spent: t.field({
    type: Money,
    nullable: true,
    description:
      'What the client has paid: on its paid invoices in its currency, of its balance, too, less what was given back. Refunded ones don’t count, nor those that the viewer may not see. Null when there is none.',
    select: { id: true, currency: true },
    extensions: {
      read: { kind: 'computed', columns: ['id', 'currency'], expression: spentInSql } satisfies Declaration,
    },
    // By hand: it sums rows of another table, once for all clients of a page.
    resolve: (client: { id: string; currency: string }, _: object, context: Context, info: GraphQLResolveInfo) =>
      spentByClient(client, context, info),
  }),
}));

// ------------------------------------------------------------------ mutations

const UserDataInput = builder.inputType('InvoiceUserDataInput', {
  description: 'A client to be made for an invoice. The e-mail address stands beside it.',
  fields: (t) => ({
    firstName: t.string({ description: 'The first name: 1 to 255 characters, required. SPP: `name_f`.' }),
    lastName: t.string({ description: 'The last name: 1 to 255 characters, required. SPP: `name_l`.' }),
    company: t.string({ description: 'The company: at most 255 characters.' }),
    phone: t.string({ description: 'The phone number: at most 50 characters.' }),
    taxId: t.string({ description: 'The tax number: at most 100 characters. SPP: `tax_id`.' }),
    address: t.field({ type: AddressInput, description: 'The postal address: also the billing address.' }),
    optIn: t.string({ description: 'The consent to marketing: at most 50 characters. SPP: `optin`.' }),
    customFields: t.field({ type: 'JSONObject', description: 'All custom fields. SPP: `custom_fields`.' }),
    currency: t.field({
      type: 'CurrencyCode',
      description: 'The currency of the balance: the organization’s without it.',
    }),
  }),
});

const RecurringInput = builder.inputType('InvoiceRecurringInput', {
  description: 'How long a period is, after which an invoice is asked for again.',
  fields: (t) => ({
    length: t.int({ required: true, description: 'How many units: 1 to 3650. SPP: `r_period_l`.' }),
    unit: t.field({ type: PeriodUnitRef, required: true, description: 'What they are. SPP: `r_period_t`.' }),
  }),
});

function writable(t: InputFieldBuilder<Types, 'InputObject'>) {
  return {
    clientId: t.id({ description: 'Who is asked to pay: required, but for a draft. SPP: `user_id`.' }),
    taxType: t.field({ type: TaxTypeRef, description: 'How the tax is worked out: not at all, when it is new.' }),
    taxRate: t.field({
      type: 'Decimal',
      description: 'The amount of a fixed tax, or the percentage: 0 to 100. SPP: `tax`.',
    }),
    recurring: t.field({
      type: RecurringInput,
      description: 'Asks for it again and again: paying it begins a subscription. Null: only once.',
    }),
    couponId: t.id({ description: 'The coupon that lowers it. Null: none. Not together with `couponCode`.' }),
    couponCode: t.string({ description: 'The same by the coupon’s code.' }),
    note: t.string({ description: 'A note for the client.' }),
    dueAt: t.field({ type: 'DateTime', description: 'When it is to be paid. SPP: `date_due`.' }),
  };
}

const itemIds = { id: 'InvoiceItem', serviceId: 'Service' } as const;
const ids = { clientId: 'Client', couponId: 'Coupon', items: itemIds } as const;
const returns = { invoice: { type: Invoice, model: 'Invoice', description: 'The invoice as it is now.' } } as const;

mutation('invoiceCreate', {
  description:
    'Asks a client for money. Number, currency, totals and billing address are worked out. Made as PAID, it is paid by hand with all that follows. SPP: create invoice (4.3).',
  command: invoices.create,
  input: (t) => ({
    ...writable(t),
    email: t.field({
      type: 'EmailAddress',
      description:
        'The client by e-mail address, instead of `clientId`. Where there is none, one is made of `userData`.',
    }),
    userData: t.field({
      type: UserDataInput,
      description: 'The client to be made, when nobody has the `email`. Needs the permission `clients.create`.',
    }),
    items: t.field({ type: [InvoiceItemInput], required: true, description: 'Its lines, in their order: 1 to 100.' }),
    status: t.field({
      type: InvoiceStatusRef,
      description: 'UNPAID without it. DRAFT, PAID and CANCELLED are possible, too.',
    }),
  }),
  ids,
  errors: ['InvalidInputError', 'InvalidStateError'],
  returns,
});

mutation('invoiceUpdate', {
  description:
    'Changes an invoice. An absent field stays, null clears it, lines are replaced as a whole; a line that is named by its id keeps its order. A paid, refunded or cancelled invoice is frozen but for its note and status. SPP: update invoice (4.5).',
  command: invoices.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The invoice, by id or number.' }),
    ...writable(t),
    items: t.field({ type: [InvoiceItemInput], description: 'Its lines, in their order: 1 to 100. Replaces.' }),
    status: t.field({
      type: InvoiceStatusRef,
      description:
        'DRAFT ↔ UNPAID; both to CANCELLED and back; PARTIALLY_PAID to PAID, REFUNDED or CANCELLED; PAID to REFUNDED. Otherwise money makes it paid: see `invoiceMarkPaid`.',
    }),
    expectedVersion: t.int({ description: 'Refuse when the invoice has another version by now.' }),
  }),
  ids: { id: 'Invoice', ...ids },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError', 'ConflictError'],
  returns,
});

const subject = { ids: { id: 'Invoice' } } as const;

mutation('invoiceVoid', {
  description:
    'Takes an invoice back: a draft, an unpaid or a partially paid one is cancelled. `invoiceUpdate` makes it unpaid again. SPP: update invoice (4.5).',
  command: invoices.cancel,
  input: (t) => ({ id: t.id({ required: true, description: 'The invoice, by id or number.' }) }),
  ...subject,
  errors: ['NotFoundError', 'InvalidStateError'],
  returns,
});

mutation('invoiceDelete', {
  description:
    'Puts an invoice out of sight. Its orders and its subscription stay. `invoiceRestore` brings it back. SPP: delete invoice (4.6).',
  command: invoices.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The invoice, by id or number.' }) }),
  ...subject,
  errors: ['NotFoundError', 'InvalidStateError'],
  removes: 'Invoice',
});

mutation('invoiceRestore', {
  description: 'Brings a deleted invoice back as it was. SPP has no such operation.',
  command: invoices.restore,
  input: (t) => ({ id: t.id({ required: true, description: 'The deleted invoice, by id or number.' }) }),
  ...subject,
  errors: ['NotFoundError'],
  returns,
});
