import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { success } from '../kit/expect.ts';
import { makeWorld, type TestOrder, type World } from '../kit/world.ts';

const OrderFormFields = graphql(`
  query OrderFormFields($id: ID!, $first: Int, $after: String) {
    order(id: $id) {
      formFields(first: $first, after: $after) {
        nodes {
          name
          value
        }
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      formData
    }
  }
`);

const OrdersWithFormData = graphql(`
  query OrdersWithFormData {
    orders(first: 50) {
      nodes {
        number
        formData
        formFields(first: 2) {
          nodes {
            name
          }
          totalCount
        }
      }
    }
  }
`);

const OrderFormDataUpdate = graphql(`
  mutation OrderFormDataUpdate($input: OrderUpdateInput!) {
    orderUpdate(input: $input) {
      ... on OrderUpdateSuccess {
        order {
          formData
        }
      }
      ...Failure
    }
  }
`);

async function read(world: World, order: TestOrder, variables: Omit<VariablesOf<typeof OrderFormFields>, 'id'> = {}) {
  const answer = await world.as(world.admin).run(OrderFormFields, { id: order.id, ...variables });
  if (!answer.order) throw new Error('The order is not seen.');
  return answer.order;
}

/** Answers to the questions a, b, c …, each a minute younger than the one before. */
async function fieldsInTime(order: TestOrder, names: string) {
  for (const [index, name] of [...names].entries()) {
    const createdAt = new Date(Date.UTC(2026, 0, 1, 0, index));
    await order.formField({ name, value: String(index), createdAt });
  }
}

describe('Order.formFields', () => {
  test('L1, L5: none make an empty page; some come newest first, in pages', async () => {
    const world = await makeWorld();
    const order = await world.order();
    expect((await read(world, order)).formFields).toEqual({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, endCursor: null },
    });
    await fieldsInTime(order, 'abc');
    const first = (await read(world, order, { first: 2 })).formFields;
    expect(first.nodes).toEqual([
      { name: 'c', value: '2' },
      { name: 'b', value: '1' },
    ]);
    expect([first.totalCount, first.pageInfo.hasNextPage]).toEqual([3, true]);
    const rest = (await read(world, order, { first: 2, after: first.pageInfo.endCursor })).formFields;
    expect([rest.nodes, rest.totalCount, rest.pageInfo.hasNextPage]).toEqual([[{ name: 'a', value: '0' }], 3, false]);
  });
});

describe('Order.formData', () => {
  test('is the answers by question, over those stored with the order; the later answer wins', async () => {
    const world = await makeWorld();
    const order = await world.order({ formData: { a: 'stored', x: { nested: [1, null] } } });
    expect((await read(world, order)).formData).toEqual({ a: 'stored', x: { nested: [1, null] } });
    await fieldsInTime(order, 'aba');
    expect((await read(world, order)).formData).toEqual({ a: '2', b: '1', x: { nested: [1, null] } });
  });

  test('writing it replaces what is stored with the order; form fields stay', async () => {
    const world = await makeWorld();
    const order = await world.order({ formData: { x: 'old', z: 'old' } });
    await fieldsInTime(order, 'a');
    const write = async (formData: object | null) => {
      const { orderUpdate } = await world
        .as(world.admin)
        .run(OrderFormDataUpdate, { input: { id: order.id, formData } });
      return success(orderUpdate).order.formData;
    };
    expect(await write({ a: 'hidden', x: 'new' })).toEqual({ a: '0', x: 'new' });
    expect(await write(null)).toEqual({ a: '0' });
    expect(await world.rows.filledFormField.count({ where: { orderId: order.id } })).toBe(1);
  });

  test('a question may be called anything', async () => {
    const world = await makeWorld();
    const order = await world.order();
    await order.formField({ name: '__proto__', value: 'odd' });
    await order.formField({ name: 'constructor', value: 'odder' });
    const { formData } = await read(world, order);
    expect(Object.entries(formData).sort()).toEqual([
      ['__proto__', 'odd'],
      ['constructor', 'odder'],
    ]);
  });

  test('beneath a list costs as many statements for 20 orders as for 2, and stays with its order', async () => {
    const statements = async (orders: number) => {
      const world = await makeWorld();
      const expected: object[] = [];
      for (let index = 0; index < orders; index += 1) {
        const order = await world.order({
          createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)),
          formData: { stored: index },
        });
        const names = 'abc'.slice(0, index % 4);
        await fieldsInTime(order, names);
        expected.unshift({
          number: order.number,
          formData: { stored: index, ...Object.fromEntries([...names].map((name, at) => [name, String(at)])) },
          formFields: {
            nodes: [...names]
              .reverse()
              .slice(0, 2)
              .map((name) => ({ name })),
            totalCount: names.length,
          },
        });
      }
      const counted = await countStatements(() => world.as(world.admin).run(OrdersWithFormData));
      expect(counted.result.orders.nodes).toEqual(expected);
      return counted.statements;
    };
    const [few, many] = [await statements(2), await statements(20)];
    expect(few).toBeGreaterThan(2);
    expect(many).toBe(few);
  });
});
