import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGraphQLServer, type GraphQLServer, newExchange } from '../../src/graphql/http.ts';
import { authenticateBy } from '../../src/identity/authentication.ts';
import { metrics } from '../../src/kernel/metrics.ts';
import { schema } from '../../src/schema.ts';
import { settings } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { toolsOf } from '../kit/tools.ts';
import { makeWorld, type World } from '../kit/world.ts';

// What is answered without Yoga's HTTP must look as if Yoga had answered it. The first time an operation is sent, Yoga does.

let server: http.Server;
let port: number;
let graphql: GraphQLServer;
let world: World;
let secret: string;

beforeAll(async () => {
  const { database, log } = await testDatabase();
  graphql = createGraphQLServer({
    schema,
    tools: toolsOf(database),
    log,
    settings,
    authenticate: authenticateBy(database.pool, settings),
    reads: 'compiled',
    explainReads: false,
    publicSchema: true,
  });
  server = http.createServer((request, response) => void graphql.handle(request, response, newExchange()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  world = await makeWorld();
  await world.tag('Żółw 🐢 “quoted” \\ \n line');
  ({ secret } = await world.token(world.admin));
});

afterAll(
  () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
);

type Answer = { status: number | undefined; headers: http.IncomingHttpHeaders; body: string };

function send(body: string, headers: Record<string, string | undefined> = {}, chunked = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        port,
        path: '/graphql',
        method: 'POST',
        headers: Object.fromEntries(
          Object.entries({
            'content-type': 'application/json',
            authorization: `Bearer ${secret}`,
            ...(chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
            ...headers,
          }).filter(([, value]) => value !== undefined),
        ) as Record<string, string>,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const { date: _, 'x-request-id': __, ...told } = response.headers;
          resolve({ status: response.statusCode, headers: told, body: Buffer.concat(chunks).toString() });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

let made = 0;

/** An operation that was never sent before. */
function fresh(): string {
  made += 1;
  return JSON.stringify({ query: `query Fresh${made} { tags { nodes { name } } }`, operationName: `Fresh${made}` });
}

async function compiled(): Promise<number> {
  const { values } = await (
    metrics.getSingleMetric('service_engine_reads_total') as {
      get(): Promise<{ values: { labels: { path?: string | number }; value: number }[] }>;
    }
  ).get();
  return values.find(({ labels }) => labels.path === 'compiled')?.value ?? 0;
}

describe('an operation sent again', () => {
  test.each<[string, Record<string, string | undefined>]>([
    ['says nothing about what it takes', {}],
    ['takes anything', { accept: '*/*' }],
    ['takes JSON', { accept: 'application/json' }],
    ['takes the newer media type', { accept: 'application/graphql-response+json' }],
    [
      'takes the newer one first',
      { accept: 'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8' },
    ],
    ['takes JSON first', { accept: 'application/json;q=0.9, application/graphql-response+json' }],
    ['takes parts or JSON', { accept: 'multipart/mixed, application/json' }],
    [
      'takes another charset or JSON',
      { accept: 'application/graphql-response+json; charset=latin1, application/json' },
    ],
    ['takes events', { accept: 'text/event-stream' }],
    ['takes only HTML', { accept: 'text/html' }],
    ['comes from a page of another origin', { origin: 'https://dashboard.example' }],
    ['names its charset', { 'content-type': 'application/json; charset=utf-8' }],
    ['has an odd content type', { 'content-type': 'application/jsonish' }],
    ['has no credential', { authorization: undefined }],
    ['has a wrong credential', { authorization: 'Bearer sx_live_wrong' }],
  ])('is answered as the first time, when the request %s', async (_, headers) => {
    const body = fresh();
    const first = await send(body, headers);
    expect(await send(body, headers)).toEqual(first);
    expect(await send(body, headers, true)).toEqual(first);
  });

  test.each<[string, number, Record<string, string>]>([
    ['from a page of ours', 200, { 'sec-fetch-site': 'same-origin' }],
    ['from a page of ours, in an older browser', 200, { origin: settings.publicUrl }],
    ['from a program', 200, { 'x-requested-with': 'a program' }],
    ['from another page', 401, { 'sec-fetch-site': 'cross-site' }],
    ['from nowhere', 401, {}],
  ])('with the cookie of a session, %s, is answered as the first time: %i', async (_, status, headers) => {
    const body = fresh();
    const session = await world.session({ user: world.admin });
    const given = { authorization: undefined, cookie: `a=b; __Host-session=${session.secret}`, ...headers };
    const first = await send(body, given);
    expect(first.status).toBe(status);
    const before = await compiled();
    expect(await send(body, given)).toEqual(first);
    expect(await compiled()).toBe(before + (status === 200 ? 1 : 0));
    expect(await send(body, given, true)).toEqual(first);
  });

  test('is answered from what is known of it, and so are other variables', async () => {
    const query = 'query Known($first: Int) { tags(first: $first) { nodes { name } } }';
    await send(JSON.stringify({ query, variables: { first: 5 } }));
    const before = await compiled();
    const { body, headers } = await send(JSON.stringify({ query, variables: { first: 1 } }));
    expect(JSON.parse(body)).toEqual({ data: { tags: { nodes: [{ name: 'Żółw 🐢 “quoted” \\ \n line' }] } } });
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    expect(await compiled()).toBe(before + 1);
  });

  test.each<[string, object | string]>([
    ['a bad argument', { variables: { first: 0 } }],
    ['a variable of the wrong type', { variables: { first: 'many' } }],
    ['variables that are no object', { variables: [1] }],
    ['an operation name that is none of its', { operationName: 'Other' }],
    ['a parameter that does not exist', { more: 1 }],
    ['no query', { query: null }],
    ['no JSON', '{"query": "query Odd'],
    ['nothing', ''],
    ['a list', '[]'],
  ])('with %s is refused as if it were new', async (_, given) => {
    const query = 'query Odd($first: Int) { tags(first: $first) { totalCount } }';
    await send(JSON.stringify({ query }));
    const body = typeof given === 'string' ? given : JSON.stringify({ query, ...given });
    const direct = await send(body);
    // In chunks it has no length, and goes to Yoga as it comes.
    expect(direct).toEqual(await send(body, {}, true));
    expect(JSON.parse(direct.body).errors).toHaveLength(1);
  });

  test('that is a mutation is carried out once each time', async () => {
    const body = JSON.stringify({
      query: 'mutation Make($name: String!) { tagCreate(input: { name: $name }) { __typename } }',
      variables: { name: 'made once' },
    });
    expect(JSON.parse((await send(body)).body)).toEqual({ data: { tagCreate: { __typename: 'TagCreateSuccess' } } });
    expect(JSON.parse((await send(body)).body)).toEqual({ data: { tagCreate: { __typename: 'InvalidInputError' } } });
    expect(await world.rows.tag.count({ where: { organizationId: world.organizationId, name: 'made once' } })).toBe(1);
  });

  test('that is too long is refused before it is read', async () => {
    const { status } = await send(JSON.stringify({ query: `{ tags { totalCount } } #${'x'.repeat(1_000_001)}` }));
    expect(status).toBe(413);
  });
});
