import { type GraphQLObjectType, getNamedType, isObjectType, isRequiredArgument } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { narrowed } from '../../src/identity/permissions.ts';
import { encodeId, type IdType } from '../../src/kernel/id.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { schema } from '../../src/schema.ts';
import { asToken, type Person, type RoleGrants, viewerOf } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

// What each grade lets a viewer see, said once more and independently: row by row. Then every way there is to see rows is tried:
// root lists, single objects, nodes, lists beneath objects, totals, searches, sums, reports; compiled and plainly.

/** Whose a row is, as the viewer stands to it. */
const owners = ['mine', 'ours', 'theirs', 'nobodys'] as const;
type Owner = (typeof owners)[number];

/** From which grade on it is seen. */
const leastGrade: Record<Owner, 1 | 2 | 3> = { mine: 1, ours: 2, theirs: 3, nobodys: 3 };

type Sees = { may: (permission: string, owner: Owner) => boolean; all: (permission: string) => boolean };
type Row = {
  type: IdType;
  id: string;
  /** Whether staff see it. */
  staff: (viewer: Sees) => boolean;
  /** Whether the client sees it whose it is. */
  client?: boolean;
  clientId?: string;
  isDeleted?: boolean;
};

type Registry = Awaited<ReturnType<typeof makeRegistry>>;

async function makeRegistry() {
  const world = await makeWorld();
  const rows: Row[] = [];
  const add = (type: IdType, { id }: { id: string }, more: Omit<Row, 'type' | 'id'>) =>
    rows.push({ type, id: encodeId(type, id), ...more });
  const [our, their] = [await world.group(), await world.group()];
  const me = await world.member({ groupId: our.id, grants: {} });
  const people: Record<Owner, Person | null> = {
    mine: me,
    ours: await world.member({ groupId: our.id, grants: {} }),
    theirs: await world.member({ groupId: their.id, grants: {} }),
    nobodys: null,
  };
  const anyCustomer = (sees: Sees) =>
    ['orders.read', 'tickets.read', 'invoices.read', 'clients.read'].some((name) => sees.all(name));
  /** A client of its own for each row, so that each is seen for one reason. */
  const buyer = async (name: string, staff: Row['staff']) => {
    const made = await world.client({ lastName: name, customFields: { name } });
    add('Client', made, { staff: (sees) => anyCustomer(sees) || staff(sees), clientId: made.id, client: true });
    return made;
  };
  for (const owner of owners) {
    const person = people[owner];
    const assigned = person ? [person] : [];
    const may = (permission: string) => (sees: Sees) => sees.may(permission, owner);
    const either =
      (...permissions: string[]) =>
      (sees: Sees) =>
        permissions.some((name) => sees.may(name, owner));

    // About its order there is a ticket of somebody else's.
    const crossedOwner: Owner = owner === 'mine' ? 'theirs' : 'mine';
    const orderer = await buyer(
      `Orders${owner}`,
      (sees) => sees.may('orders.read', owner) || sees.may('tickets.read', crossedOwner),
    );
    const sold = await world.service({ isPublic: false });
    add('Service', sold, {
      staff: (sees) => sees.all('services.read') || sees.may('orders.read', owner),
      clientId: orderer.id,
      client: true,
    });
    const order = await world.order({ client: orderer, employees: assigned, service: sold });
    const ofOrder = { staff: may('orders.read'), clientId: orderer.id };
    add('Order', order, { ...ofOrder, client: true });
    add('OrderTask', await order.task({ isPublic: true }), { ...ofOrder, client: true });
    add('OrderTask', await order.task(), ofOrder);
    add('OrderMessage', await order.message(), { ...ofOrder, client: true });
    add('OrderMessage', await order.message({ staffOnly: true }), ofOrder);
    add('FilledFormField', await order.formField(), { ...ofOrder, client: true });
    const lostBuyer = await buyer(
      `Lost${owner}`,
      (sees) => sees.may('orders.read', owner) && sees.may('orders.restore', owner),
    );
    const lost = await world.order({ client: lostBuyer, employees: assigned, deletedAt: new Date() });
    const deletedOf =
      (what: string): Row['staff'] =>
      (sees) =>
        sees.may(`${what}.read`, owner) && sees.may(`${what}.restore`, owner);
    add('Order', lost, { staff: deletedOf('orders'), isDeleted: true });

    const asker = await buyer(`Tickets${owner}`, may('tickets.read'));
    const ticket = await world.ticket({ client: asker, employees: assigned });
    const ofTicket = { staff: may('tickets.read'), clientId: asker.id };
    add('Ticket', ticket, { ...ofTicket, client: true });
    add('TicketMessage', await ticket.message(), { ...ofTicket, client: true });
    add('TicketMessage', await ticket.message({ staffOnly: true }), ofTicket);
    add('FilledFormField', await ticket.formField(), { ...ofTicket, client: true });
    const crossed = await world.ticket({
      client: orderer,
      order,
      employees: owner === 'mine' ? [people.theirs as Person] : [me],
    });
    add('Ticket', crossed, {
      staff: (sees) => sees.may('tickets.read', crossedOwner),
      clientId: orderer.id,
      client: true,
    });
    const goneBuyer = await buyer(`Gone${owner}`, deletedOf('tickets'));
    const gone = await world.ticket({ client: goneBuyer, employees: assigned, deletedAt: new Date() });
    add('Ticket', gone, { staff: deletedOf('tickets'), isDeleted: true });

    // Whom they look after, as a manager and as the account manager; and what these have to pay.
    const kept = await world.client({ lastName: `Kept${owner}`, managers: assigned });
    const led = await world.client({ lastName: `Led${owner}`, accountManagerId: person?.id });
    for (const [client, name] of [
      [kept, 'kept'],
      [led, 'led'],
    ] as const) {
      const seen: Row['staff'] = (sees) => anyCustomer(sees) || either('clients.read', 'invoices.read')(sees);
      add('Client', client, { staff: seen, clientId: client.id, client: true });
      add('ClientActivity', await world.activity({ client }), {
        staff: (sees) => sees.may('clientActivities.read', 'mine') && seen(sees),
      });
      const invoice = await world.invoice({ client, total: '10', dueAt: new Date('2020-01-01') });
      const owned = (permission: string) => ({ staff: may(permission), clientId: client.id, client: true });
      add('Invoice', invoice, owned('invoices.read'));
      add('InvoiceItem', await invoice.item(), owned('invoices.read'));
      const paid = await world.invoice({ client, status: 'PAID', total: '7' });
      add('Invoice', paid, owned('invoices.read'));
      add('Payment', await world.payment({ invoice: paid, amount: '7' }), owned('payments.read'));
      add('Subscription', await world.subscription({ client, amount: '3' }), owned('subscriptions.read'));
      add('PaymentMethod', await world.paymentMethod({ client }), owned('paymentMethods.read'));
      add('CreditEntry', await world.credit({ client }), owned('credits.read'));
      const draft = await world.invoice({ client, status: 'DRAFT', total: '5', note: name });
      add('Invoice', draft, { staff: may('invoices.read'), clientId: client.id });
      const torn = await world.invoice({ client, deletedAt: new Date() });
      add('Invoice', torn, { staff: deletedOf('invoices'), isDeleted: true });
    }

    // Invoices that they made, of clients whom nobody looks after.
    const debtor = await buyer(`Debts${owner}`, may('invoices.read'));
    const made = await world.invoice({ client: debtor, employeeId: person?.id, status: 'PAID', total: '20' });
    const ofMade = (permission: string) => ({ staff: may(permission), clientId: debtor.id, client: true });
    add('Invoice', made, ofMade('invoices.read'));
    add('InvoiceItem', await made.item(), ofMade('invoices.read'));
    const method = await world.paymentMethod({ client: debtor });
    add('PaymentMethod', method, {
      // With the payment that was made with it.
      staff: (sees) =>
        sees.all('paymentMethods.read') ||
        (sees.may('paymentMethods.read', 'mine') && sees.may('payments.read', owner)),
      clientId: debtor.id,
      client: true,
    });
    add(
      'Payment',
      await world.payment({ invoice: made, amount: '20', kind: 'CHARGE', paymentMethodId: method.id }),
      ofMade('payments.read'),
    );
    const unmade = await buyer(`Torn${owner}`, deletedOf('invoices'));
    const tornOne = await world.invoice({ client: unmade, employeeId: person?.id, deletedAt: new Date() });
    add('Invoice', tornOne, { staff: deletedOf('invoices'), isDeleted: true });

    add('Service', await world.service({ isPublic: false, employees: assigned }), { staff: may('services.read') });
  }
  add('Service', await world.service({ isPublic: true }), { staff: (sees) => sees.all('services.read'), client: true });
  add('Coupon', await world.coupon(), { staff: (sees) => sees.may('coupons.read', 'mine') });
  return { world, rows, me, people };
}

// ------------------------------------------------------------------ who looks

const areas = ['orderAccess', 'ticketAccess', 'invoiceAccess', 'clients', 'services'] as const;

/** Everybody who sees something else than the others. */
async function makeViewers({ world, me, rows }: Registry): Promise<Record<string, Viewer>> {
  const having = async (grants: RoleGrants): Promise<Viewer> => {
    const role = await world.role({ dashboardAccess: 1, ...grants });
    return viewerOf({ ...me, roleId: role.id, role });
  };
  const viewers: Record<string, Viewer> = { 'no grade': await having({}) };
  for (const area of areas) {
    for (const grade of [1, 2, 3] as const) viewers[`${area} ${grade}`] = await having({ [area]: grade });
  }
  for (const grade of [1, 2, 3] as const) {
    const all = Object.fromEntries(areas.map((area) => [area, grade]));
    viewers[`everything ${grade}`] = await having({ ...all, coupons: grade });
    viewers[`everything ${grade}, with what is deleted`] = await having({
      ...all,
      ...{ orderManagement: grade, ticketManagement: grade, invoiceManagement: grade },
    });
  }
  viewers['sees all, restores own'] = await having({
    ...{ orderAccess: 3, ticketAccess: 2, invoiceAccess: 2 },
    ...{ orderManagement: 1, ticketManagement: 1, invoiceManagement: 1 },
  });
  viewers['orders own, clients of the group'] = await having({ orderAccess: 1, clients: 2 });
  viewers['tickets of the group, orders own'] = await having({ ticketAccess: 2, orderAccess: 1 });
  viewers['of no group'] = { ...(await having({ orderAccess: 2, clients: 2, invoiceAccess: 2 })), groupId: null };
  viewers.administrator = viewerOf(world.admin);
  viewers['a token for orders'] = {
    ...asToken(world.admin),
    permissions: narrowed(viewerOf(world.admin).permissions, ['orders:read', 'reports:read']),
  };
  viewers['a token for invoices and clients'] = {
    ...asToken(world.admin),
    permissions: narrowed(viewerOf(world.admin).permissions, [
      'invoices:write',
      'clients:read',
      'clientActivities:read',
    ]),
  };
  for (const name of ['Ordersmine', 'Ticketstheirs', 'Debtsnobodys', 'Keptours']) {
    const client = await world.rows.user.findFirstOrThrow({
      where: { organizationId: world.organizationId, lastName: name },
      include: { role: true },
    });
    viewers[`the client ${name}`] = viewerOf(client);
  }
  viewers['another client'] = viewerOf(await world.client());
  viewers['a stranger'] = viewerOf((await makeWorld()).admin);
  const newcomer = viewers['another client'] as Viewer;
  // It sees itself, as others see it who see all clients.
  rows.push({
    type: 'Client',
    id: encodeId('Client', newcomer.userId as string),
    staff: (sees) => ['orders.read', 'tickets.read', 'invoices.read', 'clients.read'].some((name) => sees.all(name)),
    clientId: newcomer.userId as string,
    client: true,
  });
  return viewers;
}

function seenBy(rows: Row[], viewer: Viewer, organizationId: string): { live: Set<string>; deleted: Set<string> } {
  const grade = (permission: string) => viewer.permissions[permission] ?? 0;
  const sees: Sees = {
    // Without a group nobody else is of it.
    may: (permission, owner) =>
      grade(permission) >= leastGrade[owner] &&
      !(owner === 'ours' && viewer.groupId === null && grade(permission) === 2),
    all: (permission) => grade(permission) === 3,
  };
  const isSeen = (row: Row) => {
    if (viewer.organizationId !== organizationId) return false;
    if (viewer.side === 'STAFF') return row.staff(sees);
    return row.client === true && (row.clientId === undefined || row.clientId === viewer.userId);
  };
  const ids = (found: Row[]) => new Set(found.filter(isSeen).map(({ id }) => id));
  return { live: ids(rows.filter((row) => !row.isDeleted)), deleted: ids(rows.filter((row) => row.isDeleted)) };
}

let registry: Registry;
let viewers: Record<string, Viewer>;
const names = [
  'no grade',
  ...areas.flatMap((area) => [1, 2, 3].map((grade) => `${area} ${grade}`)),
  ...[1, 2, 3].flatMap((grade) => [`everything ${grade}`, `everything ${grade}, with what is deleted`]),
  ...['sees all, restores own', 'orders own, clients of the group', 'tickets of the group, orders own', 'of no group'],
  ...['administrator', 'a token for orders', 'a token for invoices and clients'],
  ...['the client Ordersmine', 'the client Ticketstheirs', 'the client Debtsnobodys', 'the client Keptours'],
  ...['another client', 'a stranger'],
];

beforeAll(async () => {
  registry = await makeRegistry();
  viewers = await makeViewers(registry);
}, 120_000);

const typesOf = ({ rows }: Registry) => new Set(rows.map(({ type }) => type));
const ofType = (ids: Iterable<string>, type: IdType) =>
  [...ids].filter((id) => registry.rows.some((row) => row.id === id && row.type === type)).sort();

type Page = { totalCount: number; nodes: { id: string }[] };
const idsOf = (page: Page) => page.nodes.map(({ id }) => id).sort();

const queries = Object.values(schema.getQueryType()?.getFields() ?? {});
const permissionOf = (field: { extensions: unknown }) => (field.extensions as { permission?: string }).permission ?? '';

/** The root lists of types that are in the registry, and of none whose rows need a parent. */
const lists = () =>
  queries.flatMap((field) => {
    const type = getNamedType(field.type).name.replace(/Connection$/, '') as IdType;
    const isList = getNamedType(field.type).name.endsWith('Connection') && typesOf(registry).has(type);
    return isList && field.name !== 'filledFormFields' ? [{ field, type }] : [];
  });

describe('every way to see rows shows exactly what the grade lets see', () => {
  test('the viewers that are tried are all there are', () => {
    expect(Object.keys(viewers).sort()).toEqual([...names].sort());
  });

  test.each(names)('for %s', async (name) => {
    const viewer = viewers[name] as Viewer;
    const { world, rows } = registry;
    const { live, deleted } = seenBy(rows, viewer, world.organizationId);
    const actor = world.as(viewer);

    // Root lists, counted; those that are deleted apart.
    for (const { field, type } of lists()) {
      const query = (args: string) => `{ list: ${field.name}(first: 100${args}) { totalCount nodes { id } } }`;
      if ((viewer.permissions[permissionOf(field)] ?? 0) === 0) {
        expect(
          (await actor.refused(query(''))).map(({ code }) => code),
          field.name,
        ).toEqual(['FORBIDDEN']);
        continue;
      }
      const { list } = await actor.run(query(''));
      const expected = ofType(live, type);
      expect({ list: field.name, ids: idsOf(list), totalCount: list.totalCount }).toEqual({
        list: field.name,
        ids: expected,
        totalCount: expected.length,
      });
      const filter = field.args.find((arg) => arg.name === 'filter');
      const filters = filter ? (getNamedType(filter.type) as unknown as { getFields(): object }).getFields() : {};
      if ('isDeleted' in filters) {
        const { list: gone } = await actor.run(query(', filter: { isDeleted: { eq: true } }'));
        expect({ deleted: field.name, ids: idsOf(gone) }).toEqual({ deleted: field.name, ids: ofType(deleted, type) });
        expect(gone.totalCount).toBe(gone.nodes.length);
      }
      // By id, whichever it is: a filter opens no door.
      if ('id' in filters) {
        const all = rows.filter((row) => row.type === type).map(({ id }) => id);
        const document = `query ($ids: [ID!]) { list: ${field.name}(first: 100, filter: { id: { in: $ids } }) { nodes { id } totalCount } }`;
        const { list: byId } = await actor.run(document, { ids: all });
        expect(idsOf(byId)).toEqual(expected);
      }
    }

    // Single objects, by id.
    for (const field of queries) {
      const type = getNamedType(field.type).name as IdType;
      if (!typesOf(registry).has(type) || !field.args.some((arg) => arg.name === 'id')) continue;
      const all = rows.filter((row) => row.type === type);
      const asked = all.map(({ id }, index) => `o${index}: ${field.name}(id: "${id}") { id }`);
      for (let from = 0; from < asked.length; from += 10) {
        const answer = await actor.answer(`{ ${asked.slice(from, from + 10).join(' ')} }`);
        if ((viewer.permissions[permissionOf(field)] ?? 0) === 0) {
          expect(answer.errors?.[0]?.extensions?.code, field.name).toBe('FORBIDDEN');
          break;
        }
        const told = all.slice(from, from + 10).map(({ id }, index) => [id, answer.data?.[`o${from + index}`] != null]);
        expect(told).toEqual(all.slice(from, from + 10).map(({ id }) => [id, live.has(id)]));
      }
    }

    // Nodes.
    for (let from = 0; from < rows.length; from += 100) {
      const ids = rows.slice(from, from + 100).map(({ id }) => id);
      const { nodes } = await actor.run('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
      expect(nodes.map((node: { id: string } | null) => node?.id ?? null)).toEqual(
        ids.map((id) => (live.has(id) ? id : null)),
      );
    }
  });

  test.each(names)('beneath objects, for %s', async (name) => {
    const viewer = viewers[name] as Viewer;
    const { world, rows } = registry;
    const { live } = seenBy(rows, viewer, world.organizationId);
    for (const type of typesOf(registry)) {
      const parents = ofType(live, type);
      const nested = nestedLists(type);
      if (parents.length === 0 || nested.length === 0) continue;
      const asked = nested.map(({ field }) => `${field}(first: 100) { totalCount nodes { id } }`).join(' ');
      const { nodes } = await world
        .as(viewer)
        .run(`query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ${type} { ${asked} } } }`, { ids: parents });
      const children = await childrenOf(type, parents, nested);
      for (const node of nodes as ({ id: string } & Record<string, Page>)[]) {
        for (const { field, childType } of nested) {
          // All that hang there, as far as they are seen.
          const expected = (children.get(node.id)?.[field] ?? []).filter((id) => live.has(id)).sort();
          expect({
            of: node.id,
            field,
            childType,
            ids: idsOf(node[field] as Page),
            totalCount: node[field]?.totalCount,
          }).toEqual({
            of: node.id,
            field,
            childType,
            ids: expected,
            totalCount: expected.length,
          });
        }
      }
    }
  });

  test.each(names)('in totals, sums and reports, for %s', async (name) => {
    const viewer = viewers[name] as Viewer;
    const { world, rows } = registry;
    const { live } = seenBy(rows, viewer, world.organizationId);
    const actor = world.as(viewer);
    const has = (permission: string) => (viewer.permissions[permission] ?? 0) > 0;
    const ids = (type: IdType) => ofType(live, type).map((id) => id.slice(id.indexOf('_') + 1));
    const strange = viewer.organizationId !== world.organizationId;
    const sum = (amounts: (number | { toString(): string })[]) =>
      amounts.reduce<number>((total, amount) => total + Number(amount), 0);

    if (has('invoices.read')) {
      const { invoiceTotals } = await actor.run('{ invoiceTotals { count total { amount } } }');
      const seen = await world.rows.invoice.findMany({ where: { id: { in: ids('Invoice') } } });
      type Total = { count: number; total: { amount: string } };
      expect(sum(invoiceTotals.map((total: Total) => total.count))).toBe(seen.length);
      expect(sum(invoiceTotals.map((total: Total) => total.total.amount))).toBe(sum(seen.map(({ total }) => total)));
    }
    // Clients are searched for by words that all rows of a kind have.
    for (const [list, permission, type] of [
      ['orders', 'orders.read', 'Order'],
      ['tickets', 'tickets.read', 'Ticket'],
      ['invoices', 'invoices.read', 'Invoice'],
      ['clients', 'clients.read', 'Client'],
    ] as const) {
      if (!has(permission)) continue;
      const { found } = await actor.run(`{ found: ${list}(search: "Cleo", first: 100) { totalCount nodes { id } } }`);
      expect([list, idsOf(found), found.totalCount]).toEqual([list, ofType(live, type), ofType(live, type).length]);
    }
    if (has('clients.read')) {
      const { clients } = await actor.run('{ clients(first: 100) { nodes { id spent { amount } } } }');
      const paid = await world.rows.invoice.findMany({ where: { id: { in: ids('Invoice') }, status: 'PAID' } });
      for (const { id, spent } of clients.nodes as { id: string; spent: { amount: string } | null }[]) {
        const own = paid.filter(({ clientId }) => encodeId('Client', clientId as string) === id);
        expect([id, spent && Number(spent.amount)]).toEqual([
          id,
          own.length === 0 ? null : sum(own.map(({ total }) => total)),
        ]);
      }
    }
    if (!has('reports.read') || viewer.side === 'CLIENT') return;
    const report = async (permission: string, fields: string) =>
      has(permission) ? (await actor.run(`{ reports { ${fields} } }`)).reports : null;
    const orders = await report('orders.read', 'ordersByStatus { orders } openTasksByEmployee { tasks }');
    if (orders) {
      expect(sum(orders.ordersByStatus.map((one: { orders: number }) => one.orders))).toBe(ids('Order').length);
      expect(sum(orders.openTasksByEmployee.map((one: { tasks: number }) => one.tasks))).toBe(ids('OrderTask').length);
    }
    const owing = await report('invoices.read', 'overdueInvoices { invoices owed { amount } }');
    if (owing) {
      const overdue = await world.rows.invoice.findMany({
        where: { id: { in: ids('Invoice') }, status: 'UNPAID', dueAt: { lt: new Date() } },
      });
      expect(sum(owing.overdueInvoices.map((one: { invoices: number }) => one.invoices))).toBe(overdue.length);
      expect(sum(owing.overdueInvoices.map((one: { owed: { amount: string } }) => one.owed.amount))).toBe(
        sum(overdue.map(({ total }) => total)),
      );
    }
    const recurring = await report('subscriptions.read', 'monthlyRecurringRevenue { subscriptions amount { amount } }');
    if (recurring) {
      const [revenue] = recurring.monthlyRecurringRevenue;
      expect([revenue?.subscriptions ?? 0, Number(revenue?.amount.amount ?? 0)]).toEqual([
        ids('Subscription').length,
        3 * ids('Subscription').length,
      ]);
    }
    const [from, to] = [new Date(Date.now() - 172_800_000), new Date(Date.now() + 172_800_000)].map((at) =>
      at.toISOString().slice(0, 10),
    );
    const earned = await report(
      'payments.read',
      `revenue(from: "${from}", to: "${to}", by: MONTH) { payments { amount } }`,
    );
    if (earned) {
      const payments = await world.rows.payment.findMany({ where: { id: { in: ids('Payment') } } });
      expect(sum(earned.revenue.map((one: { payments: { amount: string } }) => one.payments.amount))).toBe(
        sum(payments.map(({ amount }) => amount)),
      );
    }
    expect(strange && (ids('Order').length > 0 || ids('Payment').length > 0)).toBe(false);
  });
});

// ------------------------------------------------------------------ lists beneath objects

type Nested = { field: string; relation: string; childType: IdType };

/** The lists beneath objects of a type whose rows are in the registry. */
function nestedLists(type: IdType): Nested[] {
  const object = schema.getType(type);
  if (!isObjectType(object)) throw new Error(`${type} is no object type.`);
  return Object.values(object.getFields()).flatMap((field): Nested[] => {
    const read = field.extensions.read as { kind: string; relation?: string } | undefined;
    if (read?.kind !== 'connection' || field.args.some(isRequiredArgument)) return [];
    const childType = (getNamedType(field.type) as GraphQLObjectType).name.replace(/Connection$/, '') as IdType;
    return typesOf(registry).has(childType)
      ? [{ field: field.name, relation: read.relation as string, childType }]
      : [];
  });
}

/** All rows that hang beneath each of the parents, as the database has them. */
async function childrenOf(
  type: IdType,
  parents: string[],
  nested: Nested[],
): Promise<Map<string, Record<string, string[]>>> {
  const { model } = (schema.getType(type) as GraphQLObjectType).extensions as { model: string };
  const delegate = (model[0] as string).toLowerCase() + model.slice(1);
  const rows = (
    registry.world.rows as unknown as Record<string, { findMany(query: object): Promise<Record<string, unknown>[]> }>
  )[delegate];
  const found = await rows?.findMany({
    where: { id: { in: parents.map((id) => id.slice(id.indexOf('_') + 1)) } },
    select: { id: true, ...Object.fromEntries(nested.map(({ relation }) => [relation, { select: { id: true } }])) },
  });
  return new Map(
    (found ?? []).map((row) => [
      encodeId(type, String(row.id)),
      Object.fromEntries(
        nested.map(({ field, relation, childType }) => [
          field,
          (row[relation] as { id: string }[]).map(({ id }) => encodeId(childType, id)),
        ]),
      ),
    ]),
  );
}
