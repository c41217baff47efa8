import { addHours } from '../../../src/kernel/time.ts';

/** Amounts are worked with in the smallest unit of their currency, as whole numbers, and written as people write them. */
export function amountOf(units: number): number {
  return units / 100;
}

export function unitsOf(amount: number): number {
  return Math.round(amount * 100);
}

/** So many percent of it, rounded half-up. A percentage has at most three decimals. */
export function percentOf(units: number, percent: number): number {
  return Math.floor((units * Math.round(percent * 1_000) + 50_000) / 100_000);
}

/** What a price of today was at that time. Prices went up once; what was sold before kept its price. */
export function priceAt(base: Date, price: number, at: Date): number {
  return at < addHours(base, -24 * 300) ? Math.round(price * 0.9) : price;
}
