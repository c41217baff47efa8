import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { success } from '../kit/expect.ts';
import { asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';
import { updated } from './changing.ts';
import { byNumber, numbersOf, Tickets, ticketsInTime, type Variables } from './listing.ts';

const TicketStatusSeen = graphql(`
  query TicketStatusSeen {
    tickets(sort: [{ field: NUMBER }]) {
      nodes {
        number
        status {
          id
          name
          kind
          code
          isOpen
        }
      }
    }
    ticketStatuses {
      nodes {
        name
        kind
      }
      totalCount
    }
  }
`);

const ClientReply = graphql(`
  mutation ClientReply($input: TicketMessageCreateInput!) {
    ticketMessageCreate(input: $input) {
      ... on TicketMessageCreateSuccess {
        ticketMessage {
          ticket {
            status {
              kind
            }
            client {
              ... on Client {
                tickets {
                  nodes {
                    status {
                      name
                    }
                  }
                }
              }
            }
          }
        }
      }
      ...Failure
    }
  }
`);

/** A client with a ticket of every status: a open, b pending, c closed, d snoozed, e spam, f and g of own statuses. */
async function ofEveryStatus() {
  const world = await makeWorld();
  const client = await world.client();
  await world.ticketStatus({ code: 6, name: 'Escalated', kind: 'OPEN' });
  await world.ticketStatus({ code: 7, name: 'Waiting', kind: 'PENDING' });
  await world.ticketStatus({ code: 8, name: 'Answered', kind: 'CLOSED' });
  const tickets = await ticketsInTime(world, [
    { client, status: 'OPEN' },
    { client, status: 'PENDING' },
    { client, status: 'CLOSED' },
    { client, status: 'SNOOZED', snoozedUntil: new Date('2030-01-01') },
    { client, status: 'SPAM' },
    { client, statusCode: 6, statusKind: 'OPEN' },
    { client, statusCode: 7, statusKind: 'PENDING' },
    { client, statusCode: 8, statusKind: 'CLOSED', closedAt: new Date() },
  ]);
  return { world, client, tickets };
}

describe('law 4: to its client a ticket is open or closed', () => {
  test('pending, snoozed and spam look open; what the organization calls open or closed is told', async () => {
    const { world, client } = await ofEveryStatus();
    const seenBy = async (actor: Parameters<typeof world.as>[0]) => {
      const { tickets } = await world.as(actor).run(TicketStatusSeen);
      return tickets.nodes.map(({ number, status }) => `${number} ${status.name} ${status.kind} ${status.code}`);
    };
    const shown = [
      'a Open OPEN 1',
      'b Open OPEN 1',
      'c Closed CLOSED 3',
      'd Open OPEN 1',
      'e Open OPEN 1',
      'f Escalated OPEN 6',
      'g Open OPEN 1',
      'h Answered CLOSED 8',
    ];
    expect(await seenBy(client)).toEqual(shown);
    expect(await seenBy(asToken(client))).toEqual(shown);
    expect(await seenBy(world.admin)).toEqual([
      'a Open OPEN 1',
      'b Pending PENDING 2',
      'c Closed CLOSED 3',
      'd Snoozed SNOOZED 4',
      'e Spam SPAM 5',
      'f Escalated OPEN 6',
      'g Waiting PENDING 7',
      'h Answered CLOSED 8',
    ]);
  });

  test('it knows of no other statuses, in the list or as nodes', async () => {
    const { world, client } = await ofEveryStatus();
    const { ticketStatuses } = await world.as(client).run(TicketStatusSeen);
    expect(ticketStatuses).toEqual({
      nodes: [
        { name: 'Open', kind: 'OPEN' },
        { name: 'Closed', kind: 'CLOSED' },
        { name: 'Escalated', kind: 'OPEN' },
        { name: 'Answered', kind: 'CLOSED' },
      ],
      totalCount: 4,
    });
    const rows = await world.rows.ticketStatus.findMany({ where: { organizationId: world.organizationId } });
    const ids = rows.map(({ id }) => encodeId('TicketStatus', id));
    const Nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on TicketStatus { kind } } }';
    const { nodes } = await world.as(client).run(Nodes, { ids });
    expect(nodes.map((node: { kind: string } | null) => node?.kind ?? null)).toEqual(
      rows.map(({ kind }) => (['OPEN', 'CLOSED'].includes(kind) ? kind : null)),
    );
  });

  test('its filters compare what it sees', async () => {
    const { world, client } = await ofEveryStatus();
    const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber }, client);
    expect(await numbers({ status: { eq: 'OPEN' } })).toBe('abdefg');
    expect(await numbers({ status: { eq: 'CLOSED' } })).toBe('ch');
    for (const hidden of ['PENDING', 'SNOOZED', 'SPAM'] as const) {
      expect(await numbers({ status: { eq: hidden } })).toBe('');
      expect(await numbers({ not: { status: { in: [hidden] } } })).toBe('abcdefgh');
    }
    expect(await numbers({ statusCode: { eq: 1 } })).toBe('abdeg');
    expect(await numbers({ statusCode: { in: [2, 4, 5, 7] } })).toBe('');
    expect(await numbers({ and: [{ or: [{ statusCode: { gt: 3 } }] }] })).toBe('fh');
    expect(await numbersOf(world, { filter: { status: { eq: 'OPEN' } }, sort: byNumber })).toBe('af');
  });

  test('its order and its cursors are of what it sees', async () => {
    const { world, client } = await ofEveryStatus();
    const sort: Variables['sort'] = [{ field: 'STATUS' }, { field: 'NUMBER' }];
    expect(await numbersOf(world, { sort })).toBe('abcdefgh');
    expect(await numbersOf(world, { sort }, client)).toBe('abdegcfh');
    const { tickets } = await world.as(client).run(Tickets, { sort, first: 2 });
    const cursor = JSON.parse(Buffer.from(tickets.pageInfo.endCursor as string, 'base64url').toString());
    // The second is pending, code 2.
    expect(cursor.slice(1, 3)).toEqual([1, 'b']);
    const rest = await world.as(client).run(Tickets, { sort, after: tickets.pageInfo.endCursor });
    expect(rest.tickets.nodes.map(({ number }) => number).join('')).toBe('degcfh');
    const [refusal] = await world.as(world.admin).refused(Tickets, { sort, after: tickets.pageInfo.endCursor });
    expect(refusal?.extensions.issues).toMatchObject([{ path: ['after'], code: 'INVALID_CURSOR' }]);
    // The same beneath an object.
    const Mine =
      'query ($id: ID!) { client(id: $id) { tickets(sort: [{ field: STATUS }, { field: NUMBER }]) { nodes { number } } } }';
    const numbersBeneath = async (actor: Parameters<typeof world.as>[0]) => {
      const data = await world.as(actor).run(Mine, { id: client.id });
      return data.client.tickets.nodes.map(({ number }: { number: string }) => number).join('');
    };
    expect([await numbersBeneath(world.admin), await numbersBeneath(client)]).toEqual(['abcdefgh', 'abdegcfh']);
  });

  test('what it sees follows every change of the status', async () => {
    const { world, client, tickets } = await ofEveryStatus();
    const [ticket] = tickets as [(typeof tickets)[number]];
    const shown = async () => {
      const seen = await world.as(client).run(TicketStatusSeen);
      return seen.tickets.nodes.find(({ number }) => number === ticket.number)?.status.kind;
    };
    const snoozedUntil = '2100-01-01T00:00:00Z';
    for (const [status, kind] of [
      ['PENDING', 'OPEN'],
      ['CLOSED', 'CLOSED'],
      ['SNOOZED', 'OPEN'],
      ['SPAM', 'OPEN'],
      ['CLOSED', 'CLOSED'],
      ['OPEN', 'OPEN'],
    ] as const) {
      await updated(world, ticket, { status, ...(status === 'SNOOZED' ? { snoozedUntil } : {}) });
      expect(await shown()).toBe(kind);
    }
  });

  test('also where a mutation answers', async () => {
    const { world, client, tickets } = await ofEveryStatus();
    const { ticketMessageCreate } = await world
      .as(client)
      .run(ClientReply, { input: { ticketId: tickets[4]?.id as string, body: 'Not spam!' } });
    const { ticket } = success(ticketMessageCreate).ticketMessage;
    expect(ticket.status).toEqual({ kind: 'OPEN' });
    expect(new Set(ticket.client.tickets.nodes.map(({ status }) => status.name))).toEqual(
      new Set(['Open', 'Closed', 'Escalated', 'Answered']),
    );
    const row = await world.rows.ticket.findUniqueOrThrow({ where: { id: tickets[4]?.id } });
    expect(row.statusKind).toBe('SPAM');
  });
});
