/**
 * The laws of signing in.
 *
 *  1. It takes the e-mail address and the password of an account, and a code where the account asks for one. Which of address and
 *     password was wrong is not told: the answer is the same, after the same work, as for an address that nobody has.
 *  2. It is into one organization: the one that is named, by its slug or id, or else where the account was last.
 *  3. In a browser, from a page of this server, the session's token is put into a cookie that no script reads. Everybody else is
 *     told the token, once.
 *  4. Who can act in no organization, because the last one was left or archived, founds one by saying how it is called.
 */
import { InvalidStateError } from '../../kernel/errors.ts';

/** Law 1. */
export const wrongCredentials = () =>
  new InvalidStateError('The e-mail address or the password is wrong.', 'WRONG_CREDENTIALS');

/** Law 4. */
export const nowhere = () =>
  new InvalidStateError(
    'The account can act in no organization. To found one, sign in with its newOrganizationName.',
    'NO_ORGANIZATION',
  );
