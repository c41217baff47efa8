import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeTicketCast } from './cast.ts';

const OneTicket = graphql(`
  query OneTicket($id: ID, $number: String) {
    ticket(id: $id, number: $number) {
      id
      number
      subject
      client {
        id
        name
      }
      order {
        id
        price {
          amount
        }
      }
      status {
        id
        name
        code
        kind
        isOpen
        isFinal
      }
      source
      note
      metadata
      formData
      snoozedUntil
      closedAt
      lastMessageAt
      mergedInto {
        id
        number
      }
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

const TicketNode = graphql(`
  query TicketNode($id: ID!) {
    node(id: $id) {
      id
      ... on Ticket {
        number
      }
    }
  }
`);

const find = async (world: World, args: { id?: string; number?: string }, actor: Actor = world.admin) =>
  (await world.as(actor).run(OneTicket, args)).ticket;

const at = '2026-03-02T09:00:00.000Z';

describe('ticket', () => {
  test('answers all there is about it', async () => {
    const world = await makeWorld();
    const client = await world.client({ firstName: 'Cleo', lastName: 'Clark' });
    const order = await world.order({ client, price: '49.5' });
    const people = [
      await world.member({ firstName: 'Bob', lastName: 'Brown' }),
      await world.member({ firstName: 'Ann', lastName: 'Arrow' }),
    ];
    const target = await world.ticket({ client });
    const ticket = await world.ticket({
      client,
      order,
      subject: 'Help',
      status: 'CLOSED',
      source: 'CONTACT_FORM',
      note: 'x',
      metadata: { b: [2] },
      formData: { c: '3', d: 'stored' },
      closedAt: at,
      lastMessageAt: at,
      mergedIntoId: target.id,
      employees: people,
      tags: [await world.tag('b'), await world.tag('a')],
    });
    await ticket.formField({ name: 'd', value: 'filed' });
    const status = await world.rows.ticketStatus.findFirstOrThrow({
      where: { organizationId: world.organizationId, code: 3 },
    });
    const row = await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } });

    expect(await find(world, { id: ticket.id })).toEqual({
      id: encodeId('Ticket', ticket.id),
      number: ticket.number,
      subject: 'Help',
      client: { id: encodeId('Client', client.id), name: 'Cleo Clark' },
      order: { id: encodeId('Order', order.id), price: { amount: '49.50' } },
      status: {
        id: encodeId('TicketStatus', status.id),
        name: 'Closed',
        code: 3,
        kind: 'CLOSED',
        isOpen: false,
        isFinal: true,
      },
      source: 'CONTACT_FORM',
      note: 'x',
      metadata: { b: [2] },
      formData: { c: '3', d: 'filed' },
      snoozedUntil: null,
      closedAt: at,
      lastMessageAt: at,
      mergedInto: { id: encodeId('Ticket', target.id), number: target.number },
      version: 1,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      deletedAt: null,
      employees: [{ name: 'Ann Arrow' }, { name: 'Bob Brown' }],
      tags: [{ name: 'a' }, { name: 'b' }],
    });
  });

  test('by id, with or without prefix, and by number it is the same', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket({ number: 'E4A269FC' });
    const id = encodeId('Ticket', ticket.id);
    const whole = await find(world, { id });
    expect(whole?.id).toBe(id);
    for (const args of [
      { id: ticket.id },
      { id: ticket.id.toUpperCase() },
      { id: 'E4A269FC' },
      { number: 'E4A269FC' },
      { id, number: 'E4A269FC' },
    ]) {
      expect(await find(world, args)).toEqual(whole);
    }
  });

  test('by id and number it must be both; by nothing at all it is refused', async () => {
    const world = await makeWorld();
    const [one, two] = [await world.ticket(), await world.ticket()];
    expect(await find(world, { id: one.id, number: two.number })).toBeNull();
    const [refusal] = await world.as(world.admin).refused(OneTicket, {});
    expect(refusal).toMatchObject({
      code: 'INVALID_INPUT',
      path: ['ticket'],
      extensions: { issues: [{ path: ['id'], code: 'REQUIRED' }] },
    });
  });

  test('L12, L13: another organization’s, a deleted one, nobody’s or an id of no shape is null', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, deleted] = [await other.ticket(), await world.ticket({ deletedAt: new Date() })];
    const mine = await world.ticket();
    const none = [strange, deleted].flatMap(({ id, number }) => [encodeId('Ticket', id), id, number]);
    for (const id of [
      ...none,
      ...[encodeId('Order', mine.id), 'ticket_x', 'ticket_', '', '_', ' ', 'a\0b', '%', mine.number.toLowerCase()],
    ]) {
      expect(await find(world, { id })).toBeNull();
      expect(await find(world, { number: id })).toBeNull();
    }
  });

  test('shows its order to those who may see the order', async () => {
    const { world, people, client } = await makeTicketCast();
    const order = await world.order({ client });
    const ticket = await world.ticket({ client, order, employees: [people.assignee] });
    const id = encodeId('Order', order.id);
    const orderFor = async (actor: Actor) => (await find(world, { id: ticket.id }, actor))?.order?.id ?? null;
    expect(await orderFor(world.admin)).toBe(id);
    expect(await orderFor(client)).toBe(id);
    // They may see the ticket, and no orders at all, or not this one.
    for (const actor of [people.assignee, people.colleague, people.reader]) expect(await orderFor(actor)).toBeNull();
    const worksOnOthers = await world.member({ grants: { ticketAccess: 3, orderAccess: 1 } });
    expect(await orderFor(worksOnOthers)).toBeNull();
    await world.rows.orderEmployee.create({
      data: { organizationId: world.organizationId, orderId: order.id, employeeId: worksOnOthers.id },
    });
    expect(await orderFor(worksOnOthers)).toBe(id);
    await world.rows.order.update({ where: { id: order.id }, data: { deletedAt: new Date() } });
    for (const actor of [world.admin, client, worksOnOthers]) expect(await orderFor(actor)).toBeNull();
  });

  test('who sees it sees whose it is, also as a node and a client', async () => {
    const { world, ticket, client } = await makeTicketCast();
    const helper = await world.member({ grants: { ticketAccess: 1, clients: 1 } });
    const id = encodeId('Client', client.id);
    const Whose = 'query ($id: ID!) { client(id: $id) { id } node(id: $id) { id } clients { totalCount } }';
    expect(await world.as(helper).run(Whose, { id })).toEqual({ client: null, node: null, clients: { totalCount: 0 } });
    await world.rows.ticketEmployee.create({
      data: { organizationId: world.organizationId, ticketId: ticket.id, employeeId: helper.id },
    });
    expect(await world.as(helper).run(Whose, { id })).toEqual({
      client: { id },
      node: { id },
      clients: { totalCount: 1 },
    });
    expect((await find(world, { id: ticket.id }, helper))?.client.id).toBe(id);
  });

  test('clients see no note, no tags, no metadata and no time to wake', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { id } = await world.ticket({
      client,
      note: 'secret',
      metadata: { secret: true },
      status: 'SNOOZED',
      snoozedUntil: at,
      tags: [await world.tag('Difficult')],
      employees: [world.admin],
    });
    expect(await find(world, { id }, client)).toMatchObject({
      note: null,
      metadata: null,
      snoozedUntil: null,
      tags: [],
      employees: [{ name: expect.any(String) }],
    });
  });

  test('who may', async () => {
    const { world, ticket, people } = await makeTicketCast();
    const id = encodeId('Ticket', ticket.id);
    const seen: Record<string, string> = {};
    for (const [name, person] of Object.entries(people)) {
      const ways = [
        await world.as(person).answer(OneTicket, { id }),
        await world.as(person).answer(OneTicket, { number: ticket.number }),
      ];
      const outcomes = ways.map(
        ({ data, errors }) => errors?.[0]?.extensions?.code ?? (data?.ticket ? 'sees it' : 'null'),
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
    const { world, ticket, people } = await makeTicketCast();
    const id = encodeId('Ticket', ticket.id);
    const { anonymous, ...known } = people;
    const seen: string[] = [];
    for (const [name, person] of Object.entries(known)) {
      const { node } = await world.as(person).run(TicketNode, { id });
      if (node) seen.push(name);
    }
    expect(seen).toEqual(['administrator', 'token', 'manager', 'assignee', 'colleague', 'reader', 'narrow', 'client']);
    expect((await world.as(anonymous).refused(TicketNode, { id })).map(({ code }) => code)).toEqual([
      'UNAUTHENTICATED',
    ]);
  });
});
