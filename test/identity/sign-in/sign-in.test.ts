import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { password } from '../../kit/builders/accounts.ts';
import { hour, minute, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { passwordWork } from '../../kit/tools.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import {
  accountUnchanged,
  bearer,
  cookieName,
  ownPage,
  refusedSignIn,
  send,
  signIn,
  trySignIn,
  whoIs,
} from '../signing.ts';

/** An account behind the administrator, and another organization where it stands behind a client, used later. */
async function cast() {
  const world = await makeWorld();
  const admin = await world.withAccount(world.admin);
  const account = await world.rows.account.findUniqueOrThrow({ where: { id: admin.accountId as string } });
  return { world, admin, account, email: account.email };
}

async function elsewhere(accountId: string) {
  const world = await makeWorld();
  const client = await world.client({ accountId });
  return { world, client };
}

const wrong = 'InvalidStateError WRONG_CREDENTIALS';

describe('signIn', () => {
  test('gives a session of the person behind the account: announced, logged, and its token told once', async () => {
    const { world, admin, account, email } = await cast();
    const { result, events, logs } = await recorded(world, () => trySignIn({ email, password }));
    const { token, expiresAt, organizationId, organizations } = success(result);
    const here = { organizationId: encodeId('Organization', world.organizationId) };
    expect(token).toMatch(/^sx_session_[\w-]{43}$/);
    expect(Math.abs(new Date(String(expiresAt)).getTime() - Date.now() - 24 * hour)).toBeLessThan(minute);
    expect({ organizationId }).toEqual(here);
    expect(organizations).toEqual([{ ...here, name: world.organization.name, slug: world.organization.slug }]);
    expect(await whoIs(token as string)).toBe(encodeId('TeamMember', admin.id));

    const [session] = await world.rows.session.findMany({ where: { userId: admin.id } });
    expect(session).toMatchObject({ accountId: account.id, rotations: 0, revokedAt: null });
    expect(events).toMatchObject([
      { type: 'session.created', aggregateId: session?.id, payload: { userId: admin.id }, actorId: admin.id },
    ]);
    expect(logs).toMatchObject([{ entity: 'SESSION', event: 'CREATED', actorKind: 'STAFF', actorId: admin.id }]);
    expect(JSON.stringify([session, events, logs])).not.toContain(token);
  });

  test('takes the address in any letters, and the password however a keyboard writes it', async () => {
    const { world, email } = await cast();
    const spelled = await world.tools.passwords.hash('Gołąb über Åland'.normalize('NFC'));
    await world.rows.account.update({ where: { email }, data: { passwordHash: spelled } });
    await signIn({ email: email.toUpperCase(), password: 'Gołąb über Åland'.normalize('NFD') });
  });

  test('notes the device: as the program says, or as it wants to be called', async () => {
    const { world, admin, email } = await cast();
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
    await send(query, { 'user-agent': agent }, { input: { email, password } });
    await send(query, { 'user-agent': agent }, { input: { email, password, deviceName: ' Anna’s phone ' } });
    const rows = await world.rows.session.findMany({ where: { userId: admin.id }, orderBy: { id: 'asc' } });
    expect(rows.map(({ device, userAgent }) => [device, userAgent])).toEqual([
      ['Firefox on Linux', agent],
      ['Anna’s phone', agent],
    ]);
    expect(issuesOf(await trySignIn({ email, password, deviceName: 'x'.repeat(101) }))).toEqual([
      'deviceName TOO_LONG',
    ]);
  });

  test.each([
    ['a wrong password', (email: string) => ({ email, password: 'seven brave otter' })],
    ['an empty password', (email: string) => ({ email, password: '' })],
    ['a password that could be none', (email: string) => ({ email, password: 'x'.repeat(10_000) })],
    ['an address that nobody has', (email: string) => ({ email: `no-${email}`, password })],
    ['an address with NUL', () => ({ email: 'a@example.com', password: '\0' })],
  ])('law 1: refuses %s with one answer, after one comparison', async (_, input) => {
    const { world, account, email } = await cast();
    passwordWork.verified = 0;
    const result = await unchanged(world, () =>
      accountUnchanged(world, account.id, () => trySignIn(input(email) as never)),
    );
    expect(failure(result, 'InvalidStateError')).toMatchObject({
      code: 'WRONG_CREDENTIALS',
      message: 'The e-mail address or the password is wrong.',
    });
    expect(passwordWork.verified).toBe(1);
  });

  test('law 1: refuses an account that is inactive, and one without a password, the same way', async () => {
    const { world, account, email } = await cast();
    for (const data of [{ status: 'INACTIVE' }, { status: 'ACTIVE', passwordHash: null }]) {
      await world.rows.account.update({ where: { id: account.id }, data });
      passwordWork.verified = 0;
      expect(await refusedSignIn({ email, password })).toBe(wrong);
      expect(passwordWork.verified).toBe(1);
    }
  });

  test('law 2: leads to where the account was last, or where it is told', async () => {
    const { world, admin, account, email } = await cast();
    const other = await elsewhere(account.id);
    const [here, there] = [encodeId('TeamMember', admin.id), encodeId('Client', other.client.id)];
    // It was never anywhere: the older person comes first.
    expect(await whoIs(await signIn({ email, password }))).toBe(here);
    await other.world.session({ user: other.client, lastUsedAt: new Date(Date.now() + minute) });
    const { token, organizations } = success(await trySignIn({ email, password }));
    expect(await whoIs(token as string)).toBe(there);
    expect(organizations.map(({ slug }) => slug)).toEqual([other.world.organization.slug, world.organization.slug]);
    for (const organization of [
      world.organization.slug,
      world.organizationId,
      encodeId('Organization', world.organizationId),
    ]) {
      expect(await whoIs(await signIn({ email, password, organization }))).toBe(here);
    }
  });

  test('law 2: knows no organization where the account can’t act, as one that there is not', async () => {
    const { world, admin, account, email } = await cast();
    const other = await elsewhere(account.id);
    await world.rows.user.update({ where: { id: other.client.id }, data: { status: 'INACTIVE' } });
    const stranger = await makeWorld();
    const answers = [];
    for (const organization of ['nowhere', other.world.organization.slug, stranger.organizationId, '']) {
      answers.push(await trySignIn({ email, password, organization }));
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(issuesOf(answers[0] as (typeof answers)[number])).toEqual(['organization NOT_FOUND']);

    await world.rows.user.update({ where: { id: admin.id }, data: { status: 'INACTIVE' } });
    expect(await refusedSignIn({ email, password })).toBe('InvalidStateError NO_ORGANIZATION');
  });

  test('says which organizations there are only to whoever has the password', async () => {
    const { email } = await cast();
    const result = await trySignIn({ email, password: 'seven brave otter', organization: 'nowhere' });
    expect(failure(result, 'InvalidStateError').code).toBe('WRONG_CREDENTIALS');
  });

  test('leads into no organization that is closed', async () => {
    const { world, account, email } = await cast();
    const other = await elsewhere(account.id);
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { archivedAt: new Date() } });
    const { organizations, token } = success(await trySignIn({ email, password }));
    expect(organizations.map(({ slug }) => slug)).toEqual([other.world.organization.slug]);
    expect(await whoIs(token as string)).toBe(encodeId('Client', other.client.id));
  });

  test('law 4: founds an organization for who can act in none, once, and for nobody else', async () => {
    const world = await makeWorld();
    const { email, id: accountId } = await world.account({ displayName: 'Inés Vázquez' });
    const newOrganizationName = ' Vázquez & Daughters ';
    expect(failure(await trySignIn({ email, password }), 'InvalidStateError')).toMatchObject({
      code: 'NO_ORGANIZATION',
      message: 'The account can act in no organization. To found one, sign in with its newOrganizationName.',
    });
    const wrongPassword = await trySignIn({ email, password: 'seven brave otter', newOrganizationName });
    expect(failure(wrongPassword, 'InvalidStateError').code).toBe('WRONG_CREDENTIALS');
    expect(await world.rows.user.count({ where: { accountId } })).toBe(0);
    expect(issuesOf(await trySignIn({ email, password, newOrganizationName: 'x'.repeat(256) }))).toEqual([
      'newOrganizationName TOO_LONG',
    ]);

    const { token, organizationId, organizations } = success(await trySignIn({ email, password, newOrganizationName }));
    expect(organizations).toEqual([{ organizationId, name: 'Vázquez & Daughters', slug: expect.any(String) }]);
    const founder = await world.rows.user.findFirstOrThrow({
      where: { accountId },
      include: { role: true, organization: true },
    });
    expect(await whoIs(token as string)).toBe(encodeId('TeamMember', founder.id));
    expect(founder).toMatchObject({ firstName: 'Inés', lastName: 'Vázquez', email, role: { name: 'Administrator' } });
    expect(founder.organization.ownerId).toBe(founder.id);
    // By now there is one.
    expect(success(await trySignIn({ email, password, newOrganizationName }))).toMatchObject({ organizationId });

    await world.rows.organization.update({ where: { id: founder.organizationId }, data: { archivedAt: new Date() } });
    const another = success(await trySignIn({ email, password, newOrganizationName: 'Again' }));
    expect(another.organizationId).not.toBe(organizationId);
    expect(await world.rows.user.count({ where: { accountId } })).toBe(2);
  });

  test('law 4: of several at once founds one, and no more than an account may own', async () => {
    const world = await makeWorld();
    const { email, id: accountId } = await world.account();
    const found = () => trySignIn({ email, password, newOrganizationName: 'One' });
    const answers = await Promise.all([found(), found(), found()]);
    expect(new Set(answers.map((answer) => success(answer).organizationId)).size).toBe(1);
    const close = () =>
      world.rows.organization.updateMany({
        where: { users: { some: { accountId } } },
        data: { archivedAt: new Date() },
      });
    for (let owned = 1; owned < 5; owned += 1) {
      await close();
      success(await found());
    }
    await close();
    expect(failure(await found(), 'LimitReachedError')).toMatchObject({ limit: 5 });
  });

  test('law 3: puts the token into a cookie for a page of this server, and tells it nowhere', async () => {
    const { world, email } = await cast();
    const query = `mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInSuccess { token expiresAt } } }`;
    const { answer, cookie } = await send(query, ownPage, { input: { email, password } });
    expect(answer.token).toBeNull();
    expect(cookie).toMatch(
      /^__Host-session=sx_session_[\w-]{43}; Max-Age=86400; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    const [value = ''] = cookie.split(';');
    const own = await send('mutation { signOut(input: {}) { __typename } }', { cookie: value, ...ownPage });
    expect(own.answer).toEqual({ __typename: 'SignOutSuccess' });
    expect(own.cookie).toBe(`${cookieName}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax`);
    expect(await world.rows.session.count({ where: { revokedAt: null, organizationId: world.organizationId } })).toBe(
      0,
    );
  });

  test.each([
    ['a program', {}],
    ['a page elsewhere', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another host of the site', { 'sec-fetch-site': 'same-site' }],
  ])('law 3: tells the token to %s, and sets no cookie there', async (_, headers) => {
    const { email } = await cast();
    const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInSuccess { token } } }';
    const { answer, cookie } = await send(query, headers, { input: { email, password } });
    expect([answer.token, cookie]).toEqual([expect.stringMatching(/^sx_session_/), null]);
  });

  test('is open to somebody who is signed in, and leaves that as it is', async () => {
    const { world, admin, email } = await cast();
    const first = await signIn({ email, password });
    const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInSuccess { token } } }';
    const { answer } = await send(query, bearer(first), { input: { email, password } });
    expect(await whoIs(answer.token)).toBe(encodeId('TeamMember', admin.id));
    expect(await whoIs(first)).toBe(encodeId('TeamMember', admin.id));
    expect(await world.rows.session.count({ where: { userId: admin.id, revokedAt: null } })).toBe(2);
  });

  test('lasts as long as the organization says', async () => {
    const { world, email } = await cast();
    const data = { sessionHours: 2, sessionIdleMinutes: 5 };
    await world.rows.organization.update({ where: { id: world.organizationId }, data });
    const clock = stopClock();
    const { expiresAt } = success(await trySignIn({ email, password }));
    expect(expiresAt).toBe(new Date(clock.now().getTime() + 2 * hour).toISOString());
  });

  test('hashes a password anew that was hashed with other parameters', async () => {
    const { world, account, email } = await cast();
    const { hash } = await import('@node-rs/argon2');
    const old = await hash(password, { algorithm: 2, memoryCost: 4_096, timeCost: 3, parallelism: 1 });
    await world.rows.account.update({ where: { id: account.id }, data: { passwordHash: old } });
    expect(await refusedSignIn({ email, password: 'seven brave otter' })).toBe(wrong);
    const hashOf = async () =>
      (await world.rows.account.findUniqueOrThrow({ where: { id: account.id } })).passwordHash as string;
    expect(await hashOf()).toBe(old);
    await signIn({ email, password });
    const renewed = await hashOf();
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await signIn({ email, password });
    expect(await hashOf()).toBe(renewed);
  });

  test('is not kept up by another account that is being signed in to', async () => {
    const worlds: World[] = await Promise.all([makeWorld(), makeWorld(), makeWorld()]);
    const emails = await Promise.all(
      worlds.map(async (world) => (await world.account({ people: [world.admin] })).email),
    );
    const tokens = await Promise.all(emails.map((email) => signIn({ email, password })));
    expect(await Promise.all(tokens.map(whoIs))).toEqual(worlds.map(({ admin }) => encodeId('TeamMember', admin.id)));
  });
});
