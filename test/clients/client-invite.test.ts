import { describe, expect, test } from 'vitest';
import { invitationMails } from '../../src/identity/invitations/jobs.ts';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { settings } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { mailTo } from '../kit/mail.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ClientInvite = graphql(`
  mutation ClientInvite($input: ClientInviteInput!) {
    clientInvite(input: $input) {
      ... on ClientInviteSuccess {
        invitation {
          kind
          email
          status
          group {
            id
          }
          user {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

const invite = async (world: World, { id }: { id: string }, actor: Actor = world.admin) =>
  (await world.as(actor).run(ClientInvite, { input: { id: encodeId('Client', id) } })).clientInvite;

describe('clientInvite', () => {
  test('asks the client to the portal, by mail; announced and logged', async () => {
    const world = await makeWorld({ name: 'Northwind' });
    const client = await world.client({ firstName: 'Cleo' });
    const { result, events, logs } = await recorded(world, () => invite(world, client));
    expect(success(result).invitation).toEqual({
      kind: 'CLIENT',
      email: client.email,
      status: 'PENDING',
      group: null,
      user: { id: encodeId('Client', client.id) },
    });
    expect(events).toMatchObject([
      { type: 'invitation.created', actorId: world.admin.id, payload: { kind: 'CLIENT', userId: client.id } },
    ]);
    expect(logs).toMatchObject([{ entity: 'INVITATION', event: 'CREATED' }]);
    const [mail] = await mailTo(world, client.email, invitationMails(world.tools, settings));
    expect(mail?.subject).toBe('Your access to Northwind');
    expect(mail?.text).toContain('Hello Cleo,');
  });

  test('refuses who may not act, has an account, or was asked', async () => {
    const world = await makeWorld();
    const inactive = await world.client({ status: 'INACTIVE' });
    expect(failure(await unchanged(world, () => invite(world, inactive)), 'InvalidStateError').code).toBe('INACTIVE');
    const there = await world.withAccount(await world.client());
    expect(failure(await unchanged(world, () => invite(world, there)), 'InvalidStateError').code).toBe('HAS_ACCOUNT');
    const client = await world.client();
    success(await invite(world, client));
    expect(issuesOf(await unchanged(world, () => invite(world, client)))).toEqual(['email INVITED']);
  });

  test('is for who may see to the client: own, the group’s, or all', async () => {
    const world = await makeWorld();
    const own = await world.member({ grants: { clients: 1 } });
    const [mine, others] = [await world.client({ managers: [own] }), await world.client()];
    success(await invite(world, mine, own));
    expect(failure(await unchanged(world, () => invite(world, others, own)), 'NotFoundError').path).toEqual(['id']);
    const member = await world.member();
    expect(failure(await unchanged(world, () => invite(world, member)), 'NotFoundError').path).toEqual(['id']);
  });

  test('whether somebody has an account is shown', async () => {
    const world = await makeWorld();
    const [without, having] = [await world.client(), await world.withAccount(await world.client())];
    const shown = async ({ id }: { id: string }) =>
      (await world.as(world.admin).run(`{ client(id: "${encodeId('Client', id)}") { hasAccount } }`)).client;
    expect([await shown(without), await shown(having)]).toEqual([{ hasAccount: false }, { hasAccount: true }]);
  });
});
