import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as rules from '../../src/invoices/rules.ts';
import { InvalidStateError, issueList } from '../../src/kernel/errors.ts';
import { currencyExponent, Decimal, isPayable, roundMoney } from '../../src/kernel/money.ts';

const statuses = ['DRAFT', 'UNPAID', 'PAID', 'REFUNDED', 'CANCELLED', 'PARTIALLY_PAID'] as const;

// With no, two and three decimals.
const currency = fc.constantFrom('JPY', 'USD', 'KWD');
const payable = (code: string, most = 10 ** 9) =>
  fc.integer({ min: 0, max: most }).map((units) => new Decimal(units).div(10 ** currencyExponent(code)));
const lineIn = (code: string) =>
  fc.record({
    quantity: fc.integer({ min: 1, max: 1_000 }),
    amount: payable(code, 10 ** 7),
    discount: payable(code, 10 ** 7),
    couponDiscount: payable(code, 10 ** 7),
  });
const cart = currency.chain((code) =>
  fc.record({ currency: fc.constant(code), lines: fc.array(lineIn(code), { minLength: 1, maxLength: 20 }) }),
);
const terms = fc.record({ recurs: fc.boolean(), couponOutlasts: fc.boolean() });
const once = { recurs: false, couponOutlasts: false };
const rate = fc.integer({ min: 0, max: 1_000_000 }).map((units) => new Decimal(units).div(10_000));

type Cart = { currency: string; lines: (rules.Line & { couponDiscount: Decimal })[] };
const linesOf = ({ lines }: Cart, how = once) =>
  rules.lineTotals(
    lines,
    lines.map(({ couponDiscount }) => couponDiscount),
    how,
  );
const none = { credit: new Decimal(0) };
const text = (amounts: Record<string, Decimal>) =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, amount.toFixed()]));
const sum = (amounts: Decimal[]) => amounts.reduce((total, amount) => total.plus(amount), new Decimal(0));

describe('lineTotals', () => {
  test('law 3: a line is quantity × amount, less its discount, less the coupon’s, exactly', () => {
    fc.assert(
      fc.property(cart, (given) => {
        linesOf(given).forEach(({ discount, couponDiscount, total }, index) => {
          const { quantity, amount } = given.lines[index] as rules.Line;
          expect(amount.times(quantity).minus(discount).minus(couponDiscount).toFixed()).toBe(total.toFixed());
        });
      }),
    );
  });

  test('law 3: nothing is ever negative, and no discount is more than was asked for or is there', () => {
    fc.assert(
      fc.property(cart, terms, (given, how) => {
        linesOf(given, how).forEach((line, index) => {
          const asked = given.lines[index] as Cart['lines'][number];
          const base = asked.amount.times(asked.quantity);
          for (const amount of Object.values(line)) expect(amount.isNegative()).toBe(false);
          expect(line.discount.toFixed()).toBe(Decimal.min(asked.discount, base).toFixed());
          expect(line.couponDiscount.toFixed()).toBe(
            Decimal.min(asked.couponDiscount, base.minus(line.discount)).toFixed(),
          );
        });
      }),
    );
  });

  test('law 3: every amount is payable in the currency', () => {
    fc.assert(
      fc.property(cart, terms, (given, how) => {
        for (const line of linesOf(given, how)) {
          for (const amount of Object.values(line)) expect(isPayable(amount, given.currency)).toBe(true);
        }
      }),
    );
  });

  test('law 4: renewals carry the discount, the coupon’s only if it outlasts, and nothing unless it recurs', () => {
    fc.assert(
      fc.property(cart, (given) => {
        const carried = (how: Parameters<typeof linesOf>[1]) =>
          linesOf(given, how).map(({ renewalDiscount }) => renewalDiscount.toFixed());
        const lines = linesOf(given);
        expect(carried({ recurs: false, couponOutlasts: true })).toEqual(lines.map(() => '0'));
        expect(carried({ recurs: true, couponOutlasts: false })).toEqual(
          lines.map(({ discount }) => discount.toFixed()),
        );
        expect(carried({ recurs: true, couponOutlasts: true })).toEqual(
          lines.map(({ discount, couponDiscount }) => discount.plus(couponDiscount).toFixed()),
        );
      }),
    );
  });

  test('a line without a coupon discount of its own has none', () => {
    const line = { quantity: 2, amount: new Decimal(100), discount: new Decimal(20) };
    expect(rules.lineTotals([line], [], once).map(text)).toEqual([
      { discount: '20', couponDiscount: '0', renewalDiscount: '0', total: '180' },
    ]);
  });
});

describe('invoiceTotals', () => {
  const totalsOf = (given: Cart, tax: rules.Tax, credit = new Decimal(0)) =>
    rules.invoiceTotals(linesOf(given), tax, { credit, currency: given.currency });

  test('law 5: the subtotal is the sum of the lines', () => {
    fc.assert(
      fc.property(cart, rate, (given, percent) => {
        const { subtotal } = totalsOf(given, { type: 'PERCENT', rate: percent });
        expect(subtotal.toFixed()).toBe(sum(linesOf(given).map(({ total }) => total)).toFixed());
      }),
    );
  });

  test('law 5: a percentage is rounded once, half-up, to the currency’s minor unit', () => {
    fc.assert(
      fc.property(cart, rate, (given, percent) => {
        const { subtotal, tax } = totalsOf(given, { type: 'PERCENT', rate: percent });
        const exact = subtotal.times(percent).div(100);
        expect(tax.toFixed()).toBe(roundMoney(exact, given.currency).toFixed());
        const unit = new Decimal(10).pow(-currencyExponent(given.currency));
        expect(tax.minus(exact).abs().lte(unit.div(2))).toBe(true);
        expect(isPayable(tax, given.currency)).toBe(true);
      }),
    );
  });

  test('law 5: the order of the lines makes no difference', () => {
    const shuffled = cart.chain((given) =>
      fc
        .shuffledSubarray(given.lines, { minLength: given.lines.length })
        .map((lines): [Cart, Cart] => [given, { ...given, lines }]),
    );
    fc.assert(
      fc.property(shuffled, rate, fc.constantFrom('NONE', 'FIXED', 'PERCENT'), ([one, other], percent, type) => {
        const tax = { type, rate: percent };
        expect(text(totalsOf(other, tax))).toEqual(text(totalsOf(one, tax)));
      }),
    );
  });

  test('law 6: the total is subtotal and tax, less the credit; with more credit than that it is 0', () => {
    fc.assert(
      fc.property(cart, rate, payable('USD', 10 ** 12), (given, percent, credit) => {
        const { subtotal, tax, total } = totalsOf(given, { type: 'PERCENT', rate: percent }, credit);
        expect(total.isNegative()).toBe(false);
        expect(total.toFixed()).toBe(Decimal.max(0, subtotal.plus(tax).minus(credit)).toFixed());
      }),
    );
  });

  const lines = [{ total: new Decimal(500) }];
  test.each([
    ['no tax', { type: 'NONE', rate: new Decimal(0) }, 'USD', { subtotal: '500', tax: '0', total: '500' }],
    ['I7: a fixed one', { type: 'FIXED', rate: new Decimal(10) }, 'USD', { subtotal: '500', tax: '10', total: '510' }],
    [
      'I6: a percentage',
      { type: 'PERCENT', rate: new Decimal(10) },
      'USD',
      { subtotal: '500', tax: '50', total: '550' },
    ],
    [
      'half a cent',
      { type: 'PERCENT', rate: new Decimal('0.001') },
      'USD',
      { subtotal: '500', tax: '0.01', total: '500.01' },
    ],
    [
      'a yen is whole',
      { type: 'PERCENT', rate: new Decimal('0.1') },
      'JPY',
      { subtotal: '500', tax: '1', total: '501' },
    ],
    [
      'a fils',
      { type: 'PERCENT', rate: new Decimal('0.0001') },
      'KWD',
      { subtotal: '500', tax: '0.001', total: '500.001' },
    ],
  ] as const)('%s', (_, tax, code, expected) => {
    expect(text(rules.invoiceTotals(lines, tax, { ...none, currency: code }))).toEqual(expected);
  });
});

describe('due and kept', () => {
  const amounts = fc
    .record({ asked: payable('USD'), credit: payable('USD'), amountPaid: payable('USD') })
    .chain(({ asked, ...paid }) =>
      payable('USD').map((refunded) => ({
        ...paid,
        total: asked,
        amountRefunded: Decimal.min(refunded, paid.amountPaid.plus(paid.credit)),
      })),
    );

  test('law 7: only an unpaid or partially paid invoice has something due', () => {
    fc.assert(
      fc.property(amounts, (given) => {
        const due = Object.fromEntries(statuses.map((status) => [status, rules.dueOf({ status, ...given }).toFixed()]));
        const open = given.total.minus(given.amountPaid).plus(given.amountRefunded).toFixed();
        const nothing = { DRAFT: '0', PAID: '0', REFUNDED: '0', CANCELLED: '0' };
        expect(due).toEqual({ ...nothing, UNPAID: open, PARTIALLY_PAID: open });
      }),
    );
  });

  test('law 7: what is due and what is kept are together what subtotal and tax ask for', () => {
    fc.assert(
      fc.property(amounts, (given) => {
        const due = rules.dueOf({ status: 'PARTIALLY_PAID', ...given });
        expect(due.plus(rules.keptOf(given)).toFixed()).toBe(given.total.plus(given.credit).toFixed());
      }),
    );
  });
});

describe('checks', () => {
  const issuesOf = (check: (issues: ReturnType<typeof issueList>) => void): string[] => {
    const issues = issueList();
    check(issues);
    try {
      issues.throwIfAny();
      return [];
    } catch (error) {
      return (error as { issues: { path: string[]; code: string }[] }).issues.map(
        ({ path, code }) => `${path.join('.')} ${code}`,
      );
    }
  };

  test.each([
    [0, ['items REQUIRED']],
    [1, []],
    [100, []],
    [101, ['items OUT_OF_RANGE']],
  ])('law 1: of %s lines', (count, expected) => {
    expect(issuesOf((issues) => rules.checkLineCount(issues, count))).toEqual(expected);
  });

  test.each([
    ['NONE', '0', 'USD', []],
    ['NONE', '1', 'USD', ['taxRate OUT_OF_RANGE']],
    ['FIXED', '10.01', 'USD', []],
    ['FIXED', '10.001', 'USD', ['taxRate OUT_OF_RANGE']],
    ['FIXED', '10.001', 'KWD', []],
    ['FIXED', '10.5', 'JPY', ['taxRate OUT_OF_RANGE']],
    ['FIXED', '-1', 'USD', ['taxRate OUT_OF_RANGE']],
    ['PERCENT', '0', 'USD', []],
    ['PERCENT', '7.7555', 'USD', []],
    ['PERCENT', '100', 'USD', []],
    ['PERCENT', '100.0001', 'USD', ['taxRate OUT_OF_RANGE']],
    ['PERCENT', '-0.0001', 'USD', ['taxRate OUT_OF_RANGE']],
  ] as const)('law 5: a tax %s of %s in %s', (type, given, code, expected) => {
    expect(issuesOf((issues) => rules.checkTax(issues, { type, rate: new Decimal(given) }, code))).toEqual(expected);
  });

  test('an invoice comes to less than what an amount has room for', () => {
    const of = (subtotal: string) =>
      issuesOf((issues) => rules.checkTotals(issues, { subtotal: new Decimal(subtotal), tax: new Decimal('0.01') }));
    expect(of('999999999999999.98')).toEqual([]);
    expect(of('999999999999999.99')).toEqual(['items OUT_OF_RANGE']);
  });

  test('law 11: only a draft, or a cancelled one, may be without a client', () => {
    const refused = statuses.filter((status) => issuesOf((issues) => rules.checkClient(issues, null, status)).length);
    expect(refused).toEqual(['UNPAID', 'PAID', 'REFUNDED', 'PARTIALLY_PAID']);
    expect(statuses.flatMap((status) => issuesOf((issues) => rules.checkClient(issues, 'x', status)))).toEqual([]);
  });

  const money = (amountPaid: number) => ({
    amountPaid: new Decimal(amountPaid),
    credit: new Decimal(0),
    amountRefunded: new Decimal(0),
  });
  test('law 10: kept money keeps client, currency and as much as it is', () => {
    const before = { ...money(50), clientId: 'ann', currency: 'USD' };
    const after = { clientId: 'ann', currency: 'USD', subtotal: new Decimal(45), tax: new Decimal(5) };
    const of = (change: object, kept = 50) =>
      issuesOf((issues) => rules.checkKept(issues, { ...before, ...money(kept) }, { ...after, ...change }));
    expect(of({})).toEqual([]);
    expect(of({ clientId: 'bob' })).toEqual(['clientId HAS_PAYMENTS']);
    expect(of({ currency: 'EUR' })).toEqual(['items HAS_PAYMENTS']);
    expect(of({ tax: new Decimal('4.99') })).toEqual(['items HAS_PAYMENTS']);
    expect(of({ clientId: null, currency: 'EUR', subtotal: new Decimal(0) }, 0)).toEqual([]);
  });
});

describe('steps', () => {
  const allowed = (from: string) =>
    statuses.filter((to) => {
      try {
        rules.checkStep(from, to);
        return from !== to;
      } catch {
        return false;
      }
    });

  test('law 9: the table', () => {
    expect(Object.fromEntries(statuses.map((from) => [from, allowed(from)]))).toEqual({
      DRAFT: ['UNPAID', 'CANCELLED'],
      UNPAID: ['DRAFT', 'CANCELLED'],
      PAID: ['REFUNDED'],
      REFUNDED: [],
      CANCELLED: ['DRAFT', 'UNPAID'],
      PARTIALLY_PAID: ['PAID', 'REFUNDED', 'CANCELLED'],
    });
  });

  test('law 9: staying is no step, and a refusal names both statuses', () => {
    for (const status of statuses) expect(() => rules.checkStep(status, status)).not.toThrow();
    expect(() => rules.checkStep('PAID', 'UNPAID')).toThrow(
      new InvalidStateError("An invoice can't go from Paid to Unpaid.", 'ILLEGAL_STEP'),
    );
  });

  test('law 10: with money on it, unpaid is partially paid, and there is no draft', () => {
    const kept = (amount: number) => ({
      amountPaid: new Decimal(amount),
      credit: new Decimal(10),
      amountRefunded: new Decimal(10),
    });
    expect(statuses.map((status) => rules.statusAfter(kept(0), status))).toEqual([...statuses]);
    expect(rules.statusAfter(kept(1), 'UNPAID')).toBe('PARTIALLY_PAID');
    expect(rules.statusAfter(kept(1), 'CANCELLED')).toBe('CANCELLED');
    expect(() => rules.statusAfter(kept(1), 'DRAFT')).toThrow('Money is kept on the invoice');
  });

  test('law 9: an invoice begins as a draft, unpaid, paid or cancelled', () => {
    const first = statuses.filter((status) => {
      const issues = issueList();
      rules.checkFirstStatus(issues, status);
      try {
        issues.throwIfAny();
        return true;
      } catch {
        return false;
      }
    });
    expect(first).toEqual(['DRAFT', 'UNPAID', 'PAID', 'CANCELLED']);
  });

  test('law 8: once paid, refunded or cancelled it is frozen, and the refusal names what can’t change', () => {
    const frozen = statuses.filter((status) => {
      try {
        rules.checkFrozen(status, ['items', 'dueAt']);
        return false;
      } catch (error) {
        expect((error as Error).message).toMatch(/frozen: items, dueAt can't change\.$/);
        return true;
      }
    });
    expect(frozen).toEqual(['PAID', 'REFUNDED', 'CANCELLED']);
    for (const status of statuses) expect(() => rules.checkFrozen(status, [])).not.toThrow();
  });
});

test.each([
  ['INV-', 42, 'INV-00042'],
  ['', 1, '00001'],
  ['2026/', 123_456, '2026/123456'],
])('law 12: after %j number %s is %s', (prefix, running, expected) => {
  expect(rules.numberOf(prefix, running)).toBe(expected);
});
