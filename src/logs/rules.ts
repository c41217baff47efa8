import type { IdType } from '../kernel/id.ts';

/**
 * The laws of the log: every change of a tenant's row is written down by the database itself, in the transaction of the
 * change, and never altered. Secrets are left out. What changes nothing is not logged.
 */

/** What the log speaks of, and the type whose ids name it. */
export const entityTypes = {
  ORGANIZATION: 'Organization',
  ROLE: 'Role',
  ROLE_ASSIGNMENT: 'RoleAssignment',
  TEAM_MEMBER: 'TeamMember',
  TEAM_GROUP: 'TeamGroup',
  CLIENT: 'Client',
  CLIENT_TEAM_MEMBER: 'ClientTeamMember',
  ADDRESS: 'Address',
  API_TOKEN: 'ApiToken',
  TAG: 'Tag',
  SERVICE_FOLDER: 'ServiceFolder',
  SERVICE: 'Service',
  ORDER_STATUS: 'OrderStatus',
  ORDER: 'Order',
  ORDER_TASK: 'OrderTask',
  ORDER_MESSAGE: 'OrderMessage',
  FILLED_FORM_FIELD: 'FilledFormField',
  TICKET: 'Ticket',
  TICKET_STATUS: 'TicketStatus',
  TICKET_MESSAGE: 'TicketMessage',
  CLIENT_ACTIVITY: 'ClientActivity',
  MAGIC_LINK: 'MagicLink',
  SESSION: 'Session',
  ISSUER: 'Issuer',
  USER_IDENTITY: 'UserIdentity',
  INVITATION: 'Invitation',
  COUPON: 'Coupon',
  INVOICE: 'Invoice',
  INVOICE_ITEM: 'InvoiceItem',
  SUBSCRIPTION: 'Subscription',
  PAYMENT: 'Payment',
  PAYMENT_METHOD: 'PaymentMethod',
  CREDIT_ENTRY: 'CreditEntry',
  STRIPE_ACCOUNT: 'StripeAccount',
} as const satisfies Record<string, IdType>;

export type LogEntity = keyof typeof entityTypes;

export type LogChange = { field: string; before: unknown; after: unknown };

/** The changed columns of a log row, under the names that the API gives them, in alphabetical order. */
export function changesOf(changes: unknown): LogChange[] {
  return Object.entries(changes as Record<string, { before: unknown; after: unknown }>)
    .map(([column, { before, after }]) => ({ field: camelCase(column), before: before ?? null, after: after ?? null }))
    .sort((a, b) => (a.field < b.field ? -1 : 1));
}

function camelCase(column: string): string {
  return column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
