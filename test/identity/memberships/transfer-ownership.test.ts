import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { organizationMails } from '../../../src/organizations/jobs.ts';
import { graphql } from '../../generated/gql.ts';
import { password } from '../../kit/builders/accounts.ts';
import { settings } from '../../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { mailTo } from '../../kit/mail.ts';
import type { Actor, Person } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const TransferOwnership = graphql(`
  mutation TransferOwnership($input: OrganizationTransferOwnershipInput!) {
    organizationTransferOwnership(input: $input) {
      ... on OrganizationTransferOwnershipSuccess {
        organization {
          owner {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

async function makeCast() {
  const world = await makeWorld();
  const owner = await world.owned();
  const heir = await world.withAccount(await world.member({ role: world.roles.administrator }));
  const transfer = async (to: { id: string }, actor: Actor = owner, given: string | null = password) => {
    const input = { ownerId: encodeId('TeamMember', to.id), password: given };
    return (await world.as(actor).run(TransferOwnership, { input })).organizationTransferOwnership;
  };
  return { world, owner, heir, transfer };
}

describe('organizationTransferOwnership', () => {
  test('makes another administrator the owner; announced, logged, told to them by mail', async () => {
    const { world, owner, heir, transfer } = await makeCast();
    const { result, events, logs } = await recorded(world, () => transfer(heir));
    expect(success(result).organization.owner?.id).toBe(encodeId('TeamMember', heir.id));
    expect(events).toMatchObject([
      {
        type: 'organization.ownership_transferred',
        actorId: owner.id,
        payload: { from: owner.id, to: heir.id },
      },
    ]);
    expect(logs).toMatchObject([
      { entity: 'ORGANIZATION', changes: { owner_id: { before: owner.id, after: heir.id } }, actorId: owner.id },
    ]);
    const { email } = await world.rows.account.findUniqueOrThrow({ where: { id: heir.accountId as string } });
    const [mail] = await mailTo(world, email, organizationMails(world.tools, settings));
    expect(mail?.subject).toContain('is yours');
    // The one is it no more.
    expect(failure(await unchanged(world, () => transfer(heir)), 'InvalidStateError').code).toBe('NOT_THE_OWNER');
  });

  test('takes the account’s password, where it has one', async () => {
    const { world, owner, heir, transfer } = await makeCast();
    expect(issuesOf(await unchanged(world, () => transfer(heir, owner, null)))).toEqual(['password REQUIRED']);
    for (const wrong of ['', 'another password']) {
      const refused = await unchanged(world, () => transfer(heir, owner, wrong));
      expect(failure(refused, 'InvalidStateError').code).toBe('WRONG_PASSWORD');
    }
    await world.rows.account.update({ where: { id: owner.accountId ?? '' }, data: { passwordHash: null } });
    success(await transfer(heir, owner, null));
  });

  test.each<[string, (world: World, heir: Person) => Promise<{ id: string }>, string]>([
    ['no administrator', (world) => world.member({ role: world.roles.manager }), 'NOT_AN_ADMINISTRATOR'],
    ['one who may not act', (world) => world.member({ status: 'INACTIVE' }), 'NOT_AN_ADMINISTRATOR'],
    ['one without an account', (world) => world.member(), 'NO_ACCOUNT'],
  ])('refuses %s', async (_, make, code) => {
    const { world, heir, transfer } = await makeCast();
    const other = await make(world, heir);
    expect(failure(await unchanged(world, () => transfer(other)), 'InvalidStateError').code).toBe(code);
  });

  test('refuses clients, strangers and nobody', async () => {
    const { world, transfer } = await makeCast();
    const stranger = await (await makeWorld()).owned();
    for (const nobody of [await world.client(), stranger, { id: '00000000-0000-7000-8000-000000000000' }]) {
      expect(issuesOf(await unchanged(world, () => transfer(nobody)))).toEqual(['ownerId NOT_FOUND']);
    }
  });

  test('of several at once hands it on once', async () => {
    const { world, heir, transfer } = await makeCast();
    const other = await world.withAccount(await world.member());
    const results = await Promise.all([transfer(heir), transfer(other), transfer(heir)]);
    expect(results.filter(({ __typename }) => __typename.endsWith('Success'))).toHaveLength(1);
  });

  test('law 2: the database itself keeps the owner what owners are', async () => {
    const { world, owner } = await makeCast();
    const change = (data: object) => world.rows.user.update({ where: { id: owner.id }, data });
    await expect(change({ status: 'INACTIVE' })).rejects.toThrow('active administrator');
    await expect(change({ roleId: world.roles.manager.id })).rejects.toThrow('active administrator');
    await expect(change({ accountId: null })).rejects.toThrow('active administrator');
    await expect(world.rows.user.delete({ where: { id: owner.id } })).rejects.toThrow();
    const member = await world.member({ role: world.roles.manager });
    const own = world.rows.organization.update({ where: { id: world.organizationId }, data: { ownerId: member.id } });
    await expect(own).rejects.toThrow('active administrators');
    await change({ firstName: 'Still' });
  });
});
