import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { type Link, oncePerField } from '../graphql/loaders.ts';

const byName = ['firstName', 'lastName'];

/** The team members whom an order is assigned to, by name. */
export const employeesOfOrder: Link = { model: 'orderEmployee', key: 'orderId', target: 'employee', order: byName };

/** The tags that an order is filed under, by name. */
export const tagsOfOrder: Link = {
  model: 'orderTag',
  key: 'orderId',
  target: 'tag',
  order: ['name'],
};

/** The team members whom a task is assigned to, by name. */
export const employeesOfTask: Link = { model: 'orderTaskEmployee', key: 'taskId', target: 'employee', order: byName };

type Answers = Record<string, string>;

/** The answers of forms that are filed under an order, by question; the later answer wins. */
export function answersOfOrder(orderId: string, context: Context, info: GraphQLResolveInfo): Promise<Answers> {
  return oncePerField(context, info, () => {
    return new DataLoader<string, Answers>(async (orderIds) => {
      const fields = await context.db.filledFormField.findMany({
        where: { orderId: { in: [...orderIds] } },
        select: { orderId: true, name: true, value: true },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      const byOrder = Map.groupBy(fields, (field) => field.orderId);
      return orderIds.map((id) => Object.fromEntries((byOrder.get(id) ?? []).map(({ name, value }) => [name, value])));
    });
  }).load(orderId);
}
