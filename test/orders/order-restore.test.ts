import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from './cast.ts';

const OrderRestore = graphql(`
  mutation OrderRestore($input: OrderRestoreInput!) {
    orderRestore(input: $input) {
      ... on OrderRestoreSuccess {
        order {
          id
          note
          deletedAt
          status {
            kind
          }
          employees {
            id
          }
          tags {
            name
          }
          tasks {
            totalCount
          }
          messages {
            totalCount
          }
        }
      }
      ...Failure
    }
  }
`);

const FoundAgain = graphql(`
  query FoundAgain($id: ID!) {
    order(id: $id) {
      id
    }
    orders {
      nodes {
        id
      }
    }
  }
`);

const deletedAt = new Date('2026-03-01T00:00:00Z');

const restore = async (world: World, id: string) =>
  (await world.as(world.admin).run(OrderRestore, { input: { id } })).orderRestore;

describe('orderRestore', () => {
  test('law 7: brings it back as it was', async () => {
    const world = await makeWorld();
    const [client, tag] = [await world.client(), await world.tag('Urgent')];
    const order = await world.order({
      client,
      status: 'ON_HOLD',
      note: 'x',
      employees: [world.admin],
      tags: [tag],
      deletedAt,
    });
    await order.task();
    await order.message();
    const id = encodeId('Order', order.id);

    const { result, events, logs } = await recorded(world, () => restore(world, id));

    expect(success(result).order).toEqual({
      id,
      note: 'x',
      deletedAt: null,
      status: { kind: 'ON_HOLD' },
      employees: [{ id: encodeId('TeamMember', world.admin.id) }],
      tags: [{ name: 'Urgent' }],
      tasks: { totalCount: 1 },
      messages: { totalCount: 1 },
    });
    expect(events).toEqual([
      {
        type: 'order.restored',
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
        event: 'RESTORED',
        changes: { deleted_at: { before: '2026-03-01T00:00:00+00:00', after: null } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: client.id,
      },
    ]);
    for (const person of [world.admin, client]) {
      expect(await world.as(person).run(FoundAgain, { id })).toEqual({ order: { id }, orders: { nodes: [{ id }] } });
    }
  });

  test('goes by number, too', async () => {
    const world = await makeWorld();
    const order = await world.order({ number: 'A-1', deletedAt });
    expect(success(await restore(world, 'A-1')).order.id).toBe(encodeId('Order', order.id));
  });

  test('finds none that is live, a stranger’s or nothing', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [live, strange] = [await world.order(), await other.order({ deletedAt })];
    for (const id of [live.id, live.number, strange.id, strange.number, ...idsOfNothing]) {
      const missing = await unchanged(other, () => unchanged(world, () => restore(world, id)));
      expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('of two at once, one restores it', async () => {
    const world = await makeWorld();
    const { id } = await world.order({ deletedAt });
    const { result, events } = await recorded(world, () => Promise.all([restore(world, id), restore(world, id)]));
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['NotFoundError', 'OrderRestoreSuccess']);
    expect(events).toHaveLength(1);
  });

  test('who may: a deleted order is out of sight of all who may not restore it', async () => {
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
        narrow: 'NotFoundError',
        blind: 'NotFoundError',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => world.order({ client, employees: [people.assignee], deletedAt }),
      (person, { id }) => person.answer(OrderRestore, { input: { id } }),
    );
  });
});
