import type { Grade } from '../kernel/viewer.ts';

/** The parts of a role that give a grade: SPP's names in camelCase. */
export const gradeAreas = [
  'dashboardAccess',
  'orderAccess',
  'orderManagement',
  'ticketAccess',
  'ticketManagement',
  'invoiceAccess',
  'invoiceManagement',
  'clients',
  'services',
  'coupons',
  'forms',
  'messaging',
  'affiliates',
] as const;

/** The parts of a role that are a yes or no. A yes is grade 3. */
export const settingAreas = [
  'settingsCompany',
  'settingsPayments',
  'settingsTeam',
  'settingsModules',
  'settingsIntegrations',
  'settingsOrders',
  'settingsTickets',
  'settingsAccounts',
  'settingsMessages',
  'settingsTags',
  'settingsSidebar',
  'settingsDashboard',
  'settingsTemplates',
  'settingsEmails',
  'settingsLanguage',
  'settingsLogs',
] as const;

export type Area = (typeof gradeAreas)[number] | (typeof settingAreas)[number];
export type RoleGrades = { kind: string } & Record<(typeof gradeAreas)[number], number> &
  Record<(typeof settingAreas)[number], boolean>;

type Rule = {
  /** The part of a staff role that gives the permission its grade. */
  area: Area;
  /** Another part that gives it as well: the higher grade of the two holds. */
  or?: Area;
  /** The least grade that gives the permission at all. */
  least: 1 | 2 | 3;
  /** Whether clients have it too, for what is their own. */
  client: boolean;
};

const staff = (area: Area, least: Rule['least'] = 1): Rule => ({ area, least, client: false });
const staffAndClients = (area: Area): Rule => ({ area, least: 1, client: true });

/**
 * Who may do what. A staff role's grade in the area decides, first, whether the verb is allowed at all and, second,
 * on which rows: 1 own, 2 the group's, 3 all. Clients have what is marked so, on their own rows.
 */
export const permissions = {
  'organization.read': staffAndClients('dashboardAccess'),
  'organization.update': staff('settingsCompany'),
  // The owner alone: the commands say so.
  'organization.archive': staff('settingsCompany'),
  'organization.restore': staffAndClients('dashboardAccess'),
  'roles.read': staff('dashboardAccess'),
  'roles.create': staff('settingsTeam'),
  'roles.update': staff('settingsTeam'),
  'roles.delete': staff('settingsTeam'),
  'apiTokens.read': staff('settingsIntegrations'),
  'apiTokens.create': staff('settingsIntegrations'),
  'apiTokens.revoke': staff('settingsIntegrations'),
  // Only the owner writes them.
  'issuers.read': staff('settingsTeam'),
  'issuers.create': staff('settingsTeam'),
  'issuers.update': staff('settingsTeam'),
  'issuers.delete': staff('settingsTeam'),
  // Everybody their own.
  'sessions.revoke': staffAndClients('dashboardAccess'),

  'clients.read': staffAndClients('clients'),
  'clients.create': staff('clients'),
  'clients.update': staff('clients'),
  'clients.delete': staff('clients', 3),
  'team.read': staffAndClients('dashboardAccess'),
  'tags.read': staff('dashboardAccess'),
  'tags.create': staff('settingsTags'),
  'tags.update': staff('settingsTags'),
  'tags.delete': staff('settingsTags'),

  'services.read': staffAndClients('services'),
  'services.create': staff('services', 3),
  'services.update': staff('services', 3),
  'services.delete': staff('services', 3),
  'services.restore': staff('services', 3),
  'serviceFolders.read': staff('services'),
  'serviceFolders.create': staff('services', 3),
  'serviceFolders.update': staff('services', 3),
  'serviceFolders.delete': staff('services', 3),

  'orderStatuses.read': staffAndClients('dashboardAccess'),
  'orderStatuses.create': staff('settingsOrders'),
  'orderStatuses.update': staff('settingsOrders'),
  'orderStatuses.delete': staff('settingsOrders'),
  'orders.read': staffAndClients('orderAccess'),
  'orders.create': staffAndClients('orderManagement'),
  'orders.update': staff('orderManagement'),
  'orders.delete': staff('orderManagement'),
  'orders.restore': staff('orderManagement'),
  'orderTasks.create': staff('orderManagement'),
  'orderTasks.update': staff('orderManagement'),
  'orderTasks.delete': staff('orderManagement'),
  'orderTasks.complete': staffAndClients('orderAccess'),
  'orderTasks.reopen': staff('orderAccess'),
  'orderMessages.create': staffAndClients('messaging'),
  'orderMessages.delete': staff('messaging'),

  'ticketStatuses.read': staffAndClients('dashboardAccess'),
  'ticketStatuses.create': staff('settingsTickets'),
  'ticketStatuses.update': staff('settingsTickets'),
  'ticketStatuses.delete': staff('settingsTickets'),
  'tickets.read': staffAndClients('ticketAccess'),
  'tickets.create': staffAndClients('ticketManagement'),
  'tickets.update': staff('ticketManagement'),
  'tickets.delete': staff('ticketManagement'),
  'tickets.restore': staff('ticketManagement'),
  'tickets.merge': staff('ticketManagement'),
  'ticketMessages.create': staffAndClients('messaging'),
  'ticketMessages.delete': staff('messaging'),

  // Of an order or of a ticket: what the viewer may do with the one at hand decides about each.
  'formFields.read': { ...staffAndClients('orderAccess'), or: 'ticketAccess' },
  'formFields.create': { ...staff('orderManagement'), or: 'ticketManagement' },
  'formFields.update': { ...staff('orderManagement'), or: 'ticketManagement' },
  'formFields.delete': { ...staff('orderManagement'), or: 'ticketManagement' },

  'clientActivities.read': staff('clients'),
  'clientActivities.create': staff('clients'),
  'clientActivities.update': staff('clients'),
  'clientActivities.delete': staff('clients'),
  'magicLinks.create': staff('clients'),

  'coupons.read': staff('coupons'),
  'coupons.create': staff('coupons', 3),
  'coupons.update': staff('coupons', 3),
  'coupons.delete': staff('coupons', 3),
  'coupons.restore': staff('coupons', 3),
  'coupons.preview': staff('invoiceManagement'),
  'subscriptions.read': staffAndClients('invoiceAccess'),
  'subscriptions.update': staff('invoiceManagement'),
  'subscriptions.cancel': staff('invoiceManagement'),
  'subscriptions.pause': staff('invoiceManagement'),
  'subscriptions.resume': staff('invoiceManagement'),
  'subscriptions.charge': staff('invoiceManagement'),
  'payments.read': staffAndClients('invoiceAccess'),
  'paymentMethods.read': staffAndClients('invoiceAccess'),
  'paymentMethods.attach': staffAndClients('invoiceManagement'),
  'paymentMethods.update': staffAndClients('invoiceManagement'),
  'paymentMethods.detach': staffAndClients('invoiceManagement'),
  'credits.read': staffAndClients('invoiceAccess'),
  'credits.grant': staff('invoiceManagement'),
  'credits.adjust': staff('invoiceManagement'),
  'stripeAccount.read': staff('settingsPayments'),
  'stripeAccount.update': staff('settingsPayments'),
  'stripeAccount.delete': staff('settingsPayments'),
  'invoices.read': staffAndClients('invoiceAccess'),
  'invoices.create': staff('invoiceManagement'),
  'invoices.update': staff('invoiceManagement'),
  'invoices.delete': staff('invoiceManagement'),
  'invoices.restore': staff('invoiceManagement'),
  'invoices.void': staff('invoiceManagement'),
  'invoices.markPaid': staff('invoiceManagement'),
  'invoices.charge': staffAndClients('invoiceManagement'),
  'invoices.applyCredit': staffAndClients('invoiceManagement'),
  'invoices.refund': staff('invoiceManagement'),

  'reports.read': staff('dashboardAccess'),
  'logs.read': staff('settingsLogs'),
} as const satisfies Record<string, Rule>;

export type Permission = keyof typeof permissions;

/** What a role may do, and how far each permission reaches. */
export function permissionsOf(role: RoleGrades): Record<string, Grade> {
  return Object.fromEntries(
    Object.entries<Rule>(permissions).map(([permission, rule]) => [permission, gradeFor(role, rule)]),
  );
}

function gradeFor(role: RoleGrades, { area, or = area, least, client }: Rule): Grade {
  if (role.kind === 'CLIENT') return client ? 1 : 0;
  const grade = Math.max(gradeIn(role, area), gradeIn(role, or)) as Grade;
  return grade >= least ? grade : 0;
}

function gradeIn(role: RoleGrades, area: Area): number {
  const value = role[area];
  return typeof value === 'boolean' ? (value ? 3 : 0) : value;
}
