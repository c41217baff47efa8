import { connectionType } from '../graphql/connections.ts';
import { type Fields, objectType } from '../graphql/fields.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { Role, User, UserStatus } from '../identity/schema.ts';
import { decodeId } from '../kernel/id.ts';
import { teamFilter, teamSort } from './filters.ts';
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

/** What every person has: SPP's ApiUserResource, in the words of this schema. */
export function personFields(field: Fields<'User'>) {
  return {
    firstName: field.column('firstName', 'The first name. SPP: `name_f`.'),
    lastName: field.column('lastName', 'The last name. SPP: `name_l`.'),
    name: field.computed(
      ['firstName', 'lastName'],
      'String',
      'First and last name.',
      (user) => `${user.firstName} ${user.lastName}`,
    ),
    email: field.column('email', 'The e-mail address, in lower case. Unique in the organization.'),
    status: field.code('status', UserStatus, 'Whether the person may act.'),
    role: field.relation('role', 'What the person may do.', { type: Role }),
    version: field.column('version', 'How often the person’s data was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When the person joined.'),
    updatedAt: field.column('updatedAt', 'When the person’s data last changed.'),
  };
}

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
