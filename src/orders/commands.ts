import { requireClient } from '../clients/commands.ts';
import type { Order, Prisma } from '../generated/prisma/client.ts';
import { requireTeamMembers } from '../identity/commands.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { type InputIssue, type IssueList, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { isUuid, randomCode } from '../kernel/id.ts';
import {
  checkJson,
  checkRange,
  metadataObject,
  notCleared,
  optionalText,
  raiseVersion,
  requiredText,
  requireVersion,
} from '../kernel/input.ts';
import { now } from '../kernel/time.ts';
import { gradeOf, isClient, organizationOf, type Viewer } from '../kernel/viewer.ts';
import { checkTagNames, ensureTags } from '../tags/commands.ts';
import { lockOrder } from './locks.ts';
import { deletedOrders } from './policy.ts';
import * as rules from './rules.ts';
import { rescheduleTasks } from './tasks/commands.ts';

const violations: Record<string, InputIssue> = {
  orders_organization_id_number_key: {
    path: ['number'],
    code: 'TAKEN',
    message: 'There is an order of this number already.',
  },
  // What an order names may go while it is written: as if it had never been there.
  orders_organization_id_client_id_fkey: {
    path: ['clientId'],
    code: 'NOT_FOUND',
    message: 'clientId names no client.',
  },
  orders_organization_id_status_code_status_kind_fkey: {
    path: ['statusId'],
    code: 'NOT_FOUND',
    message: 'There is no such order status.',
  },
  order_tags_organization_id_tag_id_fkey: {
    path: ['tags'],
    code: 'NOT_FOUND',
    message: 'A tag was deleted meanwhile. Try again.',
  },
};

type OrderFields = {
  serviceId?: string | null;
  status?: rules.StatusKind | null;
  statusId?: string | null;
  employeeIds?: string[] | null;
  tags?: string[] | null;
  note?: string | null;
  options?: Prisma.InputJsonObject | null;
  metadata?: Prisma.InputJsonValue | null;
  formData?: Prisma.InputJsonObject | null;
  createdAt?: Date | null;
  startedAt?: Date | null;
  completedAt?: Date | null;
  dueAt?: Date | null;
};

export type CreateOrder = OrderFields & {
  clientId?: string | null;
  serviceName?: string | null;
  number?: string | null;
  quantity?: number | null;
};

export type UpdateOrder = OrderFields & { id: string; expectedVersion?: number | null };

/** Places an order. Laws 2 to 6; for clients law 8; who reaches only own orders is assigned to it. Announces `order.created`. */
export const create = command(
  'orders.create',
  async (tx, viewer, input: CreateOrder) => {
    const issues = issueList();
    const at = now();
    if (isClient(viewer)) refuseStaffFields(issues, input);
    const clientId = await requireClient(tx, viewer, issues, input.clientId, 'orders.create');
    const service = input.serviceId == null ? null : await findService(tx, issues, input.serviceId);
    const title = optionalText(issues, 'serviceName', input.serviceName) ?? null;
    if (input.serviceId == null && isClient(viewer)) issues.add('serviceId', 'REQUIRED', 'serviceId is required.');
    else if (input.serviceId == null && title === null) {
      issues.add('serviceName', 'REQUIRED', 'An order needs a serviceId or a serviceName.');
    }
    const number = input.number == null ? await freeNumber(tx) : requiredText(issues, 'number', input.number, 50);
    checkRange(issues, 'quantity', input.quantity, 1);
    const status = await findStatus(tx, issues, input);
    const fields = await writableFields(tx, viewer, issues, input);
    // Without a word about assignees, the order gets the service's own.
    const standard = input.employeeIds == null ? (service?.employees.map(({ employeeId }) => employeeId) ?? []) : [];
    issues.throwIfAny();
    if (isClient(viewer)) await checkRequest(tx, clientId, service);

    const sold = rules.snapshot(service, title, service ? '' : await organizationCurrency(tx, viewer));
    const createdAt = input.createdAt ?? at;
    const dates = rules.enterStatus(
      { startedAt: input.startedAt ?? null, completedAt: input.completedAt ?? null },
      status.kind,
      at,
    );
    const order = await tx.order.create({
      data: {
        ...fields.data,
        ...sold,
        ...dates,
        organizationId: organizationOf(viewer),
        number,
        clientId,
        serviceId: service?.id ?? null,
        statusCode: status.code,
        statusKind: status.kind,
        quantity: input.quantity ?? 1,
        createdAt,
        dueAt: input.dueAt ?? rules.standardDueTime(service, dates.startedAt ?? createdAt),
      },
      select: { id: true },
    });
    await replaceEmployees(tx, viewer, order.id, withSelf(viewer, fields.employeeIds ?? standard));
    await replaceTags(tx, viewer, order.id, fields.tagIds ?? []);
    await emit(tx, 'order.created', { order: order.id }, { number, clientId, status: status.kind });
    return order;
  },
  violations,
);

/**
 * Changes an order. An absent field stays, null clears it, lists replace. Law 5 on entering a status. Announces
 * `order.updated`, and `order.status_changed` and `order.completed` where they happened; nothing when nothing changed.
 */
export const update = command(
  'orders.update',
  async (tx, viewer, input: UpdateOrder) => {
    const order = await lockOrder(tx, viewer, input.id, 'orders.update');
    requireVersion(order, input.expectedVersion);
    const issues = issueList();
    for (const field of ['status', 'statusId', 'createdAt', 'employeeIds', 'tags'] as const) {
      notCleared(issues, field, input[field]);
    }
    const service = input.serviceId == null ? input.serviceId : (await findService(tx, issues, input.serviceId))?.id;
    const status = input.status == null && input.statusId == null ? null : await findStatus(tx, issues, input);
    const fields = await writableFields(tx, viewer, issues, input);
    issues.throwIfAny();

    const given = {
      startedAt: input.startedAt === undefined ? order.startedAt : input.startedAt,
      completedAt: input.completedAt === undefined ? order.completedAt : input.completedAt,
    };
    const entered = status !== null && status.code !== order.statusCode;
    const dates = entered ? rules.enterStatus(given, status.kind, now()) : given;
    const staffed =
      fields.employeeIds !== undefined && (await replaceEmployees(tx, viewer, order.id, fields.employeeIds));
    const tagged = fields.tagIds !== undefined && (await replaceTags(tx, viewer, order.id, fields.tagIds));
    const changed = await tx.order.update({
      where: { id: order.id },
      data: {
        ...fields.data,
        ...dates,
        ...raiseVersion(staffed || tagged),
        ...(input.serviceId === undefined ? {} : { serviceId: service ?? null }),
        ...(status ? { statusCode: status.code, statusKind: status.kind } : {}),
        createdAt: input.createdAt ?? undefined,
        dueAt: input.dueAt,
      },
    });
    if (
      changed.startedAt?.getTime() !== order.startedAt?.getTime() ||
      changed.createdAt.getTime() !== order.createdAt.getTime()
    ) {
      await rescheduleTasks(tx, [changed]);
    }
    if (changed.version !== order.version) await announceUpdate(tx, order, changed);
    return { id: order.id };
  },
  violations,
);

/** Puts an order out of sight, with all beneath it. Law 7. Announces `order.deleted`. */
export const remove = command('orders.delete', async (tx, viewer, { id }: { id: string }) => {
  const order = await lockOrder(tx, viewer, id, 'orders.delete');
  await tx.order.update({ where: { id: order.id }, data: { deletedAt: now() } });
  await emit(tx, 'order.deleted', { order: order.id }, { number: order.number });
  return { id: order.id };
});

/** Brings a deleted order back as it was. Law 7. Announces `order.restored`. */
export const restore = command('orders.restore', async (tx, viewer, { id: idOrNumber }: { id: string }) => {
  const named = isUuid(idOrNumber) ? { id: idOrNumber } : { number: idOrNumber };
  const order = await tx.order.findFirst({
    where: { AND: [named, deletedOrders(viewer)] },
    select: { id: true, number: true },
  });
  if (!order) throw new NotFoundError('There is no deleted order with this id.');
  const { id } = order;
  const { count } = await tx.order.updateMany({ where: { id, deletedAt: { not: null } }, data: { deletedAt: null } });
  if (count === 0) throw new NotFoundError('There is no deleted order with this id.');
  await emit(tx, 'order.restored', { order: id }, { number: order.number });
  return { id };
});

async function announceUpdate(tx: Transaction, before: Order, after: Order): Promise<void> {
  const about = { order: after.id };
  await emit(tx, 'order.updated', about, { number: after.number });
  if (after.statusCode === before.statusCode) return;
  await emit(tx, 'order.status_changed', about, {
    number: after.number,
    from: before.statusKind,
    to: after.statusKind,
  });
  if (after.statusKind === 'COMPLETED' && before.statusKind !== 'COMPLETED') {
    await emit(tx, 'order.completed', about, { number: after.number });
  }
}

// ------------------------------------------------------------------ what the input names

/** The fields that creating and changing have in common, checked. */
async function writableFields(tx: Transaction, viewer: Viewer, issues: IssueList, input: OrderFields) {
  const note = optionalText(issues, 'note', input.note, 65_535);
  const metadata = metadataObject(issues, 'metadata', input.metadata) as Prisma.InputJsonObject | undefined;
  const employeeIds =
    input.employeeIds == null ? undefined : await requireTeamMembers(tx, issues, 'employeeIds', input.employeeIds);
  checkJson(issues, 'options', input.options);
  checkJson(issues, 'formData', input.formData);
  checkTagNames(issues, 'tags', input.tags);
  issues.throwIfAny();
  return {
    employeeIds,
    tagIds: input.tags == null ? undefined : await ensureTags(tx, viewer, input.tags),
    data: {
      note,
      metadata,
      options: input.options === null ? {} : input.options,
      formData: input.formData === null ? {} : input.formData,
    },
  };
}

async function findService(tx: Transaction, issues: IssueList, id: string) {
  const service = await tx.service.findFirst({
    where: { id, deletedAt: null },
    include: { employees: { select: { employeeId: true } } },
  });
  if (!service) issues.add('serviceId', 'NOT_FOUND', 'serviceId names no service.');
  return service;
}

async function findStatus(
  tx: Transaction,
  issues: IssueList,
  { status, statusId }: Pick<OrderFields, 'status' | 'statusId'>,
): Promise<{ code: number; kind: rules.StatusKind }> {
  if (status != null && statusId != null) issues.add('statusId', 'EXCLUSIVE', 'Give status or statusId, not both.');
  const found = await tx.orderStatus.findFirst({
    where: statusId != null ? { id: statusId } : { kind: status ?? 'UNPAID' },
    orderBy: { code: 'asc' },
    select: { code: true, kind: true },
  });
  if (!found) {
    issues.add(statusId != null ? 'statusId' : 'status', 'NOT_FOUND', 'There is no such order status.');
    return { code: -1, kind: 'UNPAID' };
  }
  return { code: found.code, kind: found.kind as rules.StatusKind };
}

async function organizationCurrency(tx: Transaction, viewer: Viewer): Promise<string> {
  const where = { id: organizationOf(viewer) };
  return (await tx.organization.findUniqueOrThrow({ where, select: { currency: true } })).currency;
}

// Five tries at a number, in one statement; more than one is needed about never.
async function freeNumber(tx: Transaction): Promise<string> {
  const candidates = Array.from({ length: 5 }, () => randomCode(8));
  const [free] = await tx.$queryRaw<{ number: string }[]>`
    select candidate as number from unnest(${candidates}::text[]) as candidate
      where not exists (select from orders where orders.number = candidate) limit 1`;
  if (!free) throw new Error('No free order number was found.');
  return free.number;
}

// ------------------------------------------------------------------ clients' own requests

const staffFields = ['status', 'statusId', 'employeeIds', 'tags', 'note', 'number', 'metadata', 'serviceName'] as const;
const staffDates = ['createdAt', 'startedAt', 'completedAt', 'dueAt'] as const;

function refuseStaffFields(issues: IssueList, input: CreateOrder): void {
  for (const field of [...staffFields, ...staffDates]) {
    if (input[field] != null) issues.add(field, 'STAFF_ONLY', `Only the team may set ${field}.`);
  }
}

type RequestedService = NonNullable<Awaited<ReturnType<typeof findService>>>;

async function checkRequest(tx: Transaction, clientId: string, service: RequestedService | null): Promise<void> {
  // Requests of one client follow each other, or two at once would both find the last free place.
  await tx.$queryRaw`select id from users where id = ${clientId}::uuid for update`;
  const open = await tx.order.count({
    where: { clientId, serviceId: service?.id ?? null, deletedAt: null, statusKind: { in: [...rules.openKinds] } },
  });
  const issues = issueList();
  rules.checkClientRequest(issues, service, open);
  issues.throwIfAny();
}

// ------------------------------------------------------------------ people and tags

function withSelf(viewer: Viewer, employeeIds: readonly string[]): string[] {
  const needsSelf = viewer.side === 'STAFF' && gradeOf(viewer, 'orders.create') < 3 && viewer.userId !== null;
  return [...new Set(needsSelf ? [...employeeIds, viewer.userId as string] : employeeIds)];
}

/** Makes exactly these people the order's assignees; answers whether that changed anything. */
export async function replaceEmployees(
  tx: Transaction,
  viewer: Viewer,
  orderId: string,
  employeeIds: readonly string[],
): Promise<boolean> {
  const organizationId = organizationOf(viewer);
  const removed = await tx.orderEmployee.deleteMany({ where: { orderId, employeeId: { notIn: [...employeeIds] } } });
  const added = await tx.orderEmployee.createMany({
    data: employeeIds.map((employeeId) => ({ organizationId, orderId, employeeId })),
    skipDuplicates: true,
  });
  return removed.count + added.count > 0;
}

async function replaceTags(
  tx: Transaction,
  viewer: Viewer,
  orderId: string,
  tagIds: readonly string[],
): Promise<boolean> {
  const organizationId = organizationOf(viewer);
  const removed = await tx.orderTag.deleteMany({ where: { orderId, tagId: { notIn: [...tagIds] } } });
  const added = await tx.orderTag.createMany({
    data: tagIds.map((tagId) => ({ organizationId, orderId, tagId })),
    skipDuplicates: true,
  });
  return removed.count + added.count > 0;
}
