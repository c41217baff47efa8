import { describe, expect, test } from 'vitest';
import { permissions, scopes } from '../../../src/identity/permissions.ts';
import { anonymousViewer } from '../../../src/kernel/viewer.ts';
import { issuesOf, success, unchanged } from '../../kit/expect.ts';
import { asToken, viewerOf } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { mayOf, TokenCreate, tell, works } from './documents.ts';

type Input = { scopes?: string[]; mode?: 'LIVE' | 'TEST'; expiresAt?: string; rateLimit?: object };

const create = async (world: World, input: Input, actor = viewerOf(world.admin)) =>
  (await world.as(actor).run(TokenCreate, { input: { name: 'A token', ...input } })).apiTokenCreate;

describe('apiTokenCreate', () => {
  test('keeps scopes, limits and mode as they were asked for, each scope once', async () => {
    const world = await makeWorld();
    const { apiToken, secret } = success(
      await create(world, {
        mode: 'TEST',
        scopes: ['tags:read', 'orders:write', 'tags:read'],
        rateLimit: { requestsPerMinute: 60 },
        expiresAt: '2099-01-01T00:00:00Z',
      }),
    );
    expect(secret).toMatch(/^sx_test_[0-9A-Za-z]{49}$/);
    expect(apiToken).toMatchObject({
      prefix: secret.slice(0, 12),
      mode: 'TEST',
      scopes: ['orders:write', 'tags:read'],
      rateLimit: { requestsPerMinute: 60, costPerMinute: null },
      expiresAt: '2099-01-01T00:00:00.000Z',
      role: { name: 'Administrator' },
    });
    expect(await works(secret)).toBe(true);
    const cost = success(await create(world, { rateLimit: { costPerMinute: 5_000 } })).apiToken;
    expect(cost.rateLimit).toEqual({ requestsPerMinute: null, costPerMinute: 5_000 });
    expect(success(await create(world, { rateLimit: {} })).apiToken.rateLimit).toBeNull();
  });

  test.each<[Input, string[]]>([
    [{ scopes: [] }, ['scopes REQUIRED']],
    [{ scopes: ['orders:read', 'orders:fly', 'ORDERS:READ'] }, ['scopes.1 UNKNOWN', 'scopes.2 UNKNOWN']],
    [
      { rateLimit: { requestsPerMinute: 0, costPerMinute: -1 } },
      ['rateLimit.requestsPerMinute OUT_OF_RANGE', 'rateLimit.costPerMinute OUT_OF_RANGE'],
    ],
    [{ rateLimit: { costPerMinute: 1_000_000_001 } }, ['rateLimit.costPerMinute OUT_OF_RANGE']],
    [{ expiresAt: '2020-01-01T00:00:00Z', scopes: ['*', ''] }, ['expiresAt OUT_OF_RANGE', 'scopes.1 UNKNOWN']],
  ])('refuses %j', async (input, issues) => {
    const world = await makeWorld();
    expect(issuesOf(await unchanged(world, () => create(world, input)))).toEqual(issues);
  });

  test('is for people: the engine itself makes none', async () => {
    const world = await makeWorld();
    const engine = {
      ...anonymousViewer(),
      kind: 'SYSTEM',
      side: 'STAFF',
      organizationId: world.organizationId,
    } as const;
    const refusals = await unchanged(world, () => world.as(engine).refused(TokenCreate, { input: { name: 'x' } }));
    expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });
});

describe('law 2: scopes', () => {
  test('are one for reading and one for writing each word before a permission’s dot', () => {
    expect(scopes).toEqual([...scopes].sort());
    expect(scopes).toContain('orders:read');
    expect(scopes).toContain('orders:write');
    expect(scopes).not.toContain('magicLinks:read');
    const domains = new Set(Object.keys(permissions).map((name) => name.split('.')[0]));
    expect(new Set(scopes.slice(1).map((scope) => scope.split(':')[0]))).toEqual(domains);
  });

  test('leave of what the role gives what is in them; who may write may read', async () => {
    const world = await makeWorld();
    const may = async (given: string[]) => {
      const { secret } = await world.token(world.admin, { scopes: given });
      return Object.keys(await mayOf(secret));
    };
    expect(await may(['orders:read'])).toEqual(['orders.read']);
    expect(await may(['orders:write'])).toEqual([
      'orders.create',
      'orders.delete',
      'orders.read',
      'orders.restore',
      'orders.update',
    ]);
    expect(await may(['coupons:read', 'magicLinks:write'])).toEqual([
      'coupons.preview',
      'coupons.read',
      'magicLinks.create',
    ]);
    expect(await may(['*'])).toEqual(Object.keys(permissions).sort());
    expect(await may(['tags:read', '*'])).toHaveLength(Object.keys(permissions).length);
  });

  test('never add to the role', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { orderAccess: 1, settingsTags: true } });
    const { secret } = await world.token(member, { scopes: ['orders:write', 'tags:write', 'logs:read'] });
    expect(await mayOf(secret)).toEqual({
      'orders.read': 1,
      'tags.create': 3,
      'tags.delete': 3,
      'tags.read': 1,
      'tags.update': 3,
    });
  });

  test('decide about queries and mutations', async () => {
    const world = await makeWorld();
    await world.order();
    const { secret } = await world.token(world.admin, { scopes: ['tags:write'] });
    expect(await tell(secret, '{ tags { totalCount } }')).toMatchObject({
      status: 200,
      data: { tags: { totalCount: 0 } },
    });
    expect((await tell(secret, '{ orders { totalCount } }')).codes).toEqual(['FORBIDDEN']);
    const tagCreate = 'mutation { tagCreate(input: { name: "New" }) { __typename } }';
    expect((await tell(secret, tagCreate)).data).toEqual({ tagCreate: { __typename: 'TagCreateSuccess' } });
    const roleCreate = 'mutation { roleCreate(input: { name: "New" }) { __typename } }';
    expect((await tell(secret, roleCreate)).codes).toEqual(['FORBIDDEN']);
  });
});

describe('law 1: a token does no more than its person may at the moment', () => {
  test('also when the person has another role by now', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.manager });
    const { secret } = await world.token(member);
    expect(await mayOf(secret)).toMatchObject({ 'orders.update': 3, 'tags.create': 3 });
    await world.rows.user.update({ where: { id: member.id }, data: { roleId: world.roles.contractor.id } });
    const may = await mayOf(secret);
    expect(may).toMatchObject({ 'orders.update': 1, 'orders.read': 1, 'ticketMessages.create': 1 });
    expect(Object.keys(may)).not.toContain('tags.create');
  });

  test('and gains nothing when the person does', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.contractor });
    const { secret } = await world.token(member);
    const before = await mayOf(secret);
    await world.rows.user.update({ where: { id: member.id }, data: { roleId: world.roles.administrator.id } });
    expect(await mayOf(secret)).toEqual(before);
  });
});

describe('law 5: what a token makes is within it', () => {
  /** A program that makes tokens. */
  const program = async (world: World, fields: Parameters<World['token']>[1]) => {
    const token = await world.token(world.admin, fields);
    const ask = async (input: Input) => {
      const variables = { input: { name: 'Made', ...input } };
      const { data } = await tell(token.secret, TokenCreate.toString(), variables);
      return (data as { apiTokenCreate: { __typename: 'ApiTokenCreateSuccess' } }).apiTokenCreate as Awaited<
        ReturnType<typeof create>
      >;
    };
    return ask;
  };

  test('its scopes, its mode, its end and its limits are the most, and the standard', async () => {
    const world = await makeWorld();
    const ask = await program(world, {
      scopes: ['apiTokens:write', 'orders:write'],
      mode: 'TEST',
      expiresAt: new Date('2098-01-01T00:00:00Z'),
      requestsPerMinute: 100,
    });
    expect(success(await ask({})).apiToken).toMatchObject({
      mode: 'TEST',
      scopes: ['apiTokens:write', 'orders:write'],
      expiresAt: '2098-01-01T00:00:00.000Z',
      rateLimit: { requestsPerMinute: 100, costPerMinute: null },
    });
    const less = await ask({ scopes: ['orders:read'], rateLimit: { requestsPerMinute: 10, costPerMinute: 10 } });
    expect(success(less).apiToken).toMatchObject({
      scopes: ['orders:read'],
      rateLimit: { requestsPerMinute: 10, costPerMinute: 10 },
    });
    const refused = await unchanged(world, () =>
      ask({
        mode: 'LIVE',
        scopes: ['orders:read', 'tags:read', '*'],
        expiresAt: '2098-01-01T00:00:00.001Z',
        rateLimit: { requestsPerMinute: 101 },
      }),
    );
    expect(issuesOf(refused)).toEqual([
      'mode NOT_YOURS',
      'expiresAt NOT_YOURS',
      'scopes.1 NOT_YOURS',
      'scopes.2 NOT_YOURS',
      'rateLimit.requestsPerMinute NOT_YOURS',
    ]);
  });

  test('one without bounds sets none; without the scope it makes none', async () => {
    const world = await makeWorld();
    const ask = await program(world, {});
    expect(success(await ask({ mode: 'TEST', expiresAt: '2099-01-01T00:00:00Z' })).apiToken.scopes).toEqual(['*']);
    const { secret } = await world.token(world.admin, { scopes: ['apiTokens:read'] });
    // Its first use is noted.
    expect(await works(secret)).toBe(true);
    const { codes } = await unchanged(world, () => tell(secret, TokenCreate.toString(), { input: { name: 'x' } }));
    expect(codes).toEqual(['FORBIDDEN']);
  });

  test('a token of a token has the same role', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { settingsIntegrations: true } });
    const { apiTokenCreate } = await world.as(asToken(member)).run(TokenCreate, { input: { name: 'Small' } });
    expect(Object.keys(await mayOf(success(apiTokenCreate).secret))).not.toContain('orders.read');
  });
});

describe('law 3: a secret that can be none', () => {
  test('is refused without being looked for', async () => {
    const world = await makeWorld();
    const { secret } = await world.token(world.admin);
    const { query } = world.database.pool;
    let asked = 0;
    world.database.pool.query = ((...args: Parameters<typeof query>) => {
      asked += 1;
      return Reflect.apply(query, world.database.pool, args);
    }) as typeof query;
    try {
      const last = secret.at(-1) === 'a' ? 'b' : 'a';
      for (const wrong of [
        `${secret.slice(0, -1)}${last}`,
        secret.slice(0, -1),
        `${secret}a`,
        secret.replace('live', 'test'),
      ]) {
        expect((await tell(wrong, '{ __typename }')).status).toBe(401);
      }
      expect(asked).toBe(0);
      expect(await works(secret)).toBe(true);
      expect(asked).toBeGreaterThan(0);
    } finally {
      world.database.pool.query = query;
    }
  });
});
