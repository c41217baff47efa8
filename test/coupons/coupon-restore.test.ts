import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const CouponRestore = graphql(`
  mutation CouponRestore($input: CouponRestoreInput!) {
    couponRestore(input: $input) {
      ... on CouponRestoreSuccess {
        coupon {
          id
          code
          usedCount
          deletedAt
        }
      }
      ...Failure
    }
  }
`);

const restore = async (world: World, id: string) =>
  (await world.as(world.admin).run(CouponRestore, { input: { id } })).couponRestore;

const deleted = { deletedAt: new Date() };

describe('couponRestore', () => {
  test('brings a deleted coupon back as it was, announces and logs it', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon({ code: 'BACK', usedCount: 2, ...deleted });
    const id = encodeId('Coupon', coupon.id);

    const { result, events, logs } = await recorded(world, () => restore(world, id));

    expect(success(result).coupon).toEqual({ id, code: 'BACK', usedCount: 2, deletedAt: null });
    expect(events).toMatchObject([{ type: 'coupon.restored', aggregateId: coupon.id, payload: { code: 'BACK' } }]);
    expect(logs.map(({ event, entityId }) => [event, entityId])).toEqual([['RESTORED', coupon.id]]);
  });

  test('is refused while another coupon has its code, whatever the letter case', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon({ code: 'Twice', ...deleted });
    const other = await world.coupon({ code: 'tWICE' });
    expect(issuesOf(await unchanged(world, () => restore(world, id)))).toEqual(['id TAKEN']);
    await world.rows.coupon.update({ where: { id: other.id }, data: deleted });
    success(await restore(world, id));
  });

  test('brings back one of several that had one code, when all are asked for at once', async () => {
    const world = await makeWorld();
    const coupons = await Promise.all(Array.from({ length: 5 }, () => world.coupon({ code: 'Same', ...deleted })));
    const { result, events } = await recorded(world, () => Promise.all(coupons.map(({ id }) => restore(world, id))));
    expect(result.map(({ __typename }) => __typename).sort()).toEqual([
      'CouponRestoreSuccess',
      ...Array.from({ length: 4 }, () => 'InvalidInputError'),
    ]);
    expect(events.map(({ type }) => type)).toEqual(['coupon.restored']);
  });

  test('finds none that is live, of another organization, or not there', async () => {
    const world = await makeWorld();
    const live = await world.coupon();
    const strange = await (await makeWorld()).coupon(deleted);
    for (const id of [live.id, strange.id, '00000000-0000-7000-8000-000000000000', 'coupon_1']) {
      failure(await unchanged(world, () => restore(world, id)), 'NotFoundError');
    }
  });
});
