import { describe, expect, test } from 'vitest';
import { difference, mayRead, type Sent, sameBothWays, type Told } from '../kit/reads.ts';

const sent: Sent = { query: '{ order(id: "x") { name: number quantity price { amount } } }' };
const json: Sent = { query: '{ order(id: "x") { meta: metadata number } }' };

const told = (text: string, more: Partial<Told> = {}): Told => ({
  status: 200,
  contentType: 'application/json',
  text,
  ...more,
});

const right = '{"data":{"order":{"name":"A\\n\\u0001","quantity":1,"price":{"amount":"1.00"}}}}';

describe('two answers', () => {
  test('are the same when only what is said about the reading differs', () => {
    const explained = `${right.slice(0, -1)},"extensions":{"read":{"path":"compiled","statements":3}}}`;
    expect(difference(sent, told(right), told(right))).toBeNull();
    expect(difference(sent, told(explained), told(right))).toBeNull();
  });

  test.each<[string, string]>([
    ['another value', right.replace('1.00', '1.0')],
    ['null instead of a value', right.replace('"1.00"', 'null')],
    ['a text instead of a number', right.replace('"quantity":1', '"quantity":"1"')],
    ['a number spelled otherwise', right.replace('"quantity":1', '"quantity":1.0')],
    ['a character escaped otherwise', right.replace('A', '\\u0041')],
    ['a field too few', right.replace('"quantity":1,', '')],
    ['a field too many', right.replace('"quantity":1', '"quantity":1,"id":"x"')],
    ['a field twice', right.replace('"quantity":1', '"quantity":1,"quantity":1')],
    ['fields in another order', '{"data":{"order":{"quantity":1,"name":"A\\n\\u0001","price":{"amount":"1.00"}}}}'],
    ['white space', right.replace('"quantity":1', '"quantity": 1')],
    ['no object', '{"data":{"order":null}}'],
    ['an error beside it', `${right.slice(0, -1)},"errors":[{"message":"no"}]}`],
    ['no data', '{"errors":[{"message":"no"}]}'],
    ['other extensions', `${right.slice(0, -1)},"extensions":{"more":1}}`],
    ['no JSON', right.slice(0, -1)],
    ['nothing', ''],
  ])('differ by %s', (_, wrong) => {
    expect(difference(sent, told(wrong), told(right))).not.toBeNull();
    expect(difference(sent, told(right), told(wrong))).not.toBeNull();
  });

  test('differ by status and content type', () => {
    expect(difference(sent, told(right, { status: 400 }), told(right))).not.toBeNull();
    expect(difference(sent, told(right, { contentType: 'text/plain' }), told(right))).not.toBeNull();
  });

  test('may spell and sort JSON columns otherwise, and nothing else', () => {
    const one = '{"data":{"order":{"meta":{"a":[1.5,{"x":1,"y":null}],"b":1e21},"number":"1"}}}';
    const other =
      '{"data":{"order":{"meta":{"b": 1000000000000000000000, "a": [1.50, {"y": null, "x": 1}]},"number":"1"}}}';
    expect(difference(json, told(one), told(other))).toBeNull();
    for (const wrong of [
      one.replace('1.5', '1.6'),
      one.replace('"y":null', '"y":0'),
      one.replace(',"y":null', ''),
      one.replace('[1.5,{"x":1,"y":null}]', '[{"x":1,"y":null},1.5]'),
      '{"data":{"order":{"number":"1","meta":{"a":[1.5,{"x":1,"y":null}],"b":1e21}}}}',
    ]) {
      expect(difference(json, told(wrong), told(other))).not.toBeNull();
    }
  });

  test('have the same errors, whatever the random id of an unexpected one', () => {
    const failed = (code: string, id: string, message = 'x') =>
      told(JSON.stringify({ errors: [{ message, path: ['order'], extensions: { code, id } }], data: null }));
    const internal = 'INTERNAL_SERVER_ERROR';
    expect(difference(sent, failed(internal, '1'), failed(internal, '2'))).toBeNull();
    expect(difference(sent, failed(internal, '1', 'y'), failed(internal, '2'))).not.toBeNull();
    expect(difference(sent, failed('INVALID_INPUT', '1'), failed('INVALID_INPUT', '2'))).not.toBeNull();
    expect(difference(sent, failed('FORBIDDEN', '1'), failed('INVALID_INPUT', '1'))).not.toBeNull();
  });
});

test('only what reads is answered twice', () => {
  expect(mayRead(sent)).toBe(true);
  expect(mayRead({ query: '{ broken' })).toBe(true);
  expect(mayRead({ query: 'mutation { tagCreate(input: { name: "x" }) { __typename } }' })).toBe(false);
  const two = 'query A { __typename } mutation B { __typename }';
  expect([mayRead({ query: two, operationName: 'A' }), mayRead({ query: two, operationName: 'B' })]).toEqual([
    true,
    false,
  ]);
});

describe('a test that asks something', () => {
  const exchange = (first: string[], second: string[]) => {
    const next = (texts: string[]) => async () =>
      told(texts.length > 1 ? (texts.shift() as string) : (texts[0] as string));
    const [compiled, plain] = [next(first), next(second)];
    return (async () => sameBothWays({ sent, viewer: 'STAFF 1', answered: await compiled(), compiled, plain }))();
  };
  const wrong = right.replace('1.00', '2.00');

  test('fails when the plain answer is another one, and says everything', async () => {
    const failure = exchange([wrong], [right]);
    await expect(failure).rejects.toThrow('answer differently');
    const message = String(await failure.catch((error: unknown) => error));
    for (const part of [sent.query, 'STAFF 1', wrong, right, 'Variables: {}']) expect(message).toContain(part);
  });

  test('goes on when somebody wrote between the two', async () => {
    await expect(exchange([right, wrong], [wrong])).resolves.toBeUndefined();
  });
});
