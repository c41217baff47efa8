import { act, type Tools } from '../kernel/command.ts';
import { defineJob, type Job } from '../kernel/jobs.ts';
import { now } from '../kernel/time.ts';
import { systemViewer } from '../kernel/viewer.ts';
import { wake } from './commands/wake.ts';

/** How many tickets one run wakes at most; the next one comes a minute later. */
const most = 1_000;

/** Opens the snoozed tickets of all organizations whose time to wake has come. Twice, or two at once, has one effect. */
export function wakeTickets(tools: Tools): Job {
  return defineJob(
    'tickets.wake',
    async () => {
      const { rows } = await tools.database.pool.query<{ organizationId: string; id: string }>(
        'select organization_id as "organizationId", id from due_tickets($1, $2)',
        [now(), most],
      );
      const failures: unknown[] = [];
      for (const [organizationId, tickets] of Map.groupBy(rows, (row) => row.organizationId)) {
        const ids = tickets.map(({ id }) => id);
        // What fails in one organization keeps no other one waiting.
        await act(tools, systemViewer(organizationId), wake, { ids }).catch((error) => failures.push(error));
      }
      if (failures.length > 0) throw new AggregateError(failures, 'Snoozed tickets could not be woken.');
    },
    { schedule: '* * * * *' },
  );
}
