import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { ask, plainServer, testServer, type VariablesOf } from '../kit/client.ts';
import { type Actor, viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const Coupons = graphql(`
  query Coupons($filter: CouponFilter, $sort: [CouponSort!], $first: Int, $after: String) {
    coupons(filter: $filter, sort: $sort, first: $first, after: $after) {
      nodes {
        code
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const Discounts = graphql(`
  query Discounts($id: ID!) {
    coupon(id: $id) {
      discounts {
        amount
        serviceIds
        services {
          name
          addons {
            name
          }
        }
      }
    }
  }
`);

type Variables = VariablesOf<typeof Coupons>;

async function codes(world: World, variables: Variables = {}, actor: Actor = world.admin): Promise<string> {
  const { coupons } = await world.as(actor).run(Coupons, variables);
  expect(coupons.totalCount).toBe(coupons.nodes.length);
  return coupons.nodes.map(({ code }) => code).join('');
}

const minute = (index: number) => new Date(Date.UTC(2026, 0, 1, 0, index));

/** Coupons A, B, C …, each a minute younger than the one before. */
async function couponsInTime(world: World, fields: Parameters<World['coupon']>[0][]) {
  for (const [index, given] of fields.entries()) {
    await world.coupon({ code: String.fromCharCode(65 + index), createdAt: minute(index), ...given });
  }
}

describe('coupons', () => {
  test('none make an empty page', async () => {
    const world = await makeWorld();
    expect((await world.as(world.admin).run(Coupons)).coupons).toEqual({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, endCursor: null },
    });
  });

  test('come newest first, and in every order that is asked for', async () => {
    const world = await makeWorld();
    await couponsInTime(world, [
      { expiresAt: minute(9), usedCount: 2 },
      { usedCount: 1 },
      { expiresAt: minute(3), usedCount: 1 },
    ]);
    const sorted = (...sort: { field: 'CREATED_AT' | 'CODE' | 'EXPIRES_AT' | 'USED_COUNT'; direction?: 'DESC' }[]) =>
      codes(world, { sort });
    expect(await codes(world)).toBe('CBA');
    expect(await sorted({ field: 'CREATED_AT' })).toBe('ABC');
    expect(await sorted({ field: 'CODE', direction: 'DESC' })).toBe('CBA');
    expect(await sorted({ field: 'EXPIRES_AT' })).toBe('CAB');
    expect(await sorted({ field: 'EXPIRES_AT', direction: 'DESC' })).toBe('BAC');
    expect(await sorted({ field: 'USED_COUNT' }, { field: 'CODE', direction: 'DESC' })).toBe('CBA');
  });

  test('pages by an end that may be missing join without gap or overlap', async () => {
    const world = await makeWorld();
    await couponsInTime(world, [{}, { expiresAt: minute(2) }, { expiresAt: minute(1) }, {}, { expiresAt: minute(2) }]);
    let found = '';
    for (let after: string | null | undefined; after !== null; ) {
      const { coupons } = await world
        .as(world.admin)
        .run(Coupons, { sort: [{ field: 'EXPIRES_AT' }], first: 2, after });
      found += coupons.nodes.map(({ code }) => code).join('');
      after = coupons.pageInfo.hasNextPage ? (coupons.pageInfo.endCursor ?? null) : null;
    }
    expect(found).toBe('CBEAD');
  });

  test('are filtered by each of their fields', async () => {
    const world = await makeWorld();
    const affiliate = await world.client();
    await couponsInTime(world, [
      { type: 'FIXED', currency: 'EUR', affiliateId: affiliate.id },
      { expiresAt: minute(5), usageLimit: 3, usedCount: 2 },
      { deletedAt: new Date() },
    ]);
    const { id } = await world.rows.coupon.findFirstOrThrow({
      where: { organizationId: world.organizationId, code: 'B' },
    });
    const filters: [NonNullable<Variables['filter']>, string][] = [
      [{ id: { eq: encodeId('Coupon', id) } }, 'B'],
      [{ code: { eq: 'A' } }, 'A'],
      [{ code: { eq: 'a' } }, ''],
      [{ code: { startsWith: 'a' } }, 'A'],
      [{ type: { eq: 'FIXED' } }, 'A'],
      [{ type: { in: ['FIXED', 'PERCENTAGE'] } }, 'BA'],
      [{ currency: { eq: 'EUR' } }, 'A'],
      [{ affiliateId: { eq: encodeId('Client', affiliate.id) } }, 'A'],
      [{ affiliateId: { eq: null } }, 'B'],
      [{ expiresAt: { lte: minute(5).toISOString() } }, 'B'],
      [{ expiresAt: { eq: null } }, 'A'],
      [{ usageLimit: { gte: 3 } }, 'B'],
      [{ usedCount: { lt: 2 } }, 'A'],
      [{ createdAt: { gt: minute(0).toISOString() } }, 'B'],
      [{ isDeleted: { eq: false } }, 'BA'],
      [{ isDeleted: { eq: true } }, 'C'],
      [{ or: [{ code: { eq: 'A' } }, { not: { type: { eq: 'FIXED' } } }] }, 'BA'],
    ];
    for (const [filter, expected] of filters) {
      expect({ filter, found: await codes(world, { filter }) }).toEqual({ filter, found: expected });
    }
  });

  test('that are deleted are found by those who may restore them', async () => {
    const world = await makeWorld();
    await couponsInTime(world, [{}, { deletedAt: new Date() }]);
    const filter = { isDeleted: { eq: true } };
    expect(await codes(world, { filter }, await world.member({ grants: { coupons: 3 } }))).toBe('B');
    expect(await codes(world, { filter }, await world.member({ grants: { coupons: 2 } }))).toBe('');
  });
});

describe('the discounts of a coupon', () => {
  test('keep their order and that of their ids; services come by name, the live ones, with all that hangs beneath', async () => {
    const world = await makeWorld();
    const [a, b, gone, addon] = [
      await world.service({ name: 'A' }),
      await world.service({ name: 'B' }),
      await world.service({ name: 'C', deletedAt: new Date() }),
      await world.service({ name: 'Extra' }),
    ];
    await world.rows.serviceAddon.create({
      data: { organizationId: world.organizationId, addonId: addon.id, parentId: b.id },
    });
    const discounts = [
      { amount: '7.50', serviceIds: [b.id, gone.id, a.id] },
      { amount: '5', serviceIds: [gone.id] },
      { amount: '2', serviceIds: [] },
    ];
    const coupon = await world.coupon({ discounts });
    const ids = (...of: { id: string }[]) => of.map(({ id }) => encodeId('Service', id));
    expect(await world.as(world.admin).run(Discounts, { id: coupon.id })).toEqual({
      coupon: {
        discounts: [
          {
            amount: '7.5',
            serviceIds: ids(b, gone, a),
            services: [
              { name: 'A', addons: [] },
              { name: 'B', addons: [{ name: 'Extra' }] },
            ],
          },
          { amount: '5', serviceIds: ids(gone), services: [] },
          { amount: '2', serviceIds: [], services: [] },
        ],
      },
    });
  });

  test('name services whom the viewer may see; the ids are told to everybody who sees the coupon', async () => {
    const world = await makeWorld();
    const reader = await world.member({ grants: { coupons: 1, services: 1 } });
    const [own, other] = [await world.service({ name: 'Own', employees: [reader] }), await world.service()];
    const { id } = await world.coupon({ discounts: [{ amount: '1', serviceIds: [own.id, other.id] }] });
    const { coupon } = await world.as(reader).run(Discounts, { id });
    expect(coupon?.discounts).toEqual([
      {
        amount: '1',
        serviceIds: [encodeId('Service', own.id), encodeId('Service', other.id)],
        services: [{ name: 'Own', addons: [] }],
      },
    ]);
  });

  test('cost as many statements for 20 coupons as for 2', async () => {
    const counts = [];
    for (const coupons of [2, 20]) {
      const world = await makeWorld();
      for (let index = 0; index < coupons; index += 1) {
        const service = await world.service();
        await world.coupon({ discounts: [{ amount: '1', serviceIds: [service.id] }] });
      }
      const query =
        '{ coupons(first: 50) { nodes { code discounts { amount services { name } } affiliate { name } } } }';
      await world.as(world.admin).run(query);
      for (const server of [await testServer(), await plainServer()]) {
        counts.push((await countStatements(() => ask(server, viewerOf(world.admin), { query }))).statements);
      }
    }
    expect(counts).toEqual([3, 4, 3, 4]);
  });
});
