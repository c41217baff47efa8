import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { notCleared, requiredText, requireVersion } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { lockClient } from '../commands.ts';
import { visibleActivities } from '../policy.ts';

// The laws of activities are few: they are the team's alone; the author is who wrote it, and stays; whoever may change the
// client may change what is noted about it. As every change beneath a client, theirs takes the client first.

const longest = 10_000;

/** Notes something about a client. Announces `activity.created`. */
export const create = command(
  'clientActivities.create',
  async (tx, viewer, input: { clientId: string; content: string }) => {
    const client = await lockClient(tx, viewer, input.clientId, 'clientActivities.create', ['clientId']);
    const issues = issueList();
    const content = requiredText(issues, 'content', input.content, longest);
    issues.throwIfAny();
    const activity = await tx.clientActivity.create({
      data: {
        organizationId: organizationOf(viewer),
        clientId: client.id,
        authorId: viewer.userId,
        content,
        createdAt: now(),
      },
      select: { id: true },
    });
    await emit(tx, 'activity.created', { client: client.id }, { activityId: activity.id });
    return activity;
  },
);

export type UpdateActivity = { id: string; content?: string | null; expectedVersion?: number | null };

/** Changes what was noted. Announces `activity.updated` when it is something else now. */
export const update = command('clientActivities.update', async (tx, viewer, input: UpdateActivity) => {
  const before = await lockActivity(tx, viewer, input.id, 'clientActivities.update');
  requireVersion(before, input.expectedVersion);
  const issues = issueList();
  notCleared(issues, 'content', input.content);
  const content = input.content == null ? undefined : requiredText(issues, 'content', input.content, longest);
  issues.throwIfAny();
  const { id, clientId } = before;
  const after = await tx.clientActivity.update({ where: { id }, data: { content }, select: { version: true } });
  if (after.version !== before.version) await emit(tx, 'activity.updated', { client: clientId }, { activityId: id });
  return { id };
});

/** Removes what was noted, for good. Announces `activity.deleted`. */
export const remove = command('clientActivities.delete', async (tx, viewer, { id }: { id: string }) => {
  const { clientId } = await lockActivity(tx, viewer, id, 'clientActivities.delete');
  await tx.clientActivity.delete({ where: { id } });
  await emit(tx, 'activity.deleted', { client: clientId }, { activityId: id });
  return { id };
});

/** Takes an activity, and its client before it. */
async function lockActivity(tx: Transaction, viewer: Viewer, id: string, permission: string) {
  const visible = { AND: [{ id }, visibleActivities(viewer)] };
  const found = await tx.clientActivity.findFirst({ where: visible, select: { clientId: true } });
  if (!found) throw none();
  await lockClient(tx, viewer, found.clientId, permission);
  // Read again: it may have gone while the client was waited for.
  const activity = await tx.clientActivity.findFirst({ where: visible });
  if (!activity) throw none();
  return activity;
}

function none(): NotFoundError {
  return new NotFoundError('There is no activity with this id.');
}
