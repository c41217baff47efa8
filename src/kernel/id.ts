import { randomInt } from 'node:crypto';

/** Every type that a public id can name, with the prefix that its ids carry. */
export const idPrefixes = {
  Organization: 'organization',
  Role: 'role',
  RoleAssignment: 'assignment',
  ApiToken: 'token',
  TeamMember: 'member',
  TeamGroup: 'group',
  Client: 'client',
  ClientTeamMember: 'clientmember',
  Address: 'address',
  Tag: 'tag',
  ServiceFolder: 'folder',
  Service: 'service',
  OrderStatus: 'status',
  Order: 'order',
  OrderTask: 'task',
  OrderMessage: 'message',
  FilledFormField: 'field',
  Ticket: 'ticket',
  TicketStatus: 'ticketstatus',
  TicketMessage: 'ticketmessage',
  ClientActivity: 'activity',
  MagicLink: 'magiclink',
  Session: 'session',
  Issuer: 'issuer',
  UserIdentity: 'identity',
  Invitation: 'invitation',
  Account: 'account',
  Coupon: 'coupon',
  Invoice: 'invoice',
  InvoiceItem: 'item',
  Subscription: 'subscription',
  Payment: 'payment',
  PaymentMethod: 'method',
  CreditEntry: 'credit',
  StripeAccount: 'stripe',
  Log: 'log',
} as const;

export type IdType = keyof typeof idPrefixes;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

export function encodeId(type: IdType, uuid: string): string {
  return `${idPrefixes[type]}_${uuid}`;
}

/** The UUID in a public id of this type, or in a bare UUID; null when the text names nothing of the type. */
export function decodeId(type: IdType, text: string): string | null {
  const prefix = `${idPrefixes[type]}_`;
  const uuid = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  return isUuid(uuid) ? uuid.toLowerCase() : null;
}

/** The type and UUID of any prefixed id; null when it has no known prefix or no UUID behind it. */
export function decodeAnyId(text: string): { type: IdType; uuid: string } | null {
  const separator = text.indexOf('_');
  const prefix = text.slice(0, separator);
  const type = (Object.keys(idPrefixes) as IdType[]).find((candidate) => idPrefixes[candidate] === prefix);
  const uuid = text.slice(separator + 1);
  return type && isUuid(uuid) ? { type, uuid: uuid.toLowerCase() } : null;
}

const codeAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Random upper-case alphanumerics, as SPP numbers orders and tickets: 8 characters of them. */
export function randomCode(length: number): string {
  return Array.from({ length }, () => codeAlphabet[randomInt(codeAlphabet.length)]).join('');
}
