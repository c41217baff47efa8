import { isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, whoChanges } from './cast.ts';
import { InvoiceUpdate, refused, update, updated } from './changing.ts';
import { line, made } from './creating.ts';

const nowhere = '00000000-0000-7000-8000-000000000000';

describe('invoiceUpdate', () => {
  test('changes what is given and leaves the rest, raises the version, announces and logs it', async () => {
    const world = await makeWorld();
    const before = await made(world, { note: 'Old', taxType: 'PERCENT', taxRate: '10', items: [line(), line()] });
    const { result, events, logs } = await recorded(world, () =>
      update(world, before, { note: ' New ', dueAt: '2030-01-01T00:00:00Z', expectedVersion: 1 }),
    );
    expect(success(result).invoice).toEqual({
      ...before,
      note: 'New',
      dueAt: '2030-01-01T00:00:00.000Z',
      version: 2,
    });
    expect(events).toMatchObject([
      { type: 'invoice.updated', aggregate: 'invoice', payload: { number: before.number }, actorId: world.admin.id },
    ]);
    expect(logs.map(({ entity, event, changes }) => [entity, event, Object.keys(changes).sort()])).toEqual([
      ['INVOICE', 'UPDATED', ['due_at', 'note']],
    ]);
  });

  test('is found by its number, too', async () => {
    const world = await makeWorld();
    const invoice = await made(world);
    expect(await updated(world, { id: invoice.number }, { note: 'x' })).toMatchObject({ id: invoice.id, note: 'x' });
  });

  test('null clears what may be missing', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon();
    const invoice = await made(world, { note: 'x', recurring: { length: 1, unit: 'MONTH' }, couponId: coupon.id });
    expect(invoice.total.amount).toBe('90.00');
    const cleared = { note: null, recurring: null, couponId: null, dueAt: null };
    expect(await updated(world, invoice, cleared)).toMatchObject({
      note: null,
      recurring: null,
      dueAt: null,
      total: { amount: '100.00' },
    });
  });

  test('what can’t be cleared is refused', async () => {
    const world = await makeWorld();
    const invoice = await made(world);
    expect(await refused(world, invoice, { items: null, taxType: null, taxRate: null, status: null })).toEqual([
      'items REQUIRED',
      'taxType REQUIRED',
      'taxRate REQUIRED',
      'status REQUIRED',
    ]);
    expect(await refused(world, invoice, { clientId: null })).toEqual(['clientId REQUIRED']);
  });

  test('what changes nothing announces and logs nothing, whatever it says', async () => {
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const { id: couponId } = await world.coupon();
    const invoice = await made(world, {
      items: [line({ serviceId, options: { b: 1, a: { d: 1, c: 2 } } }), line({ discount: '200' })],
      taxType: 'FIXED',
      taxRate: '5',
      recurring: { length: 1, unit: 'YEAR' },
      couponId,
      note: 'Same',
    });
    const same = {
      clientId: invoice.client?.id,
      items: invoice.items.nodes.map(({ id, name, description, quantity, amount, discount, options, service }) => ({
        ...{ id, name, description, quantity, options },
        serviceId: service?.id,
        amount: amount.amount,
        discount: discount.amount,
      })),
      taxType: 'FIXED',
      taxRate: '5.00',
      recurring: { length: 1, unit: 'YEAR' },
      couponId,
      note: ' Same ',
      status: 'UNPAID',
    } as const;
    const { result, events, logs } = await recorded(world, () => update(world, invoice, same));
    expect(success(result).invoice).toEqual(invoice);
    expect([events, logs]).toEqual([[], []]);
  });

  describe('the lines', () => {
    test('are replaced: named rows stay with what hangs on them, the others go, new ones come, in the order given', async () => {
      const world = await makeWorld();
      const order = await world.order();
      const invoice = await made(world, { items: [line({ name: 'a' }), line({ name: 'b' }), line({ name: 'c' })] });
      const [a, b, c] = invoice.items.nodes.map(({ id }) => ({ id })) as [
        { id: string },
        { id: string },
        { id: string },
      ];
      const uuid = c.id.replace('item_', '');
      await world.rows.invoiceItem.update({ where: { id: uuid }, data: { orderId: order.id } });
      const { result, events, logs } = await recorded(world, () =>
        update(world, invoice, {
          items: [line({ id: c.id, name: 'c', quantity: 3 }), line({ name: 'd' }), line({ id: a.id, name: 'a' })],
        }),
      );
      const changed = success(result).invoice;
      expect(changed.items.nodes.map(({ id, name, position, order }) => [id, name, position, order])).toEqual([
        [c.id, 'c', 0, { id: encodeId('Order', order.id) }],
        [expect.stringMatching(/^item_/), 'd', 1, null],
        [a.id, 'a', 2, null],
      ]);
      expect([changed.subtotal.amount, changed.total.amount, changed.version]).toEqual(['500.00', '500.00', 2]);
      expect(events.map(({ type }) => type)).toEqual(['invoice.updated']);
      expect(logs.map(({ entity, event, entityId }) => [entity, event, `item_${entityId}` === b.id]).sort()).toEqual([
        ['INVOICE', 'UPDATED', false],
        ['INVOICE_ITEM', 'CREATED', false],
        ['INVOICE_ITEM', 'DELETED', true],
        ['INVOICE_ITEM', 'UPDATED', false],
        ['INVOICE_ITEM', 'UPDATED', false],
      ]);
      const kept = await world.rows.invoiceItem.findUniqueOrThrow({ where: { id: uuid } });
      expect(kept.version).toBe(2 + 1);
    });

    test('are changed as a whole: what a line leaves out is gone', async () => {
      const world = await makeWorld();
      const { id: serviceId } = await world.service();
      const invoice = await made(world, {
        items: [line({ serviceId, description: 'x', discount: '10', options: { a: 1 } })],
      });
      const id = invoice.items.nodes[0]?.id as string;
      const changed = await updated(world, invoice, { items: [line({ id, name: 'New', amount: '7' })] });
      expect(changed.items.nodes).toEqual([
        {
          ...invoice.items.nodes[0],
          name: 'New',
          description: null,
          amount: { amount: '7.00', currency: 'USD' },
          discount: { amount: '0.00' },
          total: { amount: '7.00' },
          options: {},
          service: null,
        },
      ]);
    });

    test('a change that comes to the same is a change', async () => {
      const world = await makeWorld();
      const invoice = await made(world);
      const { events } = await recorded(world, async () => {
        const changed = await updated(world, invoice, { items: [line({ name: 'Other' })] });
        expect([changed.version, changed.items.nodes[0]?.name]).toEqual([2, 'Other']);
      });
      expect(events.map(({ type }) => type)).toEqual(['invoice.updated']);
    });

    test('I12: without any, none stays; absent they stay', async () => {
      const world = await makeWorld();
      const invoice = await made(world);
      expect(await refused(world, invoice, { items: [] })).toEqual(['items REQUIRED']);
      expect((await updated(world, invoice, { note: 'x' })).items).toEqual(invoice.items);
    });

    test('are named once, and are those of this invoice', async () => {
      const world = await makeWorld();
      const [invoice, other] = [await made(world), await made(world)];
      const [own, strange] = [invoice.items.nodes[0]?.id, other.items.nodes[0]?.id];
      expect(await refused(world, invoice, { items: [line({ id: own }), line({ id: own })] })).toEqual([
        'items.1.id NOT_FOUND',
      ]);
      for (const id of [strange, nowhere, 'x']) {
        expect(await refused(world, invoice, { items: [line({ id })] })).toEqual(['items.0.id NOT_FOUND']);
      }
    });

    test('may keep a service that is deleted since, but name no other that is', async () => {
      const world = await makeWorld();
      const [kept, other] = [await world.service(), await world.service({ deletedAt: new Date() })];
      const invoice = await made(world, { items: [line({ serviceId: kept.id })] });
      await world.rows.service.update({ where: { id: kept.id }, data: { deletedAt: new Date() } });
      const id = invoice.items.nodes[0]?.id;
      await updated(world, invoice, { items: [line({ id, serviceId: kept.id, quantity: 2 })] });
      expect(await refused(world, invoice, { items: [line({ serviceId: other.id })] })).toEqual([
        'items.0.serviceId NOT_FOUND',
      ]);
    });

    test('law 2: bring their currency, or keep the invoice’s', async () => {
      const world = await makeWorld({ currency: 'GBP' });
      const [euros, yen] = [await world.service({ currency: 'EUR' }), await world.service({ currency: 'JPY' })];
      const invoice = await made(world, { items: [line({ serviceId: euros.id })] });
      expect((await updated(world, invoice, { items: [line()] })).currency).toBe('EUR');
      const moved = await updated(world, invoice, { items: [line({ serviceId: yen.id })] });
      expect(moved.total).toEqual({ amount: '100', currency: 'JPY' });
      expect(await refused(world, invoice, { items: [line({ amount: '0.5' })] })).toEqual([
        'items.0.amount OUT_OF_RANGE',
      ]);
    });
  });

  describe('totals', () => {
    test('follow tax, lines and period', async () => {
      const world = await makeWorld({ taxName: 'VAT' });
      const invoice = await made(world, { items: [line({ discount: '10' })] });
      const shown = ({ tax, total, taxName, taxRate, items }: typeof invoice) => [
        ...[tax.amount, total.amount, taxName, taxRate],
        items.nodes[0]?.renewalDiscount.amount,
      ];
      expect(shown(await updated(world, invoice, { taxType: 'PERCENT', taxRate: '20' }))).toEqual([
        ...['18.00', '108.00', 'VAT', '20', '0.00'],
      ]);
      expect(shown(await updated(world, invoice, { taxRate: '10' }))).toEqual(['9.00', '99.00', 'VAT', '10', '0.00']);
      expect(shown(await updated(world, invoice, { recurring: { length: 1, unit: 'WEEK' } }))).toEqual([
        ...['9.00', '99.00', 'VAT', '10', '10.00'],
      ]);
      expect(shown(await updated(world, invoice, { taxType: 'FIXED' }))).toEqual([
        ...['10.00', '100.00', 'VAT', '10', '10.00'],
      ]);
      expect(shown(await updated(world, invoice, { taxType: 'NONE' }))).toEqual(['0.00', '90.00', null, '0', '10.00']);
    });

    test('keep the tax’s name of the day when it was put on', async () => {
      const world = await makeWorld({ taxName: 'VAT' });
      const invoice = await made(world, { taxType: 'PERCENT', taxRate: '20' });
      await world.rows.organization.update({ where: { id: world.organizationId }, data: { taxName: 'MwSt' } });
      expect((await updated(world, invoice, { taxRate: '19' })).taxName).toBe('VAT');
      await updated(world, invoice, { taxType: 'NONE' });
      expect((await updated(world, invoice, { taxType: 'FIXED', taxRate: '1' })).taxName).toBe('MwSt');
    });
  });

  test.each([
    ['a rate without a tax', { taxRate: '1' }, 'taxRate OUT_OF_RANGE'],
    ['a percentage above 100', { taxType: 'PERCENT', taxRate: '101' }, 'taxRate OUT_OF_RANGE'],
    ['a period of 0', { recurring: { length: 0, unit: 'DAY' } }, 'recurring.length OUT_OF_RANGE'],
    ['a quantity of 0', { items: [line({ quantity: 0 })] }, 'items.0.quantity OUT_OF_RANGE'],
    ['a client that there is not', { clientId: nowhere }, 'clientId NOT_FOUND'],
    ['a coupon that there is not', { couponId: nowhere }, 'couponId NOT_FOUND'],
    ['a code that there is not', { couponCode: 'X' }, 'couponCode NOT_FOUND'],
    ['a note with NUL', { note: '\0' }, 'note INVALID'],
  ] as const)('refuses %s', async (_, input, issue) => {
    const world = await makeWorld();
    expect(await refused(world, await made(world), input as never)).toEqual([issue]);
  });

  test('refuses a stale version and tells the newest', async () => {
    const world = await makeWorld();
    const invoice = await made(world);
    await updated(world, invoice, { note: 'theirs' });
    const result = await unchanged(world, () => update(world, invoice, { note: 'mine', expectedVersion: 1 }));
    expect(failure(result, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('of two at once with one version, one is refused', async () => {
    const world = await makeWorld();
    const invoice = await made(world);
    const results = await Promise.all(
      ['a', 'b', 'c'].map((note) => update(world, invoice, { note, expectedVersion: 1 })),
    );
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'ConflictError',
      'ConflictError',
      'InvoiceUpdateSuccess',
    ]);
  });

  test('of lines that are replaced at once, one set is left', async () => {
    const world = await makeWorld();
    const invoice = await made(world);
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => updated(world, invoice, { items: [line({ name }), line({ name })] })),
    );
    const left = await world.rows.invoiceItem.findMany({ where: { organizationId: world.organizationId } });
    expect(left).toHaveLength(2);
    expect(new Set(left.map(({ name }) => name)).size).toBe(1);
  });

  test('the client may change: the invoice is the other one’s from then on', async () => {
    const world = await makeWorld();
    const other = await world.client();
    const invoice = await made(world);
    expect(await updated(world, invoice, { clientId: other.id })).toMatchObject({
      client: { id: encodeId('Client', other.id) },
    });
  });

  test('finds nothing by an id of nothing', async () => {
    const world = await makeWorld();
    const gone = await world.invoice({ deletedAt: new Date() });
    for (const id of [...idsOfNothing, gone.id, gone.number]) {
      const result = await unchanged(world, () => update(world, { id }, { note: 'x' }));
      expect(failure(result, 'NotFoundError').path).toEqual(['id']);
    }
  });

  test('there is no number, currency, total or payment to write', () => {
    const input = schema.getType('InvoiceUpdateInput');
    expect(isInputObjectType(input) && Object.keys(input.getFields()).sort()).toEqual([
      ...['clientId', 'couponCode', 'couponId', 'dueAt', 'expectedVersion', 'id', 'items', 'note', 'recurring'],
      ...['status', 'taxRate', 'taxType'],
    ]);
  });

  test('who may', async () => {
    const cast = await makeCast();
    await expectOutcomes(cast, whoChanges, cast.invoice, (person, { id }) =>
      person.answer(InvoiceUpdate, { input: { id, note: 'x' } }),
    );
  });

  test('hands an invoice over to no client out of sight', async () => {
    const cast = await makeCast();
    const { world, people } = cast;
    const other = await world.client();
    const invoice = await cast.invoice();
    await invoice.item();
    const result = await unchanged(world, () => update(world, invoice, { clientId: other.id }, people.maker));
    expect(issuesOf(result)).toEqual(['clientId NOT_FOUND']);
  });
});
