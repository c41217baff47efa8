import { AsyncLocalStorage } from 'node:async_hooks';
import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { RateLimitedError } from './errors.ts';
import { defineJob, type Job } from './jobs.ts';
import type { Log } from './log.ts';
import { addMinutes, now } from './time.ts';

// The laws of rates.
//
//  1. A bucket holds as many points as may be spent in a minute, and fills evenly within one. It is PostgreSQL's: all processes
//     draw from the same.
//  2. What a request takes is counted in memory, and told to PostgreSQL a few times a second, for all buckets at once. What
//     others took is learnt with that. So a request sends no statement.
//  3. Between two tellings a process gives out a twentieth of a bucket at most. For more it asks the bucket itself, and waits.
//     So of n processes a bucket can be overdrawn by n twentieths, and what it was overdrawn by is missing afterwards.
//  4. Who is refused has taken nothing, and costs no statement.

/** Somebody's points, and how many there may be. */
export type Bucket = { readonly key: string; readonly capacity: number };

/** How much is left, and in how many seconds all of it is there again. */
export type Balance = { readonly limit: number; readonly remaining: number; readonly resetSeconds: number };

export type Rates = {
  /** Takes points, or throws that they are not there. Answers at once unless law 3 has it wait. */
  take(bucket: Bucket, points: number): void | Promise<void>;
  /** Gives back what turned out not to be needed. */
  giveBack(bucket: Bucket, points: number): void;
  balanceOf(bucket: Bucket): Balance;
  /** Tells PostgreSQL what was taken, and learns what is left. */
  settle(): Promise<void>;
  stop(): Promise<void>;
};

export type RatesOptions = {
  pool: pg.Pool;
  log: Log;
  /** How often it settles by itself, in milliseconds. Null: never. */
  settleMs?: number | null;
};

const usualMs = 250;
/** Law 3. */
const share = 1 / 20;
/** How many buckets a process has in mind. Of others it learns again. */
const mostKnown = 50_000;
const minute = 60_000;

/** What this process knows of a bucket. */
type Known = {
  readonly key: string;
  capacity: number;
  /** How much was left at that time, in milliseconds, as far as is known here. */
  points: number;
  at: number;
  /** What PostgreSQL was not told of yet. */
  untold: number;
};

type Want = { known: Known; points: number; resolve(): void; reject(error: unknown): void };
type Settled = { place: number; points: string; granted: boolean };

export function createRates({ pool, log, settleMs = usualMs }: RatesOptions): Rates {
  const buckets = new LRUCache<string, Known>({ max: mostKnown });
  const untold = new Set<Known>();
  let wants: Want[] = [];
  let settling: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  // What all wait for is no part of the request that happens to send it, nor of its time.
  const outside = AsyncLocalStorage.snapshot();

  const knownOf = ({ key, capacity }: Bucket): Known => {
    const at = now().getTime();
    const known = buckets.get(key) ?? { key, capacity, points: capacity, at, untold: 0 };
    buckets.set(key, known);
    known.capacity = capacity;
    known.points = Math.min(capacity, known.points + (Math.max(0, at - known.at) * capacity) / minute);
    known.at = at;
    return known;
  };

  const spend = (known: Known, points: number): void => {
    known.points = Math.min(known.capacity, known.points - points);
    known.untold += points;
    untold.add(known);
  };

  async function tell(): Promise<void> {
    const asked = wants;
    const told = [...untold].map((known) => ({ known, used: known.untold }));
    wants = [];
    untold.clear();
    for (const { known } of told) known.untold = 0;
    const rows = [
      ...told.map(({ known, used }) => ({ known, used, wanted: 0 })),
      ...asked.map(({ known, points }) => ({ known, used: 0, wanted: points })),
    ];
    const given = rows.map(({ known: { key, capacity }, used, wanted }, place) => ({
      ...{ place, key, capacity, used, wanted },
    }));
    const at = now();
    try {
      const { rows: settled } = await pool.query<Settled>(
        'select place, points, granted from settle_rates($1::jsonb, $2)',
        [JSON.stringify(given), at],
      );
      // In the order of their taking: of the last one's points each bucket has what is left.
      for (const { place, points } of settled) {
        const { known } = rows[place] as (typeof rows)[number];
        known.points = Number(points) - known.untold;
        known.at = at.getTime();
      }
      const granted = new Set(settled.filter((row) => row.granted).map(({ place }) => place));
      asked.forEach(({ known, points, resolve, reject }, index) => {
        if (granted.has(told.length + index)) resolve();
        else reject(refusal(known, points));
      });
    } catch (error) {
      for (const { known, used } of told) {
        known.untold += used;
        untold.add(known);
      }
      for (const { reject } of asked) reject(error);
      if (asked.length === 0) throw error;
    }
  }

  /** One telling at a time; what comes meanwhile is in the next. */
  function settle(): Promise<void> {
    if (settling) {
      next ??= settling
        .catch(() => {})
        .then(() => {
          next = null;
          return settle();
        });
      return next;
    }
    if (untold.size === 0 && wants.length === 0) return Promise.resolve();
    settling = outside(tell).finally(() => {
      settling = null;
    });
    return settling;
  }

  const timer =
    settleMs === null
      ? null
      : setInterval(() => {
          settle().catch((error: unknown) =>
            log.warn({ err: error }, 'what was spent could not be told to PostgreSQL'),
          );
        }, settleMs).unref();

  return {
    take(bucket, points) {
      const known = knownOf(bucket);
      if (known.points < points) throw refusal(known, points);
      if (known.untold + points <= known.capacity * share) {
        spend(known, points);
        return;
      }
      return new Promise<void>((resolve, reject) => {
        wants.push({ known, points, resolve, reject });
        settle().catch(() => {});
      });
    },
    giveBack(bucket, points) {
      if (points > 0) spend(knownOf(bucket), -points);
    },
    balanceOf(bucket) {
      const { points, capacity } = knownOf(bucket);
      // Overdrawn is empty, and a point is a whole one.
      const left = Math.min(Math.max(points, 0), capacity);
      return {
        limit: capacity,
        remaining: Math.floor(left + 1e-6),
        resetSeconds: secondsFor(capacity - points, capacity),
      };
    },
    settle,
    stop: async () => {
      if (timer) clearInterval(timer);
      await settle();
    },
  };
}

function refusal({ points, capacity }: Known, wanted: number): RateLimitedError {
  return new RateLimitedError(Math.max(1, secondsFor(wanted - points, capacity)));
}

/** How long a bucket takes to fill by so much. What is left of dividing is no second. */
function secondsFor(points: number, capacity: number): number {
  return Math.max(0, Math.ceil((points / capacity) * 60 - 1e-6));
}

/** The job that forgets buckets which have long been full again. */
export function forgetRateBuckets(pool: pg.Pool): Job {
  return defineJob(
    'rates.forget',
    async () => {
      await pool.query('select forget_rate_buckets($1)', [addMinutes(now(), -10)]);
    },
    { schedule: '47 * * * *' },
  );
}
