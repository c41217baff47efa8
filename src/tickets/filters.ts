import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { enumType } from '../graphql/enums.ts';
import { sortInput } from '../graphql/pagination.ts';
import { TicketStatusKind } from './statuses/schema.ts';

export const TicketSource = enumType('TicketSource', 'Where a ticket came from.', {
  API: 'A program, with a token. SPP: `API`.',
  DASHBOARD: 'The team, in the dashboard. SPP: `Dashboard`.',
  PORTAL: 'The client, in the portal. SPP: `Portal`.',
  EMAIL: 'A mail. SPP’s product: Email.',
  CONTACT_FORM: 'A contact form. SPP’s product: Contact form.',
});

const compare = comparatorsOf('Ticket');

export const ticketFilter = filterInput<'Ticket'>('TicketFilter', 'Which tickets.', {
  id: compare.id('id', 'Ticket', 'By id.'),
  number: compare.text('number', 'By number.'),
  subject: compare.text('subject', 'By subject.'),
  status: compare.code('statusKind', TicketStatusKind, 'By what the status means. SPP: `status`.', {
    forClients: 'shownStatusKind',
  }),
  statusCode: compare.smallInteger('statusCode', 'By the status’s own number. SPP: `status_id`.', {
    forClients: 'shownStatusCode',
  }),
  clientId: compare.id('clientId', 'Client', 'By client. SPP: `user_id`.'),
  orderId: compare.id('orderId', 'Order', 'By order. SPP: `order_id`.'),
  employeeId: compare.linked(
    'By assignee: assigned to this team member, or to one of these.',
    'TeamMember',
    (employeeId) => ({
      employees: { some: { employeeId } },
    }),
  ),
  tagId: compare.linked('By tag: filed under this tag, or under one of these.', 'Tag', (tagId) => ({
    tags: { some: { tagId } },
  })),
  source: compare.code('source', TicketSource, 'By source.'),
  createdAt: compare.instant('createdAt', 'By creation.'),
  updatedAt: compare.instant('updatedAt', 'By last change.'),
  closedAt: compare.instant('closedAt', 'By closing. SPP: `date_closed`.'),
  lastMessageAt: compare.instant('lastMessageAt', 'By newest message.'),
  isDeleted: compare.deleted('True: the deleted tickets, for those who may restore them, instead of the live ones.'),
});

export const ticketSort = sortInput<'Ticket'>('TicketSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
  UPDATED_AT: { column: 'updatedAt', type: 'instant', description: 'The last change.' },
  LAST_MESSAGE_AT: { column: 'lastMessageAt', type: 'instant', nullable: true, description: 'The newest message.' },
  NUMBER: { column: 'number', type: 'text', description: 'The number.' },
  SUBJECT: { column: 'subject', type: 'text', description: 'The subject.' },
  STATUS: {
    column: 'statusCode',
    forClients: 'shownStatusCode',
    type: 'smallint',
    description: 'The status’s code.',
  },
  CLIENT: {
    column: 'clientId',
    type: 'uuid',
    description: 'The client’s id, so that a client’s tickets stand together. SPP: `user_id`.',
  },
  ORDER: {
    column: 'orderId',
    type: 'uuid',
    nullable: true,
    description: 'The order’s id, so that an order’s tickets stand together. SPP: `order_id`.',
  },
});
