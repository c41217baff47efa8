import * as rules from '../../../src/subscriptions/rules.ts';
import { type SoldItem, system } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import type { Actor } from '../history.ts';
import { spread } from '../random.ts';
import { amountOf } from './amounts.ts';
import type { Bill, Line } from './bill.ts';
import { type Books, leaveOpen } from './books.ts';
import type { Movement } from './movements.ts';
import type { Method } from './wallet.ts';

export type Subscription = rules.Standing & {
  id: string;
  number: string;
  client: Client;
  /** Null where it was agreed on without a service. */
  item: SoldItem | null;
  currency: string;
  /** By the card on file, or by hand. */
  processor: 'Stripe' | 'Manual';
  method: Method | null;
  /** Whether that card is always declined by now. */
  hasBadCard: boolean;
  firstBill: Bill;
  /** What each renewal asks for. */
  line: Line;
  /** The order that it began with, as far as it is taken up again. */
  order: { id: string; completedAt: Date | null; reopenedAt: Date | null; times: number } | null;
  end: End | null;
  open: Renewal | null;
  pausedAt: Date | null;
  endedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  version: number;
};

/** How a subscription ends, or stops, and after how many payments. */
export type End = {
  after: number;
  how: 'CANCELED' | 'EXPIRED' | 'PAST_DUE' | 'WAITING' | 'PAUSED';
  /** When it is paused; some days before the period's end unless given. */
  at?: Date;
};

/** A renewal that waits for its payment. */
export type Renewal = { subscription: Subscription; bill: Bill; tried: Movement[] };

/** The subscriptions of an organization, from the first payment to the demo's today. */
export type Desk = {
  books: Books;
  all: Subscription[];
  /** Those that run, by client and service. */
  running: Map<string, Subscription>;
  /** How many run of each service. */
  counts: Map<SoldItem, number>;
  /** Renewals that wait for the order that their payment makes, by service, the oldest first. */
  waiting: Map<SoldItem, Renewal[]>;
  dunningDays: readonly number[];
};

export function openDesk(books: Books): Desk {
  const { dunningDays } = books.studio.agency.organization;
  return { books, all: [], running: new Map(), counts: new Map(), waiting: new Map(), dunningDays };
}

export function keyOf(client: Client, item: SoldItem): string {
  return `${client.id}/${item.id}`;
}

type Beginning = Pick<Subscription, 'client' | 'item' | 'processor' | 'firstBill' | 'end' | 'order'> & {
  at: Date;
  /** Of one period, in the smallest unit of the currency. */
  amount: number;
  period: NonNullable<Bill['period']>;
  hasBadCard?: boolean;
};

/** The subscription that the bill's payment begins, then. */
export function makeSubscription(desk: Desk, beginning: Beginning): Subscription {
  const { at, amount, period, hasBadCard = false, ...facts } = beginning;
  const { random } = desk.books.studio;
  const { firstBill, item, client } = facts;
  const [line] = firstBill.lines as [Line];
  const terms = { periodLength: period.length, periodUnit: period.unit };
  const subscription: Subscription = {
    ...facts,
    ...terms,
    ...rules.firstPeriod(terms, at),
    id: random.uuid(at),
    number: `${random.code('ABCDEFGHJKLMNPQRSTUVWXYZ', 4)}${spread(desk.all.length, 4)}`,
    currency: firstBill.currency,
    method: null,
    hasBadCard,
    status: 'ACTIVE',
    paymentCount: 1,
    cancelAtPeriodEnd: false,
    openInvoiceId: null,
    failedAttempts: 0,
    nextActionAt: null,
    line: { ...line, orderId: null, amount, discount: 0 },
    open: null,
    pausedAt: null,
    endedAt: null,
    createdAt: at,
    updatedAt: at,
    version: 1,
  };
  firstBill.period = period;
  firstBill.subscriptionId = subscription.id;
  desk.all.push(subscription);
  if (item) {
    desk.running.set(keyOf(client, item), subscription);
    desk.counts.set(item, (desk.counts.get(item) ?? 0) + 1);
  }
  return subscription;
}

/** Notes what a law makes of it. */
export function become(desk: Desk, subscription: Subscription, change: rules.Change, at: Date): void {
  const { logged, studio } = desk.books;
  const before = subscription.status;
  const ran = rules.isRunning(subscription);
  Object.assign(subscription, change, { updatedAt: at, version: subscription.version + 1 });
  const { status, item, client } = subscription;
  if (ran && !rules.isRunning(subscription) && item) {
    desk.running.delete(keyOf(client, item));
    desk.counts.set(item, (desk.counts.get(item) ?? 1) - 1);
  }
  if (!logged || status === before) return;
  const isByHand = status === 'PAUSED' || status === 'CANCELED';
  const actor: Actor = isByHand ? { kind: 'STAFF', id: client.manager.id } : system;
  const told = { entity: 'SUBSCRIPTION' as const, row: rowOf(desk, subscription), actor, ownerId: client.id, at };
  studio.history.changed('UPDATED', { ...told, before: { status: before } });
}

/** The team calls it off, and with it the renewal that is still to be paid. */
export function cancel(desk: Desk, subscription: Subscription, at: Date): void {
  if (rules.hasEnded(subscription)) return;
  const { open } = subscription;
  become(desk, subscription, rules.cancel(subscription, at), at);
  if (!open) return;
  forget(desk, open);
  leaveOpen(desk.books, open.bill, { status: 'CANCELLED', cancelledAt: at, tried: open.tried });
  subscription.open = null;
  become(desk, subscription, rules.waive(subscription, at), at);
}

/** No order need come for it any more. */
export function forget({ waiting }: Desk, renewal: Renewal): void {
  const { item } = renewal.subscription;
  const queue = (item && waiting.get(item)) ?? [];
  const place = queue.indexOf(renewal);
  if (place >= 0) queue.splice(place, 1);
}

/** An order that a subscription took up again, the last time then, so many times in all. */
export type Reopened = { id: string; reopenedAt: Date; completedAt: Date | null; times: number };

/** Writes the subscriptions as they stand today. Answers the orders that they took up again. */
export function closeDesk(desk: Desk): Reopened[] {
  const { studio, wallet, testsSince } = desk.books;
  const { random, base, writer } = studio;
  for (const subscription of desk.all) {
    const { client, end, open, currentPeriodStart, paymentCount, processor } = subscription;
    if (open) leaveOpen(desk.books, open.bill, { status: 'UNPAID', tried: open.tried });
    const isLast = end?.how === 'CANCELED' && paymentCount >= end.after;
    if (isLast && subscription.status === 'ACTIVE' && !open) {
      const at = new Date(random.int(currentPeriodStart.getTime(), base.getTime() - 1));
      become(desk, subscription, rules.cancel(subscription, at, { atPeriodEnd: true }), at);
    }
    // The next charge needs a card, also where Stripe took the last one.
    if (processor === 'Stripe' && !rules.hasEnded(subscription)) {
      subscription.method ??= wallet.card(client, testsSince);
    }
    writer.write('subscriptions', rowOf(desk, subscription));
  }
  return desk.all.flatMap(({ order }) => (order?.reopenedAt ? [{ ...order, reopenedAt: order.reopenedAt }] : []));
}

export function rowOf({ books }: Desk, subscription: Subscription) {
  const { client, firstBill, line, ...facts } = subscription;
  const agreed = firstBill.lines[0]?.discount ?? 0;
  return {
    id: facts.id,
    organization_id: books.studio.organizationId,
    number: facts.number,
    client_id: client.id,
    status: facts.status,
    invoice_id: firstBill.id,
    payment_method_id: facts.method?.id ?? null,
    currency: facts.currency,
    amount: amountOf(Math.max(0, line.quantity * line.amount - agreed)),
    period_length: facts.periodLength,
    period_unit: facts.periodUnit,
    anchor_at: facts.anchorAt,
    period_count: facts.periodCount,
    current_period_start: facts.currentPeriodStart,
    current_period_end: facts.currentPeriodEnd,
    payment_count: facts.paymentCount,
    cancel_at_period_end: facts.cancelAtPeriodEnd,
    open_invoice_id: facts.openInvoiceId,
    failed_attempts: facts.failedAttempts,
    next_action_at: facts.nextActionAt,
    paused_at: facts.pausedAt,
    ended_at: facts.endedAt,
    version: facts.version,
    created_at: facts.createdAt,
    updated_at: facts.updatedAt,
  };
}
