import { describe, expect, test } from 'vitest';
import type { VariablesOf } from '../kit/client.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectTheUsualOutcomes, idsOfNothing } from './cast.ts';
import { SubscriptionResume } from './changing.ts';

type Input = VariablesOf<typeof SubscriptionResume>['input'];

const resume = async (world: World, input: Input) =>
  (await world.as(world.admin).run(SubscriptionResume, { input })).subscriptionResume;
const resumed = async (world: World, input: Input) => success(await resume(world, input)).subscription;

const anchorAt = new Date('2026-01-31T10:00:00Z');

describe('subscriptionResume', () => {
  test('law 11: goes on with a period that still runs, announces it', async () => {
    const world = await makeWorld();
    stopClock('2026-02-10T12:00:00Z');
    const { id, number, clientId } = await world.subscription({ anchorAt, status: 'PAUSED' });
    const { result, events } = await recorded(world, () => resume(world, { id, expectedVersion: 1 }));
    expect(success(result).subscription).toMatchObject({
      status: 'ACTIVE',
      currentPeriodStart: '2026-01-31T10:00:00.000Z',
      currentPeriodEnd: '2026-02-28T10:00:00.000Z',
      nextActionAt: '2026-02-28T10:00:00.000Z',
      pausedAt: null,
      version: 2,
    });
    expect(events).toMatchObject([
      { type: 'subscription.resumed', aggregateId: id, payload: { number, clientId, status: 'ACTIVE' } },
    ]);
  });

  test.each(['PAUSED', 'PAST_DUE', 'CANCELED', 'EXPIRED'])(
    'law 11: after the period one that was %s is due at once, its end being now',
    async (status) => {
      const world = await makeWorld();
      const now = stopClock('2026-03-05T12:00:00Z').now().toISOString();
      const { id } = await world.subscription({ anchorAt, status, failedAttempts: 3 });
      expect(await resumed(world, { id })).toMatchObject({
        status: 'ACTIVE',
        currentPeriodStart: '2026-01-31T10:00:00.000Z',
        currentPeriodEnd: now,
        nextActionAt: now,
        failedAttempts: 0,
        pausedAt: null,
        endedAt: null,
      });
    },
  );

  test('takes back that it is to end', async () => {
    const world = await makeWorld();
    const { id, currentPeriodEnd } = await world.subscription({ cancelAtPeriodEnd: true });
    const { result, events } = await recorded(world, () => resume(world, { id }));
    expect(success(result).subscription).toMatchObject({
      status: 'ACTIVE',
      cancelAtPeriodEnd: false,
      nextActionAt: currentPeriodEnd.toISOString(),
    });
    expect(events.map(({ type }) => type)).toEqual(['subscription.updated']);
  });

  test('tries a renewal at once that was left open', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-02-10T12:00:00Z');
    const invoice = await world.invoice();
    const clientId = invoice.clientId as string;
    const { id } = await world.subscription({ anchorAt, clientId, status: 'PAUSED', openInvoiceId: invoice.id });
    expect((await resumed(world, { id })).nextActionAt).toBe(clock.now().toISOString());
  });

  test('law 3: refuses one that is active', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription();
    const refused = failure(await unchanged(world, () => resume(world, { id })), 'InvalidStateError');
    expect(refused.message).toBe('The subscription is active already.');
  });

  test('refuses a stale version, and an id that names nothing', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription({ status: 'PAUSED' });
    const stale = await unchanged(world, () => resume(world, { id, expectedVersion: 0 }));
    expect(failure(stale, 'ConflictError').currentVersion).toBe(1);
    for (const nothing of idsOfNothing) {
      failure(await unchanged(world, () => resume(world, { id: nothing })), 'NotFoundError');
    }
  });

  test('who may', () =>
    expectTheUsualOutcomes(
      (person, { id }) => person.answer(SubscriptionResume, { input: { id } }),
      ({ world, client }) => world.subscription({ client, status: 'PAUSED' }),
    ));
});
