import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Invoice, Payment } from '../../../src/generated/prisma/client.ts';
import { dueOf, keptOf } from '../../../src/invoices/rules.ts';
import * as rules from '../../../src/invoices/settlement/rules.ts';
import { Decimal } from '../../../src/kernel/money.ts';

const at = new Date('2026-03-02T09:00:00.000Z');
const cents = (most: number) => fc.integer({ min: 0, max: most }).map((units) => new Decimal(units).div(100));

const invoice = (fields: Record<string, unknown> = {}): Invoice =>
  ({
    status: 'UNPAID',
    clientId: 'ann',
    currency: 'USD',
    total: '100',
    credit: '0',
    amountPaid: '0',
    amountRefunded: '0',
    ...fields,
  }) as unknown as Invoice;

const codeOf = (work: () => unknown): string | null => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('pay', () => {
  const kind = fc.constantFrom<rules.MovementKind>('CHARGE', 'MANUAL', 'CREDIT');

  test('laws 1 and 2: whatever the parts, the invoice is paid when, and only when, they make up what was due', () => {
    const parts = fc.array(fc.tuple(kind, fc.integer({ min: 1, max: 3_000 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(parts, (given) => {
        const asked = given.reduce((sum, [, units]) => sum + units, 0);
        let standing = invoice({ total: new Decimal(asked).div(100) });
        given.forEach(([how, units], index) => {
          const amount = new Decimal(units).div(100);
          const { isComplete, data } = rules.pay(standing, { kind: how, amount }, at);
          expect(isComplete).toBe(index === given.length - 1);
          const after = { ...standing, ...data } as unknown as Invoice;
          expect(keptOf(after).minus(keptOf(standing)).toFixed()).toBe(amount.toFixed());
          expect(after.paidAt).toEqual(isComplete ? at : null);
          expect(dueOf(after).isZero()).toBe(isComplete);
          standing = after;
        });
        expect(standing.status).toBe('PAID');
        const { total, credit } = standing;
        expect(new Decimal(String(total)).plus(String(credit)).toFixed()).toBe(new Decimal(asked).div(100).toFixed());
      }),
    );
  });

  test('law 1: never more than what is due', () => {
    fc.assert(
      fc.property(kind, cents(10_000), cents(10_000), (how, total, more) => {
        const amount = total.plus(more).plus('0.01');
        expect(codeOf(() => rules.pay(invoice({ total }), { kind: how, amount }, at))).toBe('OVERPAID');
      }),
    );
  });

  test.each([
    ['PAID', 'ALREADY_PAID'],
    ['REFUNDED', 'NOT_PAYABLE'],
    ['CANCELLED', 'NOT_PAYABLE'],
    ['UNPAID', null],
    ['PARTIALLY_PAID', null],
    ['DRAFT', null],
  ])('law 1: a %s one', (status, code) => {
    expect(codeOf(() => rules.pay(invoice({ status }), { kind: 'MANUAL', amount: new Decimal(100) }, at))).toBe(code);
    expect(codeOf(() => rules.checkPayable(invoice({ status })))).toBe(code);
  });

  test('law 1: nobody pays for nobody', () => {
    expect(codeOf(() => rules.checkPayable(invoice({ clientId: null })))).toBe('NO_CLIENT');
  });

  test('law 1: a draft is paid as a whole only, and by hand', () => {
    const pay = (kind: rules.MovementKind, amount: number) =>
      codeOf(() => rules.pay(invoice({ status: 'DRAFT' }), { kind, amount: new Decimal(amount) }, at));
    expect([pay('MANUAL', 100), pay('MANUAL', 99), pay('CHARGE', 100), pay('CREDIT', 100)]).toEqual([
      null,
      'IS_DRAFT',
      'IS_DRAFT',
      'IS_DRAFT',
    ]);
  });
});

describe('worksOf', () => {
  const item = (id: string, recurringAction: string | null, fields: object = {}) =>
    ({
      id,
      serviceId: `of ${id}`,
      orderId: null,
      service: { recurringAction },
      ...fields,
    }) as unknown as rules.PaidItem;
  const items = [
    item('new', 'CREATE_ORDER'),
    item('again', 'REOPEN_ORDER'),
    item('none', 'NONE'),
    item('asked', 'CLIENT_REQUESTS'),
    item('unsaid', null),
    item('done', 'CREATE_ORDER', { orderId: 'x' }),
    item('free text', null, { serviceId: null, service: null }),
  ];
  const shown = (isRenewal: boolean) => {
    const { ordered, reopened } = rules.worksOf(items, isRenewal);
    return { ordered: ordered.map(({ id }) => id), reopened };
  };

  test('law 3: each line with a service and without an order gets one', () => {
    expect(shown(false)).toEqual({ ordered: ['new', 'again', 'none', 'asked', 'unsaid'], reopened: [] });
  });

  test('law 4: of a renewal, as the service says', () => {
    expect(shown(true)).toEqual({ ordered: ['new'], reopened: ['of again'] });
  });
});

describe('renewalAmount (law 8)', () => {
  const item = (fields: object) =>
    ({ quantity: 1, amount: '100', discount: '0', service: null, ...fields }) as unknown as rules.PaidItem;

  test.each([
    ['a line without a service', [item({ quantity: 2, discount: '20' })], '180'],
    ['the recurring price', [item({ service: { currency: 'USD', recurringPrice: '30' }, quantity: 2 })], '60'],
    ['a one-time service', [item({ service: { currency: 'USD', recurringPrice: null } })], '100'],
    ['a service that changed its currency', [item({ service: { currency: 'EUR', recurringPrice: '30' } })], '100'],
    ['never below 0', [item({ service: { currency: 'USD', recurringPrice: '30' }, discount: '40' }), item({})], '100'],
  ])('%s', (_, items, expected) => {
    expect(rules.renewalAmount(items, 'USD').toFixed()).toBe(expected);
  });
});

describe('giving back', () => {
  let next = 0;
  const payment = (kind: string, amount: string, fields: object = {}): Payment => {
    next += 1;
    const made = { id: `p${next}`, kind, amount, status: 'SUCCEEDED', refundedPaymentId: null, ...fields };
    return made as unknown as Payment;
  };
  const paid = invoice({ status: 'PAID', total: '90', amountPaid: '90', credit: '10' });
  const [charge, byHand, credit] = [payment('CHARGE', '50'), payment('MANUAL', '40'), payment('CREDIT', '10')];
  const payments = [charge, byHand, credit];
  const ways = (method: rules.RefundMethod, of: Payment[] = payments, paymentId?: string) =>
    rules.refundable(paid, of, { method, paymentId }).map(({ left, way }) => `${left} ${way}`);

  test('law 6: the way it came, or as it is told; credit never becomes money', () => {
    expect(ways('ORIGIN')).toEqual(['50 PROCESSOR', '40 MANUAL', '10 BALANCE']);
    expect(ways('BALANCE')).toEqual(['50 BALANCE', '40 BALANCE', '10 BALANCE']);
    expect(ways('MANUAL')).toEqual(['50 MANUAL', '40 MANUAL']);
    expect(ways('BY_HAND')).toEqual(['50 MANUAL', '40 MANUAL', '10 BALANCE']);
  });

  test('law 5: only of the payment that is named, and only what is left of it', () => {
    expect(ways('ORIGIN', payments, byHand.id)).toEqual(['40 MANUAL']);
    const refunds = [
      payment('REFUND', '15', { refundedPaymentId: byHand.id }),
      payment('REFUND', '5', { refundedPaymentId: byHand.id }),
      payment('REFUND', '20', { refundedPaymentId: byHand.id, status: 'FAILED' }),
      payment('REFUND', '50', { refundedPaymentId: charge.id }),
    ];
    const standing = { ...paid, amountRefunded: '70' } as unknown as Invoice;
    const left = rules.refundable(standing, [...refunds, ...payments], { method: 'ORIGIN' });
    expect(left.map(({ left, way }) => `${left} ${way}`)).toEqual(['20 MANUAL', '10 BALANCE']);
  });

  test('what failed, or is not settled yet, was never paid', () => {
    expect(
      ways('ORIGIN', [
        payment('CHARGE', '7', { status: 'FAILED' }),
        payment('CHARGE', '8', { status: 'PROCESSING' }),
        byHand,
      ]),
    ).toEqual(['40 MANUAL', '60 MANUAL']);
  });

  test('what was paid before payments were recorded goes back by hand, or onto the balance', () => {
    expect(ways('ORIGIN', [])).toEqual(['100 MANUAL']);
    expect(ways('BALANCE', [byHand])).toEqual(['40 BALANCE', '60 BALANCE']);
  });

  test('takeFrom: the parts in their order, exactly the amount', () => {
    fc.assert(
      fc.property(fc.array(cents(1_000), { maxLength: 8 }), cents(5_000), (lefts, wanted) => {
        const parts = lefts.map((left): rules.Refundable => ({ payment: null, left, way: 'MANUAL' }));
        const all = rules.totalOf(parts);
        const amount = Decimal.min(wanted, all);
        const taken = rules.takeFrom(parts, amount);
        expect(rules.totalOf(taken).toFixed()).toBe(amount.toFixed());
        expect(taken.every(({ left }) => left.gt(0))).toBe(true);
        // All but the last are whole.
        const whole = parts.filter(({ left }) => left.gt(0)).slice(0, Math.max(0, taken.length - 1));
        expect(taken.slice(0, -1).map(({ left }) => left.toFixed())).toEqual(whole.map(({ left }) => left.toFixed()));
      }),
    );
  });

  test('laws 5 and 7: no more than is kept; with the last of it the invoice is refunded', () => {
    expect(rules.giveBack(paid, new Decimal('99.99'))).toMatchObject({ isComplete: false });
    const { isComplete, data } = rules.giveBack(paid, new Decimal(100));
    expect({ isComplete, ...data, amountRefunded: data.amountRefunded.toFixed() }).toEqual({
      isComplete: true,
      status: 'REFUNDED',
      amountRefunded: '100',
    });
    expect(codeOf(() => rules.giveBack(paid, new Decimal('100.01')))).toBe('OVERREFUNDED');
  });

  test('law 5: where nothing is kept there is nothing to give', () => {
    expect(codeOf(() => rules.checkRefundable(invoice()))).toBe('NOTHING_PAID');
    expect(codeOf(() => rules.checkRefundable(paid))).toBeNull();
  });
});
