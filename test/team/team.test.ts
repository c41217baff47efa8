import { type GraphQLObjectType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import { graphql } from '../generated/gql.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const Team = graphql(`
  query Team($filter: TeamFilter, $sort: [TeamSort!]) {
    team(filter: $filter, sort: $sort) {
      nodes {
        id
        name
        email
        phone
        status
        role {
          name
        }
        group {
          name
        }
      }
      totalCount
    }
  }
`);

const OneMember = graphql(`
  query OneMember($id: ID!, $node: ID!) {
    teamMember(id: $id) {
      name
    }
    node(id: $node) {
      id
    }
  }
`);

const memberId = (person: { id: string }) => encodeId('TeamMember', person.id);

async function emails(world: World, actor: Actor, variables: object = {}): Promise<string[]> {
  const { team } = await world.as(actor).run(Team, variables);
  expect(team.totalCount).toBe(team.nodes.length);
  return team.nodes.map(({ email }) => email).sort();
}

describe('team', () => {
  test('M9: is made of staff; clients are absent', async () => {
    const world = await makeWorld();
    const group = await world.group('Writers');
    const member = await world.member({
      role: world.roles.manager,
      groupId: group.id,
      phone: '1',
      firstName: 'Mia',
      lastName: 'Moss',
    });
    const client = await world.client();
    const { team } = await world.as(world.admin).run(Team, { sort: [{ field: 'FIRST_NAME', direction: 'DESC' }] });
    expect(team.totalCount).toBe(2);
    expect(team.nodes[0]).toEqual({
      id: memberId(member),
      name: 'Mia Moss',
      email: member.email,
      phone: '1',
      status: 'ACTIVE',
      role: { name: 'Manager' },
      group: { name: 'Writers' },
    });
    expect(team.nodes[1]?.id).toBe(memberId(world.admin));
    expect(await world.as(world.admin).run(OneMember, { id: memberId(client), node: memberId(client) })).toEqual({
      teamMember: null,
      node: null,
    });
  });

  test('M10: has no password, secret or second factor in any answer', () => {
    const names = Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !/^__|^Mutation$/.test(type.name))
      .flatMap((type) => Object.keys((type as GraphQLObjectType).getFields()).map((field) => `${type.name}.${field}`));
    expect(
      names.filter((name) => /\.\w*(password|secret|two.?factor|hash|otp|recovery|uri$)/i.test(name)).sort(),
    ).toEqual([
      // Whether there is one, not which.
      'Account.hasPassword',
      'Account.hasTwoFactor',
      // Told to who makes it, in the answer to that and nowhere else.
      'ApiTokenCreateSuccess.secret',
      'ApiTokenRotateSuccess.secret',
      'RecoveryCodesRenewSuccess.recoveryCodes',
      // Of the account at Stripe, what it is recognized by.
      'StripeAccount.secretKeyLast4',
      'StripeAccount.webhookSecretsLast4',
      'TotpBeginSuccess.secret',
      'TotpBeginSuccess.uri',
      'TotpConfirmSuccess.recoveryCodes',
    ]);
  });

  test('L12, L13: another organization’s members, and ids of no shape, are not there', async () => {
    const world = await makeWorld();
    const stranger = await world.stranger();
    for (const id of [
      memberId(stranger),
      stranger.id,
      memberId({ id: '00000000-0000-7000-8000-000000000000' }),
      'x',
      '',
    ]) {
      expect(await world.as(world.admin).run(OneMember, { id, node: id })).toEqual({ teamMember: null, node: null });
    }
    expect(await emails(world, world.admin)).toEqual([world.admin.email]);
  });

  test('shows a client those who work for it, without what is the team’s own', async () => {
    const world = await makeWorld();
    const [manager, assignee, former, unrelated] = await Promise.all([
      world.member({ phone: '1' }),
      world.member(),
      world.member(),
      world.member(),
    ]);
    const [client, other] = [await world.client({ managers: [manager] }), await world.client()];
    await world.order({ client, employees: [assignee] });
    await world.order({ client, employees: [former], deletedAt: new Date() });
    await world.order({ client: other, employees: [unrelated] });

    expect(await emails(world, client)).toEqual([manager.email, assignee.email].sort());
    const { team } = await world.as(client).run(Team, { filter: { id: { eq: memberId(manager) } } });
    expect(team.nodes[0]).toMatchObject({ phone: null, group: null });
    expect(await world.as(client).run(OneMember, { id: memberId(unrelated), node: memberId(unrelated) })).toEqual({
      teamMember: null,
      node: null,
    });
    expect(await world.as(client).run(OneMember, { id: manager.id, node: memberId(manager) })).toEqual({
      teamMember: { name: `${manager.firstName} ${manager.lastName}` },
      node: { id: memberId(manager) },
    });
  });

  test('can be filtered by person, address, status, role and group', async () => {
    const world = await makeWorld();
    const group = await world.group();
    const a = await world.member({ email: 'a@example.com', groupId: group.id });
    const b = await world.member({ email: 'b@example.com', role: world.roles.contractor, status: 'INACTIVE' });
    const found = (filter: object) => emails(world, world.admin, { filter });
    expect(await found({ id: { in: [memberId(a), memberId(b)] } })).toEqual([a.email, b.email]);
    expect(await found({ email: { eq: 'b@example.com' } })).toEqual([b.email]);
    expect(await found({ status: { eq: 'INACTIVE' } })).toEqual([b.email]);
    expect(await found({ roleId: { eq: encodeId('Role', world.roles.contractor.id) } })).toEqual([b.email]);
    expect(await found({ groupId: { eq: encodeId('TeamGroup', group.id) } })).toEqual([a.email]);
    expect(await found({ groupId: { eq: null }, status: { eq: 'ACTIVE' } })).toEqual([world.admin.email]);
    expect(await found({ email: { eq: null } })).toEqual([]);
  });
});
