import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { builder } from '../graphql/builder.ts';
import { connectionType } from '../graphql/connections.ts';
import type { Context } from '../graphql/context.ts';
import type { Declaration, Kinds, TypeDeclaration } from '../graphql/declarations.ts';
import { enumType } from '../graphql/enums.ts';
import { objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { delegateOf, listField } from '../graphql/queries.ts';
import { organizationOf, requireViewer, type Viewer } from '../kernel/viewer.ts';
import { Organization } from '../organizations/schema.ts';
import * as identity from './commands.ts';
import { type gradeAreas, permissions, type settingAreas } from './permissions.ts';
import { visibleApiTokens, visibleRoles } from './policy.ts';

// ------------------------------------------------------------------ roles

export const UserKind = enumType('UserKind', 'On which side of the counter a person stands. The role decides.', {
  STAFF: 'A member of the team.',
  CLIENT: 'A client.',
});

export const UserStatus = enumType('UserStatus', 'Whether a person may act. SPP: `status` 1 and 0.', {
  ACTIVE: 'May act.',
  INACTIVE: 'Deactivated: may not act, everything is kept.',
});

const grades: Record<(typeof gradeAreas)[number], string> = {
  dashboardAccess: 'The dashboard. Above 0 the role is a staff role. SPP: `dashboard_access`.',
  orderAccess: 'Reading orders. SPP: `order_access`.',
  orderManagement: 'Working orders: create, change, delete, assign. SPP: `order_management`.',
  ticketAccess: 'Reading tickets. SPP: `ticket_access`.',
  ticketManagement: 'Working tickets. SPP: `ticket_management`.',
  invoiceAccess: 'Reading invoices. SPP: `invoice_access`.',
  invoiceManagement: 'Working invoices. SPP: `invoice_management`.',
  clients: 'Clients. Deleting them takes grade 3.',
  services: 'Services. Changing them takes grade 3.',
  coupons: 'Coupons.',
  forms: 'Forms.',
  messaging: 'Messages.',
  affiliates: 'Affiliates.',
};

const settings: Record<(typeof settingAreas)[number], string> = {
  settingsCompany: 'The organization itself. SPP: `settings_company`.',
  settingsPayments: 'Payments. SPP: `settings_payments`.',
  settingsTeam: 'The team and its roles. SPP: `settings_team`, `team`.',
  settingsModules: 'Modules. SPP: `settings_modules`.',
  settingsIntegrations: 'Integrations and API tokens. SPP: `settings_integrations`.',
  settingsOrders: 'Order settings and statuses. SPP: `settings_orders`.',
  settingsTickets: 'Ticket settings. SPP: `settings_tickets`.',
  settingsAccounts: 'Client accounts. SPP: `settings_accounts`.',
  settingsMessages: 'Message settings. SPP: `settings_messages`.',
  settingsTags: 'Tags. SPP: `settings_tags`.',
  settingsSidebar: 'The sidebar. SPP: `settings_sidebar`.',
  settingsDashboard: 'The dashboard’s layout. SPP: `settings_dashboard`.',
  settingsTemplates: 'Templates. SPP: `settings_templates`.',
  settingsEmails: 'E-mails. SPP: `settings_emails`.',
  settingsLanguage: 'Language. SPP: `settings_language`.',
  settingsLogs: 'The log. SPP: `settings_logs`.',
};

export const Role = objectType('Role', 'Role', {
  description: 'What people may do. Grades: 0 nothing, 1 what is their own, 2 what is their group’s, 3 everything.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Role'),
    name: field.column('name', 'Its name, such as Manager.'),
    kind: field.code('kind', UserKind, 'Whether the people who have it are staff or clients.'),
    ...Object.fromEntries(
      Object.entries(grades).map(([area, meaning]) => [
        area,
        field.column(area as keyof typeof grades, `Grade 0 to 3. ${meaning}`),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(settings).map(([area, meaning]) => [
        area,
        field.column(area as keyof typeof settings, `Whether settings may be changed. ${meaning}`),
      ]),
    ),
    version: field.column('version', 'How often it was edited.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Role', 'Role', visibleRoles);

listField('roles', {
  description: 'The roles of the organization, newest first.',
  model: 'Role',
  type: connectionType(Role, 'roles'),
  permission: 'roles.read',
  visible: visibleRoles,
});

// ------------------------------------------------------------------ people

const kinds: Kinds = { column: 'kind', types: { CLIENT: 'Client', STAFF: 'TeamMember' } };

/** A person, whichever side of the counter. Clients and team members are its two kinds, and declare their own fields. */
export const User = builder.prismaInterface('User', {
  description: 'A person inside the organization: a client or a team member.',
  extensions: { model: 'User', kinds } satisfies TypeDeclaration,
  select: { id: true },
  resolveType: ((user: { kind: string }) => kinds.types[user.kind]) as never,
  fields: (t) => ({
    id: t.id({ nullable: false, description: 'The person’s id.', resolve: (user) => user.id }),
    firstName: t.exposeString('firstName', { nullable: false, description: 'The first name. SPP: `name_f`.' }),
    lastName: t.exposeString('lastName', { nullable: false, description: 'The last name. SPP: `name_l`.' }),
    name: t.string({
      nullable: false,
      description: 'First and last name.',
      select: { firstName: true, lastName: true },
      resolve: (user) => `${user.firstName} ${user.lastName}`,
    }),
  }),
});

// ------------------------------------------------------------------ tokens

const ApiToken = objectType('ApiToken', 'ApiToken', {
  description: 'A bearer credential of a program. It acts as the person who made it. The secret is stored nowhere.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('ApiToken'),
    name: field.column('name', 'What it is for.'),
    prefix: field.column('prefix', 'The first characters of the secret, to recognize it by.'),
    role: field.relation('role', 'The role that it acts in.', { type: Role }),
    user: field.person('userId', User, 'The person it acts as.'),
    expiresAt: field.column('expiresAt', 'When it stops working. Null: never by itself.'),
    lastUsedAt: field.column('lastUsedAt', 'When it was last used, to the minute. Null: never.'),
    revokedAt: field.column('revokedAt', 'When it was ended. Null while it works.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('ApiToken', 'ApiToken', visibleApiTokens);

listField('apiTokens', {
  description: 'The API tokens of the organization, newest first.',
  model: 'ApiToken',
  type: connectionType(ApiToken, 'API tokens'),
  permission: 'apiTokens.read',
  visible: visibleApiTokens,
});

const returns = { apiToken: { type: ApiToken, model: 'ApiToken', description: 'The token as it is now.' } } as const;

mutation('apiTokenCreate', {
  description: 'Makes an API token that acts as the viewer.',
  command: identity.createApiToken,
  input: (t) => ({
    name: t.string({ required: true, description: 'What it is for: 1 to 255 characters.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it stops working. Without it: never by itself.' }),
  }),
  errors: ['InvalidInputError'],
  returns,
  extra: (t) => ({
    secret: t.string({
      nullable: false,
      description: 'The bearer token. It is told only here: keep it safe.',
      resolve: (result) => result.secret,
    }),
  }),
});

mutation('apiTokenRevoke', {
  description: 'Ends an API token at once. Ending one that has ended changes nothing.',
  command: identity.revokeApiToken,
  input: (t) => ({ id: t.id({ required: true, description: 'The token.' }) }),
  ids: { id: 'ApiToken' },
  errors: ['NotFoundError'],
  returns,
});

// ------------------------------------------------------------------ viewer

const ViewerKind = enumType('ViewerKind', 'How the request was authenticated.', {
  STAFF: 'A team member’s session.',
  CLIENT: 'A client’s session.',
  TOKEN: 'An API token.',
  SYSTEM: 'The engine itself.',
});

const ViewerPermission = builder.objectRef<{ name: string; grade: number }>('ViewerPermission').implement({
  description: 'Something that the viewer may do.',
  fields: (t) => ({
    name: t.exposeString('name', { nullable: false, description: 'domain.verb, such as `orders.update`.' }),
    grade: t.exposeInt('grade', { nullable: false, description: 'How far it reaches: 1 own, 2 the group’s, 3 all.' }),
  }),
});

// Who asks is known from the credential: only the person and the organization are rows.
const known = (value: Extract<Declaration, { kind: 'known' }>['value']) => ({
  extensions: { read: { kind: 'known', value } satisfies Declaration },
  resolve: ((viewer: Viewer, args: Record<string, unknown>) => value(viewer, args)) as never,
});
const single = (model: string, find: (viewer: Viewer) => object | null) => ({
  extensions: { read: { kind: 'single', model, find } satisfies Declaration },
});

const self = (viewer: Viewer) => {
  requireViewer(viewer);
  return viewer.userId === null ? null : { id: viewer.userId };
};
const employer = (viewer: Viewer) => ({ id: organizationOf(viewer) });

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who asks: the credential of the request, and what it may do.',
  fields: (t) => ({
    kind: t.field({
      type: ViewerKind,
      nullable: false,
      description: 'How the request was authenticated.',
      ...known((viewer) => viewer.kind),
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: 'The person who asks, or whom the token acts as.',
      ...single('User', self),
      resolve: (viewer, _, { db }) => findSelf(viewer, db),
    }),
    organization: t.field({
      type: Organization,
      nullable: false,
      description: 'The organization of the viewer.',
      ...single('Organization', employer),
      resolve: (async (viewer: Viewer, _: object, context: Context, info: GraphQLResolveInfo) =>
        delegateOf(context, 'Organization').findFirst({
          ...queryFromInfo({ context, info }),
          where: employer(viewer),
        })) as never,
    }),
    permissions: t.field({
      type: [ViewerPermission],
      nullable: false,
      description: 'What the viewer may do, in alphabetical order.',
      ...known((viewer) =>
        Object.entries(viewer.permissions)
          .filter(([, grade]) => grade > 0)
          .map(([name, grade]) => ({ name, grade }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      ),
    }),
    can: t.boolean({
      nullable: false,
      description: 'Whether the viewer has a permission, on any object at all.',
      args: { permission: t.arg.string({ required: true, description: 'domain.verb, such as `orders.update`.' }) },
      ...known(
        (viewer, { permission }) =>
          Object.hasOwn(permissions, String(permission)) && (viewer.permissions[String(permission)] ?? 0) > 0,
      ),
    }),
  }),
});

async function findSelf(viewer: Viewer, db: Context['db']) {
  const where = self(viewer);
  return where && (await db.user.findUnique({ where }));
}

builder.queryFields((t) => ({
  viewer: t.field({
    type: ViewerType,
    nullable: false,
    description: 'Who asks.',
    extensions: { read: { kind: 'group', require: requireViewer } satisfies Declaration },
    resolve: (_, __, { viewer }) => {
      requireViewer(viewer);
      return viewer;
    },
  }),
  me: t.field({
    type: User,
    nullable: true,
    description: 'The person who asks, or whom the token acts as.',
    ...single('User', self),
    resolve: (_, __, { viewer, db }) => findSelf(viewer, db),
  }),
}));
