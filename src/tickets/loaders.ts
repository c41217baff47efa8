import type { Link } from '../graphql/loaders.ts';

/** The team members whom a ticket is assigned to, by name. */
export const employeesOfTicket: Link = {
  model: 'ticketEmployee',
  key: 'ticketId',
  target: 'employee',
  order: ['firstName', 'lastName'],
};

/** The tags that a ticket is filed under, by name. */
export const tagsOfTicket: Link = { model: 'ticketTag', key: 'ticketId', target: 'tag', order: ['name'] };
