import type { Prisma } from '../../generated/prisma/client.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { nothing } from '../policy.ts';

/** Law 2: one’s own, and nobody else’s. */
export function visibleAccounts(viewer: Viewer): Prisma.AccountWhereInput {
  return viewer.accountId === null ? nothing : { id: viewer.accountId };
}
