import { describe, expect, test } from 'vitest';
import { takeDue } from '../../../src/invoices/renewals/commands.ts';
import { act } from '../../../src/kernel/command.ts';
import { systemViewer } from '../../../src/kernel/viewer.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { stopClock } from '../../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectTheUsualOutcomes, idsOfNothing } from '../../subscriptions/cast.ts';
import { giveCard, renewAll, storyOf, subscribe } from './subscribing.ts';

const SubscriptionChargeNow = graphql(`
  mutation SubscriptionChargeNow($input: SubscriptionChargeNowInput!) {
    subscriptionChargeNow(input: $input) {
      ... on SubscriptionChargeNowSuccess {
        subscription {
          id
          status
          currentPeriodStart
          currentPeriodEnd
          nextActionAt
          openInvoice {
            status
            total {
              amount
            }
          }
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof SubscriptionChargeNow>['input'];

const chargeNow = async (world: World, input: Input) =>
  (await world.as(world.admin).run(SubscriptionChargeNow, { input })).subscriptionChargeNow;
const charged = async (world: World, input: Input) => success(await chargeNow(world, input)).subscription;

const begin = '2026-01-31T10:00:00Z';
const early = '2026-02-10T12:00:00Z';

async function subscribed(card?: Parameters<typeof giveCard>[2]) {
  const world = await makeWorld();
  const clock = stopClock(begin);
  const client = await world.client();
  if (card) await giveCard(world, client, card);
  const subscription = await subscribe(world, { client });
  clock.travel(early);
  return { world, clock, client, subscription };
}

describe('subscriptionChargeNow', () => {
  test('renews before the period is over, and moves the billing date', async () => {
    const { world, subscription } = await subscribed('pm_test_success');
    const { result, events, logs } = await recorded(world, () =>
      chargeNow(world, { id: subscription.id, expectedVersion: 1 }),
    );
    expect(success(result).subscription).toEqual({
      id: subscription.id,
      status: 'ACTIVE',
      currentPeriodStart: '2026-02-10T12:00:00.000Z',
      currentPeriodEnd: '2026-03-10T12:00:00.000Z',
      nextActionAt: '2026-03-10T12:00:00.000Z',
      openInvoice: null,
    });
    expect(await storyOf(world, subscription)).toMatchObject({
      paymentCount: 2,
      invoices: ['PAID 100.00', 'PAID 100.00'],
      payments: ['Manual MANUAL SUCCEEDED 100.00', 'Test CHARGE SUCCEEDED 100.00'],
    });
    expect(events.map(({ type }) => type)).toEqual(['invoice.created', 'subscription.renewed', 'invoice.paid']);
    expect(events.every(({ actorId }) => actorId === world.admin.id)).toBe(true);
    expect(logs.every(({ actorId }) => actorId === world.admin.id)).toBe(true);
  });

  test('without a method the invoice waits, and the period runs on', async () => {
    const { world, clock, subscription } = await subscribed();
    expect(await charged(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      currentPeriodEnd: '2026-02-28T10:00:00.000Z',
      nextActionAt: null,
      openInvoice: { status: 'UNPAID', total: { amount: '100.00' } },
    });
    // It is that renewal which the period's end would have made.
    clock.travel('2026-02-28T10:00:00Z');
    await unchanged(world, () => renewAll(world));
  });

  test('declined, it is past due, and tried again as any renewal', async () => {
    const { world, clock, client, subscription } = await subscribed('pm_test_declined');
    expect(await charged(world, subscription)).toMatchObject({
      status: 'PAST_DUE',
      currentPeriodEnd: '2026-02-28T10:00:00.000Z',
      nextActionAt: '2026-02-11T12:00:00.000Z',
      openInvoice: { status: 'UNPAID' },
    });
    await giveCard(world, client);
    clock.travel('2026-02-11T12:00:00Z');
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({ status: 'ACTIVE', paymentCount: 2 });
  });

  test('tries the open renewal again, and makes no second one', async () => {
    const { world, clock, client, subscription } = await subscribed('pm_test_declined');
    clock.travel('2026-02-28T10:00:00Z');
    await renewAll(world);
    await giveCard(world, client);
    clock.advance(60_000);
    expect(await charged(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      currentPeriodStart: '2026-02-28T10:00:00.000Z',
      currentPeriodEnd: '2026-03-31T10:00:00.000Z',
      openInvoice: null,
    });
    expect((await storyOf(world, subscription)).invoices).toEqual(['PAID 100.00', 'PAID 100.00']);
  });

  test('is found by its number, too', async () => {
    const { world, subscription } = await subscribed();
    const { number } = await world.rows.subscription.findFirstOrThrow({
      where: { organizationId: world.organizationId },
    });
    expect((await charged(world, { id: number })).id).toBe(subscription.id);
  });

  test.each(['PAUSED', 'CANCELED', 'EXPIRED'])('refuses one that is %s', async (status) => {
    const { world, subscription } = await subscribed('pm_test_success');
    await world
      .as(world.admin)
      .run(
        `mutation ($id: ID!) { subscriptionUpdate(input: { id: $id, status: ${status} }) { __typename } }`,
        subscription,
      );
    const refused = await unchanged(world, () => chargeNow(world, subscription));
    expect(failure(refused, 'InvalidStateError').code).toBe('NOT_RUNNING');
  });

  test('refuses one that is to end, one with nothing to renew, and one that is being charged', async () => {
    const { world, clock, subscription } = await subscribed('pm_test_success');
    const refusal = async (id: string) =>
      failure(await unchanged(world, () => chargeNow(world, { id })), 'InvalidStateError').code;
    const run = (verb: string) => world.as(world.admin).run(`mutation ($id: ID!) { ${verb} }`, subscription);
    await run('subscriptionCancel(input: { id: $id, atPeriodEnd: true }) { __typename }');
    expect(await refusal(subscription.id)).toBe('NOT_RUNNING');
    await run('subscriptionResume(input: { id: $id }) { __typename }');
    expect(await refusal((await world.subscription()).id)).toBe('NOTHING_TO_RENEW');
    clock.travel('2026-02-28T10:00:00Z');
    const id = subscription.id.slice('subscription_'.length);
    await act(world.tools, systemViewer(world.organizationId), takeDue, { id });
    expect(await refusal(subscription.id)).toBe('BEING_CHARGED');
  });

  test('refuses a stale version, and an id that names nothing', async () => {
    const { world, subscription } = await subscribed('pm_test_success');
    const stale = await unchanged(world, () => chargeNow(world, { id: subscription.id, expectedVersion: 9 }));
    expect(failure(stale, 'ConflictError').currentVersion).toBe(1);
    for (const nothing of idsOfNothing) {
      const refused = await unchanged(world, () => chargeNow(world, { id: nothing }));
      expect(failure(refused, 'NotFoundError').path).toEqual(['id']);
    }
  });

  test('of several at once with the same version, one charges', async () => {
    const { world, subscription } = await subscribed('pm_test_success');
    const input = { id: subscription.id, expectedVersion: 1 };
    const results = await Promise.all(Array.from({ length: 5 }, () => chargeNow(world, input)));
    expect(results.filter(({ __typename }) => __typename === 'SubscriptionChargeNowSuccess')).toHaveLength(1);
    expect((await storyOf(world, subscription)).invoices).toEqual(['PAID 100.00', 'PAID 100.00']);
  });

  test('who may', () =>
    expectTheUsualOutcomes(
      (person, { id }) => person.answer(SubscriptionChargeNow, { input: { id } }),
      async ({ world, client }) => {
        const invoice = await world.invoice({ client, status: 'PAID', periodLength: 1, periodUnit: 'MONTH' });
        await invoice.item();
        return await world.subscription({ client, invoiceId: invoice.id });
      },
    ));
});
