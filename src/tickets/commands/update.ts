import { command } from '../../kernel/command.ts';
import { issueList } from '../../kernel/errors.ts';
import { emitAll } from '../../kernel/events.ts';
import { notCleared, raiseVersion, requiredText, requireVersion } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { factsOfChange } from '../events.ts';
import { lockUnmerged } from '../locks.ts';
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

export type UpdateTicket = TicketFields & { id: string; subject?: string | null; expectedVersion?: number | null };

/**
 * Changes a ticket. An absent field stays, null clears it, lists replace. Laws 1 to 3. Announces `ticket.updated`, and
 * `ticket.status_changed` and `ticket.closed` where they happened; nothing when nothing changed.
 */
export const update = command(
  'tickets.update',
  async (tx, viewer, input: UpdateTicket) => {
    const ticket = await lockUnmerged(tx, viewer, input.id, 'tickets.update');
    requireVersion(ticket, input.expectedVersion);
    const issues = issueList();
    const at = now();
    for (const field of ['subject', 'status', 'statusId', 'employeeIds', 'tags'] as const) {
      notCleared(issues, field, input[field]);
    }
    const subject = input.subject == null ? undefined : requiredText(issues, 'subject', input.subject);
    const orderId =
      input.orderId == null ? input.orderId : await findOrder(tx, viewer, issues, ticket.clientId, input.orderId);
    const named = await findStatus(tx, issues, input);
    const entered = named !== null && named.code !== ticket.statusCode ? named : null;
    const kind = (entered?.kind ?? ticket.statusKind) as rules.StatusKind;
    rules.checkSnooze(issues, kind, input.snoozedUntil, { enters: entered !== null, at });
    const fields = await writableFields(tx, viewer, issues, input);
    issues.throwIfAny();

    const { closedAt } = ticket;
    const staffed =
      fields.employeeIds !== undefined && (await replaceEmployees(tx, viewer, ticket.id, fields.employeeIds));
    const tagged = fields.tagIds !== undefined && (await replaceTags(tx, viewer, ticket.id, fields.tagIds));
    const after = await tx.ticket.update({
      where: { id: ticket.id },
      data: {
        ...fields.data,
        ...raiseVersion(staffed || tagged),
        subject,
        orderId,
        snoozedUntil: input.snoozedUntil,
        ...(entered ? rules.enterStatus(entered, { closedAt, at, snoozedUntil: input.snoozedUntil }) : {}),
      },
    });
    if (after.version !== ticket.version) await emitAll(tx, factsOfChange(ticket, after));
    return { id: ticket.id };
  },
  violations,
);
