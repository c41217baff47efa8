import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { stripeForThisFile } from '../../kit/stripe.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, makeCast, makeStripeWorld, makeTestWorld } from '../cast.ts';
import { PaymentMethodAttach, PaymentMethods } from './documents.ts';

const stripe = stripeForThisFile();

type Input = VariablesOf<typeof PaymentMethodAttach>['input'];

const attach = async (world: World, input: Input, actor: Actor = world.admin) =>
  (await world.as(actor).run(PaymentMethodAttach, { input })).paymentMethodAttach;

async function methodsOf(world: World, id: string) {
  const { client } = await world.as(world.admin).run(PaymentMethods, { id });
  return client?.paymentMethods.nodes.map((method) => [method.id, method.isDefault]);
}

describe('paymentMethodAttach, at Stripe', () => {
  test('makes a customer for the first method, and keeps what is known of the card', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client({ firstName: 'Cleo', lastName: 'Doe', email: 'cleo@example.com' });
    const token = stripe.method(world.key);

    const { result, events } = await recorded(world, () =>
      attach(world, { clientId: encodeId('Client', client.id), token }),
    );

    const [customer] = stripe.account(world.key).customers.values();
    expect(success(result).paymentMethod).toEqual({
      id: expect.stringMatching(/^method_/),
      processor: 'STRIPE',
      processorId: token,
      brand: 'visa',
      last4: '4242',
      expiryMonth: 12,
      expiryYear: 2040,
      isDefault: true,
      detachedAt: null,
      client: { id: encodeId('Client', client.id), stripeId: customer?.id },
    });
    expect(customer).toMatchObject({
      name: 'Cleo Doe',
      email: 'cleo@example.com',
      metadata: { organization_id: world.organizationId, client_id: client.id },
    });
    expect(stripe.account(world.key).methods.get(token)?.customer).toBe(customer?.id);
    const { paymentMethod } = success(result);
    expect(events.map(({ type, aggregateId, payload }) => ({ type, aggregateId, payload }))).toEqual([
      {
        type: 'payment_method.attached',
        aggregateId: client.id,
        payload: { paymentMethodId: paymentMethod.id.replace('method_', '') },
      },
    ]);
  });

  test('sends every request in the version that the code is written for, with the organization’s own key', async () => {
    const world = await makeStripeWorld(stripe);
    await attach(world, { clientId: (await world.client()).id, token: stripe.method(world.key) });
    const sent = stripe.requests().filter(({ key }) => key === world.key);
    expect(sent.map(({ method, path, version }) => [method, path.replace(/pm_\w+/, ':id'), version])).toEqual([
      ['POST', '/v1/customers', '2026-10-28.endive'],
      ['POST', '/v1/payment_methods/:id/attach', '2026-10-28.endive'],
    ]);
  });

  test('law 6: the first is the default, the second is not unless it shall be', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    const ids = [];
    for (const isDefault of [undefined, undefined, true]) {
      const made = success(await attach(world, { clientId: client.id, token: stripe.method(world.key), isDefault }));
      ids.push(made.paymentMethod.id);
    }
    const [first, second, third] = ids;
    expect(await methodsOf(world, client.id)).toEqual([
      [third, true],
      [second, false],
      [first, false],
    ]);
    expect(stripe.account(world.key).customers.size).toBe(1);
  });

  test('of two first methods at once, both are one customer’s, and one is the default', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    const tokens = [stripe.method(world.key), stripe.method(world.key)];
    const results = await Promise.all(tokens.map((token) => attach(world, { clientId: client.id, token })));
    expect(results.map((result) => success(result).paymentMethod.isDefault).sort()).toEqual([false, true]);
    expect(stripe.account(world.key).customers.size).toBe(1);
  });

  test('attached again it is the same method, and nothing is announced', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    const token = stripe.method(world.key);
    const first = success(await attach(world, { clientId: client.id, token })).paymentMethod;
    const again = await unchanged(world, () => attach(world, { clientId: client.id, token }));
    expect(success(again).paymentMethod).toEqual(first);
  });

  test('a client attaches its own, and needs not say whose', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    const made = success(await attach(world, { token: stripe.method(world.key) }, client)).paymentMethod;
    // Its id at Stripe is for the team.
    expect(made.client).toEqual({ id: encodeId('Client', client.id), stripeId: null });
  });

  test('refuses a method of another customer, one that there is not, and what is none', async () => {
    const world = await makeStripeWorld(stripe);
    const [client, other] = [await world.client(), await world.client()];
    const theirs = stripe.method(world.key);
    success(await attach(world, { clientId: other.id, token: theirs }));
    success(await attach(world, { clientId: client.id, token: stripe.method(world.key) }));
    for (const [token, issue] of [
      [theirs, 'token NOT_FOUND'],
      ['pm_nothing', 'token NOT_FOUND'],
      ['tok_1', 'token INVALID'],
      ['pm_', 'token INVALID'],
      ['pm_1/../refunds', 'token INVALID'],
      ['', 'token INVALID'],
    ] as const) {
      const result = await unchanged(world, () => attach(world, { clientId: client.id, token }));
      expect(issuesOf(result)).toEqual([issue]);
    }
  });

  test('tells the processor’s words when it declines the card', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    const token = stripe.method(world.key);
    stripe.refuse(/attach/, 402, { type: 'card_error', code: 'expired_card', message: 'Your card has expired.' });
    const result = await attach(world, { clientId: client.id, token });
    expect(await methodsOf(world, client.id)).toEqual([]);
    expect(failure(result, 'InvalidStateError')).toMatchObject({
      code: 'EXPIRED_CARD',
      message: 'Your card has expired.',
    });
    success(await attach(world, { clientId: client.id, token }));
    expect(stripe.account(world.key).customers.size).toBe(1);
  });

  test.each([
    ['does not answer that it knows the client', () => stripe.keepSilent(/customers/, { after: true })],
    ['does not answer that it has attached the method', () => stripe.keepSilent(/attach/, { after: true })],
    ['has a fault of its own', () => stripe.fail(/attach/, { after: false })],
  ])('attaches nothing when Stripe %s, and can be tried again', async (_, arrange) => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    const token = stripe.method(world.key);
    arrange();
    const { result, events } = await recorded(world, () => attach(world, { clientId: client.id, token }));
    expect(failure(result, 'InvalidStateError').code).toBe('PROCESSOR_UNAVAILABLE');
    expect([events, await methodsOf(world, client.id)]).toEqual([[], []]);
    success(await attach(world, { clientId: client.id, token }));
    expect(stripe.account(world.key).customers.size).toBe(1);
  });

  test('survives that somebody writes another customer’s id meanwhile', async () => {
    const world = await makeStripeWorld(stripe);
    const { client } = await world.card();
    const token = stripe.method(world.key);
    stripe.delay(/attach/, 300);
    const attaching = attach(world, { clientId: client.id, token });
    await expect.poll(() => stripe.requests(/attach/).at(-1)?.path).toContain(token);
    await world.rows.user.update({ where: { id: client.id }, data: { stripeId: 'cus_other' } });
    expect(failure(await attaching, 'InvalidStateError').code).toBe('CUSTOMER_CHANGED');
  });

  test('says so when Stripe refuses the organization’s key', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    stripe.refuseKey(world.key);
    const result = await unchanged(world, () => attach(world, { clientId: client.id, token: 'pm_1' }));
    expect(failure(result, 'InvalidStateError').code).toBe('PROCESSOR_REFUSED');
  });
});

describe('paymentMethodAttach', () => {
  test('law 8: without an account and without test payments there is nothing to attach to', async () => {
    const world = await makeWorld();
    const client = await world.client();
    for (const processor of [undefined, 'STRIPE', 'TEST'] as const) {
      const input = { clientId: client.id, token: 'pm_test_success', processor };
      const result = await unchanged(world, () => attach(world, input));
      expect(failure(result, 'InvalidStateError')).toMatchObject({
        code: 'PAYMENTS_NOT_CONFIGURED',
        message: 'Payments are not configured.',
      });
    }
  });

  test('law 8: the built-in processor has three methods', async () => {
    const world = await makeTestWorld();
    const client = await world.client();
    const last4 = [];
    for (const token of ['pm_test_success', 'pm_test_declined', 'pm_test_authentication']) {
      const { paymentMethod } = success(await attach(world, { clientId: client.id, token }));
      expect(paymentMethod).toMatchObject({
        processor: 'TEST',
        processorId: token,
        brand: 'visa',
        client: { stripeId: null },
      });
      last4.push(paymentMethod.last4);
    }
    expect(last4).toEqual(['4242', '0002', '3155']);
    const result = await unchanged(world, () => attach(world, { clientId: client.id, token: 'pm_card_visa' }));
    expect(issuesOf(result)).toEqual(['token NOT_FOUND']);
  });

  test('law 8: who has both gets Stripe, and may choose', async () => {
    const world = await makeStripeWorld(stripe);
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { testPayments: true } });
    const client = await world.client();
    const chosen = await attach(world, { clientId: client.id, token: 'pm_test_success', processor: 'TEST' });
    const given = await attach(world, { clientId: client.id, token: stripe.method(world.key) });
    expect([success(chosen), success(given)].map(({ paymentMethod }) => paymentMethod.processor)).toEqual([
      'TEST',
      'STRIPE',
    ]);
  });

  test('law 8: beside a live account nobody pays with nothing', async () => {
    const world = await makeTestWorld();
    const client = await world.client();
    const input = { clientId: client.id, token: 'pm_test_success', processor: 'TEST' } as const;
    success(await attach(world, input));
    await world.stripeAccount({ publishableKey: 'pk_live_1', secretKey: 'sk_live_1' });
    const result = await unchanged(world, () => attach(world, input));
    expect(failure(result, 'InvalidStateError').code).toBe('PAYMENTS_NOT_CONFIGURED');
  });

  test('staff say whose it is', async () => {
    const world = await makeTestWorld();
    const result = await unchanged(world, () => attach(world, { token: 'pm_test_success' }));
    expect(issuesOf(result)).toEqual(['clientId REQUIRED']);
    const unknown = await unchanged(world, () => attach(world, { clientId: world.admin.id, token: 'pm_test_success' }));
    expect(failure(unknown, 'NotFoundError').path).toEqual(['clientId']);
  });

  test('is for clients, on themselves, and for staff within their reach', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        own: 'done',
        colleague: 'done',
        outsider: 'NotFoundError',
        reader: 'FORBIDDEN',
        contractor: 'FORBIDDEN',
        client: 'done',
        otherClient: 'NotFoundError',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => cast.client.id,
      (client, clientId) => client.answer(PaymentMethodAttach, { input: { clientId, token: 'pm_test_success' } }),
    );
  });
});
