import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, success, unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

/** All that an invoice says of itself. */
export const InvoiceFragment = graphql(`
  fragment WholeInvoice on Invoice {
    id
    number
    numberPrefix
    client {
      id
    }
    employee {
      id
    }
    status
    items {
      totalCount
      nodes {
        id
        position
        name
        description
        quantity
        amount {
          amount
          currency
        }
        discount {
          amount
        }
        couponDiscount {
          amount
        }
        renewalDiscount {
          amount
        }
        total {
          amount
        }
        options
        service {
          id
        }
        order {
          id
        }
      }
    }
    billingAddress {
      line1
      line2
      city
      state
      postcode
      country
      firstName
      lastName
      taxId
      companyName
      companyVat
    }
    currency
    subtotal {
      amount
      currency
    }
    taxType
    taxName
    taxRate
    taxPercent
    tax {
      amount
    }
    credit {
      amount
    }
    total {
      amount
      currency
    }
    amountPaid {
      amount
    }
    amountRefunded {
      amount
    }
    amountDue {
      amount
    }
    recurring {
      length
      unit
    }
    reason
    note
    paymentProcessor
    transactionId
    ipAddress
    locationConfirmed
    dueAt
    paidAt
    version
    createdAt
    deletedAt
  }
`);

export const InvoiceCreate = graphql(`
  mutation InvoiceCreate($input: InvoiceCreateInput!) {
    invoiceCreate(input: $input) {
      ... on InvoiceCreateSuccess {
        invoice {
          ...WholeInvoice
        }
      }
      ...Failure
    }
  }
`);

export type Input = VariablesOf<typeof InvoiceCreate>['input'];
export type ItemInput = Input['items'][number];

/** One line of 100.00. */
export const line = (fields: Partial<ItemInput> = {}): ItemInput => ({
  name: 'Work',
  quantity: 1,
  amount: '100',
  ...fields,
});

/** What the API answers to the input. */
export const create = async (world: World, input: Input, actor: Actor = world.admin) =>
  (await world.as(actor).run(InvoiceCreate, { input })).invoiceCreate;

/** The invoice that the input makes: of one line, for a client made for it, unless it says otherwise. */
export async function made(world: World, input: Partial<Input> = {}, actor?: Actor) {
  const named = input.clientId !== undefined || input.email !== undefined || input.status === 'DRAFT';
  const clientId = named ? {} : { clientId: (await world.client()).id };
  return success(await create(world, { items: [line()], ...clientId, ...input }, actor)).invoice;
}

/** What is wrong with the input, as `path CODE`; nothing changed. */
export async function refused(world: World, input: Partial<Input>, actor?: Actor) {
  const clientId = (await world.client()).id;
  const whole = { items: [line()], ...(input.email === undefined ? { clientId } : {}), ...input };
  return issuesOf(await unchanged(world, () => create(world, whole, actor)));
}
