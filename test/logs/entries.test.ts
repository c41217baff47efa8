import { describe, expect, test } from 'vitest';
import { decodeId, encodeId } from '../../src/kernel/id.ts';
import { entityTypes, type LogEntity } from '../../src/logs/rules.ts';
import { graphql } from '../generated/gql.ts';
import { testServer, type VariablesOf } from '../kit/client.ts';
import { success, unchanged } from '../kit/expect.ts';
import { asToken, viewerOf } from '../kit/viewers.ts';
import { makePopulatedWorld, makeWorld, type World } from '../kit/world.ts';

const LogEntries = graphql(`
  query LogEntries($filter: LogFilter) {
    logs(filter: $filter, first: 100) {
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
    }
  }
`);

const LoggedOrderUpdate = graphql(`
  mutation LoggedOrderUpdate($input: OrderUpdateInput!) {
    orderUpdate(input: $input) {
      ... on OrderUpdateSuccess {
        order {
          id
        }
      }
      ...Failure
    }
  }
`);

const LoggedOrderDelete = graphql(`
  mutation LoggedOrderDelete($input: OrderDeleteInput!) {
    orderDelete(input: $input) {
      ... on OrderDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const LoggedOrderRestore = graphql(`
  mutation LoggedOrderRestore($input: OrderRestoreInput!) {
    orderRestore(input: $input) {
      ... on OrderRestoreSuccess {
        order {
          id
        }
      }
      ...Failure
    }
  }
`);

const LoggedTokenCreate = graphql(`
  mutation LoggedTokenCreate($input: ApiTokenCreateInput!) {
    apiTokenCreate(input: $input) {
      ... on ApiTokenCreateSuccess {
        secret
        apiToken {
          id
        }
      }
      ...Failure
    }
  }
`);

type Filter = VariablesOf<typeof LogEntries>['filter'];

async function entriesOf(world: World, filter: Filter) {
  const { logs } = await world.as(world.admin).run(LogEntries, { filter });
  expect(logs.totalCount).toBe(logs.nodes.length);
  return logs.nodes;
}

const about = (entityId: string): Filter => ({ entityId: { eq: entityId } });

describe('log entries', () => {
  test('tell what was changed from what to what, by whom, whose it is, and in which request', async () => {
    const world = await makeWorld();
    const order = await world.order({ note: 'Old', metadata: { a: 1 } });
    const dueAt = '2026-05-01T00:00:00.000Z';
    const server = await testServer();
    const response = await server.fetch(
      'http://engine.test/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: LoggedOrderUpdate.toString(),
          variables: { input: { id: order.id, note: null, dueAt, metadata: { b: [2] } } },
        }),
      },
      { viewer: viewerOf(world.admin) },
    );
    expect(await response.json()).toMatchObject({ data: { orderUpdate: { __typename: 'OrderUpdateSuccess' } } });

    const [entry, ...before] = await entriesOf(world, about(encodeId('Order', order.id)));

    expect(entry).toMatchObject({
      id: expect.stringMatching(/^log_/),
      entity: 'ORDER',
      entityId: encodeId('Order', order.id),
      event: 'UPDATED',
      changes: [
        { field: 'dueAt', before: null, after: expect.stringMatching(/^2026-05-01T00:00:00/) },
        { field: 'metadata', before: { a: 1 }, after: { b: [2] } },
        { field: 'note', before: 'Old', after: null },
      ],
      actorKind: 'STAFF',
      actor: { id: encodeId('TeamMember', world.admin.id), name: 'Ada Admin' },
      owner: { id: encodeId('Client', order.clientId) },
      requestId: response.headers.get('x-request-id'),
    });
    expect(before.map(({ event, actorKind, actor, requestId }) => ({ event, actorKind, actor, requestId }))).toEqual([
      { event: 'CREATED', actorKind: 'SYSTEM', actor: null, requestId: null },
    ]);
  });

  test('speak of every kind of object, each named by its id', async () => {
    const world = await makePopulatedWorld();
    const entries = await entriesOf(world, {});
    const seen = new Set(entries.map(({ entity }) => entity));
    expect([...seen].sort()).toEqual(Object.keys(entityTypes).sort());
    for (const { entity, entityId } of entries) {
      const type = entityTypes[entity as LogEntity];
      expect(entityId).toBe(encodeId(type, decodeId(type, entityId) ?? ''));
    }
    const { client, ...ids } = { client: world.ids.Client, task: world.ids.OrderTask, message: world.ids.OrderMessage };
    for (const id of [client, world.ids.Order, world.ids.FilledFormField, world.ids.Invoice, ...Object.values(ids)]) {
      const entries = await entriesOf(world, about(id));
      expect(entries.length).toBeGreaterThan(0);
      expect(new Set(entries.map(({ owner }) => owner?.id))).toEqual(new Set([client]));
    }
    for (const id of [world.ids.Tag, world.ids.Service, world.ids.Role]) {
      expect(new Set((await entriesOf(world, about(id))).map(({ owner }) => owner))).toEqual(new Set([null]));
    }
  });

  test('tell a deletion that can be undone and its undoing apart from a change', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const admin = world.as(world.admin);
    success((await admin.run(LoggedOrderDelete, { input: { id: order.id } })).orderDelete);
    success((await admin.run(LoggedOrderRestore, { input: { id: order.id } })).orderRestore);
    const entries = await entriesOf(world, about(order.id));
    expect(entries.map(({ event, changes }) => [event, changes.map(({ field }) => field)]).slice(0, 2)).toEqual([
      ['RESTORED', ['deletedAt']],
      ['DELETED', ['deletedAt']],
    ]);
    const [restored, deleted] = entries.map(({ changes }) => changes[0]);
    expect([deleted?.before, restored?.after]).toEqual([null, null]);
    expect(deleted?.after).toBe(restored?.before);
  });

  test('tell who and what joins or leaves an object as its change', async () => {
    const world = await makeWorld();
    const [ann, bob, tag] = [await world.member(), await world.member(), await world.tag('Old')];
    const order = await world.order({ employees: [ann], tags: [tag] });
    const input = { id: order.id, employeeIds: [bob.id], tags: [] };
    success((await world.as(world.admin).run(LoggedOrderUpdate, { input })).orderUpdate);
    const entries = await entriesOf(world, { entityId: { eq: order.id }, actorId: { eq: world.admin.id } });
    expect(entries.map(({ entity, event, changes }) => ({ entity, event, changes })).reverse()).toEqual([
      { entity: 'ORDER', event: 'UPDATED', changes: [{ field: 'employees', before: ann.id, after: null }] },
      { entity: 'ORDER', event: 'UPDATED', changes: [{ field: 'employees', before: null, after: bob.id }] },
      { entity: 'ORDER', event: 'UPDATED', changes: [{ field: 'tags', before: tag.id, after: null }] },
    ]);
  });

  test('the other links are changes of their holders, too', async () => {
    const world = await makeWorld();
    const [addon, parent] = [await world.service(), await world.service({ employees: [world.admin] })];
    const client = await world.client({ managers: [world.admin] });
    const { organizationId } = world;
    await world.rows.serviceAddon.create({ data: { organizationId, addonId: addon.id, parentId: parent.id } });
    const links = async (id: string) =>
      (await entriesOf(world, { entityId: { eq: id }, event: { eq: 'UPDATED' } })).map(({ entity, changes }) => [
        entity,
        ...changes.map(({ field, after }) => [field, after]),
      ]);
    expect(await links(parent.id)).toEqual([['SERVICE', ['employees', world.admin.id]]]);
    expect(await links(addon.id)).toEqual([['SERVICE', ['addonTo', parent.id]]]);
    expect(await links(client.id)).toEqual([['CLIENT', ['managers', world.admin.id]]]);
  });

  test('never tell a secret, nor that one was used', async () => {
    const world = await makeWorld();
    const { apiTokenCreate } = await world.as(world.admin).run(LoggedTokenCreate, { input: { name: 'Robot' } });
    const { secret, apiToken } = success(apiTokenCreate);
    const id = decodeId('ApiToken', apiToken.id) as string;
    const { tokenHash } = await world.rows.apiToken.findUniqueOrThrow({ where: { id } });
    await world.rows.apiToken.update({ where: { id }, data: { lastUsedAt: new Date() } });
    await world.rows.apiToken.update({ where: { id }, data: { tokenHash: Buffer.alloc(32, 7) } });

    const entries = await entriesOf(world, about(id));

    expect(entries.map(({ event }) => event)).toEqual(['CREATED']);
    expect(entries[0]?.changes.map(({ field }) => field)).toEqual([
      'mode',
      'name',
      'prefix',
      'roleId',
      'scopes',
      'userId',
    ]);
    const everything = JSON.stringify(
      await world.rows.log.findMany({ where: { organizationId: world.organizationId } }),
    );
    for (const word of [
      secret,
      'token_hash',
      Buffer.from(tokenHash).toString('hex'),
      Buffer.from(tokenHash).toString('base64'),
    ]) {
      expect(everything).not.toContain(word);
    }
  });

  test('tell a token as a token, with the person behind it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { id: order.id, note: 'New' };
    success((await world.as(asToken(world.admin)).run(LoggedOrderUpdate, { input })).orderUpdate);
    const [entry] = await entriesOf(world, about(order.id));
    expect(entry).toMatchObject({ actorKind: 'TOKEN', actor: { id: encodeId('TeamMember', world.admin.id) } });
  });

  test.each([
    `insert into logs (organization_id, actor_kind, entity, entity_id, event)
       values (current_setting('app.organization_id')::uuid, 'SYSTEM', 'TAG', gen_random_uuid(), 'UPDATED')`,
    `update logs set event = 'CREATED'`,
    'delete from logs',
    'truncate logs',
    `select log_change(current_setting('app.organization_id')::uuid, 'TAG', gen_random_uuid(), null, 'UPDATED', '{}')`,
    'alter table logs disable trigger all',
    'alter table tags disable trigger audit',
    `set local session_replication_role = 'replica'`,
  ])('append-only: the app role can’t %s', async (statement) => {
    const world = await makeWorld();
    await unchanged(world, async () => {
      const work = world.database.transact(viewerOf(world.admin), (tx) => tx.$executeRawUnsafe(statement));
      await expect(work).rejects.toThrow(/permission denied|must be owner/);
    });
  });
});
