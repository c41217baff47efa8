import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { expectOutcomes, idsOfNothing, inputFields } from '../clients/cast.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { asToken } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeCast, onlyGradeThree } from './cast.ts';

const ServiceCreate = graphql(`
  mutation ServiceCreate($input: ServiceCreateInput!) {
    serviceCreate(input: $input) {
      ... on ServiceCreateSuccess {
        service {
          id
          name
          description
          image
          folder {
            id
          }
          recurring
          isRecurring
          currency
          price {
            amount
            currency
          }
          prettyPrice
          firstPrice {
            amount
          }
          firstPeriodLength
          firstPeriodUnit
          recurringPrice {
            amount
          }
          recurringPeriodLength
          recurringPeriodUnit
          recurringAction
          deadlineDays
          isPublic
          position
          allowsMultipleOrders
          takesRequests
          maxActiveRequests
          groupsQuantities
          metadata
          employees {
            id
          }
          addonTo {
            name
          }
          addons {
            name
          }
          braintreePlanId
          hothProductKey
          hothPackageName
          providerId
          providerServiceId
          version
          createdAt
          updatedAt
          deletedAt
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof ServiceCreate>['input'];

const least: Input = { name: 'Logo', recurring: 'ONE_TIME', currency: 'USD' };
const monthly: Input = {
  ...least,
  recurring: 'RECURRING',
  recurringPrice: '49',
  recurringPeriodLength: 1,
  recurringPeriodUnit: 'MONTH',
};

const create = async (world: World, input: Partial<Input> = {}) =>
  (await world.as(world.admin).run(ServiceCreate, { input: { ...least, ...input } })).serviceCreate;

const created = async (world: World, input: Partial<Input> = {}) => success(await create(world, input)).service;

const refused = async (world: World, input: Partial<Input>) =>
  issuesOf(await unchanged(world, () => create(world, input)));

describe('serviceCreate', () => {
  test('makes a service of the least there must be, announces it and logs who made it', async () => {
    const world = await makeWorld();

    const { result, events, logs } = await recorded(world, () => create(world, { name: ' Logo ' }));

    const { service } = success(result);
    const [row] = await world.rows.service.findMany({ where: { organizationId: world.organizationId } });
    expect(service).toEqual({
      id: encodeId('Service', row?.id as string),
      name: 'Logo',
      description: null,
      image: null,
      folder: null,
      recurring: 'ONE_TIME',
      isRecurring: false,
      currency: 'USD',
      price: null,
      prettyPrice: null,
      firstPrice: null,
      firstPeriodLength: null,
      firstPeriodUnit: null,
      recurringPrice: null,
      recurringPeriodLength: null,
      recurringPeriodUnit: null,
      recurringAction: null,
      deadlineDays: null,
      isPublic: true,
      position: 0,
      allowsMultipleOrders: true,
      takesRequests: false,
      maxActiveRequests: null,
      groupsQuantities: false,
      metadata: {},
      employees: [],
      addonTo: [],
      addons: [],
      braintreePlanId: null,
      hothProductKey: null,
      hothPackageName: null,
      providerId: null,
      providerServiceId: null,
      version: 1,
      createdAt: row?.createdAt.toISOString(),
      updatedAt: row?.updatedAt.toISOString(),
      deletedAt: null,
    });
    expect(events).toEqual([
      {
        type: 'service.created',
        aggregate: 'service',
        aggregateId: row?.id,
        payload: {},
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toMatchObject([
      { entity: 'SERVICE', entityId: row?.id, event: 'CREATED', actorKind: 'STAFF', actorId: world.admin.id },
    ]);
    expect(logs[0]?.changes).toMatchObject({
      name: { before: null, after: 'Logo' },
      recurring: { before: null, after: 'ONE_TIME' },
      is_public: { before: null, after: true },
    });
  });

  test('law 3: takes all that there is to say, of a recurring one also the terms of its first period', async () => {
    const world = await makeWorld();
    const [folder, employee, parent] = [await world.folder(), await world.member(), await world.service()];
    const given = {
      name: 'Blog posts',
      description: ' Four posts a month ',
      recurring: 'TRIAL',
      currency: 'EUR',
      price: '199.5',
      firstPrice: 0,
      firstPeriodLength: 2,
      firstPeriodUnit: 'WEEK',
      recurringPrice: '199.50',
      recurringPeriodLength: 3,
      recurringPeriodUnit: 'YEAR',
      recurringAction: 'REOPEN_ORDER',
      deadlineDays: 0,
      isPublic: false,
      position: -3,
      allowsMultipleOrders: false,
      takesRequests: true,
      maxActiveRequests: 2,
      groupsQuantities: true,
      braintreePlanId: 'plan',
      hothProductKey: 'key',
      hothPackageName: 'package',
      providerId: 7,
      providerServiceId: 8,
    } as const;
    const service = await created(world, {
      ...given,
      metadata: { source: 'import' },
      folderId: encodeId('ServiceFolder', folder.id),
      employeeIds: [encodeId('TeamMember', employee.id)],
      parentServiceIds: [encodeId('Service', parent.id)],
    });
    expect(service).toMatchObject({
      ...given,
      description: 'Four posts a month',
      isRecurring: true,
      price: { amount: '199.50', currency: 'EUR' },
      prettyPrice: '€199.50',
      firstPrice: { amount: '0.00' },
      recurringPrice: { amount: '199.50' },
      metadata: { source: 'import' },
      folder: { id: encodeId('ServiceFolder', folder.id) },
      employees: [{ id: encodeId('TeamMember', employee.id) }],
      addonTo: [{ name: parent.name }],
      addons: [],
    });
    // Without terms of its own the first period is as the others: nothing is made up.
    expect(await created(world, monthly)).toMatchObject({
      recurring: 'RECURRING',
      firstPrice: null,
      firstPeriodLength: null,
      firstPeriodUnit: null,
    });
  });

  test('counts null for what may be missing as not given', async () => {
    const world = await makeWorld();
    const service = await created(world, {
      description: null,
      price: null,
      metadata: null,
      folderId: null,
      employeeIds: null,
      parentServiceIds: null,
      recurringAction: null,
      deadlineDays: null,
    });
    expect(service).toMatchObject({ description: null, price: null, metadata: {}, folder: null, employees: [] });
  });

  test('logs a token as a token', async () => {
    const world = await makeWorld();
    const { logs } = await recorded(world, () => world.as(asToken(world.admin)).run(ServiceCreate, { input: least }));
    expect(logs.map(({ actorKind, actorId }) => [actorKind, actorId])).toEqual([['TOKEN', world.admin.id]]);
  });

  test('S1: refuses a service without a name, a recurrence or a currency, and names each', async () => {
    const world = await makeWorld();
    const refusals = await unchanged(world, () =>
      world.as(world.admin).refused('mutation { serviceCreate(input: {}) { __typename } }'),
    );
    expect(refusals.map(({ message }) => /ServiceCreateInput\.(\w+)/.exec(message)?.[1]).sort()).toEqual([
      'currency',
      'name',
      'recurring',
    ]);
  });

  test.each(['recurring: SOMETIMES', 'recurringPeriodUnit: X', 'firstPeriodUnit: D', 'recurringAction: CANCEL'])(
    'S2: refuses %s, which is none of the values there are',
    async (value) => {
      const world = await makeWorld();
      const recurrence = value.startsWith('recurring:') ? '' : 'recurring: ONE_TIME, ';
      const refusals = await unchanged(world, () =>
        world
          .as(world.admin)
          .refused(
            `mutation { serviceCreate(input: { name: "a", currency: "USD", ${recurrence}${value} }) { __typename } }`,
          ),
      );
      expect(refusals).toHaveLength(1);
      expect(refusals[0]?.message).toContain(`"${value.split(' ')[1]}" does not exist`);
    },
  );

  test.each([
    ['a blank name', { name: ' \t' }, ['name REQUIRED']],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, ['name TOO_LONG']],
    ['a name with a NUL', { name: 'a\0b' }, ['name INVALID']],
    ['a description that is too long', { description: 'x'.repeat(65_536) }, ['description TOO_LONG']],
  ] satisfies [string, Partial<Input>, string[]][])('S3: refuses %s', async (_, input, issues) => {
    expect(await refused(await makeWorld(), input)).toEqual(issues);
  });

  test('S3: takes a name of 255 characters', async () => {
    const world = await makeWorld();
    expect((await created(world, { name: '😀'.repeat(255) })).name).toBe('😀'.repeat(255));
  });

  test('S4: keeps a currency in capitals', async () => {
    const world = await makeWorld();
    const service = await created(world, { currency: 'usd', price: '5' });
    expect(service).toMatchObject({ currency: 'USD', price: { amount: '5.00', currency: 'USD' } });
  });

  test('law 1: refuses a currency that nobody uses; one of no shape is no currency at all', async () => {
    const world = await makeWorld();
    expect(await refused(world, { currency: 'XYZ' })).toEqual(['currency UNKNOWN']);
    for (const currency of ['', 'US', 'EURO', '€']) {
      const [refusal] = await unchanged(world, () =>
        world.as(world.admin).refused(ServiceCreate, { input: { ...least, currency } }),
      );
      expect(refusal?.message).toContain('input.currency');
    }
  });

  test.each([
    ['a negative price', { price: '-0.01' }, ['price OUT_OF_RANGE']],
    ['a negative first price', { firstPrice: -1 }, ['firstPrice OUT_OF_RANGE']],
    ['a negative recurring price', { ...monthly, recurringPrice: '-49' }, ['recurringPrice OUT_OF_RANGE']],
    ['a price below the cent', { price: '0.005' }, ['price OUT_OF_RANGE']],
    ['a fraction of a yen', { currency: 'JPY', price: '1.5', firstPrice: '2' }, ['price OUT_OF_RANGE']],
    [
      'every one of several',
      { price: '-1', firstPrice: '-1', recurringPrice: '0.001', name: '' },
      ['name REQUIRED', 'price OUT_OF_RANGE', 'firstPrice OUT_OF_RANGE', 'recurringPrice OUT_OF_RANGE'],
    ],
  ] satisfies [string, Partial<Input>, string[]][])('law 1: refuses %s', async (_, input, issues) => {
    expect(await refused(await makeWorld(), input)).toEqual(issues);
  });

  test('law 1: takes the finest and the largest price that the currency has', async () => {
    const world = await makeWorld();
    expect((await created(world, { currency: 'KWD', price: '1.001' })).price?.amount).toBe('1.001');
    expect((await created(world, { currency: 'JPY', price: '1500' })).prettyPrice).toBe('JPY 1500');
    expect((await created(world, { price: '999999999999999.99' })).price?.amount).toBe('999999999999999.99');
    expect((await created(world, { price: 0 })).price?.amount).toBe('0.00');
    for (const price of ['1.00001', 'ten', '1e3', '', '1234567890123456']) {
      const [refusal] = await unchanged(world, () =>
        world.as(world.admin).refused(ServiceCreate, { input: { ...least, price } }),
      );
      expect(refusal?.message).toContain('input.price');
    }
  });

  test.each(['RECURRING', 'TRIAL'] as const)(
    'law 2: refuses %s without its terms, and names each',
    async (recurring) => {
      const world = await makeWorld();
      const terms = { recurringPrice: '49', recurringPeriodLength: 1, recurringPeriodUnit: 'MONTH' } as const;
      expect(await refused(world, { recurring, price: '5' })).toEqual([
        'recurringPrice REQUIRED',
        'recurringPeriodLength REQUIRED',
        'recurringPeriodUnit REQUIRED',
      ]);
      for (const missing of Object.keys(terms)) {
        expect(await refused(world, { recurring, ...terms, [missing]: null })).toEqual([`${missing} REQUIRED`]);
      }
    },
  );

  test.each([
    ['a period of no length', { ...monthly, recurringPeriodLength: 0 }, ['recurringPeriodLength OUT_OF_RANGE']],
    ['a first period of no length', { firstPeriodLength: 0 }, ['firstPeriodLength OUT_OF_RANGE']],
    ['a deadline in the past', { deadlineDays: -1 }, ['deadlineDays OUT_OF_RANGE']],
    ['fewer than no requests', { maxActiveRequests: -1 }, ['maxActiveRequests OUT_OF_RANGE']],
  ] satisfies [string, Partial<Input>, string[]][])('law 2: refuses %s', async (_, input, issues) => {
    expect(await refused(await makeWorld(), input)).toEqual(issues);
  });

  test('S5, laws 4 and 5: refuses a folder, employees and parents that are none, each at its place', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strangeFolder, strangeMember, strangeService] = [
      await other.folder(),
      await other.member(),
      await other.service(),
    ];
    const [client, deleted] = [await world.client(), await world.service({ deletedAt: new Date() })];
    for (const id of [strangeFolder.id, encodeId('Service', deleted.id), ...idsOfNothing]) {
      expect(await refused(world, { folderId: id })).toEqual(['folderId NOT_FOUND']);
    }
    expect(await refused(world, { employeeIds: [world.admin.id, client.id, strangeMember.id] })).toEqual([
      'employeeIds.1 NOT_FOUND',
      'employeeIds.2 NOT_FOUND',
    ]);
    expect(await refused(world, { employeeIds: [encodeId('Client', client.id), 'x'] })).toEqual([
      'employeeIds.0 NOT_FOUND',
      'employeeIds.1 NOT_FOUND',
    ]);
    expect(await refused(world, { parentServiceIds: [strangeService.id, deleted.id] })).toEqual([
      'parentServiceIds.0 NOT_FOUND',
      'parentServiceIds.1 NOT_FOUND',
    ]);
    expect(await refused(world, { name: '', folderId: strangeFolder.id, employeeIds: [client.id] })).toEqual([
      'name REQUIRED',
      'folderId NOT_FOUND',
      'employeeIds.0 NOT_FOUND',
    ]);
  });

  test('takes an employee or a parent that is named twice once', async () => {
    const world = await makeWorld();
    const [member, parent] = [await world.member(), await world.service()];
    const service = await created(world, {
      employeeIds: [member.id, encodeId('TeamMember', member.id)],
      parentServiceIds: [parent.id, parent.id],
    });
    expect([service.employees.length, service.addonTo.length]).toEqual([1, 1]);
  });

  test('S6: of metadata with the same title twice the last wins', async () => {
    const world = await makeWorld();
    const metadata = async (value: unknown) => (await created(world, { metadata: value as never })).metadata;
    expect(
      await metadata([
        { title: 'a', value: 1 },
        { title: ' a ', value: 2 },
        { title: 'b', value: null },
      ]),
    ).toEqual({ a: '2', b: '' });
    expect(await metadata({ a: { b: [1, true, null] } })).toEqual({ a: { b: [1, true, null] } });
    expect(await metadata([])).toEqual({});
  });

  test('S6: refuses metadata that is neither an object nor a list of titles and values', async () => {
    const world = await makeWorld();
    for (const metadata of ['text', 1, true]) expect(await refused(world, { metadata })).toEqual(['metadata INVALID']);
    expect(await refused(world, { metadata: [{ title: 'a', value: 1 }, { title: ' ' }, 'b'] })).toEqual([
      'metadata.1.title REQUIRED',
      'metadata.2.title REQUIRED',
    ]);
    expect(await refused(world, { metadata: { a: '\0' } })).toEqual(['metadata INVALID']);
  });

  test.each([
    ['USD', '299', '$299.00'],
    ['GBP', '10', '£10.00'],
    ['CAD', '5', 'CA$5.00'],
    ['CHF', '7', 'CHF 7.00'],
    ['EUR', '1.5', '€1.50'],
    ['AUD', '0', 'A$0.00'],
  ])('S7: a price of %s %s is shown as %3$s', async (currency, price, pretty) => {
    expect((await created(await makeWorld(), { currency, price })).prettyPrice).toBe(pretty);
  });

  test('takes nothing that is not for people to write', () => {
    const ignored = ['id', 'prettyPrice', 'image', 'createdAt', 'updatedAt', 'deletedAt', 'version'];
    expect(inputFields('ServiceCreateInput').filter((field) => ignored.includes(field))).toEqual([]);
  });

  test('is for staff of grade 3 only', async () => {
    const cast = await makeCast();
    // Who is of another organization makes a service there, not here.
    const expected = { ...onlyGradeThree, stranger: 'done' } as const;
    const before = await cast.world.rows.service.count({ where: { organizationId: cast.world.organizationId } });
    await expectOutcomes(
      cast,
      expected,
      async () => least,
      (client, input) => client.answer(ServiceCreate, { input }),
    );
    const after = await cast.world.rows.service.count({ where: { organizationId: cast.world.organizationId } });
    expect(after - before).toBe(3);
  });
});
