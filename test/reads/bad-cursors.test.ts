import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTrial, type Trial } from './trial.ts';

let trial: Trial;

beforeAll(async () => {
  trial = await openTrial();
});
afterAll(() => trial?.close());

const cursor = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** A cursor of the list in the order, taken apart. */
async function partsOfCursor(list: string): Promise<unknown[]> {
  const { data } = await trial.ask({ query: `{ list: ${list} { edges { cursor } } }` });
  const { edges } = (data as { list: { edges: { cursor: string }[] } }).list;
  return JSON.parse(Buffer.from(String(edges[0]?.cursor), 'base64url').toString()) as unknown[];
}

describe('a cursor', () => {
  const places = [
    ['of a root list', 'query ($cursor: String) { orders(after: $cursor) { totalCount } }', 'after'],
    ['before which to read', 'query ($cursor: String) { orders(before: $cursor) { nodes { id } } }', 'before'],
    [
      'of a list beneath objects',
      'query ($cursor: String) { orders { nodes { tasks(after: $cursor) { nodes { id } } } } }',
      'after',
    ],
    [
      'beneath one object',
      'query ($cursor: String) { order(id: "READS1") { tasks(before: $cursor) { totalCount } } }',
      'before',
    ],
  ] as const;
  const malformed: [string, string][] = [
    ['is no base64', '%%%'],
    ['is empty', ''],
    ['holds nothing readable', Buffer.from([0xff, 0xfe, 0]).toString('base64url')],
    ['holds broken JSON', Buffer.from('["a",').toString('base64url')],
    ['holds no list', cursor({ a: 1 })],
    ['holds nothing', cursor([])],
    ['holds null', cursor(null)],
    ['holds the print of no order', cursor(['xxxxxx', 1, 'x'])],
  ];
  test.each(
    places.flatMap(([place, query, argument]) =>
      malformed.map(([fault, given]) => [place, fault, query, argument, given] as const),
    ),
  )('%s that %s is refused before the database is asked', async (_, __, query, argument, given) => {
    await trial.expectRefused({ query, variables: { cursor: given } }, [`INVALID_INPUT ${argument} INVALID_CURSOR`]);
  });

  test('of another order is refused, in the document or as a variable', async () => {
    const given = cursor(await partsOfCursor('orders(sort: [{ field: NUMBER }])'));
    const refusal = ['INVALID_INPUT after INVALID_CURSOR'];
    for (const sort of ['NUMBER, direction: DESC', 'QUANTITY', 'CREATED_AT']) {
      const list = (value: string) => `orders(sort: [{ field: ${sort} }], after: ${value}) { totalCount }`;
      await trial.expectRefused({ query: `{ ${list(`"${given}"`)} }` }, refusal);
      await trial.expectRefused(
        { query: `query ($after: String) { ${list('$after')} }`, variables: { after: given } },
        refusal,
      );
    }
    await trial.expectRefused({ query: `{ orders(after: "${given}") { totalCount } }` }, refusal);
  });

  const id = '01a1fc5d-8f49-7200-9880-ce8001e0f991';
  const wrongValues: [string, unknown[]][] = [
    ['orders(sort: [{ field: NUMBER }])', ['a\0', 1, null, true, {}]],
    ['orders(sort: [{ field: QUANTITY }])', ['1', 1.5, 2 ** 31, null, true]],
    ['orders(sort: [{ field: PRICE }])', [1, '1e3', '1.23456', '1'.repeat(16), 'NaN', null]],
    // The last four are in the years 275760, -271821, 10000 and 0.
    [
      'orders(sort: [{ field: CREATED_AT }])',
      ['2026-01-01T00:00:00.000Z', 1.5, 8.7e15, null, 8.64e15, -8.64e15, 253402300800000, -62135596800001],
    ],
    ['orders(sort: [{ field: STATUS }])', ['1', 40_000, -40_000]],
    ['orders(sort: [{ field: DATE_DUE }])', ['x', false]],
    ['orders(sort: [{ field: CLIENT }])', ['x', 1, `client_${id}`, null]],
    ['services(sort: [{ field: IS_PUBLIC }])', [1, 'true', null]],
  ];
  test.each(wrongValues)('of %s that holds a value of the wrong type is refused', async (list, values) => {
    const [print, first, ...rest] = await partsOfCursor(list);
    const place = list.replace(/\)$/, ', after: $after)');
    const query = `query ($after: String) { ${place} { totalCount } }`;
    const refusal = ['INVALID_INPUT after INVALID_CURSOR'];
    for (const value of values) {
      await trial.expectRefused({ query, variables: { after: cursor([print, value, ...rest]) } }, refusal);
    }
    for (const parts of [
      [print, first, 'x'],
      [print, first, null],
      [print, first],
      [print, first, ...rest, 1],
    ]) {
      await trial.expectRefused({ query, variables: { after: cursor(parts) } }, refusal);
    }
    const sound = await trial.ask({ query, variables: { after: cursor([print, first, ...rest]) } });
    expect(sound.errors).toBeUndefined();
  });
});
