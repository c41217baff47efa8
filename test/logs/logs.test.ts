import { describe, expect, test } from 'vitest';
import type { Prisma } from '../../src/generated/prisma/client.ts';
import { countStatements } from '../../src/kernel/db.ts';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const Logs = graphql(`
  query Logs($filter: LogFilter, $first: Int, $after: String) {
    logs(filter: $filter, first: $first, after: $after) {
      nodes {
        id
        entity
        entityId
        event
        changes {
          field
          before
          after
        }
        actorKind
        actor {
          id
          name
        }
        owner {
          id
          name
        }
        requestId
        createdAt
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const LogNode = graphql(`
  query LogNode($id: ID!) {
    node(id: $id) {
      id
      ... on Log {
        event
      }
    }
  }
`);

type Filter = VariablesOf<typeof Logs>['filter'];

async function logsOf(world: World, filter: Filter) {
  const { logs } = await world.as(world.admin).run(Logs, { filter, first: 100 });
  expect(logs.totalCount).toBe(logs.nodes.length);
  return logs.nodes;
}

/** An entry at so many minutes of a day long ago, when nothing else happened. */
async function entry(world: World, minute: number, fields: Partial<Prisma.LogUncheckedCreateInput> = {}) {
  return await world.rows.log.create({
    data: {
      organizationId: world.organizationId,
      createdAt: longAgo(minute),
      actorKind: 'SYSTEM',
      entity: 'TAG',
      entityId: world.organizationId,
      event: 'UPDATED',
      ...fields,
    },
  });
}

const longAgo = (minute: number) => new Date(Date.UTC(2020, 0, 1, 0, minute));
const then: Filter = { createdAt: { lt: '2021-01-01T00:00:00Z' } };

describe('logs', () => {
  test('L3, L4, L5: come newest first, in pages', async () => {
    const world = await makeWorld();
    for (let minute = 0; minute < 5; minute += 1) await entry(world, minute);
    const pages: string[][] = [];
    let after: string | null = null;
    for (;;) {
      const answer: {
        logs: {
          nodes: { createdAt: string }[];
          totalCount: number;
          pageInfo: { hasNextPage: boolean; endCursor?: string | null };
        };
      } = await world.as(world.admin).run(Logs, { filter: then, first: 2, after });
      pages.push(answer.logs.nodes.map(({ createdAt }) => createdAt));
      expect(answer.logs.totalCount).toBe(5);
      after = answer.logs.pageInfo.endCursor ?? null;
      if (!answer.logs.pageInfo.hasNextPage) break;
    }
    const at = (minute: number) => longAgo(minute).toISOString();
    expect(pages).toEqual([[at(4), at(3)], [at(2), at(1)], [at(0)]]);
  });

  test('survive the people in them', async () => {
    const world = await makeWorld();
    const [member, client] = [await world.member(), await world.client()];
    await entry(world, 1, { actorKind: 'STAFF', actorId: member.id, ownerId: client.id });
    await world.rows.user.deleteMany({ where: { id: { in: [member.id, client.id] } } });
    const entries = await logsOf(world, then);
    expect(entries.map(({ actorKind, actor, owner }) => ({ actorKind, actor, owner }))).toEqual([
      { actorKind: 'STAFF', actor: null, owner: null },
    ]);
    expect((await logsOf(world, { ...then, actorId: { eq: member.id } })).length).toBe(1);
  });

  test('are found by object, kind of object, actor, owner, event and time', async () => {
    const world = await makeWorld();
    const [ann, client] = [await world.member(), await world.client()];
    const order = '00000000-0000-7000-8000-00000000000a';
    await entry(world, 0, { entity: 'ORDER', entityId: order, event: 'CREATED', ownerId: client.id });
    await entry(world, 1, {
      entity: 'ORDER',
      entityId: order,
      actorKind: 'STAFF',
      actorId: ann.id,
      ownerId: client.id,
    });
    await entry(world, 2, { entity: 'ORDER_TASK', actorKind: 'CLIENT', actorId: client.id, ownerId: client.id });
    await entry(world, 3, { entity: 'TAG', event: 'DELETED', actorKind: 'STAFF', actorId: ann.id });
    /** The minutes of what is found, newest first. */
    const found = async (filter: Filter) =>
      (await logsOf(world, { and: [then, filter as object] })).map(({ createdAt }) =>
        new Date(createdAt).getUTCMinutes(),
      );

    expect(await found({})).toEqual([3, 2, 1, 0]);
    expect(await found({ entity: { eq: 'ORDER' } })).toEqual([1, 0]);
    expect(await found({ entity: { in: ['ORDER_TASK', 'TAG'] } })).toEqual([3, 2]);
    expect(await found({ entity: { notIn: ['ORDER'] } })).toEqual([3, 2]);
    expect(await found({ entityId: { eq: order } })).toEqual([1, 0]);
    expect(await found({ entityId: { eq: encodeId('Order', order) } })).toEqual([1, 0]);
    expect(await found({ entityId: { notIn: [order] } })).toEqual([3, 2]);
    expect(await found({ entityId: { eq: 'nonsense' } })).toEqual([]);
    expect(await found({ actorId: { eq: encodeId('TeamMember', ann.id) } })).toEqual([3, 1]);
    expect(await found({ actorId: { in: [ann.id, encodeId('Client', client.id)] } })).toEqual([3, 2, 1]);
    expect(await found({ actorId: { eq: null } })).toEqual([0]);
    expect(await found({ ownerId: { eq: encodeId('Client', client.id) } })).toEqual([2, 1, 0]);
    expect(await found({ ownerId: { eq: null } })).toEqual([3]);
    expect(await found({ event: { eq: 'UPDATED' } })).toEqual([2, 1]);
    expect(await found({ event: { in: ['CREATED', 'DELETED'] } })).toEqual([3, 0]);
    expect(await found({ createdAt: { gte: longAgo(1).toISOString(), lt: longAgo(3).toISOString() } })).toEqual([2, 1]);
    expect(await found({ entity: { eq: 'ORDER' }, event: { eq: 'UPDATED' }, actorId: { eq: ann.id } })).toEqual([1]);
    expect(await found({ or: [{ entity: { eq: 'TAG' } }, { actorId: { eq: client.id } }] })).toEqual([3, 2]);
    expect(await found({ not: { event: { eq: 'UPDATED' } } })).toEqual([3, 0]);
  });

  test('refuse an unknown kind of object or event', async () => {
    const world = await makeWorld();
    for (const filter of ['entity: { eq: BOGUS }', 'event: { eq: BOGUS }', 'bogus: { eq: 1 }']) {
      const [refusal] = await world.as(world.admin).refused(`{ logs(filter: { ${filter} }) { totalCount } }`);
      expect(refusal?.message.toLowerCase()).toContain('bogus');
    }
  });

  test('are for those who may see all of it: nobody else gets one, by list or by id', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const id = encodeId('Log', (await entry(world, 1)).id);
    const people: Record<string, Actor> = {
      administrator: world.admin,
      token: asToken(world.admin),
      auditor: await world.member({ grants: { settingsLogs: true } }),
      manager: await world.member({ role: world.roles.manager }),
      contractor: await world.member({ role: world.roles.contractor }),
      unprivileged: await world.member({ grants: {} }),
      client: await world.client(),
      stranger: other.admin,
      anonymous,
    };
    const outcomes: Record<string, unknown[]> = {};
    for (const [name, actor] of Object.entries(people)) {
      const [list, one] = [
        await world.as(actor).answer(Logs, { filter: then }),
        await world.as(actor).answer(LogNode, { id }),
      ];
      outcomes[name] = [
        list.errors?.[0]?.extensions?.code ?? (list.data?.logs as { totalCount: number } | undefined)?.totalCount,
        one.errors?.[0]?.extensions?.code ?? (one.data?.node as object | null) !== null,
      ];
    }
    expect(outcomes).toEqual({
      administrator: [1, true],
      token: [1, true],
      auditor: [1, true],
      manager: ['FORBIDDEN', false],
      contractor: ['FORBIDDEN', false],
      unprivileged: ['FORBIDDEN', false],
      client: ['FORBIDDEN', false],
      stranger: [0, false],
      anonymous: ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
    });
  });

  test('cost as many statements for 20 entries as for 2', async () => {
    const statements = async (entries: number) => {
      const world = await makeWorld();
      for (let minute = 0; minute < entries; minute += 1) {
        const [member, client] = [await world.member(), await world.client()];
        await entry(world, minute, { actorKind: 'STAFF', actorId: member.id, ownerId: client.id });
      }
      const counted = await countStatements(() => world.as(world.admin).run(Logs, { filter: then }));
      expect(counted.result.logs.nodes).toHaveLength(entries);
      expect(counted.result.logs.nodes.every(({ actor, owner }) => actor && owner)).toBe(true);
      return counted.statements;
    };
    const [few, many] = [await statements(2), await statements(20)];
    expect(few).toBeGreaterThan(2);
    expect(many).toBe(few);
  });
});
