import type { Invoice } from '../generated/prisma/client.ts';
import type { Transaction } from '../kernel/db.ts';
import { ForbiddenError, InvalidStateError, NotFoundError } from '../kernel/errors.ts';
import { isUuid } from '../kernel/id.ts';
import { gradeOf, type Viewer } from '../kernel/viewer.ts';
import { invoicesWithin, visibleInvoices } from './policy.ts';

// Every change of an invoice, and every movement of money about it, takes the invoice's row first; then its client's, its
// subscription's and its coupon's, as far as they change. So payments of one invoice follow each other. The client's row is
// taken for a change of no key: whoever only names the client, as a new invoice of a subscription does, need not wait.

/** Takes a live invoice, named by id or number, that the permission lets the viewer change. */
export async function lockInvoice(
  tx: Transaction,
  viewer: Viewer,
  idOrNumber: string,
  permission: string,
  path: string[] = ['id'],
): Promise<Invoice> {
  const named = isUuid(idOrNumber)
    ? await tx.$queryRaw<{ id: string }[]>`select id from invoices where id = ${idOrNumber}::uuid for update`
    : await tx.$queryRaw<{ id: string }[]>`select id from invoices where number = ${idOrNumber} for update`;
  const id = named[0]?.id;
  const invoice =
    id === undefined ? null : await tx.invoice.findFirst({ where: { AND: [{ id }, visibleInvoices(viewer)] } });
  if (!invoice) throw new NotFoundError(`There is no invoice with this ${path.join('.')}.`, path);
  await requireReach(tx, viewer, invoice.id, permission);
  return invoice;
}

// Who may see an invoice and not change it is told so; only what is out of sight is "not found".
async function requireReach(tx: Transaction, viewer: Viewer, id: string, permission: string): Promise<void> {
  if (gradeOf(viewer, permission) === 3) return;
  const reached = await tx.invoice.count({ where: { AND: [{ id }, invoicesWithin(viewer, permission)] } });
  if (reached === 0) throw new ForbiddenError(`The permission ${permission} does not reach this invoice.`);
}

/** Refuses what must not happen while a processor is being asked for the money: it may have been taken already. */
export async function refuseWhileCharged(tx: Transaction, invoiceId: string): Promise<void> {
  const charge = await tx.payment.findFirst({ where: { invoiceId, status: 'PROCESSING' }, select: { id: true } });
  if (charge)
    throw new InvalidStateError('The invoice is being charged. Try again when that is done.', 'CHARGE_IN_PROGRESS');
}
