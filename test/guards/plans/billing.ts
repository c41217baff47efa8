import { as, nothing, type Operation, ofOneClient, people } from './operations.ts';

// At most so many belong to an invoice of the demo. It is looked up again for each line that is shown.
const lines = 8;
const movements = 6;
const jobs = 6;
/** As many payments or credit entries as an invoice's subscription has at most. */
const ofOneSubscription = 60;

const invoice = `
  id number status currency createdAt dueAt paidAt
  subtotal { amount } tax { amount } total { amount } amountPaid { amount } amountDue { amount }
  client { id name email company }`;

const viewers = ['administrator', 'group member', 'client'] as const;

/** What is asked all day about money. */
export const billing: readonly Operation[] = [
  ...as(viewers, {
    title: 'an invoice by its number, with everything beneath it',
    document: `query ($number: String!) {
      invoice(number: $number) {
        ${invoice} billingAddress { line1 city } employee { name } coupon { code } subscription { number status }
        items(first: 20) { nodes { name quantity amount { amount } total { amount } order { number } service { name } } }
        orders(first: 20) { totalCount nodes { number serviceName status { name } } }
        payments(first: 20) { nodes { kind status amount { amount } processor method { brand last4 } refundedPayment { id } } }
      }
    }`,
    variables: ({ invoice: { number } }) => ({ number }),
    reads: {
      invoices: 1 + lines,
      users: 2,
      subscriptions: 1,
      invoice_items: lines,
      orders: 3 * jobs,
      payments: 2 * movements,
      payment_methods: movements,
    },
  }),
  ...as(viewers, {
    title: 'a page of invoices, with clients, lines, orders and payments',
    document: `{
      invoices(first: 50) {
        nodes {
          ${invoice} items(first: 5) { nodes { name total { amount } } } orders(first: 3) { nodes { number } }
          payments(first: 3) { nodes { kind status amount { amount } } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: nothing,
    reads: {
      invoices: 50 + 2 + 50 * 5,
      users: 50,
      invoice_items: 50 * 5,
      orders: 50 * 3,
      order_employees: 50 * 3,
      payments: 50 * 3,
    },
  }),
  ...as(viewers, {
    title: 'invoice totals',
    document: '{ invoiceTotals { status currency count total { amount } due { amount } } }',
    variables: nothing,
    reads: { invoices: 100_000 },
  }),
  ...as(viewers, {
    title: 'invoice totals of a status and a time',
    document: `query ($filter: InvoiceFilter!) {
      invoiceTotals(filter: $filter) { status currency count total { amount } due { amount } }
    }`,
    variables: ({ placed }) => ({ filter: { status: { eq: 'UNPAID' }, createdAt: { gte: placed.from } } }),
    reads: { invoices: 3_000 },
  }),
  ...as(viewers, {
    title: 'a page of payments, with invoices, clients and methods',
    document: `{
      payments(first: 50) {
        nodes {
          id kind status amount { amount currency } processor transactionId createdAt
          invoice { number status } client { id name } method { brand last4 }
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: nothing,
    reads: { payments: 50 + 2, invoices: 50, users: 50, payment_methods: 50 },
  }),
  ...as(viewers, {
    title: 'a subscription by its number, with invoices, payments and orders',
    document: `query ($number: String!) {
      subscription(number: $number) {
        id number status amount { amount currency } currentPeriodEnd client { id name } paymentMethod { brand last4 }
        firstInvoice { number } openInvoice { number status } nextInvoicePreview { total { amount } }
        invoices(first: 12) { totalCount nodes { number status total { amount } } }
        payments(first: 12) { totalCount nodes { kind status amount { amount } } }
        orders(first: 12) { totalCount nodes { number status { name } } }
      }
    }`,
    variables: ({ subscription: { number } }) => ({ number }),
    reads: {
      subscriptions: 1,
      users: 1,
      payment_methods: 1,
      invoices: 2 + 2 * ofOneSubscription,
      payments: 2 * ofOneSubscription,
      orders: 2 * ofOneSubscription,
      invoice_items: lines,
    },
  }),
  ...as(viewers, {
    title: 'a page of subscriptions, with clients, open invoices and newest payments',
    document: `{
      subscriptions(first: 50) {
        nodes {
          id number status amount { amount currency } currentPeriodEnd client { id name email }
          openInvoice { number status } payments(first: 3) { nodes { status amount { amount } } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: nothing,
    reads: { subscriptions: 50 + 2, users: 50, invoices: 50, payments: 50 * 3 },
  }),
  ...as(viewers, {
    title: 'a client with its money and questions, counted',
    document: `query ($id: ID!) {
      client(id: $id) {
        id name balance { amount currency } spent { amount }
        invoices(first: 10) { totalCount nodes { number status total { amount } dueAt } }
        subscriptions(first: 10) { totalCount nodes { number status } }
        payments(first: 10) { totalCount nodes { kind amount { amount } } }
        creditEntries(first: 10) { totalCount nodes { kind amount { amount } balance { amount } invoice { number } } }
        paymentMethods(first: 10) { nodes { brand last4 isDefault } }
        tickets(first: 10) { totalCount nodes { number subject status { name } } }
      }
    }`,
    variables: ({ clients }) => ({ id: clients.busiest }),
    reads: {
      users: 1,
      // That the viewer works on an order of the client's is enough to see the client.
      orders: 1,
      order_employees: 1,
      invoices: 2 * ofOneClient + 10,
      subscriptions: 2 * 10,
      payments: ofOneClient + 10,
      credit_entries: ofOneClient,
      payment_methods: 10,
      tickets: ofOneClient + 10,
    },
  }),
  ...as(['administrator', 'group member', 'client'], {
    title: 'an order with its invoice, subscription, tickets and answers',
    document: `query ($id: ID!) {
      order(id: $id) {
        id number
        invoice { ${invoice} items(first: 10) { nodes { name total { amount } } } payments(first: 10) { nodes { kind status } } }
        subscription { number status currentPeriodEnd amount { amount } }
        tickets(first: 10) { totalCount nodes { number subject status { name } lastMessageAt employees { name } } }
        formFields(first: 20) { totalCount nodes { name type value } }
      }
    }`,
    variables: ({ order }) => ({ id: order.id }),
    reads: {
      orders: 1,
      order_employees: people,
      invoices: 1 + lines,
      users: 1 + 10 * people,
      invoice_items: lines,
      payments: movements,
      subscriptions: 1,
      tickets: 2 * 10,
      ticket_employees: 10 * people,
      filled_form_fields: 2 * 20,
    },
  }),
];
