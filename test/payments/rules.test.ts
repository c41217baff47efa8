import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../src/kernel/money.ts';
import {
  amountFromStripe,
  outcomeOfIntent,
  outcomeOfRefund,
  stripeAmount,
} from '../../src/payments/processors/stripe/rules.ts';
import { balanceAfter } from '../../src/payments/rules.ts';

describe('law 4, the balance', () => {
  test('is the sum, and never negative', () => {
    expect(String(balanceAfter('10.10', '-10.10', 'USD'))).toBe('0');
    expect(String(balanceAfter('0.1', '0.2', 'USD'))).toBe('0.3');
    expect(() => balanceAfter('10', '-10.0001', 'USD')).toThrow('only 10.00 USD');
  });
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
