import type { Prisma } from '../generated/prisma/client.ts';
import { nothing } from '../identity/policy.ts';
import { gradeOf, type Viewer } from '../kernel/viewer.ts';

/** The log is for those who may see all of it. */
export function visibleLogs(viewer: Viewer): Prisma.LogWhereInput {
  return gradeOf(viewer, 'logs.read') === 3 ? {} : nothing;
}
