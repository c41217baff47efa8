import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { contend, expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const OrderTaskReopen = graphql(`
  mutation OrderTaskReopen($input: OrderTaskReopenInput!) {
    orderTaskReopen(input: $input) {
      ... on OrderTaskReopenSuccess {
        orderTask {
          id
          isComplete
          completedBy {
            id
          }
          completedAt
          version
        }
      }
      ...Failure
    }
  }
`);

const completedAt = new Date('2026-03-01T10:00:00.123Z');

describe('orderTaskReopen', () => {
  test('T9, law 4: takes back all that was noted, announces and logs it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const task = await order.task({ isComplete: true, completedById: world.admin.id, completedAt });

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(OrderTaskReopen, { input: { id: task.id } }),
    );

    expect(success(result.orderTaskReopen).orderTask).toEqual({
      id: encodeId('OrderTask', task.id),
      isComplete: false,
      completedBy: null,
      completedAt: null,
      version: 2,
    });
    expect(events).toEqual([
      {
        type: 'task.reopened',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { taskId: task.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs.map(({ entity, event, changes }) => ({ entity, event, changes }))).toEqual([
      {
        entity: 'ORDER_TASK',
        event: 'UPDATED',
        changes: {
          is_complete: { before: true, after: false },
          completed_by_id: { before: world.admin.id, after: null },
          completed_at: { before: expect.stringMatching(/^2026-03-01T10:00:00\.123/), after: null },
        },
      },
    ]);
  });

  test('law 4: an open task stays as it is, and nothing is said', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task();
    const { orderTaskReopen } = await unchanged(world, () =>
      world.as(world.admin).run(OrderTaskReopen, { input: { id: task.id } }),
    );
    expect(success(orderTaskReopen).orderTask).toMatchObject({ isComplete: false, version: 1 });
  });

  test('of two at once, both succeed and one says so', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task({ isComplete: true, completedAt });
    const { result, events } = await recorded(world, () =>
      contend(
        world,
        'order_tasks',
        task.id,
        [1, 2].map(() => () => world.as(world.admin).run(OrderTaskReopen, { input: { id: task.id } })),
      ),
    );
    expect(result.map(({ orderTaskReopen }) => success(orderTaskReopen).orderTask.isComplete)).toEqual([false, false]);
    expect(events).toHaveLength(1);
  });

  test('T12: moves the order’s updatedAt, not its version', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const task = await order.task({ isComplete: true, completedAt });
    success((await world.as(world.admin).run(OrderTaskReopen, { input: { id: task.id } })).orderTaskReopen);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('T13: finds no task that is not there, of a deleted order, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const done = { isComplete: true, completedAt };
    const strange = await (await other.order()).task(done);
    const hidden = await (await world.order({ deletedAt: new Date() })).task(done);
    for (const id of [hidden.id, strange.id, encodeId('Order', hidden.id), ...idsOfNothing]) {
      const { orderTaskReopen } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(OrderTaskReopen, { input: { id } })),
      );
      expect(failure(orderTaskReopen, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('T8, law 4: is for staff who see the order, and never for clients', async () => {
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
        reader: 'done',
        narrow: 'done',
        blind: 'FORBIDDEN',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.order.task({ forClient: true, isComplete: true, completedById: cast.client.id, completedAt }),
      (client, { id }) => client.answer(OrderTaskReopen, { input: { id } }),
    );
  });
});
