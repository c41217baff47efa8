import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGraphQLServer, newExchange } from '../../src/graphql/http.ts';
import { readPersistedOperations } from '../../src/graphql/persisted.ts';
import { authenticateBy } from '../../src/identity/authentication.ts';
import { reads } from '../../src/kernel/metrics.ts';
import { schema } from '../../src/schema.ts';
import { settings } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { unchanged } from '../kit/expect.ts';
import { toolsOf } from '../kit/tools.ts';
import { makeWorld, type World } from '../kit/world.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const manifestOf = (...texts: string[]) =>
  JSON.stringify(Object.fromEntries(texts.map((text) => [sha256(text), text])));

const names = 'query Names($first: Int) { tags(first: $first) { nodes { name } } }';
const make = 'mutation Make($name: String!) { tagCreate(input: { name: $name }) { __typename } }';
const unlisted = 'query Unlisted { tags { nodes { name } } }';

let world: World;
let secret: string;
const servers: http.Server[] = [];
/** A server to which every operation may be sent, and one for the persisted ones only. */
let open: string;
let closed: string;

async function serve(only: boolean): Promise<string> {
  const { database, log } = await testDatabase();
  const graphql = createGraphQLServer({
    schema,
    tools: toolsOf(database),
    log,
    settings,
    authenticate: authenticateBy(database.pool, settings),
    reads: 'compiled',
    explainReads: false,
    publicSchema: true,
    persisted: readPersistedOperations(manifestOf(names, make), { only }),
  });
  const server = http.createServer((request, response) => void graphql.handle(request, response, newExchange()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

beforeAll(async () => {
  world = await makeWorld();
  await world.tag('a');
  await world.tag('b');
  ({ secret } = await world.token(world.admin, { lastUsedAt: new Date() }));
  [open, closed] = [await serve(false), await serve(true)];
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = { data?: unknown; errors?: { message: string; extensions: { code: string } }[] };

async function send(url: string, body: unknown, init: RequestInit = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
    body: JSON.stringify(body),
    ...init,
  });
  const { data, errors } = (await response.json()) as Answer;
  return { status: response.status, data, codes: errors?.map(({ extensions }) => extensions.code) };
}

const get = (url: string, parameters: Record<string, string>) =>
  send(`${url}?${new URLSearchParams(parameters)}`, undefined, {
    method: 'GET',
    body: null,
    headers: { authorization: `Bearer ${secret}` },
  });

const first = { status: 200, data: { tags: { nodes: [{ name: 'b' }] } }, codes: undefined };
const variables = { first: 1 };

async function compiled(): Promise<number> {
  const { values } = await reads.get();
  return values.find(({ labels }) => labels.path === 'compiled')?.value ?? 0;
}

describe('a persisted operation', () => {
  test.each<[string, object]>([
    ['by its id', { documentId: `sha256:${sha256(names)}` }],
    ['by its bare id', { documentId: sha256(names) }],
    ['as Apollo’s clients ask', { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(names) } } }],
    [
      'by its id, with its text',
      { query: names, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(names) } } },
    ],
    ['by its text', { query: names }],
  ])('is executed %s, again from what is known of it, and whoever else may be', async (_, asked) => {
    for (const url of [open, closed]) {
      expect(await send(url, { ...asked, variables })).toEqual(first);
      const before = await compiled();
      expect(await send(url, { ...asked, variables, operationName: 'Names' })).toEqual(first);
      expect(await compiled()).toBe(before + 1);
    }
  });

  test('comes by GET, too, unless it changes something', async () => {
    const text = JSON.stringify(variables);
    const extensions = (id: string) => JSON.stringify({ persistedQuery: { version: 1, sha256Hash: id } });
    for (const url of [open, closed]) {
      expect(await get(url, { documentId: `sha256:${sha256(names)}`, variables: text })).toEqual(first);
      expect(await get(url, { extensions: extensions(sha256(names)), variables: text })).toEqual(first);
      const change = { documentId: sha256(make), variables: '{"name":"x"}' };
      expect((await unchanged(world, () => get(url, change))).status).toBe(405);
    }
  });

  test('that changes something is carried out', async () => {
    const before = await world.rows.tag.count({ where: { organizationId: world.organizationId } });
    const { data } = await send(closed, { documentId: sha256(make), variables: { name: 'made' } });
    expect(data).toEqual({ tagCreate: { __typename: 'TagCreateSuccess' } });
    expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(before + 1);
    await world.rows.tag.deleteMany({ where: { organizationId: world.organizationId, name: 'made' } });
  });

  test.each<[string, object, number, string]>([
    ['that nobody has persisted', { documentId: sha256(unlisted) }, 404, 'PERSISTED_OPERATION_NOT_FOUND'],
    [
      'that nobody has persisted, with its text',
      { query: unlisted, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(unlisted) } } },
      404,
      'PERSISTED_OPERATION_NOT_FOUND',
    ],
    ['that is no id', { documentId: '../../etc/passwd' }, 404, 'PERSISTED_OPERATION_NOT_FOUND'],
    ['that is every object’s', { documentId: '__proto__' }, 404, 'PERSISTED_OPERATION_NOT_FOUND'],
    ['of another text', { query: unlisted, documentId: sha256(names) }, 400, 'BAD_REQUEST'],
    ['that is no text', { documentId: { a: 1 } }, 400, 'BAD_REQUEST'],
    ['that is missing', { extensions: { persistedQuery: { version: 1 } } }, 400, 'BAD_REQUEST'],
  ])('by an id %s is refused, also the second time', async (_, asked, status, code) => {
    for (const url of [open, open, closed]) {
      expect(await send(url, asked)).toEqual({ status, data: undefined, codes: [code] });
    }
  });
});

describe('where only persisted operations are executed', () => {
  test.each([
    ['a query', unlisted],
    ['a mutation', 'mutation { tagCreate(input: { name: "x" }) { __typename } }'],
    ['a persisted one in other words', `${names} `],
    ['two in one', `${names} ${unlisted}`],
    ['introspection', getIntrospectionQuery()],
    ['what is no operation', '{'],
  ])('%s is refused', async (_, query) => {
    const refused = await unchanged(world, () => send(closed, { query }));
    expect(refused).toEqual({ status: 403, data: undefined, codes: ['PERSISTED_OPERATION_REQUIRED'] });
    expect((await get(closed, { query })).status).toBe(403);
  });

  test('what is no request is still refused as such', async () => {
    for (const body of [null, 1, 'x', [], {}]) expect([200, 400]).toContain((await send(closed, body)).status);
    expect((await send(closed, {})).data).toBeUndefined();
  });
});

describe('a manifest', () => {
  test('is what code generation writes: it knows the operations of these tests', () => {
    const file = path.resolve(import.meta.dirname, '../generated/persisted-documents.json');
    const operations = readPersistedOperations(fs.readFileSync(file, 'utf8'), { only: true });
    expect(operations.size).toBeGreaterThan(50);
    const [[id, text]] = Object.entries(JSON.parse(fs.readFileSync(file, 'utf8'))) as [[string, string]];
    expect([operations.textOf(id), operations.isOne(text)]).toEqual([text, true]);
  });

  test.each([
    ['no JSON', '{', 'it is no JSON object'],
    ['nothing', 'null', 'it is no JSON object'],
    ['an id that is another text’s', JSON.stringify({ [sha256(names)]: unlisted }), 'is not the SHA-256'],
    ['an id that is no hash', JSON.stringify({ names }), 'names is not the SHA-256'],
    ['something else than texts', JSON.stringify({ [sha256(names)]: { text: names } }), 'is not the SHA-256'],
  ])('with %s is refused', (_, manifest, why) => {
    expect(() => readPersistedOperations(manifest, { only: false })).toThrow(why);
  });
});
