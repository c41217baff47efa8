import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticateBy } from '../../../src/identity/authentication.ts';
import { createOpenId } from '../../../src/identity/issuers/openid/jobs.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import type { OfferedIssuer } from '../../../src/kernel/issuers.ts';
import { restoreToken } from '../../../src/organizations/rules.ts';
import { oidcRoutes } from '../../../src/server/oidc/routes.ts';
import { organizationRoutes } from '../../../src/server/organizations/routes.ts';
import { landings } from '../../../src/server/portals.ts';
import { password } from '../../kit/builders/accounts.ts';
import { settings } from '../../kit/client.ts';
import { day, stopClock } from '../../kit/clock.ts';
import { testDatabase } from '../../kit/db.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { issuerForThisFile } from '../../kit/issuer.ts';
import { toolsOf } from '../../kit/tools.ts';
import { unique } from '../../kit/unique.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { type Listening, listen } from '../listening.ts';
import { openBrowser } from '../oidc/browser.ts';

const issuer = issuerForThisFile();
let server: Listening;

beforeAll(async () => {
  const { database, log } = await testDatabase();
  const tools = toolsOf(database);
  const offered: OfferedIssuer[] = [
    {
      id: 'google',
      name: 'Google',
      address: issuer.url,
      applicationId: issuer.client.id,
      applicationSecret: issuer.client.secret,
    },
  ];
  const authenticate = authenticateBy(database.pool, settings);
  const landing = landings(database, true);
  const openId = createOpenId(tools.fetchOutbound);
  server = await listen(settings, {
    routes: {
      ...organizationRoutes({ tools, settings, authenticate, offered, landing }),
      ...oidcRoutes({ tools, settings, offered, openId, log, landing }),
    },
  });
});
afterAll(() => server.close());

const open = () => openBrowser(server.url);
const idOf = (world: World) => encodeId('Organization', world.organizationId);
const ada = { firstName: 'Ada', lastName: 'Lovelace', password: 'a long way to go' };

describe('GET /invitation', () => {
  test('shows who asks whom, and the ways to accept or to decline; nothing else may run or be kept, and nothing changes', async () => {
    const world = await makeWorld({ name: 'Northwind <b>', domain: 'portal.example.com' });
    const own = await world.issuer({ name: 'Directory' });
    const { token, email } = await world.invitation({ inviterId: world.admin.id });
    const { status, headers, text } = await unchanged(world, () => open().get(`/invitation?token=${token}`));
    expect(status).toBe(200);
    expect(text).toContain('<bdi>Ada Admin</bdi> of <bdi>Northwind &lt;b&gt;</bdi> invites');
    expect(text).toContain(`<strong><bdi>${email}</bdi></strong> to join its team.`);
    expect(text).toContain('A password for your new account');
    expect(text).toContain(`href="/oidc/google/start?invitation=${token}"`);
    expect(text).toContain(`href="/oidc/${encodeId('Issuer', own.id)}/start?invitation=${token}"`);
    expect(text).toContain('<form method="post" action="/invitation/decline">');
    expect(text).not.toMatch(/<script|<img|<b>/);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    });
    expect(headers.get('content-security-policy')).toContain("form-action 'self' https://portal.example.com;");
    expect((await open().get(`/invitation?token=${token}`)).status).toBe(200);
  });

  test('asks who has an account for its password, and who is signed in to it for nothing', async () => {
    const [world, home] = [await makeWorld(), await makeWorld()];
    const person = await home.withAccount(await home.member());
    const { email } = await home.rows.account.findUniqueOrThrow({ where: { id: person.accountId ?? '' } });
    const { token } = await world.invitation({ email });
    expect((await open().get(`/invitation?token=${token}`)).text).toContain('The password of your account');
    const signedIn = open();
    signedIn.jar.set('__Host-session', (await home.session({ user: person })).secret);
    const { text } = await signedIn.get(`/invitation?token=${token}`, { 'sec-fetch-site': 'cross-site' });
    expect(text).not.toContain('type="password"');
    expect(text).toContain('name="session" value="yes"');
    const other = open();
    other.jar.set('__Host-session', (await home.session({ user: await home.withAccount(await home.member()) })).secret);
    expect((await other.get(`/invitation?token=${token}`)).text).toContain('The password of your account');
  });

  test('of a link that opens nothing is one page, whatever the reason', async () => {
    const world = await makeWorld();
    const revoked = await world.invitation({ status: 'REVOKED', revokedAt: new Date() });
    const late = await world.invitation({ expiresAt: new Date(Date.now() - 1) });
    const texts = new Set<string>();
    for (const token of ['x'.repeat(43), revoked.token, late.token]) {
      const { status, text } = await open().get(`/invitation?token=${token}`);
      expect(status).toBe(410);
      texts.add(text);
    }
    expect(texts.size).toBe(1);
    expect((await open().get('/invitation')).status).toBe(400);
  });
});

describe('POST /invitation', () => {
  test('makes account and person, signs in and leads on', async () => {
    const world = await makeWorld({ domain: 'portal.example.com' });
    const { token, email } = await world.invitation();
    const browser = open();
    const { status, headers } = await browser.send('/invitation', { token, ...ada });
    expect([status, headers.get('location')]).toEqual([303, 'https://portal.example.com']);
    expect(await browser.whoAmI()).toMatchObject({ kind: 'STAFF', account: email, organization: idOf(world) });
    const again = await unchanged(world, () => open().send('/invitation', { token, ...ada }));
    expect(again.status).toBe(410);
  });

  test('shows what is wrong, and keeps the name that was entered', async () => {
    const world = await makeWorld();
    const { token } = await world.invitation();
    const wrong = { token, ...ada, password: 'short', firstName: '"><b>Ada' };
    const { status, text } = await unchanged(world, () => open().send('/invitation', wrong));
    expect(status).toBe(422);
    expect(text).toContain('>The password must have 10 characters or more.</p>');
    expect(text).toContain('value="&quot;&gt;&lt;b&gt;Ada"');
    expect(text).not.toContain('short"');
    const blank = await open().send('/invitation', { ...wrong, firstName: ' ', lastName: 'x'.repeat(256) });
    expect(blank.text).toContain(
      '>The first name must not be blank. The last name must not be longer than 255 characters.',
    );
  });

  test('takes the password of an account, and asks for a code where that is needed', async () => {
    const [world, home] = [await makeWorld(), await makeWorld()];
    const person = await home.withAccount(await home.member());
    const { email } = await home.rows.account.findUniqueOrThrow({ where: { id: person.accountId ?? '' } });
    const { token } = await world.invitation({ email });
    const send = (fields: object) => open().send('/invitation', { token, ...fields });
    const refused = await unchanged(world, () => send({ password: 'wrong one' }));
    expect([refused.status, refused.text.includes('The password is wrong.')]).toEqual([422, true]);
    await world.rows.account.update({
      where: { id: person.accountId ?? '' },
      data: { totpSecret: Buffer.from('x'), totpKeyId: 'test', totpConfirmedAt: new Date() },
    });
    const asked = await unchanged(world, () => send({ password }));
    expect([asked.status, asked.text.includes('name="code"')]).toEqual([422, true]);
  });

  test('signed in to the account takes the button only; signed in to another one it does not', async () => {
    const [world, home] = [await makeWorld(), await makeWorld()];
    const person = await home.withAccount(await home.member());
    const { email } = await home.rows.account.findUniqueOrThrow({ where: { id: person.accountId ?? '' } });
    const { token } = await world.invitation({ email });
    const other = open();
    other.jar.set('__Host-session', (await home.session({ user: await home.withAccount(await home.member()) })).secret);
    const refused = await unchanged(world, () => other.send('/invitation', { token, session: 'yes' }));
    expect([refused.status, refused.text.includes('another e-mail address')]).toEqual([403, true]);
    const browser = open();
    browser.jar.set('__Host-session', (await home.session({ user: person })).secret);
    expect((await browser.send('/invitation', { token, session: 'yes' })).status).toBe(303);
    expect(await browser.whoAmI()).toMatchObject({ organization: idOf(world), account: email });
  });

  test('from elsewhere is refused, to decline, too', async () => {
    const world = await makeWorld();
    const { token } = await world.invitation();
    const elsewhere = { 'sec-fetch-site': 'cross-site' };
    expect((await unchanged(world, () => open().send('/invitation', { token, ...ada }, elsewhere))).status).toBe(403);
    expect((await unchanged(world, () => open().send('/invitation/decline', { token }, elsewhere))).status).toBe(403);
    const { status, text } = await open().send('/invitation/decline', { token });
    expect([status, text.includes('You have declined')]).toEqual([200, true]);
    expect((await open().send('/invitation/decline', { token })).status).toBe(410);
  });
});

describe('accepting with an issuer', () => {
  const subjectOf = (email: string, more: object = {}) => ({
    sub: `subject-${unique()}`,
    email,
    email_verified: true,
    given_name: 'Grace',
    family_name: 'Hopper',
    ...more,
  });

  test('of the deployment makes an account without a password', async () => {
    const world = await makeWorld();
    const { token, email } = await world.invitation();
    issuer.expect(subjectOf(email));
    const browser = open();
    const { result, events } = await recorded(world, () => browser.signIn(issuer, 'google', `?invitation=${token}`));
    expect(result.status).toBe(303);
    expect(await browser.whoAmI()).toMatchObject({ kind: 'STAFF', account: email, organization: idOf(world) });
    expect(events.map(({ type }) => type)).toEqual(['team_member.created', 'invitation.accepted', 'session.created']);
    const account = await world.rows.account.findUniqueOrThrow({ where: { email }, include: { identities: true } });
    expect(account).toMatchObject({
      passwordHash: null,
      displayName: 'Grace Hopper',
      identities: [{ issuer: issuer.url }],
    });
    // It signs in with that from now on.
    expect((await open().signIn(issuer, 'google')).status).toBe(303);
  });

  test('of the deployment takes the account that there is', async () => {
    const world = await makeWorld();
    const { email, id } = await world.account();
    const { token } = await world.invitation({ email });
    issuer.expect(subjectOf(email));
    const browser = open();
    expect((await browser.signIn(issuer, 'google', `?invitation=${token}`)).status).toBe(303);
    expect(await world.rows.user.findFirst({ where: { organizationId: world.organizationId, email } })).toMatchObject({
      accountId: id,
    });
  });

  test('of the organization’s own makes a person without an account', async () => {
    const world = await makeWorld();
    const own = await world.issuer({
      address: issuer.url,
      applicationId: issuer.client.id,
      applicationSecret: issuer.client.secret,
    });
    const { token, email } = await world.invitation();
    issuer.expect(subjectOf(email));
    const browser = open();
    const { status } = await browser.signIn(issuer, encodeId('Issuer', own.id), `?invitation=${token}`);
    expect(status).toBe(303);
    expect(await browser.whoAmI()).toMatchObject({ kind: 'STAFF', account: null, organization: idOf(world) });
    expect(await world.rows.user.findFirst({ where: { organizationId: world.organizationId, email } })).toMatchObject({
      firstName: 'Grace',
      accountId: null,
    });
    expect(await world.rows.account.count({ where: { email } })).toBe(0);
  });

  test.each<[string, (email: string) => object]>([
    ['another address', () => ({ email: 'another@example.com' })],
    ['an address that is not verified', () => ({ email_verified: false })],
  ])('with %s is refused', async (_, change) => {
    const world = await makeWorld();
    const { token, email } = await world.invitation();
    issuer.expect(subjectOf(email, change(email)));
    expect((await unchanged(world, () => open().signIn(issuer, 'google', `?invitation=${token}`))).status).toBe(403);
  });

  test('of another organization’s own is refused', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const own = await other.issuer({
      address: issuer.url,
      applicationId: issuer.client.id,
      applicationSecret: issuer.client.secret,
    });
    const { token, email } = await world.invitation();
    issuer.expect(subjectOf(email));
    const key = encodeId('Issuer', own.id);
    expect((await unchanged(world, () => open().signIn(issuer, key, `?invitation=${token}`))).status).toBe(403);
    expect((await unchanged(world, () => open().signIn(issuer, 'google', '?invitation=x'))).status).toBe(403);
  });
});

describe('/organization/restore', () => {
  async function archived() {
    const world = await makeWorld({ name: 'Northwind' });
    const owner = await world.owned();
    const archivedAt = new Date();
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { archivedAt } });
    const token = restoreToken({ id: world.organizationId, archivedAt }, settings.secret ?? '');
    return { world, owner, token, id: idOf(world) };
  }

  test('opens the organization again for whoever has the owner’s link, once', async () => {
    const { world, owner, token, id } = await archived();
    const { status, text } = await unchanged(world, () => open().get(`/organization/restore?id=${id}&token=${token}`));
    expect([status, text.includes('Northwind</bdi> is archived')]).toEqual([200, true]);
    const { result, events } = await recorded(world, () => open().send('/organization/restore', { id, token }));
    expect([result.status, result.text.includes('is as it was')]).toEqual([200, true]);
    expect(events).toMatchObject([{ type: 'organization.restored', actorId: owner.id }]);
    expect((await unchanged(world, () => open().send('/organization/restore', { id, token }))).status).toBe(410);
  });

  test('opens nothing with another token or id, from elsewhere, or after thirty days', async () => {
    const { world, token, id } = await archived();
    const other = await archived();
    const send = (fields: Record<string, string>, headers = {}) =>
      unchanged(world, () => open().send('/organization/restore', fields, headers));
    expect((await send({ id, token: other.token })).status).toBe(410);
    expect((await send({ id: other.id, token })).status).toBe(410);
    expect((await send({ id: 'x', token: '' })).status).toBe(410);
    expect((await send({ id, token }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const clock = stopClock();
    clock.advance(30 * day);
    expect((await send({ id, token })).status).toBe(410);
  });
});
