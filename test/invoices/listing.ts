import { expect } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

export const Invoices = graphql(`
  query Invoices(
    $filter: InvoiceFilter
    $search: String
    $sort: [InvoiceSort!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    invoices(filter: $filter, search: $search, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        number
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export type Variables = VariablesOf<typeof Invoices>;

export const minuteOf = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

/** Invoices a, b, c …, each a minute younger than the one before, of one client unless they say otherwise. */
export async function invoicesInTime(world: World, fields: Parameters<World['invoice']>[0][]) {
  const client = await world.client();
  const made = [];
  for (const [index, given] of fields.entries()) {
    const number = String.fromCharCode('a'.charCodeAt(0) + index);
    made.push(await world.invoice({ client, number, createdAt: minuteOf(index), ...given }));
  }
  return made;
}

/** The numbers of the invoices, in one word; the count agrees with them. */
export async function numbersOf(world: World, variables: Variables, actor: Actor = world.admin): Promise<string> {
  const { invoices } = await world.as(actor).run(Invoices, variables);
  expect(invoices.totalCount).toBe(invoices.nodes.length);
  return invoices.nodes.map(({ number }) => number).join('');
}

export const byNumber: Variables['sort'] = [{ field: 'NUMBER' }];
