import { mutation } from '../../graphql/mutations.ts';
import { deliverSession, sessionFields, surroundings } from '../sessions/delivery/schema.ts';
import * as passwords from './commands.ts';

const newPassword = 'The new password: 10 to 256 characters, and none of the commonest.';

mutation('passwordResetRequest', {
  description:
    'Sends a link to set a new password to whoever has an account with the address. Whether anybody has is not told: the answer is the same.',
  command: passwords.requestReset,
  provide: surroundings,
  input: (t) => ({
    email: t.field({ type: 'EmailAddress', required: true, description: 'The address of the account.' }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  extra: (t) => ({
    email: t.string({
      nullable: false,
      description: 'Where a mail goes, if anybody is there.',
      resolve: ({ id }) => id,
    }),
  }),
});

mutation('passwordReset', {
  description:
    'Sets a new password by the link that was sent, and signs the account out everywhere. A link works once, within 15 minutes (LINK_SPENT). A second factor stays as it is.',
  command: passwords.reset,
  provide: surroundings,
  input: (t) => ({
    token: t.string({ required: true, description: 'The token in the link.' }),
    password: t.string({ required: true, description: newPassword }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  extra: (t) => ({
    isSet: t.boolean({
      nullable: false,
      description: 'That the password is set: sign in with it. Always true.',
      resolve: () => true,
    }),
  }),
});

mutation('passwordChange', {
  description:
    'Changes the password of the viewer’s account. Every other session of it ends, everywhere; the one of the request gets a new token. Refused with another password than the present one (WRONG_PASSWORD), for an account without one (NO_PASSWORD), and for who is signed in to none (NO_ACCOUNT).',
  command: passwords.change,
  provide: surroundings,
  input: (t) => ({
    currentPassword: t.string({ required: true, description: 'The password as it is.' }),
    newPassword: t.string({ required: true, description: newPassword }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  deliver: deliverSession,
  extra: sessionFields,
});
