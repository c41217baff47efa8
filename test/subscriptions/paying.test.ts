import { describe, expect, test } from 'vitest';
import { Decimal } from '../../src/kernel/money.ts';
import { systemViewer } from '../../src/kernel/viewer.ts';
import { advanceSubscription, failRenewal, startSubscription, waiveRenewal } from '../../src/subscriptions/commands.ts';
import { recorded } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

// What invoices ask of subscriptions when money moves, or does not.

const anchorAt = new Date('2026-01-31T10:00:00Z');
const at = new Date('2026-02-28T10:30:00Z');

const engineOf = ({ organizationId, database }: World) => {
  const viewer = systemViewer(organizationId);
  return {
    start: (beginning: Parameters<typeof startSubscription>[2]) =>
      database.transact(viewer, (tx) => startSubscription(tx, viewer, beginning)),
    advance: (id: string, paidAt = at) =>
      database.transact(viewer, (tx) => advanceSubscription(tx, viewer, { id }, { at: paidAt })),
    fail: (id: string, failedAt = at) =>
      database.transact(viewer, (tx) => failRenewal(tx, viewer, { id }, { at: failedAt })),
    waive: (id: string, invoiceId: string) =>
      database.transact(viewer, (tx) => waiveRenewal(tx, viewer, { id, invoiceId, at })),
  };
};

async function withOpenRenewal(world: World, fields: Parameters<World['subscription']>[0] = {}) {
  const invoice = await world.invoice();
  const clientId = invoice.clientId as string;
  const subscription = await world.subscription({ anchorAt, clientId, openInvoiceId: invoice.id, ...fields });
  return { invoice, subscription };
}

describe('law 1: a recurring invoice that is paid', () => {
  test('begins a subscription, announced and logged', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ status: 'PAID' });
    const clientId = invoice.clientId as string;
    const method = await world.paymentMethod({ client: { id: clientId } });
    const { result, events, logs } = await recorded(world, () =>
      engineOf(world).start({
        clientId,
        invoiceId: invoice.id,
        currency: 'EUR',
        amount: new Decimal('49.50'),
        periodLength: 1,
        periodUnit: 'MONTH',
        paymentMethodId: method.id,
        at: anchorAt,
      }),
    );
    const row = await world.rows.subscription.findUniqueOrThrow({ where: { id: result } });
    expect(row).toMatchObject({
      clientId,
      invoiceId: invoice.id,
      paymentMethodId: method.id,
      status: 'ACTIVE',
      currency: 'EUR',
      periodLength: 1,
      periodUnit: 'MONTH',
      anchorAt,
      periodCount: 1,
      currentPeriodStart: anchorAt,
      currentPeriodEnd: new Date('2026-02-28T10:00:00Z'),
      nextActionAt: new Date('2026-02-28T10:00:00Z'),
      paymentCount: 1,
      openInvoiceId: null,
    });
    expect(row.amount.toFixed(2)).toBe('49.50');
    expect(row.number).toMatch(/^[A-Z0-9]{8}$/);
    expect(events).toMatchObject([
      {
        type: 'subscription.started',
        aggregateId: result,
        payload: { number: row.number, clientId, currentPeriodEnd: '2026-02-28T10:00:00.000Z', paymentCount: 1 },
      },
    ]);
    expect(logs).toMatchObject([{ entity: 'SUBSCRIPTION', entityId: result, event: 'CREATED', actorKind: 'SYSTEM' }]);
  });

  test('begins one at most', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ status: 'PAID' });
    const begin = () =>
      engineOf(world).start({
        clientId: invoice.clientId as string,
        invoiceId: invoice.id,
        currency: 'EUR',
        amount: new Decimal(1),
        periodLength: 1,
        periodUnit: 'DAY',
        at: anchorAt,
      });
    const results = await Promise.allSettled([begin(), begin(), begin()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('law 6: a renewal that is paid', () => {
  test('moves the period on, and announces it', async () => {
    const world = await makeWorld();
    const { subscription } = await withOpenRenewal(world, { status: 'PAST_DUE', failedAttempts: 2 });
    const { result, events } = await recorded(world, () => engineOf(world).advance(subscription.id));
    expect(result).toMatchObject({
      status: 'ACTIVE',
      currentPeriodStart: new Date('2026-02-28T10:00:00Z'),
      currentPeriodEnd: new Date('2026-03-31T10:00:00Z'),
      nextActionAt: new Date('2026-03-31T10:00:00Z'),
      paymentCount: 2,
      failedAttempts: 0,
      openInvoiceId: null,
    });
    expect(events).toMatchObject([
      {
        type: 'subscription.renewed',
        aggregateId: subscription.id,
        payload: {
          status: 'ACTIVE',
          currentPeriodStart: '2026-02-28T10:00:00.000Z',
          currentPeriodEnd: '2026-03-31T10:00:00.000Z',
          paymentCount: 2,
        },
      },
    ]);
  });

  test('brings an expired one back', async () => {
    const world = await makeWorld();
    const { subscription } = await withOpenRenewal(world, { status: 'EXPIRED' });
    expect(await engineOf(world).advance(subscription.id)).toMatchObject({ status: 'ACTIVE', endedAt: null });
  });

  test('two at once each buy a period', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription({ anchorAt });
    const { advance } = engineOf(world);
    await Promise.all([advance(id), advance(id)]);
    expect(await world.rows.subscription.findUniqueOrThrow({ where: { id } })).toMatchObject({
      paymentCount: 3,
      version: 3,
    });
  });
});

describe('law 8: a renewal that can’t be charged', () => {
  test('follows the organization’s days, told at every try, until it expires', async () => {
    const world = await makeWorld({ dunningDays: [2, 3] });
    const { subscription } = await withOpenRenewal(world);
    const { fail } = engineOf(world);
    const { events } = await recorded(world, async () => {
      await fail(subscription.id);
      await fail(subscription.id, new Date('2026-03-02T11:00:00Z'));
      await fail(subscription.id, new Date('2026-03-03T12:00:00Z'));
    });
    expect(events.map(({ type, payload }) => [type, payload])).toMatchObject([
      ['subscription.past_due', { failedAttempts: 1, nextAttemptAt: '2026-03-02T10:30:00.000Z' }],
      ['subscription.past_due', { failedAttempts: 2, nextAttemptAt: '2026-03-03T11:00:00.000Z' }],
      ['subscription.expired', { failedAttempts: 3, nextAttemptAt: null }],
    ]);
    expect(await world.rows.subscription.findUniqueOrThrow({ where: { id: subscription.id } })).toMatchObject({
      status: 'EXPIRED',
      endedAt: new Date('2026-03-03T12:00:00Z'),
      nextActionAt: null,
    });
  });

  test('is nothing to one that was stopped meanwhile', async () => {
    const world = await makeWorld();
    const { subscription } = await withOpenRenewal(world, { status: 'CANCELED' });
    const { events, logs } = await recorded(world, () => engineOf(world).fail(subscription.id));
    expect([events, logs]).toEqual([[], []]);
  });
});

describe('law 9: a renewal that is given up', () => {
  test('moves on without a payment', async () => {
    const world = await makeWorld();
    const { subscription, invoice } = await withOpenRenewal(world, { status: 'PAST_DUE', failedAttempts: 1 });
    const { events } = await recorded(world, () => engineOf(world).waive(subscription.id, invoice.id));
    expect(await world.rows.subscription.findUniqueOrThrow({ where: { id: subscription.id } })).toMatchObject({
      status: 'ACTIVE',
      currentPeriodEnd: new Date('2026-03-31T10:00:00Z'),
      nextActionAt: new Date('2026-03-31T10:00:00Z'),
      paymentCount: 1,
      openInvoiceId: null,
    });
    expect(events.map(({ type }) => type)).toEqual(['subscription.updated']);
  });

  test('is nothing when it was not the open one', async () => {
    const world = await makeWorld();
    const { subscription } = await withOpenRenewal(world);
    const other = await world.invoice();
    const { events, logs } = await recorded(world, () => engineOf(world).waive(subscription.id, other.id));
    expect([events, logs]).toEqual([[], []]);
  });
});

test('when the engine acts next is no edit: it moves no version and is not logged', async () => {
  const world = await makeWorld();
  const { id } = await world.subscription();
  const { logs } = await recorded(world, () =>
    world.rows.subscription.update({ where: { id }, data: { nextActionAt: anchorAt } }),
  );
  expect(logs).toEqual([]);
  expect((await world.rows.subscription.findUniqueOrThrow({ where: { id } })).version).toBe(1);
});
