import { describe, expect, test } from 'vitest';
import { renewDue } from '../../src/invoices/renewals/jobs.ts';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { day, stopClock } from '../kit/clock.ts';
import { success } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const YearAttach = graphql(`
  mutation YearAttach($input: PaymentMethodAttachInput!) {
    paymentMethodAttach(input: $input) {
      ... on PaymentMethodAttachSuccess {
        paymentMethod {
          id
          isDefault
        }
      }
      ...Failure
    }
  }
`);

const YearInvoice = graphql(`
  mutation YearInvoice($input: InvoiceCreateInput!) {
    invoiceCreate(input: $input) {
      ... on InvoiceCreateSuccess {
        invoice {
          id
        }
      }
      ...Failure
    }
  }
`);

const YearCharge = graphql(`
  mutation YearCharge($input: InvoiceChargeInput!) {
    invoiceCharge(input: $input) {
      ... on InvoiceChargeSuccess {
        invoice {
          status
          subscription {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

const YearDefault = graphql(`
  mutation YearDefault($input: PaymentMethodSetDefaultInput!) {
    paymentMethodSetDefault(input: $input) {
      ... on PaymentMethodSetDefaultSuccess {
        paymentMethod {
          id
        }
      }
      ...Failure
    }
  }
`);

const YearCancel = graphql(`
  mutation YearCancel($input: SubscriptionCancelInput!) {
    subscriptionCancel(input: $input) {
      ... on SubscriptionCancelSuccess {
        subscription {
          cancelAtPeriodEnd
        }
      }
      ...Failure
    }
  }
`);

const YearView = graphql(`
  query YearView($id: ID!) {
    subscription(id: $id) {
      status
      currentPeriodEnd
      paymentCount
      failedAttempts
      nextActionAt
      openInvoice {
        status
      }
      nextInvoicePreview {
        total {
          amount
        }
      }
      invoices(first: 20) {
        totalCount
      }
      payments(first: 20) {
        nodes {
          status
        }
      }
      orders(first: 20) {
        totalCount
      }
    }
  }
`);

/** What everybody would read of it, in one line. */
async function lineOf(world: World, id: string, actor: Actor = world.admin): Promise<string> {
  const { subscription } = await world.as(actor).run(YearView, { id });
  if (!subscription) throw new Error('The subscription is out of sight.');
  const { status, currentPeriodEnd, paymentCount, failedAttempts, nextActionAt, invoices, orders } = subscription;
  const failed = subscription.payments.nodes.filter((payment) => payment.status === 'FAILED').length;
  return [
    `${status} until ${currentPeriodEnd.slice(0, 10)}, next ${nextActionAt?.slice(0, 10) ?? 'never'}:`,
    `${paymentCount} paid, ${invoices.totalCount} invoices, ${orders.totalCount} orders,`,
    `${failedAttempts} attempts failed, ${failed} charges failed, open ${subscription.openInvoice?.status ?? 'none'}`,
  ].join(' ');
}

describe('a subscription through the year', () => {
  test('is begun, renewed three times, declined, dunned, recovered, and ended', { timeout: 60_000 }, async () => {
    const clock = stopClock('2027-10-31T09:00:00Z');
    const world = await makeWorld({ testPayments: true });
    const client = await world.client();
    const manager = world.as(await world.member({ role: world.roles.manager }));
    const service = await world.service({
      name: 'Site care',
      recurring: 'RECURRING',
      recurringPrice: '49',
      recurringPeriodLength: 1,
      recurringPeriodUnit: 'MONTH',
      recurringAction: 'CREATE_ORDER',
    });
    const attach = async (token: string) => {
      const input = { clientId: client.id, processor: 'TEST', token } as const;
      const { paymentMethod } = success((await world.as(client).run(YearAttach, { input })).paymentMethodAttach);
      return paymentMethod;
    };
    /** The scheduler runs every day at ten; what it said is told afterwards. */
    const until = async (date: string) => {
      const end = new Date(`${date}T10:00:00Z`);
      for (let now = new Date(clock.now()); now <= end; now = new Date(now.getTime() + day)) {
        clock.travel(`${now.toISOString().slice(0, 10)}T10:00:00Z`);
        await renewDue(world.tools);
      }
    };

    // The client leaves a card, and pays the first invoice with it: 20.00 off the first month.
    expect(await attach('pm_test_success')).toMatchObject({ isDefault: true });
    const { invoice } = success(
      (
        await manager.run(YearInvoice, {
          input: {
            clientId: client.id,
            items: [{ serviceId: encodeId('Service', service.id), name: 'Site care', quantity: 1, amount: '29' }],
            recurring: { length: 1, unit: 'MONTH' },
          },
        })
      ).invoiceCreate,
    );
    const charged = success((await world.as(client).run(YearCharge, { input: { id: invoice.id } })).invoiceCharge);
    const id = charged.invoice.subscription?.id as string;
    expect(await lineOf(world, id, client)).toBe(
      'ACTIVE until 2027-11-30, next 2027-11-30: 1 paid, 1 invoices, 1 orders, 0 attempts failed, 0 charges failed, open none',
    );
    expect((await world.as(client).run(YearView, { id })).subscription?.nextInvoicePreview?.total.amount).toBe('49.00');

    // Three months pass. The last of a short month, and the 31st again.
    await until('2027-11-30');
    expect(await lineOf(world, id)).toBe(
      'ACTIVE until 2027-12-31, next 2027-12-31: 2 paid, 2 invoices, 2 orders, 0 attempts failed, 0 charges failed, open none',
    );
    await until('2028-02-28');
    expect(await lineOf(world, id)).toBe(
      'ACTIVE until 2028-02-29, next 2028-02-29: 4 paid, 4 invoices, 4 orders, 0 attempts failed, 0 charges failed, open none',
    );

    // The client's new card is declined, on the day and on the next ones.
    const bad = await attach('pm_test_declined');
    success((await world.as(client).run(YearDefault, { input: { id: bad.id } })).paymentMethodSetDefault);
    await until('2028-02-29');
    expect(await lineOf(world, id)).toBe(
      'PAST_DUE until 2028-02-29, next 2028-03-01: 4 paid, 5 invoices, 4 orders, 1 attempts failed, 1 charges failed, open UNPAID',
    );
    await until('2028-03-04');
    expect(await lineOf(world, id)).toBe(
      'PAST_DUE until 2028-02-29, next 2028-03-05: 4 paid, 5 invoices, 4 orders, 3 attempts failed, 3 charges failed, open UNPAID',
    );

    // It is noticed, and the old card is good again: nothing is lost, and nothing is billed twice.
    const { paymentMethods } = await world
      .as(client)
      .run('query ($id: ID!) { client(id: $id) { paymentMethods { nodes { id isDefault } } } }', { id: client.id })
      .then(({ client: found }) => found);
    const good = paymentMethods.nodes.find((method: { isDefault: boolean }) => !method.isDefault);
    success((await world.as(client).run(YearDefault, { input: { id: good.id } })).paymentMethodSetDefault);
    await until('2028-03-05');
    expect(await lineOf(world, id)).toBe(
      'ACTIVE until 2028-03-31, next 2028-03-31: 5 paid, 5 invoices, 5 orders, 0 attempts failed, 3 charges failed, open none',
    );

    // In the end it is to end, and does so when the month is over.
    success((await manager.run(YearCancel, { input: { id, atPeriodEnd: true } })).subscriptionCancel);
    await until('2028-04-30');
    expect(await lineOf(world, id)).toBe(
      'CANCELED until 2028-03-31, next never: 5 paid, 5 invoices, 5 orders, 0 attempts failed, 3 charges failed, open none',
    );
    const told = (await world.events()).flatMap(({ type }) => (type.startsWith('subscription.') ? [type] : []));
    expect(told).toEqual([
      'subscription.started',
      ...Array(3).fill('subscription.renewed'),
      ...Array(3).fill('subscription.past_due'),
      'subscription.renewed',
      'subscription.updated',
      'subscription.canceled',
    ]);
  });
});
