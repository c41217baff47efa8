import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Context } from '../graphql/context.ts';
import { oncePerField } from '../graphql/loaders.ts';
import { Decimal, formatAmount } from '../kernel/money.ts';
import { visibleInvoices } from './policy.ts';
import { dueOf, keptOf } from './rules.ts';

type Money = { amount: string; currency: string };

const sums = { total: true, credit: true, amountPaid: true, amountRefunded: true } as const;

/** What was kept of clients' paid invoices that the viewer may see and that are not refunded, in their currency. */
export function spentByClient(
  client: { id: string; currency: string },
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Money | null> {
  return oncePerField(context, info, () => {
    return new DataLoader<{ id: string; currency: string }, Money | null>(
      async (clients) => {
        const found = await context.db.invoice.groupBy({
          by: ['clientId', 'currency'],
          where: {
            clientId: { in: clients.map(({ id }) => id) },
            paidAt: { not: null },
            status: { not: 'REFUNDED' },
            AND: visibleInvoices(context.viewer),
          },
          _sum: sums,
        });
        return clients.map(({ id, currency }) => {
          const group = found.find((row) => row.clientId === id && row.currency === currency);
          return group ? { amount: formatAmount(keptOf(summed(group._sum)), currency), currency } : null;
        });
      },
      { cache: false },
    );
  }).load(client);
}

export type InvoiceGroup = { status: string; currency: string; count: number } & Record<
  'total' | 'paid' | 'credit' | 'refunded' | 'due',
  Money
>;

/** Invoices by status and currency, in this order. */
export async function groupsOfInvoices(where: Prisma.InvoiceWhereInput, context: Context): Promise<InvoiceGroup[]> {
  const found = await context.db.invoice.groupBy({ by: ['status', 'currency'], where, _count: true, _sum: sums });
  return found
    .map(({ status, currency, _count, _sum }) => {
      const amounts = summed(_sum);
      const money = (amount: Decimal) => ({ amount: formatAmount(amount, currency), currency });
      return {
        status,
        currency,
        count: _count,
        total: money(amounts.total),
        paid: money(amounts.amountPaid),
        credit: money(amounts.credit),
        refunded: money(amounts.amountRefunded),
        due: money(dueOf({ status, ...amounts })),
      };
    })
    .sort((a, b) => compare(a.status, b.status) || compare(a.currency, b.currency));
}

// By code point: codes are upper-case letters and underscores.
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

type Sums = Record<keyof typeof sums, { toString(): string } | null>;

function summed(group: Sums) {
  const exact = (amount: { toString(): string } | null) => new Decimal(amount?.toString() ?? 0);
  return {
    total: exact(group.total),
    credit: exact(group.credit),
    amountPaid: exact(group.amountPaid),
    amountRefunded: exact(group.amountRefunded),
  };
}
