import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openServers, type Servers, sameAnswers } from './answers.ts';
import { makeReadsWorld, type ReadsWorld } from './world.ts';

// What random operations have found. Each was answered wrongly once, on one path or the other.

let world: ReadsWorld;
let servers: Servers;

beforeAll(async () => {
  world = await makeReadsWorld();
  servers = await openServers(world.viewers);
});
afterAll(() => servers?.close());

// biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
async function ask(query: string, viewer = 'administrator'): Promise<any> {
  const { plain } = await sameAnswers(servers, viewer, { query });
  const { data, errors } = JSON.parse(plain.text) as { data: unknown; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

describe('a filter that says nothing', () => {
  test.each([
    '{ or: [{ name: { eq: "nothing" } }, { and: [] }] }',
    '{ or: [{ name: { eq: "nothing" } }, { name: {} }] }',
    '{ or: [{ name: { eq: "nothing" } }, { name: { in: null } }] }',
    '{ or: [{ name: { eq: "nothing" } }, { createdAt: { lt: null, notIn: null } }] }',
    '{ and: [{}, { createdAt: { in: null } }] }',
    '{ not: { not: { and: [] } } }',
  ])('holds for everything: %s', async (filter) => {
    const { all, found } = await ask(`{ all: tags { totalCount } found: tags(filter: ${filter}) { totalCount } }`);
    expect(all.totalCount).toBeGreaterThan(0);
    expect(found).toEqual(all);
  });

  test.each([
    '{ not: { and: [] } }',
    '{ not: { createdAt: { in: null } } }',
    '{ not: { name: { contains: null } } }',
    '{ or: [] }',
    '{ and: [{ not: {} }] }',
  ])('and is turned around holds for nothing: %s', async (filter) => {
    expect(await ask(`{ tags(filter: ${filter}) { totalCount nodes { id } } }`)).toEqual({
      tags: { totalCount: 0, nodes: [] },
    });
  });
});

describe('a list beneath an object that is asked for in two places', () => {
  const page = { pageInfo: { hasNextPage: true }, totalCount: 3, nodes: [{ name: expect.any(String) }] };

  test.each([
    'tasks(first: 1) { pageInfo { hasNextPage } } tasks(first: 1) { totalCount nodes { name } }',
    'tasks(first: 1) { totalCount nodes { name } } tasks(first: 1) { pageInfo { hasNextPage } }',
    'tasks(first: 1) { pageInfo { hasNextPage } nodes { name } } tasks(first: 1) { totalCount }',
    'tasks(first: 1) { nodes { name } } ... { tasks(first: 1) { pageInfo { hasNextPage } } ... on Order { tasks(first: 1) { totalCount } } }',
  ])('is answered as a whole: %s', async (selection) => {
    expect(await ask(`{ order(number: "READS3") { ${selection} } }`)).toEqual({ order: { tasks: page } });
    const { orders } = await ask(`{ orders(filter: { number: { eq: "READS3" } }) { nodes { ${selection} } } }`);
    expect(orders).toEqual({ nodes: [{ tasks: page }] });
  });

  test('loses none of what stands beside it, whatever else is asked of it under other names', async () => {
    const field = await world.rows.filledFormField.findFirstOrThrow({
      where: { organizationId: world.organizationId, order: { number: 'READS4' } },
    });
    const { filledFormField } = await ask(`{ filledFormField(id: "field_${field.id}") {
      order { tasks { __typename } }
      order { number few: tasks(first: 1) { totalCount } }
    } }`);
    expect(filledFormField.order).toEqual({
      tasks: { __typename: 'OrderTaskConnection' },
      number: 'READS4',
      few: { totalCount: 0 },
    });
  });
});

test('the last rows beneath one object are in one order, however often the object is answered', async () => {
  const { logs } = await ask(
    '{ logs(first: 100) { nodes { owner { id ... on Client { orders(last: 3) { nodes { id } } } } } } }',
  );
  const owners = Map.groupBy(
    (logs.nodes as { owner: { id: string } | null }[]).flatMap(({ owner }) => owner ?? []),
    ({ id }) => id,
  );
  expect([...owners.values()].some((answers) => answers.length > 2)).toBe(true);
  for (const [first, ...others] of owners.values()) for (const other of others) expect(other).toEqual(first);
});

test('a row in which a list is missing is answered, with an empty one', async () => {
  const { orders } = await ask('{ orders(first: 100) { nodes { messages { totalCount nodes { files } } } } }');
  const lists = (orders.nodes as { messages: { totalCount: number; nodes: { files: string[] }[] } }[]).map(
    ({ messages }) => messages,
  );
  expect(lists.map(({ nodes }) => nodes.length)).toEqual(lists.map(({ totalCount }) => totalCount));
  const missing = await world.rows.$queryRaw<{ count: number }[]>`
    select count(*)::int as count from order_messages m join orders o on o.id = m.order_id
    where m.organization_id = ${world.organizationId}::uuid and m.files is null and o.deleted_at is null`;
  expect(missing[0]?.count).toBeGreaterThan(0);
});
