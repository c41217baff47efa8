import { command } from '../../kernel/command.ts';
import { emitAll } from '../../kernel/events.ts';
import { now } from '../../kernel/time.ts';
import { factsOfChange } from '../events.ts';
import * as rules from '../rules.ts';

/**
 * Opens those of the tickets whose time to wake has come. Law 3. Announces `ticket.updated` and `ticket.status_changed`
 * for each. What somebody else is changing is passed over: it is another change, or another waker.
 */
export const wake = command('tickets.update', async (tx, _viewer, { ids }: { ids: readonly string[] }) => {
  const at = now();
  const due = await tx.$queryRaw<{ id: string }[]>`
    select id from tickets
      where id = any(${ids}::uuid[]) and deleted_at is null and snoozed_until <= ${at.toISOString()}::timestamptz
      order by id for update skip locked`;
  const where = { id: { in: due.map(({ id }) => id) } };
  const tickets = await tx.ticket.findMany({ where, orderBy: { id: 'asc' } });
  const open = rules.enterStatus(rules.standardStatus.OPEN, { closedAt: null, at });
  await tx.ticket.updateMany({ where, data: open });
  await emitAll(
    tx,
    tickets.flatMap((ticket) => factsOfChange(ticket, open)),
  );
  return { woken: tickets.length };
});
