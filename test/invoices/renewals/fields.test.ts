import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { stopClock } from '../../kit/clock.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { giveCard, renewAll, subscribe } from './subscribing.ts';

const Money = graphql(`
  query NextInvoicePreview($id: ID!) {
    subscription(id: $id) {
      nextInvoicePreview {
        items {
          name
          description
          quantity
          amount {
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
        subtotal {
          amount
          currency
        }
        taxName
        tax {
          amount
        }
        total {
          amount
        }
      }
    }
  }
`);

const previewOf = async (world: World, id: string, actor: Actor = world.admin) =>
  (await world.as(actor).run(Money, { id })).subscription?.nextInvoicePreview;

describe('Subscription.nextInvoicePreview', () => {
  test('law 8: tells what the next renewal then asks for', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-01-31T10:00:00Z');
    const client = await world.client();
    const service = await world.service({
      currency: 'EUR',
      recurring: 'TRIAL',
      recurringPrice: '33.33',
      recurringPeriodLength: 1,
      recurringPeriodUnit: 'MONTH',
    });
    const { id } = await subscribe(world, {
      client,
      items: [
        { serviceId: service.id, name: 'Care', quantity: 3, amount: '1', discount: '2.5' },
        { name: 'Extra', amount: '0.01' },
      ],
      more: { taxType: 'PERCENT', taxRate: '7.7' },
    });
    const money = (amount: string) => ({ amount, currency: 'EUR' });
    const preview = await previewOf(world, id);
    expect(preview).toEqual({
      items: [
        {
          name: 'Care',
          description: null,
          quantity: 3,
          amount: money('33.33'),
          discount: money('2.50'),
          total: money('97.49'),
        },
        {
          name: 'Extra',
          description: null,
          quantity: 1,
          amount: money('0.01'),
          discount: money('0.00'),
          total: money('0.01'),
        },
      ],
      subtotal: money('97.50'),
      taxName: 'Tax',
      tax: { amount: '7.51' },
      total: { amount: '105.01' },
    });
    expect(await previewOf(world, id, client)).toEqual(preview);

    clock.travel('2026-02-28T10:00:00Z');
    await renewAll(world);
    const { subscription } = await world.as(world.admin).run(
      `query ($id: ID!) {
        subscription(id: $id) {
          openInvoice {
            items { nodes { name description quantity amount { amount currency } discount { amount currency } total { amount currency } } }
            subtotal { amount currency } taxName tax { amount } total { amount }
          }
        }
      }`,
      { id },
    );
    const { items, ...totals } = subscription.openInvoice;
    expect({ items: items.nodes, ...totals }).toEqual(preview);
  });

  test('of a service in another currency since, and of one that is no longer recurring, is what it was', async () => {
    const world = await makeWorld();
    const recurs = { recurring: 'RECURRING', recurringPeriodLength: 1, recurringPeriodUnit: 'MONTH' } as const;
    const services = [
      await world.service({ ...recurs, recurringPrice: '5' }),
      await world.service({ ...recurs, recurringPrice: '6' }),
    ];
    const { id } = await subscribe(world, {
      client: await world.client(),
      items: services.map((service, index) => ({ serviceId: service.id, name: String(index), amount: '100' })),
      more: { taxType: 'FIXED', taxRate: '3' },
    });
    expect((await previewOf(world, id))?.total.amount).toBe('14.00');
    const [one, two] = services.map(({ id }) => ({ id })) as [{ id: string }, { id: string }];
    await world.rows.service.update({ where: one, data: { currency: 'EUR' } });
    await world.rows.service.update({ where: two, data: { recurring: 'ONE_TIME' } });
    expect((await previewOf(world, id))?.total.amount).toBe('203.00');
  });

  test('is null once it has ended, or is to end, and without a first invoice', async () => {
    const world = await makeWorld();
    const { id } = await subscribe(world, { client: await world.client() });
    const uuid = id.slice('subscription_'.length);
    const become = (data: Parameters<typeof world.rows.subscription.update>[0]['data']) =>
      world.rows.subscription.update({ where: { id: uuid }, data });
    const total = async () => (await previewOf(world, id))?.total.amount;
    expect(await total()).toBe('100.00');
    await become({ status: 'PAUSED', pausedAt: new Date(), nextActionAt: null });
    expect(await total()).toBe('100.00');
    await become({ status: 'ACTIVE', pausedAt: null, cancelAtPeriodEnd: true });
    expect(await total()).toBeUndefined();
    for (const status of ['CANCELED', 'EXPIRED']) {
      await become({ status, cancelAtPeriodEnd: false, endedAt: new Date() });
      expect(await total()).toBeUndefined();
    }
    expect(await previewOf(world, (await world.subscription()).id)).toBeNull();
  });
});

test('a subscription shows its invoices, payments and method, and each of them shows it', async () => {
  const world = await makeWorld();
  const clock = stopClock('2026-01-31T10:00:00Z');
  const client = await world.client();
  const { id } = await subscribe(world, { client });
  const card = await giveCard(world, client, 'pm_test_declined');
  clock.travel('2026-02-28T10:00:00Z');
  await renewAll(world);
  const document = `query ($id: ID!) {
    subscription(id: $id) {
      firstInvoice { number subscription { id } }
      openInvoice { number subscription { id } }
      invoices { totalCount nodes { number } }
      payments { totalCount nodes { status processor amount { amount } method { id } } }
      paymentMethod { id }
    }
  }`;
  const seenBy = async (actor: Actor) => (await world.as(actor).run(document, { id })).subscription;
  const payment = { processor: 'Test', status: 'FAILED', amount: { amount: '100.00' } };
  const whole = {
    firstInvoice: { number: 'INV-00001', subscription: { id } },
    openInvoice: { number: 'INV-00002', subscription: { id } },
    invoices: { totalCount: 2, nodes: [{ number: 'INV-00002' }, { number: 'INV-00001' }] },
    payments: {
      totalCount: 2,
      nodes: [
        { ...payment, method: { id: encodeId('PaymentMethod', card.id) } },
        { ...payment, processor: 'Manual', status: 'SUCCEEDED', method: null },
      ],
    },
    paymentMethod: null,
  };
  expect(await seenBy(world.admin)).toEqual(whole);
  expect(await seenBy(client)).toEqual(whole);

  await world.rows.paymentMethod.update({ where: { id: card.id }, data: { processorId: 'pm_test_success' } });
  clock.travel('2026-03-01T10:00:00Z');
  await renewAll(world);
  expect(await seenBy(world.admin)).toMatchObject({
    openInvoice: null,
    payments: { totalCount: 3 },
    paymentMethod: { id: encodeId('PaymentMethod', card.id) },
  });
});

test('Invoice.subscription is null of an invoice without one', async () => {
  const world = await makeWorld();
  await world.invoice();
  expect(await world.as(world.admin).run('{ invoices { nodes { subscription { id } } } }')).toEqual({
    invoices: { nodes: [{ subscription: null }] },
  });
});
