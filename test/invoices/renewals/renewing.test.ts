import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { stopClock } from '../../kit/clock.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { giveCard, renewAll, storyOf, subscribe } from './subscribing.ts';

const begin = '2026-01-31T10:00:00Z';
const due = '2026-02-28T10:00:30Z';

/** The newest invoice of the subscription, with its lines. */
const renewalOf = (world: World, { id }: { id: string }) =>
  world.rows.invoice.findFirstOrThrow({
    where: { subscriptionId: id },
    orderBy: { createdAt: 'desc' },
    include: { items: { orderBy: { position: 'asc' } } },
  });

/** A client who subscribed at the begin, and the clock. */
async function subscribed(terms: Partial<Parameters<typeof subscribe>[1]> = {}) {
  const world = await makeWorld();
  const clock = stopClock(begin);
  const client = terms.client ?? (await world.client());
  return { world, clock, client, subscription: await subscribe(world, { ...terms, client }) };
}

describe('a subscription whose period is over', () => {
  test('is charged to the client’s default method, and goes on', async () => {
    const { world, clock, client, subscription } = await subscribed();
    await giveCard(world, client);
    await unchanged(world, () => renewAll(world));
    clock.travel(due);
    const { events } = await recorded(world, () => renewAll(world));
    expect(await storyOf(world, subscription)).toEqual({
      status: 'ACTIVE',
      currentPeriodStart: '2026-02-28T10:00:00.000Z',
      currentPeriodEnd: '2026-03-31T10:00:00.000Z',
      paymentCount: 2,
      failedAttempts: 0,
      nextActionAt: '2026-03-31T10:00:00.000Z',
      amount: { amount: '100.00', currency: 'USD' },
      openInvoice: null,
      invoices: ['PAID 100.00', 'PAID 100.00'],
      payments: ['Manual MANUAL SUCCEEDED 100.00', 'Test CHARGE SUCCEEDED 100.00'],
      orders: [],
    });
    expect(events.map(({ type }) => type)).toEqual(['invoice.created', 'subscription.renewed', 'invoice.paid']);
    await unchanged(world, () => renewAll(world));
  });

  test('law 4: without a method it waits for a payment by hand, which moves it on', async () => {
    const { world, clock, subscription } = await subscribed();
    clock.travel(due);
    await renewAll(world);
    const waiting = await storyOf(world, subscription);
    expect(waiting).toMatchObject({
      status: 'ACTIVE',
      currentPeriodEnd: '2026-02-28T10:00:00.000Z',
      nextActionAt: null,
      openInvoice: { status: 'UNPAID' },
      invoices: ['PAID 100.00', 'UNPAID 100.00'],
    });
    clock.travel('2026-03-09T09:00:00Z');
    await unchanged(world, () => renewAll(world));
    await payByHand(world, waiting.openInvoice?.number as string);
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      currentPeriodStart: '2026-02-28T10:00:00.000Z',
      currentPeriodEnd: '2026-03-31T10:00:00.000Z',
      paymentCount: 2,
      openInvoice: null,
      nextActionAt: '2026-03-31T10:00:00.000Z',
    });
  });

  test('law 4: and where the organization no longer has the method’s processor', async () => {
    const { world, clock, client, subscription } = await subscribed();
    await giveCard(world, client);
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { testPayments: false } });
    clock.travel(due);
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({ status: 'ACTIVE', openInvoice: { status: 'UNPAID' } });
  });

  test('law 4: a detached method pays nothing', async () => {
    const { world, clock, client, subscription } = await subscribed();
    const { id } = await giveCard(world, client);
    await world.rows.paymentMethod.update({ where: { id }, data: { isDefault: false, detachedAt: new Date() } });
    clock.travel(due);
    await renewAll(world);
    expect((await storyOf(world, subscription)).openInvoice).toMatchObject({ status: 'UNPAID' });
  });

  test('law 4: what costs nothing is paid at once', async () => {
    const { world, clock, subscription } = await subscribed({ items: [{ amount: '0' }] });
    clock.travel(due);
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({
      paymentCount: 2,
      currentPeriodEnd: '2026-03-31T10:00:00.000Z',
      invoices: ['PAID 0.00', 'PAID 0.00'],
    });
  });

  test('paid much too late, buys a period that is not over: nobody pays for the past', async () => {
    const { world, clock, client, subscription } = await subscribed();
    await giveCard(world, client);
    clock.travel('2026-07-15T08:00:00Z');
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({
      currentPeriodStart: '2026-07-15T08:00:00.000Z',
      currentPeriodEnd: '2026-08-15T08:00:00.000Z',
      paymentCount: 2,
    });
    await unchanged(world, () => renewAll(world));
  });

  test('of each organization is served', async () => {
    const [one, two] = [await subscribed(), await subscribed()];
    two.clock.travel(due);
    await renewAll(one.world);
    for (const { world, subscription } of [one, two]) {
      expect((await storyOf(world, subscription)).openInvoice).toMatchObject({ status: 'UNPAID' });
    }
  });
});

describe('a renewal', () => {
  test('laws 1 to 3: has the lines of the first invoice at today’s recurring prices, its discounts and its tax', async () => {
    const world = await makeWorld({ paymentTermDays: 7, invoicePrefix: 'R-' });
    const clock = stopClock(begin);
    const address = await world.address({ line1: '1 Old Street' });
    const client = await world.client({ addressId: address.id });
    const recurs = { recurring: 'RECURRING', recurringPeriodLength: 1, recurringPeriodUnit: 'MONTH' } as const;
    const care = await world.service({ ...recurs, currency: 'EUR', recurringPrice: '80' });
    const setup = await world.service({ price: '500', recurringPrice: '1', currency: 'EUR' });
    const subscription = await subscribe(world, {
      client,
      items: [
        { serviceId: care.id, name: 'Care, first month', amount: '20', quantity: 2, discount: '15' },
        { serviceId: setup.id, name: 'Set-up', amount: '500' },
        { name: 'Extra', amount: '10', discount: '12' },
      ],
      more: { taxType: 'PERCENT', taxRate: '19' },
    });
    expect((await storyOf(world, subscription)).amount).toEqual({ amount: '645.00', currency: 'EUR' });
    await world.rows.address.update({ where: { id: address.id }, data: { line1: '2 New Street' } });
    await world.rows.service.update({
      where: { id: care.id },
      data: { recurringPrice: '90.5', deletedAt: new Date() },
    });

    clock.travel(due);
    await renewAll(world);
    const { number } = await world.rows.subscription.findUniqueOrThrow({ where: { id: uuidOf(subscription) } });
    const renewal = await renewalOf(world, { id: uuidOf(subscription) });
    expect(renewal).toMatchObject({
      number: 'R-00002',
      numberPrefix: 'R-',
      status: 'UNPAID',
      clientId: client.id,
      employeeId: null,
      couponId: null,
      currency: 'EUR',
      taxType: 'PERCENT',
      taxName: 'Tax',
      periodLength: 1,
      periodUnit: 'MONTH',
      reason: `Renewal of subscription ${number}`,
      dueAt: new Date('2026-03-07T10:00:30Z'),
      createdAt: new Date(due),
    });
    expect(renewal.billingAddress).toMatchObject({ line1: '2 New Street' });
    const text = (amount: { toFixed(places: number): string }) => amount.toFixed(2);
    expect([renewal.subtotal, renewal.tax, renewal.total].map(text)).toEqual(['666.00', '126.54', '792.54']);
    expect(
      renewal.items.map(({ name, serviceId, quantity, amount, discount, couponDiscount, renewalDiscount, total }) => [
        name,
        serviceId,
        quantity,
        ...[amount, discount, couponDiscount, renewalDiscount, total].map(text),
      ]),
    ).toEqual([
      ['Care, first month', care.id, 2, '90.50', '15.00', '0.00', '15.00', '166.00'],
      ['Set-up', setup.id, 1, '500.00', '0.00', '0.00', '0.00', '500.00'],
      ['Extra', null, 1, '10.00', '10.00', '0.00', '10.00', '0.00'],
    ]);
    expect((await storyOf(world, subscription)).amount).toEqual({ amount: '666.00', currency: 'EUR' });
  });

  test('law 3: a fixed tax stays what it was', async () => {
    const { world, clock, subscription } = await subscribed({ more: { taxType: 'FIXED', taxRate: '7.5' } });
    clock.travel(due);
    await renewAll(world);
    expect((await storyOf(world, subscription)).invoices).toEqual(['PAID 107.50', 'UNPAID 107.50']);
  });

  test.each([
    ['FOREVER', ['PAID 90.00', 'UNPAID 90.00']],
    ['FIRST_PAYMENT', ['PAID 90.00', 'UNPAID 100.00']],
  ])('law 2: a coupon that lasts %s', async (duration, invoices) => {
    const world = await makeWorld();
    const clock = stopClock(begin);
    const coupon = await world.coupon({ duration, usageLimit: 1 });
    const couponId = encodeId('Coupon', coupon.id);
    const subscription = await subscribe(world, { client: await world.client(), more: { couponId } });
    clock.travel(due);
    await renewAll(world);
    expect((await storyOf(world, subscription)).invoices).toEqual(invoices);
    expect((await world.rows.coupon.findUniqueOrThrow({ where: { id: coupon.id } })).usedCount).toBe(1);
  });

  test.each([
    ['CREATE_ORDER', ['COMPLETED', 'IN_PROGRESS']],
    ['REOPEN_ORDER', ['IN_PROGRESS']],
    ['NONE', ['COMPLETED']],
    ['CLIENT_REQUESTS', ['COMPLETED']],
    [null, ['COMPLETED']],
  ])('of a service that does %s on payment', async (recurringAction, orders) => {
    const world = await makeWorld();
    const clock = stopClock(begin);
    const client = await world.client();
    await giveCard(world, client);
    const service = await world.service({
      recurring: 'RECURRING',
      recurringPrice: '100',
      recurringPeriodLength: 1,
      recurringPeriodUnit: 'MONTH',
      recurringAction,
    });
    const subscription = await subscribe(world, { client, items: [{ serviceId: service.id }] });
    await world.rows.order.updateMany({
      where: { subscriptionId: uuidOf(subscription) },
      data: { statusCode: 2, statusKind: 'COMPLETED', completedAt: new Date(begin) },
    });
    clock.travel(due);
    const { events } = await recorded(world, () => renewAll(world));
    expect((await storyOf(world, subscription)).orders).toEqual(orders);
    const told = { CREATE_ORDER: ['order.created'], REOPEN_ORDER: ['order.reopened'] }[String(recurringAction)] ?? [];
    expect(events.flatMap(({ type }) => (type.startsWith('order.') ? [type] : []))).toEqual(told);
  });

  test.each(['invoiceVoid', 'invoiceDelete'])('that is given up by %s is waived', async (verb) => {
    const { world, clock, subscription } = await subscribed();
    clock.travel(due);
    await renewAll(world);
    const { openInvoice } = await storyOf(world, subscription);
    const document = `mutation ($id: ID!) { ${verb}(input: { id: $id }) { __typename ...on Error { message } } }`;
    const answer = await world.as(world.admin).run(document, { id: openInvoice?.number });
    expect(answer[verb].__typename).toMatch(/Success$/);
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      currentPeriodEnd: '2026-03-31T10:00:00.000Z',
      paymentCount: 1,
      openInvoice: null,
      nextActionAt: '2026-03-31T10:00:00.000Z',
    });
  });

  test('law 7: that was made a draft is left to people', async () => {
    const { world, clock, client, subscription } = await subscribed();
    clock.travel(due);
    await renewAll(world);
    await giveCard(world, client);
    const { id } = await renewalOf(world, { id: uuidOf(subscription) });
    await world.rows.invoice.update({ where: { id }, data: { status: 'DRAFT' } });
    await world.rows.subscription.update({ where: { id: uuidOf(subscription) }, data: { nextActionAt: clock.now() } });
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({ nextActionAt: null, openInvoice: { status: 'DRAFT' } });
  });
});

describe('what does not renew', () => {
  test('canceled for the period’s end, ends', async () => {
    const { world, clock, client, subscription } = await subscribed();
    await giveCard(world, client);
    await world
      .as(world.admin)
      .run(
        'mutation ($id: ID!) { subscriptionCancel(input: { id: $id, atPeriodEnd: true }) { __typename } }',
        subscription,
      );
    clock.travel(due);
    const { events } = await recorded(world, () => renewAll(world));
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'CANCELED',
      nextActionAt: null,
      invoices: ['PAID 100.00'],
    });
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([['subscription.canceled', null]]);
  });

  test('paused, waits; resumed, is due with new billing dates', async () => {
    const { world, clock, client, subscription } = await subscribed();
    await giveCard(world, client);
    const run = (verb: string) =>
      world.as(world.admin).run(`mutation ($id: ID!) { ${verb}(input: { id: $id }) { __typename } }`, subscription);
    await run('subscriptionPause');
    clock.travel('2026-04-15T12:00:00Z');
    await unchanged(world, () => renewAll(world));
    await run('subscriptionResume');
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      currentPeriodStart: '2026-04-15T12:00:00.000Z',
      currentPeriodEnd: '2026-05-15T12:00:00.000Z',
      paymentCount: 2,
    });
  });

  test('without a first invoice there is nothing to renew: it rests', async () => {
    const world = await makeWorld();
    stopClock(due);
    const { id } = await world.subscription({ anchorAt: new Date(begin) });
    await renewAll(world);
    expect(await world.rows.subscription.findUniqueOrThrow({ where: { id } })).toMatchObject({
      status: 'ACTIVE',
      nextActionAt: null,
      openInvoiceId: null,
    });
  });

  test('what fails unexpectedly is tried in an hour, and keeps nothing else waiting', async () => {
    const { world, clock, client, subscription: good } = await subscribed();
    const service = await world.service({
      recurring: 'RECURRING',
      recurringPrice: '1',
      recurringPeriodLength: 1,
      recurringPeriodUnit: 'MONTH',
    });
    const bad = await subscribe(world, { client, items: [{ serviceId: service.id, quantity: 1_000_000 }] });
    await world.rows.service.update({ where: { id: service.id }, data: { recurringPrice: '999999999999999' } });
    clock.travel(due);
    await expect(renewAll(world)).rejects.toThrow('1 subscriptions could not be renewed.');
    expect((await storyOf(world, good)).openInvoice).toMatchObject({ status: 'UNPAID' });
    expect(await storyOf(world, bad)).toMatchObject({ openInvoice: null, nextActionAt: '2026-02-28T11:00:30.000Z' });
    await unchanged(world, () => renewAll(world));
    await world.rows.service.update({ where: { id: service.id }, data: { recurringPrice: '2' } });
    clock.travel('2026-02-28T11:00:30Z');
    await renewAll(world);
    expect((await storyOf(world, bad)).openInvoice).toMatchObject({ status: 'UNPAID' });
  });
});

function uuidOf({ id }: { id: string }): string {
  return id.slice('subscription_'.length);
}

async function payByHand(world: World, number: string): Promise<void> {
  const document = `mutation ($id: ID!) { invoiceMarkPaid(input: { id: $id }) { __typename } }`;
  const { invoiceMarkPaid } = await world.as(world.admin).run(document, { id: number });
  expect(invoiceMarkPaid.__typename).toBe('InvoiceMarkPaidSuccess');
}
