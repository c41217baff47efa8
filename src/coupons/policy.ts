import type { Prisma } from '../generated/prisma/client.ts';
import { nothing } from '../identity/policy.ts';
import { gradeOf, type Viewer } from '../kernel/viewer.ts';

/** Coupons are nobody's own: whoever may read some, reads all live ones. */
export function visibleCoupons(viewer: Viewer): Prisma.CouponWhereInput {
  return gradeOf(viewer, 'coupons.read') === 0 ? nothing : { deletedAt: null };
}

/** The deleted coupons, for those who may restore them. */
export function deletedCoupons(viewer: Viewer): Prisma.CouponWhereInput {
  return gradeOf(viewer, 'coupons.restore') === 0 ? nothing : { deletedAt: { not: null } };
}
