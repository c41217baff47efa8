import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settings } from '../kit/client.ts';
import { unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { type Listening, listen, reply } from './listening.ts';

// "A page" is what a browser says of one. What it may do is in the answer; the browser holds the page to it.

const dashboard = 'https://dashboard.example';
const local = 'http://localhost:5173';

let server: Listening;
let world: World;
let secret: string;

beforeAll(async () => {
  server = await listen(settings, { allowedOrigins: [dashboard, local] });
  world = await makeWorld();
  ({ secret } = await world.session({ user: world.admin }));
});
afterAll(() => server.close());

const preflight = (origin: string | undefined, path = '/graphql') =>
  reply(`${server.url}${path}`, {
    method: 'OPTIONS',
    headers: {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
      ...(origin === undefined ? {} : { origin }),
    },
  });

const post = (headers: Record<string, string>, query = '{ viewer { kind } }') =>
  reply(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });

const allowing = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

describe('a page of an origin that is listed', () => {
  test.each([dashboard, local])('may ask, and keep for a day that it may: %s', async (origin) => {
    const { status, headers } = await preflight(origin);
    expect([status, headers.get('vary'), allowing(headers)]).toEqual([
      204,
      'Origin',
      {
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers':
          'accept, authorization, content-type, idempotency-key, x-cost, x-request-id, x-requested-with',
        'access-control-expose-headers': expect.stringContaining('x-request-id'),
        'access-control-max-age': '86400',
      },
    ]);
  });

  test('may read the answer to a token', async () => {
    const { secret: token } = await world.token(world.admin);
    // The second time it is answered past Yoga.
    for (const _ of [1, 2]) {
      const { status, headers } = await post({ origin: dashboard, authorization: `Bearer ${token}` });
      expect([status, headers.get('vary'), allowing(headers)]).toEqual([
        200,
        'Origin',
        {
          'access-control-allow-origin': dashboard,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': expect.stringContaining('x-request-id'),
        },
      ]);
    }
  });

  test('of the same site may come with the cookie, when it says that it is a program’s doing', async () => {
    const cookie = `__Host-session=${secret}`;
    const page = { origin: dashboard, 'sec-fetch-site': 'same-site', cookie };
    expect((await post(page)).status).toBe(401);
    expect((await post({ ...page, 'x-requested-with': 'dashboard' })).status).toBe(200);
  });
});

describe('a page of any other origin', () => {
  test.each([
    ['a stranger’s', 'https://evil.example'],
    ['a host beneath a listed one', 'https://x.dashboard.example'],
    ['a host that ends like a listed one', 'https://evildashboard.example'],
    ['a host that begins like a listed one', 'https://dashboard.example.evil.example'],
    ['a listed host without TLS', 'http://dashboard.example'],
    ['a listed host at another port', 'https://dashboard.example:8443'],
    ['a listed host in capital letters', 'https://DASHBOARD.example'],
    ['one that does not say which', 'null'],
    ['every one', '*'],
    ['a file', 'file://'],
  ])('may not: %s', async (_, origin) => {
    const question = await preflight(origin);
    expect([question.status, question.text, allowing(question.headers)]).toEqual([403, '', {}]);
    expect(question.headers.get('vary')).toBe('Origin');
    const answered = await post({ origin });
    expect(allowing(answered.headers)).toEqual({});
    expect(answered.headers.get('vary')).toBe('Origin');
  });

  test('changes nothing with somebody’s cookie', async () => {
    const change = 'mutation { tagCreate(input: { name: "x" }) { __typename } }';
    const page = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', cookie: `__Host-session=${secret}` };
    const { status } = await unchanged(world, () => post(page, change));
    expect(status).toBe(401);
  });
});

test('what is no page’s is for no page, listed or not', async () => {
  for (const path of ['/healthz', '/metrics', '/login', '/nothing']) {
    const { status, headers } = await preflight(dashboard, path);
    expect([404, 405]).toContain(status);
    expect(allowing(headers)).toEqual({});
  }
});

test('who is no page is not told of pages', async () => {
  const { status, headers } = await post({}, '{ __typename }');
  expect([status, allowing(headers)]).toEqual([200, {}]);
});

test('an OPTIONS request that asks for no permission executes nothing', async () => {
  const { status, text } = await reply(`${server.url}/graphql?query={__typename}`, { method: 'OPTIONS' });
  expect([status, JSON.parse(text).data]).toEqual([405, undefined]);
});
