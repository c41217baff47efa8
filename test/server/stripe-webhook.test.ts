import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { createHttpServer } from '../../src/server/http.ts';
import { stripeWebhook } from '../../src/server/stripe-webhook.ts';
import { charge, makeInvoice, stateOf } from '../invoices/charges/charging.ts';
import { refund } from '../invoices/paying.ts';
import { settings, testServer } from '../kit/client.ts';
import { stopClock } from '../kit/clock.ts';
import { testDatabase } from '../kit/db.ts';
import { recorded, success, unchanged } from '../kit/expect.ts';
import { stripeForThisFile } from '../kit/stripe.ts';
import { toolsOf } from '../kit/tools.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeStripeWorld, type StripeWorld } from '../payments/cast.ts';

const stripe = stripeForThisFile();

let server: ReturnType<typeof createHttpServer>;
let url: string;

beforeAll(async () => {
  const { database, log } = await testDatabase();
  server = createHttpServer({
    graphql: await testServer(),
    graphiql: async () => {},
    readiness: async () => null,
    log,
    settings,
    routes: { '/webhooks/stripe/:organization': stripeWebhook(toolsOf(database), log) },
  });
  url = await server.listen(0, '127.0.0.1');
});
afterAll(() => server.drain());

type Event = { payload: string; signature: string };

/** As Stripe delivers it. */
async function deliver(world: World, { payload, signature }: Event, method = 'POST') {
  const response = await fetch(`${url}/webhooks/stripe/${encodeId('Organization', world.organizationId)}`, {
    method,
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
    ...(method === 'POST' ? { body: payload } : {}),
  });
  return { status: response.status, body: (await response.json()) as object };
}

const received = { status: 200, body: { received: true } };
const storedBy = (world: World) =>
  world.rows.processorEvent.findMany({ where: { organizationId: world.organizationId }, orderBy: { id: 'asc' } });

/** A charge that Stripe has made and did not answer, and the intent. */
async function makeSilent(world: StripeWorld, card: 'visa' | 'declined' = 'visa') {
  const { client, id } = await world.card(card);
  const invoice = await makeInvoice(world, client);
  stripe.keepSilent(/payment_intents$/, { after: true });
  success(await charge(world, invoice, { paymentMethodId: id }));
  const intent = [...stripe.account(world.key).intents.values()].at(-1) as Record<string, unknown>;
  return { client, invoice, intent: { ...intent, amount_received: intent.status === 'succeeded' ? intent.amount : 0 } };
}

/** A charge that was made and answered; and Stripe's own object of it, of which so much has been given back. */
async function makeCharged(world: StripeWorld) {
  const { client, id } = await world.card();
  const invoice = await makeInvoice(world, client);
  const { payment } = success(await charge(world, invoice, { paymentMethodId: id }));
  const refunded = (amount: number) => ({
    id: 'ch_1',
    object: 'charge',
    payment_intent: payment.transactionId,
    currency: 'usd',
    amount: 10_000,
    amount_refunded: amount,
  });
  return { client, invoice, payment, refunded };
}

describe('an event of Stripe', () => {
  test('settles a charge, and is kept with its effect', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice, intent } = await makeSilent(world);
    const event = stripe.event('payment_intent.succeeded', intent);
    const { result, events } = await recorded(world, () => deliver(world, event));
    expect(result).toEqual(received);
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([
      ['invoice.paid', null],
      ['order.created', null],
    ]);
    expect(await storedBy(world)).toMatchObject([
      { processor: 'STRIPE', eventId: event.id, type: 'payment_intent.succeeded', payload: JSON.parse(event.payload) },
    ]);
    expect((await world.logs()).at(-1)).toMatchObject({ actorKind: 'SYSTEM' });
  });

  test('that comes 20 times at once has one effect', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice, intent } = await makeSilent(world);
    const event = stripe.event('payment_intent.succeeded', intent);
    const { result, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 20 }, () => deliver(world, event))),
    );
    expect(result).toEqual(Array.from({ length: 20 }, () => received));
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
    expect(events.map(({ type }) => type)).toEqual(['invoice.paid', 'order.created']);
    expect(await storedBy(world)).toHaveLength(1);
  });

  test('that comes while the charge itself is being answered has one effect with it', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client);
    stripe.delayAnswer(/payment_intents$/, 500);
    const { events } = await recorded(world, async () => {
      const charging = charge(world, invoice, { paymentMethodId: id });
      const intents = () => [...stripe.account(world.key).intents.values()];
      await expect.poll(intents).toHaveLength(1);
      const intent = { ...intents()[0], amount_received: 10_000 };
      expect(await deliver(world, stripe.event('payment_intent.succeeded', intent))).toEqual(received);
      expect(success(await charging).payment.status).toBe('SUCCEEDED');
    });
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
    expect(events.map(({ type }) => type)).toEqual(['invoice.paid', 'order.created']);
  });

  test('fails a charge, and takes back nothing that has moved', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice, intent } = await makeSilent(world, 'declined');
    expect(await deliver(world, stripe.event('payment_intent.payment_failed', intent))).toEqual(received);
    expect(await stateOf(world, invoice)).toEqual(['UNPAID', '0 orders', 'CHARGE FAILED 100 CARD_DECLINED']);
    const { invoice: paid, payment } = await makeCharged(world);
    const late = {
      id: payment.transactionId,
      status: 'requires_payment_method',
      metadata: { payment_id: payment.id.replace('payment_', '') },
    };
    expect(await deliver(world, stripe.event('payment_intent.payment_failed', late))).toEqual(received);
    expect(await stateOf(world, paid)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
  });

  test('law 3: money that moved after all pays the invoice, or is kept beside it for people to see to', async () => {
    const world = await makeStripeWorld(stripe);
    const failedFirst = async () => {
      const { invoice, intent, client } = await makeSilent(world);
      await world.rows.payment.updateMany({
        where: { invoiceId: invoice.id },
        data: { status: 'FAILED', failureCode: 'NOT_ASKED', failureMessage: 'x' },
      });
      return { invoice, intent, client };
    };
    const open = await failedFirst();
    await deliver(world, stripe.event('payment_intent.succeeded', open.intent));
    expect(await stateOf(world, open.invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);

    const paid = await failedFirst();
    const { id } = await world.card('visa', paid.client);
    success(await charge(world, paid.invoice, { paymentMethodId: id }));
    const event = stripe.event('payment_intent.succeeded', paid.intent);
    const { events } = await recorded(world, () => deliver(world, event));
    expect(await stateOf(world, paid.invoice)).toEqual([
      'PAID',
      '1 orders',
      'CHARGE SUCCEEDED 100',
      'CHARGE SUCCEEDED 100',
    ]);
    expect(events.map(({ type, payload }) => [type, (payload as { amount: string }).amount])).toEqual([
      ['payment.unapplied', '100.00'],
    ]);
    const { amountPaid } = await world.rows.invoice.findUniqueOrThrow({ where: { id: paid.invoice.id } });
    expect(String(amountPaid)).toBe('100');
  });

  test('tells what was given back at Stripe itself, once and all in all', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice, refunded } = await makeCharged(world);
    await deliver(world, stripe.event('charge.refunded', refunded(2_500)));
    await deliver(world, stripe.event('charge.refunded', refunded(2_500)));
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100', 'REFUND SUCCEEDED 25']);
    const { events } = await recorded(world, () => deliver(world, stripe.event('charge.refunded', refunded(10_000))));
    expect(events.map(({ type }) => type)).toEqual(['invoice.refunded']);
    expect((await stateOf(world, invoice)).sort()).toEqual(
      ['REFUNDED', '1 orders', 'CHARGE SUCCEEDED 100', 'REFUND SUCCEEDED 25', 'REFUND SUCCEEDED 75'].sort(),
    );
  });

  test('tells what we gave back ourselves, and that is not given back twice', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice, refunded } = await makeCharged(world);
    success(await refund(world, invoice, { amount: '40' }));
    await unchangedPayments(world, () => deliver(world, stripe.event('charge.refunded', refunded(4_000))));
    // One that was not answered has its answer so.
    stripe.keepSilent(/refunds$/, { after: true });
    success(await refund(world, invoice, { amount: '10' }));
    await deliver(world, stripe.event('charge.refunded', refunded(5_000)));
    expect((await stateOf(world, invoice)).sort()).toEqual(
      ['PAID', '1 orders', 'CHARGE SUCCEEDED 100', 'REFUND SUCCEEDED 40', 'REFUND SUCCEEDED 10'].sort(),
    );
    const { amountRefunded } = await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id } });
    expect(String(amountRefunded)).toBe('50');
  });

  test('of more that was given back than the invoice has kept is kept beside it', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice, refunded } = await makeCharged(world);
    success(await refund(world, invoice, { amount: '60', method: 'MANUAL' }));
    const { events } = await recorded(world, () => deliver(world, stripe.event('charge.refunded', refunded(10_000))));
    expect(events.map(({ type }) => type)).toEqual(['payment.unapplied']);
    const { amountRefunded } = await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id } });
    expect(String(amountRefunded)).toBe('60');
  });

  test('about a dispute is announced', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, invoice, payment } = await makeCharged(world);
    const dispute = {
      id: 'dp_1',
      object: 'dispute',
      charge: 'ch_1',
      payment_intent: payment.transactionId,
      amount: 10_000,
      currency: 'usd',
      reason: 'fraudulent',
    };
    const { events } = await recorded(world, () => deliver(world, stripe.event('charge.dispute.created', dispute)));
    expect(events.map(({ type, aggregateId, payload }) => ({ type, aggregateId, payload }))).toEqual([
      {
        type: 'payment.disputed',
        aggregateId: invoice.id,
        payload: {
          paymentId: payment.id.replace('payment_', ''),
          clientId: client.id,
          disputeId: 'dp_1',
          reason: 'fraudulent',
          amount: '100.00',
          currency: 'USD',
        },
      },
    ]);
  });

  test.each<[string, { type: string; object: object }]>([
    ['of another type', { type: 'customer.created', object: { id: 'cus_1', name: 'A\0B\ud800' } }],
    [
      'about an intent of somebody else',
      { type: 'payment_intent.succeeded', object: { id: 'pi_x', status: 'succeeded', metadata: {} } },
    ],
    [
      'about a payment that there is not',
      {
        type: 'payment_intent.succeeded',
        object: {
          id: 'pi_x',
          status: 'succeeded',
          currency: 'usd',
          amount_received: 1,
          metadata: { payment_id: randomUUID() },
        },
      },
    ],
    [
      'about a charge of somebody else',
      { type: 'charge.refunded', object: { id: 'ch_x', payment_intent: 'pi_x', currency: 'usd', amount_refunded: 1 } },
    ],
    ['about a charge without an intent', { type: 'charge.refunded', object: { id: 'ch_x', payment_intent: null } }],
    [
      'about a dispute of somebody else',
      { type: 'charge.dispute.created', object: { id: 'dp_x', payment_intent: 'pi_x', currency: 'usd', amount: 1 } },
    ],
  ])('%s is kept, and nothing else happens', async (_, { type, object }) => {
    const world = await makeStripeWorld(stripe);
    await makeCharged(world);
    const { result, events } = await recorded(world, () => deliver(world, stripe.event(type, object)));
    expect([result, events]).toEqual([received, []]);
    expect(await storedBy(world)).toMatchObject([{ type }]);
  });

  test('that says another amount than was asked for changes nothing', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice, intent } = await makeSilent(world);
    await deliver(world, stripe.event('payment_intent.succeeded', { ...intent, amount_received: 1 }));
    expect(await stateOf(world, invoice)).toEqual(['UNPAID', '0 orders', 'CHARGE PROCESSING 100']);
  });

  test('that fails half-way is kept neither, and works when it comes again', async () => {
    const world = await makeStripeWorld(stripe);
    const { invoice, intent } = await makeSilent(world);
    const event = stripe.event('payment_intent.succeeded', intent);
    const statuses = { organizationId: world.organizationId };
    // No status for the order that comes of it: the whole is undone.
    await world.owner.query('alter table orders add constraint broken check (service_name <> $$Logo$$) not valid');
    await unchanged(world, async () => expect((await deliver(world, event)).status).toBe(500));
    await world.owner.query('alter table orders drop constraint broken');
    expect(await world.rows.orderStatus.count({ where: statuses })).toBeGreaterThan(0);
    expect(await deliver(world, event)).toEqual(received);
    expect((await stateOf(world, invoice))[0]).toBe('PAID');
  });
});

describe('what is no event of Stripe’s', () => {
  const refused = { status: 400, body: { error: expect.stringContaining('signature') } };

  test('is refused: a wrong signature, none, one over another text, an old one', async () => {
    const world = await makeStripeWorld(stripe);
    const { intent } = await makeSilent(world);
    const event = stripe.event('payment_intent.succeeded', intent);
    const old = stripe.event('payment_intent.succeeded', intent, { at: Math.floor(Date.now() / 1_000) - 301 });
    for (const bad of [
      stripe.event('payment_intent.succeeded', intent, { secret: 'whsec_other' }),
      { ...event, signature: '' },
      { ...event, signature: 't=1,v1=' },
      { ...event, signature: 'nonsense' },
      { ...event, payload: `${event.payload} ` },
      { ...event, payload: '' },
      old,
    ]) {
      expect(await unchanged(world, () => deliver(world, bad))).toEqual(refused);
    }
    expect(await deliver(world, event)).toEqual(received);
  });

  test('is refused when it is signed and yet no event', async () => {
    const world = await makeStripeWorld(stripe);
    for (const payload of [
      '[]',
      '1',
      '"x"',
      'null',
      'no JSON',
      '{"id":"evt_1","type":"x"}',
      '{"object":"v2.core.event"}',
    ]) {
      const bad = { payload, signature: stripe.sign(payload) };
      expect(await unchanged(world, () => deliver(world, bad))).toEqual(refused);
    }
  });

  test('time is what the engine says', async () => {
    const world = await makeStripeWorld(stripe);
    const event = stripe.event('customer.created', {});
    const clock = stopClock();
    clock.advance(301_000);
    expect((await deliver(world, event)).status).toBe(400);
    clock.advance(-2_000);
    expect(await deliver(world, event)).toEqual(received);
  });

  test('several secrets are good while one replaces another', async () => {
    const world = await makeWorld();
    await world.stripeAccount({ webhookSecrets: ['whsec_new', 'whsec_old'] });
    for (const secret of ['whsec_old', 'whsec_new']) {
      expect(await deliver(world, stripe.event('customer.created', {}, { secret }))).toEqual(received);
    }
    expect((await deliver(world, stripe.event('customer.created', {}, { secret: 'whsec_1' }))).status).toBe(400);
  });

  test('an organization without secrets takes nothing, one without an account is not there', async () => {
    const world = await makeWorld();
    const event = stripe.event('customer.created', {});
    expect((await deliver(world, event)).status).toBe(404);
    await world.stripeAccount({ webhookSecrets: [] });
    expect((await deliver(world, event)).status).toBe(400);
    for (const name of ['x', 'organization_x', randomUUID(), encodeId('Tag', world.organizationId)]) {
      const response = await fetch(`${url}/webhooks/stripe/${name}`, { method: 'POST', body: event.payload });
      expect([name, response.status]).toEqual([name, 404]);
    }
    for (const path of ['/webhooks/stripe', '/webhooks/stripe/', `/webhooks/stripe/${world.organizationId}/x`]) {
      expect((await fetch(`${url}${path}`, { method: 'POST', body: '' })).status).toBe(404);
    }
  });

  test('an event of another organization is refused by its signature', async () => {
    const [one, two] = [await makeWorld(), await makeWorld()];
    await one.stripeAccount({ webhookSecrets: ['whsec_of_one'] });
    await two.stripeAccount({ webhookSecrets: ['whsec_of_two'] });
    expect((await deliver(two, stripe.event('customer.created', {}, { secret: 'whsec_of_one' }))).status).toBe(400);
  });

  test('other methods and too many bytes are refused', async () => {
    const world = await makeStripeWorld(stripe);
    expect((await deliver(world, stripe.event('customer.created', {}), 'GET')).status).toBe(405);
    const huge = JSON.stringify({ x: 'x'.repeat(1_000_001) });
    expect((await deliver(world, { payload: huge, signature: stripe.sign(huge) })).status).toBe(413);
  });
});

/** That the events themselves are kept is all that changes. */
async function unchangedPayments(world: World, work: () => Promise<unknown>): Promise<void> {
  const look = () =>
    world.rows.payment.findMany({ where: { organizationId: world.organizationId }, orderBy: { id: 'asc' } });
  const before = await look();
  await work();
  expect(await look()).toEqual(before);
}
