import { mutation } from '../../graphql/mutations.ts';
import { deliverSession, deviceName, sessionFields, surroundings } from '../sessions/delivery/schema.ts';
import { organizationFields } from '../sign-in/schema.ts';
import * as signUp from './commands.ts';

mutation('signUp', {
  description:
    'Begins an account and an organization of one’s own: sends a link to the address, which `signUpConfirm` takes. Nothing exists before. To an address that has an account already the mail says so; the answer here is the same.',
  command: signUp.signUp,
  provide: surroundings,
  input: (t) => ({
    email: t.field({ type: 'EmailAddress', required: true, description: 'The address to sign in with.' }),
    password: t.string({
      required: true,
      description: 'The password to sign in with: 10 to 256 characters, and none of the commonest.',
    }),
    firstName: t.string({ required: true, description: 'The person’s first name: 1 to 255 characters.' }),
    lastName: t.string({ required: true, description: 'The person’s last name: 1 to 255 characters.' }),
    organizationName: t.string({ required: true, description: 'How the organization is called: 1 to 255 characters.' }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  extra: (t) => ({
    email: t.string({ nullable: false, description: 'Where the mail goes.', resolve: ({ id }) => id }),
  }),
});

mutation('signUpConfirm', {
  description:
    'Makes the account and the organization that somebody signed up for, with the person as its administrator, and signs in. It takes the token of the link that was sent, and the password that was chosen. A link that was used, or is older than a day, is good no more (LINK_SPENT).',
  command: signUp.confirm,
  provide: surroundings,
  input: (t) => ({
    token: t.string({ required: true, description: 'The token in the link.' }),
    password: t.string({ required: true, description: 'The password that was chosen.' }),
    deviceName: deviceName(t),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  deliver: deliverSession,
  extra: (t) => ({ ...sessionFields(t as never), ...organizationFields(t as never) }),
});
