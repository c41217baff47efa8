import type { Order, OrderTask } from '../generated/prisma/client.ts';
import type { Transaction } from '../kernel/db.ts';
import { ForbiddenError, NotFoundError } from '../kernel/errors.ts';
import { isUuid } from '../kernel/id.ts';
import { raiseVersion } from '../kernel/input.ts';
import { now } from '../kernel/time.ts';
import { gradeOf, type Viewer } from '../kernel/viewer.ts';
import { ordersWithin, visibleOrders, visibleTasks } from './policy.ts';

// Every change of an order, or of what hangs beneath it, takes the order's row first. So two changes of one order follow
// each other, events are announced in the order of commit, and no two transactions wait for each other crosswise.

/** Takes a live order, named by id or number, that the permission lets the viewer change. */
export async function lockOrder(
  tx: Transaction,
  viewer: Viewer,
  idOrNumber: string,
  permission: string,
  path: string[] = ['id'],
): Promise<Order> {
  const named = isUuid(idOrNumber)
    ? await tx.$queryRaw<{ id: string }[]>`select id from orders where id = ${idOrNumber}::uuid for update`
    : await tx.$queryRaw<{ id: string }[]>`select id from orders where number = ${idOrNumber} for update`;
  const id = named[0]?.id;
  const order = id === undefined ? null : await tx.order.findFirst({ where: { AND: [{ id }, visibleOrders(viewer)] } });
  if (!order) throw new NotFoundError(`There is no order with this ${path.join('.')}.`, path);
  await requireReach(tx, viewer, order.id, permission);
  return order;
}

/** Takes a task of a live order, and the order before it. */
export async function lockTask(
  tx: Transaction,
  viewer: Viewer,
  id: string,
  permission: string,
): Promise<{ order: Order; task: OrderTask }> {
  const visible = { AND: [{ id }, visibleTasks(viewer) ?? {}] };
  const found = await tx.orderTask.findFirst({ where: visible, select: { orderId: true } });
  if (!found) throw new NotFoundError('There is no task with this id.');
  const order = await lockOrder(tx, viewer, found.orderId, permission).catch((error: unknown) => {
    throw error instanceof NotFoundError ? new NotFoundError('There is no task with this id.') : error;
  });
  // Read again: it may have gone while the order was waited for.
  const task = await tx.orderTask.findFirst({ where: visible });
  if (!task) throw new NotFoundError('There is no task with this id.');
  return { order, task };
}

/** Who may see an order and not change it is told so; only what is out of sight is "not found". */
export async function requireReach(tx: Transaction, viewer: Viewer, id: string, permission: string): Promise<void> {
  if (gradeOf(viewer, permission) === 3) return;
  const reached = await tx.order.count({ where: { AND: [{ id }, ordersWithin(viewer, permission)] } });
  if (reached === 0) throw new ForbiddenError(`The permission ${permission} does not reach this order.`);
}

/** Notes on the order that something beneath it changed: `updatedAt` moves; the version only if its own lists did, too. */
export async function touchOrder(tx: Transaction, id: string, { isEdit = false } = {}): Promise<void> {
  await tx.order.update({ where: { id }, data: { updatedAt: now(), ...raiseVersion(isEdit) }, select: { id: true } });
}
