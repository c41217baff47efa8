import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { day, hour, stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { TokenRotate, tell, works } from './documents.ts';

const rotate = async (
  world: World,
  id: string,
  input: { overlapHours?: number | null } = {},
  actor: Actor = world.admin,
) => (await world.as(actor).run(TokenRotate, { input: { id, ...input } })).apiTokenRotate;

const rowOf = (world: World, id: string) => world.rows.apiToken.findUniqueOrThrow({ where: { id } });

describe('apiTokenRotate', () => {
  test('makes another secret for the same; both work for a day', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const old = await world.token(world.admin, {
      name: 'Deploy',
      mode: 'TEST',
      scopes: ['orders:read', 'tags:write'],
      requestsPerMinute: 7,
      costPerMinute: 8,
      expiresAt: new Date(clock.now().getTime() + 20 * day),
      createdAt: new Date(clock.now().getTime() - 10 * day),
      lastUsedAt: clock.now(),
    });
    const { result, events, logs } = await recorded(world, () => rotate(world, old.id));
    const { secret, apiToken } = success(result);
    expect(apiToken).toEqual({
      id: apiToken.id,
      name: 'Deploy',
      prefix: secret.slice(0, 12),
      mode: 'TEST',
      scopes: ['orders:read', 'tags:write'],
      rateLimit: { requestsPerMinute: 7, costPerMinute: 8 },
      // Thirty days, as the first had them.
      expiresAt: new Date(clock.now().getTime() + 30 * day).toISOString(),
      lastUsedAt: null,
      replacedBy: null,
    });
    expect([await works(secret), await works(old.secret)]).toEqual([true, true]);
    const row = await rowOf(world, old.id);
    expect(encodeId('ApiToken', row.replacedById as string)).toBe(apiToken.id);
    expect(row.expiresAt).toEqual(new Date(clock.now().getTime() + day));
    expect(events.map(({ type, aggregateId, payload }) => [type, aggregateId, payload])).toEqual([
      ['api_token.created', row.replacedById, {}],
      ['api_token.rotated', old.id, { replacedById: row.replacedById }],
    ]);
    expect(
      logs.map(({ entity, event, changes }) => [entity, event, Object.keys(changes).includes('token_hash')]),
    ).toEqual([
      ['API_TOKEN', 'CREATED', false],
      ['API_TOKEN', 'UPDATED', false],
    ]);
    expect(JSON.stringify([events, logs])).not.toContain(secret.slice(12));
  });

  test('ends the old secret when its time is over, and never later than it would have ended', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const at = (hours: number) => new Date(clock.now().getTime() + hours * hour);
    const endOf = async (fields: { expiresAt?: Date }, overlapHours?: number | null) => {
      const token = await world.token(world.admin, fields);
      success(await rotate(world, token.id, { overlapHours }));
      return (await rowOf(world, token.id)).expiresAt;
    };
    expect(await endOf({})).toEqual(at(24));
    expect(await endOf({}, null)).toEqual(at(24));
    expect(await endOf({}, 168)).toEqual(at(168));
    expect(await endOf({ expiresAt: at(2) }, 3)).toEqual(at(2));
    expect(await endOf({ expiresAt: at(4) }, 3)).toEqual(at(3));
    const token = await world.token(world.admin);
    const { secret } = success(await rotate(world, token.id, { overlapHours: 0 }));
    expect([await works(token.secret), await works(secret)]).toEqual([false, true]);
  });

  test('one that never ends is followed by one that never ends', async () => {
    const world = await makeWorld();
    const token = await world.token(world.admin);
    expect(success(await rotate(world, token.id)).apiToken.expiresAt).toBeNull();
  });

  test('refuses an overlap beyond a week', async () => {
    const world = await makeWorld();
    const { id } = await world.token(world.admin);
    for (const overlapHours of [-1, 169]) {
      expect(issuesOf(await unchanged(world, () => rotate(world, id, { overlapHours })))).toEqual([
        'overlapHours OUT_OF_RANGE',
      ]);
    }
  });

  test('refuses one that has ended or was rotated, which happens once', async () => {
    const world = await makeWorld();
    const revoked = await world.token(world.admin, { revokedAt: new Date() });
    const expired = await world.token(world.admin, { expiresAt: new Date(Date.now() - 1) });
    for (const { id } of [revoked, expired]) {
      expect(failure(await unchanged(world, () => rotate(world, id)), 'InvalidStateError').code).toBe('ENDED');
    }
    const { id } = await world.token(world.admin);
    const results = await Promise.all(Array.from({ length: 5 }, () => rotate(world, id)));
    expect(results.filter(({ __typename }) => __typename === 'ApiTokenRotateSuccess')).toHaveLength(1);
    expect(failure(await unchanged(world, () => rotate(world, id)), 'InvalidStateError').code).toBe('ROTATED');
  });

  test('is for its own person only: the secret would act as somebody else', async () => {
    const world = await makeWorld();
    const { id } = await world.token(world.admin);
    const other = await world.member();
    const refusals = await unchanged(world, () => world.as(other).refused(TokenRotate, { input: { id } }));
    expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
    const stranger = await makeWorld();
    expect(failure(await unchanged(world, () => rotate(stranger, id)), 'NotFoundError').path).toEqual(['id']);
  });

  test('can be done by the token itself', async () => {
    const world = await makeWorld();
    const { id, secret } = await world.token(world.admin, { scopes: ['apiTokens:write'] });
    const { data } = await tell(secret, TokenRotate.toString(), { input: { id } });
    const { apiTokenRotate } = data as { apiTokenRotate: { secret: string; apiToken: { scopes: string[] } } };
    expect(apiTokenRotate.apiToken.scopes).toEqual(['apiTokens:write']);
    expect(await works(apiTokenRotate.secret)).toBe(true);
  });
});
