import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import type { VariablesOf } from '../kit/client.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectTheUsualOutcomes, idsOfNothing } from './cast.ts';
import { SubscriptionCancel } from './changing.ts';

type Input = VariablesOf<typeof SubscriptionCancel>['input'];

const cancel = async (world: World, input: Input) =>
  (await world.as(world.admin).run(SubscriptionCancel, { input })).subscriptionCancel;

describe('subscriptionCancel', () => {
  test('ends it at once, announces and logs it', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-02-10T12:00:00Z');
    const subscription = await world.subscription({ anchorAt: new Date('2026-01-31T10:00:00Z') });
    const { result, events, logs } = await recorded(world, () =>
      cancel(world, { id: encodeId('Subscription', subscription.id), expectedVersion: 1 }),
    );
    expect(success(result).subscription).toEqual({
      id: encodeId('Subscription', subscription.id),
      number: subscription.number,
      status: 'CANCELED',
      currentPeriodStart: '2026-01-31T10:00:00.000Z',
      currentPeriodEnd: '2026-02-28T10:00:00.000Z',
      cancelAtPeriodEnd: false,
      paymentCount: 1,
      failedAttempts: 0,
      nextActionAt: null,
      pausedAt: null,
      endedAt: clock.now().toISOString(),
      version: 2,
    });
    expect(events).toEqual([
      {
        type: 'subscription.canceled',
        aggregate: 'subscription',
        aggregateId: subscription.id,
        payload: { number: subscription.number, clientId: subscription.clientId, status: 'CANCELED' },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'SUBSCRIPTION',
        entityId: subscription.id,
        event: 'UPDATED',
        changes: {
          status: { before: 'ACTIVE', after: 'CANCELED' },
          ended_at: { before: null, after: '2026-02-10T12:00:00+00:00' },
        },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: subscription.clientId,
      },
    ]);
  });

  test('law 10: or when the period ends, until which it runs on', async () => {
    const world = await makeWorld();
    const { id, currentPeriodEnd } = await world.subscription();
    const { result, events } = await recorded(world, () => cancel(world, { id, atPeriodEnd: true }));
    expect(success(result).subscription).toMatchObject({
      status: 'ACTIVE',
      cancelAtPeriodEnd: true,
      nextActionAt: currentPeriodEnd.toISOString(),
      endedAt: null,
    });
    expect(events.map(({ type }) => type)).toEqual(['subscription.updated']);
    // Asked again it is said already; at once, it may still be ended.
    const again = await unchanged(world, () => cancel(world, { id, atPeriodEnd: true }));
    expect(success(again).subscription.version).toBe(2);
    expect(success(await cancel(world, { id })).subscription).toMatchObject({
      status: 'CANCELED',
      cancelAtPeriodEnd: false,
    });
  });

  test('law 10: when the period is over, the end is now', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription({ anchorAt: new Date('2026-01-31'), status: 'PAST_DUE' });
    expect(success(await cancel(world, { id, atPeriodEnd: true })).subscription.status).toBe('CANCELED');
  });

  test('what is owed stays owed', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    const { id } = await world.subscription({ openInvoiceId: invoice.id, clientId: invoice.clientId as string });
    success(await cancel(world, { id }));
    expect(await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id } })).toMatchObject({
      status: 'UNPAID',
    });
    expect(await world.rows.subscription.findUniqueOrThrow({ where: { id } })).toMatchObject({
      openInvoiceId: invoice.id,
      nextActionAt: null,
    });
  });

  test('is found by its number, too', async () => {
    const world = await makeWorld();
    const { number } = await world.subscription();
    expect(success(await cancel(world, { id: number })).subscription.number).toBe(number);
  });

  test.each(['CANCELED', 'EXPIRED'])('law 3: refuses one that is %s', async (status) => {
    const world = await makeWorld();
    const { id } = await world.subscription({ status });
    for (const atPeriodEnd of [false, true]) {
      const refused = await unchanged(world, () => cancel(world, { id, atPeriodEnd }));
      expect(failure(refused, 'InvalidStateError').code).toBe('INVALID_STATE');
    }
  });

  test('refuses a stale version, and an id that names nothing', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription();
    const stale = await unchanged(world, () => cancel(world, { id, expectedVersion: 7 }));
    expect(failure(stale, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 1 });
    for (const nothing of idsOfNothing) {
      const refused = await unchanged(world, () => cancel(world, { id: nothing }));
      expect(failure(refused, 'NotFoundError').path).toEqual(['id']);
    }
  });

  test('of several at once, one ends it', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription();
    const { result, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 5 }, () => cancel(world, { id }))),
    );
    expect(result.filter(({ __typename }) => __typename === 'SubscriptionCancelSuccess')).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(['subscription.canceled']);
  });

  test('who may', () =>
    expectTheUsualOutcomes((person, { id }) => person.answer(SubscriptionCancel, { input: { id } })));
});
