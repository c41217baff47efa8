/**
 * The laws of the team.
 *
 *  1. A team member has a first name and a last name, one role of its own and at most one group. The e-mail address, by which it
 *     signs in, changes with the account, not here.
 *  2. A team member stays on its side of the counter: its role is one of the team's.
 *  3. Whoever changes the role or the status of a member has all that the member has, and all that the new role gives.
 *  4. There is always an active member who has the standard role that may do everything: the last one keeps it.
 *  5. Whoever owns the organization keeps role and status, until somebody else owns it.
 *  6. Groups have names of their own. When one is deleted, its members have none.
 */
import { InvalidStateError } from '../kernel/errors.ts';

type Standing = { id: string; status: string; roleId: string };

const leaves = (before: Standing, after: Standing) => after.roleId !== before.roleId || after.status !== 'ACTIVE';

/** Law 5. */
export function checkOwnerStays(ownerId: string | null, before: Standing, after: Standing): void {
  if (ownerId === before.id && leaves(before, after)) {
    throw new InvalidStateError('The member owns the organization. Somebody else must own it first.', 'OWNER');
  }
}

/** Law 4. `administrators` are the active members who have the standard role, the one at hand included. */
export function checkAdministratorStays(administrators: readonly string[], before: Standing, after: Standing): void {
  if (leaves(before, after) && administrators.length === 1 && administrators[0] === before.id) {
    throw new InvalidStateError('Nobody else could do everything: it is the last administrator.', 'LAST_ADMINISTRATOR');
  }
}
