import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeCast } from './cast.ts';

const OneOrder = graphql(`
  query OneOrder($id: ID, $number: String) {
    order(id: $id, number: $number) {
      id
      number
      client {
        id
        name
      }
      service {
        id
      }
      serviceName
      status {
        id
        name
        code
        kind
        isOpen
        isFinal
      }
      price {
        amount
        currency
      }
      quantity
      note
      options
      metadata
      formData
      paymentProcessor
      startedAt
      completedAt
      dueAt
      lastMessageAt
      version
      createdAt
      updatedAt
      deletedAt
      employees {
        name
      }
      tags {
        name
      }
    }
  }
`);

const OrderNode = graphql(`
  query OrderNode($id: ID!) {
    node(id: $id) {
      id
      ... on Order {
        number
      }
    }
  }
`);

const find = async (world: World, args: { id?: string; number?: string }, actor: Actor = world.admin) =>
  (await world.as(actor).run(OneOrder, args)).order;

const at = '2026-03-02T09:00:00.000Z';

describe('order', () => {
  test('answers all there is about it', async () => {
    const world = await makeWorld();
    const client = await world.client({ firstName: 'Cleo', lastName: 'Clark' });
    const service = await world.service({ name: 'Audit' });
    const [bob, ann] = [
      await world.member({ firstName: 'Bob', lastName: 'Brown' }),
      await world.member({ firstName: 'Ann', lastName: 'Arrow' }),
    ];
    const order = await world.order({
      client,
      service,
      status: 'COMPLETED',
      price: '49.5',
      currency: 'JPY',
      quantity: 2,
      note: 'x',
      options: { a: 1 },
      metadata: { b: [2] },
      formData: { c: '3', d: 'stored' },
      paymentProcessor: 'stripe',
      startedAt: at,
      completedAt: at,
      dueAt: at,
      lastMessageAt: at,
      employees: [bob, ann],
      tags: [await world.tag('b'), await world.tag('a')],
    });
    await order.formField({ name: 'd', value: 'filed' });
    const status = await world.rows.orderStatus.findFirstOrThrow({
      where: { organizationId: world.organizationId, code: 2 },
    });
    const row = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });

    expect(await find(world, { id: order.id })).toEqual({
      id: encodeId('Order', order.id),
      number: order.number,
      client: { id: encodeId('Client', client.id), name: 'Cleo Clark' },
      service: { id: encodeId('Service', service.id) },
      serviceName: 'Audit',
      status: {
        id: encodeId('OrderStatus', status.id),
        name: 'Completed',
        code: 2,
        kind: 'COMPLETED',
        isOpen: false,
        isFinal: true,
      },
      price: { amount: '50', currency: 'JPY' },
      quantity: 2,
      note: 'x',
      options: { a: 1 },
      metadata: { b: [2] },
      formData: { c: '3', d: 'filed' },
      paymentProcessor: 'stripe',
      startedAt: at,
      completedAt: at,
      dueAt: at,
      lastMessageAt: at,
      version: 1,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      deletedAt: null,
      employees: [{ name: 'Ann Arrow' }, { name: 'Bob Brown' }],
      tags: [{ name: 'a' }, { name: 'b' }],
    });
  });

  test('O16: by id, with or without prefix, and by number it is the same', async () => {
    const world = await makeWorld();
    const order = await world.order({ number: 'E4A269FC' });
    const id = encodeId('Order', order.id);
    const same = [
      { id },
      { id: order.id },
      { id: order.id.toUpperCase() },
      { id: 'E4A269FC' },
      { number: 'E4A269FC' },
      { id, number: 'E4A269FC' },
    ];
    const whole = await find(world, { id });
    expect(whole?.id).toBe(id);
    for (const args of same) expect(await find(world, args)).toEqual(whole);
  });

  test('by id and number it must be both', async () => {
    const world = await makeWorld();
    const [one, two] = [await world.order({ number: 'ONE' }), await world.order({ number: 'TWO' })];
    for (const args of [
      { id: one.id, number: two.number },
      { id: 'ONE', number: 'TWO' },
      { id: 'nothing', number: 'TWO' },
    ]) {
      expect(await find(world, args)).toBeNull();
    }
  });

  test('by nothing at all it is refused', async () => {
    const world = await makeWorld();
    const [refusal] = await world.as(world.admin).refused(OneOrder, {});
    expect(refusal).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['order'],
      extensions: { issues: [{ path: ['id'], code: 'REQUIRED' }] },
    });
  });

  test('L12, L13: another organization’s, a deleted one, nobody’s or an id of no shape is null', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, deleted, mine] = [
      await other.order(),
      await world.order({ deletedAt: new Date() }),
      await world.order(),
    ];
    const none = [strange, deleted].flatMap(({ id, number }) => [encodeId('Order', id), id, number]);
    for (const id of [
      ...none,
      encodeId('OrderTask', mine.id),
      'order_x',
      'order_',
      '',
      '_',
      ' ',
      'a\0b',
      '%',
      mine.number.toLowerCase(),
    ]) {
      expect(await find(world, { id })).toBeNull();
      expect(await find(world, { number: id })).toBeNull();
    }
  });

  test('the service is null once it is deleted, its name stays', async () => {
    const world = await makeWorld();
    const service = await world.service({ name: 'Audit', deletedAt: new Date() });
    const { id } = await world.order({ service });
    expect(await find(world, { id })).toMatchObject({ service: null, serviceName: 'Audit' });
  });

  test('clients see no note, no tags', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { id } = await world.order({
      client,
      note: 'secret',
      tags: [await world.tag('Difficult')],
      employees: [world.admin],
    });
    expect(await find(world, { id }, client)).toMatchObject({
      note: null,
      tags: [],
      employees: [{ name: expect.any(String) }],
    });
  });

  test('who may', async () => {
    const { world, order, people } = await makeCast();
    const id = encodeId('Order', order.id);
    const seen: Record<string, string> = {};
    for (const [name, person] of Object.entries(people)) {
      const ways = [
        await world.as(person).answer(OneOrder, { id }),
        await world.as(person).answer(OneOrder, { number: order.number }),
      ];
      const outcomes = ways.map(
        ({ data, errors }) => errors?.[0]?.extensions?.code ?? (data?.order ? 'sees it' : 'null'),
      );
      expect(outcomes[1]).toBe(outcomes[0]);
      seen[name] = String(outcomes[0]);
    }
    expect(seen).toEqual({
      administrator: 'sees it',
      token: 'sees it',
      manager: 'sees it',
      assignee: 'sees it',
      unassigned: 'null',
      colleague: 'sees it',
      outsider: 'null',
      reader: 'sees it',
      narrow: 'sees it',
      blind: 'FORBIDDEN',
      unprivileged: 'FORBIDDEN',
      client: 'sees it',
      otherClient: 'null',
      stranger: 'null',
      anonymous: 'UNAUTHENTICATED',
    });
  });

  test('as a node it is seen by the same people', async () => {
    const { world, order, people } = await makeCast();
    const id = encodeId('Order', order.id);
    const { anonymous, ...known } = people;
    const seen: string[] = [];
    for (const [name, person] of Object.entries(known)) {
      const { node } = await world.as(person).run(OrderNode, { id });
      if (node) seen.push(name);
    }
    expect(seen).toEqual(['administrator', 'token', 'manager', 'assignee', 'colleague', 'reader', 'narrow', 'client']);
    expect((await world.as(anonymous).refused(OrderNode, { id })).map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
  });
});
