import type { Row } from '../../graphql/compiler/rows.ts';
import { parameter, sql } from '../../graphql/compiler/sql.ts';
import { connectionType } from '../../graphql/connections.ts';
import { enumType } from '../../graphql/enums.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import { visibleTicketStatuses } from '../policy.ts';
import { isOpen, openKinds, type StatusKind } from '../rules.ts';
import * as statuses from './commands.ts';

export const TicketStatusKind = enumType<StatusKind>(
  'TicketStatusKind',
  'What a status means, whatever it is called.',
  {
    OPEN: 'The team is to answer. SPP: 1, Open.',
    PENDING: 'The client is to answer. Clients see it as open. SPP: 2, Pending.',
    CLOSED: 'Done with. SPP: 3, Closed.',
    SNOOZED: 'Put aside until a time, when it opens by itself. Clients see it as open. SPP’s product: Snoozed.',
    SPAM: 'Not worth an answer: replies don’t move it. Clients see it as open. SPP’s product: Spam.',
  },
);

const isOpenInSql = (status: Row) => sql`${status.column('kind')} = any(${parameter(openKinds, 'text[]')})`;

export const TicketStatus = objectType('TicketStatus', 'TicketStatus', {
  description: 'A status that tickets can be in. Each organization names its own; the kind says what it means.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('TicketStatus'),
    name: field.column('name', 'What the organization calls it.'),
    kind: field.code('kind', TicketStatusKind, 'What it means.'),
    code: field.column(
      'code',
      'Its number: 1 to 5 for the five that every organization has, from 6 for its own. SPP: `status_id`.',
    ),
    isOpen: field.computed(
      ['kind'],
      'Boolean',
      'Whether somebody is still to do something about a ticket in it.',
      ({ kind }) => isOpen(kind as StatusKind),
      { expression: isOpenInSql },
    ),
    isFinal: field.computed(
      ['kind'],
      'Boolean',
      'Whether a ticket in it is done with.',
      ({ kind }) => !isOpen(kind as StatusKind),
      { expression: (status) => sql`not (${isOpenInSql(status)})` },
    ),
    position: field.column('position', 'Its place in lists: lower first.'),
    version: field.column('version', 'How often it was edited.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('TicketStatus', 'TicketStatus', visibleTicketStatuses);

listField('ticketStatuses', {
  description: 'The statuses that tickets can be in, by position. Clients are told only of open and closed ones.',
  model: 'TicketStatus',
  type: connectionType(TicketStatus, 'ticket statuses'),
  permission: 'ticketStatuses.read',
  visible: visibleTicketStatuses,
  order: [{ key: { column: 'position', type: 'integer' }, direction: 'asc' }],
});

const returns = {
  ticketStatus: { type: TicketStatus, model: 'TicketStatus', description: 'The status as it is now.' },
} as const;

mutation('ticketStatusCreate', {
  description: 'Adds a ticket status of the organization’s own.',
  command: statuses.create,
  input: (t) => ({
    name: t.string({
      required: true,
      description: 'What it is called: 1 to 255 characters, unique in the organization.',
    }),
    kind: t.field({ type: TicketStatusKind, required: true, description: 'What it means. Never changes.' }),
    position: t.int({ description: 'Its place in lists. Without it: the last.' }),
  }),
  errors: ['InvalidInputError'],
  returns,
});

mutation('ticketStatusUpdate', {
  description: 'Renames or moves a ticket status.',
  command: statuses.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The status.' }),
    name: t.string({ description: 'What it is called.' }),
    position: t.int({ description: 'Its place in lists.' }),
    expectedVersion: t.int({ description: 'Refuse when the status has another version by now.' }),
  }),
  ids: { id: 'TicketStatus' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('ticketStatusDelete', {
  description: 'Removes a ticket status of the organization’s own that no ticket is in.',
  command: statuses.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The status.' }) }),
  ids: { id: 'TicketStatus' },
  errors: ['NotFoundError', 'InvalidStateError', 'ConflictError'],
  removes: 'TicketStatus',
});
