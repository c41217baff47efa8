import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { stopClock } from '../kit/clock.ts';
import { unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const CouponPreview = graphql(`
  query CouponPreview($code: String!, $items: [CouponPreviewItemInput!]!, $clientId: ID, $currency: CurrencyCode) {
    couponPreview(code: $code, items: $items, clientId: $clientId, currency: $currency) {
      coupon {
        id
        code
        discounts {
          services {
            name
          }
        }
      }
      items {
        subtotal {
          amount
        }
        discount {
          amount
        }
        total {
          amount
        }
      }
      subtotal {
        amount
        currency
      }
      discount {
        amount
        currency
      }
      total {
        amount
        currency
      }
    }
  }
`);

type Variables = VariablesOf<typeof CouponPreview>;

const preview = async (world: World, variables: Variables, actor: Actor = world.admin) =>
  (await world.as(actor).run(CouponPreview, variables)).couponPreview;

/** What is refused, as `path CODE`. */
async function refused(world: World, variables: Variables, actor: Actor = world.admin): Promise<string[]> {
  const refusals = await unchanged(world, () => world.as(actor).refused(CouponPreview, variables));
  expect(refusals.map(({ code, path }) => [code, path])).toEqual([['INVALID_INPUT', ['couponPreview']]]);
  const issues = refusals[0]?.extensions.issues as { path: string[]; code: string }[];
  return issues.map(({ path, code }) => `${path.join('.')} ${code}`);
}

const nowhere = '00000000-0000-7000-8000-000000000000';
const one = [{ amount: '100' }];

describe('couponPreview', () => {
  test('tells what each item and all of them would come to, in their order, and saves nothing', async () => {
    const world = await makeWorld();
    const [logo, site] = [await world.service({ name: 'Logo' }), await world.service()];
    const coupon = await world.coupon({
      code: 'Spring',
      discounts: [
        { amount: '10', serviceIds: [] },
        { amount: '33.3333', serviceIds: [logo.id] },
      ],
    });
    const answer = await unchanged(world, () =>
      preview(world, {
        code: ' sPRING ',
        items: [
          { serviceId: encodeId('Service', logo.id), amount: '19.99', quantity: 3 },
          { serviceId: site.id, amount: 100, discount: '95' },
          { amount: '50', discount: '80' },
        ],
      }),
    );
    expect(answer).toEqual({
      coupon: {
        id: encodeId('Coupon', coupon.id),
        code: 'Spring',
        discounts: [{ services: [] }, { services: [{ name: 'Logo' }] }],
      },
      items: [
        { subtotal: { amount: '59.97' }, discount: { amount: '19.99' }, total: { amount: '39.98' } },
        { subtotal: { amount: '5.00' }, discount: { amount: '5.00' }, total: { amount: '0.00' } },
        { subtotal: { amount: '0.00' }, discount: { amount: '0.00' }, total: { amount: '0.00' } },
      ],
      subtotal: { amount: '64.97', currency: 'USD' },
      discount: { amount: '24.99', currency: 'USD' },
      total: { amount: '39.98', currency: 'USD' },
    });
  });

  test('is in the currency that is said, or else in that of the services, or else in the organization’s', async () => {
    const world = await makeWorld({ currency: 'CHF' });
    const service = await world.service({ currency: 'JPY' });
    const { code } = await world.coupon();
    const totalOf = async (more: object, items: Variables['items'] = [{ amount: '1000' }]) =>
      (await preview(world, { code, items, ...more })).total;
    expect(await totalOf({})).toEqual({ amount: '900.00', currency: 'CHF' });
    expect(await totalOf({ currency: 'KWD' })).toEqual({ amount: '900.000', currency: 'KWD' });
    expect(await totalOf({}, [{ amount: '5' }, { amount: '5', serviceId: service.id }])).toEqual({
      amount: '8',
      currency: 'JPY',
    });
    expect(await refused(world, { code, currency: 'EUR', items: [{ amount: '5', serviceId: service.id }] })).toEqual([
      'items.0.serviceId WRONG_CURRENCY',
    ]);
  });

  test('refuses what no invoice could have', async () => {
    const world = await makeWorld();
    const { code } = await world.coupon();
    const gone = await world.service({ deletedAt: new Date() });
    const wrong: [Omit<Variables, 'code'>, string[]][] = [
      [{ items: [] }, ['items REQUIRED']],
      [{ items: Array.from({ length: 1001 }, () => ({ amount: '1' })) }, ['items TOO_LONG']],
      [
        { items: [{ amount: '-1' }, { amount: '0.001' }] },
        ['items.0.amount OUT_OF_RANGE', 'items.1.amount OUT_OF_RANGE'],
      ],
      [{ items: [{ amount: '1', quantity: 0 }] }, ['items.0.quantity OUT_OF_RANGE']],
      [{ items: [{ amount: '1', discount: '-1' }] }, ['items.0.discount OUT_OF_RANGE']],
      [{ items: [...one, { amount: '1', serviceId: gone.id }] }, ['items.1.serviceId NOT_FOUND']],
      [
        { items: [{ amount: '1', serviceId: 'x' }], clientId: 'order_1' },
        ['clientId NOT_FOUND', 'items.0.serviceId NOT_FOUND'],
      ],
      [{ items: one, clientId: nowhere }, ['clientId NOT_FOUND']],
      [{ items: one, clientId: world.admin.id }, ['clientId NOT_FOUND']],
      [{ items: one, currency: 'ABC' }, ['currency UNKNOWN']],
    ];
    for (const [variables, issues] of wrong) {
      expect({ variables, issues: await refused(world, { code, ...variables }) }).toEqual({ variables, issues });
    }
  });

  test('finds live coupons of the organization only', async () => {
    const world = await makeWorld();
    const gone = await world.coupon({ deletedAt: new Date() });
    const strange = await (await makeWorld()).coupon();
    for (const code of [gone.code, strange.code, '', 'x\0', '%', 'x'.repeat(10_000)]) {
      expect(await refused(world, { code, items: one })).toEqual(['code NOT_FOUND']);
    }
  });

  test('K5: refuses a coupon that does not hold, and says each reason', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-03-01T00:00:00Z');
    const [affiliate, old, fresh] = [await world.client(), await world.client(), await world.client()];
    await world.rows.user.update({ where: { id: fresh.id }, data: { referredById: affiliate.id } });
    await world.invoice({ client: old, status: 'PAID' });
    const conditions = { newCustomers: true, singleUse: true, affiliateId: affiliate.id, minimumAmount: '100' };
    const coupon = await world.coupon({ expiresAt: clock.now(), usageLimit: 1, usedCount: 1, ...conditions });
    await world.invoice({ client: old, couponId: coupon.id });
    const { code } = coupon;
    expect(await refused(world, { code, items: [{ amount: '99.99' }], clientId: old.id })).toEqual(
      ['EXPIRED', 'USED_UP', 'BELOW_MINIMUM', 'NOT_A_NEW_CUSTOMER', 'ALREADY_USED', 'NOT_REFERRED'].map(
        (reason) => `code ${reason}`,
      ),
    );
    await world.rows.coupon.update({ where: { id: coupon.id }, data: { expiresAt: null, usageLimit: null } });
    expect((await preview(world, { code, items: one, clientId: fresh.id })).discount.amount).toBe('10.00');
    // For nobody yet, what it asks of its client is not looked at.
    expect((await preview(world, { code, items: one })).discount.amount).toBe('10.00');
    expect(await refused(world, { code, items: one, currency: 'EUR' })).toEqual(['code WRONG_CURRENCY']);
  });

  test.each([
    ['PAID', 'NOT_A_NEW_CUSTOMER'],
    ['REFUNDED', 'NOT_A_NEW_CUSTOMER'],
    ['PARTIALLY_PAID', 'NOT_A_NEW_CUSTOMER'],
    ['UNPAID', null],
    ['DRAFT', null],
    ['CANCELLED', null],
  ])('who has an invoice that is %s is an old customer: %s', async (status, reason) => {
    const world = await makeWorld();
    const client = await world.client();
    await world.invoice({ client, status, deletedAt: new Date() });
    const { code } = await world.coupon({ newCustomers: true });
    const ask = { code, items: one, clientId: client.id };
    if (reason) expect(await refused(world, ask)).toEqual([`code ${reason}`]);
    else await preview(world, ask);
  });

  test.each([
    ['UNPAID', 'ALREADY_USED'],
    ['PAID', 'ALREADY_USED'],
    ['DRAFT', null],
    ['CANCELLED', null],
  ])('a single use is taken by an invoice that is %s: %s; by a deleted one not', async (status, reason) => {
    const world = await makeWorld();
    const client = await world.client();
    const coupon = await world.coupon({ singleUse: true });
    await world.invoice({ client, status, couponId: coupon.id });
    await world.invoice({ couponId: coupon.id, status: 'PAID' });
    const ask = { code: coupon.code, items: one, clientId: client.id };
    if (reason) expect(await refused(world, ask)).toEqual([`code ${reason}`]);
    await world.rows.invoice.updateMany({ where: { clientId: client.id }, data: { deletedAt: new Date() } });
    await preview(world, ask);
  });

  test('is for the clients whom the viewer may see; who may bill everybody may ask for anybody', async () => {
    const world = await makeWorld();
    const biller = await world.member({ grants: { invoiceManagement: 1, clients: 1 } });
    const chief = await world.member({ grants: { invoiceManagement: 3 } });
    const [own, other] = [await world.client({ managers: [biller] }), await world.client()];
    const { code } = await world.coupon();
    const asking = (clientId: string) => ({ code, items: one, clientId });
    await preview(world, asking(own.id), biller);
    expect(await refused(world, asking(other.id), biller)).toEqual(['clientId NOT_FOUND']);
    await preview(world, asking(other.id), chief);
  });
});
