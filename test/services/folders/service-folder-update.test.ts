import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const ServiceFolderUpdate = graphql(`
  mutation ServiceFolderUpdate($input: ServiceFolderUpdateInput!) {
    serviceFolderUpdate(input: $input) {
      ... on ServiceFolderUpdateSuccess {
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

describe('serviceFolderUpdate', () => {
  type Input = { id: string; name?: string | null; position?: number | null; expectedVersion?: number };
  const update = async (world: World, input: Input) =>
    (await world.as(world.admin).run(ServiceFolderUpdate, { input })).serviceFolderUpdate;

  test('renames and moves a folder, announces and logs it', async () => {
    const world = await makeWorld();
    const folder = await world.folder('Design');
    const { result, events, logs } = await recorded(world, () =>
      update(world, { id: folderId(folder), name: 'Print', position: 4, expectedVersion: 1 }),
    );
    expect(success(result).serviceFolder).toEqual({ id: folderId(folder), name: 'Print', position: 4, version: 2 });
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['service_folder.updated', folder.id]]);
    expect(logs.map(({ changes }) => changes)).toEqual([
      { name: { before: 'Design', after: 'Print' }, position: { before: 0, after: 4 } },
    ]);
  });

  test('announces nothing when nothing changed', async () => {
    const world = await makeWorld();
    const folder = await world.folder('Design');
    const { events, logs } = await recorded(world, () => update(world, { id: folder.id, name: 'Design' }));
    expect([events, logs]).toEqual([[], []]);
  });

  test('refuses what is cleared, blank, taken or stale', async () => {
    const world = await makeWorld();
    const { id } = await world.folder('Design');
    await world.folder('Print');
    const refused = async (input: Omit<Input, 'id'>) => await unchanged(world, () => update(world, { id, ...input }));
    expect(issuesOf(await refused({ name: null, position: null }))).toEqual(['name REQUIRED', 'position REQUIRED']);
    expect(issuesOf(await refused({ name: ' ' }))).toEqual(['name REQUIRED']);
    expect(issuesOf(await refused({ name: 'print' }))).toEqual(['name TAKEN']);
    expect(failure(await refused({ name: 'New', expectedVersion: 2 }), 'ConflictError').currentVersion).toBe(1);
  });

  test('finds none of another organization', async () => {
    const world = await makeWorld();
    const strange = await (await makeWorld()).folder();
    failure(await unchanged(world, () => update(world, { id: strange.id, name: 'Mine' })), 'NotFoundError');
  });
});
