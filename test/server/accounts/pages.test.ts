import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountUnchanged, whoIs } from '../../identity/signing.ts';
import { password } from '../../kit/builders/accounts.ts';
import { settings } from '../../kit/client.ts';
import { stopClock } from '../../kit/clock.ts';
import { unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { type Listening, listen, newAddress, reply, sendForm } from '../listening.ts';

let server: Listening;
beforeAll(async () => {
  server = await listen(settings);
});
afterAll(() => server.close());

const ownPage = { 'sec-fetch-site': 'same-origin' };
const page = (path: string, token: string, headers = {}) => reply(`${server.url}${path}?token=${token}`, { headers });
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = ownPage) =>
  sendForm(`${server.url}${path}`, fields, headers);
const policy =
  /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/;

describe('/verify-email of a sign-up', () => {
  test('shows whose address it is, and asks for the password; nothing else may run, be loaded or be kept', async () => {
    const world = await makeWorld();
    const { token, email } = await world.signUp({ organizationName: `<script>alert('x')</script> & "Sons"` });
    const { status, headers, text } = await page('/verify-email', token);
    expect(status).toBe(200);
    expect(text).toContain(email);
    expect(text).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Sons&quot;');
    expect(text).toContain('<form method="post" action="/verify-email">');
    expect(text).toContain(`<input type="hidden" name="token" value="${token}">`);
    expect(text).toContain('type="password" name="password" autocomplete="current-password" required');
    expect(text).not.toMatch(/<script|<img|<link|(src|href)=| on\w+=/i);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(headers.get('content-security-policy')).toMatch(policy);
    expect(headers.get('set-cookie')).toBeNull();
    // Looking uses nothing up.
    expect((await page('/verify-email', token)).status).toBe(200);
  });

  test('makes the account with the password, and signs in', async () => {
    const world = await makeWorld();
    const { token, email } = await world.signUp();
    const { status, headers } = await post('/verify-email', { token, password });
    expect([status, headers.get('location')]).toEqual([303, '/graphql']);
    const session = /^__Host-session=([^;]+); Max-Age=86400; Path=\/; Secure; HttpOnly; SameSite=Lax$/.exec(
      headers.get('set-cookie') ?? '',
    )?.[1] as string;
    expect(await whoIs(session)).toMatch(/^member_/);
    expect(await world.rows.account.count({ where: { email, verifiedAt: { not: null } } })).toBe(1);
    // It is used up: what is left says so, to whoever looks and to whoever presses again.
    for (const again of [await page('/verify-email', token), await post('/verify-email', { token, password })]) {
      expect([again.status, again.headers.get('set-cookie')]).toEqual([410, null]);
      expect(again.text).toContain('This link does not work');
    }
  });

  test('asks again after a wrong password, and says what was wrong', async () => {
    const world = await makeWorld();
    const { token } = await world.signUp();
    const { status, text, headers } = await post('/verify-email', { token, password: 'seven brave otter' });
    expect([status, headers.get('set-cookie')]).toEqual([403, null]);
    expect(text).toContain('That is not the password that you have chosen.');
    expect(text).not.toContain('seven brave otter');
    expect((await post('/verify-email', { token, password })).status).toBe(303);
  });

  test('has whoever guesses wait', async () => {
    const world = await makeWorld();
    const { token } = await world.signUp();
    stopClock();
    for (let time = 0; time < 5; time += 1) await post('/verify-email', { token, password: 'x' });
    const { status, text } = await post('/verify-email', { token, password });
    expect(status).toBe(429);
    expect(text).toContain('Try again in 15 minutes.');
  });

  test('says so where there is an account by now', async () => {
    const world = await makeWorld();
    const { token, email } = await world.signUp();
    await world.account({ email });
    const { status, text } = await post('/verify-email', { token, password });
    expect(status).toBe(409);
    expect(text).toContain('There is an account already');
  });
});

describe('/verify-email of an account', () => {
  async function cast() {
    const world = await makeWorld();
    const account = await world.account({ people: [world.admin] });
    const email = `moved-${account.email}`;
    const { token } = await world.accountCode({ accountId: account.id, kind: 'VERIFY_EMAIL', email });
    const { secret } = await world.session({ user: world.admin, accountId: account.id });
    return { world, account, email, token, cookie: `__Host-session=${secret}` };
  }

  test('confirms the address in the browser where somebody is signed in', async () => {
    const { world, account, email, token, cookie } = await cast();
    const shown = await page('/verify-email', token);
    expect(shown.text).toContain(email);
    expect(shown.text).not.toContain('type="password"');
    const { status, text } = await post('/verify-email', { token }, { ...ownPage, cookie });
    expect(status).toBe(200);
    expect(text).toContain('Your address is confirmed');
    expect(await world.rows.account.findUniqueOrThrow({ where: { id: account.id } })).toMatchObject({ email });
  });

  test('has everybody else sign in first, and is still good then', async () => {
    const { world, account, token, cookie } = await cast();
    const other = await cast();
    for (const headers of [
      ownPage,
      { ...ownPage, cookie: other.cookie },
      { ...ownPage, cookie: '__Host-session=sx_session_x' },
    ]) {
      const { status, text } = await accountUnchanged(world, account.id, () =>
        post('/verify-email', { token }, headers),
      );
      expect(status).toBe(403);
      expect(text).toContain('Sign in first');
    }
    expect((await post('/verify-email', { token }, { ...ownPage, cookie })).status).toBe(200);
  });
});

describe('/reset-password', () => {
  async function cast() {
    const world = await makeWorld();
    const account = await world.account({ people: [world.admin] });
    const { token } = await world.accountCode({ accountId: account.id, email: account.email });
    return { world, account, token };
  }

  test('asks for a new password, and sets it', async () => {
    const { world, account, token } = await cast();
    const { secret } = await world.session({ user: world.admin, accountId: account.id });
    const { status, text, headers } = await page('/reset-password', token);
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toMatch(policy);
    expect(text).toContain('type="password" name="password" autocomplete="new-password"');
    expect(text).not.toContain(account.email);
    const done = await post('/reset-password', { token, password: 'eight calm herons' });
    expect([done.status, done.headers.get('set-cookie')]).toEqual([200, null]);
    expect(done.text).toContain('Your password is set');
    expect(await whoIs(secret)).toBe('UNAUTHENTICATED');
    expect((await post('/reset-password', { token, password: 'nine wise ravens' })).status).toBe(410);
  });

  test('says what is wrong with a password, and takes another', async () => {
    const { world, account, token } = await cast();
    for (const [bad, words] of [
      ['short', 'The password must have 10 characters or more.'],
      ['password2024', 'The password is one of those that are tried first.'],
    ] as const) {
      const { status, text } = await accountUnchanged(world, account.id, () =>
        post('/reset-password', { token, password: bad }),
      );
      expect(status).toBe(422);
      expect(text).toContain(words);
      expect(text).not.toContain(`value="${bad}"`);
    }
    expect((await post('/reset-password', { token, password: 'eight calm herons' })).status).toBe(200);
  });
});

describe('the pages of links', () => {
  test('that open nothing are one page, whatever the reason', async () => {
    const world = await makeWorld();
    const { id: accountId } = await world.account({ people: [world.admin] });
    const verify = await world.accountCode({ accountId, kind: 'VERIFY_EMAIL' });
    const reset = await world.accountCode({ accountId });
    const used = await world.accountCode({ accountId, usedAt: new Date() });
    const late = await world.accountCode({ accountId, expiresAt: new Date(Date.now() - 1) });
    const wish = await world.signUp();
    const texts = new Set<string>();
    for (const [path, token] of [
      ['/verify-email', reset.token],
      ['/reset-password', verify.token],
      ['/reset-password', wish.token],
      ['/reset-password', used.token],
      ['/verify-email', late.token],
      ['/verify-email', 'x'.repeat(43)],
    ] as const) {
      const { status, text } = await page(path, token);
      expect([path, status]).toEqual([path, 410]);
      texts.add(text);
    }
    for (const token of ['', 'x', '%00', '%3Cscript%3E', 'x'.repeat(44)]) {
      const { status, text } = await page('/reset-password', token);
      expect([token, status]).toEqual([token, 400]);
      texts.add(text);
    }
    expect(texts.size).toBe(1);
  });

  test.each<[string, Record<string, string>]>([
    ['nothing about where it comes from', {}],
    ['another origin', { origin: 'https://evil.example' }],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: settings.publicUrl }],
  ])('take no form that says %s', async (_, headers) => {
    const world = await makeWorld();
    const account = await world.account({ people: [world.admin] });
    const { token } = await world.accountCode({ accountId: account.id, email: account.email });
    const wish = await world.signUp();
    for (const [path, fields] of [
      ['/reset-password', { token, password: 'eight calm herons' }],
      ['/verify-email', { token: wish.token, password }],
    ] as const) {
      const { status, text } = await unchanged(world, () =>
        accountUnchanged(world, account.id, () => post(path, fields, headers)),
      );
      expect(status).toBe(403);
      expect(text).toContain('That was not sent from here');
    }
  });

  test('are shown to an address until it has tried 30 that open nothing', async () => {
    const world = await makeWorld();
    const { token } = await world.signUp();
    const from = { 'x-forwarded-for': newAddress() };
    stopClock();
    for (let time = 0; time < 30; time += 1) {
      const path = ['/login', '/verify-email', '/reset-password'][time % 3] as string;
      expect((await page(path, 'x'.repeat(path === '/login' ? 32 : 43), from)).status).toBe(410);
    }
    for (const path of ['/login', '/verify-email', '/reset-password']) {
      expect((await page(path, token, from)).status).toBe(429);
    }
    expect((await page('/verify-email', token)).status).toBe(200);
  });

  test('other methods are not possible', async () => {
    for (const path of ['/verify-email', '/reset-password']) {
      const { status, headers } = await reply(`${server.url}${path}`, { method: 'PUT' });
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    }
  });
});
