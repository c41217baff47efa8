import { expect } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import type { TestTicket, World } from '../kit/world.ts';

export const Tickets = graphql(`
  query Tickets(
    $filter: TicketFilter
    $search: String
    $sort: [TicketSort!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    tickets(filter: $filter, search: $search, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
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

export type Variables = VariablesOf<typeof Tickets>;
export type Sort = Variables['sort'];

export const minuteOf = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

/** Tickets a, b, c …, each a minute younger than the one before. */
export async function ticketsInTime(world: World, fields: Parameters<World['ticket']>[0][]): Promise<TestTicket[]> {
  const client = await world.client();
  const made: TestTicket[] = [];
  for (const [index, given] of fields.entries()) {
    const number = String.fromCharCode('a'.charCodeAt(0) + index);
    made.push(await world.ticket({ client, number, createdAt: minuteOf(index), ...given }));
  }
  return made;
}

/** The numbers of the tickets, in one word; the count agrees with them. */
export async function numbersOf(world: World, variables: Variables, actor: Actor = world.admin): Promise<string> {
  const { tickets } = await world.as(actor).run(Tickets, variables);
  expect(tickets.totalCount).toBe(tickets.nodes.length);
  return tickets.nodes.map(({ number }) => number).join('');
}

export const byNumber: Sort = [{ field: 'NUMBER' }];
