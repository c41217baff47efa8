import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { RateLimitedError } from '../../src/kernel/errors.ts';
import { createRates, forgetRateBuckets, type Rates } from '../../src/kernel/rates.ts';
import { minute, stopClock } from '../kit/clock.ts';
import { testDatabase } from '../kit/db.ts';

// A process is a limiter of its own, over the same database. They settle when the test says so.
async function makeProcesses(capacity = 1_000) {
  const clock = stopClock();
  const { database, log, owner } = await testDatabase();
  const bucket = { key: `test ${randomUUID()}`, capacity };
  const make = () => createRates({ pool: database.pool, log, settleMs: null });
  const left = async () => {
    const { rows } = await owner.query<{ points: string }>('select points from rate_buckets where key = $1', [
      bucket.key,
    ]);
    return rows[0] ? Number(rows[0].points) : null;
  };
  const refusedFor = async (rates: Rates, points: number) => {
    const error = await (async () => rates.take(bucket, points))().then(
      () => null,
      (error: unknown) => error,
    );
    expect(error).toBeInstanceOf(RateLimitedError);
    return (error as RateLimitedError).retryAfterSeconds;
  };
  return { clock, bucket, one: make(), other: make(), left, refusedFor };
}

describe('a bucket', () => {
  test('is full at first; what is taken is missing, and comes back evenly', async () => {
    const { clock, bucket, one } = await makeProcesses(600);
    expect(one.balanceOf(bucket)).toEqual({ limit: 600, remaining: 600, resetSeconds: 0 });
    one.take(bucket, 25);
    expect(one.balanceOf(bucket)).toEqual({ limit: 600, remaining: 575, resetSeconds: 3 });
    clock.advance(1_000);
    expect(one.balanceOf(bucket)).toEqual({ limit: 600, remaining: 585, resetSeconds: 2 });
    clock.advance(1_499);
    expect(one.balanceOf(bucket)).toEqual({ limit: 600, remaining: 599, resetSeconds: 1 });
    clock.advance(1);
    expect(one.balanceOf(bucket)).toEqual({ limit: 600, remaining: 600, resetSeconds: 0 });
    clock.advance(minute);
    expect(one.balanceOf(bucket).remaining).toBe(600);
  });

  test('is shared: what one process takes the other one lacks, as soon as both have told', async () => {
    const { bucket, one, other, left } = await makeProcesses();
    one.take(bucket, 40);
    other.take(bucket, 30);
    expect(await left()).toBeNull();
    await one.settle();
    expect(await left()).toBe(960);
    await other.settle();
    expect([one.balanceOf(bucket).remaining, other.balanceOf(bucket).remaining]).toEqual([960, 930]);
    one.take(bucket, 10);
    await one.settle();
    expect([one.balanceOf(bucket).remaining, await left()]).toEqual([920, 920]);
  });

  test('takes back what was not needed, and never more than it holds', async () => {
    const { bucket, one, left } = await makeProcesses();
    one.take(bucket, 50);
    one.giveBack(bucket, 45);
    expect(one.balanceOf(bucket).remaining).toBe(995);
    await one.settle();
    one.giveBack(bucket, 100);
    expect(one.balanceOf(bucket).remaining).toBe(1_000);
    await one.settle();
    expect(await left()).toBe(1_000);
  });

  test('that is empty refuses, tells when to come again, and fills', async () => {
    const { clock, bucket, one, left, refusedFor } = await makeProcesses();
    await one.take(bucket, 1_000);
    expect(await left()).toBe(0);
    expect(await refusedFor(one, 1)).toBe(1);
    expect(await refusedFor(one, 100)).toBe(6);
    expect(await refusedFor(one, 1_000)).toBe(60);
    clock.advance(6_000 - 1);
    expect(await refusedFor(one, 100)).toBe(1);
    clock.advance(1);
    await one.take(bucket, 100);
    expect(await left()).toBe(0);
  });

  test('of another size from now on holds that much', async () => {
    const { bucket, one } = await makeProcesses();
    one.take(bucket, 10);
    const smaller = { ...bucket, capacity: 100 };
    expect(one.balanceOf(smaller)).toEqual({ limit: 100, remaining: 100, resetSeconds: 0 });
    await one.settle();
    expect(one.balanceOf({ ...bucket, capacity: 2_000 }).remaining).toBe(90);
  });
});

describe('a request', () => {
  test('sends no statement of its own, and while it takes little none is sent', async () => {
    const { bucket, one, left } = await makeProcesses();
    const statements = async (points: number) =>
      (await countStatements(async () => one.take(bucket, points))).statements;
    for (const _ of Array.from({ length: 50 })) expect(await statements(1)).toBe(0);
    expect(await left()).toBeNull();
    expect(await statements(1)).toBe(0);
    expect(await left()).toBe(949);
  });

  test('that is refused has taken nothing', async () => {
    const { bucket, one, other, left, refusedFor } = await makeProcesses();
    await one.take(bucket, 990);
    // The other one has not heard of it, and asks the bucket.
    await refusedFor(other, 100);
    await refusedFor(one, 11);
    await one.settle();
    await other.settle();
    expect(await left()).toBe(10);
    expect([one.balanceOf(bucket).remaining, other.balanceOf(bucket).remaining]).toEqual([10, 10]);
    expect((await countStatements(() => refusedFor(one, 11))).statements).toBe(0);
  });
});

describe('at full speed', () => {
  test('two processes overdraw a bucket by a twentieth each at most, and that is missing afterwards', async () => {
    const { clock, bucket, one, other, left } = await makeProcesses();
    const spend = async (rates: Rates) => {
      let taken = 0;
      for (;;) {
        try {
          await rates.take(bucket, 7);
          taken += 7;
        } catch {
          return taken;
        }
      }
    };
    const taken = (await Promise.all([spend(one), spend(other)])).reduce((sum, points) => sum + points);
    await one.settle();
    await other.settle();
    expect(taken).toBeGreaterThan(900);
    expect(taken).toBeLessThanOrEqual(1_000 + 2 * 50);
    expect(await left()).toBe(1_000 - taken);
    clock.advance(minute);
    one.take(bucket, 1);
    await one.settle();
    expect(await left()).toBe(Math.min(1_000, 2_000 - taken) - 1);
  });

  test('a hundred that take much at once share a few statements, and get what there is', async () => {
    const { bucket, one } = await makeProcesses();
    const asked: string[] = [];
    const { query } = pg.Client.prototype;
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const text = typeof args[0] === 'string' ? args[0] : (args[0] as { text?: string })?.text;
      if (text?.includes('settle_rates')) asked.push(text);
      return Reflect.apply(query, this, args);
    } as never;
    try {
      const results = await Promise.allSettled(Array.from({ length: 100 }, async () => one.take(bucket, 60)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(16);
    } finally {
      pg.Client.prototype.query = query;
    }
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(one.balanceOf(bucket).remaining).toBe(40);
  });

  test('a bucket that is overdrawn is so by what it holds at most', async () => {
    const { clock, bucket, one, left } = await makeProcesses();
    const { owner } = await testDatabase();
    const given = (used: number) => JSON.stringify([{ place: 0, ...bucket, used, wanted: 0 }]);
    await owner.query('select settle_rates($1::jsonb, $2)', [given(9_000), clock.now()]);
    expect(await left()).toBe(-1_000);
    clock.advance(2 * minute);
    await one.take(bucket, 1_000);
    expect(await left()).toBe(0);
  });
});

describe('without the database', () => {
  test('what was taken is told later; who must ask it fails as everything does', async () => {
    const { log } = await testDatabase();
    const { bucket, one, left } = await makeProcesses();
    const nowhere = new pg.Pool({ connectionString: 'postgresql://nobody@127.0.0.1:1/nothing' });
    const cut = createRates({ pool: nowhere, log, settleMs: null });
    cut.take(bucket, 50);
    await expect(cut.settle()).rejects.toThrow('ECONNREFUSED');
    expect(cut.balanceOf(bucket).remaining).toBe(950);
    await expect((async () => cut.take(bucket, 60))()).rejects.toThrow('ECONNREFUSED');
    await nowhere.end();
    one.take(bucket, 1);
    await one.settle();
    expect(await left()).toBe(999);
  });
});

test('a process tells what it has taken before it ends', async () => {
  const { bucket, one, left } = await makeProcesses();
  one.take(bucket, 20);
  await one.stop();
  expect(await left()).toBe(980);
});

test('a process tells by itself, and learns with it', async () => {
  const { database, log } = await testDatabase();
  const bucket = { key: `test ${randomUUID()}`, capacity: 1_000 };
  const rates = createRates({ pool: database.pool, log, settleMs: 5 });
  rates.take(bucket, 30);
  const { owner } = await testDatabase();
  const told = async () => (await owner.query('select from rate_buckets where key = $1', [bucket.key])).rowCount;
  await expect.poll(told).toBe(1);
  await rates.stop();
});

test('buckets that nobody drew from for ten minutes are forgotten', async () => {
  const { clock, bucket, one, left } = await makeProcesses();
  const { database } = await testDatabase();
  const job = forgetRateBuckets(database.pool);
  await one.take(bucket, 500);
  clock.advance(10 * minute - 1);
  await job.run(null);
  expect(await left()).toBe(500);
  clock.advance(1);
  await job.run(null);
  expect(await left()).toBeNull();
  expect(job).toMatchObject({ name: 'rates.forget', schedule: '47 * * * *' });
});
