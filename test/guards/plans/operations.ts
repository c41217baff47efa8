import { completeOrder, fingerprintOf, newestFirst } from '../../../src/graphql/pagination.ts';
import { anonymous } from '../../kit/viewers.ts';
import type { Subjects, ViewerName } from './subjects.ts';

/** The most rows of each big table that may be read; of a big table that is not named, none. */
export type Reads = Readonly<Record<string, number>>;

/** Something that is asked all day, other than a bare list. */
export type Operation = {
  title: string;
  viewer: ViewerName;
  document: string;
  variables: (subjects: Subjects) => Record<string, unknown>;
  reads: Reads;
};

// At most so many belong to an order, a task or a client of the demo.
export const people = 2;
const tags = 4;
/** As many rows as no client has of anything. */
export const ofOneClient = 500;

/** What the page of a dashboard shows of each order. */
const row = (nested: number) => `
  id number serviceName status { name kind } price { amount currency } createdAt dueAt
  client { id name email company } employees { id name } tags { id name }
  invoice { id number status total { amount currency } } tickets(first: 1) { totalCount }
  tasks(first: ${nested}) { nodes { id name isComplete effectiveDueAt } }
  messages(first: ${nested}) { nodes { id body createdAt staffOnly } }`;

const rowReads = (orders: number, nested: number): Reads => ({
  users: orders * (1 + people),
  invoices: orders,
  // Most have none.
  tickets: orders,
  ticket_employees: orders,
  order_employees: orders * people,
  order_tags: orders * tags,
  order_tasks: orders * nested,
  order_messages: orders * nested,
});

const everything = `
  id number serviceName price { amount currency } quantity note options metadata formData paymentProcessor
  startedAt completedAt dueAt lastMessageAt version createdAt updatedAt deletedAt
  status { id code name kind position isOpen }
  client {
    id name email phone company balance { amount currency } address { line1 city country } spent { amount }
    accountManager { name } managers { id name }
  }
  service { id name description price { amount } folder { name } employees { name } addons { name } }
  employees { id name group { name } role { name } } tags { id name }
  tasks(first: 20) { totalCount nodes { id name isComplete completedBy { name } employees { name } } }
  messages(first: 20) { totalCount nodes { id body author { name } files } }
  formFields(first: 20) { nodes { id name type value } }`;

const everythingReads: Reads = {
  orders: 1,
  users: 2 + 3 * people + 20 * (1 + people) + 20,
  addresses: 1,
  // What the client ever paid is summed.
  invoices: ofOneClient,
  client_managers: people,
  order_employees: people,
  order_tags: tags,
  order_tasks: 2 * 20,
  order_task_employees: 20 * people,
  order_messages: 2 * 20,
  filled_form_fields: 2 * 20,
};

/** And what tells whether the viewer is, or works with, one of the order's people. */
const andReach = (reads: Reads): Reads => ({
  ...reads,
  users: (reads.users ?? 0) + people,
  order_employees: (reads.order_employees ?? 0) + people,
});

const dashboard = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: OrderFilter) {
  orders(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    nodes { ${row(5)} } pageInfo { hasNextPage endCursor }
  }
}`;

const pages: readonly { title: string; variables: Operation['variables'] }[] = [
  { title: 'the first page', variables: () => ({ first: 50 }) },
  { title: 'deep in it', variables: ({ deep }) => ({ first: 50, after: cursorOf(deep) }) },
  { title: 'the last page', variables: () => ({ last: 50 }) },
  { title: 'backward from deep in it', variables: ({ deep }) => ({ last: 50, before: cursorOf(deep) }) },
  { title: 'of a status', variables: () => ({ first: 50, filter: { status: { eq: 'IN_PROGRESS' } } }) },
];

/** The cursor of an order in the list that is newest first. */
function cursorOf({ id, createdAt }: Subjects['deep']): string {
  const values = [fingerprintOf(completeOrder(null, newestFirst, anonymous)), createdAt.getTime(), id];
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

const staff = ['administrator', 'contractor', 'group member'] as const;
const everybody = [...staff, 'newcomer', 'client'] as const;
export const nothing = () => ({});

/** Each of them for each of the viewers. */
export function as(viewers: readonly ViewerName[], operation: Omit<Operation, 'viewer'>): Operation[] {
  return viewers.map((viewer) => ({ ...operation, viewer }));
}

/** A year of which all that a report sums or counts is read, and nothing else: as many of each as there are, or a bit more. */
const year = 'from: "2025-11-21", to: "2026-11-20"';
const summed: readonly { title: string; report: string; reads: Reads }[] = [
  { title: 'orders by status', report: 'ordersByStatus { status { name } orders }', reads: { orders: 100_000 } },
  {
    title: 'the time to completion',
    report: `completionTime(${year}) { orders averageHours averageHoursFromStart }`,
    reads: { orders: 70_000 },
  },
  {
    title: 'the time to completion by service',
    report: `completionTimeByService(${year}) { service { name } serviceName orders averageHours }`,
    reads: { orders: 70_000 },
  },
  {
    title: 'open tasks by employee',
    report: 'openTasksByEmployee { employee { name } tasks overdue }',
    reads: { orders: 7_500, order_tasks: 30_000, order_task_employees: 10_000, users: 12 },
  },
  {
    title: 'revenue by month',
    report: `revenue(${year}, by: MONTH) { startsOn revenue { amount currency } refunds { amount } }`,
    reads: { payments: 100_000 },
  },
  {
    title: 'overdue invoices',
    report: 'overdueInvoices { invoices owed { amount currency } }',
    reads: { invoices: 5_000 },
  },
  {
    title: 'monthly recurring revenue',
    report: 'monthlyRecurringRevenue { subscriptions amount { amount currency } }',
    reads: { subscriptions: 10_000 },
  },
];

export const operations: readonly Operation[] = [
  ...as([...staff, 'client'], {
    title: 'an order by its number',
    document: `query ($number: String!) { order(number: $number) { ${row(5)} } }`,
    variables: ({ order }) => ({ number: order.number }),
    reads: andReach({ orders: 1, ...rowReads(1, 5) }),
  }),
  ...as([...staff, 'client'], {
    title: 'an order by its id, with everything beneath it',
    document: `query ($id: ID!) { order(id: $id) { ${everything} } }`,
    variables: ({ order }) => ({ id: order.id }),
    reads: andReach(everythingReads),
  }),
  ...pages.flatMap(({ title, variables }) =>
    as(everybody, {
      title: `the dashboard, ${title}`,
      document: dashboard,
      variables,
      // One more to know whether there are more, and the one that the cursor names.
      reads: { orders: 50 + 2, ...rowReads(50, 5) },
    }),
  ),
  ...as(['administrator', 'client'], {
    title: 'a wide page of orders',
    document: `{
      orders(first: 100) {
        nodes {
          ${row(10)} service { id name }
          formFields(first: 10) { nodes { id name type value submittedAt } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: nothing,
    reads: { orders: 101, filled_form_fields: 100 * 10, ...rowReads(100, 10) },
  }),
  ...as(['administrator', 'contractor'], {
    title: 'a page of clients, with their newest orders, managers and what they spent',
    document: `{
      clients(first: 20) {
        nodes {
          id name email company balance { amount } address { city country } managers { id name }
          spent { amount currency } orders(first: 3) { nodes { id number createdAt } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: nothing,
    reads: {
      users: 21 + 20 * people,
      addresses: 20,
      client_managers: 20 * people,
      invoices: 20 * ofOneClient,
      orders: 20 * 3,
    },
  }),
  ...as(['administrator', 'client'], {
    title: 'a client with its orders, counted',
    document: `query ($id: ID!) {
      client(id: $id) { id name spent { amount } teamMembers { name } orders(first: 20) { totalCount nodes { number } } }
    }`,
    variables: ({ clients }) => ({ id: clients.busiest }),
    reads: { users: 1, invoices: ofOneClient, orders: ofOneClient + 20 },
  }),
  ...as(['administrator', 'client'], {
    title: 'a client with what is noted about it, counted',
    document: `query ($id: ID!) {
      client(id: $id) { id activities(first: 20) { totalCount nodes { content author { name } createdAt } } }
    }`,
    variables: ({ clients }) => ({ id: clients.busiest }),
    reads: { users: 1 + 20, client_activities: ofOneClient + 20 },
  }),
  ...as(['administrator', 'client'], {
    title: 'a page of services, with their newest orders',
    document: `{
      services(first: 20) {
        nodes { id name folder { name } employees { name } addons { name } orders(first: 3) { nodes { id number } } }
      }
    }`,
    variables: nothing,
    reads: { users: 20 * people, orders: 20 * 3 },
  }),
  ...as(everybody, {
    title: 'a page of tickets, with their orders, people and newest messages',
    document: `{
      tickets(first: 50) {
        nodes {
          id number subject status { name kind } source createdAt lastMessageAt
          client { id name email } order { id number } employees { id name } tags { id name }
          messages(first: 3) { nodes { id body staffOnly author { name } } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: nothing,
    reads: {
      tickets: 50 + 2,
      orders: 50,
      users: 50 * (1 + people + 3),
      ticket_employees: 50 * people,
      ticket_tags: 50 * tags,
      ticket_messages: 50 * 3,
    },
  }),
  ...everybody.map((viewer): Operation => {
    return {
      title: 'a ticket by its number, with everything beneath it',
      viewer,
      document: `query ($number: String!) {
        ticket(number: $number) {
          id number subject status { name kind } source metadata formData createdAt closedAt snoozedUntil
          client { id name email company } order { id number status { name } } mergedInto { number }
          employees { id name } tags { id name }
          messages(first: 20) { totalCount nodes { id body staffOnly files author { name } } }
          formFields(first: 20) { nodes { id name value } }
        }
      }`,
      variables: ({ tickets }) => tickets[viewer === 'administrator' || viewer === 'client' ? 'client' : 'contractor'],
      reads: {
        tickets: 1,
        // The order's people tell whether the viewer may see it, and the ticket's whether it may see that.
        orders: 1,
        users: 1 + 3 * people + 20,
        ticket_employees: 2 * people,
        order_employees: people,
        ticket_tags: tags,
        ticket_messages: 2 * 20,
        filled_form_fields: 20,
      },
    };
  }),
  ...as(['administrator', 'client'], {
    title: 'an order and its client with their tickets, counted',
    document: `query ($id: ID!) {
      order(id: $id) {
        number tickets(first: 10) { totalCount nodes { number subject formData } }
        client { tickets(first: 10) { totalCount nodes { number } } }
      }
    }`,
    variables: ({ order }) => ({ id: order.id }),
    reads: { orders: 1, users: 1, tickets: 2 * ofOneClient, filled_form_fields: 10 * people },
  }),
  ...as(['administrator', 'client'], {
    title: 'the answers of an order',
    document: `query ($id: ID!) { filledFormFields(orderId: $id) { totalCount nodes { name value } } }`,
    variables: ({ order }) => ({ id: order.id }),
    // The order is looked up for each of them, to show and to count.
    reads: { orders: 2 * 20, filled_form_fields: 2 * 20 },
  }),
  ...as(everybody, {
    title: 'the team with roles and groups',
    document: '{ team(first: 50) { nodes { id name email role { id name } group { name } } } }',
    variables: nothing,
    reads: { users: 50 },
  }),
  ...as(['administrator'], {
    title: 'a page of the log, with people and changes',
    document: `{
      logs(first: 50) {
        nodes { id entity entityId event createdAt actor { name } owner { name } changes { field before after } }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: nothing,
    reads: { logs: 51, users: 2 * 50 },
  }),
  ...as(['administrator'], {
    title: 'tags, counted',
    document: '{ tags { edges { cursor node { id name } } totalCount } }',
    variables: nothing,
    reads: {},
  }),
  ...as(['administrator'], {
    title: 'API tokens with the people they act as',
    document: '{ apiTokens(first: 50) { nodes { name role { name } user { name } } } }',
    variables: nothing,
    reads: { users: 50 },
  }),
  ...as(everybody, {
    title: 'the viewer',
    document: '{ viewer { kind user { name } organization { name } permissions { name } } me { name } }',
    variables: nothing,
    reads: { users: 2 },
  }),
  ...as(['administrator', 'contractor', 'client'], {
    title: 'an order as a node',
    document: 'query ($id: ID!) { node(id: $id) { id ... on Order { number client { name } } } }',
    variables: ({ order }) => ({ id: `order_${order.id}` }),
    reads: andReach({ orders: 1, users: 1 }),
  }),
  ...as(['administrator', 'contractor', 'client'], {
    title: 'a task as a node',
    document: 'query ($id: ID!) { node(id: $id) { id ... on OrderTask { name order { number } } } }',
    variables: ({ taskId }) => ({ id: `task_${taskId}` }),
    // The order once for what the viewer may see, and once for the answer.
    reads: andReach({ order_tasks: 1, orders: 2 }),
  }),
  ...as(['administrator', 'contractor', 'client'], {
    title: 'a message as a node',
    document: 'query ($id: ID!) { node(id: $id) { id ... on OrderMessage { body author { name } } } }',
    variables: ({ messageId }) => ({ id: `message_${messageId}` }),
    reads: andReach({ order_messages: 1, orders: 1, users: 1 }),
  }),
  ...as(['administrator', 'client'], {
    title: 'a client as a node',
    document: 'query ($id: ID!) { node(id: $id) { id ... on Client { name } } }',
    variables: ({ clients }) => ({ id: `client_${clients.busiest}` }),
    reads: { users: 1 },
  }),
  ...as(['administrator'], {
    title: 'nodes of several types',
    document: `query ($ids: [ID!]!) {
      nodes(ids: $ids) { id ... on Client { name } ... on Order { number } ... on OrderTask { name } }
    }`,
    variables: ({ clients, order, taskId }) => ({
      ids: [`client_${clients.busiest}`, `order_${order.id}`, `task_${taskId}`],
    }),
    reads: { users: 1, orders: 2, order_tasks: 1 },
  }),
  ...summed.flatMap(({ title, report, reads }) =>
    as(['administrator'], { title, document: `{ reports { ${report} } }`, variables: nothing, reads }),
  ),
];
