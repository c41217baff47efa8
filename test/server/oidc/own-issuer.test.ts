import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { unique } from '../../kit/unique.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import type { Browser } from './browser.ts';
import { oidcForThisFile } from './cast.ts';

const { issuer, logged, browser: open, ownIssuer } = oidcForThisFile();

/** A member of an organization that has the issuer for its own, and who they are there. */
async function makeCast(fields: Parameters<typeof makeWorld>[0] = {}) {
  const world = await makeWorld(fields);
  const own = await ownIssuer(world, { name: 'Directory' });
  const member = await world.member();
  const subject = { sub: `subject-${unique()}`, email: member.email.toUpperCase(), email_verified: true };
  issuer.expect(subject);
  return { world, own, member, subject };
}

const linksOf = (world: World) =>
  world.rows.userIdentity.findMany({
    where: { organizationId: world.organizationId },
    select: { userId: true, subject: true },
  });

describe('an issuer of an organization’s own', () => {
  test('signs its people in, the first time by their verified address; announced, logged, and nothing of it told', async () => {
    const { world, own, member, subject } = await makeCast();
    const browser = open();
    logged.length = 0;
    const { result, events, logs } = await recorded(world, () => browser.signIn(issuer, own.key));
    expect([result.status, result.headers.get('location')]).toEqual([303, '/graphql']);
    expect(result.headers.get('cache-control')).toBe('no-store');
    expect(await browser.whoAmI()).toEqual({
      kind: 'STAFF',
      me: encodeId('TeamMember', member.id),
      account: null,
      organization: encodeId('Organization', world.organizationId),
    });
    expect([...browser.jar.keys()]).toEqual(['__Host-session']);
    expect(await linksOf(world)).toEqual([{ userId: member.id, subject: subject.sub }]);
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([
      ['identity.linked', member.id],
      ['session.created', member.id],
    ]);
    expect(logs.map(({ entity, event, actorId }) => [entity, event, actorId])).toEqual([
      ['USER_IDENTITY', 'CREATED', member.id],
      ['SESSION', 'CREATED', member.id],
    ]);
    const written = JSON.stringify([logged, events, logs]);
    for (const [name, value] of browser.jar) expect(written, name).not.toContain(value);
    expect(written).not.toContain(issuer.client.secret);
    expect(logged.join()).toContain('an issuer vouched for somebody');
  });

  test('the cookie of the journey is sealed, for this host, and gone on arrival', async () => {
    const { own } = await makeCast();
    const browser = open();
    const { headers } = await browser.get(`/oidc/${own.key}/start`);
    const [cookie = ''] = headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-journey_[\w-]{8}=test\.[\w-]+; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    const asked = new URL(headers.get('location') ?? '');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      redirect_uri: 'https://engine.test/oidc/callback',
      code_challenge_method: 'S256',
      scope: 'openid email profile',
    });
    const { state = '', nonce = '' } = Object.fromEntries(asked.searchParams);
    expect([state.length, nonce.length]).toEqual([43, 43]);
    expect(cookie).not.toContain(nonce);
    const back = await browser.arrive(await issuer.visit(asked.href));
    expect(back.headers.getSetCookie().at(-1)).toMatch(/^__Host-journey_[\w-]{8}=; Max-Age=0;/);
  });

  test('law 1: knows them by their subject from then on, whatever their address becomes', async () => {
    const { world, own, member, subject } = await makeCast();
    await open().signIn(issuer, own.key);
    issuer.expect({ ...subject, email: 'another@example.com', email_verified: false });
    const browser = open();
    expect((await browser.signIn(issuer, own.key)).status).toBe(303);
    expect(await browser.whoAmI()).toMatchObject({ me: encodeId('TeamMember', member.id) });
    expect(await linksOf(world)).toHaveLength(1);
  });

  test('law 3: lets nobody else in who has the address now', async () => {
    const { world, own, subject } = await makeCast();
    await open().signIn(issuer, own.key);
    issuer.expect({ ...subject, sub: 'somebody else' });
    const { status, headers } = await unchanged(world, () => open().signIn(issuer, own.key));
    expect([status, headers.getSetCookie().some((cookie) => cookie.includes('session'))]).toEqual([403, false]);
  });

  test('signs clients in, too, and goes on to the portal', async () => {
    const world = await makeWorld({ domain: 'portal.example.com' });
    const own = await ownIssuer(world);
    const client = await world.client();
    issuer.expect({ sub: `client-${unique()}`, email: client.email, email_verified: 'true' });
    const browser = open();
    const { headers } = await browser.signIn(issuer, own.key);
    expect(headers.get('location')).toBe('https://portal.example.com');
    expect(await browser.whoAmI()).toMatchObject({ kind: 'CLIENT', me: encodeId('Client', client.id) });
  });

  test.each<[string, (cast: Awaited<ReturnType<typeof makeCast>>) => unknown, string]>([
    [
      'whose address is not verified',
      ({ subject }) => issuer.expect({ ...subject, email_verified: false }),
      'EMAIL_NOT_VERIFIED',
    ],
    ['without an address', ({ subject: { sub } }) => issuer.expect({ sub }), 'EMAIL_NOT_VERIFIED'],
    [
      'whom nobody knows',
      ({ subject }) => issuer.expect({ ...subject, email: 'nobody@example.com' }),
      'UNKNOWN_PERSON',
    ],
    [
      'who may not act',
      ({ world, member }) => world.rows.user.update({ where: { id: member.id }, data: { status: 'INACTIVE' } }),
      'UNKNOWN_PERSON',
    ],
  ])('lets nobody in %s, and all see the same page', async (_, change, code) => {
    const cast = await makeCast();
    await change(cast);
    logged.length = 0;
    const { status, text } = await unchanged(cast.world, () => open().signIn(issuer, cast.own.key));
    expect(status).toBe(403);
    expect(text).toContain('<bdi>Directory</bdi> vouches for nobody who may sign in here.');
    expect(logged.join()).toContain(code);
    expect(await linksOf(cast.world)).toEqual([]);
  });

  test('vouches for nobody of another organization, though the address is the same', async () => {
    const { own, member } = await makeCast();
    const other = await makeWorld();
    const twin = await other.member({ email: member.email });
    const browser = open();
    await browser.signIn(issuer, own.key);
    expect(await browser.whoAmI()).toMatchObject({ me: encodeId('TeamMember', member.id) });
    expect(await other.rows.session.count({ where: { userId: twin.id } })).toBe(0);
  });

  test('law 2 of issuers: its session is no account’s, and leads to no other organization', async () => {
    const { world, own, member } = await makeCast();
    const other = await makeWorld();
    const elsewhere = await other.member();
    const { id: accountId } = await world.account({ email: member.email, people: [member, elsewhere] });
    // The account's second factor protects the account, which this does not open.
    await world.rows.account.update({
      where: { id: accountId },
      data: { totpSecret: Buffer.from('x'), totpKeyId: 'test', totpConfirmedAt: new Date() },
    });
    const browser = open();
    expect((await browser.signIn(issuer, own.key)).status).toBe(303);
    expect(await browser.whoAmI()).toMatchObject({ account: null, me: encodeId('TeamMember', member.id) });
    expect(await world.rows.session.findFirst({ where: { userId: member.id } })).toMatchObject({
      accountId: null,
      issuerId: own.id,
    });
  });

  test('is none while its organization is archived, nor when it was deleted', async () => {
    const { world, own } = await makeCast();
    const browser = open();
    const back = await browser.leave(issuer, own.key);
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { archivedAt: new Date() } });
    expect((await browser.get(`/oidc/${own.key}/start`)).status).toBe(404);
    expect((await unchanged(world, () => browser.arrive(back))).status).toBe(400);
    await world.rows.organization.update({ where: { id: world.organizationId }, data: { archivedAt: null } });
    const again = await browser.leave(issuer, own.key);
    await world.rows.issuer.delete({ where: { id: own.id } });
    expect((await browser.arrive(again)).status).toBe(400);
    expect((await browser.get(`/oidc/${own.key}/start`)).status).toBe(404);
  });

  test('of several who come at once for the first time links one subject', async () => {
    const { world, own, subject } = await makeCast();
    const travellers: { browser: Browser; back: URL }[] = [];
    for (let number = 0; number < 6; number += 1) {
      issuer.expect({ ...subject, sub: number % 2 === 0 ? subject.sub : `other-${number}` });
      const browser = open();
      travellers.push({ browser, back: await browser.leave(issuer, own.key) });
    }
    const answers = await Promise.all(travellers.map(({ browser, back }) => browser.arrive(back)));
    expect(await linksOf(world)).toHaveLength(1);
    const [linked] = await linksOf(world);
    const letIn = answers.filter(({ status }) => status === 303).length;
    expect(letIn).toBe(linked?.subject === subject.sub ? 3 : 1);
  });
});

describe('a journey', () => {
  test('is one browser’s: another one is not let in by its way back, and learns nothing', async () => {
    const { world, own } = await makeCast();
    const back = await open().leave(issuer, own.key);
    const { status, text } = await unchanged(world, () => open().arrive(back));
    expect([status, text.includes('Please begin again')]).toEqual([400, true]);
    expect(issuer.asked('/token')).toBe(0);
  });

  test.each<[string, (back: URL) => void]>([
    ['another state', (back) => back.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (back) => back.searchParams.delete('state')],
    ['an empty state', (back) => back.searchParams.set('state', '')],
    ['a state that only begins alike', (back) => back.searchParams.set('state', `${back.searchParams.get('state')}x`)],
  ])('does not end with %s', async (_, change) => {
    const { world, own } = await makeCast();
    const browser = open();
    const back = await browser.leave(issuer, own.key);
    change(back);
    expect((await unchanged(world, () => browser.arrive(back))).status).toBe(400);
    expect(issuer.asked('/token')).toBe(0);
  });

  test('ends once: its way back works no second time', async () => {
    const { world, own } = await makeCast();
    const browser = open();
    const back = await browser.leave(issuer, own.key);
    const kept = new Map(browser.jar);
    expect((await browser.arrive(back)).status).toBe(303);
    expect((await unchanged(world, () => browser.arrive(back))).status).toBe(400);
    // Who kept the cookie has no code any more.
    for (const [name, value] of kept) browser.jar.set(name, value);
    expect((await unchanged(world, () => browser.arrive(back))).status).toBe(403);
  });

  test('of another tab does not disturb it', async () => {
    const { own } = await makeCast();
    const browser = open();
    const [first, second] = [await browser.leave(issuer, own.key), await browser.leave(issuer, own.key)];
    expect((await browser.arrive(first)).status).toBe(303);
    expect((await browser.arrive(second)).status).toBe(303);
  });

  test('is no other’s: not with a cookie that was changed, renamed or made up', async () => {
    const { world, own } = await makeCast();
    const browser = open();
    const back = await browser.leave(issuer, own.key);
    const [[name, value = '']] = [...browser.jar] as [[string, string]];
    const [key, sealed = ''] = value.split('.');
    const other = open();
    const [, stolen] = [await other.leave(issuer, own.key), [...other.jar.values()][0] as string];
    for (const fake of [
      '',
      'x',
      'test.',
      'test.AAAA',
      `other.${sealed}`,
      `${key}.${sealed.slice(0, -4)}AAAA`,
      stolen,
    ]) {
      browser.jar.set(name, fake);
      expect((await unchanged(world, () => browser.arrive(back))).status).toBe(400);
    }
  });

  test('that comes back with a refusal ends with the page for that, and without a code', async () => {
    const { world, own } = await makeCast();
    const browser = open();
    const back = await browser.leave(issuer, own.key);
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied<script>');
    logged.length = 0;
    const { status } = await unchanged(world, () => browser.arrive(back));
    expect([status, browser.jar.size, issuer.asked('/token')]).toEqual([403, 0, 0]);
    expect(logged.join()).not.toContain('<script>');
  });

  test.each<[string, (back: URL) => void]>([
    ['another issuer', (back) => back.searchParams.set('iss', 'https://evil.example')],
    ['nobody, where the issuer says that it says who it is', (back) => back.searchParams.delete('iss')],
  ])('is not ended by %s', async (_, change) => {
    const { world, own } = await makeCast();
    const browser = open();
    const back = await browser.leave(issuer, own.key);
    change(back);
    expect((await unchanged(world, () => browser.arrive(back))).status).toBe(403);
    expect(issuer.asked('/token')).toBe(0);
  });

  test.each<[string, () => void, number]>([
    ['lies about whom the token is for', () => issuer.lieAbout({ claims: (told) => ({ ...told, aud: 'x' }) }), 403],
    ['repeats an old nonce', () => issuer.lieAbout({ claims: (told) => ({ ...told, nonce: 'x' }) }), 403],
    ['signs nothing', () => issuer.lieAbout({ signature: 'NONE' }), 403],
    ['has lost its key', () => issuer.lieAbout({ signature: 'STRANGERS' }), 403],
    ['refuses the code', () => issuer.answer('/token', 400, { error: 'invalid_grant' }), 403],
    ['is ill', () => issuer.answer('/token', 503), 502],
  ])('ends with nobody signed in where the issuer %s', async (_, lie, expected) => {
    const { world, own } = await makeCast();
    const browser = open();
    const back = await browser.leave(issuer, own.key);
    lie();
    const { status, headers } = await unchanged(world, () => browser.arrive(back));
    expect(status).toBe(expected);
    expect(headers.getSetCookie().filter((cookie) => cookie.includes('session'))).toEqual([]);
  });

  test('does not begin where the issuer can’t be asked, or is none of ours', async () => {
    const { own } = await makeCast();
    const world = await makeWorld();
    const gone = await ownIssuer(world, { address: 'http://127.0.0.1:9', name: '<b>Gone</b>' });
    const { status, text } = await open().get(`/oidc/${gone.key}/start`);
    expect([status, text.includes('&lt;b&gt;Gone&lt;/b&gt;')]).toEqual([502, true]);
    const unknown = [encodeId('Issuer', world.organizationId), 'nobody', '%ff', `${own.key}%00`, 'callback'];
    for (const key of unknown) expect((await open().get(`/oidc/${key}/start`)).status).toBe(404);
  });
});
