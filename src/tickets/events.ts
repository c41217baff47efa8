import type { Ticket } from '../generated/prisma/client.ts';
import type { Announcement } from '../kernel/events.ts';

type Told = Pick<Ticket, 'id' | 'number' | 'statusCode' | 'statusKind'>;

/** What is told of a ticket that changed: `ticket.updated`, and `ticket.status_changed` and `ticket.closed` where they happened. */
export function factsOfChange(
  { id, number, ...before }: Told,
  after: Pick<Ticket, 'statusCode' | 'statusKind'>,
): Announcement[] {
  const about = { ticket: id };
  const facts: Announcement[] = [{ type: 'ticket.updated', about, payload: { number } }];
  if (after.statusCode === before.statusCode) return facts;
  const payload = { number, from: before.statusKind, to: after.statusKind };
  facts.push({ type: 'ticket.status_changed', about, payload });
  if (after.statusKind === 'CLOSED' && before.statusKind !== 'CLOSED') {
    facts.push({ type: 'ticket.closed', about, payload: { number } });
  }
  return facts;
}
