/**
 * The laws of invitations.
 *
 *  1. Somebody is asked to join the team, with a role and perhaps a group; or a client is asked to the portal, as the client that
 *     it is. Nobody gives a role that is more than what they have for good.
 *  2. An address is asked once at a time. Whoever of the team has no account yet, or may not act any more, is asked as who they are:
 *     nobody is there twice. Whoever may act and has an account is asked no more, and an address of a client is no team member's.
 *  3. It is good once, for seven days. Sent again it is good for another seven, by a new link: the old one ends. Five minutes lie
 *     between two mails, and no more than 200 invitations of an organization wait. An address that got many links lately, from
 *     wherever, gets the next one later.
 *  4. Only one that waits is accepted, declined, revoked or expires.
 *  5. Its link proves the address. Who has an account with it comes with that: signed in, or with password and second factor. Who
 *     has none makes one. An account with another address is not let in.
 *  6. Whoever asks does not learn whether the address has an account. A link that opens nothing says so, and not why.
 *  7. The person that comes of it, and the role, group and account that they have, stand in the row that asked for them.
 */
import type { Invitation } from '../../generated/prisma/client.ts';
import { InvalidStateError, type IssueList } from '../../kernel/errors.ts';
import { addMinutes } from '../../kernel/time.ts';

export type InvitationStatus = 'PENDING' | 'ACCEPTED' | 'DECLINED' | 'REVOKED' | 'EXPIRED';

/** Law 3. */
export const minutesBetweenMails = 5;
export const mostWaiting = 200;

/** Law 2: whether somebody who is there already may be asked to join the team. */
export function checkInvitee(
  issues: IssueList,
  person: { kind: string; status: string; accountId: string | null } | null,
): void {
  if (person?.kind === 'CLIENT') issues.add('email', 'TAKEN', 'email is the address of a client.');
  else if (person?.status === 'ACTIVE' && person.accountId !== null)
    issues.add('email', 'TAKEN', 'email is the address of a team member.');
}

/** Law 2: whether a client may be asked to the portal. */
export function checkClient({ status, accountId }: { status: string; accountId: string | null }): void {
  if (status !== 'ACTIVE') throw new InvalidStateError('The client is inactive: it may not sign in.', 'INACTIVE');
  if (accountId !== null) throw new InvalidStateError('The client has an account already.', 'HAS_ACCOUNT');
}

/** Law 4. */
export function checkWaiting({ status }: Pick<Invitation, 'status'>): void {
  if (status !== 'PENDING')
    throw new InvalidStateError(`The invitation was ${status.toLowerCase()} already.`, 'NOT_PENDING');
}

/** Law 3. */
export function checkPatience({ sentAt }: Pick<Invitation, 'sentAt'>, at: Date): void {
  if (at < addMinutes(sentAt, minutesBetweenMails))
    throw new InvalidStateError('It was sent a moment ago. Wait five minutes.', 'TOO_SOON');
}

/** Law 5. */
export const anotherAddress = () =>
  new InvalidStateError('The invitation is for another e-mail address than your account has.', 'ANOTHER_ADDRESS');
