import type { Role } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { ConflictError, type InputIssue, InvalidStateError, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { notCleared, requiredText, requireVersion } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { gradeAreas, highest, lowest, type RoleGrades, settingAreas } from '../permissions.ts';
import { checkGrants, type Grants } from './rules.ts';

const uniques: Record<string, InputIssue> = {
  roles_organization_id_lower_name_key: {
    path: ['name'],
    code: 'TAKEN',
    message: 'There is a role of this name already.',
  },
};

/** Makes a role for the team. Laws 2 and 3. Announces `role.created`. */
export const create = command(
  'roles.create',
  async (tx, viewer, input: { name: string } & Grants) => {
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    checkGrants(issues, given(input), await holdingsOf(tx, viewer));
    issues.throwIfAny();
    const role = await tx.role.create({
      data: { organizationId: organizationOf(viewer), name, kind: 'STAFF', dashboardAccess: 1, ...given(input) },
      select: { id: true },
    });
    await emit(tx, 'role.created', { role: role.id });
    return role;
  },
  uniques,
);

/** Changes a role. Laws 1 to 4. Announces `role.updated` when it differs. */
export const update = command(
  'roles.update',
  async (tx, viewer, input: { id: string; name?: string | null; expectedVersion?: number | null } & Grants) => {
    const role = await lockRole(tx, input.id);
    requireVersion(role, input.expectedVersion);
    const issues = issueList();
    for (const field of ['name', ...gradeAreas, ...settingAreas] as const) notCleared(issues, field, input[field]);
    const name = input.name == null ? undefined : requiredText(issues, 'name', input.name);
    checkGrants(issues, given(input), await holdingsOf(tx, viewer));
    issues.throwIfAny();
    const changed = await tx.role.update({ where: { id: role.id }, data: { name, ...given(input) } });
    if (changed.version !== role.version) await emit(tx, 'role.updated', { role: role.id });
    return { id: role.id };
  },
  uniques,
);

/** Deletes a role that nobody has. Laws 4, 5 and 7. Announces `role.deleted`. */
export const remove = command('roles.delete', async (tx, _viewer, { id }: { id: string }) => {
  const role = await lockRole(tx, id);
  const at = now();
  const has = { roleId: role.id };
  const inForce = { OR: [{ expiresAt: null }, { expiresAt: { gt: at } }] };
  const user = await tx.user.findFirst({ where: has, select: { id: true } });
  const assignment = await tx.roleAssignment.findFirst({ where: { ...has, ...inForce }, select: { id: true } });
  if (user || assignment) throw new ConflictError('Somebody has this role.', 'HAS_DEPENDENTS');
  const token = await tx.apiToken.findFirst({ where: { ...has, revokedAt: null, ...inForce }, select: { id: true } });
  if (token) throw new ConflictError('An API token has this role.', 'HAS_DEPENDENTS');
  const invitation = await tx.invitation.findFirst({ where: { ...has, status: 'PENDING' }, select: { id: true } });
  if (invitation) throw new ConflictError('Somebody is invited with this role.', 'HAS_DEPENDENTS');
  // What has ended lets the role go; a token that has expired can't come back without it.
  await tx.roleAssignment.deleteMany({ where: has });
  await tx.apiToken.updateMany({ where: { ...has, revokedAt: null }, data: { revokedAt: at } });
  await tx.apiToken.updateMany({ where: has, data: { roleId: null } });
  await tx.invitation.updateMany({ where: has, data: { roleId: null } });
  await tx.role.delete({ where: { id: role.id } });
  await emit(tx, 'role.deleted', { role: role.id });
  return { id: role.id };
});

async function lockRole(tx: Transaction, id: string): Promise<Role> {
  await tx.$queryRaw`select id from roles where id = ${id}::uuid for update`;
  const role = await tx.role.findUnique({ where: { id } });
  if (!role) throw new NotFoundError('There is no role with this id.');
  if (role.isSystem)
    throw new InvalidStateError('The standard roles can be neither changed nor deleted.', 'STANDARD_ROLE');
  return role;
}

/**
 * What the viewer has to grant: its roles, but for those that it has for some time only. A token has no more than its role.
 * Null for the engine itself, which has everything. Laws 3 and 6.
 */
export async function holdingsOf(tx: Transaction, viewer: Viewer): Promise<RoleGrades | null> {
  if (viewer.kind === 'SYSTEM') return null;
  const { role, roleAssignments } = await tx.user.findUniqueOrThrow({
    where: { id: viewer.userId ?? '' },
    select: { role: true, roleAssignments: { where: { expiresAt: null }, select: { role: true } } },
  });
  const own = highest(role, ...roleAssignments.map((assignment) => assignment.role));
  if (viewer.kind !== 'TOKEN') return own;
  return lowest(own, await tx.role.findUniqueOrThrow({ where: { id: viewer.roleId ?? '' } }));
}

/** The areas that the input speaks of. */
function given(
  input: Grants,
): Partial<Record<(typeof gradeAreas)[number], number>> & Partial<Record<(typeof settingAreas)[number], boolean>> {
  const entries = [...gradeAreas, ...settingAreas].map((area) => [area, input[area]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value != null));
}
