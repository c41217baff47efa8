import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const ServiceFolderCreate = graphql(`
  mutation ServiceFolderCreate($input: ServiceFolderCreateInput!) {
    serviceFolderCreate(input: $input) {
      ... on ServiceFolderCreateSuccess {
        serviceFolder {
          id
          name
          position
          version
        }
      }
      ...Failure
    }
  }
`);

const folderId = ({ id }: { id: string }) => encodeId('ServiceFolder', id);

describe('serviceFolderCreate', () => {
  const create = async (world: World, input: { name: string; position?: number }) =>
    (await world.as(world.admin).run(ServiceFolderCreate, { input })).serviceFolderCreate;

  test('makes a folder, announces and logs it', async () => {
    const world = await makeWorld();
    const { result, events, logs } = await recorded(world, () => create(world, { name: ' Design ', position: 3 }));
    const { serviceFolder } = success(result);
    const row = await world.rows.serviceFolder.findFirstOrThrow({ where: { organizationId: world.organizationId } });
    expect(serviceFolder).toEqual({ id: folderId(row), name: 'Design', position: 3, version: 1 });
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['service_folder.created', row.id]]);
    expect(logs.map(({ event, entityId }) => [event, entityId])).toEqual([['CREATED', row.id]]);
  });

  test.each([
    ['  ', 'name REQUIRED'],
    ['x'.repeat(256), 'name TOO_LONG'],
    ['DESIGN', 'name TAKEN'],
  ])('refuses the name %j', async (name, issue) => {
    const world = await makeWorld();
    await world.folder('Design');
    expect(issuesOf(await unchanged(world, () => create(world, { name })))).toEqual([issue]);
  });

  test('of ten at once with the same name, one is made', async () => {
    const world = await makeWorld();
    const { result, events } = await recorded(world, () =>
      Promise.all(
        Array.from({ length: 10 }, () => world.as(world.admin).run(ServiceFolderCreate, { input: { name: 'Design' } })),
      ),
    );
    expect(result.map(({ serviceFolderCreate }) => serviceFolderCreate.__typename).sort()).toEqual([
      ...Array(9).fill('InvalidInputError'),
      'ServiceFolderCreateSuccess',
    ]);
    expect(events).toHaveLength(1);
  });
});
