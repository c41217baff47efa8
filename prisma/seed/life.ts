import { addDays, addHours } from '../../src/kernel/time.ts';
import type { SoldItem } from './catalogue.ts';
import type { Random } from './random.ts';

/** What became of an order between its creation and the demo's today. */
export type Life = {
  createdAt: Date;
  kind: 'UNPAID' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED' | 'ON_HOLD';
  startedAt: Date | null;
  completedAt: Date | null;
  /** When it was cancelled or put on hold. */
  stoppedAt: Date | null;
  dueAt: Date | null;
  deletedAt: Date | null;
  /** Until when people worked on it or wrote about it. */
  activeUntil: Date;
  /** How much of the work is done, from 0 to 1. */
  progress: number;
};

const day = 86_400_000;
const span = 548;

/**
 * When the orders came in, oldest first: over eighteen months, more and more of them, mostly in working hours. Numbers,
 * because a million of them fit where as many dates would not.
 */
export function orderTimes(random: Random, base: Date, count: number): Float64Array {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const share = ((index + random.next()) / count) ** (1 / 1.35);
    const moment = addDays(base, -span * (1 - share));
    const weekend = moment.getUTCDay() % 6 === 0;
    const shifted = addDays(moment, weekend && random.chance(0.7) ? random.pick([-2, 2]) : 0);
    const midnight = Math.floor(shifted.getTime() / day) * day;
    // The sum of two throws has its peak in the middle: early afternoon, UTC.
    const inHours = midnight + Math.floor((7 + random.between(0, 7) + random.between(0, 7)) * 3_600_000);
    times[index] = inHours < base.getTime() ? inHours : base.getTime() - random.int(60_000, 10 * 3_600_000);
  }
  return times.sort();
}

export function liveOrder(random: Random, item: SoldItem | null, createdAt: Date, base: Date): Life {
  const age = (base.getTime() - createdAt.getTime()) / day;
  const days = item?.days ?? 6;
  const start = new Date(createdAt.getTime() + random.int(1_800_000, 50 * 3_600_000));
  const unpaid = start >= base || random.chance(age < 14 ? 0.3 : 0.02);
  // A few take far too long: somebody should look at them.
  const slowness = random.chance(0.06) ? random.between(2, 12) : random.between(0.45, 1.25);
  const end = addHours(start, Math.max(20, days * 24 * slowness));
  const stop = random.next();
  const stopAt = new Date(createdAt.getTime() + (end.getTime() - createdAt.getTime()) * random.between(0.15, 0.85));

  const life: Life = {
    createdAt,
    kind: 'UNPAID',
    startedAt: null,
    completedAt: null,
    stoppedAt: null,
    dueAt: null,
    deletedAt: null,
    activeUntil: earlier(addDays(createdAt, 6), base),
    progress: 0,
  };
  if (stop < 0.05 && stopAt < base) {
    life.kind = 'CANCELLED';
    if (!unpaid && start < stopAt) life.startedAt = start;
  } else if (!unpaid) {
    life.startedAt = start;
    if (stop < 0.09 && start < stopAt && stopAt < base && age < 150) life.kind = 'ON_HOLD';
    else if (end < base) life.kind = 'COMPLETED';
    else life.kind = 'IN_PROGRESS';
  }

  if (life.kind === 'CANCELLED' || life.kind === 'ON_HOLD') life.stoppedAt = stopAt;
  if (life.kind === 'COMPLETED') life.completedAt = end;
  if (life.kind === 'IN_PROGRESS') life.activeUntil = base;
  if (life.stoppedAt) life.activeUntil = earlier(addHours(stopAt, 8), base);
  if (life.completedAt) life.activeUntil = earlier(addHours(end, 30), base);
  if (life.startedAt) {
    const reached = (life.completedAt ?? life.stoppedAt ?? base).getTime() - start.getTime();
    life.progress = Math.min(1, reached / (end.getTime() - start.getTime()));
  }

  if (random.chance(0.06)) life.dueAt = atFive(addDays(life.startedAt ?? createdAt, random.int(3, 25)));
  else if (item?.days !== undefined) life.dueAt = addDays(life.startedAt ?? createdAt, item.days);
  if (random.chance(0.017)) {
    const deletedAt = addHours(life.activeUntil, random.between(2, 300));
    if (deletedAt < base) life.deletedAt = deletedAt;
  }
  return life;
}

export function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}

/** That time, or where it is still to come, some time between the start and today. */
export function untilToday({ random, base }: { random: Random; base: Date }, start: Date, at: Date): Date {
  return at < base ? at : new Date(random.int(start.getTime(), base.getTime() - 1));
}

/** That day at five in the afternoon, UTC, as people set due times. */
export function atFive(at: Date): Date {
  return new Date(Math.floor(at.getTime() / day) * day + 17 * 3_600_000);
}
