import { randomBytes } from 'node:crypto';
import type { Organization, Prisma, PrismaClient, Role, User } from '../../src/generated/prisma/client.ts';
import { hashToken, newTokenSecret, tokenPrefix } from '../../src/identity/authentication.ts';
import { encodeId, type IdType, randomCode } from '../../src/kernel/id.ts';
import { type Job, runJobsUntilIdle } from '../../src/kernel/jobs.ts';
import { type Client, clientOf } from './client.ts';
import { testDatabase } from './db.ts';
import { type Actor, nothing, type Person, type RoleGrants, standardRoles } from './viewers.ts';

type StandardRole = keyof typeof standardRoles;
type Fields<Row> = Partial<Omit<Row, 'id' | 'organizationId'>>;
type WithId = { id: string };

const statuses = [
  { code: 0, name: 'Unpaid', kind: 'UNPAID' },
  { code: 1, name: 'In Progress', kind: 'IN_PROGRESS' },
  { code: 2, name: 'Completed', kind: 'COMPLETED' },
  { code: 3, name: 'Cancelled', kind: 'CANCELLED' },
  { code: 4, name: 'On Hold', kind: 'ON_HOLD' },
] as const;
export type StatusKind = (typeof statuses)[number]['kind'];

let made = 0;

/** A number that no other row of this run has, for names that must differ. */
export function unique(): number {
  made += 1;
  return made;
}

const withRole = { role: true } as const;

export type World = Awaited<ReturnType<typeof makeWorld>>;
export type TestOrder = Awaited<ReturnType<World['order']>>;

/** An organization of the test's own, with roles, statuses and an administrator; its verbs add people and work. */
export async function makeWorld(fields: Partial<Organization> = {}) {
  const { rows, database, owner } = await testDatabase();
  const slug = `world-${process.pid}-${unique()}-${randomBytes(3).toString('hex')}`;
  const organization = await rows.organization.create({ data: { name: `Studio ${slug}`, slug, ...fields } });
  const organizationId = organization.id;
  const roles = await makeRoles(rows, organizationId);
  await rows.orderStatus.createMany({
    data: statuses.map((status, position) => ({ ...status, position, organizationId })),
  });
  const build = builders(rows, organizationId, roles);
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
    ...build,

    /** The API, as somebody uses it. */
    as: (actor: Actor): Client => clientOf(actor),

    /** The facts announced so far, oldest first. */
    events: () => eventsOf(rows, organizationId),
    /** The audit log so far, oldest first. */
    logs: () => logsOf(rows, organizationId),
    /** Works the queue until nothing is due. Other organizations of this worker are served too. */
    runJobs: (jobs: readonly Job[]) => runJobsUntilIdle(database.pool, jobs),

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
      ...(grants as object),
    })),
  });
  return Object.fromEntries(
    entries.map(([role, { name }]) => [role, created.find((row) => row.name === name)]),
  ) as Record<StandardRole, Role>;
}

function builders(rows: PrismaClient, organizationId: string, roles: Record<StandardRole, Role>) {
  /** A role that grants just this. Staff unless it has no access to the dashboard. */
  async function role(grants: RoleGrants, name = `Role ${unique()}`): Promise<Role> {
    const kind = (grants.dashboardAccess ?? 0) > 0 ? 'STAFF' : 'CLIENT';
    return await rows.role.create({ data: { organizationId, name, kind, ...(nothing as object), ...grants } });
  }

  async function person(role: Role, fields: Fields<User>): Promise<Person> {
    const number = unique();
    const { customFields, ...plain } = fields;
    return await rows.user.create({
      data: {
        organizationId,
        roleId: role.id,
        kind: role.kind,
        email: `person-${number}@example.com`,
        firstName: 'Pat',
        lastName: `Person${number}`,
        ...plain,
        ...(customFields === undefined ? {} : { customFields: customFields as object }),
      },
      include: withRole,
    });
  }

  /** A team member: of a role, or of one made for it from grades; an administrator's rights by default. */
  async function member({
    role: given,
    grants,
    ...fields
  }: Fields<User> & { role?: Role; grants?: RoleGrants } = {}): Promise<Person> {
    return await person(
      given ?? (grants ? await role({ dashboardAccess: 1, ...grants }) : roles.administrator),
      fields,
    );
  }

  /** A client, looked after by the managers given. */
  async function client({ managers = [], ...fields }: Fields<User> & { managers?: WithId[] } = {}): Promise<Person> {
    const made = await person(roles.client, { firstName: 'Cleo', ...fields });
    await rows.clientManager.createMany({
      data: managers.map((manager) => ({ organizationId, clientId: made.id, managerId: manager.id })),
    });
    return made;
  }

  const group = (name = `Group ${unique()}`) => rows.teamGroup.create({ data: { organizationId, name } });
  const tag = (name = `Tag ${unique()}`) => rows.tag.create({ data: { organizationId, name } });
  const folder = (name = `Folder ${unique()}`) => rows.serviceFolder.create({ data: { organizationId, name } });

  const address = (fields: Partial<Prisma.AddressUncheckedCreateInput> = {}) =>
    rows.address.create({ data: { organizationId, line1: '1 Main Street', city: 'Berlin', country: 'DE', ...fields } });

  /** A service, one-time at 100.00 USD unless told otherwise. */
  async function service({
    employees = [],
    ...fields
  }: Partial<Prisma.ServiceUncheckedCreateInput> & { employees?: WithId[] } = {}) {
    const made = await rows.service.create({
      data: {
        organizationId,
        name: `Service ${unique()}`,
        price: '100',
        ...fields,
      } as Prisma.ServiceUncheckedCreateInput,
    });
    await rows.serviceEmployee.createMany({
      data: employees.map((employee) => ({ organizationId, serviceId: made.id, employeeId: employee.id })),
    });
    return made;
  }

  type OrderFields = Omit<Partial<Prisma.OrderUncheckedCreateInput>, 'employees' | 'tags' | 'client' | 'service'> & {
    client?: WithId;
    service?: { id: string; name: string };
    status?: StatusKind;
    employees?: WithId[];
    tags?: WithId[];
  };

  /** An order in progress, of a client made for it unless one is given. */
  async function order(given: OrderFields = {}) {
    const { client: forClient, service: of, status = 'IN_PROGRESS', employees = [], tags = [], ...fields } = given;
    const { code } = statuses.find(({ kind }) => kind === status) as (typeof statuses)[number];
    const made = await rows.order.create({
      data: {
        organizationId,
        clientId: fields.clientId ?? (forClient ?? (await client())).id,
        serviceId: of?.id,
        serviceName: of?.name ?? `Work ${unique()}`,
        number: randomCode(8),
        statusCode: code,
        statusKind: status,
        price: '100',
        ...fields,
      } as Prisma.OrderUncheckedCreateInput,
    });
    await rows.orderEmployee.createMany({
      data: employees.map((employee) => ({ organizationId, orderId: made.id, employeeId: employee.id })),
    });
    await rows.orderTag.createMany({ data: tags.map((tag) => ({ organizationId, orderId: made.id, tagId: tag.id })) });
    return {
      ...made,
      task: (fields: TaskFields = {}) => task(made, fields),
      message: (fields: MessageFields = {}) => message(made, fields),
      formField: (fields: FieldFields = {}) => formField(made, fields),
    };
  }

  type TaskFields = Omit<Partial<Prisma.OrderTaskUncheckedCreateInput>, 'employees' | 'order'> & {
    employees?: WithId[];
  };
  async function task(of: WithId, { employees = [], ...fields }: TaskFields = {}) {
    const made = await rows.orderTask.create({
      data: {
        organizationId,
        orderId: of.id,
        name: `Task ${unique()}`,
        ...fields,
      } as Prisma.OrderTaskUncheckedCreateInput,
    });
    await rows.orderTaskEmployee.createMany({
      data: employees.map((employee) => ({ organizationId, taskId: made.id, employeeId: employee.id })),
    });
    return made;
  }

  type MessageFields = Partial<Prisma.OrderMessageUncheckedCreateInput> & { author?: WithId };
  async function message(of: WithId, { author, ...fields }: MessageFields = {}) {
    return await rows.orderMessage.create({
      data: {
        organizationId,
        orderId: of.id,
        authorId: author?.id,
        body: `Message ${unique()}`,
        ...fields,
      } as Prisma.OrderMessageUncheckedCreateInput,
    });
  }

  type FieldFields = Partial<Prisma.FilledFormFieldUncheckedCreateInput>;
  async function formField(of: WithId, fields: FieldFields = {}) {
    return await rows.filledFormField.create({
      data: {
        organizationId,
        orderId: of.id,
        name: `Field ${unique()}`,
        type: 'TEXT',
        value: 'an answer',
        ...fields,
      } as Prisma.FilledFormFieldUncheckedCreateInput,
    });
  }

  /** A token of the person, and the secret that opens the door. */
  async function token(of: Person, fields: Partial<Prisma.ApiTokenUncheckedCreateInput> = {}) {
    const secret = newTokenSecret();
    const made = await rows.apiToken.create({
      data: {
        organizationId,
        userId: of.id,
        roleId: of.roleId,
        name: `Token ${unique()}`,
        prefix: secret.slice(0, tokenPrefix.length + 4),
        tokenHash: hashToken(secret),
        ...fields,
      } as Prisma.ApiTokenUncheckedCreateInput,
    });
    return { ...made, secret };
  }

  /** An invoice that is owed. */
  async function invoice({
    client: forClient,
    ...fields
  }: Omit<Partial<Prisma.InvoiceUncheckedCreateInput>, 'client'> & { client?: WithId } = {}) {
    return await rows.invoice.create({
      data: {
        organizationId,
        number: `INV-${unique()}`,
        clientId: fields.clientId ?? (forClient ?? (await client())).id,
        total: '100',
        ...fields,
      } as Prisma.InvoiceUncheckedCreateInput,
    });
  }

  const status = (fields: { code: number; name: string; kind: StatusKind }) =>
    rows.orderStatus.create({ data: { organizationId, position: fields.code, ...fields } });

  return {
    role,
    member,
    client,
    group,
    tag,
    folder,
    address,
    service,
    order,
    task,
    message,
    formField,
    token,
    invoice,
    status,
  };
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
  const world = await makeWorld();
  const group = await world.group();
  const member = await world.member({ role: world.roles.manager, groupId: group.id });
  const address = await world.address();
  const client = await world.client({ addressId: address.id, managers: [member] });
  const tag = await world.tag();
  const folder = await world.folder();
  const service = await world.service({ folderId: folder.id, employees: [member] });
  const order = await world.order({ client, service, employees: [member], tags: [tag] });
  const task = await order.task({ employees: [member] });
  const message = await order.message({ author: member });
  const field = await order.formField();
  const token = await world.token(world.admin);
  const invoice = await world.invoice({ client });
  const status = await world.rows.orderStatus.findFirstOrThrow({ where: { organizationId: world.organizationId } });
  const log = await world.rows.log.findFirstOrThrow({ where: { organizationId: world.organizationId } });
  const uuids: Record<IdType, string> = {
    Organization: world.organizationId,
    Role: world.roles.manager.id,
    ApiToken: token.id,
    TeamMember: member.id,
    TeamGroup: group.id,
    Client: client.id,
    Address: address.id,
    Tag: tag.id,
    ServiceFolder: folder.id,
    Service: service.id,
    OrderStatus: status.id,
    Order: order.id,
    OrderTask: task.id,
    OrderMessage: message.id,
    FilledFormField: field.id,
    Invoice: invoice.id,
    Log: log.id,
  };
  const ids = Object.fromEntries(
    (Object.entries(uuids) as [IdType, string][]).map(([type, uuid]) => [type, encodeId(type, uuid)]),
  ) as Record<IdType, string>;
  return {
    ...world,
    uuids,
    ids,
    one: { group, member, address, client, tag, folder, service, order, task, message, field, token },
  };
}
export type PopulatedWorld = Awaited<ReturnType<typeof makePopulatedWorld>>;
