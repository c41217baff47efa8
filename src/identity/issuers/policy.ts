import type { Prisma } from '../../generated/prisma/client.ts';
import { gradeOf, type Viewer } from '../../kernel/viewer.ts';
import { nothing } from '../policy.ts';

/** Issuers are seen by those who may see how people get in. */
export function visibleIssuers(viewer: Viewer): Prisma.IssuerWhereInput {
  return gradeOf(viewer, 'issuers.read') === 0 ? nothing : {};
}
