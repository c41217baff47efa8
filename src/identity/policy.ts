import type { Prisma } from '../generated/prisma/client.ts';
import { gradeOf, type Viewer } from '../kernel/viewer.ts';
import { accountRight } from './permissions.ts';

/** The condition that no row meets. Not `OR: []`: inside an AND, Prisma drops that and answers every row. */
export const nothing = { id: { in: [] as string[] } };

type Assignment = { some: { employeeId?: string; OR?: { employeeId?: string; employee?: { groupId: string } }[] } };

/**
 * What "own" and "group" mean wherever rows have assignees: assigned to the viewer, or to somebody of the viewer's
 * group. A viewer without a group has nobody but itself.
 */
export function assignedWithin(viewer: Viewer, grade: 1 | 2): Assignment {
  const userId = viewer.userId ?? '';
  if (grade === 1 || viewer.groupId === null) return { some: { employeeId: userId } };
  return { some: { OR: [{ employeeId: userId }, { employee: { groupId: viewer.groupId } }] } };
}

/**
 * The clients on whose accounts a client may act: its own, and the one whose team it belongs to, as far as the permission takes a
 * right that it has there.
 */
export function accountsOf({ userId, clientTeam }: Viewer, permission: string): string[] {
  const right = accountRight(permission);
  const shared = clientTeam?.ownerId != null && right !== null && clientTeam.rights[right] ? [clientTeam.ownerId] : [];
  return userId === null ? [] : [userId, ...shared];
}

/** What belongs to one of these accounts. One alone is compared so that an index gives its rows in order. */
export function ofAccounts(viewer: Viewer, permission: string): { clientId: string | { in: string[] } } {
  const accounts = accountsOf(viewer, permission);
  return { clientId: accounts.length === 1 ? (accounts[0] as string) : { in: accounts } };
}

/** Tokens are seen by those who may manage the organization's integrations. */
export function visibleApiTokens(viewer: Viewer): Prisma.ApiTokenWhereInput {
  return gradeOf(viewer, 'apiTokens.read') === 0 ? nothing : {};
}

/** Who has which role is the team's own affair. */
export function visibleAssignments(viewer: Viewer): Prisma.RoleAssignmentWhereInput {
  return gradeOf(viewer, 'roles.read') === 0 ? nothing : {};
}

export function visibleRoles(viewer: Viewer): Prisma.RoleWhereInput {
  if (gradeOf(viewer, 'roles.read') > 0) return {};
  return viewer.roleId === null ? nothing : { id: viewer.roleId };
}
