import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { hour, stopClock } from '../../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { type Actor, asToken, type Person } from '../../kit/viewers.ts';
import { makeWorld, type TestOrder, type World } from '../../kit/world.ts';
import { contend, expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const OrderTaskComplete = graphql(`
  mutation OrderTaskComplete($input: OrderTaskCompleteInput!) {
    orderTaskComplete(input: $input) {
      ... on OrderTaskCompleteSuccess {
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

async function complete(world: World, actor: Actor, id: string) {
  const { orderTaskComplete } = await world.as(actor).run(OrderTaskComplete, { input: { id } });
  return success(orderTaskComplete).orderTask;
}

describe('orderTaskComplete', () => {
  test('law 3: notes who and when, announces and logs it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const task = await order.task();
    const clock = stopClock('2026-03-01T10:00:00.123Z');

    const { result, events, logs } = await recorded(world, () =>
      complete(world, world.admin, encodeId('OrderTask', task.id)),
    );

    expect(result).toEqual({
      id: encodeId('OrderTask', task.id),
      isComplete: true,
      completedBy: { id: encodeId('TeamMember', world.admin.id) },
      completedAt: clock.now().toISOString(),
      version: 2,
    });
    expect(events).toEqual([
      {
        type: 'task.completed',
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
        changes: {
          is_complete: { before: false, after: true },
          completed_by_id: { before: null, after: world.admin.id },
          completed_at: { before: null, after: expect.stringMatching(/^2026-03-01T10:00:00\.123/) },
        },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: order.clientId,
      },
    ]);
  });

  test('a token completes as the person behind it', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task();
    const { completedBy } = await complete(world, asToken(world.admin), task.id);
    expect(completedBy).toEqual({ id: encodeId('TeamMember', world.admin.id) });
  });

  test('T6, law 3: twice by two people keeps the first, and says nothing the second time', async () => {
    const world = await makeWorld();
    const [first, second] = [await world.member(), await world.member()];
    const task = await (await world.order()).task();
    const clock = stopClock('2026-03-01T10:00:00Z');
    await complete(world, first, task.id);
    clock.advance(hour);
    expect(await unchanged(world, () => complete(world, second, task.id))).toEqual({
      id: encodeId('OrderTask', task.id),
      isComplete: true,
      completedBy: { id: encodeId('TeamMember', first.id) },
      completedAt: '2026-03-01T10:00:00.000Z',
      version: 2,
    });
  });

  test('T6: of two people at once one is noted, and both hear so', async () => {
    const world = await makeWorld();
    const people = [await world.member(), await world.member()];
    const task = await (await world.order()).task();
    const { result, events, logs } = await recorded(world, () =>
      contend(
        world,
        'order_tasks',
        task.id,
        people.map((person) => () => complete(world, person, task.id)),
      ),
    );
    const [one, other] = result;
    expect(one).toEqual(other);
    expect(people.map(({ id }) => encodeId('TeamMember', id))).toContain(one?.completedBy?.id);
    expect(events.map(({ type, actorId }) => [type, actorId && encodeId('TeamMember', actorId)])).toEqual([
      ['task.completed', one?.completedBy?.id],
    ]);
    expect(logs).toHaveLength(1);
  });

  test('T7, law 4: a client completes its own task for the client', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const task = await (await world.order({ client })).task({ forClient: true });
    const { result, events, logs } = await recorded(world, () => complete(world, client, task.id));
    expect(result.completedBy).toEqual({ id: encodeId('Client', client.id) });
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([['task.completed', client.id]]);
    expect(logs.map(({ actorKind, actorId }) => [actorKind, actorId])).toEqual([['CLIENT', client.id]]);
  });

  test('T7, law 4: a client may not complete a public task of the team, done or not, and finds no hidden one', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client });
    const attempt = async (id: string) => world.as(client).answer(OrderTaskComplete, { input: { id } });
    for (const task of [
      await order.task({ isPublic: true }),
      await order.task({ isPublic: true, isComplete: true, completedAt: new Date() }),
    ]) {
      const { errors } = await unchanged(world, () => attempt(task.id));
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    const hidden = await order.task();
    const { data } = await unchanged(world, () => attempt(hidden.id));
    expect(data?.orderTaskComplete).toMatchObject({ __typename: 'NotFoundError', path: ['id'] });
  });

  test('staff may complete a task for the client', async () => {
    const world = await makeWorld();
    const task = await (await world.order()).task({ forClient: true });
    expect((await complete(world, world.admin, task.id)).isComplete).toBe(true);
  });

  test('T12: moves the order’s updatedAt, not its version', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const task = await order.task();
    await complete(world, world.admin, task.id);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('forgets a completer who is deleted, not the completion', async () => {
    const world = await makeWorld();
    const person = await world.member();
    const task = await (await world.order()).task();
    await complete(world, person, task.id);
    await world.rows.user.delete({ where: { id: person.id } });
    expect(await complete(world, world.admin, task.id)).toMatchObject({ isComplete: true, completedBy: null });
  });

  test('T13: finds no task that is not there, of a deleted order, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await (await other.order()).task();
    const hidden = await (await world.order({ deletedAt: new Date() })).task();
    for (const id of [hidden.id, strange.id, encodeId('Order', hidden.id), ...idsOfNothing]) {
      const { orderTaskComplete } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(OrderTaskComplete, { input: { id } })),
      );
      expect(failure(orderTaskComplete, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('law 4: is for staff who see the order, and for its client', async () => {
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
        client: 'done',
        otherClient: 'NotFoundError',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.order.task({ forClient: true }),
      (client, { id }) => client.answer(OrderTaskComplete, { input: { id } }),
    );
  });

  describe('law 6: handing the order on', () => {
    async function assigneesOf(world: World, order: TestOrder): Promise<string[]> {
      const links = await world.rows.orderEmployee.findMany({ where: { orderId: order.id } });
      return links.map(({ employeeId }) => employeeId).sort();
    }
    const idsOf = (...people: Person[]) => people.map(({ id }) => id).sort();

    async function relay(settings: { taskCompletionMovesAssignees: boolean }) {
      const world = await makeWorld(settings);
      const [ann, bob, lead] = [await world.member(), await world.member(), await world.member()];
      const order = await world.order({ employees: [ann, lead] });
      return { world, ann, bob, lead, order };
    }

    test('does not happen unless the organization wants it', async () => {
      const { world, ann, bob, lead, order } = await relay({ taskCompletionMovesAssignees: false });
      const task = await order.task({ position: 1, employees: [ann] });
      await order.task({ position: 2, employees: [bob] });
      await complete(world, world.admin, task.id);
      expect(await assigneesOf(world, order)).toEqual(idsOf(ann, lead));
    });

    test('takes the task’s people off the order and puts the next ones on, announced and logged as a change of it', async () => {
      const { world, ann, bob, lead, order } = await relay({ taskCompletionMovesAssignees: true });
      const task = await order.task({ position: 1, employees: [ann] });
      await order.task({ position: 2, employees: [bob] });

      const { events, logs } = await recorded(world, () => complete(world, world.admin, task.id));

      expect(await assigneesOf(world, order)).toEqual(idsOf(bob, lead));
      expect((await world.rows.order.findUniqueOrThrow({ where: { id: order.id } })).version).toBe(2);
      expect(events.map(({ type, payload }) => [type, payload])).toEqual([
        ['task.completed', { taskId: task.id }],
        ['order.updated', { number: order.number }],
      ]);
      const changes = logs
        .filter(({ entity }) => entity === 'ORDER')
        .map(({ entityId, changes }) => [entityId, changes]);
      expect(changes).toEqual([
        [order.id, { employees: { before: ann.id, after: null } }],
        [order.id, { employees: { before: null, after: bob.id } }],
      ]);
    });

    test('whoever has the next task as well stays', async () => {
      const { world, ann, bob, lead, order } = await relay({ taskCompletionMovesAssignees: true });
      const task = await order.task({ position: 1, employees: [ann] });
      await order.task({ position: 2, employees: [ann, bob] });
      const { logs } = await recorded(world, () => complete(world, world.admin, task.id));
      expect(await assigneesOf(world, order)).toEqual(idsOf(ann, bob, lead));
      expect(logs.filter(({ entity }) => entity === 'ORDER').map(({ changes }) => changes)).toEqual([
        { employees: { before: null, after: bob.id } },
      ]);
    });

    test('skips what is done, and what comes before', async () => {
      const { world, ann, bob, lead, order } = await relay({ taskCompletionMovesAssignees: true });
      const cid = await world.member();
      await order.task({ position: 0, employees: [cid] });
      const task = await order.task({ position: 1, employees: [ann] });
      await order.task({ position: 2, employees: [cid], isComplete: true, completedAt: new Date() });
      await order.task({ position: 3, employees: [bob] });
      await complete(world, world.admin, task.id);
      expect(await assigneesOf(world, order)).toEqual(idsOf(bob, lead));
    });

    test('the last task’s people leave, and nobody follows; a second completion hands nothing on', async () => {
      const { world, ann, bob, lead, order } = await relay({ taskCompletionMovesAssignees: true });
      const task = await order.task({ position: 1, employees: [ann] });
      await complete(world, world.admin, task.id);
      expect(await assigneesOf(world, order)).toEqual(idsOf(lead));
      await order.task({ position: 2, employees: [bob] });
      await unchanged(world, () => complete(world, world.admin, task.id));
    });

    test('whoever hands its own order on still hears that it is done', async () => {
      const { world, bob, order } = await relay({ taskCompletionMovesAssignees: true });
      const contractor = await world.member({ role: world.roles.contractor });
      const link = { organizationId: world.organizationId, orderId: order.id, employeeId: contractor.id };
      await world.rows.orderEmployee.create({ data: link });
      const task = await order.task({ position: 1, employees: [contractor] });
      await order.task({ position: 2, employees: [bob] });
      expect((await complete(world, contractor, task.id)).isComplete).toBe(true);
      const again = await world.as(contractor).run(OrderTaskComplete, { input: { id: task.id } });
      failure(again.orderTaskComplete, 'NotFoundError');
    });

    test('does not announce a change of the order when its people stay', async () => {
      const { world, ann, order } = await relay({ taskCompletionMovesAssignees: true });
      const task = await order.task({ position: 1, employees: [ann] });
      await order.task({ position: 2, employees: [ann] });
      const { events } = await recorded(world, () => complete(world, world.admin, task.id));
      expect(events.map(({ type }) => type)).toEqual(['task.completed']);
    });
  });
});
