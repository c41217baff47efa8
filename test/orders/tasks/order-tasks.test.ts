import { describe, expect, test } from 'vitest';
import { countStatements } from '../../../src/kernel/db.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type TestOrder, type World } from '../../kit/world.ts';

const OrderTasks = graphql(`
  query OrderTasks($id: ID!, $sort: [OrderTaskSort!], $first: Int, $after: String, $last: Int, $before: String) {
    order(id: $id) {
      tasks(sort: $sort, first: $first, after: $after, last: $last, before: $before) {
        nodes {
          name
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

const OrdersWithTasks = graphql(`
  query OrdersWithTasks {
    orders(first: 50) {
      nodes {
        number
        tasks(first: 2) {
          nodes {
            name
            employees {
              name
            }
            completedBy {
              name
            }
          }
          totalCount
        }
      }
    }
  }
`);

type Variables = VariablesOf<typeof OrderTasks>;

async function tasksOf(
  world: World,
  order: TestOrder,
  variables: Omit<Variables, 'id'> = {},
  actor: Actor = world.admin,
) {
  const answer = await world.as(actor).run(OrderTasks, { id: order.id, ...variables });
  if (!answer.order) throw new Error('The order is not seen.');
  const { nodes, ...page } = answer.order.tasks;
  return { names: nodes.map(({ name }) => name).join(''), ...page };
}

/** Tasks a, b, c …, each a minute younger than the one before. */
async function tasksInTime(order: TestOrder, names: string, fields: (index: number) => object = () => ({})) {
  for (const [index, name] of [...names].entries()) {
    await order.task({ name, createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)), ...fields(index) });
  }
}

describe('Order.tasks', () => {
  test('L1: none make an empty page', async () => {
    const world = await makeWorld();
    expect(await tasksOf(world, await world.order())).toEqual({
      names: '',
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('L5: come newest first, or by position; equal positions by creation', async () => {
    const world = await makeWorld();
    const order = await world.order();
    await tasksInTime(order, 'abcd', (index) => ({ position: [2, 1, 1, 0][index] }));
    expect((await tasksOf(world, order)).names).toBe('dcba');
    expect((await tasksOf(world, order, { sort: [{ field: 'CREATED_AT' }] })).names).toBe('abcd');
    const chain: Variables['sort'] = [{ field: 'POSITION' }, { field: 'CREATED_AT' }];
    expect((await tasksOf(world, order, { sort: chain })).names).toBe('dbca');
    expect((await tasksOf(world, order, { sort: [{ field: 'POSITION' }] })).names).toBe('dbca');
    expect((await tasksOf(world, order, { sort: [{ field: 'POSITION', direction: 'DESC' }] })).names).toBe('acbd');
  });

  test('are walked forward and backward in pages that agree with the whole', async () => {
    const world = await makeWorld();
    const order = await world.order();
    await tasksInTime(order, 'abcdefg', (index) => ({ position: index % 2 }));
    const sort: Variables['sort'] = [{ field: 'POSITION' }];
    const forward: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof tasksOf>> = await tasksOf(world, order, { sort, first: 3, after });
      expect([page.totalCount, page.pageInfo.hasPreviousPage]).toEqual([7, after !== null]);
      forward.push(page.names);
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) break;
    }
    expect(forward).toEqual(['ace', 'gbd', 'f']);
    const backward: string[] = [];
    let before: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<typeof tasksOf>> = await tasksOf(world, order, { sort, last: 3, before });
      backward.unshift(page.names);
      before = page.pageInfo.startCursor;
      if (!page.pageInfo.hasPreviousPage) break;
    }
    expect(backward).toEqual(['a', 'ceg', 'bdf']);
  });

  test('L2: refuse impossible sizes, and cursors that are none of this list', async () => {
    const world = await makeWorld();
    const order = await world.order();
    await order.task();
    const issues = async (variables: Omit<Variables, 'id'>) =>
      (await world.as(world.admin).refused(OrderTasks, { id: order.id, ...variables })).map(
        ({ extensions }) => extensions.issues,
      );
    expect(await issues({ first: 0 })).toMatchObject([[{ path: ['first'], code: 'OUT_OF_RANGE' }]]);
    expect(await issues({ first: 101 })).toMatchObject([[{ path: ['first'], code: 'OUT_OF_RANGE' }]]);
    expect(await issues({ first: 1, last: 1 })).toMatchObject([[{ path: ['last'], code: 'EXCLUSIVE' }]]);
    expect(await issues({ after: 'x' })).toMatchObject([[{ path: ['after'], code: 'INVALID_CURSOR' }]]);
    const { pageInfo } = await tasksOf(world, order, { sort: [{ field: 'POSITION' }] });
    expect(await issues({ after: pageInfo.endCursor })).toMatchObject([[{ path: ['after'], code: 'INVALID_CURSOR' }]]);
  });

  test('clients see, count and page those that are public or for the client', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client });
    await tasksInTime(order, 'hpfh', (index) => [{}, { isPublic: true }, { forClient: true }, {}][index] as object);
    expect(await tasksOf(world, order, {}, client)).toMatchObject({ names: 'fp', totalCount: 2 });
    expect(await tasksOf(world, order, { first: 1 }, client)).toMatchObject({
      names: 'f',
      totalCount: 2,
      pageInfo: { hasNextPage: true },
    });
    expect(await tasksOf(world, order)).toMatchObject({ names: 'hfph', totalCount: 4 });
  });

  test('beneath a list cost as many statements for 20 orders as for 2, and stay with their order', async () => {
    const statements = async (orders: number) => {
      const world = await makeWorld();
      const expected: object[] = [];
      for (let index = 0; index < orders; index += 1) {
        const order = await world.order({ createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)) });
        const names = 'abc'.slice(0, 1 + (index % 3));
        await tasksInTime(order, names, (at) => ({
          employees: [world.admin],
          ...(at % 2 ? { isComplete: true, completedAt: new Date(), completedById: world.admin.id } : {}),
        }));
        const nodes = [...names]
          .map((name, at) => ({
            name,
            employees: [{ name: `Ada Admin` }],
            completedBy: at % 2 ? { name: 'Ada Admin' } : null,
          }))
          .reverse()
          .slice(0, 2);
        expected.unshift({ number: order.number, tasks: { nodes, totalCount: names.length } });
      }
      const counted = await countStatements(() => world.as(world.admin).run(OrdersWithTasks));
      expect(counted.result.orders.nodes).toMatchObject(expected);
      expect(counted.result.orders.nodes).toHaveLength(orders);
      return counted.statements;
    };
    const [few, many] = [await statements(2), await statements(20)];
    expect(few).toBeGreaterThan(2);
    expect(many).toBe(few);
  });
});
