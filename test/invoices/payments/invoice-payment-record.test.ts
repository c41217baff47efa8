import { describe, expect, test } from 'vitest';
import { stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, whoChanges } from '../cast.ts';
import { line, made } from '../creating.ts';
import { InvoicePaymentRecord, movementsOf, record } from '../paying.ts';

const at = '2026-03-02T09:00:00.000Z';

describe('invoicePaymentRecord', () => {
  test('of a part makes the invoice partially paid; announces and logs it', async () => {
    stopClock(at);
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const invoice = await made(world, { items: [line({ serviceId })], recurring: { length: 1, unit: 'MONTH' } });
    const { result, events, logs } = await recorded(world, () =>
      record(world, invoice, { amount: '40.5', transactionId: ' SEPA-1 ', note: 'First half' }),
    );
    expect(success(result).invoice).toEqual({
      ...invoice,
      status: 'PARTIALLY_PAID',
      amountPaid: { amount: '40.50' },
      amountDue: { amount: '59.50' },
      paymentProcessor: 'Manual',
      transactionId: 'SEPA-1',
      version: 2,
    });
    const [payment] = await world.rows.payment.findMany({ where: { organizationId: world.organizationId } });
    expect(payment).toMatchObject({
      kind: 'MANUAL',
      transactionId: 'SEPA-1',
      note: 'First half',
      settledAt: new Date(at),
    });
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      [
        'invoice.partially_paid',
        { number: invoice.number, clientId: payment?.clientId, paymentId: payment?.id, amount: '40.50' },
      ],
    ]);
    expect(logs.map(({ entity, event }) => `${entity} ${event}`).sort()).toEqual([
      'INVOICE UPDATED',
      'PAYMENT CREATED',
    ]);
    // Nothing follows before all is paid.
    const where = { organizationId: world.organizationId };
    expect([await world.rows.order.count({ where }), await world.rows.subscription.count({ where })]).toEqual([0, 0]);
  });

  test('of the last part settles it, once, with all that follows', async () => {
    const clock = stopClock(at);
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const invoice = await made(world, { items: [line({ serviceId })] });
    await record(world, invoice, { amount: '99.99' });
    clock.advance(1_000);
    const { result, events } = await recorded(world, () => record(world, invoice, { amount: '0.01' }));
    expect(success(result).invoice).toMatchObject({
      status: 'PAID',
      paidAt: clock.now().toISOString(),
      amountPaid: { amount: '100.00' },
      items: { nodes: [{ order: { id: expect.any(String) } }] },
    });
    expect(events.map(({ type }) => type)).toEqual(['invoice.paid', 'order.created']);
    expect(await movementsOf(world, invoice)).toEqual(['MANUAL 99.99 Manual', 'MANUAL 0.01 Manual']);
    const again = await unchanged(world, () => record(world, invoice, { amount: '0.01' }));
    expect(failure(again, 'InvalidStateError').code).toBe('ALREADY_PAID');
  });

  test('of 20 parts of 10 at once, ten make it paid and ten are refused', async () => {
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const invoice = await made(world, { items: [line({ serviceId })] });
    const results = await Promise.all(Array.from({ length: 20 }, () => record(world, invoice, { amount: '10' })));
    const outcomes = results.map((result) => (result.__typename === 'InvalidStateError' ? result.code : 'done'));
    expect(outcomes.sort()).toEqual([...Array(10).fill('ALREADY_PAID'), ...Array(10).fill('done')]);
    const row = await world.rows.invoice.findFirstOrThrow({ where: { organizationId: world.organizationId } });
    expect([row.status, row.amountPaid.toString()]).toEqual(['PAID', '100']);
    expect(await world.rows.order.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });

  test.each([
    ['more than what is due', { amount: '100.01' }, ['amount OUT_OF_RANGE']],
    ['nothing', { amount: '0' }, ['amount OUT_OF_RANGE']],
    ['a debt', { amount: '-1' }, ['amount OUT_OF_RANGE']],
    ['what nobody can pay', { amount: '0.001' }, ['amount OUT_OF_RANGE']],
    ['too long a word', { amount: '1', transactionId: 'x'.repeat(256) }, ['transactionId TOO_LONG']],
    ['a note with NUL', { amount: '1', note: '\0' }, ['note INVALID']],
  ])('refuses %s', async (_, input, issues) => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    expect(issuesOf(await unchanged(world, () => record(world, invoice, input)))).toEqual(issues);
  });

  test.each([
    ['DRAFT', 'IS_DRAFT'],
    ['PAID', 'ALREADY_PAID'],
    ['REFUNDED', 'NOT_PAYABLE'],
    ['CANCELLED', 'NOT_PAYABLE'],
  ])('refuses on a %s one: %s', async (status, code) => {
    const world = await makeWorld();
    const invoice = await world.invoice({ status });
    const result = await unchanged(world, () => record(world, invoice, { amount: '1' }));
    expect(failure(result, 'InvalidStateError').code).toBe(code);
  });

  test('is refused for nobody, and while a processor is asked for the money', async () => {
    const world = await makeWorld();
    const code = async (invoice: { id: string }) =>
      failure(await unchanged(world, () => record(world, invoice, { amount: '1' })), 'InvalidStateError').code;
    expect(await code(await world.invoice({ client: null, status: 'DRAFT' }))).toBe('NO_CLIENT');
    const invoice = await world.invoice();
    await world.payment({ invoice, kind: 'CHARGE', status: 'PROCESSING', processor: 'Stripe' });
    expect(await code(invoice)).toBe('CHARGE_IN_PROGRESS');
  });

  test('finds nothing by an id of nothing', async () => {
    const world = await makeWorld();
    for (const id of idsOfNothing) {
      failure(await unchanged(world, () => record(world, { id }, { amount: '1' })), 'NotFoundError');
    }
  });

  test('who may', async () => {
    const cast = await makeCast();
    await expectOutcomes(cast, whoChanges, cast.invoice, (person, { id }) =>
      person.answer(InvoicePaymentRecord, { input: { id, amount: '1' } }),
    );
  });
});
