let clock = (): Date => new Date();

/** The only clock: whole milliseconds, as the database keeps them. */
export function now(): Date {
  return clock();
}

/** Replaces the clock, for tests that travel in time. Answers the function that puts the old one back. */
export function useClock(replacement: () => Date): () => void {
  const previous = clock;
  clock = replacement;
  return () => {
    clock = previous;
  };
}

const hour = 3_600_000;

/** The last instant that is written with a year of four digits: nothing here lies beyond it. */
export const endOfTime = new Date('9999-12-31T23:59:59.999Z');

export function addMinutes(instant: Date, minutes: number): Date {
  return addHours(instant, minutes / 60);
}

export function addHours(instant: Date, hours: number): Date {
  return new Date(Math.min(instant.getTime() + hours * hour, endOfTime.getTime()));
}

export function addDays(instant: Date, days: number): Date {
  return addHours(instant, days * 24);
}
