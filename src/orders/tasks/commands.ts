import type { Order, Prisma } from '../../generated/prisma/client.ts';
import { requireTeamMembers } from '../../identity/commands.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { ForbiddenError, issueList } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import {
  checkRange,
  notCleared,
  optionalText,
  raiseVersion,
  requiredText,
  requireVersion,
} from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { isClient, organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { lockOrder, lockTask, touchOrder } from '../locks.ts';
import * as rules from './rules.ts';

type TaskFields = {
  name?: string | null;
  description?: string | null;
  employeeIds?: string[] | null;
  position?: number | null;
  isPublic?: boolean | null;
  forClient?: boolean | null;
  deadlineHours?: number | null;
  dueAt?: Date | null;
};

/** Adds a step to an order. Laws 1 and 2. Announces `task.created`. */
export const create = command(
  'orderTasks.create',
  async (tx, viewer, input: TaskFields & { orderId: string; name: string }) => {
    const order = await lockOrder(tx, viewer, input.orderId, 'orderTasks.create', ['orderId']);
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    const description = optionalText(issues, 'description', input.description, 65_535);
    checkRange(issues, 'deadlineHours', input.deadlineHours, 0, 87_600);
    const employeeIds = await requireTeamMembers(tx, issues, 'employeeIds', input.employeeIds ?? []);
    const forClient = input.forClient ?? false;
    const deadlineHours = input.deadlineHours ?? null;
    const dueAt = input.dueAt ?? null;
    rules.checkPurpose(issues, { forClient, employeeCount: employeeIds.length, deadlineHours, dueAt });
    issues.throwIfAny();
    const task = await tx.orderTask.create({
      data: {
        organizationId: organizationOf(viewer),
        orderId: order.id,
        name,
        description,
        position: input.position ?? 0,
        isPublic: input.isPublic ?? false,
        forClient,
        deadlineHours,
        dueAt,
        createdAt: now(),
      },
      select: { id: true },
    });
    await replaceEmployees(tx, viewer, task.id, employeeIds);
    await settle(tx, order);
    await emit(tx, 'task.created', { order: order.id }, { taskId: task.id });
    return task;
  },
);

/** Changes a step. Laws 1 and 2 hold for the result. Announces `task.updated` when something changed. */
export const update = command(
  'orderTasks.update',
  async (tx, viewer, input: TaskFields & { id: string; expectedVersion?: number | null }) => {
    const { order, task } = await lockTask(tx, viewer, input.id, 'orderTasks.update');
    requireVersion(task, input.expectedVersion);
    const issues = issueList();
    for (const field of ['name', 'employeeIds', 'position', 'isPublic', 'forClient'] as const) {
      notCleared(issues, field, input[field]);
    }
    const name = input.name == null ? undefined : requiredText(issues, 'name', input.name);
    const description = optionalText(issues, 'description', input.description, 65_535);
    checkRange(issues, 'deadlineHours', input.deadlineHours, 0, 87_600);
    const employeeIds =
      input.employeeIds == null ? null : await requireTeamMembers(tx, issues, 'employeeIds', input.employeeIds);
    const after = {
      forClient: input.forClient ?? task.forClient,
      deadlineHours: input.deadlineHours === undefined ? task.deadlineHours : input.deadlineHours,
      dueAt: input.dueAt === undefined ? task.dueAt : input.dueAt,
    };
    const employeeCount = employeeIds?.length ?? (await tx.orderTaskEmployee.count({ where: { taskId: task.id } }));
    rules.checkPurpose(issues, { ...after, employeeCount });
    issues.throwIfAny();
    const staffed = employeeIds !== null && (await replaceEmployees(tx, viewer, task.id, employeeIds));
    const changed = await tx.orderTask.update({
      where: { id: task.id },
      data: {
        ...after,
        ...raiseVersion(staffed),
        name,
        description,
        position: input.position ?? undefined,
        isPublic: input.isPublic ?? undefined,
      },
      select: { version: true },
    });
    await settle(tx, order);
    if (changed.version !== task.version) await emit(tx, 'task.updated', { order: order.id }, { taskId: task.id });
    return { id: task.id };
  },
);

/** Removes a step for good, completed or not. Announces `task.deleted`. */
export const remove = command('orderTasks.delete', async (tx, viewer, { id }: { id: string }) => {
  const { order } = await lockTask(tx, viewer, id, 'orderTasks.delete');
  // Its people go first: once the task is gone, the log could no longer tell whose it was.
  await replaceEmployees(tx, viewer, id, []);
  await tx.orderTask.delete({ where: { id } });
  await settle(tx, order);
  await emit(tx, 'task.deleted', { order: order.id }, { taskId: id });
  return { id };
});

/**
 * Marks a step done, by the viewer, now. Laws 3, 4 and 6. Announces `task.completed`, and `order.updated` where the order
 * was handed on.
 */
export const complete = command('orderTasks.complete', async (tx, viewer, { id }: { id: string }) => {
  const { order, task } = await lockTask(tx, viewer, id, 'orderTasks.complete');
  if (isClient(viewer) && !task.forClient) throw new ForbiddenError('This task is for the team to complete.');
  if (task.isComplete) return { id };
  await tx.orderTask.update({
    where: { id },
    data: { isComplete: true, completedById: viewer.userId, completedAt: now() },
  });
  const handedOn = await handOn(tx, viewer, id, order);
  await settle(tx, order, { isEdit: handedOn });
  await emit(tx, 'task.completed', { order: order.id }, { taskId: id });
  if (handedOn) await emit(tx, 'order.updated', { order: order.id }, { number: order.number });
  return { id };
});

/** Takes a completion back. Law 4. Announces `task.reopened`. */
export const reopen = command('orderTasks.reopen', async (tx, viewer, { id }: { id: string }) => {
  const { order, task } = await lockTask(tx, viewer, id, 'orderTasks.reopen');
  if (!task.isComplete) return { id };
  await tx.orderTask.update({ where: { id }, data: { isComplete: false, completedById: null, completedAt: null } });
  await settle(tx, order);
  await emit(tx, 'task.reopened', { order: order.id }, { taskId: id });
  return { id };
});

// What every change of a task does to its order: the due times follow, and `updatedAt` moves.
async function settle(tx: Transaction, order: Order, options?: { isEdit: boolean }): Promise<void> {
  await rescheduleTasks(tx, [order]);
  await touchOrder(tx, order.id, options);
}

/** Law 5, written down: brings `effectiveDueAt` of the orders' tasks up to date. */
export async function rescheduleTasks(
  tx: Transaction,
  orders: readonly Pick<Order, 'id' | 'startedAt' | 'createdAt'>[],
): Promise<void> {
  const tasks = await tx.orderTask.findMany({ where: { orderId: { in: orders.map(({ id }) => id) } } });
  const ofOrders = Map.groupBy(tasks, ({ orderId }) => orderId);
  const due = new Map(orders.flatMap((order) => [...rules.effectiveDueTimes(order, ofOrders.get(order.id) ?? [])]));
  const moved = tasks.filter((task) => task.effectiveDueAt?.getTime() !== due.get(task.id)?.getTime());
  if (moved.length === 0) return;
  const times = moved.map((task) => due.get(task.id)?.toISOString() ?? null);
  await tx.$executeRaw`
    update order_tasks set effective_due_at = moved.at
      from unnest(${moved.map((task) => task.id)}::uuid[], ${times}::timestamptz[]) as moved (id, at)
      where order_tasks.id = moved.id`;
}

// Law 6. Answers whether the order's assignees changed.
async function handOn(tx: Transaction, viewer: Viewer, taskId: string, order: Order): Promise<boolean> {
  const where = { id: organizationOf(viewer) };
  const { taskCompletionMovesAssignees } = await tx.organization.findUniqueOrThrow({
    where,
    select: { taskCompletionMovesAssignees: true },
  });
  if (!taskCompletionMovesAssignees) return false;
  const tasks = await tx.orderTask.findMany({ where: { orderId: order.id }, include: { employees: true } });
  const leaving = tasks.find((task) => task.id === taskId)?.employees.map(({ employeeId }) => employeeId) ?? [];
  const joining = rules.nextOpenTask(tasks, taskId)?.employees.map(({ employeeId }) => employeeId) ?? [];
  const gone = leaving.filter((id) => !joining.includes(id));
  const removed = await tx.orderEmployee.deleteMany({ where: { orderId: order.id, employeeId: { in: gone } } });
  const added = await tx.orderEmployee.createMany({
    data: joining.map((employeeId) => ({ organizationId: order.organizationId, orderId: order.id, employeeId })),
    skipDuplicates: true,
  });
  return removed.count + added.count > 0;
}

async function replaceEmployees(
  tx: Transaction,
  viewer: Viewer,
  taskId: string,
  employeeIds: readonly string[],
): Promise<boolean> {
  const organizationId = organizationOf(viewer);
  const data: Prisma.OrderTaskEmployeeCreateManyInput[] = employeeIds.map((employeeId) => ({
    organizationId,
    taskId,
    employeeId,
  }));
  const removed = await tx.orderTaskEmployee.deleteMany({ where: { taskId, employeeId: { notIn: [...employeeIds] } } });
  const added = await tx.orderTaskEmployee.createMany({ data, skipDuplicates: true });
  return removed.count + added.count > 0;
}
