import { describe, expect, test } from 'vitest';
import { countStatements } from '../../../src/kernel/db.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { day, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, whoChanges } from '../cast.ts';
import { line, made } from '../creating.ts';
import { InvoiceMarkPaid, markPaid, movementsOf } from '../paying.ts';

const at = '2026-03-02T09:00:00.000Z';

const paid = async (...args: Parameters<typeof markPaid>) => success(await markPaid(...args)).invoice;
const refusal = async (world: World, invoice: { id: string }) =>
  failure(await unchanged(world, () => markPaid(world, invoice)), 'InvalidStateError');

describe('invoiceMarkPaid', () => {
  test('I17: settles it by hand; each line of a service gets its order, linked both ways, with all that it was sold as', async () => {
    const clock = stopClock(at);
    const world = await makeWorld();
    const [ann, bob] = [await world.member(), await world.member()];
    const audit = await world.service({ name: 'Audit', price: '1', deadlineDays: 3, employees: [ann, bob] });
    const logo = await world.service({ name: 'Logo' });
    const invoice = await made(world, {
      items: [
        line({
          name: 'Audit of the shop',
          serviceId: audit.id,
          quantity: 2,
          amount: '90',
          discount: '20',
          options: { a: 1 },
        }),
        line({ name: 'Travel' }),
        line({ name: 'Logo', serviceId: logo.id }),
      ],
    });
    clock.advance(day);

    const { result, events, logs } = await recorded(world, () => markPaid(world, invoice, { note: ' Cash ' }));

    const changed = success(result).invoice;
    const paidAt = clock.now().toISOString();
    expect(changed).toEqual({
      ...invoice,
      status: 'PAID',
      paidAt,
      amountPaid: { amount: '360.00' },
      amountDue: { amount: '0.00' },
      paymentProcessor: 'Manual',
      version: 2,
      items: {
        totalCount: 3,
        nodes: invoice.items.nodes.map((item, index) => ({
          ...item,
          order: index === 1 ? null : { id: changed.items.nodes[index]?.order?.id },
        })),
      },
    });
    const orders = await world.rows.order.findMany({
      where: { organizationId: world.organizationId },
      include: { employees: true },
      orderBy: { serviceName: 'asc' },
    });
    const common = {
      clientId: invoice.client?.id.replace('client_', ''),
      invoiceId: invoice.id.replace('invoice_', ''),
      subscriptionId: null,
      number: expect.stringMatching(/^[A-Z0-9]{8}$/),
      currency: 'USD',
      statusCode: 1,
      statusKind: 'IN_PROGRESS',
      paymentProcessor: 'Manual',
      startedAt: clock.now(),
      completedAt: null,
      createdAt: clock.now(),
    };
    const [first, second] = orders;
    expect(orders).toHaveLength(2);
    expect(first).toMatchObject({
      ...common,
      serviceId: audit.id,
      serviceName: 'Audit of the shop',
      quantity: 2,
      options: { a: 1 },
      dueAt: new Date(clock.now().getTime() + 3 * day),
    });
    expect(second).toMatchObject({ ...common, serviceId: logo.id, serviceName: 'Logo', quantity: 1, dueAt: null });
    expect([first?.price.toString(), second?.price.toString()]).toEqual(['90', '100']);
    expect(new Set(first?.employees.map(({ employeeId }) => employeeId))).toEqual(new Set([ann.id, bob.id]));
    expect(second?.employees).toEqual([]);
    expect(changed.items.nodes.map(({ order }) => order?.id)).toEqual([
      encodeId('Order', first?.id ?? ''),
      undefined,
      encodeId('Order', second?.id ?? ''),
    ]);

    const payments = await world.rows.payment.findMany({ where: { organizationId: world.organizationId } });
    expect(payments).toMatchObject([
      {
        kind: 'MANUAL',
        status: 'SUCCEEDED',
        processor: 'Manual',
        transactionId: null,
        note: 'Cash',
        settledAt: clock.now(),
        currency: 'USD',
      },
    ]);
    expect(payments[0]?.amount.toString()).toBe('360');

    const clientId = common.clientId as string;
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      ['invoice.paid', { number: invoice.number, clientId, paymentId: payments[0]?.id, amount: '360.00' }],
      ['order.created', { number: first?.number, clientId, status: 'IN_PROGRESS' }],
      ['order.created', { number: second?.number, clientId, status: 'IN_PROGRESS' }],
    ]);
    expect(events.map(({ aggregateId }) => aggregateId)).toEqual([common.invoiceId, first?.id, second?.id]);
    expect(logs.map(({ entity, event, ownerId }) => `${entity} ${event} ${ownerId === clientId}`).sort()).toEqual([
      'INVOICE UPDATED true',
      ...Array(2).fill('INVOICE_ITEM UPDATED true'),
      ...Array(2).fill('ORDER CREATED true'),
      // Its people.
      ...Array(2).fill('ORDER UPDATED true'),
      'PAYMENT CREATED true',
    ]);
  });

  test('I18: paying again is refused, or answered as it is; nothing happens twice', async () => {
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const invoice = await made(world, { items: [line({ serviceId })], recurring: { length: 1, unit: 'MONTH' } });
    const once = await paid(world, invoice);
    expect(await refusal(world, invoice)).toMatchObject({
      code: 'ALREADY_PAID',
      message: 'The invoice is paid already.',
    });
    const again = await unchanged(world, () => paid(world, invoice, { ifUnpaid: true }));
    expect(again).toEqual(once);
    const where = { organizationId: world.organizationId };
    expect([await world.rows.order.count({ where }), await world.rows.subscription.count({ where })]).toEqual([1, 1]);
  });

  test('I19: not a cancelled or refunded one, nor one of nobody', async () => {
    const world = await makeWorld();
    const cancelled = await world.invoice({ status: 'CANCELLED' });
    const refunded = await world.invoice({ status: 'REFUNDED' });
    const nobodys = await world.invoice({ client: null, status: 'DRAFT' });
    expect(await refusal(world, cancelled)).toMatchObject({
      code: 'NOT_PAYABLE',
      message: "A cancelled invoice can't be paid.",
    });
    expect(await refusal(world, refunded)).toMatchObject({ code: 'NOT_PAYABLE' });
    expect(await refusal(world, nobodys)).toMatchObject({ code: 'NO_CLIENT' });
    const result = await unchanged(world, () => markPaid(world, refunded, { ifUnpaid: true }));
    expect(failure(result, 'InvalidStateError').code).toBe('NOT_PAYABLE');
  });

  test('a draft with a client is issued and paid at once', async () => {
    const world = await makeWorld();
    const { id: clientId } = await world.client();
    const invoice = await made(world, { clientId, status: 'DRAFT' });
    expect(await paid(world, invoice)).toMatchObject({ status: 'PAID', amountPaid: { amount: '100.00' } });
  });

  test('of a partially paid one, pays the rest', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ status: 'PARTIALLY_PAID', amountPaid: '40' });
    await world.payment({ invoice, amount: '40', createdAt: new Date(0) });
    expect(await paid(world, invoice)).toMatchObject({ status: 'PAID', amountPaid: { amount: '100.00' } });
    expect(await movementsOf(world, invoice)).toEqual(['MANUAL 40 Manual', 'MANUAL 60 Manual']);
  });

  test('an invoice that asks for nothing is paid, too', async () => {
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const invoice = await made(world, { items: [line({ serviceId, amount: '0' })] });
    expect(await paid(world, invoice)).toMatchObject({ status: 'PAID', amountPaid: { amount: '0.00' } });
    expect(await movementsOf(world, invoice)).toEqual(['MANUAL 0 Manual']);
    expect(await world.rows.order.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });

  test('law 3: a line that has its order already gets no other', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const [service, order] = [await world.service(), await world.order({ client })];
    const invoice = await world.invoice({ client });
    await invoice.item({ serviceId: service.id, orderId: order.id });
    expect((await paid(world, invoice)).items.nodes[0]?.order).toEqual({ id: encodeId('Order', order.id) });
    expect(await world.rows.order.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });

  test('law 3: a service that was deleted since is worked on all the same', async () => {
    const world = await makeWorld();
    const service = await world.service();
    const invoice = await made(world, { items: [line({ serviceId: service.id })] });
    await world.rows.service.update({ where: { id: service.id }, data: { deletedAt: new Date() } });
    const { nodes } = (await paid(world, invoice)).items;
    expect(nodes).toMatchObject([{ service: null, order: { id: expect.any(String) } }]);
  });

  describe('I20: an invoice that recurs', () => {
    test('begins one subscription, one period long, and its orders carry it', async () => {
      const clock = stopClock('2026-01-31T09:00:00.000Z');
      const world = await makeWorld();
      const hosting = await world.service({
        recurring: 'RECURRING',
        recurringPrice: '30',
        recurringPeriodLength: 1,
        recurringPeriodUnit: 'MONTH',
      });
      const invoice = await made(world, {
        items: [line({ serviceId: hosting.id, quantity: 2, discount: '10' }), line({ amount: '5' })],
        recurring: { length: 1, unit: 'MONTH' },
      });
      const { result, events } = await recorded(world, () => markPaid(world, invoice));
      success(result);
      const [subscription, ...others] = await world.rows.subscription.findMany({
        where: { organizationId: world.organizationId },
        include: { orders: true, invoices: true },
      });
      expect(others).toEqual([]);
      expect(subscription).toMatchObject({
        status: 'ACTIVE',
        clientId: invoice.client?.id.replace('client_', ''),
        invoiceId: invoice.id.replace('invoice_', ''),
        currency: 'USD',
        paymentCount: 1,
        currentPeriodStart: clock.now(),
        currentPeriodEnd: new Date('2026-02-28T09:00:00.000Z'),
        orders: [{ serviceId: hosting.id }],
        invoices: [{ number: invoice.number }],
      });
      // Twice the recurring price, less the discount, and the free line.
      expect(subscription?.amount.toString()).toBe('55');
      expect(events.map(({ type }) => type)).toEqual(['subscription.started', 'invoice.paid', 'order.created']);
    });

    test('as a renewal, advances the subscription; its services say what becomes of their orders', async () => {
      const clock = stopClock('2026-03-01T09:00:00.000Z');
      const world = await makeWorld();
      const client = await world.client();
      const service = (recurringAction: string) => world.service({ recurringAction, deadlineDays: 2 });
      const [anew, again, none] = [await service('CREATE_ORDER'), await service('REOPEN_ORDER'), await service('NONE')];
      const subscription = await world.subscription({ client, anchorAt: new Date('2026-02-01T09:00:00.000Z') });
      const order = (fields: object) =>
        world.order({ client, service: again, subscriptionId: subscription.id, status: 'COMPLETED', ...fields });
      const older = await order({ createdAt: new Date('2026-01-01'), completedAt: new Date('2026-01-05') });
      const newest = await order({ createdAt: new Date('2026-02-01'), completedAt: new Date('2026-02-05') });
      const invoice = await world.invoice({ client, subscriptionId: subscription.id });
      for (const { id: serviceId } of [anew, again, none]) await invoice.item({ serviceId });
      await world.rows.subscription.update({ where: { id: subscription.id }, data: { openInvoiceId: invoice.id } });

      const { result, events } = await recorded(world, () => markPaid(world, invoice));

      const { items } = success(result).invoice;
      expect(items.nodes.map(({ order }) => order !== null)).toEqual([true, false, false]);
      const rows = await world.rows.order.findMany({ where: { organizationId: world.organizationId } });
      expect(rows).toHaveLength(3);
      expect(rows.find(({ id }) => id === older.id)).toMatchObject({ statusKind: 'COMPLETED' });
      expect(rows.find(({ id }) => id === newest.id)).toMatchObject({
        statusKind: 'IN_PROGRESS',
        statusCode: 1,
        completedAt: null,
        startedAt: clock.now(),
        dueAt: new Date(clock.now().getTime() + 2 * day),
      });
      expect(rows.find(({ serviceId }) => serviceId === anew.id)).toMatchObject({ subscriptionId: subscription.id });
      const after = await world.rows.subscription.findUniqueOrThrow({ where: { id: subscription.id } });
      expect(after).toMatchObject({ paymentCount: 2, openInvoiceId: null });
      expect(await world.rows.subscription.count({ where: { organizationId: world.organizationId } })).toBe(1);
      expect(events.map(({ type }) => type)).toEqual([
        'subscription.renewed',
        'invoice.paid',
        'order.created',
        'order.reopened',
      ]);
    });
  });

  test('I21: of 20 at once exactly one succeeds: one set of orders, one payment, one subscription', async () => {
    const world = await makeWorld();
    const [audit, logo] = [await world.service(), await world.service()];
    const invoice = await made(world, {
      items: [line({ serviceId: audit.id }), line({ serviceId: logo.id })],
      recurring: { length: 1, unit: 'MONTH' },
    });
    const { result: results, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 20 }, () => markPaid(world, invoice))),
    );
    const outcomes = results.map((result) => (result.__typename === 'InvalidStateError' ? result.code : 'done'));
    expect(outcomes.sort()).toEqual([...Array(19).fill('ALREADY_PAID'), 'done']);
    const where = { organizationId: world.organizationId };
    expect({
      orders: await world.rows.order.count({ where }),
      payments: await world.rows.payment.count({ where }),
      subscriptions: await world.rows.subscription.count({ where }),
    }).toEqual({ orders: 2, payments: 1, subscriptions: 1 });
    expect(events.map(({ type }) => type)).toEqual([
      'subscription.started',
      'invoice.paid',
      'order.created',
      'order.created',
    ]);
  });

  test('is refused while a processor is asked for the money', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    await world.payment({ invoice, kind: 'CHARGE', status: 'PROCESSING', processor: 'Stripe' });
    expect(await refusal(world, invoice)).toMatchObject({ code: 'CHARGE_IN_PROGRESS' });
  });

  test('takes as many statements for 10 lines of services as for 1', async () => {
    const world = await makeWorld();
    const employees = [await world.member(), await world.member()];
    const statements = async (count: number) => {
      const items = [];
      for (let index = 0; index < count; index += 1) {
        items.push(line({ serviceId: (await world.service({ employees, deadlineDays: 1 })).id }));
      }
      const invoice = await made(world, { items, recurring: { length: 1, unit: 'MONTH' } });
      const counted = await countStatements(() => markPaid(world, invoice));
      success(counted.result);
      return counted.statements;
    };
    await statements(1);
    const [one, ten] = [await statements(1), await statements(10)];
    expect(ten).toBe(one);
    expect(one).toBeLessThan(30);
  });

  test('refuses a note that can’t be kept', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    expect(issuesOf(await unchanged(world, () => markPaid(world, invoice, { note: '\0' })))).toEqual(['note INVALID']);
  });

  test('finds nothing by an id of nothing, nor what is deleted', async () => {
    const world = await makeWorld();
    const gone = await world.invoice({ deletedAt: new Date() });
    for (const id of [...idsOfNothing, gone.id, gone.number]) {
      failure(await unchanged(world, () => markPaid(world, { id })), 'NotFoundError');
    }
    const invoice = await world.invoice();
    expect((await paid(world, { id: invoice.number })).id).toBe(encodeId('Invoice', invoice.id));
  });

  test('who may', async () => {
    const cast = await makeCast();
    await expectOutcomes(cast, whoChanges, cast.invoice, (person, { id }) =>
      person.answer(InvoiceMarkPaid, { input: { id } }),
    );
  });
});
