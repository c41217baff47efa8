import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld } from '../../kit/world.ts';
import { idsOfNothing, makeCast } from '../cast.ts';

const OrderTaskById = graphql(`
  query OrderTaskById($id: ID!) {
    orderTask(id: $id) {
      id
      name
      order {
        number
      }
      completedBy {
        id
        name
      }
      employees {
        name
      }
      createdAt
      updatedAt
    }
  }
`);

const OrderTaskNode = graphql(`
  query OrderTaskNode($id: ID!) {
    node(id: $id) {
      id
      ... on OrderTask {
        name
      }
    }
  }
`);

describe('orderTask', () => {
  test('T11: answers a task by its id, with or without prefix, with its order’s number and its people', async () => {
    const world = await makeWorld();
    const [bob, ann] = [
      await world.member({ firstName: 'Bob', lastName: 'B' }),
      await world.member({ firstName: 'Ann', lastName: 'A' }),
    ];
    const order = await world.order();
    const task = await order.task({
      employees: [bob, ann],
      isComplete: true,
      completedAt: new Date(),
      completedById: bob.id,
    });
    for (const id of [task.id, encodeId('OrderTask', task.id), task.id.toUpperCase()]) {
      expect(await world.as(world.admin).run(OrderTaskById, { id })).toEqual({
        orderTask: {
          id: encodeId('OrderTask', task.id),
          name: task.name,
          order: { number: order.number },
          completedBy: { id: encodeId('TeamMember', bob.id), name: 'Bob B' },
          employees: [{ name: 'Ann A' }, { name: 'Bob B' }],
          createdAt: task.createdAt.toISOString(),
          updatedAt: task.updatedAt.toISOString(),
        },
      });
    }
  });

  test('L12, L13, T13: null for what is not there, of no shape, of a deleted order, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await (await other.order()).task();
    const hidden = await (await world.order({ deletedAt: new Date() })).task();
    const mine = await (await world.order()).task();
    for (const id of [strange.id, hidden.id, encodeId('Order', mine.id), ...idsOfNothing]) {
      expect(await world.as(world.admin).run(OrderTaskById, { id })).toEqual({ orderTask: null });
      expect(await world.as(world.admin).run(OrderTaskNode, { id: `task_${id}` })).toEqual({ node: null });
    }
    expect((await world.as(world.admin).run(OrderTaskNode, { id: encodeId('OrderTask', mine.id) })).node).toMatchObject(
      {
        name: mine.name,
      },
    );
  });

  test('is seen by whoever sees the order; by the client when it is public or for the client', async () => {
    const { world, order, people } = await makeCast();
    const tasks = {
      hidden: await order.task(),
      public: await order.task({ isPublic: true }),
      forClient: await order.task({ forClient: true }),
    };
    const seenBy = async (actor: Actor): Promise<string> => {
      const seen: string[] = [];
      for (const [name, { id }] of Object.entries(tasks)) {
        const { data, errors } = await world.as(actor).answer(OrderTaskById, { id });
        if (errors) return String(errors[0]?.extensions?.code);
        if (data?.orderTask) seen.push(name);
        const { node } = await world.as(actor).run(OrderTaskNode, { id: encodeId('OrderTask', id) });
        expect(node !== null).toBe(data?.orderTask !== null);
      }
      return seen.join(' ');
    };
    const all = 'hidden public forClient';
    const seen = Object.fromEntries(
      await Promise.all(Object.entries(people).map(async ([name, actor]) => [name, await seenBy(actor)])),
    );
    expect(seen).toEqual({
      administrator: all,
      token: all,
      manager: all,
      assignee: all,
      unassigned: '',
      colleague: all,
      outsider: '',
      reader: all,
      narrow: all,
      blind: 'FORBIDDEN',
      unprivileged: 'FORBIDDEN',
      client: 'public forClient',
      otherClient: '',
      stranger: '',
      anonymous: 'UNAUTHENTICATED',
    });
  });
});
