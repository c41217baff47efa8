import { addHours } from '../../../src/kernel/time.ts';
import type { Catalogue, Colleague, Studio } from '../catalogue.ts';
import type { Client } from '../clients.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import { unitsOf } from './amounts.ts';
import type { Bill } from './bill.ts';
import { type Bills, openBills, type Totals } from './bills.ts';
import { type Coupon, type CouponBook, openCouponBook } from './coupons.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { creditPayment, type Movement, nothingToPay, type Payer, partPayment, payments, refund } from './movements.ts';
import { openWallet, type Wallet } from './wallet.ts';

/** Everything about an organization's money while its orders come in. */
export type Books = {
  studio: Studio;
  clients: readonly Client[];
  /** Who writes invoices. */
  clerks: readonly Colleague[];
  /** Everything is written into the log; or only what there is little of; or nothing. */
  detailed: boolean;
  logged: boolean;
  agenda: Agenda;
  bills: Bills;
  coupons: CouponBook;
  ledger: Ledger;
  wallet: Wallet;
  /** Who has paid something. */
  customers: Set<Client>;
  /** From when on cards are charged by the test processor; Stripe's is the time before. */
  testsSince: Date;
};

type Plan = { detailed: boolean; logged: boolean };

export function openBooks(studio: Studio, catalogue: Catalogue, clients: readonly Client[], plan: Plan): Books {
  return {
    studio,
    clients,
    clerks: catalogue.team.filter(({ role }) => role === 'Administrator'),
    ...plan,
    agenda: createAgenda(),
    bills: openBills(studio, plan),
    coupons: openCouponBook(studio, catalogue, clients),
    ledger: openLedger(studio, clients, plan.logged),
    wallet: openWallet(studio, plan.logged),
    customers: new Set(),
    testsSince: addHours(studio.base, -24 * 120),
  };
}

export function closeBooks({ bills, coupons, ledger, wallet }: Books): void {
  bills.close();
  wallet.close();
  coupons.close();
  ledger.close();
}

/** Who takes cards has changed once. */
export function processorAt({ testsSince }: Books, wanted: string, at: Date): string {
  return wanted === 'Stripe' && at >= testsSince ? 'Test' : wanted;
}

/** How a client who would pay that way pays at that time. */
export function payerAt(books: Books, client: Client, wanted: string, at: Date): Payer {
  const processor = processorAt(books, wanted, at);
  return { processor, method: processor === 'Test' ? books.wallet.card(client, at) : null };
}

type GivenBack = { at: Date; isWhole: boolean; toBalance: boolean };

export type Payment = {
  at: Date;
  payer: Payer;
  /** Cards that were declined before. */
  tried?: readonly Movement[];
  givenBack?: GivenBack | null;
  /** Whether the balance may pay all of it. */
  byCredit?: boolean;
  /** Null: none. Else one is looked for. */
  coupon?: null;
};

/** The bill is paid, with all that follows from it. */
export function settle(
  books: Books,
  bill: Bill,
  { at, payer, tried = [], givenBack, byCredit, coupon }: Payment,
): Totals {
  const { studio, bills, coupons, ledger, customers } = books;
  const { random, agency } = studio;
  const client = bill.client as Client;
  const isNewCustomer = !customers.has(client);
  const totals = bills.totals(
    bill,
    coupons,
    coupon === null ? null : coupons.choose(bill, { isPaid: true, isNewCustomer }),
  );
  const asked = totals.subtotal + totals.tax;
  const credit = creditFor(books, bill, asked, { at, byCredit: byCredit ?? false });
  const movements = [...tried];
  if (credit > 0) {
    ledger.enter(client, { kind: 'SPEND', amount: -credit, at, invoiceId: bill.id });
    movements.push(creditPayment(random, credit, at));
  }
  if (asked > credit) movements.push(...payments(random, bill, asked - credit, at, payer));
  else if (credit === 0) movements.push(nothingToPay(random, at));
  if (givenBack) movements.push(...giveBack(books, bill, movements, givenBack));

  const kept = movements.reduce((sum, each) => {
    return each.status === 'FAILED' ? sum : each.kind === 'REFUND' ? sum - each.amount : sum + each.amount;
  }, 0);
  const status = givenBack && kept === 0 ? 'REFUNDED' : 'PAID';
  bills.write(bill, totals, { status, credit, movements, paidAt: at });
  if (totals.coupon) coupons.redeem(totals.coupon);
  if (isNewCustomer && client.referredBy && agency.organization.currency === bill.currency) thank(books, client, at);
  customers.add(client);
  return totals;
}

/** How much of it the client's balance pays. */
function creditFor(
  { studio, ledger }: Books,
  bill: Bill,
  asked: number,
  { at, byCredit }: { at: Date; byCredit: boolean },
) {
  if (bill.currency !== studio.agency.organization.currency || bill.reason !== null) return 0;
  const spendable = ledger.spendable(bill.client as Client, at);
  if (spendable < 2_000 || !studio.random.chance(byCredit ? 0.3 : 0.08)) return 0;
  const most = byCredit ? asked : asked - 1_000;
  return Math.max(0, Math.min(spendable, most));
}

/** The newest money goes back first. */
function giveBack(
  { studio, ledger }: Books,
  bill: Bill,
  paid: readonly Movement[],
  { at, isWhole, toBalance }: GivenBack,
) {
  const done = paid.filter(({ status, amount }) => status === 'SUCCEEDED' && amount > 0);
  const all = done.reduce((sum, { amount }) => sum + amount, 0);
  let missing = isWhole ? all : unitsOf(Math.max(1, Math.round((all / 100) * studio.random.pick([0.25, 0.4, 0.5]))));
  const refunds: Movement[] = [];
  for (const movement of done.toReversed()) {
    const amount = Math.min(missing, movement.amount);
    missing -= amount;
    if (amount > 0) refunds.push(refund(studio.random, movement, amount, at, { toBalance }));
  }
  const credited = refunds.reduce((sum, { processor, amount }) => (processor === 'Credit' ? sum + amount : sum), 0);
  if (credited > 0) {
    const client = bill.client as Client;
    const facts = { invoiceId: bill.id, authorId: client.manager.id, note: 'Kept for the next order.' };
    ledger.enter(client, { kind: 'REFUND', amount: credited, at, ...facts });
  }
  return refunds;
}

function thank({ studio, ledger }: Books, client: Client, at: Date): void {
  const thanked = addHours(at, 5);
  if (!client.referredBy || thanked >= studio.base) return;
  const note = `Thank-you for recommending us to ${client.company.name}.`;
  ledger.enter(client.referredBy, { kind: 'GRANT', amount: 2_500, at: thanked, authorId: client.manager.id, note });
}

export type Unpaid =
  | { status: 'DRAFT' | 'UNPAID' | 'PARTIALLY_PAID'; tried?: readonly Movement[]; deletedAt?: Date }
  | { status: 'CANCELLED'; cancelledAt: Date; tried?: readonly Movement[]; deletedAt?: Date };

/** The bill is not paid, or not yet. */
export function leaveOpen({ studio, bills, coupons }: Books, bill: Bill, { tried = [], ...outcome }: Unpaid): void {
  const isAsked = outcome.status === 'UNPAID' && bill.reason === null;
  const coupon: Coupon | null = isAsked ? coupons.choose(bill, { isPaid: false, isNewCustomer: false }) : null;
  const totals = bills.totals(bill, coupons, coupon);
  const asked = totals.subtotal + totals.tax;
  const movements = [...tried];
  if (outcome.status === 'PARTIALLY_PAID') movements.push(partPayment(studio, bill, asked));
  bills.write(bill, totals, { ...outcome, credit: 0, movements, paidAt: null });
}
