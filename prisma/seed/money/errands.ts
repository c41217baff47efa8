import { addDays, addHours } from '../../../src/kernel/time.ts';
import { boundary } from '../../../src/subscriptions/rules.ts';
import type { Retainer } from '../agency.ts';
import type { Client } from '../clients.ts';
import { orderTimes, untilToday } from '../life.ts';
import type { Random } from '../random.ts';
import { unitsOf } from './amounts.ts';
import { type Bill, type Line, looseLine } from './bill.ts';
import { type Books, leaveOpen, payerAt, settle } from './books.ts';
import { type Desk, type End, makeSubscription } from './desk.ts';
import { start } from './renewals.ts';

const day = 86_400_000;

/** Plans what is invoiced without an order: single bills, those that are being written, and retainers. */
export function planErrands(desk: Desk, orders: number): void {
  const { books } = desk;
  const { random, base } = books.studio;
  for (const time of orderTimes(random, base, Math.ceil(orders * 0.04))) {
    books.agenda.plan(new Date(time), (at) => billErrand(books, at));
  }
  const drafts = Math.ceil(orders / 300) + 2;
  for (let index = 0; index < drafts; index += 1) {
    const at = new Date(base.getTime() - random.int(day / 24, 20 * day));
    // Some are not anybody's yet.
    books.agenda.plan(at, (when) => draft(books, when, index % 3 === 0));
  }
  planRetainers(desk);
}

/** Somebody who was a client at that time, the older ones more often. */
function clientAt({ studio, clients }: Books, at: Date): Client {
  let [least, most] = [1, clients.length];
  while (least < most) {
    const half = (least + most + 1) >> 1;
    if ((clients[half - 1] as Client).createdAt < at) least = half;
    else most = half - 1;
  }
  return clients[Math.floor(least * studio.random.next() ** 1.4)] as Client;
}

function makeErrand(books: Books, client: Client | null, createdAt: Date): Bill {
  const { random, agency } = books.studio;
  const { errands, taxes } = agency.billing;
  const lines = random.sample(errands, random.pick([1, 1, 1, 2, 3])).map(({ name, price, most }): Line => {
    const line = looseLine(name, most ? random.int(1, most) : 1, price);
    const gross = line.quantity * line.amount;
    return { ...line, discount: random.chance(0.1) ? Math.round(gross / 2_000) * 100 : 0 };
  });
  const isTaxed = taxes.some(({ country }) => country === client?.place.country);
  return books.bills.make({
    client,
    createdAt,
    employeeId: random.pick(books.clerks).id,
    lines,
    note: random.chance(0.12) ? `Your order number: ${random.int(4_500_000, 4_599_999)}` : null,
    fixedTax: client && !isTaxed && random.chance(0.12) ? random.int(40, 400) * 10 : 0,
  });
}

function billErrand(books: Books, createdAt: Date): void {
  const { random, base } = books.studio;
  const client = clientAt(books, createdAt);
  const bill = makeErrand(books, client, createdAt);
  const kind = random.next();
  const later = addHours(createdAt, random.between(4, 24 * 26));
  if (kind > 0.94) {
    const cancelledAt = untilToday(books.studio, createdAt, later);
    const deletedAt = addDays(cancelledAt, 2);
    const gone = deletedAt < base && random.chance(0.4) ? { deletedAt } : {};
    leaveOpen(books, bill, { status: 'CANCELLED', cancelledAt, ...gone });
  } else if (kind < 0.9 && later < base) {
    const wanted = random.pick(['Stripe', 'PayPal', 'Manual', 'Manual', 'Manual']);
    books.agenda.plan(later, (at) => {
      settle(books, bill, { at, payer: payerAt(books, client, wanted, at), byCredit: true });
    });
  } else {
    const isOld = createdAt < addDays(base, -13);
    leaveOpen(books, bill, { status: isOld && kind > 0.91 ? 'PARTIALLY_PAID' : 'UNPAID' });
  }
}

function draft(books: Books, at: Date, isNobodys: boolean): void {
  const { random, base } = books.studio;
  const bill = makeErrand(books, isNobodys ? null : clientAt(books, at), at);
  const deletedAt = addHours(at, 20);
  const gone = deletedAt < base && random.chance(0.15) ? { deletedAt } : {};
  leaveOpen(books, bill, { status: 'DRAFT', ...gone });
}

// ------------------------------------------------------------------ retainers

/** Each as it stands in the agency's words; and where there are many clients, others of its kind. */
function planRetainers(desk: Desk): void {
  const { studio, clients } = desk.books;
  const { random, agency } = studio;
  const taken = new Set<Client>();
  for (let clientsLeft = clients.length; clientsLeft > 0; clientsLeft -= 150) {
    for (const retainer of agency.billing.retainers) {
      planRetainer(desk, clientsLeft === clients.length ? retainer : likewise(random, retainer), taken);
    }
  }
}

/** For another client, a bit later and not for as long, so that its fate comes about as well. */
function likewise(random: Random, { since, payments, ...retainer }: Retainer): Retainer {
  return { ...retainer, since: random.int(1, since), payments: Math.max(1, payments - random.int(0, 3)) };
}

/** Begins when it must, for its fate to come about by the demo's today. */
function planRetainer(desk: Desk, retainer: Retainer, taken: Set<Client>): void {
  const { books, dunningDays } = desk;
  const { random, base } = books.studio;
  const { unit, fate, since, payments } = retainer;
  const then = addHours(base, -24 * since - random.between(0, 6));
  const back = (from: Date, periods: number) => boundary(from, { periodLength: 1, periodUnit: unit }, -periods);
  const isRunning = fate === 'ACTIVE' || fate === 'ENDING';
  const failedAt = addDays(then, -(dunningDays.at(-1) ?? 0));
  const begins = {
    ACTIVE: () => back(then, payments - 1),
    ENDING: () => back(then, payments - 1),
    PAUSED: () => addDays(back(then, payments - 1), unit === 'WEEK' ? -2 : -8),
    WAITING: () => back(then, payments),
    PAST_DUE: () => back(then, payments),
    CANCELED: () => back(then, payments),
    EXPIRED: () => back(failedAt, payments),
  }[fate]();
  const begin = retainer.atMonthEnd ? endOfLongMonth(begins) : begins;
  const end: End | null = fate === 'ACTIVE' ? null : { after: payments, how: isRunning ? 'CANCELED' : fate, at: then };
  const hasBadCard = fate === 'PAST_DUE' || fate === 'EXPIRED';
  const processor = hasBadCard || (isRunning && random.chance(0.6)) ? 'Stripe' : 'Manual';
  books.agenda.plan(begin, (createdAt) => {
    let client = clientAt(books, createdAt);
    for (let tries = 0; taken.has(client) && tries < 20; tries += 1) client = clientAt(books, createdAt);
    taken.add(client);
    const bill = books.bills.make({
      client,
      createdAt,
      employeeId: random.pick(books.clerks).id,
      lines: [looseLine(retainer.name, 1, retainer.price)],
    });
    const at = addHours(createdAt, 0.25);
    const subscription = makeSubscription(desk, {
      client,
      item: null,
      processor,
      firstBill: bill,
      at,
      amount: unitsOf(retainer.price),
      period: { length: 1, unit },
      end,
      order: null,
      hasBadCard,
    });
    books.agenda.plan(at, (when) => {
      settle(books, bill, { at: when, payer: payerAt(books, client, processor, when), coupon: null });
      start(desk, subscription, 0);
    });
  });
}

/** The last day of a month of 31 days, at or before that time. */
function endOfLongMonth(before: Date): Date {
  const day31 = new Date(before);
  day31.setUTCDate(1);
  do day31.setTime(day31.getTime() - day);
  while (day31.getUTCDate() !== 31);
  return day31;
}
