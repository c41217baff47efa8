import type { Subjects } from './cluster.ts';
import type { Target } from './load.ts';

export type OperationName = 'order' | 'dashboard' | 'handwritten' | 'deep' | 'filtered' | 'orderCreate';

/** In the order in which they run: what is compared runs next to each other, what writes comes last. */
export const operationNames: readonly OperationName[] = [
  'order',
  'dashboard',
  'handwritten',
  'deep',
  'filtered',
  'orderCreate',
];

export const descriptions: Readonly<Record<OperationName, string>> = {
  order: 'order(number)',
  dashboard: 'orders(first: 50)',
  handwritten: '  hand-written SQL',
  deep: '  at depth 50 000',
  filtered: '  by status, employee',
  orderCreate: 'orderCreate',
};

/** What the page of a dashboard shows of each order. */
const row = `
  id number serviceName status { name kind } price { amount currency } createdAt dueAt
  client { id name email company } employees { id name } tags { id name }
  tasks(first: 5) { nodes { id name isComplete effectiveDueAt } }
  messages(first: 5) { nodes { id body createdAt staffOnly } }`;

const orderQuery = `query Order($number: String!) { order(number: $number) { ${row} } }`;

const dashboardQuery = `query Dashboard($first: Int!, $after: String, $filter: OrderFilter) {
  orders(first: $first, after: $after, filter: $filter) { nodes { ${row} } pageInfo { hasNextPage endCursor } }
}`;

const createMutation = `mutation Create($input: OrderCreateInput!) {
  orderCreate(input: $input) { ... on OrderCreateSuccess { order { id number status { name } employees { id name } } } }
}`;

type Servers = { engine: string; peer: string };

export type Page = { first: number; after?: string; filter?: object };

/** A page of the engine's; without more said, the first one of the dashboard. */
export function pageTarget(servers: Servers, token: string, page: Page = { first: 50 }): Target {
  return graphqlTarget(servers, token, dashboardQuery, [page], '{"data":{"orders":{"nodes":[{"id"');
}

/** What each operation asks for. */
export function targetsOf(servers: Servers, token: string, subjects: Subjects): Record<OperationName, Target> {
  const { numbers, deepCursor, employeeId, clientId, serviceId, mark } = subjects;
  const filter = { status: { eq: 'IN_PROGRESS' }, employeeId: { eq: employeeId } };
  const input = { clientId, serviceId, serviceName: mark, tags: ['rush', 'vip'] };
  return {
    order: graphqlTarget(
      servers,
      token,
      orderQuery,
      numbers.map((number) => ({ number })),
      '{"data":{"order":{"id"',
    ),
    dashboard: pageTarget(servers, token),
    handwritten: {
      url: servers.peer,
      method: 'GET',
      path: '/dashboard',
      headers: { authorization: `Bearer ${token}` },
      bodies: [''],
      answerBegins: '{"data"',
    },
    deep: pageTarget(servers, token, { first: 50, after: deepCursor }),
    filtered: pageTarget(servers, token, { first: 50, filter }),
    orderCreate: graphqlTarget(servers, token, createMutation, [{ input }], '{"data":{"orderCreate":{"order":{"id"'),
  };
}

function graphqlTarget(
  servers: Servers,
  token: string,
  query: string,
  variables: object[],
  answerBegins: string,
): Target {
  return {
    url: servers.engine,
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    bodies: variables.map((values) => JSON.stringify({ query, variables: values })),
    answerBegins,
  };
}
