import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makePopulatedWorld, makeWorld, type World } from '../../kit/world.ts';
import { idsOfNothing } from '../cast.ts';
import { StripeAccount, StripeAccountDelete } from './documents.ts';

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(StripeAccountDelete, { input: { id } })).stripeAccountDelete;

describe('stripeAccountDelete', () => {
  test('forgets the account', async () => {
    const world = await makeWorld();
    const id = encodeId('StripeAccount', (await world.stripeAccount()).id);
    const { result, events } = await recorded(world, () => remove(world, id));
    expect(success(result).deletedId).toBe(id);
    expect(events.map(({ type }) => type)).toEqual(['stripe_account.disconnected']);
    expect(await world.as(world.admin).run(StripeAccount)).toEqual({
      stripeAccount: null,
      organization: { stripePublishableKey: null },
    });
  });

  test('is refused while a payment through it is under way', async () => {
    const world = await makeWorld();
    const { id } = await world.stripeAccount();
    const invoice = await world.invoice();
    const payment = await world.payment({ invoice, kind: 'CHARGE', processor: 'Stripe', status: 'PROCESSING' });
    const result = await unchanged(world, () => remove(world, id));
    expect(failure(result, 'InvalidStateError').code).toBe('PAYMENT_IN_PROGRESS');
    await world.rows.payment.update({ where: { id: payment.id }, data: { status: 'FAILED' } });
    success(await remove(world, id));
  });

  test('finds none that is not there, nor a stranger’s', async () => {
    const world = await makeWorld();
    const { ids } = await makePopulatedWorld();
    for (const id of [...idsOfNothing, ids.StripeAccount]) {
      expect(failure(await unchanged(world, () => remove(world, id)), 'NotFoundError').path).toEqual(['id']);
    }
    await world.stripeAccount();
    expect(failure(await unchanged(world, () => remove(world, ids.StripeAccount)), 'NotFoundError').path).toEqual([
      'id',
    ]);
  });
});
