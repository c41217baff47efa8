import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { makeWorld } from '../kit/world.ts';
import { byNumber, minuteOf, numbersOf, Tickets, ticketsInTime, type Variables } from './listing.ts';

describe('tickets, filtered', () => {
  test('L7: by client, the total agreeing with the rows', async () => {
    const world = await makeWorld();
    const [ann, bob, cid] = [await world.client(), await world.client(), await world.client()];
    await ticketsInTime(world, [{ client: ann }, { client: bob }, { client: cid }, { client: ann }]);
    const numbers = (clientId: object) => numbersOf(world, { filter: { clientId }, sort: byNumber });
    expect(await numbers({ in: [encodeId('Client', ann.id), bob.id] })).toBe('abd');
    expect(await numbers({ notIn: [ann.id] })).toBe('bc');
    expect(await numbers({ eq: (await (await makeWorld()).client()).id })).toBe('');
    const filter = { clientId: { in: [ann.id, bob.id] } };
    const { tickets } = await world.as(world.admin).run(Tickets, { first: 1, filter });
    expect([tickets.nodes.length, tickets.totalCount]).toEqual([1, 3]);
  });

  test('L8: by order, and by having none', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const [one, two] = [await world.order({ client }), await world.order({ client })];
    await ticketsInTime(world, [{ client, order: one }, {}, { client, order: two }]);
    const numbers = (orderId: object) => numbersOf(world, { filter: { orderId }, sort: byNumber });
    expect(await numbers({ eq: null })).toBe('b');
    expect(await numbers({ eq: encodeId('Order', one.id) })).toBe('a');
    expect(await numbers({ in: [one.id, two.id] })).toBe('ac');
  });

  test('by assignee and by tag: one of them is enough', async () => {
    const world = await makeWorld();
    const [ann, bob] = [await world.member(), await world.member()];
    const [red, blue] = [await world.tag(), await world.tag()];
    await ticketsInTime(world, [{ employees: [ann, bob], tags: [red] }, { employees: [bob] }, { tags: [red, blue] }]);
    const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
    expect(await numbers({ employeeId: { eq: encodeId('TeamMember', bob.id) } })).toBe('ab');
    expect(await numbers({ not: { employeeId: { eq: ann.id } } })).toBe('bc');
    expect(await numbers({ tagId: { eq: encodeId('Tag', red.id) } })).toBe('ac');
    expect(await numbers({ tagId: { eq: red.id }, employeeId: { eq: ann.id } })).toBe('a');
  });

  test('by status: what it means, or its own number', async () => {
    const world = await makeWorld();
    await world.ticketStatus({ code: 6, name: 'Answered', kind: 'CLOSED' });
    await ticketsInTime(world, [
      { status: 'OPEN' },
      { status: 'CLOSED' },
      { statusCode: 6, statusKind: 'CLOSED', closedAt: new Date() },
      { status: 'SNOOZED', snoozedUntil: new Date() },
    ]);
    const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
    expect(await numbers({ status: { eq: 'CLOSED' } })).toBe('bc');
    expect(await numbers({ status: { in: ['OPEN', 'SNOOZED'] } })).toBe('ad');
    expect(await numbers({ status: { notIn: ['OPEN'] } })).toBe('bcd');
    expect(await numbers({ statusCode: { eq: 6 } })).toBe('c');
    const [refusal] = await world.as(world.admin).refused(Tickets, { filter: { statusCode: { eq: 40_000 } } });
    expect(refusal?.code).toBe('INVALID_INPUT');
  });

  test('by id, number, subject and source', async () => {
    const world = await makeWorld();
    const [a, b] = await ticketsInTime(world, [
      { subject: 'Logo', source: 'PORTAL' },
      { subject: 'logos', source: 'EMAIL' },
      { subject: '100%', number: 'c_1' },
    ]);
    const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
    expect(await numbers({ id: { in: [encodeId('Ticket', a?.id ?? ''), b?.id ?? '', 'x'] } })).toBe('ab');
    expect(await numbers({ number: { in: ['a', 'c_1'] } })).toBe('ac_1');
    expect(await numbers({ number: { contains: '_' } })).toBe('c_1');
    expect(await numbers({ subject: { eq: 'Logo' } })).toBe('a');
    expect(await numbers({ subject: { startsWith: 'LOGO' } })).toBe('ab');
    expect(await numbers({ subject: { contains: '%' } })).toBe('c_1');
    expect(await numbers({ source: { in: ['PORTAL', 'EMAIL'] } })).toBe('ab');
  });

  test('by instants, and by having none', async () => {
    const world = await makeWorld();
    const at = (minute: number) => minuteOf(minute).toISOString();
    const all = (minute: number) => {
      const instant = minuteOf(minute);
      const times = { createdAt: instant, updatedAt: instant, closedAt: instant, lastMessageAt: instant };
      return { status: 'CLOSED', ...times } as const;
    };
    await ticketsInTime(world, [all(0), all(1), all(2)]);
    for (const field of ['createdAt', 'updatedAt', 'closedAt', 'lastMessageAt'] as const) {
      const numbers = (comparison: object) => numbersOf(world, { filter: { [field]: comparison }, sort: byNumber });
      expect(await numbers({ gt: at(0) })).toBe('bc');
      expect(await numbers({ gte: at(1), lt: at(2) })).toBe('b');
    }
    await world.ticket({ number: 'd' });
    for (const field of ['closedAt', 'lastMessageAt'] as const) {
      expect(await numbersOf(world, { filter: { [field]: { eq: null } } })).toBe('d');
    }
  });

  test('combine', async () => {
    const world = await makeWorld();
    await ticketsInTime(world, [{ source: 'EMAIL' }, { status: 'SPAM' }, { source: 'EMAIL', status: 'SPAM' }]);
    const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
    expect(await numbers({ source: { eq: 'EMAIL' }, status: { eq: 'SPAM' } })).toBe('c');
    expect(await numbers({ or: [{ number: { eq: 'a' } }, { status: { eq: 'SPAM' } }] })).toBe('abc');
    expect(await numbers({ not: { status: { eq: 'SPAM' } } })).toBe('a');
  });
});
