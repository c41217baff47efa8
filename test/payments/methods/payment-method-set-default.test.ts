import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import type { World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, makeTestWorld } from '../cast.ts';
import { PaymentMethodSetDefault } from './documents.ts';

const setDefault = async (world: World, id: string) =>
  (await world.as(world.admin).run(PaymentMethodSetDefault, { input: { id } })).paymentMethodSetDefault;

const defaultsOf = (world: World, clientId: string) =>
  world.rows.paymentMethod.findMany({ where: { clientId, isDefault: true }, select: { id: true } });

describe('paymentMethodSetDefault', () => {
  test('law 6: it takes the place of the one before', async () => {
    const world = await makeTestWorld();
    const client = await world.client();
    await world.paymentMethod({ client, isDefault: true });
    const other = await world.paymentMethod({ client, processorId: 'pm_test_declined' });
    const { result, events } = await recorded(world, () => setDefault(world, encodeId('PaymentMethod', other.id)));
    expect(success(result).paymentMethod.isDefault).toBe(true);
    expect(await defaultsOf(world, client.id)).toEqual([{ id: other.id }]);
    expect(events.map(({ type, aggregateId, payload }) => ({ type, aggregateId, payload }))).toEqual([
      { type: 'payment_method.made_default', aggregateId: client.id, payload: { paymentMethodId: other.id } },
    ]);
  });

  test('the default stays the default, and nothing is said', async () => {
    const world = await makeTestWorld();
    const { id } = await world.paymentMethod({ client: await world.client(), isDefault: true });
    success(await unchanged(world, () => setDefault(world, id)));
  });

  test('of several at once, one is the default', async () => {
    const world = await makeTestWorld();
    const client = await world.client();
    const methods = [];
    for (const processorId of ['a', 'b', 'c', 'd']) methods.push(await world.paymentMethod({ client, processorId }));
    const results = await Promise.all(methods.map(({ id }) => setDefault(world, id)));
    for (const result of results) success(result);
    expect(await defaultsOf(world, client.id)).toHaveLength(1);
  });

  test('finds none that is not there, or is detached', async () => {
    const world = await makeTestWorld();
    const gone = await world.paymentMethod({ client: await world.client(), detachedAt: new Date() });
    for (const id of [...idsOfNothing, gone.id]) {
      expect(failure(await unchanged(world, () => setDefault(world, id)), 'NotFoundError').path).toEqual(['id']);
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
      (client, { id }) => client.answer(PaymentMethodSetDefault, { input: { id } }),
    );
  });
});
