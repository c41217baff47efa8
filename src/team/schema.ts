import { Client } from '../clients/schema.ts';
import { connectionType } from '../graphql/connections.ts';
import { extendType, objectType } from '../graphql/fields.ts';
import { mutation } from '../graphql/mutations.ts';
import { Node, nodeType } from '../graphql/nodes.ts';
import { newestFirst } from '../graphql/pagination.ts';
import { listField, singleField } from '../graphql/queries.ts';
import { Invitation } from '../identity/invitations/schema.ts';
import { personFields } from '../identity/people.ts';
import { visibleAssignments } from '../identity/policy.ts';
import { roleAssignments } from '../identity/roles/assignments/schema.ts';
import { User, UserStatus } from '../identity/schema.ts';
import { decodeId } from '../kernel/id.ts';
import * as team from './commands.ts';
import { teamFilter, teamSort } from './filters.ts';
import { TeamGroup } from './groups/schema.ts';
import { managersOfClient } from './loaders.ts';
import { visibleTeam } from './policy.ts';

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
    roleAssignments: field.connection<'RoleAssignment'>(
      'roleAssignments',
      'The roles that it has beside its own, newest first; expired ones, too. Empty for clients.',
      { type: roleAssignments, where: visibleAssignments, order: newestFirst },
    ),
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

extendType(TeamGroup, 'TeamGroup', (field) => ({
  members: field.connection<'User'>('members', 'Who works in it, newest first.', {
    type: teamMembers,
    where: visibleTeam,
    order: newestFirst,
    sort: teamSort,
  }),
}));

extendType(Invitation, 'Invitation', (field) => ({
  group: field.relation('group', 'The group that the person will be in. Null for none, and for clients.', {
    type: TeamGroup,
  }),
}));

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

mutation('teamMemberUpdate', {
  description:
    'Changes a team member. An absent field stays, null clears it. Role and status take effect at once, for its tokens, too; with another role it signs in anew. Nobody changes those of whoever may do more, or gives a role that gives more, than they have themselves; the last administrator stays.',
  command: team.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The team member.' }),
    firstName: t.string({ description: 'The first name: 1 to 255 characters. SPP: `name_f`.' }),
    lastName: t.string({ description: 'The last name: 1 to 255 characters. SPP: `name_l`.' }),
    phone: t.string({ description: 'The phone number: at most 50 characters.' }),
    roleId: t.id({ description: 'The role: one of the team’s. SPP: `role_id`.' }),
    groupId: t.id({ description: 'The group that the member works in. Null: none. SPP: `group_id`.' }),
    status: t.field({ type: UserStatus, description: 'Whether the member may act.' }),
    expectedVersion: t.int({ description: 'Refuse when the member has another version by now.' }),
  }),
  ids: { id: 'TeamMember', roleId: 'Role', groupId: 'TeamGroup' },
  errors: ['NotFoundError', 'InvalidInputError', 'InvalidStateError', 'ConflictError'],
  returns: { teamMember: { type: TeamMember, model: 'User', description: 'The member as it is now.' } },
});
