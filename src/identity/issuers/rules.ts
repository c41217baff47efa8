/**
 * The laws of issuers: those who vouch for people, by OpenID Connect.
 *
 *  1. The deployment offers issuers to everybody, such as Google. They vouch for accounts, and so for all people of an account.
 *  2. An organization may have issuers of its own, such as the directory of a company. They vouch for its people and nobody else:
 *     a session of theirs is the person's, and not the account's. It changes no account and leads to no other organization.
 *  3. Whoever says who vouches for people can be anybody there: only the owner adds an organization's issuer, changes or deletes it.
 *  4. An issuer's address never changes, for whom it means by its subjects is its own. It is an issuer that answers, and is asked
 *     before it is kept. There are ten at most.
 *  5. What an issuer has vouched for ends with it: its people's sessions, and who they are to it.
 *  6. A deleted issuer that is added again knows nobody, until they come again.
 */
import type { IssueList } from '../../kernel/errors.ts';
import { optionalText, requiredText, safeUrlOf } from '../../kernel/input.ts';

/** Law 4. */
export const mostIssuers = 10;

export type IssuerFields = {
  name?: string | null;
  applicationId?: string | null;
  applicationSecret?: string | null;
};

/** What is kept of the fields that are given; of a new one the first two must be. */
export function checkFields(issues: IssueList, input: IssuerFields, isNew: boolean) {
  const required = (path: 'name' | 'applicationId', most: number) =>
    isNew || input[path] !== undefined ? requiredText(issues, path, input[path], most) : undefined;
  return {
    name: required('name', 100),
    applicationId: required('applicationId', 255),
    applicationSecret: optionalText(issues, 'applicationSecret', input.applicationSecret, 500),
  };
}

/** Law 4: the address as it is kept. It is compared letter by letter, so nothing of it is put right. */
export function checkAddress(issues: IssueList, value: string): string {
  const address = requiredText(issues, 'address', value, 500);
  if (address !== '' && (!safeUrlOf(address) || /[?#\s]/.test(address)))
    issues.add('address', 'INVALID', 'address must be an https address without ? and #.');
  return address;
}
