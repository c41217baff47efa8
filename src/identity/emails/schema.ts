import { mutation } from '../../graphql/mutations.ts';
import { returnsAccount } from '../accounts/schema.ts';
import { surroundings } from '../sessions/delivery/schema.ts';
import * as emails from './commands.ts';

mutation('emailVerificationSend', {
  description:
    'Sends a link that proves an address of the viewer’s account, which `emailVerify` takes: of the one that it has, or of another that is to take its place, with the password. Refused for an address that is proven (ALREADY_VERIFIED), and for who is signed in to no account (NO_ACCOUNT). To an address of another account nothing is sent; the answer is the same.',
  command: emails.send,
  provide: surroundings,
  input: (t) => ({
    email: t.field({ type: 'EmailAddress', description: 'The address to sign in with. Without it: the present one.' }),
    password: t.string({ description: 'The password of the account. Needed for another address.' }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  extra: (t) => ({
    email: t.string({ nullable: false, description: 'Where the mail goes.', resolve: ({ email }) => email }),
  }),
});

mutation('emailVerify', {
  description:
    'Makes the address that a link proves the one of the viewer’s account; the address before is told. The link is good for the account that asked for it, once, within a day (LINK_SPENT).',
  command: emails.verify,
  provide: surroundings,
  input: (t) => ({ token: t.string({ required: true, description: 'The token in the link.' }) }),
  errors: ['InvalidInputError', 'InvalidStateError', 'LimitReachedError'],
  returns: returnsAccount,
});
