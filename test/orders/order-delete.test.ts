import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from './cast.ts';

const OrderDelete = graphql(`
  mutation OrderDelete($input: OrderDeleteInput!) {
    orderDelete(input: $input) {
      ... on OrderDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const WhereIsIt = graphql(`
  query WhereIsIt($id: ID!, $number: String!, $client: ID!, $task: ID!, $message: ID!, $field: ID!) {
    byId: order(id: $id) {
      id
    }
    byNumber: order(number: $number) {
      id
    }
    orders {
      totalCount
      nodes {
        id
      }
    }
    client(id: $client) {
      orders {
        totalCount
        nodes {
          id
        }
      }
    }
    nodes(ids: [$id, $task, $message, $field]) {
      id
    }
  }
`);

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(OrderDelete, { input: { id } })).orderDelete;

describe('orderDelete', () => {
  test('O15, law 7: puts it out of sight with all beneath it, and keeps everything', async () => {
    const clock = stopClock('2026-03-02T09:00:00.000Z');
    const world = await makeWorld();
    const [client, tag] = [await world.client(), await world.tag()];
    const order = await world.order({ client, employees: [world.admin], tags: [tag] });
    const [task, message, field] = [await order.task(), await order.message(), await order.formField()];
    const invoice = await world.invoice({ client });
    const id = encodeId('Order', order.id);

    const { result, events, logs } = await recorded(world, () => remove(world, id));

    expect(success(result).deletedId).toBe(id);
    expect(events).toEqual([
      {
        type: 'order.deleted',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { number: order.number },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'ORDER',
        entityId: order.id,
        event: 'DELETED',
        changes: { deleted_at: { before: null, after: '2026-03-02T09:00:00+00:00' } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: client.id,
      },
    ]);
    const { rows } = world;
    expect((await rows.order.findUniqueOrThrow({ where: { id: order.id } })).deletedAt).toEqual(clock.now());
    const kept = { orderId: order.id };
    const counts = [rows.orderTask, rows.orderMessage, rows.filledFormField, rows.orderEmployee, rows.orderTag].map(
      (table) => (table as typeof rows.orderTask).count({ where: kept }),
    );
    expect(await Promise.all(counts)).toEqual([1, 1, 1, 1, 1]);
    expect(await rows.invoice.count({ where: { id: invoice.id } })).toBe(1);

    const beneath = {
      task: encodeId('OrderTask', task.id),
      message: encodeId('OrderMessage', message.id),
      field: encodeId('FilledFormField', field.id),
    };
    const nowhere = { id, number: order.number, client: encodeId('Client', client.id), ...beneath };
    for (const person of [world.admin, client]) {
      expect(await world.as(person).run(WhereIsIt, nowhere)).toEqual({
        byId: null,
        byNumber: null,
        orders: { totalCount: 0, nodes: [] },
        client: { orders: { totalCount: 0, nodes: [] } },
        nodes: [null, null, null, null],
      });
    }
  });

  test('O15: nothing beneath it can be added or changed any more', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const [task, field] = [await order.task(), await order.formField()];
    await remove(world, order.id);
    const attempts = {
      orderTaskCreate: `orderId: "${order.id}", name: "x"`,
      orderTaskUpdate: `id: "${task.id}", name: "x"`,
      orderTaskComplete: `id: "${task.id}"`,
      orderTaskReopen: `id: "${task.id}"`,
      orderTaskDelete: `id: "${task.id}"`,
      orderMessageCreate: `orderId: "${order.id}", body: "x"`,
      filledFormFieldUpdate: `id: "${field.id}", value: "x"`,
    };
    for (const [name, input] of Object.entries(attempts)) {
      const answer = await unchanged(world, () =>
        world.as(world.admin).run(`mutation { ${name}(input: { ${input} }) { __typename } }`),
      );
      expect({ name, answer: answer[name].__typename }).toEqual({ name, answer: 'NotFoundError' });
    }
  });

  test('goes by number, too', async () => {
    const world = await makeWorld();
    const order = await world.order({ number: 'A-1' });
    expect(success(await remove(world, 'A-1')).deletedId).toBe(encodeId('Order', order.id));
  });

  test('takes an order in any status', async () => {
    const world = await makeWorld();
    for (const status of ['UNPAID', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'ON_HOLD'] as const) {
      const { id } = await world.order({ status });
      expect((await remove(world, id)).__typename).toBe('OrderDeleteSuccess');
    }
  });

  test('finds none the second time, nor a stranger’s, nor what is none', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [order, strange] = [await world.order(), await other.order()];
    await remove(world, order.id);
    for (const id of [
      order.id,
      order.number,
      strange.id,
      strange.number,
      encodeId('OrderTask', order.id),
      ...idsOfNothing,
    ]) {
      const missing = await unchanged(other, () => unchanged(world, () => remove(world, id)));
      expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('of two at once, one deletes it', async () => {
    const world = await makeWorld();
    const { id } = await world.order();
    const { result, events } = await recorded(world, () => Promise.all([remove(world, id), remove(world, id)]));
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['NotFoundError', 'OrderDeleteSuccess']);
    expect(events).toHaveLength(1);
  });

  test('who may', async () => {
    const cast = await makeCast();
    const { world, client, people } = cast;
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
      () => world.order({ client, employees: [people.assignee] }),
      (person, { id }) => person.answer(OrderDelete, { input: { id } }),
    );
  });
});
