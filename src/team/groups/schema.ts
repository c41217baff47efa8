import { connectionType } from '../../graphql/connections.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import { listField } from '../../graphql/queries.ts';
import { visibleGroups } from '../policy.ts';
import * as groups from './commands.ts';

export const TeamGroup = objectType('TeamGroup', 'TeamGroup', {
  description: 'Team members who work together: what grade 2 of a role means. SPP: `group_id`.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('TeamGroup'),
    name: field.column('name', 'Its name. Unique in the organization.'),
    version: field.column('version', 'How often it was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('TeamGroup', 'TeamGroup', visibleGroups);

listField('teamGroups', {
  description: 'The groups of the team, by name.',
  model: 'TeamGroup',
  type: connectionType(TeamGroup, 'groups of the team'),
  permission: 'teamGroups.read',
  visible: visibleGroups,
  order: [{ key: { column: 'name', type: 'text' }, direction: 'asc' }],
});

const returns = { teamGroup: { type: TeamGroup, model: 'TeamGroup', description: 'The group as it is now.' } } as const;

mutation('teamGroupCreate', {
  description: 'Makes a group of team members, without any yet: `teamMemberUpdate` puts them in.',
  command: groups.create,
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name: 1 to 255 characters, unique whatever the letter case.' }),
  }),
  errors: ['InvalidInputError'],
  returns,
});

mutation('teamGroupUpdate', {
  description: 'Renames a group.',
  command: groups.update,
  input: (t) => ({
    id: t.id({ required: true, description: 'The group.' }),
    name: t.string({ required: true, description: 'The new name.' }),
    expectedVersion: t.int({ description: 'Refuse when the group has another version by now.' }),
  }),
  ids: { id: 'TeamGroup' },
  errors: ['NotFoundError', 'InvalidInputError', 'ConflictError'],
  returns,
});

mutation('teamGroupDelete', {
  description: 'Removes a group for good. Its members stay, without a group: grade 2 reaches their own only.',
  command: groups.remove,
  input: (t) => ({ id: t.id({ required: true, description: 'The group.' }) }),
  ids: { id: 'TeamGroup' },
  errors: ['NotFoundError'],
  removes: 'TeamGroup',
});
