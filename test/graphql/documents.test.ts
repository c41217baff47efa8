import { getIntrospectionQuery } from 'graphql';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { kept } from '../../src/graphql/documents.ts';
import { createGraphQLServer } from '../../src/graphql/http.ts';
import { schema } from '../../src/schema.ts';
import { request, settings } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { unchanged } from '../kit/expect.ts';
import { toolsOf } from '../kit/tools.ts';
import { anonymous } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

type Refusal = { message: string; extensions?: { code?: string } };

async function refusalsOf(query: string, headers: Record<string, string> = {}): Promise<Refusal[]> {
  const response = await request({ body: { query }, headers });
  const { data, errors = [] } = (await response.json()) as { data?: unknown; errors?: Refusal[] };
  expect(data ?? null).toBeNull();
  return errors.map(({ message, extensions }) => ({ message, extensions: { code: extensions?.code } }));
}

const tooLarge = (what: string) => [{ message: `The document ${what}.`, extensions: { code: 'LIMIT_REACHED' } }];
const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

describe('a document', () => {
  test.each([
    ['with more words than anybody writes', `{ ${times(11_000, () => 'a')} }`, 'has too many words'],
    ['with very many fields', `{ tags { nodes { ${times(2_600, (index) => `x${index}`)} } } }`, 'has too many fields'],
    ['that repeats a field', `{ tags { ${times(10_000 / 2, () => 'totalCount')} } }`, 'repeats a field too often'],
    [
      'with very many aliases',
      `{ tags { ${times(101, (index) => `a${index}: totalCount`)} } }`,
      'has too many aliases',
    ],
    ['with a field full of directives', `{ __typename ${times(11, () => '@aa')} }`, 'has too many directives'],
    [
      'with directives everywhere',
      `{ ${times(40, (index) => `a${index}: __typename @a @b @c`)} }`,
      'has too many directives',
    ],
    [
      'that asks for very many things at once',
      `{ ${times(51, (index) => `a${index}: __typename`)} }`,
      'does too much at once',
    ],
    [
      'that hides them in fragments',
      `{ ...A ...B } fragment A on Query { ${times(30, (index) => `a${index}: __typename`)} } fragment B on Query { ${times(30, (index) => `b${index}: __typename`)} }`,
      'does too much at once',
    ],
    ['that nests lists', `{ tags(filter: ${'['.repeat(4_000)}${']'.repeat(4_000)}) { totalCount } }`, 'nests too deep'],
    [
      'that nests objects',
      `{ tags(filter: ${'{not:'.repeat(1_500)}{}${'}'.repeat(1_500)}) { totalCount } }`,
      'nests too deep',
    ],
    ['that nests fields', `${'{a'.repeat(3_300)}${'}'.repeat(3_300)}`, 'nests too deep'],
    ['that nests fragments', `${'{...'.repeat(2_000)}{a}${'}'.repeat(2_000)}`, 'nests too deep'],
    ['that nests types', `query ($a: ${'['.repeat(4_000)}Int${']'.repeat(4_000)}) { a }`, 'nests too deep'],
    ['that nests and never ends', '{a'.repeat(4_000), 'nests too deep'],
    [
      'with an endless text',
      `{ tags(search: "${'x'.repeat(200_001)}") { totalCount } }`,
      'has a text that is too long',
    ],
    [
      'that doubles itself with each fragment',
      `{ clients { nodes { ...F0 } } } ${times(16, (index) => `fragment F${index} on Client { a: referredBy { id ${index < 15 ? `...F${index + 1}` : ''} } b: referredBy { id ${index < 15 ? `...F${index + 1}` : ''} } }`)}`,
      'has too many fields',
    ],
  ])('%s is refused, and the figures are not told', async (_, document, what) => {
    expect(await refusalsOf(document)).toEqual(tooLarge(what));
  });

  test('with more than ten mutations does none of them', async () => {
    const world = await makeWorld();
    const { secret } = await world.token(world.admin, { lastUsedAt: new Date() });
    const document = `mutation { ${times(11, (index) => `a${index}: tagCreate(input: { name: "t${index}" }) { __typename }`)} }`;
    const refusals = await unchanged(world, () => refusalsOf(document, { authorization: `Bearer ${secret}` }));
    expect(refusals).toEqual(tooLarge('does too much at once'));
  });

  test('with a hundred faults is told ten of them, each with a code', async () => {
    const refusals = await refusalsOf(`{ ${times(40, (index) => `nothing${index}`)} }`);
    expect(refusals).toHaveLength(10);
    expect(new Set(refusals.map(({ extensions }) => extensions?.code))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  });

  test('that is none says so', async () => {
    expect(await refusalsOf('{ tags(')).toEqual([
      { message: 'Syntax Error: Expected Name, found <EOF>.', extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
    ]);
  });

  test.each([
    '{ tagss { totalCount } }',
    '{ tags { nodez { id } } }',
    '{ tags(frist: 1) { totalCount } }',
    '{ tags(sort: { field: NAM, direction: ASC }) { totalCount } }',
  ])('with a typing error is not put right: %s', async (document) => {
    const refusals = await refusalsOf(document);
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals.map(({ message }) => message).join()).not.toMatch(/did you mean/i);
  });

  test('with a variable that is misspelt is not put right either, whoever asks', async () => {
    const world = await makeWorld();
    const document = 'query ($kind: OrderStatusKind!) { orders(filter: { status: { eq: $kind } }) { totalCount } }';
    for (const viewer of [world.admin, anonymous]) {
      const [refusal] = await world.as(viewer).refused(document, { kind: 'COMPLETE' });
      expect(refusal?.message).toContain('Value "COMPLETE" does not exist in "OrderStatusKind" enum.');
      expect(refusal?.message).not.toMatch(/did you mean/i);
      const [unknown] = await world
        .as(viewer)
        .refused('query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }', { filter: { numbr: {} } });
      expect(unknown?.message).toContain('Field "numbr" is not defined by type "OrderFilter".');
      expect(unknown?.message).not.toMatch(/did you mean/i);
    }
  });

  test('with a hundred wrong variables is told ten of them, whoever asks', async () => {
    const world = await makeWorld();
    const wrong = Array.from({ length: 100 }, () => ({}));
    for (const viewer of [world.admin, anonymous]) {
      for (const [document, name] of [
        ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', 'ids'],
        ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } __schema { queryType { name } } }', 'ids'],
        [
          'mutation ($fields: [ID!]!) { orderCreate(input: { clientId: "x", serviceName: "x", employeeIds: $fields }) { __typename } }',
          'fields',
        ],
      ] as const) {
        const refusals = await world.as(viewer).refused(document, { [name]: wrong });
        expect(refusals.map(({ code }) => code)).toEqual(Array(10).fill('BAD_USER_INPUT'));
      }
    }
  });
});

describe('variables', () => {
  test('with an endless list or text are refused, and nothing is done', async () => {
    const world = await makeWorld();
    const document = 'mutation ($input: TagCreateInput!) { tagCreate(input: $input) { __typename } }';
    const refusals = await unchanged(world, () =>
      world.as(world.admin).refused(document, { input: { name: 'x'.repeat(200_001) } }),
    );
    expect(refusals).toMatchObject([{ code: 'LIMIT_REACHED', message: 'A text among the variables is too long.' }]);
    const list = await world
      .as(world.admin)
      .refused('query ($ids: [ID!]) { orders(filter: { id: { in: $ids } }) { totalCount } }', {
        ids: Array.from({ length: 10_001 }, () => 'x'),
      });
    expect(list).toMatchObject([{ code: 'LIMIT_REACHED', message: 'A list among the variables is too long.' }]);
  });

  test.each([
    ['nest without end, in lists', 'The variables nest too deep.', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    [
      'nest without end, in objects',
      'The variables nest too deep.',
      `${'{"not":'.repeat(90_000)}{}${'}'.repeat(90_000)}`,
    ],
    [
      'are too many',
      'There are too many values among the variables.',
      JSON.stringify({ or: Array(9).fill({ id: { in: Array(9_000).fill(1) } }) }),
    ],
  ])('that %s are refused, by a name of the operation’s or another', async (_, message, value) => {
    const world = await makeWorld();
    const { secret } = await world.token(world.admin);
    const query = 'query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }';
    for (const name of ['filter', 'nobody']) {
      const body = `{"query":${JSON.stringify(query)},"variables":{"${name}":${value}}}`;
      const response = await request({ body, headers: { authorization: `Bearer ${secret}` } });
      const { errors } = (await response.json()) as { errors: Refusal[] };
      expect(errors).toMatchObject([{ message, extensions: { code: 'LIMIT_REACHED' } }]);
    }
  });

  test('may be anything beside the operation that nobody asks for', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const body = `{"query":"{ __typename }","extensions":{"deep":${deep}}}`;
    const response = await request({ body });
    expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('may nest as deep as a document of somebody’s does', async () => {
    const world = await makeWorld();
    const options = { a: JSON.parse(`${'['.repeat(90)}${']'.repeat(90)}`) };
    const order = await world.order();
    const document = 'mutation ($input: OrderUpdateInput!) { orderUpdate(input: $input) { __typename } }';
    expect(await world.as(world.admin).run(document, { input: { id: order.id, options } })).toEqual({
      orderUpdate: { __typename: 'OrderUpdateSuccess' },
    });
  });
});

describe('the schema', () => {
  async function serverInProduction() {
    const { database } = await testDatabase();
    const log = pino({ level: 'silent' });
    return createGraphQLServer({
      schema,
      tools: toolsOf(database),
      log,
      reads: 'compiled',
      explainReads: false,
      publicSchema: false,
      settings,
      authenticate: async () => anonymous,
    });
  }

  test.each([
    ['whole', getIntrospectionQuery()],
    ['by one of its types', '{ __type(name: "Order") { name } }'],
    ['through a fragment', '{ ...__schema } fragment __schema on Query { __schema { queryType { name } } }'],
    ['under another name', '{ ... on Query { harmless: __schema { types { name } } } }'],
  ])('is not read aloud to strangers in production: %s', async (_, query) => {
    const server = await serverInProduction();
    const response = await server.fetch('http://engine.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data?: unknown; errors?: Refusal[] };
    expect(data ?? null).toBeNull();
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['UNAUTHENTICATED']);
  });

  test('is there for GraphiQL and generators, within all limits', async () => {
    const world = await makeWorld();
    const data = await world.as(world.admin).run(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }));
    expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
  });

  test('can’t be asked for in circles', async () => {
    const circle = `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`;
    const refusals = await refusalsOf(circle);
    expect(refusals).toMatchObject([{ message: 'Maximum introspection depth exceeded' }]);
  });
});

describe('what is kept of documents', () => {
  const ofLength = (length: number, index: number) => `${index}`.padEnd(length, 'x');
  const held = (length: number, count: number) => {
    const cache = kept<object>();
    for (let index = 0; index < count; index += 1) cache.set(ofLength(length, index), {});
    return Array.from({ length: count }, (_, index) => cache.get(ofLength(length, index))).filter(Boolean).length;
  };

  // Found by the fuzz: each takes its text a hundred times over, and anybody can send ever new ones.
  test('is bounded, whether they are many or long', () => {
    expect(held(10, 10_000)).toBe(2_380);
    expect(held(800, 10_000)).toBe(500);
    expect(held(19_800, 100)).toBe(25);
    expect(held(20_001, 1)).toBe(0);
  });

  test('are those that were sent last', () => {
    const cache = kept<object>();
    const first = {};
    cache.set(ofLength(800, 0), first);
    for (let index = 1; index < 1_000; index += 1) {
      cache.set(ofLength(800, index), {});
      expect(cache.get(ofLength(800, 0))).toBe(first);
    }
    expect(cache.get(ofLength(800, 1))).toBeUndefined();
  });
});
