import { describe, expect, test } from 'vitest';
import { emit } from '../../src/kernel/events.ts';
import { now } from '../../src/kernel/time.ts';
import { minute, stopClock } from './clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from './expect.ts';
import { viewerOf } from './viewers.ts';
import { makePopulatedWorld, makeWorld } from './world.ts';

// The kit itself: what it promises to notice, it notices.

describe('unchanged()', () => {
  test('notices a row that is added, changed or removed, in whatever table', async () => {
    const world = await makePopulatedWorld();
    const works: (() => Promise<unknown>)[] = [
      () => world.tag(),
      () => world.rows.tag.update({ where: { id: world.one.tag.id }, data: { name: 'Other' } }),
      () => world.rows.orderTag.deleteMany({ where: { tagId: world.one.tag.id } }),
      () => world.rows.organization.update({ where: { id: world.organizationId }, data: { name: 'Other' } }),
      () => world.rows.apiToken.update({ where: { id: world.one.token.id }, data: { lastUsedAt: new Date() } }),
    ];
    for (const work of works) await expect(unchanged(world, work)).rejects.toThrow(/table by table/);
  });

  test('notices an event and a job, also alone', async () => {
    const world = await makeWorld();
    const announce = () =>
      world.database.transact(viewerOf(world.admin), (tx) => emit(tx, 'thing.done', { thing: world.organizationId }));
    await expect(unchanged(world, announce)).rejects.toThrow(/table by table/);
  });

  test('does not mind reading, nor what others do in their organization', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const answer = await unchanged(world, async () => {
      await other.tag();
      return world.as(world.admin).run('{ tags { totalCount } }');
    });
    expect(answer).toEqual({ tags: { totalCount: 0 } });
  });
});

test('recorded() answers what was announced and logged meanwhile, and nothing from before', async () => {
  const world = await makeWorld();
  await world.tag('before');
  const { events, logs } = await recorded(world, () => world.tag('meanwhile'));
  expect({ events, logs: logs.map(({ changes }) => changes.name?.after) }).toEqual({ events: [], logs: ['meanwhile'] });
});

test('success() and failure() hand out what they expect, and show what came instead', () => {
  const done = { __typename: 'TagCreateSuccess', tag: { id: '1' } } as const;
  const refused = { __typename: 'InvalidInputError', issues: [{ path: ['a', '0'], code: 'TAKEN' }] } as const;
  expect(success(done)).toBe(done);
  expect(failure(refused, 'InvalidInputError')).toBe(refused);
  expect(issuesOf(refused)).toEqual(['a.0 TAKEN']);
  expect(() => success(refused)).toThrow(/Expected success, got .*InvalidInputError/s);
  expect(() => failure(done as { __typename: string }, 'NotFoundError')).toThrow(
    /Expected NotFoundError, got .*TagCreateSuccess/s,
  );
});

test('a client shows the whole exchange when an answer is not what was expected', async () => {
  const world = await makeWorld();
  const client = world.as(world.admin);
  await expect(client.run('query ($first: Int) { tags(first: $first) { totalCount } }', { first: 0 })).rejects.toThrow(
    /without errors[\s\S]*STAFF[\s\S]*tags\(first: \$first\)[\s\S]*first: 0[\s\S]*OUT_OF_RANGE/,
  );
  await expect(client.refused('{ __typename }')).rejects.toThrow(/Expected the request to be refused/);
});

describe('a stopped clock', () => {
  test('stands still until it is moved', () => {
    const clock = stopClock('2026-01-01T00:00:00Z');
    expect(now()).toEqual(now());
    clock.advance(minute);
    expect(now().toISOString()).toBe('2026-01-01T00:01:00.000Z');
  });

  test('runs again in the next test', () => {
    expect(Math.abs(now().getTime() - Date.now())).toBeLessThan(1_000);
  });
});
