import type { GraphQLServer } from '../graphql/http.ts';
import type { Demo } from './demo.ts';
import type { Prefilled } from './graphiql.ts';

// Narrow, so that the editor shows each line whole.
const dashboard = `# A page of a dashboard: the newest orders.
query Orders {
  orders(first: 20) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      number
      status { name kind }
      serviceName
      price { amount currency }
      client { name email }
      employees { name }
      tags { name }
      tasks(first: 5) {
        nodes { name isComplete effectiveDueAt }
      }
      messages(first: 3) {
        nodes { body staffOnly createdAt }
      }
    }
  }
}
`;

const create = `# A new order, assigned to somebody of the team.
# All ids are below, under Variables.
mutation CreateOrder($input: OrderCreateInput!) {
  orderCreate(input: $input) {
    ... on OrderCreateSuccess {
      order {
        id
        number
        status { name }
        client { name }
        employees { name }
      }
    }
    ... on Error { code message }
    ... on InvalidInputError {
      issues { path message }
    }
  }
}
`;

const complete = `# A task is done: its id is below, under Variables.
mutation CompleteTask(
  $input: OrderTaskCompleteInput!
) {
  orderTaskComplete(input: $input) {
    ... on OrderTaskCompleteSuccess {
      orderTask {
        name
        isComplete
        completedAt
        completedBy { name }
        order { number status { name } }
      }
    }
    ... on Error { code message }
  }
}
`;

const money = `# The money: what is open and paid, the newest
# invoices, and the numbers of a dashboard.
query Money {
  invoiceTotals {
    status
    count
    total { amount currency }
    due { amount }
  }
  invoices(first: 5) {
    nodes {
      number
      status
      client { name }
      total { amount currency }
      amountDue { amount }
      viewLink
      orders(first: 3) {
        nodes { number status { name } }
      }
      payments(first: 3) {
        nodes { kind status amount { amount } }
      }
    }
  }
  reports {
    monthlyRecurringRevenue {
      subscriptions
      amount { amount currency }
    }
  }
}
`;

const subjects = `query Subjects {
  clients(first: 1) { nodes { id } }
  services(first: 1) { nodes { id } }
  team(first: 1) { nodes { id } }
  orders(first: 50) { nodes { tasks(first: 10) { nodes { id isComplete } } } }
}`;

type Node = { id: string };
type Subjects = {
  clients: { nodes: Node[] };
  services: { nodes: Node[] };
  team: { nodes: Node[] };
  orders: { nodes: { tasks: { nodes: (Node & { isComplete: boolean })[] } }[] };
};

/** Operations that work as they stand, on objects of the demo organization. */
export async function prefilled(graphql: GraphQLServer, token: string): Promise<Prefilled> {
  const headers = JSON.stringify({ authorization: `Bearer ${token}` }, null, 2);
  const found = await ask(graphql, token);
  const clientId = found?.clients.nodes[0]?.id ?? 'the id of a client';
  const serviceId = found?.services.nodes[0]?.id ?? 'the id of a service';
  const employeeIds = found?.team.nodes.map((member) => member.id) ?? [];
  const tasks = found?.orders.nodes.flatMap((order) => order.tasks.nodes) ?? [];
  const id = tasks.find((task) => !task.isComplete)?.id ?? 'the id of a task';
  return {
    token,
    headers,
    tabs: [
      { query: dashboard, headers },
      { query: create, headers, variables: JSON.stringify({ input: { clientId, serviceId, employeeIds } }, null, 2) },
      { query: complete, headers, variables: JSON.stringify({ input: { id } }, null, 2) },
      { query: money, headers },
    ],
  };
}

async function ask(graphql: GraphQLServer, token: string): Promise<Subjects | null> {
  const response = await graphql.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: subjects }),
  });
  return ((await response.json()) as { data?: Subjects }).data ?? null;
}

/** What `npm start` prints: where it is, how to get in, and a first question that can be pasted. */
export function announcement(url: string, { token, tokenFile, email, passwordFile }: Demo): string {
  const question = '{ orders(first: 3) { totalCount nodes { number status { name } client { name } } } }';
  return `
service-engine-x is ready at ${url}

  GraphiQL  ${url}/graphql (open it in a browser: the token is filled in)
  Token     ${token} (kept in ${tokenFile})
  Sign in   ${email}, with the password in ${passwordFile}

A first question:

  curl -s ${url}/graphql -H 'authorization: Bearer ${token}' -H 'content-type: application/json' -d '${JSON.stringify({ query: question })}'
`;
}
