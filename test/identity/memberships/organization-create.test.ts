import { describe, expect, test } from 'vitest';
import { decodeId, encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, issuesOf, success, unchanged } from '../../kit/expect.ts';
import { type Actor, asToken } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const OrganizationCreate = graphql(`
  mutation OrganizationCreate($input: OrganizationCreateInput!) {
    organizationCreate(input: $input) {
      ... on OrganizationCreateSuccess {
        organizationId
        name
      }
      ...Failure
    }
  }
`);

const create = async (world: World, actor: Actor, name = ' Büro & Söhne ') =>
  (await world.as(actor).run(OrganizationCreate, { input: { name } })).organizationCreate;

describe('organizationCreate', () => {
  test('founds an organization that the viewer’s account owns, with all that one has', async () => {
    const world = await makeWorld();
    const founder = await world.withAccount(await world.client({ firstName: 'Inés', lastName: 'Vázquez' }));
    const { organizationId: publicId, name } = success(await create(world, founder));
    expect(name).toBe('Büro & Söhne');
    const organizationId = decodeId('Organization', publicId) ?? '';
    const { owner, ...organization } = await world.rows.organization.findUniqueOrThrow({
      where: { id: organizationId },
      include: { owner: { include: { role: true } } },
    });
    expect(organization).toMatchObject({ name: 'Büro & Söhne', slug: expect.stringMatching(/^buero-and-soehne/) });
    const account = await world.rows.account.findUniqueOrThrow({ where: { id: founder.accountId ?? '' } });
    expect(owner).toMatchObject({
      accountId: founder.accountId,
      email: account.email,
      firstName: 'Inés',
      lastName: 'Vázquez',
      status: 'ACTIVE',
      role: { kind: 'STAFF', isSystem: true },
    });
    const count = { where: { organizationId } };
    expect(await world.rows.role.count(count)).toBeGreaterThan(1);
    expect(await world.rows.orderStatus.count(count)).toBeGreaterThan(0);
    const events = await world.rows.event.findMany({ ...count, orderBy: { sequence: 'asc' } });
    expect(events.map(({ type }) => type)).toEqual(['organization.created', 'team_member.created']);
  });

  test('law 1: an account owns five at most, archived ones among them; of several at once no more are founded', async () => {
    const world = await makeWorld();
    const owner = await world.owned();
    const first = success(await create(world, owner));
    const id = decodeId('Organization', first.organizationId) ?? '';
    await world.rows.organization.update({ where: { id }, data: { archivedAt: new Date() } });
    const made = await Promise.all(Array.from({ length: 5 }, () => create(world, owner)));
    expect(made.map(({ __typename }) => __typename).sort()).toEqual([
      ...Array.from({ length: 2 }, () => 'LimitReachedError'),
      ...Array.from({ length: 3 }, () => 'OrganizationCreateSuccess'),
    ]);
    expect(failure(await create(world, owner), 'LimitReachedError').limit).toBe(5);
  });

  test('is for an account: not for a token, nor for who signed in otherwise', async () => {
    const world = await makeWorld();
    const owner = await world.owned();
    for (const actor of [asToken(owner), { ...owner, accountId: null }]) {
      expect(failure(await unchanged(world, () => create(world, actor)), 'InvalidStateError').code).toBe('NO_ACCOUNT');
    }
    expect(issuesOf(await unchanged(world, () => create(world, owner, ' ')))).toEqual(['name REQUIRED']);
  });
});

const OrganizationLeave = graphql(`
  mutation OrganizationLeave($input: OrganizationLeaveInput!) {
    organizationLeave(input: $input) {
      ... on OrganizationLeaveSuccess {
        leftId
      }
      ...Failure
    }
  }
`);

const leave = async (world: World, actor: Actor, name = world.organization.name) =>
  (await world.as(actor).run(OrganizationLeave, { input: { name } })).organizationLeave;

describe('organizationLeave', () => {
  test('a team member may not act any more; what was theirs to act with ends', async () => {
    const world = await makeWorld();
    const member = await world.withAccount(await world.member());
    const { id: sessionId } = await world.session({ user: member });
    const { id: tokenId } = await world.token(member);
    expect(success(await leave(world, member)).leftId).toBe(encodeId('Organization', world.organizationId));
    expect(await world.rows.user.findUnique({ where: { id: member.id } })).toMatchObject({
      accountId: null,
      status: 'INACTIVE',
      hasTwoFactor: false,
    });
    expect((await world.rows.session.findUniqueOrThrow({ where: { id: sessionId } })).revokedAt).not.toBeNull();
    expect((await world.rows.apiToken.findUniqueOrThrow({ where: { id: tokenId } })).revokedAt).not.toBeNull();
    expect((await world.events()).map(({ type, aggregateId }) => [type, aggregateId])).toEqual([
      ['team_member.left', member.id],
      ['session.revoked', sessionId],
      ['api_token.revoked', tokenId],
    ]);
  });

  test('a client stays one, without an account', async () => {
    const world = await makeWorld();
    const client = await world.withAccount(await world.client());
    success(await leave(world, client));
    expect(await world.rows.user.findUnique({ where: { id: client.id } })).toMatchObject({
      accountId: null,
      status: 'ACTIVE',
    });
    expect((await world.events()).map(({ type }) => type)).toEqual(['client.left']);
  });

  test('law 2 of organizations: its owner stays; so does who does not say which it is', async () => {
    const world = await makeWorld();
    const owner = await world.owned();
    expect(failure(await unchanged(world, () => leave(world, owner)), 'InvalidStateError').code).toBe('IS_THE_OWNER');
    const member = await world.withAccount(await world.member());
    expect(issuesOf(await unchanged(world, () => leave(world, member, 'Another')))).toEqual(['name MISMATCH']);
    const token = await unchanged(world, () => leave(world, asToken(member)));
    expect(failure(token, 'InvalidStateError').code).toBe('NO_ACCOUNT');
  });
});
