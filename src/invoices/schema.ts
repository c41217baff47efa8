import type { GraphQLResolveInfo } from 'graphql';
import { Client } from '../clients/schema.ts';
import type { Row } from '../graphql/compiler/rows.ts';
import { sql } from '../graphql/compiler/sql.ts';
import type { Context } from '../graphql/context.ts';
import type { Declaration } from '../graphql/declarations.ts';
import { extendType, Money } from '../graphql/fields.ts';
import { spentByClient } from './loaders.ts';

const spentInSql = (client: Row) => ({
  amount: sql`(select sum(invoice.total) from invoices invoice
    where invoice.client_id = ${client.column('id')} and invoice.currency = ${client.column('currency')}
      and invoice.paid_at is not null and invoice.deleted_at is null and invoice.status <> 'REFUNDED')`,
  currency: client.column('currency'),
});

extendType(Client, 'User', (_, t) => ({
  spent: t.field({
    type: Money,
    nullable: true,
    description:
      'What the client has paid: the sum of its paid invoices in its currency, without refunded ones. Null when there is none.',
    select: { id: true, currency: true },
    extensions: {
      read: { kind: 'computed', columns: ['id', 'currency'], expression: spentInSql } satisfies Declaration,
    },
    // By hand: it sums rows of another table, once for all clients of a page.
    resolve: (client: { id: string; currency: string }, _: object, context: Context, info: GraphQLResolveInfo) =>
      spentByClient(client, context, info),
  }),
}));
