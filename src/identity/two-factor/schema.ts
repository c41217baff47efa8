import { mutation } from '../../graphql/mutations.ts';
import { returnsAccount } from '../accounts/schema.ts';
import { deliverSession, sessionFields, surroundings } from '../sessions/delivery/schema.ts';
import * as twoFactor from './commands.ts';

const errors = ['InvalidStateError', 'LimitReachedError'] as const;
const password = 'The password of the account: being signed in is not enough.';
const recoveryCodes =
  'Ten codes, each of which works once in the place of the authenticator’s. They are told only here: print them, or keep them safe otherwise.';

mutation('totpBegin', {
  description:
    'Begins to set up a second factor for the viewer’s account: answers the secret for an authenticator. Nothing asks for it before `totpConfirm`. Refused where there is one (TWO_FACTOR_ON), with a wrong password (WRONG_PASSWORD), by a server that can keep no secrets (ENCRYPTION_NOT_CONFIGURED), and for who is signed in to no account (NO_ACCOUNT).',
  command: twoFactor.begin,
  provide: surroundings,
  input: (t) => ({ password: t.string({ required: true, description: password }) }),
  errors,
  extra: (t) => ({
    secret: t.string({
      nullable: false,
      description: 'What the authenticator is to keep, in base 32, for typing. It is told only here.',
      resolve: ({ secret }) => secret,
    }),
    uri: t.string({
      nullable: false,
      description: 'The same as an address that authenticators read from a picture: otpauth://…',
      resolve: ({ uri }) => uri,
    }),
  }),
});

mutation('totpConfirm', {
  description:
    'Asks for a code of the authenticator whenever somebody signs in to the viewer’s account from now on; magic links let its people in no more. Every other session of it ends; the one of the request gets a new token. Refused with a wrong code (WRONG_CODE), before `totpBegin` (NOT_BEGUN) and where there is a second factor (TWO_FACTOR_ON).',
  command: twoFactor.confirm,
  provide: surroundings,
  input: (t) => ({
    code: t.string({ required: true, description: 'The code that the authenticator shows: six figures.' }),
  }),
  errors,
  returns: returnsAccount,
  deliver: deliverSession,
  extra: (t) => ({
    recoveryCodes: t.stringList({
      nullable: false,
      description: recoveryCodes,
      resolve: ({ recoveryCodes }) => recoveryCodes,
    }),
    ...sessionFields(t as never),
  }),
});

mutation('totpDisable', {
  description:
    'Takes the second factor of the viewer’s account away, with its recovery codes. Every other session of it ends; the one of the request gets a new token. Refused with a wrong password or code (WRONG_PASSWORD, WRONG_CODE), and where there is none (TWO_FACTOR_OFF).',
  command: twoFactor.disable,
  provide: surroundings,
  input: (t) => ({
    password: t.string({ required: true, description: password }),
    code: t.string({ required: true, description: 'A code of the authenticator, or a recovery code.' }),
  }),
  errors,
  returns: returnsAccount,
  deliver: deliverSession,
  extra: sessionFields,
});

mutation('recoveryCodesRenew', {
  description:
    'Makes ten new recovery codes for the viewer’s account; all old ones end. Refused with a wrong password (WRONG_PASSWORD), and without a second factor (TWO_FACTOR_OFF).',
  command: twoFactor.renewRecoveryCodes,
  provide: surroundings,
  input: (t) => ({ password: t.string({ required: true, description: password }) }),
  errors,
  extra: (t) => ({
    recoveryCodes: t.stringList({
      nullable: false,
      description: recoveryCodes,
      resolve: ({ recoveryCodes }) => recoveryCodes,
    }),
  }),
});
