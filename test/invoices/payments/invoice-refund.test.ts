import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, whoChanges } from '../cast.ts';
import { line, made } from '../creating.ts';
import { applyCredit, balanceOf, InvoiceRefund, markPaid, movementsOf, record, refund } from '../paying.ts';

const at = '2026-03-02T09:00:00.000Z';

/** An invoice of 100.00 that was paid by hand. */
async function paid(world: World) {
  const { id: serviceId } = await world.service();
  const invoice = await made(world, { items: [line({ serviceId })] });
  return success(await markPaid(world, invoice)).invoice;
}

const paymentsOf = async (world: World, { id }: { id: string }) =>
  await world.rows.payment.findMany({
    where: { invoiceId: id.replace('invoice_', '') },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });

const refused = async (world: World, invoice: { id: string }, input: object) =>
  issuesOf(await unchanged(world, () => refund(world, invoice, input)));
const code = async (world: World, invoice: { id: string }, input: object = {}) =>
  failure(await unchanged(world, () => refund(world, invoice, input)), 'InvalidStateError').code;

describe('invoiceRefund', () => {
  test('gives all back by hand: the invoice is refunded, its orders stay; announces and logs it', async () => {
    stopClock(at);
    const world = await makeWorld();
    const invoice = await paid(world);
    const { result, events, logs } = await recorded(world, () => refund(world, invoice, { note: ' Sorry ' }));
    expect(success(result).invoice).toEqual({
      ...invoice,
      status: 'REFUNDED',
      amountRefunded: { amount: '100.00' },
      version: 3,
    });
    const [payment, back] = await paymentsOf(world, invoice);
    expect(back).toMatchObject({
      kind: 'REFUND',
      status: 'SUCCEEDED',
      processor: 'Manual',
      currency: 'USD',
      refundedPaymentId: payment?.id,
      settledAt: new Date(at),
      note: 'Sorry',
    });
    const { clientId } = back as { clientId: string };
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      ['invoice.refunded', { number: invoice.number, clientId, amount: '100.00', isComplete: true }],
    ]);
    expect(logs.map(({ entity, event }) => `${entity} ${event}`).sort()).toEqual([
      'INVOICE UPDATED',
      'PAYMENT CREATED',
    ]);
    expect(await world.rows.order.count({ where: { organizationId: world.organizationId, deletedAt: null } })).toBe(1);
    expect(await code(world, invoice)).toBe('NOTHING_PAID');
  });

  test('gives parts back; with the last of them the invoice is refunded', async () => {
    const world = await makeWorld();
    const invoice = await paid(world);
    const { result, events } = await recorded(world, () => refund(world, invoice, { amount: '30' }));
    expect(success(result).invoice).toMatchObject({
      status: 'PAID',
      amountRefunded: { amount: '30.00' },
      amountDue: { amount: '0.00' },
      paidAt: invoice.paidAt,
    });
    expect(events[0]?.payload).toMatchObject({ amount: '30.00', isComplete: false });
    expect(await refused(world, invoice, { amount: '70.01' })).toEqual(['amount OUT_OF_RANGE']);
    expect(success(await refund(world, invoice, { amount: '70' })).invoice).toMatchObject({
      status: 'REFUNDED',
      amountRefunded: { amount: '100.00' },
    });
    expect(await movementsOf(world, invoice)).toEqual(['MANUAL 100 Manual', 'REFUND 30 Manual', 'REFUND 70 Manual']);
  });

  test('gives onto the balance, to be spent on another invoice', async () => {
    const world = await makeWorld();
    const invoice = await paid(world);
    const client = { id: invoice.client?.id.replace('client_', '') as string };
    const { result, events } = await recorded(world, () =>
      refund(world, invoice, { amount: '40', method: 'BALANCE', note: 'Half of it' }),
    );
    success(result);
    expect(await balanceOf(world, client)).toBe('40');
    const entries = await world.rows.creditEntry.findMany({ where: { clientId: client.id } });
    expect(entries).toMatchObject([{ kind: 'REFUND', note: 'Half of it' }]);
    expect(events.map(({ type }) => type)).toEqual(['credit.refunded', 'invoice.refunded']);
    const next = await made(world, { clientId: client.id });
    expect(success(await applyCredit(world, next)).invoice.amountDue.amount).toBe('60.00');
  });

  test('of several payments, gives back the newest first, each the way that it came', async () => {
    const clock = stopClock(at);
    const world = await makeWorld();
    const client = await world.client();
    await world.credit({ client, amount: '30' });
    const invoice = await made(world, { clientId: client.id });
    for (const pay of [
      () => record(world, invoice, { amount: '50' }),
      () => applyCredit(world, invoice),
      () => record(world, invoice, { amount: '20' }),
    ]) {
      success(await pay());
      clock.advance(1_000);
    }
    success(await refund(world, invoice, { amount: '60' }));
    expect(await balanceOf(world, client)).toBe('30');
    const [first, credit, last, ...refunds] = await paymentsOf(world, invoice);
    const shown = refunds.map(({ amount, processor, refundedPaymentId }) => [
      ...[amount.toString(), processor],
      [first, credit, last].findIndex((payment) => payment?.id === refundedPaymentId),
    ]);
    expect(shown.sort()).toEqual([
      ['10', 'Manual', 0],
      ['20', 'Manual', 2],
      ['30', 'Credit', 1],
    ]);
  });

  test('gives back of the payment that is named, no more than is left of it', async () => {
    const world = await makeWorld();
    const invoice = await made(world);
    await record(world, invoice, { amount: '60' });
    await record(world, invoice, { amount: '40' });
    const [first] = await paymentsOf(world, invoice);
    const paymentId = encodeId('Payment', first?.id ?? '');
    expect(await refused(world, invoice, { amount: '60.01', paymentId })).toEqual(['amount OUT_OF_RANGE']);
    success(await refund(world, invoice, { amount: '25', paymentId }));
    expect(await refused(world, invoice, { amount: '35.01', paymentId })).toEqual(['amount OUT_OF_RANGE']);
    expect(success(await refund(world, invoice, { paymentId })).invoice.amountRefunded.amount).toBe('60.00');
    expect(await code(world, invoice, { paymentId })).toBe('NOTHING_PAID');
    expect(success(await refund(world, invoice)).invoice.status).toBe('REFUNDED');
  });

  test('refuses a payment of another invoice, a refund, and what is none', async () => {
    const world = await makeWorld();
    const [invoice, other] = [await paid(world), await paid(world)];
    success(await refund(world, invoice, { amount: '1' }));
    const [strange] = await paymentsOf(world, other);
    const back = (await paymentsOf(world, invoice)).find(({ kind }) => kind === 'REFUND');
    for (const paymentId of [strange?.id, back?.id, '00000000-0000-7000-8000-000000000000', 'x']) {
      expect(await refused(world, invoice, { paymentId })).toEqual(['paymentId NOT_FOUND']);
    }
  });

  test('credit never becomes money', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.credit({ client, amount: '30' });
    const invoice = await made(world, { clientId: client.id });
    await applyCredit(world, invoice);
    await markPaid(world, invoice);
    expect(await refused(world, invoice, { amount: '70.01', method: 'MANUAL' })).toEqual(['amount OUT_OF_RANGE']);
    expect(success(await refund(world, invoice, { method: 'MANUAL' })).invoice).toMatchObject({
      status: 'PAID',
      amountRefunded: { amount: '70.00' },
    });
    expect(await code(world, invoice, { method: 'MANUAL' })).toBe('NOTHING_PAID');
    expect(success(await refund(world, invoice)).invoice.status).toBe('REFUNDED');
    expect(await balanceOf(world, client)).toBe('30');
  });

  test('of a partially paid one, what went back is due again; all of it makes it refunded', async () => {
    const world = await makeWorld();
    const invoice = await made(world);
    await record(world, invoice, { amount: '60' });
    expect(success(await refund(world, invoice, { amount: '20' })).invoice).toMatchObject({
      status: 'PARTIALLY_PAID',
      amountDue: { amount: '60.00' },
    });
    expect(success(await record(world, invoice, { amount: '60' })).invoice).toMatchObject({
      status: 'PAID',
      amountPaid: { amount: '120.00' },
      amountRefunded: { amount: '20.00' },
      amountDue: { amount: '0.00' },
    });
    const other = await made(world);
    await record(world, other, { amount: '60' });
    expect(success(await refund(world, other)).invoice).toMatchObject({ status: 'REFUNDED', paidAt: null });
  });

  test('of what was paid before payments were recorded, by hand or onto the balance', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ status: 'PAID' });
    success(await refund(world, invoice, { amount: '10' }));
    success(await refund(world, invoice, { amount: '20', method: 'BALANCE' }));
    expect(await balanceOf(world, { id: invoice.clientId ?? '' })).toBe('20');
    expect(success(await refund(world, invoice)).invoice.status).toBe('REFUNDED');
    expect(await movementsOf(world, invoice)).toEqual(['REFUND 10 Manual', 'REFUND 20 Credit', 'REFUND 70 Manual']);
  });

  test('what a processor took goes back through it, or otherwise when it is told so', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ status: 'PAID' });
    await world.payment({ invoice, kind: 'CHARGE', processor: 'Stripe', transactionId: 'pi_1' });
    expect(await code(world, invoice)).toBe('PAYMENTS_NOT_CONFIGURED');
    success(await refund(world, invoice, { amount: '40', method: 'MANUAL' }));
    expect(success(await refund(world, invoice, { method: 'BALANCE' })).invoice.status).toBe('REFUNDED');
  });

  test.each([
    ['nothing', { amount: '0' }, ['amount OUT_OF_RANGE']],
    ['a debt', { amount: '-1' }, ['amount OUT_OF_RANGE']],
    ['what nobody can pay', { amount: '0.001' }, ['amount OUT_OF_RANGE']],
    ['more than was paid', { amount: '100.01' }, ['amount OUT_OF_RANGE']],
    ['a note with NUL', { note: '\0' }, ['note INVALID']],
  ])('refuses %s', async (_, input, issues) => {
    const world = await makeWorld();
    expect(await refused(world, await paid(world), input)).toEqual(issues);
  });

  test.each(['DRAFT', 'UNPAID', 'CANCELLED'])('refuses on a %s one', async (status) => {
    const world = await makeWorld();
    expect(await code(world, await world.invoice({ status }))).toBe('NOTHING_PAID');
  });

  test('a balance in another currency takes nothing', async () => {
    const world = await makeWorld();
    const client = await world.client({ currency: 'EUR' });
    const invoice = await world.invoice({ client, status: 'PAID' });
    expect(await code(world, invoice, { method: 'BALANCE' })).toBe('WRONG_CURRENCY');
  });

  test('is refused while a processor is asked', async () => {
    const world = await makeWorld();
    const invoice = await paid(world);
    const row = await world.rows.invoice.findFirstOrThrow({ where: { organizationId: world.organizationId } });
    await world.payment({ invoice: row, kind: 'REFUND', status: 'PROCESSING', processor: 'Stripe', amount: '1' });
    expect(await code(world, invoice)).toBe('CHARGE_IN_PROGRESS');
  });

  test('of 20 halves at once two are given back', async () => {
    const world = await makeWorld();
    const invoice = await paid(world);
    const results = await Promise.all(
      Array.from({ length: 20 }, () => refund(world, invoice, { amount: '50', method: 'BALANCE' })),
    );
    const outcomes = results.map((result) => (result.__typename === 'InvalidStateError' ? result.code : 'done'));
    expect(outcomes.sort()).toEqual([...Array(18).fill('NOTHING_PAID'), 'done', 'done']);
    expect(await balanceOf(world, { id: invoice.client?.id.replace('client_', '') as string })).toBe('100');
  });

  test('finds nothing by an id of nothing', async () => {
    const world = await makeWorld();
    for (const id of idsOfNothing) failure(await unchanged(world, () => refund(world, { id })), 'NotFoundError');
  });

  test('who may', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      whoChanges,
      () => cast.invoice({ status: 'PAID' }),
      (person, { id }) => person.answer(InvoiceRefund, { input: { id, amount: '1' } }),
    );
  });
});
