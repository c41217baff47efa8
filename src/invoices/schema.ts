import type { GraphQLResolveInfo } from 'graphql';
import { Client } from '../clients/schema.ts';
import type { Context } from '../graphql/context.ts';
import { extendType, Money } from '../graphql/fields.ts';
import { spentByClient } from './loaders.ts';

extendType(Client, 'User', (_, t) => ({
  spent: t.field({
    type: Money,
    nullable: true,
    description:
      'What the client has paid: the sum of its paid invoices in its currency, without refunded ones. Null when there is none.',
    select: { id: true, currency: true },
    // By hand: it sums rows of another table, once for all clients of a page.
    resolve: (client: { id: string; currency: string }, _: object, context: Context, info: GraphQLResolveInfo) =>
      spentByClient(client, context, info),
  }),
}));
