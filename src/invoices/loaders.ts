import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { oncePerField } from '../graphql/loaders.ts';
import { formatAmount } from '../kernel/money.ts';

type Money = { amount: string; currency: string };

/** What clients have spent: the totals of their paid invoices that are neither deleted nor refunded, in their currency. */
export function spentByClient(
  client: { id: string; currency: string },
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Money | null> {
  return oncePerField(context, info, () => {
    return new DataLoader<{ id: string; currency: string }, Money | null>(
      async (clients) => {
        const sums = await context.db.invoice.groupBy({
          by: ['clientId', 'currency'],
          where: {
            clientId: { in: clients.map(({ id }) => id) },
            paidAt: { not: null },
            deletedAt: null,
            status: { not: 'REFUNDED' },
          },
          _sum: { total: true },
        });
        return clients.map(({ id, currency }) => {
          const sum = sums.find((row) => row.clientId === id && row.currency === currency)?._sum.total;
          return sum ? { amount: formatAmount(sum, currency), currency } : null;
        });
      },
      { cache: false },
    );
  }).load(client);
}
