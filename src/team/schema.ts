import { Client } from '../clients/schema.ts';
import { connectionType } from '../graphql/connections.ts';
import { extendType, objectType } from '../graphql/fields.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { personFields } from '../identity/people.ts';
import { User } from '../identity/schema.ts';
import { decodeId } from '../kernel/id.ts';
import { teamFilter, teamSort } from './filters.ts';
import { managersOfClient } from './loaders.ts';
import { visibleGroups, visibleTeam } from './policy.ts';

const TeamGroup = objectType('TeamGroup', 'TeamGroup', {
  description: 'Team members who work together: what grade 2 of a role means. SPP: `group_id`.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('TeamGroup'),
    name: field.column('name', 'Its name. Unique in the organization.'),
    version: field.column('version', 'How often it was edited.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('TeamGroup', 'TeamGroup', visibleGroups);

export const TeamMember = objectType('User', 'TeamMember', {
  description: 'A person who works for the organization. SPP: a user whose role has dashboard access.',
  interfaces: [Node, User],
  fields: (field) => ({
    id: field.id('TeamMember'),
    ...personFields(field),
    phone: field.column('phone', 'The phone number.', { staffOnly: true }),
    group: field.relation('group', 'The group that the member works in. SPP: `group_id`.', {
      type: TeamGroup,
      staffOnly: true,
    }),
  }),
});

nodeType('TeamMember', 'User', visibleTeam);

extendType(Client, 'User', (field) => ({
  accountManager: field.person(
    'accountManagerId',
    TeamMember,
    'The team member who looks after the client first of all. Null when nobody does. SPP: `employee_id`.',
  ),
  managers: field.linked(managersOfClient, TeamMember, 'The team members who look after the client, by name.'),
}));

export const teamMembers = connectionType(TeamMember, 'team members');

listField('team', {
  description: 'The team members, newest first. SPP: list team (13.1).',
  model: 'User',
  type: teamMembers,
  permission: 'team.read',
  visible: visibleTeam,
  filter: teamFilter,
  sort: teamSort,
});

singleField('teamMember', {
  description: 'One team member. SPP: retrieve team member (13.2).',
  model: 'User',
  type: TeamMember,
  permission: 'team.read',
  idDescription: 'The team member.',
  find: (viewer, { id }) => {
    const uuid = decodeId('TeamMember', id ?? '');
    return uuid === null ? null : { AND: [visibleTeam(viewer), { id: uuid }] };
  },
});
