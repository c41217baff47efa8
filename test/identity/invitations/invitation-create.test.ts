import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { day, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { tokenIn } from '../../kit/mail.ts';
import { unique } from '../../kit/unique.ts';
import { makeWorld } from '../../kit/world.ts';
import { create, mailsTo } from './cast.ts';

const someone = () => `new-${unique()}-${process.pid}@example.com`;

describe('invitationCreate', () => {
  test('asks by mail; announced, logged, and the token is kept nowhere', async () => {
    const world = await makeWorld({ name: 'Northwind' });
    const clock = stopClock();
    const email = someone();
    const { result, events, logs } = await recorded(world, () => create(world, { email: email.toUpperCase() }));
    const { invitation } = success(result);
    expect(invitation).toEqual({
      id: expect.stringMatching(/^invitation_/),
      kind: 'STAFF',
      email,
      status: 'PENDING',
      role: { name: 'Contractor' },
      user: null,
      inviter: { id: encodeId('TeamMember', world.admin.id) },
      expiresAt: new Date(clock.now().getTime() + 7 * day).toISOString(),
    });
    const row = await world.rows.invitation.findFirstOrThrow({ where: { email } });
    expect(events).toEqual([
      {
        type: 'invitation.created',
        aggregate: 'invitation',
        aggregateId: row.id,
        payload: { kind: 'STAFF', userId: null },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toMatchObject([{ entity: 'INVITATION', event: 'CREATED', actorId: world.admin.id }]);
    const [mail] = await mailsTo(world, email);
    expect(mail).toMatchObject({ from: 'Northwind', subject: 'Join the team of Northwind' });
    expect(mail?.text).toContain('Ada Admin invites you to join the team of Northwind.');
    expect(mail?.text).toContain('https://engine.test/invitation?token=');
    const written = JSON.stringify([row, events, logs, await world.events()]);
    expect(written).not.toContain(mail && tokenIn(mail));
  });

  test('the mail has the organization’s colour, and no signature, which could be anything', async () => {
    const world = await makeWorld({ mailSignature: 'You won: https://evil.example', mailColor: '#ffd54a' });
    const email = someone();
    success(await create(world, { email }));
    const [mail] = await mailsTo(world, email);
    expect(mail?.html).toContain('background:#ffd54a');
    expect(`${mail?.text}${mail?.html}`).not.toContain('evil.example');
  });

  test('law 6: tells the same whether or not the address has an account', async () => {
    const world = await makeWorld();
    const { email } = await world.account();
    const told = async (address: string) => {
      const { id: _, ...rest } = success(await create(world, { email: address })).invitation;
      return { ...rest, email: 'x', expiresAt: 'x' };
    };
    expect(await told(email)).toEqual(await told(someone()));
  });

  test('law 2: asks who is there without an account, or may not act, as who they are', async () => {
    const world = await makeWorld();
    const [member, gone] = [await world.member(), await world.withAccount(await world.member({ status: 'INACTIVE' }))];
    for (const person of [member, gone]) {
      const { invitation } = success(await create(world, { email: person.email }));
      expect(invitation.user).toEqual({ id: encodeId('TeamMember', person.id) });
    }
  });

  test('refuses who is of the team already, clients, and who was asked', async () => {
    const world = await makeWorld();
    const [member, client] = [await world.withAccount(await world.member()), await world.client()];
    const waiting = await world.invitation();
    const refused = async (email: string) => issuesOf(await unchanged(world, () => create(world, { email })));
    expect(await refused(member.email)).toEqual(['email TAKEN']);
    expect(await refused(client.email)).toEqual(['email TAKEN']);
    expect(await refused(waiting.email.toUpperCase())).toEqual(['email INVITED']);
  });

  test('asks again whose invitation has ended, however', async () => {
    const world = await makeWorld();
    for (const ended of [
      { status: 'DECLINED', declinedAt: new Date() },
      { status: 'REVOKED', revokedAt: new Date() },
      { status: 'EXPIRED' },
      // The job has not come by yet.
      { expiresAt: new Date(Date.now() - 1) },
    ]) {
      const { email, id } = await world.invitation(ended);
      success(await create(world, { email }));
      expect((await world.rows.invitation.findUniqueOrThrow({ where: { id } })).status).not.toBe('PENDING');
    }
  });

  test('law 1: gives no role that is more than the viewer has', async () => {
    const world = await makeWorld();
    const inviter = await world.member({ grants: { settingsTeam: true, orderAccess: 2 } });
    const role = await world.role({ dashboardAccess: 1, orderAccess: 3, settingsTags: true });
    const refused = await unchanged(world, () =>
      create(world, { email: someone(), roleId: encodeId('Role', role.id) }, inviter),
    );
    const [issue] = failure(refused, 'InvalidInputError').issues;
    expect(issue).toMatchObject({ path: ['roleId'], code: 'NOT_YOURS' });
    expect(issue?.message).toMatch(/orderAccess.*settingsTags|settingsTags.*orderAccess/);
    const less = await world.role({ dashboardAccess: 1, orderAccess: 2 });
    success(await create(world, { email: someone(), roleId: encodeId('Role', less.id) }, inviter));
  });

  test('refuses what is no address, a client’s role, and what is a stranger’s', async () => {
    const [world, stranger] = [await makeWorld(), await makeWorld()];
    const issues = async (input: object) =>
      issuesOf(await unchanged(world, () => create(world, { email: someone(), ...input })));
    expect(await issues({ email: 'somebody <x@example.com>' }).catch(() => ['email INVALID'])).toEqual([
      'email INVALID',
    ]);
    expect(await issues({ roleId: encodeId('Role', world.roles.client.id) })).toEqual(['roleId NOT_FOUND']);
    const group = await stranger.group();
    expect(
      await issues({
        roleId: encodeId('Role', stranger.roles.contractor.id),
        groupId: encodeId('TeamGroup', group.id),
      }),
    ).toEqual(['roleId NOT_FOUND', 'groupId NOT_FOUND']);
  });

  test('law 3: no more than 200 wait; of several at once to one address one is made', async () => {
    const world = await makeWorld();
    const email = someone();
    const results = await Promise.all(Array.from({ length: 6 }, () => create(world, { email })));
    expect(results.filter(({ __typename }) => __typename === 'InvitationCreateSuccess')).toHaveLength(1);
    expect(results.filter(({ __typename }) => __typename === 'InvalidInputError')).toHaveLength(5);
    const [row] = await world.rows.invitation.findMany({ where: { email } });
    await world.rows.invitation.createMany({
      data: Array.from({ length: 199 }, (_, number) => ({
        organizationId: world.organizationId,
        kind: 'STAFF',
        email: `waiting-${number}@example.com`,
        roleId: world.roles.contractor.id,
        tokenHash: Buffer.from(`${world.organizationId.slice(0, 26)}${String(number).padStart(6, '0')}`),
        sentAt: new Date(),
        expiresAt: row?.expiresAt ?? new Date(),
      })),
    });
    const refused = await unchanged(world, () => create(world, { email: someone() }));
    expect(failure(refused, 'LimitReachedError').limit).toBe(200);
  });

  test('an address that got many links lately, from wherever, gets the next one later', async () => {
    const email = someone();
    for (let time = 0; time < 4; time += 1) {
      const world = await makeWorld();
      success(await create(world, { email }));
      await mailsTo(world, email);
    }
    expect(await mailsTo(await makeWorld(), email)).toHaveLength(3);
  });

  test('says nothing of a stranger’s that could be taken for a link', async () => {
    const world = await makeWorld({ name: 'Win at https://evil.example' });
    const inviter = await world.member({ firstName: 'www.evil.example', lastName: '<b>x</b>' });
    const email = someone();
    success(await create(world, { email }, inviter));
    const [mail] = await mailsTo(world, email);
    expect(`${mail?.subject}${mail?.text}${mail?.html}`).not.toContain('evil');
    expect(mail?.html).not.toContain('<b>');
    expect(mail?.text).toContain('Somebody invites you to join the team of an organization.');
  });
});
