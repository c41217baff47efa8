import { randomUUID } from 'node:crypto';
import type { Person } from '../kit/viewers.ts';
import { makePopulatedWorld, makeWorld, type World } from '../kit/world.ts';
import { makeInvoices } from './invoices.ts';
import { makePayments } from './payments.ts';
import { names, nested, texts } from './texts.ts';
import { makeTickets } from './tickets.ts';
import { viewersOf } from './viewers.ts';

export type ReadsWorld = Awaited<ReturnType<typeof makeReadsWorld>>;

const at = (day: number, milliseconds = 0) => new Date(Date.UTC(2026, 2, day, 9, 30, 0, milliseconds));
const text = (index: number) => texts[index % texts.length] as string;

// One for each number of decimals there is, one that nobody knows, and amounts finer than they can be paid. No more than 15
// digits: of decimals in rows beneath others, which come to Prisma as JSON, it keeps no more (the compiled read does).
const prices = [
  { price: '100', currency: 'USD' },
  { price: '0', currency: 'USD' },
  { price: '0.0049', currency: 'EUR' },
  { price: '0.005', currency: 'EUR' },
  { price: '1234.5', currency: 'JPY' },
  { price: '1.2345', currency: 'KWD' },
  { price: '1.23', currency: 'CLF' },
  { price: '99999999999.9999', currency: 'EUR' },
  { price: '10.1000', currency: 'XXX' },
  { price: '100', currency: 'JPY' },
];

/** An organization in which every column that may be null is null and is not, and every order of every list has ties. */
export async function makeReadsWorld() {
  const world = await makeWorld({
    name: `Reads "&" ${text(5)}`,
    domain: 'portal.example.com',
    notificationEmail: null,
    currency: 'KWD',
    createdAt: at(1),
  });
  const people = await makePeople(world);
  const services = await makeServices(world, people.staff);
  const tags = [];
  // Tags differ in more than letter case.
  const words = new Map([...names, '\u2028 tag "quoted"'].map((name) => [name.toLowerCase(), name.trim()]));
  for (const name of words.values()) tags.push(await world.tag(name));
  const orders = await makeOrders(world, { ...people, services, tags });
  await makeTokens(world, people.staff);
  await makeAssignments(world, people.staff);
  await makeInvoices(world, { ...people, services });
  await makeSubscriptions(world, people.clients);
  await makeCoupons(world, people.clients, services);
  await makeTickets(world, { ...people, tags, orders });
  await makePayments(world, people.clients, people.staff);
  await makeActivities(world, people.clients, people.staff);
  await makeLogs(world, people.clients, people.staff);
  return {
    ...world,
    ...people,
    services,
    orders,
    viewers: await viewersOf(world, people),
    stranger: await makePopulatedWorld(),
  };
}

async function makePeople(world: World) {
  const groups = [await world.group('Ａ group "one"'), await world.group(text(5))];
  const group = groups[0] as { id: string };
  const { contractor } = world.roles;
  const staff: Person[] = [];
  for (const [index, firstName] of names.entries()) {
    const role = index % 3 === 0 ? contractor : world.roles.manager;
    const groupId = index % 2 === 0 ? group.id : (groups[index % 4 === 1 ? 1 : 0]?.id ?? null);
    staff.push(
      await world.member({
        role,
        firstName,
        // Two who share both names, and several who share the last.
        lastName: index < 6 ? 'Same' : text(index),
        groupId: index % 5 === 4 ? null : groupId,
        phone: index % 2 === 0 ? text(index) : null,
        status: index % 4 === 3 ? 'INACTIVE' : 'ACTIVE',
        createdAt: at(1 + (index % 3)),
      }),
    );
  }
  staff.push(await world.member({ role: contractor, firstName: 'eve', lastName: 'Same', createdAt: at(1) }));
  const [first, second, third] = staff as [Person, Person, Person];
  await world.account({ people: [second] });
  const issuer = await world.issuer({ name: text(5), createdAt: at(2) });
  await world.issuer({ name: text(6), address: 'https://other.example', applicationSecret: null, createdAt: at(2) });
  const [account] = await world.rows.account.findMany({ where: { users: { some: { id: second.id } } } });
  await world.session({
    user: second,
    accountId: account?.id,
    issuerId: issuer.id,
    device: text(5),
    userAgent: text(6),
    ipAddress: '::1',
    revokedAt: at(3),
  });
  await world.invitation({ groupId: group.id, inviterId: first.id, createdAt: at(2) });
  for (const [status, ended] of [
    ['ACCEPTED', 'acceptedAt'],
    ['DECLINED', 'declinedAt'],
    ['REVOKED', 'revokedAt'],
  ] as const)
    await world.invitation({
      status,
      [ended]: at(3),
      userId: status === 'ACCEPTED' ? third.id : null,
      roleId: status === 'REVOKED' ? null : contractor.id,
      createdAt: at(2),
    });
  const bare = await world.address({ line1: null, city: null, country: null });
  const full = await world.address({
    line1: text(1),
    line2: text(2),
    city: text(3),
    state: text(4),
    postcode: '01\n2',
    country: 'DE',
    firstName: text(5),
    lastName: text(6),
    taxId: text(7),
    companyName: text(8),
    companyVat: text(9),
  });
  const clients = [
    await world.client({
      firstName: text(1),
      lastName: text(3),
      email: `o'neil+"x"@example.com`,
      phone: '+49 "30"',
      company: 'Acme & Söhne 100% _',
      taxId: text(2),
      note: text(4),
      balance: '12.3456' as never,
      currency: 'KWD',
      optIn: text(5),
      stripeId: 'cus_1',
      customFields: nested,
      affiliateId: 123456,
      affiliateCode: 'ABC"\\1',
      analyticsId: 'GA.1',
      accountManagerId: first.id,
      addressId: full.id,
      managers: [first, second],
      createdAt: at(2),
    }),
    await world.client({ firstName: '～', lastName: 'Null', email: 'ünï@example.com', createdAt: at(2) }),
    await world.client({
      firstName: '😀',
      lastName: 'Null',
      currency: 'JPY',
      balance: '1234.5' as never,
      addressId: bare.id,
      accountManagerId: third.id,
      managers: [third],
      createdAt: at(2, 1),
      status: 'INACTIVE',
    }),
    await world.client({
      firstName: 'Sole',
      lastName: 'Buyer',
      currency: 'CLF',
      balance: '0.0001' as never,
      affiliateCode: 'XYZ',
    }),
    await world.client({ firstName: 'Quiet', lastName: 'One', currency: 'XXX', managers: [second] }),
  ];
  const [one, two, three, four] = clients as [Person, Person, Person, Person];
  const { organizationId } = world;
  await world.rows.clientTeamMember.createMany({
    data: [
      { organizationId, ownerId: one.id, memberId: two.id },
      { organizationId, ownerId: one.id, memberId: three.id },
      { organizationId, ownerId: two.id, memberId: four.id },
    ],
  });
  return { groups, staff, clients };
}

async function makeServices(world: World, staff: Person[]) {
  const folders = [await world.folder(text(1)), await world.folder(text(5))];
  const [first, second, third] = staff as [Person, Person, Person];
  const bare = await world.service({ name: '～ bare', price: null, createdAt: at(3) });
  const full = await world.service({
    name: text(1),
    description: text(3),
    image: text(5),
    folderId: folders[0]?.id,
    recurring: 'TRIAL',
    currency: 'KWD',
    price: '1.0005',
    firstPrice: '0.0005',
    firstPeriodLength: 1,
    firstPeriodUnit: 'WEEK',
    recurringPrice: '99.9999',
    recurringPeriodLength: 3,
    recurringPeriodUnit: 'MONTH',
    recurringAction: 'REOPEN_ORDER',
    deadlineDays: 0,
    isPublic: false,
    position: -1,
    maxActiveRequests: 2,
    takesRequests: true,
    metadata: nested,
    braintreePlanId: text(2),
    hothProductKey: text(4),
    hothPackageName: text(6),
    providerId: 2147483647,
    providerServiceId: -1,
    employees: [first, second, third],
    createdAt: at(3),
  });
  const yen = await world.service({
    name: '😀 yen',
    currency: 'JPY',
    price: '1234.5',
    recurring: 'RECURRING',
    recurringPrice: '10',
    recurringPeriodLength: 1,
    recurringPeriodUnit: 'DAY',
    folderId: folders[1]?.id,
    employees: [third],
    createdAt: at(3),
  });
  const gone = await world.service({
    name: 'gone',
    price: '5',
    deletedAt: at(9),
    employees: [first],
    createdAt: at(4),
  });
  const hidden = await world.service({
    name: 'hidden',
    isPublic: false,
    price: '100',
    currency: 'CLF',
    createdAt: at(4),
  });
  const { organizationId } = world;
  const pairs = [
    [bare, full],
    [yen, full],
    [gone, full],
    [hidden, full],
    [bare, yen],
    [bare, gone],
  ] as const;
  await world.rows.serviceAddon.createMany({
    data: pairs.map(([addon, parent]) => ({ organizationId, addonId: addon.id, parentId: parent.id })),
  });
  return [bare, full, yen, gone, hidden];
}

type Made = { clients: Person[]; staff: Person[]; services: { id: string; name: string }[]; tags: { id: string }[] };

async function makeOrders(world: World, { clients, staff, services, tags }: Made) {
  const statuses = ['IN_PROGRESS', 'UNPAID', 'COMPLETED', 'CANCELLED', 'ON_HOLD'] as const;
  await world.status({ code: 7, name: 'Waiting "for" it', kind: 'ON_HOLD' });
  const orders = [];
  for (let index = 0; index < 22; index += 1) {
    const isFull = index % 3 === 0;
    const status = statuses[index % statuses.length] as (typeof statuses)[number];
    const order = await world.order({
      clientId: (clients[index % 4] as Person).id,
      service: index % 4 === 3 ? undefined : services[index % services.length],
      serviceName: text(index),
      number: index === 5 ? '～NUMBER' : index === 6 ? '😀"NUMBER' : `READS${index}`,
      status,
      ...(prices[index % prices.length] as (typeof prices)[number]),
      quantity: (index % 3) + 1,
      // Three instants for all, two of which differ by a millisecond.
      createdAt: at(10 + (index % 2), index % 5 === 0 ? 1 : 0),
      updatedAt: at(11 + (index % 2)),
      dueAt: index % 2 === 0 ? null : at(20 + (index % 3)),
      ...(isFull
        ? {
            note: text(index),
            options: nested,
            formData: { question: 'stored', 'only stored': text(index), '10': 'ten' },
            metadata: { nested, list: [1.5, 'x', null] },
            paymentProcessor: 'Stripe "1"',
            startedAt: at(12, 7),
            completedAt: at(13, 70),
            lastMessageAt: at(14, 700),
          }
        : {}),
      deletedAt: index % 7 === 6 ? at(25) : null,
      employees: staff.filter((_, place) => (place + index) % 3 === 0).slice(0, index % 6),
      tags: tags.filter((_, place) => (place * 7 + index) % 4 === 0).slice(0, index % 5),
    });
    orders.push(order);
    await makeBeneath(order, index, staff, clients[index % 4] as Person);
  }
  await world.rows.order.update({
    where: { id: (orders[4] as { id: string }).id },
    data: { statusCode: 7, statusKind: 'ON_HOLD' },
  });
  // What only another program can have written: more digits than JavaScript has, and no list instead of an empty one.
  await world.owner.query(
    `update orders set metadata = metadata || '{"precise": 9007199254740993.1234567890123, "scaled": 1.50}'
     where organization_id = $1 and note is not null`,
    [world.organizationId],
  );
  await world.owner.query('update order_messages set files = null where organization_id = $1 and staff_only', [
    world.organizationId,
  ]);
  return orders;
}

type MadeOrder = Awaited<ReturnType<World['order']>>;

async function makeBeneath(order: MadeOrder, index: number, staff: Person[], client: Person): Promise<void> {
  const [first, second, third] = staff as [Person, Person, Person];
  for (let task = 0; task < index % 4; task += 1) {
    const isComplete = task === 1;
    await order.task({
      name: text(index + task),
      position: task % 2,
      isPublic: task === 0,
      forClient: task === 2,
      isComplete,
      completedAt: isComplete ? at(15, 1) : null,
      completedById: isComplete ? (index % 2 === 0 ? first.id : client.id) : null,
      description: task === 0 ? text(index) : null,
      ...(task === 0 ? { deadlineHours: 0 } : task === 1 ? { dueAt: at(16) } : {}),
      effectiveDueAt: task === 2 ? null : at(16, 10),
      createdAt: at(15),
      employees: task === 2 ? [] : [second, first, third],
    });
  }
  for (let message = 0; message < index % 3; message += 1) {
    await order.message({
      author: [first, client, undefined][(index + message) % 3],
      body: text(index + message + 3),
      staffOnly: message === 1,
      files: message === 0 ? ['a "b".pdf', 'https://x.test/ü?a=b&c', 'NULL', '{}', ''] : [],
      createdAt: at(17),
    });
  }
  if (index % 2 === 0) {
    await order.formField({ name: 'question', value: 'older "answer"', createdAt: at(18), submittedAt: null });
    await order.formField({ name: 'question', value: text(index), createdAt: at(18, 1), type: 'TEXTAREA' });
    await order.formField({
      name: text(index),
      value: '',
      createdAt: at(18),
      formFieldId: randomUUID(),
      onboardingFormId: randomUUID(),
      formableType: 'Order',
      formableId: order.id,
    });
  }
}

async function makeTokens(world: World, staff: Person[]): Promise<void> {
  const [first, second] = staff as [Person, Person];
  const replacing = await world.token(world.admin, { name: text(1), createdAt: at(5), requestsPerMinute: 60 });
  await world.token(first, {
    name: text(5),
    mode: 'TEST',
    scopes: ['orders:read', 'tags:write'],
    costPerMinute: 2_147_483_647,
    roleId: null,
    replacedById: replacing.id,
    expiresAt: at(28),
    lastUsedAt: at(27, 50),
    revokedAt: at(26),
    createdAt: at(5),
  });
  await world.token(second, { name: '😀', createdAt: at(5) });
}

async function makeAssignments(world: World, staff: Person[]): Promise<void> {
  const [first, second, third] = staff as [Person, Person, Person];
  const roles = [await world.role({ dashboardAccess: 1 }), await world.role({ dashboardAccess: 1, orderAccess: 2 })];
  const [one, two] = roles as [(typeof roles)[number], (typeof roles)[number]];
  const createdAt = at(6);
  await world.assignment({ user: first, role: one, assignedById: world.admin.id, createdAt });
  await world.assignment({ user: first, role: two, expiresAt: at(7), createdAt });
  await world.assignment({ user: second, role: two, expiresAt: new Date('2090-01-01'), createdAt });
  await world.assignment({ user: third, role: one, createdAt: at(6, 1) });
  // Whoever is given a role signs in anew.
  await world.session({ user: first, ipAddress: null, userAgent: null });
}

async function makeSubscriptions(world: World, clients: Person[]): Promise<void> {
  const [one, two, three, four] = clients as [Person, Person, Person, Person];
  const paid = { status: 'PAID', paidAt: at(20) };
  const invoices = [
    { client: one, currency: 'KWD', total: '1.0005', ...paid },
    { client: one, currency: 'KWD', total: '2.0000', ...paid },
    { client: one, currency: 'USD', total: '50', ...paid },
    { client: one, currency: 'KWD', total: '7', status: 'REFUNDED', paidAt: at(20) },
    { client: one, currency: 'KWD', total: '8', ...paid, deletedAt: at(21) },
    { client: one, currency: 'KWD', total: '9' },
    { client: two, currency: 'EUR', total: '5', ...paid },
    { client: three, currency: 'JPY', total: '0.5', ...paid },
    { client: four, currency: 'CLF', total: '0', ...paid },
  ];
  for (const { client, ...fields } of invoices) await world.invoice({ client, ...fields });

  const method = await world.paymentMethod({ client: one, processorId: 'pm_test_renewals' });
  const [first, second] = [await world.invoice({ client: one }), await world.invoice({ client: one })];
  const subscription = await world.subscription({
    client: one,
    invoiceId: first.id,
    openInvoiceId: second.id,
    paymentMethodId: method.id,
    processorId: 'sub_"1"',
    amount: '1.0005',
    currency: 'KWD',
    createdAt: at(10),
  });
  await world.subscription({ client: one, status: 'PAUSED', amount: '0', createdAt: at(10) });
  await world.subscription({ client: two, status: 'EXPIRED', periodUnit: 'DAY', periodLength: 7, number: '～SUB' });
  await world.subscription({ client: three, status: 'CANCELED', currency: 'JPY', amount: '1234.5', number: '😀' });
  const invoice = await world.invoice({ client: one, subscriptionId: subscription.id });
  const payment = await world.payment({ invoice, kind: 'CHARGE', status: 'PROCESSING', createdAt: at(10) });
  await world.rows.subscription.update({ where: { id: subscription.id }, data: { openPaymentId: payment.id } });
  const order = await world.rows.order.findFirstOrThrow({ where: { clientId: one.id }, orderBy: { id: 'asc' } });
  await world.rows.order.update({
    where: { id: order.id },
    data: { invoiceId: invoice.id, subscriptionId: subscription.id },
  });
  await world.rows.user.update({ where: { id: two.id }, data: { referredById: one.id } });
}

async function makeCoupons(world: World, clients: Person[], services: { id: string }[]): Promise<void> {
  const [one] = clients as [Person];
  const ids = services.map(({ id }) => id);
  const every = [...ids].reverse();
  await world.coupon({ code: text(1).trim(), discounts: [], createdAt: at(23) });
  await world.coupon({
    code: '～ "FULL" %_',
    type: 'FIXED',
    description: text(3),
    currency: 'KWD',
    discounts: [
      { amount: '1.005', serviceIds: every },
      { amount: '999999999999999.9999', serviceIds: [] },
      // One that is gone, and one that never was.
      { amount: '0.0001', serviceIds: [ids[3] as string, randomUUID()] },
    ],
    expiresAt: at(28, 5),
    newCustomers: true,
    singleUse: true,
    singleQuantity: true,
    duration: 'FOREVER',
    usageLimit: 2147483647,
    minimumAmount: '1.0005',
    usedCount: 3,
    affiliateId: one.id,
    createdAt: at(23),
  });
  await world.coupon({ code: '😀', minimumAmount: '0', currency: 'JPY', usedCount: 3, createdAt: at(23, 1) });
  await world.coupon({ code: 'gone', expiresAt: at(1), deletedAt: at(24), createdAt: at(23) });
}

async function makeActivities(world: World, clients: Person[], staff: Person[]): Promise<void> {
  for (let index = 0; index < 12; index += 1) {
    await world.activity({
      client: clients[index % 3] as Person,
      author: index % 4 === 0 ? undefined : staff[index % 3],
      content: text(index).trim() || 'nothing to see',
      createdAt: at(19, index % 2),
      updatedAt: at(20 + (index % 2)),
    });
  }
}

async function makeLogs(world: World, clients: Person[], staff: Person[]): Promise<void> {
  const { organizationId } = world;
  const [client] = clients as [Person];
  const [member] = staff as [Person];
  const base = { organizationId, entity: 'ORDER', entityId: randomUUID(), event: 'UPDATED', createdAt: at(22) };
  const changes = {
    due_at: { before: null, after: '2026-03-20T09:30:00+00:00' },
    note: { before: text(3), after: text(5) },
    metadata: { before: nested, after: {} },
    price_2b: { before: 1.5, after: 1e21 },
  };
  await world.rows.log.createMany({
    data: [
      { ...base, actorKind: 'STAFF', actorId: member.id, ownerId: client.id, requestId: randomUUID(), changes },
      { ...base, actorKind: 'CLIENT', actorId: client.id, ownerId: client.id, entity: 'CLIENT', changes: {} },
      { ...base, actorKind: 'TOKEN', actorId: member.id, tokenId: randomUUID(), requestId: text(5), event: 'DELETED' },
      { ...base, actorKind: 'SYSTEM', entity: 'INVOICE', event: 'RESTORED' },
      { ...base, actorKind: 'STAFF', actorId: randomUUID(), ownerId: randomUUID(), entity: 'ORGANIZATION' },
    ],
  });
}
