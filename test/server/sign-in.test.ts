import http from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { settings } from '../kit/client.ts';
import { hour, stopClock } from '../kit/clock.ts';
import { recorded, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { type Listening, listen, reply, sendForm } from './listening.ts';

const logged: string[] = [];
let server: Listening;
/** As on a developer's machine. */
let plain: Listening;
const plainSettings = { publicUrl: 'http://localhost', secret: settings.secret };

beforeAll(async () => {
  const log = pino({ level: 'debug' }, { write: (line) => void logged.push(line) });
  server = await listen(settings, { log });
  plain = await listen(plainSettings, { hasPortals: false });
});
afterAll(async () => {
  await server.close();
  await plain.close();
});

/** The token of a link that was made for the client through the API. */
async function tokenFor(world: World, client: { id: string }): Promise<string> {
  const { magicLinkCreate } = await world
    .as(world.admin)
    .run(
      'mutation ($id: ID!) { magicLinkCreate(input: { clientId: $id }) { ... on MagicLinkCreateSuccess { link } } }',
      {
        id: client.id,
      },
    );
  return new URL(magicLinkCreate.link).searchParams.get('token') as string;
}

const pageOf = (token: string) => reply(`${server.url}/login?token=${token}`);
const post = (token: string, headers?: Record<string, string>) => sendForm(`${server.url}/login`, { token }, headers);

/** The session's cookie of an answer, as a browser sends it back. */
const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';')[0] ?? '';

async function whoAmI(url: string, cookie: string): Promise<unknown> {
  const { text } = await reply(`${url}/graphql`, {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { kind } me { id } }' }),
  });
  const { data, errors } = JSON.parse(text);
  return data ? { kind: data.viewer.kind, id: data.me.id } : errors[0].extensions.code;
}

/** Tokens that open nothing, each for a reason of its own. */
async function badTokens(world: World): Promise<Record<string, string>> {
  const made = async (change?: (client: { id: string }) => Promise<unknown>) => {
    const client = await world.client();
    const token = await tokenFor(world, client);
    await change?.(client);
    return token;
  };
  const change = (data: object) => (client: { id: string }) =>
    world.rows.user.update({ where: { id: client.id }, data });
  const changeLink = (data: object) => (client: { id: string }) =>
    world.rows.magicLink.updateMany({ where: { userId: client.id }, data });
  return {
    unknown: 'x'.repeat(32),
    used: await made(changeLink({ usedAt: new Date() })),
    expired: await made(changeLink({ expiresAt: new Date(Date.now() - 1) })),
    inactive: await made(change({ status: 'INACTIVE' })),
    'with two factors': await made(change({ hasTwoFactor: true })),
    deleted: await made((client) => world.rows.user.delete({ where: { id: client.id } })),
  };
}

describe('GET /login', () => {
  test('shows who would sign in where, and a button; nothing else may run, be loaded or be kept', async () => {
    const world = await makeWorld({ name: 'Northwind Studio' });
    const token = await tokenFor(world, await world.client({ firstName: 'Inés', lastName: 'Vázquez' }));
    const { status, headers, text } = await pageOf(token);
    expect(status).toBe(200);
    expect(text).toContain('<title>Sign in to Northwind Studio</title>');
    expect(text).toContain('as <strong><bdi>Inés Vázquez</bdi></strong>');
    expect(text.match(/<button>/g)).toHaveLength(1);
    expect(text).toContain('<form method="post" action="/login">');
    expect(text).toContain(`<input type="hidden" name="token" value="${token}">`);
    expect(text).not.toMatch(/<script|<img|<link|(src|href)=| on\w+=/i);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('set-cookie')).toBeNull();
  });

  test('law 5: uses nothing up, however often programs look', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const token = await tokenFor(world, client);
    await unchanged(world, async () => {
      for (let look = 0; look < 5; look += 1) expect((await pageOf(token)).status).toBe(200);
      expect((await reply(`${server.url}/login?token=${token}`, { method: 'HEAD' })).status).toBe(200);
    });
    expect((await post(token)).status).toBe(303);
  });

  test('HTML in names stays text', async () => {
    const world = await makeWorld({ name: `<script>alert('x')</script> & "Sons"` });
    const token = await tokenFor(
      world,
      await world.client({ firstName: '</bdi><b>Bold', lastName: `<img src=x onerror="a('b')">` }),
    );
    const { text } = await pageOf(token);
    expect(text).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Sons&quot;');
    expect(text).toContain('&lt;/bdi&gt;&lt;b&gt;Bold &lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;');
    expect(text).not.toMatch(/<script|<img|<b>/);
  });

  test('of a token that opens nothing is one page, whatever the reason', async () => {
    const world = await makeWorld();
    const answers = new Map<string, string>();
    for (const [reason, token] of Object.entries(await badTokens(world))) {
      const { status, headers, text } = await pageOf(token);
      const told = { status, text, headers: [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)) };
      answers.set(JSON.stringify(told), reason);
      expect([reason, status]).toEqual([reason, 410]);
    }
    expect(answers.size).toBe(1);
    expect([...answers.keys()].join()).toContain('This link does not work');
  });

  test.each([
    ['no token', ''],
    ['an empty one', '?token='],
    ['one that was cut short', `?token=${'x'.repeat(31)}`],
    ['one that is too long', `?token=${'x'.repeat(33)}`],
    ['two', `?token=${'x'.repeat(16)}&token=${'x'.repeat(16)}`],
    ['HTML', '?token=%3Cscript%3Ealert(1)%3C/script%3E'],
    ['the character NUL', `?token=${'x'.repeat(31)}%00`],
    ['no characters at all', '?token=%ff%fe%'],
  ])('with %s is a wrong address', async (_, search) => {
    const { status, text } = await reply(`${server.url}/login${search}`);
    expect([status, text]).toEqual([400, (await pageOf('x'.repeat(32))).text]);
  });

  test('other methods are not possible', async () => {
    for (const [path, method, allow] of [
      ['/login', 'PUT', 'GET, HEAD, POST'],
      ['/login', 'DELETE', 'GET, HEAD, POST'],
      ['/logout', 'GET', 'POST'],
    ]) {
      const { status, headers } = await reply(`${server.url}${path}`, { method });
      expect([status, headers.get('allow')]).toEqual([405, allow]);
    }
  });
});

describe('POST /login', () => {
  test('signs the client in: uses the link, makes a session and gives its cookie; each is announced and logged', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const token = await tokenFor(world, client);
    logged.length = 0;
    const { result, events, logs } = await recorded(world, () =>
      post(token, { origin: settings.publicUrl, 'user-agent': 'Browser/1.0', 'x-forwarded-for': '192.0.2.7' }),
    );

    const { status, headers, text } = result;
    expect([status, headers.get('location'), text]).toEqual([303, '/graphql', '']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-session=sx_session_[A-Za-z0-9_-]{43}; Max-Age=86400; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    const [session] = await world.rows.session.findMany({ where: { userId: client.id } });
    expect(session).toMatchObject({ ipAddress: '192.0.2.7', userAgent: 'Browser/1.0', revokedAt: null });
    expect(Math.abs((session?.expiresAt.getTime() ?? 0) - Date.now() - 24 * hour)).toBeLessThan(60_000);
    const [link] = await world.rows.magicLink.findMany({ where: { userId: client.id } });
    expect(link?.usedAt).not.toBeNull();
    expect(await whoAmI(server.url, cookieOf(headers))).toEqual({ kind: 'CLIENT', id: encodeId('Client', client.id) });

    expect(events.map(({ type, aggregateId, payload, actorId }) => ({ type, aggregateId, payload, actorId }))).toEqual([
      { type: 'magic_link.used', aggregateId: link?.id, payload: { clientId: client.id }, actorId: client.id },
      { type: 'session.created', aggregateId: session?.id, payload: { userId: client.id }, actorId: client.id },
    ]);
    expect(
      logs.map(({ entity, event, actorKind, actorId, ownerId }) => [entity, event, actorKind, actorId, ownerId]),
    ).toEqual([
      ['MAGIC_LINK', 'UPDATED', 'CLIENT', client.id, client.id],
      ['SESSION', 'CREATED', 'CLIENT', client.id, client.id],
    ]);
    expect(logged.length).toBeGreaterThan(0);
    const written = JSON.stringify([events, logs, logged, session, link]);
    expect(written).not.toContain(token);
    expect(written).not.toContain(cookieOf(headers).split('=')[1]);
  });

  test('over plain http gives a cookie without what browsers take over https only', async () => {
    const world = await makeWorld({ domain: 'portal.example.com' });
    const client = await world.client();
    const { headers } = await sendForm(`${plain.url}/login`, { token: await tokenFor(world, client) });
    expect(headers.get('set-cookie')).toMatch(
      /^sx_session=sx_session_\S{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    // A demo's portal is none.
    expect(headers.get('location')).toBe('/graphql');
    expect(await whoAmI(plain.url, cookieOf(headers))).toMatchObject({ kind: 'CLIENT' });
    // The cookie of the one is none for the other.
    expect(await whoAmI(server.url, cookieOf(headers))).toBe('UNAUTHENTICATED');
  });

  test.each([
    ['a host name', 'portal.example.com', 'https://portal.example.com'],
    ['one with a port', 'portal.example.com:8443', 'https://portal.example.com:8443'],
    ['one in other letters', 'Büro.example', 'https://xn--bro-hoa.example'],
    ['nothing', null, null],
    ['a whole address', 'https://portal.example.com', null],
    ['a path', 'portal.example.com/evil', null],
    ['somebody’s name before the host', 'portal.example.com@evil.example', null],
    ['more headers', 'portal.example.com\r\nset-cookie: a=b', null],
    ['more policy', "portal.example.com; script-src 'unsafe-inline'", null],
  ])('leads on to the portal of an organization whose domain is %s', async (_, domain, portal) => {
    const world = await makeWorld({ domain });
    const token = await tokenFor(world, await world.client());
    const policy = (await pageOf(token)).headers.get('content-security-policy');
    // Browsers follow a redirect after a form only where the page lets the form lead.
    expect(policy).toContain(`; form-action 'self'${portal === null ? '' : ` ${portal}`}; base-uri`);
    expect((await post(token)).headers.get('location')).toBe(portal ?? '/graphql');
  });

  test('G6: refuses a link that was used, and all that is good no more, with one page', async () => {
    const world = await makeWorld();
    const token = await tokenFor(world, await world.client());
    expect((await post(token)).status).toBe(303);
    const expected = await pageOf('x'.repeat(32));
    for (const bad of [token, ...Object.values(await badTokens(world))]) {
      const { status, text, headers } = await unchanged(world, () => post(bad));
      expect([status, text, headers.get('set-cookie')]).toEqual([410, expected.text, null]);
    }
    expect((await unchanged(world, () => post('x'))).status).toBe(400);
  });

  test('G3: refuses a link from the moment that it expires', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const [early, late] = [await tokenFor(world, await world.client()), await tokenFor(world, await world.client())];
    clock.advance(2 * hour - 1);
    expect((await post(early)).status).toBe(303);
    clock.advance(1);
    expect((await post(late)).status).toBe(410);
  });

  test('law 2: of 20 at once one signs in', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const token = await tokenFor(world, client);
    const { result, events } = await recorded(world, () => Promise.all(Array.from({ length: 20 }, () => post(token))));
    expect(result.map(({ status }) => status).sort()).toEqual([303, ...Array.from({ length: 19 }, () => 410)]);
    expect(result.filter(({ headers }) => headers.has('set-cookie'))).toHaveLength(1);
    expect(await world.rows.session.count({ where: { userId: client.id } })).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['magic_link.used', 'session.created']);
  });

  test.each<[string, Record<string, string>]>([
    ['nothing about where it comes from', {}],
    ['another origin', { origin: 'https://evil.example' }],
    ['no origin of its own', { origin: 'null' }],
    ['our name over plain http', { origin: 'http://engine.test' }],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: settings.publicUrl }],
    ['another host of the same site', { 'sec-fetch-site': 'same-site' }],
    ['no site at all', { 'sec-fetch-site': 'none' }],
  ])('refuses a form that says %s', async (_, headers) => {
    const world = await makeWorld();
    const token = await tokenFor(world, await world.client());
    const { status, text, headers: told } = await unchanged(world, () => post(token, headers));
    expect([status, told.get('set-cookie')]).toEqual([403, null]);
    expect(text).toContain('That was not sent from here');
  });

  test('takes the form of a browser that says only which page it was on, by our name or by the host that it asked', async () => {
    const world = await makeWorld();
    for (const [url, origin] of [
      [server.url, settings.publicUrl],
      [server.url, server.url.replace('http:', 'https:')],
      [plain.url, plain.url],
    ] as const) {
      const token = await tokenFor(world, await world.client());
      const { status } = await sendForm(`${url}/login`, { token }, { origin });
      expect([origin, status]).toEqual([origin, 303]);
    }
  });

  test.each([
    ['JSON', 'application/json', (token: string) => JSON.stringify({ token })],
    [
      'an upload',
      'multipart/form-data; boundary=x',
      (token: string) => `--x\r\ncontent-disposition: form-data; name="token"\r\n\r\n${token}\r\n--x--`,
    ],
    [
      'a form that is too long',
      'application/x-www-form-urlencoded',
      (token: string) => `token=${token}&more=${'x'.repeat(10_000)}`,
    ],
    ['nothing', 'application/x-www-form-urlencoded', () => ''],
  ])('takes no %s', async (_, type, bodyOf) => {
    const world = await makeWorld();
    const token = await tokenFor(world, await world.client());
    const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin' };
    const { status } = await unchanged(world, () =>
      reply(`${server.url}/login`, { method: 'POST', headers, body: bodyOf(token) }),
    );
    expect(status).toBe(400);
  });

  test('does not wait for the end of a form that does not say how long it is', async () => {
    const status = await new Promise((resolve, reject) => {
      const request = http.request(`${server.url}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      });
      request.on('response', (response) => {
        resolve(response.resume().statusCode);
        request.destroy();
      });
      request.on('error', reject);
      request.write('token=');
    });
    expect(status).toBe(400);
  });
});

describe('POST /logout', () => {
  const logout = (cookie: string, headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' }) =>
    sendForm(`${server.url}/logout`, {}, { ...headers, ...(cookie ? { cookie } : {}) });
  const cleared = '__Host-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax';

  async function signedIn() {
    const world = await makeWorld();
    const client = await world.client();
    const { id, secret } = await world.session({ user: client });
    return { world, client, id, cookie: `__Host-session=${secret}` };
  }

  test('ends the session at once and clears the cookie', async () => {
    const { world, client, id, cookie } = await signedIn();
    expect(await whoAmI(server.url, cookie)).toMatchObject({ kind: 'CLIENT' });
    const { result, events, logs } = await recorded(world, () => logout(cookie));
    expect([result.status, result.headers.get('set-cookie')]).toEqual([200, cleared]);
    expect(result.text).toContain('You are signed out');
    expect((await world.rows.session.findUniqueOrThrow({ where: { id } })).revokedAt).not.toBeNull();
    expect(await whoAmI(server.url, cookie)).toBe('UNAUTHENTICATED');
    expect(events).toMatchObject([
      { type: 'session.revoked', aggregate: 'session', aggregateId: id, payload: { userId: client.id } },
    ]);
    expect(logs).toMatchObject([
      { entity: 'SESSION', entityId: id, event: 'UPDATED', actorId: client.id, ownerId: client.id },
    ]);
  });

  test('ends this session and no other', async () => {
    const { world, client, cookie } = await signedIn();
    const { secret } = await world.session({ user: client });
    await logout(cookie);
    expect(await whoAmI(server.url, `__Host-session=${secret}`)).toMatchObject({ kind: 'CLIENT' });
  });

  test('of somebody who is not signed in, or no more, says the same and changes nothing', async () => {
    const { world, cookie, id } = await signedIn();
    await logout(cookie);
    const signedOut = await logout('');
    for (const stale of ['', cookie, '__Host-session=sx_session_x', '__Host-session=x']) {
      const { status, text, headers } = await unchanged(world, () => logout(stale));
      expect([status, text, headers.get('set-cookie')]).toEqual([200, signedOut.text, cleared]);
    }
    expect(await world.rows.session.count({ where: { id } })).toBe(1);
  });

  test.each<[string, Record<string, string>]>([
    ['nowhere', {}],
    ['another page', { 'sec-fetch-site': 'cross-site' }],
    ['another origin', { origin: 'https://evil.example' }],
  ])('from %s is refused', async (_, headers) => {
    const { world, cookie } = await signedIn();
    const { status, headers: told } = await unchanged(world, () => logout(cookie, headers));
    expect([status, told.get('set-cookie')]).toEqual([403, null]);
    expect(await whoAmI(server.url, cookie)).toMatchObject({ kind: 'CLIENT' });
  });
});
