import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { graphql } from '../generated/gql.ts';
import type { OrderSortField } from '../generated/graphql.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';
import { makeCast } from './cast.ts';
import { byNumber, minuteOf, numbersOf, Orders, ordersInTime, type Sort, type Variables } from './listing.ts';

const OrdersWithPeople = graphql(`
  query OrdersWithPeople($first: Int) {
    orders(first: $first) {
      nodes {
        number
        client {
          name
        }
        status {
          name
        }
        employees {
          name
        }
        tags {
          name
        }
      }
    }
  }
`);

describe('orders', () => {
  test('L1: none make an empty page', async () => {
    const world = await makeWorld();
    expect(await world.as(world.admin).run(Orders)).toEqual({
      orders: {
        nodes: [],
        totalCount: 0,
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      },
    });
  });

  test.each([[{ first: 0 }], [{ first: 101 }], [{ last: -1 }], [{ last: 101 }]])(
    'L2: refuses %o',
    async (variables) => {
      const world = await makeWorld();
      const [refusal] = await world.as(world.admin).refused(Orders, variables);
      expect(refusal).toMatchObject({
        code: 'INVALID_INPUT',
        extensions: { issues: [{ path: Object.keys(variables), code: 'OUT_OF_RANGE' }] },
      });
    },
  );

  test('L3, L4: 43 rows are pages of 20, 20 and 3; beyond the end there is nothing', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.rows.order.createMany({
      data: Array.from({ length: 43 }, (_, index) => ({
        organizationId: world.organizationId,
        clientId: client.id,
        serviceName: 'Work',
        number: `N${index}`,
        // Three at a time are equally old: the id decides.
        createdAt: minuteOf(Math.floor(index / 3)),
      })),
    });
    const page = async (after: string | null) => (await world.as(world.admin).run(Orders, { after })).orders;
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

  test('refuses cursors that are none of this list in this order', async () => {
    const world = await makeWorld();
    await world.order();
    const { orders } = await world.as(world.admin).run(Orders, { sort: byNumber });
    for (const after of ['', 'x', '[]', Buffer.from('[null,1,2]').toString('base64url'), orders.pageInfo.endCursor]) {
      const [refusal] = await world.as(world.admin).refused(Orders, { after });
      expect(refusal?.extensions.issues).toMatchObject([{ path: ['after'], code: 'INVALID_CURSOR' }]);
    }
  });

  test('O15, law 7: the deleted ones are not among them', async () => {
    const world = await makeWorld();
    await ordersInTime(world, [{}, { deletedAt: new Date() }, {}]);
    expect(await numbersOf(world, { sort: byNumber })).toBe('ac');
    expect(await numbersOf(world, { sort: byNumber, filter: { isDeleted: { eq: false } } })).toBe('ac');
    expect(await numbersOf(world, { sort: byNumber, filter: { isDeleted: { eq: true } } })).toBe('b');
    // Deeper in the filter it finds among the live ones: none.
    expect(await numbersOf(world, { filter: { and: [{ isDeleted: { eq: true } }] } })).toBe('');
    expect(await numbersOf(world, { filter: { or: [{ isDeleted: { eq: true } }, { number: { eq: 'a' } }] } })).toBe(
      'a',
    );
  });

  describe('sorts', () => {
    const rows = [
      { price: '30', quantity: 2, dueAt: minuteOf(2), status: 'COMPLETED' },
      { price: '100', quantity: 1, status: 'UNPAID' },
      { price: '9', quantity: 3, dueAt: minuteOf(1), status: 'IN_PROGRESS' },
    ] as const;

    test('L5: newest first, unless asked otherwise', async () => {
      const world = await makeWorld();
      await ordersInTime(world, [...rows]);
      expect(await numbersOf(world, {})).toBe('cba');
    });

    test.each<[OrderSortField, string, string]>([
      ['CREATED_AT', 'abc', 'cba'],
      ['NUMBER', 'abc', 'cba'],
      ['STATUS', 'bca', 'acb'],
      ['PRICE', 'cab', 'bac'],
      ['QUANTITY', 'bac', 'cab'],
      // Without a due time: last one way, first the other.
      ['DATE_DUE', 'cab', 'bac'],
    ])('by %s', async (field, ascending, descending) => {
      const world = await makeWorld();
      await ordersInTime(world, [...rows]);
      expect(await numbersOf(world, { sort: [{ field }] })).toBe(ascending);
      expect(await numbersOf(world, { sort: [{ field, direction: 'DESC' }] })).toBe(descending);
    });

    test('by UPDATED_AT', async () => {
      const world = await makeWorld();
      const [a] = await ordersInTime(world, [{ updatedAt: minuteOf(1) }, { updatedAt: minuteOf(2) }]);
      expect(await numbersOf(world, { sort: [{ field: 'UPDATED_AT' }] })).toBe('ab');
      await world.rows.order.update({ where: { id: a?.id }, data: { note: 'touched' } });
      expect(await numbersOf(world, { sort: [{ field: 'UPDATED_AT' }] })).toBe('ba');
    });

    test('by CLIENT and SERVICE, so that what belongs together stands together', async () => {
      const world = await makeWorld();
      const [ann, bob] = [await world.client(), await world.client()];
      const [audit, logo] = [await world.service(), await world.service()];
      await ordersInTime(world, [
        { client: bob, service: audit },
        { client: ann, service: logo },
        { client: bob },
        { client: ann, service: audit },
      ]);
      expect(await numbersOf(world, { sort: [{ field: 'CLIENT' }, { field: 'NUMBER' }] })).toBe('bdac');
      expect(await numbersOf(world, { sort: [{ field: 'SERVICE' }, { field: 'NUMBER', direction: 'DESC' }] })).toBe(
        'dabc',
      );
    });

    test('page through nulls both ways', async () => {
      const world = await makeWorld();
      await ordersInTime(world, [{ dueAt: minuteOf(1) }, {}, { dueAt: minuteOf(0) }, {}, { dueAt: minuteOf(2) }]);
      for (const direction of ['ASC', 'DESC'] as const) {
        const sort: Sort = [{ field: 'DATE_DUE', direction }, { field: 'NUMBER' }];
        const whole = await numbersOf(world, { sort });
        expect(whole).toBe(direction === 'ASC' ? 'caebd' : 'bdeac');
        let walked = '';
        for (let after: string | null = null, more = true; more; ) {
          const { orders }: { orders: Awaited<ReturnType<typeof page>> } = {
            orders: await page({ first: 2, after, sort }),
          };
          walked += orders.nodes.map(({ number }) => number).join('');
          [after, more] = [orders.pageInfo.endCursor ?? null, orders.pageInfo.hasNextPage];
        }
        expect(walked).toBe(whole);
        const last = await page({ last: 2, sort });
        const before = await page({ last: 2, before: last.pageInfo.startCursor, sort });
        expect([...before.nodes, ...last.nodes].map(({ number }) => number).join('')).toBe(whole.slice(1));
      }

      async function page(variables: Variables) {
        return (await world.as(world.admin).run(Orders, variables)).orders;
      }
    });

    test('L6: refuse one that there is not', async () => {
      const world = await makeWorld();
      const [refusal] = await world
        .as(world.admin)
        .refused('query { orders(sort: [{ field: BOGUS }]) { totalCount } }');
      expect(refusal?.message).toContain('BOGUS');
    });
  });

  describe('who sees which', () => {
    test('staff by grade, clients their own; every count agrees', async () => {
      const { world, people } = await makeCast();
      const first = await world.rows.order.findFirstOrThrow({ where: { organizationId: world.organizationId } });
      await world.rows.order.update({ where: { id: first.id }, data: { number: 'a' } });
      await world.order({ number: 'b', client: people.otherClient, employees: [people.unassigned] });
      await world.order({ number: 'c', client: people.client, employees: [people.outsider, people.narrow] });
      await world.order({ number: 'd', client: people.otherClient });
      await world.order({ number: 'e', client: people.client, employees: [people.assignee], deletedAt: new Date() });
      await world.order({
        number: 'f',
        client: people.client,
        employees: [people.outsider, people.narrow],
        deletedAt: new Date(),
      });
      const { anonymous, blind, unprivileged, stranger: _, ...seeing } = people;

      const seen: Record<string, string> = {};
      for (const [name, person] of Object.entries(seeing)) {
        const deleted = await numbersOf(world, { sort: byNumber, filter: { isDeleted: { eq: true } } }, person);
        seen[name] = `${await numbersOf(world, { sort: byNumber }, person)}, deleted ${deleted}`;
      }
      expect(seen).toEqual({
        administrator: 'abcd, deleted ef',
        token: 'abcd, deleted ef',
        manager: 'abcd, deleted ef',
        assignee: 'a, deleted e',
        unassigned: 'b, deleted ',
        colleague: 'ab, deleted e',
        outsider: 'c, deleted f',
        reader: 'abcd, deleted ',
        narrow: 'abcd, deleted f',
        client: 'ac, deleted ',
        otherClient: 'bd, deleted ',
      });
      const codes = async (person: Actor) => (await world.as(person).refused(Orders)).map(({ code }) => code);
      expect(await Promise.all([anonymous, blind, unprivileged].map(codes))).toEqual([
        ['UNAUTHENTICATED'],
        ['FORBIDDEN'],
        ['FORBIDDEN'],
      ]);
    });

    test('grade 2 without a group is grade 1', async () => {
      const { world, people } = await makeCast();
      const loner = await world.member({ grants: { orderAccess: 2 } });
      await world.order({ number: 'mine', employees: [loner] });
      await world.order({ number: 'groupless', employees: [people.narrow] });
      expect(await numbersOf(world, {}, loner)).toBe('mine');
    });

    test('no filter reaches further', async () => {
      const { world, order, people } = await makeCast();
      const strange = await world.order({ client: people.otherClient });
      const filters = [
        { id: { eq: strange.id } },
        { clientId: { eq: people.otherClient.id } },
        { or: [{ number: { eq: strange.number } }] },
        { not: { id: { eq: order.id } } },
      ];
      for (const person of [people.client, people.assignee]) {
        for (const filter of filters) expect(await numbersOf(world, { filter }, person)).toBe('');
      }
    });
  });

  test('assignees and tags of 50 orders take as many statements as those of 2, and are each order’s own', async () => {
    const world = await makeWorld();
    const people = [await world.member({ firstName: 'Ann' }), await world.member({ firstName: 'Bob' })] as const;
    const tags = [await world.tag('red'), await world.tag('blue')] as const;
    const client = await world.client();
    for (let index = 0; index < 50; index += 1) {
      const [employee, tag] = [people[index % 2], tags[index % 2]];
      await world.order({
        client,
        number: `N${index}`,
        employees: index % 5 === 0 ? [] : [employee as { id: string }],
        tags: [tag as { id: string }],
      });
    }
    const run = (first: number) => world.as(world.admin).run(OrdersWithPeople, { first });
    await run(2);
    const [few, many] = [await countStatements(() => run(2)), await countStatements(() => run(50))];
    expect(many.statements).toBe(few.statements);
    expect(many.result.orders.nodes).toHaveLength(50);
    for (const { number, employees, tags: filed } of many.result.orders.nodes) {
      const index = Number(number.slice(1));
      const name = (person: { firstName: string; lastName: string }) => `${person.firstName} ${person.lastName}`;
      expect(employees.map((employee) => employee.name)).toEqual(
        index % 5 === 0 ? [] : [name(people[index % 2] as (typeof people)[0])],
      );
      expect(filed).toEqual([{ name: index % 2 === 0 ? 'red' : 'blue' }]);
    }
  });
});
