import { act, command, saga } from '../../kernel/command.ts';
import { enter, type Transaction } from '../../kernel/db.ts';
import { invalid, issueList, LimitReachedError, UnauthenticatedError } from '../../kernel/errors.ts';
import { emit, emitAll } from '../../kernel/events.ts';
import { requiredText } from '../../kernel/input.ts';
import { now } from '../../kernel/time.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { handOn, lockOrganization, requireNoOwner } from '../../organizations/commands.ts';
import { found } from '../../organizations/founding/commands.ts';
import { checkOwner } from '../../organizations/rules.ts';
import { accountOf, lockAccount } from '../accounts/commands.ts';
import { peopleOf, placeOf } from '../accounts/people/commands.ts';
import { noAccount } from '../accounts/rules.ts';
import { requirePassword, type Surroundings } from '../passwords/commands.ts';
import { founderRole } from '../roles/standard/commands.ts';
import { createSession, type NewSession, revokeSession } from '../sessions/commands.ts';
import type { Device } from '../sessions/rules.ts';
import { mostOwned } from './rules.ts';

export type Founder = { accountId: string; email: string; firstName: string; lastName: string };

/**
 * Founds an organization for the account of the transaction, and goes on in it as its owner: for commands that have made sure who
 * it is. Law 1. Announces `organization.created` and `team_member.created`.
 */
export async function foundFor(
  tx: Transaction,
  founder: Founder,
  name: string,
): Promise<{ id: string; userId: string }> {
  const { id } = await found(tx, name);
  const role = await tx.role.findFirstOrThrow({ where: founderRole, select: { id: true } });
  const { id: userId } = await tx.user.create({
    data: { ...founder, organizationId: id, roleId: role.id, kind: 'STAFF' },
    select: { id: true },
  });
  await tx.organization.update({ where: { id }, data: { ownerId: userId }, select: { id: true } });
  await enter(tx, { organizationId: id, actor: { kind: 'STAFF', userId } });
  await emit(tx, 'team_member.created', { teamMember: userId });
  return { id, userId };
}

/** Law 1: refuses an account that owns as many as it may. It is locked. */
export async function requireRoomForOne(tx: Transaction): Promise<void> {
  const [owned] = await tx.$queryRaw<[{ count: number }]>`
    select count(*)::int as count from organizations_of_account() where is_owner`;
  if (owned.count >= mostOwned)
    throw new LimitReachedError(`An account owns at most ${mostOwned} organizations.`, mostOwned);
}

/** Founds another organization of the viewer's account. Law 1. */
export const create = command('organization.create', async (tx, viewer, input: { name: string }) => {
  const issues = issueList();
  const name = requiredText(issues, 'name', input.name);
  issues.throwIfAny();
  const account = await lockAccount(tx, viewer);
  await requireRoomForOne(tx);
  const { firstName, lastName } = await tx.user.findUniqueOrThrow({
    where: { id: viewer.userId ?? '' },
    select: { firstName: true, lastName: true },
  });
  const founder = { accountId: account.id, email: account.email, firstName, lastName };
  const { id } = await foundFor(tx, founder, name);
  return { id, name };
});

export type Switched = { id: string; session: NewSession; organizationId: string };

/** Goes on in another organization of the viewer's account. Law 2. Announces `session.revoked` and `session.created`. */
export const switchTo = command(
  'sessions.switch',
  async (tx, viewer, { organizationId, device }: { organizationId: string; device: Device }): Promise<Switched> => {
    if (viewer.accountId === null || viewer.session === null) throw noAccount();
    const people = await peopleOf(tx);
    const person = people.find((one) => one.organizationId === organizationId && one.isActive);
    if (!person)
      throw invalid('organizationId', 'NOT_FOUND', 'organizationId names no organization that you can act in.');
    const { expiresAt: notAfter } = viewer.session;
    await endAtHand(tx, viewer);
    await enter(tx, placeOf(person));
    const session = await createSession(tx, { ...person, notAfter }, device);
    return { id: session.id, session, organizationId };
  },
);

/** Ends the session of the request: of several requests that come with it, and go on to others, one does. */
export async function endAtHand(tx: Transaction, viewer: Viewer): Promise<void> {
  const id = viewer.session?.id ?? '';
  const [session] = await tx.$queryRaw<{ revokedAt: Date | null }[]>`
    select revoked_at as "revokedAt" from sessions where id = ${id}::uuid for update`;
  if (!session || session.revokedAt !== null)
    throw new UnauthenticatedError('The token is unknown, expired or revoked.');
  await revokeSession.run(tx, viewer, { id });
}

/** Leaves the organization. Law 3. Announces `team_member.left`, or `client.left`, and `session.revoked` and `api_token.revoked`. */
export const leave = command('organization.leave', async (tx, viewer, { name }: { name: string }) => {
  const id = viewer.userId ?? '';
  if (viewer.accountId === null) throw noAccount();
  await requireNoOwner(tx, id);
  const organization = await tx.organization.findFirstOrThrow({ select: { id: true, name: true } });
  if (name.trim() !== organization.name) throw invalid('name', 'MISMATCH', 'name is not the name of the organization.');
  const isClient = viewer.side === 'CLIENT';
  await tx.user.update({
    where: { id },
    data: { accountId: null, hasTwoFactor: false, status: isClient ? undefined : 'INACTIVE' },
    select: { id: true },
  });
  const at = now();
  const sessions = await tx.$queryRaw<{ id: string }[]>`
    update sessions set revoked_at = ${at} where user_id = ${id}::uuid and revoked_at is null returning id`;
  const tokens = await tx.$queryRaw<{ id: string }[]>`
    update api_tokens set revoked_at = ${at} where user_id = ${id}::uuid and revoked_at is null returning id`;
  await emitAll(tx, [
    isClient ? { type: 'client.left', about: { client: id } } : { type: 'team_member.left', about: { teamMember: id } },
    ...sessions.map((session) => ({
      type: 'session.revoked' as const,
      about: { session: session.id },
      payload: { userId: id },
    })),
    ...tokens.map((token) => ({ type: 'api_token.revoked' as const, about: { apiToken: token.id } })),
  ]);
  return { id: organization.id };
});

/** Makes somebody else the owner. Law 4, and laws 1 to 3 of organizations. Announces `organization.ownership_transferred`. */
export const transferOwnership = saga(
  'organization.transferOwnership',
  async (tools, viewer, input: { ownerId: string; password?: string | null } & Surroundings) => {
    const { passwordHash } = await accountOf(tools.database, viewer);
    if (passwordHash !== null) {
      if (input.password == null) throw invalid('password', 'REQUIRED', 'password is needed to hand it on.');
      await requirePassword(tools, viewer, input.password, input.device);
    }
    return await act(tools, viewer, handOver, { ownerId: input.ownerId });
  },
);

const handOver = command('organization.transferOwnership', async (tx, viewer, { ownerId }: { ownerId: string }) => {
  const organization = await lockOrganization(tx);
  checkOwner(organization, viewer);
  await handOn(tx, organization, ownerId);
  return { id: organization.id };
});
