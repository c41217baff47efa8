import type { Prisma } from '../../generated/prisma/client.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { nothing } from '../policy.ts';

/** Law 6: one’s own, as long as they last. */
export function visibleSessions({ userId, session }: Viewer, at: Date): Prisma.SessionWhereInput {
  if (userId === null) return nothing;
  const unused = session && { lastUsedAt: { gt: new Date(at.getTime() - session.idleMinutes * 60_000) } };
  return { userId, revokedAt: null, expiresAt: { gt: at }, ...unused };
}
