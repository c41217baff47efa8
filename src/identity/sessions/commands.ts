import { command } from '../../kernel/command.ts';
import type { Transaction } from '../../kernel/db.ts';
import { NotFoundError } from '../../kernel/errors.ts';
import { emit } from '../../kernel/events.ts';
import { addHours, now } from '../../kernel/time.ts';
import { hashToken, newToken } from '../../kernel/tokens.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { sessionPrefix } from '../authentication.ts';
import { type Device, deviceColumns, sessionHours } from './rules.ts';

export type NewSession = { id: string; secret: string; expiresAt: Date };

/**
 * Signs the person in: for commands that have made sure who it is. The secret is answered here and never again. Laws 1 and 2.
 * Announces `session.created`.
 */
export async function createSession(
  tx: Transaction,
  viewer: Viewer,
  userId: string,
  device: Device,
): Promise<NewSession> {
  const secret = newToken(sessionPrefix);
  const session = await tx.session.create({
    data: {
      organizationId: organizationOf(viewer),
      userId,
      tokenHash: hashToken(secret),
      ...deviceColumns(device),
      expiresAt: addHours(now(), sessionHours),
    },
    select: { id: true, expiresAt: true },
  });
  await emit(tx, 'session.created', { session: session.id }, { userId });
  return { ...session, secret };
}

/** Ends a session of the viewer's own. Ending one that has ended changes nothing. Law 3. Announces `session.revoked`. */
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
