import { isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import { hour } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';
import { expectOutcomes, makeCast } from './cast.ts';
import { type Input, OrderUpdate, update, updated } from './changing.ts';

const at = '2026-03-02T09:00:00.000Z';

describe('orderUpdate', () => {
  test('changes what is given and leaves the rest, raises the version, announces and logs it', async () => {
    const world = await makeWorld();
    const [ann, tag] = [await world.member(), await world.tag('Kept')];
    const order = await world.order({
      note: 'Old',
      options: { a: 1 },
      metadata: { b: 2 },
      formData: { c: '3' },
      employees: [ann],
      tags: [tag],
    });

    const { result, events, logs } = await recorded(world, () =>
      update(world, { id: encodeId('Order', order.id) }, { note: ' New ', dueAt: at, expectedVersion: 1 }),
    );

    expect(success(result).order).toEqual({
      id: encodeId('Order', order.id),
      number: order.number,
      client: { id: encodeId('Client', order.clientId) },
      service: null,
      serviceName: order.serviceName,
      status: { code: 1, kind: 'IN_PROGRESS' },
      price: { amount: '100.00', currency: 'USD' },
      quantity: 1,
      note: 'New',
      options: { a: 1 },
      metadata: { b: 2 },
      formData: { c: '3' },
      startedAt: null,
      completedAt: null,
      dueAt: at,
      createdAt: order.createdAt.toISOString(),
      version: 2,
      employees: [{ id: encodeId('TeamMember', ann.id) }],
      tags: [{ name: 'Kept' }],
    });
    expect(events).toEqual([
      {
        type: 'order.updated',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { number: order.number },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'ORDER',
        entityId: order.id,
        event: 'UPDATED',
        changes: {
          note: { before: 'Old', after: 'New' },
          due_at: { before: null, after: '2026-03-02T09:00:00+00:00' },
        },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: order.clientId,
      },
    ]);
  });

  test('is found by its number, too', async () => {
    const world = await makeWorld();
    const order = await world.order({ number: 'A-1' });
    expect(await updated(world, { id: 'A-1' }, { note: 'x' })).toMatchObject({
      id: encodeId('Order', order.id),
      note: 'x',
    });
  });

  test('null clears what may be missing; documents become empty', async () => {
    const world = await makeWorld();
    const service = await world.service();
    const dates = { startedAt: at, completedAt: at, dueAt: at };
    const order = await world.order({
      service,
      note: 'x',
      options: { a: 1 },
      metadata: { b: 2 },
      formData: { c: 3 },
      ...dates,
    });
    const cleared = {
      serviceId: null,
      note: null,
      options: null,
      metadata: null,
      formData: null,
      startedAt: null,
      completedAt: null,
      dueAt: null,
    };
    expect(await updated(world, order, cleared)).toMatchObject({
      service: null,
      serviceName: service.name,
      note: null,
      options: {},
      metadata: {},
      formData: {},
      startedAt: null,
      completedAt: null,
      dueAt: null,
    });
  });

  test('documents are replaced, not merged', async () => {
    const world = await makeWorld();
    const order = await world.order({ options: { a: 1 }, metadata: { b: 2 }, formData: { c: 3 } });
    const documents = { options: { x: 1 }, metadata: { y: 2 }, formData: { z: 3 } };
    expect(await updated(world, order, documents)).toMatchObject(documents);
    expect(
      (
        await updated(world, order, {
          metadata: [
            { title: 'a', value: 1 },
            { title: 'a', value: 2 },
          ],
        })
      ).metadata,
    ).toEqual({ a: '2' });
  });

  test('says nothing when nothing changes', async () => {
    const world = await makeWorld();
    const [ann, tag] = [await world.member(), await world.tag('Urgent')];
    const order = await world.order({ note: 'Same', metadata: { a: 1, b: 2 }, employees: [ann], tags: [tag] });
    const same = {
      note: 'Same',
      metadata: { b: 2, a: 1 },
      status: 'IN_PROGRESS',
      employeeIds: [ann.id],
      tags: ['URGENT'],
    } as const;
    const { result, events, logs } = await recorded(world, () =>
      update(world, order, { ...same, employeeIds: [ann.id], tags: ['URGENT'] }),
    );
    expect(success(result).order.version).toBe(1);
    expect([events, logs]).toEqual([[], []]);
  });

  test('O11, law 1: there is no client, number, quantity, price or currency to give', () => {
    const input = schema.getType('OrderUpdateInput');
    expect(isInputObjectType(input) && Object.keys(input.getFields()).sort()).toEqual([
      'completedAt',
      'createdAt',
      'dueAt',
      'employeeIds',
      'expectedVersion',
      'formData',
      'id',
      'metadata',
      'note',
      'options',
      'serviceId',
      'startedAt',
      'status',
      'statusId',
      'tags',
    ]);
  });

  test('O10, law 2: another service changes neither name, price nor currency', async () => {
    const world = await makeWorld();
    const service = await world.service({ name: 'Audit', price: '1', currency: 'EUR' });
    const order = await world.order({ serviceName: 'Logo', price: '50', currency: 'GBP' });
    expect(await updated(world, order, { serviceId: encodeId('Service', service.id) })).toMatchObject({
      service: { id: encodeId('Service', service.id) },
      serviceName: 'Logo',
      price: { amount: '50.00', currency: 'GBP' },
    });
  });

  test('O14: may be dated back; tasks with a deadline follow the order’s start and creation', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const task = await order.task({ deadlineHours: 2 });
    const due = async () => (await world.rows.orderTask.findUniqueOrThrow({ where: { id: task.id } })).effectiveDueAt;
    expect(await updated(world, order, { createdAt: '2019-05-01T12:00:00+02:00' })).toMatchObject({
      createdAt: '2019-05-01T10:00:00.000Z',
    });
    expect(await due()).toEqual(new Date('2019-05-01T12:00:00Z'));
    await updated(world, order, { startedAt: at });
    expect(await due()).toEqual(new Date(new Date(at).getTime() + 2 * hour));
  });

  describe('version', () => {
    test('refuses a stale one, and tells the one there is', async () => {
      const world = await makeWorld();
      const order = await world.order();
      await updated(world, order, { note: 'Newer' });
      const stale = await unchanged(world, () =>
        update(world, order, { note: 'Mine', status: 'COMPLETED', expectedVersion: 1 }),
      );
      expect(failure(stale, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
    });

    test('of two at once with the same one, one wins', async () => {
      const world = await makeWorld();
      const order = await world.order();
      const { result, events } = await recorded(world, () =>
        Promise.all(['One', 'Two'].map((note) => update(world, order, { note, expectedVersion: 1 }))),
      );
      expect(result.map(({ __typename }) => __typename).sort()).toEqual(['ConflictError', 'OrderUpdateSuccess']);
      expect(events.map(({ type }) => type)).toEqual(['order.updated']);
    });

    test('messages, tasks and form fields make none stale, though the order notes them', async () => {
      const world = await makeWorld();
      const { id } = await world.order({ updatedAt: new Date(at) });
      const admin = world.as(world.admin);
      const run = (field: string, input: object) =>
        admin.run(
          `mutation { ${field}(input: { orderId: "${id}", ${Object.entries(input).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)} }) { __typename } }`,
        );
      await run('orderMessageCreate', { body: 'Hello' });
      await run('orderTaskCreate', { name: 'First' });
      const row = await world.rows.order.findUniqueOrThrow({ where: { id } });
      expect(row.version).toBe(1);
      expect(row.updatedAt.getTime()).toBeGreaterThan(new Date(at).getTime());
      expect(row.lastMessageAt).not.toBeNull();
      expect((await updated(world, { id }, { note: 'x', expectedVersion: 1 })).version).toBe(2);
    });
  });

  test('who may', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        assignee: 'done',
        unassigned: 'NotFoundError',
        colleague: 'done',
        outsider: 'NotFoundError',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'NotFoundError',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => cast.order,
      (person, { id }) => person.answer(OrderUpdate, { input: { id, note: `note ${Math.random()}` } }),
    );
  });

  test('who assigns itself away loses sight of it, and is still told what became of it', async () => {
    const { world, order, people } = await makeCast();
    const run = (input: Input) => world.as(people.assignee).run(OrderUpdate, { input: { id: order.id, ...input } });
    expect(success((await run({ employeeIds: [] })).orderUpdate).order.employees).toEqual([]);
    expect((await run({ note: 'x' })).orderUpdate.__typename).toBe('NotFoundError');
  });

  test('logs a token as a token', async () => {
    const world = await makeWorld();
    const { id } = await world.order();
    const { logs } = await recorded(world, () =>
      world.as(asToken(world.admin)).run(OrderUpdate, { input: { id, note: 'x' } }),
    );
    expect(logs.map(({ actorKind, actorId }) => [actorKind, actorId])).toEqual([['TOKEN', world.admin.id]]);
  });
});
