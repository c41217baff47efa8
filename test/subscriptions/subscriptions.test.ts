import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeCast } from './cast.ts';

const Subscriptions = graphql(`
  query Subscriptions(
    $filter: SubscriptionFilter
    $sort: [SubscriptionSort!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    subscriptions(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        number
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

type Variables = VariablesOf<typeof Subscriptions>;

const byNumber: Variables['sort'] = [{ field: 'NUMBER' }];
const dayOf = (day: number) => new Date(Date.UTC(2026, 0, day));

/** Subscriptions a, b, c …, each begun a day after the one before. */
async function inTime(world: World, fields: Parameters<World['subscription']>[0][]): Promise<{ id: string }[]> {
  const client = await world.client();
  const made = [];
  for (const [index, given] of fields.entries()) {
    const number = String.fromCharCode('a'.charCodeAt(0) + index);
    made.push(
      await world.subscription({
        client,
        number,
        createdAt: dayOf(index + 1),
        anchorAt: dayOf(index + 1),
        ...given,
      }),
    );
  }
  return made;
}

/** Their numbers, in one word; the count agrees with them. */
async function numbersOf(world: World, variables: Variables = {}, actor: Actor = world.admin): Promise<string> {
  const { subscriptions } = await world.as(actor).run(Subscriptions, variables);
  expect(subscriptions.totalCount).toBe(subscriptions.nodes.length);
  return subscriptions.nodes.map(({ number }) => number).join('');
}

describe('subscriptions', () => {
  test('none make an empty page; otherwise newest first', async () => {
    const world = await makeWorld();
    expect(await numbersOf(world)).toBe('');
    await inTime(world, [{}, {}, {}]);
    expect(await numbersOf(world)).toBe('cba');
  });

  test('B3: by client', async () => {
    const world = await makeWorld();
    const [ann, bob] = [await world.client(), await world.client()];
    await inTime(world, [{ client: ann }, { client: bob }, { client: ann }]);
    const numbers = (clientId: object) => numbersOf(world, { filter: { clientId }, sort: byNumber });
    expect(await numbers({ eq: encodeId('Client', ann.id) })).toBe('ac');
    expect(await numbers({ in: [ann.id, bob.id] })).toBe('abc');
    expect(await numbers({ notIn: [ann.id] })).toBe('b');
    expect(await numbers({ eq: (await (await makeWorld()).client()).id })).toBe('');
  });

  test('by status, period’s end, creation, id and number', async () => {
    const world = await makeWorld();
    const [first] = await inTime(world, [{}, { status: 'PAUSED' }, { status: 'CANCELED' }]);
    const numbers = (filter: Variables['filter']) => numbersOf(world, { filter, sort: byNumber });
    expect(await numbers({ status: { eq: 'ACTIVE' } })).toBe('a');
    expect(await numbers({ status: { in: ['PAUSED', 'CANCELED'] } })).toBe('bc');
    expect(await numbers({ status: { notIn: ['PAUSED'] } })).toBe('ac');
    expect(await numbers({ currentPeriodEnd: { gt: '2026-02-01T00:00:00Z' } })).toBe('bc');
    expect(await numbers({ currentPeriodEnd: { lte: '2026-02-01T00:00:00Z' } })).toBe('a');
    expect(await numbers({ createdAt: { gte: dayOf(2).toISOString(), lt: dayOf(3).toISOString() } })).toBe('b');
    expect(await numbers({ id: { in: [encodeId('Subscription', first?.id ?? ''), 'x'] } })).toBe('a');
    expect(await numbers({ number: { in: ['b', 'c'] } })).toBe('bc');
    expect(await numbers({ or: [{ number: { eq: 'a' } }, { status: { eq: 'CANCELED' } }] })).toBe('ac');
  });

  test('sorts, both ways', async () => {
    const world = await makeWorld();
    await inTime(world, [{ anchorAt: dayOf(20) }, { anchorAt: dayOf(10) }, { anchorAt: dayOf(30) }]);
    const sorted: string[] = [];
    for (const field of ['CREATED_AT', 'CURRENT_PERIOD_END', 'NUMBER'] as const) {
      for (const direction of ['ASC', 'DESC'] as const) {
        sorted.push(`${field} ${direction} ${await numbersOf(world, { sort: [{ field, direction }] })}`);
      }
    }
    expect(sorted).toEqual([
      'CREATED_AT ASC abc',
      'CREATED_AT DESC cba',
      'CURRENT_PERIOD_END ASC bac',
      'CURRENT_PERIOD_END DESC cab',
      'NUMBER ASC abc',
      'NUMBER DESC cba',
    ]);
  });

  test('pages walk through all, in every order', async () => {
    const world = await makeWorld();
    await inTime(
      world,
      Array.from({ length: 7 }, (_, index) => ({ anchorAt: dayOf(Math.floor(index / 3) + 1) })),
    );
    for (const field of ['CREATED_AT', 'CURRENT_PERIOD_END', 'NUMBER'] as const) {
      let [seen, after]: [string, string | null] = ['', null];
      for (let page = 0; page < 4; page += 1) {
        const variables: Variables = { first: 2, after, sort: [{ field }] };
        const { subscriptions } = await world.as(world.admin).run(Subscriptions, variables);
        seen += subscriptions.nodes.map(({ number }) => number).join('');
        after = subscriptions.pageInfo.endCursor ?? null;
      }
      expect(seen).toBe('abcdefg');
    }
  });

  test('who sees which: all, those of the clients whom they or their group look after, their own', async () => {
    const { world, client, people } = await makeCast();
    await inTime(world, [{ client }, {}]);
    const seen: Record<string, string> = {};
    for (const [name, actor] of Object.entries(people)) {
      const { data, errors } = await world.as(actor).answer(Subscriptions);
      const { nodes = [] } = (data?.subscriptions ?? {}) as { nodes?: { number: string }[] };
      const letters = nodes.map(({ number }) => number).filter((number) => number.length === 1);
      seen[name] = errors ? String(errors[0]?.extensions?.code) : letters.join('');
    }
    expect(seen).toEqual({
      administrator: 'ba',
      token: 'ba',
      manager: 'ba',
      own: 'a',
      colleague: 'a',
      outsider: '',
      reader: 'ba',
      narrow: 'ba',
      blind: 'FORBIDDEN',
      contractor: 'FORBIDDEN',
      client: 'a',
      otherClient: '',
      stranger: '',
      anonymous: 'UNAUTHENTICATED',
    });
  });
});

test('Client.subscriptions are the client’s, as far as the viewer may see them', async () => {
  const { world, client, people } = await makeCast();
  await inTime(world, [{ client }, {}, { client, status: 'CANCELED' }]);
  const reader = await world.member({ grants: { clients: 3 } });
  const document = `query ($id: ID!) {
    client(id: $id) { subscriptions(sort: [{ field: NUMBER }]) { totalCount nodes { number status } } }
  }`;
  const seenBy = async (actor: Actor) => (await world.as(actor).run(document, { id: client.id })).client?.subscriptions;
  const both = [
    { number: 'a', status: 'ACTIVE' },
    { number: 'c', status: 'CANCELED' },
  ];
  expect(await seenBy(world.admin)).toEqual({ totalCount: 2, nodes: both });
  expect(await seenBy(people.client)).toEqual({ totalCount: 2, nodes: both });
  expect(await seenBy(reader)).toEqual({ totalCount: 0, nodes: [] });
});
