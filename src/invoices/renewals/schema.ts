import type { Invoice as InvoiceRow } from '../../generated/prisma/client.ts';
import { builder } from '../../graphql/builder.ts';
import { roundedOf } from '../../graphql/compiler/formats.ts';
import type { Row } from '../../graphql/compiler/rows.ts';
import { type Sql, sql } from '../../graphql/compiler/sql.ts';
import type { Declaration } from '../../graphql/declarations.ts';
import { extendType, Money } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { newestFirst } from '../../graphql/pagination.ts';
import { Decimal, formatAmount } from '../../kernel/money.ts';
import { PaymentMethod } from '../../payments/methods/schema.ts';
import { visiblePaymentMethods, visiblePayments } from '../../payments/policy.ts';
import { paymentsConnection } from '../../payments/schema.ts';
import { visibleSubscriptions } from '../../subscriptions/policy.ts';
import { Subscription } from '../../subscriptions/schema.ts';
import { visibleInvoices } from '../policy.ts';
import type { TaxType } from '../rules.ts';
import { Invoice, invoicesConnection } from '../schema.ts';
import * as renewals from './commands.ts';
import { type FirstItem, hasPreview, renewalOf } from './rules.ts';

// ------------------------------------------------------------------ the preview

type Previewed = {
  status: string;
  cancelAtPeriodEnd: boolean;
  invoiceId: string | null;
  firstInvoice:
    | (Pick<InvoiceRow, 'currency' | 'taxType' | 'taxName' | 'taxRate'> & {
        items: FirstItem[];
      })
    | null;
};
type Preview = ReturnType<typeof renewalOf> & { currency: string; taxName: string | null };
type Line = Preview['lines'][number] & { currency: string };

function previewOf(subscription: Previewed): Preview | null {
  const { firstInvoice: first } = subscription;
  if (first === null || !hasPreview(subscription)) return null;
  const { currency, taxName } = first;
  const tax = { type: first.taxType as TaxType, rate: new Decimal(first.taxRate.toString()) };
  return { ...renewalOf(first.items, tax, currency), currency, taxName };
}

/** Laws 1 and 2 in SQL: the lines of the renewal. */
const linesInSql = (subscription: Row) => sql`(
  select made.*, made.quantity * made.amount - made.discount as total from (
    select priced.*, least(priced.renewal_discount, priced.quantity * priced.amount) as discount from (
      select item.position, item.id, item.name, item.description, item.quantity, item.renewal_discount, invoice.currency,
          coalesce(service.recurring_price, item.amount) as amount
        from invoices invoice join invoice_items item on item.invoice_id = invoice.id
        left join services service
          on service.id = item.service_id and service.recurring <> 'ONE_TIME' and service.currency = invoice.currency
        where invoice.id = ${subscription.column('invoiceId')}) priced) made) line`;

/** Law 3 in SQL: something of the renewal as a whole. */
const ofWholeInSql = (subscription: Row, value: Sql) => sql`(
  select ${value} from (
    select invoice.currency, invoice.tax_name, invoice.tax_type, invoice.tax_rate,
        (select coalesce(sum(line.total), 0) from ${linesInSql(subscription)}) as subtotal
      from invoices invoice where invoice.id = ${subscription.column('invoiceId')}) whole)`;

const currencyInSql = sql`whole.currency`;
const percentInSql = roundedOf({ amount: sql`whole.subtotal * whole.tax_rate * 0.01`, currency: currencyInSql });
const taxInSql = sql`case whole.tax_type when 'FIXED' then whole.tax_rate when 'PERCENT' then ${percentInSql} else 0 end`;

const amountInSql = (amount: Sql) => (subscription: Row) => ({
  amount: ofWholeInSql(subscription, amount),
  currency: ofWholeInSql(subscription, currencyInSql),
});

const NextInvoiceLine = builder.objectRef<Line>('NextInvoiceLine').implement({
  description: 'One line of an invoice that is not made yet.',
  fields: (t) => {
    const amount = (name: 'amount' | 'discount' | 'total', description: string) =>
      t.field({
        type: Money,
        nullable: false,
        description,
        resolve: ({ currency, ...line }) => ({ amount: formatAmount(line[name], currency), currency }),
      });
    return {
      name: t.exposeString('name', { nullable: false, description: 'What is sold.' }),
      description: t.exposeString('description', { description: 'More about it. Null when nothing is said.' }),
      quantity: t.exposeInt('quantity', { nullable: false, description: 'How many.' }),
      amount: amount('amount', 'The price of one: of a service that recurs the recurring price that it has now.'),
      discount: amount('discount', 'What is carried off the line.'),
      total: amount('total', 'What the line comes to.'),
    };
  },
});

const line = (name: string): Sql | { amount: Sql; currency: Sql } => {
  const columns = { amount: sql`line.amount`, discount: sql`line.discount`, total: sql`line.total` };
  return { amount: columns[name as keyof typeof columns], currency: sql`line.currency` };
};

const NextInvoice = builder.objectRef<Preview>('NextInvoice').implement({
  description: 'The next invoice of a subscription, as it would be made now.',
  fields: (t) => {
    const amount = (name: 'subtotal' | 'tax' | 'total', description: string, inSql: Sql) =>
      t.field({
        type: Money,
        nullable: false,
        description,
        extensions: {
          read: { kind: 'computed', columns: ['invoiceId'], expression: amountInSql(inSql) } satisfies Declaration,
        },
        resolve: ({ currency, totals }) => ({ amount: formatAmount(totals[name], currency), currency }),
      });
    return {
      items: t.field({
        type: [NextInvoiceLine],
        nullable: false,
        description: 'Its lines, in their order: at most 100.',
        extensions: {
          read: {
            kind: 'values',
            columns: ['invoiceId'],
            values: (subscription) => ({
              from: linesInSql(subscription),
              order: sql`line.position, line.id`,
              fields: {
                name: sql`line.name`,
                description: sql`line.description`,
                quantity: sql`line.quantity`,
                amount: line('amount'),
                discount: line('discount'),
                total: line('total'),
              },
            }),
          } satisfies Declaration,
        },
        resolve: ({ lines, currency }) => lines.map((each) => ({ ...each, currency })),
      }),
      subtotal: amount('subtotal', 'What its lines come to.', sql`whole.subtotal`),
      taxName: t.string({
        description: 'How the tax is called. Null without one.',
        extensions: {
          read: {
            kind: 'computed',
            columns: ['invoiceId'],
            expression: (subscription) => ofWholeInSql(subscription, sql`whole.tax_name`),
          } satisfies Declaration,
        },
        resolve: ({ taxName }) => taxName,
      }),
      tax: amount('tax', 'What the tax comes to.', taxInSql),
      total: amount('total', 'What will be asked for.', sql`whole.subtotal + ${taxInSql}`),
    };
  },
});

const firstInvoice = {
  select: {
    currency: true,
    taxType: true,
    taxName: true,
    taxRate: true,
    items: {
      select: {
        serviceId: true,
        name: true,
        description: true,
        quantity: true,
        amount: true,
        renewalDiscount: true,
        options: true,
        service: { select: { recurring: true, currency: true, recurringPrice: true } },
      },
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
    },
  },
};

// ------------------------------------------------------------------ fields of others

extendType(Subscription, 'Subscription', (field, t) => ({
  firstInvoice: field.relation(
    'firstInvoice',
    'The invoice whose payment began it, and whose lines renewals copy. Null without one, or when the viewer may not see it. SPP: `invoice_id`.',
    { type: Invoice, visible: visibleInvoices },
  ),
  openInvoice: field.relation(
    'openInvoice',
    'The renewal that waits for its payment. Null when none does, or the viewer may not see it.',
    { type: Invoice, visible: visibleInvoices },
  ),
  invoices: field.connection<'Invoice'>(
    'invoices',
    'The invoice that began it and its renewals, as far as the viewer may see them, newest first.',
    { type: invoicesConnection, where: visibleInvoices, order: newestFirst },
  ),
  payments: field.connection<'Payment'>(
    'payments',
    'What moved, or failed to move, about its invoices, newest first. SPP: `payments`, of which it tells those that succeeded.',
    { type: paymentsConnection, where: visiblePayments, order: newestFirst },
  ),
  paymentMethod: field.relation(
    'paymentMethod',
    'What it was paid with last. Null when that was by hand, or the viewer may not see it. Renewals charge the client’s default.',
    { type: PaymentMethod, visible: visiblePaymentMethods },
  ),
  nextInvoicePreview: t.field({
    type: NextInvoice,
    nullable: true,
    description:
      'The next invoice as it would be made now. Null when there will be none: it has ended or is to end, or nothing is known of its first invoice.',
    select: { status: true, cancelAtPeriodEnd: true, invoiceId: true, firstInvoice },
    extensions: {
      read: {
        kind: 'part',
        columns: ['status', 'cancelAtPeriodEnd', 'invoiceId'],
        isThere: (subscription) => sql`${subscription.column('status')} not in ('CANCELED', 'EXPIRED')
          and not ${subscription.column('cancelAtPeriodEnd')} and ${subscription.column('invoiceId')} is not null`,
      } satisfies Declaration,
    },
    // By hand: it is worked out of rows of three tables.
    resolve: previewOf,
  }),
}));

extendType(Invoice, 'Invoice', (field) => ({
  subscription: field.relation(
    'subscription',
    'The subscription that its payment began, or that it renews. Null without one, or when the viewer may not see it.',
    { type: Subscription, visible: visibleSubscriptions },
  ),
}));

mutation('subscriptionChargeNow', {
  description:
    'Renews an active or past-due subscription at once, or tries its open renewal again. When it is paid before the period is over, the next period begins now, and the billing date moves. Whether it was paid tells the subscription: a charge that fails makes it past due, without a payment method the invoice waits. SPP: charge now.',
  command: renewals.chargeNow,
  input: (t) => ({
    id: t.id({ required: true, description: 'The subscription, by id or number.' }),
    expectedVersion: t.int({ description: 'Refuse when the subscription has another version by now.' }),
  }),
  ids: { id: 'Subscription' },
  errors: ['NotFoundError', 'InvalidStateError', 'ConflictError'],
  returns: {
    subscription: { type: Subscription, model: 'Subscription', description: 'The subscription as it is now.' },
  },
});
