import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { type Actor, anonymous } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeCast } from './cast.ts';

const OrdersOfClient = graphql(`
  query OrdersOfClient(
    $id: ID!
    $first: Int
    $after: String
    $last: Int
    $before: String
    $sort: [OrderSort!]
  ) {
    client(id: $id) {
      orders(first: $first, after: $after, last: $last, before: $before, sort: $sort) {
        nodes {
          number
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

const OrdersOfClients = graphql(`
  query OrdersOfClients {
    clients(sort: [{ field: LAST_NAME }]) {
      nodes {
        lastName
        orders(first: 2) {
          nodes {
            number
          }
          totalCount
          pageInfo {
            hasNextPage
          }
        }
      }
    }
  }
`);

const OrdersOfService = graphql(`
  query OrdersOfService($id: ID!, $sort: [OrderSort!]) {
    service(id: $id) {
      orders(sort: $sort) {
        nodes {
          number
        }
        totalCount
      }
    }
  }
`);

const OrdersOfItsService = graphql(`
  query OrdersOfItsService($id: ID!) {
    order(id: $id) {
      service {
        orders(sort: [{ field: NUMBER }]) {
          nodes {
            number
          }
          totalCount
        }
      }
    }
  }
`);

type Variables = Omit<VariablesOf<typeof OrdersOfClient>, 'id'>;

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

async function ordersOf(world: World, id: string, variables: Variables = {}, actor: Actor = world.admin) {
  const { client } = await world.as(actor).run(OrdersOfClient, { id, ...variables });
  if (!client) return null;
  return { ...client.orders, numbers: client.orders.nodes.map(({ number }) => number).join('') };
}

async function clientWithOrders(world: World, numbers: string) {
  const client = await world.client();
  for (const [index, number] of [...numbers].entries()) await world.order({ client, number, createdAt: at(index) });
  return client;
}

describe('client.orders', () => {
  test('are the client’s live ones, newest first', async () => {
    const world = await makeWorld();
    const client = await clientWithOrders(world, 'bca');
    await world.order({ client, number: 'x', deletedAt: new Date() });
    await world.order({ number: 'y' });
    expect(await ordersOf(world, client.id)).toMatchObject({ numbers: 'acb', totalCount: 3 });
    expect(await ordersOf(world, client.id, { sort: [{ field: 'NUMBER' }] })).toMatchObject({
      numbers: 'abc',
      totalCount: 3,
    });
    expect(await ordersOf(world, (await world.client()).id)).toMatchObject({ numbers: '', totalCount: 0 });
  });

  test('come in pages, both ways', async () => {
    const world = await makeWorld();
    const { id } = await clientWithOrders(world, 'edcba');
    const first = await ordersOf(world, id, { first: 2 });
    expect(first).toMatchObject({
      numbers: 'ab',
      totalCount: 5,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    const second = await ordersOf(world, id, { first: 2, after: first?.pageInfo.endCursor });
    expect(second).toMatchObject({
      numbers: 'cd',
      totalCount: 5,
      pageInfo: { hasNextPage: true, hasPreviousPage: true },
    });
    const third = await ordersOf(world, id, { first: 2, after: second?.pageInfo.endCursor });
    expect(third).toMatchObject({ numbers: 'e', pageInfo: { hasNextPage: false } });
    const last = await ordersOf(world, id, { last: 2 });
    expect(last).toMatchObject({ numbers: 'de', pageInfo: { hasPreviousPage: true, hasNextPage: false } });
    expect(await ordersOf(world, id, { last: 2, before: last?.pageInfo.startCursor })).toMatchObject({ numbers: 'bc' });
  });

  test.each([
    [{ first: 0 }, 'first OUT_OF_RANGE'],
    [{ first: 101 }, 'first OUT_OF_RANGE'],
    [{ first: 1, last: 1 }, 'last EXCLUSIVE'],
    [{ after: 'x' }, 'after INVALID_CURSOR'],
  ])('refuse %o', async (variables, issue) => {
    const world = await makeWorld();
    const { id } = await clientWithOrders(world, 'ab');
    const [refusal] = await world.as(world.admin).refused(OrdersOfClient, { id, ...variables });
    const issues = refusal?.extensions.issues as { path: string[]; code: string }[];
    expect(issues.map(({ path, code }) => `${path} ${code}`)).toEqual([issue]);
  });

  test('under many clients, each has its own page and count', async () => {
    const world = await makeWorld();
    const names = ['Ash', 'Birch', 'Cedar'];
    for (const [index, lastName] of names.entries()) {
      const client = await world.client({ lastName });
      for (let number = 0; number <= index; number += 1)
        await world.order({ client, number: `${lastName}${number}`, createdAt: at(number) });
    }
    const { clients } = await world.as(world.admin).run(OrdersOfClients);
    expect(
      clients.nodes.map(({ lastName, orders }) => [
        lastName,
        orders.nodes.map(({ number }) => number),
        orders.totalCount,
        orders.pageInfo.hasNextPage,
      ]),
    ).toEqual([
      ['Ash', ['Ash0'], 1, false],
      ['Birch', ['Birch1', 'Birch0'], 2, false],
      ['Cedar', ['Cedar2', 'Cedar1'], 3, true],
    ]);
  });

  test('show no more than the viewer may see', async () => {
    const { world, order, client, people } = await makeCast();
    await world.order({ client, number: 'UNASSIGNED' });
    const { anonymous: _, unprivileged, blind, stranger, ...others } = people;
    const counts: Record<string, number | null> = {};
    for (const [name, person] of Object.entries(others)) {
      const answer = await world.as(person).answer(OrdersOfClient, { id: client.id });
      const found = (answer.data?.client as { orders: { totalCount: number; nodes: object[] } } | null | undefined)
        ?.orders;
      expect(found?.nodes.length).toBe(found?.totalCount);
      counts[name] = found?.totalCount ?? null;
    }
    expect(counts).toEqual({
      administrator: 2,
      token: 2,
      manager: 2,
      // Clients are seen by those who look after them or see their orders; that needs the permission for clients, too.
      assignee: null,
      unassigned: null,
      colleague: null,
      outsider: null,
      reader: null,
      narrow: null,
      client: 2,
      otherClient: null,
    });
    for (const person of [unprivileged, blind, anonymous])
      expect(await world.as(person).refused(OrdersOfClient, { id: client.id })).toHaveLength(1);
    expect(await ordersOf(world, client.id, {}, stranger)).toBeNull();

    const looksAfter = await world.member({ grants: { clients: 3, orderAccess: 1 } });
    expect(await ordersOf(world, client.id, {}, looksAfter)).toMatchObject({ totalCount: 0 });
    await world.rows.orderEmployee.create({
      data: { organizationId: world.organizationId, orderId: order.id, employeeId: looksAfter.id },
    });
    expect(await ordersOf(world, client.id, {}, looksAfter)).toMatchObject({ numbers: order.number, totalCount: 1 });
    expect(await ordersOf(world, client.id, {}, await world.member({ grants: { clients: 3 } }))).toMatchObject({
      totalCount: 0,
    });
  });
});

describe('service.orders', () => {
  test('are the service’s live ones, newest first', async () => {
    const world = await makeWorld();
    const service = await world.service();
    for (const [index, number] of ['b', 'c', 'a'].entries())
      await world.order({ service, number, createdAt: at(index) });
    await world.order({ service, number: 'x', deletedAt: new Date() });
    await world.order({ service: await world.service(), number: 'y' });
    const numbers = async (sort?: VariablesOf<typeof OrdersOfService>['sort']) => {
      const { service: found } = await world.as(world.admin).run(OrdersOfService, { id: service.id, sort });
      expect(found?.orders.totalCount).toBe(3);
      return found?.orders.nodes.map(({ number }) => number).join('');
    };
    expect(await numbers()).toBe('acb');
    expect(await numbers([{ field: 'NUMBER', direction: 'DESC' }])).toBe('cba');
  });

  test('show no more than the viewer may see, also by way of an order', async () => {
    const { world, client, people } = await makeCast();
    const service = await world.service();
    const mine = await world.order({ client, service, number: 'a', employees: [people.assignee] });
    await world.order({ service, number: 'b' });
    const numbers = async (actor: Actor) => {
      const { order } = await world.as(actor).run(OrdersOfItsService, { id: encodeId('Order', mine.id) });
      const orders = order?.service?.orders;
      expect(orders?.totalCount).toBe(orders?.nodes.length);
      return orders?.nodes.map(({ number }) => number).join('');
    };
    expect(await numbers(world.admin)).toBe('ab');
    expect(await numbers(people.reader)).toBe('ab');
    for (const actor of [people.assignee, people.colleague, client]) expect(await numbers(actor)).toBe('a');
  });
});
