/**
 * The laws of renewals.
 *
 *  1. A renewal has the lines of the invoice that began its subscription. A line whose service recurs, in the invoice's
 *     currency, costs the recurring price that the service has today; any other costs what it did.
 *  2. The discounts that were to be carried are carried, and carried on. A coupon takes nothing off but by them.
 *  3. Its tax is worked out as on that invoice. It is for the subscription's client at today's address, says why it is there,
 *     and recurs as the first one does.
 *  4. When it costs nothing it is paid at once. Otherwise the client's default payment method is charged; without one, and
 *     where the organization's processor for it is gone, it waits for a payment by hand.
 *  5. It is made once and charged once, however often and by however many it is asked for: whoever comes second finds the
 *     subscription taken, not due any more, or with a charge under way.
 *  6. A renewal that is open is charged again, never made again; what was paid on it already counts.
 *  7. Charged now, a running subscription renews at once, whenever it would be due. A draft is nobody's to charge: it waits.
 *  8. The preview is the renewal as it would be made now. A subscription that has ended, or is to end, has none.
 */
import type { InvoiceItem, Service } from '../../generated/prisma/client.ts';
import { Decimal } from '../../kernel/money.ts';
import { hasEnded } from '../../subscriptions/rules.ts';
import { invoiceTotals, lineTotals, type Tax } from '../rules.ts';

type Terms = Pick<Service, 'recurring' | 'currency' | 'recurringPrice'>;

/** A line of the invoice that began the subscription. */
export type FirstItem = Pick<
  InvoiceItem,
  'serviceId' | 'name' | 'description' | 'quantity' | 'amount' | 'renewalDiscount' | 'options'
> & { service: Terms | null };

const decimal = (amount: { toString(): string }) => new Decimal(amount.toString());

/** Law 1. */
export function renewalPrice({ amount, service }: Pick<FirstItem, 'amount' | 'service'>, currency: string): Decimal {
  const recurs = service !== null && service.recurring !== 'ONE_TIME' && service.currency === currency;
  return decimal((recurs ? service.recurringPrice : null) ?? amount);
}

/** Laws 1 to 3: the lines of a renewal, and what they come to. */
export function renewalOf(items: readonly FirstItem[], tax: Tax, currency: string) {
  const copied = items.map((item) => ({
    id: null,
    serviceId: item.serviceId,
    name: item.name,
    description: item.description,
    quantity: item.quantity,
    amount: renewalPrice(item, currency),
    discount: decimal(item.renewalDiscount),
    options: item.options as unknown,
  }));
  const worked = lineTotals(copied, [], { recurs: true, couponOutlasts: false });
  const lines = copied.map((line, index) => ({ ...line, ...(worked[index] as (typeof worked)[number]) }));
  return { lines, totals: invoiceTotals(lines, tax, { credit: new Decimal(0), currency }) };
}

type Previewed = { status: string; cancelAtPeriodEnd: boolean; invoiceId: string | null };

/** Law 8. */
export function hasPreview(subscription: Previewed): boolean {
  return !hasEnded(subscription) && !subscription.cancelAtPeriodEnd && subscription.invoiceId !== null;
}
