import { randomUUID } from 'node:crypto';
import type { Person } from '../kit/viewers.ts';
import type { TestOrder, TestTicket, World } from '../kit/world.ts';
import { nested, texts } from './texts.ts';

const at = (day: number, milliseconds = 0) => new Date(Date.UTC(2026, 3, day, 9, 30, 0, milliseconds));
const text = (index: number) => texts[index % texts.length] as string;

type Made = { clients: Person[]; staff: Person[]; tags: { id: string }[]; orders: TestOrder[] };

/** Tickets of every status, with and without everything; some about orders, some merged, some deleted. */
export async function makeTickets(world: World, { clients, staff, tags, orders }: Made): Promise<void> {
  const statuses = ['OPEN', 'PENDING', 'CLOSED', 'SNOOZED', 'SPAM'] as const;
  await world.ticketStatus({ code: 7, name: 'Waiting "for" it', kind: 'PENDING' });
  await world.ticketStatus({ code: 8, name: 'Answered', kind: 'CLOSED' });
  const [first] = staff as [Person];
  const tickets: TestTicket[] = [];
  for (let index = 0; index < 16; index += 1) {
    const client = clients[index % 3] as Person;
    const status = statuses[index % statuses.length] as (typeof statuses)[number];
    const about = orders.filter(({ clientId }) => clientId === client.id)[index % 4];
    const ticket = await world.ticket({
      client,
      order: index % 2 === 0 ? about : undefined,
      number: index === 5 ? '～TICKET' : `TICKET${index}`,
      subject: text(index).trim() || 'Blank',
      status,
      source: (['API', 'DASHBOARD', 'PORTAL', 'EMAIL', 'CONTACT_FORM'] as const)[index % 5],
      snoozedUntil: status === 'SNOOZED' ? at(28) : null,
      ...(status === 'CLOSED' ? { closedAt: at(12, 7) } : {}),
      // Three instants for all, two of which differ by a millisecond.
      createdAt: at(10 + (index % 2), index % 5 === 0 ? 1 : 0),
      updatedAt: at(11 + (index % 2)),
      ...(index % 3 === 0
        ? {
            note: text(index + 1),
            formData: { question: 'stored', 'only stored': text(index) },
            metadata: nested,
            lastMessageAt: at(14, 700),
          }
        : {}),
      deletedAt: index % 7 === 6 ? at(25) : null,
      employees: staff.filter((_, place) => (place + index) % 4 === 0).slice(0, index % 4),
      tags: tags.filter((_, place) => (place * 5 + index) % 4 === 0).slice(0, index % 4),
    });
    tickets.push(ticket);
    for (let message = 0; message < index % 3; message += 1) {
      await ticket.message({
        author: [first, client, undefined][(index + message) % 3],
        body: text(index + message + 3).trim() || 'Blank',
        staffOnly: message === 1,
        files: message === 0 ? ['https://x.test/ü?a=b&c', 'a "b".pdf'] : [],
        createdAt: at(17),
      });
    }
    if (index % 2 === 0) {
      await ticket.formField({ name: 'question', value: 'older "answer"', createdAt: at(18), submittedAt: null });
      await ticket.formField({ name: 'question', value: text(index), createdAt: at(18, 1), type: 'TEXTAREA' });
      await ticket.formField({ name: text(index).trim() || 'Blank', value: '', formFieldId: randomUUID() });
    }
  }
  const merge = (source: number, target: number) =>
    world.rows.ticket.update({ where: { id: tickets[source]?.id }, data: { mergedIntoId: tickets[target]?.id } });
  await merge(2, 5);
  // Into one that is deleted.
  await merge(7, 13);
  const ownStatus = { statusCode: 7, statusKind: 'PENDING' };
  await world.rows.ticket.update({ where: { id: tickets[1]?.id }, data: ownStatus });
  // What only another program can have written: no list instead of an empty one.
  await world.owner.query('update ticket_messages set files = null where organization_id = $1 and staff_only', [
    world.organizationId,
  ]);
}
