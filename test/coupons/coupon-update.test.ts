import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const CouponUpdate = graphql(`
  mutation CouponUpdate($input: CouponUpdateInput!) {
    couponUpdate(input: $input) {
      ... on CouponUpdateSuccess {
        coupon {
          ...WholeCoupon
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof CouponUpdate>['input'];

const update = async (world: World, input: Input) =>
  (await world.as(world.admin).run(CouponUpdate, { input })).couponUpdate;
const updated = async (world: World, input: Input) => success(await update(world, input)).coupon;
const refused = async (world: World, input: Input) => issuesOf(await unchanged(world, () => update(world, input)));

describe('couponUpdate', () => {
  test('K7: changes what is given and nothing else, announces and logs it', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon({ code: 'SAVE', description: 'Old', usageLimit: 3, singleUse: true });

    const { result, events, logs } = await recorded(world, () =>
      update(world, { id: encodeId('Coupon', coupon.id), usageLimit: null, description: ' New ', expectedVersion: 1 }),
    );

    expect(success(result).coupon).toMatchObject({
      id: encodeId('Coupon', coupon.id),
      code: 'SAVE',
      type: 'PERCENTAGE',
      description: 'New',
      discounts: [{ amount: '10', serviceIds: [] }],
      singleUse: true,
      usageLimit: null,
      version: 2,
    });
    expect(events).toMatchObject([{ type: 'coupon.updated', aggregateId: coupon.id, payload: { code: 'SAVE' } }]);
    expect(logs.map(({ event, changes }) => [event, Object.keys(changes).sort()])).toEqual([
      ['UPDATED', ['description', 'usage_limit']],
    ]);
  });

  test('announces and logs nothing when nothing changed', async () => {
    const world = await makeWorld();
    const service = await world.service();
    const discounts = [{ amount: '10', serviceIds: [service.id] }];
    const { id } = await world.coupon({ code: 'SAVE', discounts, minimumAmount: '5' });
    const { events, logs } = await recorded(world, () =>
      updated(world, { id, code: ' SAVE ', type: 'PERCENTAGE', discounts, currency: 'usd', minimumAmount: '5.00' }),
    );
    expect([events, logs]).toEqual([[], []]);
  });

  test('replaces discounts as a whole; null leaves none, and clears what may be missing', async () => {
    const world = await makeWorld();
    const affiliate = await world.client();
    const { id } = await world.coupon({
      description: 'x',
      expiresAt: new Date(),
      minimumAmount: '5',
      affiliateId: affiliate.id,
      discounts: [{ amount: '1', serviceIds: [] }],
    });
    const replaced = await updated(world, { id, discounts: [{ amount: '2' }, { amount: '3', serviceIds: [] }] });
    expect(replaced.discounts.map(({ amount }) => amount)).toEqual(['2', '3']);
    const cleared = { description: null, expiresAt: null, minimumAmount: null };
    expect(await updated(world, { id, ...cleared, discounts: null, affiliateId: null })).toMatchObject({
      ...cleared,
      discounts: [],
      affiliate: null,
      hasMinimumAmount: false,
    });
  });

  test('keeps services that are gone by now, and takes no others that are', async () => {
    const world = await makeWorld();
    const [known, gone, other] = [
      await world.service(),
      await world.service(),
      await world.service({ deletedAt: new Date() }),
    ];
    const discounts = [{ amount: '10', serviceIds: [known.id, gone.id] }];
    const { id } = await world.coupon({ discounts });
    await world.rows.service.update({ where: { id: gone.id }, data: { deletedAt: new Date() } });
    const [first] = (await updated(world, { id, discounts, description: 'sent back' })).discounts;
    expect(first).toMatchObject({
      serviceIds: [known, gone].map((service) => encodeId('Service', service.id)),
      services: [{ id: encodeId('Service', known.id) }],
    });
    const more = [{ amount: '10', serviceIds: [gone.id, other.id] }];
    expect(await refused(world, { id, discounts: more })).toEqual(['discounts.0.serviceIds.1 NOT_FOUND']);
  });

  test('judges the terms as they would be', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon({
      type: 'FIXED',
      discounts: [{ amount: '150.5', serviceIds: [] }],
      minimumAmount: '9.99',
    });
    expect(await refused(world, { id, type: 'PERCENTAGE' })).toEqual(['discounts.0.amount OUT_OF_RANGE']);
    expect(await refused(world, { id, currency: 'JPY' })).toEqual([
      'minimumAmount OUT_OF_RANGE',
      'discounts.0.amount OUT_OF_RANGE',
    ]);
    const input: Input = { id, currency: 'JPY', minimumAmount: '10', discounts: [{ amount: '150' }] };
    expect(await updated(world, input)).toMatchObject({ minimumAmount: { amount: '10', currency: 'JPY' } });
  });

  test('never lowers the limit below the uses', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon({ usedCount: 2 });
    expect(await refused(world, { id, usageLimit: 1 })).toEqual(['usageLimit OUT_OF_RANGE']);
    expect(await updated(world, { id, usageLimit: 2 })).toMatchObject({ usageLimit: 2, usedCount: 2 });
  });

  test('clears nothing that must be there', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon();
    const nothing = { code: null, type: null, currency: null, newCustomers: null, singleUse: null };
    expect(await refused(world, { id, ...nothing, singleQuantity: null, duration: null })).toEqual(
      ['code', 'type', 'currency', 'newCustomers', 'singleUse', 'singleQuantity', 'duration'].map(
        (field) => `${field} REQUIRED`,
      ),
    );
  });

  test('takes a free code only; its own in another letter case is free', async () => {
    const world = await makeWorld();
    await world.coupon({ code: 'TAKEN' });
    await world.coupon({ code: 'FREE', deletedAt: new Date() });
    const { id } = await world.coupon({ code: 'mine' });
    expect(await refused(world, { id, code: 'taken' })).toEqual(['code TAKEN']);
    expect((await updated(world, { id, code: 'MINE' })).code).toBe('MINE');
    expect((await updated(world, { id, code: 'free' })).code).toBe('free');
  });

  test('is refused for a stale version; a use makes none stale', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon();
    await world.rows.coupon.update({ where: { id }, data: { usedCount: 1 } });
    expect((await updated(world, { id, description: 'x', expectedVersion: 1 })).version).toBe(2);
    const stale = await unchanged(world, () => update(world, { id, description: 'y', expectedVersion: 1 }));
    expect(failure(stale, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('finds none that is deleted, of another organization, or not there', async () => {
    const world = await makeWorld();
    const gone = await world.coupon({ deletedAt: new Date() });
    const strange = await (await makeWorld()).coupon();
    for (const id of [gone.id, strange.id, '00000000-0000-7000-8000-000000000000', 'coupon_1', 'x']) {
      failure(await unchanged(world, () => update(world, { id, description: 'x' })), 'NotFoundError');
    }
  });
});
