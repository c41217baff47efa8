import { isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import type { VariablesOf } from '../kit/client.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectTheUsualOutcomes, idsOfNothing } from './cast.ts';
import { SubscriptionUpdate } from './changing.ts';

type Input = VariablesOf<typeof SubscriptionUpdate>['input'];

const update = async (world: World, input: Input) =>
  (await world.as(world.admin).run(SubscriptionUpdate, { input })).subscriptionUpdate;
const updated = async (world: World, input: Input) => success(await update(world, input)).subscription;

describe('subscriptionUpdate', () => {
  test('an absent status, null, and the one that it has, are nothing', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription({ status: 'PAUSED' });
    for (const input of [{}, { status: null }, { status: 'PAUSED' }, { status: null, expectedVersion: 1 }] as const) {
      const { status, version } = await unchanged(world, () => updated(world, { id, ...input }));
      expect([status, version]).toEqual(['PAUSED', 1]);
    }
  });

  test.each([
    ['CANCELED', 'subscription.canceled'],
    ['PAUSED', 'subscription.paused'],
    ['PAST_DUE', 'subscription.past_due'],
    ['EXPIRED', 'subscription.expired'],
  ] as const)('makes an active one %s at once and announces it', async (status, type) => {
    const world = await makeWorld();
    const now = stopClock().now().toISOString();
    const { id, number, clientId, currentPeriodEnd } = await world.subscription();
    const { result, events } = await recorded(world, () =>
      update(world, { id: encodeId('Subscription', id), status, expectedVersion: 1 }),
    );
    expect(success(result).subscription).toMatchObject({
      status,
      pausedAt: status === 'PAUSED' ? now : null,
      endedAt: status === 'CANCELED' || status === 'EXPIRED' ? now : null,
      nextActionAt: status === 'PAST_DUE' ? currentPeriodEnd.toISOString() : null,
      version: 2,
    });
    expect(events).toEqual([
      {
        type,
        aggregate: 'subscription',
        aggregateId: id,
        payload: { number, clientId, status },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
  });

  test('ACTIVE resumes, with a period that is not over', async () => {
    const world = await makeWorld();
    const now = stopClock('2026-03-05T12:00:00Z').now().toISOString();
    const { id } = await world.subscription({ anchorAt: new Date('2026-01-31T10:00:00Z'), status: 'CANCELED' });
    const { result, events } = await recorded(world, () => update(world, { id, status: 'ACTIVE' }));
    expect(success(result).subscription).toMatchObject({ status: 'ACTIVE', currentPeriodEnd: now, nextActionAt: now });
    expect(events.map(({ type }) => type)).toEqual(['subscription.resumed']);
  });

  test('law 3: refuses a step that there is not', async () => {
    const world = await makeWorld();
    for (const [from, to] of [
      ['CANCELED', 'PAUSED'],
      ['EXPIRED', 'CANCELED'],
      ['PAUSED', 'PAST_DUE'],
    ] as const) {
      const { id } = await world.subscription({ status: from });
      const refused = await unchanged(world, () => update(world, { id, status: to }));
      expect(failure(refused, 'InvalidStateError').code).toBe('INVALID_STATE');
    }
  });

  test('B2: refuses what is no status', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription();
    const document = 'mutation ($id: ID!) { subscriptionUpdate(input: { id: $id, status: 5 }) { __typename } }';
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document, { id }));
    expect(refusal?.message).toContain('SubscriptionStatus');
  });

  test('B1: there is nothing that creates or deletes one, nor anything but the status to write', () => {
    const verbs = Object.keys(schema.getMutationType()?.getFields() ?? {}).filter((name) =>
      name.startsWith('subscription'),
    );
    expect(verbs.filter((name) => /Create|Delete/.test(name))).toEqual([]);
    const input = schema.getType('SubscriptionUpdateInput');
    expect(isInputObjectType(input) && Object.keys(input.getFields())).toEqual(['expectedVersion', 'id', 'status']);
  });

  test('refuses a stale version, also of nothing, and an id that names nothing', async () => {
    const world = await makeWorld();
    const { id } = await world.subscription();
    for (const status of ['PAUSED', null] as const) {
      const stale = await unchanged(world, () => update(world, { id, status, expectedVersion: 2 }));
      expect(failure(stale, 'ConflictError').currentVersion).toBe(1);
    }
    for (const nothing of idsOfNothing) {
      const refused = await unchanged(world, () => update(world, { id: nothing, status: 'PAUSED' }));
      expect(failure(refused, 'NotFoundError').path).toEqual(['id']);
    }
  });

  test('who may', () =>
    expectTheUsualOutcomes((person, { id }) => person.answer(SubscriptionUpdate, { input: { id, status: 'PAUSED' } })));
});
