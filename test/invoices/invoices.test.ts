import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import type { InvoiceSortField } from '../generated/graphql.ts';
import { makeWorld } from '../kit/world.ts';
import { makeCast } from './cast.ts';
import { byNumber, Invoices, invoicesInTime, minuteOf, numbersOf, type Variables } from './listing.ts';

describe('invoices', () => {
  test('L1, L5: none; newest first, live ones only', async () => {
    const world = await makeWorld();
    expect(await numbersOf(world, {})).toBe('');
    await invoicesInTime(world, [{}, {}, { deletedAt: new Date() }, {}]);
    expect(await numbersOf(world, {})).toBe('dba');
  });

  test('L3, L4: page by page, from both ends', async () => {
    const world = await makeWorld();
    await invoicesInTime(world, Array(7).fill({}));
    const page = async (variables: Variables) => {
      const { invoices } = await world.as(world.admin).run(Invoices, variables);
      return { numbers: invoices.nodes.map(({ number }) => number).join(''), ...invoices.pageInfo };
    };
    const first = await page({ first: 3 });
    const second = await page({ first: 3, after: first.endCursor });
    const third = await page({ first: 3, after: second.endCursor });
    expect([first, second, third].map(({ numbers, hasNextPage }) => [numbers, hasNextPage])).toEqual([
      ['gfe', true],
      ['dcb', true],
      ['a', false],
    ]);
    expect((await page({ first: 3, after: third.endCursor })).numbers).toBe('');
    expect((await page({ last: 2 })).numbers).toBe('ba');
  });

  describe('filters', () => {
    test('L9: by status', async () => {
      const world = await makeWorld();
      const statuses = ['DRAFT', 'UNPAID', 'PAID', 'REFUNDED', 'CANCELLED', 'PARTIALLY_PAID'];
      await invoicesInTime(
        world,
        statuses.map((status) => ({ status })),
      );
      const numbers = (status: object) => numbersOf(world, { filter: { status }, sort: byNumber });
      expect(await numbers({ in: ['UNPAID', 'PAID'] })).toBe('bc');
      expect(await numbers({ eq: 'PARTIALLY_PAID' })).toBe('f');
      expect(await numbers({ notIn: ['UNPAID', 'PAID'] })).toBe('adef');
    });

    test('by client, maker, coupon and subscription, and by having none', async () => {
      const world = await makeWorld();
      const [ann, coupon, subscription] = [await world.client(), await world.coupon(), await world.subscription()];
      await invoicesInTime(world, [
        { client: ann },
        { employeeId: world.admin.id },
        { couponId: coupon.id },
        { subscriptionId: subscription.id },
        { client: null, status: 'DRAFT' },
      ]);
      const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
      expect(await numbers({ clientId: { eq: encodeId('Client', ann.id) } })).toBe('a');
      expect(await numbers({ clientId: { eq: null } })).toBe('e');
      expect(await numbers({ employeeId: { eq: encodeId('TeamMember', world.admin.id) } })).toBe('b');
      expect(await numbers({ couponId: { in: [coupon.id] } })).toBe('c');
      expect(await numbers({ subscriptionId: { eq: subscription.id } })).toBe('d');
      expect(await numbers({ subscriptionId: { eq: null } })).toBe('abce');
      expect(await numbers({ clientId: { eq: 'nonsense' } })).toBe('');
    });

    test('by id, number, total and currency', async () => {
      const world = await makeWorld();
      const [a] = await invoicesInTime(world, [
        { total: '9.5' },
        { total: '10', currency: 'EUR' },
        { total: '100', number: 'c-1' },
      ]);
      const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
      expect(await numbers({ id: { in: [encodeId('Invoice', a?.id ?? ''), 'x'] } })).toBe('a');
      expect(await numbers({ number: { startsWith: 'C' } })).toBe('c-1');
      expect(await numbers({ number: { in: ['a', 'b'] } })).toBe('ab');
      expect(await numbers({ total: { gt: '9.5', lt: 100 } })).toBe('b');
      expect(await numbers({ currency: { eq: 'EUR' } })).toBe('b');
      expect(await numbers({ or: [{ total: { eq: '100' } }, { currency: { eq: 'EUR' } }] })).toBe('bc-1');
    });

    test('by instants, and by having none', async () => {
      const world = await makeWorld();
      const dates = (minute: number) => {
        const instant = minuteOf(minute);
        return { createdAt: instant, updatedAt: instant, dueAt: instant, paidAt: instant, status: 'PAID' };
      };
      await invoicesInTime(world, [dates(0), dates(1), dates(2), { status: 'UNPAID', createdAt: minuteOf(3) }]);
      const at = (minute: number) => minuteOf(minute).toISOString();
      for (const field of ['createdAt', 'updatedAt', 'dueAt', 'paidAt'] as const) {
        const numbers = (comparison: object) =>
          numbersOf(world, { filter: { [field]: comparison }, sort: byNumber }).then((found) => [field, found]);
        expect(await numbers({ gte: at(1), lte: at(2) })).toEqual([field, 'bc']);
        expect(await numbers({ eq: at(0) })).toEqual([field, 'a']);
      }
      expect(await numbersOf(world, { filter: { paidAt: { eq: null } } })).toBe('d');
      expect(await numbersOf(world, { filter: { dueAt: { eq: null } } })).toBe('d');
    });

    test('the deleted ones, for those who may restore them', async () => {
      const world = await makeWorld();
      const [reader, narrow] = [
        await world.member({ grants: { invoiceAccess: 3 } }),
        await world.member({ grants: { invoiceAccess: 3, invoiceManagement: 1 } }),
      ];
      const deletedAt = new Date();
      await invoicesInTime(world, [{}, { deletedAt }, { deletedAt, employeeId: narrow.id }]);
      const filter = { isDeleted: { eq: true } };
      expect(await numbersOf(world, { filter })).toBe('cb');
      expect(await numbersOf(world, { filter }, narrow)).toBe('c');
      expect(await numbersOf(world, { filter }, reader)).toBe('');
      expect(await numbersOf(world, { filter: { isDeleted: { eq: false } } })).toBe('a');
    });
  });

  describe('sorts', () => {
    const orders: [InvoiceSortField, string, string][] = [
      ['CREATED_AT', 'abc', 'cba'],
      ['NUMBER', 'abc', 'cba'],
      // Nothing comes last, or first.
      ['DATE_DUE', 'cba', 'abc'],
      ['DATE_PAID', 'bac', 'cab'],
      ['STATUS', 'bac', 'cab'],
      ['TOTAL', 'cab', 'bac'],
    ];
    test.each(orders)('by %s', async (field, ascending, descending) => {
      const world = await makeWorld();
      await invoicesInTime(world, [
        { total: '20', dueAt: null, status: 'PAID', paidAt: minuteOf(2) },
        { total: '30', dueAt: minuteOf(2), status: 'PAID', paidAt: minuteOf(1) },
        { total: '10', dueAt: minuteOf(1), status: 'UNPAID' },
      ]);
      if (field === 'STATUS') {
        await world.rows.invoice.updateMany({
          where: { organizationId: world.organizationId, number: 'b' },
          data: { status: 'CANCELLED', paidAt: null },
        });
      }
      expect(await numbersOf(world, { sort: [{ field, direction: 'ASC' }] })).toBe(ascending);
      expect(await numbersOf(world, { sort: [{ field, direction: 'DESC' }] })).toBe(descending);
    });

    test('by client, so that a client’s stand together; those of nobody last', async () => {
      const world = await makeWorld();
      const [ann, bob] = [await world.client(), await world.client()];
      await invoicesInTime(world, [
        { client: bob },
        { client: null, status: 'DRAFT' },
        { client: ann },
        { client: bob },
        { client: ann },
      ]);
      const sort: Variables['sort'] = [{ field: 'CLIENT' }, { field: 'NUMBER', direction: 'DESC' }];
      expect(await numbersOf(world, { sort })).toBe('ecdab');
    });
  });

  test('search: by words that number, total, name, e-mail address or company begin with', async () => {
    const world = await makeWorld();
    const ann = await world.client({
      firstName: 'Ann',
      lastName: 'Able',
      email: 'boss@acme.example',
      company: 'Acme & Sons',
    });
    const bob = await world.client({ firstName: 'Bob', lastName: 'Acton' });
    await world.invoice({ client: ann, number: 'INV-00042', total: '1234.5' });
    await world.invoice({ client: bob, number: 'INV-00043', total: '99' });
    await world.invoice({ client: null, number: 'INV-00044', total: '12', status: 'DRAFT' });
    const numbers = (search: string) => numbersOf(world, { search, sort: byNumber });
    expect(await numbers('INV-0004')).toBe('INV-00042INV-00043INV-00044');
    expect(await numbers('00042')).toBe('INV-00042');
    expect(await numbers('inv00043')).toBe('INV-00043');
    expect(await numbers('1234.50')).toBe('INV-00042');
    expect(await numbers('12')).toBe('INV-00042INV-00044');
    expect(await numbers('ac')).toBe('INV-00042INV-00043');
    expect(await numbers('sons ann')).toBe('INV-00042');
    expect(await numbers('boss@acme.example')).toBe('INV-00042');
    expect(await numbers('ann acton')).toBe('');
    expect(await numbers(' ')).toBe('INV-00042INV-00043INV-00044');
  });

  test('search follows the client’s name, the client and the total', async () => {
    const world = await makeWorld();
    const [ann, bob] = [await world.client({ firstName: 'Annabel' }), await world.client({ firstName: 'Robert' })];
    const invoice = await world.invoice({ client: ann, number: 'a' });
    await world.rows.user.update({ where: { id: ann.id }, data: { firstName: 'Susan' } });
    const found = (search: string) => numbersOf(world, { search });
    expect([await found('annabel'), await found('susan')]).toEqual(['', 'a']);
    await world.rows.invoice.update({
      where: { id: invoice.id },
      data: { clientId: bob.id, subtotal: '77', total: '77' },
    });
    expect([await found('susan'), await found('robert'), await found('100'), await found('77')]).toEqual([
      ...['', 'a', '', 'a'],
    ]);
  });

  test('who sees which', async () => {
    const cast = await makeCast();
    const { world, people, client } = cast;
    const { accountant, maker, uninvolved, otherClient } = people;
    await cast.invoice({ number: 'a', employeeId: null });
    await world.invoice({ number: 'b', client: otherClient, employeeId: maker.id });
    await world.invoice({ number: 'c', client: otherClient, employeeId: null });
    await world.invoice({ number: 'd', client, employeeId: null, status: 'DRAFT' });
    await world.invoice({ number: 'e', client: null, employeeId: uninvolved.id, status: 'DRAFT' });
    const seen: Record<string, string> = {};
    for (const [name, person] of Object.entries(people)) {
      const { data, errors } = await world.as(person).answer(Invoices, { sort: byNumber });
      const nodes = (data?.invoices as { nodes: { number: string }[] } | undefined)?.nodes;
      seen[name] = nodes ? nodes.map(({ number }) => number).join('') : String(errors?.[0]?.extensions?.code);
    }
    expect(seen).toEqual({
      administrator: 'abcde',
      token: 'abcde',
      manager: 'abcde',
      accountant: 'ad',
      maker: 'b',
      uninvolved: 'e',
      colleague: 'abde',
      outsider: '',
      reader: 'abcde',
      narrow: 'abcde',
      blind: 'FORBIDDEN',
      contractor: 'FORBIDDEN',
      client: 'a',
      otherClient: 'bc',
      stranger: expect.stringMatching(/^INV-T\d+$/),
      anonymous: 'UNAUTHENTICATED',
    });
    expect(accountant.groupId).toBe(maker.groupId);
  });
});
