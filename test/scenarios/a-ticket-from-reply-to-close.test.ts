import { expect, test } from 'vitest';
import { wakeTickets } from '../../src/tickets/jobs.ts';
import { graphql } from '../generated/gql.ts';
import { hour, stopClock } from '../kit/clock.ts';
import { success } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

const Open = graphql(`
  mutation OpenTicket($input: TicketCreateInput!) {
    ticketCreate(input: $input) {
      ... on TicketCreateSuccess {
        ticket {
          number
        }
      }
      ...Failure
    }
  }
`);
const Change = graphql(`
  mutation ChangeTicket($input: TicketUpdateInput!) {
    ticketUpdate(input: $input) {
      ... on TicketUpdateSuccess {
        ticket {
          version
        }
      }
      ...Failure
    }
  }
`);
const Write = graphql(`
  mutation WriteOnTicket($input: TicketMessageCreateInput!) {
    ticketMessageCreate(input: $input) {
      ... on TicketMessageCreateSuccess {
        ticketMessage {
          id
        }
      }
      ...Failure
    }
  }
`);
const Merge = graphql(`
  mutation MergeTickets($input: TicketMergeInput!) {
    ticketMerge(input: $input) {
      ... on TicketMergeSuccess {
        ticket {
          number
        }
      }
      ...Failure
    }
  }
`);
const Read = graphql(`
  query ReadTicket($number: String!) {
    ticket(number: $number) {
      status {
        kind
      }
      closedAt
      order {
        number
      }
      employees {
        name
      }
      messages {
        nodes {
          body
        }
      }
      mergedInto {
        number
      }
    }
  }
`);

test('a ticket from the first question to the end', async () => {
  const world = await makeWorld();
  const clock = stopClock('2026-03-02T09:00:00.000Z');
  const client = await world.client();
  const own = { dashboardAccess: 1, ticketAccess: 1, ticketManagement: 1, messaging: 1 } as const;
  const helper = await world.member({ grants: own, firstName: 'Hal', lastName: 'Help' });
  const order = await world.order({ client, number: 'LOGO' });

  const open = async (subject: string) =>
    success((await world.as(client).run(Open, { input: { subject, body: subject, orderId: 'LOGO' } })).ticketCreate)
      .ticket.number;
  const change = async (actor: Actor, id: string, input: object) =>
    success((await world.as(actor).run(Change, { input: { id, ...input } })).ticketUpdate);
  const write = async (actor: Actor, ticketId: string, body: string, staffOnly = false) => {
    clock.advance(hour);
    const input = { ticketId, body, ...(staffOnly ? { staffOnly } : {}) };
    success((await world.as(actor).run(Write, { input })).ticketMessageCreate);
  };
  const read = async (actor: Actor, number: string) => {
    const { ticket } = await world.as(actor).run(Read, { number });
    return ticket && { ...ticket, bodies: ticket.messages.nodes.map(({ body }) => body) };
  };
  const statuses = async (number: string) => [
    (await read(world.admin, number))?.status.kind,
    (await read(client, number))?.status.kind,
  ];

  // The client asks twice. Nobody of the team but those who see all tickets knows of it, until somebody is assigned.
  const [question, again] = [await open('Where is my logo?'), await open('Hello?')];
  expect(await read(helper, question)).toBeNull();
  await change(world.admin, question, { employeeIds: [helper.id], tags: ['Logo'] });
  expect((await read(helper, question))?.employees).toEqual([{ name: 'Hal Help' }]);
  // To the helper, who has nothing to do with orders, it is about none.
  expect([(await read(helper, question))?.order, (await read(client, question))?.order]).toEqual([
    null,
    { number: order.number },
  ]);

  await world.as(world.admin).run(Merge, { input: { sourceId: again, targetId: question } });
  expect(await read(client, again)).toMatchObject({ mergedInto: { number: question }, bodies: [] });

  // A note for the team moves nothing, a reply does; the client sees neither the note nor that it is waited for.
  await write(helper, question, 'Is it not done yet?', true);
  expect(await statuses(question)).toEqual(['OPEN', 'OPEN']);
  await write(helper, question, 'On Friday.');
  expect(await statuses(question)).toEqual(['PENDING', 'OPEN']);
  await write(client, question, 'Thanks. Which one?');
  expect(await statuses(question)).toEqual(['OPEN', 'OPEN']);
  expect((await read(client, question))?.bodies).not.toContain('Is it not done yet?');
  expect((await read(helper, question))?.bodies).toContain('Is it not done yet?');

  // Put aside until Friday, when it comes back by itself.
  await change(helper, question, { status: 'SNOOZED', snoozedUntil: '2026-03-06T09:00:00.000Z' });
  expect(await statuses(question)).toEqual(['SNOOZED', 'OPEN']);
  clock.travel('2026-03-06T09:00:00.000Z');
  await wakeTickets(world.tools).run({});
  expect(await statuses(question)).toEqual(['OPEN', 'OPEN']);

  // Done; the client has one more word, and it is done again.
  await write(helper, question, 'Here it is.');
  await change(helper, question, { status: 'CLOSED' });
  expect(await statuses(question)).toEqual(['CLOSED', 'CLOSED']);
  await write(client, question, 'It is upside down.');
  expect(await statuses(question)).toEqual(['OPEN', 'OPEN']);
  expect((await read(client, question))?.closedAt).toBeNull();
  await change(helper, question, { status: 'CLOSED' });
  expect((await read(client, question))?.closedAt).toBe(clock.now().toISOString());

  const told = (await world.events()).map(({ type, payload }) => {
    const { from, to } = payload as { from?: string; to?: string };
    return from === undefined ? type : `${type} ${from} ${to}`;
  });
  expect(told.filter((fact) => !['ticket.updated', 'message.created'].includes(fact))).toEqual([
    'ticket.created',
    'ticket.created',
    'ticket.merged',
    'ticket.status_changed OPEN CLOSED',
    'ticket.closed',
    'ticket.status_changed OPEN PENDING',
    'ticket.status_changed PENDING OPEN',
    'ticket.status_changed OPEN SNOOZED',
    'ticket.status_changed SNOOZED OPEN',
    'ticket.status_changed OPEN PENDING',
    'ticket.status_changed PENDING CLOSED',
    'ticket.closed',
    'ticket.status_changed CLOSED OPEN',
    'ticket.status_changed OPEN CLOSED',
    'ticket.closed',
  ]);
});
