import { describe, expect, test } from 'vitest';
import { countStatements } from '../../../src/kernel/db.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type TestTicket, type World } from '../../kit/world.ts';
import { idsOfNothing } from '../../orders/cast.ts';
import { makeTicketCast } from '../cast.ts';

const TicketMessages = graphql(`
  query TicketMessages($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    ticket(id: $id) {
      messages(first: $first, after: $after, last: $last, before: $before) {
        nodes {
          body
          author {
            name
          }
        }
        totalCount
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`);

const TicketsWithMessages = graphql(`
  query TicketsWithMessages {
    tickets(first: 50) {
      nodes {
        number
        messages(first: 2) {
          nodes {
            body
            author {
              name
            }
          }
          totalCount
        }
      }
    }
  }
`);

const TicketMessageNode = graphql(`
  query TicketMessageNode($id: ID!) {
    node(id: $id) {
      id
      ... on TicketMessage {
        body
        ticket {
          number
        }
      }
    }
  }
`);

type Variables = Omit<VariablesOf<typeof TicketMessages>, 'id'>;

async function messagesOf(world: World, ticket: TestTicket, variables: Variables = {}, actor: Actor = world.admin) {
  const answer = await world.as(actor).run(TicketMessages, { id: ticket.id, ...variables });
  if (!answer.ticket) throw new Error('The ticket is not seen.');
  const { nodes, ...page } = answer.ticket.messages;
  return { bodies: nodes.map(({ body }) => body).join(''), ...page };
}

/** Messages a, b, c …, each a minute younger than the one before. */
async function messagesInTime(ticket: TestTicket, bodies: string, fields: (index: number) => object = () => ({})) {
  for (const [index, body] of [...bodies].entries()) {
    await ticket.message({ body, createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)), ...fields(index) });
  }
}

describe('Ticket.messages', () => {
  test('L1, L5: none make an empty page; some come newest first', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    expect(await messagesOf(world, ticket)).toEqual({
      bodies: '',
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
    await messagesInTime(ticket, 'abc');
    expect(await messagesOf(world, ticket)).toMatchObject({ bodies: 'cba', totalCount: 3 });
  });

  test('are walked forward and backward in pages that agree, also while somebody writes', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    await messagesInTime(ticket, 'abcdefg');
    const forward: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof messagesOf>> = await messagesOf(world, ticket, { first: 3, after });
      forward.push(page.bodies);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
      await ticket.message({ body: 'x' });
    }
    expect(forward).toEqual(['gfe', 'dcb', 'a']);
    const backward: string[] = [];
    let before: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof messagesOf>> = await messagesOf(world, ticket, { last: 3, before });
      backward.unshift(page.bodies);
      before = page.pageInfo.startCursor;
      if (!page.pageInfo.hasPreviousPage) break;
    }
    expect(backward).toEqual(['xxg', 'fed', 'cba']);
  });

  test('L2: refuse impossible sizes and foreign cursors', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    const issues = async (variables: Variables) =>
      (await world.as(world.admin).refused(TicketMessages, { id: ticket.id, ...variables })).map(
        ({ extensions }) => extensions.issues,
      );
    expect(await issues({ first: 0 })).toMatchObject([[{ path: ['first'], code: 'OUT_OF_RANGE' }]]);
    expect(await issues({ last: 101 })).toMatchObject([[{ path: ['last'], code: 'OUT_OF_RANGE' }]]);
    expect(await issues({ before: 'x' })).toMatchObject([[{ path: ['before'], code: 'INVALID_CURSOR' }]]);
  });

  test('M5: what is for the staff only is hidden from clients, also from their counts and pages', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const ticket = await world.ticket({ client });
    await messagesInTime(ticket, 'abcd', (index) => ({ staffOnly: index % 2 === 1 }));
    expect(await messagesOf(world, ticket)).toMatchObject({ bodies: 'dcba', totalCount: 4 });
    expect(await messagesOf(world, ticket, {}, client)).toMatchObject({ bodies: 'ca', totalCount: 2 });
    const first = await messagesOf(world, ticket, { first: 1 }, client);
    expect(first).toMatchObject({ bodies: 'c', totalCount: 2, pageInfo: { hasNextPage: true } });
    expect(await messagesOf(world, ticket, { first: 1, after: first.pageInfo.endCursor }, client)).toMatchObject({
      bodies: 'a',
      pageInfo: { hasNextPage: false },
    });
  });

  test('M8: a message outlives its author', async () => {
    const world = await makeWorld();
    const author = await world.member({ firstName: 'Ann', lastName: 'A' });
    const ticket = await world.ticket();
    await ticket.message({ body: 'Hello', author });
    const nodes = async () =>
      (await world.as(world.admin).run(TicketMessages, { id: ticket.id })).ticket?.messages.nodes;
    expect(await nodes()).toEqual([{ body: 'Hello', author: expect.objectContaining({ name: 'Ann A' }) }]);
    await world.rows.user.delete({ where: { id: author.id } });
    expect(await nodes()).toEqual([{ body: 'Hello', author: null }]);
  });

  test('each is seen by whoever sees the ticket; staff-only ones by the staff', async () => {
    const { world, ticket, people } = await makeTicketCast();
    const messages = { open: await ticket.message(), internal: await ticket.message({ staffOnly: true }) };
    const seenBy = async (actor: Actor): Promise<string> => {
      const seen: string[] = [];
      for (const [name, { id }] of Object.entries(messages)) {
        const { data, errors } = await world.as(actor).answer(TicketMessageNode, { id: encodeId('TicketMessage', id) });
        if (errors) return String(errors[0]?.extensions?.code);
        if (data?.node) seen.push(name);
      }
      return seen.join(' ');
    };
    const seen = Object.fromEntries(
      await Promise.all(Object.entries(people).map(async ([name, actor]) => [name, await seenBy(actor)])),
    );
    expect(seen).toEqual({
      administrator: 'open internal',
      token: 'open internal',
      manager: 'open internal',
      assignee: 'open internal',
      unassigned: '',
      colleague: 'open internal',
      outsider: '',
      reader: 'open internal',
      narrow: 'open internal',
      blind: '',
      unprivileged: '',
      client: 'open',
      otherClient: '',
      stranger: '',
      anonymous: 'UNAUTHENTICATED',
    });
  });

  test('L13: a message of a deleted ticket, or of no shape, is nothing', async () => {
    const world = await makeWorld();
    const hidden = await (await world.ticket({ deletedAt: new Date() })).message();
    for (const id of [hidden.id, ...idsOfNothing]) {
      expect(await world.as(world.admin).run(TicketMessageNode, { id: `ticketmessage_${id}` })).toEqual({ node: null });
    }
  });

  test('beneath a list cost as many statements for 20 tickets as for 2, and stay with their ticket', async () => {
    const statements = async (tickets: number) => {
      const world = await makeWorld();
      const expected: object[] = [];
      for (let index = 0; index < tickets; index += 1) {
        const ticket = await world.ticket({ createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)) });
        const bodies = 'abc'.slice(0, 1 + (index % 3));
        await messagesInTime(ticket, bodies, () => ({ author: world.admin }));
        const nodes = [...bodies].reverse().slice(0, 2);
        expected.unshift({
          number: ticket.number,
          messages: {
            nodes: nodes.map((body) => ({ body, author: { name: 'Ada Admin' } })),
            totalCount: bodies.length,
          },
        });
      }
      const counted = await countStatements(() => world.as(world.admin).run(TicketsWithMessages));
      expect(counted.result.tickets.nodes).toMatchObject(expected);
      expect(counted.result.tickets.nodes).toHaveLength(tickets);
      return counted.statements;
    };
    const [few, many] = [await statements(2), await statements(20)];
    expect(few).toBeGreaterThan(2);
    expect(many).toBe(few);
  });
});
