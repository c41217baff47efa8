import { addDays, addHours } from '../../../src/kernel/time.ts';
import type { Studio } from '../catalogue.ts';
import type { Actor } from '../history.ts';
import { untilToday } from '../life.ts';
import type { Random } from '../random.ts';
import { amountOf } from './amounts.ts';
import type { Bill } from './bill.ts';
import type { Method } from './wallet.ts';

/** One movement of money about a bill, its amount in the smallest unit of the currency. */
export type Movement = {
  id: string;
  kind: 'CHARGE' | 'MANUAL' | 'CREDIT' | 'REFUND';
  status: 'SUCCEEDED' | 'FAILED';
  amount: number;
  processor: string;
  at: Date;
  transactionId: string | null;
  method: Method | null;
  refunds: Movement | null;
  failure: Failure | null;
  note: string | null;
  ipAddress: string | null;
};

type Failure = { code: string; message: string };

/** How a client pays. */
export type Payer = {
  /** Stripe and Test take cards; money that comes by another way is noted by hand. */
  processor: string;
  method: Method | null;
  /** Nobody sits there: the engine charges by itself. */
  isRenewal?: boolean;
};

export const failures: readonly [Failure, ...Failure[]] = [
  { code: 'CARD_DECLINED', message: 'Your card was declined.' },
  { code: 'INSUFFICIENT_FUNDS', message: 'Your card has insufficient funds.' },
  { code: 'AUTHENTICATION_REQUIRED', message: 'Your card needs you to authenticate this payment.' },
  { code: 'EXPIRED_CARD', message: 'Your card has expired.' },
];

const transferNotes = [
  'Bank transfer',
  'Bank transfer',
  'Cheque',
  'Transfer from the parent company',
  'Cash at the fair',
];
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789';

function takesCards(processor: string): boolean {
  return processor === 'Stripe' || processor === 'Test';
}

function move(
  random: Random,
  at: Date,
  fields: Partial<Movement> & Pick<Movement, 'kind' | 'amount' | 'processor'>,
): Movement {
  const id = random.uuid(at);
  const nothing = { transactionId: null, method: null, refunds: null, failure: null, note: null, ipAddress: null };
  const transactionId = fields.transactionId === undefined ? transactionOf(random, fields, id) : fields.transactionId;
  return { ...nothing, status: 'SUCCEEDED', ...fields, id, at, transactionId };
}

function transactionOf(random: Random, { kind, processor }: { kind: string; processor: string }, id: string) {
  if (processor === 'Test') return `test_${id}`;
  if (processor === 'Stripe') return `${kind === 'REFUND' ? 're' : 'pi'}_3${random.code(letters, 23)}`;
  return processor === 'PayPal' ? random.code('ABCDEFGHJKLMNPRSTUVWXY123456789', 17) : null;
}

/** So much, at that time, all at once or, of larger amounts, in two parts; sometimes the first card does not go through. */
export function payments(random: Random, { createdAt }: Bill, amount: number, at: Date, payer: Payer): Movement[] {
  const { processor, method, isRenewal = false } = payer;
  const hours = (at.getTime() - createdAt.getTime()) / 3_600_000;
  if (!takesCards(processor)) {
    const note = processor === 'PayPal' ? null : random.pick(transferNotes);
    const manual = { kind: 'MANUAL', processor, note } as const;
    if (amount < 30_000 || hours < 5 || !random.chance(0.14)) return [move(random, at, { ...manual, amount })];
    const first = deposit(random, amount);
    const before = addHours(createdAt, hours * random.between(0.2, 0.8));
    return [
      move(random, before, { ...manual, amount: first, note: 'Deposit' }),
      move(random, at, { ...manual, amount: amount - first }),
    ];
  }
  const ipAddress = isRenewal ? null : `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.int(1, 254)}`;
  const charge = { kind: 'CHARGE', processor, method, amount, ipAddress } as const;
  const paid = move(random, at, charge);
  if (hours < 0.5 || !random.chance(0.05)) return [paid];
  const tried = new Date(at.getTime() - random.int(90_000, 20 * 60_000));
  return [move(random, tried, { ...charge, status: 'FAILED', failure: random.pick(failures) }), paid];
}

/** A charge that does not go through. */
export function failedCharge(random: Random, amount: number, at: Date, payer: Payer, failure: Failure): Movement {
  const { processor, method } = payer;
  return move(random, at, { kind: 'CHARGE', processor, method, amount, status: 'FAILED', failure });
}

/** About a third or a half, in whole units as people transfer them. */
export function deposit(random: Random, amount: number): number {
  return Math.round((amount * random.pick([0.3, 0.5, 0.5])) / 1_000) * 1_000;
}

/** A part of it, by hand: the rest is still to come. */
export function partPayment(studio: Studio, { createdAt }: Bill, amount: number): Movement {
  const { random } = studio;
  const at = untilToday(studio, createdAt, addDays(createdAt, random.between(1, 12)));
  return move(random, at, { kind: 'MANUAL', processor: 'Manual', amount: deposit(random, amount), note: 'Deposit' });
}

/** Of the client's balance. */
export function creditPayment(random: Random, amount: number, at: Date): Movement {
  return move(random, at, { kind: 'CREDIT', processor: 'Credit', amount });
}

/** What costs nothing is paid by hand, with nothing. */
export function nothingToPay(random: Random, at: Date): Movement {
  return move(random, at, { kind: 'MANUAL', processor: 'Manual', amount: 0 });
}

/** Gives back so much of a movement, the way it came or to the balance. */
export function refund(
  random: Random,
  of: Movement,
  amount: number,
  at: Date,
  { toBalance }: { toBalance: boolean },
): Movement {
  const isCredit = toBalance || of.kind === 'CREDIT';
  const processor = isCredit ? 'Credit' : takesCards(of.processor) ? of.processor : 'Manual';
  return move(random, at, { kind: 'REFUND', processor, amount, refunds: of, method: isCredit ? null : of.method });
}

/** Writes the movements of a bill; all of them into the log, or those only that went wrong or back. */
export function writeMovements(studio: Studio, bill: Bill, movements: readonly Movement[], isLogged: boolean): void {
  const { writer, history, organizationId } = studio;
  const { client } = bill;
  if (!client) return;
  for (const movement of movements) {
    const { at, failure } = movement;
    const row = {
      id: movement.id,
      organization_id: organizationId,
      invoice_id: bill.id,
      client_id: client.id,
      payment_method_id: movement.method?.id ?? null,
      kind: movement.kind,
      status: movement.status,
      amount: amountOf(movement.amount),
      currency: bill.currency,
      processor: movement.processor,
      transaction_id: movement.transactionId,
      refunded_payment_id: movement.refunds?.id ?? null,
      failure_code: failure?.code ?? null,
      failure_message: failure?.message ?? null,
      note: movement.note,
      ip_address: movement.ipAddress,
      settled_at: failure ? null : at,
      version: movement.kind === 'CHARGE' ? 2 : 1,
      created_at: at,
      updated_at: at,
    };
    writer.write('payments', { ...row, subscription_id: bill.subscriptionId });
    if (!isLogged) continue;
    const byClient = movement.kind === 'CHARGE' && movement.ipAddress !== null;
    const actor: Actor = byClient ? { kind: 'CLIENT', id: client.id } : { kind: 'STAFF', id: client.manager.id };
    history.created(
      'PAYMENT',
      row,
      movement.processor === 'Test' && !byClient ? { kind: 'SYSTEM', id: null } : actor,
      client.id,
    );
  }
}
