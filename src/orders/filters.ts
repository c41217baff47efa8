import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { sortInput } from '../graphql/pagination.ts';
import { OrderStatusKind } from './statuses/schema.ts';

const compare = comparatorsOf('Order');

export const orderFilter = filterInput<'Order'>('OrderFilter', 'Which orders.', {
  id: compare.id('id', 'Order', 'By id.'),
  number: compare.text('number', 'By number.'),
  status: compare.code('statusKind', OrderStatusKind, 'By what the status means. SPP: `status`.'),
  statusCode: compare.smallInteger('statusCode', 'By the status’s own number. SPP: `status_id`.'),
  clientId: compare.id('clientId', 'Client', 'By client. SPP: `user_id`.'),
  serviceId: compare.id('serviceId', 'Service', 'By service. SPP: `service_id`.'),
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
  price: compare.decimal('price', 'By price, whatever the currency.'),
  currency: compare.text('currency', 'By currency.'),
  quantity: compare.integer('quantity', 'By quantity.'),
  createdAt: compare.instant('createdAt', 'By creation.'),
  updatedAt: compare.instant('updatedAt', 'By last change.'),
  startedAt: compare.instant('startedAt', 'By start. SPP: `date_started`.'),
  completedAt: compare.instant('completedAt', 'By completion. SPP: `date_completed`.'),
  dueAt: compare.instant('dueAt', 'By due time. SPP: `date_due`.'),
  lastMessageAt: compare.instant('lastMessageAt', 'By newest message.'),
  isDeleted: compare.deleted('True: the deleted orders, for those who may restore them, instead of the live ones.'),
});

export const orderSort = sortInput<'Order'>('OrderSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
  UPDATED_AT: { column: 'updatedAt', type: 'instant', description: 'The last change.' },
  DATE_DUE: { column: 'dueAt', type: 'instant', nullable: true, description: 'The due time. SPP: `date_due`.' },
  NUMBER: { column: 'number', type: 'text', description: 'The number.' },
  STATUS: { column: 'statusCode', type: 'smallint', description: 'The status’s code.' },
  PRICE: { column: 'price', type: 'decimal', description: 'The price, whatever the currency.' },
  QUANTITY: { column: 'quantity', type: 'integer', description: 'The quantity.' },
  CLIENT: {
    column: 'clientId',
    type: 'uuid',
    description: 'The client’s id, so that a client’s orders stand together. SPP: `user_id`.',
  },
  SERVICE: { column: 'serviceId', type: 'uuid', nullable: true, description: 'The service’s id. SPP: `service_id`.' },
});

export const taskSort = sortInput<'OrderTask'>('OrderTaskSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
  POSITION: { column: 'position', type: 'integer', description: 'The place in the order’s chain. SPP: `sort_order`.' },
});
