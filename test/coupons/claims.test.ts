import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Claim, redeemCoupon, requireCoupon } from '../../src/coupons/commands.ts';
import { InvalidInputError, InvalidStateError, issueList } from '../../src/kernel/errors.ts';
import { recorded, unchanged } from '../kit/expect.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

// What invoices ask of coupons, on the database itself.

const line = { serviceId: null, quantity: 1, amount: '100', discount: 0 };

/** The coupon's code, or what stands against it. */
async function claimed(world: World, claim: Partial<Claim> & { couponId: string }): Promise<string[]> {
  const issues = issueList();
  const coupon = await world.database.transact(viewerOf(world.admin), (tx) =>
    requireCoupon(tx, issues, ['couponId'], { clientId: null, lines: [line], currency: 'USD', ...claim }),
  );
  try {
    issues.throwIfAny();
  } catch (error) {
    expect(coupon).toBeNull();
    return (error as InvalidInputError).issues.map(({ path, code }) => `${path.join('.')} ${code}`);
  }
  return [coupon?.code ?? 'nothing'];
}

const redeem = (world: World, id: string) =>
  world.database.transact(viewerOf(world.admin), (tx) => redeemCoupon(tx, id));

describe('requireCoupon', () => {
  test('answers a live coupon of the organization, whoever it is for', async () => {
    const world = await makeWorld();
    const live = await world.coupon({ code: 'LIVE' });
    const gone = await world.coupon({ deletedAt: new Date() });
    const strange = await (await makeWorld()).coupon();
    expect(await claimed(world, { couponId: live.id })).toEqual(['LIVE']);
    expect(await claimed(world, { couponId: gone.id })).toEqual(['couponId NOT_FOUND']);
    expect(await claimed(world, { couponId: strange.id })).toEqual(['couponId NOT_FOUND']);
  });

  test('names each reason at the path', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const conditions = { type: 'FIXED', newCustomers: true, singleUse: true, expiresAt: new Date(0) };
    const coupon = await world.coupon(conditions);
    await world.invoice({ client, status: 'PAID', couponId: coupon.id });
    expect(await claimed(world, { couponId: coupon.id, clientId: client.id, currency: 'EUR' })).toEqual(
      ['EXPIRED', 'WRONG_CURRENCY', 'NOT_A_NEW_CUSTOMER', 'ALREADY_USED'].map((code) => `couponId ${code}`),
    );
  });

  test('leaves out the invoice that has it already', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const coupon = await world.coupon({ code: 'MINE', singleUse: true, newCustomers: true });
    const invoice = await world.invoice({ client, status: 'PARTIALLY_PAID', couponId: coupon.id });
    const claim = { couponId: coupon.id, clientId: client.id };
    expect(await claimed(world, { ...claim, exceptInvoiceId: invoice.id })).toEqual(['MINE']);
    expect(await claimed(world, claim)).toEqual(['couponId NOT_A_NEW_CUSTOMER', 'couponId ALREADY_USED']);
  });

  test('gives a client a single use once, however many invoices ask for it at once', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { id: couponId } = await world.coupon({ singleUse: true });
    const many = 6;
    const all = Promise.withResolvers<void>();
    let begun = 0;
    const attempt = (index: number) =>
      world.database.transact(viewerOf(world.admin), async (tx) => {
        await tx.$queryRaw`select 1`;
        begun += 1;
        if (begun === many) all.resolve();
        await all.promise;
        const issues = issueList();
        await requireCoupon(tx, issues, 'couponId', { couponId, clientId: client.id, lines: [line], currency: 'USD' });
        issues.throwIfAny();
        const { organizationId } = world;
        const data = { organizationId, number: `R${index}`, accessKey: randomBytes(16).toString('hex') };
        await tx.invoice.create({ data: { ...data, clientId: client.id, couponId } });
      });
    const outcomes = await Promise.allSettled(Array.from({ length: many }, (_, index) => attempt(index)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(reasons.every((reason) => reason instanceof InvalidInputError)).toBe(true);
  });
});

describe('redeemCoupon', () => {
  test('K6: raises the uses by one; that is no edit, and nothing to announce', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon({ usedCount: 4 });
    const { events, logs } = await recorded(world, () => redeem(world, id));
    expect(await world.rows.coupon.findUnique({ where: { id } })).toMatchObject({ usedCount: 5, version: 1 });
    expect([events, logs]).toEqual([[], []]);
  });

  test('refuses when the limit is reached, and changes nothing', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon({ usedCount: 2, usageLimit: 2 });
    await unchanged(world, async () => {
      const refusal = await redeem(world, id).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(InvalidStateError);
      expect(refusal).toMatchObject({ code: 'COUPON_USED_UP' });
    });
  });

  test('a use that was promised before holds for a coupon that has expired or is deleted since', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon({ expiresAt: new Date(0), deletedAt: new Date() });
    await redeem(world, id);
    expect(await world.rows.coupon.findUnique({ where: { id } })).toMatchObject({ usedCount: 1 });
  });

  test.each([
    [1, 1],
    [7, 7],
    [null, 20],
  ])('with a limit of %s, 20 at once take %s', async (usageLimit, taken) => {
    const world = await makeWorld();
    const { id } = await world.coupon({ usageLimit });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => redeem(world, id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(taken);
    expect(await world.rows.coupon.findUnique({ where: { id } })).toMatchObject({ usedCount: taken });
  });

  test('gives the use back when the payment comes to nothing', async () => {
    const world = await makeWorld();
    const { id } = await world.coupon({ usageLimit: 1 });
    await expect(
      world.database.transact(viewerOf(world.admin), async (tx) => {
        await redeemCoupon(tx, id);
        throw new Error('declined');
      }),
    ).rejects.toThrow('declined');
    await redeem(world, id);
  });
});
