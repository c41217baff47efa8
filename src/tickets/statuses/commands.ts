import { addFoundation } from '../../organizations/founding/commands.ts';
import { statusCommands } from '../../statuses/commands.ts';
import type { StatusKind } from '../rules.ts';
import { standardStatuses } from './rules.ts';

/** The product's five are 1 to 5. */
export const { create, update, remove } = statusCommands<StatusKind>({
  of: 'ticket',
  title: 'a ticket status',
  lastStandardCode: 5,
  isUsed: async (tx, statusCode) =>
    (await tx.ticket.findFirst({ where: { statusCode }, select: { id: true } })) !== null,
});

addFoundation((tx, organizationId) =>
  tx.ticketStatus.createMany({
    data: standardStatuses.map((status, place) => ({ organizationId, code: place + 1, position: place, ...status })),
  }),
);
