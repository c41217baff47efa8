import type { Prisma } from '../generated/prisma/client.ts';
import { nothing } from '../identity/policy.ts';
import { gradeOf, type Viewer } from '../kernel/viewer.ts';

/** Tags are the team's own: every team member sees all, clients none. */
export function visibleTags(viewer: Viewer): Prisma.TagWhereInput {
  return gradeOf(viewer, 'tags.read') === 0 ? nothing : {};
}
