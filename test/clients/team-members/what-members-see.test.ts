import { describe, expect, test } from 'vitest';
import type { AccountRight } from '../../../src/kernel/viewer.ts';
import { request } from '../../kit/client.ts';
import { unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';

type Shared = Awaited<ReturnType<typeof makeShared>>;

/** An account with one of everything, two clients who use it for what is said, and somebody else's account beside it. */
async function makeShared(...rights: AccountRight[]) {
  const world = await makeWorld({ testPayments: true });
  const [owner, member, fellow, other] = await Promise.all([
    world.client({ firstName: 'Olga', lastName: 'Owner', balance: '70' as never }),
    world.client({ firstName: 'Mo', lastName: 'Member' }),
    world.client({ firstName: 'Fay', lastName: 'Fellow' }),
    world.client(),
  ]);
  const has = (right: AccountRight) => rights.includes(right);
  const given = { canOrders: has('orders'), canTickets: has('tickets'), canInvoices: has('invoices') };
  await world.sharing({ owner, member, ...given });
  await world.sharing({ owner, member: fellow, canOrders: true, canTickets: true, canInvoices: true });
  const assignee = await world.member({ firstName: 'Ann' });
  const service = await world.service({ isPublic: false, takesRequests: true, name: 'Hidden' });
  const made = [];
  for (const client of [owner, other, fellow]) {
    const order = await world.order({ client, service, employees: client === owner ? [assignee] : [], price: '10' });
    const task = await order.task({ isPublic: true, forClient: true });
    await order.message({ author: client });
    await order.message({ staffOnly: true });
    const ticket = await world.ticket({ client, order });
    await ticket.message({ author: client });
    const invoice = await world.invoice({ client });
    await invoice.item();
    await world.invoice({ client, status: 'DRAFT' });
    const paid = await world.invoice({ client, status: 'PAID', total: '40' });
    await world.payment({ invoice: paid, amount: '40' });
    const method = await world.paymentMethod({ client, isDefault: true });
    const subscription = await world.subscription({ client });
    await world.credit({ client, amount: '5' });
    made.push({ order, task, ticket, invoice, paid, method, subscription });
  }
  const [theirs, strange] = made as [(typeof made)[number], (typeof made)[number]];
  const { secret } = await world.session({ user: member });
  const ask = async (query: string, variables: object = {}) => {
    const response = await request({ headers: { authorization: `Bearer ${secret}` }, body: { query, variables } });
    // biome-ignore lint/suspicious/noExplicitAny: made up here
    return (await response.json()) as { data: any; errors?: { extensions: { code: string } }[] };
  };
  return { world, owner, member, other, theirs, strange, service, ask };
}

const all: AccountRight[] = ['orders', 'tickets', 'invoices'];
const combinations = Array.from({ length: 8 }, (_, bits) => all.filter((__, place) => bits & (1 << place)));

/** How many rows of each kind there are to see, wherever one looks. */
async function counted({ ask, theirs, owner }: Shared): Promise<Record<string, unknown>> {
  const ids = [
    `order_${theirs.order.id}`,
    `task_${theirs.task.id}`,
    `ticket_${theirs.ticket.id}`,
    `invoice_${theirs.invoice.id}`,
    `subscription_${theirs.subscription.id}`,
    `method_${theirs.method.id}`,
  ];
  const { data } = await ask(
    `query ($ids: [ID!]!, $owner: ID!, $order: ID!, $number: String) {
      orders { totalCount nodes { id client { ... on Client { name } } tasks { totalCount } messages { totalCount } tickets { totalCount } } }
      found: orders(search: "Olga") { totalCount }
      order(id: $order) { number }
      byNumber: order(number: $number) { number }
      answers: filledFormFields(orderId: $order) { totalCount }
      tickets { totalCount nodes { messages { totalCount } order { id } } }
      foundTickets: tickets(search: "olga owner") { totalCount }
      invoices { totalCount nodes { items { totalCount } payments { totalCount } } }
      foundInvoices: invoices(search: "Olga") { totalCount }
      invoiceTotals { count }
      payments { totalCount }
      subscriptions { totalCount }
      services { totalCount }
      team { totalCount }
      nodes(ids: $ids) { id }
      client(id: $owner) {
        orders { totalCount } tickets { totalCount } invoices { totalCount } payments { totalCount }
        subscriptions { totalCount } paymentMethods { totalCount } creditEntries { totalCount }
        balance { amount } spent { amount } activities { totalCount } note
      }
    }`,
    { ids, owner: owner.id, order: theirs.order.id, number: theirs.order.number },
  );
  return {
    orders: data.orders.totalCount,
    tasks: data.orders.nodes.map((order: never) => Object.values(order).slice(1)),
    found: [data.found.totalCount, data.foundTickets.totalCount, data.foundInvoices.totalCount],
    order: [data.order?.number ?? null, data.byNumber?.number ?? null],
    tickets: data.tickets.totalCount,
    ticketsOrder: data.tickets.nodes.map(({ order }: { order: object | null }) => order !== null),
    invoices: data.invoices.totalCount,
    totals: data.invoiceTotals,
    money: [data.payments.totalCount, data.subscriptions.totalCount],
    services: data.services.totalCount,
    team: data.team.totalCount,
    nodes: data.nodes.map((node: object | null) => node !== null),
    client: Object.fromEntries(
      Object.entries(data.client).map(([name, value]) => [
        name,
        (value as { totalCount?: number })?.totalCount ?? value,
      ]),
    ),
  };
}

describe('a member of a client’s team', () => {
  test.each(combinations.map((rights) => [rights.join(', ') || 'nothing', rights] as const))(
    'with the right to %s sees exactly that, wherever it looks',
    async (_, rights) => {
      const shared = await makeShared(...rights);
      const [orders, tickets, invoices] = all.map((right) => rights.includes(right)) as [boolean, boolean, boolean];
      const one = (has: boolean) => (has ? 1 : 0);
      const { number } = shared.theirs.order;
      expect(await counted(shared)).toEqual({
        orders: one(orders),
        tasks: orders
          ? [[{ name: 'Olga Owner' }, { totalCount: 1 }, { totalCount: 1 }, { totalCount: one(tickets) }]]
          : [],
        found: [one(orders), one(tickets), invoices ? 2 : 0],
        order: orders ? [number, number] : [null, null],
        tickets: one(tickets),
        ticketsOrder: tickets ? [orders] : [],
        invoices: invoices ? 2 : 0,
        totals: invoices ? [{ count: 1 }, { count: 1 }] : [],
        money: [one(invoices), one(invoices)],
        services: one(orders),
        team: one(orders),
        nodes: [orders, orders, tickets, invoices, invoices, invoices],
        client: {
          orders: one(orders),
          tickets: one(tickets),
          invoices: invoices ? 2 : 0,
          payments: one(invoices),
          subscriptions: one(invoices),
          paymentMethods: one(invoices),
          creditEntries: one(invoices),
          balance: invoices ? { amount: '75.00' } : null,
          spent: invoices ? { amount: '40.00' } : null,
          activities: 0,
          note: null,
        },
      });
    },
  );

  test.each(combinations.map((rights) => [rights.join(', ') || 'nothing', rights] as const))(
    'with the right to %s does exactly that on the account',
    async (_, rights) => {
      const shared = await makeShared(...rights);
      const { world, owner, theirs, strange, service, ask } = shared;
      await world.rows.service.update({ where: { id: service.id }, data: { isPublic: true } });
      const verbs: Record<string, [AccountRight, (of: typeof theirs, client: string) => string]> = {
        orderCreate: ['orders', (__, client) => `clientId: "${client}", serviceId: "${service.id}"`],
        orderMessageCreate: ['orders', ({ order }) => `orderId: "${order.id}", body: "Hello"`],
        orderTaskComplete: ['orders', ({ task }) => `id: "${task.id}"`],
        ticketCreate: ['tickets', (__, client) => `clientId: "${client}", subject: "Help", body: "Me"`],
        ticketMessageCreate: ['tickets', ({ ticket }) => `ticketId: "${ticket.id}", body: "Hello"`],
        paymentMethodAttach: ['invoices', (__, client) => `clientId: "${client}", token: "pm_test_declined"`],
        paymentMethodSetDefault: ['invoices', ({ method }) => `id: "${method.id}"`],
        invoiceApplyCredit: ['invoices', ({ invoice }) => `id: "${invoice.id}", amount: "1"`],
        invoiceCharge: ['invoices', ({ invoice }) => `id: "${invoice.id}"`],
        paymentMethodDetach: ['invoices', ({ method }) => `id: "${method.id}"`],
      };
      for (const [verb, [right, input]] of Object.entries(verbs)) {
        const attempt = async (of: typeof theirs, client: string) => {
          const { data, errors } = await ask(`mutation { ${verb}(input: { ${input(of, client)} }) { __typename } }`);
          return errors?.[0]?.extensions.code ?? data[verb].__typename;
        };
        const may = rights.includes(right);
        // The owner is seen; so what is not to be done on its account is forbidden, where it is not out of sight.
        const refused = /^(NotFoundError|InvalidInputError|FORBIDDEN)$/;
        const done = new RegExp(`^${verb}Success$`, 'i');
        const outcome = may ? attempt(theirs, owner.id) : unchanged(world, () => attempt(theirs, owner.id));
        expect(await outcome, verb).toMatch(may ? done : refused);
        // Nobody else's account is open, whatever the rights.
        expect(await unchanged(world, () => attempt(strange, shared.other.id)), verb).toMatch(refused);
      }
    },
  );

  test('acts for itself when it names nobody', async () => {
    const { world, member, service, ask } = await makeShared(...all);
    await world.rows.service.update({ where: { id: service.id }, data: { isPublic: true } });
    await ask(`mutation { orderCreate(input: { serviceId: "${service.id}" }) { __typename } }`);
    expect(await world.rows.order.count({ where: { clientId: member.id } })).toBe(1);
  });

  test('sees nothing more once the rights are taken away, with the next request, nor while the owner may not act', async () => {
    const { world, owner, member, ask } = await makeShared(...all);
    const count = async () => (await ask('{ orders { totalCount } }')).data.orders.totalCount;
    expect(await count()).toBe(1);
    await world.rows.user.update({ where: { id: owner.id }, data: { status: 'INACTIVE' } });
    expect(await count()).toBe(0);
    await world.rows.user.update({ where: { id: owner.id }, data: { status: 'ACTIVE' } });
    await world.rows.clientTeamMember.updateMany({ where: { memberId: member.id }, data: { canOrders: false } });
    expect(await count()).toBe(0);
    await world.rows.clientTeamMember.updateMany({ where: { memberId: member.id }, data: { canOrders: true } });
    expect(await count()).toBe(1);
    await world.rows.clientTeamMember.deleteMany({ where: { memberId: member.id } });
    expect(await count()).toBe(0);
  });

  test('neither filters nor orders clients by what it does not see of them', async () => {
    const { ask } = await makeShared();
    for (const args of [
      'filter: { balance: { gt: "0" } }',
      'sort: [{ field: BALANCE }]',
      'filter: { not: { balance: { lt: "9" } } }',
    ]) {
      const { errors } = await ask(`{ clients(${args}) { totalCount } }`);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['INVALID_INPUT']);
    }
  });
});

test('the owner of an account sees who uses it, and nothing of what is theirs', async () => {
  const { world, owner, member } = await makeShared(...all);
  await world.order({ client: member });
  const { secret } = await world.session({ user: owner });
  const query = `query ($id: ID!) { client(id: $id) { name orders { totalCount } balance { amount } } orders { totalCount } }`;
  const response = await request({
    headers: { authorization: `Bearer ${secret}` },
    body: { query, variables: { id: member.id } },
  });
  expect(await response.json()).toEqual({
    data: { client: { name: 'Mo Member', orders: { totalCount: 0 }, balance: null }, orders: { totalCount: 1 } },
  });
});
