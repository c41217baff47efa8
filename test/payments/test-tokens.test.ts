import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { charge, makeInvoice } from '../invoices/charges/charging.ts';
import { refund } from '../invoices/paying.ts';
import { failure, success, unchanged } from '../kit/expect.ts';
import { stripeForThisFile } from '../kit/stripe.ts';
import { asToken } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';
import { makeStripeWorld, makeTestWorld } from './cast.ts';
import { PaymentMethodAttach, PaymentMethodDetach } from './methods/documents.ts';

const stripe = stripeForThisFile();

const testToken = (world: World) => ({ ...asToken(world.admin), isTest: true });

const goLive = ({ rows, organizationId }: World) =>
  rows.stripeAccount.update({ where: { organizationId }, data: { publishableKey: 'pk_live_1' } });

describe('law 10: with an account of the live mode a token for tests', () => {
  test('neither charges nor gives back', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const paid = await makeInvoice(world, client);
    success(await charge(world, paid, { paymentMethodId: id }));
    const open = await makeInvoice(world, client);
    await goLive(world);
    const asked = stripe.requests().length;
    const actor = testToken(world);
    const charged = await unchanged(world, () => charge(world, open, { paymentMethodId: id }, actor));
    expect(failure(charged, 'InvalidStateError').code).toBe('TEST_TOKEN');
    const refunded = await unchanged(world, () => refund(world, paid, {}, actor));
    expect(failure(refunded, 'InvalidStateError').code).toBe('TEST_TOKEN');
    // What is only written down moves nothing.
    success(await refund(world, paid, { method: 'MANUAL' }, actor));
    expect(stripe.requests()).toHaveLength(asked);
  });

  test('attaches and detaches nothing', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    await goLive(world);
    const actor = world.as(testToken(world));
    const attaching = { input: { clientId: encodeId('Client', client.id), token: stripe.method(world.key) } };
    const { paymentMethodAttach } = await unchanged(world, () => actor.run(PaymentMethodAttach, attaching));
    expect(failure(paymentMethodAttach, 'InvalidStateError').code).toBe('TEST_TOKEN');
    const { paymentMethodDetach } = await unchanged(world, () => actor.run(PaymentMethodDetach, { input: { id } }));
    expect(failure(paymentMethodDetach, 'InvalidStateError').code).toBe('TEST_TOKEN');
  });
});

test('a token for tests may do all that with an account of the test mode, and with the built-in processor', async () => {
  const world = await makeStripeWorld(stripe);
  const { client, id } = await world.card();
  const invoice = await makeInvoice(world, client);
  success(await charge(world, invoice, { paymentMethodId: id }, testToken(world)));
  success(await refund(world, invoice, {}, testToken(world)));

  const builtIn = await makeTestWorld();
  const payer = await builtIn.client();
  const method = await builtIn.paymentMethod({ client: payer });
  const owed = await makeInvoice(builtIn, payer);
  success(await charge(builtIn, owed, { paymentMethodId: method.id }, testToken(builtIn)));
});
