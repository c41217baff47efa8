import { addFoundation } from '../../organizations/founding/commands.ts';
import { statusCommands } from '../../statuses/commands.ts';
import type { StatusKind } from '../rules.ts';
import { standardStatuses } from './rules.ts';

/** SPP's five are 0 to 4. */
export const { create, update, remove } = statusCommands<StatusKind>({
  of: 'order',
  title: 'an order status',
  lastStandardCode: 4,
  isUsed: async (tx, statusCode) =>
    (await tx.order.findFirst({ where: { statusCode }, select: { id: true } })) !== null,
});

addFoundation((tx, organizationId) =>
  tx.orderStatus.createMany({
    data: standardStatuses.map((status, code) => ({ organizationId, code, position: code, ...status })),
  }),
);
