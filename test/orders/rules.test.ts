import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issueList, LimitReachedError } from '../../src/kernel/errors.ts';
import { Decimal } from '../../src/kernel/money.ts';
import * as rules from '../../src/orders/rules.ts';

const kinds: rules.StatusKind[] = ['UNPAID', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'ON_HOLD'];

const amount = fc
  .tuple(fc.integer({ min: 0, max: 10 ** 11 }), fc.integer({ min: 0, max: 9999 }))
  .map(([whole, fraction]) => new Decimal(`${whole}.${String(fraction).padStart(4, '0')}`));
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const service = fc.record({
  name: fc.string({ minLength: 1 }),
  currency: fc.constantFrom('USD', 'EUR', 'JPY'),
  recurring: fc.constantFrom('ONE_TIME', 'RECURRING', 'TRIAL'),
  price: maybe(amount),
  firstPrice: maybe(amount),
  recurringPrice: maybe(amount),
  deadlineDays: maybe(fc.integer({ min: 0, max: 3650 })),
}) as fc.Arbitrary<rules.SoldService>;
const title = maybe(fc.string({ minLength: 1 }));
const instant = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const dates = fc.record({ startedAt: maybe(instant), completedAt: maybe(instant) });

describe('snapshot', () => {
  test('law 2: name, unless there is a title, and currency are the service’s, whatever the organization’s', () => {
    fc.assert(
      fc.property(service, title, (sold, given) => {
        const { serviceName, currency } = rules.snapshot(sold, given, 'XXX');
        expect([serviceName, currency]).toEqual([given ?? sold.name, sold.currency]);
      }),
    );
  });

  test('law 3: the price is exactly the first one there is; only a recurring service has others than its own', () => {
    fc.assert(
      fc.property(service, (sold) => {
        const others = sold.recurring === 'ONE_TIME' ? [] : [sold.firstPrice, sold.recurringPrice];
        const expected = [sold.price, ...others].find((price) => price !== null) ?? 0;
        expect(rules.snapshot(sold, null, 'XXX').price.toFixed(4)).toBe(new Decimal(expected.toString()).toFixed(4));
      }),
    );
  });

  test('law 4: without a service it costs 0 in the organization’s currency', () => {
    expect(rules.snapshot(null, 'A favour', 'EUR')).toEqual({
      serviceName: 'A favour',
      price: new Decimal(0),
      currency: 'EUR',
    });
  });
});

describe('enterStatus (law 5)', () => {
  test('sets at most the one date that is missing, and takes none back', () => {
    fc.assert(
      fc.property(dates, fc.constantFrom(...kinds), instant, (before, kind, at) => {
        const after = rules.enterStatus(before, kind, at);
        expect(after.startedAt).toEqual(before.startedAt ?? (kind === 'IN_PROGRESS' ? at : null));
        expect(after.completedAt).toEqual(before.completedAt ?? (kind === 'COMPLETED' ? at : null));
      }),
    );
  });

  test('whatever the way through the statuses, the first entry is what is kept', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds), { maxLength: 12 }), (way) => {
        const at = (step: number) => new Date(Date.UTC(2026, 0, 1 + step));
        const none: { startedAt: Date | null; completedAt: Date | null } = { startedAt: null, completedAt: null };
        const end = way.reduce((reached, kind, step) => rules.enterStatus(reached, kind, at(step)), none);
        const first = (kind: rules.StatusKind) => (way.includes(kind) ? at(way.indexOf(kind)) : null);
        expect(end).toEqual({ startedAt: first('IN_PROGRESS'), completedAt: first('COMPLETED') });
      }),
    );
  });
});

test('law 6: due whole days after the start, or not at all', () => {
  fc.assert(
    fc.property(service, instant, (sold, start) => {
      const due = rules.standardDueTime(sold, start);
      expect(due === null ? null : due.getTime() - start.getTime()).toBe(
        sold.deadlineDays === null ? null : sold.deadlineDays * 86_400_000,
      );
    }),
  );
  expect(rules.standardDueTime(null, new Date())).toBeNull();
});

test('what is open, and what is not', () => {
  expect(kinds.filter(rules.isOpen)).toEqual(['UNPAID', 'IN_PROGRESS', 'ON_HOLD']);
});

describe('checkClientRequest (law 8)', () => {
  const refusal = (...args: [Parameters<typeof rules.checkClientRequest>[1], number]) => {
    const issues = issueList();
    rules.checkClientRequest(issues, ...args);
    try {
      issues.throwIfAny();
      return null;
    } catch (error) {
      return (error as { issues: { code: string }[] }).issues.map(({ code }) => code);
    }
  };

  test('takes requests of public services that want them', () => {
    expect(refusal(null, 0)).toEqual(['NOT_FOUND']);
    expect(refusal({ isPublic: false, takesRequests: true, maxActiveRequests: null }, 0)).toEqual(['NOT_FOUND']);
    expect(refusal({ isPublic: true, takesRequests: false, maxActiveRequests: null }, 0)).toEqual(['NOT_FOUND']);
    expect(refusal({ isPublic: true, takesRequests: true, maxActiveRequests: null }, 1_000)).toBeNull();
  });

  test('while fewer are open than it allows', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), (maxActiveRequests, open) => {
        const check = () => refusal({ isPublic: true, takesRequests: true, maxActiveRequests }, open);
        if (open < maxActiveRequests) expect(check()).toBeNull();
        else expect(check).toThrow(LimitReachedError);
      }),
    );
  });
});
