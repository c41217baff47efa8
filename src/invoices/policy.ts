import { lookedAfterWithin } from '../clients/policy.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import { nothing, ofAccounts } from '../identity/policy.ts';
import { gradeOf, isClient, type Viewer } from '../kernel/viewer.ts';

/**
 * The invoices that a permission reaches: all, or those that the viewer, or its group, made or whose client they look
 * after. A client's own are those that it is asked to pay, and those of the account that it shares.
 */
export function invoicesWithin(viewer: Viewer, permission: string): Prisma.InvoiceWhereInput {
  const grade = gradeOf(viewer, permission);
  if (grade === 0) return nothing;
  // A draft is the team's own business.
  if (isClient(viewer)) return { ...ofAccounts(viewer, permission), status: { notIn: ['DRAFT'] } };
  if (grade === 3) return {};
  const { userId, groupId } = viewer;
  const made = [{ employeeId: userId ?? '' }, ...(grade === 2 && groupId !== null ? [{ employee: { groupId } }] : [])];
  return { OR: [...made, { client: lookedAfterWithin(viewer, grade) }] };
}

/** The live invoices that the viewer may see. */
export function visibleInvoices(viewer: Viewer): Prisma.InvoiceWhereInput {
  return { deletedAt: null, ...invoicesWithin(viewer, 'invoices.read') };
}

/** The deleted invoices that the viewer may restore, and so may find: of those that it would see if they were live. */
export function deletedInvoices(viewer: Viewer): Prisma.InvoiceWhereInput {
  const restorable = invoicesWithin(viewer, 'invoices.restore');
  return { deletedAt: { not: null }, ...invoicesWithin(viewer, 'invoices.read'), AND: restorable };
}

export function visibleItems(viewer: Viewer): Prisma.InvoiceItemWhereInput {
  return { invoice: visibleInvoices(viewer) };
}
