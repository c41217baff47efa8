import { describe, expect, test } from 'vitest';
import type { VariablesOf } from '../kit/client.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectTheUsualOutcomes, idsOfNothing } from './cast.ts';
import { SubscriptionPause } from './changing.ts';

type Input = VariablesOf<typeof SubscriptionPause>['input'];

const pause = async (world: World, input: Input) =>
  (await world.as(world.admin).run(SubscriptionPause, { input })).subscriptionPause;

describe('subscriptionPause', () => {
  test.each(['ACTIVE', 'PAST_DUE'])('law 11: stops one that is %s, announces it', async (status) => {
    const world = await makeWorld();
    const clock = stopClock();
    const { id, currentPeriodEnd, number, clientId } = await world.subscription({ status });
    const { result, events } = await recorded(world, () => pause(world, { id, expectedVersion: 1 }));
    expect(success(result).subscription).toMatchObject({
      status: 'PAUSED',
      pausedAt: clock.now().toISOString(),
      nextActionAt: null,
      currentPeriodEnd: currentPeriodEnd.toISOString(),
      version: 2,
    });
    expect(events).toMatchObject([
      { type: 'subscription.paused', aggregateId: id, payload: { number, clientId, status: 'PAUSED' } },
    ]);
  });

  test('one that is to end still ends', async () => {
    const world = await makeWorld();
    const { id, currentPeriodEnd } = await world.subscription({ cancelAtPeriodEnd: true });
    expect(success(await pause(world, { id })).subscription.nextActionAt).toBe(currentPeriodEnd.toISOString());
  });

  test.each(['PAUSED', 'CANCELED', 'EXPIRED'])('law 3: refuses one that is %s', async (status) => {
    const world = await makeWorld();
    const { id } = await world.subscription({ status });
    expect(failure(await unchanged(world, () => pause(world, { id })), 'InvalidStateError').code).toBe('INVALID_STATE');
  });

  test('refuses a stale version, and an id that names nothing', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription();
    const stale = await unchanged(world, () => pause(world, { id, expectedVersion: 0 }));
    expect(failure(stale, 'ConflictError').currentVersion).toBe(1);
    for (const nothing of idsOfNothing) {
      failure(await unchanged(world, () => pause(world, { id: nothing })), 'NotFoundError');
    }
  });

  test('who may', () =>
    expectTheUsualOutcomes((person, { id }) => person.answer(SubscriptionPause, { input: { id } })));
});
