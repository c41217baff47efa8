import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ServiceUpdate = graphql(`
  mutation ServiceUpdate($input: ServiceUpdateInput!) {
    serviceUpdate(input: $input) {
      ... on ServiceUpdateSuccess {
        service {
          id
          name
          description
          recurring
          currency
          price {
            amount
            currency
          }
          recurringPrice {
            amount
          }
          recurringPeriodLength
          recurringPeriodUnit
          isPublic
          position
          metadata
          version
          folder {
            id
          }
          employees {
            id
          }
          addonTo {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof ServiceUpdate>['input'];

const update = async (world: World, input: Input) =>
  (await world.as(world.admin).run(ServiceUpdate, { input })).serviceUpdate;
const updated = async (world: World, input: Input) => success(await update(world, input)).service;
const refusedInput = async (world: World, input: Input) => issuesOf(await unchanged(world, () => update(world, input)));

describe('serviceUpdate', () => {
  test('changes what is given and nothing else, announces and logs it', async () => {
    const world = await makeWorld();
    const service = await world.service({ name: 'Logo', description: 'A logo.', price: '10', metadata: { a: 1 } });

    const { result, events, logs } = await recorded(world, () =>
      update(world, { id: encodeId('Service', service.id), price: '12.5', description: null, expectedVersion: 1 }),
    );

    expect(success(result).service).toMatchObject({
      id: encodeId('Service', service.id),
      name: 'Logo',
      description: null,
      price: { amount: '12.50', currency: 'USD' },
      metadata: { a: 1 },
      version: 2,
    });
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['service.updated', service.id]]);
    expect(logs.map(({ event, entityId }) => [event, entityId])).toEqual([['UPDATED', service.id]]);
    expect(Object.keys(logs[0]?.changes ?? {}).sort()).toEqual(['description', 'price']);
  });

  test('announces and logs nothing when nothing changed', async () => {
    const world = await makeWorld();
    const [member, folder, parent] = [await world.member(), await world.folder(), await world.service()];
    const service = await world.service({ name: 'Logo', folderId: folder.id, employees: [member] });
    await updated(world, { id: service.id, parentServiceIds: [parent.id] });
    const { events, logs } = await recorded(world, () =>
      updated(world, {
        id: service.id,
        name: 'Logo',
        price: '100.00',
        folderId: folder.id,
        employeeIds: [member.id],
        parentServiceIds: [parent.id],
        metadata: {},
      }),
    );
    expect([events, logs]).toEqual([[], []]);
  });

  test('replaces employees and parents; an empty list and null leave nobody; absent ones stay', async () => {
    const world = await makeWorld();
    const [a, b] = [await world.member({ firstName: 'A' }), await world.member({ firstName: 'B' })];
    const parent = await world.service();
    const { id } = await world.service({ employees: [a] });
    const { result, events } = await recorded(world, () =>
      updated(world, { id, employeeIds: [b.id], parentServiceIds: [parent.id] }),
    );
    expect(result.employees).toEqual([{ id: encodeId('TeamMember', b.id) }]);
    expect(result.addonTo).toEqual([{ id: encodeId('Service', parent.id) }]);
    expect(events.map(({ type }) => type)).toEqual(['service.updated']);
    expect(await updated(world, { id, position: 3 })).toMatchObject({
      employees: result.employees,
      addonTo: result.addonTo,
    });
    expect(await updated(world, { id, employeeIds: [], parentServiceIds: null })).toMatchObject({
      employees: [],
      addonTo: [],
    });
  });

  test('replaces metadata as a whole, and null empties it', async () => {
    const world = await makeWorld();
    const { id } = await world.service({ metadata: { b: 2 } });
    expect((await updated(world, { id, metadata: { a: 1 } })).metadata).toEqual({ a: 1 });
    expect((await updated(world, { id, metadata: null })).metadata).toEqual({});
  });

  test('files and unfiles', async () => {
    const world = await makeWorld();
    const folder = await world.folder();
    const { id } = await world.service();
    const filed = await updated(world, { id, folderId: folder.id });
    expect(filed.folder).toEqual({ id: encodeId('ServiceFolder', folder.id) });
    expect((await updated(world, { id, folderId: null })).folder).toBeNull();
  });

  test('asks for the terms of a recurring service as it would be', async () => {
    const world = await makeWorld();
    const { id } = await world.service();
    expect(await refusedInput(world, { id, recurring: 'RECURRING', recurringPrice: '5' })).toEqual([
      'recurringPeriodLength REQUIRED',
      'recurringPeriodUnit REQUIRED',
    ]);
    const terms = { recurringPrice: '5', recurringPeriodLength: 1, recurringPeriodUnit: 'MONTH' } as const;
    expect((await updated(world, { id, ...terms })).recurring).toBe('ONE_TIME');
    // What was there already counts.
    expect(await updated(world, { id, recurring: 'TRIAL' })).toMatchObject({
      recurring: 'TRIAL',
      recurringPrice: { amount: '5.00' },
    });
    expect(await refusedInput(world, { id, recurringPrice: null })).toEqual(['recurringPrice REQUIRED']);
    expect(await updated(world, { id, recurring: 'ONE_TIME', recurringPrice: null })).toMatchObject({
      recurring: 'ONE_TIME',
      recurringPrice: null,
    });
  });

  test('weighs every price anew when the currency changes', async () => {
    const world = await makeWorld();
    const { id } = await world.service({ price: '10.50', firstPrice: '1', recurringPrice: '2.25' });
    expect(await refusedInput(world, { id, currency: 'JPY' })).toEqual([
      'price OUT_OF_RANGE',
      'recurringPrice OUT_OF_RANGE',
    ]);
    expect(await updated(world, { id, currency: 'jpy', price: '1050', recurringPrice: null })).toMatchObject({
      currency: 'JPY',
      price: { amount: '1050', currency: 'JPY' },
    });
    expect(await refusedInput(world, { id, currency: 'XYZ' })).toEqual(['currency UNKNOWN']);
  });

  test('refuses to clear what must be there, and names each', async () => {
    const world = await makeWorld();
    const { id } = await world.service();
    const issues = await refusedInput(world, {
      id,
      name: null,
      recurring: null,
      currency: null,
      isPublic: null,
      position: null,
      allowsMultipleOrders: null,
      takesRequests: null,
      groupsQuantities: null,
    });
    expect(issues).toEqual([
      'name REQUIRED',
      'recurring REQUIRED',
      'currency REQUIRED',
      'isPublic REQUIRED',
      'position REQUIRED',
      'allowsMultipleOrders REQUIRED',
      'takesRequests REQUIRED',
      'groupsQuantities REQUIRED',
    ]);
  });

  test('refuses a blank name, an unknown folder, a client as an employee, and the service as its own add-on', async () => {
    const world = await makeWorld();
    const [{ id }, client] = [await world.service(), await world.client()];
    expect(
      await refusedInput(world, {
        id,
        name: ' ',
        folderId: '00000000-0000-7000-8000-000000000000',
        employeeIds: [client.id],
        parentServiceIds: [id],
      }),
    ).toEqual(['name REQUIRED', 'folderId NOT_FOUND', 'employeeIds.0 NOT_FOUND', 'parentServiceIds.0 NOT_FOUND']);
  });

  test('refuses a stale version, and tells the one there is', async () => {
    const world = await makeWorld();
    const { id } = await world.service();
    await world.rows.service.update({ where: { id }, data: { position: 1 } });
    const result = await unchanged(world, () => update(world, { id, name: 'Mine', expectedVersion: 1 }));
    expect(failure(result, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('of two at once with the same version, one wins', async () => {
    const world = await makeWorld();
    const { id } = await world.service();
    const answers = await Promise.all(['One', 'Two'].map((name) => update(world, { id, name, expectedVersion: 1 })));
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['ConflictError', 'ServiceUpdateSuccess']);
  });

  test('finds no service that is deleted, of another organization, or not there', async () => {
    const world = await makeWorld();
    const deleted = await world.service({ deletedAt: new Date() });
    const strange = await (await makeWorld()).service();
    for (const id of [deleted.id, strange.id, encodeId('Order', deleted.id), 'service_1', '']) {
      const result = await unchanged(world, () => update(world, { id, name: 'New' }));
      expect(failure(result, 'NotFoundError').path).toEqual(['id']);
    }
  });

  test.each([
    [{ name: 'x'.repeat(256) }, ['name TOO_LONG']],
    [{ price: '-0.01' }, ['price OUT_OF_RANGE']],
    [{ price: '0.005', firstPrice: '0.0001' }, ['price OUT_OF_RANGE', 'firstPrice OUT_OF_RANGE']],
    [{ recurringPrice: -5 }, ['recurringPrice OUT_OF_RANGE']],
    [{ firstPeriodLength: 0 }, ['firstPeriodLength OUT_OF_RANGE']],
    [{ recurringPeriodLength: 0 }, ['recurringPeriodLength OUT_OF_RANGE']],
    [{ deadlineDays: -1 }, ['deadlineDays OUT_OF_RANGE']],
    [{ currency: 'XYZ' }, ['currency UNKNOWN']],
    [{ metadata: 'text' }, ['metadata INVALID']],
  ] satisfies [Omit<Input, 'id'>, string[]][])('laws 1 and 2: refuses %j', async (input, issues) => {
    const world = await makeWorld();
    const { id } = await world.service();
    expect(await refusedInput(world, { id, ...input })).toEqual(issues);
  });

  test.each(['recurring: SOMETIMES', 'recurringPeriodUnit: X', 'firstPeriodUnit: X'])(
    'S2: refuses %s, which is none of the values there are',
    async (value) => {
      const world = await makeWorld();
      const { id } = await world.service();
      const [refusal] = await unchanged(world, () =>
        world.as(world.admin).refused(`mutation { serviceUpdate(input: { id: "${id}", ${value} }) { __typename } }`),
      );
      expect(refusal?.message).toContain(`"${value.split(' ')[1]}" does not exist`);
    },
  );

  test('laws 4 and 5: refuses employees and parents that are none, each at its place', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [{ id }, parent, deleted] = [
      await world.service({ employees: [world.admin] }),
      await world.service(),
      await world.service({ deletedAt: new Date() }),
    ];
    const [strangeMember, strangeService] = [await other.member(), await other.service()];
    expect(await refusedInput(world, { id, employeeIds: [world.admin.id, strangeMember.id, 'x'] })).toEqual([
      'employeeIds.2 NOT_FOUND',
    ]);
    expect(await refusedInput(world, { id, employeeIds: [world.admin.id, strangeMember.id] })).toEqual([
      'employeeIds.1 NOT_FOUND',
    ]);
    expect(await refusedInput(world, { id, parentServiceIds: [parent.id, deleted.id, strangeService.id, id] })).toEqual(
      ['parentServiceIds.1 NOT_FOUND', 'parentServiceIds.2 NOT_FOUND', 'parentServiceIds.3 NOT_FOUND'],
    );
  });

  test('law 2: holds for what two changes at once make of it', async () => {
    const world = await makeWorld();
    const terms = { recurringPrice: '5', recurringPeriodLength: 1, recurringPeriodUnit: 'MONTH' } as const;
    const { id } = await world.service(terms);
    const answers = await Promise.all([
      update(world, { id, recurring: 'RECURRING' }),
      update(world, { id, recurringPeriodUnit: null }),
    ]);
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['InvalidInputError', 'ServiceUpdateSuccess']);
  });

  test('law 6: orders keep what they were sold as', async () => {
    const world = await makeWorld();
    const service = await world.service({ name: 'Logo', price: '10' });
    const order = await world.order({ service, price: '10' });
    const before = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    await updated(world, { id: service.id, name: 'Emblem', price: '99', currency: 'EUR' });
    expect(await world.rows.order.findUniqueOrThrow({ where: { id: order.id } })).toEqual(before);
  });
});
