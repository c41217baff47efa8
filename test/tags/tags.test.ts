import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { makeWorld, type World } from '../kit/world.ts';

const Tags = graphql(`
  query Tags($filter: TagFilter, $sort: [TagSort!], $first: Int, $after: String, $last: Int, $before: String) {
    tags(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        name
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
`);

const BareTags = graphql(`
  query BareTags {
    tags {
      nodes {
        id
        name
        createdAt
        updatedAt
      }
    }
  }
`);

const TagNode = graphql(`
  query TagNode($id: ID!) {
    node(id: $id) {
      id
      ... on Tag {
        name
      }
    }
  }
`);

/** Tags a, b, c …, each a minute younger than the one before. */
async function tagsInTime(world: World, names: string[]) {
  await world.rows.tag.createMany({
    data: names.map((name, index) => ({
      organizationId: world.organizationId,
      name,
      createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)),
    })),
  });
}

type Variables = VariablesOf<typeof Tags>;

async function namesOf(world: World, variables: Variables): Promise<string> {
  const { tags } = await world.as(world.admin).run(Tags, variables);
  expect(tags.totalCount).toBe(tags.nodes.length);
  return tags.nodes.map(({ name }) => name).join('');
}

describe('tags', () => {
  test('L1: none make an empty page', async () => {
    const world = await makeWorld();
    expect(await world.as(world.admin).run(Tags)).toEqual({
      tags: {
        nodes: [],
        totalCount: 0,
        pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      },
    });
  });

  test.each([
    [{ first: 0 }, 'first'],
    [{ first: 101 }, 'first'],
    [{ first: -1 }, 'first'],
    [{ last: 0 }, 'last'],
    [{ last: 101 }, 'last'],
  ])('L2: refuses %o', async (variables, name) => {
    const world = await makeWorld();
    const [refusal] = await world.as(world.admin).refused(Tags, variables);
    expect(refusal).toMatchObject({
      code: 'INVALID_INPUT',
      extensions: { issues: [{ path: [name], code: 'OUT_OF_RANGE' }] },
    });
  });

  test('refuses both ends at once, and cursors that are none of this list', async () => {
    const world = await makeWorld();
    await world.tag();
    const issue = async (variables: Variables) => {
      const [refusal] = await world.as(world.admin).refused(Tags, variables);
      const issues = refusal?.extensions.issues as { path: string[]; code: string }[];
      return issues.map(({ path, code }) => `${path.join('.')} ${code}`).join();
    };
    expect(await issue({ first: 1, last: 1 })).toBe('last EXCLUSIVE');
    const { tags } = await world.as(world.admin).run(Tags, { sort: [{ field: 'NAME' }] });
    for (const after of [
      '',
      'x',
      '-1',
      '[]',
      Buffer.from('[null,1,2]').toString('base64url'),
      tags.pageInfo.endCursor,
    ]) {
      expect(await issue({ after })).toBe('after INVALID_CURSOR');
    }
    expect(await issue({ before: 'x' })).toBe('before INVALID_CURSOR');
  });

  test('L3, L4: 43 rows are pages of 20, 20 and 3; beyond the end there is nothing', async () => {
    const world = await makeWorld();
    await tagsInTime(
      world,
      Array.from({ length: 43 }, (_, index) => `tag ${index}`),
    );
    const sizes: unknown[] = [];
    let after: string | undefined;
    for (let page = 0; page < 4; page += 1) {
      const { nodes, totalCount, pageInfo } = await pageAfter(after);
      sizes.push([nodes.length, totalCount, pageInfo.hasPreviousPage, pageInfo.hasNextPage]);
      after = pageInfo.endCursor ?? after;
    }
    expect(sizes).toEqual([
      [20, 43, false, true],
      [20, 43, true, true],
      [3, 43, true, false],
      [0, 43, true, false],
    ]);

    async function pageAfter(cursor: string | undefined) {
      return (await world.as(world.admin).run(Tags, { after: cursor })).tags;
    }
  });

  test('L5: come newest first unless asked otherwise', async () => {
    const world = await makeWorld();
    await tagsInTime(world, ['b', 'c', 'a']);
    expect(await namesOf(world, {})).toBe('acb');
    expect(await namesOf(world, { sort: [{ field: 'NAME' }] })).toBe('abc');
    expect(await namesOf(world, { sort: [{ field: 'NAME', direction: 'DESC' }] })).toBe('cba');
    expect(await namesOf(world, { sort: [{ field: 'CREATED_AT' }] })).toBe('bca');
  });

  test('L6: refuse a sort that there is not', async () => {
    const world = await makeWorld();
    const [refusal] = await world.as(world.admin).refused('query { tags(sort: [{ field: BOGUS }]) { totalCount } }');
    expect(refusal?.message).toContain('BOGUS');
  });

  test('L10: SPP’s bare array is `nodes`', async () => {
    const world = await makeWorld();
    const tag = await world.tag('only');
    expect(await world.as(world.admin).run(BareTags)).toEqual({
      tags: {
        nodes: [
          {
            id: `tag_${tag.id}`,
            name: 'only',
            createdAt: tag.createdAt.toISOString(),
            updatedAt: tag.updatedAt.toISOString(),
          },
        ],
      },
    });
  });

  test('L12, L13: an id of another organization, of nothing or of no shape answers null', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [mine, strange] = [await world.tag('mine'), await other.tag()];
    const node = async (id: string) => (await world.as(world.admin).run(TagNode, { id })).node;
    expect(await node(encodeId('Tag', mine.id))).toEqual({ __typename: 'Tag', id: `tag_${mine.id}`, name: 'mine' });
    for (const id of [
      encodeId('Tag', strange.id),
      'tag_00000000-0000-7000-8000-000000000000',
      'tag_x',
      mine.id,
      'nothing_1',
      '',
      '_',
    ]) {
      expect(await node(id)).toBeNull();
    }
    expect(await namesOf(world, {})).toBe('mine');
  });

  test('clients see none, however they ask', async () => {
    const world = await makeWorld();
    const [tag, client] = [await world.tag(), await world.client()];
    expect((await world.as(client).refused(Tags)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
    expect(await world.as(client).run(TagNode, { id: encodeId('Tag', tag.id) })).toEqual({ node: null });
  });

  describe('filters', () => {
    test('compare texts exactly, or loosely where they say so', async () => {
      const world = await makeWorld();
      await tagsInTime(world, ['Ab', 'aC', 'b_', 'b%']);
      const names = async (name: object) => {
        const { tags } = await world.as(world.admin).run(Tags, { filter: { name }, sort: [{ field: 'CREATED_AT' }] });
        expect(tags.totalCount).toBe(tags.nodes.length);
        return tags.nodes.map((tag) => tag.name);
      };
      expect(await names({ eq: 'Ab' })).toEqual(['Ab']);
      expect(await names({ eq: 'AB' })).toEqual([]);
      expect(await names({ in: ['Ab', 'aC', 'x'] })).toEqual(['Ab', 'aC']);
      expect(await names({ in: [] })).toEqual([]);
      expect(await names({ notIn: ['Ab'] })).toEqual(['aC', 'b_', 'b%']);
      expect(await names({ startsWith: 'A' })).toEqual(['Ab', 'aC']);
      expect(await names({ contains: 'B' })).toEqual(['Ab', 'b_', 'b%']);
      // What means something in SQL's LIKE means itself here.
      expect(await names({ contains: '_' })).toEqual(['b_']);
      expect(await names({ startsWith: 'b%' })).toEqual(['b%']);
      expect(await names({ startsWith: 'a', eq: 'aC' })).toEqual(['aC']);
      expect(await names({ eq: null })).toEqual([]);
      expect(await names({})).toEqual(['Ab', 'aC', 'b_', 'b%']);
    });

    test('compare ids with and without prefix; one of no shape equals nothing', async () => {
      const world = await makeWorld();
      const [a, b] = [await world.tag('a'), await world.tag('b')];
      expect(await namesOf(world, { filter: { id: { eq: a.id } } })).toBe('a');
      expect(await namesOf(world, { filter: { id: { in: [encodeId('Tag', b.id), 'nonsense'] } } })).toBe('b');
      expect(await namesOf(world, { filter: { id: { notIn: [encodeId('Tag', b.id)] } } })).toBe('a');
      expect(await namesOf(world, { filter: { id: { eq: encodeId('Order', a.id) } } })).toBe('');
    });

    test('compare instants', async () => {
      const world = await makeWorld();
      await tagsInTime(world, ['a', 'b', 'c']);
      const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
      const sort: Variables['sort'] = [{ field: 'NAME' }];
      expect(await namesOf(world, { filter: { createdAt: { gt: at(0) } }, sort })).toBe('bc');
      expect(await namesOf(world, { filter: { createdAt: { gte: at(0), lt: at(2) } }, sort })).toBe('ab');
      expect(await namesOf(world, { filter: { createdAt: { eq: at(1) } }, sort })).toBe('b');
      expect(await namesOf(world, { filter: { createdAt: { in: [at(0), at(2)] } }, sort })).toBe('ac');
      expect(await namesOf(world, { filter: { createdAt: { notIn: [at(0)] } }, sort })).toBe('bc');
      expect(await namesOf(world, { filter: { createdAt: { lte: '2026-01-01T01:01:00+01:00' } }, sort })).toBe('ab');
    });

    test('combine with and, or, not', async () => {
      const world = await makeWorld();
      await tagsInTime(world, ['a', 'b', 'c', 'd']);
      const sort: Variables['sort'] = [{ field: 'NAME' }];
      const is = (eq: string) => ({ name: { eq } });
      expect(await namesOf(world, { filter: { or: [is('a'), is('c')] }, sort })).toBe('ac');
      expect(await namesOf(world, { filter: { or: [] }, sort })).toBe('');
      expect(await namesOf(world, { filter: { and: [] }, sort })).toBe('abcd');
      expect(await namesOf(world, { filter: { and: [{ or: [] }] }, sort })).toBe('');
      expect(await namesOf(world, { filter: { not: { or: [] } }, sort })).toBe('abcd');
      expect(await namesOf(world, { filter: { not: {} }, sort })).toBe('');
      expect(await namesOf(world, { filter: { not: { name: {} } }, sort })).toBe('');
      expect(await namesOf(world, { filter: { or: [{}, is('a')] }, sort })).toBe('abcd');
      expect(await namesOf(world, { filter: { name: {} }, sort })).toBe('abcd');
      expect(await namesOf(world, { filter: { not: is('a') }, sort })).toBe('bcd');
      expect(await namesOf(world, { filter: { and: [{ not: is('a') }, { or: [is('a'), is('b')] }] }, sort })).toBe('b');
      expect(await namesOf(world, { filter: { name: { notIn: ['a'] }, not: { or: [is('b'), is('d')] } }, sort })).toBe(
        'c',
      );
    });

    test('nest five levels and no more', async () => {
      const world = await makeWorld();
      const nested = (levels: number): object => (levels === 0 ? { name: { eq: 'a' } } : { not: nested(levels - 1) });
      await world.tag('a');
      expect(await namesOf(world, { filter: nested(4) })).toBe('a');
      const [refusal] = await world.as(world.admin).refused(Tags, { filter: nested(6) });
      expect(refusal?.extensions.issues).toMatchObject([{ code: 'TOO_DEEP' }]);
    });

    test('have five hundred comparisons and no more, wherever they stand', async () => {
      const world = await makeWorld();
      await world.tag('a');
      // The list counts, and so does each comparison in it.
      const or = (count: number) => ({ filter: { or: Array(count).fill({ name: { eq: 'a' } }) } });
      expect(await namesOf(world, or(499))).toBe('a');
      const [refusal] = await world.as(world.admin).refused(Tags, or(500));
      expect(refusal?.extensions.issues).toMatchObject([{ path: ['filter'], code: 'OUT_OF_RANGE' }]);
    });
  });
});
