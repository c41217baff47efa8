import type { Order, Prisma } from '../../generated/prisma/client.ts';
import type { Transaction } from '../../kernel/db.ts';
import { InvalidStateError } from '../../kernel/errors.ts';
import { randomCode } from '../../kernel/id.ts';
import type { Decimal } from '../../kernel/money.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { enterStatus, standardDueTime } from '../rules.ts';
import { rescheduleTasks } from '../tasks/commands.ts';

// Orders that come of payments. Whoever calls announces them: with what paid for them, in one statement.

/** One line that was paid for. */
export type Purchase = {
  serviceId: string;
  /** What it was sold as, and for how much each. */
  name: string;
  price: Decimal;
  quantity: number;
  options: Prisma.InputJsonValue;
};

export type Payer = {
  clientId: string;
  currency: string;
  invoiceId: string;
  subscriptionId: string | null;
  paymentProcessor: string;
  at: Date;
};

export type PlacedOrder = { id: string; number: string };

/** Places an order for each purchase, in work from now on, with the people of its service. In as many statements for many. */
export async function createPaidOrders(
  tx: Transaction,
  viewer: Viewer,
  { at, ...payer }: Payer,
  purchases: readonly Purchase[],
): Promise<PlacedOrder[]> {
  if (purchases.length === 0) return [];
  const organizationId = organizationOf(viewer);
  const services = await tx.service.findMany({
    where: { id: { in: purchases.map(({ serviceId }) => serviceId) } },
    include: { employees: { select: { employeeId: true } } },
  });
  const serviceOf = new Map(services.map((service) => [service.id, service]));
  const status = await workingStatus(tx);
  const numbers = await freeNumbers(tx, purchases.length);
  const made = await tx.order.createManyAndReturn({
    data: purchases.map(({ name, ...sold }, index) => ({
      ...payer,
      ...sold,
      ...status,
      ...enterStatus({ startedAt: null, completedAt: null }, 'IN_PROGRESS', at),
      organizationId,
      number: numbers[index] as string,
      serviceName: name,
      dueAt: standardDueTime(serviceOf.get(sold.serviceId) ?? null, at),
      createdAt: at,
    })),
    select: { id: true, number: true, serviceId: true },
  });
  await tx.orderEmployee.createMany({
    data: made.flatMap(({ id: orderId, serviceId }) =>
      (serviceOf.get(serviceId ?? '')?.employees ?? []).map(({ employeeId }) => ({
        organizationId,
        orderId,
        employeeId,
      })),
    ),
  });
  const byNumber = new Map(made.map((order) => [order.number, order]));
  return numbers.map((number) => ({ id: (byNumber.get(number) as PlacedOrder).id, number }));
}

/**
 * Takes up work again, for another period: of each service the newest order of the subscription. It is in work, no longer
 * complete, and due after the service's deadline, counted from now.
 */
export async function reopenOrders(
  tx: Transaction,
  { subscriptionId, at }: { subscriptionId: string; at: Date },
  serviceIds: readonly string[],
): Promise<PlacedOrder[]> {
  if (serviceIds.length === 0) return [];
  const status = await workingStatus(tx);
  return await tx.$queryRaw<PlacedOrder[]>`
    update orders set status_code = ${status.statusCode}::smallint, status_kind = ${status.statusKind}, completed_at = null,
        started_at = coalesce(orders.started_at, ${at.toISOString()}::timestamptz),
        due_at = ${at.toISOString()}::timestamptz + service.deadline_days * interval '24 hours'
      from services service, (
        select distinct on (service_id) id from orders
          where subscription_id = ${subscriptionId}::uuid and service_id = any(${[...serviceIds]}::uuid[]) and deleted_at is null
          order by service_id, created_at desc, id desc
      ) as newest
      where orders.id = newest.id and service.id = orders.service_id
      returning orders.id, orders.number`;
}

/** Begins work on those of the orders that wait to be paid for. Their tasks' deadlines count from now. */
export async function beginOrders(
  tx: Transaction,
  { paymentProcessor, at }: { paymentProcessor: string; at: Date },
  orderIds: readonly string[],
): Promise<PlacedOrder[]> {
  if (orderIds.length === 0) return [];
  const status = await workingStatus(tx);
  const begun = await tx.$queryRaw<(PlacedOrder & Pick<Order, 'startedAt' | 'createdAt'>)[]>`
    update orders set status_code = ${status.statusCode}::smallint, status_kind = ${status.statusKind},
        started_at = coalesce(started_at, ${at.toISOString()}::timestamptz), payment_processor = ${paymentProcessor}
      where id = any(${[...orderIds]}::uuid[]) and status_kind = 'UNPAID' and deleted_at is null
      returning id, number, started_at as "startedAt", created_at as "createdAt"`;
  if (begun.length > 0) await rescheduleTasks(tx, begun);
  return begun;
}

/** The organization's own status for what is worked on. */
async function workingStatus(tx: Transaction): Promise<{ statusCode: number; statusKind: string }> {
  const found = await tx.orderStatus.findFirst({ where: { kind: 'IN_PROGRESS' }, orderBy: { code: 'asc' } });
  if (!found) throw new InvalidStateError('The organization has no order status for work in progress.');
  return { statusCode: found.code, statusKind: found.kind };
}

// Some more candidates than are needed, in one statement; more than that is needed about never.
async function freeNumbers(tx: Transaction, count: number): Promise<string[]> {
  const candidates = [...new Set(Array.from({ length: count + 5 }, () => randomCode(8)))];
  const free = await tx.$queryRaw<{ number: string }[]>`
    select candidate as number from unnest(${candidates}::text[]) as candidate
      where not exists (select from orders where orders.number = candidate) limit ${count}`;
  if (free.length < count) throw new Error('Not enough free order numbers were found.');
  return free.map(({ number }) => number);
}
