import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InvalidInputError, InvalidStateError, issueList } from '../../src/kernel/errors.ts';
import * as rules from '../../src/tickets/rules.ts';

const kinds: rules.StatusKind[] = ['OPEN', 'PENDING', 'CLOSED', 'SNOOZED', 'SPAM'];
const kind = fc.constantFrom(...kinds);
const instant = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

/** What is wrong, as `path CODE`. */
function issuesOf(check: (issues: ReturnType<typeof issueList>) => void): string[] {
  const issues = issueList();
  check(issues);
  try {
    issues.throwIfAny();
    return [];
  } catch (error) {
    return (error as InvalidInputError).issues.map(({ path, code }) => `${path.join('.')} ${code}`);
  }
}

describe('enterStatus', () => {
  test('laws 2 and 3: only what is closed was closed at a time, only what is snoozed has a time to wake', () => {
    fc.assert(
      fc.property(kind, fc.nat(40), maybe(instant), instant, maybe(instant), (of, code, closedAt, at, snoozedUntil) => {
        const entered = rules.enterStatus({ code, kind: of }, { closedAt, at, snoozedUntil });
        expect(entered).toEqual({
          statusCode: code,
          statusKind: of,
          closedAt: of === 'CLOSED' ? (closedAt ?? at) : null,
          snoozedUntil: of === 'SNOOZED' ? snoozedUntil : null,
        });
      }),
    );
  });
});

describe('checkSnooze', () => {
  const at = new Date('2026-01-01T00:00:00Z');
  const given = fc.option(instant, { nil: undefined });

  test('law 3: whatever passes leaves a snoozed ticket a time in the future, and no other one any', () => {
    fc.assert(
      fc.property(kind, fc.oneof(given, fc.constant(null)), fc.boolean(), (of, time, enters) => {
        const issues = issuesOf((list) => rules.checkSnooze(list, of, time, { enters, at }));
        expect(issues.length).toBeLessThanOrEqual(1);
        if (of !== 'SNOOZED') expect(issues.length === 0).toBe(time == null);
        else if (time === undefined) expect(issues.length === 0).toBe(!enters);
        else expect(issues.length === 0).toBe(time !== null && time > at);
      }),
    );
  });
});

describe('statusAfterReply', () => {
  test('law 5: as a table', () => {
    const moves = (by: 'STAFF' | 'CLIENT') =>
      Object.fromEntries(kinds.map((of) => [of, rules.statusAfterReply(of, by)?.kind ?? null]));
    expect(moves('STAFF')).toEqual({ OPEN: 'PENDING', PENDING: null, CLOSED: null, SNOOZED: 'PENDING', SPAM: null });
    expect(moves('CLIENT')).toEqual({ OPEN: null, PENDING: 'OPEN', CLOSED: 'OPEN', SNOOZED: 'OPEN', SPAM: null });
  });

  test('law 5: never moves a ticket to where it is', () => {
    fc.assert(
      fc.property(kind, fc.constantFrom('STAFF' as const, 'CLIENT' as const), (of, by) => {
        expect(rules.statusAfterReply(of, by)?.kind).not.toBe(of);
      }),
    );
  });
});

describe('checkMerge', () => {
  const ticket = (id: string, clientId = 'c', mergedIntoId: string | null = null) => ({ id, clientId, mergedIntoId });

  test('law 6: two live tickets of one client', () => {
    const check = (...[source, target]: [ReturnType<typeof ticket>, ReturnType<typeof ticket>]) =>
      issuesOf((list) => rules.checkMerge(list, source, target));
    expect(check(ticket('a'), ticket('b'))).toEqual([]);
    expect(check(ticket('a'), ticket('a'))).toEqual(['targetId EXCLUSIVE']);
    expect(check(ticket('a'), ticket('b', 'd'))).toEqual(['targetId EXCLUSIVE']);
    expect(() => check(ticket('a', 'c', 'x'), ticket('b'))).toThrow(InvalidStateError);
    expect(() => check(ticket('a'), ticket('b', 'c', 'x'))).toThrow(InvalidStateError);
  });
});

describe('kinds', () => {
  test('the standard statuses are one of each', () => {
    expect(Object.values(rules.standardStatus).map(({ code, kind: of }) => [code, of])).toEqual([
      [1, 'OPEN'],
      [2, 'PENDING'],
      [3, 'CLOSED'],
      [4, 'SNOOZED'],
      [5, 'SPAM'],
    ]);
    expect(kinds.filter(rules.isOpen)).toEqual(['OPEN', 'PENDING', 'SNOOZED']);
  });
});
