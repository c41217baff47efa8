import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { type Actor, alone, anonymous, asToken, sharing, viewerOf } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { add, MemberAdd, MemberRemove, MemberUpdate, remove, update } from './documents.ts';

const codes = (refusals: { code: string }[]) => refusals.map(({ code }) => code);

/** A client with a team of one, and others. */
async function makeTeam(fields: Partial<Parameters<World['sharing']>[0]> = {}) {
  const world = await makeWorld();
  const [owner, member, other] = [await world.client(), await world.client(), await world.client()];
  const membership = await world.sharing({ owner, member, ...fields });
  const asOwner = { ...viewerOf(owner), clientTeam: { ...alone, memberIds: [member.id] } };
  return { world, owner, member, other, membership, asOwner, asMember: sharing(member, owner, 'orders', 'tickets') };
}

describe('clientTeamMemberAdd', () => {
  test('lets a client use another’s account for orders and tickets, unless it is said otherwise', async () => {
    const world = await makeWorld();
    const [owner, member, second] = [await world.client(), await world.client(), await world.client()];
    const { result, events, logs } = await recorded(world, () => add(world, owner, member));
    expect(success(result).clientTeamMember).toEqual({
      id: expect.stringMatching(/^clientmember_/),
      owner: { id: encodeId('Client', owner.id) },
      member: { id: encodeId('Client', member.id) },
      canOrders: true,
      canTickets: true,
      canInvoices: false,
      version: 1,
    });
    expect(events).toMatchObject([
      {
        type: 'client_team_member.added',
        aggregate: 'client',
        aggregateId: owner.id,
        payload: { memberId: member.id },
      },
    ]);
    expect(logs).toMatchObject([{ entity: 'CLIENT_TEAM_MEMBER', event: 'CREATED', ownerId: owner.id }]);
    const input = { canOrders: false, canTickets: null, canInvoices: true };
    expect(success(await add(world, owner, second, input)).clientTeamMember).toMatchObject({
      canOrders: false,
      canTickets: true,
      canInvoices: true,
    });
  });

  test('law 11: whoever belongs to a team belongs to one, and has none', async () => {
    const { world, owner, member, other } = await makeTeam();
    const refuse = async (of: { id: string }, who: { id: string }) =>
      issuesOf(await unchanged(world, () => add(world, of, who)));
    expect(await refuse(owner, member)).toEqual(['memberId TAKEN']);
    expect(await refuse(other, member)).toEqual(['memberId TAKEN']);
    expect(await refuse(other, owner)).toEqual(['memberId EXCLUSIVE']);
    expect(await refuse(member, other)).toEqual(['ownerId EXCLUSIVE']);
    expect(await refuse(other, other)).toEqual(['memberId EXCLUSIVE']);
  });

  test('also where it happens at once', async () => {
    const world = await makeWorld();
    const [a, b, c] = [await world.client(), await world.client(), await world.client()];
    for (let round = 0; round < 3; round += 1) {
      // Each of these alone would do; of two that meet, one.
      const results = await Promise.all([add(world, a, b), add(world, b, c), add(world, c, a), add(world, c, b)]);
      expect(results.filter(({ __typename }) => __typename === 'ClientTeamMemberAddSuccess').length).toBeGreaterThan(0);
      const teams = await world.rows.clientTeamMember.findMany({ where: { organizationId: world.organizationId } });
      const members = teams.map(({ memberId }) => memberId);
      expect(new Set(members).size).toBe(members.length);
      expect(teams.filter(({ ownerId }) => members.includes(ownerId))).toEqual([]);
      await world.rows.clientTeamMember.deleteMany({ where: { organizationId: world.organizationId } });
    }
  });

  test('law 11: a team has at most 100 members', async () => {
    const world = await makeWorld();
    const owner = await world.client();
    for (let count = 0; count < 100; count += 1) await world.sharing({ owner, member: await world.client() });
    const late = await world.client();
    expect(failure(await unchanged(world, () => add(world, owner, late)), 'LimitReachedError').limit).toBe(100);
  });

  test('finds neither team members of the organization nor what is not there', async () => {
    const world = await makeWorld();
    const stranger = await makeWorld();
    const client = await world.client();
    expect(failure(await unchanged(world, () => add(world, world.admin, client)), 'NotFoundError').path).toEqual([
      'ownerId',
    ]);
    const strange = await stranger.client();
    expect(failure(await unchanged(world, () => add(world, strange, client)), 'NotFoundError').path).toEqual([
      'ownerId',
    ]);
    for (const nobody of [world.admin, strange]) {
      expect(issuesOf(await unchanged(world, () => add(world, client, nobody)))).toEqual(['memberId NOT_FOUND']);
    }
  });

  test('is for staff who look after the account’s owner; clients can’t', async () => {
    const world = await makeWorld();
    const own = await world.member({ grants: { clients: 1 } });
    const [theirs, others] = [await world.client({ managers: [own] }), await world.client()];
    success(await add(world, theirs, await world.client({ managers: [own] }), {}, own));
    // Whom it may not see it can't name.
    expect(issuesOf(await unchanged(world, () => add(world, theirs, others, {}, own)))).toEqual(['memberId NOT_FOUND']);
    const seen = await world.client();
    await world.order({ client: seen, employees: [own] });
    const worker = await world.member({ grants: { clients: 1, orderAccess: 3 } });
    const input = { ownerId: seen.id, memberId: theirs.id };
    for (const actor of [worker, await world.member({ grants: {} }), theirs, asToken(theirs)] as Actor[]) {
      expect(codes(await unchanged(world, () => world.as(actor).refused(MemberAdd, { input })))).toEqual(['FORBIDDEN']);
    }
    expect(codes(await world.as(anonymous).refused(MemberAdd, { input }))).toEqual(['UNAUTHENTICATED']);
  });
});

describe('clientTeamMemberUpdate', () => {
  test('changes the rights that are given', async () => {
    const { world, owner, membership } = await makeTeam();
    const { result, events, logs } = await recorded(world, () =>
      update(world, membership, { canOrders: false, canInvoices: true }),
    );
    expect(success(result).clientTeamMember).toEqual({
      canOrders: false,
      canTickets: true,
      canInvoices: true,
      version: 2,
    });
    expect(events).toMatchObject([{ type: 'client_team_member.updated', aggregateId: owner.id }]);
    expect(logs.map(({ changes }) => Object.keys(changes).sort())).toEqual([['can_invoices', 'can_orders']]);
    await unchanged(world, () => update(world, membership, { canOrders: false }));
    expect(issuesOf(await unchanged(world, () => update(world, membership, { canOrders: null })))).toEqual([
      'canOrders REQUIRED',
    ]);
    const stale = await unchanged(world, () => update(world, membership, { canOrders: true, expectedVersion: 1 }));
    expect(failure(stale, 'ConflictError').currentVersion).toBe(2);
  });

  test('law 12: the client whose team it is may; who belongs to it may not, and others don’t know of it', async () => {
    const { world, other, membership, asOwner, asMember } = await makeTeam();
    success(await update(world, membership, { canTickets: false }, asOwner));
    const input = { id: membership.id, canInvoices: true };
    const refusals = await unchanged(world, () => world.as(asMember).refused(MemberUpdate, { input }));
    expect(codes(refusals)).toEqual(['FORBIDDEN']);
    const stranger = await makeWorld();
    for (const actor of [other, await world.member({ grants: { clients: 1 } }), stranger.admin]) {
      const refused = await unchanged(world, () => update(world, membership, { canInvoices: true }, actor));
      expect(failure(refused, 'NotFoundError').path).toEqual(['id']);
    }
  });
});

describe('clientTeamMemberRemove', () => {
  test('ends it', async () => {
    const { world, owner, member, membership } = await makeTeam();
    const { result, events, logs } = await recorded(world, () => remove(world, membership));
    expect(success(result).deletedId).toBe(encodeId('ClientTeamMember', membership.id));
    expect(events).toMatchObject([
      { type: 'client_team_member.removed', aggregateId: owner.id, payload: { memberId: member.id } },
    ]);
    expect(logs).toMatchObject([{ entity: 'CLIENT_TEAM_MEMBER', event: 'DELETED' }]);
    expect(failure(await unchanged(world, () => remove(world, membership)), 'NotFoundError').path).toEqual(['id']);
  });

  test('law 12: the owner ends it, and the member leaves', async () => {
    for (const who of ['asOwner', 'asMember'] as const) {
      const team = await makeTeam();
      success(await remove(team.world, team.membership, team[who]));
    }
    const { world, other, membership } = await makeTeam();
    const refused = await unchanged(world, () => remove(world, membership, other));
    expect(failure(refused, 'NotFoundError').path).toEqual(['id']);
    const contractor = await world.member({ role: world.roles.contractor });
    const refusals = await world.as(contractor).refused(MemberRemove, { input: { id: membership.id } });
    expect(codes(refusals)).toEqual(['FORBIDDEN']);
  });
});

describe('a client’s team', () => {
  const Team = `query ($owner: ID!, $member: ID!, $node: ID!) {
    owner: client(id: $owner) { team { totalCount nodes { canInvoices member { name } } } teamMembers { name } teamMembership { id } }
    member: client(id: $member) { team { totalCount } teamMembership { canOrders owner { name } } teamOwners { name } }
    node(id: $node) { id }
    clients { totalCount }
  }`;

  test('is told to both, and to staff who see one of them', async () => {
    const { world, owner, member, membership, asOwner, asMember } = await makeTeam();
    const variables = { owner: owner.id, member: member.id, node: encodeId('ClientTeamMember', membership.id) };
    const name = ({ firstName, lastName }: { firstName: string; lastName: string }) => `${firstName} ${lastName}`;
    const all = {
      owner: {
        team: { totalCount: 1, nodes: [{ canInvoices: false, member: { name: name(member) } }] },
        teamMembers: [{ name: name(member) }],
        teamMembership: null,
      },
      member: {
        team: { totalCount: 0 },
        teamMembership: { canOrders: true, owner: { name: name(owner) } },
        teamOwners: [{ name: name(owner) }],
      },
      node: { id: variables.node },
    };
    for (const actor of [asOwner, asMember]) {
      expect(await world.as(actor).run(Team, variables)).toEqual({ ...all, clients: { totalCount: 2 } });
    }
    expect(await world.as(world.admin).run(Team, variables)).toMatchObject(all);
    const manager = await world.member({ grants: { clients: 1 } });
    await world.rows.clientManager.create({
      data: { organizationId: world.organizationId, clientId: owner.id, managerId: manager.id },
    });
    expect(await world.as(manager).run(Team, variables)).toEqual({
      owner: {
        team: { totalCount: 1, nodes: [{ canInvoices: false, member: null }] },
        teamMembers: [],
        teamMembership: null,
      },
      member: null,
      node: { id: variables.node },
      clients: { totalCount: 1 },
    });
  });

  test('is nothing to other clients, of the organization or another', async () => {
    const { world, owner, member, other, membership } = await makeTeam();
    const stranger = await makeWorld();
    const variables = { owner: owner.id, member: member.id, node: encodeId('ClientTeamMember', membership.id) };
    const nothing = { owner: null, member: null, node: null, clients: { totalCount: 1 } };
    expect(await world.as(other).run(Team, variables)).toEqual(nothing);
    expect(await world.as(await stranger.client()).run(Team, variables)).toEqual(nothing);
  });
});
