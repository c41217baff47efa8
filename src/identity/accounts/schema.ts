import { sql } from '../../graphql/compiler/sql.ts';
import { enumType } from '../../graphql/enums.ts';
import { objectType } from '../../graphql/fields.ts';
import { mutation } from '../../graphql/mutations.ts';
import { Node, nodeType } from '../../graphql/nodes.ts';
import * as accounts from './commands.ts';
import { visibleAccounts } from './policy.ts';
import type { DateFormat, TimeFormat } from './rules.ts';

const DateFormatEnum = enumType<DateFormat>('DateFormat', 'In which order a date is written.', {
  YEAR_MONTH_DAY: '2026-11-21.',
  DAY_MONTH_YEAR: '21.11.2026, or with other signs between.',
  MONTH_DAY_YEAR: '11/21/2026, or with other signs between.',
});

const TimeFormatEnum = enumType<TimeFormat>('TimeFormat', 'How a time of the day is written.', {
  HOURS_24: '17:30.',
  HOURS_12: '5:30 pm.',
});

export const Account = objectType('Account', 'Account', {
  description:
    'A login. It belongs to no organization: one account may stand behind a person in each of several. Everybody sees their own only.',
  interfaces: [Node],
  fields: (field) => ({
    id: field.id('Account'),
    email: field.column('email', 'The address that signs in, in lower case. No other account has it.'),
    verifiedAt: field.column('verifiedAt', 'When somebody proved to read what is sent there. Null: nobody yet.'),
    displayName: field.column('displayName', 'What the person wants to be called, wherever it is.'),
    avatarUrl: field.column('avatarUrl', 'Where a picture of the person is. Null without one.'),
    timeZone: field.column('timeZone', 'The IANA time zone of the person. Null: the organization’s.'),
    locale: field.column('locale', 'The language, such as pt-BR. Null: the browser’s.'),
    dateFormat: field.code('dateFormat', DateFormatEnum, 'How dates are to be written. Null: as the language has it.'),
    timeFormat: field.code('timeFormat', TimeFormatEnum, 'How times are to be written. Null: as the language has it.'),
    hasPassword: field.computed(
      ['passwordHash'],
      'Boolean',
      'Whether it has a password. Without one it signs in otherwise.',
      ({ passwordHash }) => passwordHash !== null,
      { expression: (account) => sql`${account.column('passwordHash')} is not null` },
    ),
    hasTwoFactor: field.computed(
      ['totpConfirmedAt'],
      'Boolean',
      'Whether signing in takes a code of an authenticator besides the password.',
      ({ totpConfirmedAt }) => totpConfirmedAt !== null,
      { expression: (account) => sql`${account.column('totpConfirmedAt')} is not null` },
    ),
    version: field.column('version', 'How often the profile was edited. Give it as `expectedVersion`.'),
    createdAt: field.column('createdAt', 'When it was made.'),
    updatedAt: field.column('updatedAt', 'When it last changed.'),
  }),
});

nodeType('Account', 'Account', visibleAccounts);

/** What a mutation of the viewer's account answers. */
export const returnsAccount = {
  account: { type: Account, model: 'Account', description: 'The account as it is now.' },
} as const;

mutation('accountUpdate', {
  description:
    'Changes the profile of the viewer’s account, for every organization that it is in. Refused for who is signed in to none, such as a token (NO_ACCOUNT). An absent field stays as it is.',
  command: accounts.update,
  input: (t) => ({
    displayName: t.string({ description: 'What the person wants to be called: 1 to 255 characters.' }),
    avatarUrl: t.string({ description: 'Where a picture is: an http or https address. Null removes it.' }),
    timeZone: t.string({ description: 'An IANA time zone. Null: the organization’s.' }),
    locale: t.string({ description: 'A language tag, such as en or pt-BR. Null: the browser’s.' }),
    dateFormat: t.field({
      type: DateFormatEnum,
      description: 'How dates are to be written. Null: as the language has it.',
    }),
    timeFormat: t.field({
      type: TimeFormatEnum,
      description: 'How times are to be written. Null: as the language has it.',
    }),
    expectedVersion: t.int({ description: 'Refuse when the account has another version by now.' }),
  }),
  errors: ['InvalidInputError', 'InvalidStateError', 'ConflictError'],
  returns: returnsAccount,
});
