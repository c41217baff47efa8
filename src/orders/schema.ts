import { Client } from '../clients/schema.ts';
import { FilledFormField, filesAnswers, filledFormFields, formDataField } from '../forms/schema.ts';
import { asksForDeleted } from '../graphql/comparators.ts';
import { type ConnectionOptions, connectionType } from '../graphql/connections.ts';
import { extendType, objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { newestFirst } from '../graphql/pagination.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { decodeId } from '../kernel/id.ts';
import { Service } from '../services/schema.ts';
import { Tag } from '../tags/schema.ts';
import { TeamMember } from '../team/schema.ts';
import * as orders from './commands.ts';
import { orderFilter, orderSort, taskSort } from './filters.ts';
import { employeesOfOrder, tagsOfOrder } from './loaders.ts';
import { lockOrder, touchOrder } from './locks.ts';
import { orderMessages } from './messages/schema.ts';
import { deletedOrders, visibleMessages, visibleOrders, visibleTasks } from './policy.ts';
import { OrderStatus, OrderStatusKind } from './statuses/schema.ts';
import { orderTasks } from './tasks/schema.ts';

export const Order = objectType('Order', 'Order', {
  description:
    'A piece of work for one client: the engine. Its tasks, messages, form fields and people hang beneath it.',
  interfaces: [Node],
  fields: (field, t) => ({
    id: field.id('Order'),
    number: field.column(
      'number',
      'Its number for people: 8 upper-case letters and digits unless another was given. Unique in the organization.',
    ),
    client: field.relation('client', 'For whom it is. SPP: `client`, `user_id`.', { type: Client }),
    service: field.relation(
      'service',
      'The service as it is today. Null when the order has none, or when it is deleted. SPP: `order_service`.',
      {
        type: Service,
        nullable: true,
        liveOnly: true,
      },
    ),
    serviceName: field.column('serviceName', 'What was ordered, as it was called then. SPP: `service`.'),
    status: field.relation('status', 'The status that it is in. SPP: `status`, `status_id`.', { type: OrderStatus }),
    price: field.money('price', 'currency', 'What it was sold for, as it was priced then.'),
    quantity: field.column('quantity', 'How many.'),
    note: field.column('note', 'A note of the team’s.', { staffOnly: true }),
    options: field.column('options', 'The chosen options, name → value.'),
    metadata: field.column('metadata', 'Whatever programs keep with it, title → value.'),
    formData: t.field(formDataField('order')),
    paymentProcessor: field.column('paymentProcessor', 'How it was paid. Null before. SPP: `paysys`.'),
    startedAt: field.column('startedAt', 'When work began. Null before. SPP: `date_started`.'),
    completedAt: field.column('completedAt', 'When it was completed. Null before. SPP: `date_completed`.'),
    dueAt: field.column('dueAt', 'When it is due. Null without a due time. SPP: `date_due`.'),
    lastMessageAt: field.column(
      'lastMessageAt',
      'When the newest message was written, also if it was deleted since. Null before the first.',
    ),
    employees: field.linked(employeesOfOrder, TeamMember, 'The team members whom it is assigned to, by name.'),
    tags: field.linked(tagsOfOrder, Tag, 'The tags that it is filed under, by name. Always empty for clients.', {
      staffOnly: true,
    }),
    tasks: field.connection<'OrderTask'>(
      'tasks',
      'Its tasks, newest first. Clients see those that are public or theirs. SPP: list order tasks (9.1).',
      {
        type: orderTasks,
        where: visibleTasks,
        order: newestFirst,
        sort: taskSort,
      },
    ),
    messages: field.connection<'OrderMessage'>(
      'messages',
      'Its conversation, newest first. Clients don’t see what is for the staff only. SPP: list order messages (8.1).',
      {
        type: orderMessages,
        where: visibleMessages,
        order: newestFirst,
      },
    ),
    formFields: field.connection<'FilledFormField'>(
      'formFields',
      'The answers of forms filed under it, newest first. SPP: list filled form fields (3.1).',
      {
        type: filledFormFields,
        where: () => undefined,
        order: newestFirst,
      },
    ),
    version: field.column(
      'version',
      'How often it was edited, its people and tags included; messages and tasks don’t count. Give it as `expectedVersion`.',
    ),
    createdAt: field.column('createdAt', 'When it was placed.'),
    updatedAt: field.column('updatedAt', 'When it, or anything beneath it, last changed.'),
    deletedAt: field.column('deletedAt', 'When it was deleted. Null while it is live.', { staffOnly: true }),
  }),
});

nodeType('Order', 'Order', visibleOrders);

filesAnswers('order', {
  visible: visibleOrders,
  // Whoever may change the order may change what was answered for it.
  lock: (tx, viewer, idOrNumber, path) => lockOrder(tx, viewer, idOrNumber, 'orders.update', path),
  touch: touchOrder,
});

extendType(FilledFormField, 'FilledFormField', (field) => ({
  order: field.relation('order', 'The order that it is filed under. Null when that is a ticket. SPP: `order_id`.', {
    type: Order,
  }),
}));

export const ordersConnection = connectionType(Order, 'orders');

/** The orders beneath an object, as far as the viewer may see them: for whatever has some. */
export const ordersBeneath: ConnectionOptions<'Order'> = {
  type: ordersConnection,
  where: visibleOrders,
  order: newestFirst,
  sort: orderSort,
};

listField('orders', {
  description: 'The orders that the viewer may see, newest first. SPP: list orders (7.1).',
  model: 'Order',
  type: ordersConnection,
  permission: 'orders.read',
  visible: (viewer, filter) => (asksForDeleted(filter) ? deletedOrders(viewer) : visibleOrders(viewer)),
  filter: orderFilter,
  sort: orderSort,
  search:
    'Only orders whose number, or whose client’s name, e-mail address or company has words that begin with each of these words.',
});

singleField('order', {
  description: 'One order, by id or number. SPP: retrieve order (7.3).',
  model: 'Order',
  type: Order,
  permission: 'orders.read',
  idDescription: 'The order’s id; its number is accepted, too.',
  numberDescription: 'The order’s number. Give this or `id`.',
  find: (viewer, { id, number }) => {
    // No number has a NUL, and PostgreSQL takes none to compare with.
    if (id?.includes('\0') || number?.includes('\0')) return null;
    const uuid = id == null ? null : decodeId('Order', id);
    const named = id == null ? {} : uuid === null ? { number: id } : { id: uuid };
    return { AND: [visibleOrders(viewer), named, number == null ? {} : { number }] };
  },
});

extendType(Client, 'User', (field) => ({
  orders: field.connection<'Order'>(
    'orders',
    'The orders that the client placed, as far as the viewer may see them, newest first.',
    ordersBeneath,
  ),
}));

extendType(Service, 'Service', (field) => ({
  orders: field.connection<'Order'>(
    'orders',
    'The orders of the service, as far as the viewer may see them, newest first.',
    ordersBeneath,
  ),
}));

// ------------------------------------------------------------------ mutations

const returns = { order: { type: Order, model: 'Order', description: 'The order as it is now.' } } as const;

mutation('orderCreate', {
  description:
    'Places an order. Name, price and currency are copied from the service and stay. Clients may order public services that take requests, for themselves. SPP: create order (7.2).',
  command: orders.create,
  input: (t) => ({
    clientId: t.id({ description: 'For whom: required, but for clients, who order for themselves. SPP: `user_id`.' }),
    serviceId: t.id({ description: 'What is ordered. Without it `serviceName` is required.' }),
    serviceName: t.string({
      description: 'A title, instead of the service’s name: up to 255 characters. SPP: `service`.',
    }),
    number: t.string({
      description: 'Its number: up to 50 characters, unique. Without it 8 letters and digits are drawn.',
    }),
    quantity: t.int({ description: 'How many: 1 or more, 1 without it. Never changes.' }),
    status: t.field({
      type: OrderStatusKind,
      description: 'The status by its meaning: UNPAID without it. Not together with `statusId`.',
    }),
    statusId: t.id({ description: 'The status itself, for statuses of the organization’s own.' }),
    employeeIds: t.idList({
      description: 'Whom it is assigned to: team members. Without it, those of the service; [] for nobody.',
    }),
    tags: t.stringList({ description: 'The tags to file it under, by name. Missing ones are made.' }),
    note: t.string({ description: 'A note of the team’s.' }),
    options: t.field({ type: 'JSONObject', description: 'The chosen options, name → value.' }),
    metadata: t.field({
      type: 'JSON',
      description: 'Data of yours: an object, or a list of { title, value } of which the later duplicate wins.',
    }),
    formData: t.field({ type: 'JSONObject', description: 'Answers of forms, question → answer.' }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was placed, to enter old orders. Now, without it.' }),
    startedAt: t.field({ type: 'DateTime', description: 'When work began. SPP: `date_started`.' }),
    completedAt: t.field({ type: 'DateTime', description: 'When it was completed. SPP: `date_completed`.' }),
    dueAt: t.field({
      type: 'DateTime',
      description: 'When it is due. Without it, what the service’s deadline comes to. SPP: `date_due`.',
    }),
  }),
  ids: { clientId: 'Client', serviceId: 'Service', statusId: 'OrderStatus', employeeIds: 'TeamMember' },
  errors: ['InvalidInputError', 'LimitReachedError'],
  returns,
});

mutation('orderUpdate', {
  description:
    'Changes an order. An absent field stays, null clears it, a list or object replaces it. Client, number, quantity, price and currency never change. SPP: update order (7.4).',
  command: orders.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The order, by id or number.' }),
    serviceId: t.id({ description: 'Another service. What the order was sold as stays.' }),
    status: t.field({ type: OrderStatusKind, description: 'The status by its meaning. Not together with `statusId`.' }),
    statusId: t.id({ description: 'The status itself.' }),
    employeeIds: t.idList({ description: 'Whom it is assigned to. Replaces; [] clears.' }),
    tags: t.stringList({
      description: 'The tags to file it under, by name. Replaces; [] clears; missing ones are made.',
    }),
    note: t.string({ description: 'A note of the team’s.' }),
    options: t.field({ type: 'JSONObject', description: 'The chosen options. Replaces.' }),
    metadata: t.field({ type: 'JSON', description: 'Data of yours. Replaces.' }),
    formData: t.field({
      type: 'JSONObject',
      description: 'Answers stored with the order. Replaces; form fields stay.',
    }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was placed.' }),
    startedAt: t.field({ type: 'DateTime', description: 'When work began.' }),
    completedAt: t.field({ type: 'DateTime', description: 'When it was completed.' }),
    dueAt: t.field({ type: 'DateTime', description: 'When it is due.' }),
    expectedVersion: t.int({ description: 'Refuse when the order has another version by now.' }),
  }),
  ids: { id: 'Order', serviceId: 'Service', statusId: 'OrderStatus', employeeIds: 'TeamMember' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('orderDelete', {
  description:
    'Puts an order out of sight, with all beneath it. `orderRestore` brings it back. SPP: delete order (7.5).',
  command: orders.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The order, by id or number.' }) }),
  ids: { id: 'Order' },
  errors: ['NotFoundError'],
  removes: 'Order',
});

mutation('orderRestore', {
  description: 'Brings a deleted order back as it was. SPP has no such operation.',
  command: orders.restore,
  input: (t) => ({ id: t.id({ required: true, description: 'The deleted order, by id or number.' }) }),
  ids: { id: 'Order' },
  errors: ['NotFoundError'],
  returns,
});
