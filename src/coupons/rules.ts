/**
 * The laws of coupons.
 *
 *  1. A coupon has a code, which no other live coupon of the organization has, whatever the letter case; a deleted one
 *     gives its code back. It takes a percentage above 0 and up to 100 off, or a fixed amount above 0 of its currency.
 *     Each of its discounts is for some services, or for everything.
 *  2. A line gets the discount, among those that are for its service or for everything, that takes most off. Discounts
 *     don't add up. A service that is gone is for no line.
 *  3. A percentage is of the line: unit price times quantity. A fixed amount is for each unit. A coupon for a single
 *     quantity is for one unit of the line. What comes off is rounded half-up to the currency's minor unit.
 *  4. Nothing more comes off than what the line's own discount leaves of it.
 *  5. A coupon holds while it is live, has not expired and is not used up. An amount, fixed or least, is one of the
 *     coupon's currency, so a coupon with one holds for that currency only.
 *  6. With a least amount, it holds for carts of that much or more, all lines counted, before any discount.
 *  7. For new customers: the client has never paid. Single use: none of the client's other invoices that count has it.
 *     Of an affiliate: the affiliate brought the client. Where there is no client yet, none of these can be judged.
 *  8. It is used when an invoice that has it is paid, once for each, and never more often than its limit.
 */
import type { Coupon } from '../generated/prisma/client.ts';
import type { IssueList } from '../kernel/errors.ts';
import { checkAmount, checkCurrency, checkRange, notCleared, optionalText, requiredText } from '../kernel/input.ts';
import { Decimal, isPayable, prettyAmount, roundMoney } from '../kernel/money.ts';

export type CouponType = 'PERCENTAGE' | 'FIXED';
export type CouponDuration = 'FIRST_PAYMENT' | 'FOREVER';

/** What comes off, and for which services: for everything when there are none. As the column keeps it. */
export type Discount = { amount: string; serviceIds: string[] };

export type CouponFields = {
  code?: string | null;
  type?: CouponType | null;
  description?: string | null;
  discounts?: { amount: string; serviceIds?: string[] | null }[] | null;
  currency?: string | null;
  expiresAt?: Date | null;
  newCustomers?: boolean | null;
  singleUse?: boolean | null;
  singleQuantity?: boolean | null;
  duration?: CouponDuration | null;
  usageLimit?: number | null;
  minimumAmount?: string | null;
};

type Terms = { type: CouponType; discounts: readonly Discount[]; currency: string; minimumAmount: string | null };

// ------------------------------------------------------------------ what is written

const neverCleared = ['code', 'type', 'currency', 'newCustomers', 'singleUse', 'singleQuantity', 'duration'] as const;
const mostDiscounts = 100;
const mostServices = 1_000;

/** What is written, value by value. What must be there can't be cleared. */
export function checkFields(issues: IssueList, input: CouponFields) {
  for (const field of neverCleared) notCleared(issues, field, input[field]);
  checkRange(issues, 'usageLimit', input.usageLimit, 1);
  return {
    code: input.code == null ? undefined : requiredText(issues, 'code', input.code, 100),
    type: input.type ?? undefined,
    description: optionalText(issues, 'description', input.description, 65_535),
    discounts: input.discounts === undefined ? undefined : checkDiscounts(issues, input.discounts ?? []),
    currency: input.currency ?? undefined,
    expiresAt: input.expiresAt,
    newCustomers: input.newCustomers ?? undefined,
    singleUse: input.singleUse ?? undefined,
    singleQuantity: input.singleQuantity ?? undefined,
    duration: input.duration ?? undefined,
    usageLimit: input.usageLimit,
    minimumAmount: input.minimumAmount,
  };
}

function checkDiscounts(issues: IssueList, given: NonNullable<CouponFields['discounts']>): Discount[] {
  if (given.length > mostDiscounts) {
    issues.add('discounts', 'TOO_LONG', `discounts must not be more than ${mostDiscounts}.`);
  }
  if (given.reduce((sum, { serviceIds }) => sum + (serviceIds?.length ?? 0), 0) > mostServices) {
    issues.add('discounts', 'TOO_LONG', `discounts must not name more than ${mostServices} services in all.`);
  }
  return given.map(({ amount, serviceIds }) => ({ amount, serviceIds: [...new Set(serviceIds ?? [])] }));
}

/** Laws 1 and 5, on the coupon as it would be. */
export function checkTerms(issues: IssueList, { type, discounts, currency, minimumAmount }: Terms): void {
  checkCurrency(issues, 'currency', currency);
  checkAmount(issues, 'minimumAmount', minimumAmount, currency);
  discounts.forEach(({ amount }, index) => {
    const path = ['discounts', String(index), 'amount'];
    const isPercentage = type === 'PERCENTAGE';
    if (new Decimal(amount).lte(0)) issues.add(path, 'OUT_OF_RANGE', `${path.join('.')} must be more than 0.`);
    else if (isPercentage && new Decimal(amount).gt(100)) {
      issues.add(path, 'OUT_OF_RANGE', `${path.join('.')} must not be more than 100 percent.`);
    } else if (!isPercentage && !isPayable(amount, currency)) {
      issues.add(path, 'OUT_OF_RANGE', `${path.join('.')} has more decimals than ${currency} has.`);
    }
  });
}

/** The terms as they would be: what an input leaves alone stays, and so does what can't be cleared. */
export function termsAfter(coupon: Coupon, input: ReturnType<typeof checkFields>): Terms {
  const { minimumAmount = coupon.minimumAmount?.toString() ?? null } = input;
  return {
    type: input.type ?? (coupon.type as CouponType),
    discounts: input.discounts ?? discountsOf(coupon),
    currency: input.currency ?? coupon.currency,
    minimumAmount,
  };
}

/** The discounts of a coupon, as its column keeps them. */
export function discountsOf(coupon: Pick<Coupon, 'discounts'>): Discount[] {
  return coupon.discounts as Discount[];
}

// ------------------------------------------------------------------ what comes off

/** A line of an invoice, or of what may become one: its unit price, and what is taken off it by hand. */
export type Line = { serviceId: string | null; quantity: number; amount: Decimal.Value; discount: Decimal.Value };

type Discounting = Pick<Coupon, 'type' | 'discounts' | 'singleQuantity'>;

/** What the coupon takes off each line, in their order. Laws 2 to 4. */
export function couponDiscounts(coupon: Discounting, lines: readonly Line[], currency: string): Decimal[] {
  const discounts = discountsOf(coupon);
  return lines.map((line) => {
    const fitting = discounts.filter(({ serviceIds }) => isFor(serviceIds, line.serviceId));
    const most = fitting.reduce((sum, { amount }) => Decimal.max(sum, takenOff(coupon, amount, line)), new Decimal(0));
    return Decimal.min(roundMoney(most, currency), leftOf(line));
  });
}

function isFor(serviceIds: readonly string[], serviceId: string | null): boolean {
  return serviceIds.length === 0 || (serviceId !== null && serviceIds.includes(serviceId));
}

/** Law 3, before it is rounded. */
function takenOff({ type, singleQuantity }: Discounting, amount: string, line: Line): Decimal {
  const units = singleQuantity ? 1 : line.quantity;
  const base = new Decimal(line.amount).times(units);
  return type === 'FIXED' ? Decimal.min(new Decimal(amount).times(units), base) : base.times(amount).div(100);
}

/** Law 4: what a line comes to before the coupon. A discount by hand is never more than the line. */
export function leftOf({ quantity, amount, discount }: Line): Decimal {
  const base = new Decimal(amount).times(quantity);
  return base.minus(Decimal.min(discount, base));
}

// ------------------------------------------------------------------ when it holds

/** What is known of a client that the coupon may ask about. */
export type Customer = { hasPaid: boolean; hasUsedIt: boolean; referredById: string | null };

/** What a coupon is to be judged by: when, the cart, and for whom; null when there is nobody yet. */
export type Facts = { at: Date; currency: string; lines: readonly Line[]; customer: Customer | null };

/** Laws 5 to 7: whether a live coupon holds. What stands against it is added, each under its code. */
export function checkEligible(issues: IssueList, path: string | string[], coupon: Coupon, facts: Facts): boolean {
  const refusals = [...againstCoupon(coupon, facts), ...againstCustomer(coupon, facts.customer)].filter(
    ([fails]) => fails,
  );
  for (const [, code, message] of refusals) issues.add(path, code, message);
  return refusals.length === 0;
}

type Refusal = [fails: boolean, code: string, message: string];

function againstCoupon(coupon: Coupon, { at, currency, lines }: Facts): Refusal[] {
  const { expiresAt, usageLimit, usedCount, minimumAmount } = coupon;
  const isForeign = coupon.currency !== currency && (coupon.type === 'FIXED' || minimumAmount !== null);
  const least = minimumAmount ?? 0;
  return [
    [expiresAt !== null && expiresAt <= at, 'EXPIRED', 'The coupon has expired.'],
    [usageLimit !== null && usedCount >= usageLimit, 'USED_UP', 'The coupon is used up.'],
    [isForeign, 'WRONG_CURRENCY', `The coupon is for amounts in ${coupon.currency}.`],
    [
      !isForeign && cartOf(lines).lt(least.toString()),
      'BELOW_MINIMUM',
      `The coupon is for carts of ${prettyAmount(least, coupon.currency)} or more.`,
    ],
  ];
}

function againstCustomer({ newCustomers, singleUse, affiliateId }: Coupon, customer: Customer | null): Refusal[] {
  if (customer === null) return [];
  const isReferred = affiliateId === null || affiliateId === customer.referredById;
  return [
    [newCustomers && customer.hasPaid, 'NOT_A_NEW_CUSTOMER', 'The coupon is for new customers.'],
    [singleUse && customer.hasUsedIt, 'ALREADY_USED', 'The client has an invoice with this coupon already.'],
    [!isReferred, 'NOT_REFERRED', 'The coupon is for clients whom its affiliate brought.'],
  ];
}

/** Law 6. */
function cartOf(lines: readonly Line[]): Decimal {
  return lines.reduce((sum, { quantity, amount }) => sum.plus(new Decimal(amount).times(quantity)), new Decimal(0));
}

// ------------------------------------------------------------------ what it would do

const mostItems = 1_000;

export type Item = { quantity?: number | null; amount: string; discount?: string | null };

/** The items that a coupon is tried on, value by value. */
export function checkItems(issues: IssueList, items: readonly Item[], currency: string): void {
  if (items.length === 0) issues.add('items', 'REQUIRED', 'items must not be empty.');
  if (items.length > mostItems) issues.add('items', 'TOO_LONG', `items must not be more than ${mostItems}.`);
  items.forEach(({ quantity, amount, discount }, index) => {
    const inside = within(issues, ['items', String(index)]);
    checkRange(inside, 'quantity', quantity, 1);
    checkAmount(inside, 'amount', amount, currency);
    checkAmount(inside, 'discount', discount, currency);
  });
}

/** The issues of a part of an input, at their place in the whole. */
function within(issues: IssueList, place: readonly string[]): IssueList {
  return {
    ...issues,
    add: (path, code, message) => issues.add([...place, ...[path].flat()], code, `${place.join('.')}.${message}`),
  };
}

/** What each line, and all of them, would come to. */
export function totalsOf(coupon: Discounting, lines: readonly Line[], currency: string) {
  const discounts = couponDiscounts(coupon, lines, currency);
  const items = lines.map((line, index) => {
    const [subtotal, discount] = [leftOf(line), discounts[index] as Decimal];
    return { subtotal, discount, total: subtotal.minus(discount) };
  });
  const sum = (part: 'subtotal' | 'discount' | 'total') =>
    items.reduce((all, item) => all.plus(item[part]), new Decimal(0));
  return { items, subtotal: sum('subtotal'), discount: sum('discount'), total: sum('total') };
}
