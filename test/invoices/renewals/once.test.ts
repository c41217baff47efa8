import { describe, expect, test } from 'vitest';
import { stopClock } from '../../kit/clock.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { giveCard, renewAll, storyOf, subscribe } from './subscribing.ts';

const begin = '2026-01-31T10:00:00Z';
const due = '2026-02-28T10:00:00Z';

async function subscribers(count: number, card?: Parameters<typeof giveCard>[2]) {
  const world = await makeWorld();
  const clock = stopClock(begin);
  const subscriptions: { id: string }[] = [];
  for (let index = 0; index < count; index += 1) {
    const client = await world.client();
    if (card) await giveCard(world, client, card);
    subscriptions.push(await subscribe(world, { client }));
  }
  clock.travel(due);
  return { world, clock, subscriptions };
}

const inParallel = (workers: number, world: World) =>
  Promise.all(Array.from({ length: workers }, () => renewAll(world)));

async function stories(world: World, subscriptions: readonly { id: string }[]) {
  const told = [];
  for (const subscription of subscriptions) told.push(await storyOf(world, subscription));
  return told;
}

// Real connections, real locks: each worker has its own look at what is due.
describe('however many work at once, a renewal is made once', { timeout: 60_000 }, () => {
  test('and charged once', async () => {
    const { world, subscriptions } = await subscribers(5, 'pm_test_success');
    await inParallel(4, world);
    for (const story of await stories(world, subscriptions)) {
      expect(story).toMatchObject({
        paymentCount: 2,
        invoices: ['PAID 100.00', 'PAID 100.00'],
        payments: ['Manual MANUAL SUCCEEDED 100.00', 'Test CHARGE SUCCEEDED 100.00'],
      });
    }
    const { rows } = world;
    const made = await rows.invoice.findMany({
      where: { organizationId: world.organizationId },
      select: { number: true },
    });
    // Ten running numbers, none twice, none left out.
    expect(made.map(({ number }) => number).sort()).toEqual(
      Array.from({ length: 10 }, (_, index) => `INV-${String(index + 1).padStart(5, '0')}`),
    );
  });

  test('and fails once', async () => {
    const { world, subscriptions } = await subscribers(4, 'pm_test_declined');
    await inParallel(4, world);
    for (const story of await stories(world, subscriptions)) {
      expect(story).toMatchObject({ status: 'PAST_DUE', failedAttempts: 1 });
      expect(story.payments).toEqual(['Manual MANUAL SUCCEEDED 100.00', 'Test CHARGE FAILED 100.00']);
    }
  });

  test('and waits once', async () => {
    const { world, subscriptions } = await subscribers(4);
    await inParallel(4, world);
    await inParallel(2, world);
    for (const { invoices } of await stories(world, subscriptions)) {
      expect(invoices).toEqual(['PAID 100.00', 'UNPAID 100.00']);
    }
  });

  test('also while somebody pays it by hand, or charges it', async () => {
    const { world, clock, subscriptions } = await subscribers(4, 'pm_test_declined');
    await renewAll(world);
    await world.rows.paymentMethod.updateMany({
      where: { organizationId: world.organizationId },
      data: { processorId: 'pm_test_success' },
    });
    clock.travel('2026-03-01T10:00:00Z');
    const open = (await stories(world, subscriptions)).map(({ openInvoice }) => openInvoice?.number);
    const byHand = open.map((id) =>
      world.as(world.admin).run('mutation ($id: ID!) { invoiceMarkPaid(input: { id: $id }) { __typename } }', { id }),
    );
    const charged = subscriptions.map(({ id }) =>
      world
        .as(world.admin)
        .run('mutation ($id: ID!) { subscriptionChargeNow(input: { id: $id, expectedVersion: 3 }) { __typename } }', {
          id,
        }),
    );
    await Promise.all([...byHand, ...charged, inParallel(3, world)]);
    await renewAll(world);
    for (const story of await stories(world, subscriptions)) {
      expect(story).toMatchObject({ status: 'ACTIVE', paymentCount: 2, invoices: ['PAID 100.00', 'PAID 100.00'] });
      expect(story.payments.filter((payment) => payment.includes('SUCCEEDED'))).toHaveLength(2);
    }
  });
});
