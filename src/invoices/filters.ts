import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { enumType } from '../graphql/enums.ts';
import { sortInput } from '../graphql/pagination.ts';
import type { InvoiceStatus } from './rules.ts';

export const InvoiceStatusRef = enumType<InvoiceStatus>('InvoiceStatus', 'Where an invoice stands.', {
  DRAFT: 'Being written: clients don’t see it. SPP: 0.',
  UNPAID: 'The client is asked to pay. SPP: 1.',
  PAID: 'Nothing is due any more. SPP: 3.',
  REFUNDED: 'All that was paid was given back. SPP: 4.',
  CANCELLED: 'Taken back: nobody is asked to pay. SPP: 5.',
  PARTIALLY_PAID: 'A part was paid, the rest is due. SPP: 7.',
});

const compare = comparatorsOf('Invoice');

export const invoiceFilter = filterInput<'Invoice'>('InvoiceFilter', 'Which invoices.', {
  id: compare.id('id', 'Invoice', 'By id.'),
  number: compare.text('number', 'By number.'),
  status: compare.code('status', InvoiceStatusRef, 'By status. SPP: `status_id`.'),
  clientId: compare.id('clientId', 'Client', 'By client; `eq: null` finds those of nobody. SPP: `user_id`.'),
  employeeId: compare.id('employeeId', 'TeamMember', 'By the team member who made it. SPP: `employee_id`.'),
  couponId: compare.id('couponId', 'Coupon', 'By coupon. SPP: `coupon_id`.'),
  subscriptionId: compare.id('subscriptionId', 'Subscription', 'By the subscription that it began, or renews.'),
  currency: compare.text('currency', 'By currency.'),
  total: compare.decimal('total', 'By total, whatever the currency.'),
  createdAt: compare.instant('createdAt', 'By creation.'),
  updatedAt: compare.instant('updatedAt', 'By last change.'),
  dueAt: compare.instant('dueAt', 'By due time. SPP: `date_due`.'),
  paidAt: compare.instant('paidAt', 'By when it was paid. SPP: `date_paid`.'),
  isDeleted: compare.deleted('True: the deleted invoices, for those who may restore them, instead of the live ones.'),
});

export const invoiceSort = sortInput<'Invoice'>('InvoiceSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
  NUMBER: { column: 'number', type: 'text', description: 'The number.' },
  DATE_DUE: { column: 'dueAt', type: 'instant', nullable: true, description: 'The due time. SPP: `date_due`.' },
  DATE_PAID: { column: 'paidAt', type: 'instant', nullable: true, description: 'When it was paid. SPP: `date_paid`.' },
  STATUS: { column: 'status', type: 'text', description: 'The status, in alphabetical order.' },
  TOTAL: { column: 'total', type: 'decimal', description: 'The total, whatever the currency.' },
  CLIENT: {
    column: 'clientId',
    type: 'uuid',
    nullable: true,
    description: 'The client’s id, so that a client’s invoices stand together. SPP: `user_id`.',
  },
});
