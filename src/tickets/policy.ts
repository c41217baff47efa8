import type { Prisma } from '../generated/prisma/client.ts';
import { assignedWithin, nothing, ofAccounts } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

/**
 * The tickets that a permission reaches: all, those assigned to the viewer's group, or the viewer's own. A client's own
 * are the ones that are about it, and those of the account that it shares.
 */
export function ticketsWithin(viewer: Viewer, permission: string): Prisma.TicketWhereInput {
  const grade = gradeOf(viewer, permission);
  if (grade === 0) return nothing;
  if (isClient(viewer)) return ofAccounts(viewer, permission);
  return grade === 3 ? {} : { employees: assignedWithin(viewer, grade) };
}

/** The live tickets that the viewer may see. */
export function visibleTickets(viewer: Viewer): Prisma.TicketWhereInput {
  return { deletedAt: null, ...ticketsWithin(viewer, 'tickets.read') };
}

/** The deleted tickets that the viewer may restore, and so may find: of those that it would see if they were live. */
export function deletedTickets(viewer: Viewer): Prisma.TicketWhereInput {
  const restorable = ticketsWithin(viewer, 'tickets.restore');
  return { deletedAt: { not: null }, ...ticketsWithin(viewer, 'tickets.read'), AND: restorable };
}

/** Clients never see what is written for the staff only. */
export function visibleMessages(viewer: Viewer): Prisma.TicketMessageWhereInput | undefined {
  return isClient(viewer) ? { staffOnly: false } : undefined;
}

// Law 4. The database shows what is in any other status as open.
const shownKinds = ['OPEN', 'CLOSED'];

/** Everybody who belongs to the organization knows its statuses; clients only those that they are shown. */
export function visibleTicketStatuses(viewer: Viewer): Prisma.TicketStatusWhereInput {
  if (gradeOf(viewer, 'ticketStatuses.read') === 0) return nothing;
  return isClient(viewer) ? { kind: { in: shownKinds } } : {};
}
