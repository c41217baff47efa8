import Stripe from 'stripe';
import type { Remote } from '../../../kernel/command.ts';
import { InvalidStateError, invalid } from '../../../kernel/errors.ts';
import type { Processor } from '../jobs.ts';
import { type AttachedMethod, type Charge, failed, type MethodOwner, type Outcome, type Refund } from '../rules.ts';
import { isWaiting, outcomeOfIntent, outcomeOfRefund, stripeAmount } from './rules.ts';

/** The version that requests and answers are written in. Events come in the version of their endpoint at Stripe. */
const apiVersion = '2026-10-28.endive';

const { StripeAuthenticationError, StripeCardError, StripeError, StripeInvalidRequestError, StripePermissionError } =
  Stripe.errors;
const { StripeRateLimitError } = Stripe.errors;

export function openStripe(secretKey: string, { url, timeoutMs }: Remote): Stripe {
  const { hostname, port, protocol } = new URL(url);
  return new Stripe(secretKey, {
    apiVersion,
    host: hostname,
    port: port || (protocol === 'http:' ? 80 : 443),
    protocol: protocol === 'http:' ? 'http' : 'https',
    timeout: timeoutMs,
    // Whoever asked is told soon that nobody knows; a job asks again later.
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** An organization's own account at Stripe. */
export function stripeProcessor(secretKey: string, remote: Remote): Processor {
  const stripe = openStripe(secretKey, remote);
  return {
    charge: (charge) => withOutcome(() => createIntent(stripe, charge)),
    refund: (refund) => withOutcome(() => createRefund(stripe, refund)),
    retrieve: (movement) =>
      ifAnswered(() => (movement.kind === 'CHARGE' ? findIntent(stripe, movement) : findRefund(stripe, movement))),
    introduce: (owner) => reachable(() => createCustomer(stripe, owner)),
    attach: (customerId, token) => reachable(() => attach(stripe, customerId ?? '', token)),
    detach: (methodId) => reachable(() => detach(stripe, methodId)),
  };
}

// ------------------------------------------------------------------ movements

const metadataOf = ({ organizationId, paymentId }: Charge | Refund) => ({
  organization_id: organizationId,
  payment_id: paymentId,
});

const unwritable = (currency: string) =>
  failed('AMOUNT_NOT_CHARGEABLE', `Stripe can't move this fraction of ${currency}.`);

async function createIntent(stripe: Stripe, charge: Charge): Promise<Outcome> {
  const amount = stripeAmount(charge.amount, charge.currency);
  if (amount === null) return unwritable(charge.currency);
  const intent = await stripe.paymentIntents.create(
    {
      amount,
      currency: charge.currency.toLowerCase(),
      customer: charge.customerId ?? undefined,
      payment_method: charge.methodId,
      // The client is not at the screen, or could not be sent anywhere from it.
      off_session: true,
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      description: charge.description,
      metadata: metadataOf(charge),
    },
    { idempotencyKey: charge.paymentId },
  );
  return await closed(stripe, intent);
}

/** The intent's outcome; one that waits for somebody is canceled, so that it can't succeed when nobody expects it. */
async function closed(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<Outcome> {
  if (!isWaiting(intent.status)) return outcomeOfIntent(intent);
  try {
    await stripe.paymentIntents.cancel(intent.id);
    return outcomeOfIntent(intent);
  } catch (error) {
    if (!(error instanceof StripeInvalidRequestError)) throw error;
    // It went on meanwhile.
    const now = await stripe.paymentIntents.retrieve(intent.id);
    return isWaiting(now.status) ? { status: 'PROCESSING', transactionId: intent.id } : outcomeOfIntent(now);
  }
}

async function createRefund(stripe: Stripe, refund: Refund): Promise<Outcome> {
  const amount = stripeAmount(refund.amount, refund.currency);
  if (amount === null) return unwritable(refund.currency);
  const made = await stripe.refunds.create(
    { payment_intent: refund.chargeId, amount, metadata: metadataOf(refund) },
    { idempotencyKey: refund.paymentId },
  );
  return outcomeOfRefund(made);
}

// Stripe's clock and ours may differ.
const toleranceSeconds = 3_600;

/** Lists are consistent at once; Stripe's search is not. */
async function findIntent(stripe: Stripe, charge: Charge): Promise<Outcome | null> {
  if (charge.customerId === null) return null;
  const since = Math.floor(charge.createdAt.getTime() / 1_000) - toleranceSeconds;
  const intents = stripe.paymentIntents.list({ customer: charge.customerId, created: { gte: since }, limit: 100 });
  for await (const intent of intents) {
    if (intent.metadata.payment_id === charge.paymentId) return await closed(stripe, intent);
  }
  return null;
}

async function findRefund(stripe: Stripe, refund: Refund): Promise<Outcome | null> {
  for await (const made of stripe.refunds.list({ payment_intent: refund.chargeId, limit: 100 })) {
    if (made.metadata?.payment_id === refund.paymentId) return outcomeOfRefund(made);
  }
  return null;
}

/** What Stripe refuses has failed. What it does not answer, or answers with a fault of its own, nobody knows. */
async function withOutcome(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    const { code, message, payment_intent: intent } = error;
    if (error instanceof StripeCardError) return failed(code ?? 'CARD_DECLINED', message, intent?.id);
    if (error instanceof StripeInvalidRequestError) return failed(code ?? 'INVALID_REQUEST', message, intent?.id);
    if (error instanceof StripeRateLimitError) return failed('PROCESSOR_BUSY', 'Stripe is asked too often. Try again.');
    if (error instanceof StripeAuthenticationError || error instanceof StripePermissionError)
      return failed(...refusedKey);
    return { status: 'PROCESSING', transactionId: null };
  }
}

/** No answer, a refused key included, says nothing about what was done before. */
async function ifAnswered(work: () => Promise<Outcome | null>): Promise<Outcome | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return { status: 'PROCESSING', transactionId: null };
  }
}

const refusedKey = ['PROCESSOR_REFUSED', 'Stripe refuses the key of this organization.'] as const;

// ------------------------------------------------------------------ methods

async function attach(stripe: Stripe, customerId: string, token: string): Promise<AttachedMethod> {
  let method: Stripe.PaymentMethod;
  try {
    method = await stripe.paymentMethods.attach(token, { customer: customerId });
  } catch (error) {
    if (!(error instanceof StripeInvalidRequestError)) throw error;
    // It may be this customer's already: then there is nothing left to do.
    const found = await findMethod(stripe, token);
    if (found?.customer !== customerId)
      throw invalid('token', 'NOT_FOUND', 'token names no method that can be attached.');
    method = found;
  }
  const { card, sepa_debit: sepa, us_bank_account: bank } = method;
  return {
    methodId: method.id,
    brand: card?.brand ?? method.type,
    last4: card?.last4 ?? sepa?.last4 ?? bank?.last4 ?? null,
    expiryMonth: card?.exp_month ?? null,
    expiryYear: card?.exp_year ?? null,
  };
}

async function findMethod(stripe: Stripe, token: string): Promise<Stripe.PaymentMethod | null> {
  try {
    return await stripe.paymentMethods.retrieve(token);
  } catch (error) {
    if (!(error instanceof StripeInvalidRequestError)) throw error;
    return null;
  }
}

async function createCustomer(
  stripe: Stripe,
  { clientId, organizationId, name, email, version }: MethodOwner,
): Promise<string> {
  const customer = await stripe.customers.create(
    { name, email, metadata: { organization_id: organizationId, client_id: clientId } },
    // Two first methods at once are methods of one customer. The same key must not come with another name.
    { idempotencyKey: `customer-${clientId}-${version}` },
  );
  return customer.id;
}

async function detach(stripe: Stripe, methodId: string): Promise<void> {
  try {
    await stripe.paymentMethods.detach(methodId);
  } catch (error) {
    // Not attached any more, or gone: that is what was wanted.
    if (!(error instanceof StripeInvalidRequestError)) throw error;
  }
}

/** The answer; or, as a failure of ours, that Stripe refuses or can't be reached. Nothing has moved then. */
async function reachable<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    if (error instanceof StripeCardError)
      throw new InvalidStateError(error.message, (error.code ?? 'card_declined').toUpperCase());
    if (error instanceof StripeAuthenticationError || error instanceof StripePermissionError)
      throw new InvalidStateError(refusedKey[1], refusedKey[0]);
    throw new InvalidStateError('Stripe could not be reached. Try again.', 'PROCESSOR_UNAVAILABLE');
  }
}

// ------------------------------------------------------------------ events

/** What Stripe signed with one of the secrets, not longer than its own five minutes ago; null when it did not. */
export function verified(payload: Buffer, signature: string, secrets: readonly string[], at: Date): object | null {
  for (const secret of secrets) {
    try {
      return Stripe.webhooks.constructEvent(payload, signature, secret, undefined, undefined, at.getTime());
    } catch {
      // Another secret may have signed it.
    }
  }
  return null;
}
