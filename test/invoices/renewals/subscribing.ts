import { renewDue } from '../../../src/invoices/renewals/jobs.ts';
import { graphql } from '../../generated/gql.ts';
import { success } from '../../kit/expect.ts';
import type { World } from '../../kit/world.ts';

const Subscribe = graphql(`
  mutation Subscribe($input: InvoiceCreateInput!) {
    invoiceCreate(input: $input) {
      ... on InvoiceCreateSuccess {
        invoice {
          id
          subscription {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

export const Story = graphql(`
  query Story($id: ID!) {
    subscription(id: $id) {
      status
      currentPeriodStart
      currentPeriodEnd
      paymentCount
      failedAttempts
      nextActionAt
      amount {
        amount
        currency
      }
      openInvoice {
        number
        status
      }
      invoices(last: 20) {
        nodes {
          number
          status
          total {
            amount
          }
        }
      }
      payments(last: 20) {
        nodes {
          kind
          status
          amount {
            amount
          }
          processor
        }
      }
      orders(last: 20) {
        nodes {
          status {
            kind
          }
        }
      }
    }
  }
`);

type Item = { name?: string; serviceId?: string; quantity?: number; amount?: string; discount?: string };

type Terms = {
  client: { id: string };
  items?: Item[];
  unit?: 'DAY' | 'WEEK' | 'MONTH' | 'YEAR';
  more?: object;
};

/** Lets a client subscribe: an invoice that recurs, monthly at 100.00 unless told otherwise, is paid by hand now. */
export async function subscribe(world: World, { client, items = [{}], unit = 'MONTH', more = {} }: Terms) {
  const lines = items.map((item) => ({ name: 'Care', quantity: 1, amount: '100', ...item }));
  const input = { clientId: client.id, items: lines, recurring: { length: 1, unit }, status: 'PAID', ...more } as const;
  const { invoiceCreate } = await world.as(world.admin).run(Subscribe, { input });
  const { invoice } = success(invoiceCreate);
  return { id: invoice.subscription?.id as string };
}

/** What the subscription tells, the oldest first. */
export async function storyOf(world: World, { id }: { id: string }) {
  const { subscription } = await world.as(world.admin).run(Story, { id });
  if (!subscription) throw new Error('There is no such subscription.');
  const { invoices, payments, orders, ...standing } = subscription;
  return {
    ...standing,
    invoices: invoices.nodes.map(({ status, total }) => `${status} ${total.amount}`).reverse(),
    payments: payments.nodes
      .map(({ kind, status, amount, processor }) => `${processor} ${kind} ${status} ${amount.amount}`)
      .reverse(),
    orders: orders.nodes.map(({ status }) => status.kind).reverse(),
  };
}

/** A card of the built-in processor; the client's default. */
export async function giveCard(
  world: World,
  client: { id: string },
  processorId: 'pm_test_success' | 'pm_test_declined' | 'pm_test_authentication' = 'pm_test_success',
) {
  const { organizationId, rows } = world;
  await rows.organization.update({ where: { id: organizationId }, data: { testPayments: true } });
  await rows.paymentMethod.updateMany({ where: { clientId: client.id }, data: { isDefault: false } });
  return await world.paymentMethod({ client, processorId, isDefault: true });
}

/** One run of the scheduler. */
export const renewAll = ({ tools }: World) => renewDue(tools);
