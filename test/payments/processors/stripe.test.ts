import { describe, expect, test } from 'vitest';
import { InvalidStateError } from '../../../src/kernel/errors.ts';
import type { Charge, Refund } from '../../../src/payments/processors/rules.ts';
import { stripeProcessor } from '../../../src/payments/processors/stripe/jobs.ts';
import { type Card, stripeForThisFile } from '../../kit/stripe.ts';
import { toolsOf } from '../../kit/tools.ts';
import { unique } from '../../kit/unique.ts';

const stripe = stripeForThisFile();
const idempotencyKeys = () => stripe.requests(/POST/).map(({ idempotencyKey }) => idempotencyKey);

/** The processor of an account of its own, and a customer there with a card. */
function makeAccount(as: Card = 'visa') {
  const key = `sk_test_${unique()}`;
  const processor = stripeProcessor(key, toolsOf(null as never).remotes.stripe);
  const account = stripe.account(key);
  const customerId = `cus_${unique()}`;
  account.customers.set(customerId, { id: customerId, created: 0 });
  const methodId = stripe.method(key, as);
  Object.assign(account.methods.get(methodId) as object, { customer: customerId });
  const charge: Charge = {
    kind: 'CHARGE',
    paymentId: `payment-${unique()}`,
    organizationId: 'organization-1',
    amount: '49.5',
    currency: 'EUR',
    createdAt: new Date(),
    customerId,
    methodId,
    description: 'INV-1',
  };
  const refund = (chargeId: string, fields: Partial<Refund> = {}): Refund => ({
    kind: 'REFUND',
    paymentId: `payment-${unique()}`,
    organizationId: 'organization-1',
    amount: '10',
    currency: 'EUR',
    createdAt: new Date(),
    chargeId,
    ...fields,
  });
  return { key, processor, account, charge, refund, intents: () => [...account.intents.values()] };
}

describe('Stripe charges', () => {
  test('the amount in its smallest unit, once per payment, and says whose it is', async () => {
    const { processor, charge, intents, key } = makeAccount();
    const outcomes = [await processor.charge(charge), await processor.charge(charge)];
    const [intent] = intents();
    expect(intents()).toHaveLength(1);
    expect(intent).toMatchObject({
      amount: 4950,
      currency: 'eur',
      customer: charge.customerId,
      payment_method: charge.methodId,
      description: 'INV-1',
      metadata: { organization_id: 'organization-1', payment_id: charge.paymentId },
    });
    expect(outcomes).toEqual([1, 2].map(() => ({ status: 'SUCCEEDED', transactionId: intent?.id })));
    const sent = stripe.requests(/POST \/v1\/payment_intents$/).filter((one) => one.key === key);
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([charge.paymentId, charge.paymentId]);
    expect(sent[0]?.params).toMatchObject({
      confirm: 'true',
      off_session: 'true',
      'automatic_payment_methods[allow_redirects]': 'never',
    });
  });

  test.each<[Card, string, string]>([
    ['declined', 'CARD_DECLINED', 'Your card was declined.'],
    ['insufficient_funds', 'CARD_DECLINED', 'Your card has insufficient funds.'],
    ['authentication', 'AUTHENTICATION_REQUIRED', 'Your card was declined. This transaction requires authentication.'],
  ])('not a card that is %s', async (as, code, message) => {
    const { processor, charge, intents } = makeAccount(as);
    const outcome = await processor.charge(charge);
    expect(outcome).toEqual({ status: 'FAILED', transactionId: intents()[0]?.id, code, message });
  });

  test('not one whose owner must do something: the intent is canceled, so that it can’t succeed later', async () => {
    const { processor, charge, intents } = makeAccount('asks');
    expect(await processor.charge(charge)).toMatchObject({ status: 'FAILED', code: 'AUTHENTICATION_REQUIRED' });
    expect(intents().map(({ status }) => status)).toEqual(['canceled']);
  });

  test('what succeeds while it is being canceled', async () => {
    const { processor, charge, intents } = makeAccount('asks');
    stripe.delay(/cancel/, 200);
    const charging = processor.charge(charge);
    await expect.poll(() => intents()[0]?.status).toBe('requires_action');
    Object.assign(intents()[0] as object, { status: 'succeeded' });
    expect(await charging).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('nothing that can’t be written in its smallest unit, and does not even ask', async () => {
    const { processor, charge, key } = makeAccount();
    const outcome = await processor.charge({ ...charge, amount: '1.234', currency: 'KWD' });
    expect(outcome).toMatchObject({ status: 'FAILED', code: 'AMOUNT_NOT_CHARGEABLE' });
    expect(stripe.requests().filter((one) => one.key === key)).toEqual([]);
  });

  test('not what it refuses: a method that is gone, too many requests, a key that is no good', async () => {
    const { processor, charge, key } = makeAccount();
    expect(await processor.charge({ ...charge, paymentId: 'a', methodId: 'pm_gone' })).toMatchObject({
      status: 'FAILED',
      code: 'RESOURCE_MISSING',
    });
    stripe.refuse(/payment_intents/, 429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Slow down.' });
    expect(await processor.charge({ ...charge, paymentId: 'b' })).toMatchObject({
      status: 'FAILED',
      code: 'PROCESSOR_BUSY',
    });
    stripe.refuseKey(key);
    expect(await processor.charge({ ...charge, paymentId: 'c' })).toMatchObject({
      status: 'FAILED',
      code: 'PROCESSOR_REFUSED',
    });
  });

  test.each([
    ['keeps silent before', () => stripe.keepSilent(/payment_intents$/, { after: false }), false],
    ['keeps silent afterwards', () => stripe.keepSilent(/payment_intents$/, { after: true }), true],
    ['has a fault before', () => stripe.fail(/payment_intents$/, { after: false }), false],
    ['has a fault afterwards', () => stripe.fail(/payment_intents$/, { after: true }), true],
  ])('and when it %s, nobody knows until it is asked again', async (_, arrange, charged) => {
    const { processor, charge, intents } = makeAccount();
    arrange();
    expect(await processor.charge(charge)).toEqual({ status: 'PROCESSING', transactionId: null });
    const found = await processor.retrieve(charge);
    expect(found).toEqual(charged ? { status: 'SUCCEEDED', transactionId: intents()[0]?.id } : null);
    expect(intents()).toHaveLength(charged ? 1 : 0);
  });

  test('and is not taken to have failed when it can’t be asked what became of it', async () => {
    const { processor, charge, key } = makeAccount();
    await processor.charge(charge);
    stripe.keepSilent(/payment_intents$/, { after: false });
    expect(await processor.retrieve(charge)).toEqual({ status: 'PROCESSING', transactionId: null });
    stripe.refuseKey(key);
    expect(await processor.retrieve(charge)).toEqual({ status: 'PROCESSING', transactionId: null });
  });

  test('is found among others of the customer, and knows nothing of one that it never got', async () => {
    const { processor, charge, intents } = makeAccount();
    for (const paymentId of ['a', 'b', 'c']) await processor.charge({ ...charge, paymentId });
    const second = intents().find(({ metadata }) => (metadata as { payment_id: string }).payment_id === 'b');
    expect(await processor.retrieve({ ...charge, paymentId: 'b' })).toEqual({
      status: 'SUCCEEDED',
      transactionId: second?.id,
    });
    expect(await processor.retrieve({ ...charge, paymentId: 'd' })).toBeNull();
    expect(await processor.retrieve({ ...charge, paymentId: 'b', customerId: null })).toBeNull();
  });
});

describe('Stripe gives back', () => {
  test('a part of a charge, once per payment', async () => {
    const { processor, account, charge, refund, intents } = makeAccount();
    await processor.charge(charge);
    const asked = refund(String(intents()[0]?.id));
    const outcomes = [await processor.refund(asked), await processor.refund(asked)];
    const refunds = [...account.refunds.values()];
    expect(refunds).toMatchObject([
      { amount: 1000, payment_intent: intents()[0]?.id, metadata: { payment_id: asked.paymentId } },
    ]);
    expect(outcomes).toEqual([1, 2].map(() => ({ status: 'SUCCEEDED', transactionId: refunds[0]?.id })));
    expect(idempotencyKeys()).toContain(asked.paymentId);
    expect(await processor.retrieve(asked)).toEqual(outcomes[0]);
    expect(await processor.retrieve({ ...asked, paymentId: 'other' })).toBeNull();
  });

  test('not more than was charged', async () => {
    const { processor, charge, refund, intents } = makeAccount();
    await processor.charge(charge);
    const outcome = await processor.refund(refund(String(intents()[0]?.id), { amount: '49.51' }));
    expect(outcome).toMatchObject({ status: 'FAILED', code: 'AMOUNT_TOO_LARGE' });
  });

  test('or nobody knows', async () => {
    const { processor, charge, refund, intents } = makeAccount();
    await processor.charge(charge);
    const asked = refund(String(intents()[0]?.id));
    stripe.keepSilent(/refunds$/, { after: true });
    expect(await processor.refund(asked)).toEqual({ status: 'PROCESSING', transactionId: null });
    expect(await processor.retrieve(asked)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

test('a connection that breaks is tried again once, under the same key: nothing is charged twice', async () => {
  const { processor, charge, intents } = makeAccount();
  stripe.hangUp(/payment_intents$/, { after: true });
  expect(await processor.charge(charge)).toMatchObject({ status: 'SUCCEEDED' });
  expect(intents()).toHaveLength(1);
});

test('what can’t be done for a method is a failure of ours', async () => {
  const { processor } = makeAccount();
  stripe.keepSilent(/detach/, { after: false });
  await expect(processor.detach('pm_1')).rejects.toThrow(InvalidStateError);
});
