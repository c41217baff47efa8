import { describe, expect, test } from 'vitest';
import { countStatements } from '../../../src/kernel/db.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { success } from '../../kit/expect.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const ClientActivities = graphql(`
  query ClientActivities($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    client(id: $id) {
      activities(first: $first, after: $after, last: $last, before: $before) {
        nodes {
          content
          author {
            name
          }
        }
        totalCount
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`);

const ClientActivityById = graphql(`
  query ClientActivityById($id: ID!) {
    clientActivity(id: $id) {
      id
      content
      client {
        name
      }
      author {
        __typename
        id
        ... on TeamMember {
          name
          email
        }
      }
      version
      createdAt
      updatedAt
    }
  }
`);

const ClientActivityNode = graphql(`
  query ClientActivityNode($id: ID!) {
    node(id: $id) {
      id
      ... on ClientActivity {
        content
      }
    }
  }
`);

const ActivitiesOfMe = graphql(`
  query ActivitiesOfMe {
    me {
      ... on Client {
        activities {
          totalCount
          nodes {
            id
          }
        }
      }
    }
  }
`);

type Variables = Omit<VariablesOf<typeof ClientActivities>, 'id'>;

async function activitiesOf(world: World, id: string, variables: Variables = {}, actor: Actor = world.admin) {
  const { client } = await world.as(actor).run(ClientActivities, { id, ...variables });
  if (!client) throw new Error('The client is not seen.');
  const { nodes, ...page } = client.activities;
  return { contents: nodes.map(({ content }) => content).join(''), ...page };
}

/** Activities a, b, c …, each a minute younger than the one before. */
async function activitiesInTime(world: World, client: { id: string }, contents: string) {
  for (const [index, content] of [...contents].entries()) {
    await world.activity({ client, content, createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)) });
  }
}

describe('Client.activities', () => {
  test('none make an empty page; some come newest first, each client’s own', async () => {
    const world = await makeWorld();
    const [client, other] = [await world.client(), await world.client()];
    await activitiesInTime(world, other, 'z');
    expect(await activitiesOf(world, client.id)).toEqual({
      contents: '',
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
    await activitiesInTime(world, client, 'abc');
    expect(await activitiesOf(world, client.id)).toMatchObject({ contents: 'cba', totalCount: 3 });
  });

  test('are walked forward and backward in pages that agree', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await activitiesInTime(world, client, 'abcde');
    const first = await activitiesOf(world, client.id, { first: 2 });
    const second = await activitiesOf(world, client.id, { first: 2, after: first.pageInfo.endCursor });
    const third = await activitiesOf(world, client.id, { first: 2, after: second.pageInfo.endCursor });
    expect([first, second, third].map(({ contents, totalCount }) => [contents, totalCount])).toEqual([
      ['ed', 5],
      ['cb', 5],
      ['a', 5],
    ]);
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
    const last = await activitiesOf(world, client.id, { last: 2 });
    const before = await activitiesOf(world, client.id, { last: 2, before: last.pageInfo.startCursor });
    expect([before.contents, last.contents]).toEqual(['dc', 'ba']);
  });

  test('are 20 unless asked otherwise', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await activitiesInTime(world, client, 'abcdefghijklmnopqrstuvwxy');
    expect(await activitiesOf(world, client.id)).toMatchObject({ contents: 'yxwvutsrqponmlkjihgf', totalCount: 25 });
  });

  test('are hidden from clients, counts included: also from the one they are about', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await activitiesInTime(world, client, 'abc');
    expect(await activitiesOf(world, client.id, {}, client)).toMatchObject({ contents: '', totalCount: 0 });
    expect(await world.as(client).run(ActivitiesOfMe)).toEqual({
      me: { __typename: 'Client', activities: { totalCount: 0, nodes: [] } },
    });
  });

  test('outlive their author', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const author = await world.member({ firstName: 'Ann', lastName: 'A' });
    const activity = await world.activity({ client, author });
    const authors = async () =>
      (await world.as(world.admin).run(ClientActivities, { id: client.id })).client?.activities.nodes.map(
        (node) => node.author,
      );
    expect(await authors()).toEqual([{ name: 'Ann A' }]);
    await world.rows.user.delete({ where: { id: author.id } });
    expect(await authors()).toEqual([null]);
    const row = await world.rows.clientActivity.findUniqueOrThrow({ where: { id: activity.id } });
    expect(row).toMatchObject({ authorId: null, content: activity.content });
  });

  test('go with their client', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await activitiesInTime(world, client, 'ab');
    const { clientDelete } = await world
      .as(world.admin)
      .run('mutation ($id: ID!) { clientDelete(input: { id: $id }) { __typename } }', { id: client.id });
    success(clientDelete);
    expect(await world.rows.clientActivity.count({ where: { clientId: client.id } })).toBe(0);
    expect(
      (await world.logs()).filter(({ entity, event }) => entity === 'CLIENT_ACTIVITY' && event === 'DELETED'),
    ).toHaveLength(2);
  });

  test('cost as many statements for 20 clients as for 2', async () => {
    const document =
      '{ clients(first: 50) { nodes { activities(first: 3) { totalCount nodes { content author { name } } } } } }';
    const counts = [];
    for (const clients of [2, 20]) {
      const world = await makeWorld();
      const author = await world.member();
      for (let index = 0; index < clients; index += 1) {
        const client = await world.client();
        await world.activity({ client, author });
      }
      await world.as(world.admin).run(document);
      counts.push((await countStatements(() => world.as(world.admin).run(document))).statements);
    }
    expect(counts[0]).toBe(counts[1]);
  });
});

describe('clientActivity', () => {
  test('answers an activity by its id, with or without prefix, with its author’s name and address', async () => {
    const world = await makeWorld();
    const client = await world.client({ firstName: 'Cleo', lastName: 'C' });
    const author = await world.member({ firstName: 'Ann', lastName: 'A' });
    const activity = await world.activity({ client, author, content: 'Line\nand "line"' });
    const expected = {
      id: encodeId('ClientActivity', activity.id),
      content: 'Line\nand "line"',
      client: { name: 'Cleo C' },
      author: { __typename: 'TeamMember', id: encodeId('TeamMember', author.id), name: 'Ann A', email: author.email },
      version: 1,
      createdAt: activity.createdAt.toISOString(),
      updatedAt: activity.updatedAt.toISOString(),
    };
    for (const id of [activity.id, encodeId('ClientActivity', activity.id), activity.id.toUpperCase()]) {
      expect(await world.as(world.admin).run(ClientActivityById, { id })).toEqual({ clientActivity: expected });
    }
    expect(await world.as(world.admin).run(ClientActivityNode, { id: expected.id })).toEqual({
      node: { __typename: 'ClientActivity', id: expected.id, content: expected.content },
    });
  });

  test('A2: answers nothing for an id of nothing, or of a client out of sight', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const { id: strange } = await other.activity({ client: await other.client() });
    const own = await world.member({ grants: { clients: 1 } });
    const { id: hidden } = await world.activity({ client: await world.client() });
    for (const id of [strange, ...idsOfNothing]) {
      expect(await world.as(world.admin).run(ClientActivityById, { id })).toEqual({ clientActivity: null });
    }
    expect(await world.as(own).run(ClientActivityById, { id: hidden })).toEqual({ clientActivity: null });
    expect(await world.as(own).run(ClientActivityNode, { id: encodeId('ClientActivity', hidden) })).toEqual({
      node: null,
    });
  });

  test('is for staff who see the client and may know what is noted about clients', async () => {
    const cast = await makeCast();
    const { world } = cast;
    const client = await cast.subject();
    await world.order({ client, employees: [cast.working, cast.people.contractor] });
    const activity = await world.activity({ client });
    const expected = {
      administrator: 'done',
      token: 'done',
      manager: 'done',
      own: 'done',
      tokenOfOwn: 'done',
      colleague: 'done',
      outsider: 'nothing',
      working: 'done',
      stranger: 'nothing',
    } as const;
    await expectOutcomes(
      cast,
      // Sees the client, by its order, but nothing of what the team knows of clients.
      { ...expected, contractor: 'FORBIDDEN', client: 'FORBIDDEN', anonymous: 'UNAUTHENTICATED' },
      async () => activity,
      (someone, { id }) => someone.answer(ClientActivityById, { id }),
    );
    await expectOutcomes(
      cast,
      { ...expected, contractor: 'nothing', client: 'nothing', anonymous: 'UNAUTHENTICATED' },
      async () => activity,
      (someone, { id }) => someone.answer(ClientActivityNode, { id: encodeId('ClientActivity', id) }),
    );
    // Contractors reach it through the order that they work on.
    const throughOrder = '{ orders { nodes { client { activities { totalCount nodes { id } } } } } }';
    expect(await world.as(cast.people.contractor).run(throughOrder)).toEqual({
      orders: { nodes: [{ client: { activities: { totalCount: 0, nodes: [] } } }] },
    });
    expect(await activitiesOf(world, client.id, {}, cast.working)).toMatchObject({ totalCount: 1 });
  });
});
