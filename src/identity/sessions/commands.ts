import { command } from '../../kernel/command.ts';
import { enter, type Transaction } from '../../kernel/db.ts';
import { InvalidStateError, issueList, NotFoundError, UnauthenticatedError } from '../../kernel/errors.ts';
import { emit, emitAll } from '../../kernel/events.ts';
import { optionalText } from '../../kernel/input.ts';
import { addHours, now } from '../../kernel/time.ts';
import { hashToken, newToken } from '../../kernel/tokens.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { peopleOf, placeOf } from '../accounts/people/commands.ts';
import { sessionPrefix } from '../authentication.ts';
import { type Device, deviceColumns } from './rules.ts';

/** One that has just begun, or gone on. The secret is null once it was told otherwise. */
export type NewSession = { id: string; secret: string | null; expiresAt: Date };

/** Who is signed in, and where. */
export type Beginning = {
  organizationId: string;
  userId: string;
  /** The organization's own issuer that vouched for the person. */
  issuerId?: string;
  /** When the session ends that it takes the place of: it lasts no longer. */
  notAfter?: Date;
};

/**
 * Signs the person in, in the organization of the transaction: for commands that have made sure who it is. The secret is
 * answered here and never again. Laws 1 and 2. Announces `session.created`.
 */
export async function createSession(
  tx: Transaction,
  { organizationId, userId, issuerId, notAfter }: Beginning,
  device: Device,
): Promise<NewSession> {
  const { sessionHours } = await tx.organization.findUniqueOrThrow({
    where: { id: organizationId },
    select: { sessionHours: true },
  });
  const secret = newToken(sessionPrefix);
  const at = now();
  const session = await tx.session.create({
    data: {
      organizationId,
      userId,
      issuerId,
      tokenHash: hashToken(secret),
      ...deviceColumns(device),
      expiresAt: new Date(
        Math.min(addHours(at, sessionHours).getTime(), notAfter?.getTime() ?? Number.POSITIVE_INFINITY),
      ),
    },
    select: { id: true, expiresAt: true },
  });
  await emit(tx, 'session.created', { session: session.id }, { userId });
  return { ...session, secret };
}

/** Ends a session of the viewer's own. Ending one that has ended changes nothing. Laws 3 and 6. Announces `session.revoked`. */
export const revokeSession = command('sessions.revoke', async (tx, viewer, { id }: { id: string }) => {
  const [session] = await tx.$queryRaw<{ revoked_at: Date | null }[]>`
    select revoked_at from sessions where id = ${id}::uuid and user_id = ${viewer.userId}::uuid for update`;
  if (!session) throw new NotFoundError('There is no session with this id.');
  if (session.revoked_at === null) {
    await tx.session.update({ where: { id }, data: { revokedAt: now() } });
    await emit(tx, 'session.revoked', { session: id }, { userId: viewer.userId });
  }
  return { id };
});

/** Ends the session of the request; with `everywhere` every other one, too. Announces `session.revoked` for each. */
export const signOut = command(
  'sessions.revoke',
  async (tx, viewer, { everywhere = false }: { everywhere?: boolean | null }) => {
    const { id } = requireSession(viewer);
    const others = everywhere ? await endOtherSessions(tx, viewer) : 0;
    await revokeSession.run(tx, viewer, { id });
    return { id, count: others + 1 };
  },
);

/**
 * Ends every session of the viewer's but the one of the request, unless it is to end, too; of somebody with an account, in
 * every organization. Announces `session.revoked` for each.
 */
export const revokeAll = command(
  'sessions.revoke',
  async (tx, viewer, { includingThis = false }: { includingThis?: boolean | null }) => {
    if (includingThis) return await signOut.run(tx, viewer, { everywhere: true });
    const { id } = requireSession(viewer);
    return { id, count: await endOtherSessions(tx, viewer) };
  },
);

/** Whoever is not signed in, such as a token of a program, has no session to end or to go on with. */
function requireSession({ session }: Viewer): NonNullable<Viewer['session']> {
  if (!session) throw new InvalidStateError('The request comes with no session.', 'NO_SESSION');
  return session;
}

/**
 * Ends all sessions but the viewer's own one: of the account, wherever, else of the person. Goes on in the viewer's
 * organization. Answers how many. Announces `session.revoked` for each.
 */
export async function endOtherSessions(tx: Transaction, viewer: Viewer): Promise<number> {
  const spared = viewer.session?.id ?? null;
  if (viewer.accountId === null) return await endSessions(tx, viewer.userId ?? '', spared);
  let count = 0;
  for (const person of await peopleOf(tx)) {
    await enter(tx, placeOf(person));
    count += await endSessions(tx, person.userId, spared);
  }
  if (viewer.organizationId !== null && viewer.userId !== null && viewer.side !== null) {
    const { organizationId, userId, side } = viewer;
    await enter(tx, { organizationId, actor: { kind: side, userId } });
  }
  return count;
}

async function endSessions(tx: Transaction, userId: string, spared: string | null): Promise<number> {
  const ended = await tx.$queryRaw<{ id: string }[]>`
    update sessions set revoked_at = ${now()}
      where user_id = ${userId}::uuid and revoked_at is null and expires_at > ${now()}
        and id is distinct from ${spared}::uuid
      returning id`;
  await emitAll(
    tx,
    ended.map(({ id }) => ({ type: 'session.revoked', about: { session: id }, payload: { userId } })),
  );
  return ended.length;
}

/** Gives the session of the request a new token, and a name to its device. Law 5. Announces `session.refreshed`. */
export const refresh = command(
  'sessions.refresh',
  async (tx, viewer, { deviceName }: { deviceName?: string | null }) => {
    const issues = issueList();
    const device = optionalText(issues, 'deviceName', deviceName, 100);
    issues.throwIfAny();
    const session = await rotateSession(tx, requireSession(viewer), viewer.userId ?? '');
    if (device != null) await tx.session.update({ where: { id: session.id }, data: { device }, select: { id: true } });
    return { id: session.id, session };
  },
);

/** Law 5: of several at once who come with the same token, one gets a new one; to the others theirs has ended. */
export async function rotateSession(
  tx: Transaction,
  { id, rotations }: NonNullable<Viewer['session']>,
  userId: string,
): Promise<NewSession> {
  const secret = newToken(sessionPrefix);
  const [session] = await tx.$queryRaw<{ expires_at: Date }[]>`
    update sessions set token_hash = ${hashToken(secret)}, rotations = rotations + 1, last_used_at = ${now()}
      where id = ${id}::uuid and rotations = ${rotations} and revoked_at is null
      returning expires_at`;
  if (!session) throw new UnauthenticatedError('The token is unknown, expired or revoked.');
  await emit(tx, 'session.refreshed', { session: id }, { userId });
  return { id, secret, expiresAt: session.expires_at };
}
