import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ServiceDelete = graphql(`
  mutation ServiceDelete($input: ServiceDeleteInput!) {
    serviceDelete(input: $input) {
      ... on ServiceDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const ServiceGone = graphql(`
  query ServiceGone($id: ID!) {
    service(id: $id) {
      id
    }
    node(id: $id) {
      id
    }
    services {
      nodes {
        id
      }
      totalCount
    }
  }
`);

const OrderOfService = graphql(`
  query OrderOfService($id: ID!) {
    order(id: $id) {
      serviceName
      price {
        amount
        currency
      }
      service {
        id
      }
    }
  }
`);

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(ServiceDelete, { input: { id } })).serviceDelete;

describe('serviceDelete', () => {
  test('S8: puts a service out of sight, announces and logs it; a second time there is none', async () => {
    const world = await makeWorld();
    const service = await world.service({ employees: [world.admin] });
    const id = encodeId('Service', service.id);

    const { result, events, logs } = await recorded(world, () => remove(world, id));

    expect(success(result).deletedId).toBe(id);
    expect(await world.as(world.admin).run(ServiceGone, { id })).toEqual({
      service: null,
      node: null,
      services: { nodes: [], totalCount: 0 },
    });
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['service.deleted', service.id]]);
    expect(logs.map(({ event, entityId }) => [event, entityId])).toEqual([['DELETED', service.id]]);
    expect(await world.rows.serviceEmployee.count({ where: { serviceId: service.id } })).toBe(1);
    const again = await unchanged(world, () => remove(world, id));
    expect(failure(again, 'NotFoundError').path).toEqual(['id']);
  });

  test('S9: orders keep what they were sold as, and show no service', async () => {
    const world = await makeWorld();
    const service = await world.service({ name: 'Logo' });
    const order = await world.order({ service, price: '42', currency: 'EUR' });
    const show = async () => (await world.as(world.admin).run(OrderOfService, { id: order.id })).order;
    const sold = { serviceName: 'Logo', price: { amount: '42.00', currency: 'EUR' } };
    expect(await show()).toEqual({ ...sold, service: { id: encodeId('Service', service.id) } });
    success(await remove(world, service.id));
    expect(await show()).toEqual({ ...sold, service: null });
  });

  test('of two at once, one deletes', async () => {
    const world = await makeWorld();
    const { id } = await world.service();
    const { result, events } = await recorded(world, () => Promise.all([remove(world, id), remove(world, id)]));
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['NotFoundError', 'ServiceDeleteSuccess']);
    expect(events).toHaveLength(1);
  });

  test('finds none of another organization', async () => {
    const world = await makeWorld();
    const strange = await (await makeWorld()).service();
    failure(await unchanged(world, () => remove(world, strange.id)), 'NotFoundError');
    expect((await world.rows.service.findUniqueOrThrow({ where: { id: strange.id } })).deletedAt).toBeNull();
  });

  test('needs grade 3: who sees the group’s services deletes none', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { services: 2 } });
    const { id } = await world.service({ employees: [member] });
    const refusals = await unchanged(world, () => world.as(member).refused(ServiceDelete, { input: { id } }));
    expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });
});
