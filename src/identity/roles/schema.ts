import type { InputFieldBuilder } from '@pothos/core';
import type { Types } from '../../graphql/builder.ts';
import { connectionType } from '../../graphql/connections.ts';
import { enumType } from '../../graphql/enums.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import type { gradeAreas, settingAreas } from '../permissions.ts';
import { visibleRoles } from '../policy.ts';
import * as roles from './commands.ts';

export const UserKind = enumType('UserKind', 'On which side of the counter a person stands. The role decides.', {
  STAFF: 'A member of the team.',
  CLIENT: 'A client.',
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
    isSystem: field.column('isSystem', 'Whether every organization has it: it can be neither changed nor deleted.'),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion`.'),
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

// ------------------------------------------------------------------ mutations

type GradeInputs = Record<(typeof gradeAreas)[number], ReturnType<InputFieldBuilder<Types, 'InputObject'>['int']>>;
type SettingInputs = Record<
  (typeof settingAreas)[number],
  ReturnType<InputFieldBuilder<Types, 'InputObject'>['boolean']>
>;

/** Every area of a role, to be given or left out. */
function areas(t: InputFieldBuilder<Types, 'InputObject'>): GradeInputs & SettingInputs {
  const inputs = [
    ...Object.entries(grades).map(([area, meaning]) => [area, t.int({ description: `Grade 0 to 3. ${meaning}` })]),
    ...Object.entries(settings).map(([area, meaning]) => [
      area,
      t.boolean({ description: `Whether settings may be changed. ${meaning}` }),
    ]),
  ];
  return Object.fromEntries(inputs) as GradeInputs & SettingInputs;
}

const returns = { role: { type: Role, model: 'Role', description: 'The role as it is now.' } } as const;

mutation('roleCreate', {
  description:
    'Makes a role for team members. What is left out is not granted; nobody can grant more than they have themselves.',
  command: roles.create,
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name: 1 to 255 characters, unique whatever the letter case.' }),
    ...areas(t),
  }),
  errors: ['InvalidInputError'],
  returns,
});

mutation('roleUpdate', {
  description:
    'Changes a role, at once for everybody who has it. An absent field stays. Nobody can grant more than they have themselves.',
  command: roles.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The role.' }),
    name: t.string({ description: 'Its name.' }),
    ...areas(t),
    expectedVersion: t.int({ description: 'Refuse when the role has another version by now.' }),
  }),
  ids: { id: 'Role' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError', 'ConflictError'],
  returns,
});

mutation('roleDelete', {
  description: 'Deletes a role that nobody has, no API token either. The standard ones stay.',
  command: roles.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The role.' }) }),
  ids: { id: 'Role' },
  errors: ['NotFoundError', 'InvalidStateError', 'ConflictError'],
  removes: 'Role',
});
