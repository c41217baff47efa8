import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { hour, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const OrderTaskCreate = graphql(`
  mutation OrderTaskCreate($input: OrderTaskCreateInput!) {
    orderTaskCreate(input: $input) {
      ... on OrderTaskCreateSuccess {
        orderTask {
          id
          order {
            id
            number
          }
          name
          description
          position
          isPublic
          forClient
          isComplete
          completedBy {
            id
          }
          completedAt
          deadlineHours
          dueAt
          effectiveDueAt
          employees {
            id
          }
          version
          createdAt
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof OrderTaskCreate>['input'];

describe('orderTaskCreate', () => {
  test('T11: makes a task from a name, answers its order’s number, announces it and logs who made it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const clock = stopClock('2026-03-01T10:00:00.123Z');

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(OrderTaskCreate, { input: { orderId: order.id, name: ' Write the draft ' } }),
    );

    const { orderTask } = success(result.orderTaskCreate);
    const row = await world.rows.orderTask.findFirstOrThrow({ where: { orderId: order.id } });
    expect(orderTask).toEqual({
      id: encodeId('OrderTask', row.id),
      order: { id: encodeId('Order', order.id), number: order.number },
      name: 'Write the draft',
      description: null,
      position: 0,
      isPublic: false,
      forClient: false,
      isComplete: false,
      completedBy: null,
      completedAt: null,
      deadlineHours: null,
      dueAt: null,
      effectiveDueAt: null,
      employees: [],
      version: 1,
      createdAt: clock.now().toISOString(),
    });
    expect(events).toEqual([
      {
        type: 'task.created',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { taskId: row.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'ORDER_TASK',
        entityId: row.id,
        event: 'CREATED',
        changes: {
          name: { before: null, after: 'Write the draft' },
          order_id: { before: null, after: order.id },
          position: { before: null, after: 0 },
          is_public: { before: null, after: false },
          for_client: { before: null, after: false },
          is_complete: { before: null, after: false },
        },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: order.clientId,
      },
    ]);
  });

  test('takes every field; assignees are named once, and logged as changes of the task', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const [ann, bob] = [await world.member({ firstName: 'Ann' }), await world.member({ firstName: 'Bob' })];
    const ids = [encodeId('TeamMember', bob.id), ann.id, bob.id];
    const input = {
      orderId: encodeId('Order', order.id),
      name: 'ä'.repeat(255),
      description: ' Three pages. ',
      position: -2,
      isPublic: true,
      deadlineHours: 48,
    };

    const { result, logs } = await recorded(world, () =>
      world.as(world.admin).run(OrderTaskCreate, { input: { ...input, employeeIds: ids } }),
    );

    const { orderTask } = success(result.orderTaskCreate);
    expect(orderTask).toMatchObject({
      name: input.name,
      description: 'Three pages.',
      position: -2,
      isPublic: true,
      deadlineHours: 48,
      dueAt: null,
      effectiveDueAt: new Date(order.createdAt.getTime() + 48 * hour).toISOString(),
      employees: [{ id: encodeId('TeamMember', ann.id) }, { id: encodeId('TeamMember', bob.id) }],
    });
    const [made, ...linked] = logs;
    expect([made?.entity, made?.event]).toEqual(['ORDER_TASK', 'CREATED']);
    expect(linked.map(({ entity, event, entityId, ownerId }) => [entity, event, entityId, ownerId])).toEqual(
      Array(2).fill(['ORDER_TASK', 'UPDATED', made?.entityId, order.clientId]),
    );
    expect(linked.map(({ changes }) => changes.employees?.after).sort()).toEqual([ann.id, bob.id].sort());
  });

  test('takes the order by its number', async () => {
    const world = await makeWorld();
    const order = await world.order({ number: 'JOB-1' });
    const { orderTaskCreate } = await world
      .as(world.admin)
      .run(OrderTaskCreate, { input: { orderId: 'JOB-1', name: 'Call' } });
    expect(success(orderTaskCreate).orderTask.order.id).toBe(encodeId('Order', order.id));
  });

  test('T12: moves the order’s updatedAt, not its version', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const { orderTaskCreate } = await world
      .as(world.admin)
      .run(OrderTaskCreate, { input: { orderId: order.id, name: 'Call' } });
    success(orderTaskCreate);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('T3, law 1: a task for the client may come with an empty list of assignees', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { orderId: order.id, name: 'Send us the logo', forClient: true, employeeIds: [] };
    const { orderTaskCreate } = await world.as(world.admin).run(OrderTaskCreate, { input });
    expect(success(orderTaskCreate).orderTask).toMatchObject({ forClient: true, employees: [] });
  });

  test('a deadline of 0 hours is one', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { orderId: order.id, name: 'At once', deadlineHours: 0 };
    const { orderTaskCreate } = await world.as(world.admin).run(OrderTaskCreate, { input });
    expect(success(orderTaskCreate).orderTask).toMatchObject({
      deadlineHours: 0,
      effectiveDueAt: order.createdAt.toISOString(),
    });
  });

  test.each<[string, Partial<Input>, string[]]>([
    ['T1: a blank name', { name: ' \n ' }, ['name REQUIRED']],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, ['name TOO_LONG']],
    ['a name with a NUL', { name: 'a\0b' }, ['name INVALID']],
    ['a description with a NUL', { description: 'a\0b' }, ['description INVALID']],
    ['a negative deadline', { deadlineHours: -1 }, ['deadlineHours OUT_OF_RANGE']],
    ['a deadline of more than ten years', { deadlineHours: 87_601 }, ['deadlineHours OUT_OF_RANGE']],
    [
      'T2, law 2: a deadline and a due time',
      { deadlineHours: 24, dueAt: '2026-03-01T10:00:00Z' },
      ['deadlineHours EXCLUSIVE'],
    ],
    ['everything wrong at once', { name: '', deadlineHours: -1 }, ['name REQUIRED', 'deadlineHours OUT_OF_RANGE']],
  ])('refuses %s', async (_, fields, issues) => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { orderId: order.id, name: 'Call', ...fields };
    const { orderTaskCreate } = await unchanged(world, () => world.as(world.admin).run(OrderTaskCreate, { input }));
    expect(issuesOf(orderTaskCreate)).toEqual(issues);
  });

  test.each(['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-12:00', '2026-02-30T00:00:00Z', 'tomorrow'])(
    'refuses a due time that is none: %s',
    async (dueAt) => {
      const world = await makeWorld();
      const input = { orderId: (await world.order()).id, name: 'Call', dueAt };
      const [refusal] = await unchanged(world, () => world.as(world.admin).refused(OrderTaskCreate, { input }));
      expect(refusal?.message).toContain('dueAt');
    },
  );

  test('a deadline that ends after the last day there is ends on it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const dueAt = '9999-12-31T00:00:00.000Z';
    await order.task({ position: 1, dueAt });
    const input = { orderId: order.id, name: 'Call', position: 2, deadlineHours: 87_600 };
    const { orderTaskCreate } = await world.as(world.admin).run(OrderTaskCreate, { input });
    expect(success(orderTaskCreate).orderTask.effectiveDueAt).toBe('9999-12-31T23:59:59.999Z');
  });

  test('T1: refuses a request without a name', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const [refusal] = await unchanged(world, () =>
      world.as(world.admin).refused(OrderTaskCreate, { input: { orderId: order.id } }),
    );
    expect(refusal?.message).toContain('name');
  });

  test('T3, law 1: refuses a task for the client with assignees', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { orderId: order.id, name: 'Call', forClient: true, employeeIds: [world.admin.id] };
    const { orderTaskCreate } = await unchanged(world, () => world.as(world.admin).run(OrderTaskCreate, { input }));
    expect(failure(orderTaskCreate, 'InvalidInputError').issues).toEqual([
      { path: ['forClient'], code: 'EXCLUSIVE', message: 'A task for the client can have no assignees.' },
    ]);
  });

  test('refuses assignees who are no team members, at their places', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [order, client] = [await world.order(), await world.client()];
    const create = async (employeeIds: string[]) => {
      const input = { orderId: order.id, name: 'Call', employeeIds };
      return (await unchanged(world, () => world.as(world.admin).run(OrderTaskCreate, { input }))).orderTaskCreate;
    };
    expect(issuesOf(await create([world.admin.id, client.id, other.admin.id]))).toEqual([
      'employeeIds.1 NOT_FOUND',
      'employeeIds.2 NOT_FOUND',
    ]);
    expect(issuesOf(await create([world.admin.id, 'x', encodeId('Client', world.admin.id)]))).toEqual([
      'employeeIds.1 NOT_FOUND',
      'employeeIds.2 NOT_FOUND',
    ]);
  });

  test('T10: takes no completion: that is orderTaskComplete’s', async () => {
    const world = await makeWorld();
    const order = await world.order();
    for (const field of ['isComplete: true', 'completedById: "x"', 'completedAt: "2026-03-01T10:00:00Z"']) {
      const document = `mutation { orderTaskCreate(input: { orderId: "${order.id}", name: "Call", ${field} }) { __typename } }`;
      const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
      expect(refusal?.message).toContain(field.split(':')[0]);
    }
  });

  test('T13: finds no order that is not there, deleted, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, gone] = [await other.order(), await world.order({ deletedAt: new Date() })];
    for (const orderId of [
      gone.id,
      gone.number,
      strange.id,
      strange.number,
      encodeId('Tag', gone.id),
      ...idsOfNothing,
    ]) {
      const input = { orderId, name: 'Call' };
      const { orderTaskCreate } = await unchanged(world, () => world.as(world.admin).run(OrderTaskCreate, { input }));
      expect(failure(orderTaskCreate, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['orderId'] });
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
      async () => ({ orderId: cast.order.id, name: 'Call' }),
      (client, input) => client.answer(OrderTaskCreate, { input }),
    );
    expect(await cast.world.rows.orderTask.count({ where: { orderId: cast.order.id } })).toBe(5);
  });
});
