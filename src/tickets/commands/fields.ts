import type { Prisma } from '../../generated/prisma/client.ts';
import { requireTeamMembers } from '../../identity/commands.ts';
import type { Transaction } from '../../kernel/db.ts';
import type { InputIssue, IssueList } from '../../kernel/errors.ts';
import { isUuid } from '../../kernel/id.ts';
import { metadataObject, optionalText } from '../../kernel/input.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { visibleOrders } from '../../orders/policy.ts';
import { checkTagNames, ensureTags } from '../../tags/commands.ts';
import * as rules from '../rules.ts';

export type TicketFields = {
  orderId?: string | null;
  status?: rules.StatusKind | null;
  statusId?: string | null;
  snoozedUntil?: Date | null;
  employeeIds?: string[] | null;
  tags?: string[] | null;
  note?: string | null;
  metadata?: Prisma.InputJsonValue | null;
};

// What a ticket names may go while it is written: as if it had never been there.
export const violations: Record<string, InputIssue> = {
  tickets_organization_id_client_id_fkey: {
    path: ['clientId'],
    code: 'NOT_FOUND',
    message: 'clientId names no client.',
  },
  tickets_organization_id_status_code_status_kind_fkey: {
    path: ['statusId'],
    code: 'NOT_FOUND',
    message: 'There is no such ticket status.',
  },
  ticket_tags_organization_id_tag_id_fkey: {
    path: ['tags'],
    code: 'NOT_FOUND',
    message: 'A tag was deleted meanwhile. Try again.',
  },
};

/** The fields that creating and changing have in common, checked. */
export async function writableFields(tx: Transaction, viewer: Viewer, issues: IssueList, input: TicketFields) {
  const note = optionalText(issues, 'note', input.note, 65_535);
  const metadata = metadataObject(issues, 'metadata', input.metadata) as Prisma.InputJsonObject | undefined;
  const employeeIds =
    input.employeeIds == null ? undefined : await requireTeamMembers(tx, issues, 'employeeIds', input.employeeIds);
  checkTagNames(issues, 'tags', input.tags);
  issues.throwIfAny();
  return {
    employeeIds,
    tagIds: input.tags == null ? undefined : await ensureTags(tx, viewer, input.tags),
    data: { note, metadata },
  };
}

/** Law 1: a live order of the client that the viewer may see. */
export async function findOrder(
  tx: Transaction,
  viewer: Viewer,
  issues: IssueList,
  clientId: string,
  idOrNumber: string,
): Promise<string | null> {
  const named = isUuid(idOrNumber) ? { id: idOrNumber } : { number: idOrNumber };
  const where = { AND: [{ ...named, clientId }, visibleOrders(viewer)] };
  // Without a client there is no order of it; that is said already.
  const order = clientId === '' ? null : await tx.order.findFirst({ where, select: { id: true } });
  if (!order && clientId !== '') issues.add('orderId', 'NOT_FOUND', 'orderId names no order of the client.');
  return order?.id ?? null;
}

/** The status that the input names, by its meaning or itself. Null when it names none. */
export async function findStatus(
  tx: Transaction,
  issues: IssueList,
  { status, statusId }: Pick<TicketFields, 'status' | 'statusId'>,
): Promise<rules.Status | null> {
  if (status != null && statusId != null) issues.add('statusId', 'EXCLUSIVE', 'Give status or statusId, not both.');
  if (statusId == null) return status == null ? null : rules.standardStatus[status];
  const found = await tx.ticketStatus.findUnique({ where: { id: statusId }, select: { code: true, kind: true } });
  if (!found) issues.add('statusId', 'NOT_FOUND', 'There is no such ticket status.');
  return found as rules.Status | null;
}

/** Makes exactly these people the ticket's assignees; answers whether that changed anything. */
export async function replaceEmployees(
  tx: Transaction,
  viewer: Viewer,
  ticketId: string,
  employeeIds: readonly string[],
): Promise<boolean> {
  const organizationId = organizationOf(viewer);
  const removed = await tx.ticketEmployee.deleteMany({ where: { ticketId, employeeId: { notIn: [...employeeIds] } } });
  const added = await tx.ticketEmployee.createMany({
    data: employeeIds.map((employeeId) => ({ organizationId, ticketId, employeeId })),
    skipDuplicates: true,
  });
  return removed.count + added.count > 0;
}

export async function replaceTags(
  tx: Transaction,
  viewer: Viewer,
  ticketId: string,
  tagIds: readonly string[],
): Promise<boolean> {
  const organizationId = organizationOf(viewer);
  const removed = await tx.ticketTag.deleteMany({ where: { ticketId, tagId: { notIn: [...tagIds] } } });
  const added = await tx.ticketTag.createMany({
    data: tagIds.map((tagId) => ({ organizationId, ticketId, tagId })),
    skipDuplicates: true,
  });
  return removed.count + added.count > 0;
}
