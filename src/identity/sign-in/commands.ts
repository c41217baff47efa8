import type { Account } from '../../generated/prisma/client.ts';
import { act, command, openToAll, saga } from '../../kernel/command.ts';
import { type Database, enter, type Transaction } from '../../kernel/db.ts';
import { InvalidStateError, invalid, issueList } from '../../kernel/errors.ts';
import { decodeId } from '../../kernel/id.ts';
import { optionalText } from '../../kernel/input.ts';
import type { Secrets } from '../../kernel/secrets.ts';
import { accountViewer, type Viewer } from '../../kernel/viewer.ts';
import { lockAccount, tellHolder } from '../accounts/commands.ts';
import { type PersonOfAccount, peopleOf, placeOf } from '../accounts/people/commands.ts';
import { namesOf, normalizedEmail } from '../accounts/rules.ts';
import { tryOnce } from '../attempts/commands.ts';
import { foundFor, requireRoomForOne } from '../memberships/commands.ts';
import type { Surroundings } from '../passwords/commands.ts';
import { couldBePassword } from '../passwords/rules/laws.ts';
import { createSession, type NewSession } from '../sessions/commands.ts';
import type { Device } from '../sessions/rules.ts';
import { isRecoveryCode, provePossession } from '../two-factor/commands.ts';
import { nowhere, wrongCredentials } from './rules.ts';

export type SignIn = {
  email: string;
  password: string;
  /** Where to: an organization's slug or id. */
  organization?: string | null;
  /** How one is to be called that is founded where there is none to act in. */
  newOrganizationName?: string | null;
  /** Of the authenticator, or a recovery code. */
  code?: string | null;
  /** How the device is to be called. */
  deviceName?: string | null;
};

export type SignedIn = { id: string; session: NewSession; organizations: PersonOfAccount[]; organizationId: string };

/** Signs somebody in, by password and, where the account asks for it, second factor. Announces `session.created`. */
export const signIn = saga(openToAll, async (tools, viewer, input: SignIn & Surroundings): Promise<SignedIn> => {
  const { database, passwords, secrets } = tools;
  const { password, organization = null, code = null } = input;
  const device = namedDevice(input);
  const issues = issueList();
  const newName = optionalText(issues, 'newOrganizationName', input.newOrganizationName) ?? null;
  issues.throwIfAny();
  const email = normalizedEmail(input.email);

  const enterAs = async () => {
    const account = await findAccount(database, email);
    // As much work for an address that nobody has as for any other.
    const isRight = await passwords.verify(account?.passwordHash ?? null, couldBePassword(password) ? password : '');
    if (!account?.passwordHash || !isRight) throw wrongCredentials();
    const { accountId, passwordHash } = account;
    const renewedHash = passwords.isOutdated(passwordHash) ? await passwords.hash(password) : null;
    const holder = accountViewer(accountId, viewer.requestId);
    return await act(tools, holder, open, { passwordHash, renewedHash, organization, newName, code, device, secrets });
  };
  return await tryOnce(database, { name: email, ipAddress: device.ipAddress }, enterAs, { forgives: true });
});

/** The device that a request came from, under the name that it is given. */
export function namedDevice({ device, deviceName }: { device: Device; deviceName?: string | null }): Device {
  const issues = issueList();
  const name = optionalText(issues, 'deviceName', deviceName, 100);
  issues.throwIfAny();
  return { ...device, name };
}

type Open = {
  passwordHash: string;
  renewedHash: string | null;
  organization: string | null;
  newName: string | null;
  code: string | null;
  device: Device;
  secrets: Secrets;
};

const open = command('accounts.act', async (tx, viewer, input: Open): Promise<SignedIn> => {
  const { passwordHash, renewedHash, organization, newName, code, device, secrets } = input;
  const account = await lockAccount(tx, viewer);
  // It was changed while it was compared: what was entered is none any more.
  if (account.passwordHash !== passwordHash) throw wrongCredentials();
  if (account.totpConfirmedAt !== null) await passSecondFactor(tx, viewer, account, code, secrets);
  if (renewedHash !== null) {
    await tx.account.update({ where: { id: account.id }, data: { passwordHash: renewedHash }, select: { id: true } });
  }
  const founded = newName === null ? null : await foundWhereNone(tx, account, newName);
  return await signInAs(tx, founded ?? organization, device);
});

/** Law 4. Announces `organization.created` and `team_member.created` where it founds one; else it is null. */
async function foundWhereNone(
  tx: Transaction,
  { id: accountId, email, displayName }: Account,
  name: string,
): Promise<string | null> {
  if ((await peopleOf(tx)).some(({ isActive }) => isActive)) return null;
  await requireRoomForOne(tx);
  const { id } = await foundFor(tx, { accountId, email, ...namesOf(displayName) }, name);
  return id;
}

/** Takes the code of the second factor, and uses it up. The account is locked, and asks for one. */
export async function passSecondFactor(
  tx: Transaction,
  viewer: Viewer,
  account: Account,
  code: string | null,
  secrets: Secrets,
): Promise<void> {
  if (code === null || code.trim() === '') {
    throw new InvalidStateError(
      'The account asks for a second factor: a code of its authenticator.',
      'TWO_FACTOR_NEEDED',
    );
  }
  await provePossession(tx, account, code, secrets);
  if (isRecoveryCode(code)) await tellHolder(tx, viewer, 'RECOVERY_CODE_USED');
}

/**
 * Signs the account of the transaction in, where it is wanted, or where it was last, and goes on there. For commands that have
 * made sure whose it is. Announces `session.created`.
 */
export async function signInAs(tx: Transaction, organization: string | null, device: Device): Promise<SignedIn> {
  const organizations = (await peopleOf(tx)).filter(({ isActive }) => isActive);
  const person = organization === null ? organizations[0] : organizations.find((place) => isNamed(place, organization));
  if (!person && organization !== null) {
    throw invalid('organization', 'NOT_FOUND', 'organization names none in which you can act.');
  }
  if (!person) throw nowhere();
  await enter(tx, placeOf(person));
  const session = await createSession(tx, person, device);
  return { id: session.id, session, organizations, organizationId: person.organizationId };
}

function isNamed({ organizationId, organizationSlug }: PersonOfAccount, name: string): boolean {
  return organizationSlug === name || decodeId('Organization', name) === organizationId;
}

type FoundAccount = { accountId: string; passwordHash: string | null };

/** The account that signs in with the address, where there is one that may. */
export async function findAccount(database: Database, email: string): Promise<FoundAccount | null> {
  // No address has a NUL, and PostgreSQL takes none to compare with.
  if (email.includes('\0')) return null;
  const { rows } = await database.pool.query<FoundAccount>(
    `select account_id as "accountId", password_hash as "passwordHash" from find_account($1)`,
    [email],
  );
  return rows[0] ?? null;
}
