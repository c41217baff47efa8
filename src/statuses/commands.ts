import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { ConflictError, type InputIssue, InvalidStateError, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { notCleared, requiredText, requireVersion } from '../kernel/input.ts';
import { organizationOf } from '../kernel/viewer.ts';

// The laws of statuses: each organization has the product's five, may rename them and add its own. The kind of a status never
// changes, because what is in it was begun or ended by it. The five, and one in use, can't be deleted.

/** Of several at the very end the newest is the last. */
const mostPosition = 2_147_483_647;

/** What has statuses, and how those are called. */
type Subject = {
  /** Such as `order`: its statuses are rows of `orderStatus`. */
  of: 'order' | 'ticket';
  /** In a sentence. */
  title: string;
  /** The five have codes up to this one. */
  lastStandardCode: number;
  /** Whether something is in it, deleted ones included. */
  isUsed: (tx: Transaction, code: number) => Promise<boolean>;
};

const lockRow = {
  order: (tx: Transaction, id: string) => tx.$queryRaw`select id from order_statuses where id = ${id}::uuid for update`,
  ticket: (tx: Transaction, id: string) =>
    tx.$queryRaw`select id from ticket_statuses where id = ${id}::uuid for update`,
};

type Create<Kind> = { name: string; kind: Kind; position?: number | null };
type Update = { id: string; name?: string | null; position?: number | null; expectedVersion?: number | null };

export function statusCommands<Kind extends string>({ of, title, lastStandardCode, isUsed }: Subject) {
  const uniques: Record<string, InputIssue> = {
    [`${of}_statuses_organization_id_lower_name_key`]: {
      path: ['name'],
      code: 'TAKEN',
      message: `There is ${title} of this name already.`,
    },
  };
  // The models have the same columns; to TypeScript they are strangers.
  const rows = (tx: Transaction) => tx[`${of}Status`] as Transaction['orderStatus'];
  const tell = (tx: Transaction, id: string, what: 'created' | 'updated' | 'deleted') =>
    emit(tx, `${of}_status.${what}`, { [`${of}Status`]: id });

  async function lock(tx: Transaction, id: string) {
    await lockRow[of](tx, id);
    const status = await rows(tx).findUnique({ where: { id } });
    if (!status) throw new NotFoundError(`There is no ${of} status with this id.`);
    return status;
  }

  /** Adds a status of the organization's own. */
  const create = command(
    `${of}Statuses.create`,
    async (tx, viewer, input: Create<Kind>) => {
      const issues = issueList();
      const name = requiredText(issues, 'name', input.name);
      issues.throwIfAny();
      const organizationId = organizationOf(viewer);
      // Two at once would take the same code.
      await tx.$queryRaw`select id from organizations where id = ${organizationId}::uuid for update`;
      const highest = await rows(tx).aggregate({ _max: { code: true, position: true } });
      const status = await rows(tx).create({
        data: {
          organizationId,
          code: Math.max(highest._max.code ?? 0, lastStandardCode) + 1,
          name,
          kind: input.kind,
          position: input.position ?? Math.min((highest._max.position ?? 0) + 1, mostPosition),
        },
        select: { id: true },
      });
      await tell(tx, status.id, 'created');
      return status;
    },
    uniques,
  );

  /** Renames or moves a status. */
  const update = command(
    `${of}Statuses.update`,
    async (tx, _viewer, input: Update) => {
      const status = await lock(tx, input.id);
      requireVersion(status, input.expectedVersion);
      const issues = issueList();
      notCleared(issues, 'name', input.name);
      notCleared(issues, 'position', input.position);
      const name = input.name == null ? undefined : requiredText(issues, 'name', input.name);
      issues.throwIfAny();
      const changed = await rows(tx).update({
        where: { id: status.id },
        data: { name, position: input.position ?? undefined },
        select: { version: true },
      });
      if (changed.version !== status.version) await tell(tx, status.id, 'updated');
      return { id: status.id };
    },
    uniques,
  );

  /** Removes a status of the organization's own that nothing is in. */
  const remove = command(`${of}Statuses.delete`, async (tx, _viewer, { id }: { id: string }) => {
    const status = await lock(tx, id);
    if (status.code <= lastStandardCode)
      throw new InvalidStateError('The five standard statuses can be renamed, not deleted.');
    if (await isUsed(tx, status.code)) {
      throw new ConflictError(`${of === 'order' ? 'Orders' : 'Tickets'} are in this status.`, 'HAS_DEPENDENTS');
    }
    await rows(tx).delete({ where: { id } });
    await tell(tx, id, 'deleted');
    return { id };
  });

  return { create, update, remove };
}
