import type { Row } from '../../graphql/compiler/rows.ts';
import { parameter, sql } from '../../graphql/compiler/sql.ts';
import { connectionType } from '../../graphql/connections.ts';
import { enumType } from '../../graphql/enums.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import { visibleOrderStatuses } from '../policy.ts';
import { isOpen, openKinds, type StatusKind } from '../rules.ts';
import * as statuses from './commands.ts';

export const OrderStatusKind = enumType<StatusKind>('OrderStatusKind', 'What a status means, whatever it is called.', {
  UNPAID: 'Waiting for payment; work has not begun. SPP: 0, Unpaid.',
  IN_PROGRESS: 'Being worked on. Entering it starts the order. SPP: 1, In Progress.',
  COMPLETED: 'Delivered. Entering it completes the order. SPP: 2, Completed.',
  CANCELLED: 'Called off; visible but dead. SPP: 3, Cancelled.',
  ON_HOLD: 'Interrupted. SPP: 4, On Hold.',
});

const isOpenInSql = (status: Row) => sql`${status.column('kind')} = any(${parameter(openKinds, 'text[]')})`;

export const OrderStatus = objectType('OrderStatus', 'OrderStatus', {
  description: 'A status that orders can be in. Each organization names its own; the kind says what it means.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('OrderStatus'),
    name: field.column('name', 'What the organization calls it.'),
    kind: field.code('kind', OrderStatusKind, 'What it means.'),
    code: field.column(
      'code',
      'Its number: 0 to 4 for the five that every organization has, from 5 for its own. SPP: `status_id`.',
    ),
    isOpen: field.computed(
      ['kind'],
      'Boolean',
      'Whether an order in it is still to be worked on.',
      ({ kind }) => isOpen(kind as StatusKind),
      { expression: isOpenInSql },
    ),
    isFinal: field.computed(
      ['kind'],
      'Boolean',
      'Whether an order in it is done with.',
      ({ kind }) => !isOpen(kind as StatusKind),
      { expression: (status) => sql`not (${isOpenInSql(status)})` },
    ),
    position: field.column('position', 'Its place in lists: lower first.'),
    version: field.column('version', 'How often it was edited.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('OrderStatus', 'OrderStatus', visibleOrderStatuses);

listField('orderStatuses', {
  description: 'The statuses that orders can be in, by position.',
  model: 'OrderStatus',
  type: connectionType(OrderStatus, 'order statuses'),
  permission: 'orderStatuses.read',
  visible: visibleOrderStatuses,
  order: [{ key: { column: 'position', type: 'integer' }, direction: 'asc' }],
});

const returns = {
  orderStatus: { type: OrderStatus, model: 'OrderStatus', description: 'The status as it is now.' },
} as const;

mutation('orderStatusCreate', {
  description: 'Adds an order status of the organization’s own.',
  command: statuses.create,
  input: (t) => ({
    name: t.string({
      required: true,
      description: 'What it is called: 1 to 255 characters, unique in the organization.',
    }),
    kind: t.field({ type: OrderStatusKind, required: true, description: 'What it means. Never changes.' }),
    position: t.int({ description: 'Its place in lists. Without it: the last.' }),
  }),
  errors: ['InvalidInputError'],
  returns,
});

mutation('orderStatusUpdate', {
  description: 'Renames or moves an order status.',
  command: statuses.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The status.' }),
    name: t.string({ description: 'What it is called.' }),
    position: t.int({ description: 'Its place in lists.' }),
    expectedVersion: t.int({ description: 'Refuse when the status has another version by now.' }),
  }),
  ids: { id: 'OrderStatus' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('orderStatusDelete', {
  description: 'Removes an order status of the organization’s own that no order is in.',
  command: statuses.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The status.' }) }),
  ids: { id: 'OrderStatus' },
  errors: ['NotFoundError', 'InvalidStateError', 'ConflictError'],
  removes: 'OrderStatus',
});
