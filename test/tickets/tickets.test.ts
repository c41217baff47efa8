import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { graphql } from '../generated/gql.ts';
import type { TicketSortField } from '../generated/graphql.ts';
import { makeWorld } from '../kit/world.ts';
import { makeTicketCast } from './cast.ts';
import { byNumber, minuteOf, numbersOf, type Sort, Tickets, ticketsInTime } from './listing.ts';

const TicketsWithAll = graphql(`
  query TicketsWithAll {
    tickets(first: 50) {
      nodes {
        number
        client {
          name
        }
        order {
          number
        }
        status {
          name
        }
        mergedInto {
          number
        }
        employees {
          name
        }
        tags {
          name
        }
        formData
        messages(first: 2) {
          nodes {
            body
          }
        }
      }
    }
  }
`);

describe('tickets', () => {
  test('L1: none make an empty page', async () => {
    const world = await makeWorld();
    expect(await world.as(world.admin).run(Tickets)).toEqual({
      tickets: {
        nodes: [],
        totalCount: 0,
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      },
    });
  });

  test('L3, L4: 43 rows are pages of 20, 20 and 3; beyond the end there is nothing', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.rows.ticket.createMany({
      data: Array.from({ length: 43 }, (_, index) => ({
        organizationId: world.organizationId,
        clientId: client.id,
        subject: 'Help',
        number: `N${index}`,
        // Three at a time are equally old: the id decides.
        createdAt: minuteOf(Math.floor(index / 3)),
      })),
    });
    const page = async (after: string | null) => (await world.as(world.admin).run(Tickets, { after })).tickets;
    const [sizes, seen]: [unknown[], string[]] = [[], []];
    for (let index = 0, after: string | null = null; index < 4; index += 1) {
      const { nodes, totalCount, pageInfo } = await page(after);
      sizes.push([nodes.length, totalCount, pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
      seen.push(...nodes.map(({ number }) => number));
      after = pageInfo.endCursor ?? after;
    }
    expect(sizes).toEqual([
      [20, 43, false, true],
      [20, 43, true, true],
      [3, 43, true, false],
      [0, 43, true, false],
    ]);
    expect(new Set(seen).size).toBe(43);
  });

  test('X8, law 7: the deleted ones are not among them, but for those who may restore them', async () => {
    const { world, people, client } = await makeTicketCast();
    await world.rows.ticket.deleteMany({ where: { organizationId: world.organizationId } });
    await ticketsInTime(world, [{ client }, { client, deletedAt: new Date() }, { client }]);
    expect(await numbersOf(world, { sort: byNumber })).toBe('ac');
    expect(await numbersOf(world, { sort: byNumber, filter: { isDeleted: { eq: false } } })).toBe('ac');
    const deleted = { filter: { isDeleted: { eq: true } } };
    expect(await numbersOf(world, deleted)).toBe('b');
    for (const person of [people.reader, people.narrow, people.assignee, people.client]) {
      expect(await numbersOf(world, deleted, person)).toBe('');
    }
  });

  describe('sorts', () => {
    test('L5: newest first, unless asked otherwise', async () => {
      const world = await makeWorld();
      await ticketsInTime(world, [{}, {}, {}]);
      expect(await numbersOf(world, {})).toBe('cba');
    });

    test.each<[TicketSortField, string]>([
      ['CREATED_AT', 'abc'],
      ['UPDATED_AT', 'cab'],
      ['LAST_MESSAGE_AT', 'cab'],
      ['NUMBER', 'abc'],
      ['SUBJECT', 'bca'],
      ['STATUS', 'bac'],
    ])('by %s', async (field, ascending) => {
      const world = await makeWorld();
      await ticketsInTime(world, [
        { subject: 'Zoo', status: 'PENDING', updatedAt: minuteOf(2), lastMessageAt: minuteOf(2) },
        { subject: 'Ape', status: 'OPEN', updatedAt: minuteOf(3) },
        { subject: 'Bee', status: 'CLOSED', updatedAt: minuteOf(1), lastMessageAt: minuteOf(1) },
      ]);
      expect(await numbersOf(world, { sort: [{ field }] })).toBe(ascending);
      expect(await numbersOf(world, { sort: [{ field, direction: 'DESC' }] })).toBe([...ascending].reverse().join(''));
    });

    test.each<['CLIENT' | 'ORDER']>([['CLIENT'], ['ORDER']])('by %s, whose tickets stand together', async (field) => {
      const world = await makeWorld();
      const [one, two] = [await world.client(), await world.client()];
      const [first, second] = [await world.order({ client: one }), await world.order({ client: two })];
      await ticketsInTime(world, [
        { client: one, order: first },
        { client: two, order: second },
        { client: one, order: first },
      ]);
      const sort: Sort = [{ field }, { field: 'NUMBER' }];
      expect(['acb', 'bac']).toContain(await numbersOf(world, { sort }));
    });
  });

  test('show no more than the viewer may see', async () => {
    const { world, ticket, people, client } = await makeTicketCast();
    await world.ticket({ client, number: 'UNASSIGNED' });
    await world.ticket({ client: people.otherClient, number: 'OTHER' });
    const { anonymous, unprivileged, blind, stranger, ...others } = people;
    const all = ['OTHER', 'UNASSIGNED', ticket.number].sort();
    const mine = [ticket.number];
    const seen: Record<string, string[]> = {};
    for (const [name, person] of Object.entries(others)) {
      const { tickets } = await world.as(person).run(Tickets, { sort: byNumber });
      expect(tickets.totalCount).toBe(tickets.nodes.length);
      seen[name] = tickets.nodes.map(({ number }) => number).sort();
    }
    expect(seen).toEqual({
      administrator: all,
      token: all,
      manager: all,
      assignee: mine,
      unassigned: [],
      colleague: mine,
      outsider: [],
      reader: all,
      narrow: all,
      client: ['UNASSIGNED', ticket.number].sort(),
      otherClient: ['OTHER'],
    });
    for (const person of [unprivileged, blind]) {
      expect((await world.as(person).refused(Tickets)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
    }
    expect((await world.as(anonymous).refused(Tickets)).map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
    expect(await numbersOf(world, { filter: { number: { eq: ticket.number } } }, stranger)).toBe('');
  });

  test('cost as many statements for 20 tickets as for 2, with all that hangs beneath', async () => {
    const statements = async (count: number) => {
      const world = await makeWorld();
      const [client, ann, tag] = [await world.client(), await world.member(), await world.tag()];
      const order = await world.order({ client });
      const target = await world.ticket({ client });
      for (let index = 0; index < count; index += 1) {
        const mergedIntoId = index % 2 === 0 ? target.id : null;
        const ticket = await world.ticket({
          client,
          order,
          mergedIntoId,
          status: mergedIntoId ? 'CLOSED' : 'OPEN',
          employees: [ann],
          tags: [tag],
        });
        await ticket.message();
        await ticket.formField();
      }
      const counted = await countStatements(() => world.as(world.admin).run(TicketsWithAll));
      expect(counted.result.tickets.nodes).toHaveLength(count + 1);
      return counted.statements;
    };
    const [few, many] = [await statements(2), await statements(20)];
    expect(many).toBe(few);
  });
});
