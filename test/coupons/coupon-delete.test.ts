import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const CouponDelete = graphql(`
  mutation CouponDelete($input: CouponDeleteInput!) {
    couponDelete(input: $input) {
      ... on CouponDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(CouponDelete, { input: { id } })).couponDelete;

describe('couponDelete', () => {
  test('puts a coupon out of sight, announces and logs it; invoices keep it', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon({ code: 'BYE' });
    const invoice = await world.invoice({ couponId: coupon.id });
    const id = encodeId('Coupon', coupon.id);

    const { result, events, logs } = await recorded(world, () => remove(world, id));

    expect(success(result).deletedId).toBe(id);
    expect(events).toMatchObject([{ type: 'coupon.deleted', aggregateId: coupon.id, payload: { code: 'BYE' } }]);
    expect(logs.map(({ event, entityId }) => [event, entityId])).toEqual([['DELETED', coupon.id]]);
    expect(await world.as(world.admin).run(`{ coupon(id: "${id}") { id } coupons { totalCount } }`)).toEqual({
      coupon: null,
      coupons: { totalCount: 0 },
    });
    const kept = await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id } });
    expect(kept.couponId).toBe(coupon.id);
  });

  test('finds none a second time, of another organization, or not there', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon();
    const strange = await (await makeWorld()).coupon();
    success(await remove(world, id));
    for (const nothing of [id, strange.id, '00000000-0000-7000-8000-000000000000', 'coupon_1']) {
      failure(await unchanged(world, () => remove(world, nothing)), 'NotFoundError');
    }
  });

  test('happens once, however many ask at once', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon();
    const { result, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 5 }, () => remove(world, id))),
    );
    expect(result.filter(({ __typename }) => __typename === 'CouponDeleteSuccess')).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(['coupon.deleted']);
  });
});
