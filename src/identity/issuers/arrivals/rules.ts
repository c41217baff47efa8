/**
 * The laws of arrivals: of people whom an issuer vouches for.
 *
 *  1. A subject that is linked stays whom it was linked with, whatever its address becomes.
 *  2. One that is not linked yet is linked by its address, once, when the issuer has verified that: with the account that has the
 *     address and has proven it, where the deployment's issuers vouch; with the active person who has it, where an organization's
 *     own does.
 *  3. Whoever is linked to one subject of an issuer is not linked to another: addresses are handed on to other people.
 *  4. Nobody is made here. Who is not known has to be invited, or signs up.
 *  5. An account that asks for a second factor asks here, too, unless the issuer says that it has asked for several (`amr` with
 *     `mfa`). An organization's own issuer asks as the organization likes: what it opens is the organization's own, and never
 *     the account.
 *  6. Whoever has shown the issuer who they are has five minutes for the second factor.
 *  7. Whoever has an invitation accepts it by coming, with the address that it was sent to, verified by the issuer. An account
 *     comes into being by that, without a password; by an organization's own issuer a person, without an account.
 */
import { InvalidStateError } from '../../../kernel/errors.ts';
import type { Claims } from '../openid/rules.ts';

/** Law 6. */
export const waitingMinutes = 5;

/** Laws 2 and 4. */
export const unknownPerson = () =>
  new InvalidStateError('Nobody here is the one that the issuer vouches for.', 'UNKNOWN_PERSON');

/** Law 2: the address by which an unknown subject is looked for. */
export function verifiedEmail({ email, isEmailVerified }: Claims): string {
  if (email === null || !isEmailVerified)
    throw new InvalidStateError('The issuer does not vouch for an e-mail address.', 'EMAIL_NOT_VERIFIED');
  return email;
}

/** Law 3. */
export function checkUnlinked(linked: { subject: string } | null): void {
  if (linked) throw new InvalidStateError('Somebody else at the issuer has this address now.', 'LINKED_TO_ANOTHER');
}

/** Law 5. */
export function asksForCode(account: { totpConfirmedAt: Date | null }, claims: Claims): boolean {
  return account.totpConfirmedAt !== null && !claims.hasUsedSeveralFactors;
}

/** Law 7: what somebody is called who is new: as the issuer says, or by the address. */
export function namesOf({ firstName, lastName }: Claims, email: string): { firstName: string; lastName: string } {
  return { firstName: firstName ?? (email.split('@')[0] as string), lastName: lastName ?? '–' };
}
