import { describe, expect, test } from 'vitest';
import { removeStaleAccess } from '../../../src/identity/jobs.ts';
import { deviceOf } from '../../../src/identity/sessions/rules.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { password } from '../../kit/builders/accounts.ts';
import { day, hour, minute, stopClock } from '../../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { asToken, type Person } from '../../kit/viewers.ts';
import { makeWorld, sessionOf, type World } from '../../kit/world.ts';
import { bearer, ownPage, send, signIn, whoIs } from '../signing.ts';

const Sessions = graphql(`
  query Sessions {
    viewer {
      session {
        sessionId
      }
    }
    sessions(first: 10) {
      totalCount
      nodes {
        id
        device
        userAgent
        ipAddress
        lastUsedAt
        expiresAt
        createdAt
      }
    }
  }
`);

const SessionRevoke = graphql(`
  mutation SessionRevoke($input: SessionRevokeInput!) {
    sessionRevoke(input: $input) {
      __typename
      ...Failure
      ... on SessionRevokeSuccess {
        deletedId
      }
    }
  }
`);

const refresh =
  'mutation ($input: SessionRefreshInput!) { sessionRefresh(input: $input) { __typename ... on Error { code } ... on SessionRefreshSuccess { token expiresAt } } }';
const revokeAll =
  'mutation ($input: SessionRevokeAllInput!) { sessionRevokeAll(input: $input) { __typename ... on Error { code } ... on SessionRevokeAllSuccess { count } } }';
const signOut =
  'mutation ($input: SignOutInput!) { signOut(input: $input) { __typename ... on Error { code } ... on SignOutSuccess { count } } }';

const idsOf = async (world: World, actor: Person) =>
  (await world.as(actor).run(Sessions)).sessions.nodes.map(({ id }) => id);

describe('sessions', () => {
  test('are one’s own, with device and address, newest first; the one of the request is told', async () => {
    const world = await makeWorld();
    const older = await world.session({ user: world.admin, createdAt: new Date(Date.now() - hour) });
    const newer = await world.session({
      user: world.admin,
      device: 'Firefox on Linux',
      userAgent: 'Mozilla/5.0 …',
      ipAddress: '192.0.2.7',
    });
    await world.session({ user: await world.member() });
    const me = { ...world.admin, session: sessionOf(older) };
    const { viewer, sessions } = await world.as(me).run(Sessions);
    const instants = ({ lastUsedAt, expiresAt, createdAt }: typeof older) => ({
      lastUsedAt: lastUsedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      createdAt: createdAt.toISOString(),
    });
    expect(sessions).toEqual({
      totalCount: 2,
      nodes: [
        {
          id: encodeId('Session', newer.id),
          device: 'Firefox on Linux',
          userAgent: 'Mozilla/5.0 …',
          ipAddress: '192.0.2.7',
          ...instants(newer),
        },
        { id: encodeId('Session', older.id), device: null, userAgent: null, ipAddress: null, ...instants(older) },
      ],
    });
    expect(viewer.session).toEqual({ sessionId: encodeId('Session', older.id) });
  });

  test('that have ended, or were not used for too long, are none any more', async () => {
    const world = await makeWorld();
    const good = await world.session({ user: world.admin });
    await world.session({ user: world.admin, revokedAt: new Date() });
    await world.session({ user: world.admin, expiresAt: new Date(Date.now() - 1) });
    await world.session({ user: world.admin, lastUsedAt: new Date(Date.now() - 30 * minute - 1) });
    expect(await idsOf(world, { ...world.admin, session: sessionOf(good) })).toEqual([encodeId('Session', good.id)]);
  });

  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      'Chrome on Windows',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    ['curl/8.5.0', 'curl'],
    ['<script>alert(1)</script>', null],
    ['', null],
  ])('%s is %s', (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device);
  });
});

describe('sessionRevoke', () => {
  const revoke = async (world: World, actor: Person, id: string) =>
    (await world.as(actor).run(SessionRevoke, { input: { id } })).sessionRevoke;

  test('ends it at once; a second time changes nothing', async () => {
    const world = await makeWorld();
    const { id, secret } = await world.session({ user: world.admin });
    const { result, events, logs } = await recorded(world, () => revoke(world, world.admin, encodeId('Session', id)));
    expect(success(result).deletedId).toBe(encodeId('Session', id));
    expect(await whoIs(secret)).toBe('UNAUTHENTICATED');
    expect(events).toMatchObject([{ type: 'session.revoked', aggregateId: id, payload: { userId: world.admin.id } }]);
    expect(logs).toMatchObject([{ entity: 'SESSION', event: 'UPDATED', actorId: world.admin.id }]);
    success(await unchanged(world, () => revoke(world, world.admin, id)));
  });

  test('finds nobody else’s', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { id } = await world.session({ user: client });
    const result = await unchanged(world, () => revoke(world, world.admin, id));
    expect(failure(result, 'NotFoundError').path).toEqual(['id']);
  });
});

describe('sessionRevokeAll and signOut', () => {
  async function cast() {
    const world = await makeWorld();
    const account = await world.account({ people: [world.admin] });
    const other = await makeWorld();
    const client = await other.client({ accountId: account.id });
    const { email } = account;
    const organization = world.organization.slug;
    const token = await signIn({ email, password, organization });
    return {
      world,
      other,
      client,
      token,
      others: [
        await signIn({ email, password, organization }),
        (await other.session({ user: client, accountId: account.id })).secret,
      ],
      bystander: (await world.session({ user: await world.client() })).secret,
    };
  }

  test('end the others, in every organization, and spare the one of the request', async () => {
    const { world, other, token, others, bystander } = await cast();
    const { result, events } = await recorded(world, () => send(revokeAll, bearer(token), { input: {} }));
    expect(result.answer).toEqual({ __typename: 'SessionRevokeAllSuccess', count: 2 });
    expect(await whoIs(token)).toMatch(/^member_/);
    for (const ended of others) expect(await whoIs(ended)).toBe('UNAUTHENTICATED');
    expect(await whoIs(bystander)).toMatch(/^client_/);
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([['session.revoked', world.admin.id]]);
    expect((await other.events()).map(({ type }) => type)).toEqual(['session.revoked']);
  });

  test('end it, too, where they are told to', async () => {
    for (const [query, input] of [
      [revokeAll, { includingThis: true }],
      [signOut, { everywhere: true }],
    ] as const) {
      const { token, others } = await cast();
      expect((await send(query, bearer(token), { input })).answer.count).toBe(3);
      for (const ended of [token, ...others]) expect(await whoIs(ended)).toBe('UNAUTHENTICATED');
    }
  });

  test('end the one of the request and no other', async () => {
    const { token, others } = await cast();
    const { answer, cookie } = await send(signOut, bearer(token), { input: {} });
    expect([answer, cookie]).toEqual([{ __typename: 'SignOutSuccess', count: 1 }, null]);
    expect(await whoIs(token)).toBe('UNAUTHENTICATED');
    for (const other of others) expect(await whoIs(other)).not.toBe('UNAUTHENTICATED');
  });

  test('end only the person’s own of somebody without an account', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const [one, two] = [await world.session({ user: client }), await world.session({ user: client })];
    expect((await send(revokeAll, bearer(one.secret), { input: {} })).answer.count).toBe(1);
    expect(await whoIs(two.secret)).toBe('UNAUTHENTICATED');
  });

  test('are refused to a token of a program', async () => {
    const world = await makeWorld();
    await world.session({ user: world.admin });
    const { secret } = await world.token(world.admin, { lastUsedAt: new Date() });
    for (const query of [revokeAll, signOut, refresh]) {
      const { answer } = await unchanged(world, () => send(query, bearer(secret), { input: {} }));
      expect(answer.code).toBe('NO_SESSION');
    }
  });
});

describe('sessionRefresh', () => {
  test('law 5: gives a new token; the old one ends, and the session lasts no longer', async () => {
    const world = await makeWorld();
    const { id, secret, expiresAt } = await world.session({ user: world.admin });
    const { result, events } = await recorded(world, () =>
      send(refresh, bearer(secret), { input: { deviceName: 'Anna’s laptop' } }),
    );
    const { token, expiresAt: until } = result.answer;
    expect(until).toBe(expiresAt.toISOString());
    expect(await whoIs(secret)).toBe('UNAUTHENTICATED');
    expect(await whoIs(token)).toBe(encodeId('TeamMember', world.admin.id));
    const rows = await world.rows.session.findMany({ where: { userId: world.admin.id } });
    expect(rows).toMatchObject([{ id, rotations: 1, device: 'Anna’s laptop' }]);
    expect(events).toMatchObject([{ type: 'session.refreshed', aggregateId: id }]);
    expect(JSON.stringify([events, await world.logs()])).not.toContain(token);
  });

  test('puts it into the cookie of a page of this server', async () => {
    const world = await makeWorld();
    const { secret } = await world.session({ user: world.admin });
    const { answer, cookie } = await send(refresh, { cookie: `__Host-session=${secret}`, ...ownPage }, { input: {} });
    expect(answer.token).toBeNull();
    const renewed = /^__Host-session=([^;]+); Max-Age=(\d+);/.exec(cookie) as RegExpExecArray;
    expect(Number(renewed[2])).toBeGreaterThan(86_000);
    expect(await whoIs(renewed[1] as string)).toBe(encodeId('TeamMember', world.admin.id));
  });

  test('law 5: of ten at once one gets a new token', async () => {
    const world = await makeWorld();
    const { id, secret } = await world.session({ user: world.admin });
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(refresh, bearer(secret), { input: {} })));
    const tokens = answers.flatMap(({ answer }) => answer?.token ?? []);
    const refusals = answers.flatMap(({ errors = [] }) => errors.map(({ extensions }: never) => extensions));
    expect(tokens).toHaveLength(1);
    expect(refusals).toHaveLength(9);
    expect(new Set(refusals.map(({ code }: { code: string }) => code))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(await whoIs(tokens[0])).toBe(encodeId('TeamMember', world.admin.id));
    expect((await world.rows.session.findUniqueOrThrow({ where: { id } })).rotations).toBe(1);
  });

  test('law 2: is possible as long as the session is, and no longer', async () => {
    const world = await makeWorld();
    const idle = await world.session({ user: world.admin, lastUsedAt: new Date(Date.now() - 30 * minute) });
    const { status } = await send(refresh, bearer(idle.secret), { input: {} });
    expect(status).toBe(401);
  });
});

describe('law 2: how long a session lasts', () => {
  test('unused is the organization’s to say, at once for everybody', async () => {
    const world = await makeWorld();
    const { secret } = await world.session({ user: world.admin, lastUsedAt: new Date(Date.now() - 20 * minute) });
    const set = (input: object) =>
      world.as(world.admin).run(
        `mutation ($input: OrganizationUpdateInput!) { organizationUpdate(input: $input) {
           ... on OrganizationUpdateSuccess { organization { sessionIdleMinutes sessionHours } }
           ... on InvalidInputError { issues { path code } } } }`,
        { input },
      );
    expect(await set({ sessionIdleMinutes: 10, sessionHours: 8 })).toEqual({
      organizationUpdate: { organization: { sessionIdleMinutes: 10, sessionHours: 8 } },
    });
    expect(await whoIs(secret)).toBe('UNAUTHENTICATED');
    await set({ sessionIdleMinutes: 60 });
    expect(await whoIs(secret)).toBe(encodeId('TeamMember', world.admin.id));
    for (const input of [
      { sessionIdleMinutes: 4 },
      { sessionIdleMinutes: 43_201 },
      { sessionHours: 0 },
      { sessionHours: 2_161 },
    ]) {
      const [field] = Object.keys(input);
      const refused = await unchanged(world, () => set(input));
      expect(refused.organizationUpdate.issues).toEqual([{ path: [field], code: 'OUT_OF_RANGE' }]);
    }
  });
});

describe('law 3: a session ends', () => {
  test('when its person is given another role, whatever gives it', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.manager });
    const { secret } = await world.session({ user: member });
    await world.rows.user.update({ where: { id: member.id }, data: { firstName: 'Pat' } });
    expect(await whoIs(secret)).toBe(encodeId('TeamMember', member.id));
    await world.rows.user.update({ where: { id: member.id }, data: { roleId: world.roles.contractor.id } });
    expect(await whoIs(secret)).toBe('UNAUTHENTICATED');
  });

  test('when its person is given a role beside the own one, or loses it, but not by its lasting longer', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    const other = await world.session({ user: world.admin });
    const signedIn = async () => (await world.session({ user: member })).secret;
    const here = encodeId('TeamMember', member.id);
    const end = (at: number) => ({ expiresAt: new Date(at) });

    let secret = await signedIn();
    const { id } = await world.assignment({ user: member, role: world.roles.manager, ...end(Date.now() + day) });
    expect(await whoIs(secret)).toBe('UNAUTHENTICATED');

    secret = await signedIn();
    const change = (data: { expiresAt: Date }) => world.rows.roleAssignment.update({ where: { id }, data });
    await change(end(Date.now() + 2 * day));
    expect(await whoIs(secret)).toBe(here);
    await change(end(Date.now() - day));
    expect(await whoIs(secret)).toBe(here);
    await change(end(Date.now() + day));
    expect(await whoIs(secret)).toBe('UNAUTHENTICATED');

    secret = await signedIn();
    await world.rows.roleAssignment.delete({ where: { id } });
    expect(await whoIs(secret)).toBe('UNAUTHENTICATED');
    expect(await whoIs(other.secret)).toBe(encodeId('TeamMember', world.admin.id));
  });

  test('while its account is inactive', async () => {
    const world = await makeWorld();
    const account = await world.account({ people: [world.admin] });
    const token = await signIn({ email: account.email, password });
    await world.rows.account.update({ where: { id: account.id }, data: { status: 'INACTIVE' } });
    expect(await whoIs(token)).toBe('UNAUTHENTICATED');
  });
});

test('what ended 30 days ago is taken away, once a day, however much it is', async () => {
  const world = await makeWorld();
  const clock = stopClock();
  const client = await world.client();
  const { id: accountId } = await world.account();
  const ago = (milliseconds: number) => new Date(clock.now().getTime() - milliseconds);
  const kept = [
    await world.session({ user: client, expiresAt: ago(30 * day) }),
    await world.session({ user: client, revokedAt: ago(30 * day) }),
  ].map(({ id }) => id);
  for (const fields of [{ expiresAt: ago(30 * day + 1) }, { revokedAt: ago(30 * day + 1) }]) {
    await world.session({ user: client, ...fields });
  }
  await world.magicLink({ client, expiresAt: ago(30 * day + 1) });
  const link = await world.magicLink({ client, expiresAt: ago(30 * day) });
  await world.accountCode({ accountId, expiresAt: ago(30 * day + 1) });
  const code = await world.accountCode({ accountId, expiresAt: ago(30 * day) });
  const late = await world.signUp({ expiresAt: ago(1) });
  const waiting = await world.signUp({ expiresAt: ago(0) });
  const job = removeStaleAccess(world.tools);
  expect(job.schedule).toBe('23 3 * * *');
  await job.run({});
  await job.run({});
  expect((await world.rows.session.findMany({ where: { userId: client.id } })).map(({ id }) => id).sort()).toEqual(
    kept.sort(),
  );
  expect((await world.rows.magicLink.findMany({ where: { userId: client.id } })).map(({ id }) => id)).toEqual([
    link.id,
  ]);
  expect((await world.rows.accountCode.findMany({ where: { accountId } })).map(({ id }) => id)).toEqual([code.id]);
  const ids = [late.id, waiting.id];
  expect((await world.rows.signUp.findMany({ where: { id: { in: ids } } })).map(({ id }) => id)).toEqual([waiting.id]);
});

test('a token of a program sees where its person is signed in', async () => {
  const world = await makeWorld();
  const { id } = await world.session({ user: world.admin });
  const { sessions } = await world.as(asToken(world.admin)).run(Sessions);
  expect(sessions.nodes.map((node) => node.id)).toEqual([encodeId('Session', id)]);
});
