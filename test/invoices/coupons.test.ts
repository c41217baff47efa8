import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { refused as refusedChange, update, updated } from './changing.ts';
import { create, line, made, refused } from './creating.ts';
import { markPaid, record } from './paying.ts';

const usesOf = async (world: World, { id }: { id: string }) =>
  (await world.rows.coupon.findUniqueOrThrow({ where: { id } })).usedCount;
const offOf = ({ items }: { items: { nodes: { couponDiscount: { amount: string } }[] } }) =>
  items.nodes.map(({ couponDiscount }) => couponDiscount.amount);

const CouponOfInvoice = graphql(`
  query CouponOfInvoice($id: ID!) {
    invoice(id: $id) {
      coupon {
        code
      }
    }
  }
`);

describe('a coupon on an invoice', () => {
  test('K4: lowers the lines that it is for, after their own discount; tax is of the rest', async () => {
    const world = await makeWorld();
    const [audit, logo] = [await world.service(), await world.service()];
    const coupon = await world.coupon({ discounts: [{ amount: '10', serviceIds: [audit.id] }] });
    const invoice = await made(world, {
      items: [line({ serviceId: audit.id, quantity: 2, discount: '150' }), line({ serviceId: logo.id }), line()],
      couponId: encodeId('Coupon', coupon.id),
      taxType: 'PERCENT',
      taxRate: '10',
    });
    expect(offOf(invoice)).toEqual(['20.00', '0.00', '0.00']);
    expect(invoice.items.nodes[0]).toMatchObject({ discount: { amount: '150.00' }, total: { amount: '30.00' } });
    expect([invoice.subtotal.amount, invoice.tax.amount, invoice.total.amount]).toEqual(['230.00', '23.00', '253.00']);
  });

  test('never takes more than is left of a line', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon({ type: 'FIXED', discounts: [{ amount: '80', serviceIds: [] }] });
    const invoice = await made(world, { items: [line({ discount: '90' })], couponId: coupon.id });
    expect([offOf(invoice), invoice.total.amount]).toEqual([['10.00'], '0.00']);
  });

  test('is named by its code, too, as people type it', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon({ code: 'Spring-10' });
    const { id, total } = await made(world, { couponCode: ' sPRING-10 ' });
    expect(total.amount).toBe('90.00');
    const asked = async (actor = world.admin) => (await world.as(actor).run(CouponOfInvoice, { id })).invoice?.coupon;
    expect(await asked()).toEqual({ code: 'Spring-10' });
    const biller = await world.member({ grants: { invoiceAccess: 3 } });
    expect(await asked(biller)).toBeNull();
    await world.rows.coupon.update({ where: { id: coupon.id }, data: { deletedAt: new Date() } });
    expect(await asked()).toBeNull();
  });

  test.each([
    ['FIRST_PAYMENT', '10.00'],
    ['FOREVER', '20.00'],
  ])('law 4: of one for the %s, renewals carry %s off the line', async (duration, carried) => {
    const world = await makeWorld();
    const coupon = await world.coupon({ duration });
    const invoice = await made(world, {
      items: [line({ discount: '10' })],
      couponId: coupon.id,
      recurring: { length: 1, unit: 'MONTH' },
    });
    // Ten percent of the line, whatever its own discount.
    expect(offOf(invoice)).toEqual(['10.00']);
    expect(invoice.items.nodes[0]?.renewalDiscount.amount).toBe(carried);
  });

  test('K5: one that does not hold is refused with its reason', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.invoice({ client, status: 'PAID' });
    const affiliate = await world.client();
    const coupons = {
      EXPIRED: await world.coupon({ expiresAt: new Date(0) }),
      USED_UP: await world.coupon({ usageLimit: 1, usedCount: 1 }),
      BELOW_MINIMUM: await world.coupon({ minimumAmount: '100.01' }),
      NOT_A_NEW_CUSTOMER: await world.coupon({ newCustomers: true }),
      NOT_REFERRED: await world.coupon({ affiliateId: affiliate.id }),
      WRONG_CURRENCY: await world.coupon({ type: 'FIXED', currency: 'EUR' }),
      NOT_FOUND: await world.coupon({ deletedAt: new Date() }),
    };
    for (const [code, { id }] of Object.entries(coupons)) {
      expect(await refused(world, { clientId: client.id, couponId: id })).toEqual([`couponId ${code}`]);
    }
    expect(await refused(world, { clientId: client.id, couponCode: coupons.EXPIRED.code })).toEqual([
      'couponCode EXPIRED',
    ]);
  });

  test('single use: on one invoice of a client that counts, also of many made at once', async () => {
    const world = await makeWorld();
    const { id: clientId } = await world.client();
    const { id: couponId } = await world.coupon({ singleUse: true });
    const input = { clientId, couponId, items: [line()] };
    const results = await Promise.all(Array.from({ length: 5 }, () => create(world, input)));
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      ...Array(4).fill('InvalidInputError'),
      'InvoiceCreateSuccess',
    ]);
    expect(await refused(world, { clientId, couponId })).toEqual(['couponId ALREADY_USED']);
    await made(world, { couponId });
    // The invoice that has it may be changed all the same.
    const [own] = await world.rows.invoice.findMany({ where: { clientId } });
    expect(offOf(await updated(world, own as { id: string }, { couponId, items: [line({ quantity: 3 })] }))).toEqual([
      '30.00',
    ]);
  });

  test('what it takes off follows the lines; it is judged when it is put on, not again', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon({ minimumAmount: '100' });
    const invoice = await made(world, { couponId: coupon.id });
    await world.rows.coupon.update({ where: { id: coupon.id }, data: { expiresAt: new Date(0) } });
    expect(offOf(await updated(world, invoice, { items: [line({ amount: '50' })] }))).toEqual(['5.00']);
    expect(offOf(await updated(world, invoice, { couponId: coupon.id, taxType: 'FIXED', taxRate: '1' }))).toEqual([
      '5.00',
    ]);
    expect((await updated(world, invoice, { couponId: null })).total.amount).toBe('51.00');
    expect(await refusedChange(world, invoice, { couponId: coupon.id })).toEqual([
      'couponId EXPIRED',
      'couponId BELOW_MINIMUM',
    ]);
    const other = await world.coupon({ discounts: [{ amount: '50', serviceIds: [] }] });
    expect((await updated(world, invoice, { couponCode: other.code })).total.amount).toBe('26.00');
  });

  test('is judged again for another client, in another currency, and when a draft is issued', async () => {
    const world = await makeWorld();
    const [fresh, regular] = [await world.client(), await world.client()];
    await world.invoice({ client: regular, status: 'PAID' });
    const { id: couponId } = await world.coupon({
      newCustomers: true,
      type: 'FIXED',
      discounts: [{ amount: '5', serviceIds: [] }],
    });
    const { id: serviceId } = await world.service({ currency: 'EUR' });
    const invoice = await made(world, { clientId: fresh.id, couponId });
    expect(await refusedChange(world, invoice, { clientId: regular.id })).toEqual(['couponId NOT_A_NEW_CUSTOMER']);
    expect(await refusedChange(world, invoice, { items: [line({ serviceId })] })).toEqual(['couponId WRONG_CURRENCY']);

    const draft = await made(world, { status: 'DRAFT', couponId });
    expect(await refusedChange(world, draft, { clientId: regular.id })).toEqual(['couponId NOT_A_NEW_CUSTOMER']);
    await updated(world, draft, { clientId: fresh.id });
    await world.rows.coupon.update({ where: { id: couponId }, data: { expiresAt: new Date(0) } });
    await updated(world, draft, { note: 'Still a draft', items: [line({ quantity: 2 })] });
    expect(await refusedChange(world, draft, { status: 'UNPAID' })).toEqual(['couponId EXPIRED']);
    expect(await updated(world, draft, { status: 'UNPAID', couponId: null })).toMatchObject({ status: 'UNPAID' });
  });

  test('single use: of two drafts with it, one is issued', async () => {
    const world = await makeWorld();
    const { id: clientId } = await world.client();
    const { id: couponId } = await world.coupon({ singleUse: true });
    const drafts = [
      await made(world, { clientId, couponId, status: 'DRAFT' }),
      await made(world, { clientId, couponId, status: 'DRAFT' }),
    ];
    const results = await Promise.all(drafts.map((draft) => update(world, draft, { status: 'UNPAID' })));
    expect(results.map(({ __typename }) => __typename).sort()).toEqual(['InvalidInputError', 'InvoiceUpdateSuccess']);
  });

  test('K6: is used when the invoice is paid, once, and not before', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon();
    const invoice = await made(world, { couponId: coupon.id });
    await record(world, invoice, { amount: '10' });
    expect(await usesOf(world, coupon)).toBe(0);
    success(await markPaid(world, invoice));
    await markPaid(world, invoice, { ifUnpaid: true });
    await update(world, invoice, { status: 'REFUNDED' });
    expect(await usesOf(world, coupon)).toBe(1);
    await made(world, { couponId: coupon.id, status: 'PAID' });
    expect(await usesOf(world, coupon)).toBe(2);
  });

  test('with a limit of 1, of 20 invoices paid at once one is; the others stay as they were', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon({ usageLimit: 1 });
    const { id: serviceId } = await world.service();
    const invoices: { id: string }[] = [];
    for (let index = 0; index < 20; index += 1) {
      invoices.push(await made(world, { couponId: coupon.id, items: [line({ serviceId })] }));
    }
    const { result: results, events } = await recorded(world, () =>
      Promise.all(invoices.map((invoice) => markPaid(world, invoice))),
    );
    const outcomes = results.map((result) => (result.__typename === 'InvalidStateError' ? result.code : 'done'));
    expect(outcomes.sort()).toEqual([...Array(19).fill('COUPON_USED_UP'), 'done']);
    expect(await usesOf(world, coupon)).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['invoice.paid', 'order.created']);
    const where = { organizationId: world.organizationId };
    expect(await world.rows.order.count({ where })).toBe(1);
    expect(await world.rows.invoice.count({ where: { ...where, status: 'UNPAID' } })).toBe(19);
    const left = await world.rows.invoice.findFirstOrThrow({ where: { ...where, status: 'UNPAID' } });
    const again = await unchanged(world, () => markPaid(world, left));
    expect(failure(again, 'InvalidStateError').code).toBe('COUPON_USED_UP');
    success(await update(world, left, { couponId: null }));
    success(await markPaid(world, left));
  });
});
