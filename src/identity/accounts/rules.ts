/**
 * The laws of accounts.
 *
 *  1. An account is a login: an e-mail address in lower case, that no other account has. It belongs to no organization; behind it
 *     stands at most one person in each.
 *  2. Whoever is signed in to an account sees it and changes it; nobody else does, and nobody sees a list of accounts. A token
 *     of a program is signed in to none.
 *  3. What changes how somebody signs in (password, second factor) ends every other session of the account, everywhere, and
 *     gives the one at hand a new token. It is told by mail.
 *  4. What is asked for by strangers (a sign-up, a link to set a password) is answered without a look at whether there is such
 *     an account: the mail that follows looks.
 */
import { InvalidStateError, type IssueList } from '../../kernel/errors.ts';
import { isAddress } from '../../mail/rules.ts';

/** Law 1. */
export function normalizedEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** An address that mail can go to, and that its column can hold. */
export function checkEmail(issues: IssueList, path: string, email: string): void {
  if ([...email].length > 255) issues.add(path, 'TOO_LONG', `${path} must not be longer than 255 characters.`);
  else if (!isAddress(email)) issues.add(path, 'INVALID', `${path} is no address that mail can go to.`);
}

/** Law 2. */
export const noAccount = () =>
  new InvalidStateError('This takes somebody who is signed in to an account.', 'NO_ACCOUNT');

/** A name as first and last name: the first word, and what is behind it. Nobody is without either. */
export function namesOf(name: string): { firstName: string; lastName: string } {
  const [firstName = '', ...rest] = name.trim().split(/\s+/);
  return { firstName, lastName: rest.join(' ') || '–' };
}

export type DateFormat = 'YEAR_MONTH_DAY' | 'DAY_MONTH_YEAR' | 'MONTH_DAY_YEAR';
export type TimeFormat = 'HOURS_24' | 'HOURS_12';

/** The language tag as it is written, such as `pt-BR`; an issue when it is none. */
export function checkedLocale(
  issues: IssueList,
  path: string,
  locale: string | null | undefined,
): string | null | undefined {
  if (locale == null) return locale;
  try {
    const [canonical = ''] = locale.length > 35 ? [] : Intl.getCanonicalLocales(locale);
    if (canonical !== '') return canonical;
  } catch {
    // Told below.
  }
  issues.add(path, 'UNKNOWN', `${path} must be a language tag, such as en or pt-BR.`);
  return undefined;
}
