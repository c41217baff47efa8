import { addDays, addHours } from '../../../src/kernel/time.ts';
import * as rules from '../../../src/subscriptions/rules.ts';
import { type SoldItem, system } from '../catalogue.ts';
import { priceAt, unitsOf } from './amounts.ts';
import { payerAt, settle } from './books.ts';
import { become, cancel, type Desk, forget, type Renewal, rowOf, type Subscription } from './desk.ts';
import { failedCharge, failures, type Payer } from './movements.ts';

/** Its first bill was paid. Each renewal takes off what that bill says. */
export function start(desk: Desk, subscription: Subscription, carried: number): void {
  const { client, line, currentPeriodEnd } = subscription;
  subscription.line = { ...line, discount: carried };
  subscription.nextActionAt = currentPeriodEnd;
  const { logged, studio } = desk.books;
  if (logged) studio.history.created('SUBSCRIPTION', rowOf(desk, subscription), system, client.id);
  planNext(desk, subscription);
}

function planNext(desk: Desk, subscription: Subscription): void {
  const { agenda, studio } = desk.books;
  const { end, currentPeriodStart, currentPeriodEnd, paymentCount } = subscription;
  if (end?.how === 'PAUSED' && paymentCount >= end.after) {
    const at = end.at ?? addHours(currentPeriodEnd, -studio.random.int(10, 400));
    agenda.plan(at > currentPeriodStart ? at : currentPeriodEnd, (when) => pause(desk, subscription, when));
  } else {
    agenda.plan(currentPeriodEnd, (when) => comeDue(desk, subscription, when));
  }
}

/** Pauses are short: one from long ago has become a cancellation. */
function pause(desk: Desk, subscription: Subscription, at: Date): void {
  if (!rules.isRunning(subscription)) return;
  const isRecent = at >= addDays(desk.books.studio.base, -120);
  become(desk, subscription, isRecent ? rules.pause(subscription, at) : rules.cancel(subscription, at), at);
}

/** Its period is over: it is renewed, or ends. */
function comeDue(desk: Desk, subscription: Subscription, at: Date): void {
  if (!rules.isRunning(subscription) || subscription.open) return;
  const { end, item, processor, paymentCount } = subscription;
  const isLast = end !== null && paymentCount >= end.after;
  if (isLast && end.how === 'CANCELED') {
    become(desk, subscription, rules.cancel(subscription, at), at);
    return;
  }
  const renewal = bill(desk, subscription, at);
  const { agenda, studio } = desk.books;
  const pays = (when: Date) => void payRenewal(desk, renewal, when, null);
  if (isLast) {
    if (end.how !== 'WAITING') fail(desk, renewal, at);
  } else if (item?.recurring?.action === 'CREATE_ORDER') {
    wait(desk, item, renewal, at);
  } else if (processor === 'Manual') {
    // Sooner than the next one comes due.
    const most = subscription.periodUnit === 'WEEK' ? 120 : 300;
    agenda.plan(addHours(at, studio.random.int(20, most)), pays);
  } else if (studio.random.chance(0.04)) {
    fail(desk, renewal, at, pays);
  } else {
    agenda.plan(new Date(at.getTime() + studio.random.int(60_000, 540_000)), pays);
  }
}

/** Asks for the next period. */
function bill({ books }: Desk, subscription: Subscription, at: Date): Renewal {
  const { client, item, currency, line, number, firstBill } = subscription;
  const amount = item?.recurring ? unitsOf(priceAt(books.studio.base, item.recurring.price, at)) : line.amount;
  // A discount of the first bill may be more than a line of the others.
  subscription.line = { ...line, amount, discount: Math.min(line.discount, amount) };
  const made = books.bills.make({
    client,
    createdAt: at,
    currency,
    lines: [{ ...subscription.line }],
    period: firstBill.period,
    reason: `Renewal of subscription ${number}`,
    subscriptionId: subscription.id,
  });
  const renewal: Renewal = { subscription, bill: made, tried: [] };
  Object.assign(subscription, { open: renewal, openInvoiceId: made.id, nextActionAt: null });
  return renewal;
}

/** The charge fails, and is tried again on the dunning days: in vain, or until the payment that is given. */
function fail(desk: Desk, renewal: Renewal, at: Date, pays?: (at: Date) => void): void {
  const { books, dunningDays } = desk;
  const { random } = books.studio;
  const { subscription, bill: made, tried } = renewal;
  if (subscription.open !== renewal || !rules.isRunning(subscription)) return;
  const { subtotal, tax } = books.bills.totals(made, books.coupons, null);
  const failure = pays ? random.pick(failures) : failures[0];
  if (subscription.hasBadCard) subscription.method = books.wallet.badCard(subscription.client, at);
  tried.push(failedCharge(random, subtotal + tax, at, payerOf(desk, subscription, at), failure));
  become(desk, subscription, rules.fail(subscription, at, dunningDays), at);
  const { nextActionAt: next, failedAttempts } = subscription;
  const isPaidNext = pays && (failedAttempts >= dunningDays.length || random.chance(0.6));
  if (next) books.agenda.plan(next, isPaidNext ? pays : (when) => fail(desk, renewal, when, pays));
  else forget(desk, renewal);
}

function payerOf({ books }: Desk, subscription: Subscription, at: Date): Payer {
  const { client, processor } = subscription;
  const payer = payerAt(books, client, processor, at);
  if (payer.method) subscription.method ??= payer.method;
  return { processor: payer.processor, method: payer.method && subscription.method, isRenewal: true };
}

/** The renewal is paid, whoever or whatever pays it. */
export function payRenewal(desk: Desk, renewal: Renewal, at: Date, orderId: string | null): Payer {
  const { subscription, bill: made, tried } = renewal;
  const payer = payerOf(desk, subscription, at);
  if (subscription.open !== renewal) return payer;
  for (const line of made.lines) line.orderId = orderId;
  settle(desk.books, made, { at, payer, tried, coupon: null });
  subscription.open = null;
  become(desk, subscription, rules.advance(subscription, at), at);
  reopen(desk, subscription, at);
  planNext(desk, subscription);
  return payer;
}

/** Some services take their order up again with each payment. */
function reopen({ books }: Desk, { order, item, client }: Subscription, at: Date): void {
  if (item?.recurring?.action !== 'REOPEN_ORDER' || !order?.completedAt || order.completedAt > at) return;
  const { random, base, history, organizationId } = books.studio;
  const before = order.completedAt;
  const done = addHours(at, random.int(90, 500));
  order.completedAt = done < base ? done : null;
  order.reopenedAt = at;
  order.times += 1;
  if (!books.detailed) return;
  const row = { id: order.id, organization_id: organizationId };
  const change = { entity: 'ORDER' as const, row, ownerId: client.id };
  const open = { status_code: 1, status_kind: 'IN_PROGRESS', completed_at: null };
  const closed = (when: Date) => ({ status_code: 2, status_kind: 'COMPLETED', completed_at: when });
  history.changed('UPDATED', { ...change, actor: system, at, before: closed(before), after: open });
  if (!order.completedAt) return;
  const actor = { kind: 'STAFF', id: client.manager.id } as const;
  history.changed('UPDATED', { ...change, actor, at: done, before: open, after: closed(done) });
}

// ------------------------------------------------------------------ renewals that make orders

/** Until an order comes that can be the renewal's: a card is charged again meanwhile, others are given up after a time. */
function wait(desk: Desk, item: SoldItem, renewal: Renewal, at: Date): void {
  const { agenda } = desk.books;
  const queue = desk.waiting.get(item);
  if (queue) queue.push(renewal);
  else desk.waiting.set(item, [renewal]);
  if (renewal.subscription.processor === 'Stripe') {
    agenda.plan(addHours(at, 26), (when) => fail(desk, renewal, when));
  } else {
    agenda.plan(addDays(at, 24), (when) => {
      if (renewal.subscription.open === renewal) cancel(desk, renewal.subscription, when);
    });
  }
}

/** The oldest renewal that waits for an order of the service. */
export function takeWaiting({ waiting }: Desk, item: SoldItem): Renewal | null {
  return waiting.get(item)?.shift() ?? null;
}
