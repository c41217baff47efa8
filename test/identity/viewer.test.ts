import { describe, expect, test } from 'vitest';
import { permissions, permissionsOf } from '../../src/identity/permissions.ts';
import { graphql } from '../generated/gql.ts';
import { anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

const WhoAmI = graphql(`
  query WhoAmI {
    me {
      __typename
      name
      ... on TeamMember {
        email
        phone
      }
      ... on Client {
        email
      }
    }
    viewer {
      kind
      user {
        name
        __typename
      }
      organization {
        slug
      }
      permissions {
        name
        grade
      }
      reads: can(permission: "tags.read")
    }
  }
`);

describe('the viewer', () => {
  test('is a team member with the grades of its role', async () => {
    const world = await makeWorld();
    const member = await world.member({
      grants: { orderAccess: 2, orderManagement: 1 },
      phone: '1',
      firstName: 'Mia',
      lastName: 'Moss',
    });
    const { me, viewer } = await world.as(member).run(WhoAmI);
    expect(me).toEqual({ __typename: 'TeamMember', name: 'Mia Moss', email: member.email, phone: '1' });
    expect(viewer).toMatchObject({
      kind: 'STAFF',
      user: { __typename: 'TeamMember', name: 'Mia Moss' },
      organization: { slug: world.organization.slug },
      reads: true,
    });
    const granted = Object.fromEntries(viewer.permissions.map(({ name, grade }) => [name, grade]));
    expect(granted).toMatchObject({ 'orders.read': 2, 'orders.update': 1, 'tags.read': 1 });
    expect(Object.keys(granted)).not.toContain('tags.create');
    expect(viewer.permissions.map(({ name }) => name)).toEqual(Object.keys(granted).sort());
  });

  test('is a client with what clients may do', async () => {
    const world = await makeWorld();
    const client = await world.client({ firstName: 'Cleo', lastName: 'Client' });
    const { me, viewer } = await world.as(client).run(WhoAmI);
    expect(me).toEqual({ __typename: 'Client', name: 'Cleo Client', email: client.email });
    expect(viewer).toMatchObject({ kind: 'CLIENT', reads: false });
    expect(viewer.permissions.every(({ grade }) => grade === 1)).toBe(true);
  });

  test('behind a token acts as the person who made it', async () => {
    const world = await makeWorld();
    const { me, viewer } = await world.as(asToken(world.admin)).run(WhoAmI);
    expect(me?.name).toBe('Ada Admin');
    expect(viewer.kind).toBe('TOKEN');
    expect(viewer.permissions).toHaveLength(Object.keys(permissions).length);
  });

  test('without a credential is told that one is needed', async () => {
    const world = await makeWorld();
    const refusals = await world.as(anonymous).refused('{ me { id } }');
    expect(refusals.map(({ code, path }) => [code, path])).toEqual([['UNAUTHENTICATED', ['me']]]);
    expect((await world.as(anonymous).refused('{ viewer { kind } }')).map(({ code }) => code)).toEqual([
      'UNAUTHENTICATED',
    ]);
  });
});

describe('Viewer.can', () => {
  test.each(['toString', 'orders', 'orders.fly', '', '__proto__'])(
    'refuses %j, which is no permission',
    async (name) => {
      const world = await makeWorld();
      const ask = 'query ($name: String!) { viewer { can(permission: $name) } }';
      const refusals = await world.as(world.admin).refused(ask, { name });
      expect(refusals.map(({ code, path, extensions }) => [code, path, extensions.issues])).toEqual([
        [
          'INVALID_INPUT',
          ['viewer', 'can'],
          [{ path: ['permission'], code: 'UNKNOWN', message: 'There is no such permission.' }],
        ],
      ]);
    },
  );

  test('says of each permission whether the viewer has it', async () => {
    const world = await makeWorld();
    for (const actor of [world.admin, await world.member({ role: world.roles.contractor }), await world.client()]) {
      const granted = world.as(actor).viewer.permissions;
      for (const name of Object.keys(permissions)) {
        const { viewer } = await world
          .as(actor)
          .run('query ($name: String!) { viewer { can(permission: $name) } }', { name });
        expect({ name, can: viewer.can }).toEqual({ name, can: granted[name] !== 0 });
      }
    }
  });
});

describe('the permission matrix', () => {
  test('gives a client, whatever its role says, its own and nothing more', async () => {
    const world = await makeWorld();
    const grades = permissionsOf({ ...world.roles.administrator, kind: 'CLIENT' });
    const allowed = Object.keys(grades).filter((permission) => grades[permission] !== 0);
    expect(Object.values(grades).every((grade) => grade <= 1)).toBe(true);
    expect(allowed.sort()).toEqual(
      Object.entries(permissions)
        .filter(([, rule]) => rule.client)
        .map(([name]) => name)
        .sort(),
    );
    // Read with eyes: what clients may change at all.
    expect(allowed.filter((name) => !name.endsWith('.read')).sort()).toEqual([
      'account.update',
      'clientTeamMembers.remove',
      'clientTeamMembers.update',
      'invoices.applyCredit',
      'invoices.charge',
      'orderMessages.create',
      'orderTasks.complete',
      'orders.create',
      'organization.create',
      'organization.leave',
      // As whoever it is elsewhere: that it is the owner of the closed one, the command makes sure.
      'organization.restore',
      'paymentMethods.attach',
      'paymentMethods.detach',
      'paymentMethods.update',
      'sessions.refresh',
      'sessions.revoke',
      'sessions.switch',
      'ticketMessages.create',
      'tickets.create',
    ]);
  });

  test('gives a grade below the least as none', async () => {
    const world = await makeWorld();
    const grades = permissionsOf({ ...world.roles.administrator, clients: 2, services: 1, orderManagement: 0 });
    expect(grades).toMatchObject({
      'clients.read': 2,
      'clients.update': 2,
      'clients.delete': 0,
      'services.read': 1,
      'services.update': 0,
      'orders.update': 0,
      'orders.read': 3,
    });
  });
});
