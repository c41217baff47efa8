import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { stopClock } from '../kit/clock.ts';
import { issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { create, type Input } from './creating.ts';

describe('ticketCreate by a client (law 8)', () => {
  test('opens a ticket for itself, about its order, with a message', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client });
    const clock = stopClock('2026-03-01T10:00:00.000Z');

    const { result, events, logs } = await recorded(world, () =>
      create(world, { subject: 'Where is it?', body: 'I wait.', orderId: order.number }, client),
    );

    const { ticket } = success(result);
    expect(ticket).toEqual({
      id: ticket.id,
      number: ticket.number,
      subject: 'Where is it?',
      client: { id: encodeId('Client', client.id) },
      order: { id: encodeId('Order', order.id) },
      status: { code: 1, kind: 'OPEN' },
      source: 'PORTAL',
      note: null,
      metadata: null,
      formData: {},
      snoozedUntil: null,
      closedAt: null,
      lastMessageAt: clock.now().toISOString(),
      mergedInto: null,
      createdAt: clock.now().toISOString(),
      deletedAt: null,
      version: 1,
      employees: [],
      tags: [],
      messages: { nodes: [{ body: 'I wait.', staffOnly: false, author: { id: encodeId('Client', client.id) } }] },
    });
    expect(events.map(({ type, actorId }) => [type, actorId])).toEqual([
      ['ticket.created', client.id],
      ['message.created', client.id],
    ]);
    expect(logs.map(({ entity, event, actorKind, ownerId }) => [entity, event, actorKind, ownerId])).toEqual([
      ['TICKET', 'CREATED', 'CLIENT', client.id],
      ['TICKET_MESSAGE', 'CREATED', 'CLIENT', client.id],
    ]);
  });

  test('may say that it is for itself, and for nobody else', async () => {
    const world = await makeWorld();
    const [client, other] = [await world.client(), await world.client()];
    const mine = await create(world, { clientId: encodeId('Client', client.id) }, client);
    expect(mine.__typename).toBe('TicketCreateSuccess');
    for (const clientId of [other.id, world.admin.id, 'x']) {
      const theirs = await unchanged(world, () => create(world, { clientId }, client));
      expect(issuesOf(theirs)).toEqual(['clientId NOT_FOUND']);
    }
  });

  test('is not about an order of somebody else’s, nor about a deleted one', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const orders = [await world.order(), await world.order({ client, deletedAt: new Date() })];
    for (const { id, number } of orders) {
      for (const orderId of [id, number]) {
        const refused = await unchanged(world, () => create(world, { orderId }, client));
        expect(issuesOf(refused)).toEqual(['orderId NOT_FOUND']);
      }
    }
  });

  test.each<[string, Input]>([
    ['status', { status: 'CLOSED' }],
    ['statusId', { statusId: '00000000-0000-7000-8000-000000000000' }],
    ['snoozedUntil', { snoozedUntil: '2030-01-01T00:00:00Z' }],
    ['employeeIds', { employeeIds: [] }],
    ['tags', { tags: [] }],
    ['note', { note: 'x' }],
    ['metadata', { metadata: {} }],
  ])('does not set %s', async (field, input) => {
    const world = await makeWorld();
    const client = await world.client();
    const refused = await unchanged(world, () => create(world, input, client));
    expect(issuesOf(refused)).toContain(`${field} STAFF_ONLY`);
  });
});
