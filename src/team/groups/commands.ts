import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { type InputIssue, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { requiredText, requireVersion } from '../../kernel/input.ts';
import { organizationOf } from '../../kernel/viewer.ts';

const taken: Record<string, InputIssue> = {
  team_groups_organization_id_lower_name_key: {
    path: ['name'],
    code: 'TAKEN',
    message: 'There is a group of this name already.',
  },
};

/** Makes a group without members. Announces `team_group.created`. */
export const create = command(
  'teamGroups.create',
  async (tx, viewer, input: { name: string }) => {
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    issues.throwIfAny();
    const group = await tx.teamGroup.create({
      data: { organizationId: organizationOf(viewer), name },
      select: { id: true },
    });
    await emit(tx, 'team_group.created', { teamGroup: group.id });
    return group;
  },
  taken,
);

/** Renames a group. Announces `team_group.updated` when it has another name now. */
export const update = command(
  'teamGroups.update',
  async (tx, _viewer, input: { id: string; name: string; expectedVersion?: number | null }) => {
    const { id } = input;
    const group = await lockGroup(tx, id);
    requireVersion(group, input.expectedVersion);
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    issues.throwIfAny();
    const changed = await tx.teamGroup.update({ where: { id }, data: { name }, select: { version: true } });
    if (changed.version !== group.version) await emit(tx, 'team_group.updated', { teamGroup: id });
    return { id };
  },
  taken,
);

/** Removes a group for good; its members have none from then on. Announces `team_group.deleted`. */
export const remove = command('teamGroups.delete', async (tx, _viewer, { id }: { id: string }) => {
  await lockGroup(tx, id);
  await tx.teamGroup.delete({ where: { id } });
  await emit(tx, 'team_group.deleted', { teamGroup: id });
  return { id };
});

async function lockGroup(tx: Transaction, id: string): Promise<{ version: number }> {
  const [group] = await tx.$queryRaw<{ version: number }[]>`
    select version from team_groups where id = ${id}::uuid for update`;
  if (!group) throw new NotFoundError('There is no group with this id.');
  return group;
}
