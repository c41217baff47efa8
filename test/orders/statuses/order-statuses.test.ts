import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { makeWorld } from '../../kit/world.ts';
import { makeCast } from '../cast.ts';

const OrderStatuses = graphql(`
  query OrderStatuses($first: Int, $after: String, $last: Int, $before: String) {
    orderStatuses(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        code
        name
        kind
        isOpen
        isFinal
        position
      }
      totalCount
      pageInfo {
        hasNextPage
        startCursor
        endCursor
      }
    }
  }
`);

const OrderStatusNode = graphql(`
  query OrderStatusNode($id: ID!) {
    node(id: $id) {
      ... on OrderStatus {
        name
      }
    }
  }
`);

const OneOfAStatus = graphql(`
  query OneOfAStatus($id: ID!) {
    order(id: $id) {
      status {
        name
        code
        kind
      }
    }
  }
`);

describe('orderStatuses', () => {
  test('are SPP’s five in every organization', async () => {
    const world = await makeWorld();
    const { orderStatuses } = await world.as(world.admin).run(OrderStatuses);
    expect(orderStatuses.totalCount).toBe(5);
    expect(orderStatuses.nodes).toEqual([
      { code: 0, name: 'Unpaid', kind: 'UNPAID', isOpen: true, isFinal: false, position: 0 },
      { code: 1, name: 'In Progress', kind: 'IN_PROGRESS', isOpen: true, isFinal: false, position: 1 },
      { code: 2, name: 'Completed', kind: 'COMPLETED', isOpen: false, isFinal: true, position: 2 },
      { code: 3, name: 'Cancelled', kind: 'CANCELLED', isOpen: false, isFinal: true, position: 3 },
      { code: 4, name: 'On Hold', kind: 'ON_HOLD', isOpen: true, isFinal: false, position: 4 },
    ]);
  });

  test('come by position, in pages', async () => {
    const world = await makeWorld();
    const first = await world.status({ code: 5, name: 'First', kind: 'UNPAID' });
    await world.rows.orderStatus.update({ where: { id: first.id }, data: { position: -1 } });
    // Two at one place: the older id first.
    const twin = await world.status({ code: 6, name: 'Twin', kind: 'UNPAID' });
    await world.rows.orderStatus.update({ where: { id: twin.id }, data: { position: 2 } });
    const page = async (variables: object) => (await world.as(world.admin).run(OrderStatuses, variables)).orderStatuses;
    const codes = ({ nodes }: { nodes: { code: number }[] }) => nodes.map(({ code }) => code);
    const whole = [5, 0, 1, 2, 6, 3, 4];
    expect(codes(await page({}))).toEqual(whole);
    const start = await page({ first: 4 });
    expect([codes(start), start.totalCount, start.pageInfo.hasNextPage]).toEqual([whole.slice(0, 4), 7, true]);
    expect(codes(await page({ first: 4, after: start.pageInfo.endCursor }))).toEqual(whole.slice(4));
    const end = await page({ last: 3 });
    expect([...codes(await page({ last: 4, before: end.pageInfo.startCursor })), ...codes(end)]).toEqual(whole);
  });

  test.each([[{ first: 0 }], [{ last: 101 }]])('L2: refuse %o', async (variables) => {
    const world = await makeWorld();
    const [refusal] = await world.as(world.admin).refused(OrderStatuses, variables);
    expect(refusal?.extensions.issues).toMatchObject([{ path: Object.keys(variables), code: 'OUT_OF_RANGE' }]);
  });

  test('a renamed one is what its orders answer', async () => {
    const world = await makeWorld();
    const { id } = await world.order({ status: 'COMPLETED' });
    await world.rows.orderStatus.updateMany({
      where: { organizationId: world.organizationId, code: 2 },
      data: { name: 'Delivered' },
    });
    expect(await world.as(world.admin).run(OneOfAStatus, { id })).toEqual({
      order: { status: { name: 'Delivered', code: 2, kind: 'COMPLETED' } },
    });
  });

  test('everybody of the organization knows them, nobody else', async () => {
    const { world, people } = await makeCast();
    const own = await world.status({ code: 5, name: 'Ours', kind: 'ON_HOLD' });
    const id = encodeId('OrderStatus', own.id);
    const { anonymous, stranger, ...known } = people;
    for (const person of Object.values(known)) {
      expect((await world.as(person).run(OrderStatuses)).orderStatuses.totalCount).toBe(6);
      expect((await world.as(person).run(OrderStatusNode, { id })).node).toMatchObject({ name: 'Ours' });
    }
    expect((await world.as(stranger).run(OrderStatuses)).orderStatuses.totalCount).toBe(5);
    expect((await world.as(stranger).run(OrderStatusNode, { id })).node).toBeNull();
    expect((await world.as(anonymous).refused(OrderStatuses)).map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
  });
});
