import { builder } from '../../graphql/builder.ts';
import { mutation } from '../../graphql/mutations.ts';
import { encodeId } from '../../kernel/id.ts';
import type { PersonOfAccount } from '../accounts/people/commands.ts';
import { deliverSession, deviceName, sessionFields, surroundings } from '../sessions/delivery/schema.ts';
import * as signIn from './commands.ts';

const SignInOrganization = builder.objectRef<PersonOfAccount>('SignInOrganization').implement({
  description: 'An organization in which an account can act.',
  fields: (t) => ({
    organizationId: t.id({
      nullable: false,
      description: 'The organization’s id.',
      resolve: ({ organizationId }) => encodeId('Organization', organizationId),
    }),
    name: t.string({
      nullable: false,
      description: 'Its name.',
      resolve: ({ organizationName }) => organizationName,
    }),
    slug: t.string({
      nullable: false,
      description: 'Its name in addresses, by which one signs in to it.',
      resolve: ({ organizationSlug }) => organizationSlug,
    }),
  }),
});

type Answer = PothosSchemaTypes.ObjectFieldBuilder<PothosSchemaTypes.ExtendDefaultTypes<object>, signIn.SignedIn>;

/** Where somebody was signed in, and could have been. */
export function organizationFields(t: Answer) {
  return {
    organizationId: t.id({
      nullable: false,
      description: 'The organization that the session is in.',
      resolve: ({ organizationId }) => encodeId('Organization', organizationId),
    }),
    organizations: t.field({
      type: [SignInOrganization],
      nullable: false,
      description: 'Every organization in which the account can act; where it was last first.',
      resolve: ({ organizations }) => organizations,
    }),
  };
}

mutation('signIn', {
  description:
    'Signs in with the password of an account. From a page of this server the browser keeps the session in a cookie; everybody else gets its token. Which of address and password was wrong is not told (WRONG_CREDENTIALS). An account with a second factor is asked for a code (TWO_FACTOR_NEEDED, WRONG_CODE). Five failures within five minutes lock the address for fifteen, whether or not anybody has it.',
  command: signIn.signIn,
  provide: surroundings,
  input: (t) => ({
    email: t.field({ type: 'EmailAddress', required: true, description: 'The address of the account.' }),
    password: t.string({ required: true, description: 'Its password.' }),
    organization: t.string({
      description: 'Where to: the slug or the id of an organization. Without it: where the account was last.',
    }),
    newOrganizationName: t.string({
      description:
        'How an organization is to be called that is founded where the account can act in none (NO_ORGANIZATION), with the account as its owner: 1 to 255 characters. Elsewhere it says nothing.',
    }),
    code: t.string({ description: 'A code of the authenticator, or a recovery code, where the account asks for one.' }),
    deviceName: deviceName(t),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  deliver: deliverSession,
  extra: (t) => ({ ...sessionFields(t as never), ...organizationFields(t as never) }),
});
