/**
 * The laws of order tasks.
 *
 *  1. A task is for the client or for team members, never both: one for the client has no assignees.
 *  2. A task has a deadline (hours) or a due time, never both.
 *  3. Who completes it and when is noted by the engine, and kept: completing again changes nothing.
 *  4. Staff complete any task that they see; a client only a task that is for the client. Only staff reopen, and what was
 *     noted is gone then. Reopening an open task changes nothing.
 *  5. A due time holds as it is. A deadline counts from a base: for the order's first task the order's start, or its
 *     creation; for a later one the completion of the task before it, or that task's own due time while it is open, or,
 *     when it has neither, the order's base. Tasks follow each other by position, then creation, then id.
 *  6. Where the organization wants it, completing a task hands its order on: the task's assignees leave the order, those of
 *     the next open task join.
 */
import type { OrderTask } from '../../generated/prisma/client.ts';
import type { IssueList } from '../../kernel/errors.ts';
import { addHours } from '../../kernel/time.ts';

type Purpose = { forClient: boolean; employeeCount: number; deadlineHours: number | null; dueAt: Date | null };

/** Laws 1 and 2, on the task as it would be. */
export function checkPurpose(issues: IssueList, { forClient, employeeCount, deadlineHours, dueAt }: Purpose): void {
  if (forClient && employeeCount > 0) {
    issues.add('forClient', 'EXCLUSIVE', 'A task for the client can have no assignees.');
  }
  if (deadlineHours !== null && dueAt !== null) {
    issues.add('deadlineHours', 'EXCLUSIVE', 'A task can have a deadline or a due time, not both.');
  }
}

export type ScheduledTask = Pick<
  OrderTask,
  'id' | 'position' | 'createdAt' | 'completedAt' | 'deadlineHours' | 'dueAt'
>;

function inOrder(a: ScheduledTask, b: ScheduledTask): number {
  return a.position - b.position || a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1);
}

/** Law 5: when each task of an order is due in fact. */
export function effectiveDueTimes(
  order: { startedAt: Date | null; createdAt: Date },
  tasks: readonly ScheduledTask[],
): Map<string, Date | null> {
  const base = order.startedAt ?? order.createdAt;
  const due = new Map<string, Date | null>();
  let from = base;
  for (const task of tasks.toSorted(inOrder)) {
    const effective = task.dueAt ?? (task.deadlineHours === null ? null : addHours(from, task.deadlineHours));
    due.set(task.id, effective);
    from = task.completedAt ?? effective ?? base;
  }
  return due;
}

/** Law 6: the open task that comes after this one. */
export function nextOpenTask<Task extends ScheduledTask>(
  tasks: readonly Task[],
  completedId: string,
): Task | undefined {
  const sorted = tasks.toSorted(inOrder);
  const place = sorted.findIndex((task) => task.id === completedId);
  return sorted.slice(place + 1).find((task) => task.completedAt === null);
}
