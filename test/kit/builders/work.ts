import type { Prisma, PrismaClient, Role, User } from '../../../src/generated/prisma/client.ts';
import { newSecret } from '../../../src/identity/tokens/commands.ts';
import type { TokenMode } from '../../../src/identity/tokens/rules.ts';
import { randomCode } from '../../../src/kernel/id.ts';
import { unique } from '../unique.ts';
import { nothing, type Person, type RoleGrants, type standardRoles } from '../viewers.ts';

type StandardRole = keyof typeof standardRoles;
type Fields<Row> = Partial<Omit<Row, 'id' | 'organizationId'>>;
type WithId = { id: string };

export const orderStatuses = [
  { code: 0, name: 'Unpaid', kind: 'UNPAID' },
  { code: 1, name: 'In Progress', kind: 'IN_PROGRESS' },
  { code: 2, name: 'Completed', kind: 'COMPLETED' },
  { code: 3, name: 'Cancelled', kind: 'CANCELLED' },
  { code: 4, name: 'On Hold', kind: 'ON_HOLD' },
] as const;
export type StatusKind = (typeof orderStatuses)[number]['kind'];

const withRole = { role: true } as const;

/** People, what is sold to them, and their orders. */
export function workBuilders(rows: PrismaClient, organizationId: string, roles: Record<StandardRole, Role>) {
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

  type AssignmentFields = Partial<Prisma.RoleAssignmentUncheckedCreateInput> & { user: WithId; role: WithId };
  /** A role that a team member has beside its own, for good unless it is said otherwise. */
  const assignment = ({ user, role, ...fields }: AssignmentFields) =>
    rows.roleAssignment.create({ data: { organizationId, userId: user.id, roleId: role.id, ...fields } });

  type SharingFields = Partial<Prisma.ClientTeamMemberUncheckedCreateInput> & { owner: WithId; member: WithId };
  /** That a client uses the account of another one, for its orders and tickets. */
  const sharing = ({ owner, member, ...fields }: SharingFields) =>
    rows.clientTeamMember.create({ data: { organizationId, ownerId: owner.id, memberId: member.id, ...fields } });

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
    const { code } = orderStatuses.find(({ kind }) => kind === status) as (typeof orderStatuses)[number];
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
    const { secret, kept } = newSecret((fields.mode as TokenMode | undefined) ?? 'LIVE');
    const made = await rows.apiToken.create({
      data: {
        organizationId,
        userId: of.id,
        roleId: of.roleId,
        name: `Token ${unique()}`,
        ...kept,
        ...fields,
      } as Prisma.ApiTokenUncheckedCreateInput,
    });
    return { ...made, secret };
  }

  const status = (fields: { code: number; name: string; kind: StatusKind }) =>
    rows.orderStatus.create({ data: { organizationId, position: fields.code, ...fields } });

  return {
    role,
    member,
    client,
    assignment,
    sharing,
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
    status,
  };
}
