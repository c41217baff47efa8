import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const CouponCreate = graphql(`
  mutation CouponCreate($input: CouponCreateInput!) {
    couponCreate(input: $input) {
      ... on CouponCreateSuccess {
        coupon {
          ...WholeCoupon
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof CouponCreate>['input'];

const create = async (world: World, input: Input) =>
  (await world.as(world.admin).run(CouponCreate, { input })).couponCreate;
const created = async (world: World, input: Input) => success(await create(world, input)).coupon;
const refused = async (world: World, input: object) =>
  issuesOf(await unchanged(world, () => create(world, { code: 'SAVE', type: 'PERCENTAGE', ...input })));

const nowhere = '00000000-0000-7000-8000-000000000000';

describe('couponCreate', () => {
  test('makes a coupon with all that is said, announces and logs it', async () => {
    const world = await makeWorld();
    const [affiliate, one, two] = [
      await world.client(),
      await world.service({ name: 'B' }),
      await world.service({ name: 'A' }),
    ];
    const ids = [one, two].map(({ id }) => encodeId('Service', id));

    const { result, events, logs } = await recorded(world, () =>
      create(world, {
        code: '  Spring 26 ',
        type: 'FIXED',
        description: ' For friends ',
        discounts: [
          { amount: '12.50', serviceIds: [...ids, ids[0] as string] },
          { amount: 5, serviceIds: null },
        ],
        currency: 'EUR',
        expiresAt: '2030-01-01T00:00:00Z',
        newCustomers: true,
        singleUse: true,
        singleQuantity: true,
        duration: 'FOREVER',
        usageLimit: 3,
        minimumAmount: '49.9',
        affiliateId: encodeId('Client', affiliate.id),
      }),
    );

    const { coupon } = success(result);
    expect(coupon).toEqual({
      id: coupon.id,
      code: 'Spring 26',
      type: 'FIXED',
      description: 'For friends',
      discounts: [
        {
          amount: '12.5',
          serviceIds: ids,
          services: [
            { id: ids[1], name: 'A' },
            { id: ids[0], name: 'B' },
          ],
        },
        { amount: '5', serviceIds: [], services: [] },
      ],
      currency: 'EUR',
      expiresAt: '2030-01-01T00:00:00.000Z',
      newCustomers: true,
      singleUse: true,
      singleQuantity: true,
      duration: 'FOREVER',
      usageLimit: 3,
      usedCount: 0,
      hasMinimumAmount: true,
      minimumAmount: { amount: '49.90', currency: 'EUR' },
      affiliate: { id: encodeId('Client', affiliate.id) },
      version: 1,
      createdAt: coupon.createdAt,
      deletedAt: null,
    });
    const uuid = coupon.id.replace('coupon_', '');
    expect(events).toMatchObject([
      { type: 'coupon.created', aggregate: 'coupon', aggregateId: uuid, payload: { code: 'Spring 26' } },
    ]);
    expect(logs).toMatchObject([
      { entity: 'COUPON', event: 'CREATED', entityId: uuid, changes: { code: { before: null, after: 'Spring 26' } } },
    ]);
  });

  test('needs a code and a type, and no more', async () => {
    const world = await makeWorld({ currency: 'CHF' });
    expect(await created(world, { code: 'SAVE', type: 'PERCENTAGE' })).toMatchObject({
      code: 'SAVE',
      description: null,
      discounts: [],
      currency: 'CHF',
      expiresAt: null,
      newCustomers: false,
      singleUse: false,
      singleQuantity: false,
      duration: 'FIRST_PAYMENT',
      usageLimit: null,
      hasMinimumAmount: false,
      minimumAmount: null,
      affiliate: null,
    });
  });

  test('K1: without a code or a type is refused by the schema', async () => {
    const world = await makeWorld();
    const ask = (input: object) =>
      world
        .as(world.admin)
        .refused('mutation ($input: CouponCreateInput!) { couponCreate(input: $input) { __typename } }', { input });
    expect((await ask({ type: 'FIXED' }))[0]?.message).toContain('Field "code"');
    expect((await ask({ code: 'X' }))[0]?.message).toContain('Field "type"');
    expect((await ask({ code: 'X', type: 'fixed' }))[0]?.message).toContain('CouponType');
  });

  test.each<[object, string[]]>([
    [{ code: ' ' }, ['code REQUIRED']],
    [{ code: 'x'.repeat(101) }, ['code TOO_LONG']],
    [{ code: 'a\0b' }, ['code INVALID']],
    [{ currency: 'ABC' }, ['currency UNKNOWN']],
    [{ currency: null }, ['currency REQUIRED']],
    [{ singleUse: null, duration: null }, ['singleUse REQUIRED', 'duration REQUIRED']],
    [{ usageLimit: 0 }, ['usageLimit OUT_OF_RANGE']],
    [{ minimumAmount: '-1' }, ['minimumAmount OUT_OF_RANGE']],
    [{ minimumAmount: '0.001' }, ['minimumAmount OUT_OF_RANGE']],
    [{ description: 'x'.repeat(65_536) }, ['description TOO_LONG']],
    [{ discounts: [{ amount: '0' }, { amount: '-1' }, { amount: '100.0001' }] }, [0, 1, 2].map(amountRefused)],
    [{ type: 'FIXED', discounts: [{ amount: '1' }, { amount: '0' }, { amount: '0.001' }] }, [1, 2].map(amountRefused)],
    [{ type: 'FIXED', currency: 'JPY', discounts: [{ amount: '0.5' }] }, [amountRefused(0)]],
    [{ discounts: Array.from({ length: 101 }, () => ({ amount: '1' })) }, ['discounts TOO_LONG']],
    [
      { discounts: [{ amount: '1', serviceIds: [nowhere, 'x', 'order_1'] }] },
      ['discounts.0.serviceIds.1 NOT_FOUND', 'discounts.0.serviceIds.2 NOT_FOUND'],
    ],
    [{ affiliateId: nowhere }, ['affiliateId NOT_FOUND']],
    [
      { code: '', usageLimit: -1, discounts: [{ amount: '0', serviceIds: [nowhere] }] },
      ['usageLimit OUT_OF_RANGE', 'code REQUIRED', amountRefused(0), 'discounts.0.serviceIds.0 NOT_FOUND'],
    ],
  ])('refuses %j', async (input, issues) => {
    expect(await refused(await makeWorld(), input)).toEqual(issues);
  });

  test('takes a percentage of 100 and the smallest there is, and amounts as fine as the currency', async () => {
    const world = await makeWorld();
    const percentages = await created(world, {
      code: 'A',
      type: 'PERCENTAGE',
      discounts: [{ amount: '100' }, { amount: '0.0001' }],
    });
    expect(percentages.discounts.map(({ amount }) => amount)).toEqual(['100', '0.0001']);
    const amounts = await created(world, {
      code: 'B',
      type: 'FIXED',
      currency: 'KWD',
      discounts: [{ amount: '0.001' }, { amount: '999999999999999.999' }],
    });
    expect(amounts.discounts.map(({ amount }) => amount)).toEqual(['0.001', '999999999999999.999']);
  });

  test('refuses services that are deleted or another organization’s, more than 1000 of them, and staff as affiliate', async () => {
    const world = await makeWorld();
    const live = await world.service();
    const gone = await world.service({ deletedAt: new Date() });
    const strange = await (await makeWorld()).service();
    const serviceIds = [live, gone, strange].map(({ id }) => encodeId('Service', id));
    expect(await refused(world, { discounts: [{ amount: '1' }, { amount: '1', serviceIds }] })).toEqual([
      'discounts.1.serviceIds.1 NOT_FOUND',
      'discounts.1.serviceIds.2 NOT_FOUND',
    ]);
    const many = Array.from({ length: 501 }, () => live.id);
    const two = [1, 2].map(() => ({ amount: '1', serviceIds: many }));
    expect(await refused(world, { discounts: two })).toEqual(['discounts TOO_LONG']);
    expect(await refused(world, { affiliateId: world.admin.id })).toEqual(['affiliateId NOT_FOUND']);
  });

  test('K2: refuses the code of a live coupon, whatever the letter case, here and nowhere else', async () => {
    const world = await makeWorld();
    await created(world, { code: 'Größe 10', type: 'FIXED' });
    expect(await refused(world, { code: ' gRÖße 10 ' })).toEqual(['code TAKEN']);
    await created(await makeWorld(), { code: 'Größe 10', type: 'FIXED' });
  });

  test('K3: takes the code of a deleted one', async () => {
    const world = await makeWorld();
    const { code } = await world.coupon({ code: 'Once', deletedAt: new Date() });
    expect((await created(world, { code: code.toLowerCase(), type: 'FIXED' })).code).toBe('once');
  });

  test('makes one of twenty that are made at once under one code', async () => {
    const world = await makeWorld();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => create(world, { code: index % 2 ? 'RUSH' : 'rush', type: 'FIXED' })),
    );
    const names = results.map(({ __typename }) => __typename).sort();
    expect(names).toEqual(['CouponCreateSuccess', ...Array.from({ length: 19 }, () => 'InvalidInputError')]);
    expect(await world.rows.coupon.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });
});

function amountRefused(index: number): string {
  return `discounts.${index}.amount OUT_OF_RANGE`;
}
