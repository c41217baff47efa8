import type { Account } from '../../../generated/prisma/client.ts';
import { act, command, openToAll, type Tools } from '../../../kernel/command.ts';
import { type Database, enter, type Transaction } from '../../../kernel/db.ts';
import { InvalidStateError } from '../../../kernel/errors.ts';
import { emit } from '../../../kernel/events.ts';
import { decodeId, encodeId } from '../../../kernel/id.ts';
import type { OfferedIssuer } from '../../../kernel/issuers.ts';
import { placeOf, type Secrets } from '../../../kernel/secrets.ts';
import { now } from '../../../kernel/time.ts';
import { accountViewer, anonymousViewer, systemViewer } from '../../../kernel/viewer.ts';
import { lockAccount } from '../../accounts/commands.ts';
import { tryOnce } from '../../attempts/commands.ts';
import {
  bringIn,
  createAccount,
  join,
  knownInvitation,
  lockWaiting,
  type OpenInvitation,
  uniques,
} from '../../invitations/acceptance/commands.ts';
import { anotherAddress } from '../../invitations/rules.ts';
import { createSession, type NewSession } from '../../sessions/commands.ts';
import type { Device } from '../../sessions/rules.ts';
import { findAccount, passSecondFactor, signInAs } from '../../sign-in/commands.ts';
import type { Claims, Registration } from '../openid/rules.ts';
import * as rules from './rules.ts';

/** An issuer as people are sent to it: the deployment's, or an organization's own. */
export type Destination = Registration & {
  /** As our addresses name it. */
  key: string;
  name: string;
  /** Whose own it is. Null: the deployment's. */
  organization: { id: string; issuerId: string } | null;
};

type FoundIssuer = {
  organizationId: string;
  name: string;
  address: string;
  applicationId: string;
  applicationSecret: Buffer<ArrayBuffer> | null;
  keyId: string | null;
};

/** The issuer that an address of ours names; null when it names none, or one of an organization that is archived. */
export async function findDestination(
  { database, secrets }: Pick<Tools, 'database' | 'secrets'>,
  offered: readonly OfferedIssuer[],
  key: string,
): Promise<Destination | null> {
  const known = offered.find(({ id }) => id === key);
  if (known) {
    const { name, address, applicationId, applicationSecret } = known;
    return { key, name, issuer: address, applicationId, applicationSecret, organization: null };
  }
  const issuerId = decodeId('Issuer', key);
  if (issuerId === null) return null;
  const { rows } = await database.pool.query<FoundIssuer>(
    `select organization_id as "organizationId", name, address, application_id as "applicationId",
       application_secret as "applicationSecret", key_id as "keyId"
     from find_issuer($1)`,
    [issuerId],
  );
  const [found] = rows;
  if (!found) return null;
  const { organizationId, name, address, applicationId, applicationSecret: bytes, keyId } = found;
  const place = placeOf('issuers.application_secret', organizationId);
  const applicationSecret = bytes === null || keyId === null ? null : secrets.open({ keyId, bytes }, place);
  return {
    key: encodeId('Issuer', issuerId),
    name,
    issuer: address,
    applicationId,
    applicationSecret,
    organization: { id: organizationId, issuerId },
  };
}

/** The issuers by which one signs in to an organization, by its name in addresses: its own, and those of the deployment. */
export async function issuersOf(
  { pool }: Database,
  offered: readonly OfferedIssuer[],
  slug: string | null,
): Promise<{ key: string; name: string }[]> {
  // No name has a NUL, and PostgreSQL takes none to compare with.
  const { rows: own } =
    slug === null || slug.includes('\0')
      ? { rows: [] }
      : await pool.query<{ id: string; name: string }>('select issuer_id as id, name from issuers_of($1)', [slug]);
  return [
    ...own.map(({ id, name }) => ({ key: encodeId('Issuer', id), name })),
    ...offered.map(({ id, name }) => ({ key: id, name })),
  ];
}

/** Somebody whom an issuer vouches for, and what they asked for when they left. */
export type Arrival = {
  claims: Claims;
  /** Where to, where an account can act in several: an organization's slug or id. */
  organization: string | null;
  /** The token of the invitation that is accepted by coming. */
  invitation: string | null;
  /** Of the authenticator, or a recovery code: null before it was asked for. */
  code: string | null;
  device: Device;
};

/**
 * Signs in whom the issuer vouches for. Laws 1 to 5 and 7. Announces `session.created`, and `identity.linked` the first time that an
 * organization's own issuer means somebody.
 */
export async function arrive(
  tools: Tools,
  destination: Destination,
  arrival: Arrival,
  requestId: string,
): Promise<{ session: NewSession; organizationId: string }> {
  const { claims, device } = arrival;
  const invitation = await invitationOf(tools, arrival);
  if (destination.organization !== null) {
    const { id: organizationId, issuerId } = destination.organization;
    if (invitation && invitation.organizationId !== organizationId) throw rules.unknownPerson();
    const viewer = systemViewer(organizationId, requestId);
    const session = await act(tools, viewer, letPersonIn, { issuerId, organizationId, claims, invitation, device });
    return { session, organizationId };
  }
  const { database, secrets } = tools;
  const input = { ...arrival, invitation, issuer: destination.issuer, secrets };
  const accountId = await findAccountOf(database, destination.issuer, claims);
  if (accountId === null) {
    if (!invitation) throw rules.unknownPerson();
    return await act(tools, anonymousViewer(requestId), beginAccount, { ...input, invitation });
  }
  const viewer = accountViewer(accountId, requestId);
  const enterAs = () => act(tools, viewer, letAccountIn, input);
  // A code is tried as a password is.
  if (arrival.code === null) return await enterAs();
  const { email } = await database.read(viewer, (db) => db.account.findUniqueOrThrow({ where: { id: accountId } }));
  return await tryOnce(database, { name: email, ipAddress: device.ipAddress }, enterAs);
}

/** Law 7. */
async function invitationOf(tools: Tools, { invitation, claims, device }: Arrival): Promise<OpenInvitation | null> {
  if (invitation === null) return null;
  const found = await knownInvitation(tools, invitation, device);
  if (found.email !== rules.verifiedEmail(claims)) throw anotherAddress();
  return found;
}

// ------------------------------------------------------------------ by an organization's own issuer

type PersonArrival = {
  issuerId: string;
  organizationId: string;
  claims: Claims;
  invitation: OpenInvitation | null;
  device: Device;
};

const letPersonIn = command('identities.use', async (tx, _viewer, input: PersonArrival) => {
  const { issuerId, organizationId, claims, invitation, device } = input;
  const person = invitation ? await bringInvited(tx, invitation, claims) : await personOf(tx, issuerId, claims);
  await enter(tx, { organizationId, actor: { kind: person.kind as 'STAFF' | 'CLIENT', userId: person.id } });
  await linkPerson(tx, person, input);
  return await createSession(tx, { organizationId, userId: person.id, issuerId }, device);
});

/** Law 7: the person, without an account. */
async function bringInvited(tx: Transaction, { id, kind, email }: OpenInvitation, claims: Claims) {
  const newcomer = { accountId: null, ...rules.namesOf(claims, email) };
  return { id: await bringIn(tx, await lockWaiting(tx, id), newcomer), kind };
}

/** Laws 1 and 2: the person, who stays as they are until the end. */
async function personOf(tx: Transaction, issuerId: string, claims: Claims) {
  const { subject } = claims;
  const linked = await tx.userIdentity.findFirst({ where: { issuerId, subject }, select: { userId: true } });
  const found = linked
    ? { id: linked.userId }
    : await tx.user.findFirst({ where: { email: rules.verifiedEmail(claims) }, select: { id: true } });
  if (!found) throw rules.unknownPerson();
  await tx.$queryRaw`select id from users where id = ${found.id}::uuid for update`;
  const person = await tx.user.findUnique({
    where: { id: found.id, status: 'ACTIVE' },
    select: { id: true, kind: true },
  });
  if (!person) throw rules.unknownPerson();
  return person;
}

async function linkPerson(tx: Transaction, { id: userId }: { id: string }, arrival: PersonArrival): Promise<void> {
  const { issuerId, organizationId, claims } = arrival;
  const { subject } = claims;
  // The person is locked: of several who come at once one is the first.
  const linked = await tx.userIdentity.findFirst({ where: { issuerId, userId } });
  if (linked?.subject === subject) {
    await tx.userIdentity.update({ where: { id: linked.id }, data: { lastUsedAt: now() } });
    return;
  }
  rules.checkUnlinked(linked);
  const { id } = await tx.userIdentity.create({
    data: { organizationId, issuerId, userId, subject },
    select: { id: true },
  });
  await emit(tx, 'identity.linked', { userIdentity: id }, { userId, issuerId });
}

// ------------------------------------------------------------------ by the deployment's issuers

/** Laws 1, 2 and 4. */
async function findAccountOf(database: Database, issuer: string, claims: Claims): Promise<string | null> {
  const { rows } = await database.pool.query<{ accountId: string }>(
    'select account_id as "accountId" from find_account_of_identity($1, $2)',
    [issuer, claims.subject],
  );
  return rows[0]?.accountId ?? (await findAccount(database, rules.verifiedEmail(claims)))?.accountId ?? null;
}

type AccountArrival = Omit<Arrival, 'invitation'> & {
  invitation: OpenInvitation | null;
  issuer: string;
  secrets: Secrets;
};

const letAccountIn = command(
  'accounts.act',
  async (tx, viewer, input: AccountArrival) => {
    const { issuer, claims, organization, invitation, code, device, secrets } = input;
    const account = await lockAccount(tx, viewer);
    await linkAccount(tx, account, issuer, claims);
    if (rules.asksForCode(account, claims)) await passSecondFactor(tx, viewer, account, code, secrets);
    return invitation ? await join(tx, viewer, invitation, device) : await signInAs(tx, organization, device);
  },
  uniques,
);

/** Law 7: an account without a password, whose address is proven twice. */
const beginAccount = command(
  openToAll,
  async (tx, viewer, { issuer, claims, invitation, device }: AccountArrival & { invitation: OpenInvitation }) => {
    const names = rules.namesOf(claims, invitation.email);
    const id = await createAccount(tx, invitation.email, { ...names, passwordHash: null });
    const holder = { ...viewer, accountId: id };
    await linkAccount(tx, await lockAccount(tx, holder), issuer, claims);
    return await join(tx, holder, invitation, device, names);
  },
  uniques,
);

/** The account is locked: of several who come at once one is the first. */
async function linkAccount(tx: Transaction, account: Account, issuer: string, claims: Claims): Promise<void> {
  const { subject } = claims;
  const linked = await tx.accountIdentity.findFirst({ where: { accountId: account.id, issuer } });
  if (linked?.subject === subject) {
    await tx.accountIdentity.update({ where: { id: linked.id }, data: { lastUsedAt: now() } });
    return;
  }
  // Law 2: whoever has it now may not be who has had it.
  if (account.email !== rules.verifiedEmail(claims) || account.verifiedAt === null) throw rules.unknownPerson();
  rules.checkUnlinked(linked);
  await tx.accountIdentity.create({ data: { accountId: account.id, issuer, subject }, select: { id: true } });
}

/** Whether the account asks for its second factor, and so the browser has to. */
export function needsCode(error: unknown): boolean {
  return error instanceof InvalidStateError && error.code === 'TWO_FACTOR_NEEDED';
}
