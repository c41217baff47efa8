import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const OrderMessageDelete = graphql(`
  mutation OrderMessageDelete($input: OrderMessageDeleteInput!) {
    orderMessageDelete(input: $input) {
      ... on OrderMessageDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

describe('orderMessageDelete', () => {
  test('removes a message for good, announces and logs it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const [message, kept] = [await order.message({ body: 'Oops', author: world.admin }), await order.message()];

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(OrderMessageDelete, { input: { id: message.id } }),
    );

    expect(success(result.orderMessageDelete).deletedId).toBe(encodeId('OrderMessage', message.id));
    expect(await world.rows.orderMessage.findMany({ where: { orderId: order.id } })).toMatchObject([{ id: kept.id }]);
    expect(events).toEqual([
      {
        type: 'message.deleted',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { messageId: message.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toMatchObject([
      {
        entity: 'ORDER_MESSAGE',
        entityId: message.id,
        event: 'DELETED',
        changes: { body: { before: 'Oops', after: null } },
        actorId: world.admin.id,
        ownerId: order.clientId,
      },
    ]);
  });

  test('M6: the order still remembers when the newest was written; its updatedAt moves, its version does not', async () => {
    const world = await makeWorld();
    const lastMessageAt = new Date('2026-03-01T10:00:00.123Z');
    const order = await world.order({ lastMessageAt, updatedAt: lastMessageAt });
    const newest = await order.message({ createdAt: lastMessageAt });
    success((await world.as(world.admin).run(OrderMessageDelete, { input: { id: newest.id } })).orderMessageDelete);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.lastMessageAt).toEqual(lastMessageAt);
    expect(after.updatedAt.getTime()).toBeGreaterThan(lastMessageAt.getTime());
    expect(after.version).toBe(1);
  });

  test('removes a message of a deleted order, too', async () => {
    const world = await makeWorld();
    const order = await world.order({ deletedAt: new Date() });
    const message = await order.message();
    const { result, events } = await recorded(world, () =>
      world.as(world.admin).run(OrderMessageDelete, { input: { id: message.id } }),
    );
    expect(success(result.orderMessageDelete).deletedId).toBe(encodeId('OrderMessage', message.id));
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['message.deleted', order.id]]);
  });

  test('of two at once, one removes it', async () => {
    const world = await makeWorld();
    const message = await (await world.order()).message();
    const { result, events } = await recorded(world, () =>
      Promise.all([1, 2].map(() => world.as(world.admin).run(OrderMessageDelete, { input: { id: message.id } }))),
    );
    expect(result.map(({ orderMessageDelete }) => orderMessageDelete.__typename).sort()).toEqual([
      'NotFoundError',
      'OrderMessageDeleteSuccess',
    ]);
    expect(events).toHaveLength(1);
  });

  test('finds no message that is not there, nor a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, mine] = [await (await other.order()).message(), await (await world.order()).message()];
    for (const id of [strange.id, encodeId('OrderTask', mine.id), ...idsOfNothing]) {
      const { orderMessageDelete } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(OrderMessageDelete, { input: { id } })),
      );
      expect(failure(orderMessageDelete, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('is for staff who may write on the order, never for clients, not even for the author', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        assignee: 'done',
        unassigned: 'NotFoundError',
        colleague: 'done',
        outsider: 'NotFoundError',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'NotFoundError',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.order.message({ author: cast.client }),
      (client, { id }) => client.answer(OrderMessageDelete, { input: { id } }),
    );
  });
});
