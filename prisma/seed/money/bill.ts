import type { PeriodUnit } from '../../../src/services/rules.ts';
import type { Client } from '../clients.ts';
import { unitsOf } from './amounts.ts';

/** One line of a bill; amounts in the smallest unit of the currency. */
export type Line = {
  name: string;
  description: string | null;
  serviceId: string | null;
  orderId: string | null;
  quantity: number;
  /** Of one. */
  amount: number;
  discount: number;
  options: object;
};

/** A line that is for no service and no order. */
export function looseLine(name: string, quantity: number, price: number): Line {
  const rest = { description: null, serviceId: null, orderId: null, discount: 0, options: {} };
  return { name, quantity, amount: unitsOf(price), ...rest };
}

/** An invoice while it is put together: its number is given out, its money has not moved. */
export type Bill = {
  id: string;
  number: string;
  client: Client | null;
  /** The team member who made it; null when the client ordered by themselves. */
  employeeId: string | null;
  createdAt: Date;
  currency: string;
  lines: Line[];
  note: string | null;
  reason: string | null;
  period: { length: number; unit: PeriodUnit } | null;
  subscriptionId: string | null;
  /** A tax of so much, in place of the organization's by percent. */
  fixedTax: number;
};

/** What its lines come to before any discount. */
export function grossOf({ lines }: Bill): number {
  return lines.reduce((sum, { quantity, amount }) => sum + quantity * amount, 0);
}
