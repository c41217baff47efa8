import type { Prisma } from '../generated/prisma/client.ts';
import { assignedWithin, nothing, ofAccounts } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

/**
 * The orders that a permission reaches: all, those assigned to the viewer's group, or the viewer's own. A client's own
 * are the ones it placed, and those of the account that it shares.
 */
export function ordersWithin(viewer: Viewer, permission: string): Prisma.OrderWhereInput {
  const grade = gradeOf(viewer, permission);
  if (grade === 0) return nothing;
  if (isClient(viewer)) return ofAccounts(viewer, permission);
  return grade === 3 ? {} : { employees: assignedWithin(viewer, grade) };
}

/** The live orders that the viewer may see. */
export function visibleOrders(viewer: Viewer): Prisma.OrderWhereInput {
  return { deletedAt: null, ...ordersWithin(viewer, 'orders.read') };
}

/** The deleted orders that the viewer may restore, and so may find: of those that it would see if they were live. */
export function deletedOrders(viewer: Viewer): Prisma.OrderWhereInput {
  const restorable = ordersWithin(viewer, 'orders.restore');
  return { deletedAt: { not: null }, ...ordersWithin(viewer, 'orders.read'), AND: restorable };
}

/** Clients see the tasks that are theirs to do or made public; staff who see the order see all. */
export function visibleTasks(viewer: Viewer): Prisma.OrderTaskWhereInput | undefined {
  return isClient(viewer) ? { OR: [{ isPublic: true }, { forClient: true }] } : undefined;
}

/** Clients never see what is written for the staff only. */
export function visibleMessages(viewer: Viewer): Prisma.OrderMessageWhereInput | undefined {
  return isClient(viewer) ? { staffOnly: false } : undefined;
}

/** Everybody who belongs to the organization knows its statuses. */
export function visibleOrderStatuses(viewer: Viewer): Prisma.OrderStatusWhereInput {
  return gradeOf(viewer, 'orderStatuses.read') === 0 ? nothing : {};
}
