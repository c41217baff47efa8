import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { makeWorld } from '../kit/world.ts';
import { byNumber, minuteOf, numbersOf, Orders, ordersInTime, type Variables } from './listing.ts';

describe('orders', () => {
  describe('filters', () => {
    test('L7: by client, the total agreeing with the rows', async () => {
      const world = await makeWorld();
      const [ann, bob, cid] = [await world.client(), await world.client(), await world.client()];
      await ordersInTime(world, [{ client: ann }, { client: bob }, { client: cid }, { client: ann }]);
      const numbers = (clientId: object) => numbersOf(world, { filter: { clientId }, sort: byNumber });
      expect(await numbers({ in: [encodeId('Client', ann.id), bob.id] })).toBe('abd');
      expect(await numbers({ eq: cid.id })).toBe('c');
      expect(await numbers({ notIn: [ann.id] })).toBe('bc');
      expect(await numbers({ eq: (await (await makeWorld()).client()).id })).toBe('');
      expect(await numbers({ in: ['nonsense'] })).toBe('');
      const { orders } = await world
        .as(world.admin)
        .run(Orders, { first: 1, filter: { clientId: { in: [ann.id, bob.id] } } });
      expect([orders.nodes.length, orders.totalCount]).toEqual([1, 3]);
    });

    test('L8: by service, and by having none', async () => {
      const world = await makeWorld();
      const [audit, logo] = [await world.service(), await world.service()];
      await ordersInTime(world, [{ service: audit }, {}, { service: logo }]);
      const numbers = (serviceId: object) => numbersOf(world, { filter: { serviceId }, sort: byNumber });
      expect(await numbers({ eq: null })).toBe('b');
      expect(await numbers({ eq: encodeId('Service', audit.id) })).toBe('a');
      expect(await numbers({ in: [audit.id, logo.id] })).toBe('ac');
    });

    test('by assignee and by tag: one of them is enough', async () => {
      const world = await makeWorld();
      const [ann, bob] = [await world.member(), await world.member()];
      const [red, blue] = [await world.tag(), await world.tag()];
      await ordersInTime(world, [{ employees: [ann, bob], tags: [red] }, { employees: [bob] }, { tags: [red, blue] }]);
      const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
      expect(await numbers({ employeeId: { eq: encodeId('TeamMember', bob.id) } })).toBe('ab');
      expect(await numbers({ employeeId: { in: [ann.id, bob.id] } })).toBe('ab');
      expect(await numbers({ not: { employeeId: { eq: ann.id } } })).toBe('bc');
      expect(await numbers({ tagId: { eq: encodeId('Tag', red.id) } })).toBe('ac');
      expect(await numbers({ tagId: { eq: red.id }, employeeId: { eq: ann.id } })).toBe('a');
      expect(await numbers({ tagId: { eq: encodeId('Client', red.id) } })).toBe('');
      const [refusal] = await world.as(world.admin).refused(Orders, { filter: { tagId: { eq: null } } });
      expect(refusal?.code).toBe('INVALID_INPUT');
    });

    test('by status: what it means, or its own number', async () => {
      const world = await makeWorld();
      await world.status({ code: 5, name: 'Shipped', kind: 'COMPLETED' });
      await ordersInTime(world, [
        { status: 'UNPAID' },
        { status: 'COMPLETED' },
        { statusCode: 5, statusKind: 'COMPLETED' },
      ]);
      const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
      expect(await numbers({ status: { eq: 'COMPLETED' } })).toBe('bc');
      expect(await numbers({ status: { in: ['UNPAID', 'COMPLETED'] } })).toBe('abc');
      expect(await numbers({ status: { notIn: ['UNPAID'] } })).toBe('bc');
      expect(await numbers({ statusCode: { eq: 5 } })).toBe('c');
      const [refusal] = await world
        .as(world.admin)
        .refused('{ orders(filter: { status: { eq: BOGUS } }) { totalCount } }');
      expect(refusal?.message).toContain('BOGUS');
    });

    test('by id and number', async () => {
      const world = await makeWorld();
      const [a, b] = await ordersInTime(world, [{}, {}, { number: 'c_1' }]);
      const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
      expect(await numbers({ id: { in: [encodeId('Order', a?.id ?? ''), b?.id ?? '', 'x'] } })).toBe('ab');
      expect(await numbers({ number: { in: ['a', 'c_1'] } })).toBe('ac_1');
      expect(await numbers({ number: { eq: 'A' } })).toBe('');
      expect(await numbers({ number: { startsWith: 'C' } })).toBe('c_1');
      expect(await numbers({ number: { contains: '_' } })).toBe('c_1');
    });

    test('by price, currency and quantity', async () => {
      const world = await makeWorld();
      await ordersInTime(world, [
        { price: '9.5' },
        { price: '10', currency: 'EUR', quantity: 2 },
        { price: '100', quantity: 3 },
      ]);
      const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
      expect(await numbers({ price: { gt: '9.5' } })).toBe('bc');
      expect(await numbers({ price: { gte: 9.5, lt: '100.00' } })).toBe('ab');
      expect(await numbers({ price: { eq: '10.0000' } })).toBe('b');
      expect(await numbers({ currency: { eq: 'EUR' } })).toBe('b');
      expect(await numbers({ quantity: { lte: 2 } })).toBe('ab');
    });

    test('by instants, and by having none', async () => {
      const world = await makeWorld();
      const at = (minute: number) => minuteOf(minute).toISOString();
      const all = (minute: number) => {
        const instant = minuteOf(minute);
        return {
          createdAt: instant,
          updatedAt: instant,
          startedAt: instant,
          completedAt: instant,
          dueAt: instant,
          lastMessageAt: instant,
        };
      };
      await ordersInTime(world, [all(0), all(1), all(2)]);
      for (const field of ['createdAt', 'updatedAt', 'startedAt', 'completedAt', 'dueAt', 'lastMessageAt'] as const) {
        const numbers = (comparison: object) => numbersOf(world, { filter: { [field]: comparison }, sort: byNumber });
        expect(await numbers({ gt: at(0) })).toBe('bc');
        expect(await numbers({ gte: at(1), lt: at(2) })).toBe('b');
      }
      await world.order({ number: 'd' });
      for (const field of ['startedAt', 'completedAt', 'dueAt', 'lastMessageAt'] as const) {
        expect(await numbersOf(world, { filter: { [field]: { eq: null } } })).toBe('d');
      }
    });

    test('combine', async () => {
      const world = await makeWorld();
      await ordersInTime(world, [{ price: '1' }, { price: '2', status: 'UNPAID' }, { price: '3', status: 'UNPAID' }]);
      const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
      expect(await numbers({ or: [{ price: { eq: '1' } }, { price: { eq: '3' } }], status: { eq: 'UNPAID' } })).toBe(
        'c',
      );
      expect(await numbers({ not: { status: { eq: 'UNPAID' }, price: { gt: '2' } } })).toBe('ab');
    });

    test('refuse a field or an operator that there is not', async () => {
      const world = await makeWorld();
      for (const filter of [
        { bogus: { eq: 1 } },
        { price: { like: '1' } },
        { quantity: { eq: 'one' } },
        { createdAt: { gt: 'today' } },
      ]) {
        const [refusal] = await world.as(world.admin).refused(Orders, { filter });
        expect(refusal?.message).toContain('filter');
      }
      const [refusal] = await world.as(world.admin).refused(Orders, { filter: { number: { in: ['a\0b'] } } });
      expect(refusal?.extensions.issues).toMatchObject([{ path: ['filter'], code: 'INVALID' }]);
    });
  });
});
