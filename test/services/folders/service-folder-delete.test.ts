import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const ServiceFolderDelete = graphql(`
  mutation ServiceFolderDelete($input: ServiceFolderDeleteInput!) {
    serviceFolderDelete(input: $input) {
      ... on ServiceFolderDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const folderId = ({ id }: { id: string }) => encodeId('ServiceFolder', id);

describe('serviceFolderDelete', () => {
  const remove = async (world: World, id: string) =>
    (await world.as(world.admin).run(ServiceFolderDelete, { input: { id } })).serviceFolderDelete;

  test('removes a folder for good and unfiles its services, deleted ones too', async () => {
    const world = await makeWorld();
    const [folder, other] = [await world.folder(), await world.folder()];
    const [live, deleted, elsewhere] = [
      await world.service({ folderId: folder.id }),
      await world.service({ folderId: folder.id, deletedAt: new Date() }),
      await world.service({ folderId: other.id }),
    ];
    const { result, events } = await recorded(world, () => remove(world, folderId(folder)));
    expect(success(result).deletedId).toBe(folderId(folder));
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['service_folder.deleted', folder.id]]);
    const rows = await world.rows.service.findMany({ where: { organizationId: world.organizationId } });
    expect(Object.fromEntries(rows.map((row) => [row.id, row.folderId]))).toEqual({
      [live.id]: null,
      [deleted.id]: null,
      [elsewhere.id]: other.id,
    });
    failure(await unchanged(world, () => remove(world, folder.id)), 'NotFoundError');
  });
});
