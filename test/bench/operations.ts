import type { Subjects } from './cluster.ts';
import type { Request, Target } from './load.ts';

/** In the order in which they run. */
export const readNames = ['order', 'dashboard', 'deep', 'filtered', 'wide', 'count'] as const;
export type ReadName = (typeof readNames)[number];
export type OperationName = ReadName | 'orderCreate';

export const operationTitles: Readonly<Record<OperationName, string>> = {
  order: 'order by number',
  dashboard: 'dashboard, 50 orders',
  deep: '  at depth 50 000',
  filtered: '  by status, employee',
  wide: 'wide, 100 orders',
  count: 'totalCount',
  orderCreate: 'orderCreate',
};

/** Those of the names that `--only` lists; all of them without it. */
export function chosen<Name extends string>(names: readonly Name[], only: string | undefined): Name[] {
  const asked = only?.split(',');
  const unknown = asked?.find((name) => !names.includes(name as Name));
  if (unknown !== undefined) throw new Error(`--only takes some of ${names.join(',')}, not ${unknown}.`);
  return names.filter((name) => asked?.includes(name) ?? true);
}

/** What the page of a dashboard shows of each order. */
const row = (nested: number) => `
  id number serviceName status { name kind } price { amount currency } createdAt dueAt
  client { id name email company } employees { id name } tags { id name }
  invoice { id number status total { amount currency } } tickets(first: 1) { totalCount }
  tasks(first: ${nested}) { nodes { id name isComplete effectiveDueAt } }
  messages(first: ${nested}) { nodes { id body createdAt staffOnly } }`;

const orderQuery = `query Order($number: String!) { order(number: $number) { ${row(5)} } }`;

const dashboardQuery = `query Dashboard($first: Int!, $after: String, $filter: OrderFilter) {
  orders(first: $first, after: $after, filter: $filter) { nodes { ${row(5)} } pageInfo { hasNextPage endCursor } }
}`;

const wideQuery = `query Wide($first: Int!) {
  orders(first: $first) {
    nodes {
      ${row(10)}
      service { id name }
      formFields(first: 10) { nodes { id name type value submittedAt } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

const countQuery = 'query Count { orders { totalCount } }';

const createMutation = `mutation Create($input: OrderCreateInput!) {
  orderCreate(input: $input) { ... on OrderCreateSuccess { order { id number status { name } employees { id name } } } }
}`;

const markPaidMutation = `mutation Pay($input: InvoiceMarkPaidInput!) {
  invoiceMarkPaid(input: $input) { ... on InvoiceMarkPaidSuccess { invoice { number status orders(first: 20) { nodes { id } } } } }
}`;

/** How every answer begins that is one. */
export const answersBegin: Readonly<Record<ReadName, string>> = {
  order: '{"data":{"order":{"id"',
  dashboard: '{"data":{"orders":{"nodes":[{"id"',
  deep: '{"data":{"orders":{"nodes":[{"id"',
  filtered: '{"data":{"orders":{"nodes":[{"id"',
  wide: '{"data":{"orders":{"nodes":[{"id"',
  count: '{"data":{"orders":{"totalCount":',
};

/** A server, and the token that it is asked with. */
export type Access = { url: string; token: string };

export type Page = { first: number; after?: string; filter?: object };

/** A page of the engine's; without more said, the first one of the dashboard. */
export function pageTarget(engine: Access, page: Page = { first: 50 }): Target {
  return graphqlTarget(engine, dashboardQuery, [page], answersBegin.dashboard);
}

/** Everything that is read, asked of the engine. */
export function engineTargets(engine: Access, subjects: Subjects): Record<ReadName, Target> {
  const { numbers, deepCursor, status, employeeId } = subjects;
  const filter = { status: { eq: status }, employeeId: { eq: employeeId } };
  const byNumber = numbers.map((number) => ({ number }));
  return {
    order: graphqlTarget(engine, orderQuery, byNumber, answersBegin.order),
    dashboard: pageTarget(engine),
    deep: pageTarget(engine, { first: 50, after: deepCursor }),
    filtered: pageTarget(engine, { first: 50, filter }),
    wide: graphqlTarget(engine, wideQuery, [{ first: 100 }], answersBegin.wide),
    count: graphqlTarget(engine, countQuery, [{}], answersBegin.count),
  };
}

/** The same of the hand-written statements. */
export function handwrittenTargets(peer: Access, subjects: Subjects): Record<ReadName, Target> {
  const { numbers, deepCursor, status, employeeId } = subjects;
  const get = (name: ReadName, queries: Record<string, string>[] = [{}]): Target => ({
    url: peer.url,
    method: 'GET',
    headers: { authorization: `Bearer ${peer.token}` },
    requests: queries.map((query) => ({ path: `/${name}?${new URLSearchParams(query)}` })),
    // json_build_object puts blanks around its colons.
    answerBegins: answersBegin[name].replaceAll(':', ' : '),
  });
  return {
    order: get(
      'order',
      numbers.map((number) => ({ number })),
    ),
    dashboard: get('dashboard'),
    deep: get('deep', [{ after: deepCursor }]),
    filtered: get('filtered', [{ status, employee: employeeId }]),
    wide: get('wide'),
    count: get('count'),
  };
}

/** A new order, its events told. */
export function createTarget(engine: Access, { clientId, serviceId, mark }: Subjects): Target {
  const input = { clientId, serviceId, serviceName: mark, tags: ['rush', 'vip'] };
  return graphqlTarget(engine, createMutation, [{ input }], '{"data":{"orderCreate":{"order":{"id"');
}

/** Each of the invoices marked paid. */
export function markPaidTarget(engine: Access, numbers: readonly string[]): Target {
  const inputs = numbers.map((id) => ({ input: { id } }));
  return graphqlTarget(engine, markPaidMutation, inputs, '{"data":{"invoiceMarkPaid":{"invoice":{"number"');
}

export function graphqlTarget(server: Access, query: string, variables: object[], answerBegins: string): Target {
  return {
    url: server.url,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.token}` },
    requests: variables.map((values): Request => {
      return { path: '/graphql', body: JSON.stringify({ query, variables: values }) };
    }),
    answerBegins,
  };
}
