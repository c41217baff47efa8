import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import type { Actor, Person } from '../../kit/viewers.ts';
import type { World } from '../../kit/world.ts';

export const InvoiceCharge = graphql(`
  mutation InvoiceCharge($input: InvoiceChargeInput!) {
    invoiceCharge(input: $input) {
      ... on InvoiceChargeSuccess {
        invoice {
          id
          status
          paidAt
          paymentProcessor
          transactionId
          amountPaid {
            amount
          }
          amountDue {
            amount
          }
        }
        payment {
          id
          kind
          status
          amount {
            amount
            currency
          }
          processor
          transactionId
          method {
            id
          }
          invoice {
            number
          }
          settledAt
        }
      }
      ...Failure
    }
  }
`);

type Input = Omit<VariablesOf<typeof InvoiceCharge>['input'], 'id'>;

export const charge = async (world: World, { id }: { id: string }, input: Input = {}, actor: Actor = world.admin) =>
  (await world.as(actor).run(InvoiceCharge, { input: { id, ...input } })).invoiceCharge;

/** An invoice of the client's over one line of a service at 100.00, whose payment places an order. */
export async function makeInvoice(world: World, client: Person, fields: Parameters<World['invoice']>[0] = {}) {
  const service = await world.service();
  const invoice = await world.invoice({ client, ...fields });
  await invoice.item({ serviceId: service.id, name: 'Logo' });
  return invoice;
}

/** What has come of an invoice: its status, how many orders, and its payments, oldest first. */
export async function stateOf(world: World, { id }: { id: string }): Promise<string[]> {
  const { status, payments, orders } = await world.rows.invoice.findUniqueOrThrow({
    where: { id },
    include: { payments: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] }, orders: { select: { id: true } } },
  });
  const moved = payments.map(
    (one) => `${one.kind} ${one.status} ${one.amount}${one.failureCode ? ` ${one.failureCode}` : ''}`,
  );
  return [status, `${orders.length} orders`, ...moved];
}
