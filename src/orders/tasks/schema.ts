import { connectionType } from '../../graphql/connections.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { singleField } from '../../graphql/queries.ts';
import { User } from '../../identity/schema.ts';
import { decodeId } from '../../kernel/id.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { TeamMember } from '../../team/schema.ts';
import { employeesOfTask } from '../loaders.ts';
import { visibleOrders, visibleTasks } from '../policy.ts';
import * as tasks from './commands.ts';

export const OrderTask = objectType('OrderTask', 'OrderTask', {
  description: 'A step of an order, for team members or for the client.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('OrderTask'),
    order: field.relation('order', 'The order that it belongs to. SPP answers its number as `order_id`.'),
    name: field.column('name', 'What is to be done.'),
    description: field.column('description', 'More about it.'),
    position: field.column('position', 'Its place in the order’s chain: lower first. SPP: `sort_order`.'),
    isPublic: field.column('isPublic', 'Whether the client sees it.'),
    forClient: field.column('forClient', 'Whether the client is to do it. Such a task has no assignees.'),
    isComplete: field.column('isComplete', 'Whether it is done.'),
    completedBy: field.person(
      'completedById',
      User,
      'Who completed it. Null while it is open, and once the person is deleted.',
    ),
    completedAt: field.column('completedAt', 'When it was completed. Null while it is open.'),
    deadlineHours: field.column(
      'deadlineHours',
      'Hours to do it in, from the task before it or the order’s start. Null when it has a due time, or no limit. SPP: `deadline`.',
    ),
    dueAt: field.column('dueAt', 'When it is due, where that was set. Null when it has a deadline, or no limit.'),
    effectiveDueAt: field.column(
      'effectiveDueAt',
      'When it is due in fact: its due time, or what its deadline comes to. Null without either.',
    ),
    employees: field.linked(employeesOfTask, TeamMember, 'Whom it is assigned to, by name.'),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

const visible = (viewer: Viewer) => ({ AND: [visibleTasks(viewer) ?? {}, { order: visibleOrders(viewer) }] });

nodeType('OrderTask', 'OrderTask', visible);

export const orderTasks = connectionType(OrderTask, 'tasks of orders');

singleField('orderTask', {
  description: 'One task of an order.',
  model: 'OrderTask',
  type: OrderTask,
  permission: 'orders.read',
  idDescription: 'The task.',
  find: (viewer, { id }) => {
    const uuid = decodeId('OrderTask', id ?? '');
    return uuid === null ? null : { AND: [visible(viewer), { id: uuid }] };
  },
});

const returns = { orderTask: { type: OrderTask, model: 'OrderTask', description: 'The task as it is now.' } } as const;

mutation('orderTaskCreate', {
  description: 'Adds a task to an order. SPP: create order task (9.2).',
  command: tasks.create,
  input: (t) => ({
    orderId: t.id({ required: true, description: 'The order, by id or number.' }),
    name: t.string({ required: true, description: 'What is to be done: 1 to 255 characters.' }),
    description: t.string({ description: 'More about it.' }),
    employeeIds: t.idList({ description: 'Whom it is assigned to: team members. Not for a task for the client.' }),
    position: t.int({ description: 'Its place in the chain, 0 without it. SPP: `sort_order`.' }),
    isPublic: t.boolean({ description: 'Whether the client sees it: no, without it.' }),
    forClient: t.boolean({ description: 'Whether the client is to do it: no, without it.' }),
    deadlineHours: t.int({ description: 'Hours to do it in: 0 or more. Not together with `dueAt`. SPP: `deadline`.' }),
    dueAt: t.field({ type: 'DateTime', description: 'When it is due. Not together with `deadlineHours`.' }),
  }),
  ids: { orderId: 'Order', employeeIds: 'TeamMember' },
  errors: ['NotFoundError', 'InvalidInputError'],
  returns,
});

mutation('orderTaskUpdate', {
  description:
    'Changes a task. An absent field stays, null clears it, a list replaces. What the task would be must be allowed: to give a due time to a task with a deadline, send `deadlineHours: null` with it. SPP: update order task (9.3).',
  command: tasks.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The task.' }),
    name: t.string({ description: 'What is to be done: 1 to 255 characters.' }),
    description: t.string({ description: 'More about it.' }),
    employeeIds: t.idList({ description: 'Whom it is assigned to. Replaces; [] clears.' }),
    position: t.int({ description: 'Its place in the chain. SPP: `sort_order`.' }),
    isPublic: t.boolean({ description: 'Whether the client sees it.' }),
    forClient: t.boolean({
      description: 'Whether the client is to do it. To turn an assigned task so, send `employeeIds: []` with it.',
    }),
    deadlineHours: t.int({ description: 'Hours to do it in. SPP: `deadline`.' }),
    dueAt: t.field({ type: 'DateTime', description: 'When it is due.' }),
    expectedVersion: t.int({ description: 'Refuse when the task has another version by now.' }),
  }),
  ids: { id: 'OrderTask', employeeIds: 'TeamMember' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

const subject = { ids: { id: 'OrderTask' }, errors: ['NotFoundError'] } as const;

mutation('orderTaskDelete', {
  description: 'Removes a task for good, completed or not. SPP: delete order task (9.4).',
  command: tasks.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The task.' }) }),
  ...subject,
  removes: 'OrderTask',
});

mutation('orderTaskComplete', {
  description:
    'Marks a task done, by the viewer, now. Clients complete only tasks that are for the client. Completing a completed task changes nothing: the first completer is kept. SPP: mark task complete (1.1).',
  command: tasks.complete,
  input: (t) => ({ id: t.id({ required: true, description: 'The task.' }) }),
  ...subject,
  returns,
});

mutation('orderTaskReopen', {
  description: 'Takes a completion back. Reopening an open task changes nothing. SPP: mark task incomplete (1.2).',
  command: tasks.reopen,
  input: (t) => ({ id: t.id({ required: true, description: 'The task.' }) }),
  ...subject,
  returns,
});
