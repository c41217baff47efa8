import { describe, expect, test } from 'vitest';
import { expireInvitations } from '../../../src/identity/invitations/jobs.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { day, minute, stopClock } from '../../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { tokenIn } from '../../kit/mail.ts';
import { makeWorld } from '../../kit/world.ts';
import { accept, mailsTo, resend, revoke } from './cast.ts';

const ended = [
  ['accepted', { status: 'ACCEPTED', acceptedAt: new Date() }],
  ['declined', { status: 'DECLINED', declinedAt: new Date() }],
  ['revoked', { status: 'REVOKED', revokedAt: new Date() }],
  ['expired', { status: 'EXPIRED' }],
] as const;

describe('invitationResend', () => {
  test('sends another link, good for another seven days; the one before ends', async () => {
    const world = await makeWorld();
    const old = await world.invitation({ expiresAt: new Date(Date.now() + minute) });
    const clock = stopClock();
    const { result, events } = await recorded(world, () => resend(world, old));
    expect(success(result).invitation).toEqual({
      status: 'PENDING',
      sentAt: clock.now().toISOString(),
      expiresAt: new Date(clock.now().getTime() + 7 * day).toISOString(),
    });
    expect(events).toMatchObject([{ type: 'invitation.resent', aggregateId: old.id }]);
    const [mail] = await mailsTo(world, old.email);
    const person = { firstName: 'Ada', lastName: 'Lovelace', password: 'a long way to go' };
    expect(await accept({ token: old.token, ...person })).toMatchObject({ code: 'LINK_SPENT' });
    expect(await accept({ token: mail && tokenIn(mail), ...person })).toMatchObject({
      __typename: 'InvitationAcceptSuccess',
    });
  });

  test('law 3: not within five minutes', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const invitation = await world.invitation({ sentAt: clock.now() });
    clock.advance(5 * minute - 1);
    expect(failure(await unchanged(world, () => resend(world, invitation)), 'InvalidStateError').code).toBe('TOO_SOON');
    clock.advance(1);
    success(await resend(world, invitation));
  });

  test.each(ended)('refuses one that was %s', async (_, fields) => {
    const world = await makeWorld();
    const invitation = await world.invitation(fields);
    expect(failure(await unchanged(world, () => resend(world, invitation)), 'InvalidStateError').code).toBe(
      'NOT_PENDING',
    );
    expect(failure(await unchanged(world, () => revoke(world, invitation)), 'InvalidStateError').code).toBe(
      'NOT_PENDING',
    );
  });
});

describe('invitationRevoke', () => {
  test('ends the link, and the mail that was not sent yet', async () => {
    const world = await makeWorld();
    const invitation = await world.invitation();
    success(await resend(world, invitation));
    const { result, events, logs } = await recorded(world, () => revoke(world, invitation));
    expect(success(result).invitation).toEqual({ status: 'REVOKED', revokedAt: expect.any(String) });
    expect(events).toMatchObject([{ type: 'invitation.revoked', aggregateId: invitation.id }]);
    expect(logs).toMatchObject([{ entity: 'INVITATION', event: 'UPDATED' }]);
    expect(await mailsTo(world, invitation.email)).toEqual([]);
  });
});

describe('invitations', () => {
  const list = '{ invitations(first: 50) { totalCount nodes { id kind } } }';
  const idsOf = ({ invitations }: { invitations: { nodes: { id: string }[] } }) =>
    invitations.nodes.map(({ id }) => id);

  test('are seen by who may send such: the team’s, all clients’, or one’s own to clients', async () => {
    const world = await makeWorld();
    const team = await world.invitation();
    const seller = await world.member({ grants: { clients: 1 } });
    const clientsOwn = await world.invitation({ client: await world.client(), inviterId: seller.id });
    const clients = await world.invitation({ client: await world.client() });
    const seen = async (grants: object) => idsOf(await world.as(await world.member({ grants })).run(list));
    const id = (one: { id: string }) => encodeId('Invitation', one.id);
    expect(idsOf(await world.as(world.admin).run(list))).toEqual([id(clients), id(clientsOwn), id(team)]);
    expect(await seen({ settingsTeam: true })).toEqual([id(team)]);
    expect(await seen({ clients: 3 })).toEqual([id(clients), id(clientsOwn)]);
    expect(await seen({ clients: 2 })).toEqual([]);
    expect(idsOf(await world.as(seller).run(list))).toEqual([id(clientsOwn)]);
    expect(failure(await unchanged(world, () => revoke(world, team, seller)), 'NotFoundError').path).toEqual(['id']);
    success(await revoke(world, clientsOwn, seller));
  });

  test('are filtered by what has become of them', async () => {
    const world = await makeWorld();
    const waiting = await world.invitation();
    for (const [, fields] of ended) await world.invitation(fields);
    const query = '{ invitations(filter: { status: { eq: PENDING } }) { totalCount nodes { email } } }';
    expect((await world.as(world.admin).run(query)).invitations).toEqual({
      totalCount: 1,
      nodes: [{ email: waiting.email }],
    });
  });
});

describe('the job', () => {
  test('ends those whose time is over, and no others; announced', async () => {
    const world = await makeWorld();
    const late = await world.invitation({ expiresAt: new Date(Date.now() - 1) });
    const waiting = await world.invitation();
    const run = () => expireInvitations(world.tools).run({});
    const { events } = await recorded(world, run);
    expect(events).toMatchObject([{ type: 'invitation.expired', aggregateId: late.id }]);
    const statusOf = async ({ id }: { id: string }) =>
      (await world.rows.invitation.findUniqueOrThrow({ where: { id } })).status;
    expect([await statusOf(late), await statusOf(waiting)]).toEqual(['EXPIRED', 'PENDING']);
    await unchanged(world, run);
    expect(expireInvitations(world.tools)).toMatchObject({ name: 'invitations.expire', schedule: '*/10 * * * *' });
  });
});
