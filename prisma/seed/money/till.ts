import { addDays, addHours } from '../../../src/kernel/time.ts';
import type { SoldItem } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import { earlier, type Life, untilToday } from '../life.ts';
import type { Random } from '../random.ts';
import type { Story } from '../story.ts';
import { amountOf, priceAt, unitsOf } from './amounts.ts';
import { type Bill, grossOf, type Line, looseLine } from './bill.ts';
import { type Books, closeBooks, leaveOpen, payerAt, processorAt, settle } from './books.ts';
import {
  cancel,
  closeDesk,
  type Desk,
  type End,
  keyOf,
  makeSubscription,
  type Renewal,
  type Reopened,
} from './desk.ts';
import { payRenewal, start, takeWaiting } from './renewals.ts';

/** The columns of an order that a bill is about. */
type Ordered = {
  id: string;
  service_name: string;
  price: number;
  quantity: number;
  currency: string;
  options: object;
  note: string | null;
  payment_processor: string | null;
};

/** The columns of an order that depend on its bill. */
export type Billed = Partial<Pick<Ordered, 'price' | 'options'>> & {
  invoice_id: string | null;
  subscription_id: string | null;
  payment_processor: string | null;
};

export const remarkAboutDiscount = 'Discount agreed by phone, see the invoice.';
export const remarkAboutBudget = 'Counts towards the yearly budget, no separate invoice.';

/** What is asked for orders, and how orders come of subscriptions. */
export type Till = {
  desk: Desk;
  open: Map<Client, OpenBill>;
  /** When the paid orders of each recurring service came, as far as that counts still. */
  recent: Map<SoldItem, number[]>;
};

/** A bill of orders that has not been paid yet: what the client orders meanwhile comes onto it. */
type OpenBill = {
  bill: Bill;
  /** Null: nobody will pay it until today. */
  processor: string | null;
  closesAt: Date;
  /** When work begins on the first of its orders: it is paid by then. */
  startsAt: Date | null;
  close(at: Date): void;
};

export function openTill(desk: Desk): Till {
  return { desk, open: new Map(), recent: new Map() };
}

/** Lets happen what is still to happen until today, and writes what is only known then. */
export function closeTill({ desk }: Till): Reopened[] {
  const { agenda, studio } = desk.books;
  agenda.runUntil(studio.base);
  const reopened = closeDesk(desk);
  closeBooks(desk.books);
  return reopened;
}

/**
 * The renewal, waiting for its order, that an order with such a life is to be, whoever was to place it: it is the
 * subscription's client's then. New clients order for themselves.
 */
export function renewalFor({ desk }: Till, placer: Client, item: SoldItem | null, life: Life): Renewal | null {
  const isPaidWork = life.startedAt !== null && life.kind !== 'CANCELLED';
  if (item?.recurring?.action !== 'CREATE_ORDER' || !isPaidWork || isNew(desk, placer)) return null;
  return takeWaiting(desk, item);
}

function isNew({ books }: Desk, { createdAt }: Client): boolean {
  return createdAt > addDays(books.studio.base, -90);
}

const withoutBill = { invoice_id: null, subscription_id: null, payment_processor: null };

/** Asks for what the order costs, and has it paid as the order's life says. */
export function billOrder(till: Till, story: Story, order: Ordered, invoiceId: string): [Billed, Bill | null] {
  const { desk } = till;
  const { life, item, client, renewal } = story;
  if (renewal) return renew(desk, renewal, story, order);
  if (order.note === remarkAboutBudget) return [withoutBill, null];
  if (item?.recurring && life.startedAt) {
    const runs = desk.running.get(keyOf(client, item));
    if (runs && item.recurring.action === 'CLIENT_REQUESTS') {
      return [{ ...withoutBill, subscription_id: runs.id }, null];
    }
    if (isWanted(till, item, story) && !runs) return beginSubscription(desk, story, order, invoiceId);
  }
  return joinBill(till, story, order) ?? openBill(till, story, order, invoiceId);
}

function renew(desk: Desk, renewal: Renewal, { life }: Story, { id }: Ordered): [Billed, Bill] {
  const { bill, subscription } = renewal;
  const { processor } = payRenewal(desk, renewal, life.createdAt, id);
  const { amount, options } = bill.lines[0] as Line;
  const linked = { invoice_id: bill.id, subscription_id: subscription.id, payment_processor: processor };
  return [{ ...linked, price: amountOf(amount), options }, bill];
}

function lineOf(random: Random, item: SoldItem | null, order: Ordered, isDiscounted: boolean): Line {
  const { id, service_name, price, quantity, options } = order;
  const share = isDiscounted ? random.pick([0.05, 0.1, 0.1, 0.15]) : 0;
  const discount = unitsOf(Math.round(quantity * price * share));
  return { ...looseLine(service_name, quantity, price), serviceId: item?.id ?? null, orderId: id, discount, options };
}

function makeBill({ studio, bills, clerks }: Books, { client, life, item }: Story, order: Ordered, id: string): Bill {
  const { random } = studio;
  const isDiscounted = order.note === remarkAboutDiscount || random.chance(0.04);
  return bills.make({
    id,
    client,
    createdAt: life.createdAt,
    employeeId: random.chance(0.25) ? random.pick(clerks).id : null,
    currency: order.currency,
    lines: [lineOf(random, item, order, isDiscounted)],
    note: random.chance(0.05) ? `Your order number: ${random.int(4_500_000, 4_599_999)}` : null,
  });
}

function middle(one: Date, other: Date): Date {
  return new Date((one.getTime() + other.getTime()) / 2);
}

// ------------------------------------------------------------------ single orders

/** Puts the order onto the bill that the client has open. Null where there is none that it fits. */
function joinBill({ desk, open }: Till, { life, client, item }: Story, order: Ordered): [Billed, Bill] | null {
  const { agenda, studio } = desk.books;
  const { createdAt, startedAt, kind } = life;
  const known = open.get(client);
  if (!known || kind === 'CANCELLED') return null;
  const { bill, processor, startsAt } = known;
  if ((startsAt === null) !== (startedAt === null) || bill.currency !== order.currency || bill.lines.length > 5)
    return null;
  bill.lines.push(lineOf(studio.random, item, order, order.note === remarkAboutDiscount));
  if (startsAt && startedAt) {
    known.startsAt = earlier(startsAt, startedAt);
    known.closesAt = middle(createdAt, known.startsAt);
    agenda.plan(known.closesAt, known.close);
  }
  return [{ invoice_id: bill.id, subscription_id: null, payment_processor: processor }, bill];
}

function openBill({ desk, open }: Till, story: Story, order: Ordered, id: string): [Billed, Bill] {
  const { books } = desk;
  const { client, life } = story;
  const { createdAt, startedAt, stoppedAt, kind } = life;
  const bill = makeBill(books, story, order, id);
  addExtras(books, bill);
  const soon = earlier(addHours(createdAt, 30), addHours(books.studio.base, -0.001));
  const closesAt = startedAt ? middle(createdAt, startedAt) : soon;
  const processor = order.payment_processor && processorAt(books, order.payment_processor, closesAt);
  const opened: OpenBill = { bill, processor, closesAt, startsAt: startedAt, close };
  let isOpen = true;
  function close(at: Date): void {
    // Where something was added, it is paid at another time.
    if (!isOpen || opened.closesAt.getTime() !== at.getTime()) return;
    isOpen = false;
    if (open.get(client) === opened) open.delete(client);
    if (processor) pay(books, bill, at, processor, life);
    else leaveUnpaid(books, bill);
  }
  if (kind === 'CANCELLED' && stoppedAt && !startedAt) {
    books.agenda.plan(stoppedAt, (at) => leaveOpen(books, bill, { status: 'CANCELLED', cancelledAt: at }));
  } else {
    if (kind !== 'CANCELLED') open.set(client, opened);
    books.agenda.plan(closesAt, close);
  }
  return [{ invoice_id: bill.id, subscription_id: null, payment_processor: processor }, bill];
}

function addExtras({ studio }: Books, bill: Bill): void {
  const { random, agency } = studio;
  if (bill.currency !== agency.organization.currency || !random.chance(0.18)) return;
  for (const { name, price, most } of random.sample(agency.billing.extras, random.pick([1, 1, 2]))) {
    bill.lines.push(looseLine(name, most ? random.int(1, most) : 1, price));
  }
}

function pay(books: Books, bill: Bill, at: Date, processor: string, { kind, stoppedAt, completedAt }: Life): void {
  const payer = payerAt(books, bill.client as Client, processor, at);
  const givenBack = givenBackOf(books, bill, kind === 'CANCELLED' ? stoppedAt : null, completedAt);
  settle(books, bill, { at, payer, givenBack });
}

/** What was cancelled is given back, most of it whole; of what was completed, now and then a part. */
function givenBackOf({ studio }: Books, bill: Bill, cancelledAt: Date | null, completedAt: Date | null) {
  const { random, agency } = studio;
  const after = cancelledAt ?? (completedAt && random.chance(0.008) ? completedAt : null);
  if (!after) return null;
  const at = untilToday(studio, after, addHours(after, random.between(1, 40)));
  const toBalance = bill.currency === agency.organization.currency && random.chance(0.3);
  return { at, isWhole: cancelledAt !== null && random.chance(0.65), toBalance };
}

/** Nobody has paid it yet; of what is old, some have paid a part. */
function leaveUnpaid(books: Books, bill: Bill): void {
  const { random, base } = books.studio;
  const isOld = bill.createdAt < addHours(base, -72);
  const isInParts = isOld && grossOf(bill) >= 20_000 && random.chance(0.25);
  leaveOpen(books, bill, { status: isInParts ? 'PARTIALLY_PAID' : 'UNPAID' });
}

// ------------------------------------------------------------------ subscriptions

const days = { DAY: 1, WEEK: 7, MONTH: 30, YEAR: 365 } as const;

/**
 * Whether another subscription of the service may begin. A part of its orders comes of subscriptions, the rest is bought
 * once; where payments make orders, so few run that each finds its order in time.
 */
function isWanted({ desk, recent }: Till, item: SoldItem, { client, life }: Story): boolean {
  const { length, unit, action } = item.recurring as NonNullable<SoldItem['recurring']>;
  const now = life.createdAt.getTime();
  const since = now - length * days[unit] * 86_400_000;
  const times = (recent.get(item) ?? []).filter((time) => time >= since);
  recent.set(item, [...times, now]);
  if (life.kind === 'CANCELLED' && desk.books.studio.random.chance(0.7)) return false;
  if (action === 'CREATE_ORDER' && isNew(desk, client)) return false;
  const share = action !== 'CREATE_ORDER' ? 0.5 : desk.books.detailed ? 0.3 : 0.25;
  return (desk.counts.get(item) ?? 0) < share * (times.length + 1);
}

/** How long clients stay, and why they leave. What is paid by hand does not expire: somebody calls. */
function drawEnd(random: Random, byCard: boolean): End {
  let after = 1;
  while (after < 40 && !random.chance(0.07)) after += 1;
  const how = random.pick(['CANCELED', 'CANCELED', 'CANCELED', 'PAUSED', 'PAUSED', 'EXPIRED'] as const);
  return { after, how: how === 'EXPIRED' && !byCard ? 'CANCELED' : how };
}

/** The payment of the order's bill begins a subscription. */
function beginSubscription(desk: Desk, story: Story, order: Ordered, id: string): [Billed, Bill] {
  const { books } = desk;
  const { random, base } = books.studio;
  const { life, item, client } = story;
  const recurring = item?.recurring as NonNullable<SoldItem['recurring']>;
  const bill = makeBill(books, story, order, id);
  const paidAt = middle(life.createdAt, life.startedAt as Date);
  const cancelledAt = life.kind === 'CANCELLED' ? life.stoppedAt : null;
  // No card is charged weeks late: where few orders come, renewals that wait for one are paid by hand.
  const byCard = random.chance(0.65) && !(recurring.action === 'CREATE_ORDER' && books.detailed);
  const subscription = makeSubscription(desk, {
    client,
    item,
    processor: byCard ? 'Stripe' : 'Manual',
    firstBill: bill,
    at: paidAt,
    amount: unitsOf(priceAt(base, recurring.price, life.createdAt)),
    period: { length: recurring.length, unit: recurring.unit },
    end: cancelledAt ? null : drawEnd(random, byCard),
    order: life.deletedAt ? null : { id: order.id, completedAt: life.completedAt, reopenedAt: null, times: 0 },
  });
  books.agenda.plan(paidAt, (at) => {
    const payer = payerAt(books, client, subscription.processor, at);
    const { lines } = settle(books, bill, { at, payer, givenBack: givenBackOf(books, bill, cancelledAt, null) });
    start(desk, subscription, lines[0]?.renewalDiscount ?? 0);
    if (cancelledAt) books.agenda.plan(cancelledAt, (when) => cancel(desk, subscription, when));
  });
  const processor = processorAt(books, subscription.processor, paidAt);
  return [{ invoice_id: bill.id, subscription_id: subscription.id, payment_processor: processor }, bill];
}
