import type { Role } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { ConflictError, type InputIssue, InvalidStateError, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { notCleared, requiredText, requireVersion } from '../../kernel/input.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { gradeAreas, settingAreas } from '../permissions.ts';
import { checkGrants } from './rules.ts';

const uniques: Record<string, InputIssue> = {
  roles_organization_id_lower_name_key: {
    path: ['name'],
    code: 'TAKEN',
    message: 'There is a role of this name already.',
  },
};

const areas = { grades: gradeAreas, settings: settingAreas };

type Grants = Partial<Record<(typeof gradeAreas)[number], number | null>> &
  Partial<Record<(typeof settingAreas)[number], boolean | null>>;

/** Makes a role for the team. Laws 2 and 3. Announces `role.created`. */
export const create = command(
  'roles.create',
  async (tx, viewer, input: { name: string } & Grants) => {
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    checkGrants(issues, given(input), await roleOf(tx, viewer), areas);
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
    checkGrants(issues, given(input), await roleOf(tx, viewer), areas);
    issues.throwIfAny();
    const changed = await tx.role.update({ where: { id: role.id }, data: { name, ...given(input) } });
    if (changed.version !== role.version) await emit(tx, 'role.updated', { role: role.id });
    return { id: role.id };
  },
  uniques,
);

/** Deletes a role that nobody has. Laws 4 and 5. Announces `role.deleted`. */
export const remove = command('roles.delete', async (tx, _viewer, { id }: { id: string }) => {
  const role = await lockRole(tx, id);
  const user = await tx.user.findFirst({ where: { roleId: role.id }, select: { id: true } });
  if (user) throw new ConflictError('Somebody has this role.', 'HAS_DEPENDENTS');
  const token = await tx.apiToken.findFirst({ where: { roleId: role.id }, select: { id: true } });
  if (token) throw new ConflictError('An API token has this role.', 'HAS_DEPENDENTS');
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

async function roleOf(tx: Transaction, viewer: Viewer): Promise<Role | null> {
  return viewer.kind === 'SYSTEM' ? null : await tx.role.findUniqueOrThrow({ where: { id: viewer.roleId ?? '' } });
}

/** The areas that the input speaks of. */
function given(
  input: Grants,
): Partial<Record<(typeof gradeAreas)[number], number>> & Partial<Record<(typeof settingAreas)[number], boolean>> {
  const entries = [...gradeAreas, ...settingAreas].map((area) => [area, input[area]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value != null));
}
