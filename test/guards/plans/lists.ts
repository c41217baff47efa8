import type { Reads } from './operations.ts';
import type { Subjects, ViewerName } from './subjects.ts';

/** A list that is paged through. It may read the rows of its page and no others. */
export type List = {
  title: string;
  viewer: ViewerName;
  list: ListName;
  filter?: (subjects: Subjects) => object;
  sort?: { field: string; direction: 'ASC' | 'DESC' }[];
  search?: (subjects: Subjects) => string;
  /** The link table that the filter asks. */
  by?: string;
};

export type ListName = keyof typeof shapes;

/** The table behind each list, what a page shows of each row, and the names of its inputs. */
const shapes = {
  orders: {
    table: 'orders',
    row: 'id number serviceName createdAt',
    filter: 'OrderFilter',
    sort: 'OrderSort',
    terms: 'order_search_terms',
  },
  clients: {
    table: 'users',
    row: 'id name email createdAt',
    filter: 'ClientFilter',
    sort: 'ClientSort',
    terms: 'client_search_terms',
  },
  invoices: {
    table: 'invoices',
    row: 'id number status total { amount currency } dueAt createdAt',
    filter: 'InvoiceFilter',
    sort: 'InvoiceSort',
    terms: 'invoice_search_terms',
  },
  payments: {
    table: 'payments',
    row: 'id kind status amount { amount currency } processor createdAt',
    filter: 'PaymentFilter',
    sort: 'PaymentSort',
    terms: null,
  },
  subscriptions: {
    table: 'subscriptions',
    row: 'id number status currentPeriodEnd',
    filter: 'SubscriptionFilter',
    sort: 'SubscriptionSort',
    terms: null,
  },
  services: { table: 'services', row: 'id name createdAt', filter: 'ServiceFilter', sort: 'ServiceSort', terms: null },
  coupons: { table: 'coupons', row: 'id code createdAt', filter: 'CouponFilter', sort: 'CouponSort', terms: null },
  tickets: {
    table: 'tickets',
    row: 'id number subject createdAt',
    filter: 'TicketFilter',
    sort: 'TicketSort',
    terms: 'ticket_search_terms',
  },
  tags: { table: 'tags', row: 'id name', filter: 'TagFilter', sort: 'TagSort', terms: null },
  team: { table: 'users', row: 'id name email', filter: 'TeamFilter', sort: 'TeamSort', terms: null },
  logs: { table: 'logs', row: 'id entity event createdAt', filter: 'LogFilter', sort: null, terms: null },
} as const;

export const pageSize = 20;

/** The row that the cursor names, those that tie with it, deleted ones in between. */
const toSpare = 5;

/** The page's rows and one more, to know whether there are more; and as many of a table by which they are found. */
export function readsOf({ list, search, by }: List): Reads {
  const { table, terms } = shapes[list];
  const found = [table, ...(search && terms ? [terms] : []), ...(by ? [by] : [])];
  return Object.fromEntries(found.map((each) => [each, pageSize + 1 + toSpare]));
}

export function documentOf({ list, filter, sort, search }: List): string {
  const shape = shapes[list];
  const inputs = [
    ...(filter ? [['filter', shape.filter]] : []),
    ...(sort ? [['sort', `[${shape.sort}!]`]] : []),
    ...(search ? [['search', 'String']] : []),
    ...[
      ['first', 'Int'],
      ['after', 'String'],
      ['last', 'Int'],
      ['before', 'String'],
    ],
  ];
  const variables = inputs.map(([name, type]) => `$${name}: ${type}`).join(', ');
  const given = inputs.map(([name]) => `${name}: $${name}`).join(', ');
  return `query (${variables}) { ${list}(${given}) { nodes { ${shape.row} } pageInfo { hasNextPage endCursor } } }`;
}

/** The same rows, only counted. */
export function countOf({ list, filter, search }: List): string {
  const inputs = [...(filter ? [['filter', shapes[list].filter]] : []), ...(search ? [['search', 'String']] : [])];
  const variables = inputs.length > 0 ? `(${inputs.map(([name, type]) => `$${name}: ${type}`).join(', ')})` : '';
  const given = inputs.length > 0 ? `(${inputs.map(([name]) => `${name}: $${name}`).join(', ')})` : '';
  return `query ${variables} { ${list}${given} { totalCount } }`;
}

export function tableOf({ list }: List): string {
  return shapes[list].table;
}

type Cut = Omit<List, 'viewer' | 'list' | 'title'>;

const cutsOf: Readonly<Record<ListName, Readonly<Record<string, Cut>>>> = {
  orders: {
    '': {},
    ' of a status': { filter: () => ({ status: { eq: 'IN_PROGRESS' } }) },
    ' of several statuses': { filter: () => ({ status: { in: ['IN_PROGRESS', 'ON_HOLD'] } }) },
    ' of a status of the organization’s own': { filter: () => ({ statusCode: { eq: 5 } }) },
    ' of a client': { filter: ({ clients }) => ({ clientId: { eq: clients.busiest } }) },
    ' of a new client': { filter: ({ clients }) => ({ clientId: { eq: clients.idlest } }) },
    ' of a service': { filter: ({ services }) => ({ serviceId: { eq: services.busiest } }) },
    ' of a service that sells badly': { filter: ({ services }) => ({ serviceId: { eq: services.idlest } }) },
    ' of a busy employee': {
      filter: ({ employees }) => ({ employeeId: { eq: employees.busiest } }),
      by: 'order_employees',
    },
    ' of an idle employee': {
      filter: ({ employees }) => ({ employeeId: { eq: employees.idlest } }),
      by: 'order_employees',
    },
    ' of a frequent tag': { filter: ({ tags }) => ({ tagId: { eq: tags.busiest } }), by: 'order_tags' },
    ' of a rare tag': { filter: ({ tags }) => ({ tagId: { eq: tags.idlest } }), by: 'order_tags' },
    ' of a status and a busy employee': {
      filter: ({ employees }) => ({ status: { eq: 'IN_PROGRESS' }, employeeId: { eq: employees.busiest } }),
      by: 'order_employees',
    },
    ' of a status and an idle employee': {
      filter: ({ employees }) => ({ status: { eq: 'IN_PROGRESS' }, employeeId: { eq: employees.idlest } }),
      by: 'order_employees',
    },
    ' of a time': { filter: ({ placed }) => ({ createdAt: { gte: placed.from, lt: placed.until } }) },
    ' of a status and a time': {
      filter: ({ placed }) => ({ status: { eq: 'COMPLETED' }, createdAt: { gte: placed.from, lt: placed.until } }),
    },
    ' that are deleted': { filter: () => ({ isDeleted: { eq: true } }) },
    ' that are due': {
      filter: ({ placed }) => ({ status: { eq: 'IN_PROGRESS' }, dueAt: { gte: placed.until } }),
      sort: [{ field: 'DATE_DUE', direction: 'ASC' }],
    },
    ...sorts(['CREATED_AT', 'UPDATED_AT', 'DATE_DUE', 'NUMBER', 'STATUS', 'PRICE', 'QUANTITY', 'CLIENT', 'SERVICE']),
    ' found by a word that all have': { search: ({ words }) => words.universal },
    ' found by a frequent word': { search: ({ words }) => words.frequent },
    ' found by a rare word': { search: ({ words }) => words.rare },
    ' found by two words': { search: ({ words }) => `${words.frequent} ${words.universal}` },
    ' found by a number': { search: ({ order }) => order.number },
  },
  clients: {
    '': {},
    ' of a status': { filter: () => ({ status: { eq: 'INACTIVE' } }) },
    ...sorts(['ID', 'EMAIL', 'FIRST_NAME', 'LAST_NAME', 'STATUS', 'BALANCE', 'CREATED_AT']),
    ' found by a word that all have': { search: ({ words }) => words.universal },
    ' found by a frequent word': { search: ({ words }) => words.frequent },
    ' found by a rare word': { search: ({ words }) => words.rare },
    ' found by two words': { search: ({ words }) => `${words.frequent} ${words.universal}` },
  },
  services: {
    '': {},
    ' of a folder': { filter: ({ folderId }) => ({ folderId: { eq: folderId } }) },
    ' that are recurring': { filter: () => ({ recurring: { eq: 'RECURRING' } }) },
    ' that are not public': { filter: () => ({ isPublic: { eq: false } }) },
    ...sorts(['ID', 'CREATED_AT', 'NAME', 'POSITION', 'PRICE', 'RECURRING', 'IS_PUBLIC']),
  },
  coupons: {
    '': {},
    ' that are deleted': { filter: () => ({ isDeleted: { eq: true } }) },
    ...sorts(['CREATED_AT', 'CODE', 'EXPIRES_AT', 'USED_COUNT']),
  },
  invoices: {
    '': {},
    ' of a status': { filter: () => ({ status: { eq: 'UNPAID' } }) },
    ' of several statuses': { filter: () => ({ status: { in: ['UNPAID', 'PARTIALLY_PAID'] } }) },
    ' of a client': { filter: ({ clients }) => ({ clientId: { eq: clients.busiest } }) },
    ' of a new client': { filter: ({ clients }) => ({ clientId: { eq: clients.idlest } }) },
    ' of nobody': { filter: () => ({ clientId: { eq: null } }) },
    ' of a subscription': { filter: ({ subscription }) => ({ subscriptionId: { eq: subscription.id } }) },
    ' of a busy employee': { filter: ({ clerks }) => ({ employeeId: { eq: clerks.busiest } }) },
    ' with a coupon': { filter: ({ coupons }) => ({ couponId: { eq: coupons.busiest } }) },
    ' with a rare coupon': { filter: ({ coupons }) => ({ couponId: { eq: coupons.idlest } }) },
    ' of a time': { filter: ({ placed }) => ({ createdAt: { gte: placed.from, lt: placed.until } }) },
    ' that are overdue': {
      filter: ({ placed }) => ({ status: { eq: 'UNPAID' }, dueAt: { gte: placed.until } }),
      sort: [{ field: 'DATE_DUE', direction: 'ASC' }],
    },
    ' that are deleted': { filter: () => ({ isDeleted: { eq: true } }) },
    ...sorts(['CREATED_AT', 'NUMBER', 'DATE_DUE', 'DATE_PAID', 'STATUS', 'TOTAL', 'CLIENT']),
    ' found by a frequent word': { search: ({ words }) => words.frequent },
    ' found by a rare word': { search: ({ words }) => words.rare },
    ' found by two words': { search: ({ words }) => `${words.frequent} ${words.universal}` },
    ' found by a number': { search: ({ invoice }) => invoice.number },
    ' found by an amount': { search: ({ invoice }) => invoice.total },
  },
  payments: {
    '': {},
    ' of a kind': { filter: () => ({ kind: { eq: 'REFUND' } }) },
    ' of a status': { filter: () => ({ status: { eq: 'FAILED' } }) },
    ' of a client': { filter: ({ clients }) => ({ clientId: { eq: clients.busiest } }) },
    ' of an invoice': { filter: ({ invoice }) => ({ invoiceId: { eq: `invoice_${invoice.id}` } }) },
    ' of a time': { filter: ({ placed }) => ({ createdAt: { gte: placed.from, lt: placed.until } }) },
    ...sorts(['CREATED_AT', 'AMOUNT']),
  },
  subscriptions: {
    '': {},
    ' of a status': { filter: () => ({ status: { eq: 'PAST_DUE' } }) },
    ' of a client': { filter: ({ clients }) => ({ clientId: { eq: clients.busiest } }) },
    ' that are due': {
      filter: ({ placed }) => ({ status: { eq: 'ACTIVE' }, currentPeriodEnd: { lt: placed.until } }),
      sort: [{ field: 'CURRENT_PERIOD_END', direction: 'ASC' }],
    },
    ...sorts(['CREATED_AT', 'CURRENT_PERIOD_END', 'NUMBER']),
  },
  tickets: {
    '': {},
    ' of a status': { filter: () => ({ status: { eq: 'OPEN' } }) },
    ' of a client': { filter: ({ clients }) => ({ clientId: { eq: clients.busiest } }) },
    ' of an order': { filter: ({ order }) => ({ orderId: { eq: `order_${order.id}` } }) },
    ' of a status of the organization’s own': { filter: () => ({ statusCode: { eq: 6 } }) },
    ' of a busy employee': {
      filter: ({ helpers }) => ({ employeeId: { eq: helpers.busiest } }),
      by: 'ticket_employees',
    },
    ' of an idle employee': {
      filter: ({ helpers }) => ({ employeeId: { eq: helpers.idlest } }),
      by: 'ticket_employees',
    },
    ' of a status and a busy employee': {
      filter: ({ helpers }) => ({ status: { eq: 'OPEN' }, employeeId: { eq: helpers.busiest } }),
      by: 'ticket_employees',
    },
    ' of a frequent tag': { filter: ({ topics }) => ({ tagId: { eq: topics.busiest } }), by: 'ticket_tags' },
    ' of a rare tag': { filter: ({ topics }) => ({ tagId: { eq: topics.idlest } }), by: 'ticket_tags' },
    ' of a time': { filter: ({ placed }) => ({ createdAt: { gte: placed.from, lt: placed.until } }) },
    ' that are deleted': { filter: () => ({ isDeleted: { eq: true } }) },
    ...sorts(['CREATED_AT', 'UPDATED_AT', 'LAST_MESSAGE_AT', 'NUMBER', 'SUBJECT', 'STATUS', 'CLIENT', 'ORDER']),
    ' found by a frequent word': { search: ({ words }) => words.frequent },
    ' found by a rare word': { search: ({ words }) => words.rare },
    ' found by a number': { search: ({ tickets }) => tickets.client.number },
  },
  tags: { '': {}, ...sorts(['NAME', 'CREATED_AT']) },
  team: { '': {}, ...sorts(['CREATED_AT', 'EMAIL', 'FIRST_NAME', 'LAST_NAME']) },
  logs: {
    '': {},
    ' of an object': { filter: ({ order }) => ({ entityId: { eq: `order_${order.id}` } }) },
    ' of an actor': { filter: ({ clients }) => ({ actorId: { eq: `client_${clients.busiest}` } }) },
    ' of an owner': { filter: ({ clients }) => ({ ownerId: { eq: `client_${clients.busiest}` } }) },
    ' of a kind of object': { filter: () => ({ entity: { eq: 'TAG' } }) },
    ' of an event': { filter: () => ({ event: { eq: 'DELETED' } }) },
    ' of a time': { filter: ({ placed }) => ({ createdAt: { gte: placed.from, lt: placed.until } }) },
  },
};

function sorts(fields: readonly string[]): Record<string, Cut> {
  const steps = fields.flatMap((field) => (['ASC', 'DESC'] as const).map((direction) => ({ field, direction })));
  return Object.fromEntries(steps.map((step) => [` by ${step.field} ${step.direction}`, { sort: [step] }]));
}

/** What the others look at, who see a part. */
const ofOthers: readonly (readonly [ListName, string])[] = [
  ['orders', ''],
  ['orders', ' of a status'],
  ['orders', ' found by a frequent word'],
  ['orders', ' by DATE_DUE ASC'],
  ['clients', ''],
  ['clients', ' by LAST_NAME ASC'],
  ['services', ' by NAME ASC'],
  ['tickets', ''],
  ['tickets', ' of a status'],
];

/** And those of them who see invoices. */
const ofDebtors: readonly (readonly [ListName, string])[] = [
  ['invoices', ''],
  ['invoices', ' of a status'],
  ['invoices', ' that are overdue'],
  ['invoices', ' found by a frequent word'],
  ['payments', ''],
  ['subscriptions', ''],
  ['subscriptions', ' of a status'],
];

export const lists: readonly List[] = [
  ...Object.entries(cutsOf).flatMap(([list, cuts]) =>
    Object.entries(cuts).map(([cut, parts]): List => {
      return { title: `${list}${cut}`, viewer: 'administrator', list: list as ListName, ...parts };
    }),
  ),
  ...(['contractor', 'newcomer', 'group member', 'client'] as const).flatMap((viewer) =>
    [...ofOthers, ...(viewer === 'contractor' ? [] : ofDebtors)].map(
      ([list, cut]): List => ({ title: `${list}${cut}`, viewer, list, ...cutsOf[list][cut] }),
    ),
  ),
];

/** Those that are also counted. A newcomer has nothing to count. */
export const counted: readonly List[] = lists.filter(({ sort, viewer }) => !sort && viewer !== 'newcomer');
