import type { Ticket } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { type IssueList, issueList, NotFoundError } from '../../kernel/errors.ts';
import { type Announcement, emit, emitAll } from '../../kernel/events.ts';
import { checkWebAddresses, requiredText } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { isClient, organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { factsOfChange } from '../events.ts';
import { lockUnmerged, requireReach, touchTicket } from '../locks.ts';
import { ticketsWithin } from '../policy.ts';
import * as rules from '../rules.ts';

// The laws of messages are those of orders: they never change; a staff-only one is never a client's; the ticket remembers
// when the newest one was written. What a reply does to the ticket is law 5 of tickets.

export type CreateMessage = {
  ticketId: string;
  body: string;
  authorId?: string | null;
  staffOnly?: boolean | null;
  files?: string[] | null;
};

const mostFiles = 20;

/**
 * Writes a message into a ticket's conversation. Law 5 of tickets. Announces `message.created`, and what became of the
 * ticket.
 */
export const create = command('ticketMessages.create', async (tx, viewer, input: CreateMessage) => {
  const ticket = await lockUnmerged(tx, viewer, input.ticketId, 'ticketMessages.create', ['ticketId']);
  const issues = issueList();
  const body = requiredText(issues, 'body', input.body, 65_535);
  const staffOnly = input.staffOnly ?? false;
  if (isClient(viewer) && staffOnly)
    issues.add('staffOnly', 'STAFF_ONLY', 'Only the team may write for the team only.');
  const author = await findAuthor(tx, viewer, issues, input.authorId);
  const files = input.files ?? [];
  checkWebAddresses(issues, 'files', files, mostFiles);
  issues.throwIfAny();
  const createdAt = now();
  const organizationId = organizationOf(viewer);
  const message = await tx.ticketMessage.create({
    data: { organizationId, ticketId: ticket.id, authorId: author.id, body, staffOnly, files, createdAt },
    select: { id: true },
  });
  const moved = staffOnly ? null : await statusAfterReply(tx, viewer, ticket, author.side);
  const entered = moved && rules.enterStatus(moved, { closedAt: ticket.closedAt, at: createdAt });
  await tx.ticket.update({
    where: { id: ticket.id },
    data: { ...entered, lastMessageAt: createdAt },
    select: { id: true },
  });
  const written: Announcement = {
    type: 'message.created',
    about: { ticket: ticket.id },
    payload: { messageId: message.id },
  };
  await emitAll(tx, [written, ...(entered ? factsOfChange(ticket, entered) : [])]);
  return message;
});

/** Removes a message for good, also one of a deleted ticket. Announces `message.deleted`. */
export const remove = command('ticketMessages.delete', async (tx, viewer, { id }: { id: string }) => {
  // The ticket's deletion is no obstacle, so it is not looked up as a visible one.
  const ticket = ticketsWithin(viewer, 'tickets.read');
  const message = await tx.ticketMessage.findFirst({ where: { id, ticket }, select: { ticketId: true } });
  if (!message) throw new NotFoundError('There is no message with this id.');
  const { ticketId } = message;
  await requireReach(tx, viewer, ticketId, 'ticketMessages.delete');
  await tx.$queryRaw`select id from tickets where id = ${ticketId}::uuid for update`;
  // Of this ticket: while it was waited for, a merge may have moved the message to another one.
  const { count } = await tx.ticketMessage.deleteMany({ where: { id, ticketId } });
  if (count === 0) throw new NotFoundError('There is no message with this id.');
  await touchTicket(tx, ticketId);
  await emit(tx, 'message.deleted', { ticket: ticketId }, { messageId: id });
  return { id };
});

type Author = { id: string | null; side: 'STAFF' | 'CLIENT' };

/** A client is always its own author, whatever it says; SPP ignores the field for clients. */
async function findAuthor(
  tx: Transaction,
  viewer: Viewer,
  issues: IssueList,
  authorId: string | null | undefined,
): Promise<Author> {
  const self: Author = { id: viewer.userId, side: isClient(viewer) ? 'CLIENT' : 'STAFF' };
  if (authorId == null || isClient(viewer)) return self;
  const author = await tx.user.findUnique({ where: { id: authorId }, select: { id: true, kind: true } });
  if (!author) issues.add('authorId', 'NOT_FOUND', 'authorId names nobody.');
  return author ? { id: author.id, side: author.kind as Author['side'] } : self;
}

/** Law 5 of tickets, as far as the organization wants it. */
async function statusAfterReply(
  tx: Transaction,
  viewer: Viewer,
  ticket: Ticket,
  by: Author['side'],
): Promise<rules.Status | null> {
  const status = rules.statusAfterReply(ticket.statusKind as rules.StatusKind, by);
  if (status === null) return null;
  const { ticketRepliesMoveStatus } = await tx.organization.findUniqueOrThrow({
    where: { id: organizationOf(viewer) },
    select: { ticketRepliesMoveStatus: true },
  });
  return ticketRepliesMoveStatus ? status : null;
}
