import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import { type InputIssue, type IssueList, issueList, NotFoundError } from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { requiredText, requireVersion } from '../kernel/input.ts';
import { organizationOf, type Viewer } from '../kernel/viewer.ts';

const taken: Record<string, InputIssue> = {
  tags_organization_id_lower_name_key: {
    path: ['name'],
    code: 'TAKEN',
    message: 'There is a tag of this name already.',
  },
};

export const create = command(
  'tags.create',
  async (tx, viewer, input: { name: string }) => {
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    issues.throwIfAny();
    const tag = await tx.tag.create({ data: { organizationId: organizationOf(viewer), name }, select: { id: true } });
    await emit(tx, 'tag.created', { tag: tag.id });
    return tag;
  },
  taken,
);

/** Renames a tag, on everything that carries it. */
export const update = command(
  'tags.update',
  async (tx, _viewer, input: { id: string; name: string; expectedVersion?: number | null }) => {
    const { id } = input;
    await lockTag(tx, id, input.expectedVersion);
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    issues.throwIfAny();
    await tx.tag.update({ where: { id }, data: { name } });
    await emit(tx, 'tag.updated', { tag: id });
    return { id };
  },
  taken,
);

/** Removes a tag for good, from everything that carries it. */
export const remove = command('tags.delete', async (tx, _viewer, { id }: { id: string }) => {
  await lockTag(tx, id);
  await tx.tag.delete({ where: { id } });
  await emit(tx, 'tag.deleted', { tag: id });
  return { id };
});

async function lockTag(tx: Transaction, id: string, expectedVersion?: number | null): Promise<void> {
  const [tag] = await tx.$queryRaw<{ version: number }[]>`select version from tags where id = ${id}::uuid for update`;
  if (!tag) throw new NotFoundError('There is no tag with this id.');
  requireVersion(tag, expectedVersion);
}

/** Names of tags that `ensureTags` can take. */
export function checkTagNames(issues: IssueList, path: string, names: readonly string[] | null | undefined): void {
  names?.forEach((name, index) => {
    if (name.trim() === '' || [...name.trim()].length > 255 || name.includes('\0')) {
      issues.add([path, String(index)], 'INVALID', `${path}.${index} must be a word of 1 to 255 characters.`);
    }
  });
}

/**
 * The tags of these names, made where they are missing. Names match whatever the letter case and keep their first
 * spelling, also when two requests make the same one at once.
 */
export async function ensureTags(tx: Transaction, viewer: Viewer, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const trimmed = names.map((name) => name.trim());
  const rows = await tx.$queryRaw<{ id: string }[]>`
    with wanted as (
      select distinct on (lower(name)) name from unnest(${trimmed}::text[]) with ordinality as given (name, place)
        order by lower(name), place),
    made as (
      insert into tags (organization_id, name)
      select ${organizationOf(viewer)}::uuid, name from wanted
        where not exists (select from tags where lower(tags.name) = lower(wanted.name))
        order by lower(name)
      on conflict (organization_id, lower(name)) do update set name = tags.name
      returning id, name)
    select id from made
    union
    select tags.id from tags join wanted on lower(tags.name) = lower(wanted.name)`;
  return rows.map((row) => row.id);
}
