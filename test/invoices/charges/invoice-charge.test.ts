import { describe, expect, test } from 'vitest';
import { newExchange } from '../../../src/graphql/http.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { plainServer, testServer } from '../../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { type Card, stripeForThisFile } from '../../kit/stripe.ts';
import { viewerOf } from '../../kit/viewers.ts';
import { makeStripeWorld, makeTestWorld } from '../../payments/cast.ts';
import { expectOutcomes, makeCast } from '../cast.ts';
import { charge, InvoiceCharge, makeInvoice, stateOf } from './charging.ts';

const stripe = stripeForThisFile();

describe('invoiceCharge, at Stripe', () => {
  test('takes the money, and does all that follows from being paid', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client);

    const { result, events } = await recorded(world, () => charge(world, invoice, { paymentMethodId: id }));

    const [intent] = stripe.account(world.key).intents.values();
    expect(success(result)).toEqual({
      __typename: 'InvoiceChargeSuccess',
      invoice: {
        id: encodeId('Invoice', invoice.id),
        status: 'PAID',
        paidAt: expect.any(String),
        paymentProcessor: 'Stripe',
        transactionId: intent?.id,
        amountPaid: { amount: '100.00' },
        amountDue: { amount: '0.00' },
      },
      payment: {
        id: expect.stringMatching(/^payment_/),
        kind: 'CHARGE',
        status: 'SUCCEEDED',
        amount: { amount: '100.00', currency: 'USD' },
        processor: 'Stripe',
        transactionId: intent?.id,
        method: { id },
        invoice: { number: invoice.number },
        settledAt: expect.any(String),
      },
    });
    const paymentId = success(result).payment.id.replace('payment_', '');
    expect(intent).toMatchObject({
      amount: 10_000,
      currency: 'usd',
      description: invoice.number,
      metadata: { organization_id: world.organizationId, payment_id: paymentId },
    });
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
    expect(events.map(({ type }) => type)).toEqual(['invoice.paid', 'order.created']);
    const sent = stripe.requests(/POST \/v1\/payment_intents$/).filter(({ key }) => key === world.key);
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([paymentId]);
  });

  test('takes the default method when none is named, and what is still due of a partially paid invoice', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, method, id } = await world.card();
    await world.rows.paymentMethod.update({ where: { id: method.id }, data: { isDefault: true } });
    const invoice = await makeInvoice(world, client, { status: 'PARTIALLY_PAID', amountPaid: '60' });
    const paid = success(await charge(world, { id: invoice.number }));
    expect(paid.payment).toMatchObject({ amount: { amount: '40.00' }, method: { id } });
    expect(paid.invoice).toMatchObject({ status: 'PAID', amountPaid: { amount: '100.00' } });
  });

  test.each<[Card, string]>([
    ['declined', 'CARD_DECLINED'],
    ['authentication', 'AUTHENTICATION_REQUIRED'],
    ['asks', 'AUTHENTICATION_REQUIRED'],
  ])('a card that is %s: the failure is on record, the invoice is as it was', async (card, code) => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card(card);
    const invoice = await makeInvoice(world, client);
    const { result, events } = await recorded(world, () => charge(world, invoice, { paymentMethodId: id }));
    expect(failure(result, 'InvalidStateError').code).toBe(code);
    expect(await stateOf(world, invoice)).toEqual(['UNPAID', '0 orders', `CHARGE FAILED 100 ${code}`]);
    expect(events.map(({ type, aggregateId, payload }) => ({ type, aggregateId, payload }))).toEqual([
      {
        type: 'payment.failed',
        aggregateId: invoice.id,
        payload: {
          number: invoice.number,
          clientId: client.id,
          paymentId: expect.any(String),
          kind: 'CHARGE',
          code,
        },
      },
    ]);
    const { failureMessage, transactionId } = await world.rows.payment.findFirstOrThrow({
      where: { invoiceId: invoice.id },
    });
    expect([failureMessage, transactionId]).toEqual([expect.stringMatching(/./), expect.stringMatching(/^pi_/)]);
    // Another card may do.
    const { id: good } = await world.card('visa', client);
    success(await charge(world, invoice, { paymentMethodId: good }));
  });

  test('a second time, it is refused; of 8 at once, one charges', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client);
    const results = await Promise.all(Array.from({ length: 8 }, () => charge(world, invoice, { paymentMethodId: id })));
    expect(results.filter(({ __typename }) => __typename === 'InvoiceChargeSuccess')).toHaveLength(1);
    const codes = new Set(results.flatMap((result) => ('code' in result ? [result.code] : [])));
    expect([...codes].every((code) => ['CHARGE_IN_PROGRESS', 'ALREADY_PAID'].includes(code))).toBe(true);
    expect(stripe.account(world.key).intents.size).toBe(1);
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
    const again = await unchanged(world, () => charge(world, invoice, { paymentMethodId: id }));
    expect(failure(again, 'InvalidStateError').code).toBe('ALREADY_PAID');
  });

  test('without an answer it is PROCESSING, and nothing else moves until it is known', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client);
    stripe.keepSilent(/payment_intents$/, { after: true });
    const { result, events } = await recorded(world, () => charge(world, invoice, { paymentMethodId: id }));
    const { invoice: told, payment } = success(result);
    expect([told.status, payment.status, payment.settledAt, payment.transactionId]).toEqual([
      'UNPAID',
      'PROCESSING',
      null,
      null,
    ]);
    expect(events).toEqual([]);
    for (const attempt of [
      () => charge(world, invoice, { paymentMethodId: id }),
      () =>
        world
          .as(world.admin)
          .run('mutation ($id: ID!) { r: invoiceMarkPaid(input: { id: $id }) { __typename ...on Error { code } } }', {
            id: invoice.id,
          })
          .then(({ r }) => r),
      () =>
        world
          .as(world.admin)
          .run('mutation ($id: ID!) { r: invoiceDelete(input: { id: $id }) { __typename ...on Error { code } } }', {
            id: invoice.id,
          })
          .then(({ r }) => r),
    ]) {
      expect(await unchanged(world, attempt)).toMatchObject({
        __typename: 'InvalidStateError',
        code: 'CHARGE_IN_PROGRESS',
      });
    }
  });

  test('refuses before anything is asked what could not be paid so', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const { id: theirs } = await world.card();
    const refusal = async (fields: Parameters<typeof world.invoice>[0], paymentMethodId: string | null = id) => {
      const invoice = await world.invoice({ client, ...fields });
      const result = await unchanged(world, () => charge(world, invoice, { paymentMethodId }));
      return 'issues' in result ? issuesOf(result) : (result as { code: string }).code;
    };
    expect(await refusal({ status: 'DRAFT' })).toBe('IS_DRAFT');
    expect(await refusal({ status: 'PAID' })).toBe('ALREADY_PAID');
    expect(await refusal({ status: 'REFUNDED', amountRefunded: '100' })).toBe('NOT_PAYABLE');
    expect(await refusal({ status: 'CANCELLED' })).toBe('NOT_PAYABLE');
    expect(await refusal({ status: 'DRAFT', client: null })).toBe('NO_CLIENT');
    expect(await refusal({ total: '0' })).toBe('NOTHING_DUE');
    expect(await refusal({}, null)).toBe('NO_PAYMENT_METHOD');
    expect(await refusal({}, theirs)).toEqual(['paymentMethodId NOT_FOUND']);
    expect(await refusal({}, 'method_1')).toEqual(['paymentMethodId NOT_FOUND']);
    await world.rows.paymentMethod.update({
      where: { id: id.replace('method_', '') },
      data: { detachedAt: new Date() },
    });
    expect(await refusal({})).toEqual(['paymentMethodId NOT_FOUND']);
    expect(stripe.requests().filter(({ key }) => key === world.key)).toEqual([]);
  });

  test('an amount that Stripe can’t write fails without being asked', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client, { currency: 'KWD', total: '1.234' });
    const result = await charge(world, invoice, { paymentMethodId: id });
    expect(failure(result, 'InvalidStateError').code).toBe('AMOUNT_NOT_CHARGEABLE');
    expect(await stateOf(world, invoice)).toEqual(['UNPAID', '0 orders', 'CHARGE FAILED 1.234 AMOUNT_NOT_CHARGEABLE']);
  });

  test('says so when the key can’t be read any more, and nothing stays open', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client);
    await world.rows.stripeAccount.updateMany({
      where: { organizationId: world.organizationId },
      data: { keyId: 'gone' },
    });
    const result = await charge(world, invoice, { paymentMethodId: id });
    expect(failure(result, 'InvalidStateError').code).toBe('ENCRYPTION_KEY_MISSING');
    expect(await stateOf(world, invoice)).toEqual(['UNPAID', '0 orders', 'CHARGE FAILED 100 ENCRYPTION_KEY_MISSING']);
  });

  test('notes from where it was asked for', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client);
    const response = await (await testServer()).fetch(
      'http://engine.test/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: InvoiceCharge.toString(),
          variables: { input: { id: invoice.id, paymentMethodId: id } },
        }),
      },
      { viewer: viewerOf(client), exchange: newExchange('2001:db8::1') },
    );
    expect((await response.json()).data.invoiceCharge.invoice.status).toBe('PAID');
    const row = await world.rows.invoice.findUniqueOrThrow({ where: { id: invoice.id }, include: { payments: true } });
    expect([row.ipAddress, row.payments[0]?.ipAddress]).toEqual(['2001:db8::1', '2001:db8::1']);
    expect(await plainServer()).toBeDefined();
  });
});

describe('invoiceCharge, with the built-in processor', () => {
  const methodOf = async (processorId: string) => {
    const world = await makeTestWorld();
    const client = await world.client();
    const method = await world.paymentMethod({ client, processorId, isDefault: true });
    return { world, client, method, invoice: await makeInvoice(world, client) };
  };

  test('pm_test_success pays', async () => {
    const { world, invoice } = await methodOf('pm_test_success');
    const { payment, invoice: paid } = success(await charge(world, invoice));
    expect([paid.status, paid.paymentProcessor, payment.transactionId]).toEqual([
      'PAID',
      'Test',
      `test_${payment.id.replace('payment_', '')}`,
    ]);
  });

  test.each([
    ['pm_test_declined', 'CARD_DECLINED'],
    ['pm_test_authentication', 'AUTHENTICATION_REQUIRED'],
  ])('%s does not', async (token, code) => {
    const { world, invoice } = await methodOf(token);
    expect(failure(await charge(world, invoice), 'InvalidStateError').code).toBe(code);
    expect(await stateOf(world, invoice)).toEqual(['UNPAID', '0 orders', `CHARGE FAILED 100 ${code}`]);
  });

  test('once test payments are switched off, payments are not configured', async () => {
    const { world, invoice } = await methodOf('pm_test_success');
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { testPayments: false } });
    const result = await unchanged(world, () => charge(world, invoice));
    expect(failure(result, 'InvalidStateError')).toMatchObject({
      code: 'PAYMENTS_NOT_CONFIGURED',
      message: 'Payments are not configured.',
    });
  });

  test('nor beside a live account', async () => {
    const { world, invoice } = await methodOf('pm_test_success');
    await world.stripeAccount({ publishableKey: 'pk_live_1', secretKey: 'sk_live_1' });
    const result = await unchanged(world, () => charge(world, invoice));
    expect(failure(result, 'InvalidStateError').code).toBe('PAYMENTS_NOT_CONFIGURED');
  });

  test('is for the client who owes it, and for staff within their reach', async () => {
    const cast = await makeCast();
    await cast.world.rows.organization.update({
      where: { id: cast.world.organizationId },
      data: { testPayments: true },
    });
    await cast.world.paymentMethod({ client: cast.client, isDefault: true });
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        accountant: 'done',
        maker: 'done',
        uninvolved: 'NotFoundError',
        colleague: 'done',
        outsider: 'NotFoundError',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'NotFoundError',
        contractor: 'FORBIDDEN',
        client: 'done',
        otherClient: 'NotFoundError',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.invoice(),
      (client, { id }) => client.answer(InvoiceCharge, { input: { id } }),
    );
  });
});
