import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { makeWorld, type TestTicket, type World } from '../kit/world.ts';

const TicketFormFields = graphql(`
  query TicketFormFields($id: ID!, $first: Int, $after: String) {
    ticket(id: $id) {
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

const TicketsWithFormData = graphql(`
  query TicketsWithFormData {
    tickets(first: 50) {
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

async function read(
  world: World,
  ticket: TestTicket,
  variables: Omit<VariablesOf<typeof TicketFormFields>, 'id'> = {},
) {
  const answer = await world.as(world.admin).run(TicketFormFields, { id: ticket.id, ...variables });
  if (!answer.ticket) throw new Error('The ticket is not seen.');
  return answer.ticket;
}

/** Answers to the questions a, b, c …, each a minute younger than the one before. */
async function fieldsInTime(ticket: TestTicket, names: string) {
  for (const [index, name] of [...names].entries()) {
    const createdAt = new Date(Date.UTC(2026, 0, 1, 0, index));
    await ticket.formField({ name, value: String(index), createdAt });
  }
}

describe('Ticket.formFields', () => {
  test('L1, L5: none make an empty page; some come newest first, in pages', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    expect((await read(world, ticket)).formFields).toEqual({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, endCursor: null },
    });
    await fieldsInTime(ticket, 'abc');
    const first = (await read(world, ticket, { first: 2 })).formFields;
    expect(first.nodes).toEqual([
      { name: 'c', value: '2' },
      { name: 'b', value: '1' },
    ]);
    expect([first.totalCount, first.pageInfo.hasNextPage]).toEqual([3, true]);
    const rest = (await read(world, ticket, { first: 2, after: first.pageInfo.endCursor })).formFields;
    expect([rest.nodes, rest.totalCount, rest.pageInfo.hasNextPage]).toEqual([[{ name: 'a', value: '0' }], 3, false]);
  });
});

describe('Ticket.formData', () => {
  test('is the answers by question, over those stored with the ticket; the later answer wins', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket({ formData: { a: 'stored', x: { nested: [1, null] } } });
    expect((await read(world, ticket)).formData).toEqual({ a: 'stored', x: { nested: [1, null] } });
    await fieldsInTime(ticket, 'aba');
    expect((await read(world, ticket)).formData).toEqual({ a: '2', b: '1', x: { nested: [1, null] } });
  });

  test('a question may be called anything', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    await ticket.formField({ name: '__proto__', value: 'odd' });
    await ticket.formField({ name: 'constructor', value: 'odder' });
    const { formData } = await read(world, ticket);
    expect(Object.entries(formData).sort()).toEqual([
      ['__proto__', 'odd'],
      ['constructor', 'odder'],
    ]);
  });

  test('beneath a list costs as many statements for 20 tickets as for 2, and stays with its ticket', async () => {
    const statements = async (tickets: number) => {
      const world = await makeWorld();
      const expected: object[] = [];
      for (let index = 0; index < tickets; index += 1) {
        const ticket = await world.ticket({
          createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)),
          formData: { stored: index },
        });
        const names = 'abc'.slice(0, index % 4);
        await fieldsInTime(ticket, names);
        expected.unshift({
          number: ticket.number,
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
      const counted = await countStatements(() => world.as(world.admin).run(TicketsWithFormData));
      expect(counted.result.tickets.nodes).toEqual(expected);
      return counted.statements;
    };
    const [few, many] = [await statements(2), await statements(20)];
    expect(few).toBeGreaterThan(2);
    expect(many).toBe(few);
  });
});
