import type { Ticket } from '../generated/prisma/client.ts';
import type { Transaction } from '../kernel/db.ts';
import { ForbiddenError, NotFoundError } from '../kernel/errors.ts';
import { isUuid } from '../kernel/id.ts';
import { now } from '../kernel/time.ts';
import { gradeOf, type Viewer } from '../kernel/viewer.ts';
import { ticketsWithin, visibleTickets } from './policy.ts';
import { requireUnmerged } from './rules.ts';

// Every change of a ticket, or of what hangs beneath it, takes the ticket's row first, as it is with orders. A merge takes
// two, in the order of their ids.

/** Takes a live ticket, named by id or number, that the permission lets the viewer change. */
export async function lockTicket(
  tx: Transaction,
  viewer: Viewer,
  idOrNumber: string,
  permission: string,
  path: string[] = ['id'],
): Promise<Ticket> {
  const named = isUuid(idOrNumber)
    ? await tx.$queryRaw<{ id: string }[]>`select id from tickets where id = ${idOrNumber}::uuid for update`
    : await tx.$queryRaw<{ id: string }[]>`select id from tickets where number = ${idOrNumber} for update`;
  const id = named[0]?.id;
  const ticket =
    id === undefined ? null : await tx.ticket.findFirst({ where: { AND: [{ id }, visibleTickets(viewer)] } });
  if (!ticket) throw new NotFoundError(`There is no ticket with this ${path.join('.')}.`, path);
  await requireReach(tx, viewer, ticket.id, permission);
  return ticket;
}

/** The same, of a ticket that may still change. Law 6. */
export async function lockUnmerged(
  tx: Transaction,
  viewer: Viewer,
  idOrNumber: string,
  permission: string,
  path?: string[],
): Promise<Ticket> {
  const ticket = await lockTicket(tx, viewer, idOrNumber, permission, path);
  requireUnmerged(ticket);
  return ticket;
}

/** Takes both of two tickets at once: whichever way round others merge them, nobody waits crosswise. */
export async function lockBoth(tx: Transaction, names: readonly [string, string]): Promise<void> {
  const ids = names.filter(isUuid);
  const numbers = names.filter((name) => !isUuid(name));
  await tx.$queryRaw`
    select id from tickets where id = any(${ids}::uuid[]) or number = any(${numbers}::text[]) order by id for update`;
}

/** Who may see a ticket and not change it is told so; only what is out of sight is "not found". */
export async function requireReach(tx: Transaction, viewer: Viewer, id: string, permission: string): Promise<void> {
  if (gradeOf(viewer, permission) === 3) return;
  const reached = await tx.ticket.count({ where: { AND: [{ id }, ticketsWithin(viewer, permission)] } });
  if (reached === 0) throw new ForbiddenError(`The permission ${permission} does not reach this ticket.`);
}

/** Notes on the ticket that something beneath it changed: `updatedAt` moves, the version does not. */
export async function touchTicket(tx: Transaction, id: string): Promise<void> {
  await tx.ticket.update({ where: { id }, data: { updatedAt: now() }, select: { id: true } });
}
