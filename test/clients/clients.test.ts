import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const Clients = graphql(`
  query Clients(
    $filter: ClientFilter
    $search: String
    $sort: [ClientSort!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    clients(
      filter: $filter
      search: $search
      sort: $sort
      first: $first
      after: $after
      last: $last
      before: $before
    ) {
      nodes {
        id
        firstName
      }
      totalCount
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

const OneClient = graphql(`
  query OneClient($id: ID!) {
    client(id: $id) {
      id
      firstName
      note
      stripeId
      analyticsId
      phone
      balance {
        amount
        currency
      }
      address {
        id
        line1
      }
      accountManager {
        name
      }
      managers {
        name
      }
      teamOwners {
        firstName
      }
      teamMembers {
        firstName
      }
    }
  }
`);

const ClientNode = graphql(`
  query ClientNode($id: ID!) {
    node(id: $id) {
      id
      ... on Client {
        firstName
      }
      ... on Address {
        line1
      }
    }
  }
`);

type Variables = VariablesOf<typeof Clients>;
type Step = Exclude<NonNullable<Variables['sort']>, readonly unknown[]>;

async function namesOf(world: World, variables: Variables = {}, actor: Actor = world.admin): Promise<string> {
  const { clients } = await world.as(actor).run(Clients, variables);
  expect(clients.totalCount).toBe(clients.nodes.length);
  return clients.nodes.map(({ firstName }) => firstName).join('');
}

const minute = (index: number) => new Date(Date.UTC(2026, 0, 1, 0, index));
const byName: Variables['sort'] = [{ field: 'FIRST_NAME' }];

/** Clients A, B, C …, each a minute younger than the one before. */
async function clientsInTime(world: World, fields: Parameters<World['client']>[0][]) {
  const made = [];
  for (const [index, given] of fields.entries()) {
    made.push(await world.client({ firstName: String.fromCharCode(65 + index), createdAt: minute(index), ...given }));
  }
  return made as [Awaited<ReturnType<World['client']>>, ...Awaited<ReturnType<World['client']>>[]];
}

describe('clients', () => {
  test('L1: none make an empty page, whatever the team', async () => {
    const world = await makeWorld();
    expect((await world.as(world.admin).run(Clients)).clients).toEqual({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('L5: come newest first, and in every order that is asked for', async () => {
    const world = await makeWorld();
    await clientsInTime(world, [
      { email: 'z@example.com', lastName: 'M', balance: '5' as never },
      { email: 'y@example.com', lastName: 'L', balance: '20' as never, status: 'INACTIVE' },
      { email: 'x@example.com', lastName: 'N', balance: '10' as never },
    ]);
    const sorted = (...sort: Step[]) => namesOf(world, { sort });
    expect(await namesOf(world)).toBe('CBA');
    expect(await sorted({ field: 'CREATED_AT' })).toBe('ABC');
    expect(await sorted({ field: 'ID' })).toBe('ABC');
    expect(await sorted({ field: 'ID', direction: 'DESC' })).toBe('CBA');
    expect(await sorted({ field: 'EMAIL' })).toBe('CBA');
    expect(await sorted({ field: 'FIRST_NAME', direction: 'DESC' })).toBe('CBA');
    expect(await sorted({ field: 'LAST_NAME' })).toBe('BAC');
    expect(await sorted({ field: 'BALANCE' })).toBe('ACB');
    expect(await sorted({ field: 'STATUS' }, { field: 'FIRST_NAME', direction: 'DESC' })).toBe('CAB');
  });

  test('L4: pages of an order join without gap or overlap, forward and back', async () => {
    const world = await makeWorld();
    await clientsInTime(
      world,
      [{}, {}, {}, {}, {}].map((_, index) => ({ balance: String(index % 2) as never })),
    );
    const sort: Variables['sort'] = [{ field: 'BALANCE', direction: 'DESC' }, { field: 'ID' }];
    const forward: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const { clients } = await world.as(world.admin).run(Clients, { sort, first: 2, after });
      forward.push(clients.nodes.map(({ firstName }) => firstName).join(''));
      expect(clients.totalCount).toBe(5);
      after = clients.pageInfo.hasNextPage ? clients.pageInfo.endCursor : null;
    }
    expect(forward).toEqual(['BD', 'AC', 'E']);
    const back: string[] = [];
    for (let before: string | null | undefined; before !== null; ) {
      const { clients } = await world.as(world.admin).run(Clients, { sort, last: 2, before });
      back.push(clients.nodes.map(({ firstName }) => firstName).join(''));
      before = clients.pageInfo.hasPreviousPage ? clients.pageInfo.startCursor : null;
    }
    expect(back).toEqual(['CE', 'DA', 'B']);
  });

  test('filter by id, e-mail, status, balance, creation and managers', async () => {
    const world = await makeWorld();
    const [manager, second] = [await world.member(), await world.member()];
    const [a, b] = await clientsInTime(world, [
      { email: 'a@example.com', accountManagerId: manager.id, managers: [manager, second] },
      { email: 'b@example.com', status: 'INACTIVE', balance: '10.5' as never, managers: [second] },
      { email: 'c@other.org', balance: '100' as never },
    ]);
    const found = (filter: Variables['filter']) => namesOf(world, { filter, sort: byName });
    expect(await found({ id: { in: [encodeId('Client', a.id), b?.id as string, encodeId('Order', a.id)] } })).toBe(
      'AB',
    );
    expect(await found({ email: { eq: 'a@example.com' } })).toBe('A');
    expect(await found({ email: { eq: 'example.com' } })).toBe('');
    expect(await found({ email: { contains: 'EXAMPLE' } })).toBe('AB');
    expect(await found({ status: { eq: 'INACTIVE' } })).toBe('B');
    expect(await found({ status: { in: ['ACTIVE', 'INACTIVE'] } })).toBe('ABC');
    expect(await found({ balance: { gt: '10' } })).toBe('BC');
    expect(await found({ balance: { eq: '10.50' } })).toBe('B');
    expect(await found({ createdAt: { lt: minute(1).toISOString() } })).toBe('A');
    expect(await found({ accountManagerId: { eq: encodeId('TeamMember', manager.id) } })).toBe('A');
    expect(await found({ accountManagerId: { eq: null } })).toBe('BC');
    expect(await found({ managerId: { in: [second.id] } })).toBe('AB');
    expect(await found({ or: [{ email: { eq: 'c@other.org' } }, { status: { eq: 'INACTIVE' } }] })).toBe('BC');
  });

  test('search finds by the beginning of names, e-mail and company, every word of it', async () => {
    const world = await makeWorld();
    await clientsInTime(world, [
      { lastName: "O'Neil", email: 'first@example.com', company: 'Acme Tools' },
      { lastName: 'Müller', email: 'second@example.com', company: 'Acme Paints' },
    ]);
    const found = (search: string) => namesOf(world, { search, sort: byName });
    expect(await found('acme')).toBe('AB');
    expect(await found('ACME too')).toBe('A');
    expect(await found("o'ne")).toBe('A');
    expect(await found('oneil')).toBe('A');
    expect(await found('mül')).toBe('B');
    expect(await found('second@ex')).toBe('B');
    expect(await found('tools paints')).toBe('');
    expect(await found('cme')).toBe('');
    expect(await found('  ')).toBe('AB');
    expect(await found('%')).toBe('');
  });

  test('refuse a sort and a filter that there is not', async () => {
    const world = await makeWorld();
    const refused = async (args: string) =>
      (await world.as(world.admin).refused(`query { clients(${args}) { totalCount } }`))[0]?.message;
    expect(await refused('sort: [{ field: NAME }]')).toContain('NAME');
    expect(await refused('filter: { company: { eq: "x" } }')).toContain('company');
  });

  test('are those that the viewer’s grade reaches, and those of the orders it sees', async () => {
    const world = await makeWorld();
    const group = await world.group();
    const member = async (grants: NonNullable<Parameters<World['member']>[0]>['grants'], groupId = group.id) =>
      await world.member({ grants, groupId });
    const own = await member({ clients: 1 });
    const grouped = await member({ clients: 2 });
    const working = await member({ clients: 1, orderAccess: 1 });
    const leading = await member({ clients: 1, orderAccess: 2 });
    const restoring = await member({ clients: 1, orderAccess: 2, orderManagement: 2 });
    const reading = await member({ clients: 1, orderAccess: 3 });
    const alone = await world.member({ grants: { clients: 2, orderAccess: 2 } });
    const [, , , d] = await clientsInTime(world, [
      { managers: [own] },
      { accountManagerId: grouped.id },
      { managers: [alone] },
      {},
    ]);
    await world.order({ client: d, employees: [working], deletedAt: new Date() });
    const seen = (actor: Actor) => namesOf(world, { sort: byName }, actor);
    expect(await seen(world.admin)).toBe('ABCD');
    expect(await seen(own)).toBe('A');
    expect(await seen(grouped)).toBe('AB');
    // Its order is deleted: who may restore it sees whose it is.
    expect(await seen(working)).toBe('');
    expect(await seen(leading)).toBe('');
    expect(await seen(restoring)).toBe('D');
    await world.rows.order.updateMany({ where: { clientId: d?.id }, data: { deletedAt: null } });
    expect(await seen(working)).toBe('D');
    expect(await seen(leading)).toBe('D');
    expect(await seen(reading)).toBe('ABCD');
    expect(await seen(alone)).toBe('C');
  });

  test('a client sees itself and nobody else', async () => {
    const world = await makeWorld();
    const [a, b] = await clientsInTime(world, [{}, {}]);
    expect(await namesOf(world, {}, a)).toBe('A');
    const see = async (id: string) => (await world.as(a).run(ClientNode, { id })).node;
    expect(await see(encodeId('Client', a.id))).toMatchObject({ firstName: 'A' });
    expect(await see(encodeId('Client', b?.id as string))).toBeNull();
  });

  test('are nobody of another organization', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    await other.client();
    expect(await namesOf(world)).toBe('');
  });

  test('need the permission, also of staff who see clients in orders', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { orderAccess: 3 } });
    expect((await world.as(member).refused(Clients)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });

  test('search finds by what is said now, not by what was, and by whole texts of any length', async () => {
    const world = await makeWorld();
    const [a] = await clientsInTime(world, [{ lastName: 'Oldname', email: 'old@example.com', company: null }, {}]);
    const found = (search: string) => namesOf(world, { search, sort: byName });
    expect(await found('oldname')).toBe('A');
    await world.rows.user.update({ where: { id: a.id }, data: { lastName: 'Newname', company: 'x'.repeat(200) } });
    expect(await found('oldname')).toBe('');
    expect(await found('NEWname old@EXAMPLE.com')).toBe('A');
    expect(await found('x'.repeat(200))).toBe('A');
    expect(await found('new\0name')).toBe('');
    expect(await found('\0')).toBe('AB');
  });

  test('search and filter together, page by page', async () => {
    const world = await makeWorld();
    await clientsInTime(
      world,
      ['ACTIVE', 'INACTIVE', 'ACTIVE', 'ACTIVE'].map((status) => ({ status, company: 'Acme' })),
    );
    const variables: Variables = { search: 'acme', filter: { status: { eq: 'ACTIVE' } }, sort: byName, first: 2 };
    const { clients } = await world.as(world.admin).run(Clients, variables);
    const { clients: next } = await world
      .as(world.admin)
      .run(Clients, { ...variables, after: clients.pageInfo.endCursor });
    const names = (page: typeof clients) => page.nodes.map(({ firstName }) => firstName).join('');
    expect([names(clients), names(next), clients.totalCount, next.totalCount]).toEqual(['AC', 'D', 3, 3]);
    expect([clients.pageInfo.hasNextPage, next.pageInfo.hasNextPage]).toEqual([true, false]);
  });
});

describe('client', () => {
  const one = async (world: World, id: string, actor: Actor = world.admin) =>
    (await world.as(actor).run(OneClient, { id })).client;

  test('answers with all that belongs to it', async () => {
    const world = await makeWorld();
    const manager = await world.member({ firstName: 'Max', lastName: 'Manager' });
    const address = await world.address({ line1: '1 Main Street' });
    const client = await world.client({
      addressId: address.id,
      managers: [manager],
      accountManagerId: manager.id,
      note: 'n',
      stripeId: 'cus_1',
      analyticsId: 'GA1',
      phone: '1',
      balance: '12.5' as never,
    });
    const [owner, member] = [await world.client({ firstName: 'Owner' }), await world.client({ firstName: 'Member' })];
    const { organizationId } = world;
    await world.rows.clientTeamMember.createMany({
      data: [
        { organizationId, ownerId: owner.id, memberId: client.id },
        { organizationId, ownerId: client.id, memberId: member.id },
      ],
    });
    const everything = {
      id: encodeId('Client', client.id),
      firstName: 'Cleo',
      note: 'n',
      stripeId: 'cus_1',
      analyticsId: 'GA1',
      phone: '1',
      balance: { amount: '12.50', currency: 'USD' },
      address: { id: encodeId('Address', address.id), line1: '1 Main Street' },
      accountManager: { name: 'Max Manager' },
      managers: [{ name: 'Max Manager' }],
      teamOwners: [{ firstName: 'Owner' }],
      teamMembers: [{ firstName: 'Member' }],
    };
    expect(await one(world, client.id)).toEqual(everything);
    // What the team notes is for the team, and other clients are for nobody but themselves.
    expect(await one(world, client.id, client)).toEqual({
      ...everything,
      note: null,
      stripeId: null,
      analyticsId: null,
      teamOwners: [],
      teamMembers: [],
    });
  });

  test('C12, L12, L13: a team member, a stranger, nobody and an id of no shape answer null', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const client = await world.client();
    for (const id of [
      world.admin.id,
      encodeId('TeamMember', world.admin.id),
      encodeId('Client', world.admin.id),
      (await other.client()).id,
      encodeId('Order', client.id),
      '00000000-0000-7000-8000-000000000000',
      'client_1',
      '1',
      '',
    ]) {
      expect(await one(world, id)).toBeNull();
    }
    expect(await one(world, encodeId('Client', client.id))).toMatchObject({ firstName: 'Cleo' });
  });

  test('an address is found by its id by who sees its client', async () => {
    const world = await makeWorld();
    const [address, orphan] = [await world.address({ line1: 'Here' }), await world.address()];
    const [client, other] = [await world.client({ addressId: address.id }), await world.client()];
    const see = async (id: string, actor: Actor) => (await world.as(actor).run(ClientNode, { id })).node;
    const id = encodeId('Address', address.id);
    expect(await see(id, world.admin)).toEqual({ __typename: 'Address', id, line1: 'Here' });
    expect(await see(id, client)).toEqual({ __typename: 'Address', id, line1: 'Here' });
    expect(await see(id, other)).toBeNull();
    expect(await see(encodeId('Address', orphan.id), world.admin)).toBeNull();
  });

  test('costs as many statements with 20 clients on the page as with 2, people and addresses included', async () => {
    const document = `{ clients(first: 50) { nodes {
      name role { name } address { city } accountManager { name } managers { name group { name } }
      teamOwners { name } teamMembers { name }
    } } }`;
    const statements = async (clients: number) => {
      const world = await makeWorld();
      const [manager, owner] = [await world.member(), await world.client()];
      for (let index = 1; index < clients; index += 1) {
        const { id } = await world.client({
          managers: [manager, world.admin],
          accountManagerId: manager.id,
          addressId: (await world.address()).id,
        });
        await world.rows.clientTeamMember.create({
          data: { organizationId: world.organizationId, ownerId: owner.id, memberId: id },
        });
      }
      await world.as(world.admin).run(document);
      const counted = await countStatements(() => world.as(world.admin).run(document));
      const [newest] = counted.result.clients.nodes;
      expect(newest).toMatchObject({ address: { city: 'Berlin' }, accountManager: { name: expect.any(String) } });
      expect([newest.managers.length, newest.teamOwners.length, counted.result.clients.nodes.length]).toEqual([
        2,
        1,
        clients,
      ]);
      return counted.statements;
    };
    expect(await statements(20)).toBe(await statements(2));
  });
});
