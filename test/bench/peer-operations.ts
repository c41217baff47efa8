import type { Subjects } from './cluster.ts';
import { ask, type Target } from './load.ts';
import { type Access, answersBegin, graphqlTarget, type ReadName } from './operations.ts';

// PostGraphile's names come from the tables; aliases give them ours.
const newestFirst = 'orderBy: [CREATED_AT_DESC, PRIMARY_KEY_DESC]';
const live = 'condition: { deletedAt: null }';

const row = (nested: number) => `
  id: rowId number serviceName status: orderStatusByOrganizationIdAndStatusCodeAndStatusKind { name kind }
  price currency createdAt dueAt
  client: userByOrganizationIdAndClientId { id: rowId firstName lastName email company }
  employees: orderEmployeesByOrganizationIdAndOrderIdList {
    user: userByOrganizationIdAndEmployeeId { id: rowId firstName lastName }
  }
  tags: orderTagsByOrganizationIdAndOrderIdList { tag: tagByOrganizationIdAndTagId { id: rowId name } }
  invoice: invoiceByInvoiceId { id: rowId number status total currency deletedAt }
  tickets: ticketsByOrderId(${live}) { totalCount }
  tasks: orderTasksByOrganizationIdAndOrderId(first: ${nested}, ${newestFirst}) {
    nodes { id: rowId name isComplete effectiveDueAt }
  }
  messages: orderMessagesByOrganizationIdAndOrderId(first: ${nested}, ${newestFirst}) {
    nodes { id: rowId body createdAt staffOnly }
  }`;

const orderQuery = `query Order($number: String!) { order: orderByNumber(number: $number) { ${row(5)} } }`;

const dashboardQuery = `query Dashboard($first: Int!, $after: Cursor) {
  orders: allOrders(first: $first, after: $after, ${live}, ${newestFirst}) {
    nodes { ${row(5)} } pageInfo { hasNextPage endCursor }
  }
}`;

const filteredQuery = `query Filtered($first: Int!, $status: String!, $employeeId: UUID!) {
  orders: allOrders(first: $first, condition: { deletedAt: null, statusKind: $status }, ${newestFirst},
    filter: { orderEmployeesByOrganizationIdAndOrderId: { some: { employeeId: { equalTo: $employeeId } } } }
  ) {
    nodes { ${row(5)} } pageInfo { hasNextPage endCursor }
  }
}`;

const wideQuery = `query Wide($first: Int!) {
  orders: allOrders(first: $first, ${live}, ${newestFirst}) {
    nodes {
      ${row(10)}
      service: serviceByServiceId { id: rowId name deletedAt }
      formFields: filledFormFieldsByOrganizationIdAndOrderId(first: 10, ${newestFirst}) {
        nodes { id: rowId name type value submittedAt }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const countQuery = `query Count { orders: allOrders(${live}) { totalCount } }`;

const cursorQuery = `query Cursor($offset: Int!) {
  orders: allOrders(first: 1, offset: $offset, ${live}, ${newestFirst}) { pageInfo { endCursor } }
}`;

/** PostGraphile's own cursor of the row that the engine's deep cursor stands for. */
export async function peerCursor(peer: Access, depth: number): Promise<string> {
  const answer = await ask(graphqlTarget(peer, cursorQuery, [{ offset: depth - 1 }], '{"data":{"orders"'));
  return JSON.parse(answer).data.orders.pageInfo.endCursor;
}

/** Everything that is read, asked of PostGraphile in its own words. */
export function peerTargets(peer: Access, subjects: Subjects, cursor: string): Record<ReadName, Target> {
  const { numbers, status, employeeId } = subjects;
  const target = (name: ReadName, query: string, ...variables: object[]) =>
    graphqlTarget(peer, query, variables, answersBegin[name]);
  return {
    order: target('order', orderQuery, ...numbers.map((number) => ({ number }))),
    dashboard: target('dashboard', dashboardQuery, { first: 50 }),
    deep: target('deep', dashboardQuery, { first: 50, after: cursor }),
    filtered: target('filtered', filteredQuery, { first: 50, status, employeeId }),
    wide: target('wide', wideQuery, { first: 100 }),
    count: target('count', countQuery, {}),
  };
}

type Named = { id: string; name: string };
type Person = { id: string; firstName: string; lastName: string };
type List<Node> = { nodes: Node[] };
type PeerInvoice = {
  id: string;
  number: string;
  status: string;
  total: string;
  currency: string;
  deletedAt: string | null;
};

type PeerOrder = {
  id: string;
  price: string;
  currency: string;
  createdAt: string;
  dueAt: string | null;
  client: Person & { email: string; company: string | null };
  employees: { user: Person }[];
  tags: { tag: Named }[];
  invoice: PeerInvoice | null;
  tasks: List<{ id: string; effectiveDueAt: string | null }>;
  messages: List<{ id: string; createdAt: string }>;
  service?: (Named & { deletedAt: string | null }) | null;
  formFields?: List<{ id: string; submittedAt: string | null }>;
};

type PeerData = {
  order?: PeerOrder | null;
  orders?: { nodes?: PeerOrder[]; pageInfo?: { hasNextPage: boolean }; totalCount?: number };
};

/**
 * What both kinds of answer say, in the engine's names, to be compared. Cursors are left out, as each server has its
 * own; people and tags are put in the order of their ids, as PostGraphile can't order them by name.
 */
export function contentOfPeer(answer: string): unknown {
  const { order, orders } = JSON.parse(answer).data as PeerData;
  if (order !== undefined) return { order: order && asEngineOrder(order) };
  return {
    orders: {
      ...orders,
      ...(orders?.nodes && { nodes: orders.nodes.map(asEngineOrder) }),
      ...(orders?.pageInfo && { pageInfo: { hasNextPage: orders.pageInfo.hasNextPage } }),
    },
  };
}

type EngineOrder = { employees: Named[]; tags: Named[] };
type EngineData = {
  order?: EngineOrder | null;
  orders?: { nodes?: EngineOrder[]; pageInfo?: { hasNextPage: boolean } };
};

export function contentOfEngine(answer: string): unknown {
  const { order, orders } = JSON.parse(answer).data as EngineData;
  const ordered = (one: EngineOrder) => ({ ...one, employees: byId(one.employees), tags: byId(one.tags) });
  if (order !== undefined) return { order: order && ordered(order) };
  return {
    orders: {
      ...orders,
      ...(orders?.nodes && { nodes: orders.nodes.map(ordered) }),
      ...(orders?.pageInfo && { pageInfo: { hasNextPage: orders.pageInfo.hasNextPage } }),
    },
  };
}

function asEngineOrder({ price, currency, client, ...order }: PeerOrder) {
  const { firstName, lastName, ...known } = client;
  const page = <Node extends { id: string }>(
    prefix: string,
    { nodes }: List<Node>,
    change: (node: Node) => object,
  ) => ({
    nodes: nodes.map((node) => ({ ...node, id: `${prefix}_${node.id}`, ...change(node) })),
  });
  return {
    ...order,
    id: `order_${order.id}`,
    price: { amount: Number(price).toFixed(2), currency },
    createdAt: instant(order.createdAt),
    dueAt: instant(order.dueAt),
    client: { ...known, id: `client_${client.id}`, name: `${firstName} ${lastName}` },
    employees: byId(
      order.employees.map(({ user }) => ({ id: `member_${user.id}`, name: `${user.firstName} ${user.lastName}` })),
    ),
    tags: byId(order.tags.map(({ tag }) => ({ ...tag, id: `tag_${tag.id}` }))),
    invoice: liveInvoice(order.invoice),
    tasks: page('task', order.tasks, (task) => ({ effectiveDueAt: instant(task.effectiveDueAt) })),
    messages: page('message', order.messages, (message) => ({ createdAt: instant(message.createdAt) })),
    ...(order.service !== undefined && { service: liveService(order.service) }),
    ...(order.formFields && {
      formFields: page('field', order.formFields, (field) => ({ submittedAt: instant(field.submittedAt) })),
    }),
  };
}

function liveService(service: (Named & { deletedAt: string | null }) | null): Named | null {
  return service === null || service.deletedAt !== null ? null : { id: `service_${service.id}`, name: service.name };
}

function liveInvoice(invoice: PeerInvoice | null) {
  if (invoice === null || invoice.deletedAt !== null) return null;
  const { id, number, status, total: amount, currency } = invoice;
  return { id: `invoice_${id}`, number, status, total: { amount: Number(amount).toFixed(2), currency } };
}

function byId(list: Named[]): Named[] {
  return list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function instant<Time extends string | null>(time: Time): string | null {
  return time === null ? null : new Date(time).toISOString();
}
