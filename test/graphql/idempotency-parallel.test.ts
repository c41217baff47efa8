import { describe, expect, test } from 'vitest';
import type { Answer } from '../kit/client.ts';
import { recorded } from '../kit/expect.ts';
import { stripeForThisFile } from '../kit/stripe.ts';
import type { World } from '../kit/world.ts';
import { makeStripeWorld } from '../payments/cast.ts';

const stripe = stripeForThisFile();

const calls = 50;

/** The same request so many times at once, and then again until each of them is answered. */
async function all(world: World, document: string, input: object): Promise<Answer[]> {
  const admin = world.as(world.admin).with({ 'idempotency-key': 'one' });
  const untilAnswered = async (): Promise<Answer> => {
    for (;;) {
      const answer = await admin.answer(document, { input });
      const codes = answer.errors?.map(({ extensions }) => extensions?.code);
      if (!codes) return answer;
      expect(codes).toEqual(['IDEMPOTENCY_KEY_IN_USE']);
    }
  };
  return await Promise.all(Array.from({ length: calls }, untilAnswered));
}

/** Whether one of them did it, and all of them answer what that one answered. */
function expectOne(answers: Answer[], name: string): void {
  const [first] = answers;
  expect(first?.data).toMatchObject({ [name]: { __typename: expect.stringMatching(/Success$/) } });
  expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  const replayed = answers.map(({ extensions }) => (extensions?.idempotency as { replayed?: boolean })?.replayed);
  expect(replayed.sort()).toEqual([false, ...Array.from({ length: calls - 1 }, () => true)]);
}

describe(`${calls} calls at once with one key`, () => {
  test('of orderCreate place one order', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    const service = await world.service();
    const document = `mutation ($input: OrderCreateInput!) {
      orderCreate(input: $input) { __typename ... on OrderCreateSuccess { order { id number } } }
    }`;
    const { result, events } = await recorded(world, () =>
      all(world, document, { clientId: client.id, serviceId: service.id }),
    );
    expectOne(result, 'orderCreate');
    expect(events.map(({ type }) => type)).toEqual(['order.created']);
    expect(await world.rows.order.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });

  test('of invoicePaymentRecord record one payment of a part', async () => {
    const world = await makeStripeWorld(stripe);
    const invoice = await world.invoice({ total: '100' });
    const document = `mutation ($input: InvoicePaymentRecordInput!) {
      invoicePaymentRecord(input: $input) { __typename ... on InvoicePaymentRecordSuccess { invoice { amountDue { amount } } } }
    }`;
    const { result, events } = await recorded(world, () => all(world, document, { id: invoice.id, amount: '10' }));
    expectOne(result, 'invoicePaymentRecord');
    expect(events.map(({ type }) => type)).toEqual(['invoice.partially_paid']);
    const payments = await world.rows.payment.findMany({ where: { invoiceId: invoice.id } });
    expect(payments.map(({ amount }) => String(amount))).toEqual(['10']);
  });

  test('of invoiceCharge charge once', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await world.invoice({ client, total: '100' });
    const document = `mutation ($input: InvoiceChargeInput!) {
      invoiceCharge(input: $input) { __typename ... on InvoiceChargeSuccess { payment { id status } } }
    }`;
    expectOne(await all(world, document, { id: invoice.id, paymentMethodId: id }), 'invoiceCharge');
    expect([...stripe.account(world.key).intents.values()].map(({ amount }) => amount)).toEqual([10_000]);
    expect(await world.rows.payment.count({ where: { invoiceId: invoice.id } })).toBe(1);
  });

  test('of clientCreditGrant grant once', async () => {
    const world = await makeStripeWorld(stripe);
    const client = await world.client();
    const document = `mutation ($input: ClientCreditGrantInput!) {
      clientCreditGrant(input: $input) { __typename ... on ClientCreditGrantSuccess { creditEntry { id } } }
    }`;
    const answers = await all(world, document, { id: client.id, amount: '5' });
    expectOne(answers, 'clientCreditGrant');
    const entries = await world.rows.creditEntry.findMany({ where: { clientId: client.id } });
    expect(entries.map(({ amount }) => String(amount))).toEqual(['5']);
  });
});
