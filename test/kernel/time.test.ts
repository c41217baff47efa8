import { expect, test } from 'vitest';
import { addDays, addHours, now, useClock } from '../../src/kernel/time.ts';
import { hour, stopClock } from '../kit/clock.ts';

test('the clock can be stopped, moved and put back', () => {
  const restore = useClock(() => new Date('2026-01-01T00:00:00Z'));
  expect(now().toISOString()).toBe('2026-01-01T00:00:00.000Z');
  restore();
  expect(Math.abs(now().getTime() - Date.now())).toBeLessThan(1_000);

  const clock = stopClock('2026-03-01T12:00:00Z');
  clock.advance(2 * hour);
  expect(now().toISOString()).toBe('2026-03-01T14:00:00.000Z');
});

test('hours and days are spans of time: a change of the clocks in between does not matter', () => {
  const before = new Date('2026-03-28T12:00:00.000Z');
  expect(addDays(before, 1).toISOString()).toBe('2026-03-29T12:00:00.000Z');
  expect(addHours(before, -36).toISOString()).toBe('2026-03-27T00:00:00.000Z');
});
