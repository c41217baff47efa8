import { describe, expect, test } from 'vitest';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { stripeForThisFile } from '../../kit/stripe.ts';
import { makeStripeWorld, makeTestWorld, type StripeWorld } from '../../payments/cast.ts';
import { refund } from '../paying.ts';
import { charge, makeInvoice, stateOf } from './charging.ts';

const stripe = stripeForThisFile();

/** An invoice whose 100.00 Stripe has taken. */
async function makeCharged(world: StripeWorld) {
  const { client, id } = await world.card();
  const invoice = await makeInvoice(world, client);
  success(await charge(world, invoice, { paymentMethodId: id }));
  return { client, invoice };
}

const refundsAt = (world: StripeWorld) => [...stripe.account(world.key).refunds.values()].map(({ amount }) => amount);

describe('invoiceRefund of a charge', () => {
  test('gives it back at Stripe, in parts and then all', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice } = await makeCharged(world);
    const { result, events } = await recorded(world, () => refund(world, invoice, { amount: '30', note: 'late' }));
    success(result);
    expect(refundsAt(world)).toEqual([3_000]);
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100', 'REFUND SUCCEEDED 30']);
    expect(events.map(({ type }) => type)).toEqual(['invoice.refunded']);
    const [charged, given] = await world.rows.payment.findMany({
      where: { invoiceId: invoice.id },
      orderBy: { id: 'asc' },
    });
    expect(given).toMatchObject({
      refundedPaymentId: charged?.id,
      processor: 'Stripe',
      transactionId: [...stripe.account(world.key).refunds.keys()][0],
      note: 'late',
    });
    success(await refund(world, invoice));
    expect(refundsAt(world)).toEqual([3_000, 7_000]);
    expect((await stateOf(world, invoice))[0]).toBe('REFUNDED');
  });

  test('goes charge by charge, the newest first, and what came otherwise as it came', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    await world.credit({ client, amount: '20' });
    const invoice = await makeInvoice(world, client, {
      status: 'PARTIALLY_PAID',
      credit: '20',
      subtotal: '100',
      total: '80',
    });
    await world.credit({ client, kind: 'SPEND', amount: '-20', invoiceId: invoice.id });
    await world.payment({
      invoice,
      kind: 'CREDIT',
      processor: 'Credit',
      amount: '20',
      createdAt: new Date('2026-01-01'),
    });
    success(await charge(world, invoice, { paymentMethodId: id }));
    success(await refund(world, invoice, { amount: '90' }));
    expect(refundsAt(world)).toEqual([8_000]);
    expect((await stateOf(world, invoice)).slice(2).sort()).toEqual([
      'CHARGE SUCCEEDED 80',
      'CREDIT SUCCEEDED 20',
      'REFUND SUCCEEDED 10',
      'REFUND SUCCEEDED 80',
    ]);
    const { balance } = await world.rows.user.findUniqueOrThrow({ where: { id: client.id } });
    expect(String(balance)).toBe('10');
  });

  test('may go to the balance, or by hand, instead: then Stripe is not asked', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice } = await makeCharged(world);
    success(await refund(world, invoice, { amount: '40', method: 'BALANCE' }));
    success(await refund(world, invoice, { amount: '60', method: 'MANUAL' }));
    expect(refundsAt(world)).toEqual([]);
    expect((await stateOf(world, invoice))[0]).toBe('REFUNDED');
  });

  test('that Stripe refuses fails, and the invoice keeps its money', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice } = await makeCharged(world);
    const error = { type: 'invalid_request_error', code: 'charge_disputed', message: 'The charge is disputed.' };
    stripe.refuse(/refunds$/, 400, error);
    const { result, events } = await recorded(world, () => refund(world, invoice));
    expect(failure(result, 'InvalidStateError')).toMatchObject({
      code: 'CHARGE_DISPUTED',
      message: 'The charge is disputed.',
    });
    expect(await stateOf(world, invoice)).toEqual([
      'PAID',
      '1 orders',
      'CHARGE SUCCEEDED 100',
      'REFUND FAILED 100 CHARGE_DISPUTED',
    ]);
    expect(events.map(({ type, payload }) => [type, (payload as { kind: string }).kind])).toEqual([
      ['payment.failed', 'REFUND'],
    ]);
    success(await refund(world, invoice));
  });

  test('without an answer it stays PROCESSING, and no other one begins', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice } = await makeCharged(world);
    stripe.keepSilent(/refunds$/, { after: false });
    success(await refund(world, invoice, { amount: '10' }));
    expect((await stateOf(world, invoice)).at(-1)).toBe('REFUND PROCESSING 10');
    const result = await unchanged(world, () => refund(world, invoice, { amount: '10' }));
    expect(failure(result, 'InvalidStateError').code).toBe('CHARGE_IN_PROGRESS');
  });

  test('of 6 at once for all of it, one gives it back', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice } = await makeCharged(world);
    const results = await Promise.all(Array.from({ length: 6 }, () => refund(world, invoice)));
    expect(results.filter(({ __typename }) => __typename === 'InvoiceRefundSuccess')).toHaveLength(1);
    expect(refundsAt(world)).toEqual([10_000]);
    expect((await stateOf(world, invoice))[0]).toBe('REFUNDED');
  });

  test('is refused once the account is gone, and can still be made by hand', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice } = await makeCharged(world);
    await world.rows.stripeAccount.deleteMany({ where: { organizationId: world.organizationId } });
    const result = await unchanged(world, () => refund(world, invoice));
    expect(failure(result, 'InvalidStateError').code).toBe('PAYMENTS_NOT_CONFIGURED');
    success(await refund(world, invoice, { method: 'MANUAL' }));
  });

  test('of the built-in processor moves nothing, and is recorded', async () => {
    const world = await makeTestWorld();
    const client = await world.client();
    await world.paymentMethod({ client, isDefault: true });
    const invoice = await makeInvoice(world, client);
    success(await charge(world, invoice));
    success(await refund(world, invoice));
    expect(await stateOf(world, invoice)).toEqual([
      'REFUNDED',
      '1 orders',
      'CHARGE SUCCEEDED 100',
      'REFUND SUCCEEDED 100',
    ]);
  });
});
