import { randomBytes } from 'node:crypto';
import type { Organization, PrismaClient, Role, Session } from '../../src/generated/prisma/client.ts';
import { encodeId, type IdType } from '../../src/kernel/id.ts';
import { type Job, runJobsUntilIdle } from '../../src/kernel/jobs.ts';
import type { ViewerSession } from '../../src/kernel/viewer.ts';
import { accountBuilders } from './builders/accounts.ts';
import { joiningBuilders } from './builders/joining.ts';
import { moneyBuilders } from './builders/money.ts';
import { supportBuilders, ticketStatuses } from './builders/support.ts';
import { orderStatuses, workBuilders } from './builders/work.ts';
import { type Client, clientOf } from './client.ts';
import { testDatabase } from './db.ts';
import { toolsOf } from './tools.ts';
import { unique } from './unique.ts';
import { type Actor, type Person, standardRoles } from './viewers.ts';

type StandardRole = keyof typeof standardRoles;

export type World = Awaited<ReturnType<typeof makeWorld>>;
export type TestOrder = Awaited<ReturnType<World['order']>>;
export type TestTicket = Awaited<ReturnType<World['ticket']>>;

/** An organization of the test's own, with roles, statuses and an administrator; its verbs add people and work. */
export async function makeWorld(fields: Partial<Organization> = {}) {
  const { rows, database, owner } = await testDatabase();
  const slug = `world-${process.pid}-${unique()}-${randomBytes(3).toString('hex')}`;
  const organization = await rows.organization.create({ data: { name: `Studio ${slug}`, slug, ...fields } });
  const organizationId = organization.id;
  const roles = await makeRoles(rows, organizationId);
  await rows.orderStatus.createMany({
    data: orderStatuses.map((status, position) => ({ ...status, position, organizationId })),
  });
  await rows.ticketStatus.createMany({
    data: ticketStatuses.map((status, position) => ({ ...status, position, organizationId })),
  });
  const work = workBuilders(rows, organizationId, roles);
  const build = {
    ...work,
    ...accountBuilders(rows),
    ...joiningBuilders(rows, organizationId, roles),
    ...moneyBuilders(rows, organizationId, () => work.client()),
    ...supportBuilders(rows, organizationId, () => work.client()),
  };
  const admin = await build.member({ role: roles.administrator, firstName: 'Ada', lastName: 'Admin' });

  const world = {
    organization,
    organizationId,
    roles,
    admin,
    /** Every row there is, past row-level security. */
    rows,
    owner,
    database,
    /** What sagas and jobs work with. */
    tools: toolsOf(database),
    ...build,

    /** The API, as somebody uses it. */
    as: (actor: Actor): Client => clientOf(actor),

    /** The facts announced so far, oldest first. */
    events: () => eventsOf(rows, organizationId),
    /** The audit log so far, oldest first. */
    logs: () => logsOf(rows, organizationId),
    /** Works the queue until nothing is due. Other organizations of this worker are served too. */
    runJobs: (jobs: readonly Job[]) => runJobsUntilIdle(database.pool, jobs),

    /** The administrator, who owns the organization from now on and has an account. */
    owned: async (): Promise<Person> => {
      const person = await build.withAccount(admin, { email: `owner-of-${slug}@example.com` });
      await rows.organization.update({ where: { id: organizationId }, data: { ownerId: admin.id } });
      return person;
    },

    /** The administrator of another organization, which has one of everything. */
    stranger: async (): Promise<Person> => (await makePopulatedWorld()).admin,
  };
  return world;
}

async function makeRoles(rows: PrismaClient, organizationId: string): Promise<Record<StandardRole, Role>> {
  const entries = Object.entries(standardRoles) as [StandardRole, (typeof standardRoles)[StandardRole]][];
  const created = await rows.role.createManyAndReturn({
    data: entries.map(([role, { name, grants }]) => ({
      organizationId,
      name,
      kind: role === 'client' ? 'CLIENT' : 'STAFF',
      isSystem: role === 'client' || role === 'administrator',
      ...(grants as object),
    })),
  });
  return Object.fromEntries(
    entries.map(([role, { name }]) => [role, created.find((row) => row.name === name)]),
  ) as Record<StandardRole, Role>;
}

async function eventsOf(rows: PrismaClient, organizationId: string) {
  const found = await rows.event.findMany({ where: { organizationId }, orderBy: { sequence: 'asc' } });
  return found.map(({ type, aggregate, aggregateId, payload, actorId, deliveredAt }) => ({
    type,
    aggregate,
    aggregateId,
    payload,
    actorId,
    delivered: deliveredAt !== null,
  }));
}

async function logsOf(rows: PrismaClient, organizationId: string) {
  const found = await rows.log.findMany({ where: { organizationId }, orderBy: { id: 'asc' } });
  return found.map(({ entity, entityId, event, changes, actorKind, actorId, ownerId }) => ({
    entity,
    entityId,
    event,
    changes: changes as Record<string, { before: unknown; after: unknown }>,
    actorKind,
    actorId,
    ownerId,
  }));
}

/** A world with one object of every type that has an id, and those ids as the API writes them. */
export async function makePopulatedWorld() {
  const founded = await makeWorld({ testPayments: true });
  const world = { ...founded, admin: await founded.owned() };
  const accountId = world.admin.accountId as string;
  await world.accountCode({ accountId });
  await world.recoveryCode(accountId);
  await world.accountIdentity({ accountId });
  const group = await world.group();
  const member = await world.member({ role: world.roles.manager, groupId: group.id });
  const address = await world.address();
  // No other client's name begins with this one's.
  const lastName = `Populated${unique()}x`;
  const client = await world.client({ lastName, addressId: address.id, managers: [member] });
  const tag = await world.tag();
  const folder = await world.folder();
  const service = await world.service({ folderId: folder.id, employees: [member] });
  const order = await world.order({ client, service, employees: [member], tags: [tag] });
  const task = await order.task({ employees: [member] });
  const message = await order.message({ author: member });
  const field = await order.formField();
  const token = await world.token(world.admin);
  const assignment = await world.assignment({ user: member, role: world.roles.contractor });
  const owner = await world.client({ managers: [member] });
  const sharing = await world.sharing({ owner, member: await world.client() });
  const ticket = await world.ticket({ client, order, employees: [member], tags: [tag] });
  const ticketMessage = await ticket.message({ author: member });
  const activity = await world.activity({ client, author: member });
  const magicLink = await world.magicLink({ client });
  const session = await world.session({ user: world.admin, accountId });
  world.admin.session = sessionOf(session);
  const issuer = await world.issuer();
  const identity = await world.userIdentity({ issuerId: issuer.id, userId: member.id });
  const invitation = await world.invitation({ groupId: group.id, inviterId: member.id });
  const coupon = await world.coupon();
  const invoice = await world.invoice({ client });
  const item = await invoice.item({ serviceId: service.id });
  const subscription = await world.subscription({ client });
  const method = await world.paymentMethod({ client });
  const payment = await world.payment({ invoice, amount: '10' });
  const credit = await world.credit({ client });
  const stripe = await world.stripeAccount();
  const ticketStatus = await world.rows.ticketStatus.findFirstOrThrow({
    where: { organizationId: world.organizationId },
  });
  const status = await world.rows.orderStatus.findFirstOrThrow({ where: { organizationId: world.organizationId } });
  await world.rows.processorEvent.create({
    data: {
      organizationId: world.organizationId,
      processor: 'STRIPE',
      eventId: 'evt_1',
      type: 'customer.created',
      payload: {},
    },
  });
  await world.rows.invoiceCounter.create({ data: { organizationId: world.organizationId } });
  await world.rows.idempotencyKey.create({
    data: {
      organizationId: world.organizationId,
      principalId: world.admin.id,
      operation: 'tagCreate',
      keyHash: Buffer.from('key'),
      fingerprint: Buffer.from('input'),
    },
  });
  const log = await world.rows.log.findFirstOrThrow({ where: { organizationId: world.organizationId } });
  const uuids: Record<IdType, string> = {
    Organization: world.organizationId,
    Role: world.roles.manager.id,
    RoleAssignment: assignment.id,
    ApiToken: token.id,
    TeamMember: member.id,
    TeamGroup: group.id,
    Client: client.id,
    ClientTeamMember: sharing.id,
    Address: address.id,
    Tag: tag.id,
    ServiceFolder: folder.id,
    Service: service.id,
    OrderStatus: status.id,
    Order: order.id,
    OrderTask: task.id,
    OrderMessage: message.id,
    FilledFormField: field.id,
    Ticket: ticket.id,
    TicketStatus: ticketStatus.id,
    TicketMessage: ticketMessage.id,
    ClientActivity: activity.id,
    MagicLink: magicLink.id,
    Session: session.id,
    Account: accountId,
    Issuer: issuer.id,
    UserIdentity: identity.id,
    Invitation: invitation.id,
    Coupon: coupon.id,
    Invoice: invoice.id,
    InvoiceItem: item.id,
    Subscription: subscription.id,
    Payment: payment.id,
    PaymentMethod: method.id,
    CreditEntry: credit.id,
    StripeAccount: stripe.id,
    Log: log.id,
  };
  const ids = Object.fromEntries(
    (Object.entries(uuids) as [IdType, string][]).map(([type, uuid]) => [type, encodeId(type, uuid)]),
  ) as Record<IdType, string>;
  return {
    ...world,
    uuids,
    ids,
    one: {
      ...{ group, member, address, client, tag, folder, service, order, task, message, field, token },
      ...{ ticket, ticketMessage, activity, coupon, invoice, item, subscription, method, payment },
    },
  };
}

/** A session's row, as the one that a request comes with. */
export function sessionOf({ id, expiresAt, lastUsedAt, rotations }: Session): ViewerSession {
  const idleExpiresAt = new Date(lastUsedAt.getTime() + 30 * 60_000);
  return { id, expiresAt, idleExpiresAt, idleMinutes: 30, rotations };
}

export type PopulatedWorld = Awaited<ReturnType<typeof makePopulatedWorld>>;
