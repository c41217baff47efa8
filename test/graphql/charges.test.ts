import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { getIntrospectionQuery } from 'graphql';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import type { ChargeOptions } from '../../src/graphql/charges.ts';
import { createGraphQLServer, newExchange } from '../../src/graphql/http.ts';
import { authenticateBy } from '../../src/identity/authentication.ts';
import { createRates, type Rates } from '../../src/kernel/rates.ts';
import { schema } from '../../src/schema.ts';
import { settings } from '../kit/client.ts';
import { stopClock } from '../kit/clock.ts';
import { testDatabase } from '../kit/db.ts';
import { unchanged } from '../kit/expect.ts';
import { toolsOf } from '../kit/tools.ts';
import { makeWorld, type World } from '../kit/world.ts';

type Body = {
  data?: unknown;
  errors?: { message: string; extensions: Record<string, unknown> }[];
  extensions?: { cost?: Record<string, number> };
};
type Answer = { status: number; headers: Record<string, string | null>; body: Body; bytes: number };
type Sent = { query: string; variables?: object; headers?: Record<string, string> };

const told = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'];
const running: http.Server[] = [];

afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Options = ChargeOptions & { reads?: 'compiled' | 'plain'; address?: string };

/** A server of its own over HTTP; the clock stands still, and what is spent is told to PostgreSQL when the test says so. */
async function serve({ reads = 'compiled', address = '203.0.113.7', ...charges }: Options = {}) {
  const { database, log } = await testDatabase();
  const rates: Rates = createRates({ pool: database.pool, log, settleMs: null });
  const graphql = createGraphQLServer({
    schema,
    tools: toolsOf(database),
    log,
    settings,
    reads,
    explainReads: false,
    publicSchema: true,
    authenticate: authenticateBy(database.pool, settings),
    charges: { rates, ...charges },
  });
  const server = http.createServer((request, response) => void graphql.handle(request, response, newExchange(address)));
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const send = async (token: string | null, { query, variables, headers }: Sent): Promise<Answer> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(told.map((name) => [name, response.headers.get(name)])),
      body: JSON.parse(text) as Body,
      bytes: Buffer.byteLength(text),
    };
  };
  return { send, rates };
}

type Limits = { costPerMinute?: number; requestsPerMinute?: number };

const tokenOf = async (world: World, limits: Limits = {}) =>
  (await world.token(world.admin, { lastUsedAt: new Date(), ...limits })).secret;
const remaining = ({ headers }: Answer) => Number(headers['ratelimit-remaining']);
const tags = (first: number) => ({ query: `{ tags(first: ${first}) { nodes { name } } }` });

describe('an answer', () => {
  test('tells what is left, to the point: what it did not need is given back', async () => {
    stopClock();
    const world = await makeWorld();
    for (const index of Array.from({ length: 20 }).keys()) await world.tag(`${index} ${'x'.repeat(100)}`);
    const token = await tokenOf(world);
    const { send } = await serve({ perMinute: 1_000 });
    // It could be 42 points; some 2 500 bytes are less.
    const first = await send(token, tags(40));
    const spent = 2 + Math.ceil(first.bytes / 100);
    expect(spent).toBeLessThan(42);
    expect(first.headers).toEqual({
      'ratelimit-limit': '1000',
      'ratelimit-remaining': String(1_000 - spent),
      'ratelimit-reset': String(Math.ceil((spent / 1_000) * 60)),
      'retry-after': null,
    });
    // The second time it goes the short way, and costs the same.
    expect(remaining(await send(token, tags(40)))).toBe(1_000 - 2 * spent);
    expect(remaining(await send(token, { query: '{ __typename }' }))).toBe(1_000 - 2 * spent - 1);
    expect(remaining(await send(token, { query: 'mutation { tagCreate(input: { name: "x" }) { __typename } }' }))).toBe(
      1_000 - 2 * spent - 1 - 11,
    );
  });

  test.each(['compiled', 'plain'] as const)('that is %s says what it cost, when it is asked', async (reads) => {
    stopClock();
    const world = await makeWorld();
    await world.tag('Größe');
    const token = await tokenOf(world);
    const { send } = await serve({ perMinute: 1_000, costLimit: 500, reads });
    const sent = { query: '{ tags(first: 50) { totalCount nodes { name } } }', headers: { 'x-cost': '1' } };
    for (const left of [897, 794]) {
      const answer = await send(token, sent);
      expect(answer.body).toEqual({
        data: { tags: { totalCount: 1, nodes: [{ name: 'Größe' }] } },
        extensions: {
          cost: {
            requested: 152,
            actual: 103,
            maximum: 500,
            limit: 1_000,
            remaining: left,
            resetSeconds: left > 800 ? 7 : 13,
          },
        },
      });
      expect(remaining(answer)).toBe(left);
    }
    const mutation = { ...sent, query: 'mutation { tagCreate(input: { name: "x" }) { __typename } }' };
    expect((await send(token, mutation)).body.extensions?.cost).toMatchObject({ requested: 11, actual: 11 });
    const introspection = { ...sent, query: '{ __schema { queryType { name } } }' };
    expect((await send(token, introspection)).body.extensions?.cost).toMatchObject({ requested: 101, actual: 101 });
    const wrong = { ...sent, query: '{ tags(first: 0) { nodes { name } } }' };
    expect((await send(token, wrong)).body.extensions?.cost).toMatchObject({ requested: 102, actual: 11 });
  });

  test('without limits says what it cost, too', async () => {
    const world = await makeWorld();
    const token = await tokenOf(world);
    const { send } = await serve({ rates: null });
    const { headers, body } = await send(token, { ...tags(5), headers: { 'x-cost': '1' } });
    expect(headers).toEqual(Object.fromEntries(told.map((name) => [name, null])));
    expect(body.extensions?.cost).toEqual({ requested: 7, actual: 3, maximum: 100_000 });
  });

  test('takes as many statements as without', async () => {
    const world = await makeWorld();
    const token = await tokenOf(world);
    const counts = [];
    for (const options of [{}, { rates: null }]) {
      const { send } = await serve(options);
      for (const sent of [
        tags(5),
        tags(5),
        { query: `mutation { tagCreate(input: { name: "${counts.length}" }) { __typename } }` },
      ]) {
        counts.push(await statementsOf(() => send(token, sent)));
      }
    }
    // The token is looked up; then one message of three.
    expect(counts.slice(0, 3)).toEqual(counts.slice(3));
    expect(counts[1]).toBe(4);
  });
});

/** How many statements all connections send meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const { query } = pg.Client.prototype;
  let count = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    count += 1;
    return Reflect.apply(query, this, args);
  } as never;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return count;
}

const tagCreate = { query: 'mutation { tagCreate(input: { name: "x" }) { __typename } }' };

describe('a request for more than is left', () => {
  test('is refused with 429, and nothing is done', async () => {
    const clock = stopClock();
    const world = await makeWorld();
    const { id, secret } = await world.token(world.admin, { lastUsedAt: new Date() });
    const { send, rates } = await serve({ perMinute: 600 });
    // The operation is known from now on: it goes the short way.
    await send(secret, tags(6));
    const bucket = { key: `${world.organizationId} ${id}`, capacity: 600 };
    await rates.take(bucket, rates.balanceOf(bucket).remaining - 5);
    for (const sent of [tagCreate, tags(6)]) {
      const refusal = await unchanged(world, () => send(secret, sent));
      expect(refusal).toMatchObject({
        status: 429,
        headers: {
          'ratelimit-limit': '600',
          'ratelimit-remaining': '5',
          'ratelimit-reset': '60',
          'retry-after': '1',
        },
      });
      expect(refusal.body).toEqual({
        errors: [
          {
            message: 'Too much was asked for lately. Try again in 1 s.',
            extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 },
          },
        ],
      });
    }
    clock.advance(1_000);
    expect((await send(secret, tagCreate)).body).toEqual({ data: { tagCreate: { __typename: 'TagCreateSuccess' } } });
  });

  test('is refused by every process', async () => {
    stopClock();
    const world = await makeWorld();
    const token = await tokenOf(world);
    const [one, other] = [await serve({ perMinute: 100 }), await serve({ perMinute: 100 })];
    for (const _ of Array.from({ length: 8 }))
      expect((await one.send(token, { query: '{ __type(name: "X") { name } }' })).status).toBe(200);
    await one.rates.settle();
    expect(await other.send(token, { query: '{ __type(name: "X") { name } }' })).toMatchObject({
      status: 200,
      headers: { 'ratelimit-remaining': '1' },
    });
    const [here, there] = [await one.send(token, tags(5)), await other.send(token, tags(5))];
    expect([here.status, there.status]).toEqual([429, 429]);
  });

  test('is its sender’s own: another person and another token have theirs', async () => {
    stopClock();
    const world = await makeWorld();
    const [first, second] = [await tokenOf(world), await tokenOf(world)];
    const { send } = await serve({ perMinute: 20 });
    expect((await send(first, tagCreate)).status).toBe(200);
    expect((await send(first, tagCreate)).status).toBe(429);
    expect(remaining(await send(second, tagCreate))).toBe(9);
  });
});

describe('a token with limits of its own', () => {
  test('may spend so many points', async () => {
    stopClock();
    const world = await makeWorld();
    const token = await tokenOf(world, { costPerMinute: 15 });
    const { send } = await serve();
    expect((await send(token, tagCreate)).headers).toMatchObject({
      'ratelimit-limit': '15',
      'ratelimit-remaining': '4',
    });
    expect((await send(token, tagCreate)).status).toBe(429);
  });

  test('may send so many requests, whatever they cost', async () => {
    const clock = stopClock();
    const world = await makeWorld();
    const token = await tokenOf(world, { requestsPerMinute: 3 });
    const { send } = await serve({ perMinute: 1_000 });
    const statuses = async () => {
      const answers = [];
      for (const _ of Array.from({ length: 4 })) answers.push(await send(token, { query: '{ __typename }' }));
      return answers.map(({ status }) => status);
    };
    expect(await statuses()).toEqual([200, 200, 200, 429]);
    expect(remaining(await send(token, { query: '{ __typename }' }))).toBe(997);
    clock.advance(20_000);
    expect(await statuses()).toEqual([200, 429, 429, 429]);
  });
});

describe('an operation that could cost more than any may', () => {
  const query = '{ tags(first: 50) { totalCount nodes { name } } }';

  test('is refused, and who has a credential is told the figures', async () => {
    const world = await makeWorld();
    const token = await tokenOf(world);
    const { send } = await serve({ costLimit: 151 });
    const refusal = await send(token, { query });
    expect(refusal.status).toBe(400);
    expect(refusal.body).toEqual({
      errors: [
        {
          message:
            'The operation could cost too much: 152 points, and 151 is the most. Ask for smaller pages, or for less at once.',
          extensions: { code: 'COST_LIMIT_EXCEEDED', cost: { requested: 152, maximum: 151 } },
        },
      ],
    });
    expect((await send(token, { query: query.replace('50', '49') })).status).toBe(200);
    const mutation = `mutation { tagCreate(input: { name: "x" }) { ... on TagCreateSuccess { tag { name } } }
      roleDelete(input: { id: "x" }) { __typename } }`;
    const { send: sendOther } = await serve({ costLimit: 20 });
    await unchanged(world, async () => expect((await sendOther(token, { query: mutation })).status).toBe(400));
  });

  test('is refused before it could wait for points that a bucket never has', async () => {
    const world = await makeWorld();
    const token = await tokenOf(world);
    const { send } = await serve({ perMinute: 100 });
    const { status, body } = await send(token, { query });
    expect([status, body.errors?.[0]?.extensions]).toEqual([
      400,
      { code: 'COST_LIMIT_EXCEEDED', cost: { requested: 152, maximum: 100 } },
    ]);
  });
});

describe('whoever has no credential', () => {
  const typename = { query: '{ __typename }' };
  const schemaQuery = { query: '{ __schema { queryType { name } } }' };

  test('has the points of their address, and is told no figures', async () => {
    stopClock();
    const address = '198.51.100.1';
    const { send } = await serve({ anonymousPerMinute: 101, address });
    const first = await send(null, { ...schemaQuery, headers: { 'x-cost': '1' } });
    expect(first.headers).toEqual(Object.fromEntries(told.map((name) => [name, null])));
    expect(first.body.extensions).toEqual({ cost: { requested: 101, actual: 101 } });
    const refusal = await send(null, typename);
    expect(refusal.status).toBe(429);
    expect(refusal.headers).toEqual({
      'ratelimit-limit': null,
      'ratelimit-remaining': null,
      'ratelimit-reset': null,
      'retry-after': '1',
    });
    const { send: sendElsewhere } = await serve({ anonymousPerMinute: 101, address: '198.51.100.2' });
    expect((await sendElsewhere(null, typename)).status).toBe(200);
    const tooMuch = await (await serve({ costLimit: 100, address: '198.51.100.3' })).send(null, schemaQuery);
    expect(tooMuch.body.errors).toEqual([
      {
        message: 'The operation could cost too much. Ask for smaller pages, or for less at once.',
        extensions: { code: 'COST_LIMIT_EXCEEDED' },
      },
    ]);
  });

  test.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 429],
    ['2001:db8:1:3::1', '2001:db8:1:4::1', 200],
    ['::ffff:198.51.100.9', '198.51.100.9', 429],
  ])('from %s and from %s: %i', async (first, second, status) => {
    stopClock();
    const charges = { anonymousPerMinute: 101 };
    const one = await serve({ ...charges, address: first });
    await one.send(null, schemaQuery);
    await one.rates.settle();
    const other = await serve({ ...charges, address: second });
    expect((await other.send(null, schemaQuery)).status).toBe(status);
  });

  test('can read the schema with GraphiQL, again and again', async () => {
    const { send } = await serve({ address: '198.51.100.20' });
    for (const _ of Array.from({ length: 20 })) {
      const { status, bytes } = await send(null, { query: getIntrospectionQuery() });
      expect([status, bytes > 100_000]).toEqual([200, true]);
    }
  });
});

test('what goes the short way, and comes back from it, is paid for once', async () => {
  stopClock();
  const world = await makeWorld();
  const coupon = await world.coupon();
  const token = await tokenOf(world);
  const { send } = await serve({ perMinute: 1_000 });
  // What only JavaScript can work out is never compiled.
  const query = `{ couponPreview(code: "${coupon.code}", items: [{ amount: "10" }]) { __typename } }`;
  expect(remaining(await send(token, { query }))).toBe(949);
  expect(remaining(await send(token, { query }))).toBe(898);
});
