import { addDays } from '../../src/kernel/time.ts';
import { effectiveDueTimes } from '../../src/orders/tasks/rules.ts';
import type { Step } from './agency.ts';
import type { Studio } from './catalogue.ts';
import { atFive } from './life.ts';
import type { Story } from './story.ts';

/** Writes the order's tasks: as many done as the order's life says. Answers when the last of them was done. */
export function writeTasks(studio: Studio, story: Story, steps: readonly Step[]): Date | null {
  const { random, writer, history, organizationId } = studio;
  const { order, life, people, client } = story;
  const start = life.startedAt ?? life.createdAt;
  const worked = (life.completedAt ?? life.stoppedAt ?? studio.base).getTime() - start.getTime();
  const done = life.kind === 'COMPLETED' ? steps.length : Math.floor(life.progress * steps.length * 0.99);
  const tasks = steps.map((step, position) => {
    const isComplete = life.startedAt !== null && position < done;
    const completedAt = isComplete
      ? new Date(start.getTime() + Math.floor((worked * (position + random.between(0.55, 1))) / Math.max(done, 1)))
      : null;
    const createdAt = new Date(life.createdAt.getTime() + position + 1);
    // Most steps have the deadline of their craft, some a date of their own, the rest no time at all.
    const kind = random.next();
    return {
      id: random.uuid(createdAt),
      step,
      position,
      createdAt,
      completedAt,
      deadlineHours: kind < 0.72 ? (step.hours ?? null) : null,
      dueAt: kind > 0.86 ? atFive(addDays(start, 1 + position * 2)) : null,
    };
  });
  const due = effectiveDueTimes(life, tasks);
  for (const task of tasks) {
    const forClient = task.step.side === 'CLIENT';
    const worker = people.length > 0 ? random.pick(people) : null;
    const completer = task.completedAt === null ? null : forClient ? client : (worker ?? client.manager);
    const row = {
      id: task.id,
      organization_id: organizationId,
      order_id: order.id,
      name: task.step.name,
      description: task.step.description ?? null,
      position: task.position,
      is_public: task.step.side !== undefined,
      for_client: forClient,
      is_complete: task.completedAt !== null,
      completed_by_id: completer?.id ?? null,
      completed_at: task.completedAt,
      deadline_hours: task.deadlineHours,
      due_at: task.dueAt,
      effective_due_at: due.get(task.id) ?? null,
      version: task.completedAt === null ? 1 : 2,
      created_at: task.createdAt,
      updated_at: task.completedAt ?? task.createdAt,
    };
    writer.write('order_tasks', row);
    if (worker && !forClient && random.chance(0.85)) {
      const link = { organization_id: organizationId, task_id: task.id, employee_id: worker.id };
      writer.write('order_task_employees', { ...link, created_at: task.createdAt });
    }
    if (story.detailed && completer && task.completedAt) {
      history.changed('UPDATED', {
        entity: 'ORDER_TASK',
        row,
        actor: { kind: forClient ? 'CLIENT' : 'STAFF', id: completer.id },
        ownerId: client.id,
        at: task.completedAt,
        before: { is_complete: false, completed_at: null, completed_by_id: null },
      });
    }
  }
  return tasks.findLast(({ completedAt }) => completedAt !== null)?.completedAt ?? null;
}
