import type { AccountRight, Grade } from '../kernel/viewer.ts';

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
  /** Whether clients have it too, for what is their own; and the right with which also for the account whose team they are of. */
  client: false | 'own' | AccountRight;
};

const staff = (area: Area, least: Rule['least'] = 1): Rule => ({ area, least, client: false });
const staffAndClients = (area: Area, client: Exclude<Rule['client'], false> = 'own'): Rule => {
  return { area, least: 1, client };
};

/**
 * Who may do what. A staff role's grade in the area decides, first, whether the verb is allowed at all and, second,
 * on which rows: 1 own, 2 the group's, 3 all. Clients have what is marked so, on their own rows, and on those of the client
 * to whose team they belong as far as they have the right that is named.
 *
 * A permission is also what a token's scope is made of: `orders.read` is in `orders:read`, all other verbs of `orders` in
 * `orders:write`.
 */
export const permissions = {
  'organization.read': staffAndClients('dashboardAccess'),
  'organization.update': staff('settingsCompany'),
  // The owner alone: the commands say so.
  'organization.archive': staff('settingsCompany'),
  'organization.transferOwnership': staff('settingsCompany'),
  // Everybody for themselves.
  'organization.create': staffAndClients('dashboardAccess'),
  'organization.restore': staffAndClients('dashboardAccess'),
  'organization.leave': staffAndClients('dashboardAccess'),
  'roles.read': staff('dashboardAccess'),
  'roles.create': staff('settingsTeam'),
  'roles.update': staff('settingsTeam'),
  'roles.delete': staff('settingsTeam'),
  'roles.assign': staff('settingsTeam'),
  'roles.unassign': staff('settingsTeam'),
  'apiTokens.read': staff('settingsIntegrations'),
  'apiTokens.create': staff('settingsIntegrations'),
  'apiTokens.rotate': staff('settingsIntegrations'),
  'apiTokens.revoke': staff('settingsIntegrations'),
  'invitations.create': staff('settingsTeam'),
  // To the team, or to clients: what the viewer may send decides about each.
  'invitations.read': { ...staff('settingsTeam'), or: 'clients' },
  'invitations.resend': { ...staff('settingsTeam'), or: 'clients' },
  'invitations.revoke': { ...staff('settingsTeam'), or: 'clients' },
  // Only the owner writes them.
  'issuers.read': staff('settingsTeam'),
  'issuers.create': staff('settingsTeam'),
  'issuers.update': staff('settingsTeam'),
  'issuers.delete': staff('settingsTeam'),
  // Everybody their own.
  'account.update': staffAndClients('dashboardAccess'),
  'sessions.read': staffAndClients('dashboardAccess'),
  'sessions.switch': staffAndClients('dashboardAccess'),
  'sessions.refresh': staffAndClients('dashboardAccess'),
  'sessions.revoke': staffAndClients('dashboardAccess'),

  'clients.read': staffAndClients('clients'),
  'clients.create': staff('clients'),
  'clients.update': staff('clients'),
  'clients.delete': staff('clients', 3),
  'clientTeamMembers.add': staff('clients'),
  // Clients those of their own team, and themselves.
  'clientTeamMembers.update': staffAndClients('clients'),
  'clientTeamMembers.remove': staffAndClients('clients'),
  'team.read': staffAndClients('dashboardAccess', 'orders'),
  'team.update': staff('settingsTeam'),
  'teamGroups.read': staff('dashboardAccess'),
  'teamGroups.create': staff('settingsTeam'),
  'teamGroups.update': staff('settingsTeam'),
  'teamGroups.delete': staff('settingsTeam'),
  'tags.read': staff('dashboardAccess'),
  'tags.create': staff('settingsTags'),
  'tags.update': staff('settingsTags'),
  'tags.delete': staff('settingsTags'),

  'services.read': staffAndClients('services', 'orders'),
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
  'orders.read': staffAndClients('orderAccess', 'orders'),
  'orders.create': staffAndClients('orderManagement', 'orders'),
  'orders.update': staff('orderManagement'),
  'orders.delete': staff('orderManagement'),
  'orders.restore': staff('orderManagement'),
  'orderTasks.create': staff('orderManagement'),
  'orderTasks.update': staff('orderManagement'),
  'orderTasks.delete': staff('orderManagement'),
  'orderTasks.complete': staffAndClients('orderAccess', 'orders'),
  'orderTasks.reopen': staff('orderAccess'),
  'orderMessages.create': staffAndClients('messaging', 'orders'),
  'orderMessages.delete': staff('messaging'),

  'ticketStatuses.read': staffAndClients('dashboardAccess'),
  'ticketStatuses.create': staff('settingsTickets'),
  'ticketStatuses.update': staff('settingsTickets'),
  'ticketStatuses.delete': staff('settingsTickets'),
  'tickets.read': staffAndClients('ticketAccess', 'tickets'),
  'tickets.create': staffAndClients('ticketManagement', 'tickets'),
  'tickets.update': staff('ticketManagement'),
  'tickets.delete': staff('ticketManagement'),
  'tickets.restore': staff('ticketManagement'),
  'tickets.merge': staff('ticketManagement'),
  'ticketMessages.create': staffAndClients('messaging', 'tickets'),
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
  'clients.invite': staff('clients'),

  'coupons.read': staff('coupons'),
  'coupons.create': staff('coupons', 3),
  'coupons.update': staff('coupons', 3),
  'coupons.delete': staff('coupons', 3),
  'coupons.restore': staff('coupons', 3),
  'coupons.preview': staff('invoiceManagement'),
  'subscriptions.read': staffAndClients('invoiceAccess', 'invoices'),
  'subscriptions.update': staff('invoiceManagement'),
  'subscriptions.cancel': staff('invoiceManagement'),
  'subscriptions.pause': staff('invoiceManagement'),
  'subscriptions.resume': staff('invoiceManagement'),
  'subscriptions.charge': staff('invoiceManagement'),
  'payments.read': staffAndClients('invoiceAccess', 'invoices'),
  'paymentMethods.read': staffAndClients('invoiceAccess', 'invoices'),
  'paymentMethods.attach': staffAndClients('invoiceManagement', 'invoices'),
  'paymentMethods.update': staffAndClients('invoiceManagement', 'invoices'),
  'paymentMethods.detach': staffAndClients('invoiceManagement', 'invoices'),
  'credits.read': staffAndClients('invoiceAccess', 'invoices'),
  'credits.grant': staff('invoiceManagement'),
  'credits.adjust': staff('invoiceManagement'),
  'stripeAccount.read': staff('settingsPayments'),
  'stripeAccount.update': staff('settingsPayments'),
  'stripeAccount.delete': staff('settingsPayments'),
  'invoices.read': staffAndClients('invoiceAccess', 'invoices'),
  'invoices.create': staff('invoiceManagement'),
  'invoices.update': staff('invoiceManagement'),
  'invoices.delete': staff('invoiceManagement'),
  'invoices.restore': staff('invoiceManagement'),
  'invoices.void': staff('invoiceManagement'),
  'invoices.markPaid': staff('invoiceManagement'),
  'invoices.charge': staffAndClients('invoiceManagement', 'invoices'),
  'invoices.applyCredit': staffAndClients('invoiceManagement', 'invoices'),
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

/** The right that a permission takes on the account whose team a client belongs to; null when there is none. */
export function accountRight(permission: string): AccountRight | null {
  const client = (permissions[permission as Permission] as Rule | undefined)?.client ?? false;
  return client === false || client === 'own' ? null : client;
}

// ------------------------------------------------------------------ several roles at once

const areas = [...gradeAreas, ...settingAreas];

function joined(roles: readonly [RoleGrades, ...RoleGrades[]], choose: (...values: number[]) => number): RoleGrades {
  const [first] = roles;
  const entries = areas.map((area) => {
    const value = choose(...roles.map((role) => Number(role[area])));
    return [area, typeof first[area] === 'boolean' ? value === 1 : value];
  });
  return { kind: first.kind, ...Object.fromEntries(entries) } as RoleGrades;
}

/** In each area the most that one of the roles gives: what a person may do who has them all. */
export function highest(...roles: readonly [RoleGrades, ...RoleGrades[]]): RoleGrades {
  return joined(roles, Math.max);
}

/** In each area what all of the roles give: what somebody may do who is bound by each. */
export function lowest(...roles: readonly [RoleGrades, ...RoleGrades[]]): RoleGrades {
  return joined(roles, Math.min);
}

// ------------------------------------------------------------------ scopes of tokens

/** The scope of a token that narrows nothing. */
export const everyScope = '*';

const readingVerbs = new Set(['read', 'preview']);

/** The scope that a permission is in. */
export function scopeOf(permission: string): string {
  const [domain, verb] = permission.split('.') as [string, string];
  return `${domain}:${readingVerbs.has(verb) ? 'read' : 'write'}`;
}

/** All that there are, in alphabetical order. */
export const scopes: readonly string[] = [everyScope, ...[...new Set(Object.keys(permissions).map(scopeOf))].sort()];

/** Whether the scopes have one in them: who may write may read, too. */
export function covers(given: readonly string[], scope: string): boolean {
  return given.includes(everyScope) || given.includes(scope) || given.includes(scope.replace(/:read$/, ':write'));
}

/** What is left of the permissions within the scopes. */
export function narrowed(granted: Readonly<Record<string, Grade>>, given: readonly string[]): Record<string, Grade> {
  return Object.fromEntries(
    Object.entries(granted).map(([permission, grade]) => [permission, covers(given, scopeOf(permission)) ? grade : 0]),
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
