import { spawn } from 'node:child_process';
import path from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { finishPayments } from '../../../src/invoices/charges/jobs.ts';
import { minute, stopClock } from '../../kit/clock.ts';
import { testDatabase } from '../../kit/db.ts';
import { recorded, success, unchanged } from '../../kit/expect.ts';
import { type Card, stripeForThisFile } from '../../kit/stripe.ts';
import { testKey, toolsOf } from '../../kit/tools.ts';
import type { World } from '../../kit/world.ts';
import { makeStripeWorld, makeTestWorld } from '../../payments/cast.ts';
import { refund } from '../paying.ts';
import { charge, makeInvoice, stateOf } from './charging.ts';

const stripe = stripeForThisFile();

// The job looks after all organizations: what other tests have left open is none of this file's business.
beforeEach(async () => {
  const { owner } = await testDatabase();
  await owner.query("update payments set status = 'FAILED' where status = 'PROCESSING'");
});

/** The job, once; as the worker would run it. */
const finish = (world: World) => finishPayments(world.tools).run(null);

/** A charge that Stripe got, or did not get, and did not answer. */
async function silentCharge(card: Card, { after }: { after: boolean }) {
  const world = await makeStripeWorld(stripe);
  const { client, id } = await world.card(card);
  const invoice = await makeInvoice(world, client);
  stripe.keepSilent(/POST|payment_intents$/, { after });
  expect(success(await charge(world, invoice, { paymentMethodId: id })).payment.status).toBe('PROCESSING');
  return { world, client, invoice };
}

describe('payments.finish', () => {
  test('settles what Stripe has charged, once', async () => {
    const clock = stopClock();
    const { world, invoice } = await silentCharge('visa', { after: true });
    clock.advance(3 * minute);
    const { events } = await recorded(world, async () => {
      await Promise.all([finish(world), finish(world)]);
      await finish(world);
    });
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([
      ['invoice.paid', null],
      ['order.created', null],
    ]);
    const { transactionId } = await world.rows.payment.findFirstOrThrow({ where: { invoiceId: invoice.id } });
    expect(transactionId).toBe([...stripe.account(world.key).intents.keys()][0]);
  });

  test('fails what Stripe has declined, and what it never got', async () => {
    const clock = stopClock();
    const declined = await silentCharge('declined', { after: true });
    const lost = await silentCharge('visa', { after: false });
    clock.advance(3 * minute);
    await finish(declined.world);
    expect(await stateOf(declined.world, declined.invoice)).toEqual([
      'UNPAID',
      '0 orders',
      'CHARGE FAILED 100 CARD_DECLINED',
    ]);
    expect(await stateOf(lost.world, lost.invoice)).toEqual(['UNPAID', '0 orders', 'CHARGE FAILED 100 NOT_ASKED']);
    // The way is free again.
    const { id } = await lost.world.card('visa', lost.client);
    success(await charge(lost.world, lost.invoice, { paymentMethodId: id }));
  });

  test('leaves alone what is younger than two minutes, and what Stripe still does not answer', async () => {
    const clock = stopClock();
    const { world, invoice } = await silentCharge('visa', { after: true });
    clock.advance(minute);
    await unchanged(world, () => finish(world));
    clock.advance(minute);
    stripe.keepSilent(/payment_intents$/, { after: false });
    await unchanged(world, () => finish(world));
    await finish(world);
    expect((await stateOf(world, invoice))[0]).toBe('PAID');
  });

  test('one that can’t be asked keeps no other one waiting, and is tried again', async () => {
    const clock = stopClock();
    const [broken, sound] = [await silentCharge('visa', { after: true }), await silentCharge('visa', { after: true })];
    const { organizationId } = broken.world;
    await broken.world.rows.stripeAccount.updateMany({ where: { organizationId }, data: { keyId: 'gone' } });
    clock.advance(3 * minute);
    await expect(finish(sound.world)).rejects.toThrow('Payments could not be finished.');
    expect(await stateOf(broken.world, broken.invoice)).toEqual(['UNPAID', '0 orders', 'CHARGE PROCESSING 100']);
    expect((await stateOf(sound.world, sound.invoice))[0]).toBe('PAID');
    await broken.world.rows.stripeAccount.updateMany({ where: { organizationId }, data: { keyId: 'test' } });
    await finish(broken.world);
    expect((await stateOf(broken.world, broken.invoice))[0]).toBe('PAID');
  });

  test('finishes what the built-in processor was asked for, whatever was switched off since', async () => {
    const world = await makeTestWorld();
    const client = await world.client();
    const method = await world.paymentMethod({ client });
    const invoice = await makeInvoice(world, client);
    await world.payment({
      invoice,
      kind: 'CHARGE',
      processor: 'Test',
      status: 'PROCESSING',
      paymentMethodId: method.id,
      createdAt: new Date('2026-01-01'),
    });
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { testPayments: false } });
    await finish(world);
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
  });

  test('finishes a refund in the same way', async () => {
    const clock = stopClock();
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client);
    success(await charge(world, invoice, { paymentMethodId: id }));
    stripe.keepSilent(/refunds$/, { after: true });
    clock.advance(1);
    success(await refund(world, invoice, { amount: '30' }));
    expect((await stateOf(world, invoice)).slice(2)).toEqual(['CHARGE SUCCEEDED 100', 'REFUND PROCESSING 30']);
    clock.advance(3 * minute);
    await finish(world);
    await finish(world);
    expect((await stateOf(world, invoice)).slice(2)).toEqual(['CHARGE SUCCEEDED 100', 'REFUND SUCCEEDED 30']);
    const { amountRefunded } = await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id } });
    expect(String(amountRefunded)).toBe('30');
  });

  test('runs every minute', () => {
    expect(finishPayments(toolsOf(null as never))).toMatchObject({ name: 'payments.finish', schedule: '* * * * *' });
  });
});

describe('a process that is killed between Stripe’s answer and its own commit', () => {
  vi.setConfig({ testTimeout: 60_000 });

  test('leaves a payment that the job settles exactly once', async () => {
    const clock = stopClock();
    const world = await makeStripeWorld(stripe);
    const { client, method } = await world.card();
    const invoice = await makeInvoice(world, client);
    // Stripe takes the money, and its answer is long under way.
    stripe.delayAnswer(/payment_intents$/, 30_000);
    const { appUrl } = await testDatabase();
    const child = spawn(process.execPath, [path.resolve(import.meta.dirname, 'charging-process.ts')], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: appUrl,
        ENCRYPTION_KEYS: testKey,
        STRIPE_URL: world.tools.remotes.stripe.url,
        ORGANIZATION: world.organizationId,
        INVOICE: invoice.id,
        METHOD: method.id,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    const charged = () => [...stripe.account(world.key).intents.values()].map(({ status }) => status);
    await expect.poll(charged, { timeout: 40_000 }).toEqual(['succeeded']);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(await stateOf(world, invoice)).toEqual(['UNPAID', '0 orders', 'CHARGE PROCESSING 100']);

    clock.advance(3 * minute);
    await Promise.all([finish(world), finish(world), finish(world)]);
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
    expect(charged()).toEqual(['succeeded']);
    await unchanged(world, () => finish(world));
  });
});
