import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const OrderStatusDelete = graphql(`
  mutation OrderStatusDelete($input: OrderStatusDeleteInput!) {
    orderStatusDelete(input: $input) {
      ... on OrderStatusDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(OrderStatusDelete, { input: { id } })).orderStatusDelete;

describe('orderStatusDelete', () => {
  test('removes a status that no order is in, announces and logs it', async () => {
    const world = await makeWorld();
    const { id } = await world.status({ code: 5, name: 'In review', kind: 'ON_HOLD' });

    const { result, events, logs } = await recorded(world, () => remove(world, encodeId('OrderStatus', id)));

    expect(success(result).deletedId).toBe(encodeId('OrderStatus', id));
    expect(await world.rows.orderStatus.count({ where: { organizationId: world.organizationId } })).toBe(5);
    expect(events).toEqual([
      {
        type: 'order_status.deleted',
        aggregate: 'orderStatus',
        aggregateId: id,
        payload: {},
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    const gone = (value: unknown) => ({ before: value, after: null });
    expect(logs).toEqual([
      {
        entity: 'ORDER_STATUS',
        entityId: id,
        event: 'DELETED',
        changes: { code: gone(5), name: gone('In review'), kind: gone('ON_HOLD'), position: gone(5) },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: null,
      },
    ]);
  });

  test('keeps the five that every organization has', async () => {
    const world = await makeWorld();
    const standard = await world.rows.orderStatus.findMany({ where: { organizationId: world.organizationId } });
    expect(standard).toHaveLength(5);
    for (const { id } of standard) {
      const kept = await unchanged(world, () => remove(world, id));
      expect(failure(kept, 'InvalidStateError').code).toBe('INVALID_STATE');
    }
  });

  test.each([
    ['a live', null],
    ['a deleted', new Date()],
  ])('keeps one that %s order is in', async (_, deletedAt) => {
    const world = await makeWorld();
    const { id } = await world.status({ code: 5, name: 'In review', kind: 'ON_HOLD' });
    const order = await world.order({ statusCode: 5, statusKind: 'ON_HOLD', deletedAt });
    const kept = await unchanged(world, () => remove(world, id));
    expect(failure(kept, 'ConflictError')).toMatchObject({ code: 'HAS_DEPENDENTS', currentVersion: null });
    await world.rows.order.update({ where: { id: order.id }, data: { statusCode: 4 } });
    expect((await remove(world, id)).__typename).toBe('OrderStatusDeleteSuccess');
  });

  test('is not removed under an order that enters it at the same time', async () => {
    const world = await makeWorld();
    for (let round = 0; round < 5; round += 1) {
      const { id } = await world.status({ code: 5, name: 'In review', kind: 'ON_HOLD' });
      const order = await world.order({ status: 'UNPAID' });
      const enter =
        'mutation ($id: ID!, $statusId: ID!) { orderUpdate(input: { id: $id, statusId: $statusId }) { __typename } }';
      const [removed, entered] = await Promise.all([
        remove(world, id),
        world.as(world.admin).run(enter, { id: order.id, statusId: id }),
      ]);
      const { statusCode } = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
      const outcome = [removed.__typename, entered.orderUpdate.__typename, statusCode];
      expect([
        ['OrderStatusDeleteSuccess', 'InvalidInputError', 0],
        ['ConflictError', 'OrderUpdateSuccess', 5],
      ]).toContainEqual(outcome);
      await world.rows.order.delete({ where: { id: order.id } });
      await world.rows.orderStatus.deleteMany({ where: { id } });
    }
  });

  test('finds none the second time, nor a stranger’s, nor what is none', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const gone = await world.status({ code: 5, name: 'In review', kind: 'ON_HOLD' });
    const strange = await other.status({ code: 5, name: 'In review', kind: 'ON_HOLD' });
    await remove(world, gone.id);
    for (const id of [gone.id, strange.id, encodeId('Order', strange.id), ...idsOfNothing]) {
      const missing = await unchanged(other, () => unchanged(world, () => remove(world, id)));
      expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('who may', async () => {
    const cast = await makeCast();
    let code = 5;
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        assignee: 'FORBIDDEN',
        unassigned: 'FORBIDDEN',
        colleague: 'FORBIDDEN',
        outsider: 'FORBIDDEN',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'FORBIDDEN',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.world.status({ code, name: `Status ${code++}`, kind: 'ON_HOLD' }),
      (person, { id }) => person.answer(OrderStatusDelete, { input: { id } }),
    );
  });
});
