/**
 * The laws of tickets.
 *
 *  1. A ticket belongs to one client, for ever. Its number never changes. It may be about an order of the same client.
 *  2. Any status may follow any other. Entering one of kind CLOSED notes when; leaving it forgets.
 *  3. A snoozed ticket has a time to wake, in the future when it is set, and no other ticket has one: whatever leaves the
 *     status forgets it. When the time has come, the ticket is open.
 *  4. To its client a ticket is open or closed: one that is pending, snoozed or spam looks open.
 *  5. Where the organization wants it, a reply of the team makes an open or snoozed ticket pending, and one of a client
 *     makes a pending, snoozed or closed ticket open. Who wrote it counts, not who sent it in. What is written for the team
 *     only is no reply, nor is a ticket's first message. Spam stays spam.
 *  6. A ticket is merged into another one of the same client: its messages, assignees, tags and answers move there, it
 *     closes and points to it. From then on it changes no more; it may be deleted and restored.
 *  7. Deleting keeps the ticket and all beneath it out of sight; restoring brings it back as it was. A deleted ticket sleeps
 *     on, and wakes once it is restored.
 *  8. A client opens tickets for itself. Status, assignees, tags, note and metadata are the team's.
 */
import type { Ticket } from '../generated/prisma/client.ts';
import { InvalidStateError, type IssueList } from '../kernel/errors.ts';

export type StatusKind = 'OPEN' | 'PENDING' | 'CLOSED' | 'SNOOZED' | 'SPAM';
export type Status = { code: number; kind: StatusKind };

/** The status of each kind that every organization has. They can be renamed, not deleted. */
export const standardStatus = {
  OPEN: { code: 1, kind: 'OPEN' },
  PENDING: { code: 2, kind: 'PENDING' },
  CLOSED: { code: 3, kind: 'CLOSED' },
  SNOOZED: { code: 4, kind: 'SNOOZED' },
  SPAM: { code: 5, kind: 'SPAM' },
} as const satisfies Record<StatusKind, Status>;

/** The kinds in which somebody is still to say or do something. */
export const openKinds: readonly StatusKind[] = ['OPEN', 'PENDING', 'SNOOZED'];

export function isOpen(kind: StatusKind): boolean {
  return openKinds.includes(kind);
}

/** Laws 2 and 3: what a ticket is in the status that it enters. */
export function enterStatus(
  { code, kind }: Status,
  { closedAt, at, snoozedUntil = null }: { closedAt: Date | null; at: Date; snoozedUntil?: Date | null },
) {
  return {
    statusCode: code,
    statusKind: kind,
    closedAt: kind === 'CLOSED' ? (closedAt ?? at) : null,
    snoozedUntil: kind === 'SNOOZED' ? snoozedUntil : null,
  };
}

/** Law 3, on the time that is given, if any, for a ticket that would be in a status of the kind. */
export function checkSnooze(
  issues: IssueList,
  kind: StatusKind,
  given: Date | null | undefined,
  { enters, at }: { enters: boolean; at: Date },
): void {
  if (kind !== 'SNOOZED') {
    if (given != null) issues.add('snoozedUntil', 'EXCLUSIVE', 'Only a snoozed ticket has a time to wake.');
  } else if (given === null || (given === undefined && enters)) {
    issues.add('snoozedUntil', 'REQUIRED', 'A snoozed ticket needs a time to wake.');
  } else if (given !== undefined && given <= at) {
    issues.add('snoozedUntil', 'OUT_OF_RANGE', 'snoozedUntil must be in the future.');
  }
}

const movedByTeam: readonly StatusKind[] = ['OPEN', 'SNOOZED'];
const movedByClient: readonly StatusKind[] = ['PENDING', 'SNOOZED', 'CLOSED'];

/** Law 5: the status that a reply moves the ticket to. Null: it stays where it is. */
export function statusAfterReply(kind: StatusKind, by: 'STAFF' | 'CLIENT'): Status | null {
  if (by === 'STAFF') return movedByTeam.includes(kind) ? standardStatus.PENDING : null;
  return movedByClient.includes(kind) ? standardStatus.OPEN : null;
}

/** Law 6: what was merged changes no more. */
export function requireUnmerged({ mergedIntoId }: Pick<Ticket, 'mergedIntoId'>): void {
  if (mergedIntoId !== null) throw new InvalidStateError('The ticket was merged into another one.', 'MERGED');
}

type Merged = Pick<Ticket, 'id' | 'clientId' | 'mergedIntoId'>;

/** Law 6: whether the one can be merged into the other. */
export function checkMerge(issues: IssueList, source: Merged, target: Merged): void {
  if (source.id === target.id) {
    issues.add('targetId', 'EXCLUSIVE', 'A ticket can’t be merged into itself.');
    return;
  }
  requireUnmerged(source);
  requireUnmerged(target);
  if (source.clientId !== target.clientId) {
    issues.add('targetId', 'EXCLUSIVE', 'Only tickets of the same client can be merged.');
  }
}
