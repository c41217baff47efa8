import { gradeAreas, settingAreas } from '../../src/identity/permissions.ts';
import { standardRoles } from '../../src/identity/roles/standard/commands.ts';
import { addDays } from '../../src/kernel/time.ts';
import type { Agency, Craft, Item, Member } from './agency.ts';
import type { Row, RowWriter } from './copy.ts';
import type { Actor, History } from './history.ts';
import { slug } from './people.ts';
import type { Random } from './random.ts';

/** What the rows of an organization are made with. */
export type Studio = {
  agency: Agency;
  random: Random;
  writer: RowWriter;
  history: History;
  /** The demo's today. Nothing has happened after it. */
  base: Date;
  founded: Date;
  organizationId: string;
};

export type Colleague = Member & { id: string };

export type SoldItem = Item & {
  id: string;
  work: Craft;
  /** What an order of it costs. */
  orderPrice: number;
  defaultEmployees: readonly Colleague[];
  onSale(at: Date): boolean;
};

export type Catalogue = {
  roleIds: Readonly<Record<RoleKey, string>>;
  team: readonly Colleague[];
  items: readonly SoldItem[];
  tagIds: ReadonlyMap<string, string>;
};

type RoleKey = Member['role'] | 'Client';

export const system: Actor = { kind: 'SYSTEM', id: null };

/** Organization, people of the team, and everything that is sold: the part that all sizes share. */
export function writeCatalogue(studio: Studio): Catalogue {
  const { agency, founded, organizationId, writer, history } = studio;
  const organization: Row = {
    id: organizationId,
    name: agency.organization.name,
    slug: agency.organization.slug,
    domain: agency.organization.domain,
    notification_email: agency.organization.notificationEmail,
    currency: agency.organization.currency,
    time_zone: agency.organization.timeZone,
    invoice_prefix: agency.organization.invoicePrefix,
    invoice_sender: agency.organization.invoiceSender,
    tax_name: agency.organization.taxName,
    payment_term_days: agency.organization.paymentTermDays,
    dunning_days: agency.organization.dunningDays,
    test_payments: agency.organization.testPayments,
    mail_reply_to: agency.organization.mailReplyTo,
    mail_signature: agency.organization.mailSignature,
    mail_color: agency.organization.mailColor,
    created_at: founded,
    updated_at: founded,
  };
  writer.write('organizations', organization);
  history.created('ORGANIZATION', organization, system, null);

  const roleIds = writeRoles(studio, founded);
  const team = writeTeam(studio, founded, roleIds);
  const founder: Actor = { kind: 'STAFF', id: team[0]?.id ?? null };
  writeStatuses(studio, founded);
  const tagIds = new Map(
    agency.tags.map((name, index) => [name, writeTag(studio, addDays(founded, 20 + index * 9), name, founder)]),
  );
  return { roleIds, team, items: writeServices(studio, addDays(founded, 15), team, founder), tagIds };
}

/** The columns that every entity begins with. */
export function entity({ random, organizationId }: Studio, at: Date) {
  return { id: random.uuid(at), organization_id: organizationId, created_at: at, updated_at: at };
}

function writeRoles(studio: Studio, at: Date): Catalogue['roleIds'] {
  const ids = standardRoles.map(({ name, isSystem, grade, settings }) => {
    const row = {
      ...entity(studio, at),
      name,
      kind: grade('dashboardAccess') > 0 ? 'STAFF' : 'CLIENT',
      is_system: isSystem,
      ...Object.fromEntries(gradeAreas.map((area) => [snakeCase(area), grade(area)])),
      ...Object.fromEntries(settingAreas.map((area) => [snakeCase(area), settings.includes(area)])),
    };
    studio.writer.write('roles', row);
    studio.history.created('ROLE', row, system, null);
    return [name, row.id];
  });
  return Object.fromEntries(ids) as Catalogue['roleIds'];
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function writeTeam(studio: Studio, founded: Date, roleIds: Catalogue['roleIds']): Colleague[] {
  const { agency, writer, history } = studio;
  const groupIds = new Map<string, string>();
  for (const name of agency.groups) {
    const row = { ...entity(studio, founded), name };
    writer.write('team_groups', row);
    history.created('TEAM_GROUP', row, system, null);
    groupIds.set(name, row.id);
  }
  return agency.team.map((member, index) => {
    const row = userRow(entity(studio, addDays(founded, index * 35)), {
      role_id: roleIds[member.role],
      kind: 'STAFF',
      email: `${slug(member.firstName)}.${slug(member.lastName)}@${agency.organization.slug}.example`,
      first_name: member.firstName,
      last_name: member.lastName,
      company: agency.organization.name,
      currency: agency.organization.currency,
      group_id: member.group === null ? null : (groupIds.get(member.group) ?? null),
    });
    writer.write('users', row);
    history.created('TEAM_MEMBER', row, system, row.id);
    return { ...member, id: row.id };
  });
}

/** A user with everything empty that is not given. */
export function userRow(start: Row & { id: string }, given: Row): Row & { id: string } {
  return {
    ...start,
    status: 'ACTIVE',
    phone: null,
    company: null,
    tax_id: null,
    note: null,
    balance: 0,
    opt_in: null,
    stripe_id: null,
    custom_fields: {},
    affiliate_id: null,
    affiliate_code: null,
    account_manager_id: null,
    referred_by_id: null,
    has_two_factor: false,
    group_id: null,
    address_id: null,
    ...given,
  };
}

function writeStatuses(studio: Studio, at: Date): void {
  for (const [position, status] of studio.agency.statuses.entries()) {
    const row = { ...entity(studio, at), code: status.code, name: status.name, kind: status.kind, position };
    studio.writer.write('order_statuses', row);
    studio.history.created('ORDER_STATUS', row, system, null);
  }
}

function writeTag(studio: Studio, at: Date, name: string, actor: Actor): string {
  const row = { ...entity(studio, at), name };
  studio.writer.write('tags', row);
  studio.history.created('TAG', row, actor, null);
  return row.id;
}

function writeServices(studio: Studio, at: Date, team: readonly Colleague[], actor: Actor): SoldItem[] {
  const { agency, base, writer, history, organizationId } = studio;
  const folderIds = new Map<string, string>();
  for (const [position, [craft, { folder }]] of Object.entries(agency.crafts).entries()) {
    const row = { ...entity(studio, at), name: folder, position };
    writer.write('service_folders', row);
    history.created('SERVICE_FOLDER', row, actor, null);
    folderIds.set(craft, row.id);
  }
  const items = agency.services.map((item, index): SoldItem => {
    const createdAt = item.since === undefined ? addDays(at, index * 3) : addDays(base, -item.since);
    const deletedAt = item.until === undefined ? null : addDays(base, -item.until);
    const row = serviceRow(studio, createdAt, deletedAt, item, index, folderIds.get(item.craft) ?? null);
    writer.write('services', row);
    history.created('SERVICE', { ...row, deleted_at: null }, actor, null);
    if (deletedAt) {
      const before = { deleted_at: null };
      history.changed('DELETED', { entity: 'SERVICE', row, actor, ownerId: null, at: deletedAt, before });
    }
    const defaultEmployees = team.filter(({ firstName }) => item.employees?.includes(firstName));
    for (const { id } of defaultEmployees) {
      const link = { organization_id: organizationId, service_id: row.id, employee_id: id, created_at: createdAt };
      writer.write('service_employees', link);
    }
    return {
      ...item,
      id: row.id,
      work: agency.crafts[item.craft] as Craft,
      orderPrice: item.price ?? item.first?.price ?? item.recurring?.price ?? 0,
      defaultEmployees,
      onSale: (when) => when >= createdAt && (deletedAt === null || when < deletedAt),
    };
  });
  for (const addon of items) {
    for (const parent of items.filter(({ name }) => addon.addonTo?.includes(name))) {
      const link = { organization_id: organizationId, parent_id: parent.id, addon_id: addon.id, created_at: at };
      writer.write('service_addons', link);
    }
  }
  return items;
}

function serviceRow(
  studio: Studio,
  at: Date,
  deletedAt: Date | null,
  item: Item,
  position: number,
  folderId: string | null,
) {
  return {
    ...entity(studio, at),
    updated_at: deletedAt ?? at,
    version: deletedAt ? 2 : 1,
    folder_id: folderId,
    name: item.name,
    description: item.description,
    recurring: item.first ? 'TRIAL' : item.recurring ? 'RECURRING' : 'ONE_TIME',
    currency: item.currency ?? studio.agency.organization.currency,
    price: item.price ?? null,
    first_price: item.first?.price ?? null,
    first_period_length: item.first?.length ?? null,
    first_period_unit: item.first?.unit ?? null,
    recurring_price: item.recurring?.price ?? null,
    recurring_period_length: item.recurring?.length ?? null,
    recurring_period_unit: item.recurring?.unit ?? null,
    recurring_action: item.recurring?.action ?? null,
    deadline_days: item.days ?? null,
    is_public: item.isPublic ?? true,
    position,
    allows_multiple_orders: item.recurring === undefined,
    takes_requests: item.requests !== undefined,
    max_active_requests: item.requests ?? null,
    groups_quantities: soldInNumbers(item),
    metadata: {},
    deleted_at: deletedAt,
  };
}

/** Whether one order may be for several of it. */
export function soldInNumbers({ name }: Item): boolean {
  return /pack|per episode|hour/.test(name);
}
