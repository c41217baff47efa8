import { sql } from '../graphql/compiler/sql.ts';
import type { Fields } from '../graphql/fields.ts';
import { Role } from './roles/schema.ts';
import { UserStatus } from './schema.ts';

/** What every person has, team member or client: SPP's ApiUserResource, in the words of this schema. */
export function personFields(field: Fields<'User'>) {
  return {
    firstName: field.column('firstName', 'The first name. SPP: `name_f`.'),
    lastName: field.column('lastName', 'The last name. SPP: `name_l`.'),
    name: field.computed(
      ['firstName', 'lastName'],
      'String',
      'First and last name.',
      (user) => `${user.firstName} ${user.lastName}`,
      { expression: (user) => sql`${user.column('firstName')} || ' ' || ${user.column('lastName')}` },
    ),
    email: field.column('email', 'The e-mail address, in lower case. Unique in the organization.'),
    status: field.code('status', UserStatus, 'Whether the person may act.'),
    hasAccount: field.computed(
      ['accountId'],
      'Boolean',
      'Whether the person signs in with an account.',
      (user) => user.accountId !== null,
      { expression: (user) => sql`${user.column('accountId')} is not null` },
    ),
    role: field.relation('role', 'What the person may do.', { type: Role }),
    version: field.column('version', 'How often the person’s data was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When the person joined.'),
    updatedAt: field.column('updatedAt', 'When the person’s data last changed.'),
  };
}
