import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';

const TagUpdate = graphql(`
  mutation TagUpdate($input: TagUpdateInput!) {
    tagUpdate(input: $input) {
      ... on TagUpdateSuccess {
        tag {
          id
          name
          version
        }
      }
      ...Failure
    }
  }
`);

describe('tagUpdate', () => {
  test('renames a tag, raises its version, announces and logs it', async () => {
    const world = await makeWorld();
    const tag = await world.tag('Urgent');
    const id = encodeId('Tag', tag.id);

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(TagUpdate, { input: { id, name: 'Very urgent', expectedVersion: 1 } }),
    );

    expect(success(result.tagUpdate).tag).toEqual({ id, name: 'Very urgent', version: 2 });
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['tag.updated', tag.id]]);
    expect(logs.map(({ event, changes }) => ({ event, changes }))).toEqual([
      { event: 'UPDATED', changes: { name: { before: 'Urgent', after: 'Very urgent' } } },
    ]);
  });

  test('may change the letter case of its own name', async () => {
    const world = await makeWorld();
    const tag = await world.tag('urgent');
    const { tagUpdate } = await world.as(world.admin).run(TagUpdate, { input: { id: tag.id, name: 'URGENT' } });
    expect(success(tagUpdate).tag.name).toBe('URGENT');
  });

  test('refuses a stale version, and tells the one there is', async () => {
    const world = await makeWorld();
    const tag = await world.tag();
    await world.rows.tag.update({ where: { id: tag.id }, data: { name: 'Newer' } });
    const { tagUpdate } = await unchanged(world, () =>
      world.as(world.admin).run(TagUpdate, { input: { id: tag.id, name: 'Mine', expectedVersion: 1 } }),
    );
    expect(failure(tagUpdate, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('of two at once with the same version, one wins', async () => {
    const world = await makeWorld();
    const tag = await world.tag();
    const answers = await Promise.all(
      ['One', 'Two'].map((name) =>
        world.as(world.admin).run(TagUpdate, { input: { id: tag.id, name, expectedVersion: 1 } }),
      ),
    );
    expect(answers.map(({ tagUpdate }) => tagUpdate.__typename).sort()).toEqual(['ConflictError', 'TagUpdateSuccess']);
  });

  test('refuses the name of another tag, and a blank one', async () => {
    const world = await makeWorld();
    const [tag] = [await world.tag('a'), await world.tag('B')];
    const rename = (name: string) => world.as(world.admin).run(TagUpdate, { input: { id: tag.id, name } });
    expect(issuesOf((await unchanged(world, () => rename('b'))).tagUpdate)).toEqual(['name TAKEN']);
    expect(issuesOf((await unchanged(world, () => rename(' '))).tagUpdate)).toEqual(['name REQUIRED']);
  });

  test('finds no tag that is not there, whatever is wrong with its id', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await other.tag();
    const gone = await world.tag();
    await world.rows.tag.delete({ where: { id: gone.id } });
    for (const id of [strange.id, gone.id, encodeId('Order', gone.id), 'tag_1', 'x', '']) {
      const { tagUpdate } = await unchanged(world, () =>
        world.as(world.admin).run(TagUpdate, { input: { id, name: 'New' } }),
      );
      expect(failure(tagUpdate, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
    expect((await other.rows.tag.findUniqueOrThrow({ where: { id: strange.id } })).name).toBe(strange.name);
  });
});
