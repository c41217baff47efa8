import { builder } from '../../graphql/builder.ts';
import type { Row } from '../../graphql/compiler/rows.ts';
import { sql } from '../../graphql/compiler/sql.ts';
import { connectionType } from '../../graphql/connections.ts';
import type { Declaration } from '../../graphql/declarations.ts';
import { Money, objectType } from '../../graphql/fields.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import type { Order as SortOrder } from '../../graphql/pagination.ts';
import { formatAmount } from '../../kernel/money.ts';
import { visibleOrders } from '../../orders/policy.ts';
import { Order } from '../../orders/schema.ts';
import { visibleServices } from '../../services/policy.ts';
import { Service } from '../../services/schema.ts';
import { visibleItems } from '../policy.ts';

type Amount = 'amount' | 'discount' | 'couponDiscount' | 'renewalDiscount' | 'total';

const amountInSql = (amount: Amount) => (item: Row) => ({
  amount: item.column(amount),
  currency: sql`(select invoice.currency from invoices invoice where invoice.id = ${item.column('invoiceId')})`,
});

/** An amount of the line. By hand: its currency is the invoice's, and no declared kind of field reads two tables. */
const money = (amount: Amount, description: string) => ({
  type: Money,
  nullable: false,
  description,
  select: { [amount]: true, invoice: { select: { currency: true } } },
  extensions: {
    read: {
      kind: 'computed',
      columns: [amount, 'invoiceId'],
      expression: amountInSql(amount),
    } satisfies Declaration,
  },
  resolve: ({ invoice, ...item }: { invoice: { currency: string } } & Record<Amount, { toString(): string }>) => ({
    amount: formatAmount(item[amount], invoice.currency),
    currency: invoice.currency,
  }),
});

export const InvoiceItem = objectType('InvoiceItem', 'InvoiceItem', {
  description: 'One line of an invoice.',
  interfaces: [Node],
  fields: (field, t) => ({
    id: field.id('InvoiceItem'),
    invoice: field.relation('invoice', 'The invoice that it is on. SPP: `invoice_id`.'),
    position: field.column('position', 'Its place on the invoice, from 0.'),
    name: field.column('name', 'What is sold.'),
    description: field.column('description', 'More about it. Null when nothing is said.'),
    quantity: field.column('quantity', 'How many.'),
    amount: t.field(money('amount', 'The price of one.')),
    discount: t.field(money('discount', 'What is taken off the line by hand.')),
    couponDiscount: t.field(money('couponDiscount', 'What the coupon takes off the line.')),
    renewalDiscount: t.field(
      money('renewalDiscount', 'What renewals will take off the line; 0 unless the invoice recurs. SPP: `discount2`.'),
    ),
    total: t.field(money('total', 'What the line comes to: quantity × amount, less both discounts.')),
    options: field.column('options', 'The chosen options, name → value.'),
    service: field.relation(
      'service',
      'The service that is sold. Null when it is none, is deleted, or the viewer may not see it. SPP: `service_id`.',
      { type: Service, nullable: true, visible: visibleServices },
    ),
    order: field.relation(
      'order',
      'The order that the payment made of it. Null before, without a service, or when the viewer may not see it. SPP: `order_id`.',
      { type: Order, nullable: true, visible: visibleOrders },
    ),
    version: field.column('version', 'How often it was edited.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('InvoiceItem', 'InvoiceItem', visibleItems);

export const invoiceItems = connectionType(InvoiceItem, 'lines of invoices');

/** As they stand on the invoice. */
export const inPlace: SortOrder = [{ key: { column: 'position', type: 'integer' }, direction: 'asc' }];

export const InvoiceItemInput = builder.inputType('InvoiceItemInput', {
  description: 'One line of an invoice.',
  fields: (t) => ({
    id: t.id({
      description: 'A line of the invoice, which keeps its order by it. Without it the line is new. On updates only.',
    }),
    serviceId: t.id({ description: 'The service that is sold: paying makes an order of it. SPP: `service_id`.' }),
    name: t.string({ required: true, description: 'What is sold: 1 to 255 characters.' }),
    description: t.string({ description: 'More about it.' }),
    quantity: t.int({ required: true, description: 'How many: 1 or more.' }),
    amount: t.field({
      type: 'Decimal',
      required: true,
      description: 'The price of one, in the invoice’s currency: 0 or more.',
    }),
    discount: t.field({
      type: 'Decimal',
      description: 'What is taken off the line: 0 or more, 0 without it. At most the line itself counts.',
    }),
    options: t.field({ type: 'JSONObject', description: 'The chosen options, name → value.' }),
  }),
});
