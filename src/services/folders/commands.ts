import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { type InputIssue, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { notCleared, requiredText, requireVersion } from '../../kernel/input.ts';
import { organizationOf } from '../../kernel/viewer.ts';

const taken: Record<string, InputIssue> = {
  service_folders_organization_id_lower_name_key: {
    path: ['name'],
    code: 'TAKEN',
    message: 'There is a folder of this name already.',
  },
};

export const create = command(
  'serviceFolders.create',
  async (tx, viewer, input: { name: string; position?: number | null }) => {
    const issues = issueList();
    const name = requiredText(issues, 'name', input.name);
    issues.throwIfAny();
    const folder = await tx.serviceFolder.create({
      data: { organizationId: organizationOf(viewer), name, position: input.position ?? 0 },
      select: { id: true },
    });
    await emit(tx, 'service_folder.created', { serviceFolder: folder.id });
    return folder;
  },
  taken,
);

/** Renames or moves a folder. */
export const update = command(
  'serviceFolders.update',
  async (
    tx,
    _viewer,
    input: { id: string; name?: string | null; position?: number | null; expectedVersion?: number | null },
  ) => {
    const folder = await lockFolder(tx, input.id);
    requireVersion(folder, input.expectedVersion);
    const issues = issueList();
    notCleared(issues, 'name', input.name);
    notCleared(issues, 'position', input.position);
    const name = input.name == null ? undefined : requiredText(issues, 'name', input.name);
    issues.throwIfAny();
    const changed = await tx.serviceFolder.update({
      where: { id: input.id },
      data: { name, position: input.position ?? undefined },
      select: { version: true },
    });
    if (changed.version !== folder.version) await emit(tx, 'service_folder.updated', { serviceFolder: input.id });
    return { id: input.id };
  },
  taken,
);

/** Removes a folder for good; its services stay, unfiled. */
export const remove = command('serviceFolders.delete', async (tx, _viewer, { id }: { id: string }) => {
  await lockFolder(tx, id);
  await tx.service.updateMany({ where: { folderId: id }, data: { folderId: null } });
  await tx.serviceFolder.delete({ where: { id } });
  await emit(tx, 'service_folder.deleted', { serviceFolder: id });
  return { id };
});

async function lockFolder(tx: Transaction, id: string): Promise<{ version: number }> {
  const [folder] = await tx.$queryRaw<{ version: number }[]>`
    select version from service_folders where id = ${id}::uuid for update`;
  if (!folder) throw new NotFoundError('There is no folder with this id.');
  return folder;
}
