import type { Prisma, User } from '../generated/prisma/client.ts';
import { highest, type RoleGrades } from '../identity/permissions.ts';
import { holdingsOf } from '../identity/roles/commands.ts';
import { checkWithin, isInForce } from '../identity/roles/rules.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { type IssueList, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { notCleared, optionalText, requiredText, requireVersion } from '../kernel/input.ts';
import { now } from '../kernel/time.ts';
import type { Viewer } from '../kernel/viewer.ts';
import * as rules from './rules.ts';

export type UpdateMember = {
  id: string;
  firstName?: string | null;
  lastName?: string | null;
  phone?: string | null;
  roleId?: string | null;
  groupId?: string | null;
  status?: 'ACTIVE' | 'INACTIVE' | null;
  expectedVersion?: number | null;
};

const violations = {
  // The group may go while it is written: as if it had never been there.
  users_group_id_fkey: { path: ['groupId'], code: 'NOT_FOUND', message: 'groupId names no group.' },
  users_organization_id_role_id_kind_fkey: {
    path: ['roleId'],
    code: 'NOT_FOUND',
    message: 'roleId names no role of the team.',
  },
};

/** Changes a team member. An absent field stays, null clears it. Laws 1 to 5. Announces `team_member.updated` when it differs. */
export const update = command(
  'team.update',
  async (tx, viewer, input: UpdateMember) => {
    const { id } = input;
    const { member, administrators } = await lockMember(tx, id);
    requireVersion(member, input.expectedVersion);
    const issues = issueList();
    for (const field of ['firstName', 'lastName', 'roleId', 'status'] as const) notCleared(issues, field, input[field]);
    const firstName = input.firstName == null ? undefined : requiredText(issues, 'firstName', input.firstName);
    const lastName = input.lastName == null ? undefined : requiredText(issues, 'lastName', input.lastName);
    const phone = optionalText(issues, 'phone', input.phone, 50);
    const groupId = input.groupId == null ? input.groupId : await findGroup(tx, issues, input.groupId);
    const roleId = input.roleId ?? member.roleId;
    const status = input.status ?? member.status;
    await checkStanding(tx, viewer, issues, member, { roleId, status });
    issues.throwIfAny();
    const after = { id, roleId, status };
    rules.checkOwnerStays(member.organization.ownerId, member, after);
    rules.checkAdministratorStays(administrators, member, after);
    const changed = await tx.user.update({
      where: { id },
      data: { firstName, lastName, phone, groupId, roleId, status },
      select: { version: true },
    });
    if (changed.version !== member.version) await emit(tx, 'team_member.updated', { teamMember: id });
    return { id };
  },
  violations,
);

const withRoles = {
  role: true,
  roleAssignments: { include: { role: true } },
  organization: { select: { ownerId: true } },
} satisfies Prisma.UserInclude;
type Member = Prisma.UserGetPayload<{ include: typeof withRoles }>;

/** The member, and whoever may do everything, all taken in one order: so two of these don't leave one another's place. */
async function lockMember(tx: Transaction, id: string): Promise<{ member: Member; administrators: string[] }> {
  const taken = await tx.$queryRaw<{ id: string; isAdministrator: boolean }[]>`
    select person.id, role.is_system and person.status = 'ACTIVE' as "isAdministrator"
      from users person join roles role on role.id = person.role_id
      where person.kind = 'STAFF' and (person.id = ${id}::uuid or (role.is_system and person.status = 'ACTIVE'))
      order by person.id for no key update of person`;
  const member = await tx.user.findFirst({ where: { id, kind: 'STAFF' }, include: withRoles });
  if (!member) throw new NotFoundError('There is no team member with this id.');
  return { member, administrators: taken.filter(({ isAdministrator }) => isAdministrator).map((one) => one.id) };
}

/** Laws 2 and 3. */
async function checkStanding(
  tx: Transaction,
  viewer: Viewer,
  issues: IssueList,
  member: Member,
  after: Pick<User, 'roleId' | 'status'>,
): Promise<void> {
  const changed = (['roleId', 'status'] as const).filter((field) => after[field] !== member[field]);
  if (changed.length === 0) return;
  const own = await holdingsOf(tx, viewer);
  for (const field of changed) checkWithin(issues, field, standingOf(member), own);
  if (after.roleId === member.roleId) return;
  const role = await tx.role.findFirst({ where: { id: after.roleId, kind: 'STAFF' } });
  if (role) checkWithin(issues, 'roleId', role, own);
  else issues.add('roleId', 'NOT_FOUND', 'roleId names no role of the team.');
}

/** What a member may do by all its roles. */
function standingOf({ role, roleAssignments }: Member): RoleGrades {
  const at = now();
  const inForce = roleAssignments.filter((assignment) => isInForce(assignment, at));
  return highest(role, ...inForce.map((assignment) => assignment.role));
}

async function findGroup(tx: Transaction, issues: IssueList, id: string): Promise<string> {
  const group = await tx.teamGroup.findUnique({ where: { id }, select: { id: true } });
  if (!group) issues.add('groupId', 'NOT_FOUND', 'groupId names no group.');
  return id;
}
