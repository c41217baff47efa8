import { TOTP } from 'otpauth';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { placeOf } from '../../../src/kernel/secrets.ts';
import { password } from '../../kit/builders/accounts.ts';
import { day, stopClock } from '../../kit/clock.ts';
import { takeLogged } from '../../kit/db.ts';
import { recorded, unchanged } from '../../kit/expect.ts';
import { testSecrets } from '../../kit/tools.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { accept, decline, whoIs } from './cast.ts';

const ada = { firstName: 'Ada', lastName: 'Lovelace', password: 'a long way to go' };
const idOf = (world: World) => encodeId('Organization', world.organizationId);
const statusOf = async ({ rows }: World, { id }: { id: string }) =>
  (await rows.invitation.findUniqueOrThrow({ where: { id } })).status;

/** An invitation for who has an account, in another organization. */
async function withAccount(fields: Parameters<World['account']>[0] = {}) {
  const [world, home] = [await makeWorld(), await makeWorld()];
  const person = await home.withAccount(await home.member(), { displayName: 'Grace Brewster Hopper', ...fields });
  const { email } = await home.rows.account.findUniqueOrThrow({ where: { id: person.accountId ?? '' } });
  const invitation = await world.invitation({ email, inviterId: world.admin.id });
  return { world, home, person, email, invitation };
}

describe('invitationAccept by who has no account', () => {
  test('makes account and team member, with the role and the group, and signs in', async () => {
    const world = await makeWorld();
    const group = await world.group();
    const invitation = await world.invitation({ groupId: group.id, inviterId: world.admin.id });
    takeLogged();
    const { result, events, logs } = await recorded(world, () => accept({ token: invitation.token, ...ada }));
    expect(result).toMatchObject({ __typename: 'InvitationAcceptSuccess', organizationId: idOf(world) });
    const user = await world.rows.user.findFirstOrThrow({
      where: { organizationId: world.organizationId, email: invitation.email },
      include: { account: true },
    });
    expect(user).toMatchObject({
      kind: 'STAFF',
      status: 'ACTIVE',
      firstName: 'Ada',
      lastName: 'Lovelace',
      roleId: world.roles.contractor.id,
      groupId: group.id,
      account: { email: invitation.email, displayName: 'Ada Lovelace', verifiedAt: expect.any(Date) },
    });
    expect(await whoIs(result.token)).toEqual({
      kind: 'STAFF',
      organization: idOf(world),
      account: invitation.email,
      me: encodeId('TeamMember', user.id),
    });
    expect(await world.rows.invitation.findUnique({ where: { id: invitation.id } })).toMatchObject({
      status: 'ACCEPTED',
      acceptedAt: expect.any(Date),
      userId: user.id,
    });
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([
      ['team_member.created', user.id],
      ['invitation.accepted', user.id],
      ['session.created', user.id],
    ]);
    expect(logs.map(({ entity, event }) => [entity, event])).toEqual([
      ['TEAM_MEMBER', 'CREATED'],
      ['INVITATION', 'UPDATED'],
      ['SESSION', 'CREATED'],
    ]);
    const written = JSON.stringify([events, logs, takeLogged()]);
    for (const secret of [invitation.token, ada.password, result.token]) expect(written).not.toContain(secret);
  });

  test('wants names and a password that is one', async () => {
    const world = await makeWorld();
    const { token } = await world.invitation();
    const issues = async (input: object) => (await unchanged(world, () => accept({ token, ...input }))).issues;
    expect(await issues({})).toMatchObject([{ path: ['firstName'] }, { path: ['lastName'] }, { path: ['password'] }]);
    expect(await issues({ ...ada, password: 'password1234' })).toEqual([{ path: ['password'], code: 'TOO_COMMON' }]);
    expect(await issues({ ...ada, firstName: ' ' })).toEqual([{ path: ['firstName'], code: 'REQUIRED' }]);
  });

  test('law 4: of ten at once one is let in, and there is one account', async () => {
    const world = await makeWorld();
    const { token, email } = await world.invitation();
    const results = await Promise.all(Array.from({ length: 10 }, () => accept({ token, ...ada })));
    expect(results.filter(({ token }) => token)).toHaveLength(1);
    for (const { code } of results.filter(({ token }) => !token)) expect(code).toMatch(/^(LINK_SPENT|INVALID_INPUT)$/);
    expect(await world.rows.account.count({ where: { email } })).toBe(1);
    expect(await world.rows.user.count({ where: { email } })).toBe(1);
    expect(await world.rows.session.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });

  test('law 2: a team member without an account gets one, and comes back as who they were', async () => {
    const world = await makeWorld();
    const gone = await world.member({ status: 'INACTIVE', firstName: 'Joan', role: world.roles.manager });
    const { token } = await world.invitation({ email: gone.email, userId: gone.id });
    const { token: session } = await accept({ token, password: ada.password });
    expect(await whoIs(session)).toMatchObject({ me: encodeId('TeamMember', gone.id), account: gone.email });
    expect(await world.rows.user.findUnique({ where: { id: gone.id } })).toMatchObject({
      status: 'ACTIVE',
      firstName: 'Joan',
      roleId: world.roles.contractor.id,
    });
  });

  test('a client comes to the portal as the client that it is', async () => {
    const world = await makeWorld();
    const client = await world.client({ firstName: 'Cleo', lastName: 'Client' });
    const { token } = await world.invitation({ client });
    const { events, result } = await recorded(world, () => accept({ token, password: ada.password }));
    expect(await whoIs(result.token)).toMatchObject({ kind: 'CLIENT', me: encodeId('Client', client.id) });
    expect(events.map(({ type }) => type)).toEqual(['invitation.accepted', 'session.created']);
    expect(await world.rows.account.findFirst({ where: { email: client.email } })).toMatchObject({
      displayName: 'Cleo Client',
    });
  });
});

describe('invitationAccept by who has an account', () => {
  test('signed in to it needs the link only, and goes on there', async () => {
    const { world, home, person, invitation } = await withAccount();
    const { secret, id } = await home.session({ user: person });
    const { token: session, organizations } = await accept({ token: invitation.token }, secret);
    expect(organizations).toHaveLength(2);
    expect(await whoIs(session)).toMatchObject({ organization: idOf(world) });
    expect((await home.rows.session.findUniqueOrThrow({ where: { id } })).revokedAt).not.toBeNull();
    expect(
      await world.rows.user.findFirst({ where: { organizationId: world.organizationId, email: invitation.email } }),
    ).toMatchObject({
      accountId: person.accountId,
      firstName: 'Grace',
      lastName: 'Brewster Hopper',
    });
  });

  test('signed in to another one is refused: the address is the key', async () => {
    const { world, home, invitation } = await withAccount();
    const other = await home.withAccount(await home.member());
    const { secret, id } = await home.session({ user: other });
    const refused = await unchanged(world, () => accept({ token: invitation.token }, secret));
    expect(refused).toMatchObject({ __typename: 'InvalidStateError', code: 'ANOTHER_ADDRESS' });
    expect((await home.rows.session.findUniqueOrThrow({ where: { id } })).revokedAt).toBeNull();
  });

  test('gives its password, and its second factor where it asks for one', async () => {
    const { world, person, invitation } = await withAccount();
    const token = invitation.token;
    for (const wrong of [undefined, '', 'another password']) {
      const refused = await unchanged(world, () => accept({ token, password: wrong }));
      expect(refused).toMatchObject({ code: 'WRONG_CREDENTIALS' });
    }
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    const id = person.accountId ?? '';
    const { keyId, bytes } = testSecrets.seal(secret, placeOf('accounts.totp_secret', id));
    const data = { totpSecret: bytes, totpKeyId: keyId, totpConfirmedAt: new Date() };
    await world.rows.account.update({ where: { id }, data });
    const clock = stopClock();
    const code = new TOTP({ secret }).generate({ timestamp: clock.now().getTime() });
    expect(await unchanged(world, () => accept({ token, password }))).toMatchObject({ code: 'TWO_FACTOR_NEEDED' });
    expect(await unchanged(world, () => accept({ token, password, code: '000000' }))).toMatchObject({
      code: 'WRONG_CODE',
    });
    expect(await accept({ token, password, code })).toMatchObject({ organizationId: idOf(world) });
  });

  test('guesses at the password lock its name, as they do where one signs in', async () => {
    const { world, invitation } = await withAccount();
    for (let time = 0; time < 5; time += 1) await accept({ token: invitation.token, password: `wrong guess ${time}` });
    const locked = await unchanged(world, () => accept({ token: invitation.token, password }));
    expect(locked).toMatchObject({ __typename: 'LimitReachedError' });
  });

  test('who is in the organization already stays who they are', async () => {
    const { world, home, person, invitation } = await withAccount();
    const member = await world.member();
    await world.rows.user.update({ where: { id: member.id }, data: { accountId: person.accountId } });
    const { secret } = await home.session({ user: person });
    expect(await unchanged(world, () => accept({ token: invitation.token }, secret))).toMatchObject({
      code: 'JOINED_ALREADY',
    });
  });

  test('by a session that is no account’s counts as nobody', async () => {
    const { world, home, person, invitation } = await withAccount();
    const { secret } = await home.session({ user: person, accountId: null });
    expect(await unchanged(world, () => accept({ token: invitation.token }, secret))).toMatchObject({
      code: 'WRONG_CREDENTIALS',
    });
  });
});

describe('law 6: a link that opens nothing', () => {
  test('says so, and not why', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const made = async (fields: object = {}) => (await world.invitation(fields)).token;
    const late = await world.invitation({ expiresAt: new Date(clock.now().getTime() + day) });
    const closed = await makeWorld();
    const archived = await closed.invitation();
    await closed.rows.organization.update({ where: { id: closed.organizationId }, data: { archivedAt: new Date() } });
    clock.advance(day);
    const bad = [
      'x'.repeat(43),
      '',
      'x',
      await made({ status: 'ACCEPTED', acceptedAt: new Date() }),
      await made({ status: 'DECLINED', declinedAt: new Date() }),
      await made({ status: 'REVOKED', revokedAt: new Date() }),
      await made({ status: 'EXPIRED' }),
      late.token,
      archived.token,
    ];
    const answers = new Set<string>();
    for (const token of bad) {
      answers.add(JSON.stringify(await unchanged(world, () => accept({ token, ...ada }))));
      answers.add(JSON.stringify(await unchanged(world, () => decline({ token }))));
    }
    expect([...answers]).toEqual([JSON.stringify({ __typename: 'InvalidStateError', code: 'LINK_SPENT' })]);
  });

  test('of somebody who is there no more, or has another address now, opens nothing either', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { token } = await world.invitation({ client });
    await world.rows.user.update({ where: { id: client.id }, data: { email: `moved-${client.email}` } });
    expect(await unchanged(world, () => accept({ token, ...ada }))).toMatchObject({ code: 'LINK_SPENT' });
    const other = await world.client();
    const inactive = await world.invitation({ client: other });
    await world.rows.user.update({ where: { id: other.id }, data: { status: 'INACTIVE' } });
    expect(await unchanged(world, () => accept({ token: inactive.token, ...ada }))).toMatchObject({
      code: 'LINK_SPENT',
    });
  });
});

describe('invitationDecline', () => {
  test('says no, once, whoever is signed in; announced', async () => {
    const world = await makeWorld({ name: 'Northwind' });
    const invitation = await world.invitation();
    const { secret } = await world.session({ user: await world.member() });
    const { result, events } = await recorded(world, () => decline({ token: invitation.token }, secret));
    expect(result).toEqual({ __typename: 'InvitationDeclineSuccess', organizationName: 'Northwind' });
    expect(events).toMatchObject([{ type: 'invitation.declined', aggregateId: invitation.id, actorId: null }]);
    expect(await statusOf(world, invitation)).toBe('DECLINED');
    expect(await decline({ token: invitation.token })).toMatchObject({ code: 'LINK_SPENT' });
  });

  test('and accepting at once: one of them counts', async () => {
    const world = await makeWorld();
    const invitation = await world.invitation();
    const { token, email } = invitation;
    const answers = await Promise.all([accept({ token, ...ada }), decline({ token }), decline({ token })]);
    expect(answers.filter(({ __typename }) => __typename.endsWith('Success'))).toHaveLength(1);
    const people = await world.rows.user.count({ where: { email } });
    expect([await statusOf(world, invitation), people]).toEqual(people === 1 ? ['ACCEPTED', 1] : ['DECLINED', 0]);
  });
});
