import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { actualCost, extentOfOperation } from '../../src/graphql/cost.ts';
import { schema } from '../../src/schema.ts';

function measured(document: string, variableValues: Record<string, unknown> = {}) {
  const extent = extentOfOperation({ schema, document: parse(document), variableValues });
  return { cost: extent?.cost, fixed: extent?.fixed };
}

const costOf = (document: string, variables?: Record<string, unknown>) => measured(document, variables).cost;

describe('an operation costs', () => {
  test.each<[number, string, string]>([
    [1, 'a point, whatever else', '{ __typename }'],
    [101, 'the weight of the schema', '{ __schema { types { fields { args { name } } } } }'],
    [11, 'the weight of a type', '{ __type(name: "Order") { fields { name } } }'],
    [1, 'nothing for who asks', '{ viewer { kind permissions { name grade } can(permission: "orders.read") } }'],
    [2, 'a point for a row', '{ me { name } }'],
    [3, 'a point for each', '{ order(id: "x") { number client { name email } } }'],
    [2, 'none for its columns', '{ order(id: "x") { id number price { amount currency } createdAt note } }'],
    [12, 'as many rows as a page has', '{ orders(first: 10) { nodes { number } } }'],
    [22, 'the default size of one', '{ orders { nodes { number } pageInfo { endCursor } } }'],
    [12, 'the same from behind', '{ orders(last: 10) { edges { cursor node { number } } } }'],
    [102, 'no more than a page may have', '{ orders(first: 1000) { nodes { number } } }'],
    [3, 'no less than a row', '{ orders(first: -5) { nodes { number } } }'],
    [22, 'a row for each beneath', '{ orders(first: 10) { nodes { client { name } } } }'],
    [72, 'the product of the sizes', '{ orders(first: 10) { nodes { tasks(first: 5) { nodes { name } } } } }'],
    [62, 'the usual number of people', '{ orders(first: 10) { nodes { employees { name } } } }'],
    [102, 'counting, of a list', '{ orders { totalCount } }'],
    [72, 'counting, of each', '{ orders(first: 10) { nodes { tasks { totalCount } } } }'],
    [172, 'both', '{ orders(first: 10) { totalCount nodes { tasks { totalCount } } } }'],
    [22, 'looking for words', '{ orders(first: 10, search: "x") { nodes { number } } }'],
    [201, 'adding up', '{ reports { completionTime(from: "2026-01-01", to: "2026-02-01") { orders } } }'],
    [101, 'adding up by groups', '{ invoiceTotals { total { amount } } }'],
    [4, 'a point for each id', '{ nodes(ids: ["a", "b", "c"]) { id } }'],
    [11, 'what a mutation weighs', 'mutation { tagCreate(input: { name: "x" }) { __typename } }'],
    [
      23,
      'what is read for its answer',
      'mutation { orderCreate(input: {}) { ... on OrderCreateSuccess { order { client { name } tasks(first: 9) { nodes { name } } } } } }',
    ],
    [51, 'calling somebody else', 'mutation { invoiceCharge(input: { id: "x" }) { __typename } }'],
    [
      21,
      'each field by itself',
      'mutation { a: tagCreate(input: { name: "x" }) { __typename } b: tagCreate(input: { name: "y" }) { __typename } }',
    ],
  ])('%i: %s', (cost, _, document) => {
    expect(costOf(document)).toBe(cost);
  });

  test('what the variables say, and what they are without', () => {
    const document =
      'query ($size: Int = 50, $search: String) { orders(first: $size, search: $search) { nodes { number } } }';
    expect([
      costOf(document),
      costOf(document, { size: 7 }),
      costOf(document, { size: null }),
      costOf(document, { size: 'many', search: null }),
      costOf(document, { size: 7, search: 'x' }),
    ]).toEqual([52, 9, 22, 102, 19]);
    expect(costOf('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', 'b'] })).toBe(3);
  });

  test('nothing for what is left out, whichever way it is asked first', () => {
    const document = `query ($counts: Boolean!, $size: Int, $rows: Boolean = true) {
      orders(first: 10) { totalCount @include(if: $counts) nodes @include(if: $rows) { tasks(first: $size) @include(if: $counts) { nodes { name } } } }
      tags(first: 5) @skip(if: true) { nodes { name } } ... on Query @include(if: false) { me { name } }
    }`;
    const parsed = parse(document);
    const cost = (variableValues: object) =>
      extentOfOperation({ schema, document: parsed, variableValues: { ...variableValues } })?.cost;
    for (const _ of [1, 2]) {
      expect([
        cost({ counts: false }),
        cost({ counts: true, size: 5 }),
        cost({ counts: true, size: 9 }),
        cost({ counts: false, size: 9 }),
        cost({ counts: true, size: 5, rows: false }),
        cost({ counts: false, rows: false }),
      ]).toEqual([12, 172, 212, 12, 102, 2]);
    }
  });

  test('the same through fragments and aliases as without', () => {
    const spread = `{ a: orders(first: 10) { ...Page } ...Other }
      fragment Page on OrderConnection { nodes { ... on Order { ...Row } } totalCount }
      fragment Row on Order { client { name } }
      fragment Other on Query { b: orders(first: 10) { nodes { ...Row } } }`;
    const plain = `{ a: orders(first: 10) { nodes { client { name } } totalCount } b: orders(first: 10) { nodes { client { name } } } }`;
    expect(costOf(spread)).toBe(costOf(plain));
  });
});

describe('what it costs in fact', () => {
  test('is a point for each hundred bytes, between a tenth of what it could be and all of that', () => {
    expect(
      [0, 1, 9_900, 9_901, 50_000, 99_800, 1_000_000].map((bytes) => actualCost({ cost: 1_000, fixed: 2 }, bytes)),
    ).toEqual([100, 100, 101, 102, 502, 1_000, 1_000]);
  });

  test('and the weights, whatever comes of them', () => {
    expect(measured('{ orders(first: 10, search: "x") { totalCount nodes { tasks { totalCount } } } }')).toEqual({
      cost: 182,
      fixed: 112,
    });
    expect(measured('mutation { tagCreate(input: { name: "x" }) { __typename } }').fixed).toBe(11);
    expect(measured('{ reports { completionTime(from: "2026-01-01", to: "2026-02-01") { orders } } }').fixed).toBe(201);
    expect(actualCost({ cost: 182, fixed: 112 }, 350)).toBe(116);
  });
});
