import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidStateError } from '../../src/kernel/errors.ts';
import * as rules from '../../src/subscriptions/rules.ts';
import { day } from '../kit/clock.ts';

const at = (text: string) => new Date(text.length > 10 ? text : `${text}T10:00:00.000Z`);
const month: rules.Period = { periodLength: 1, periodUnit: 'MONTH' };
const statuses: rules.Status[] = ['CANCELED', 'ACTIVE', 'PAUSED', 'PAST_DUE', 'EXPIRED'];

/** A monthly subscription that began on 31 January, in its first period. */
function standing(fields: Partial<rules.Standing> = {}): rules.Standing {
  const begun = { ...month, ...fields };
  const period = rules.firstPeriod(begun, at('2026-01-31'));
  return {
    ...begun,
    ...period,
    status: 'ACTIVE',
    paymentCount: 1,
    cancelAtPeriodEnd: false,
    openInvoiceId: null,
    failedAttempts: 0,
    nextActionAt: period.currentPeriodEnd,
    ...fields,
  };
}

const dates = (change: rules.Change) => [
  change.currentPeriodStart?.toISOString().slice(0, 10),
  change.currentPeriodEnd?.toISOString().slice(0, 10),
];

describe('law 2: periods', () => {
  test.each<[string, rules.Period, string, string[]]>([
    ['a month from the 31st', month, '2026-01-31', ['2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
    ['a month from the 31st in a leap year', month, '2028-01-31', ['2028-02-29', '2028-03-31']],
    ['a month from the 15th', month, '2026-11-15', ['2026-12-15', '2027-01-15']],
    ['three months', { periodLength: 3, periodUnit: 'MONTH' }, '2026-11-30', ['2027-02-28', '2027-05-30']],
    [
      'a year from 29 February',
      { periodLength: 1, periodUnit: 'YEAR' },
      '2028-02-29',
      ['2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29'],
    ],
    ['a week', { periodLength: 1, periodUnit: 'WEEK' }, '2026-02-25', ['2026-03-04', '2026-03-11']],
    ['ten days', { periodLength: 10, periodUnit: 'DAY' }, '2026-02-25', ['2026-03-07', '2026-03-17']],
  ])('%s', (_, period, anchor, expected) => {
    const ends = expected.map((_, index) => rules.boundary(at(anchor), period, index + 1).toISOString());
    expect(ends).toEqual(expected.map((date) => at(date).toISOString()));
  });

  const anchors = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  const periods = fc.record({
    periodLength: fc.integer({ min: 1, max: 400 }),
    periodUnit: fc.constantFrom('DAY', 'WEEK', 'MONTH', 'YEAR'),
  });

  test('begin at the anchor, and each ends after it began', () => {
    fc.assert(
      fc.property(anchors, periods, fc.integer({ min: 0, max: 10 }), (anchor, period, count) => {
        expect(rules.boundary(anchor, period, 0)).toEqual(anchor);
        const [start, end] = [rules.boundary(anchor, period, count), rules.boundary(anchor, period, count + 1)];
        expect(end > start).toBe(true);
      }),
    );
  });

  test('of days and weeks are equally long', () => {
    const short = periods.filter(({ periodUnit }) => periodUnit === 'DAY' || periodUnit === 'WEEK');
    fc.assert(
      fc.property(anchors, short, fc.integer({ min: 0, max: 50 }), (anchor, period, count) => {
        const days = period.periodLength * (period.periodUnit === 'WEEK' ? 7 : 1) * count;
        expect(rules.boundary(anchor, period, count).getTime()).toBe(anchor.getTime() + days * day);
      }),
    );
  });

  test('of months and years end on the anchor’s day at its time, or on the last of a month that has no such day', () => {
    const long = periods.filter(({ periodUnit }) => periodUnit === 'MONTH' || periodUnit === 'YEAR');
    fc.assert(
      fc.property(anchors, long, fc.integer({ min: 0, max: 15 }), (anchor, period, count) => {
        const end = rules.boundary(anchor, period, count);
        const months = period.periodLength * (period.periodUnit === 'YEAR' ? 12 : 1) * count;
        const monthOf = (instant: Date) => instant.getUTCFullYear() * 12 + instant.getUTCMonth();
        expect(monthOf(end)).toBe(monthOf(anchor) + months);
        const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
        expect(end.getUTCDate()).toBe(Math.min(anchor.getUTCDate(), lastDay));
        expect(end.getTime() % day).toBe(anchor.getTime() % day);
      }),
    );
  });

  test('never end after the end of time', () => {
    const longest = 2_147_483_647;
    for (const periodUnit of ['DAY', 'WEEK', 'MONTH', 'YEAR']) {
      const end = rules.boundary(at('2026-01-31'), { periodLength: longest, periodUnit }, longest);
      expect(end.toISOString()).toBe('9999-12-31T23:59:59.999Z');
    }
    expect(rules.boundary(at('9999-01-31'), month, 11).toISOString()).toBe('9999-12-31T10:00:00.000Z');
  });
});

describe('law 3: statuses', () => {
  const now = at('2026-02-10');
  const verbs: Record<rules.Status, (subscription: rules.Standing) => rules.Change> = {
    ACTIVE: (subscription) => rules.resume(subscription, now),
    PAUSED: (subscription) => rules.pause(subscription, now),
    CANCELED: (subscription) => rules.cancel(subscription, now),
    PAST_DUE: (subscription) => rules.become(subscription, 'PAST_DUE', now),
    EXPIRED: (subscription) => rules.become(subscription, 'EXPIRED', now),
  };
  const steps = statuses.flatMap((from) => statuses.map((to) => [from, to] as const));
  const allowed = [
    'CANCELED → ACTIVE',
    'ACTIVE → CANCELED',
    'ACTIVE → PAUSED',
    'ACTIVE → PAST_DUE',
    'ACTIVE → EXPIRED',
    'PAUSED → CANCELED',
    'PAUSED → ACTIVE',
    'PAUSED → EXPIRED',
    'PAST_DUE → CANCELED',
    'PAST_DUE → ACTIVE',
    'PAST_DUE → PAUSED',
    'PAST_DUE → EXPIRED',
    'EXPIRED → ACTIVE',
  ];

  test.each(steps)('%s → %s', (from, to) => {
    const step = () => verbs[to](standing({ status: from }));
    if (allowed.includes(`${from} → ${to}`)) expect(step().status).toBe(to);
    else expect(step).toThrow(InvalidStateError);
  });

  test('a refusal says both', () => {
    expect(() => rules.pause(standing({ status: 'CANCELED' }), now)).toThrow(
      `A subscription that is canceled can't become paused.`,
    );
    expect(() => rules.pause(standing({ status: 'PAUSED' }), now)).toThrow('The subscription is paused already.');
  });
});

describe('laws 6 and 7: a renewal that is paid', () => {
  test('buys the period that follows, on the same billing dates, month after month', () => {
    let subscription = standing();
    const seen: unknown[] = [];
    for (const paid of ['2026-02-28', '2026-03-31T10:05:00Z', '2026-05-03', '2026-05-31']) {
      const change = rules.advance(subscription, at(paid));
      seen.push([...dates(change), change.paymentCount]);
      subscription = { ...subscription, ...change };
    }
    expect(seen).toEqual([
      ['2026-02-28', '2026-03-31', 2],
      ['2026-03-31', '2026-04-30', 3],
      ['2026-04-30', '2026-05-31', 4],
      ['2026-05-31', '2026-06-30', 5],
    ]);
  });

  test('before the period is over begins one at once, and moves billing dates', () => {
    const change = rules.advance(standing(), at('2026-02-10'));
    expect([...dates(change), change.anchorAt, change.periodCount]).toEqual([
      '2026-02-10',
      '2026-03-10',
      at('2026-02-10'),
      1,
    ]);
  });

  test.each([
    ['2026-03-30', '2026-02-28', '2026-03-31'],
    ['2026-03-31', '2026-03-31', '2026-04-30'],
    ['2027-07-07', '2027-07-07', '2027-08-07'],
  ])('on %s, one month and more too late, buys %s to %s', (paid, start, end) => {
    expect(dates(rules.advance(standing(), at(paid)))).toEqual([start, end]);
  });

  test('always buys a period that is not over, counts once, and leaves nothing open', () => {
    const instants = fc.date({ min: at('2026-01-31'), max: at('2040-01-01'), noInvalidDate: true });
    const periods = fc.record({
      periodLength: fc.integer({ min: 1, max: 30 }),
      periodUnit: fc.constantFrom('DAY', 'WEEK', 'MONTH', 'YEAR'),
    });
    fc.assert(
      fc.property(
        periods,
        fc.constantFrom(...statuses),
        fc.array(instants, { maxLength: 6 }),
        (period, status, paid) => {
          let subscription = standing({ ...period, status, openInvoiceId: 'x', failedAttempts: 2 });
          for (const instant of paid.sort((a, b) => a.getTime() - b.getTime())) {
            const change = rules.advance(subscription, instant);
            const after: rules.Standing = { ...subscription, ...change };
            expect(after.currentPeriodEnd > instant).toBe(true);
            expect(after.currentPeriodStart <= instant).toBe(true);
            expect(after.currentPeriodEnd).toEqual(rules.boundary(after.anchorAt, after, after.periodCount));
            expect([after.paymentCount, after.openInvoiceId, after.failedAttempts]).toEqual([
              subscription.paymentCount + 1,
              null,
              0,
            ]);
            subscription = after;
          }
        },
      ),
    );
  });

  test.each<[rules.Status, rules.Status, boolean]>([
    ['ACTIVE', 'ACTIVE', true],
    ['PAST_DUE', 'ACTIVE', true],
    ['EXPIRED', 'ACTIVE', true],
    ['PAUSED', 'PAUSED', false],
    ['CANCELED', 'CANCELED', false],
  ])('makes %s %s', (before, after, isDueAgain) => {
    const subscription = standing({ status: before });
    const change = rules.advance(subscription, at('2026-03-01'));
    expect({ ...subscription, ...change }.status).toBe(after);
    expect(change.nextActionAt).toEqual(isDueAgain ? at('2026-03-31') : null);
  });
});

describe('law 8: a charge that fails', () => {
  const dunning = [1, 3, 5, 7];

  test('is tried again on days 1, 3, 5 and 7, then it expires', () => {
    let subscription = standing();
    const story: unknown[] = [];
    let now: Date | null = at('2026-02-28');
    while (now !== null) {
      const change = rules.fail(subscription, now, dunning) as rules.Change;
      story.push([change.status, change.failedAttempts, change.nextActionAt?.toISOString().slice(0, 10) ?? null]);
      subscription = { ...subscription, ...change };
      now = change.nextActionAt ?? null;
    }
    expect(story).toEqual([
      ['PAST_DUE', 1, '2026-03-01'],
      ['PAST_DUE', 2, '2026-03-03'],
      ['PAST_DUE', 3, '2026-03-05'],
      ['PAST_DUE', 4, '2026-03-07'],
      ['EXPIRED', 5, null],
    ]);
  });

  test('a try that is late puts off those after it: never two at once', () => {
    const change = rules.fail(standing({ status: 'PAST_DUE', failedAttempts: 1 }), at('2026-03-20'), dunning);
    expect(change?.nextActionAt).toEqual(at('2026-03-22'));
  });

  test('without dunning days, or with fewer than there were, ends it', () => {
    expect(rules.fail(standing(), at('2026-02-28'), [])).toMatchObject({ status: 'EXPIRED', nextActionAt: null });
    expect(rules.fail(standing({ status: 'PAST_DUE', failedAttempts: 3 }), at('2026-02-28'), [1])).toMatchObject({
      status: 'EXPIRED',
      failedAttempts: 4,
    });
  });

  test.each(['PAUSED', 'CANCELED', 'EXPIRED'] as const)('means nothing to one that is %s', (status) => {
    expect(rules.fail(standing({ status }), at('2026-02-28'), dunning)).toEqual({
      openPaymentId: null,
      nextActionAt: null,
    });
  });

  test('is not tried again once it is to end', () => {
    const change = rules.fail(standing({ cancelAtPeriodEnd: true }), at('2026-02-10'), dunning);
    expect(change).toMatchObject({ status: 'PAST_DUE', nextActionAt: at('2026-02-28') });
  });
});

describe('laws 4, 5 and 12: a renewal that is open', () => {
  const due = at('2026-02-28');

  test('waits for a payment by hand, or is looked at again after an hour while it is being charged', () => {
    const waiting = rules.open(standing(), { openInvoiceId: 'x', openPaymentId: null }, due);
    expect(waiting).toEqual({ openInvoiceId: 'x', openPaymentId: null, nextActionAt: null });
    const charged = rules.open(standing(), { openInvoiceId: 'x', openPaymentId: 'y' }, due);
    expect(charged).toEqual({ openInvoiceId: 'x', openPaymentId: 'y', nextActionAt: at('2026-02-28T11:00:00Z') });
  });

  test('of one that no longer runs is looked at by nobody', () => {
    for (const status of ['PAUSED', 'CANCELED', 'EXPIRED']) {
      expect(rules.lookAgain(standing({ status }), due)).toEqual({});
    }
  });
});

describe('law 9: a renewal that is given up', () => {
  const open = { openInvoiceId: 'x', failedAttempts: 2, nextActionAt: null };

  test('moves on, without a payment', () => {
    const change = rules.waive(standing({ ...open, status: 'PAST_DUE' }), at('2026-03-05'));
    expect([...dates(change), change.status, change.openInvoiceId, change.failedAttempts, change.nextActionAt]).toEqual(
      ['2026-02-28', '2026-03-31', 'ACTIVE', null, 0, at('2026-03-31')],
    );
    expect(change.paymentCount).toBeUndefined();
  });

  test('gives no period away when the paid one still runs', () => {
    const change = rules.waive(standing(open), at('2026-02-10'));
    expect([...dates(change), change.nextActionAt]).toEqual([undefined, undefined, at('2026-02-28')]);
  });

  test.each(['PAUSED', 'CANCELED', 'EXPIRED'] as const)('leaves one that is %s where it is', (status) => {
    const change = rules.waive(standing({ ...open, status }), at('2026-03-05'));
    expect(change).toEqual({ openInvoiceId: null, openPaymentId: null, failedAttempts: 0, nextActionAt: null });
  });
});

describe('laws 4, 10 and 11: what is due', () => {
  const now = at('2026-02-10');
  const later = at('2026-03-10');

  test('canceled for the period’s end, it ends then, also if it is paused or its renewal is open', () => {
    const end = at('2026-02-28');
    for (const fields of [{}, { status: 'PAUSED' }, { openInvoiceId: 'x' }]) {
      const change = rules.cancel(standing(fields), now, { atPeriodEnd: true });
      expect(change).toEqual({ cancelAtPeriodEnd: true, nextActionAt: end });
    }
  });

  test('when the period is over already, it ends at once', () => {
    expect(rules.cancel(standing(), later, { atPeriodEnd: true })).toMatchObject({
      status: 'CANCELED',
      endedAt: later,
      nextActionAt: null,
    });
  });

  test('paused, it is never due; the period that still runs goes on when it is resumed', () => {
    const subscription = standing();
    const paused = { ...subscription, ...rules.pause(subscription, now) };
    expect(paused.nextActionAt).toBeNull();
    const resumed = rules.resume(paused, at('2026-02-20'));
    expect(resumed).toMatchObject({ status: 'ACTIVE', pausedAt: null, nextActionAt: at('2026-02-28') });
    expect(resumed.currentPeriodEnd).toBeUndefined();
  });

  test('resumed after its period, it is due at once, and billing dates begin anew', () => {
    const subscription = standing({ status: 'PAUSED' });
    const resumed: rules.Standing = { ...subscription, ...rules.resume(subscription, later) };
    expect(resumed).toMatchObject({ currentPeriodEnd: later, nextActionAt: later, anchorAt: later, periodCount: 0 });
    expect(dates(rules.advance(resumed, later))).toEqual(['2026-03-10', '2026-04-10']);
  });

  test('resumed with an open renewal, it is tried at once', () => {
    expect(rules.resume(standing({ status: 'PAUSED', openInvoiceId: 'x', failedAttempts: 3 }), now)).toMatchObject({
      failedAttempts: 0,
      nextActionAt: now,
    });
  });

  test('resuming takes back that it is to end', () => {
    expect(rules.resume(standing({ cancelAtPeriodEnd: true }), now)).toMatchObject({
      cancelAtPeriodEnd: false,
      nextActionAt: at('2026-02-28'),
    });
    expect(() => rules.resume(standing(), now)).toThrow('The subscription is active already.');
  });

  test('past due by hand, it is renewed when its period ends', () => {
    expect(rules.become(standing(), 'PAST_DUE', now)).toEqual({ status: 'PAST_DUE', nextActionAt: at('2026-02-28') });
  });
});
