import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { request } from '../../kit/client.ts';
import { hour, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { asToken } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const ApiTokenCreate = graphql(`
  mutation ApiTokenCreate($input: ApiTokenCreateInput!) {
    apiTokenCreate(input: $input) {
      ... on ApiTokenCreateSuccess {
        secret
        apiToken {
          id
          name
          prefix
          mode
          scopes
          rateLimit {
            requestsPerMinute
            costPerMinute
          }
          expiresAt
          lastUsedAt
          revokedAt
          role {
            name
          }
          user {
            name
          }
        }
      }
      ...Failure
    }
  }
`);

const ApiTokenRevoke = graphql(`
  mutation ApiTokenRevoke($input: ApiTokenRevokeInput!) {
    apiTokenRevoke(input: $input) {
      ... on ApiTokenRevokeSuccess {
        apiToken {
          id
          revokedAt
        }
      }
      ...Failure
    }
  }
`);

const ApiTokens = graphql(`
  query ApiTokens {
    apiTokens {
      totalCount
      nodes {
        name
        prefix
      }
    }
  }
`);

type Reply = { status: number; code: string | undefined; slug: string | undefined; authenticate: string | null };

/** What the server says to a bearer of this. */
async function ask(authorization?: string): Promise<Reply> {
  const response = await request({
    body: { query: '{ organization { slug } }' },
    headers: authorization === undefined ? {} : { authorization },
  });
  const { data, errors } = (await response.json()) as {
    data?: { organization?: { slug: string } };
    errors?: { extensions?: { code?: string } }[];
  };
  return {
    status: response.status,
    code: errors?.[0]?.extensions?.code,
    slug: data?.organization?.slug,
    authenticate: response.headers.get('www-authenticate'),
  };
}

const refused = { status: 401, code: 'UNAUTHENTICATED', slug: undefined, authenticate: 'Bearer' };
const admitted = (world: World): Reply => ({
  status: 200,
  code: undefined,
  slug: world.organization.slug,
  authenticate: null,
});

describe('apiTokenCreate', () => {
  test('makes a token that opens the door, tells its secret once and stores only its hash', async () => {
    const world = await makeWorld();
    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(ApiTokenCreate, { input: { name: 'Deploy', expiresAt: '2099-01-01T00:00:00Z' } }),
    );

    const { secret, apiToken } = success(result.apiTokenCreate);
    expect(secret).toMatch(/^sx_live_[0-9A-Za-z]{49}$/);
    expect(apiToken).toEqual({
      id: apiToken.id,
      name: 'Deploy',
      prefix: secret.slice(0, 12),
      mode: 'LIVE',
      scopes: ['*'],
      rateLimit: null,
      expiresAt: '2099-01-01T00:00:00.000Z',
      lastUsedAt: null,
      revokedAt: null,
      role: { name: 'Administrator' },
      user: { name: 'Ada Admin' },
    });
    expect(await ask(`Bearer ${secret}`)).toEqual(admitted(world));

    const [row] = await world.rows.apiToken.findMany({ where: { organizationId: world.organizationId } });
    expect(Buffer.from(row?.tokenHash ?? []).toString('hex')).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(events).toMatchObject([{ type: 'api_token.created', aggregateId: row?.id, payload: {} }]);
    // Neither the secret nor its hash is written down anywhere else.
    expect(logs).toMatchObject([{ entity: 'API_TOKEN', event: 'CREATED', entityId: row?.id }]);
    expect(Object.keys(logs[0]?.changes ?? {})).not.toContain('token_hash');
    expect(JSON.stringify([events, logs])).not.toContain(secret.slice(12));
  });

  test('of a person who may do little makes a token that may do as little', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { settingsIntegrations: true } });
    const { apiTokenCreate } = await world.as(member).run(ApiTokenCreate, { input: { name: 'Small' } });
    const response = await request({
      headers: { authorization: `Bearer ${success(apiTokenCreate).secret}` },
      body: {
        query:
          '{ viewer { kind may: can(permission: "tags.create") integrates: can(permission: "apiTokens.create") } }',
      },
    });
    expect(await response.json()).toEqual({ data: { viewer: { kind: 'TOKEN', may: false, integrates: true } } });
  });

  test('refuses a blank name and a past expiry, both at once', async () => {
    const world = await makeWorld();
    stopClock('2026-06-01T00:00:00Z');
    const create = (expiresAt: string) =>
      world.as(world.admin).run(ApiTokenCreate, { input: { name: ' ', expiresAt } });
    const { apiTokenCreate } = await unchanged(world, () => create('2026-06-01T00:00:00Z'));
    expect(issuesOf(apiTokenCreate)).toEqual(['name REQUIRED', 'expiresAt OUT_OF_RANGE']);
    expect(issuesOf((await create('2026-06-01T00:00:00.001Z')).apiTokenCreate)).toEqual(['name REQUIRED']);
  });
});

describe('apiTokenRevoke', () => {
  test('ends a token at once; again changes nothing', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const { secret, id } = await world.token(world.admin);
    const revoke = () => world.as(world.admin).run(ApiTokenRevoke, { input: { id: encodeId('ApiToken', id) } });
    expect(await ask(`Bearer ${secret}`)).toEqual(admitted(world));

    const { result, events, logs } = await recorded(world, revoke);
    const revokedAt = clock.now().toISOString();
    expect(success(result.apiTokenRevoke).apiToken).toEqual({ id: `token_${id}`, revokedAt });
    expect(events.map(({ type }) => type)).toEqual(['api_token.revoked']);
    expect(logs.map(({ event, changes }) => [event, Object.keys(changes)])).toEqual([['UPDATED', ['revoked_at']]]);
    expect(await ask(`Bearer ${secret}`)).toEqual(refused);

    clock.advance(hour);
    const again = await unchanged(world, revoke);
    expect(success(again.apiTokenRevoke).apiToken.revokedAt).toBe(revokedAt);
  });

  test('finds no stranger’s token', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const { id, secret } = await other.token(other.admin);
    const { apiTokenRevoke } = await unchanged(other, () =>
      world.as(world.admin).run(ApiTokenRevoke, { input: { id } }),
    );
    expect(failure(apiTokenRevoke, 'NotFoundError').path).toEqual(['id']);
    expect(await ask(`Bearer ${secret}`)).toEqual(admitted(other));
  });
});

describe('a bearer', () => {
  test('of an expired token is refused from that moment on', async () => {
    const world = await makeWorld();
    const { secret, id } = await world.token(world.admin, { expiresAt: new Date(Date.now() + hour) });
    expect(await ask(`Bearer ${secret}`)).toEqual(admitted(world));
    await world.rows.apiToken.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await ask(`Bearer ${secret}`)).toEqual(refused);
  });

  test('whose person was deactivated is refused', async () => {
    const world = await makeWorld();
    const member = await world.member();
    const { secret } = await world.token(member);
    await world.rows.user.update({ where: { id: member.id }, data: { status: 'INACTIVE' } });
    expect(await ask(`Bearer ${secret}`)).toEqual(refused);
  });

  test.each([
    ['nothing', ''],
    ['a scheme alone', 'Bearer'],
    ['another scheme', 'Basic c3g6c3g='],
    ['two words', 'Bearer one two'],
    ['something else', 'Bearer nonsense'],
    ['our prefix and nothing behind it', 'Bearer sx_live_'],
    ['SQL', "Bearer sx_live_'||(select 1)||'"],
    ['a very long token', `Bearer sx_live_${'x'.repeat(5_000)}`],
  ])('of %s is refused, even for what needs no viewer', async (_, authorization) => {
    expect(await ask(authorization)).toEqual(refused);
    const response = await request({ headers: { authorization }, body: { query: '{ __typename }' } });
    expect(response.status).toBe(401);
  });

  test('of nothing at all is nobody: told so where somebody is needed', async () => {
    expect(await ask()).toMatchObject({ code: 'UNAUTHENTICATED', slug: undefined });
    const response = await request({ body: { query: '{ __typename }' } });
    expect([response.status, await response.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
  });

  test('may write the scheme as it likes', async () => {
    const world = await makeWorld();
    const { secret } = await world.token(world.admin);
    expect(await ask(`bearer ${secret}`)).toEqual(admitted(world));
    expect(await ask(`BEARER ${secret}`)).toEqual(admitted(world));
  });

  test('leaves a trace at most once a minute', async () => {
    const world = await makeWorld();
    const { secret, id } = await world.token(world.admin);
    const lastUsed = async () => (await world.rows.apiToken.findUniqueOrThrow({ where: { id } })).lastUsedAt;
    const use = async () => {
      expect(await ask(`Bearer ${secret}`)).toEqual(admitted(world));
      return await lastUsed();
    };
    expect(await lastUsed()).toBeNull();
    const { result: first, logs } = await recorded(world, use);
    expect(Math.abs((first?.getTime() ?? 0) - Date.now())).toBeLessThan(10_000);
    // Using a token is no change of it.
    expect(logs).toEqual([]);
    expect(await use()).toEqual(first);

    const almost = new Date(Date.now() - 50_000);
    await world.rows.apiToken.update({ where: { id }, data: { lastUsedAt: almost } });
    expect(await use()).toEqual(almost);
    const longAgo = new Date(Date.now() - 61_000);
    await world.rows.apiToken.update({ where: { id }, data: { lastUsedAt: longAgo } });
    expect((await use())?.getTime()).toBeGreaterThan(longAgo.getTime() + 50_000);
    expect((await world.rows.apiToken.findUniqueOrThrow({ where: { id } })).version).toBe(1);
  });
});

describe('apiTokens', () => {
  test('are listed to those who may manage integrations, without secrets', async () => {
    const world = await makeWorld();
    const token = await world.token(world.admin, { name: 'One' });
    await world.stranger();
    expect(await world.as(world.admin).run(ApiTokens)).toEqual({
      apiTokens: { totalCount: 1, nodes: [{ name: 'One', prefix: token.secret.slice(0, 12) }] },
    });
    const member = await world.member({ grants: { orderAccess: 3 } });
    for (const actor of [member, asToken(member), await world.client()]) {
      expect((await world.as(actor).refused(ApiTokens)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
    }
  });
});
