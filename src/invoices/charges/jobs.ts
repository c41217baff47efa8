import { act, type Tools } from '../../kernel/command.ts';
import { defineJob, type Job } from '../../kernel/jobs.ts';
import { addMinutes, now } from '../../kernel/time.ts';
import { systemViewer } from '../../kernel/viewer.ts';
import { askAgain } from '../../payments/processors/commands.ts';
import { conclude } from './commands.ts';

/** After how long nobody is waiting for the processor's first answer any more. */
const patienceMinutes = 2;
/** How many payments one run looks after at most; the next one comes a minute later. */
const most = 500;

/**
 * Finishes what was begun and not finished, because the processor did not answer or this process ended: asks the processor what
 * became of it. Twice, or two at once, has one effect.
 */
export function finishPayments(tools: Tools): Job {
  return defineJob(
    'payments.finish',
    async () => {
      const { rows } = await tools.database.pool.query<{ organizationId: string; id: string }>(
        'select organization_id as "organizationId", id from unsettled_payments($1, $2)',
        [addMinutes(now(), -patienceMinutes), most],
      );
      const failures: unknown[] = [];
      for (const { organizationId, id: paymentId } of rows) {
        const viewer = systemViewer(organizationId);
        try {
          const outcome = await askAgain(tools, viewer, paymentId);
          await act(tools, viewer, conclude('invoices.charge'), { paymentId, outcome });
        } catch (error) {
          // What fails for one organization keeps no other one waiting.
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'Payments could not be finished.');
    },
    { schedule: '* * * * *' },
  );
}
