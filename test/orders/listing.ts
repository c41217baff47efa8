import { expect } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import type { TestOrder, World } from '../kit/world.ts';

export const Orders = graphql(`
  query Orders(
    $filter: OrderFilter
    $search: String
    $sort: [OrderSort!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    orders(filter: $filter, search: $search, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
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
`);

export type Variables = VariablesOf<typeof Orders>;
export type Sort = Variables['sort'];

export const minuteOf = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

/** Orders a, b, c …, each a minute younger than the one before. */
export async function ordersInTime(world: World, fields: Parameters<World['order']>[0][]): Promise<TestOrder[]> {
  const client = await world.client();
  const made: TestOrder[] = [];
  for (const [index, given] of fields.entries()) {
    const number = String.fromCharCode('a'.charCodeAt(0) + index);
    made.push(await world.order({ client, number, createdAt: minuteOf(index), ...given }));
  }
  return made;
}

/** The numbers of the orders, in one word; the count agrees with them. */
export async function numbersOf(world: World, variables: Variables, actor: Actor = world.admin): Promise<string> {
  const { orders } = await world.as(actor).run(Orders, variables);
  expect(orders.totalCount).toBe(orders.nodes.length);
  return orders.nodes.map(({ number }) => number).join('');
}

export const byNumber: Sort = [{ field: 'NUMBER' }];
