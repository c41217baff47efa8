import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';

const TagDelete = graphql(`
  mutation TagDelete($input: TagDeleteInput!) {
    tagDelete(input: $input) {
      ... on TagDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

describe('tagDelete', () => {
  test('removes a tag from everything that carries it, and says so', async () => {
    const world = await makeWorld();
    const [tag, kept] = [await world.tag('Urgent'), await world.tag('Kept')];
    const order = await world.order({ tags: [tag, kept] });

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(TagDelete, { input: { id: tag.id } }),
    );

    expect(success(result.tagDelete).deletedId).toBe(encodeId('Tag', tag.id));
    expect(await world.rows.orderTag.findMany({ where: { orderId: order.id } })).toMatchObject([{ tagId: kept.id }]);
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['tag.deleted', tag.id]]);
    expect(logs.map(({ entity, event, entityId }) => [entity, event, entityId]).sort()).toEqual([
      ['ORDER', 'UPDATED', order.id],
      ['TAG', 'DELETED', tag.id],
    ]);
    expect(logs.find(({ entity }) => entity === 'TAG')?.changes).toEqual({ name: { before: 'Urgent', after: null } });
  });

  test('finds none the second time, nor a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [tag, strange] = [await world.tag(), await other.tag()];
    await world.as(world.admin).run(TagDelete, { input: { id: tag.id } });
    for (const { id } of [tag, strange]) {
      const { tagDelete } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(TagDelete, { input: { id } })),
      );
      expect(failure(tagDelete, 'NotFoundError').path).toEqual(['id']);
    }
  });
});
