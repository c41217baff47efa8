import { later, parameter, sql } from '../../../graphql/compiler/sql.ts';
import { connectionType } from '../../../graphql/connections.ts';
import { objectType } from '../../../graphql/fields.ts';
import { mutation } from '../../../graphql/mutations.ts';
import { Node, nodeType } from '../../../graphql/nodes.ts';
import { listField } from '../../../graphql/queries.ts';
import { now } from '../../../kernel/time.ts';
import { visibleAssignments } from '../../policy.ts';
import { User } from '../../schema.ts';
import { isInForce } from '../rules.ts';
import { Role } from '../schema.ts';
import * as assignments from './commands.ts';
import { assignmentFilter } from './filters.ts';

const RoleAssignment = objectType('RoleAssignment', 'RoleAssignment', {
  description:
    'A role that a team member has beside its own, for good or until some time. The member may do what one of its roles allows.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('RoleAssignment'),
    user: field.person('userId', User, 'Who has it.'),
    role: field.relation('role', 'The role.', { type: Role }),
    assignedBy: field.person(
      'assignedById',
      User,
      'Who gave it. Null when it was the engine, and once the person is deleted.',
    ),
    assignedAt: field.column('assignedAt', 'When it was given, the last time.'),
    expiresAt: field.column('expiresAt', 'When it stops counting. Null: never by itself.'),
    isInForce: field.computed(
      ['expiresAt'],
      'Boolean',
      'Whether it counts. One that has expired stays to be read until it is given anew or taken away.',
      ({ expiresAt }) => isInForce({ expiresAt }, now()),
      {
        expression: (assignment) => {
          const expiresAt = assignment.column('expiresAt');
          return later(() => sql`coalesce(${expiresAt} > ${parameter(now().toISOString(), 'timestamptz')}, true)`);
        },
      },
    ),
    version: field.column('version', 'How often it was given anew.'),
    createdAt: field.column('createdAt', 'When it was given, the first time.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('RoleAssignment', 'RoleAssignment', visibleAssignments);

export const roleAssignments = connectionType(RoleAssignment, 'role assignments');

listField('roleAssignments', {
  description: 'The roles that team members have beside their own, newest first; expired ones, too.',
  model: 'RoleAssignment',
  type: roleAssignments,
  permission: 'roles.read',
  visible: visibleAssignments,
  filter: assignmentFilter,
});

// ------------------------------------------------------------------ mutations

mutation('roleAssign', {
  description:
    'Gives a team member a role beside its own, at once; it signs in anew. One that it has been given already is given anew, with this end. Nobody can give more than they have themselves, for good.',
  command: assignments.assign,
  input: (t) => ({
    userId: t.id({ required: true, description: 'The team member.' }),
    roleId: t.id({ required: true, description: 'The role: one of the team’s.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it stops counting, in the future. Without it never by itself.',
    }),
  }),
  ids: { userId: 'TeamMember', roleId: 'Role' },
  errors: ['InvalidInputError'],
  returns: {
    roleAssignment: { type: RoleAssignment, model: 'RoleAssignment', description: 'The assignment as it is now.' },
  },
});

mutation('roleUnassign', {
  description:
    'Takes a role away that a team member has beside its own, at once; it signs in anew. Nobody can take away what gives more than they have themselves.',
  command: assignments.unassign,
  input: (t) => ({ id: t.id({ required: true, description: 'The assignment.' }) }),
  ids: { id: 'RoleAssignment' },
  errors: ['NotFoundError', 'InvalidInputError'],
  removes: 'RoleAssignment',
});
