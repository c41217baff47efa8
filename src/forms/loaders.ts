import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { oncePerField } from '../graphql/loaders.ts';

type Answers = Record<string, string>;

/** The answers of forms that are filed under an order or a ticket, by question; the later answer wins. */
export function answersBeneath(
  key: 'orderId' | 'ticketId',
  parentId: string,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Answers> {
  return oncePerField(context, info, () => {
    return new DataLoader<string, Answers>(async (parentIds) => {
      const fields = await context.db.filledFormField.findMany({
        where: { [key]: { in: [...parentIds] } },
        select: { orderId: true, ticketId: true, name: true, value: true },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      const byParent = Map.groupBy(fields, (field) => field[key]);
      return parentIds.map((id) =>
        Object.fromEntries((byParent.get(id) ?? []).map(({ name, value }) => [name, value])),
      );
    });
  }).load(parentId);
}
