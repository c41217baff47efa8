import { describe, expect, test } from 'vitest';
import { type Movement, type Refund, recordRefund, settle } from '../../../src/invoices/settlement/commands.ts';
import { Decimal } from '../../../src/kernel/money.ts';
import { stopClock } from '../../kit/clock.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { viewerOf } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

// What verbs that call out do between two transactions: the processor's answer is written down here.

const at = '2026-03-02T09:00:00.000Z';
const charge = (fields: Partial<Movement> = {}): Movement => ({
  kind: 'CHARGE',
  amount: new Decimal(100),
  processor: 'Stripe',
  transactionId: 'pi_1',
  ...fields,
});

/** In one transaction, under the invoice's lock, as the contract has it. */
async function inTransaction<Result>(
  world: World,
  { id }: { id: string },
  work: (
    ...args: [Parameters<typeof settle>[0], Parameters<typeof settle>[1], Parameters<typeof settle>[2]]
  ) => Promise<Result>,
): Promise<Result> {
  const viewer = viewerOf(world.admin);
  return await world.database.transact(viewer, async (tx) => {
    await tx.$queryRaw`select id from invoices where id = ${id}::uuid for update`;
    return await work(tx, viewer, await tx.invoice.findUniqueOrThrow({ where: { id } }));
  });
}

const settled = (world: World, invoice: { id: string }, movement: Movement) =>
  inTransaction(world, invoice, (tx, viewer, row) => settle(tx, viewer, row, movement));
const refunded = (world: World, invoice: { id: string }, refund: Refund) =>
  inTransaction(world, invoice, (tx, viewer, row) => recordRefund(tx, viewer, row, refund));

describe('settle', () => {
  test('a charge: the processor, its word for it and the payer’s address are kept', async () => {
    stopClock(at);
    const world = await makeWorld();
    const invoice = await world.invoice();
    const method = await world.paymentMethod({ client: { id: invoice.clientId as string } });
    const movement = charge({ ipAddress: '192.0.2.1', paymentMethodId: method.id });
    const { paymentId, isPaid } = await settled(world, invoice, movement);
    expect(isPaid).toBe(true);
    expect(await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id } })).toMatchObject({
      status: 'PAID',
      paidAt: new Date(at),
      paymentProcessor: 'Stripe',
      transactionId: 'pi_1',
      ipAddress: '192.0.2.1',
    });
    expect(await world.rows.payment.findUniqueOrThrow({ where: { id: paymentId } })).toMatchObject({
      kind: 'CHARGE',
      status: 'SUCCEEDED',
      transactionId: 'pi_1',
      paymentMethodId: method.id,
      settledAt: new Date(at),
    });
  });

  test('a payment that was being made succeeds, and no other is recorded; its card is that of the subscription', async () => {
    stopClock(at);
    const world = await makeWorld();
    const invoice = await world.invoice({ periodLength: 1, periodUnit: 'MONTH' });
    const method = await world.paymentMethod({ client: { id: invoice.clientId as string } });
    const pending = await world.payment({
      invoice,
      kind: 'CHARGE',
      status: 'PROCESSING',
      processor: 'Stripe',
      paymentMethodId: method.id,
    });
    const { paymentId } = await settled(world, invoice, charge({ paymentId: pending.id, paymentMethodId: method.id }));
    expect(paymentId).toBe(pending.id);
    expect(await world.rows.payment.findMany({ where: { invoiceId: invoice.id } })).toMatchObject([
      { id: pending.id, status: 'SUCCEEDED', transactionId: 'pi_1', settledAt: new Date(at) },
    ]);
    expect(await world.rows.subscription.findMany({ where: { invoiceId: invoice.id } })).toMatchObject([
      { paymentMethodId: method.id },
    ]);
  });

  test('told 20 times at once, it happened once', async () => {
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const invoice = await world.invoice();
    await invoice.item({ serviceId });
    const { result: answers, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 20 }, () => settled(world, invoice, charge()))),
    );
    expect(new Set(answers.map(({ paymentId }) => paymentId)).size).toBe(1);
    expect(answers.every(({ isPaid }) => isPaid)).toBe(true);
    expect(events.map(({ type }) => type)).toEqual(['invoice.paid', 'order.created']);
    expect(await world.rows.order.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });

  test('an order that waits to be paid for is begun; one that is in any other status stays as it is', async () => {
    stopClock(at);
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const invoice = await world.invoice();
    const client = { id: invoice.clientId as string };
    const waiting = await world.order({ client, invoiceId: invoice.id, status: 'UNPAID' });
    const held = await world.order({ client, invoiceId: invoice.id, status: 'ON_HOLD' });
    for (const order of [waiting, held]) await invoice.item({ serviceId, orderId: order.id });
    const task = await waiting.task({ deadlineHours: 24 });
    const { events } = await recorded(world, () => settled(world, invoice, charge()));
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([
      ['invoice.paid', invoice.id],
      ['order.updated', waiting.id],
      ['order.status_changed', waiting.id],
    ]);
    const orderOf = ({ id }: { id: string }) => world.rows.order.findUniqueOrThrow({ where: { id } });
    expect(await orderOf(waiting)).toMatchObject({
      statusKind: 'IN_PROGRESS',
      startedAt: new Date(at),
      paymentProcessor: 'Stripe',
    });
    expect(await world.rows.orderTask.findUniqueOrThrow({ where: { id: task.id } })).toMatchObject({
      effectiveDueAt: new Date('2026-03-03T09:00:00.000Z'),
    });
    expect(await orderOf(held)).toMatchObject({ statusKind: 'ON_HOLD', startedAt: held.startedAt });
  });

  test('a part that is told twice counts once', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    const part = charge({ amount: new Decimal(40) });
    expect(await settled(world, invoice, part)).toMatchObject({ isPaid: false });
    expect(await unchanged(world, () => settled(world, invoice, part))).toMatchObject({ isPaid: false });
    expect(await settled(world, invoice, charge({ amount: new Decimal(60), transactionId: 'pi_2' }))).toMatchObject({
      isPaid: true,
    });
  });

  test('a payment that is settled already is not settled again', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    const done = await world.payment({ invoice, kind: 'CHARGE', processor: 'Stripe', amount: '1' });
    await unchanged(world, () =>
      expect(settled(world, invoice, charge({ paymentId: done.id }))).rejects.toMatchObject({
        code: 'ALREADY_SETTLED',
      }),
    );
  });

  test('never takes more than is due', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    await unchanged(world, () =>
      expect(settled(world, invoice, charge({ amount: new Decimal('100.01') }))).rejects.toMatchObject({
        code: 'OVERPAID',
      }),
    );
  });

  test('money that a processor took is kept, also when the coupon was used up meanwhile', async () => {
    const world = await makeWorld();
    const coupon = await world.coupon({ usageLimit: 1, usedCount: 1 });
    const invoice = await world.invoice({ couponId: coupon.id });
    expect(await settled(world, invoice, charge())).toMatchObject({ isPaid: true });
    expect((await world.rows.coupon.findUniqueOrThrow({ where: { id: coupon.id } })).usedCount).toBe(1);
    const other = await world.invoice({ couponId: coupon.id });
    await unchanged(world, () =>
      expect(
        settled(world, other, { kind: 'MANUAL', amount: new Decimal(100), processor: 'Manual' }),
      ).rejects.toMatchObject({ code: 'COUPON_USED_UP' }),
    );
  });
});

describe('recordRefund', () => {
  const back = (fields: Partial<Refund> = {}): Refund => ({
    amount: new Decimal(30),
    processor: 'Stripe',
    transactionId: 're_1',
    ...fields,
  });

  test('records what went back, once for each word of the processor’s, until nothing is kept', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ status: 'PAID' });
    const payment = await world.payment({ invoice, kind: 'CHARGE', processor: 'Stripe', transactionId: 'pi_1' });
    const standing = async () => {
      const row = await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id } });
      return `${row.status} ${row.amountRefunded}`;
    };
    await Promise.all([0, 1, 2].map(() => refunded(world, invoice, back({ refundedPaymentId: payment.id }))));
    expect(await standing()).toBe('PAID 30');
    await unchanged(world, () => refunded(world, invoice, back()));
    await refunded(world, invoice, back({ transactionId: 're_2', amount: new Decimal(70) }));
    expect(await standing()).toBe('REFUNDED 100');
    await unchanged(world, () =>
      expect(refunded(world, invoice, back({ transactionId: 're_3' }))).rejects.toMatchObject({ code: 'OVERREFUNDED' }),
    );
  });

  test('a refund that was being made succeeds, and no other is recorded', async () => {
    stopClock(at);
    const world = await makeWorld();
    const invoice = await world.invoice({ status: 'PAID' });
    const pending = await world.payment({
      invoice,
      kind: 'REFUND',
      status: 'PROCESSING',
      processor: 'Stripe',
      amount: '30',
    });
    await refunded(world, invoice, back({ paymentId: pending.id }));
    expect(await world.rows.payment.findMany({ where: { invoiceId: invoice.id } })).toMatchObject([
      { id: pending.id, status: 'SUCCEEDED', transactionId: 're_1', settledAt: new Date(at) },
    ]);
    expect(await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id } })).toMatchObject({ status: 'PAID' });
  });
});
