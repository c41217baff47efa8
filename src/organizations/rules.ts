/**
 * The laws of organizations.
 *
 *  1. An organization has one owner: an active administrator, who has the standard role that may do everything. The owner alone, and
 *     no token of theirs, closes it and opens it again, hands it on, and says which issuers vouch for its people.
 *  2. While somebody is the owner they neither leave nor are deactivated, deleted or given another role: first they hand it on.
 *  3. It is handed on to an active administrator who has an account.
 *  4. An archived organization is as one that is not there: nobody signs in, no token counts, no page opens, no job works for it.
 *     Nothing of it is deleted. Its owner opens it again, and all is as it was: from another organization of the same account, or
 *     by a link that is good for 30 days, and until then for this one time that it was archived.
 *  5. The domain of its portal is a host name, kept as DNS has it: lower case, other letters in their ASCII form, no port.
 *  6. Its mails bear its name, and what it wants of them besides: see the laws of mail.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Organization } from '../generated/prisma/client.ts';
import { InvalidStateError, type IssueList } from '../kernel/errors.ts';
import type { Sender } from '../kernel/mail.ts';
import { addDays } from '../kernel/time.ts';
import { isAddress, isColor } from '../mail/rules.ts';

/** Law 1: in person, not by a token of theirs. */
export function checkOwner(
  organization: { ownerId: string | null },
  { kind, userId }: { kind: string; userId: string | null },
): void {
  if (userId === null || kind === 'TOKEN' || organization.ownerId !== userId)
    throw new InvalidStateError('Only the owner of the organization may do this, signed in.', 'NOT_THE_OWNER');
}

/** Law 2. */
export function checkNoOwner(organization: { ownerId: string | null }, userId: string): void {
  if (organization.ownerId === userId) {
    throw new InvalidStateError(
      'The owner of the organization stays an active administrator: hand it on first.',
      'IS_THE_OWNER',
    );
  }
}

/** Law 3. */
export function checkNewOwner(user: {
  kind: string;
  status: string;
  accountId: string | null;
  role: { isSystem: boolean };
}): void {
  if (user.status !== 'ACTIVE' || user.kind !== 'STAFF' || !user.role.isSystem)
    throw new InvalidStateError('Only an active administrator can own the organization.', 'NOT_AN_ADMINISTRATOR');
  if (user.accountId === null)
    throw new InvalidStateError('The new owner needs an account to sign in with.', 'NO_ACCOUNT');
}

/** Law 5: null clears it, a blank one counts as none. */
export function hostName(issues: IssueList, path: string, value: string | null | undefined): string | null | undefined {
  if (value == null) return value;
  const text = value.trim();
  if (text === '') return null;
  const host = hostOf(text);
  if (host === null) issues.add(path, 'INVALID', `${path} must be a host name, such as portal.example.com.`);
  return host;
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const hostPattern = new RegExp(`^(?:${label}\\.)+${label}$`);

function hostOf(text: string): string | null {
  const url = /[/?#@:\\%\s]/.test(text) ? null : URL.parse(`https://${text}/`);
  const host = url?.hostname ?? '';
  // What ends in a number is an address, or none.
  return hostPattern.test(host) && host.length <= 253 && !/\.\d+$/.test(host) ? host : null;
}

/** Law 4. */
export const restoreDays = 30;

type Closing = { id: string; archivedAt: Date };

/** Law 4: it follows from what it opens and the server's secret, and is kept nowhere. */
export function restoreToken({ id, archivedAt }: Closing, secret: string): string {
  const digest = createHmac('sha256', secret).update(`organization ${id} ${archivedAt.toISOString()}`).digest();
  return digest.subarray(0, 24).toString('base64url');
}

/** Law 4. */
export function opens(token: string, closing: Closing, secret: string, at: Date): boolean {
  const [given, right] = [Buffer.from(token), Buffer.from(restoreToken(closing, secret))];
  return (
    given.length === right.length && timingSafeEqual(given, right) && at < addDays(closing.archivedAt, restoreDays)
  );
}

/** Law 6. */
export function senderOf({
  name,
  mailReplyTo,
  mailSignature,
  mailColor,
}: Pick<Organization, 'name' | 'mailReplyTo' | 'mailSignature' | 'mailColor'>): Sender {
  return { name, replyTo: mailReplyTo, signature: mailSignature, color: mailColor };
}

/** An address that mail can go to, and that its column can hold. */
export function checkAddress(issues: IssueList, path: string, address: string | null | undefined): void {
  if (address == null) return;
  if (address.length > 255) issues.add(path, 'TOO_LONG', `${path} must not be longer than 255 characters.`);
  else if (!isAddress(address)) issues.add(path, 'INVALID', `${path} is no address that mail can go to.`);
}

/** Law 6: a colour as it is kept; null clears it. */
export function mailColorOf(
  issues: IssueList,
  path: string,
  value: string | null | undefined,
): string | null | undefined {
  const color = value?.trim().toLowerCase();
  if (color === undefined) return value;
  if (!isColor(color)) issues.add(path, 'INVALID', `${path} must be a colour, such as #2257c9.`);
  return color;
}

/** How long a session may be left unused, and how long it may last at all: from, to. */
export const sessionBounds = {
  idleMinutes: [5, 43_200],
  hours: [1, 2_160],
} as const;

/** Whether there is a time zone of this name. */
export function isTimeZone(name: string): boolean {
  // Bare offsets have no summer, and PostgreSQL reads their signs the other way round.
  if (!/^[a-z]/i.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
