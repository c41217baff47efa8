import type { Prisma } from '../generated/prisma/client.ts';
import { nothing, ofAccounts } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

/** Team members see each other. A client sees those who work for it: its managers and the assignees of its orders. */
export function visibleTeam(viewer: Viewer): Prisma.UserWhereInput {
  if (gradeOf(viewer, 'team.read') === 0) return nothing;
  if (!isClient(viewer)) return { kind: 'STAFF' };
  const own = ofAccounts(viewer, 'team.read');
  return {
    kind: 'STAFF',
    OR: [{ managedClients: { some: own } }, { assignedOrders: { some: { order: { ...own, deletedAt: null } } } }],
  };
}

/** Groups are the team's own affair. */
export function visibleGroups(viewer: Viewer): Prisma.TeamGroupWhereInput {
  return gradeOf(viewer, 'teamGroups.read') === 0 ? nothing : {};
}
