import { requireClient } from '../../clients/commands.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { type IssueList, issueList } from '../../kernel/errors.ts';
import { type Announcement, emitAll } from '../../kernel/events.ts';
import { randomCode } from '../../kernel/id.ts';
import { requiredText } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { gradeOf, isClient, organizationOf, requirePermission, type Viewer } from '../../kernel/viewer.ts';
import * as rules from '../rules.ts';
import {
  findOrder,
  findStatus,
  replaceEmployees,
  replaceTags,
  type TicketFields,
  violations,
  writableFields,
} from './fields.ts';

export type CreateTicket = TicketFields & { clientId?: string | null; subject: string; body?: string | null };

/**
 * Opens a ticket, with its first message if there is a text. Laws 1 to 3; for clients law 8; who reaches only own tickets
 * is assigned to it. Announces `ticket.created`, and `message.created` for the message.
 */
export const create = command(
  'tickets.create',
  async (tx, viewer, input: CreateTicket) => {
    const issues = issueList();
    const at = now();
    if (isClient(viewer)) refuseStaffFields(issues, input);
    if (input.body != null) requirePermission(viewer, 'ticketMessages.create');
    const clientId = await requireClient(tx, viewer, issues, input.clientId, 'tickets.create');
    const subject = requiredText(issues, 'subject', input.subject);
    const body = input.body == null ? null : requiredText(issues, 'body', input.body, 65_535);
    const orderId = input.orderId == null ? null : await findOrder(tx, viewer, issues, clientId, input.orderId);
    const status = (await findStatus(tx, issues, input)) ?? rules.standardStatus.OPEN;
    rules.checkSnooze(issues, status.kind, input.snoozedUntil, { enters: true, at });
    const fields = await writableFields(tx, viewer, issues, input);
    issues.throwIfAny();

    const organizationId = organizationOf(viewer);
    const number = await freeNumber(tx);
    const { id } = await tx.ticket.create({
      data: {
        ...fields.data,
        ...rules.enterStatus(status, { closedAt: null, at, snoozedUntil: input.snoozedUntil }),
        organizationId,
        number,
        subject,
        clientId,
        orderId,
        source: sourceOf(viewer),
        createdAt: at,
        lastMessageAt: body === null ? null : at,
      },
      select: { id: true },
    });
    await replaceEmployees(tx, viewer, id, withSelf(viewer, fields.employeeIds ?? []));
    await replaceTags(tx, viewer, id, fields.tagIds ?? []);
    const payload = { number, clientId, status: status.kind };
    const facts: Announcement[] = [{ type: 'ticket.created', about: { ticket: id }, payload }];
    if (body !== null) {
      const data = { organizationId, ticketId: id, authorId: viewer.userId, body, createdAt: at };
      const message = await tx.ticketMessage.create({ data, select: { id: true } });
      facts.push({ type: 'message.created', about: { ticket: id }, payload: { messageId: message.id } });
    }
    await emitAll(tx, facts);
    return { id };
  },
  violations,
);

const staffFields = ['status', 'statusId', 'snoozedUntil', 'employeeIds', 'tags', 'note', 'metadata'] as const;

function refuseStaffFields(issues: IssueList, input: CreateTicket): void {
  for (const field of staffFields) {
    if (input[field] != null) issues.add(field, 'STAFF_ONLY', `Only the team may set ${field}.`);
  }
}

// Programs come by a token; people by the dashboard or the portal, as they are team or client.
function sourceOf({ kind }: Viewer): string {
  if (kind === 'STAFF') return 'DASHBOARD';
  return kind === 'CLIENT' ? 'PORTAL' : 'API';
}

function withSelf(viewer: Viewer, employeeIds: readonly string[]): string[] {
  const needsSelf = viewer.side === 'STAFF' && gradeOf(viewer, 'tickets.create') < 3 && viewer.userId !== null;
  return [...new Set(needsSelf ? [...employeeIds, viewer.userId as string] : employeeIds)];
}

// Five tries at a number, in one statement; more than one is needed about never.
async function freeNumber(tx: Transaction): Promise<string> {
  const candidates = Array.from({ length: 5 }, () => randomCode(8));
  const [free] = await tx.$queryRaw<{ number: string }[]>`
    select candidate as number from unnest(${candidates}::text[]) as candidate
      where not exists (select from tickets where tickets.number = candidate) limit 1`;
  if (!free) throw new Error('No free ticket number was found.');
  return free.number;
}
