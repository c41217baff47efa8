import { builder } from '../../graphql/builder.ts';
import type { Filter } from '../../graphql/comparators.ts';
import { asksForDeleted, searchWhere } from '../../graphql/comparators.ts';
import type { Row } from '../../graphql/compiler/rows.ts';
import { type Sql, sql } from '../../graphql/compiler/sql.ts';
import type { Declaration, Expression, GroupRows } from '../../graphql/declarations.ts';
import { Money } from '../../graphql/fields.ts';
import { requirePermission } from '../../kernel/viewer.ts';
import { InvoiceStatusRef, invoiceFilter } from '../filters.ts';
import { groupsOfInvoices, type InvoiceGroup } from '../loaders.ts';
import { deletedInvoices, visibleInvoices } from '../policy.ts';
import { dueInSql } from '../schema.ts';

// One object for all invoices of a status and currency: a row here stands for its whole group, so that its amounts are sums.

const column = (name: 'status' | 'currency') => ({
  extensions: { read: { kind: 'column', columns: [name], staffOnly: false } satisfies Declaration },
});

const computed = (columns: string[], expression: Expression) => ({
  extensions: { read: { kind: 'computed', columns, expression } satisfies Declaration },
});

const summed = (columns: string[], amountOf: (invoice: Row) => Sql) =>
  computed(columns, (invoice) => ({ amount: sql`sum(${amountOf(invoice)})`, currency: invoice.column('currency') }));

const InvoiceTotal = builder.objectRef<InvoiceGroup>('InvoiceTotal').implement({
  description: 'What the invoices of one status and currency come to together.',
  fields: (t) => {
    const money = (
      name: 'total' | 'paid' | 'credit' | 'refunded' | 'due',
      description: string,
      read: ReturnType<typeof computed>,
    ) => t.field({ type: Money, nullable: false, description, ...read, resolve: (group) => group[name] });
    return {
      status: t.field({
        type: InvoiceStatusRef,
        nullable: false,
        description: 'Their status.',
        ...column('status'),
        resolve: (group) => group.status as never,
      }),
      currency: t.field({
        type: 'CurrencyCode',
        nullable: false,
        description: 'Their currency.',
        ...column('currency'),
        resolve: (group) => group.currency,
      }),
      count: t.int({
        nullable: false,
        description: 'How many they are.',
        ...computed([], () => sql`count(*)`),
        resolve: (group) => group.count,
      }),
      total: money(
        'total',
        'What they ask for.',
        summed(['total'], (invoice) => invoice.column('total')),
      ),
      paid: money(
        'paid',
        'What was paid in money.',
        summed(['amountPaid'], (invoice) => invoice.column('amountPaid')),
      ),
      credit: money(
        'credit',
        'What was paid of the clients’ balances.',
        summed(['credit'], (invoice) => invoice.column('credit')),
      ),
      refunded: money(
        'refunded',
        'What was given back, in money and onto balances.',
        summed(['amountRefunded'], (invoice) => invoice.column('amountRefunded')),
      ),
      due: money(
        'due',
        'What is still to be paid.',
        summed(['status', 'total', 'amountPaid', 'amountRefunded'], dueInSql),
      ),
    };
  },
});

const permission = 'invoices.read';

const rows: GroupRows = (viewer, args) => {
  requirePermission(viewer, permission);
  const filter = args.filter as Filter | null | undefined;
  const visible = asksForDeleted(filter) ? deletedInvoices(viewer) : visibleInvoices(viewer);
  return {
    AND: [visible, invoiceFilter.where(filter, viewer), searchWhere(args.search as string | null | undefined) ?? {}],
  };
};

builder.queryField('invoiceTotals', (t) =>
  t.field({
    type: [InvoiceTotal],
    nullable: false,
    description:
      'What the invoices that the viewer may see come to, by status and currency, in this order: a dashboard’s head line.',
    args: {
      filter: t.arg({ type: invoiceFilter.ref, description: 'Only invoices that fit.' }),
      search: t.arg.string({ description: 'Only invoices that `invoices` would find by these words.' }),
    },
    extensions: {
      read: { kind: 'groups', model: 'Invoice', by: ['status', 'currency'], where: rows } satisfies Declaration,
      permission,
    },
    resolve: (_, args, context) => groupsOfInvoices(rows(context.viewer, args), context),
  }),
);
