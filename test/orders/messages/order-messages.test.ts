import { describe, expect, test } from 'vitest';
import { countStatements } from '../../../src/kernel/db.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type TestOrder, type World } from '../../kit/world.ts';
import { idsOfNothing, makeCast } from '../cast.ts';

const OrderMessages = graphql(`
  query OrderMessages($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    order(id: $id) {
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

const OrdersWithMessages = graphql(`
  query OrdersWithMessages {
    orders(first: 50) {
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

const OrderMessageNode = graphql(`
  query OrderMessageNode($id: ID!) {
    node(id: $id) {
      id
      ... on OrderMessage {
        body
        order {
          number
        }
      }
    }
  }
`);

type Variables = Omit<VariablesOf<typeof OrderMessages>, 'id'>;

async function messagesOf(world: World, order: TestOrder, variables: Variables = {}, actor: Actor = world.admin) {
  const answer = await world.as(actor).run(OrderMessages, { id: order.id, ...variables });
  if (!answer.order) throw new Error('The order is not seen.');
  const { nodes, ...page } = answer.order.messages;
  return { bodies: nodes.map(({ body }) => body).join(''), ...page };
}

/** Messages a, b, c …, each a minute younger than the one before. */
async function messagesInTime(order: TestOrder, bodies: string, fields: (index: number) => object = () => ({})) {
  for (const [index, body] of [...bodies].entries()) {
    await order.message({ body, createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)), ...fields(index) });
  }
}

describe('Order.messages', () => {
  test('L1, L5: none make an empty page; some come newest first', async () => {
    const world = await makeWorld();
    const order = await world.order();
    expect(await messagesOf(world, order)).toEqual({
      bodies: '',
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
    await messagesInTime(order, 'abc');
    expect(await messagesOf(world, order)).toMatchObject({ bodies: 'cba', totalCount: 3 });
  });

  test('are walked forward and backward in pages that agree, also while somebody writes', async () => {
    const world = await makeWorld();
    const order = await world.order();
    await messagesInTime(order, 'abcdefg');
    const forward: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof messagesOf>> = await messagesOf(world, order, { first: 3, after });
      forward.push(page.bodies);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
      await order.message({ body: 'x' });
    }
    expect(forward).toEqual(['gfe', 'dcb', 'a']);
    const backward: string[] = [];
    let before: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof messagesOf>> = await messagesOf(world, order, { last: 3, before });
      backward.unshift(page.bodies);
      before = page.pageInfo.startCursor;
      if (!page.pageInfo.hasPreviousPage) break;
    }
    expect(backward).toEqual(['xxg', 'fed', 'cba']);
  });

  test('L2: refuse impossible sizes and foreign cursors', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const issues = async (variables: Variables) =>
      (await world.as(world.admin).refused(OrderMessages, { id: order.id, ...variables })).map(
        ({ extensions }) => extensions.issues,
      );
    expect(await issues({ first: 0 })).toMatchObject([[{ path: ['first'], code: 'OUT_OF_RANGE' }]]);
    expect(await issues({ last: 101 })).toMatchObject([[{ path: ['last'], code: 'OUT_OF_RANGE' }]]);
    expect(await issues({ before: 'x' })).toMatchObject([[{ path: ['before'], code: 'INVALID_CURSOR' }]]);
  });

  test('M5: what is for the staff only is hidden from clients, also from their counts and pages', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client });
    await messagesInTime(order, 'abcd', (index) => ({ staffOnly: index % 2 === 1 }));
    expect(await messagesOf(world, order)).toMatchObject({ bodies: 'dcba', totalCount: 4 });
    expect(await messagesOf(world, order, {}, client)).toMatchObject({ bodies: 'ca', totalCount: 2 });
    const first = await messagesOf(world, order, { first: 1 }, client);
    expect(first).toMatchObject({ bodies: 'c', totalCount: 2, pageInfo: { hasNextPage: true } });
    expect(await messagesOf(world, order, { first: 1, after: first.pageInfo.endCursor }, client)).toMatchObject({
      bodies: 'a',
      pageInfo: { hasNextPage: false },
    });
  });

  test('M8: a message outlives its author', async () => {
    const world = await makeWorld();
    const author = await world.member({ firstName: 'Ann', lastName: 'A' });
    const order = await world.order();
    await order.message({ body: 'Hello', author });
    const nodes = async () => (await world.as(world.admin).run(OrderMessages, { id: order.id })).order?.messages.nodes;
    expect(await nodes()).toEqual([{ body: 'Hello', author: expect.objectContaining({ name: 'Ann A' }) }]);
    await world.rows.user.delete({ where: { id: author.id } });
    expect(await nodes()).toEqual([{ body: 'Hello', author: null }]);
  });

  test('each is seen by whoever sees the order; staff-only ones by the staff', async () => {
    const { world, order, people } = await makeCast();
    const messages = { open: await order.message(), internal: await order.message({ staffOnly: true }) };
    const seenBy = async (actor: Actor): Promise<string> => {
      const seen: string[] = [];
      for (const [name, { id }] of Object.entries(messages)) {
        const { data, errors } = await world.as(actor).answer(OrderMessageNode, { id: encodeId('OrderMessage', id) });
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

  test('L13: a message of a deleted order, or of no shape, is nothing', async () => {
    const world = await makeWorld();
    const hidden = await (await world.order({ deletedAt: new Date() })).message();
    for (const id of [hidden.id, ...idsOfNothing]) {
      expect(await world.as(world.admin).run(OrderMessageNode, { id: `message_${id}` })).toEqual({ node: null });
    }
  });

  test('beneath a list cost as many statements for 20 orders as for 2, and stay with their order', async () => {
    const statements = async (orders: number) => {
      const world = await makeWorld();
      const expected: object[] = [];
      for (let index = 0; index < orders; index += 1) {
        const order = await world.order({ createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)) });
        const bodies = 'abc'.slice(0, 1 + (index % 3));
        await messagesInTime(order, bodies, () => ({ author: world.admin }));
        const nodes = [...bodies].reverse().slice(0, 2);
        expected.unshift({
          number: order.number,
          messages: {
            nodes: nodes.map((body) => ({ body, author: { name: 'Ada Admin' } })),
            totalCount: bodies.length,
          },
        });
      }
      const counted = await countStatements(() => world.as(world.admin).run(OrdersWithMessages));
      expect(counted.result.orders.nodes).toMatchObject(expected);
      expect(counted.result.orders.nodes).toHaveLength(orders);
      return counted.statements;
    };
    const [few, many] = [await statements(2), await statements(20)];
    expect(few).toBeGreaterThan(2);
    expect(many).toBe(few);
  });
});
