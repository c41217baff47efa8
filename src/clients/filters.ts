import { comparatorsOf, filterInput } from '../graphql/comparators.ts';
import { sortInput } from '../graphql/pagination.ts';
import { UserStatus } from '../identity/schema.ts';

const compare = comparatorsOf('User');

export const clientFilter = filterInput<'User'>('ClientFilter', 'Which clients.', {
  id: compare.id('id', 'Client', 'By id.'),
  email: compare.text('email', 'By e-mail address; they are kept in lower case.'),
  status: compare.code('status', UserStatus, 'By status.'),
  balance: compare.decimal('balance', 'By account credit, whatever its currency. Only for the team.', {
    staffOnly: true,
  }),
  accountManagerId: compare.id('accountManagerId', 'TeamMember', 'By account manager. SPP: `employee_id`.'),
  managerId: compare.linked('By any of the managers.', 'TeamMember', (managerId) => ({
    managers: { some: { managerId } },
  })),
  createdAt: compare.instant('createdAt', 'By creation.'),
});

export const clientSort = sortInput<'User'>('ClientSort', {
  ID: {
    column: 'id',
    type: 'uuid',
    description: 'The id: the order in which clients were entered, whatever their creation says.',
  },
  EMAIL: { column: 'email', type: 'text', description: 'The e-mail address.' },
  FIRST_NAME: { column: 'firstName', type: 'text', description: 'The first name. SPP: `name_f`.' },
  LAST_NAME: { column: 'lastName', type: 'text', description: 'The last name. SPP: `name_l`.' },
  STATUS: { column: 'status', type: 'text', description: 'The status: the active ones first.' },
  BALANCE: {
    column: 'balance',
    type: 'decimal',
    staffOnly: true,
    description: 'The account credit, whatever its currency. Only for the team.',
  },
  CREATED_AT: { column: 'createdAt', type: 'instant', description: 'The creation.' },
});
