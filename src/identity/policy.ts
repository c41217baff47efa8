import type { Prisma } from '../generated/prisma/client.ts';
import { gradeOf, type Viewer } from '../kernel/viewer.ts';

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

/** Tokens are seen by those who may manage the organization's integrations. */
export function visibleApiTokens(viewer: Viewer): Prisma.ApiTokenWhereInput {
  return gradeOf(viewer, 'apiTokens.read') === 0 ? nothing : {};
}

export function visibleRoles(viewer: Viewer): Prisma.RoleWhereInput {
  if (gradeOf(viewer, 'roles.read') > 0) return {};
  return viewer.roleId === null ? nothing : { id: viewer.roleId };
}
