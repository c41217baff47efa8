import type { Prisma, Ticket } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { issueList } from '../../kernel/errors.ts';
import { emitAll } from '../../kernel/events.ts';
import { raiseVersion } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { factsOfChange } from '../events.ts';
import { lockBoth, lockTicket } from '../locks.ts';
import * as rules from '../rules.ts';

/**
 * Makes one ticket of two: what hangs beneath the source moves to the target, the source closes and points there. Law 6.
 * Announces `ticket.merged` and what became of the source, and `ticket.updated` of the target.
 */
export const merge = command(
  'tickets.merge',
  async (tx, viewer, { sourceId, targetId }: { sourceId: string; targetId: string }) => {
    await lockBoth(tx, [sourceId, targetId]);
    const source = await lockTicket(tx, viewer, sourceId, 'tickets.merge', ['sourceId']);
    const target = await lockTicket(tx, viewer, targetId, 'tickets.merge', ['targetId']);
    const issues = issueList();
    rules.checkMerge(issues, source, target);
    issues.throwIfAny();

    const isJoined = await moveWhatHangsBeneath(tx, source, target);
    const at = now();
    const closed = await tx.ticket.update({
      where: { id: source.id },
      data: {
        ...rules.enterStatus(rules.standardStatus.CLOSED, { closedAt: source.closedAt, at }),
        mergedIntoId: target.id,
      },
    });
    const messageTimes = [source.lastMessageAt, target.lastMessageAt].filter((time) => time !== null);
    await tx.ticket.update({
      where: { id: target.id },
      data: {
        formData: { ...(source.formData as Prisma.JsonObject), ...(target.formData as Prisma.JsonObject) },
        lastMessageAt: messageTimes.sort((a, b) => a.getTime() - b.getTime()).at(-1) ?? null,
        updatedAt: at,
        ...raiseVersion(isJoined),
      },
      select: { id: true },
    });
    const payload = { number: source.number, intoId: target.id, intoNumber: target.number };
    await emitAll(tx, [
      { type: 'ticket.merged', about: { ticket: source.id }, payload },
      ...factsOfChange(source, closed),
      ...factsOfChange(target, target),
    ]);
    return { id: target.id };
  },
);

/** A constant number of statements, however long the conversation. Answers whether people or tags joined the target. */
async function moveWhatHangsBeneath(tx: Transaction, source: Ticket, target: Ticket): Promise<boolean> {
  const [from, to] = [{ where: { ticketId: source.id } }, { data: { ticketId: target.id } }];
  await tx.ticketMessage.updateMany({ ...from, ...to });
  await tx.filledFormField.updateMany({ ...from, ...to });
  const people = await tx.$executeRaw`
    insert into ticket_employees (organization_id, ticket_id, employee_id)
      select organization_id, ${target.id}::uuid, employee_id from ticket_employees where ticket_id = ${source.id}::uuid
      on conflict do nothing`;
  await tx.ticketEmployee.deleteMany(from);
  const tags = await tx.$executeRaw`
    insert into ticket_tags (organization_id, ticket_id, tag_id)
      select organization_id, ${target.id}::uuid, tag_id from ticket_tags where ticket_id = ${source.id}::uuid
      on conflict do nothing`;
  await tx.ticketTag.deleteMany(from);
  return people + tags > 0;
}
