import type { ClientTeamMember } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { type InputIssue, type IssueList, issueList, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { notCleared, requireVersion } from '../../kernel/input.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { lockClient } from '../commands.ts';
import { visibleClients, visibleTeamMembers } from '../policy.ts';
import { checkSharing } from '../rules.ts';

type Rights = { canOrders?: boolean | null; canTickets?: boolean | null; canInvoices?: boolean | null };
const rights = ['canOrders', 'canTickets', 'canInvoices'] as const;

const violations: Record<string, InputIssue> = {
  // Whom it is about may go while it is written: as if it had never been there.
  client_team_members_organization_id_member_id_fkey: {
    path: ['memberId'],
    code: 'NOT_FOUND',
    message: 'memberId names no client.',
  },
};

/**
 * Lets a client use the account of another one: for orders and tickets, unless it is said otherwise. Law 11. Announces
 * `client_team_member.added`.
 */
export const add = command(
  'clientTeamMembers.add',
  async (tx, viewer, input: { ownerId: string; memberId: string } & Rights) => {
    const { ownerId, memberId, canOrders, canTickets, canInvoices } = input;
    // Both, in one order: so two of these don't make a member of whoever is given a team.
    await tx.$queryRaw`
      select id from users where id = any(${[ownerId, memberId]}::uuid[]) and kind = 'CLIENT' order by id for update`;
    await lockClient(tx, viewer, ownerId, 'clientTeamMembers.add', ['ownerId']);
    const issues = issueList();
    await checkMember(tx, viewer, issues, memberId);
    issues.throwIfAny();
    const either = { in: [ownerId, memberId] };
    const teams = await tx.clientTeamMember.findMany({
      where: { OR: [{ ownerId: either }, { memberId: either }] },
      select: { ownerId: true, memberId: true },
    });
    checkSharing(issues, { ownerId, memberId, teams });
    const made = await tx.clientTeamMember.create({
      data: {
        organizationId: organizationOf(viewer),
        ownerId,
        memberId,
        canOrders: canOrders ?? true,
        canTickets: canTickets ?? true,
        canInvoices: canInvoices ?? false,
      },
      select: { id: true },
    });
    await emit(tx, 'client_team_member.added', { client: ownerId }, { memberId });
    return made;
  },
  violations,
);

/** Changes what somebody may use an account for. Law 12. Announces `client_team_member.updated` when it is something else now. */
export const update = command(
  'clientTeamMembers.update',
  async (tx, viewer, input: { id: string; expectedVersion?: number | null } & Rights) => {
    const before = await lockMember(tx, viewer, input.id, 'clientTeamMembers.update');
    requireVersion(before, input.expectedVersion);
    const issues = issueList();
    for (const right of rights) notCleared(issues, right, input[right]);
    issues.throwIfAny();
    const { id, ownerId: client, memberId } = before;
    const given = Object.fromEntries(rights.map((right) => [right, input[right] ?? undefined]));
    const after = await tx.clientTeamMember.update({ where: { id }, data: given, select: { version: true } });
    if (after.version !== before.version) await emit(tx, 'client_team_member.updated', { client }, { memberId });
    return { id };
  },
);

/** Ends that somebody uses an account; whoever does may leave it. Law 12. Announces `client_team_member.removed`. */
export const remove = command('clientTeamMembers.remove', async (tx, viewer, { id }: { id: string }) => {
  const { ownerId, memberId } = await lockMember(tx, viewer, id, 'clientTeamMembers.remove', { mayLeave: true });
  await tx.clientTeamMember.delete({ where: { id } });
  await emit(tx, 'client_team_member.removed', { client: ownerId }, { memberId });
  return { id };
});

async function checkMember(tx: Transaction, viewer: Viewer, issues: IssueList, id: string): Promise<void> {
  const member = await tx.user.findFirst({ where: { AND: [{ id }, visibleClients(viewer)] }, select: { id: true } });
  if (!member) issues.add('memberId', 'NOT_FOUND', 'memberId names no client.');
}

/** Takes the belonging to a team, and before it the client whose team it is, whom the permission must reach. */
async function lockMember(
  tx: Transaction,
  viewer: Viewer,
  id: string,
  permission: string,
  { mayLeave = false } = {},
): Promise<ClientTeamMember> {
  const visible = { AND: [{ id }, visibleTeamMembers(viewer)] };
  const found = await tx.clientTeamMember.findFirst({ where: visible, select: { ownerId: true, memberId: true } });
  if (!found) throw notFound();
  // Whoever leaves needs no more than to be it.
  if (mayLeave && found.memberId === viewer.userId)
    await tx.$queryRaw`
    select id from users where id = ${found.ownerId}::uuid for update`;
  else await lockClient(tx, viewer, found.ownerId, permission);
  // Read again: it may have gone while the client was waited for.
  const member = await tx.clientTeamMember.findFirst({ where: visible });
  if (!member) throw notFound();
  return member;
}

function notFound(): NotFoundError {
  return new NotFoundError('There is no such member of a client’s team.');
}
