import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ReferredClientCreate = graphql(`
  mutation ReferredClientCreate($input: ClientCreateInput!) {
    clientCreate(input: $input) {
      ... on ClientCreateSuccess {
        client {
          id
          referredBy {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

const ReferredClientUpdate = graphql(`
  mutation ReferredClientUpdate($input: ClientUpdateInput!) {
    clientUpdate(input: $input) {
      ... on ClientUpdateSuccess {
        client {
          version
          referredBy {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

const create = async (world: World, referredById: string | null, actor: Actor = world.admin) => {
  const input = { firstName: 'New', lastName: 'Client', email: 'new@example.com', referredById };
  return (await world.as(actor).run(ReferredClientCreate, { input })).clientCreate;
};
const update = async (
  world: World,
  input: VariablesOf<typeof ReferredClientUpdate>['input'],
  actor: Actor = world.admin,
) => (await world.as(actor).run(ReferredClientUpdate, { input })).clientUpdate;

describe('who brought a client', () => {
  test('is said when it is made', async () => {
    const world = await makeWorld();
    const affiliate = encodeId('Client', (await world.client()).id);
    expect(success(await create(world, affiliate)).client.referredBy).toEqual({ id: affiliate });
  });

  test('is changed and cleared, and stays when nothing is said', async () => {
    const world = await makeWorld();
    const [first, second, client] = [await world.client(), await world.client(), await world.client()];
    const { id } = client;
    const { result, events, logs } = await recorded(world, () => update(world, { id, referredById: first.id }));
    expect(success(result).client).toEqual({ version: 2, referredBy: { id: encodeId('Client', first.id) } });
    expect(events.map(({ type }) => type)).toEqual(['client.updated']);
    expect(logs.map(({ changes }) => changes)).toEqual([{ referred_by_id: { before: null, after: first.id } }]);
    const changed = success(await update(world, { id, referredById: second.id })).client;
    expect(changed.referredBy).toEqual({ id: encodeId('Client', second.id) });
    expect(success(await update(world, { id, phone: '1' })).client.referredBy).toEqual(changed.referredBy);
    expect(success(await update(world, { id, referredById: null })).client.referredBy).toBeNull();
  });

  test('is another client of the organization', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const strange = await (await makeWorld()).client();
    for (const id of [strange.id, world.admin.id, '00000000-0000-7000-8000-000000000000', 'order_1', '']) {
      expect(issuesOf(await unchanged(world, () => create(world, id)))).toEqual(['referredById NOT_FOUND']);
      const refused = await unchanged(world, () => update(world, { id: client.id, referredById: id }));
      expect(issuesOf(refused)).toEqual(['referredById NOT_FOUND']);
    }
    const itself = await unchanged(world, () => update(world, { id: client.id, referredById: client.id }));
    expect(issuesOf(itself)).toEqual(['referredById INVALID']);
  });

  test('is one whom the viewer may see, or was before', async () => {
    const world = await makeWorld();
    const keeper = await world.member({ grants: { clients: 1 } });
    const [own, other] = [await world.client({ managers: [keeper] }), await world.client()];
    const client = await world.client({ managers: [keeper] });
    expect(issuesOf(await unchanged(world, () => create(world, other.id, keeper)))).toEqual(['referredById NOT_FOUND']);
    success(await create(world, own.id, keeper));
    const { id } = client;
    const refused = await unchanged(world, () => update(world, { id, referredById: other.id }, keeper));
    expect(issuesOf(refused)).toEqual(['referredById NOT_FOUND']);
    await world.rows.user.update({ where: { id }, data: { referredById: other.id } });
    success(await update(world, { id, referredById: other.id, phone: '1' }, keeper));
  });

  test('is not told to clients, and is nobody when the affiliate is deleted', async () => {
    const world = await makeWorld();
    const affiliate = await world.client();
    const client = await world.client({ referredById: affiliate.id });
    const read = `{ client(id: "${client.id}") { referredBy { id } } }`;
    expect(await world.as(world.admin).run(read)).toEqual({
      client: { referredBy: { id: encodeId('Client', affiliate.id) } },
    });
    expect(await world.as(client).run(read)).toEqual({ client: { referredBy: null } });
    await world.rows.user.delete({ where: { id: affiliate.id } });
    expect(await world.as(world.admin).run(read)).toEqual({ client: { referredBy: null } });
  });
});
