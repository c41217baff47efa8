import { command } from '../../kernel/command.ts';
import { NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { isUuid } from '../../kernel/id.ts';
import { now } from '../../kernel/time.ts';
import { lockTicket } from '../locks.ts';
import { deletedTickets } from '../policy.ts';

/** Puts a ticket out of sight, with all beneath it. Law 7. Announces `ticket.deleted`. */
export const remove = command('tickets.delete', async (tx, viewer, { id }: { id: string }) => {
  const ticket = await lockTicket(tx, viewer, id, 'tickets.delete');
  await tx.ticket.update({ where: { id: ticket.id }, data: { deletedAt: now() } });
  await emit(tx, 'ticket.deleted', { ticket: ticket.id }, { number: ticket.number });
  return { id: ticket.id };
});

/** Brings a deleted ticket back as it was. Law 7. Announces `ticket.restored`. */
export const restore = command('tickets.restore', async (tx, viewer, { id: idOrNumber }: { id: string }) => {
  const named = isUuid(idOrNumber) ? { id: idOrNumber } : { number: idOrNumber };
  const ticket = await tx.ticket.findFirst({
    where: { AND: [named, deletedTickets(viewer)] },
    select: { id: true, number: true },
  });
  if (!ticket) throw new NotFoundError('There is no deleted ticket with this id.');
  const { id } = ticket;
  const { count } = await tx.ticket.updateMany({ where: { id, deletedAt: { not: null } }, data: { deletedAt: null } });
  if (count === 0) throw new NotFoundError('There is no deleted ticket with this id.');
  await emit(tx, 'ticket.restored', { ticket: id }, { number: ticket.number });
  return { id };
});
