import { visibleClients } from '../clients/policy.ts';
import type { Coupon } from '../generated/prisma/client.ts';
import { command } from '../kernel/command.ts';
import type { Transaction } from '../kernel/db.ts';
import {
  type InputIssue,
  InvalidStateError,
  type IssueList,
  invalid,
  issueList,
  NotFoundError,
} from '../kernel/errors.ts';
import { emit } from '../kernel/events.ts';
import { checkCurrency, requireVersion } from '../kernel/input.ts';
import { now } from '../kernel/time.ts';
import { gradeOf, organizationOf, type Viewer } from '../kernel/viewer.ts';
import { deletedCoupons, visibleCoupons } from './policy.ts';
import * as rules from './rules.ts';

const codeIndex = 'coupons_organization_id_code_key';

const violations: Record<string, InputIssue> = {
  [codeIndex]: { path: ['code'], code: 'TAKEN', message: 'There is a coupon of this code already.' },
  // The client may go while it is written: as if it had never been there.
  coupons_affiliate_id_fkey: { path: ['affiliateId'], code: 'NOT_FOUND', message: 'affiliateId names no client.' },
};

type CouponInput = rules.CouponFields & { affiliateId?: string | null };

export type CreateCoupon = CouponInput & { code: string; type: rules.CouponType };
export type UpdateCoupon = CouponInput & { id: string; expectedVersion?: number | null };

/** Makes a coupon. Law 1. Announces `coupon.created`. */
export const create = command(
  'coupons.create',
  async (tx, viewer, input: CreateCoupon) => {
    const issues = issueList();
    const { code = '', type = input.type, discounts = [], ...fields } = rules.checkFields(issues, input);
    const currency = fields.currency ?? (await organizationCurrency(tx, viewer));
    rules.checkTerms(issues, { type, discounts, currency, minimumAmount: fields.minimumAmount ?? null });
    await checkNamed(tx, issues, input, []);
    issues.throwIfAny();
    const coupon = await tx.coupon.create({
      data: {
        ...fields,
        code,
        type,
        discounts,
        currency,
        affiliateId: input.affiliateId,
        organizationId: organizationOf(viewer),
      },
      select: { id: true },
    });
    await emit(tx, 'coupon.created', { coupon: coupon.id }, { code });
    return coupon;
  },
  violations,
);

/**
 * Changes a coupon; what invoices have had off by it stays. Law 1; the limit is not lowered below the uses so far.
 * Announces `coupon.updated` when something changed.
 */
export const update = command(
  'coupons.update',
  async (tx, viewer, input: UpdateCoupon) => {
    const coupon = await lockCoupon(tx, viewer, input.id);
    requireVersion(coupon, input.expectedVersion);
    const issues = issueList();
    const fields = rules.checkFields(issues, input);
    rules.checkTerms(issues, rules.termsAfter(coupon, fields));
    if (input.usageLimit != null && input.usageLimit < coupon.usedCount) {
      issues.add('usageLimit', 'OUT_OF_RANGE', `The coupon was used ${coupon.usedCount} times already.`);
    }
    await checkNamed(tx, issues, input, rules.discountsOf(coupon));
    issues.throwIfAny();
    const changed = await tx.coupon.update({
      where: { id: coupon.id },
      data: { ...fields, affiliateId: input.affiliateId },
      select: { version: true, code: true },
    });
    if (changed.version !== coupon.version) {
      await emit(tx, 'coupon.updated', { coupon: coupon.id }, { code: changed.code });
    }
    return { id: coupon.id };
  },
  violations,
);

/** Puts a coupon out of sight and gives its code back; invoices that have it keep it. Announces `coupon.deleted`. */
export const remove = command('coupons.delete', async (tx, viewer, { id }: { id: string }) => {
  const { code } = await lockCoupon(tx, viewer, id);
  await tx.coupon.update({ where: { id }, data: { deletedAt: now() } });
  await emit(tx, 'coupon.deleted', { coupon: id }, { code });
  return { id };
});

/** Brings a deleted coupon back as it was, unless another has its code by now. Announces `coupon.restored`. */
export const restore = command(
  'coupons.restore',
  async (tx, viewer, { id }: { id: string }) => {
    await tx.$queryRaw`select id from coupons where id = ${id}::uuid for update`;
    const coupon = await tx.coupon.findFirst({
      where: { AND: [{ id }, deletedCoupons(viewer)] },
      select: { code: true },
    });
    if (!coupon) throw new NotFoundError('There is no deleted coupon with this id.');
    await tx.coupon.update({ where: { id }, data: { deletedAt: null } });
    await emit(tx, 'coupon.restored', { coupon: id }, { code: coupon.code });
    return { id };
  },
  { [codeIndex]: { path: ['id'], code: 'TAKEN', message: 'There is another coupon of its code by now.' } },
);

async function lockCoupon(tx: Transaction, viewer: Viewer, id: string): Promise<Coupon> {
  await tx.$queryRaw`select id from coupons where id = ${id}::uuid for update`;
  const coupon = await tx.coupon.findFirst({ where: { AND: [{ id }, visibleCoupons(viewer)] } });
  if (!coupon) throw new NotFoundError('There is no coupon with this id.');
  return coupon;
}

/** Whom and what the input names. Services that the coupon named before may be gone, and stay. */
async function checkNamed(
  tx: Transaction,
  issues: IssueList,
  { affiliateId, discounts }: CouponInput,
  before: readonly rules.Discount[],
): Promise<void> {
  if (affiliateId != null) {
    const affiliate = await tx.user.findFirst({ where: { id: affiliateId, kind: 'CLIENT' }, select: { id: true } });
    if (!affiliate) issues.add('affiliateId', 'NOT_FOUND', 'affiliateId names no client.');
  }
  const known = new Set(before.flatMap(({ serviceIds }) => serviceIds));
  const named = (discounts ?? []).flatMap(({ serviceIds }, index) =>
    (serviceIds ?? []).map((id, place) => ({ id, path: ['discounts', String(index), 'serviceIds', String(place)] })),
  );
  const fresh = named.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return;
  const where = { id: { in: fresh.map(({ id }) => id) }, deletedAt: null };
  for (const { id } of await tx.service.findMany({ where, select: { id: true } })) known.add(id);
  for (const { id, path } of fresh) {
    if (!known.has(id)) issues.add(path, 'NOT_FOUND', `${path.join('.')} names no service.`);
  }
}

async function organizationCurrency(tx: Transaction, viewer: Viewer): Promise<string> {
  const where = { id: organizationOf(viewer) };
  return (await tx.organization.findUniqueOrThrow({ where, select: { currency: true } })).currency;
}

// ------------------------------------------------------------------ on invoices

/** What a coupon is wanted for: a client, or nobody yet, and the lines of an invoice, which may have it already. */
export type Claim = {
  clientId: string | null;
  lines: readonly rules.Line[];
  currency: string;
  exceptInvoiceId?: string;
};

/** The live coupon that an invoice may have. Laws 5 to 7: what stands against it are issues at the path, and null. */
export async function requireCoupon(
  tx: Transaction,
  issues: IssueList,
  path: string | string[],
  { couponId, ...claim }: Claim & { couponId: string },
): Promise<Coupon | null> {
  const coupon = await tx.coupon.findFirst({ where: { id: couponId, deletedAt: null } });
  if (!coupon) {
    issues.add(path, 'NOT_FOUND', `${[path].flat().join('.')} names no coupon.`);
    return null;
  }
  if (coupon.singleUse && claim.clientId !== null) {
    // Or two invoices at once would both find that the client has not used it.
    await tx.$queryRaw`select id from users where id = ${claim.clientId}::uuid for no key update`;
  }
  return (await holds(tx, issues, path, coupon, claim)) ? coupon : null;
}

/** Takes one use of a coupon whose invoice is paid, and its row's lock with it. Law 8. */
export async function redeemCoupon(tx: Transaction, couponId: string): Promise<void> {
  const taken = await tx.$executeRaw`
    update coupons set used_count = used_count + 1
      where id = ${couponId}::uuid and (usage_limit is null or used_count < usage_limit)`;
  if (taken === 0) throw new InvalidStateError('The coupon of the invoice is used up.', 'COUPON_USED_UP');
}

async function holds(
  db: Transaction,
  issues: IssueList,
  path: string | string[],
  coupon: Coupon,
  { clientId, lines, currency, exceptInvoiceId }: Claim,
): Promise<boolean> {
  const customer = clientId === null ? null : await findCustomer(db, clientId, coupon.id, exceptInvoiceId);
  return rules.checkEligible(issues, path, coupon, { at: now(), currency, lines, customer });
}

/** What a coupon may ask about a client: law 7, in one statement. Deleted invoices were paid all the same. */
async function findCustomer(
  db: Transaction,
  clientId: string,
  couponId: string,
  exceptInvoiceId: string | undefined,
): Promise<rules.Customer | null> {
  const [found] = await db.$queryRaw<{ referred_by_id: string | null; has_paid: boolean; has_used_it: boolean }[]>`
    select c.referred_by_id,
      exists (select from invoices i where i.client_id = c.id and i.id is distinct from ${exceptInvoiceId ?? null}::uuid
        and i.status in ('PAID', 'REFUNDED', 'PARTIALLY_PAID')) as has_paid,
      exists (select from invoices i where i.client_id = c.id and i.id is distinct from ${exceptInvoiceId ?? null}::uuid
        and i.coupon_id = ${couponId}::uuid and i.deleted_at is null and i.status not in ('DRAFT', 'CANCELLED')) as has_used_it
    from users c where c.id = ${clientId}::uuid`;
  if (!found) return null;
  return { referredById: found.referred_by_id, hasPaid: found.has_paid, hasUsedIt: found.has_used_it };
}

// ------------------------------------------------------------------ before there is an invoice

export type PreviewCoupon = {
  code: string;
  items: readonly (rules.Item & { serviceId?: string | null })[];
  clientId?: string | null;
  currency?: string | null;
};

/** What a coupon would take off, with nothing saved. Reads only; throws what stands against it. Laws 2 to 7. */
export async function preview(db: Transaction, viewer: Viewer, input: PreviewCoupon) {
  const issues = issueList();
  const services = await servicesOf(db, issues, input.items);
  const currency =
    input.currency ?? services.find((service) => service)?.currency ?? (await organizationCurrency(db, viewer));
  checkCurrency(issues, 'currency', input.currency);
  services.forEach((service, index) => {
    if (!service || service.currency === currency) return;
    issues.add(
      ['items', String(index), 'serviceId'],
      'WRONG_CURRENCY',
      `items.${index} is sold in ${service.currency}.`,
    );
  });
  rules.checkItems(issues, input.items, currency);
  if (input.clientId != null) await checkClient(db, viewer, issues, input.clientId);
  issues.throwIfAny();

  const lines = input.items.map(({ serviceId, quantity, amount, discount }) => {
    return { serviceId: serviceId ?? null, quantity: quantity ?? 1, amount, discount: discount ?? 0 };
  });
  const coupon = await findByCode(db, input.code);
  if (!coupon) throw invalid('code', 'NOT_FOUND', 'There is no coupon of this code.');
  await holds(db, issues, 'code', coupon, { clientId: input.clientId ?? null, lines, currency });
  issues.throwIfAny();
  return { couponId: coupon.id, currency, ...rules.totalsOf(coupon, lines, currency) };
}

/** The live coupon of a code, as people type it. */
export async function findByCode(db: Transaction, code: string): Promise<Coupon | null> {
  // PostgreSQL takes no NUL, so no code has one.
  if (code.includes('\0')) return null;
  const [named] = await db.$queryRaw<{ id: string }[]>`
    select id from coupons where lower(code) = lower(${code.trim()}) and deleted_at is null`;
  return named ? await db.coupon.findUnique({ where: { id: named.id } }) : null;
}

/** The service of each item, or null. */
async function servicesOf(db: Transaction, issues: IssueList, items: PreviewCoupon['items']) {
  const wanted = items.flatMap(({ serviceId }) => serviceId ?? []);
  const where = { id: { in: wanted }, deletedAt: null };
  const found = wanted.length === 0 ? [] : await db.service.findMany({ where, select: { id: true, currency: true } });
  const byId = new Map(found.map((service) => [service.id, service]));
  return items.map(({ serviceId }, index) => {
    const service = serviceId == null ? null : (byId.get(serviceId) ?? null);
    if (serviceId != null && !service) {
      issues.add(['items', String(index), 'serviceId'], 'NOT_FOUND', `items.${index}.serviceId names no service.`);
    }
    return service;
  });
}

async function checkClient(db: Transaction, viewer: Viewer, issues: IssueList, id: string): Promise<void> {
  // Whoever may try coupons for the whole organization may try them for any of its clients.
  const reach = gradeOf(viewer, 'coupons.preview') === 3 ? { kind: 'CLIENT' } : visibleClients(viewer);
  const client = await db.user.findFirst({ where: { AND: [{ id }, reach] }, select: { id: true } });
  if (!client) issues.add('clientId', 'NOT_FOUND', 'clientId names no client.');
}
