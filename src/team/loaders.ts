import type { Link } from '../graphql/loaders.ts';

/** The team members who look after a client, by name. */
export const managersOfClient: Link = {
  model: 'clientManager',
  key: 'clientId',
  target: 'manager',
  order: ['firstName', 'lastName'],
};
