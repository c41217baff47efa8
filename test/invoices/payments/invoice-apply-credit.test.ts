import { describe, expect, test } from 'vitest';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, whoChanges } from '../cast.ts';
import { line, made } from '../creating.ts';
import { applyCredit, balanceOf, InvoiceApplyCredit, markPaid, movementsOf, record } from '../paying.ts';

/** A client with so much of credit. */
async function rich(world: World, amount: string, fields: Parameters<World['client']>[0] = {}) {
  const client = await world.client(fields);
  await world.credit({ client, amount });
  return client;
}

describe('invoiceApplyCredit', () => {
  test('pays as much as there is: less is asked for, and the invoice is partially paid', async () => {
    const world = await makeWorld();
    const client = await rich(world, '30');
    const invoice = await made(world, { clientId: client.id, taxType: 'PERCENT', taxRate: '10' });
    const { result, events, logs } = await recorded(world, () => applyCredit(world, invoice));
    expect(success(result).invoice).toEqual({
      ...invoice,
      status: 'PARTIALLY_PAID',
      credit: { amount: '30.00' },
      total: { amount: '80.00', currency: 'USD' },
      amountDue: { amount: '80.00' },
      paymentProcessor: 'Credit',
      version: 2,
    });
    expect(await balanceOf(world, client)).toBe('0');
    const [entry] = await world.rows.creditEntry.findMany({ where: { clientId: client.id, kind: 'SPEND' } });
    expect(entry).toMatchObject({ invoiceId: invoice.id.replace('invoice_', ''), authorId: world.admin.id });
    expect([entry?.amount.toString(), entry?.balance.toString()]).toEqual(['-30', '0']);
    expect(await movementsOf(world, invoice)).toEqual(['CREDIT 30 Credit']);
    expect(events.map(({ type }) => type)).toEqual(['credit.spent', 'invoice.partially_paid']);
    expect(logs.map(({ entity, event }) => `${entity} ${event}`).sort()).toEqual([
      'CREDIT_ENTRY CREATED',
      'INVOICE UPDATED',
      'PAYMENT CREATED',
    ]);
  });

  test('pays all of it where there is enough, with all that follows; the rest of the balance stays', async () => {
    const world = await makeWorld();
    const client = await rich(world, '250');
    const { id: serviceId } = await world.service();
    const invoice = await made(world, { clientId: client.id, items: [line({ serviceId })] });
    const { result, events } = await recorded(world, () => applyCredit(world, invoice));
    expect(success(result).invoice).toMatchObject({
      status: 'PAID',
      credit: { amount: '100.00' },
      total: { amount: '0.00' },
      amountPaid: { amount: '0.00' },
      items: { nodes: [{ order: { id: expect.any(String) } }] },
    });
    expect(await balanceOf(world, client)).toBe('150');
    expect(events.map(({ type }) => type)).toEqual(['credit.spent', 'invoice.paid', 'order.created']);
    const [order] = await world.rows.order.findMany({ where: { organizationId: world.organizationId } });
    expect(order?.paymentProcessor).toBe('Credit');
  });

  test('pays so much as is asked, with money before and after', async () => {
    const world = await makeWorld();
    const client = await rich(world, '100');
    const invoice = await made(world, { clientId: client.id });
    success(await record(world, invoice, { amount: '20' }));
    success(await applyCredit(world, invoice, { amount: '30' }));
    expect(success(await markPaid(world, invoice)).invoice).toMatchObject({
      status: 'PAID',
      credit: { amount: '30.00' },
      total: { amount: '70.00' },
      amountPaid: { amount: '70.00' },
    });
    expect(await movementsOf(world, invoice)).toEqual(['MANUAL 20 Manual', 'CREDIT 30 Credit', 'MANUAL 50 Manual']);
    expect(await balanceOf(world, client)).toBe('70');
  });

  test('an invoice that asks for nothing is paid of nothing', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const invoice = await made(world, { clientId: client.id, items: [line({ amount: '0' })] });
    expect(success(await applyCredit(world, invoice)).invoice.status).toBe('PAID');
    expect(await world.rows.creditEntry.count({ where: { clientId: client.id } })).toBe(0);
  });

  test.each([
    ['more than what is due', '100.01', ['amount OUT_OF_RANGE']],
    ['nothing', '0', ['amount OUT_OF_RANGE']],
    ['a debt', '-1', ['amount OUT_OF_RANGE']],
    ['what nobody can pay', '0.001', ['amount OUT_OF_RANGE']],
  ])('refuses %s', async (_, amount, issues) => {
    const world = await makeWorld();
    const invoice = await world.invoice({ client: await rich(world, '500') });
    expect(issuesOf(await unchanged(world, () => applyCredit(world, invoice, { amount })))).toEqual(issues);
  });

  test('refuses more than the balance has', async () => {
    const world = await makeWorld();
    const code = async (client: { id: string }, input: object) => {
      const invoice = await world.invoice({ client });
      const result = await unchanged(world, () => applyCredit(world, invoice, input));
      return failure(result, 'InvalidStateError');
    };
    expect(await code(await rich(world, '30'), { amount: '30.01' })).toMatchObject({
      code: 'INSUFFICIENT_CREDIT',
      message: "The client's balance is 30.00.",
    });
    expect(await code(await world.client(), {})).toMatchObject({ code: 'INSUFFICIENT_CREDIT' });
    expect(await code(await rich(world, '30', { currency: 'EUR' }), {})).toMatchObject({ code: 'WRONG_CURRENCY' });
  });

  test.each([
    ['DRAFT', 'IS_DRAFT'],
    ['PAID', 'ALREADY_PAID'],
    ['REFUNDED', 'NOT_PAYABLE'],
    ['CANCELLED', 'NOT_PAYABLE'],
  ])('refuses on a %s one: %s', async (status, code) => {
    const world = await makeWorld();
    const invoice = await world.invoice({ status, client: await rich(world, '500') });
    const result = await unchanged(world, () => applyCredit(world, invoice));
    expect(failure(result, 'InvalidStateError').code).toBe(code);
  });

  test('of many at once on several invoices, the balance is spent once and never below 0', async () => {
    const world = await makeWorld();
    const client = await rich(world, '100');
    const invoices = await Promise.all(Array.from({ length: 4 }, () => world.invoice({ client, total: '40' })));
    const results = await Promise.all(
      invoices.flatMap((invoice) => [0, 1, 2].map(() => applyCredit(world, invoice, { amount: '20' }))),
    );
    const done = results.filter(({ __typename }) => __typename === 'InvoiceApplyCreditSuccess').length;
    expect(done).toBe(5);
    expect(await balanceOf(world, client)).toBe('0');
    const entries = await world.rows.creditEntry.findMany({ where: { clientId: client.id } });
    expect(entries.reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(0);
    const spent = await world.rows.invoice.aggregate({
      where: { organizationId: world.organizationId },
      _sum: { credit: true },
    });
    expect(spent._sum.credit?.toString()).toBe('100');
  });

  test('finds nothing by an id of nothing', async () => {
    const world = await makeWorld();
    for (const id of idsOfNothing) failure(await unchanged(world, () => applyCredit(world, { id })), 'NotFoundError');
  });

  test('who may: clients, too, on what is theirs', async () => {
    const cast = await makeCast();
    await cast.world.credit({ client: cast.client, amount: '1000' });
    await expectOutcomes(
      cast,
      { ...whoChanges, client: 'done', otherClient: 'NotFoundError' },
      cast.invoice,
      (person, { id }) => person.answer(InvoiceApplyCredit, { input: { id, amount: '1' } }),
    );
    const draft = await cast.invoice({ status: 'DRAFT' });
    failure(await unchanged(cast.world, () => applyCredit(cast.world, draft, {}, cast.client)), 'NotFoundError');
  });
});
