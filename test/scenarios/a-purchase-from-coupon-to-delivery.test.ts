import { expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { charge } from '../invoices/charges/charging.ts';
import { create, line } from '../invoices/creating.ts';
import { movementsOf, refund } from '../invoices/paying.ts';
import { failure, success } from '../kit/expect.ts';
import { stripeForThisFile } from '../kit/stripe.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeStripeWorld } from '../payments/cast.ts';
import { StoryMessage, StoryOrderUpdate, StoryTask, StoryTaskComplete } from './order-documents.ts';

const stripe = stripeForThisFile();

const PurchaseCoupon = graphql(`
  mutation PurchaseCoupon($input: CouponCreateInput!) {
    couponCreate(input: $input) {
      ... on CouponCreateSuccess {
        coupon {
          id
        }
      }
      ...Failure
    }
  }
`);

const PurchaseView = graphql(`
  query PurchaseView($id: ID!) {
    invoice(id: $id) {
      status
      total {
        amount
      }
      amountPaid {
        amount
      }
      coupon {
        usedCount
      }
      orders {
        nodes {
          id
          serviceName
          price {
            amount
          }
          quantity
          status {
            kind
          }
          employees {
            firstName
          }
          invoice {
            number
          }
          tasks {
            totalCount
          }
        }
      }
      payments {
        nodes {
          kind
          status
          processor
        }
      }
    }
    orders {
      totalCount
    }
  }
`);

test('a client buys with a coupon, pays by card, gets the work done, and some money back', {
  timeout: 60_000,
}, async () => {
  const world = await makeStripeWorld(stripe);
  const ann = await world.member({ role: world.roles.contractor, firstName: 'Ann' });
  const mia = await world.member({ role: world.roles.manager, firstName: 'Mia' });
  const { client, id: goodCard } = await world.card();
  const { id: badCard } = await world.card('declined', client);
  const logo = await world.service({ name: 'Logo', price: '300', employees: [ann] });
  const manager = world.as(mia);

  // A quarter off all logos; the manager writes the invoice.
  const { coupon } = success(
    (
      await world.as(world.admin).run(PurchaseCoupon, {
        input: {
          code: 'SPRING',
          type: 'PERCENTAGE',
          discounts: [{ amount: '25', serviceIds: [encodeId('Service', logo.id)] }],
        },
      })
    ).couponCreate,
  );
  const { invoice } = success(
    await create(
      world,
      {
        clientId: encodeId('Client', client.id),
        couponId: coupon.id,
        items: [
          line({ serviceId: encodeId('Service', logo.id), name: 'Logo', quantity: 2, amount: '300' }),
          line({ name: 'Travel', amount: '50' }),
        ],
      },
      mia,
    ),
  );
  const { id } = invoice;
  const seenBy = async (actor: Actor) => await world.as(actor).run(PurchaseView, { id });
  expect(await seenBy(client)).toMatchObject({
    invoice: { status: 'UNPAID', total: { amount: '500.00' }, orders: { nodes: [] }, payments: { nodes: [] } },
    orders: { totalCount: 0 },
  });

  // The first card is declined, the second one pays; a third try finds nothing to pay.
  const declined = failure(await charge(world, invoice, { paymentMethodId: badCard }, client), 'InvalidStateError');
  expect(declined.code).toBe('CARD_DECLINED');
  success(await charge(world, invoice, { paymentMethodId: goodCard }, client));
  expect(failure(await charge(world, invoice, { paymentMethodId: goodCard }, client), 'InvalidStateError').code).toBe(
    'ALREADY_PAID',
  );
  const bought = await seenBy(client);
  expect(bought).toMatchObject({
    invoice: {
      status: 'PAID',
      amountPaid: { amount: '500.00' },
      payments: {
        nodes: [
          { kind: 'CHARGE', status: 'SUCCEEDED', processor: 'Stripe' },
          { kind: 'CHARGE', status: 'FAILED', processor: 'Stripe' },
        ],
      },
    },
    orders: { totalCount: 1 },
  });
  expect((await seenBy(mia)).invoice?.coupon?.usedCount).toBe(1);

  // The order is Ann's, at the price and in the number that were bought; she does the work.
  const [order] = bought.invoice?.orders.nodes ?? [];
  expect(order).toMatchObject({
    serviceName: 'Logo',
    price: { amount: '300.00' },
    quantity: 2,
    status: { kind: 'IN_PROGRESS' },
    employees: [{ firstName: 'Ann' }],
    invoice: { number: invoice.number },
  });
  const orderId = order?.id as string;
  const task = success(
    (await manager.run(StoryTask, { input: { orderId, name: 'Draw', employeeIds: [ann.id] } })).orderTaskCreate,
  ).orderTask;
  success((await world.as(ann).run(StoryMessage, { input: { orderId, body: 'Here it is.' } })).orderMessageCreate);
  success((await world.as(ann).run(StoryTaskComplete, { input: { id: task.id } })).orderTaskComplete);
  const done = success(
    (await manager.run(StoryOrderUpdate, { input: { id: orderId, status: 'COMPLETED' } })).orderUpdate,
  );
  expect(done.order.status.kind).toBe('COMPLETED');

  // The travel did not happen: its money goes back to the card, and the order stays what it is.
  success(await refund(world, { id }, { amount: '50' }, mia));
  expect(await movementsOf(world, { id })).toEqual(['CHARGE 500 Stripe', 'CHARGE 500 Stripe', 'REFUND 50 Stripe']);
  expect([...stripe.account(world.key).refunds.values()]).toMatchObject([{ amount: 5_000, status: 'succeeded' }]);
  expect(await seenBy(client)).toMatchObject({
    invoice: { status: 'PAID', orders: { nodes: [{ status: { kind: 'COMPLETED' } }] } },
  });
  expect(
    (await world.events()).map(({ type }) => type).filter((type) => /^(invoice|payment|order)\./.test(type)),
  ).toEqual([
    'invoice.created',
    'payment.failed',
    'invoice.paid',
    'order.created',
    'order.updated',
    'order.status_changed',
    'order.completed',
    'invoice.refunded',
  ]);
});
