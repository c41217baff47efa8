import type { Link } from '../graphql/loaders.ts';
import { visibleClients } from './policy.ts';

/** The clients whose account a client may use, by name. */
export const ownersOfClient: Link = {
  model: 'clientTeamMember',
  key: 'memberId',
  target: 'owner',
  order: ['firstName', 'lastName'],
  visible: visibleClients,
};

/** The clients who may use a client's account, by name. */
export const membersOfClient: Link = {
  model: 'clientTeamMember',
  key: 'ownerId',
  target: 'member',
  order: ['firstName', 'lastName'],
  visible: visibleClients,
};
