import { lookedAfterWithin } from '../clients/policy.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { nothing, ofAccounts } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

/**
 * The subscriptions that a permission reaches: all, or those of the clients whom the viewer, or its group, looks after. A
 * client's are its own, and those of the account that it shares.
 */
export function subscriptionsWithin(viewer: Viewer, permission: string): Prisma.SubscriptionWhereInput {
  const grade = gradeOf(viewer, permission);
  if (grade === 0) return nothing;
  if (isClient(viewer)) return ofAccounts(viewer, permission);
  return grade === 3 ? {} : { client: lookedAfterWithin(viewer, grade) };
}

export function visibleSubscriptions(viewer: Viewer): Prisma.SubscriptionWhereInput {
  return subscriptionsWithin(viewer, 'subscriptions.read');
}
