/**
 * The laws of clients.
 *
 *  1. A client has a first name, a last name and an e-mail address. The address is kept in lower case and belongs to
 *     nobody else in the organization, whatever the letter case and on whichever side of the counter.
 *  2. A client's role is the organization's client role, the oldest one. No input chooses it.
 *  3. The balance, the affiliate number and code and the analytics id are never written by hand. The balance starts at
 *     nothing; number and code are drawn once.
 *  4. The postal address is given as a whole: absent leaves it, null unlinks it and leaves its row, an object replaces
 *     all of it, and an empty object blanks it.
 *  5. Whenever an address is made or replaced, the names, tax id and company on it are copied from the client.
 *  6. Managers are team members. The list is given as a whole: the first is the account manager, all are managers.
 *  7. Custom fields are given as a whole.
 *  8. A client that anything depends on is not deleted, deleted orders included. Make it inactive instead.
 *  9. Whoever reaches only some clients looks after those they make, unless they name others.
 * 10. A client may have been brought by an affiliate: another client.
 * 11. A client may have a team: other clients who use its account, each for what it has the right to: orders, tickets, invoices and
 *     all other money. Whoever belongs to a team belongs to one only, and has none itself. A team has at most 100 members.
 * 12. The team of the organization puts clients together. The client who has a team may change rights in it and end them, and
 *     whoever belongs to it may leave. Rights begin and end with the next request.
 */
import { type IssueList, issuesWithin, LimitReachedError } from '../kernel/errors.ts';
import { checkJson, notCleared, optionalText, requiredText } from '../kernel/input.ts';

export type AddressInput = {
  line1?: string | null;
  line2?: string | null;
  city?: string | null;
  state?: string | null;
  postcode?: string | null;
  country?: string | null;
};

export type ClientFields<Document = object> = {
  firstName?: string | null;
  lastName?: string | null;
  email?: string | null;
  company?: string | null;
  phone?: string | null;
  taxId?: string | null;
  address?: AddressInput | null;
  note?: string | null;
  optIn?: string | null;
  stripeId?: string | null;
  customFields?: Document | null;
  status?: string | null;
  createdAt?: Date | null;
};

/** Law 1, and the sizes of everything else that people write about a client. What is required must be there or stay. */
export function checkFields<Document>(
  issues: IssueList,
  input: ClientFields<Document>,
  { creating }: { creating: boolean },
) {
  const required = (field: 'firstName' | 'lastName' | 'email') =>
    creating || input[field] !== undefined ? requiredText(issues, field, input[field]) : undefined;
  if (!creating) {
    for (const field of ['status', 'createdAt'] as const) notCleared(issues, field, input[field]);
  }
  checkJson(issues, 'customFields', input.customFields);
  return {
    firstName: required('firstName'),
    lastName: required('lastName'),
    email: required('email')?.toLowerCase(),
    company: optionalText(issues, 'company', input.company),
    phone: optionalText(issues, 'phone', input.phone, 50),
    taxId: optionalText(issues, 'taxId', input.taxId, 100),
    note: optionalText(issues, 'note', input.note, 65_535),
    optIn: optionalText(issues, 'optIn', input.optIn, 50),
    stripeId: optionalText(issues, 'stripeId', input.stripeId),
    customFields: input.customFields === null ? {} : input.customFields,
    status: input.status ?? undefined,
    createdAt: input.createdAt ?? undefined,
  };
}

/** Law 4: the address as it is written, every absent part cleared. */
export function checkAddress(issues: IssueList, input: AddressInput) {
  const inside = issuesWithin(issues, ['address']);
  return {
    line1: optionalText(inside, 'line1', input.line1) ?? null,
    line2: optionalText(inside, 'line2', input.line2) ?? null,
    city: optionalText(inside, 'city', input.city) ?? null,
    state: optionalText(inside, 'state', input.state) ?? null,
    postcode: optionalText(inside, 'postcode', input.postcode, 50) ?? null,
    country: input.country?.toUpperCase() ?? null,
  };
}

/** Law 5. */
export function addressee(client: {
  firstName: string;
  lastName: string;
  taxId: string | null;
  company: string | null;
}) {
  return {
    firstName: client.firstName,
    lastName: client.lastName,
    taxId: client.taxId,
    companyName: client.company,
    companyVat: null,
  };
}

/** How two clients stand who are to share an account: what teams they belong to and have so far. */
export type Sharing = { ownerId: string; memberId: string; teams: readonly { ownerId: string; memberId: string }[] };

const mostMembers = 100;

/** Law 11. */
export function checkSharing(issues: IssueList, { ownerId, memberId, teams }: Sharing): void {
  if (ownerId === memberId) issues.add('memberId', 'EXCLUSIVE', 'A client uses its own account anyway.');
  if (teams.some((team) => team.memberId === memberId))
    issues.add('memberId', 'TAKEN', 'The client belongs to a team already.');
  if (teams.some((team) => team.ownerId === memberId))
    issues.add('memberId', 'EXCLUSIVE', 'The client has a team itself.');
  if (teams.some((team) => team.memberId === ownerId))
    issues.add('ownerId', 'EXCLUSIVE', 'The client belongs to a team itself.');
  issues.throwIfAny();
  if (teams.filter((team) => team.ownerId === ownerId).length >= mostMembers)
    throw new LimitReachedError(`A team has at most ${mostMembers} members.`, mostMembers);
}
