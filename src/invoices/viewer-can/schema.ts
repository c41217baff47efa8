import type { Row } from '../../graphql/compiler/rows.ts';
import { join, literal, type Sql, sql } from '../../graphql/compiler/sql.ts';
import { where } from '../../graphql/compiler/where.ts';
import { extendByFlags } from '../../graphql/flags.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { deletedInvoices, invoicesWithin, visibleInvoices } from '../policy.ts';
import { type InvoiceStatus, openStatuses } from '../rules.ts';
import { dueInSql, Invoice } from '../schema.ts';

type Condition = (invoice: Row, viewer: Viewer) => Sql;

/** As `lockInvoice` has it: a live invoice that is seen and reached. */
const reached =
  (permission: string, ...states: ((invoice: Row, viewer: Viewer) => Sql)[]): Condition =>
  (invoice, viewer) => {
    const condition = where(invoice, { AND: [visibleInvoices(viewer), invoicesWithin(viewer, permission)] });
    return join([condition, ...states.map((state) => sql`(${state(invoice, viewer)})`)], sql` and `);
  };

const isOneOf =
  (...statuses: readonly InvoiceStatus[]): Condition =>
  (invoice) =>
    sql`${invoice.column('status')} in (${join(statuses.map(literal), sql`, `)})`;

// What follows says in SQL what rules.ts, settlement/rules.ts and locks.ts refuse. A guard compares each with the mutation.

const isNotCharged: Condition = (invoice) => sql`not exists (
  select from payments payment where payment.organization_id = ${invoice.column('organizationId')}
    and payment.invoice_id = ${invoice.column('id')} and payment.status = 'PROCESSING')`;

const hasClient: Condition = (invoice) => sql`${invoice.column('clientId')} is not null`;

const isOpen = isOneOf(...openStatuses);

const isDue: Condition = (invoice) => sql`${dueInSql(invoice)} > 0`;

const hasKept: Condition = (invoice) =>
  sql`${invoice.column('amountPaid')} + ${invoice.column('credit')} > ${invoice.column('amountRefunded')}`;

/** Being paid uses the coupon. */
const hasCouponLeft: Condition = (invoice) => sql`not exists (
  select from coupons coupon where coupon.id = ${invoice.column('couponId')} and coupon.used_count >= coupon.usage_limit)`;

/** As much credit as there is, and is due; all of what is due makes it paid. */
const hasCredit: Condition = (invoice, viewer) => sql`exists (
  select from users client where client.id = ${invoice.column('clientId')} and client.currency = ${invoice.column('currency')}
    and case when client.balance >= ${dueInSql(invoice)} then ${hasCouponLeft(invoice, viewer)} else client.balance > 0 end)`;

/** A method that its client has still, of a processor that the organization has: laws 7, 8 and 10 of payments. */
const hasMethod: Condition = (invoice, { isTest }) => {
  const account = sql`select from stripe_accounts account where account.organization_id = method.organization_id`;
  const isLive = sql`account.publishable_key like 'pk\\_live\\_%'`;
  const byStripe = isTest ? sql`exists (${account} and not ${isLive})` : sql`exists (${account})`;
  return sql`exists (
    select from payment_methods method join organizations organization on organization.id = method.organization_id
      where method.organization_id = ${invoice.column('organizationId')} and method.client_id = ${invoice.column('clientId')}
        and method.detached_at is null and case method.processor when 'STRIPE' then ${byStripe}
          else organization.test_payments and not exists (${account} and ${isLive}) end)`;
};

extendByFlags(Invoice, 'Invoice', 'viewerCan', {
  type: 'InvoiceViewerCan',
  description:
    'What the viewer may do with the invoice as it is now. Each is true when the mutation would not be refused.',
  columns: [
    ...(['id', 'organizationId', 'clientId', 'employeeId', 'couponId', 'status', 'currency', 'deletedAt'] as const),
    ...(['total', 'credit', 'amountPaid', 'amountRefunded'] as const),
  ],
  flags: {
    update: {
      description: 'Change it with `invoiceUpdate`: its note at least, which even a frozen one takes.',
      holds: reached('invoices.update'),
    },
    edit: {
      description:
        'Change with `invoiceUpdate` what it asks for: lines, tax, coupon, due time. Not of one that is frozen or being charged.',
      holds: reached('invoices.update', isOneOf('DRAFT', 'UNPAID', 'PARTIALLY_PAID'), isNotCharged),
    },
    charge: {
      description: 'Charge what is due to a payment method of its client: `invoiceCharge`.',
      holds: reached('invoices.charge', isOpen, hasClient, isDue, isNotCharged, hasMethod),
    },
    applyCredit: {
      description: 'Pay of the client’s balance as much as there is: `invoiceApplyCredit` without an amount.',
      holds: reached('invoices.applyCredit', isOpen, hasClient, isNotCharged, hasCredit),
    },
    recordPayment: {
      description: 'Record that a part was paid by hand: `invoicePaymentRecord`.',
      holds: reached('invoices.markPaid', isOpen, hasClient, isDue, isNotCharged),
    },
    markPaid: {
      description: 'Record that all was paid by hand: `invoiceMarkPaid`.',
      holds: reached(
        'invoices.markPaid',
        isOneOf('DRAFT', 'UNPAID', 'PARTIALLY_PAID'),
        hasClient,
        isNotCharged,
        hasCouponLeft,
      ),
    },
    refund: {
      description: 'Give back what is kept, in one way or another: `invoiceRefund`.',
      holds: reached('invoices.refund', hasKept, isNotCharged),
    },
    void: {
      description: 'Take it back, so that nobody is asked for it: `invoiceVoid`.',
      holds: reached(
        'invoices.void',
        (invoice, viewer) =>
          sql`${isOneOf('CANCELLED')(invoice, viewer)} or ${isOneOf('DRAFT', 'UNPAID', 'PARTIALLY_PAID')(invoice, viewer)} and ${isNotCharged(invoice, viewer)}`,
      ),
    },
    delete: {
      description: 'Put it out of sight: `invoiceDelete`.',
      holds: reached('invoices.delete', isNotCharged),
    },
    restore: {
      description: 'Bring it back when it is deleted: `invoiceRestore`.',
      holds: (invoice, viewer) => where(invoice, deletedInvoices(viewer)),
    },
  },
});
