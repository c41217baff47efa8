import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';
import { idsOfNothing, makeCast } from './cast.ts';

const OneSubscription = graphql(`
  query OneSubscription($id: ID, $number: String) {
    subscription(id: $id, number: $number) {
      id
      number
      client {
        id
        name
      }
      status
      amount {
        amount
        currency
      }
      periodLength
      periodUnit
      currentPeriodStart
      currentPeriodEnd
      cancelAtPeriodEnd
      paymentCount
      failedAttempts
      nextActionAt
      pausedAt
      endedAt
      processorId
      orders {
        totalCount
        nodes {
          number
        }
      }
      version
      createdAt
      updatedAt
    }
  }
`);

const anchorAt = new Date('2026-01-31T10:00:00Z');

describe('subscription', () => {
  test('answers everything', async () => {
    const world = await makeWorld();
    const client = await world.client({ firstName: 'Cleo', lastName: 'Payer' });
    const made = await world.subscription({
      client,
      anchorAt,
      amount: '49.5',
      currency: 'EUR',
      periodLength: 3,
      processorId: 'sub_1',
      paymentCount: 2,
      createdAt: anchorAt,
      updatedAt: anchorAt,
    });
    for (const number of ['FIRST', 'SECOND']) await world.order({ client, number, subscriptionId: made.id });
    await world.order({ client });
    await world.order({ client, subscriptionId: made.id, deletedAt: new Date() });
    const expected = {
      id: encodeId('Subscription', made.id),
      number: made.number,
      client: { id: encodeId('Client', client.id), name: 'Cleo Payer' },
      status: 'ACTIVE',
      amount: { amount: '49.50', currency: 'EUR' },
      periodLength: 3,
      periodUnit: 'MONTH',
      currentPeriodStart: '2026-01-31T10:00:00.000Z',
      currentPeriodEnd: '2026-04-30T10:00:00.000Z',
      cancelAtPeriodEnd: false,
      paymentCount: 2,
      failedAttempts: 0,
      nextActionAt: '2026-04-30T10:00:00.000Z',
      pausedAt: null,
      endedAt: null,
      processorId: 'sub_1',
      orders: { totalCount: 2, nodes: [{ number: 'SECOND' }, { number: 'FIRST' }] },
      version: 1,
      createdAt: anchorAt.toISOString(),
      updatedAt: anchorAt.toISOString(),
    };
    const admin = world.as(world.admin);
    expect(await admin.run(OneSubscription, { id: expected.id })).toEqual({ subscription: expected });
    expect(await admin.run(OneSubscription, { id: made.id })).toEqual({ subscription: expected });
    expect(await admin.run(OneSubscription, { number: made.number })).toEqual({ subscription: expected });
    expect(await admin.run(OneSubscription, { id: made.number })).toEqual({ subscription: expected });
    expect(await world.as(client).run(OneSubscription, { id: made.id })).toEqual({
      subscription: { ...expected, processorId: null },
    });
  });

  test('is null for what names nothing', async () => {
    const world = await makeWorld();
    await world.subscription();
    for (const id of idsOfNothing) {
      expect(await world.as(world.admin).run(OneSubscription, { id })).toEqual({ subscription: null });
    }
    const [refusal] = await world.as(world.admin).refused(OneSubscription, {});
    expect(refusal).toMatchObject({
      code: 'INVALID_INPUT',
      extensions: { issues: [{ path: ['id'], code: 'REQUIRED' }] },
    });
  });

  test('is there for who may see it, also as a node', async () => {
    const cast = await makeCast();
    const id = encodeId('Subscription', (await cast.subject()).id);
    const seen: Record<string, unknown> = {};
    for (const [name, actor] of Object.entries(cast.people) as [string, Actor][]) {
      const person = cast.world.as(actor);
      const { data, errors } = await person.answer('query ($id: ID!) { subscription(id: $id) { id } }', { id });
      seen[name] = errors?.[0]?.extensions?.code ?? data?.subscription !== null;
      if (name === 'anonymous') continue;
      const { node } = await person.run('query ($id: ID!) { node(id: $id) { id } }', { id });
      expect({ name, node: node !== null }).toEqual({ name, node: seen[name] === true });
    }
    expect(seen).toEqual({
      administrator: true,
      token: true,
      manager: true,
      own: true,
      colleague: true,
      outsider: false,
      reader: true,
      narrow: true,
      blind: 'FORBIDDEN',
      contractor: 'FORBIDDEN',
      client: true,
      otherClient: false,
      stranger: false,
      anonymous: 'UNAUTHENTICATED',
    });
  });

  test('whoever sees it sees its client, also in the client’s own place', async () => {
    const { world, client, people, subject } = await makeCast();
    const { id } = await subject();
    const document = `query ($id: ID!, $client: ID!) {
      subscription(id: $id) { client { id } } client(id: $client) { id }
    }`;
    const reader = await world.member({ grants: { invoiceAccess: 3, clients: 1 } });
    const own = await world.member({ grants: { invoiceAccess: 1, clients: 1 } });
    await world.rows.clientManager.create({
      data: { organizationId: world.organizationId, clientId: client.id, managerId: own.id },
    });
    const found = { id: encodeId('Client', client.id) };
    for (const actor of [world.admin, reader, own, people.client]) {
      expect(await world.as(actor).run(document, { id, client: client.id })).toEqual({
        subscription: { client: found },
        client: found,
      });
    }
  });
});

test('Order.subscription is null without one, and for whoever may not see it', async () => {
  const { world, client, people, subject } = await makeCast();
  const { id, number } = await subject();
  const order = await world.order({ client, subscriptionId: id, employees: [people.contractor] });
  const plain = await world.order({ client, employees: [people.contractor] });
  const document = `query ($ids: [ID!]) {
    orders(filter: { id: { in: $ids } }, sort: [{ field: CREATED_AT }]) {
      nodes { first: subscription { number client { id } } subscription { number } }
    }
  }`;
  const seenBy = async (actor: Actor) =>
    (await world.as(actor).run(document, { ids: [order.id, plain.id] })).orders.nodes;
  const none = { first: null, subscription: null };
  const seen = { first: { number, client: { id: encodeId('Client', client.id) } }, subscription: { number } };
  expect(await seenBy(world.admin)).toEqual([seen, none]);
  expect(await seenBy(people.client)).toEqual([seen, none]);
  expect(await seenBy(people.contractor)).toEqual([none, none]);
  const owner = await world.member({ grants: { orderAccess: 3, invoiceAccess: 1 } });
  expect(await seenBy(owner)).toEqual([none, none]);
});
