import type { Prisma } from '../generated/prisma/client.ts';
import { assignedWithin, nothing, ofAccounts } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

/** The services that a permission reaches: all, or those that the viewer, or its group, is assigned to. */
export function servicesWithin(viewer: Viewer, permission: string): Prisma.ServiceWhereInput {
  const grade = gradeOf(viewer, permission);
  if (grade === 0 || isClient(viewer)) return nothing;
  return grade === 3 ? {} : { employees: assignedWithin(viewer, grade) };
}

/**
 * The live services that the viewer may see. Clients see the public ones and those of their own orders; staff see those
 * within their grade, and those of the orders that they see, so that no visible order hides its service.
 */
export function visibleServices(viewer: Viewer): Prisma.ServiceWhereInput {
  const live = { deletedAt: null };
  if (gradeOf(viewer, 'services.read') === 3) return live;
  if (isClient(viewer)) {
    return {
      ...live,
      OR: [{ isPublic: true }, { orders: { some: { ...ofAccounts(viewer, 'services.read'), deletedAt: null } } }],
    };
  }
  const ordersGrade = gradeOf(viewer, 'orders.read');
  if (ordersGrade === 0) return { ...live, ...servicesWithin(viewer, 'services.read') };
  const assigned = ordersGrade === 3 ? {} : { employees: assignedWithin(viewer, ordersGrade) };
  return {
    ...live,
    OR: [servicesWithin(viewer, 'services.read'), { orders: { some: { deletedAt: null, ...assigned } } }],
  };
}

/** The deleted services that the viewer may restore, and so may find. */
export function deletedServices(viewer: Viewer): Prisma.ServiceWhereInput {
  return { deletedAt: { not: null }, ...servicesWithin(viewer, 'services.restore') };
}

/** Folders order the team's own list. */
export function visibleFolders(viewer: Viewer): Prisma.ServiceFolderWhereInput {
  return gradeOf(viewer, 'serviceFolders.read') === 0 ? nothing : {};
}
