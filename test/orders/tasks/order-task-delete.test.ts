import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { contend, expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const OrderTaskDelete = graphql(`
  mutation OrderTaskDelete($input: OrderTaskDeleteInput!) {
    orderTaskDelete(input: $input) {
      ... on OrderTaskDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

describe('orderTaskDelete', () => {
  test('removes a task and its assignments for good, and says so', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const [task, kept] = [await order.task({ name: 'Draft', employees: [world.admin] }), await order.task()];

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(OrderTaskDelete, { input: { id: task.id } }),
    );

    expect(success(result.orderTaskDelete).deletedId).toBe(encodeId('OrderTask', task.id));
    expect(await world.rows.orderTask.findMany({ where: { orderId: order.id } })).toMatchObject([{ id: kept.id }]);
    expect(await world.rows.orderTaskEmployee.count({ where: { taskId: task.id } })).toBe(0);
    expect(events).toEqual([
      {
        type: 'task.deleted',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { taskId: task.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    const deleted = logs.find(({ event }) => event === 'DELETED');
    expect(deleted).toMatchObject({ entity: 'ORDER_TASK', entityId: task.id, ownerId: order.clientId });
    expect(deleted?.changes.name).toEqual({ before: 'Draft', after: null });
    expect(logs.filter((log) => log !== deleted)).toEqual([
      {
        entity: 'ORDER_TASK',
        entityId: task.id,
        event: 'UPDATED',
        changes: { employees: { before: world.admin.id, after: null } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: order.clientId,
      },
    ]);
  });

  test('removes a completed task, too', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task({ isComplete: true, completedAt: new Date() });
    const { orderTaskDelete } = await world.as(world.admin).run(OrderTaskDelete, { input: { id: task.id } });
    success(orderTaskDelete);
    expect(await world.rows.orderTask.findUnique({ where: { id: task.id } })).toBeNull();
  });

  test('T12: moves the order’s updatedAt, not its version', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const task = await order.task();
    success((await world.as(world.admin).run(OrderTaskDelete, { input: { id: task.id } })).orderTaskDelete);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('of two at once, one removes it', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task();
    const { result, events } = await recorded(world, () =>
      contend(
        world,
        'order_tasks',
        task.id,
        [1, 2].map(() => () => world.as(world.admin).run(OrderTaskDelete, { input: { id: task.id } })),
      ),
    );
    expect(result.map(({ orderTaskDelete }) => orderTaskDelete.__typename).sort()).toEqual([
      'NotFoundError',
      'OrderTaskDeleteSuccess',
    ]);
    expect(events).toHaveLength(1);
  });

  test('T13: finds no task that is not there, of a deleted order, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await (await other.order()).task();
    const hidden = await (await world.order({ deletedAt: new Date() })).task();
    for (const id of [hidden.id, strange.id, encodeId('Order', hidden.id), ...idsOfNothing]) {
      const { orderTaskDelete } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(OrderTaskDelete, { input: { id } })),
      );
      expect(failure(orderTaskDelete, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('is for staff who may change the order', async () => {
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
      () => cast.order.task({ isPublic: true }),
      (client, { id }) => client.answer(OrderTaskDelete, { input: { id } }),
    );
  });
});
