/**
 * How Stripe writes things down.
 *
 *  1. An amount is a whole number of the smallest unit that Stripe has for the currency. That is the currency's own minor
 *     unit, but for the ariary, which has none there, and for two that had hundredths once and are still written with them.
 *  2. Of currencies with three decimals the last must be 0.
 *  3. What can't be written so is not charged.
 *  4. An event tells what has become of one of our movements. It is ours when it carries the payment's id, or the id of an
 *     intent that we made. What is not ours, or of another type, tells us nothing.
 */
import { isUuid } from '../../../kernel/id.ts';
import { currencyExponent, Decimal } from '../../../kernel/money.ts';
import { failed, type Outcome } from '../rules.ts';

const exponents: Readonly<Record<string, number>> = { MGA: 0, ISK: 2, UGX: 2 };

/** The amount in Stripe's smallest unit; null when it has a fraction of that. */
export function stripeAmount(amount: Decimal.Value, currency: string): number | null {
  const exponent = exponents[currency] ?? currencyExponent(currency);
  const units = new Decimal(amount).times(new Decimal(10).pow(exponent));
  if (!units.isInteger() || (exponent === 3 && !units.modulo(10).isZero())) return null;
  return units.lessThanOrEqualTo(Number.MAX_SAFE_INTEGER) ? units.toNumber() : null;
}

/** The amount that Stripe means by so many of its smallest units. */
export function amountFromStripe(units: number, currency: string): Decimal {
  const code = currency.toUpperCase();
  return new Decimal(units).dividedBy(new Decimal(10).pow(exponents[code] ?? currencyExponent(code)));
}

type Intent = {
  id: string;
  status: string;
  last_payment_error: { code?: string | null; message?: string | null } | null;
};

/** What a PaymentIntent says. One that waits for somebody, see `isWaiting`, has failed. */
export function outcomeOfIntent({ id, status, last_payment_error: error }: Intent): Outcome {
  if (status === 'succeeded') return { status: 'SUCCEEDED', transactionId: id };
  if (status === 'processing') return { status: 'PROCESSING', transactionId: id };
  if (status === 'requires_action')
    return failed('AUTHENTICATION_REQUIRED', 'The card’s owner must authenticate this payment.', id);
  return failed(error?.code ?? 'CANCELED', error?.message ?? 'The payment was not made.', id);
}

/** Whether it could still move money if somebody did something. Nobody will: there is nobody at the screen. */
export function isWaiting(status: string): boolean {
  return ['requires_action', 'requires_confirmation', 'requires_capture'].includes(status);
}

/** What a Refund says. */
export function outcomeOfRefund({ id, status, failure_reason: reason }: StripeRefund): Outcome {
  if (status === 'failed' || status === 'canceled')
    return failed(reason ?? 'REFUND_FAILED', 'The money could not be given back.', id);
  return { status: status === 'succeeded' ? 'SUCCEEDED' : 'PROCESSING', transactionId: id };
}

type StripeRefund = { id: string; status: string | null; failure_reason?: string | null };

// ------------------------------------------------------------------ events

export type StripeEvent = { id: string; type: string; object: Readonly<Record<string, unknown>> };

/** What an event tells us. */
export type Fact =
  | { kind: 'MOVED'; paymentId: string; outcome: Outcome; amount: Decimal | null }
  /** So much of a charge has been given back, all in all. */
  | { kind: 'REFUNDED'; chargeId: string; total: Decimal }
  | { kind: 'DISPUTED'; chargeId: string; disputeId: string; reason: string; amount: Decimal };

/** An event as it came, if it looks like one. */
export function eventOf(value: unknown): StripeEvent | null {
  const { id, type, data } = (value ?? {}) as { id?: unknown; type?: unknown; data?: { object?: unknown } };
  const object = data?.object;
  const isText = (text: unknown, most: number): text is string =>
    typeof text === 'string' && text !== '' && text.length <= most;
  if (!isText(id, 255) || !isText(type, 100) || typeof object !== 'object' || object === null) return null;
  return { id, type, object: object as StripeEvent['object'] };
}

/** Law 4. */
export function factOf({ type, object }: StripeEvent): Fact | null {
  const text = (name: string) => (typeof object[name] === 'string' ? (object[name] as string) : null);
  const amount = (name: string) => amountFromStripe(Number(object[name] ?? 0), text('currency') ?? '');
  const chargeId = text('payment_intent');
  switch (type) {
    case 'payment_intent.succeeded':
    case 'payment_intent.payment_failed': {
      const paymentId = (object.metadata as { payment_id?: unknown } | null)?.payment_id;
      if (typeof paymentId !== 'string' || !isUuid(paymentId)) return null;
      const outcome = outcomeOfIntent(object as Intent);
      return {
        kind: 'MOVED',
        paymentId,
        outcome,
        amount: outcome.status === 'SUCCEEDED' ? amount('amount_received') : null,
      };
    }
    case 'charge.refunded':
      return chargeId === null ? null : { kind: 'REFUNDED', chargeId, total: amount('amount_refunded') };
    case 'charge.dispute.created':
      if (chargeId === null) return null;
      return {
        kind: 'DISPUTED',
        chargeId,
        disputeId: text('id') ?? '',
        reason: text('reason') ?? 'general',
        amount: amount('amount'),
      };
    default:
      return null;
  }
}
