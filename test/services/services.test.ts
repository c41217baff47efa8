import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const Services = graphql(`
  query Services(
    $filter: ServiceFilter
    $sort: [ServiceSort!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    services(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        name
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

const OneService = graphql(`
  query OneService($id: ID!) {
    service(id: $id) {
      id
      name
      deletedAt
      providerId
      folder {
        name
      }
      employees {
        firstName
      }
      addonTo {
        name
      }
      addons {
        name
      }
    }
  }
`);

type Variables = VariablesOf<typeof Services>;
type Step = Exclude<NonNullable<Variables['sort']>, readonly unknown[]>;

async function namesOf(world: World, variables: Variables = {}, actor: Actor = world.admin): Promise<string> {
  const { services } = await world.as(actor).run(Services, variables);
  expect(services.totalCount).toBe(services.nodes.length);
  return services.nodes.map(({ name }) => name).join('');
}

const minute = (index: number) => new Date(Date.UTC(2026, 0, 1, 0, index));
const byName: Variables['sort'] = [{ field: 'NAME' }];
const monthly = { recurring: 'RECURRING', recurringPrice: '5', recurringPeriodLength: 1, recurringPeriodUnit: 'MONTH' };

/** Services A, B, C …, each a minute younger than the one before. */
async function servicesInTime(world: World, fields: NonNullable<Parameters<World['service']>[0]>[]) {
  const made = [];
  for (const [index, given] of fields.entries()) {
    made.push(await world.service({ name: String.fromCharCode(65 + index), createdAt: minute(index), ...given }));
  }
  return made as [Awaited<ReturnType<World['service']>>, ...Awaited<ReturnType<World['service']>>[]];
}

describe('services', () => {
  test('L1: none make an empty page', async () => {
    const world = await makeWorld();
    expect((await world.as(world.admin).run(Services)).services).toEqual({
      nodes: [],
      totalCount: 0,
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });

  test('L5: come newest first, and in every order that is asked for', async () => {
    const world = await makeWorld();
    await servicesInTime(world, [
      { price: '5', position: 2, isPublic: true, recurring: 'ONE_TIME' },
      { price: null, position: 3, isPublic: false, ...monthly },
      { price: '1', position: 1, isPublic: true, ...monthly, recurring: 'TRIAL' },
    ]);
    const sorted = (...sort: Step[]) => namesOf(world, { sort });
    expect(await namesOf(world)).toBe('CBA');
    expect(await sorted({ field: 'CREATED_AT' })).toBe('ABC');
    expect(await sorted({ field: 'ID' })).toBe('ABC');
    expect(await sorted({ field: 'NAME', direction: 'DESC' })).toBe('CBA');
    expect(await sorted({ field: 'PRICE' })).toBe('CAB');
    expect(await sorted({ field: 'PRICE', direction: 'DESC' })).toBe('BAC');
    expect(await sorted({ field: 'POSITION' })).toBe('CAB');
    expect(await sorted({ field: 'RECURRING' })).toBe('ABC');
    expect(await sorted({ field: 'IS_PUBLIC' }, { field: 'NAME' })).toBe('BAC');
    expect(await sorted({ field: 'IS_PUBLIC', direction: 'DESC' }, { field: 'NAME' })).toBe('ACB');
  });

  test.each([
    ['ASC', 'ACEBD'],
    ['DESC', 'BDACE'],
  ] as const)('L4: pages by a yes or no join without gap or overlap, %s', async (direction, whole) => {
    const world = await makeWorld();
    await servicesInTime(
      world,
      [false, true, false, true, false].map((isPublic) => ({ isPublic })),
    );
    for (const first of [1, 2, 3]) {
      let names = '';
      for (let after: string | null | undefined; after !== null; ) {
        const sort: Variables['sort'] = [{ field: 'IS_PUBLIC', direction }, { field: 'NAME' }];
        const { services } = await world.as(world.admin).run(Services, { sort, first, after });
        names += services.nodes.map(({ name }) => name).join('');
        after = services.pageInfo.hasNextPage ? services.pageInfo.endCursor : null;
      }
      expect(names).toBe(whole);
    }
  });

  test('L6: refuse a sort that there is not', async () => {
    const world = await makeWorld();
    const [refusal] = await world
      .as(world.admin)
      .refused('query { services(sort: [{ field: BOGUS, direction: ASC }]) { totalCount } }');
    expect(refusal?.message).toContain('BOGUS');
  });

  test('L8: filter by folder, also for the unfiled ones', async () => {
    const world = await makeWorld();
    const [folder, other] = [await world.folder(), await world.folder()];
    await servicesInTime(world, [{ folderId: folder.id }, {}, { folderId: other.id }]);
    const found = (folderId: NonNullable<Variables['filter']>['folderId']) =>
      namesOf(world, { filter: { folderId }, sort: byName });
    expect(await found({ eq: null })).toBe('B');
    expect(await found({ eq: encodeId('ServiceFolder', folder.id) })).toBe('A');
    expect(await found({ in: [folder.id, other.id] })).toBe('AC');
  });

  test('filter by every field that may be compared', async () => {
    const world = await makeWorld();
    const [a] = await servicesInTime(world, [
      { price: '5', isPublic: false },
      { price: null, currency: 'EUR' },
      { price: '7.50', ...monthly },
    ]);
    const found = (filter: Variables['filter']) => namesOf(world, { filter, sort: byName });
    expect(await found({ id: { eq: encodeId('Service', a.id) } })).toBe('A');
    expect(await found({ name: { in: ['A', 'C'] } })).toBe('AC');
    expect(await found({ recurring: { eq: 'RECURRING' } })).toBe('C');
    expect(await found({ recurring: { in: ['ONE_TIME', 'TRIAL'] } })).toBe('AB');
    expect(await found({ isPublic: { eq: false } })).toBe('A');
    expect(await found({ price: { gte: '5', lt: '7.5' } })).toBe('A');
    expect(await found({ price: { eq: null } })).toBe('B');
    expect(await found({ currency: { eq: 'EUR' } })).toBe('B');
    expect(await found({ createdAt: { gt: minute(1).toISOString() } })).toBe('C');
    expect(await found({ not: { recurring: { eq: 'RECURRING' } }, isPublic: { eq: true } })).toBe('B');
  });

  test('that are deleted are found by who may restore them, and only when asked for', async () => {
    const world = await makeWorld();
    const reader = await world.member({ grants: { services: 2, orderAccess: 3 } });
    await servicesInTime(world, [{}, { deletedAt: new Date() }, { deletedAt: new Date() }]);
    const deleted = { isDeleted: { eq: true } };
    expect(await namesOf(world)).toBe('A');
    expect(await namesOf(world, { filter: { isDeleted: { eq: false } } })).toBe('A');
    expect(await namesOf(world, { filter: deleted, sort: byName })).toBe('BC');
    expect(await namesOf(world, { filter: { ...deleted, name: { eq: 'C' } } })).toBe('C');
    expect(await namesOf(world, { filter: { or: [deleted] } })).toBe('');
    expect(await namesOf(world, { filter: deleted }, reader)).toBe('');
    expect(await namesOf(world, { filter: deleted }, await world.client())).toBe('');
  });

  test('are those that the grade of staff reaches, and those of the orders they see', async () => {
    const world = await makeWorld();
    const group = await world.group();
    const member = (grants: NonNullable<Parameters<World['member']>[0]>['grants']) =>
      world.member({ grants, groupId: group.id });
    const own = await member({ services: 1 });
    const grouped = await member({ services: 2 });
    const working = await member({ services: 1, orderAccess: 1 });
    const [, , c] = await servicesInTime(world, [{ employees: [own] }, { employees: [grouped] }, {}, {}]);
    await world.order({ service: c, employees: [working] });
    const seen = (actor: Actor) => namesOf(world, { sort: byName }, actor);
    expect(await seen(world.admin)).toBe('ABCD');
    expect(await seen(own)).toBe('A');
    expect(await seen(grouped)).toBe('AB');
    expect(await seen(working)).toBe('C');
    const none = await member({ orderAccess: 3 });
    expect((await world.as(none).refused(Services)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });

  test('are, for a client, the public ones and those of its own orders', async () => {
    const world = await makeWorld();
    const [client, other] = [await world.client(), await world.client()];
    const hidden = { isPublic: false };
    const [, b, c, d] = await servicesInTime(world, [{}, hidden, hidden, hidden, { deletedAt: new Date() }]);
    await world.order({ client, service: b });
    await world.order({ client: other, service: c });
    await world.order({ client, service: d, deletedAt: new Date() });
    expect(await namesOf(world, { sort: byName }, client)).toBe('AB');
    expect(await namesOf(world, { sort: byName }, other)).toBe('AC');
  });

  test.each([
    ['ASC', 'DBAFEC'],
    ['DESC', 'CEFABD'],
  ] as const)(
    'L4: pages by a price that may be missing join without gap or overlap, both ways, %s',
    async (direction, whole) => {
      const world = await makeWorld();
      await servicesInTime(
        world,
        ['5', '5', null, '0.50', null, '10'].map((price, index) => ({ price, position: 10 - index })),
      );
      const sort: Variables['sort'] = [
        { field: 'PRICE', direction },
        { field: 'POSITION', direction },
      ];
      for (const size of [1, 2, 4]) {
        let forward = '';
        for (let after: string | null | undefined; after !== null; ) {
          const { services } = await world.as(world.admin).run(Services, { sort, first: size, after });
          forward += services.nodes.map(({ name }) => name).join('');
          after = services.pageInfo.hasNextPage ? services.pageInfo.endCursor : null;
        }
        let back = '';
        for (let before: string | null | undefined; before !== null; ) {
          const { services } = await world.as(world.admin).run(Services, { sort, last: size, before });
          back = services.nodes.map(({ name }) => name).join('') + back;
          before = services.pageInfo.hasPreviousPage ? services.pageInfo.startCursor : null;
        }
        expect([forward, back]).toEqual([whole, whole]);
      }
    },
  );
});

describe('service', () => {
  const one = async (world: World, id: string, actor: Actor = world.admin) =>
    (await world.as(actor).run(OneService, { id })).service;

  test('shows add-ons that are live and visible, and keeps from clients what is the team’s', async () => {
    const world = await makeWorld();
    const [folder, member, client] = [
      await world.folder('Design'),
      await world.member({ firstName: 'Max' }),
      await world.client(),
    ];
    const service = await world.service({ name: 'Logo', folderId: folder.id, employees: [member], providerId: 7 });
    const { organizationId } = world;
    const addons = [
      await world.service({ name: 'Open' }),
      await world.service({ name: 'Internal', isPublic: false }),
      await world.service({ name: 'Gone', deletedAt: new Date() }),
    ];
    await world.rows.serviceAddon.createMany({
      data: addons.flatMap(({ id }) => [
        { organizationId, parentId: service.id, addonId: id },
        { organizationId, parentId: id, addonId: service.id },
      ]),
    });
    const id = encodeId('Service', service.id);
    expect(await one(world, id)).toEqual({
      id,
      name: 'Logo',
      deletedAt: null,
      providerId: 7,
      folder: { name: 'Design' },
      employees: [{ firstName: 'Max' }],
      addonTo: [{ name: 'Internal' }, { name: 'Open' }],
      addons: [{ name: 'Internal' }, { name: 'Open' }],
    });
    expect(await one(world, id, client)).toEqual({
      id,
      name: 'Logo',
      deletedAt: null,
      providerId: null,
      folder: null,
      employees: [],
      addonTo: [{ name: 'Open' }],
      addons: [{ name: 'Open' }],
    });
  });

  test('S8, L12, L13: a deleted one, a stranger’s, and an id of no shape answer null', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const service = await world.service({ name: 'Logo' });
    for (const id of [
      (await world.service({ deletedAt: new Date() })).id,
      (await other.service()).id,
      encodeId('Order', service.id),
      '00000000-0000-7000-8000-000000000000',
      'service_1',
      '',
    ]) {
      expect(await one(world, id)).toBeNull();
    }
    expect(await one(world, service.id)).toMatchObject({ name: 'Logo' });
  });

  test('costs as many statements with 20 services on the page as with 2, people and add-ons included', async () => {
    const document =
      '{ services(first: 50) { nodes { name folder { name } employees { name } addonTo { name } addons { name } } } }';
    const statements = async (services: number) => {
      const world = await makeWorld();
      const [folder, parent] = [await world.folder(), await world.service()];
      for (let index = 1; index < services; index += 1) {
        const { id } = await world.service({ folderId: folder.id, employees: [world.admin] });
        await world.rows.serviceAddon.create({
          data: { organizationId: world.organizationId, parentId: parent.id, addonId: id },
        });
      }
      await world.as(world.admin).run(document);
      const counted = await countStatements(() => world.as(world.admin).run(document));
      const { nodes } = counted.result.services;
      expect(nodes[0]).toMatchObject({ employees: [{ name: 'Ada Admin' }], addonTo: [{ name: parent.name }] });
      expect(nodes.at(-1).addons).toHaveLength(services - 1);
      return counted.statements;
    };
    expect(await statements(20)).toBe(await statements(2));
  });
});
