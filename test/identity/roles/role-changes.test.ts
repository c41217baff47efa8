import { describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { unchanged } from '../../kit/expect.ts';
import { asToken } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const RoleCreate = graphql(`
  mutation RoleCreate($input: RoleCreateInput!) {
    roleCreate(input: $input) {
      __typename
      ... on RoleCreateSuccess {
        role {
          id
          name
          kind
          isSystem
          dashboardAccess
          orderAccess
          settingsTags
          settingsLogs
        }
      }
      ... on InvalidInputError {
        issues {
          path
          code
        }
      }
    }
  }
`);

const RoleUpdate = graphql(`
  mutation RoleUpdate($input: RoleUpdateInput!) {
    roleUpdate(input: $input) {
      __typename
      ... on RoleUpdateSuccess {
        role {
          name
          orderAccess
          version
        }
      }
      ... on Error {
        code
      }
      ... on InvalidInputError {
        issues {
          path
          code
        }
      }
      ... on ConflictError {
        currentVersion
      }
    }
  }
`);

const RoleDelete = graphql(`
  mutation RoleDelete($input: RoleDeleteInput!) {
    roleDelete(input: $input) {
      __typename
      ... on RoleDeleteSuccess {
        deletedId
      }
      ... on Error {
        code
      }
    }
  }
`);

const roleId = ({ id }: { id: string }) => `role_${id}`;

describe('roleCreate', () => {
  test('makes a role for the team that grants what is said and nothing else', async () => {
    const world = await makeWorld();
    const input = { name: ' Support ', orderAccess: 2, settingsTags: true };
    const { roleCreate } = await world.as(world.admin).run(RoleCreate, { input });
    expect(roleCreate).toEqual({
      __typename: 'RoleCreateSuccess',
      role: {
        id: expect.stringMatching(/^role_/),
        name: 'Support',
        kind: 'STAFF',
        isSystem: false,
        dashboardAccess: 1,
        orderAccess: 2,
        settingsTags: true,
        settingsLogs: false,
      },
    });
    expect((await world.events()).map(({ type }) => type)).toEqual(['role.created']);
    const made = await world.rows.role.findFirstOrThrow({
      where: { name: 'Support', organizationId: world.organizationId },
    });
    const member = await world.member({ role: made });
    expect((await world.as(member).refused('{ logs { totalCount } }')).map(({ code }) => code)).toEqual(['FORBIDDEN']);
    expect(await world.as(member).run('{ orders { totalCount } }')).toEqual({ orders: { totalCount: 0 } });
  });

  test.each([
    [{ name: '  ' }, [{ path: ['name'], code: 'REQUIRED' }]],
    [{ name: 'x'.repeat(256) }, [{ path: ['name'], code: 'TOO_LONG' }]],
    [
      { name: 'x', orderAccess: 4, clients: -1 },
      [
        { path: ['orderAccess'], code: 'OUT_OF_RANGE' },
        { path: ['clients'], code: 'OUT_OF_RANGE' },
      ],
    ],
    [{ name: 'x', dashboardAccess: 0 }, [{ path: ['dashboardAccess'], code: 'OUT_OF_RANGE' }]],
    [{ name: 'mANAGER' }, [{ path: ['name'], code: 'TAKEN' }]],
  ])('refuses %j', async (input, issues) => {
    const world = await makeWorld();
    const { roleCreate } = await unchanged(world, () => world.as(world.admin).run(RoleCreate, { input }));
    expect(roleCreate).toMatchObject({ __typename: 'InvalidInputError' });
    const found = (roleCreate as unknown as { issues: { path: string[]; code: string }[] }).issues;
    expect(found.filter(({ code }) => code !== 'NOT_YOURS')).toEqual(issues);
  });

  test('nobody grants more than they have, nor does a token of theirs', async () => {
    const world = await makeWorld();
    const lead = await world.member({ grants: { settingsTeam: true, orderAccess: 2, settingsTags: true } });
    const input = { name: 'More', orderAccess: 3, clients: 1, settingsTags: true, settingsLogs: true };
    for (const actor of [lead, asToken(lead)]) {
      const { roleCreate } = await unchanged(world, () => world.as(actor).run(RoleCreate, { input }));
      expect(roleCreate).toEqual({
        __typename: 'InvalidInputError',
        issues: ['orderAccess', 'clients', 'settingsLogs'].map((area) => ({ path: [area], code: 'NOT_YOURS' })),
      });
    }
    const allowed = { name: 'As much', orderAccess: 2, settingsTags: true };
    expect((await world.as(lead).run(RoleCreate, { input: allowed })).roleCreate.__typename).toBe('RoleCreateSuccess');
  });
});

describe('roleUpdate', () => {
  test('changes what is given, at once for those who have it', async () => {
    const world = await makeWorld();
    const role = await world.role({ dashboardAccess: 1, orderAccess: 3 }, 'Night shift');
    const member = await world.member({ role });
    const input = { id: roleId(role), orderAccess: 0 };
    const { roleUpdate } = await world.as(world.admin).run(RoleUpdate, { input });
    expect(roleUpdate).toEqual({
      __typename: 'RoleUpdateSuccess',
      role: { name: 'Night shift', orderAccess: 0, version: 2 },
    });
    const { secret } = await world.token(member);
    expect(secret).toBeTruthy();
    const now = await world.rows.user.findUniqueOrThrow({ where: { id: member.id }, include: { role: true } });
    expect((await world.as(now).refused('{ orders { totalCount } }')).map(({ code }) => code)).toEqual(['FORBIDDEN']);
    expect((await world.events()).map(({ type }) => type)).toEqual(['role.updated']);
    await unchanged(world, () => world.as(world.admin).run(RoleUpdate, { input }));
  });

  test('refuses the standard roles, stale versions and roles of others', async () => {
    const world = await makeWorld();
    const role = await world.role({ dashboardAccess: 1 });
    const foreign = (await makeWorld()).roles.manager;
    const change = async (input: { id: string; orderAccess?: number; expectedVersion?: number }) =>
      (await unchanged(world, () => world.as(world.admin).run(RoleUpdate, { input }))).roleUpdate;
    for (const standard of [world.roles.administrator, world.roles.client]) {
      expect(await change({ id: roleId(standard), orderAccess: 1 })).toMatchObject({ code: 'STANDARD_ROLE' });
    }
    expect(await change({ id: roleId(role), orderAccess: 1, expectedVersion: 7 })).toEqual({
      __typename: 'ConflictError',
      code: 'STALE_VERSION',
      currentVersion: 1,
    });
    expect(await change({ id: roleId(foreign), orderAccess: 1 })).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('does not raise oneself', async () => {
    const world = await makeWorld();
    const role = await world.role({ dashboardAccess: 1, settingsTeam: true });
    const member = await world.member({ role });
    const input = { id: roleId(role), settingsLogs: true, orderAccess: 1 };
    const { roleUpdate } = await unchanged(world, () => world.as(member).run(RoleUpdate, { input }));
    expect(roleUpdate).toMatchObject({
      issues: ['orderAccess', 'settingsLogs'].map((area) => ({ path: [area], code: 'NOT_YOURS' })),
    });
  });
});

describe('roleDelete', () => {
  test('deletes one that nobody has', async () => {
    const world = await makeWorld();
    const role = await world.role({ dashboardAccess: 1 });
    const { roleDelete } = await world.as(world.admin).run(RoleDelete, { input: { id: roleId(role) } });
    expect(roleDelete).toEqual({ __typename: 'RoleDeleteSuccess', deletedId: roleId(role) });
    expect(await world.rows.role.findUnique({ where: { id: role.id } })).toBeNull();
  });

  test('refuses one that a person or a token has, and the standard ones', async () => {
    const world = await makeWorld();
    const held = await world.role({ dashboardAccess: 1 });
    await world.member({ role: held });
    const used = await world.role({ dashboardAccess: 1 });
    await world.token(world.admin, { roleId: used.id });
    const remove = async (role: { id: string }) =>
      (await unchanged(world, () => world.as(world.admin).run(RoleDelete, { input: { id: roleId(role) } }))).roleDelete;
    expect(await remove(held)).toEqual({ __typename: 'ConflictError', code: 'HAS_DEPENDENTS' });
    expect(await remove(used)).toEqual({ __typename: 'ConflictError', code: 'HAS_DEPENDENTS' });
    expect(await remove(world.roles.administrator)).toEqual({ __typename: 'InvalidStateError', code: 'STANDARD_ROLE' });
    expect(await remove(world.roles.client)).toEqual({ __typename: 'InvalidStateError', code: 'STANDARD_ROLE' });
  });
});

describe('roleDelete, of a role that was used', () => {
  const remove = async (world: World, role: { id: string }) =>
    (await world.as(world.admin).run(RoleDelete, { input: { id: roleId(role) } })).roleDelete;

  test('refuses while it is assigned; one whose assignments have expired goes with them', async () => {
    const world = await makeWorld();
    const role = await world.role({ dashboardAccess: 1 });
    const assignment = await world.assignment({ user: world.admin, role, expiresAt: new Date('2090-01-01') });
    expect(await unchanged(world, () => remove(world, role))).toEqual({
      __typename: 'ConflictError',
      code: 'HAS_DEPENDENTS',
    });
    await world.rows.roleAssignment.update({
      where: { id: assignment.id },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    expect(await remove(world, role)).toMatchObject({ __typename: 'RoleDeleteSuccess' });
    expect(await world.rows.roleAssignment.count({ where: { id: assignment.id } })).toBe(0);
  });

  test('tokens that have ended don’t hold it; they are told without a role then, and stay ended', async () => {
    const world = await makeWorld();
    const role = await world.role({ dashboardAccess: 1 });
    const revoked = await world.token(world.admin, { roleId: role.id, revokedAt: new Date() });
    const expired = await world.token(world.admin, { roleId: role.id, expiresAt: new Date(Date.now() - 1) });
    expect(await remove(world, role)).toMatchObject({ __typename: 'RoleDeleteSuccess' });
    const { apiTokens } = await world.as(world.admin).run('{ apiTokens { nodes { id role { id } revokedAt } } }');
    expect(apiTokens.nodes.map(({ role: of }: { role: null }) => of)).toEqual([null, null]);
    const rows = await world.rows.apiToken.findMany({ where: { id: { in: [revoked.id, expired.id] } } });
    expect(rows.every(({ revokedAt }) => revokedAt !== null)).toBe(true);
    const other = await world.role({ dashboardAccess: 1 });
    const works = await world.token(world.admin, { roleId: other.id, expiresAt: new Date('2090-01-01') });
    expect(await unchanged(world, () => remove(world, other))).toEqual({
      __typename: 'ConflictError',
      code: 'HAS_DEPENDENTS',
    });
    // What works has its role: the database says so, too.
    await expect(world.rows.apiToken.update({ where: { id: works.id }, data: { roleId: null } })).rejects.toThrow(
      /role_check/,
    );
  });
});
