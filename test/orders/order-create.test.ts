import { isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import { day, stopClock } from '../kit/clock.ts';
import { recorded, success } from '../kit/expect.ts';
import { asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';
import { expectOutcomes, makeCast } from './cast.ts';
import { create, type Input, OrderCreate, placed } from './creating.ts';

const at = '2026-03-02T09:00:00.000Z';

describe('orderCreate', () => {
  test('O3, laws 1 and 2: copies name, price and currency of the service; announces and logs it', async () => {
    stopClock(at);
    const world = await makeWorld();
    const client = await world.client();
    const service = await world.service({ name: 'Audit', price: '299', currency: 'EUR' });

    const { result, events, logs } = await recorded(world, () =>
      create(world, { clientId: encodeId('Client', client.id), serviceId: encodeId('Service', service.id) }),
    );

    const { order } = success(result);
    expect(order.number).toMatch(/^[A-Z0-9]{8}$/);
    expect(order).toEqual({
      id: order.id,
      number: order.number,
      client: { id: encodeId('Client', client.id) },
      service: { id: encodeId('Service', service.id) },
      serviceName: 'Audit',
      status: { code: 0, kind: 'UNPAID' },
      price: { amount: '299.00', currency: 'EUR' },
      quantity: 1,
      note: null,
      options: {},
      metadata: {},
      formData: {},
      paymentProcessor: null,
      startedAt: null,
      completedAt: null,
      dueAt: null,
      lastMessageAt: null,
      createdAt: at,
      deletedAt: null,
      version: 1,
      employees: [],
      tags: [],
    });
    const row = await world.rows.order.findFirstOrThrow({ where: { organizationId: world.organizationId } });
    expect(order.id).toBe(encodeId('Order', row.id));
    expect(events).toEqual([
      {
        type: 'order.created',
        aggregate: 'order',
        aggregateId: row.id,
        payload: { number: order.number, clientId: client.id, status: 'UNPAID' },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    const made = (value: unknown) => ({ before: null, after: value });
    expect(logs).toEqual([
      {
        entity: 'ORDER',
        entityId: row.id,
        event: 'CREATED',
        changes: {
          number: made(order.number),
          client_id: made(client.id),
          service_id: made(service.id),
          service_name: made('Audit'),
          status_code: made(0),
          status_kind: made('UNPAID'),
          price: made(299),
          currency: made('EUR'),
          quantity: made(1),
          options: made({}),
          form_data: made({}),
          metadata: made({}),
        },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: client.id,
      },
    ]);
  });

  test('keeps all that it is given', async () => {
    const world = await makeWorld();
    const ann = await world.member();
    const own = await world.status({ code: 5, name: 'In review', kind: 'ON_HOLD' });
    const given = {
      number: 'X-1',
      quantity: 3,
      note: 'Mind the dog',
      options: { colour: 'red' },
      formData: { Website: 'example.com' },
      startedAt: '2026-01-02T00:00:00.000Z',
      completedAt: '2026-01-03T00:00:00.000Z',
      dueAt: '2026-01-04T00:00:00.000Z',
      createdAt: '2026-01-01T00:00:00.000Z',
    };
    const order = await placed(world, {
      ...given,
      serviceName: ' Work ',
      statusId: encodeId('OrderStatus', own.id),
      metadata: { crm: 7 },
      employeeIds: [encodeId('TeamMember', ann.id), ann.id],
      tags: ['b', 'a'],
    });
    expect(order).toMatchObject({
      ...given,
      serviceName: 'Work',
      status: { code: 5, kind: 'ON_HOLD' },
      metadata: { crm: 7 },
      employees: [{ id: encodeId('TeamMember', ann.id) }],
      tags: [{ name: 'a' }, { name: 'b' }],
    });
  });

  test('logs assignees and tags as changes of the order, and a token as a token', async () => {
    const world = await makeWorld();
    const [client, ann, tag] = [await world.client(), await world.member(), await world.tag('Urgent')];
    const { events, logs } = await recorded(world, () =>
      placed(world, { clientId: client.id, employeeIds: [ann.id], tags: ['urgent'] }, asToken(world.admin)),
    );
    expect(events.map(({ type }) => type)).toEqual(['order.created']);
    expect(logs.map(({ actorKind, actorId }) => [actorKind, actorId])).toEqual(
      Array(3).fill(['TOKEN', world.admin.id]),
    );
    expect(logs.map(({ entity, event, ownerId }) => [entity, event, ownerId])).toEqual([
      ['ORDER', 'CREATED', client.id],
      ['ORDER', 'UPDATED', client.id],
      ['ORDER', 'UPDATED', client.id],
    ]);
    expect(logs.slice(1).map(({ changes }) => changes)).toEqual([
      { employees: { before: null, after: ann.id } },
      { tags: { before: null, after: tag.id } },
    ]);
  });

  describe('what it is sold as', () => {
    test('O4, law 4: without a service it costs 0, in the organization’s currency', async () => {
      const [dollars, euros] = [await makeWorld(), await makeWorld({ currency: 'EUR' })];
      for (const [world, currency] of [
        [dollars, 'USD'],
        [euros, 'EUR'],
      ] as const) {
        const order = await placed(world, { serviceName: 'A favour' });
        expect(order).toMatchObject({ service: null, serviceName: 'A favour', price: { amount: '0.00', currency } });
      }
    });

    test('O5, law 2: a title of its own replaces the name of the service, not its price', async () => {
      const world = await makeWorld();
      const { id } = await world.service({ name: 'Audit', price: '299', currency: 'GBP' });
      const order = await placed(world, { serviceId: id, serviceName: 'Audit of the shop' });
      expect(order).toMatchObject({ serviceName: 'Audit of the shop', price: { amount: '299.00', currency: 'GBP' } });
      expect(await placed(world, { serviceId: id, serviceName: ' ' })).toMatchObject({ serviceName: 'Audit' });
    });

    test.each([
      ['the price', { recurring: 'RECURRING', price: '10', firstPrice: '20', recurringPrice: '30' }, '10.00'],
      ['the first period’s', { recurring: 'TRIAL', price: null, firstPrice: '20', recurringPrice: '30' }, '20.00'],
      ['the recurring one', { recurring: 'RECURRING', price: null, firstPrice: null, recurringPrice: '30' }, '30.00'],
      ['a price of 0', { recurring: 'RECURRING', price: '0', firstPrice: '20', recurringPrice: '30' }, '0.00'],
      ['0, for a one-time service without', { recurring: 'ONE_TIME', price: null }, '0.00'],
    ])('law 3: %s', async (_, fields, amount) => {
      const world = await makeWorld();
      const period = {
        recurringPeriodLength: 1,
        recurringPeriodUnit: 'MONTH',
        firstPeriodLength: 1,
        firstPeriodUnit: 'MONTH',
      };
      const { id } = await world.service({ ...fields, ...(fields.recurring === 'ONE_TIME' ? {} : period) });
      expect((await placed(world, { serviceId: id })).price.amount).toBe(amount);
    });

    test('law 2: what later becomes of the service changes nothing', async () => {
      const world = await makeWorld();
      const service = await world.service({ name: 'Audit', price: '299', currency: 'EUR' });
      const { number } = await placed(world, { serviceId: service.id, serviceName: undefined });
      await world.rows.service.update({
        where: { id: service.id },
        data: { name: 'New', price: '1', currency: 'GBP', deletedAt: new Date() },
      });
      const row = await world.rows.order.findFirstOrThrow({ where: { number, organizationId: world.organizationId } });
      expect(row).toMatchObject({ serviceId: service.id, serviceName: 'Audit', currency: 'EUR' });
      expect(row.price.toNumber()).toBe(299);
    });

    test('O7: there is no price, currency, client’s own status or invoice to give', () => {
      const input = schema.getType('OrderCreateInput');
      expect(isInputObjectType(input) && Object.keys(input.getFields()).sort()).toEqual([
        'clientId',
        'completedAt',
        'createdAt',
        'dueAt',
        'employeeIds',
        'formData',
        'metadata',
        'note',
        'number',
        'options',
        'quantity',
        'serviceId',
        'serviceName',
        'startedAt',
        'status',
        'statusId',
        'tags',
      ]);
    });
  });

  describe('dates', () => {
    test.each([
      ['UNPAID', { startedAt: null, completedAt: null }],
      ['IN_PROGRESS', { startedAt: at, completedAt: null }],
      ['COMPLETED', { startedAt: null, completedAt: at }],
      ['CANCELLED', { startedAt: null, completedAt: null }],
      ['ON_HOLD', { startedAt: null, completedAt: null }],
    ] as const)('law 5: placed as %s', async (status, dates) => {
      stopClock(at);
      const world = await makeWorld();
      expect(await placed(world, { status })).toMatchObject({ status: { kind: status }, ...dates });
    });

    test('law 5: what is given stays', async () => {
      const world = await makeWorld();
      expect(await placed(world, { status: 'IN_PROGRESS', startedAt: at })).toMatchObject({ startedAt: at });
      expect(await placed(world, { status: 'COMPLETED', completedAt: at })).toMatchObject({ completedAt: at });
    });

    test('law 6: due after the service’s deadline, counted from the start, or else the creation', async () => {
      const clock = stopClock(at);
      const world = await makeWorld();
      const { id: serviceId } = await world.service({ deadlineDays: 3 });
      const due = async (input: Input) => (await placed(world, { serviceId, ...input })).dueAt;
      const daysAfter = (from: string | Date, days: number) =>
        new Date(new Date(from).getTime() + days * day).toISOString();
      expect(await due({})).toBe(daysAfter(clock.now(), 3));
      expect(await due({ createdAt: '2026-01-01T00:00:00Z' })).toBe('2026-01-04T00:00:00.000Z');
      expect(await due({ createdAt: '2026-01-01T00:00:00Z', startedAt: '2026-02-01T00:00:00Z' })).toBe(
        '2026-02-04T00:00:00.000Z',
      );
      expect(await due({ createdAt: '2026-01-01T00:00:00Z', status: 'IN_PROGRESS' })).toBe(daysAfter(clock.now(), 3));
      expect(await due({ dueAt: '2026-12-24T00:00:00Z' })).toBe('2026-12-24T00:00:00.000Z');
      expect(await due({ dueAt: null })).toBe(daysAfter(clock.now(), 3));
      expect((await placed(world, {})).dueAt).toBeNull();
    });

    test('O14: may be placed in the past', async () => {
      const world = await makeWorld();
      expect(await placed(world, { createdAt: '2019-05-01T12:00:00+02:00' })).toMatchObject({
        createdAt: '2019-05-01T10:00:00.000Z',
      });
    });
  });

  test('takes 255 characters of title, 50 of number, 255 of tag', async () => {
    const world = await makeWorld();
    const [serviceName, number, tag] = ['ä'.repeat(255), 'x'.repeat(50), '😀'.repeat(255)];
    expect(await placed(world, { serviceName, number, tags: [tag] })).toMatchObject({
      serviceName,
      number,
      tags: [{ name: tag }],
    });
  });

  test('S6: metadata as a list becomes an object, the later duplicate wins', async () => {
    const world = await makeWorld();
    const metadata = [{ title: 'a', value: 1 }, { title: 'a', value: 2 }, { title: ' b ' }];
    expect((await placed(world, { metadata })).metadata).toEqual({ a: '2', b: '' });
  });

  test('who may', async () => {
    const cast = await makeCast();
    const { world, client } = cast;
    const { id: serviceId } = await world.service({ takesRequests: true });
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        // Whoever may not order for all clients orders for those it sees: looked after, or with an order in reach.
        assignee: 'done',
        unassigned: 'InvalidInputError',
        colleague: 'done',
        outsider: 'InvalidInputError',
        reader: 'FORBIDDEN',
        narrow: 'done',
        blind: 'done',
        unprivileged: 'FORBIDDEN',
        client: 'done',
        otherClient: 'InvalidInputError',
        stranger: 'InvalidInputError',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => ({ clientId: client.id, serviceId }),
      (person, input) => person.answer(OrderCreate, { input }),
    );
  });
});
