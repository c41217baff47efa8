import type { Reads } from './operations.ts';

/** A way in which plans read more than is answered, accepted by name: why, and how much at most. */
export type Weakness = {
  why: string;
  /** The operations that have it. Each must really need it. */
  of: readonly string[];
  /** Where only some of the plans have it. */
  only?: 'with a cursor' | 'without values';
  /** Of these tables rows may also be looked at in vain. */
  reads: Reads;
};

/** As many as the organization has. */
const all = { orders: 100_000, clients: 3_000, staff: 12, invoices: 100_000, payments: 110_000, tickets: 10_500 };
/** At least as many as the client has that has most. */
const ofOneClient = 450;

const bothWays = (lists: readonly string[]) => lists.flatMap((list) => [`${list} ASC`, `${list} DESC`]);
const forEach = (viewers: readonly string[], names: readonly string[]) =>
  viewers.flatMap((viewer) => names.map((name) => `${viewer}: ${name}`));
const counted = (names: readonly string[]) => names.map((name) => `${name}, counted`);

const dashboards = ['the first page', 'deep in it', 'the last page', 'backward from deep in it', 'of a status'].map(
  (page) => `the dashboard, ${page}`,
);
const ofEmployees = [
  'orders of a busy employee',
  'orders of an idle employee',
  'orders of a status and a busy employee',
  'orders of a status and an idle employee',
];
const ofTags = ['orders of a frequent tag', 'orders of a rare tag'];
const ofHelpers = [
  'tickets of a busy employee',
  'tickets of an idle employee',
  'tickets of a status and a busy employee',
  'tickets of a frequent tag',
  'tickets of a rare tag',
];
const found = ['a word that all have', 'a frequent word', 'a rare word', 'two words', 'a number'].map(
  (words) => `found by ${words}`,
);

const ofStatuses = ['invoices', 'subscriptions', 'tickets'].map((list) => `${list} of a status`);
const ticketPages = [
  'tickets',
  'tickets of a status',
  'a page of tickets, with their orders, people and newest messages',
];
const moneyPages = ['invoices', 'invoices of a status', 'payments', 'subscriptions', 'subscriptions of a status'];

export const weaknesses: readonly Weakness[] = [
  // ------------------------------------------------------------------ cursors
  {
    why: 'The cursor bounds the index by its first column only: rows that tie with it there are read again.',
    of: [
      ...bothWays(['orders by STATUS', 'orders by QUANTITY', 'orders by CLIENT', 'orders by SERVICE']),
      ...bothWays(['clients by STATUS', 'clients by FIRST_NAME', 'clients by LAST_NAME']),
      ...bothWays(['invoices by STATUS', 'tickets by STATUS', 'tickets by SUBJECT']),
      'tickets by CLIENT ASC',
    ],
    only: 'with a cursor',
    reads: { orders: all.orders, users: all.clients, invoices: all.invoices, tickets: all.tickets },
  },
  {
    why: 'Where nulls come beyond the cursor, nothing bounds the index: all rows before it are read again.',
    of: [
      ...bothWays(['orders by DATE_DUE', 'invoices by DATE_DUE', 'invoices by DATE_PAID', 'invoices by CLIENT']),
      ...bothWays(['tickets by LAST_MESSAGE_AT', 'tickets by ORDER']),
      ...['orders that are due', 'invoices that are overdue'],
    ],
    only: 'with a cursor',
    reads: { orders: all.orders, invoices: all.invoices, tickets: all.tickets },
  },
  {
    why: 'Comparisons of numeric are not leakproof: under row-level security no cursor bounds an index of amounts.',
    of: bothWays(['orders by PRICE', 'clients by BALANCE', 'invoices by TOTAL', 'payments by AMOUNT']),
    only: 'with a cursor',
    reads: { orders: all.orders, users: all.clients, invoices: all.invoices, payments: all.payments },
  },

  // ------------------------------------------------------------------ lists
  {
    why: 'No index has the newest of several statuses together: the walk passes over those of the others.',
    of: ['orders of several statuses', 'invoices of several statuses'],
    reads: { orders: 50_000, invoices: 2_000 },
  },
  {
    why: 'Only drafts are nobody’s: they are so few that they are read and sorted.',
    of: ['invoices of nobody'],
    reads: { invoices: 150 },
  },
  {
    why: 'The index of numbers does not go on by id as the order does: rows are sorted in lots of 32.',
    of: bothWays(['subscriptions by NUMBER']),
    reads: { subscriptions: 32 + 2 },
  },
  {
    why: 'Clients are nearly all of the people, so those of the team are passed over.',
    of: bothWays(['clients by ID']),
    reads: { users: 20 + 1 + all.staff },
  },
  {
    why: `Orders and tickets are in order in one table, and their people and tags in another: either the newest are asked one
      by one, or all of the employee or the tag are sorted.`,
    of: [...ofEmployees, ...ofTags, ...ofHelpers],
    reads: {
      ...{ orders: 5_000, order_employees: 1_500, order_tags: 100 },
      ...{ tickets: 6_000, ticket_employees: 1_500, ticket_tags: 1_000 },
    },
  },
  {
    why: 'The same between each of them and the words that they are found by.',
    of: [
      ...['orders found by a frequent word', 'orders found by two words'],
      ...['clients found by a word that all have', 'clients found by a frequent word', 'clients found by two words'],
      ...['invoices found by a frequent word', 'invoices found by two words', 'tickets found by a frequent word'],
    ],
    reads: {
      orders: all.orders,
      order_search_terms: 2 * all.orders,
      users: all.clients + all.staff,
      client_search_terms: 2 * all.clients,
      invoices: 5_000,
      invoice_search_terms: 2 * all.invoices,
      tickets: 2_000,
      ticket_search_terms: 1_000,
    },
  },
  {
    why: 'Without the word, a plan can’t know that few have it, and may ask all orders or clients one by one.',
    of: [
      ...['orders found by a rare word', 'orders found by a number', 'clients found by a rare word'],
      ...['invoices found by a rare word', 'invoices found by a number', 'invoices found by an amount'],
      ...['tickets found by a rare word', 'tickets found by a number'],
    ],
    only: 'without values',
    reads: { orders: all.orders, users: all.clients, invoices: all.invoices, tickets: all.tickets },
  },
  {
    why: 'What is counted by the rows of two tables takes all that fit in one of them, often in both.',
    of: counted([
      ...ofEmployees,
      ...ofTags,
      ...ofHelpers,
      ...found.map((words) => `orders ${words}`),
      ...['a frequent word', 'a rare word', 'two words', 'a number', 'an amount'].map(
        (words) => `invoices found by ${words}`,
      ),
      ...['a frequent word', 'a number'].map((words) => `tickets found by ${words}`),
    ]),
    reads: {
      ...{ orders: all.orders, order_employees: 20_000, order_tags: 15_000, order_search_terms: 2 * all.orders },
      ...{ tickets: all.tickets, ticket_employees: 1_500, ticket_tags: 1_000, ticket_search_terms: 1_000 },
      ...{ invoices: all.invoices, invoice_search_terms: 2 * all.invoices },
    },
  },
  {
    why: 'The same of clients and words.',
    of: counted(found.slice(0, 4).map((words) => `clients ${words}`)),
    reads: { users: all.clients, client_search_terms: 2 * all.clients },
  },

  {
    why: 'Without the kinds of status, a plan can’t know that few orders are open, and reads who has any task at all.',
    of: ['open tasks by employee'],
    only: 'without values',
    reads: { order_task_employees: 165_000 },
  },

  // ------------------------------------------------------------------ those who see a part
  {
    why: 'What a client has is read and sorted, or passed over: it is little.',
    of: [
      ...forEach(['client'], ['the dashboard, of a status', 'orders of a status', 'orders by DATE_DUE ASC']),
      ...forEach(['client'], ['services by NAME ASC', 'the team with roles and groups', 'orders of a status, counted']),
      ...forEach(['client'], [...ofStatuses, ...counted(ofStatuses), 'invoices that are overdue']),
      'client: invoice totals of a status and a time',
    ],
    reads: {
      ...{ orders: ofOneClient, order_employees: 2_000, client_managers: 2 },
      ...{ invoices: 700, subscriptions: 5, tickets: 50 },
    },
  },
  {
    why: 'The same, beside all that is found.',
    of: forEach(
      ['client'],
      ['orders', 'invoices'].flatMap((list) => [
        `${list} found by a frequent word`,
        `${list} found by a frequent word, counted`,
      ]),
    ),
    reads: { orders: ofOneClient, order_search_terms: 5_000, invoices: ofOneClient, invoice_search_terms: 5_000 },
  },
  {
    why: 'No index has the orders of a client and a service: those of the one are looked through for the other.',
    of: ['client: a page of services, with their newest orders'],
    reads: { orders: all.orders },
  },
  {
    why: 'Whom an order or a ticket is assigned to stands in another table: the newest are asked one by one.',
    of: forEach(
      ['contractor', 'group member'],
      [...dashboards, 'orders', 'orders of a status', 'orders by DATE_DUE ASC', ...ticketPages],
    ),
    reads: { orders: 5_000, order_employees: 500, users: 300, tickets: 600, ticket_employees: 1_000 },
  },
  {
    why: 'The same, and without the viewer a plan can’t know that few orders are theirs, and may ask all of them.',
    of: forEach(
      ['newcomer'],
      [...dashboards, 'orders', 'orders of a status', 'orders by DATE_DUE ASC', ...ticketPages],
    ),
    only: 'without values',
    reads: { orders: all.orders, tickets: all.tickets },
  },
  {
    why: 'Orders that are found and theirs: two tables, neither in order.',
    of: forEach(['contractor', 'group member'], ['orders found by a frequent word']),
    reads: { orders: all.orders, order_employees: 20_000, order_search_terms: 5_000, users: all.staff },
  },
  {
    why: 'What is assigned to a viewer or its group is counted by the links of all.',
    of: counted(
      forEach(
        ['contractor', 'group member'],
        ['orders', 'orders of a status', 'orders found by a frequent word', 'tickets', 'tickets of a status'],
      ),
    ),
    reads: {
      ...{ orders: all.orders, order_employees: 150_000, order_search_terms: 5_000, users: all.staff },
      ...{ tickets: all.tickets, ticket_employees: 11_000 },
    },
  },
  {
    why: `Who may see an order, a ticket or an invoice may see its client: all of the viewer's, or of each client's, are
      looked through.`,
    of: [
      ...forEach(['contractor', 'group member'], ['clients', 'clients by LAST_NAME ASC', 'clients, counted']),
      ...forEach(['newcomer'], ['clients', 'clients by LAST_NAME ASC']),
      'contractor: a page of clients, with their newest orders, managers and what they spent',
    ],
    reads: {
      ...{ users: all.clients + 100, client_managers: 2_000, orders: all.orders + 100, order_employees: 20_000 },
      ...{ tickets: all.tickets, ticket_employees: 11_000, invoices: 300 },
    },
  },
  {
    why: `Whom a client is looked after by stands in two other tables, for each person and for each group: all of the viewer's
      are read, or the newest rows are asked one by one.`,
    of: [
      ...forEach(
        ['group member'],
        [
          ...[...dashboards, 'an order by its number', 'an order with its invoice, subscription, tickets and answers'],
          'an order by its id, with everything beneath it',
          ...['an invoice by its number, with everything beneath it', 'invoice totals'],
          ...['invoice totals of a status and a time', 'a page of invoices, with clients, lines, orders and payments'],
          'a page of payments, with invoices, clients and methods',
          'a subscription by its number, with invoices, payments and orders',
          'a page of subscriptions, with clients, open invoices and newest payments',
          'a client with its money and questions, counted',
          ...[...moneyPages, 'invoices that are overdue', 'invoices found by a frequent word'],
          ...counted([...moneyPages, 'invoices found by a frequent word']),
        ],
      ),
      ...forEach(['newcomer'], [...moneyPages, 'invoices that are overdue', 'invoices found by a frequent word']),
    ],
    reads: {
      ...{ users: 3 * all.clients, client_managers: 9_000, invoices: all.invoices, invoice_search_terms: 5_000 },
      ...{ payments: all.payments, subscriptions: 1_100, credit_entries: ofOneClient },
      ticket_employees: 100,
    },
  },
  {
    why: 'And its service: the orders of each service are looked through.',
    of: forEach(['contractor', 'newcomer', 'group member'], ['services by NAME ASC']),
    reads: { orders: all.orders, order_employees: 600_000, users: all.staff },
  },
  {
    why: 'And the services that are its add-ons.',
    of: forEach(['contractor', 'group member'], ['an order by its id, with everything beneath it']),
    reads: { orders: 10, order_employees: 200 },
  },
];
