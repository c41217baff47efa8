import { describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { makeWorld } from '../../kit/world.ts';

const ServiceFolders = graphql(`
  query ServiceFolders {
    serviceFolders {
      nodes {
        name
      }
      totalCount
    }
  }
`);

describe('serviceFolders', () => {
  test('come by position', async () => {
    const world = await makeWorld();
    const { organizationId } = world;
    await world.rows.serviceFolder.createMany({
      data: [
        { organizationId, name: 'Last', position: 9 },
        { organizationId, name: 'First', position: -1 },
        { organizationId, name: 'Middle', position: 2 },
      ],
    });
    expect((await world.as(world.admin).run(ServiceFolders)).serviceFolders).toEqual({
      nodes: [{ name: 'First' }, { name: 'Middle' }, { name: 'Last' }],
      totalCount: 3,
    });
  });

  test('are the team’s own affair', async () => {
    const world = await makeWorld();
    const [client, member] = [await world.client(), await world.member({ grants: {} })];
    for (const actor of [client, member]) {
      expect((await world.as(actor).refused(ServiceFolders)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
    }
  });
});
