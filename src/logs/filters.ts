import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { enumType } from '../graphql/enums.ts';
import type { LogEntity } from './rules.ts';

export const LogEntityRef = enumType<LogEntity>('LogEntity', 'What a log entry is about.', {
  ORGANIZATION: 'The organization.',
  ROLE: 'A role.',
  ROLE_ASSIGNMENT: 'A role that a team member has beside its own.',
  TEAM_MEMBER: 'A team member.',
  TEAM_GROUP: 'A group of team members.',
  CLIENT: 'A client.',
  CLIENT_TEAM_MEMBER: 'A client’s belonging to the team of another one.',
  ADDRESS: 'An address.',
  API_TOKEN: 'An API token.',
  TAG: 'A tag.',
  SERVICE_FOLDER: 'A folder of services.',
  SERVICE: 'A service.',
  ORDER_STATUS: 'An order status.',
  ORDER: 'An order, its assignees and tags.',
  ORDER_TASK: 'A task of an order, and its assignees.',
  ORDER_MESSAGE: 'A message of an order.',
  FILLED_FORM_FIELD: 'An answer of a form.',
  TICKET: 'A ticket, its assignees and tags.',
  TICKET_STATUS: 'A ticket status.',
  TICKET_MESSAGE: 'A message of a ticket.',
  CLIENT_ACTIVITY: 'A note about a client.',
  MAGIC_LINK: 'A link that lets a client in.',
  SESSION: 'A session of somebody signed in.',
  ISSUER: 'An issuer that vouches for the organization’s people.',
  USER_IDENTITY: 'Who a person is to an issuer.',
  INVITATION: 'An invitation.',
  COUPON: 'A coupon.',
  INVOICE: 'An invoice.',
  INVOICE_ITEM: 'A line of an invoice.',
  SUBSCRIPTION: 'A subscription.',
  PAYMENT: 'A payment.',
  PAYMENT_METHOD: 'A payment method of a client.',
  CREDIT_ENTRY: 'A change of a client’s balance.',
  STRIPE_ACCOUNT: 'The organization’s account at Stripe.',
});

export const LogEvent = enumType('LogEvent', 'What happened.', {
  CREATED: 'It was made.',
  UPDATED: 'It was changed.',
  DELETED: 'It was deleted, softly or for good.',
  RESTORED: 'It was brought back.',
});

const compare = comparatorsOf('Log');

export const logFilter = filterInput<'Log'>('LogFilter', 'Which log entries.', {
  entity: compare.code('entity', LogEntityRef, 'By what it is about. SPP: `loggable_type`.'),
  entityId: compare.anyId('entityId', 'By the object that it is about. SPP: `loggable_id`.'),
  actorId: compare.anyId('actorId', 'By who did it: a client or team member. SPP: `user_id`.'),
  ownerId: compare.anyId('ownerId', 'By the client whose object it is. SPP: `owner_id`.'),
  event: compare.code('event', LogEvent, 'By what happened.'),
  createdAt: compare.instant('createdAt', 'By time. SPP: `time`.'),
});
