import type { Link } from '../graphql/loaders.ts';

const byName = ['firstName', 'lastName'];

/** The team members whom an order is assigned to, by name. */
export const employeesOfOrder: Link = { model: 'orderEmployee', key: 'orderId', target: 'employee', order: byName };

/** The tags that an order is filed under, by name. */
export const tagsOfOrder: Link = {
  model: 'orderTag',
  key: 'orderId',
  target: 'tag',
  order: ['name'],
};

/** The team members whom a task is assigned to, by name. */
export const employeesOfTask: Link = { model: 'orderTaskEmployee', key: 'taskId', target: 'employee', order: byName };
