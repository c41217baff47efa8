import { lookedAfterWithin } from '../clients/policy.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { nothing } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

type OfClient = { id?: { in: string[] }; clientId?: string; client?: Prisma.UserWhereInput };

/**
 * What a permission reaches of clients' money: all, that of the clients whom the viewer or its group looks after, or the
 * viewer's own.
 */
function ofClientsWithin(viewer: Viewer, permission: string): OfClient {
  const grade = gradeOf(viewer, permission);
  if (grade === 0) return nothing;
  if (isClient(viewer)) return viewer.userId === null ? nothing : { clientId: viewer.userId };
  return grade === 3 ? {} : { client: lookedAfterWithin(viewer, grade) };
}

export function visiblePayments(viewer: Viewer): Prisma.PaymentWhereInput {
  return ofClientsWithin(viewer, 'payments.read');
}

/** Detached ones too: payments were made with them. */
export function visiblePaymentMethods(viewer: Viewer): Prisma.PaymentMethodWhereInput {
  return ofClientsWithin(viewer, 'paymentMethods.read');
}

/** Those that can pay. */
export function attachedPaymentMethods(viewer: Viewer): Prisma.PaymentMethodWhereInput {
  return { detachedAt: null, ...visiblePaymentMethods(viewer) };
}

export function visibleCredits(viewer: Viewer): Prisma.CreditEntryWhereInput {
  return ofClientsWithin(viewer, 'credits.read');
}

/** An account is seen by those who may see how the organization is paid. */
export function visibleStripeAccounts(viewer: Viewer): Prisma.StripeAccountWhereInput {
  return gradeOf(viewer, 'stripeAccount.read') === 0 ? nothing : {};
}
