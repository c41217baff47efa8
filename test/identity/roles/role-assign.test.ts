import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { request } from '../../kit/client.ts';
import { day, hour, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { type Actor, asToken, type Person } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const RoleAssign = graphql(`
  mutation RoleAssign($input: RoleAssignInput!) {
    roleAssign(input: $input) {
      ... on RoleAssignSuccess {
        roleAssignment {
          id
          user {
            id
          }
          role {
            id
          }
          assignedBy {
            id
          }
          assignedAt
          expiresAt
          isInForce
        }
      }
      ...Failure
    }
  }
`);

const RoleUnassign = graphql(`
  mutation RoleUnassign($input: RoleUnassignInput!) {
    roleUnassign(input: $input) {
      ... on RoleUnassignSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const Assignments = graphql(`
  query Assignments($filter: RoleAssignmentFilter, $member: ID!) {
    roleAssignments(filter: $filter) {
      totalCount
      nodes {
        role {
          name
        }
        isInForce
      }
    }
    teamMember(id: $member) {
      roleAssignments {
        totalCount
        nodes {
          role {
            name
          }
        }
      }
    }
  }
`);

type Input = { expiresAt?: string | null };

const assign = async (
  world: World,
  user: { id: string },
  role: { id: string },
  input: Input = {},
  actor: Actor = world.admin,
) => (await world.as(actor).run(RoleAssign, { input: { userId: user.id, roleId: role.id, ...input } })).roleAssign;

const unassign = async (world: World, { id }: { id: string }, actor: Actor = world.admin) =>
  (await world.as(actor).run(RoleUnassign, { input: { id } })).roleUnassign;

type Answer = { data: { viewer: { permissions: { name: string; grade: number }[] } } };

/** What the server lets the person do, who signs in anew for each look. */
async function mayOf(world: World, user: Person, headers?: Record<string, string>): Promise<Record<string, number>> {
  const authorization = headers?.authorization ?? `Bearer ${(await world.session({ user })).secret}`;
  const query = '{ viewer { permissions { name grade } } }';
  const response = await request({ headers: { authorization }, body: { query } });
  const { data } = (await response.json()) as Answer;
  return Object.fromEntries(data.viewer.permissions.map(({ name, grade }) => [name, grade]));
}

describe('roleAssign', () => {
  test('gives a role beside the own one, and tells who gave it, when and until when', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const member = await world.member({ role: world.roles.contractor });
    const expiresAt = new Date(clock.now().getTime() + day).toISOString();
    const { result, events, logs } = await recorded(world, () =>
      assign(world, member, world.roles.manager, { expiresAt }),
    );
    expect(success(result).roleAssignment).toEqual({
      id: expect.stringMatching(/^assignment_/),
      user: { id: encodeId('TeamMember', member.id) },
      role: { id: encodeId('Role', world.roles.manager.id) },
      assignedBy: { id: encodeId('TeamMember', world.admin.id) },
      assignedAt: clock.now().toISOString(),
      expiresAt,
      isInForce: true,
    });
    expect(events).toMatchObject([
      {
        type: 'role.assigned',
        aggregate: 'teamMember',
        aggregateId: member.id,
        payload: { roleId: world.roles.manager.id, expiresAt },
      },
    ]);
    expect(logs).toMatchObject([{ entity: 'ROLE_ASSIGNMENT', event: 'CREATED', actorId: world.admin.id }]);
  });

  test('law 6: in each area the highest grade counts, in force at once', async () => {
    const world = await makeWorld();
    const own = await world.role({ dashboardAccess: 1, orderAccess: 3, orderManagement: 1, settingsTags: true });
    const member = await world.member({ role: own });
    const more = await world.role({ dashboardAccess: 1, orderAccess: 1, orderManagement: 2, settingsLogs: true });
    const most = await world.role({ dashboardAccess: 2, orderManagement: 1, clients: 3 });
    const before = await mayOf(world, member);
    expect(before).toMatchObject({ 'orders.read': 3, 'orders.update': 1, 'tags.create': 3, 'roles.read': 1 });
    success(await assign(world, member, more));
    success(await assign(world, member, most));
    expect(await mayOf(world, member)).toEqual({
      ...before,
      ...Object.fromEntries(
        Object.entries(before)
          .filter(([, grade]) => grade === 1)
          .map(([name]) => [name, 1]),
      ),
      ...(await mayOf(world, await world.member({ role: most }))),
      'orders.read': 3,
      'orders.create': 2,
      'orders.update': 2,
      'orders.delete': 2,
      'orders.restore': 2,
      'orderTasks.complete': 3,
      'orderTasks.create': 2,
      'orderTasks.delete': 2,
      'orderTasks.reopen': 3,
      'orderTasks.update': 2,
      'formFields.create': 2,
      'formFields.delete': 2,
      'formFields.read': 3,
      'formFields.update': 2,
      'logs.read': 3,
    });
  });

  test('law 7: what has expired counts no more from that moment on, for sessions that run, too', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    const { id } = await world.assignment({
      user: member,
      role: world.roles.manager,
      expiresAt: new Date(Date.now() + hour),
    });
    const { secret } = await world.session({ user: member });
    const headers = { authorization: `Bearer ${secret}` };
    expect(await mayOf(world, member, headers)).toMatchObject({ 'tags.create': 3, 'orders.update': 3 });
    await world.rows.roleAssignment.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
    const after = await mayOf(world, member, headers);
    expect(after['orders.update']).toBe(1);
    expect(Object.keys(after)).not.toContain('tags.create');
    // It stays to be read.
    const { roleAssignments } = await world.as(world.admin).run(Assignments, { member: member.id });
    expect(roleAssignments).toEqual({ totalCount: 1, nodes: [{ role: { name: 'Manager' }, isInForce: false }] });
  });

  test('is not for tokens: they act in the role that their person has of its own', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    const { secret } = await world.token(member);
    const headers = { authorization: `Bearer ${secret}` };
    const before = await mayOf(world, member, headers);
    success(await assign(world, member, world.roles.administrator));
    expect(await mayOf(world, member, headers)).toEqual(before);
  });

  test('costs no statement more: who it is and what it may is one look-up', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    for (const role of [world.roles.manager, world.roles.administrator]) success(await assign(world, member, role));
    const { secret } = await world.session({ user: member });
    const { query } = world.database.pool;
    let asked = 0;
    world.database.pool.query = ((...args: Parameters<typeof query>) => {
      asked += 1;
      return Reflect.apply(query, world.database.pool, args);
    }) as typeof query;
    try {
      // Nothing is read for a typename; it is answered compiled and plainly.
      await request({ headers: { authorization: `Bearer ${secret}` } });
      expect(asked).toBe(2);
    } finally {
      world.database.pool.query = query;
    }
  });

  test('given again, has the new end and giver; it is one assignment still', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const member = await world.member({ role: world.roles.contractor });
    const first = success(await assign(world, member, world.roles.manager, { expiresAt: '2099-01-01T00:00:00Z' }));
    clock.advance(hour);
    const other = await world.member();
    const again = success(await assign(world, member, world.roles.manager, { expiresAt: null }, other));
    expect(again.roleAssignment).toMatchObject({
      id: first.roleAssignment.id,
      expiresAt: null,
      assignedAt: clock.now().toISOString(),
      assignedBy: { id: encodeId('TeamMember', other.id) },
    });
    const both = await Promise.all([1, 2, 3, 4].map(() => assign(world, member, world.roles.manager)));
    expect(both.map(({ __typename }) => __typename)).toEqual(Array(4).fill('RoleAssignSuccess'));
    expect(await world.rows.roleAssignment.count({ where: { userId: member.id } })).toBe(1);
  });

  test('refuses clients, clients’ roles, the own role, a past end, and what is not there', async () => {
    const world = await makeWorld();
    const stranger = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    const refuse = async (user: { id: string }, role: { id: string }, input: Input = {}) =>
      issuesOf(await unchanged(world, () => assign(world, user, role, input)));
    const { manager, contractor, client } = world.roles;
    expect(await refuse(await world.client(), manager)).toEqual(['userId NOT_FOUND']);
    expect(await refuse(stranger.admin, manager)).toEqual(['userId NOT_FOUND']);
    expect(await refuse(member, client)).toEqual(['roleId NOT_FOUND']);
    expect(await refuse(member, stranger.roles.manager)).toEqual(['roleId NOT_FOUND']);
    expect(await refuse(member, contractor)).toEqual(['roleId TAKEN']);
    expect(await refuse(member, manager, { expiresAt: '2020-01-01T00:00:00Z' })).toEqual(['expiresAt OUT_OF_RANGE']);
    // Even by hand no client's role gets in.
    await expect(world.assignment({ user: member, role: client })).rejects.toThrow(/foreign key/i);
  });

  test('law 3: nobody gives more than they have, nor what they have for some time only', async () => {
    const world = await makeWorld();
    const lead = await world.member({ grants: { settingsTeam: true, orderAccess: 2 } });
    const member = await world.member({ grants: {} });
    const much = await world.role({ dashboardAccess: 1, orderAccess: 3, clients: 1 });
    const little = await world.role({ dashboardAccess: 1, orderAccess: 2 });
    for (const actor of [lead, asToken(lead)]) {
      expect(issuesOf(await unchanged(world, () => assign(world, member, much, {}, actor)))).toEqual([
        'roleId NOT_YOURS',
      ]);
      // Nor to themselves.
      expect(issuesOf(await unchanged(world, () => assign(world, lead, much, {}, actor)))).toEqual([
        'roleId NOT_YOURS',
      ]);
    }
    await world.assignment({ user: lead, role: much, expiresAt: new Date(Date.now() + day) });
    expect(issuesOf(await unchanged(world, () => assign(world, lead, much, {}, lead)))).toEqual(['roleId NOT_YOURS']);
    success(await assign(world, member, little, {}, lead));
    await world.rows.roleAssignment.updateMany({ where: { userId: lead.id }, data: { expiresAt: null } });
    success(await assign(world, member, much, {}, lead));
    // A token has the role that it was made with, and no other.
    expect(issuesOf(await assign(world, member, much, {}, asToken(lead)))).toEqual(['roleId NOT_YOURS']);
  });

  test('waits for a change of the same person’s role, and sees it', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    const holder = await world.owner.connect();
    try {
      await holder.query('begin');
      await holder.query('update users set role_id = $1 where id = $2', [world.roles.manager.id, member.id]);
      const waiting = assign(world, member, world.roles.manager);
      await expect
        .poll(async () => (await world.owner.query('select from pg_locks where not granted')).rowCount)
        .toBeGreaterThan(0);
      await holder.query('commit');
      expect(issuesOf(await waiting)).toEqual(['roleId TAKEN']);
    } finally {
      holder.release();
    }
  });
});

describe('roleUnassign', () => {
  test('takes it away at once', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    const assignment = await world.assignment({ user: member, role: world.roles.manager });
    const { result, events, logs } = await recorded(world, () => unassign(world, assignment));
    expect(success(result).deletedId).toBe(encodeId('RoleAssignment', assignment.id));
    expect(Object.keys(await mayOf(world, member))).not.toContain('tags.create');
    expect(events).toMatchObject([
      { type: 'role.unassigned', aggregateId: member.id, payload: { roleId: world.roles.manager.id } },
    ]);
    expect(logs).toMatchObject([{ entity: 'ROLE_ASSIGNMENT', event: 'DELETED' }]);
    expect(failure(await unchanged(world, () => unassign(world, assignment)), 'NotFoundError').path).toEqual(['id']);
  });

  test('law 8: is for those who have all that it gives; a stranger finds none', async () => {
    const world = await makeWorld();
    const lead = await world.member({ grants: { settingsTeam: true } });
    const assignment = await world.assignment({ user: await world.member(), role: world.roles.manager });
    expect(issuesOf(await unchanged(world, () => unassign(world, assignment, lead)))).toEqual(['id NOT_YOURS']);
    const stranger = await makeWorld();
    expect(failure(await unchanged(world, () => unassign(stranger, assignment)), 'NotFoundError').path).toEqual(['id']);
  });

  test('of several at once one takes it away', async () => {
    const world = await makeWorld();
    const assignment = await world.assignment({ user: await world.member(), role: world.roles.manager });
    const results = await Promise.all([1, 2, 3].map(() => unassign(world, assignment)));
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'NotFoundError',
      'NotFoundError',
      'RoleUnassignSuccess',
    ]);
  });
});

describe('roleAssignments', () => {
  test('are listed to the team, by member, by role, by end, and beneath the member', async () => {
    const world = await makeWorld();
    const [one, two] = [await world.member(), await world.member()];
    await world.assignment({ user: one, role: world.roles.manager, createdAt: new Date('2026-01-01') });
    await world.assignment({ user: one, role: world.roles.contractor, expiresAt: new Date('2090-01-01') });
    await world.assignment({ user: two, role: world.roles.manager, createdAt: new Date('2026-01-02') });
    const listed = async (filter: object) => {
      const data = await world.as(world.admin).run(Assignments, { filter, member: one.id });
      return [data.roleAssignments.totalCount, data.roleAssignments.nodes.map(({ role }) => role.name)];
    };
    expect(await listed({})).toEqual([3, ['Contractor', 'Manager', 'Manager']]);
    expect(await listed({ userId: { eq: encodeId('TeamMember', two.id) } })).toEqual([1, ['Manager']]);
    expect(await listed({ roleId: { eq: world.roles.contractor.id } })).toEqual([1, ['Contractor']]);
    expect(await listed({ expiresAt: { eq: null } })).toEqual([2, ['Manager', 'Manager']]);
    const { teamMember } = await world.as(world.admin).run(Assignments, { member: one.id });
    expect(teamMember?.roleAssignments.nodes.map(({ role }) => role.name)).toEqual(['Contractor', 'Manager']);
  });

  test('are none of clients’ business', async () => {
    const world = await makeWorld();
    const manager = await world.member();
    const client = await world.client({ managers: [manager] });
    const { id } = await world.assignment({ user: manager, role: world.roles.manager });
    expect((await world.as(client).refused('{ roleAssignments { totalCount } }')).map(({ code }) => code)).toEqual([
      'FORBIDDEN',
    ]);
    const seen = await world
      .as(client)
      .run(
        'query ($member: ID!, $id: ID!) { node(id: $id) { id } teamMember(id: $member) { roleAssignments { totalCount nodes { id } } } }',
        { member: manager.id, id: encodeId('RoleAssignment', id) },
      );
    expect(seen).toEqual({ node: null, teamMember: { roleAssignments: { totalCount: 0, nodes: [] } } });
  });
});
