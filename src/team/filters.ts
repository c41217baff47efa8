import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { sortInput } from '../graphql/pagination.ts';
import { UserStatus } from '../identity/schema.ts';

const compare = comparatorsOf('User');

export const teamFilter = filterInput<'User'>('TeamFilter', 'Which team members.', {
  id: compare.id('id', 'TeamMember', 'By id. SPP: `user_id`.'),
  email: compare.text('email', 'By e-mail address; they are stored in lower case.'),
  status: compare.code('status', UserStatus, 'By status.'),
  roleId: compare.id('roleId', 'Role', 'By role.'),
  groupId: compare.id('groupId', 'TeamGroup', 'By group.'),
  createdAt: compare.instant('createdAt', 'By creation.'),
});

export const teamSort = sortInput<'User'>('TeamSort', {
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
  EMAIL: { column: 'email', type: 'text', description: 'The e-mail address.' },
  FIRST_NAME: { column: 'firstName', type: 'text', description: 'The first name.' },
  LAST_NAME: { column: 'lastName', type: 'text', description: 'The last name.' },
});
