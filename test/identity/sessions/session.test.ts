import { describe, expect, test } from 'vitest';
import { countStatements } from '../../../src/kernel/db.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { request, settings } from '../../kit/client.ts';
import { hour, minute } from '../../kit/clock.ts';
import { recorded } from '../../kit/expect.ts';
import { queriesOfEverything } from '../../kit/queries.ts';
import type { Person } from '../../kit/viewers.ts';
import { makePopulatedWorld, makeWorld, type World } from '../../kit/world.ts';

const whoAmI = '{ viewer { kind session { expiresAt idleExpiresAt } } me { id } }';

type Headers = Record<string, string>;
type Reply = { status: number; code?: string; message?: string; kind?: string; id?: string; session?: unknown };

/** What the server says to whoever sends these headers. */
async function ask(headers: Headers, method = 'POST'): Promise<Reply> {
  const url = `${settings.publicUrl}/graphql${method === 'GET' ? `?query=${encodeURIComponent(whoAmI)}` : ''}`;
  const response = await request({ headers, method, url, body: { query: whoAmI } });
  const { data, errors } = (await response.json()) as {
    data?: { viewer: { kind: string; session: unknown }; me: { id: string } };
    errors?: { message: string; extensions: { code: string } }[];
  };
  const [error] = errors ?? [];
  if (error) return { status: response.status, code: error.extensions.code, message: error.message };
  return { status: response.status, kind: data?.viewer.kind, id: data?.me.id, session: data?.viewer.session };
}

const cookie = (secret: string): Headers => ({ cookie: `__Host-session=${secret}` });
const ownPage = { 'sec-fetch-site': 'same-origin' };
const bearer = (secret: string): Headers => ({ authorization: `Bearer ${secret}` });

const unauthenticated = { status: 401, code: 'UNAUTHENTICATED', message: 'The token is unknown, expired or revoked.' };
const notFromHere = {
  ...unauthenticated,
  message: 'The cookie of a session counts from a page of this server only, or with the header x-requested-with.',
};
const nobody = { status: 401, code: 'UNAUTHENTICATED', message: 'A valid bearer token is needed.' };

async function signedIn(world: World, fields: object = {}) {
  const client = await world.client();
  const session = await world.session({ user: client, ...fields });
  return { client, ...session, publicId: encodeId('Client', client.id) };
}

describe('a session', () => {
  test('is a client where the client’s cookie comes from our own page, and says when it ends', async () => {
    const world = await makeWorld();
    const { secret, publicId, expiresAt, lastUsedAt } = await signedIn(world);
    expect(await ask({ ...cookie(secret), ...ownPage })).toEqual({
      status: 200,
      kind: 'CLIENT',
      id: publicId,
      session: {
        expiresAt: expiresAt.toISOString(),
        idleExpiresAt: new Date(lastUsedAt.getTime() + 30 * minute).toISOString(),
      },
    });
  });

  test('is a team member where it is one’s', async () => {
    const world = await makeWorld();
    const { secret } = await world.session({ user: world.admin });
    expect(await ask({ ...cookie(secret), ...ownPage })).toMatchObject({
      status: 200,
      kind: 'STAFF',
      id: encodeId('TeamMember', world.admin.id),
    });
  });

  test('may come as a bearer token, from wherever', async () => {
    const world = await makeWorld();
    const { secret, publicId } = await signedIn(world);
    for (const headers of [{}, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }] as Headers[]) {
      expect(await ask({ ...bearer(secret), ...headers })).toMatchObject({ kind: 'CLIENT', id: publicId });
    }
  });

  test('sees exactly what its client sees, as a cookie and as a bearer', async () => {
    const world = await makePopulatedWorld();
    const { client } = world.one;
    const { secret } = await world.session({ user: client });
    for (const { query, variables } of queriesOfEverything(world)) {
      const expected = await world.as(client).answer(query, variables);
      for (const headers of [{ ...cookie(secret), ...ownPage }, bearer(secret)]) {
        const response = await request({ headers, body: { query, variables } });
        expect({ query, answer: await response.json() }).toEqual({ query, answer: expected });
      }
    }
    // Every list and every id there is, three times.
  }, 60_000);

  test('does what its client may, in the client’s name', async () => {
    const world = await makeWorld();
    const { secret, client } = await signedIn(world);
    const order = await world.order({ client });
    const query = `mutation { orderMessageCreate(input: { orderId: "${order.id}", body: "Hello" }) { __typename } }`;
    const { result, logs } = await recorded(world, async () =>
      (await request({ headers: { ...cookie(secret), ...ownPage }, body: { query } })).json(),
    );
    expect(result).toEqual({ data: { orderMessageCreate: { __typename: 'OrderMessageCreateSuccess' } } });
    expect(logs).toMatchObject([{ entity: 'ORDER_MESSAGE', actorKind: 'CLIENT', actorId: client.id }]);
  });

  test('costs one look-up, as a token does', async () => {
    const world = await makeWorld();
    const { secret } = await world.session({ user: world.admin });
    const token = await world.token(world.admin, { lastUsedAt: new Date() });
    const statements = async (headers: Headers, query: string) => {
      const body = { query };
      await request({ headers, body });
      return (await countStatements(() => request({ headers, body }))).statements;
    };
    for (const query of ['{ __typename }', '{ tags { totalCount } }']) {
      const expected = await statements(bearer(token.secret), query);
      expect(expected).toBe(query === '{ __typename }' ? 1 : 4);
      expect(await statements({ ...cookie(secret), ...ownPage }, query)).toBe(expected);
      expect(await statements(bearer(secret), query)).toBe(expected);
    }
  });
});

describe('the cookie of a session', () => {
  test.each<[string, Headers]>([
    ['the page of this server, as the browser says', ownPage],
    ['a page of its origin, as an older browser says', { origin: settings.publicUrl }],
    ['a program that adds a header', { 'x-requested-with': 'XMLHttpRequest' }],
    [
      'a page that adds a header, which no other origin may together with a cookie',
      { 'x-requested-with': 'fetch', origin: 'https://portal.example' },
    ],
  ])('counts from %s', async (_, headers) => {
    const { secret, publicId } = await signedIn(await makeWorld());
    expect(await ask({ ...cookie(secret), ...headers })).toMatchObject({ kind: 'CLIENT', id: publicId });
    expect(await ask({ ...cookie(secret), ...headers }, 'GET')).toMatchObject({ kind: 'CLIENT', id: publicId });
  });

  test.each<[string, Headers]>([
    ['nowhere', {}],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the site', { 'sec-fetch-site': 'same-site' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin that begins like ours', { origin: `${settings.publicUrl}.evil.example` }],
    ['our name over plain http', { origin: 'http://engine.test' }],
    ['an origin that is kept secret', { origin: 'null' }],
    ['another site that names our origin', { 'sec-fetch-site': 'cross-site', origin: settings.publicUrl }],
  ])('does not count from %s', async (_, headers) => {
    const world = await makeWorld();
    const { secret } = await signedIn(world);
    expect(await ask({ ...cookie(secret), ...headers })).toEqual(notFromHere);
    expect(await ask({ ...cookie(secret), ...headers }, 'GET')).toEqual(notFromHere);
  });

  test('is sent by no page of another origin: none is allowed to send credentials', async () => {
    const response = await request({
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-requested-with',
      },
    });
    expect(response.headers.get('access-control-allow-credentials')).not.toBe('true');
  });

  test('gives way to a bearer token', async () => {
    const world = await makeWorld();
    const { secret } = await signedIn(world);
    const token = await world.token(world.admin);
    expect(await ask({ ...cookie(secret), ...bearer(token.secret) })).toMatchObject({ kind: 'TOKEN', session: null });
    expect(await ask({ ...cookie(secret), ...ownPage, ...bearer('sx_live_wrong') })).toEqual(unauthenticated);
  });

  test('is found among others; what is none of ours is nobody', async () => {
    const world = await makeWorld();
    const { secret, publicId } = await signedIn(world);
    const token = await world.token(world.admin);
    const found = (text: string) => ask({ cookie: text, ...ownPage });
    expect(await found(`a=b; __Host-session=${secret}; c=d`)).toMatchObject({ id: publicId });
    expect(await found(`a=b;__Host-session=${secret}`)).toMatchObject({ id: publicId });
    for (const text of [
      '',
      'a=b',
      '__Host-session=',
      '__Host-session=s%3Aof-another-program',
      `__Host-session=${token.secret}`,
      `session=${secret}`,
      `sx_session=${secret}`,
      `x__Host-session=${secret}`,
    ]) {
      expect([text, await found(text)]).toEqual([text, nobody]);
    }
  });

  test('with a wrong token is refused, even for what needs no viewer', async () => {
    for (const secret of ['sx_session_', 'sx_session_x', `sx_session_${'x'.repeat(5_000)}`]) {
      expect(await ask({ ...cookie(secret), ...ownPage })).toEqual(unauthenticated);
      const response = await request({ headers: { ...cookie(secret), ...ownPage }, body: { query: '{ __typename }' } });
      expect(response.status).toBe(401);
    }
  });
});

describe('law 2: a session ends', () => {
  const use = (secret: string) => ask({ ...cookie(secret), ...ownPage });
  const ago = (milliseconds: number) => new Date(Date.now() - milliseconds);

  test('after half an hour without use', async () => {
    const world = await makeWorld();
    const used = await signedIn(world, { lastUsedAt: ago(30 * minute - 10_000) });
    const idle = await signedIn(world, { lastUsedAt: ago(30 * minute) });
    expect(await use(idle.secret)).toEqual(unauthenticated);
    expect(await use(idle.secret)).toEqual(unauthenticated);
    const { session } = (await use(used.secret)) as { session: { idleExpiresAt: string } };
    // Its use has begun another half an hour.
    expect(new Date(session.idleExpiresAt).getTime()).toBeGreaterThan(Date.now() + 29 * minute);
    const row = await world.rows.session.findUniqueOrThrow({ where: { id: used.id } });
    expect(Date.now() - row.lastUsedAt.getTime()).toBeLessThan(10_000);
    expect(await world.rows.session.findUniqueOrThrow({ where: { id: idle.id } })).toMatchObject({
      lastUsedAt: idle.lastUsedAt,
    });
  });

  test('after 24 hours, however much it is used', async () => {
    const world = await makeWorld();
    const { secret, id } = await signedIn(world, {
      createdAt: ago(24 * hour),
      expiresAt: new Date(Date.now() + 5_000),
    });
    expect(await use(secret)).toMatchObject({ kind: 'CLIENT' });
    await world.rows.session.update({ where: { id }, data: { expiresAt: ago(0) } });
    expect(await use(secret)).toEqual(unauthenticated);
  });

  test('law 3: when it is revoked, and for as long as its person may not act', async () => {
    const world = await makeWorld();
    const { secret, id, client } = await signedIn(world);
    const setStatus = (status: string) => world.rows.user.update({ where: { id: client.id }, data: { status } });
    await setStatus('INACTIVE');
    expect(await use(secret)).toEqual(unauthenticated);
    await setStatus('ACTIVE');
    expect(await use(secret)).toMatchObject({ kind: 'CLIENT' });
    await world.rows.session.update({ where: { id }, data: { revokedAt: new Date() } });
    expect(await use(secret)).toEqual(unauthenticated);
  });

  test('with its person', async () => {
    const world = await makeWorld();
    const { secret, client } = await signedIn(world);
    await world.rows.user.delete({ where: { id: client.id } });
    expect(await use(secret)).toEqual(unauthenticated);
  });

  test('law 4: what it may do is what its person’s role says now', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { settingsTags: true } });
    const { secret } = await world.session({ user: member });
    const may = async () => {
      const body = { query: '{ viewer { can(permission: "tags.create") } }' };
      return await (await request({ headers: { ...cookie(secret), ...ownPage }, body })).json();
    };
    expect(await may()).toEqual({ data: { viewer: { can: true } } });
    await world.rows.role.update({ where: { id: member.roleId }, data: { settingsTags: false } });
    expect(await may()).toEqual({ data: { viewer: { can: false } } });
  });

  test('its use leaves a trace at most once a minute, which is no change of it', async () => {
    const world = await makeWorld();
    const { secret, id } = await signedIn(world, { lastUsedAt: ago(50_000) });
    const before = await world.rows.session.findUniqueOrThrow({ where: { id } });
    await use(secret);
    expect(await world.rows.session.findUniqueOrThrow({ where: { id } })).toEqual(before);
    await world.rows.session.update({ where: { id }, data: { lastUsedAt: ago(61_000) } });
    const { logs } = await recorded(world, () => use(secret));
    expect(logs).toEqual([]);
    const { lastUsedAt } = await world.rows.session.findUniqueOrThrow({ where: { id } });
    expect(Date.now() - lastUsedAt.getTime()).toBeLessThan(10_000);
  });
});

test('a session is shown to its person, and to nobody else', async () => {
  const world = await makeWorld();
  const { id, client } = await signedIn(world);
  const node = encodeId('Session', id);
  const seenBy = async (actor: Person) =>
    (await world.as(actor).run('query ($id: ID!) { node(id: $id) { id } }', { id: node })).node;
  expect(await seenBy(client)).toEqual({ id: node });
  expect(await seenBy(world.admin)).toBeNull();
  expect(await seenBy(await world.client())).toBeNull();
});
