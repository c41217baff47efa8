import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { stripeForThisFile } from '../../kit/stripe.ts';
import type { World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, makeStripeWorld, makeTestWorld } from '../cast.ts';
import { PaymentMethodDetach, PaymentMethods } from './documents.ts';

const stripe = stripeForThisFile();

const detach = async (world: World, id: string) =>
  (await world.as(world.admin).run(PaymentMethodDetach, { input: { id } })).paymentMethodDetach;

describe('paymentMethodDetach', () => {
  test('takes it away at Stripe and here; what it paid stays', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, method, id } = await world.card();
    const invoice = await world.invoice({ client });
    const payment = await world.payment({ invoice, kind: 'CHARGE', paymentMethodId: method.id });

    const { result, events } = await recorded(world, () => detach(world, id));

    expect(success(result).paymentMethod).toMatchObject({ id, isDefault: false, detachedAt: expect.any(String) });
    expect(stripe.account(world.key).methods.get(method.processorId)?.customer).toBeNull();
    expect(events.map(({ type, aggregateId, payload }) => ({ type, aggregateId, payload }))).toEqual([
      { type: 'payment_method.detached', aggregateId: client.id, payload: { paymentMethodId: method.id } },
    ]);
    const read = await world.as(world.admin).run(PaymentMethods, { id: client.id });
    expect(read.client?.paymentMethods).toEqual({ totalCount: 0, nodes: [] });
    const shown = await world.as(world.admin).run('query ($id: ID!) { payment(id: $id) { method { id last4 } } }', {
      id: encodeId('Payment', payment.id),
    });
    expect(shown.payment.method).toEqual({ id, last4: '4242' });
  });

  test('law 6: the newest of the others becomes the default', async () => {
    const world = await makeTestWorld();
    const client = await world.client();
    const [oldest, first, newest] = [
      await world.paymentMethod({ client, processorId: 'a', createdAt: new Date('2026-01-01') }),
      await world.paymentMethod({ client, processorId: 'b', isDefault: true, createdAt: new Date('2026-01-02') }),
      await world.paymentMethod({ client, processorId: 'c', createdAt: new Date('2026-01-03') }),
    ];
    const { events } = await recorded(world, () => detach(world, first.id));
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      ['payment_method.detached', { paymentMethodId: first.id }],
      ['payment_method.made_default', { paymentMethodId: newest.id }],
    ]);
    // One that was no default takes it from nobody.
    success(await detach(world, oldest.id));
    const { client: read } = await world.as(world.admin).run(PaymentMethods, { id: client.id });
    expect(read?.paymentMethods.nodes).toEqual([{ id: encodeId('PaymentMethod', newest.id), isDefault: true }]);
  });

  test('one that Stripe has forgotten is taken away here', async () => {
    const world = await makeStripeWorld(stripe);
    const { method, id } = await world.card();
    Object.assign(stripe.account(world.key).methods.get(method.processorId) as object, { customer: null });
    expect(success(await detach(world, id)).paymentMethod.detachedAt).not.toBeNull();
  });

  test('one of a processor that the organization has left, too', async () => {
    const world = await makeTestWorld();
    const { id } = await world.paymentMethod({
      client: await world.client(),
      processor: 'STRIPE',
      processorId: 'pm_1',
    });
    expect(success(await detach(world, id)).paymentMethod.detachedAt).not.toBeNull();
  });

  test('changes nothing while Stripe does not answer, and can be tried again', async () => {
    const world = await makeStripeWorld(stripe);
    const { id } = await world.card();
    stripe.keepSilent(/detach/, { after: true });
    const result = await unchanged(world, () => detach(world, id));
    expect(failure(result, 'InvalidStateError').code).toBe('PROCESSOR_UNAVAILABLE');
    success(await detach(world, id));
  });

  test('finds none that is not there, or is detached already', async () => {
    const world = await makeTestWorld();
    const gone = await world.paymentMethod({ client: await world.client(), detachedAt: new Date() });
    for (const id of [...idsOfNothing, gone.id]) {
      expect(failure(await unchanged(world, () => detach(world, id)), 'NotFoundError').path).toEqual(['id']);
    }
  });

  test('is for clients, of their own, and for staff within their reach', async () => {
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
      async () => await cast.world.paymentMethod({ client: cast.client, processorId: `pm_${Math.random()}` }),
      (client, { id }) => client.answer(PaymentMethodDetach, { input: { id } }),
    );
  });
});
