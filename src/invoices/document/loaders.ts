import type { Prisma } from '../../generated/prisma/client.ts';
import type { Database, Transaction } from '../../kernel/db.ts';
import { systemViewer } from '../../kernel/viewer.ts';
import type { AddressFacts, InvoiceFacts } from './rules.ts';

/** What a public link names; no number where its path can't be read. */
export type InvoiceLink = { number: string | null; key: string };

const shown = {
  number: true,
  status: true,
  currency: true,
  billingAddress: true,
  subtotal: true,
  taxType: true,
  taxName: true,
  taxRate: true,
  tax: true,
  credit: true,
  total: true,
  amountPaid: true,
  amountRefunded: true,
  periodLength: true,
  periodUnit: true,
  note: true,
  createdAt: true,
  dueAt: true,
  paidAt: true,
  client: { select: { firstName: true, lastName: true, company: true, email: true } },
  coupon: { select: { code: true } },
  payments: { select: { id: true }, where: { status: 'PROCESSING' }, take: 1 },
  items: {
    select: {
      name: true,
      description: true,
      options: true,
      quantity: true,
      amount: true,
      discount: true,
      couponDiscount: true,
      total: true,
    },
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
  },
} satisfies Prisma.InvoiceSelect;

/**
 * The invoice that a public link opens; null when it opens none. Why it does not is nobody's business: a wrong key, an unknown
 * number, a draft and a deleted invoice are asked for alike, with one look-up that finds nothing.
 */
export async function readPublicInvoice(
  database: Database,
  { number, key }: InvoiceLink,
): Promise<InvoiceFacts | null> {
  const { rows } = await database.pool.query<{ organization_id: string; invoice_id: string }>(
    'select organization_id, invoice_id from find_public_invoice($1, $2)',
    number !== null && isText(number) && isKey(key) ? [number, key] : ['', ''],
  );
  const found = rows[0];
  if (!found) return null;
  return await database.read(systemViewer(found.organization_id), (db) => readInvoice(db, found));
}

async function readInvoice(
  db: Transaction,
  { organization_id, invoice_id }: { organization_id: string; invoice_id: string },
): Promise<InvoiceFacts | null> {
  const organization = await db.organization.findUniqueOrThrow({
    where: { id: organization_id },
    select: { name: true, invoiceSender: true, timeZone: true, taxName: true },
  });
  // Once more, because it may have been deleted or taken back between the two.
  const invoice = await db.invoice.findFirst({
    where: { id: invoice_id, deletedAt: null, status: { not: 'DRAFT' } },
    select: shown,
  });
  if (!invoice) return null;
  const { coupon, payments, billingAddress, ...facts } = invoice;
  return {
    ...facts,
    organization,
    billingAddress: billingAddress as AddressFacts | null,
    couponCode: coupon?.code ?? null,
    hasPaymentUnderWay: payments.length > 0,
  };
}

function isKey(key: string): boolean {
  return /^[0-9a-f]{32}$/.test(key);
}

// PostgreSQL takes neither NUL nor half a character.
function isText(number: string): boolean {
  return number.isWellFormed() && !number.includes('\0');
}
