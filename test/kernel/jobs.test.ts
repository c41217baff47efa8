import { describe, expect, test } from 'vitest';
import { deliverEvents } from '../../src/kernel/events.ts';
import { defineJob, startWorker } from '../../src/kernel/jobs.ts';
import { testDatabase } from '../kit/db.ts';
import { makeWorld } from '../kit/world.ts';

const identifiers = async () => {
  const { owner } = await testDatabase();
  const { rows } = await owner.query<{ identifier: string }>(
    'select identifier from graphile_worker._private_known_crontabs order by 1',
  );
  return rows.map(({ identifier }) => identifier);
};

describe('a job', () => {
  test('without a schedule runs when it is asked for', async () => {
    const world = await makeWorld();
    const { log } = await testDatabase();
    const ran: unknown[] = [];
    const job = defineJob('test.asked', async (payload) => void ran.push(payload));
    expect(job.schedule).toBeUndefined();
    await world.owner.query(`select graphile_worker.add_job('test.asked', '{"a": 1}')`);
    // What other tests announced is in the same queue, and must be worked, too.
    await world.runJobs([job, deliverEvents(world.database, [], log)]);
    expect(ran).toEqual([{ a: 1 }]);
  });

  test('with a schedule is in the timetable of the worker, which the app role may keep', async () => {
    const { database, log } = await testDatabase();
    const nothing = async () => {};
    const jobs = [
      defineJob('test.scheduled', nothing, { schedule: '0 3 * * *' }),
      defineJob('test.unscheduled', nothing),
    ];
    const worker = await startWorker(database.pool, jobs, log);
    try {
      await expect.poll(identifiers).toContain('test.scheduled');
      expect(await identifiers()).not.toContain('test.unscheduled');
    } finally {
      await worker.stop();
    }
  });

  test('refuses a schedule that is none, when the worker starts', async () => {
    const { database, log } = await testDatabase();
    const job = defineJob('test.broken', async () => {}, { schedule: 'every day' });
    await expect(startWorker(database.pool, [job], log)).rejects.toThrow(/every day|cron/i);
  });
});
