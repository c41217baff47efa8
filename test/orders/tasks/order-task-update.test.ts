import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { contend, expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const OrderTaskUpdate = graphql(`
  mutation OrderTaskUpdate($input: OrderTaskUpdateInput!) {
    orderTaskUpdate(input: $input) {
      ... on OrderTaskUpdateSuccess {
        orderTask {
          id
          name
          description
          position
          isPublic
          forClient
          deadlineHours
          dueAt
          effectiveDueAt
          employees {
            id
          }
          version
        }
      }
      ...Failure
    }
  }
`);

type Input = Omit<VariablesOf<typeof OrderTaskUpdate>['input'], 'id'>;

const dueAt = '2026-03-01T10:00:00.000Z';

describe('orderTaskUpdate', () => {
  test('changes what is given and leaves the rest, raises the version, announces and logs it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const task = await order.task({
      name: 'Draft',
      description: 'Long',
      position: 3,
      isPublic: true,
      employees: [world.admin],
    });

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(OrderTaskUpdate, {
        input: { id: encodeId('OrderTask', task.id), name: ' Final ', position: 4, expectedVersion: 1 },
      }),
    );

    expect(success(result.orderTaskUpdate).orderTask).toEqual({
      id: encodeId('OrderTask', task.id),
      name: 'Final',
      description: 'Long',
      position: 4,
      isPublic: true,
      forClient: false,
      deadlineHours: null,
      dueAt: null,
      effectiveDueAt: null,
      employees: [{ id: encodeId('TeamMember', world.admin.id) }],
      version: 2,
    });
    expect(events).toEqual([
      {
        type: 'task.updated',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { taskId: task.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'ORDER_TASK',
        entityId: task.id,
        event: 'UPDATED',
        changes: { name: { before: 'Draft', after: 'Final' }, position: { before: 3, after: 4 } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: order.clientId,
      },
    ]);
  });

  test('null clears what may be missing', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const task = await order.task({ description: 'Long', dueAt });
    const input = { id: task.id, description: null, dueAt: null };
    const { orderTaskUpdate } = await world.as(world.admin).run(OrderTaskUpdate, { input });
    expect(success(orderTaskUpdate).orderTask).toMatchObject({ description: null, dueAt: null, effectiveDueAt: null });
  });

  test('replaces the assignees, each change logged as one of the task', async () => {
    const world = await makeWorld();
    const [ann, bob, cid] = [await world.member(), await world.member(), await world.member()];
    const task = await (await world.order()).task({ employees: [ann, bob] });

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(OrderTaskUpdate, { input: { id: task.id, employeeIds: [bob.id, cid.id] } }),
    );

    const { orderTask } = success(result.orderTaskUpdate);
    expect(orderTask.employees.map(({ id }) => id).sort()).toEqual(
      [bob, cid].map(({ id }) => encodeId('TeamMember', id)).sort(),
    );
    expect(orderTask.version).toBe(2);
    expect(events.map(({ type }) => type)).toEqual(['task.updated']);
    expect(logs.map(({ entity, entityId, event, changes }) => ({ entity, entityId, event, changes }))).toEqual([
      {
        entity: 'ORDER_TASK',
        entityId: task.id,
        event: 'UPDATED',
        changes: { employees: { before: ann.id, after: null } },
      },
      {
        entity: 'ORDER_TASK',
        entityId: task.id,
        event: 'UPDATED',
        changes: { employees: { before: null, after: cid.id } },
      },
    ]);
  });

  test('announces and logs nothing when nothing changes', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task({ name: 'Draft', employees: [world.admin] });
    const input = { id: task.id, name: 'Draft ', employeeIds: [world.admin.id], isPublic: false };
    const { result, events, logs } = await recorded(world, () => world.as(world.admin).run(OrderTaskUpdate, { input }));
    expect(success(result.orderTaskUpdate).orderTask.version).toBe(1);
    expect([events, logs]).toEqual([[], []]);
  });

  test('T12: moves the order’s updatedAt, not its version', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const task = await order.task();
    success(
      (await world.as(world.admin).run(OrderTaskUpdate, { input: { id: task.id, name: 'New' } })).orderTaskUpdate,
    );
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('T4, law 2: a due time for a task with a deadline needs the deadline cleared', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task({ deadlineHours: 24 });
    const update = async (input: Input) =>
      (await world.as(world.admin).run(OrderTaskUpdate, { input: { id: task.id, ...input } })).orderTaskUpdate;
    expect(issuesOf(await unchanged(world, () => update({ dueAt })))).toEqual(['deadlineHours EXCLUSIVE']);
    expect(success(await update({ dueAt, deadlineHours: null })).orderTask).toMatchObject({
      deadlineHours: null,
      dueAt,
      effectiveDueAt: dueAt,
    });
    expect(issuesOf(await unchanged(world, () => update({ deadlineHours: 1 })))).toEqual(['deadlineHours EXCLUSIVE']);
    expect(success(await update({ deadlineHours: 1, dueAt: null })).orderTask).toMatchObject({
      deadlineHours: 1,
      dueAt: null,
    });
  });

  test('T5, law 1: turning an assigned task over to the client needs its assignees taken off', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task({ employees: [world.admin] });
    const update = async (input: Input) =>
      (await world.as(world.admin).run(OrderTaskUpdate, { input: { id: task.id, ...input } })).orderTaskUpdate;
    expect(issuesOf(await unchanged(world, () => update({ forClient: true })))).toEqual(['forClient EXCLUSIVE']);
    expect(success(await update({ forClient: true, employeeIds: [] })).orderTask).toMatchObject({
      forClient: true,
      employees: [],
    });
    expect(issuesOf(await unchanged(world, () => update({ employeeIds: [world.admin.id] })))).toEqual([
      'forClient EXCLUSIVE',
    ]);
    expect(success(await update({ forClient: false, employeeIds: [world.admin.id] })).orderTask).toMatchObject({
      forClient: false,
      employees: [{ id: encodeId('TeamMember', world.admin.id) }],
    });
  });

  test.each<[string, Input, string[]]>([
    ['a blank name', { name: '  ' }, ['name REQUIRED']],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, ['name TOO_LONG']],
    ['a negative deadline', { deadlineHours: -1 }, ['deadlineHours OUT_OF_RANGE']],
    ['a deadline and a due time', { deadlineHours: 1, dueAt }, ['deadlineHours EXCLUSIVE']],
    [
      'to clear what a task must have',
      { name: null, employeeIds: null, position: null, isPublic: null, forClient: null },
      ['name REQUIRED', 'employeeIds REQUIRED', 'position REQUIRED', 'isPublic REQUIRED', 'forClient REQUIRED'],
    ],
    ['assignees of no shape', { employeeIds: ['x'] }, ['employeeIds.0 NOT_FOUND']],
    ['assignees that there are not', { employeeIds: [idsOfNothing[0] as string] }, ['employeeIds.0 NOT_FOUND']],
  ])('refuses %s', async (_, fields, issues) => {
    const world = await makeWorld();
    const task = await (await world.order()).task();
    const input = { id: task.id, ...fields };
    const { orderTaskUpdate } = await unchanged(world, () => world.as(world.admin).run(OrderTaskUpdate, { input }));
    expect(issuesOf(orderTaskUpdate)).toEqual(issues);
  });

  test('T10: takes no completion', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task();
    const document = `mutation { orderTaskUpdate(input: { id: "${task.id}", isComplete: true }) { __typename } }`;
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
    expect(refusal?.message).toContain('isComplete');
  });

  test('refuses a stale version, and tells the one there is', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task();
    await world.rows.orderTask.update({ where: { id: task.id }, data: { name: 'Newer' } });
    const input = { id: task.id, name: 'Mine', expectedVersion: 1 };
    const { orderTaskUpdate } = await unchanged(world, () => world.as(world.admin).run(OrderTaskUpdate, { input }));
    expect(failure(orderTaskUpdate, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('of two at once with the same version, one wins', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task();
    const answers = await contend(
      world,
      'order_tasks',
      task.id,
      ['One', 'Two'].map(
        (name) => () =>
          world.as(world.admin).run(OrderTaskUpdate, { input: { id: task.id, name, expectedVersion: 1 } }),
      ),
    );
    expect(answers.map(({ orderTaskUpdate }) => orderTaskUpdate.__typename).sort()).toEqual([
      'ConflictError',
      'OrderTaskUpdateSuccess',
    ]);
  });

  test('a due time that moves because of another task makes nobody’s edit stale', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const [first, second] = [
      await order.task({ position: 1, deadlineHours: 1 }),
      await order.task({ position: 2, deadlineHours: 1 }),
    ];
    const update = async (id: string, input: Input) =>
      success((await world.as(world.admin).run(OrderTaskUpdate, { input: { id, ...input } })).orderTaskUpdate)
        .orderTask;
    await update(first.id, { deadlineHours: 10 });
    expect(await update(second.id, { name: 'Mine', expectedVersion: 1 })).toMatchObject({ name: 'Mine', version: 2 });
  });

  test('T13: finds no task that is not there, of a deleted order, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await (await other.order()).task();
    const hidden = await (await world.order({ deletedAt: new Date() })).task();
    for (const id of [hidden.id, strange.id, encodeId('Order', hidden.id), ...idsOfNothing]) {
      const input = { id, name: 'New' };
      const { orderTaskUpdate } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(OrderTaskUpdate, { input })),
      );
      expect(failure(orderTaskUpdate, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
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
      (client, { id }) => client.answer(OrderTaskUpdate, { input: { id, name: 'New' } }),
    );
    expect(await cast.world.rows.orderTask.count({ where: { orderId: cast.order.id, name: 'New' } })).toBe(5);
  });
});
