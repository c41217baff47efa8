import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { ask, plainServer, testServer } from '../kit/client.ts';
import { mutations, validInput } from '../kit/inputs.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makePopulatedWorld, makeWorld, type World } from '../kit/world.ts';

/**
 * An operation that people use all day: what it asks, and how many SQL statements that takes where it is executed plainly, begin
 * and commit included. Compiled it takes three, whatever it asks.
 */
type Operation = {
  name: string;
  document: string;
  statements: number;
  arrange: (world: World, parents: number) => Promise<unknown>;
};

const times = async (count: number, work: (index: number) => Promise<unknown>): Promise<void> => {
  for (let index = 0; index < count; index += 1) await work(index);
};

async function ordersOf(world: World, parents: number): Promise<void> {
  const employees = [await world.member(), await world.member(), await world.member()];
  const tags = [await world.tag(), await world.tag()];
  await times(parents, async (index) => {
    const order = await world.order({
      employees: employees.slice(0, (index % 3) + 1),
      tags: index % 2 === 0 ? tags : [],
    });
    await times((index % 3) + 1, () => order.task({ employees: [employees[index % 3] as { id: string }] }));
    await times((index % 4) + 1, () => order.message({ author: employees[0] }));
  });
}

const operations: Operation[] = [
  {
    name: 'tags',
    document: '{ tags { nodes { id name } pageInfo { hasNextPage endCursor } } }',
    statements: 3,
    arrange: (world, parents) => times(parents, () => world.tag()),
  },
  {
    name: 'tags, counted',
    document: '{ tags { edges { cursor node { name } } totalCount } }',
    statements: 4,
    arrange: (world, parents) => times(parents, () => world.tag()),
  },
  {
    name: 'tags, only counted',
    document: '{ tags { totalCount } }',
    statements: 3,
    arrange: (world, parents) => times(parents, () => world.tag()),
  },
  {
    name: 'the team with roles and groups',
    document: '{ team(first: 50) { nodes { id name email role { id name } group { name } } } }',
    statements: 3,
    arrange: async (world, parents) => {
      const group = await world.group();
      await times(parents, () => world.member({ groupId: group.id }));
    },
  },
  {
    name: 'API tokens with the people they act as',
    document: '{ apiTokens(first: 50) { nodes { name role { name } user { name } } } }',
    statements: 4,
    arrange: (world, parents) => times(parents, async () => world.token(await world.member())),
  },
  {
    name: 'the viewer',
    document: '{ viewer { kind user { name } organization { name } permissions { name } } me { name } }',
    statements: 4,
    arrange: async () => {},
  },
  {
    name: 'the dashboard page of orders',
    document: `{
      orders(first: 50) {
        nodes {
          id number createdAt status { name } client { name email }
          employees { name } tags { name }
          tasks(first: 5) { nodes { name employees { name } } }
          messages(first: 5) { nodes { body author { name } } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }`,
    statements: 7,
    arrange: ordersOf,
  },
];

/** Everything that PostgreSQL answered meanwhile, as one text. */
async function answeredTo(work: () => Promise<unknown>): Promise<string> {
  const { query } = pg.Client.prototype;
  const answers: unknown[] = [];
  pg.Client.prototype.query = async function (this: pg.Client, ...args: unknown[]) {
    const answer = (await Reflect.apply(query, this, args)) as { rows?: unknown } | undefined;
    answers.push(answer?.rows);
    return answer;
  } as never;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return JSON.stringify(answers);
}

describe('SQL statements of', () => {
  test.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s are as many for 20 parents as for 2',
    async (_, operation) => {
      const { document, statements, arrange } = operation;
      const counts = [];
      for (const parents of [2, 20]) {
        const world = await makeWorld();
        await arrange(world, parents);
        // Once without counting: a new connection says more than its statements.
        await world.as(world.admin).run(document);
        for (const server of [await testServer(), await plainServer()]) {
          const counted = await countStatements(() => ask(server, viewerOf(world.admin), { query: document }));
          counts.push(counted.statements);
        }
      }
      expect(counts).toEqual([3, statements, 3, statements]);
    },
  );

  test('introspection and a typename are none', async () => {
    const world = await makeWorld();
    const { statements } = await countStatements(() =>
      world.as(world.admin).run('{ __typename __schema { queryType { name } } }'),
    );
    expect(statements).toBe(0);
  });

  test('a mutation that is refused for want of permission are none', async () => {
    const world = await makePopulatedWorld();
    for (const mutation of mutations.filter(({ permission }) => permission !== null)) {
      const input = await validInput(mutation, world);
      const { statements } = await countStatements(() =>
        world.as({ ...viewerOf(world.admin), permissions: {} }).refused(mutation.document, { input }),
      );
      expect({ mutation: mutation.name, statements }).toEqual({ mutation: mutation.name, statements: 0 });
    }
  });

  test('tagCreate: the command in one transaction, the answer in another', async () => {
    const world = await makeWorld();
    const create = (name: string) =>
      world
        .as(world.admin)
        .run(
          'mutation ($name: String!) { tagCreate(input: { name: $name }) { ... on TagCreateSuccess { tag { id name } } } }',
          { name },
        );
    await create('first');
    const { statements } = await countStatements(() => create('second'));
    // begin, insert, announce, commit; begin, select, commit.
    expect(statements).toBe(7);
  });

  test('the fields of a mutation’s answer are one snapshot: one transaction, whatever their number', async () => {
    const world = await makeWorld();
    const document = `mutation ($name: String!) {
      tagCreate(input: { name: $name }) { ... on TagCreateSuccess { a: tag { id } b: tag { name } c: tag { version } } }
    }`;
    await world.as(world.admin).run(document, { name: 'first' });
    const { statements } = await countStatements(() => world.as(world.admin).run(document, { name: 'second' }));
    // begin, insert, announce, commit; begin, three selects, commit.
    expect(statements).toBe(9);
  });
});

test('executed plainly, a nested list reads what it returns, and one row more', async () => {
  const world = await makeWorld();
  const order = await world.order();
  await times(30, (index) => order.task({ name: `needle ${index}` }));
  await times(30, (index) => order.message({ body: `needle ${index}` }));
  const nested = (list: string, more: string) =>
    `{ orders { nodes { ${list}(first: 2) { nodes { id ${list === 'tasks' ? 'name' : 'body'} } ${more} } } } }`;
  for (const list of ['tasks', 'messages']) {
    for (const [more, rows] of [
      ['', 3],
      ['pageInfo { hasNextPage }', 3],
    ] as const) {
      const server = await plainServer();
      const read = await answeredTo(() => ask(server, viewerOf(world.admin), { query: nested(list, more) }));
      expect({ list, more, rows: read.match(/needle/g)?.length }).toEqual({ list, more, rows });
    }
  }
});
