import { TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { placeOf } from '../../../src/kernel/secrets.ts';
import { minute, stopClock } from '../../kit/clock.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { testSecrets } from '../../kit/tools.ts';
import { unique } from '../../kit/unique.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { oidcForThisFile } from './cast.ts';

const { issuer, logged, browser: open } = oidcForThisFile();

/** Somebody with an account, and who they are to the issuer. */
async function makeCast(fields: Parameters<World['account']>[0] = {}) {
  const world = await makeWorld();
  const member = await world.member();
  const account = await world.account({ people: [member], ...fields });
  const subject = { sub: `subject-${unique()}`, email: account.email, email_verified: true };
  issuer.expect(subject);
  return { world, member, account, subject };
}

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const code = (at: Date) => new TOTP({ secret }).generate({ timestamp: at.getTime() });

/** Has the account ask for a second factor. */
async function withSecondFactor(world: World, accountId: string): Promise<void> {
  const { keyId, bytes } = testSecrets.seal(secret, placeOf('accounts.totp_secret', accountId));
  const data = { totpSecret: bytes, totpKeyId: keyId, totpConfirmedAt: new Date() };
  await world.rows.account.update({ where: { id: accountId }, data });
}

const linksOf = ({ rows }: World, accountId: string) =>
  rows.accountIdentity.findMany({ where: { accountId }, select: { issuer: true, subject: true } });

describe('an issuer of the deployment', () => {
  test('signs an account in, the first time by its verified address', async () => {
    const { world, member, account, subject } = await makeCast();
    const browser = open();
    const { result, events } = await recorded(world, () => browser.signIn(issuer, 'google'));
    expect([result.status, result.headers.get('location')]).toEqual([303, '/graphql']);
    expect(await browser.whoAmI()).toEqual({
      kind: 'STAFF',
      me: encodeId('TeamMember', member.id),
      account: account.email,
      organization: encodeId('Organization', world.organizationId),
    });
    expect(await linksOf(world, account.id)).toEqual([{ issuer: issuer.url, subject: subject.sub }]);
    expect(events).toMatchObject([{ type: 'session.created', actorId: member.id }]);
    expect(await world.rows.session.findFirst({ where: { userId: member.id } })).toMatchObject({
      accountId: account.id,
      issuerId: null,
    });
  });

  test('law 1: knows it by its subject from then on, whatever the addresses become', async () => {
    const { world, account, subject } = await makeCast();
    await open().signIn(issuer, 'google');
    await world.rows.account.update({ where: { id: account.id }, data: { email: `moved-${account.email}` } });
    issuer.expect({ ...subject, email: undefined });
    expect((await open().signIn(issuer, 'google')).status).toBe(303);
    expect(await linksOf(world, account.id)).toHaveLength(1);
  });

  test('goes to the organization that is asked for, by slug or id', async () => {
    const { world, account } = await makeCast();
    const other = await makeWorld();
    const elsewhere = await other.member();
    await other.rows.user.update({ where: { id: elsewhere.id }, data: { accountId: account.id } });
    for (const [organization, at] of [
      [other.organization.slug, other],
      [encodeId('Organization', world.organizationId), world],
    ] as const) {
      const browser = open();
      await browser.signIn(issuer, 'google', `?organization=${organization}`);
      expect(await browser.whoAmI()).toMatchObject({ organization: encodeId('Organization', at.organizationId) });
    }
    const stranger = await makeWorld();
    const { status } = await open().signIn(issuer, 'google', `?organization=${stranger.organization.slug}`);
    expect(status).toBe(403);
  });

  test.each<[string, (cast: Awaited<ReturnType<typeof makeCast>>) => unknown, string]>([
    [
      'whose address is not verified there',
      ({ subject }) => issuer.expect({ ...subject, email_verified: false }),
      'EMAIL_NOT_VERIFIED',
    ],
    ['that nobody has', ({ subject }) => issuer.expect({ ...subject, email: 'nobody@example.com' }), 'UNKNOWN_PERSON'],
    [
      'that has not proven its address here',
      ({ world, account: { id } }) => world.rows.account.update({ where: { id }, data: { verifiedAt: null } }),
      'UNKNOWN_PERSON',
    ],
    [
      'that may not sign in',
      ({ world, account: { id } }) => world.rows.account.update({ where: { id }, data: { status: 'INACTIVE' } }),
      'UNKNOWN_PERSON',
    ],
    [
      'that somebody else there is linked to',
      ({ world, account }) => world.accountIdentity({ accountId: account.id, issuer: issuer.url }),
      'LINKED_TO_ANOTHER',
    ],
    [
      'whose people may act nowhere',
      ({ world, member: { id } }) => world.rows.user.update({ where: { id }, data: { status: 'INACTIVE' } }),
      'NO_ORGANIZATION',
    ],
    [
      'whose organization is archived',
      ({ world }) =>
        world.rows.organization.update({ where: { id: world.organizationId }, data: { archivedAt: new Date() } }),
      'NO_ORGANIZATION',
    ],
  ])('signs in no account %s', async (_, change, reason) => {
    const cast = await makeCast();
    await change(cast);
    const links = await linksOf(cast.world, cast.account.id);
    logged.length = 0;
    const { status, text } = await unchanged(cast.world, () => open().signIn(issuer, 'google'));
    expect(status).toBe(403);
    expect(text).toContain('<bdi>Google &amp; Co</bdi> vouches for nobody who may sign in here.');
    expect(logged.join()).toContain(reason);
    expect(await linksOf(cast.world, cast.account.id)).toEqual(links);
  });
});

describe('GET /oidc', () => {
  test('lists where buttons lead: the organization’s own first, and nothing about one that is not there', async () => {
    const world = await makeWorld();
    const own = await world.issuer({ name: 'Directory' });
    const list = async (search: string) => JSON.parse((await open().get(`/oidc${search}`)).text);
    const google = (search: string) => ({ name: 'Google & Co', url: `https://engine.test/oidc/google/start${search}` });
    expect(await list('')).toEqual({ issuers: [google('')] });
    const here = `?organization=${world.organization.slug}`;
    const key = encodeId('Issuer', own.id);
    expect(await list(here)).toEqual({
      issuers: [{ name: 'Directory', url: `https://engine.test/oidc/${key}/start${here}` }, google(here)],
    });
    for (const nobody of ['?organization=nobody', '?organization=%00', '?organization='])
      expect((await list(nobody)).issuers).toHaveLength(1);
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { archivedAt: new Date() } });
    expect((await list(here)).issuers).toHaveLength(1);
  });
});

describe('law 5: the second factor of an account', () => {
  async function waiting() {
    const cast = await makeCast();
    await withSecondFactor(cast.world, cast.account.id);
    const browser = open();
    const asked = await browser.signIn(issuer, 'google');
    return { ...cast, browser, asked };
  }

  test('is asked for on a page of its own; until then nothing has happened', async () => {
    const { world, account, browser, asked } = await waiting();
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('<form method="post" action="/oidc/code">');
    expect([...browser.jar.keys()]).toEqual(['__Host-waiting']);
    expect(await browser.whoAmI()).toBe('UNAUTHENTICATED');
    expect(await linksOf(world, account.id)).toEqual([]);
    expect(await world.rows.session.count({ where: { organizationId: world.organizationId } })).toBe(0);
  });

  test('opens with a code of the authenticator, or a recovery code, once', async () => {
    const { world, member, account, browser } = await waiting();
    const clock = stopClock();
    const kept = new Map(browser.jar);
    const right = code(clock.now());
    const { status, headers } = await browser.send('/oidc/code', { code: right });
    expect([status, headers.get('location')]).toEqual([303, '/graphql']);
    expect([...browser.jar.keys()]).toEqual(['__Host-session']);
    expect(await browser.whoAmI()).toMatchObject({ me: encodeId('TeamMember', member.id), account: account.email });
    expect(await linksOf(world, account.id)).toHaveLength(1);
    // Who kept the cookie has no code any more.
    const other = open();
    for (const [name, value] of kept) other.jar.set(name, value);
    expect((await unchanged(world, () => other.send('/oidc/code', { code: right }))).status).toBe(403);
  });

  test('is asked for again when the code is wrong; after five of them the account is locked, with the right one, too', async () => {
    const { world, browser } = await waiting();
    const clock = stopClock();
    for (let time = 0; time < 5; time += 1) {
      const { status, text } = await unchanged(world, () => browser.send('/oidc/code', { code: '000000' }));
      expect([status, text.includes('That code is wrong')]).toEqual([403, true]);
    }
    expect((await unchanged(world, () => browser.send('/oidc/code', { code: code(clock.now()) }))).status).toBe(429);
  });

  test('waits five minutes, in this browser, for a form of our own page', async () => {
    const { world, browser } = await waiting();
    const clock = stopClock();
    const send = (headers: Record<string, string> = {}) =>
      browser.send('/oidc/code', { code: code(clock.now()) }, headers);
    expect((await unchanged(world, () => send({ 'sec-fetch-site': 'cross-site' }))).status).toBe(403);
    expect((await unchanged(world, () => open().send('/oidc/code', { code: code(clock.now()) }))).status).toBe(400);
    clock.advance(5 * minute);
    expect((await unchanged(world, () => send())).status).toBe(400);
  });

  test('is not asked for where the issuer has asked for several', async () => {
    const { world, account, subject } = await makeCast();
    await withSecondFactor(world, account.id);
    issuer.expect({ ...subject, amr: ['pwd', 'mfa'] });
    expect((await open().signIn(issuer, 'google')).status).toBe(303);
    issuer.expect({ ...subject, amr: ['pwd', 'otp'] });
    expect((await open().signIn(issuer, 'google')).status).toBe(200);
  });
});
