import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../src/kernel/money.ts';
import {
  amountFromStripe,
  eventOf,
  factOf,
  outcomeOfIntent,
  outcomeOfRefund,
  stripeAmount,
} from '../../src/payments/processors/stripe/rules.ts';
import { balanceAfter, takesTestPayments } from '../../src/payments/rules.ts';

describe('law 4, the balance', () => {
  test('is the sum, and never negative', () => {
    expect(String(balanceAfter('10.10', '-10.10', 'USD'))).toBe('0');
    expect(String(balanceAfter('0.1', '0.2', 'USD'))).toBe('0.3');
    expect(() => balanceAfter('10', '-10.0001', 'USD')).toThrow('only 10.00 USD');
  });
});

test('law 8: test payments are for organizations that take no live ones', () => {
  const account = (publishableKey: string) => ({ publishableKey });
  expect(takesTestPayments({ testPayments: true }, null)).toBe(true);
  expect(takesTestPayments({ testPayments: true }, account('pk_test_1'))).toBe(true);
  expect(takesTestPayments({ testPayments: true }, account('pk_live_1'))).toBe(false);
  expect(takesTestPayments({ testPayments: false }, null)).toBe(false);
});

describe('an amount as Stripe writes it', () => {
  test.each<[string, string, number | null]>([
    ['10', 'USD', 1000],
    ['0.5', 'EUR', 50],
    ['19.99', 'USD', 1999],
    ['0.001', 'USD', null],
    ['500', 'JPY', 500],
    ['0.5', 'JPY', null],
    // Without a minor unit there, though it has one.
    ['500', 'MGA', 500],
    ['500.2', 'MGA', null],
    // Hundredths there, though they have none any more.
    ['5', 'ISK', 500],
    ['5', 'UGX', 500],
    // The last of three decimals is 0.
    ['5.12', 'KWD', 5120],
    ['5.124', 'KWD', null],
    ['1', 'BHD', 1000],
    ['99999999999999.99', 'USD', null],
  ])('%s %s is %s', (amount, currency, units) => {
    expect(stripeAmount(amount, currency)).toBe(units);
  });

  test('is read back as what it was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99_999_999 }),
        fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'MGA', 'ISK', 'UGX', 'HUF', 'TWD', 'CLP'),
        (units, currency) => {
          const amount = amountFromStripe(units, currency.toLowerCase());
          const written = stripeAmount(amount, currency);
          expect(written === null || written === units).toBe(true);
          expect(new Decimal(amount).isPositive()).toBe(true);
        },
      ),
    );
  });
});

describe('what Stripe says', () => {
  const intent = (status: string, error: object | null = null) =>
    outcomeOfIntent({ id: 'pi_1', status, last_payment_error: error });

  test('of a payment intent', () => {
    const id = { transactionId: 'pi_1' };
    expect(intent('succeeded')).toEqual({ status: 'SUCCEEDED', ...id });
    expect(intent('processing')).toEqual({ status: 'PROCESSING', ...id });
    expect(intent('requires_action')).toMatchObject({ status: 'FAILED', code: 'AUTHENTICATION_REQUIRED', ...id });
    expect(intent('requires_payment_method', { code: 'card_declined', message: 'No.' })).toEqual({
      status: 'FAILED',
      code: 'CARD_DECLINED',
      message: 'No.',
      ...id,
    });
    expect(intent('canceled')).toMatchObject({ status: 'FAILED', code: 'CANCELED', ...id });
  });

  test('of a refund', () => {
    const refund = (status: string | null) => outcomeOfRefund({ id: 're_1', status });
    expect(refund('succeeded')).toEqual({ status: 'SUCCEEDED', transactionId: 're_1' });
    expect(refund('pending')).toEqual({ status: 'PROCESSING', transactionId: 're_1' });
    expect(refund('failed')).toMatchObject({ status: 'FAILED', code: 'REFUND_FAILED' });
  });
});

describe('what an event tells', () => {
  const paymentId = '019a0000-0000-7000-8000-000000000001';
  const fact = (type: string, object: object) =>
    factOf({ id: 'evt_1', type, object: object as Record<string, unknown> });

  test('of a charge of ours', () => {
    const intent = {
      id: 'pi_1',
      status: 'succeeded',
      currency: 'jpy',
      amount_received: 500,
      metadata: { payment_id: paymentId },
    };
    expect(fact('payment_intent.succeeded', intent)).toEqual({
      kind: 'MOVED',
      paymentId,
      outcome: { status: 'SUCCEEDED', transactionId: 'pi_1' },
      amount: new Decimal(500),
    });
    const error = { code: 'card_declined', message: 'No.' };
    const declined = { ...intent, status: 'requires_payment_method', last_payment_error: error };
    expect(fact('payment_intent.payment_failed', declined)).toEqual({
      kind: 'MOVED',
      paymentId,
      outcome: { status: 'FAILED', transactionId: 'pi_1', code: 'CARD_DECLINED', message: 'No.' },
      amount: null,
    });
  });

  test('of what was given back, and of a dispute', () => {
    const charge = { id: 'ch_1', payment_intent: 'pi_1', currency: 'kwd', amount_refunded: 5120 };
    expect(fact('charge.refunded', charge)).toEqual({ kind: 'REFUNDED', chargeId: 'pi_1', total: new Decimal('5.12') });
    const dispute = { id: 'dp_1', payment_intent: 'pi_1', currency: 'usd', amount: 100, reason: 'fraudulent' };
    expect(fact('charge.dispute.created', dispute)).toEqual({
      kind: 'DISPUTED',
      chargeId: 'pi_1',
      disputeId: 'dp_1',
      reason: 'fraudulent',
      amount: new Decimal(1),
    });
  });

  test.each([
    ['payment_intent.succeeded', { id: 'pi_1', status: 'succeeded' }],
    ['payment_intent.succeeded', { id: 'pi_1', status: 'succeeded', metadata: null }],
    ['payment_intent.succeeded', { id: 'pi_1', status: 'succeeded', metadata: { payment_id: 'order 7' } }],
    ['charge.refunded', { id: 'ch_1', payment_intent: null }],
    ['charge.dispute.created', { id: 'dp_1' }],
    ['payment_intent.created', { id: 'pi_1', metadata: { payment_id: paymentId } }],
  ])('of what is not ours is nothing: %s %j', (type, object) => {
    expect(fact(type, object)).toBeNull();
  });

  test.each([
    [null],
    [1],
    ['x'],
    [[]],
    [{}],
    [{ id: 'evt_1', type: 'x' }],
    [{ id: 1, type: 'x', data: { object: {} } }],
  ])('%j is none', (value) => {
    expect(eventOf(value)).toBeNull();
  });
});
