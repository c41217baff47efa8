import { describe, expect, test } from 'vitest';
import { takeDue } from '../../../src/invoices/renewals/commands.ts';
import { act } from '../../../src/kernel/command.ts';
import { systemViewer } from '../../../src/kernel/viewer.ts';
import { hour, stopClock } from '../../kit/clock.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { giveCard, renewAll, storyOf, subscribe } from './subscribing.ts';

const begin = '2026-01-31T10:00:00Z';
const due = '2026-02-28T10:00:00Z';

/** A client whose card is declined when the renewal is due, and the clock at that time. */
async function declined(fields: Parameters<typeof makeWorld>[0] = {}) {
  const world = await makeWorld(fields);
  const clock = stopClock(begin);
  const client = await world.client();
  await giveCard(world, client, 'pm_test_declined');
  const subscription = await subscribe(world, { client });
  clock.travel(due);
  return { world, clock, client, subscription };
}

const failedCharges = (count: number) => Array.from({ length: count }, () => 'Test CHARGE FAILED 100.00');

describe('a renewal whose charge is declined', () => {
  test('makes it past due, and is tried again on days 1, 3, 5 and 7; then it expires', async () => {
    const { world, clock, subscription } = await declined();
    const { events } = await recorded(world, async () => {
      const seen: unknown[] = [];
      for (const day of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
        clock.travel(new Date(new Date(due).getTime() + day * 24 * hour));
        await renewAll(world);
        const { status, failedAttempts, nextActionAt } = await storyOf(world, subscription);
        seen.push(`${day}: ${status} ${failedAttempts} ${nextActionAt?.slice(0, 10) ?? null}`);
      }
      expect(seen).toEqual([
        '0: PAST_DUE 1 2026-03-01',
        '1: PAST_DUE 2 2026-03-03',
        '2: PAST_DUE 2 2026-03-03',
        '3: PAST_DUE 3 2026-03-05',
        '4: PAST_DUE 3 2026-03-05',
        '5: PAST_DUE 4 2026-03-07',
        '6: PAST_DUE 4 2026-03-07',
        '7: EXPIRED 5 null',
        '8: EXPIRED 5 null',
      ]);
    });
    const told = events.flatMap(({ type }) => (type.startsWith('subscription.') ? [type] : []));
    expect(told).toEqual([...Array(4).fill('subscription.past_due'), 'subscription.expired']);
    expect(await storyOf(world, subscription)).toMatchObject({
      currentPeriodEnd: '2026-02-28T10:00:00.000Z',
      paymentCount: 1,
      // One invoice, charged five times.
      invoices: ['PAID 100.00', 'UNPAID 100.00'],
      payments: ['Manual MANUAL SUCCEEDED 100.00', ...failedCharges(5)],
    });
  });

  test('as the organization’s days say: without any, the first failure ends it', async () => {
    const { world, subscription } = await declined({ dunningDays: [] });
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({ status: 'EXPIRED', failedAttempts: 1 });
  });

  test('recovers with another card at the next try, without losing its billing date', async () => {
    const { world, clock, client, subscription } = await declined();
    await renewAll(world);
    await giveCard(world, client, 'pm_test_success');
    clock.travel('2026-03-01T10:00:00Z');
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      failedAttempts: 0,
      currentPeriodStart: '2026-02-28T10:00:00.000Z',
      currentPeriodEnd: '2026-03-31T10:00:00.000Z',
      invoices: ['PAID 100.00', 'PAID 100.00'],
      payments: ['Manual MANUAL SUCCEEDED 100.00', ...failedCharges(1), 'Test CHARGE SUCCEEDED 100.00'],
    });
  });

  test.each([
    ['past due', '2026-03-02T10:00:00Z', '2026-02-28T10:00:00.000Z', '2026-03-31T10:00:00.000Z'],
    ['expired', '2026-03-20T10:00:00Z', '2026-02-28T10:00:00.000Z', '2026-03-31T10:00:00.000Z'],
    ['expired long ago', '2026-05-05T10:00:00Z', '2026-05-05T10:00:00.000Z', '2026-06-05T10:00:00.000Z'],
  ])('whoever pays it by hand while it is %s brings it back', async (_, paidAt, start, end) => {
    const { world, clock, subscription } = await declined({ dunningDays: [1, 6] });
    for (const at of [due, '2026-03-01T10:00:00Z', ...(paidAt > '2026-03-06' ? ['2026-03-06T10:00:00Z'] : [])]) {
      clock.travel(at);
      await renewAll(world);
    }
    const { openInvoice } = await storyOf(world, subscription);
    clock.travel(paidAt);
    await world
      .as(world.admin)
      .run('mutation ($id: ID!) { invoiceMarkPaid(input: { id: $id }) { __typename } }', { id: openInvoice?.number });
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      currentPeriodStart: start,
      currentPeriodEnd: end,
      nextActionAt: end,
      failedAttempts: 0,
      openInvoice: null,
      paymentCount: 2,
    });
  });

  test('paused meanwhile, is not tried again; resumed, at once', async () => {
    const { world, clock, client, subscription } = await declined();
    await renewAll(world);
    const run = (verb: string) =>
      world.as(world.admin).run(`mutation ($id: ID!) { ${verb}(input: { id: $id }) { __typename } }`, subscription);
    await run('subscriptionPause');
    clock.travel('2026-03-04T10:00:00Z');
    await unchanged(world, () => renewAll(world));
    await giveCard(world, client);
    await run('subscriptionResume');
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      invoices: ['PAID 100.00', 'PAID 100.00'],
      currentPeriodStart: '2026-03-04T10:00:00.000Z',
    });
  });

  test('canceled meanwhile, is not tried again, and what is paid on it later is still counted', async () => {
    const { world, clock, subscription } = await declined();
    await renewAll(world);
    await world
      .as(world.admin)
      .run('mutation ($id: ID!) { subscriptionCancel(input: { id: $id }) { __typename } }', subscription);
    clock.travel('2026-03-01T10:00:00Z');
    await unchanged(world, () => renewAll(world));
    const { openInvoice } = await storyOf(world, subscription);
    await world
      .as(world.admin)
      .run('mutation ($id: ID!) { invoiceMarkPaid(input: { id: $id }) { __typename } }', { id: openInvoice?.number });
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'CANCELED',
      paymentCount: 2,
      currentPeriodEnd: '2026-03-31T10:00:00.000Z',
      nextActionAt: null,
    });
  });
});

/** The first half of a run, by a worker that dies before it asks the processor. */
async function dieWhileCharging(world: World, { id }: { id: string }): Promise<string> {
  const viewer = systemViewer(world.organizationId);
  const begun = await act(world.tools, viewer, takeDue, { id: id.slice('subscription_'.length) });
  return begun?.paymentId as string;
}

describe('law 12: a worker that dies while it charges', () => {
  test('is followed by nobody for an hour, and then by one who first learns what became of the charge', async () => {
    const { world, clock, subscription } = await declined();
    const paymentId = await dieWhileCharging(world, subscription);
    clock.advance(0.9 * hour);
    await unchanged(world, () => renewAll(world));
    clock.advance(0.2 * hour);
    await renewAll(world);
    // Nobody knows: no second charge, and another hour.
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'ACTIVE',
      nextActionAt: '2026-02-28T12:06:00.000Z',
      payments: ['Manual MANUAL SUCCEEDED 100.00', 'Test CHARGE PROCESSING 100.00'],
    });
    const failure = { status: 'FAILED', failureCode: 'CARD_DECLINED' };
    await world.rows.payment.update({ where: { id: paymentId }, data: failure });
    clock.advance(hour);
    await renewAll(world);
    expect(await storyOf(world, subscription)).toMatchObject({
      status: 'PAST_DUE',
      failedAttempts: 1,
      payments: ['Manual MANUAL SUCCEEDED 100.00', ...failedCharges(1)],
    });
  });

  test('one that was canceled meanwhile stays so', async () => {
    const { world, clock, subscription } = await declined();
    const paymentId = await dieWhileCharging(world, subscription);
    await world
      .as(world.admin)
      .run('mutation ($id: ID!) { subscriptionCancel(input: { id: $id }) { __typename } }', subscription);
    await world.rows.payment.update({ where: { id: paymentId }, data: { status: 'FAILED' } });
    clock.advance(2 * hour);
    await unchanged(world, () => renewAll(world));
    expect(await storyOf(world, subscription)).toMatchObject({ status: 'CANCELED', failedAttempts: 0 });
  });
});
