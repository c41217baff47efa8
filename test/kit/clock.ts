import { onTestFinished } from 'vitest';
import { useClock } from '../../src/kernel/time.ts';

export type Clock = { now(): Date; travel(to: Date | string): void; advance(milliseconds: number): void };

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Stops the engine's clock for the rest of the test. PostgreSQL keeps its own. */
export function stopClock(at: Date | string = new Date()): Clock {
  let instant = new Date(at);
  onTestFinished(useClock(() => new Date(instant)));
  return {
    now: () => new Date(instant),
    travel: (to) => {
      instant = new Date(to);
    },
    advance: (milliseconds) => {
      instant = new Date(instant.getTime() + milliseconds);
    },
  };
}
