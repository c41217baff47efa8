import type { Tools } from '../kernel/command.ts';
import { defineJob, type Job } from '../kernel/jobs.ts';
import { now } from '../kernel/time.ts';

/** How many rows of a kind go at once. */
const batch = 1_000;

/**
 * Takes away what ended long ago: sessions, magic links and codes after 30 days, counters of failures after one, sign-ups once
 * their links are good no more.
 */
export function removeStaleAccess({ database }: Pick<Tools, 'database'>): Job {
  return defineJob(
    'identity.forget',
    async () => {
      const at = now();
      for (let removed = 1; removed > 0; ) {
        const { rows } = await database.pool.query<{ removed: number }>(
          'select remove_stale_access($1, $2) as removed',
          [at, batch],
        );
        removed = rows[0]?.removed ?? 0;
      }
    },
    { schedule: '23 3 * * *' },
  );
}
