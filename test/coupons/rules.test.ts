import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as rules from '../../src/coupons/rules.ts';
import type { Coupon } from '../../src/generated/prisma/client.ts';
import { issueList } from '../../src/kernel/errors.ts';
import { currencyExponent, Decimal, isPayable } from '../../src/kernel/money.ts';

const serviceIds = ['a', 'b', 'c'];

/** Amounts that can be paid in the currency: so many of its smallest units. */
const payable = (currency: string, most = 10 ** 9) =>
  fc.integer({ min: 0, max: most }).map((units) => new Decimal(units).div(10 ** currencyExponent(currency)));
const currencies = ['USD', 'JPY', 'KWD', 'CLF'];

const lineIn = (currency: string): fc.Arbitrary<rules.Line> =>
  fc.record({
    serviceId: fc.option(fc.constantFrom(...serviceIds), { nil: null }),
    quantity: fc.integer({ min: 1, max: 1_000 }),
    amount: payable(currency),
    // By hand, also more than the line.
    discount: fc.oneof(fc.constant(new Decimal(0)), payable(currency)),
  });

const couponIn = (currency: string) =>
  fc.constantFrom<rules.CouponType>('PERCENTAGE', 'FIXED').chain((type) =>
    fc.record({
      type: fc.constant(type),
      singleQuantity: fc.boolean(),
      discounts: fc.array(
        fc.record({
          amount:
            type === 'FIXED'
              ? payable(currency, 10 ** 7).map(String)
              : fc.integer({ min: 1, max: 1_000_000 }).map((parts) => new Decimal(parts).div(10_000).toString()),
          serviceIds: fc.subarray(serviceIds),
        }),
        { maxLength: 4 },
      ),
    }),
  );

const cases = fc.constantFrom(...currencies).chain((currency) =>
  fc.record({
    currency: fc.constant(currency),
    coupon: couponIn(currency),
    lines: fc.array(lineIn(currency), { maxLength: 6 }),
  }),
);

const line = (fields: Partial<rules.Line> = {}): rules.Line => {
  return { serviceId: null, quantity: 1, amount: '100', discount: 0, ...fields };
};
const percent = (amount: string, more: object = {}) => {
  return { type: 'PERCENTAGE', singleQuantity: false, discounts: [{ amount, serviceIds: [] }], ...more };
};
const fixed = (amount: string, more: object = {}) => ({ ...percent(amount), type: 'FIXED', ...more });
const off = (coupon: Parameters<typeof rules.couponDiscounts>[0], lines: rules.Line[], currency = 'USD') =>
  rules.couponDiscounts(coupon, lines, currency).map(String);

describe('couponDiscounts', () => {
  test('takes a percentage of unit price times quantity', () => {
    expect(off(percent('10'), [line(), line({ quantity: 3, amount: '19.99' })])).toEqual(['10', '6']);
  });

  test('takes a fixed amount off each unit, never more than the unit costs', () => {
    expect(off(fixed('30'), [line(), line({ quantity: 3 }), line({ amount: '20', quantity: 2 })])).toEqual([
      '30',
      '90',
      '40',
    ]);
  });

  test('is for one unit of each line when it is for a single quantity', () => {
    const single = { singleQuantity: true };
    expect(off(percent('10', single), [line({ quantity: 3 })])).toEqual(['10']);
    expect(off(fixed('30', single), [line({ quantity: 3 }), line({ quantity: 3, amount: '20' })])).toEqual([
      '30',
      '20',
    ]);
  });

  test('K4: is for the lines of its services only; a line without a service has what is for everything', () => {
    const ofA = { discounts: [{ amount: '10', serviceIds: ['a'] }] };
    const lines = [line({ serviceId: 'a' }), line({ serviceId: 'b' }), line()];
    expect(off(percent('', ofA), lines)).toEqual(['10', '0', '0']);
    expect(off(percent('5'), lines)).toEqual(['5', '5', '5']);
  });

  test('takes the discount that takes most, and never two', () => {
    const discounts = [
      { amount: '10', serviceIds: [] },
      { amount: '25', serviceIds: ['a'] },
      { amount: '5', serviceIds: ['a', 'b'] },
    ];
    const lines = [line({ serviceId: 'a' }), line({ serviceId: 'b' }), line()];
    expect(off(percent('', { discounts }), lines)).toEqual(['25', '10', '10']);
    expect(off(percent('', { discounts: [] }), lines)).toEqual(['0', '0', '0']);
  });

  test('takes no more than what the discount by hand leaves', () => {
    expect(off(percent('50'), [line({ discount: '30' }), line({ discount: '70' }), line({ discount: '120' })])).toEqual(
      ['50', '30', '0'],
    );
  });

  test.each([
    ['USD', '10', '0.05', '0.01'],
    ['USD', '10', '0.04', '0'],
    ['USD', '50', '0.01', '0.01'],
    ['USD', '33.3333', '100', '33.33'],
    ['JPY', '10', '5', '1'],
    ['JPY', '10', '4', '0'],
    ['KWD', '10', '0.005', '0.001'],
    ['CLF', '12.5', '0.0004', '0.0001'],
    ['USD', '100', '999999999999999.99', '999999999999999.99'],
  ])('rounds half-up in %s: %s percent of %s is %s', (currency, amount, price, expected) => {
    expect(off(percent(amount), [line({ amount: price })], currency)).toEqual([expected]);
  });

  test('law 4: never takes more than is left of a line, nor less than nothing, and what it takes can be paid', () => {
    fc.assert(
      fc.property(cases, ({ coupon, lines, currency }) => {
        for (const [index, discount] of rules.couponDiscounts(coupon, lines, currency).entries()) {
          expect(discount.isNegative()).toBe(false);
          expect(discount.lte(rules.leftOf(lines[index] as rules.Line))).toBe(true);
          expect(isPayable(discount, currency)).toBe(true);
        }
      }),
    );
  });

  test('law 3: a percentage is rounded half-up to the smallest unit, as whole numbers say', () => {
    const found = fc.constantFrom(...currencies).chain((currency) =>
      fc.record({
        currency: fc.constant(currency),
        units: fc.integer({ min: 0, max: 10 ** 9 }),
        quantity: fc.integer({ min: 1, max: 1_000 }),
        parts: fc.integer({ min: 1, max: 1_000_000 }),
      }),
    );
    fc.assert(
      fc.property(found, ({ currency, units, quantity, parts }) => {
        const scale = 10 ** currencyExponent(currency);
        const amount = new Decimal(parts).div(10_000).toString();
        const [discount] = rules.couponDiscounts(
          percent(amount),
          [line({ amount: new Decimal(units).div(scale), quantity })],
          currency,
        );
        // A millionth of the amount is `parts` of 10 000 percent.
        const expected = (BigInt(units) * BigInt(quantity) * BigInt(parts) + 500_000n) / 1_000_000n;
        expect(discount?.times(scale).toFixed(0)).toBe(String(expected));
      }),
    );
  });

  test('looks at each line for itself: their order changes nothing, nor does another line', () => {
    const shuffled = cases.chain((found) =>
      fc.shuffledSubarray(found.lines, { minLength: found.lines.length }).map((others) => ({ ...found, others })),
    );
    const sum = (discounts: Decimal[]) => discounts.reduce((all, one) => all.plus(one), new Decimal(0)).toString();
    fc.assert(
      fc.property(shuffled, ({ coupon, lines, others, currency }) => {
        const discounts = rules.couponDiscounts(coupon, lines, currency);
        expect(sum(rules.couponDiscounts(coupon, others, currency))).toBe(sum(discounts));
        const alone = lines.map((one) => rules.couponDiscounts(coupon, [one], currency)[0]);
        expect(alone.map(String)).toEqual(discounts.map(String));
      }),
    );
  });

  test('law 2: one more discount never makes a line dearer, and one that is for nothing here changes nothing', () => {
    fc.assert(
      fc.property(cases, ({ coupon, lines, currency }) => {
        const [first, ...others] = coupon.discounts;
        const all = rules.couponDiscounts(coupon, lines, currency);
        const fewer = rules.couponDiscounts({ ...coupon, discounts: others }, lines, currency);
        expect(all.every((discount, index) => discount.gte(fewer[index] as Decimal))).toBe(true);
        const elsewhere = { amount: first?.amount ?? '1', serviceIds: ['gone'] };
        expect(
          rules
            .couponDiscounts({ ...coupon, discounts: [...coupon.discounts, elsewhere] }, lines, currency)
            .map(String),
        ).toEqual(all.map(String));
      }),
    );
  });

  test('totals are the sums of the lines', () => {
    fc.assert(
      fc.property(cases, ({ coupon, lines, currency }) => {
        const { items, subtotal, discount, total } = rules.totalsOf(coupon, lines, currency);
        expect(total.toString()).toBe(subtotal.minus(discount).toString());
        expect(items.reduce((all, item) => all.plus(item.total), new Decimal(0)).toString()).toBe(total.toString());
        expect(total.isNegative()).toBe(false);
      }),
    );
  });
});

describe('checkEligible', () => {
  const at = new Date('2026-03-01T12:00:00Z');
  const open = {
    type: 'PERCENTAGE',
    currency: 'USD',
    expiresAt: null,
    usageLimit: null,
    usedCount: 0,
    minimumAmount: null,
    newCustomers: false,
    singleUse: false,
    affiliateId: null,
  } as Coupon;
  const stranger = { hasPaid: true, hasUsedIt: true, referredById: null };

  function refusals(coupon: object, facts: Partial<rules.Facts> = {}): string[] {
    const issues = issueList();
    const all = { at, currency: 'USD', lines: [line({ quantity: 2 })], customer: stranger, ...facts };
    const holds = rules.checkEligible(issues, ['couponId'], { ...open, ...coupon } as Coupon, all);
    try {
      issues.throwIfAny();
    } catch (error) {
      expect(holds).toBe(false);
      return (error as { issues: { path: string[]; code: string }[] }).issues.map(
        ({ path, code }) => `${path} ${code}`,
      );
    }
    expect(holds).toBe(true);
    return [];
  }

  test('a coupon without conditions holds for everybody', () => {
    expect(refusals({})).toEqual([]);
    expect(refusals({}, { customer: null, lines: [] })).toEqual([]);
  });

  test('until it expires, to the millisecond', () => {
    expect(refusals({ expiresAt: new Date(at.getTime() + 1) })).toEqual([]);
    expect(refusals({ expiresAt: at })).toEqual(['couponId EXPIRED']);
  });

  test('while it is not used up', () => {
    expect(refusals({ usageLimit: 2, usedCount: 1 })).toEqual([]);
    expect(refusals({ usageLimit: 2, usedCount: 2 })).toEqual(['couponId USED_UP']);
  });

  test('for carts of the least amount or more, discounts by hand not counted', () => {
    const lines = [line({ amount: '49.99', discount: '49' }), line({ amount: '25', quantity: 2 })];
    expect(refusals({ minimumAmount: new Decimal('99.99') }, { lines })).toEqual([]);
    expect(refusals({ minimumAmount: new Decimal('100') }, { lines })).toEqual(['couponId BELOW_MINIMUM']);
    expect(refusals({ minimumAmount: new Decimal('0') }, { lines: [] })).toEqual([]);
  });

  test('in its own currency where it has an amount, in any where it has none', () => {
    expect(refusals({}, { currency: 'EUR' })).toEqual([]);
    expect(refusals({ type: 'FIXED' }, { currency: 'EUR' })).toEqual(['couponId WRONG_CURRENCY']);
    expect(refusals({ minimumAmount: new Decimal('1000') }, { currency: 'EUR' })).toEqual(['couponId WRONG_CURRENCY']);
  });

  test('for new customers only, once for each client, for the clients of an affiliate', () => {
    const customer = { hasPaid: false, hasUsedIt: false, referredById: 'affiliate' };
    const conditions = { newCustomers: true, singleUse: true, affiliateId: 'affiliate' };
    expect(refusals(conditions, { customer })).toEqual([]);
    expect(refusals(conditions, { customer: { ...customer, hasPaid: true } })).toEqual(['couponId NOT_A_NEW_CUSTOMER']);
    expect(refusals(conditions, { customer: { ...customer, hasUsedIt: true } })).toEqual(['couponId ALREADY_USED']);
    expect(refusals(conditions, { customer: { ...customer, referredById: 'other' } })).toEqual([
      'couponId NOT_REFERRED',
    ]);
    expect(refusals(conditions, { customer: null })).toEqual([]);
  });

  test('K5: names everything that stands against it at once', () => {
    const conditions = { newCustomers: true, singleUse: true, affiliateId: 'affiliate', usageLimit: 1, usedCount: 1 };
    expect(refusals({ ...conditions, expiresAt: at, minimumAmount: new Decimal('200.01') })).toEqual(
      ['EXPIRED', 'USED_UP', 'BELOW_MINIMUM', 'NOT_A_NEW_CUSTOMER', 'ALREADY_USED', 'NOT_REFERRED'].map(
        (code) => `couponId ${code}`,
      ),
    );
  });
});
