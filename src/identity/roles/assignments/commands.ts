import { command } from '../../../kernel/command.ts';
import type { Transaction } from '../../../kernel/db.ts';
import { issueList, NotFoundError } from '../../../kernel/errors.ts';
import { emit } from '../../../kernel/events.ts';
import { now } from '../../../kernel/time.ts';
import { organizationOf } from '../../../kernel/viewer.ts';
import { holdingsOf } from '../commands.ts';
import { checkWithin } from '../rules.ts';

// What somebody may do changes under the lock of the person's row.

export type AssignRole = { userId: string; roleId: string; expiresAt?: Date | null };

/**
 * Gives a team member a role beside their own; one that they have been given already is given anew, with this end. Laws 3, 6
 * and 7. Announces `role.assigned`.
 */
export const assign = command('roles.assign', async (tx, viewer, input: AssignRole) => {
  const { userId, roleId } = input;
  const expiresAt = input.expiresAt ?? null;
  const at = now();
  const issues = issueList();
  const person = await lockPerson(tx, userId);
  if (!person) issues.add('userId', 'NOT_FOUND', 'userId names no team member.');
  const role = await tx.role.findFirst({ where: { id: roleId, kind: 'STAFF' } });
  if (!role) issues.add('roleId', 'NOT_FOUND', 'roleId names no role of the team.');
  if (role && person?.roleId === role.id) issues.add('roleId', 'TAKEN', 'It is the member’s own role already.');
  if (expiresAt !== null && expiresAt <= at)
    issues.add('expiresAt', 'OUT_OF_RANGE', 'expiresAt must be in the future.');
  if (role) checkWithin(issues, 'roleId', role, await holdingsOf(tx, viewer));
  issues.throwIfAny();
  const given = { assignedById: viewer.userId, assignedAt: at, expiresAt };
  const assignment = await tx.roleAssignment.upsert({
    where: { userId_roleId: { userId, roleId } },
    create: { organizationId: organizationOf(viewer), userId, roleId, ...given },
    update: given,
    select: { id: true },
  });
  await emit(tx, 'role.assigned', { teamMember: userId }, { roleId, expiresAt: expiresAt?.toISOString() ?? null });
  return assignment;
});

/** Takes such a role away, at once. Law 8. Announces `role.unassigned`. */
export const unassign = command('roles.unassign', async (tx, viewer, { id }: { id: string }) => {
  const found = await tx.roleAssignment.findUnique({ where: { id }, select: { userId: true } });
  if (!found) throw notFound();
  await lockPerson(tx, found.userId);
  // Read again: it may have gone while the person was waited for.
  const assignment = await tx.roleAssignment.findUnique({ where: { id }, include: { role: true } });
  if (!assignment) throw notFound();
  const issues = issueList();
  checkWithin(issues, 'id', assignment.role, await holdingsOf(tx, viewer));
  issues.throwIfAny();
  await tx.roleAssignment.delete({ where: { id } });
  const { userId, roleId } = assignment;
  await emit(tx, 'role.unassigned', { teamMember: userId }, { roleId });
  return { id };
});

/** The team member, taken until the end of the transaction. */
async function lockPerson(tx: Transaction, id: string): Promise<{ id: string; roleId: string } | null> {
  const [person] = await tx.$queryRaw<{ id: string; roleId: string }[]>`
    select id, role_id as "roleId" from users where id = ${id}::uuid and kind = 'STAFF' for no key update`;
  return person ?? null;
}

function notFound(): NotFoundError {
  return new NotFoundError('There is no role assignment with this id.');
}
