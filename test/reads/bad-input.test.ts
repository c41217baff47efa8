import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sent } from '../kit/reads.ts';
import { openTrial, shown, type Trial } from './trial.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await openTrial();
});
afterAll(() => trial?.close());

describe('a page', () => {
  const sizes: [string, object, string][] = [
    ['of none', { first: 0 }, 'first OUT_OF_RANGE'],
    ['of too many', { first: 101 }, 'first OUT_OF_RANGE'],
    ['of less than none', { first: -1 }, 'first OUT_OF_RANGE'],
    ['of none from the end', { last: 0 }, 'last OUT_OF_RANGE'],
    ['of too many from the end', { last: 101 }, 'last OUT_OF_RANGE'],
    ['from both ends', { first: 1, last: 1 }, 'last EXCLUSIVE'],
  ];
  const header = 'query ($first: Int, $last: Int)';
  test.each(sizes)('%s is refused, at the root and beneath', async (_, variables, issue) => {
    for (const selection of [
      'orders(first: $first, last: $last) { totalCount }',
      'orders { nodes { id tasks(first: $first, last: $last) { nodes { id } } } }',
      'orders(filter: { number: { eq: "none" } }) { nodes { messages(first: $first, last: $last) { totalCount } } }',
      'clients { edges { node { orders(first: $first, last: $last) { pageInfo { hasNextPage } } } } }',
    ]) {
      await trial.expectRefused({ query: `${header} { ${selection} }`, variables }, [`INVALID_INPUT ${issue}`]);
    }
  });

  test('that is refused takes nothing else with it but what must be there', async () => {
    const { data, errors, statements } = await trial.ask({
      query: '{ order(id: "READS1") { tasks(first: 0) { totalCount } } __typename }',
    });
    expect({ data, errors: errors?.map(shown), statements }).toEqual({
      data: { order: null, __typename: 'Query' },
      errors: ['INVALID_INPUT first OUT_OF_RANGE'],
      statements: [0, 0],
    });
  });
});

describe('a variable', () => {
  const filtered = 'query ($filter: OrderFilter) { orders(filter: $filter) { totalCount } }';
  const sorted = 'query ($field: OrderSortField!) { orders(sort: [{ field: $field }]) { totalCount } }';
  const one = 'query ($id: ID!) { order(id: $id) { id } }';
  const page = 'query ($first: Int) { orders(first: $first) { totalCount } }';
  test.each<[string, string, object, string]>([
    [
      'of an enum with a value that is none',
      sorted,
      { field: 'WEIGHT' },
      'Variable "$field" got invalid value "WEIGHT"; Value "WEIGHT" does not exist in "OrderSortField" enum.',
    ],
    [
      'of an enum with a number',
      sorted,
      { field: 1 },
      'Variable "$field" got invalid value 1; Enum "OrderSortField" cannot represent non-string value: 1.',
    ],
    [
      'with an enum’s value deep inside that is none',
      filtered,
      { filter: { not: { status: { in: ['DONE'] } } } },
      'Variable "$filter" got invalid value "DONE" at "filter.not.status.in[0]"; Value "DONE" does not exist in "OrderStatusKind" enum.',
    ],
    [
      'with a number instead of an object',
      filtered,
      { filter: { number: 1 } },
      'Variable "$filter" got invalid value 1 at "filter.number"; Expected type "TextComparator" to be an object.',
    ],
    [
      'with a field that is none',
      filtered,
      { filter: { weight: { eq: 1 } } },
      'Variable "$filter" got invalid value { weight: { eq: 1 } }; Field "weight" is not defined by type "OrderFilter".',
    ],
    [
      'with a decimal that is none',
      filtered,
      { filter: { price: { eq: '1e3' } } },
      'Variable "$filter" got invalid value "1e3" at "filter.price.eq"; A Decimal is a string such as "49.00", with at most four decimals.',
    ],
    [
      'with an instant that is none',
      filtered,
      { filter: { createdAt: { lt: 'yesterday' } } },
      'Variable "$filter" got invalid value "yesterday" at "filter.createdAt.lt"; DateTime cannot represent an invalid date-time-string yesterday.',
    ],
    [
      'with an instant outside of the calendar',
      filtered,
      { filter: { createdAt: { lt: '9999-12-31T23:59:59-01:00' } } },
      'Variable "$filter" got invalid value "9999-12-31T23:59:59-01:00" at "filter.createdAt.lt"; A DateTime lies in the years 0001 to 9999, UTC.',
    ],
    [
      'with a number too large',
      page,
      { first: 2 ** 31 },
      'Variable "$first" got invalid value 2147483648; Int cannot represent non 32-bit signed integer value: 2147483648',
    ],
    [
      'with a fraction',
      page,
      { first: 1.5 },
      'Variable "$first" got invalid value 1.5; Int cannot represent non-integer value: 1.5',
    ],
    [
      'with a text',
      page,
      { first: '1' },
      'Variable "$first" got invalid value "1"; Int cannot represent non-integer value: "1"',
    ],
    ['with a list', one, { id: ['x'] }, 'Variable "$id" got invalid value ["x"]; ID cannot represent value: ["x"]'],
    ['that is missing', one, {}, 'Variable "$id" of required type "ID!" was not provided.'],
    ['that must not be null', one, { id: null }, 'Variable "$id" of non-null type "ID!" must not be null.'],
    [
      'that may be null, but not where it stands',
      'query ($id: ID = "x") { node(id: $id) { id } }',
      { id: null },
      'Argument "id" of non-null type "ID!" must not be null.',
    ],
    [
      'that decides about a field and is null',
      'query ($yes: Boolean = true) { orders @include(if: $yes) { totalCount } }',
      { yes: null },
      'Argument "if" of non-null type "Boolean!" must not be null.',
    ],
  ])('%s is refused in the same words', async (_, query, variables, refusal) => {
    await trial.expectRefused({ query, variables }, [refusal]);
  });
});

describe('a document', () => {
  /** Each time round is three levels deeper; the order and its number are one each. */
  const circles = (times: number) =>
    `{ order(id: "READS1") { ${'client { orders(first: 1) { nodes { '.repeat(times)}number${' } } }'.repeat(times)} } }`;

  test('that goes round in circles as deep as may be is answered', async () => {
    const { data, errors } = await trial.ask({ query: circles(6) });
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data).match(/"client"/g)).toHaveLength(6);
  });

  test.each([7, 60])('that goes round in circles, %i times, is refused', async (times) => {
    await trial.expectRefused({ query: circles(times) }, ['LIMIT_REACHED']);
  });

  test('that could answer too many rows is refused', async () => {
    const rows = (first: number) =>
      `{ orders(first: 100) { nodes { client { orders(first: 100) { nodes { tasks(first: ${first}) { totalCount } } } } } } }`;
    await trial.expectRefused({ query: rows(10) }, ['LIMIT_REACHED']);
    expect((await trial.ask({ query: rows(8) })).errors).toBeUndefined();
  });
});

describe('an argument', () => {
  const nested = (levels: number) => `${'{ not: '.repeat(levels)}{ number: { eq: "x" } }${' }'.repeat(levels)}`;
  test.each<[string, Sent, string]>([
    [
      'with a filter nested too deep',
      { query: `{ orders(filter: ${nested(6)}) { totalCount } }` },
      'INVALID_INPUT filter TOO_DEEP',
    ],
    [
      'with a filter that asks whether a list is null',
      { query: '{ orders(filter: { employeeId: { eq: null } }) { totalCount } }' },
      'INVALID_INPUT filter UNKNOWN',
    ],
    [
      'with the character NUL in a filter',
      {
        query: 'query ($text: String) { orders(filter: { number: { contains: $text } }) { totalCount } }',
        variables: { text: 'a\0' },
      },
      'INVALID_INPUT filter INVALID',
    ],
    [
      'with the character NUL in a list of a filter',
      {
        query: 'query ($texts: [String!]) { orders(filter: { number: { in: $texts } }) { totalCount } }',
        variables: { texts: ['\0'] },
      },
      'INVALID_INPUT filter INVALID',
    ],
    [
      'with the character NUL in a permission',
      { query: 'query ($text: String!) { viewer { can(permission: $text) } }', variables: { text: 'orders.read\0' } },
      'INVALID_INPUT permission UNKNOWN',
    ],
    ['that names nothing', { query: '{ order { id } }' }, 'INVALID_INPUT id REQUIRED'],
    [
      'with too many ids',
      {
        query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        variables: { ids: Array.from({ length: 101 }, () => 'x') },
      },
      'INVALID_INPUT ids OUT_OF_RANGE',
    ],
  ])('%s is refused', async (_, sent, refusal) => {
    await trial.expectRefused(sent, [refusal]);
  });

  test.each<[string, string, unknown]>([
    ['order(id: $text) { id }', 'order', null],
    ['order(number: $text) { id }', 'order', null],
    ['client(id: $text) { id }', 'client', null],
    ['node(id: $text) { id }', 'node', null],
    ['nodes(ids: [$text]) { id }', 'nodes', [null]],
    ['orders(search: $text) { totalCount }', 'orders', { totalCount: 10 }],
    ['clients(search: $text) { totalCount }', 'clients', { totalCount: 0 }],
  ])('with the character NUL is no reason for %s to fail', async (field, name, expected) => {
    const type = field.includes('search') || field.includes('number') ? 'String' : 'ID!';
    const { data, errors } = await trial.ask({
      query: `query ($text: ${type}) { ${field} }`,
      variables: { text: 'reads1\0' },
    });
    expect({ data, errors }).toEqual({ data: { [name]: expected }, errors: undefined });
  });

  test('with half of a surrogate pair finds nothing', async () => {
    const { data, errors } = await trial.ask({
      query: `query ($text: String) {
        order(number: $text) { id } orders(search: $text) { totalCount }
        tags(filter: { name: { contains: $text } }) { totalCount }
      }`,
      variables: { text: '\ud83d' },
    });
    expect({ data, errors }).toEqual({
      data: { order: null, orders: { totalCount: 0 }, tags: { totalCount: 0 } },
      errors: undefined,
    });
  });

  const numbers = Array.from({ length: 40_000 }, (_, index) => index + 1);
  const steps = Array.from({ length: 300 }, (_, index) => ({ field: ['NUMBER', 'PRICE', 'QUANTITY'][index % 3] }));
  test.each<[string, Sent]>([
    [
      'with a number that no row can have',
      { query: '{ orders(filter: { statusCode: { in: [1, 40000] } }) { totalCount } }' },
    ],
    ['below every number', { query: '{ orders(filter: { statusCode: { gt: -2147483648 } }) { totalCount } }' }],
    [
      'with a long list of values',
      {
        query: 'query ($numbers: [Int!]) { orders(filter: { quantity: { in: $numbers } }) { totalCount } }',
        variables: { numbers },
      },
    ],
    [
      'with a long order',
      {
        query: 'query ($steps: [OrderSort!]) { orders(sort: $steps, first: 1) { pageInfo { endCursor } } }',
        variables: { steps },
      },
    ],
    [
      'with many conditions',
      {
        query: 'query ($any: [OrderFilter!]) { orders(filter: { or: $any }) { totalCount } }',
        variables: { any: numbers.slice(0, 5000).map((number) => ({ quantity: { gt: number } })) },
      },
    ],
  ])('%s is answered or refused, and nothing fails', async (_, sent) => {
    await trial.expectTyped(sent);
  });

  test('that continues a long order is answered or refused, and nothing fails', async () => {
    const query =
      'query ($steps: [OrderSort!], $after: String) { orders(sort: $steps, first: 1, after: $after) { pageInfo { endCursor } } }';
    const { data } = await trial.expectTyped({ query, variables: { steps } });
    const first = data as { orders?: { pageInfo: { endCursor: string } } } | null;
    await trial.expectTyped({ query, variables: { steps, after: first?.orders?.pageInfo.endCursor } });
  });

  test('may be as long as texts may be', async () => {
    const text = 'x'.repeat(200_000);
    const { data, errors } = await trial.ask({
      query: `query ($text: String) {
        orders(search: $text, filter: { number: { contains: $text }, currency: { in: [$text] } }) { totalCount }
      }`.replace('[$text]', `["${'y'.repeat(200_000)}"]`),
      variables: { text },
    });
    expect({ data, errors }).toEqual({ data: { orders: { totalCount: 0 } }, errors: undefined });
  });
});

test('who may not read is refused before the database is asked', async () => {
  await trial.expectRefused({ query: '{ orders { totalCount } }' }, ['FORBIDDEN'], 'nobody');
  await trial.expectRefused({ query: '{ order(id: "x") { id } }' }, ['FORBIDDEN'], 'nobody');
  await trial.expectRefused({ query: '{ logs { nodes { id } } }' }, ['FORBIDDEN'], 'client');
  await trial.expectRefused(
    { query: '{ orders { totalCount } me { id } }' },
    ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
    'anonymous',
  );
});
