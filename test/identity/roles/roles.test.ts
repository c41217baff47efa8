import { describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { makeWorld } from '../../kit/world.ts';

const Roles = graphql(`
  query Roles {
    roles {
      totalCount
      nodes {
        name
        kind
        orderAccess
        settingsTags
      }
    }
  }
`);

const RoleOfMe = graphql(`
  query RoleOfMe($id: ID!) {
    node(id: $id) {
      id
    }
  }
`);

describe('roles', () => {
  test('are listed to the team, with their grades', async () => {
    const world = await makeWorld();
    const { roles } = await world.as(world.admin).run(Roles);
    expect(roles.totalCount).toBe(4);
    expect([...roles.nodes].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'Administrator', kind: 'STAFF', orderAccess: 3, settingsTags: true },
      { name: 'Client', kind: 'CLIENT', orderAccess: 0, settingsTags: false },
      { name: 'Contractor', kind: 'STAFF', orderAccess: 1, settingsTags: false },
      { name: 'Manager', kind: 'STAFF', orderAccess: 3, settingsTags: true },
    ]);
  });

  test('a client sees its own and no other', async () => {
    const world = await makeWorld();
    const client = await world.client();
    expect((await world.as(client).refused(Roles)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
    const node = async (role: { id: string }) => (await world.as(client).run(RoleOfMe, { id: `role_${role.id}` })).node;
    expect(await node(world.roles.client)).not.toBeNull();
    expect(await node(world.roles.administrator)).toBeNull();
  });

  test('the database keeps kind and access to the dashboard together', async () => {
    const world = await makeWorld();
    const wrong = world.rows.role.update({ where: { id: world.roles.client.id }, data: { dashboardAccess: 1 } });
    await expect(wrong).rejects.toThrow(/roles_kind_check/);
    const promoted = world.rows.user.update({ where: { id: world.admin.id }, data: { kind: 'CLIENT' } });
    await expect(promoted).rejects.toThrow(/foreign key/i);
  });
});
