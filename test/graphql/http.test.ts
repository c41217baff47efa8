import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createGraphQLServer } from '../../src/graphql/http.ts';
import { openDatabase } from '../../src/kernel/db.ts';
import { schema } from '../../src/schema.ts';
import { request, settings } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { unchanged } from '../kit/expect.ts';
import { toolsOf } from '../kit/tools.ts';
import { anonymous, viewerOf } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

type Body = {
  data?: unknown;
  errors?: { message: string; locations?: unknown; extensions?: Record<string, unknown> }[];
};

async function post(body: unknown, headers: Record<string, string> = {}) {
  const response = await request({ body, headers });
  const text = await response.text();
  return {
    status: response.status,
    text,
    json: (text === '' ? {} : JSON.parse(text)) as Body,
    headers: response.headers,
  };
}

// What no answer may tell: where in our code it happened, and what was said to the database.
const leaks = /\bat .*\.(ts|js|mjs):\d|node_modules|\bselect\s.+\sfrom\b|prisma|PostgreSQL|postgres:/i;

describe('a request', () => {
  test('L11: is named by an id of its own in each answer', async () => {
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await post({ query: '{ __typename }' })).headers.get('x-request-id')),
    );
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id ?? ''))).toBe(true);
    expect(new Set(ids).size).toBe(3);
  });

  test.each<[string, unknown, number]>([
    ['JSON that is none', '{"query": "{ __typename }"', 400],
    ['an empty body', '', 400],
    ['a list instead of an object', '[]', 400],
    ['no query', { variables: {} }, 200],
    ['a query that is no text', { query: 1 }, 400],
    ['variables that are no object', { query: '{ __typename }', variables: 'x' }, 400],
    ['a syntax error', { query: '{ tags(' }, 200],
    ['an unknown field', { query: '{ tagss { totalCount } }' }, 200],
    ['an unknown operation', { query: 'query A { __typename }', operationName: 'B' }, 400],
    ['an id of the wrong type', { query: '{ node(id: { a: 1 }) { id } }' }, 200],
    [
      'a variable of the wrong type',
      { query: 'query ($first: Int) { tags(first: $first) { totalCount } }', variables: { first: 'many' } },
      400,
    ],
    ['a missing variable', { query: 'query ($id: ID!) { node(id: $id) { id } }' }, 400],
    ['a date that is none', { query: '{ tags(filter: { createdAt: { gt: "yesterday" } }) { totalCount } }' }, 200],
  ])('with %s is refused in words, without a look behind the scenes', async (_, body, status) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.json.errors?.length).toBeGreaterThan(0);
    expect(answer.json.errors?.every(({ message }) => message.length > 5)).toBe(true);
    expect(answer.json.data ?? null).toBeNull();
    expect(answer.text).not.toMatch(leaks);
    expect(answer.text).not.toContain('INTERNAL_SERVER_ERROR');
  });

  test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain', 'application/xml'])(
    'as %s is not understood: no page of the web may send it unasked',
    async (type) => {
      const world = await makeWorld();
      const { secret } = await world.token(world.admin);
      const body = new URLSearchParams({
        query: 'mutation { tagCreate(input: { name: "x" }) { __typename } }',
      }).toString();
      const response = await request({ body, headers: { 'content-type': type, authorization: `Bearer ${secret}` } });
      expect(response.status).toBe(415);
      expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(0);
    },
  );

  test('does not come in batches: none of one is done', async () => {
    const world = await makeWorld();
    const { secret } = await world.token(world.admin, { lastUsedAt: new Date() });
    const headers = { authorization: `Bearer ${secret}` };
    const one = { query: 'mutation { tagCreate(input: { name: "x" }) { __typename } }' };
    for (const body of [[one], [one, one], Array(100).fill(one)]) {
      const response = await unchanged(world, () => request({ body: JSON.stringify(body), headers }));
      expect(response.status).toBe(400);
      expect(Array.isArray(await response.json())).toBe(false);
    }
  });

  test('to change something does not come by GET', async () => {
    const world = await makeWorld();
    const { secret } = await world.token(world.admin, { lastUsedAt: new Date() });
    const query = encodeURIComponent('mutation { tagCreate(input: { name: "x" }) { __typename } }');
    const response = await unchanged(world, () =>
      request({
        method: 'GET',
        url: `http://engine.test/graphql?query=${query}`,
        headers: { authorization: `Bearer ${secret}` },
      }),
    );
    expect(response.status).toBe(405);
  });

  test('of more than a megabyte is not read', async () => {
    const answer = await post({ query: `{ __typename } # ${'x'.repeat(1_100_000)}` });
    expect(answer.status).toBe(413);
  });

  test('is as long as the server was told that one may be', async () => {
    const { database, log } = await testDatabase();
    const server = createGraphQLServer({
      schema,
      tools: toolsOf(database),
      log,
      reads: 'compiled',
      explainReads: false,
      publicSchema: true,
      settings,
      authenticate: async () => anonymous,
      maxBodyBytes: 2_000,
    });
    const statusOf = async (length: number) => {
      const body = JSON.stringify({ query: '{ __typename }' }).padEnd(length);
      const headers = { 'content-type': 'application/json' };
      return (await server.fetch('http://engine.test/graphql', { method: 'POST', headers, body })).status;
    };
    expect([await statusOf(2_000), await statusOf(2_001)]).toEqual([200, 413]);
  });
});

describe('what fails unexpectedly', () => {
  test('is told as nothing but an id, under which the log has the rest', async () => {
    const world = await makeWorld();
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    // Nobody listens there.
    const database = openDatabase('postgresql://nobody:geheim@127.0.0.1:1/nothing', { poolSize: 1, log });
    const server = createGraphQLServer({
      schema,
      tools: toolsOf(database),
      log,
      reads: 'compiled',
      explainReads: false,
      publicSchema: true,
      settings,
      authenticate: async () => viewerOf(world.admin),
    });
    for (const query of ['{ tags { totalCount } }', 'mutation { tagCreate(input: { name: "x" }) { __typename } }']) {
      lines.length = 0;
      const response = await server.fetch('http://engine.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toBe('1');
      const text = await response.text();
      const { errors } = JSON.parse(text) as Body;
      expect(errors).toMatchObject([
        {
          message: 'The database does not answer. Try again in a moment.',
          extensions: { code: 'UNAVAILABLE', id: expect.any(String) },
        },
      ]);
      expect(text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|geheim|prisma/i);
      expect(lines.map((line) => JSON.parse(line) as { errorId: string }).map(({ errorId }) => errorId)).toEqual([
        errors?.[0]?.extensions?.id,
      ]);
      expect(lines.join()).not.toContain('geheim');
    }
    await database.close();
  });
});

describe('what a resolver throws', () => {
  test('of the known kind keeps its code and issues, and the way to the field', async () => {
    const world = await makeWorld();
    const { data, errors } = await world.as(world.admin).answer('{ mine: tags(first: 0) { totalCount } }');
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([
      {
        path: ['mine'],
        extensions: {
          code: 'INVALID_INPUT',
          issues: [{ path: ['first'], code: 'OUT_OF_RANGE', message: 'first must be between 1 and 100.' }],
        },
      },
    ]);
  });
});
