import type { Invitation } from '../../generated/prisma/client.ts';
import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import type { Settings } from '../../kernel/env.ts';
import { type InputIssue, issueList, LimitReachedError, NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { addMinutes, now } from '../../kernel/time.ts';
import { hashToken } from '../../kernel/tokens.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { queueMail } from '../../mail/commands.ts';
import { lockOrganization } from '../../organizations/commands.ts';
import { checkEmail, normalizedEmail } from '../accounts/rules.ts';
import { codeMinutes, requireSecret, tokenOf } from '../codes/rules.ts';
import { holdingsOf } from '../roles/commands.ts';
import { checkWithin } from '../roles/rules.ts';
import { visibleInvitations } from './policy.ts';
import * as rules from './rules.ts';

/** What a violation of the unique index means: another one came first. */
export const uniques: Record<string, InputIssue> = {
  invitations_pending_key: {
    path: ['email'],
    code: 'INVITED',
    message: 'The address has an invitation that waits: send that again.',
  },
};

export type CreateInvitation = { email: string; roleId: string; groupId?: string | null; settings: Settings };

/** Asks somebody to join the team. Laws 1 to 3. Announces `invitation.created`. */
export const create = command(
  'invitations.create',
  async (tx, viewer, input: CreateInvitation) => {
    const secret = requireSecret(input.settings.secret);
    const email = normalizedEmail(input.email);
    const issues = issueList();
    checkEmail(issues, 'email', email);
    const role = await tx.role.findFirst({ where: { id: input.roleId, kind: 'STAFF' } });
    if (role) checkWithin(issues, 'roleId', role, await holdingsOf(tx, viewer));
    else issues.add('roleId', 'NOT_FOUND', 'roleId names no role of the team.');
    const groupId = input.groupId ?? null;
    const group = groupId === null ? null : await tx.teamGroup.findUnique({ where: { id: groupId } });
    if (groupId !== null && !group) issues.add('groupId', 'NOT_FOUND', 'groupId names no group.');
    const person = await tx.user.findFirst({
      where: { email },
      select: { id: true, kind: true, status: true, accountId: true },
    });
    rules.checkInvitee(issues, person);
    issues.throwIfAny();
    const to = { kind: 'STAFF', email, roleId: input.roleId, groupId, userId: person?.id ?? null } as const;
    return await invite(tx, viewer, to, secret);
  },
  uniques,
);

/** Who is asked, and for what. */
export type Invitee = {
  kind: 'STAFF' | 'CLIENT';
  email: string;
  roleId: string;
  groupId: string | null;
  userId: string | null;
};

/** Asks: for commands that have made sure that the viewer may. Laws 2 and 3. Announces `invitation.created`. */
export async function invite(
  tx: Transaction,
  viewer: Viewer,
  invitee: Invitee,
  secret: string,
): Promise<{ id: string }> {
  const organizationId = organizationOf(viewer);
  const at = now();
  // One after the other: so of several at once no more wait than may.
  await lockOrganization(tx);
  // The job that looks for what has expired may be late.
  await expireWhere(tx, { email: invitee.email, status: 'PENDING', expiresAt: { lte: at } });
  const { mostWaiting } = rules;
  if ((await tx.invitation.count({ where: { status: 'PENDING' } })) >= mostWaiting)
    throw new LimitReachedError(`At most ${mostWaiting} invitations wait at a time.`, mostWaiting);
  const [{ id }] = await tx.$queryRaw<[{ id: string }]>`select uuidv7() as id`;
  await tx.invitation.create({
    data: { id, organizationId, inviterId: viewer.userId, ...invitee, ...linkOf(id, secret) },
    select: { id: true },
  });
  await emit(tx, 'invitation.created', { invitation: id }, { kind: invitee.kind, userId: invitee.userId });
  await queueMail(tx, 'invitation.sent', { organizationId, invitationId: id });
  return { id };
}

/** Law 3: what is kept of a link that begins to be good now. */
function linkOf(id: string, secret: string) {
  const sentAt = now();
  const expiresAt = addMinutes(sentAt, codeMinutes.INVITATION);
  return { sentAt, expiresAt, tokenHash: hashToken(tokenOf('INVITATION', { id, expiresAt }, secret)) };
}

/** Sends an invitation again. Laws 3 and 4. Announces `invitation.resent`. */
export const resend = command(
  'invitations.resend',
  async (tx, viewer, { id, settings }: { id: string; settings: Settings }) => {
    const secret = requireSecret(settings.secret);
    const invitation = await lockInvitation(tx, viewer, id);
    rules.checkWaiting(invitation);
    rules.checkPatience(invitation, now());
    await tx.invitation.update({ where: { id }, data: linkOf(id, secret), select: { id: true } });
    await emit(tx, 'invitation.resent', { invitation: id });
    await queueMail(tx, 'invitation.sent', { organizationId: invitation.organizationId, invitationId: id });
    return { id };
  },
);

/** Takes an invitation back: its link opens nothing any more. Law 4. Announces `invitation.revoked`. */
export const revoke = command('invitations.revoke', async (tx, viewer, { id }: { id: string }) => {
  const invitation = await lockInvitation(tx, viewer, id);
  rules.checkWaiting(invitation);
  await tx.invitation.update({ where: { id }, data: { status: 'REVOKED', revokedAt: now() }, select: { id: true } });
  await emit(tx, 'invitation.revoked', { invitation: id });
  return { id };
});

async function lockInvitation(tx: Transaction, viewer: Viewer, id: string): Promise<Invitation> {
  await tx.$queryRaw`select id from invitations where id = ${id}::uuid for update`;
  const invitation = await tx.invitation.findFirst({ where: { AND: [{ id }, visibleInvitations(viewer)] } });
  if (!invitation) throw new NotFoundError('There is no invitation with this id.');
  return invitation;
}

/** Ends an invitation whose time is over. Law 4. Announces `invitation.expired`. */
export const expire = command('invitations.expire', async (tx, _viewer, { id }: { id: string }) => {
  await expireWhere(tx, { id, status: 'PENDING', expiresAt: { lte: now() } });
  return { id };
});

async function expireWhere(tx: Transaction, where: object): Promise<void> {
  const found = await tx.invitation.findMany({ where, select: { id: true } });
  for (const { id } of found) {
    const { count } = await tx.invitation.updateMany({ where: { id, ...where }, data: { status: 'EXPIRED' } });
    if (count > 0) await emit(tx, 'invitation.expired', { invitation: id });
  }
}
