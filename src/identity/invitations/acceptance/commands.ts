import type { Invitation } from '../../../generated/prisma/client.ts';
import { act, command, openToAll, saga, type Tools } from '../../../kernel/command.ts';
import { type Database, enter, enterAccount, type Transaction } from '../../../kernel/db.ts';
import { type InputIssue, InvalidStateError, issueList } from '../../../kernel/errors.ts';
import { emit } from '../../../kernel/events.ts';
import { requiredText } from '../../../kernel/input.ts';
import type { Secrets } from '../../../kernel/secrets.ts';
import { now } from '../../../kernel/time.ts';
import { hashToken } from '../../../kernel/tokens.ts';
import { accountViewer, systemViewer, type Viewer } from '../../../kernel/viewer.ts';
import { lockAccount } from '../../accounts/commands.ts';
import { peopleOf } from '../../accounts/people/commands.ts';
import { namesOf } from '../../accounts/rules.ts';
import { tryOnce } from '../../attempts/commands.ts';
import { isToken, spent } from '../../codes/rules.ts';
import { endAtHand } from '../../memberships/commands.ts';
import type { Surroundings } from '../../passwords/commands.ts';
import { checkPassword, couldBePassword } from '../../passwords/rules/laws.ts';
import type { Device } from '../../sessions/rules.ts';
import { findAccount, namedDevice, passSecondFactor, type SignedIn, signInAs } from '../../sign-in/commands.ts';
import { wrongCredentials } from '../../sign-in/rules.ts';
import { anotherAddress } from '../rules.ts';

/** An invitation that waits, as its link shows it. */
export type OpenInvitation = {
  id: string;
  organizationId: string;
  organizationName: string;
  kind: 'STAFF' | 'CLIENT';
  email: string;
  /** Null: who asked is there no more. */
  inviterName: string | null;
  /** Of somebody who is there already: a client, or a team member without an account. */
  personName: string | null;
  hasAccount: boolean;
};

/** The invitation that the token opens; null when it opens none, whatever the reason. Law 6. Looking changes nothing. */
export async function findInvitation(database: Database, token: string): Promise<OpenInvitation | null> {
  if (!isToken(token)) return null;
  const { rows } = await database.pool.query<OpenInvitation>(
    `select invitation_id as id, organization_id as "organizationId", organization_name as "organizationName", kind, email,
       inviter_name as "inviterName", person_name as "personName", has_account as "hasAccount"
     from find_invitation($1, $2)`,
    [hashToken(token), now()],
  );
  return rows[0] ?? null;
}

export type Accept = {
  token: string;
  firstName?: string | null;
  lastName?: string | null;
  password?: string | null;
  code?: string | null;
  deviceName?: string | null;
};

/**
 * Accepts an invitation and signs in to its organization. Laws 4, 5 and 7. Announces `invitation.accepted` and
 * `session.created`; `team_member.created` where somebody is new.
 */
export const accept = saga(openToAll, async (tools, viewer, input: Accept & Surroundings): Promise<SignedIn> => {
  const device = namedDevice(input);
  const invitation = await knownInvitation(tools, input.token, device);
  // Who gives a password comes with the account that it is of, whoever is signed in.
  if (viewer.accountId !== null && !input.password) return await act(tools, viewer, comeAlong, { invitation, device });
  const account = await findAccount(tools.database, invitation.email);
  if (account) return await acceptWithPassword(tools, viewer, { ...input, ...account, invitation, device });
  return await acceptAnew(tools, viewer, invitation, input, device);
});

/** Law 6: whoever tries tokens is stopped soon. */
export async function knownInvitation(
  { database }: Tools,
  token: string,
  { ipAddress }: Device,
): Promise<OpenInvitation> {
  return await tryOnce(database, { name: null, ipAddress }, async () => {
    const found = await findInvitation(database, token);
    if (!found) throw spent();
    return found;
  });
}

/** Somebody else came first. */
export const uniques: Record<string, InputIssue> = {
  accounts_email_key: {
    path: ['token'],
    code: 'TAKEN',
    message: 'There is an account with this e-mail address by now: accept with that.',
  },
  users_organization_id_account_id_key: {
    path: ['token'],
    code: 'TAKEN',
    message: 'The account is somebody else’s in the organization.',
  },
};

type Coming = { invitation: OpenInvitation; device: Device };

/** Somebody who is signed in to an account. */
const comeAlong = command(
  openToAll,
  async (tx, viewer, { invitation, device }: Coming) => {
    await endAtHand(tx, viewer);
    return await join(tx, viewer, invitation, device);
  },
  uniques,
);

type WithPassword = Accept & {
  accountId: string;
  passwordHash: string | null;
  invitation: OpenInvitation;
  device: Device;
};

async function acceptWithPassword(tools: Tools, viewer: Viewer, given: WithPassword): Promise<SignedIn> {
  const { accountId, passwordHash, invitation, device, code = null } = given;
  const password = given.password ?? '';
  const { database, passwords, secrets } = tools;
  const enterAs = async () => {
    const isRight = await passwords.verify(passwordHash, couldBePassword(password) ? password : '');
    if (passwordHash === null || !isRight) throw wrongCredentials();
    const holder = accountViewer(accountId, viewer.requestId);
    return await act(tools, holder, comeWithPassword, { invitation, device, code, passwordHash, secrets });
  };
  return await tryOnce(database, { name: invitation.email, ipAddress: device.ipAddress }, enterAs, { forgives: true });
}

type ComingWithPassword = {
  invitation: OpenInvitation;
  device: Device;
  code: string | null;
  passwordHash: string;
  secrets: Secrets;
};

const comeWithPassword = command(
  'accounts.act',
  async (tx, viewer, input: ComingWithPassword) => {
    const account = await lockAccount(tx, viewer);
    if (account.passwordHash !== input.passwordHash) throw wrongCredentials();
    if (account.totpConfirmedAt !== null) await passSecondFactor(tx, viewer, account, input.code, input.secrets);
    return await join(tx, viewer, input.invitation, input.device);
  },
  uniques,
);

/** Law 5: the account, verified by the link, that comes into being with the person. */
async function acceptAnew(
  tools: Tools,
  viewer: Viewer,
  invitation: OpenInvitation,
  input: Accept,
  device: Device,
): Promise<SignedIn> {
  const issues = issueList();
  const { firstName, lastName } =
    invitation.personName === null
      ? {
          firstName: requiredText(issues, 'firstName', input.firstName),
          lastName: requiredText(issues, 'lastName', input.lastName),
        }
      : namesOf(invitation.personName);
  const password = input.password ?? '';
  checkPassword(issues, 'password', password, invitation.email);
  issues.throwIfAny();
  const passwordHash = await tools.passwords.hash(password);
  const person = { firstName, lastName, passwordHash };
  return await act(tools, viewer, comeAnew, { invitation, person, device });
}

export type NewPerson = { firstName: string; lastName: string; passwordHash: string | null };

const comeAnew = command(
  openToAll,
  async (tx, viewer, { invitation, person, device }: Coming & { person: NewPerson }) => {
    const accountId = await createAccount(tx, invitation.email, person);
    return await join(tx, { ...viewer, accountId }, invitation, device, person);
  },
  uniques,
);

/** An account whose address is proven, and goes on as it. */
export async function createAccount(tx: Transaction, email: string, person: NewPerson): Promise<string> {
  const { firstName, lastName, passwordHash } = person;
  const [{ id }] = await tx.$queryRaw<[{ id: string }]>`select uuidv7() as id`;
  await enterAccount(tx, id);
  await tx.account.create({
    data: { id, email, passwordHash, displayName: `${firstName} ${lastName}`, verifiedAt: now() },
    select: { id: true },
  });
  return id;
}

/** The account of the transaction joins, and goes on in the organization. Laws 4, 5 and 7. */
export async function join(
  tx: Transaction,
  viewer: Viewer,
  { id, organizationId, email }: OpenInvitation,
  device: Device,
  names?: Pick<NewPerson, 'firstName' | 'lastName'>,
): Promise<SignedIn> {
  const account = await lockAccount(tx, viewer);
  if (account.email !== email) throw anotherAddress();
  const isThere = (await peopleOf(tx)).some((person) => person.organizationId === organizationId && person.isActive);
  if (isThere) throw new InvalidStateError('Your account is in the organization already.', 'JOINED_ALREADY');
  await enter(tx, { organizationId, actor: null });
  const invitation = await lockWaiting(tx, id);
  await bringIn(tx, invitation, { accountId: account.id, ...(names ?? namesOf(account.displayName)) });
  return await signInAs(tx, organizationId, device);
}

/** Law 4: of several at once who want it to be something else than waiting, one finds it so. */
export async function lockWaiting(tx: Transaction, id: string): Promise<Invitation> {
  await tx.$queryRaw`select id from invitations where id = ${id}::uuid for update`;
  const invitation = await tx.invitation.findFirst({
    where: { id, status: 'PENDING', expiresAt: { gt: now() }, organization: { archivedAt: null } },
  });
  if (!invitation) throw spent();
  return invitation;
}

type Newcomer = { accountId: string | null; firstName: string; lastName: string };

/**
 * Makes of whom the invitation asks one of the organization's people, and goes on as them. Laws 2 and 7. The invitation is
 * locked. Announces `invitation.accepted`, and `team_member.created` where somebody is new.
 */
export async function bringIn(tx: Transaction, invitation: Invitation, newcomer: Newcomer): Promise<string> {
  const { id, organizationId, kind, email } = invitation;
  const actor = { kind: kind as 'STAFF' | 'CLIENT' };
  const person = await tx.user.findFirst({ where: { email }, select: { id: true } });
  const userId = person
    ? await bringBack(tx, invitation, person.id, newcomer)
    : await bringNew(tx, invitation, newcomer);
  await enter(tx, { organizationId, actor: { ...actor, userId } });
  if (!person) await emit(tx, 'team_member.created', { teamMember: userId });
  await tx.invitation.update({
    where: { id },
    data: { status: 'ACCEPTED', acceptedAt: now(), userId },
    select: { id: true },
  });
  await emit(tx, 'invitation.accepted', { invitation: id }, { userId });
  return userId;
}

async function bringNew(tx: Transaction, invitation: Invitation, newcomer: Newcomer): Promise<string> {
  const { organizationId, kind, email, roleId, groupId, userId } = invitation;
  // The person that was asked is gone, or has another address.
  if (userId !== null) throw spent();
  const { accountId, firstName, lastName } = newcomer;
  const { id } = await tx.user.create({
    data: { organizationId, kind, email, roleId: roleId ?? '', groupId, accountId, firstName, lastName },
    select: { id: true },
  });
  return id;
}

/** Somebody who is there: a client gets its account; a team member comes back, with role and group. */
async function bringBack(
  tx: Transaction,
  { kind, roleId, groupId, userId }: Invitation,
  id: string,
  { accountId }: Newcomer,
): Promise<string> {
  await tx.$queryRaw`select id from users where id = ${id}::uuid for update`;
  const person = await tx.user.findUniqueOrThrow({
    where: { id },
    select: { kind: true, status: true, accountId: true },
  });
  const isAsked = person.kind === kind && (userId === null ? kind === 'STAFF' : userId === id);
  const isFree = person.accountId === null || person.status === 'INACTIVE';
  if (!isAsked || !isFree || (kind === 'CLIENT' && person.status !== 'ACTIVE')) throw spent();
  const back = kind === 'CLIENT' ? {} : { status: 'ACTIVE', roleId: roleId ?? undefined, groupId };
  await tx.user.update({ where: { id }, data: { accountId: accountId ?? undefined, ...back }, select: { id: true } });
  return id;
}

/** Says no to an invitation. Law 4. Announces `invitation.declined`. */
export const decline = saga(openToAll, async (tools, viewer, { token, device }: { token: string } & Surroundings) => {
  const invitation = await knownInvitation(tools, token, device);
  const { id, organizationId } = invitation;
  await act(tools, systemViewer(organizationId, viewer.requestId), sayNo, { id });
  return { id, organizationName: invitation.organizationName };
});

const sayNo = command('invitations.decline', async (tx, _viewer, { id }: { id: string }) => {
  await lockWaiting(tx, id);
  await tx.invitation.update({ where: { id }, data: { status: 'DECLINED', declinedAt: now() }, select: { id: true } });
  await emit(tx, 'invitation.declined', { invitation: id });
  return { id };
});
