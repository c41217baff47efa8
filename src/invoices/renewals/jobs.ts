import { act, type Tools } from '../../kernel/command.ts';
import { defineJob, type Job } from '../../kernel/jobs.ts';
import { now } from '../../kernel/time.ts';
import { systemViewer } from '../../kernel/viewer.ts';
import { charge, postpone, takeDue } from './commands.ts';

type Due = { organizationId: string; id: string };

/** How many are looked up at a time. */
const batch = 500;
/** How many are worked on at a time: the connections are needed by others, too. */
const atOnce = 1;

/** Renews the subscriptions of all organizations that are due, each once, however many do this at the same time. */
export async function renewDue(tools: Tools): Promise<{ done: number }> {
  const seen = new Set<string>();
  const failures: unknown[] = [];
  let done = 0;
  for (;;) {
    const due = (await findDue(tools)).filter(({ id }) => !seen.has(id));
    if (due.length === 0) break;
    const waiting = due.values();
    const work = async () => {
      for (const subscription of waiting) {
        seen.add(subscription.id);
        // What fails for one keeps no other one waiting, nor the next run busy.
        try {
          if (await renewOne(tools, subscription)) done += 1;
        } catch (error) {
          failures.push(error);
          await act(tools, systemViewer(subscription.organizationId), postpone, { id: subscription.id });
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} subscriptions could not be renewed.`);
  return { done };
}

async function findDue({ database }: Tools): Promise<Due[]> {
  const { rows } = await database.pool.query<Due>(
    'select organization_id as "organizationId", id from due_subscriptions($1, $2)',
    [now(), batch],
  );
  return rows;
}

async function renewOne(tools: Tools, { organizationId, id }: Due): Promise<boolean> {
  const viewer = systemViewer(organizationId);
  const begun = await act(tools, viewer, takeDue, { id });
  if (begun === null) return false;
  await charge(tools, viewer, begun);
  return true;
}

/** Every minute. */
export function renewSubscriptions(tools: Tools): Job {
  return defineJob(
    'subscriptions.renew',
    async () => {
      await renewDue(tools);
    },
    { schedule: '* * * * *' },
  );
}
