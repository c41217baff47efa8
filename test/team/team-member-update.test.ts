import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { request, type VariablesOf } from '../kit/client.ts';
import { day } from '../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const TeamMemberUpdate = graphql(`
  mutation TeamMemberUpdate($input: TeamMemberUpdateInput!) {
    teamMemberUpdate(input: $input) {
      ... on TeamMemberUpdateSuccess {
        teamMember {
          name
          phone
          status
          role {
            name
          }
          group {
            name
          }
          version
        }
      }
      ...Failure
    }
  }
`);

type Input = Omit<VariablesOf<typeof TeamMemberUpdate>['input'], 'id'>;

const update = async (world: World, { id }: { id: string }, input: Input, actor: Actor = world.admin) =>
  (await world.as(actor).run(TeamMemberUpdate, { input: { id, ...input } })).teamMemberUpdate;

describe('teamMemberUpdate', () => {
  test('changes names, phone, role, group and status; what is not given stays', async () => {
    const world = await makeWorld();
    const group = await world.group('Night shift');
    const member = await world.member({ role: world.roles.contractor, firstName: 'Mia', lastName: 'Moss', phone: '1' });
    const input = { firstName: ' Ann ', roleId: world.roles.manager.id, groupId: encodeId('TeamGroup', group.id) };
    const { result, events, logs } = await recorded(world, () => update(world, member, input));
    expect(success(result).teamMember).toEqual({
      name: 'Ann Moss',
      phone: '1',
      status: 'ACTIVE',
      role: { name: 'Manager' },
      group: { name: 'Night shift' },
      version: 2,
    });
    expect(events).toMatchObject([{ type: 'team_member.updated', aggregate: 'teamMember', aggregateId: member.id }]);
    expect(logs.map(({ entity, changes }) => [entity, Object.keys(changes).sort()])).toEqual([
      ['TEAM_MEMBER', ['first_name', 'group_id', 'role_id']],
    ]);
    const cleared = success(await update(world, member, { phone: null, groupId: null, status: 'INACTIVE' })).teamMember;
    expect(cleared).toMatchObject({ phone: null, group: null, status: 'INACTIVE', role: { name: 'Manager' } });
    await unchanged(world, () => update(world, member, { firstName: 'Ann', status: 'INACTIVE' }));
  });

  test('role and status count with the next request: sessions end with the role, tokens know at once', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.manager });
    const { secret: session } = await world.session({ user: member });
    const { secret: token } = await world.token(member);
    const ask = async (secret: string) =>
      (
        await request({
          headers: { authorization: `Bearer ${secret}` },
          body: { query: '{ viewer { can(permission: "tags.create") } }' },
        })
      ).json();
    const refused = { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };
    for (const secret of [session, token]) expect(await ask(secret)).toEqual({ data: { viewer: { can: true } } });
    success(await update(world, member, { roleId: world.roles.contractor.id }));
    expect(await ask(session)).toMatchObject(refused);
    const { secret: anew } = await world.session({ user: member });
    for (const secret of [anew, token]) expect(await ask(secret)).toEqual({ data: { viewer: { can: false } } });
    success(await update(world, member, { status: 'INACTIVE' }));
    for (const secret of [anew, token]) expect(await ask(secret)).toMatchObject(refused);
  });

  test.each<[Input, string[]]>([
    [{ firstName: ' ', lastName: null }, ['lastName REQUIRED', 'firstName REQUIRED']],
    [{ firstName: 'x'.repeat(256), lastName: 'a\0' }, ['firstName TOO_LONG', 'lastName INVALID']],
    [{ phone: '1'.repeat(51) }, ['phone TOO_LONG']],
    [{ roleId: null, status: null }, ['roleId REQUIRED', 'status REQUIRED']],
    [{ groupId: 'group_00000000-0000-7000-8000-000000000000' }, ['groupId NOT_FOUND']],
    [{ roleId: 'role_00000000-0000-7000-8000-000000000000' }, ['roleId NOT_FOUND']],
  ])('refuses %j', async (input, issues) => {
    const world = await makeWorld();
    const member = await world.member();
    expect(issuesOf(await unchanged(world, () => update(world, member, input)))).toEqual(issues);
  });

  test('law 2: refuses the role of clients, clients themselves, and whatever is a stranger’s', async () => {
    const world = await makeWorld();
    const stranger = await makeWorld();
    const member = await world.member();
    const refuse = (input: Input) => unchanged(world, () => update(world, member, input));
    expect(issuesOf(await refuse({ roleId: world.roles.client.id }))).toEqual(['roleId NOT_FOUND']);
    expect(issuesOf(await refuse({ roleId: stranger.roles.manager.id }))).toEqual(['roleId NOT_FOUND']);
    expect(issuesOf(await refuse({ groupId: (await stranger.group()).id }))).toEqual(['groupId NOT_FOUND']);
    const client = await world.client();
    expect(
      failure(await unchanged(world, () => update(world, client, { firstName: 'x' })), 'NotFoundError').path,
    ).toEqual(['id']);
    expect(failure(await update(world, stranger.admin, { firstName: 'x' }), 'NotFoundError').path).toEqual(['id']);
  });

  test('refuses a stale version', async () => {
    const world = await makeWorld();
    const member = await world.member();
    const refused = await unchanged(world, () => update(world, member, { firstName: 'x', expectedVersion: 7 }));
    expect(failure(refused, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 1 });
  });

  test('is for those who may manage the team', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    const lead = await world.member({ grants: { settingsTeam: true } });
    const others = [
      await world.member({ role: world.roles.manager }),
      asToken(await world.member({ role: world.roles.manager })),
      await world.client(),
    ];
    for (const actor of others) {
      const refusals = await unchanged(world, () =>
        world.as(actor).refused(TeamMemberUpdate, { input: { id: member.id, firstName: 'x' } }),
      );
      expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
    }
    const refusals = await world.as(anonymous).refused(TeamMemberUpdate, { input: { id: member.id } });
    expect(refusals.map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
    success(await update(world, member, { firstName: 'x' }, lead));
  });
});

describe('law 3: whoever changes a role or a status', () => {
  test('has all that the new role gives', async () => {
    const world = await makeWorld();
    const lead = await world.member({ grants: { settingsTeam: true, orderAccess: 2 } });
    const member = await world.member({ grants: {} });
    for (const target of [member, lead]) {
      const refused = await unchanged(world, () => update(world, target, { roleId: world.roles.manager.id }, lead));
      expect(issuesOf(refused)).toEqual(['roleId NOT_YOURS']);
    }
    const little = await world.role({ dashboardAccess: 1, orderAccess: 2 });
    success(await update(world, member, { roleId: little.id }, lead));
  });

  test('has all that the member has, also beside its own role; names and groups are anybody’s', async () => {
    const world = await makeWorld();
    const lead = await world.member({ grants: { settingsTeam: true, orderAccess: 2 } });
    const plain = await world.role({ dashboardAccess: 1 });
    const refuse = async (target: { id: string }) => {
      for (const [input, issue] of [
        [{ status: 'INACTIVE' }, 'status NOT_YOURS'],
        [{ roleId: plain.id }, 'roleId NOT_YOURS'],
      ] as const) {
        expect(issuesOf(await unchanged(world, () => update(world, target, input, lead)))).toEqual([issue]);
      }
    };
    await refuse(await world.member({ role: world.roles.manager }));
    const helped = await world.member({ grants: {} });
    const assignment = await world.assignment({
      user: helped,
      role: world.roles.manager,
      expiresAt: new Date(Date.now() + day),
    });
    await refuse(helped);
    await world.rows.roleAssignment.update({
      where: { id: assignment.id },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    success(await update(world, helped, { status: 'INACTIVE' }, lead));
    const group = await world.group();
    success(await update(world, world.admin, { groupId: group.id, phone: '2' }, lead));
  });
});

test('law 5: whoever owns the organization keeps role and status', async () => {
  const world = await makeWorld();
  const owner = await world.member();
  await world.rows.organization.update({ where: { id: world.organizationId }, data: { ownerId: owner.id } });
  for (const input of [{ status: 'INACTIVE' }, { roleId: world.roles.manager.id }] as const) {
    const refused = await unchanged(world, () => update(world, owner, input));
    expect(failure(refused, 'InvalidStateError').code).toBe('OWNER');
  }
  success(await update(world, owner, { firstName: 'Still' }));
  success(await update(world, world.admin, { roleId: world.roles.manager.id }));
});

describe('law 4: the last administrator', () => {
  test('is neither given another role nor deactivated, even by itself', async () => {
    const world = await makeWorld();
    for (const input of [{ status: 'INACTIVE' }, { roleId: world.roles.manager.id }] as const) {
      const refused = await unchanged(world, () => update(world, world.admin, input));
      expect(failure(refused, 'InvalidStateError').code).toBe('LAST_ADMINISTRATOR');
    }
    // Inactive ones, and roles that give as much, don't count.
    const other = await world.member({ status: 'INACTIVE' });
    await world.assignment({ user: await world.member({ grants: {} }), role: world.roles.administrator });
    const refused = await unchanged(world, () => update(world, world.admin, { status: 'INACTIVE' }));
    expect(failure(refused, 'InvalidStateError').code).toBe('LAST_ADMINISTRATOR');
    success(await update(world, world.admin, { firstName: 'Still', groupId: null }));
    success(await update(world, other, { status: 'ACTIVE' }));
    success(await update(world, world.admin, { status: 'INACTIVE' }));
  });

  test('stays, however many leave at once', async () => {
    const world = await makeWorld();
    const administrators = [world.admin, await world.member(), await world.member(), await world.member()];
    const results = await Promise.all(
      administrators.map((one, index) =>
        update(world, one, index % 2 === 0 ? { status: 'INACTIVE' } : { roleId: world.roles.manager.id }, one),
      ),
    );
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      'InvalidStateError',
      'TeamMemberUpdateSuccess',
      'TeamMemberUpdateSuccess',
      'TeamMemberUpdateSuccess',
    ]);
  });
});
