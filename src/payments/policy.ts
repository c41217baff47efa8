import { lookedAfterWithin } from '../clients/policy.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { nothing, ofAccounts } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

type OfClient = { id?: { in: string[] }; clientId?: string | { in: string[] }; client?: Prisma.UserWhereInput };

/**
 * What a permission reaches of clients' money: all, that of the clients whom the viewer or its group looks after, or the
 * viewer's own, a client's also of the account that it shares.
 */
function ofClientsWithin(viewer: Viewer, permission: string): OfClient {
  const grade = gradeOf(viewer, permission);
  if (grade === 0) return nothing;
  if (isClient(viewer)) return ofAccounts(viewer, permission);
  return grade === 3 ? {} : { client: lookedAfterWithin(viewer, grade) };
}

/** Also those of the invoices that the viewer, or its group, made: whoever sees an invoice sees what was paid on it. */
export function visiblePayments(viewer: Viewer): Prisma.PaymentWhereInput {
  const reached = ofClientsWithin(viewer, 'payments.read');
  return reached.client ? { OR: [reached, { invoice: madeWithin(viewer, 'payments.read') }] } : reached;
}

/** Detached ones too: payments were made with them. */
export function visiblePaymentMethods(viewer: Viewer): Prisma.PaymentMethodWhereInput {
  const reached = ofClientsWithin(viewer, 'paymentMethods.read');
  if (!reached.client) return reached;
  return { OR: [reached, { payments: { some: { invoice: madeWithin(viewer, 'payments.read') } } }] };
}

function madeWithin(viewer: Viewer, permission: string): Prisma.InvoiceWhereInput {
  const { userId, groupId } = viewer;
  if (userId === null) return nothing;
  if (gradeOf(viewer, permission) !== 2 || groupId === null) return { employeeId: userId };
  return { employee: { OR: [{ id: userId }, { groupId }] } };
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
