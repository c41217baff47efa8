import { couponDiscounts } from '../../../src/coupons/rules.ts';
import { addDays } from '../../../src/kernel/time.ts';
import type { Offer } from '../agency.ts';
import type { Catalogue, Studio } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import { amountOf, unitsOf } from './amounts.ts';
import { type Bill, grossOf } from './bill.ts';

export type Coupon = {
  id: string;
  offer: Offer;
  /** What the law of discounts looks at. */
  terms: Parameters<typeof couponDiscounts>[0];
  /** Who may use it because this client brought them. */
  affiliate: Client | null;
  since: Date;
  until: Date | null;
  used: number;
  usedBy: Set<Client>;
};

/** The coupons of an organization, and how often they have been used. */
export type CouponBook = {
  /** One that holds for the bill, or null: most have none. */
  choose(bill: Bill, facts: { isPaid: boolean; isNewCustomer: boolean }): Coupon | null;
  /** What it takes off each line. */
  discounts(coupon: Coupon, bill: Bill): number[];
  redeem(coupon: Coupon): void;
  close(): void;
};

export function openCouponBook(studio: Studio, { items, team }: Catalogue, clients: readonly Client[]): CouponBook {
  const { random, base, writer, history, organizationId, agency } = studio;
  const { currency } = agency.organization;
  const affiliate = mostRecommending(clients);
  const coupons = agency.billing.coupons.map((offer): Coupon => {
    const since = addDays(base, -offer.since);
    const serviceIds = items.filter(({ name }) => offer.services?.includes(name)).map(({ id }) => id);
    const end = offer.deleted ?? offer.expires;
    return {
      id: random.uuid(since),
      offer,
      terms: {
        type: offer.type,
        discounts: [{ amount: String(offer.amount), serviceIds }],
        singleQuantity: offer.singleQuantity ?? false,
      },
      affiliate: offer.referred ? affiliate : null,
      since,
      until: end === undefined ? null : addDays(base, -end),
      used: 0,
      usedBy: new Set(),
    };
  });

  function holds(
    { offer, since, until, terms, affiliate, ...uses }: Coupon,
    bill: Bill,
    isNewCustomer: boolean,
  ): boolean {
    const { client, createdAt, lines } = bill;
    if (client === null || bill.currency !== currency || createdAt < since || (until && createdAt >= until))
      return false;
    if (offer.limit !== undefined && uses.used >= offer.limit) return false;
    if (grossOf(bill) < unitsOf(offer.minimum ?? 0)) return false;
    if ((offer.newCustomers && !isNewCustomer) || (offer.singleUse && uses.usedBy.has(client))) return false;
    if (offer.referred && (affiliate === null || client.referredBy !== affiliate)) return false;
    const [first] = terms.discounts as { serviceIds: string[] }[];
    const services = first?.serviceIds ?? [];
    return services.length === 0 || lines.some(({ serviceId }) => serviceId !== null && services.includes(serviceId));
  }

  return {
    choose(bill, { isPaid, isNewCustomer }) {
      const fitting = coupons.filter((coupon) => holds(coupon, bill, isNewCustomer));
      // What is scarce is taken first, and only by those who pay.
      const scarce = fitting.find(({ offer }) => offer.limit !== undefined);
      const others = fitting.filter(({ offer }) => offer.limit === undefined);
      const chosen = scarce && isPaid && random.chance(0.4) ? scarce : null;
      const coupon = chosen ?? (others.length > 0 && random.chance(0.16) ? random.pick(others) : null);
      if (coupon && bill.client) coupon.usedBy.add(bill.client);
      return coupon;
    },
    discounts({ terms }, { lines, currency: billed }) {
      const amounts = lines.map(({ serviceId, quantity, amount, discount }) => ({
        serviceId,
        quantity,
        amount: amountOf(amount),
        discount: amountOf(discount),
      }));
      return couponDiscounts(terms, amounts, billed).map((amount) => unitsOf(amount.toNumber()));
    },
    redeem(coupon) {
      coupon.used += 1;
    },
    close() {
      for (const { id, offer, terms, affiliate, since, until, used } of coupons) {
        const deletedAt = offer.deleted === undefined ? null : until;
        const row = {
          id,
          organization_id: organizationId,
          code: offer.code,
          type: offer.type,
          description: offer.description,
          discounts: terms.discounts,
          currency,
          expires_at: deletedAt ? null : until,
          new_customers: offer.newCustomers ?? false,
          single_use: offer.singleUse ?? false,
          single_quantity: terms.singleQuantity,
          duration: offer.lasts ? 'FOREVER' : 'FIRST_PAYMENT',
          usage_limit: offer.limit ?? null,
          minimum_amount: offer.minimum ?? null,
          used_count: used,
          affiliate_id: affiliate?.id ?? null,
          created_at: since,
          updated_at: deletedAt ?? since,
          version: deletedAt ? 2 : 1,
          deleted_at: deletedAt,
        };
        // A list would be written as an array of PostgreSQL's.
        writer.write('coupons', { ...row, discounts: JSON.stringify(terms.discounts) });
        const actor = { kind: 'STAFF' as const, id: team[0]?.id ?? null };
        history.created('COUPON', { ...row, deleted_at: null }, actor, null);
        if (!deletedAt) continue;
        const before = { deleted_at: null };
        history.changed('DELETED', { entity: 'COUPON', row, actor, ownerId: null, at: deletedAt, before });
      }
    },
  };
}

/** The client who brought most of the others. */
function mostRecommending(clients: readonly Client[]): Client | null {
  const counts = new Map<Client, number>();
  for (const { referredBy } of clients) if (referredBy) counts.set(referredBy, (counts.get(referredBy) ?? 0) + 1);
  return [...counts].reduce<[Client | null, number]>((most, each) => (each[1] > most[1] ? each : most), [null, 0])[0];
}
