import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ClientUpdate = graphql(`
  mutation ClientUpdate($input: ClientUpdateInput!) {
    clientUpdate(input: $input) {
      ... on ClientUpdateSuccess {
        client {
          id
          firstName
          lastName
          email
          status
          phone
          company
          taxId
          note
          customFields
          version
          createdAt
          address {
            id
            line1
            city
            country
            firstName
            lastName
            taxId
            companyName
          }
          accountManager {
            id
          }
          managers {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof ClientUpdate>['input'];

const update = async (world: World, input: Input, actor = world.admin) =>
  (await world.as(actor).run(ClientUpdate, { input })).clientUpdate;
const memberId = ({ id }: { id: string }) => encodeId('TeamMember', id);

describe('clientUpdate', () => {
  test('changes what is given and nothing else, announces and logs it', async () => {
    const world = await makeWorld();
    const client = await world.client({ firstName: 'Jane', lastName: 'Doe', phone: '1', company: 'Acme', note: 'n' });

    const { result, events, logs } = await recorded(world, () =>
      update(world, { id: encodeId('Client', client.id), lastName: 'Roe', phone: null, expectedVersion: 1 }),
    );

    expect(success(result).client).toMatchObject({
      id: encodeId('Client', client.id),
      firstName: 'Jane',
      lastName: 'Roe',
      email: client.email,
      phone: null,
      company: 'Acme',
      note: 'n',
      status: 'ACTIVE',
      version: 2,
    });
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['client.updated', client.id]]);
    expect(logs.map(({ event, entityId, changes }) => ({ event, entityId, changes }))).toEqual([
      {
        event: 'UPDATED',
        entityId: client.id,
        changes: { last_name: { before: 'Doe', after: 'Roe' }, phone: { before: '1', after: null } },
      },
    ]);
  });

  test('announces and logs nothing when nothing changed', async () => {
    const world = await makeWorld();
    const manager = await world.member();
    const address = await world.address({ firstName: 'Cleo', lastName: 'Doe' });
    const client = await world.client({ lastName: 'Doe', addressId: address.id, managers: [manager] });
    await world.rows.user.update({ where: { id: client.id }, data: { accountManagerId: manager.id } });
    const { version } = await world.rows.user.findUniqueOrThrow({ where: { id: client.id } });
    const { result, events, logs } = await recorded(world, () =>
      update(world, {
        id: client.id,
        lastName: 'Doe',
        managerIds: [manager.id],
        address: { line1: address.line1, city: address.city, country: 'DE' },
      }),
    );
    expect(success(result).client.version).toBe(version);
    expect([events, logs]).toEqual([[], []]);
  });

  test('C6: an address replaces the whole one, in its row, with the names copied anew', async () => {
    const world = await makeWorld();
    const address = await world.address({ city: 'Berlin', taxId: 'old', companyName: 'Old' });
    const client = await world.client({ addressId: address.id, firstName: 'Jane', lastName: 'Doe', taxId: 'DE1' });
    const { result, events } = await recorded(world, () =>
      update(world, { id: client.id, company: 'Acme', address: { line1: '2 Side Street' } }),
    );
    expect(success(result).client.address).toEqual({
      id: encodeId('Address', address.id),
      line1: '2 Side Street',
      city: null,
      country: null,
      firstName: 'Jane',
      lastName: 'Doe',
      taxId: 'DE1',
      companyName: 'Acme',
    });
    expect(events.map(({ type }) => type)).toEqual(['client.updated']);
  });

  test('an empty address blanks it; an absent one leaves it; the first one makes it', async () => {
    const world = await makeWorld();
    const client = await world.client({ firstName: 'Jane', lastName: 'Doe' });
    const made = success(await update(world, { id: client.id, address: { line1: '1 Main Street', country: 'DE' } }));
    expect(made.client.address).toMatchObject({ line1: '1 Main Street', country: 'DE', firstName: 'Jane' });
    const renamed = success(await update(world, { id: client.id, firstName: 'Joan' }));
    expect(renamed.client.address).toEqual(made.client.address);
    const blanked = success(await update(world, { id: client.id, address: {} }));
    expect(blanked.client.address).toMatchObject({ line1: null, country: null, firstName: 'Joan', lastName: 'Doe' });
    expect(blanked.client.address?.id).toBe(made.client.address?.id);
  });

  test('C7: null takes the address away from the client and leaves its row', async () => {
    const world = await makeWorld();
    const address = await world.address();
    const client = await world.client({ addressId: address.id });
    const { result, events } = await recorded(world, () => update(world, { id: client.id, address: null }));
    expect(success(result).client.address).toBeNull();
    expect(events.map(({ type }) => type)).toEqual(['client.updated']);
    expect(await world.rows.address.findUnique({ where: { id: address.id } })).toEqual(address);
  });

  test('C8: custom fields are replaced as a whole; null empties them', async () => {
    const world = await makeWorld();
    const client = await world.client({ customFields: { b: 2 } });
    const fields = async (customFields: unknown) =>
      success(await update(world, { id: client.id, customFields })).client.customFields;
    expect(await fields({ a: 1 })).toEqual({ a: 1 });
    expect(await fields(null)).toEqual({});
  });

  test('C9: takes the client’s own e-mail address, in any letter case', async () => {
    const world = await makeWorld();
    const client = await world.client({ email: 'jane@example.com' });
    const { client: updated } = success(await update(world, { id: client.id, email: 'JANE@example.com' }));
    expect([updated.email, updated.version]).toEqual(['jane@example.com', 1]);
  });

  test('refuses the e-mail address of somebody else', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.client({ email: 'jane@example.com' });
    const result = await unchanged(world, () => update(world, { id: client.id, email: 'Jane@example.com' }));
    expect(failure(result, 'InvalidInputError').issues).toEqual([
      { path: ['email'], code: 'TAKEN', message: 'There is a person with this e-mail address already.' },
    ]);
  });

  test('replaces the managers: the first is the account manager; null and an empty list leave nobody', async () => {
    const world = await makeWorld();
    const [a, b, c] = [
      await world.member({ firstName: 'A' }),
      await world.member({ firstName: 'B' }),
      await world.member({ firstName: 'C' }),
    ];
    const client = await world.client({ managers: [a, b] });
    const { result, events, logs } = await recorded(world, () =>
      update(world, { id: client.id, managerIds: [c.id, b.id] }),
    );
    const { client: updated } = success(result);
    expect(updated.accountManager).toEqual({ id: memberId(c) });
    expect(updated.managers).toEqual([{ id: memberId(b) }, { id: memberId(c) }]);
    expect(events.map(({ type }) => type)).toEqual(['client.updated']);
    expect(logs.map(({ changes }) => changes)).toEqual(
      expect.arrayContaining([
        { managers: { before: a.id, after: null } },
        { managers: { before: null, after: c.id } },
        { account_manager_id: { before: null, after: c.id } },
      ]),
    );
    for (const managerIds of [[], null]) {
      await update(world, { id: client.id, managerIds: [a.id] });
      const cleared = success(await update(world, { id: client.id, managerIds })).client;
      expect([cleared.accountManager, cleared.managers]).toEqual([null, []]);
    }
  });

  test('refuses managers that are no team members, at their places', async () => {
    const world = await makeWorld();
    const [client, other] = [await world.client(), await world.client()];
    const result = await unchanged(world, () =>
      update(world, { id: client.id, managerIds: [world.admin.id, other.id] }),
    );
    expect(issuesOf(result)).toEqual(['managerIds.1 NOT_FOUND']);
  });

  test('makes a client inactive, and dates it back', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { client: updated } = success(
      await update(world, { id: client.id, status: 'INACTIVE', createdAt: '2019-01-01T00:00:00Z' }),
    );
    expect([updated.status, updated.createdAt]).toEqual(['INACTIVE', '2019-01-01T00:00:00.000Z']);
  });

  test('refuses to clear what must be there, and names each', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const cleared = { firstName: null, lastName: ' ', email: null, status: null, createdAt: null };
    const result = await unchanged(world, () => update(world, { id: client.id, ...cleared }));
    expect(issuesOf(result).sort()).toEqual([
      'createdAt REQUIRED',
      'email REQUIRED',
      'firstName REQUIRED',
      'lastName REQUIRED',
      'status REQUIRED',
    ]);
  });

  test('refuses a stale version, and tells the one there is', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.rows.user.update({ where: { id: client.id }, data: { note: 'newer' } });
    const result = await unchanged(world, () => update(world, { id: client.id, note: 'mine', expectedVersion: 1 }));
    expect(failure(result, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('of two at once with the same version, one wins', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const answers = await Promise.all(
      ['one', 'two'].map((note) => update(world, { id: client.id, note, expectedVersion: 1 })),
    );
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['ClientUpdateSuccess', 'ConflictError']);
  });

  test('finds no client that is not there, nor a team member', async () => {
    const world = await makeWorld();
    const strange = await (await makeWorld()).client();
    const unknown = '00000000-0000-7000-8000-000000000000';
    for (const id of [world.admin.id, memberId(world.admin), strange.id, unknown, 'client_1', '']) {
      const result = await unchanged(world, () => update(world, { id, note: 'x' }));
      expect(failure(result, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('reaches as far as the grade: own clients, the group’s, all', async () => {
    const world = await makeWorld();
    const group = await world.group();
    const [own, grouped] = [
      await world.member({ grants: { clients: 1 }, groupId: group.id }),
      await world.member({ grants: { clients: 2 }, groupId: group.id }),
    ];
    const [mine, ours, others] = [
      await world.client({ managers: [own] }),
      await world.client({ managers: [grouped] }),
      await world.client(),
    ];
    const reach = async (actor: typeof own) => {
      const names = [];
      for (const client of [mine, ours, others]) {
        names.push((await update(world, { id: client.id, note: `by ${actor.id}` }, actor)).__typename);
      }
      return names;
    };
    expect(await reach(own)).toEqual(['ClientUpdateSuccess', 'NotFoundError', 'NotFoundError']);
    expect(await reach(grouped)).toEqual(['ClientUpdateSuccess', 'ClientUpdateSuccess', 'NotFoundError']);
  });

  test('is forbidden on a client that is seen only through its order', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { clients: 1, orderAccess: 1 } });
    const client = await world.client();
    await world.order({ client, employees: [member] });
    const refusals = await unchanged(world, () =>
      world.as(member).refused(ClientUpdate, { input: { id: client.id, note: 'x' } }),
    );
    expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });

  test('of two clients who take the same address at once, one gets it', async () => {
    const world = await makeWorld();
    const clients = [await world.client(), await world.client()];
    const { result, events } = await recorded(world, () =>
      Promise.all(clients.map(({ id }) => update(world, { id, email: 'Same@example.com' }))),
    );
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['ClientUpdateSuccess', 'InvalidInputError']);
    expect(events).toHaveLength(1);
  });

  test.each([
    [{ firstName: 'x'.repeat(256) }, 'firstName TOO_LONG'],
    [{ phone: 'x'.repeat(51) }, 'phone TOO_LONG'],
    [{ note: 'x'.repeat(65_536) }, 'note TOO_LONG'],
    [{ customFields: { a: '\0' } }, 'customFields INVALID'],
    [{ address: { city: 'x'.repeat(256) } }, 'address.city TOO_LONG'],
  ] satisfies [Omit<Input, 'id'>, string][])('refuses %j', async (input, issue) => {
    const world = await makeWorld();
    const { id } = await world.client();
    expect(issuesOf(await unchanged(world, () => update(world, { id, ...input })))).toEqual([issue]);
  });

  test('law 5: logs the address that it rewrites, as an edit of the client', async () => {
    const world = await makeWorld();
    const address = await world.address({ line1: 'Old', firstName: 'Cleo', lastName: 'Doe' });
    const client = await world.client({ addressId: address.id, lastName: 'Doe' });
    const { result, logs } = await recorded(world, () =>
      update(world, { id: client.id, address: { line1: 'New', city: address.city, country: 'DE' } }),
    );
    expect(success(result).client.version).toBe(2);
    expect(logs.map(({ entity, entityId, event, changes }) => ({ entity, entityId, event, changes }))).toEqual([
      {
        entity: 'ADDRESS',
        entityId: address.id,
        event: 'UPDATED',
        changes: { line_1: { before: 'Old', after: 'New' } },
      },
    ]);
  });
});
