import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FirstItem, hasPreview, renewalOf, renewalPrice } from '../../../src/invoices/renewals/rules.ts';
import { invoiceTotals, type TaxType } from '../../../src/invoices/rules.ts';
import { Decimal, roundMoney } from '../../../src/kernel/money.ts';

const cents = (most: number) => fc.integer({ min: 0, max: most }).map((value) => new Decimal(value).div(100));
const terms = fc.record({
  recurring: fc.constantFrom('ONE_TIME', 'RECURRING', 'TRIAL'),
  currency: fc.constantFrom('USD', 'EUR'),
  recurringPrice: fc.option(cents(1e7), { nil: null }),
});
const item = fc.record({
  serviceId: fc.constant(null),
  name: fc.string({ minLength: 1 }),
  description: fc.option(fc.string(), { nil: null }),
  quantity: fc.integer({ min: 1, max: 100 }),
  amount: cents(1e7),
  renewalDiscount: cents(1e8),
  options: fc.constant({}),
  service: fc.option(terms, { nil: null }),
}) as unknown as fc.Arbitrary<FirstItem>;
const items = fc.array(item, { minLength: 1, maxLength: 10 });
const tax = fc.record({ type: fc.constantFrom<TaxType>('NONE', 'FIXED', 'PERCENT'), rate: cents(10_000) });

describe('law 1: the price of a line', () => {
  test('is the service’s recurring price, where it recurs in the currency; otherwise what it was', () => {
    fc.assert(
      fc.property(item, (line) => {
        const { service } = line;
        const recurs =
          service?.recurring !== 'ONE_TIME' && service?.currency === 'USD' && service.recurringPrice !== null;
        const expected = recurs ? service.recurringPrice : line.amount;
        expect(renewalPrice(line, 'USD').toFixed()).toBe(String(expected));
      }),
    );
  });
});

describe('laws 2 and 3: a renewal', () => {
  test('carries the discounts as far as the lines go, and carries them on', () => {
    fc.assert(
      fc.property(items, tax, (lines, taxed) => {
        const { lines: renewed } = renewalOf(lines, taxed, 'USD');
        renewed.forEach((line, index) => {
          const base = line.amount.times(line.quantity);
          const asked = new Decimal(String(lines[index]?.renewalDiscount));
          expect(line.discount.eq(Decimal.min(asked, base))).toBe(true);
          expect(line.renewalDiscount.eq(line.discount)).toBe(true);
          expect(line.couponDiscount.isZero()).toBe(true);
          expect(line.total.eq(base.minus(line.discount))).toBe(true);
        });
      }),
    );
  });

  test('comes to its lines and the tax of the first invoice', () => {
    fc.assert(
      fc.property(items, tax, (lines, taxed) => {
        const { lines: renewed, totals } = renewalOf(lines, taxed, 'USD');
        const subtotal = renewed.reduce((sum, { total }) => sum.plus(total), new Decimal(0));
        expect(totals.subtotal.eq(subtotal)).toBe(true);
        const whole = invoiceTotals(renewed, taxed, { credit: new Decimal(0), currency: 'USD' });
        expect(totals.total.eq(whole.total)).toBe(true);
        expect(roundMoney(totals.total, 'USD').eq(totals.total)).toBe(true);
      }),
    );
  });

  test('renewed again is the same', () => {
    fc.assert(
      fc.property(items, tax, (lines, taxed) => {
        const once = renewalOf(lines, taxed, 'USD');
        const again = once.lines.map((line, index) => ({ ...line, service: lines[index]?.service ?? null }));
        expect(renewalOf(again as unknown as FirstItem[], taxed, 'USD').totals).toEqual(once.totals);
      }),
    );
  });
});

test.each([
  ['ACTIVE', false, 'x', true],
  ['PAST_DUE', false, 'x', true],
  ['PAUSED', false, 'x', true],
  ['ACTIVE', true, 'x', false],
  ['ACTIVE', false, null, false],
  ['CANCELED', false, 'x', false],
  ['EXPIRED', false, 'x', false],
])('law 8: of one that is %s, to end %s, begun by %s there is a preview: %s', (status, ends, invoiceId, expected) => {
  expect(hasPreview({ status, cancelAtPeriodEnd: ends, invoiceId })).toBe(expected);
});
