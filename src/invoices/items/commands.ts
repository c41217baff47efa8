import { isDeepStrictEqual } from 'node:util';
import type { InvoiceItem, Prisma } from '../../generated/prisma/client.ts';
import type { Transaction } from '../../kernel/db.ts';
import { type IssueList, issuesWithin } from '../../kernel/errors.ts';
import { checkAmount, checkJson, checkRange, optionalText, requiredText } from '../../kernel/input.ts';
import { Decimal } from '../../kernel/money.ts';
import { organizationOf, type Viewer } from '../../kernel/viewer.ts';
import { checkLineCount, type LineTotal } from '../rules.ts';

export type ItemInput = {
  id?: string | null;
  serviceId?: string | null;
  name: string;
  description?: string | null;
  quantity: number;
  amount: string;
  discount?: string | null;
  options?: Prisma.InputJsonObject | null;
};

/** A line as it is to be. Without an id it is new. */
export type Item = {
  id: string | null;
  serviceId: string | null;
  name: string;
  description: string | null;
  quantity: number;
  amount: Decimal;
  discount: Decimal;
  options: unknown;
};

/** The lines that an invoice has. */
export async function itemsOf(tx: Transaction, invoiceId: string): Promise<InvoiceItem[]> {
  return await tx.invoiceItem.findMany({ where: { invoiceId }, orderBy: [{ position: 'asc' }, { id: 'asc' }] });
}

/** A line as it stands. */
export function asItem({ amount, discount, ...line }: InvoiceItem): Item {
  return { ...line, amount: new Decimal(amount.toString()), discount: new Decimal(discount.toString()) };
}

/** Laws 1 and 2: the lines as they are to be and their currency. A line keeps its row by naming its id. */
export async function checkItems(
  tx: Transaction,
  issues: IssueList,
  input: readonly ItemInput[],
  { before, currency: standard }: { before: readonly InvoiceItem[]; currency: string },
): Promise<{ items: Item[]; currency: string }> {
  checkLineCount(issues, input.length);
  const services = await findServices(tx, input, before);
  const first = input.map(({ serviceId }) => services.get(serviceId ?? '')).find((found) => found !== undefined);
  const currency = first ?? standard;
  const free = new Set(before.map(({ id }) => id));
  const items = input.map((line, index) => {
    const inside = issuesWithin(issues, ['items', String(index)]);
    if (line.id != null && !free.delete(line.id)) {
      inside.add('id', 'NOT_FOUND', 'id names no line of the invoice, or one that stands here already.');
    }
    if (line.serviceId != null) {
      const theirs = services.get(line.serviceId);
      if (theirs === undefined) inside.add('serviceId', 'NOT_FOUND', 'serviceId names no service.');
      else if (theirs !== currency) {
        inside.add(
          'serviceId',
          'WRONG_CURRENCY',
          `serviceId names a service in ${theirs}; the invoice is in ${currency}.`,
        );
      }
    }
    return checkItem(inside, line, currency);
  });
  return { items, currency };
}

function checkItem(issues: IssueList, line: ItemInput, currency: string): Item {
  checkRange(issues, 'quantity', line.quantity, 1);
  checkAmount(issues, 'amount', line.amount, currency);
  checkAmount(issues, 'discount', line.discount, currency);
  checkJson(issues, 'options', line.options);
  return {
    id: line.id ?? null,
    serviceId: line.serviceId ?? null,
    name: requiredText(issues, 'name', line.name),
    description: optionalText(issues, 'description', line.description, 65_535) ?? null,
    quantity: line.quantity,
    amount: new Decimal(line.amount),
    discount: new Decimal(line.discount ?? 0),
    options: line.options ?? {},
  };
}

/** The currencies of the services that may be named: the live ones, and those that are on the invoice already. */
async function findServices(
  tx: Transaction,
  input: readonly ItemInput[],
  before: readonly InvoiceItem[],
): Promise<Map<string, string>> {
  const ids = [...new Set(input.flatMap(({ serviceId }) => serviceId ?? []))];
  if (ids.length === 0) return new Map();
  const known = before.flatMap(({ serviceId }) => serviceId ?? []);
  const found = await tx.service.findMany({
    where: { id: { in: ids }, OR: [{ deletedAt: null }, { id: { in: known } }] },
    select: { id: true, currency: true },
  });
  return new Map(found.map(({ id, currency }) => [id, currency]));
}

type Written = Item & LineTotal;

/** Whether the lines are, in their order, what they were. */
export function isSame(before: readonly InvoiceItem[], after: readonly Written[]): boolean {
  return isDeepStrictEqual(before.map(contentOf), after.map(contentOf));
}

function contentOf({ id, serviceId, name, description, quantity, options, ...amounts }: InvoiceItem | Written) {
  const { amount, discount, couponDiscount, renewalDiscount, total } = amounts;
  const exact = [amount, discount, couponDiscount, renewalDiscount, total].map((one) =>
    new Decimal(one.toString()).toFixed(),
  );
  return { id, serviceId, name, description, quantity, options, exact };
}

/** Makes exactly these the lines of the invoice, in this order: rows that are named by id stay, with their orders. */
export async function writeItems(
  tx: Transaction,
  viewer: Viewer,
  invoiceId: string,
  items: readonly Written[],
  before: readonly InvoiceItem[],
): Promise<void> {
  const kept = new Set(items.map(({ id }) => id));
  const gone = before.flatMap(({ id }) => (kept.has(id) ? [] : [id]));
  if (gone.length > 0) await tx.invoiceItem.deleteMany({ where: { id: { in: gone } } });
  const lines = items.map((item, position) => ({
    id: item.id,
    position,
    name: item.name,
    description: item.description,
    quantity: item.quantity,
    amount: item.amount,
    discount: item.discount,
    coupon_discount: item.couponDiscount,
    renewal_discount: item.renewalDiscount,
    total: item.total,
    options: item.options,
    service_id: item.serviceId,
  }));
  await tx.$executeRaw`
    insert into invoice_items (id, organization_id, invoice_id, position, name, description, quantity, amount, discount,
        coupon_discount, renewal_discount, total, options, service_id)
      select coalesce(id, uuidv7()), ${organizationOf(viewer)}::uuid, ${invoiceId}::uuid, position, name, description,
          quantity, amount, discount, coupon_discount, renewal_discount, total, options, service_id
        from jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as line (id uuid, position int, name text, description text,
          quantity int, amount numeric, discount numeric, coupon_discount numeric, renewal_discount numeric, total numeric,
          options jsonb, service_id uuid)
        order by position
      on conflict (id) do update set position = excluded.position, name = excluded.name, description = excluded.description,
        quantity = excluded.quantity, amount = excluded.amount, discount = excluded.discount,
        coupon_discount = excluded.coupon_discount, renewal_discount = excluded.renewal_discount, total = excluded.total,
        options = excluded.options, service_id = excluded.service_id`;
}
