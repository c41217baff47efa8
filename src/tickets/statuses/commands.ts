import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { ConflictError, type InputIssue, InvalidStateError, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { notCleared, requiredText, requireVersion } from '../../kernel/input.ts';
import { organizationOf } from '../../kernel/viewer.ts';
import type { StatusKind } from '../rules.ts';

// The laws of statuses: each organization has the product's five (codes 1 to 5), may rename them and add its own. The kind
// of a status never changes, because tickets in it were closed or put to sleep by it. The five, and one in use, can't be
// deleted.

const uniques: Record<string, InputIssue> = {
  ticket_statuses_organization_id_lower_name_key: {
    path: ['name'],
    code: 'TAKEN',
    message: 'There is a ticket status of this name already.',
  },
};

const lastStandardCode = 5;

/** Adds a status of the organization's own. */
export const create = command(
  'ticketStatuses.create',
  async (tx, viewer, input: { name: string; kind: StatusKind; position?: number | null }) => {
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    issues.throwIfAny();
    const organizationId = organizationOf(viewer);
    // Two at once would take the same code.
    await tx.$queryRaw`select id from organizations where id = ${organizationId}::uuid for update`;
    const highest = await tx.ticketStatus.aggregate({ _max: { code: true, position: true } });
    const status = await tx.ticketStatus.create({
      data: {
        organizationId,
        code: Math.max(highest._max.code ?? 0, lastStandardCode) + 1,
        name,
        kind: input.kind,
        position: input.position ?? (highest._max.position ?? 0) + 1,
      },
      select: { id: true },
    });
    await emit(tx, 'ticket_status.created', { ticketStatus: status.id });
    return status;
  },
  uniques,
);

/** Renames or moves a status. */
export const update = command(
  'ticketStatuses.update',
  async (
    tx,
    _viewer,
    input: { id: string; name?: string | null; position?: number | null; expectedVersion?: number | null },
  ) => {
    const status = await lockStatus(tx, input.id);
    requireVersion(status, input.expectedVersion);
    const issues = issueList();
    notCleared(issues, 'name', input.name);
    notCleared(issues, 'position', input.position);
    const name = input.name == null ? undefined : requiredText(issues, 'name', input.name);
    issues.throwIfAny();
    const changed = await tx.ticketStatus.update({
      where: { id: status.id },
      data: { name, position: input.position ?? undefined },
      select: { version: true },
    });
    if (changed.version !== status.version) await emit(tx, 'ticket_status.updated', { ticketStatus: status.id });
    return { id: status.id };
  },
  uniques,
);

/** Removes a status of the organization's own that no ticket is in, deleted tickets included. */
export const remove = command('ticketStatuses.delete', async (tx, _viewer, { id }: { id: string }) => {
  const status = await lockStatus(tx, id);
  if (status.code <= lastStandardCode)
    throw new InvalidStateError('The five standard statuses can be renamed, not deleted.');
  const used = await tx.ticket.findFirst({ where: { statusCode: status.code }, select: { id: true } });
  if (used) throw new ConflictError('Tickets are in this status.', 'HAS_DEPENDENTS');
  await tx.ticketStatus.delete({ where: { id } });
  await emit(tx, 'ticket_status.deleted', { ticketStatus: id });
  return { id };
});

async function lockStatus(tx: Transaction, id: string) {
  await tx.$queryRaw`select id from ticket_statuses where id = ${id}::uuid for update`;
  const status = await tx.ticketStatus.findUnique({ where: { id } });
  if (!status) throw new NotFoundError('There is no ticket status with this id.');
  return status;
}
