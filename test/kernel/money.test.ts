import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  currencyExponent,
  Decimal,
  formatAmount,
  isCurrency,
  isPayable,
  prettyAmount,
  roundMoney,
} from '../../src/kernel/money.ts';

const currencies = ['USD', 'EUR', 'JPY', 'KRW', 'KWD', 'TND', 'CLF', 'CHF'] as const;
const currency = fc.constantFrom(...currencies);
// Every value of numeric(19,4), as its number of ten-thousandths.
const tenThousandths = fc.bigInt({ min: -(10n ** 19n) + 1n, max: 10n ** 19n - 1n });

function toText(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${units < 0n ? '-' : ''}${decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`}`;
}

/** Half-up in whole numbers, the independent way: half a unit goes away from zero. */
function halfUp(units: bigint, divisor: bigint): bigint {
  const positive = units < 0n ? -units : units;
  const rounded = (positive * 2n + divisor) / (divisor * 2n);
  return units < 0n ? -rounded : rounded;
}

describe('amounts', () => {
  test('round half-up to the minor unit, as whole numbers would', () => {
    fc.assert(
      fc.property(tenThousandths, currency, (units, code) => {
        const exponent = currencyExponent(code);
        const expected = halfUp(units, 10n ** BigInt(4 - exponent));
        expect(roundMoney(toText(units, 4), code).equals(toText(expected, exponent))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of the middle go up, below it down, and never by way of a binary fraction', () => {
    expect(roundMoney('1.005', 'USD').toFixed()).toBe('1.01');
    expect(roundMoney('1.0049', 'USD').toFixed()).toBe('1');
    expect(roundMoney('2.5', 'JPY').toFixed()).toBe('3');
    expect(roundMoney('-2.5', 'JPY').toFixed()).toBe('-3');
    expect(roundMoney('0.0005', 'KWD').toFixed()).toBe('0.001');
  });

  test('add up exactly', () => {
    fc.assert(
      fc.property(fc.array(tenThousandths, { maxLength: 50 }), (amounts) => {
        const sum = amounts.reduce((total, units) => total.plus(toText(units, 4)), new Decimal(0));
        const expected = amounts.reduce((total, units) => total + units, 0n);
        expect(sum.toFixed(4)).toBe(toText(expected, 4).replace(/^-(0\.0+)$/, '$1'));
      }),
    );
  });

  test('multiply by a quantity exactly', () => {
    fc.assert(
      fc.property(tenThousandths, fc.integer({ min: 1, max: 2_147_483_647 }), (units, quantity) => {
        const product = new Decimal(toText(units, 4)).times(quantity);
        expect(product.times(10_000).toFixed(0)).toBe((units * BigInt(quantity)).toString());
      }),
    );
  });

  test('are written with exactly the decimals of their currency, and read back as the same amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), currency, (minor, code) => {
        const exponent = currencyExponent(code);
        const amount = toText(minor, exponent);
        expect(formatAmount(amount, code)).toBe(amount);
        expect(isPayable(amount, code)).toBe(true);
      }),
    );
  });

  test('below the minor unit can be named but not paid', () => {
    expect(isPayable('49.00', 'USD')).toBe(true);
    expect(isPayable('49.001', 'USD')).toBe(false);
    expect(isPayable('49.5', 'JPY')).toBe(false);
    expect(isPayable('49.001', 'KWD')).toBe(true);
    expect(formatAmount('49', 'USD')).toBe('49.00');
    expect(formatAmount('49', 'JPY')).toBe('49');
    expect(formatAmount('0', 'KWD')).toBe('0.000');
  });

  // Case S7 of the reference.
  test.each([
    ['299', 'USD', '$299.00'],
    ['10', 'GBP', '£10.00'],
    ['5', 'CAD', 'CA$5.00'],
    ['7', 'CHF', 'CHF 7.00'],
    ['1200', 'JPY', 'JPY 1200'],
  ])('%s %s is %s to people', (amount, code, pretty) => {
    expect(prettyAmount(amount, code)).toBe(pretty);
  });
});

describe('currencies', () => {
  test('have the minor units of ISO 4217', () => {
    const exponents = Object.fromEntries(
      ['USD', 'EUR', 'JPY', 'ISK', 'KWD', 'BHD', 'CLF', 'UYW'].map((code) => [code, currencyExponent(code)]),
    );
    expect(exponents).toEqual({ USD: 2, EUR: 2, JPY: 0, ISK: 0, KWD: 3, BHD: 3, CLF: 4, UYW: 4 });
  });

  test('agree with those that Intl knows, for every currency of ours', () => {
    const known = new Set(Intl.supportedValuesOf('currency'));
    const wrong = [...known].filter((code) => {
      if (!isCurrency(code)) return false;
      const digits = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
        .maximumFractionDigits;
      return digits !== currencyExponent(code);
    });
    // CLDR gives some currencies fewer decimals than ISO does, because their coins are gone; we follow ISO.
    const coinless = new Set('AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SOS SYP YER'.split(' '));
    expect(wrong.filter((code) => !coinless.has(code))).toEqual([]);
  });

  test('are upper-case codes in use', () => {
    expect(['USD', 'EUR', 'JPY'].every(isCurrency)).toBe(true);
    expect(['usd', 'XXX', 'DEM', '', 'toString', 'US'].some(isCurrency)).toBe(false);
  });
});
