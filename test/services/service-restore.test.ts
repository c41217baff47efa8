import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ServiceRestore = graphql(`
  mutation ServiceRestore($input: ServiceRestoreInput!) {
    serviceRestore(input: $input) {
      ... on ServiceRestoreSuccess {
        service {
          id
          name
          deletedAt
          folder {
            id
          }
          employees {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

const restore = async (world: World, id: string) =>
  (await world.as(world.admin).run(ServiceRestore, { input: { id } })).serviceRestore;

describe('serviceRestore', () => {
  test('brings a deleted service back as it was, announces and logs it', async () => {
    const world = await makeWorld();
    const folder = await world.folder();
    const service = await world.service({
      name: 'Logo',
      folderId: folder.id,
      employees: [world.admin],
      deletedAt: new Date(),
    });

    const { result, events, logs } = await recorded(world, () => restore(world, encodeId('Service', service.id)));

    expect(success(result).service).toEqual({
      id: encodeId('Service', service.id),
      name: 'Logo',
      deletedAt: null,
      folder: { id: encodeId('ServiceFolder', folder.id) },
      employees: [{ id: encodeId('TeamMember', world.admin.id) }],
    });
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['service.restored', service.id]]);
    expect(logs.map(({ event, entityId }) => [event, entityId])).toEqual([['RESTORED', service.id]]);
  });

  test('finds none that is live, of another organization, or not there', async () => {
    const world = await makeWorld();
    const live = await world.service();
    const strange = await (await makeWorld()).service({ deletedAt: new Date() });
    for (const id of [live.id, strange.id, '00000000-0000-7000-8000-000000000000', 'service_1']) {
      failure(await unchanged(world, () => restore(world, id)), 'NotFoundError');
    }
  });

  test('of two at once, one restores', async () => {
    const world = await makeWorld();
    const { id } = await world.service({ deletedAt: new Date() });
    const { result, events } = await recorded(world, () => Promise.all([restore(world, id), restore(world, id)]));
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['NotFoundError', 'ServiceRestoreSuccess']);
    expect(events).toHaveLength(1);
  });

  test('law 7: a service whose folder went meanwhile comes back unfiled', async () => {
    const world = await makeWorld();
    const folder = await world.folder();
    const service = await world.service({ folderId: folder.id, deletedAt: new Date() });
    await world
      .as(world.admin)
      .run('mutation ($id: ID!) { serviceFolderDelete(input: { id: $id }) { __typename } }', { id: folder.id });
    expect(success(await restore(world, service.id)).service).toMatchObject({ deletedAt: null, folder: null });
  });

  test('law 6: keeps its add-ons and its orders', async () => {
    const world = await makeWorld();
    const [parent, service] = [await world.service(), await world.service({ deletedAt: new Date() })];
    const order = await world.order({ service });
    await world.rows.serviceAddon.create({
      data: { organizationId: world.organizationId, parentId: parent.id, addonId: service.id },
    });
    success(await restore(world, service.id));
    const shown = await world
      .as(world.admin)
      .run(
        'query ($id: ID!, $order: ID!) { service(id: $id) { addonTo { name } } order(id: $order) { service { name } } }',
        {
          id: service.id,
          order: order.id,
        },
      );
    expect(shown).toEqual({
      service: { addonTo: [{ name: parent.name }] },
      order: { service: { name: service.name } },
    });
  });
});
