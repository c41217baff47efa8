import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { unique } from '../kit/unique.ts';
import { makeWorld, type World } from '../kit/world.ts';

const TagPage = graphql(`
  query TagPage($sort: [TagSort!], $first: Int, $after: String, $last: Int, $before: String) {
    tags(sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      edges {
        cursor
        node {
          id
          name
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

const OrderPage = graphql(`
  query OrderPage($sort: [OrderSort!], $first: Int, $after: String, $last: Int, $before: String) {
    orders(sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

const dueSorts = fc.constantFrom<NonNullable<VariablesOf<typeof OrderPage>['sort']>>(
  [{ field: 'DATE_DUE' }],
  [{ field: 'DATE_DUE', direction: 'DESC' }],
  [{ field: 'DATE_DUE', direction: 'DESC' }, { field: 'NUMBER' }],
  [{ field: 'QUANTITY' }, { field: 'DATE_DUE' }],
);

type Sort = NonNullable<Exclude<VariablesOf<typeof TagPage>['sort'], null | undefined>>;
type Page = {
  ids: string[];
  cursors: string[];
  hasNext: boolean;
  hasPrevious: boolean;
  start: string | null;
  end: string | null;
};

async function page(world: World, variables: VariablesOf<typeof TagPage>): Promise<Page> {
  const { tags } = await world.as(world.admin).run(TagPage, variables);
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = tags.pageInfo;
  return {
    ids: tags.edges.map(({ node }) => node.id),
    cursors: tags.edges.map(({ cursor }) => cursor),
    hasNext: hasNextPage,
    hasPrevious: hasPreviousPage,
    start: startCursor,
    end: endCursor,
  };
}

/** Every page from the start to the end, or from the end to the start; in between somebody may interfere. */
async function walk(
  world: World,
  sort: Sort,
  size: number,
  backward: boolean,
  meanwhile: () => Promise<unknown> = async () => {},
) {
  const ids: string[] = [];
  let cursor: string | null = null;
  for (;;) {
    const found: Page = await page(
      world,
      backward ? { sort, last: size, before: cursor } : { sort, first: size, after: cursor },
    );
    expect(found.ids.length).toBeLessThanOrEqual(size);
    expect([found.start, found.end]).toEqual([found.cursors[0] ?? null, found.cursors.at(-1) ?? null]);
    // The side that was come from is known by the cursor, the other by looking one row further.
    expect(backward ? found.hasNext : found.hasPrevious).toBe(cursor !== null);
    if (backward) ids.unshift(...found.ids);
    else ids.push(...found.ids);
    if (!(backward ? found.hasPrevious : found.hasNext)) return ids;
    cursor = backward ? found.start : found.end;
    await meanwhile();
  }
}

const sorts = fc.constantFrom<Sort>(
  [],
  [{ field: 'NAME' }],
  [{ field: 'NAME', direction: 'DESC' }],
  [{ field: 'CREATED_AT' }],
  [{ field: 'CREATED_AT', direction: 'DESC' }],
  [{ field: 'CREATED_AT' }, { field: 'NAME', direction: 'DESC' }],
  [{ field: 'CREATED_AT', direction: 'DESC' }, { field: 'NAME' }],
);

// Few instants and many tags: ties are what pages get wrong.
const instants = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 0, maxLength: 16 });

/** The same organization without its tags: a new one for each of many runs would take longer than the runs. */
async function emptied(world: World): Promise<World> {
  await world.rows.tag.deleteMany({ where: { organizationId: world.organizationId } });
  return world;
}

async function addTags(world: World, instantsOfTags: number[]): Promise<void> {
  await world.rows.tag.createMany({
    data: instantsOfTags.map((instant) => ({
      organizationId: world.organizationId,
      name: `tag ${unique() % 7} ${unique()}`,
      createdAt: new Date(1_767_225_600_000 + instant),
    })),
  });
}

describe('pages', { timeout: 60_000 }, () => {
  test('forward, backward and all at once agree, whatever the order, the size and the ties', async () => {
    const organization = await makeWorld();
    await fc.assert(
      fc.asyncProperty(sorts, instants, fc.integer({ min: 1, max: 9 }), async (sort, given, size) => {
        const world = await emptied(organization);
        await addTags(world, given);
        const all = (await page(world, { sort, first: 100 })).ids;
        expect(all).toHaveLength(given.length);
        expect(new Set(all).size).toBe(given.length);
        expect(await walk(world, sort, size, false)).toEqual(all);
        expect(await walk(world, sort, size, true)).toEqual(all);
      }),
      { numRuns: 25 },
    );
  });

  test('show each row that was there all the time exactly once and in order, while others come and go', async () => {
    const organization = await makeWorld();
    await fc.assert(
      fc.asyncProperty(
        sorts,
        instants,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (sort, given, size, backward) => {
          const world = await emptied(organization);
          await addTags(world, given);
          const before = (await page(world, { sort, first: 100 })).ids;
          const leaving = before.filter((_, index) => index % 5 === 4);
          let added = 0;
          const walked = await walk(world, sort, size, backward, async () => {
            // Not for ever: who adds rows faster than the walk reads them never lets it end.
            if (added < 10) await addTags(world, [0, 3]);
            added += 1;
            const gone = leaving.pop();
            if (gone) await world.rows.tag.delete({ where: { id: gone.replace('tag_', '') } });
          });
          const stayed = new Set((await page(world, { sort, first: 100 })).ids);
          const expected = before.filter((id) => stayed.has(id));
          const kept = new Set(expected);
          expect(walked.filter((id) => kept.has(id))).toEqual(expected);
          expect(new Set(walked).size).toBe(walked.length);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('between two cursors are the rows between them', async () => {
    const organization = await makeWorld();
    await fc.assert(
      fc.asyncProperty(
        sorts,
        fc.integer({ min: 0, max: 11 }),
        fc.integer({ min: 0, max: 11 }),
        fc.boolean(),
        async (sort, from, to, backward) => {
          const world = await emptied(organization);
          await addTags(
            world,
            Array.from({ length: 12 }, (_, index) => index % 3),
          );
          const { ids, cursors } = await page(world, { sort, first: 100 });
          const bounds = { after: cursors[from], before: cursors[to] };
          const between = await page(world, { sort, ...bounds, ...(backward ? { last: 100 } : { first: 100 }) });
          expect(between.ids).toEqual(ids.slice(from + 1, Math.max(to, from + 1)));
        },
      ),
      { numRuns: 20 },
    );
  });

  test('agree also where rows have no value to be ordered by', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const due = fc.array(fc.constantFrom(null, 0, 1), { maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(dueSorts, due, fc.integer({ min: 1, max: 5 }), async (sort, given, size) => {
        await world.rows.order.deleteMany({ where: { organizationId: world.organizationId } });
        await world.rows.order.createMany({
          data: given.map((instant) => ({
            organizationId: world.organizationId,
            clientId: client.id,
            number: `N${unique()}`,
            serviceName: 'Work',
            dueAt: instant === null ? null : new Date(1_767_225_600_000 + instant),
          })),
        });
        const read = async (variables: VariablesOf<typeof OrderPage>) =>
          (await world.as(world.admin).run(OrderPage, { sort, ...variables })).orders;
        const all = (await read({ first: 100 })).nodes.map(({ id }) => id);
        expect(all).toHaveLength(given.length);
        for (const backward of [false, true]) {
          const walked: string[] = [];
          let cursor: string | null | undefined;
          for (let more = true; more; ) {
            const { nodes, pageInfo } = await read(
              backward ? { last: size, before: cursor } : { first: size, after: cursor },
            );
            const ids = nodes.map(({ id }) => id);
            if (backward) walked.unshift(...ids);
            else walked.push(...ids);
            cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
            more = backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage;
          }
          expect({ backward, walked }).toEqual({ backward, walked: all });
        }
      }),
      { numRuns: 20 },
    );
  });
});
