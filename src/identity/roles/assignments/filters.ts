import { comparatorsOf, filterInput } from '../../../graphql/comparators.ts';

const compare = comparatorsOf('RoleAssignment');

export const assignmentFilter = filterInput<'RoleAssignment'>('RoleAssignmentFilter', 'Which assignments.', {
  id: compare.id('id', 'RoleAssignment', 'By id.'),
  userId: compare.id('userId', 'TeamMember', 'By team member.'),
  roleId: compare.id('roleId', 'Role', 'By role.'),
  expiresAt: compare.instant('expiresAt', 'By end: those that have none are null.'),
});
