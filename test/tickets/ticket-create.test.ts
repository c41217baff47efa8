import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { stopClock } from '../kit/clock.ts';
import { recorded, success } from '../kit/expect.ts';
import { asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';
import { expectOutcomes } from '../orders/cast.ts';
import { makeTicketCast } from './cast.ts';
import { create, opened, TicketCreate } from './creating.ts';

describe('ticketCreate', () => {
  test('opens a ticket with all that is given, announces and logs it', async () => {
    const world = await makeWorld();
    const [client, ann] = [await world.client(), await world.member()];
    const order = await world.order({ client });
    const clock = stopClock('2026-03-01T10:00:00.123Z');

    const { result, events, logs } = await recorded(world, () =>
      create(world, {
        clientId: encodeId('Client', client.id),
        subject: ' The logo is upside down ',
        orderId: encodeId('Order', order.id),
        status: 'PENDING',
        employeeIds: [encodeId('TeamMember', ann.id), ann.id],
        tags: ['Urgent', ' urgent ', 'Logo'],
        note: ' Ring first ',
        metadata: [
          { title: 'a', value: 'old' },
          { title: 'a', value: 'new' },
        ],
      }),
    );

    const { ticket } = success(result);
    expect(ticket).toEqual({
      id: ticket.id,
      number: expect.stringMatching(/^[A-Z0-9]{8}$/),
      subject: 'The logo is upside down',
      client: { id: encodeId('Client', client.id) },
      order: { id: encodeId('Order', order.id) },
      status: { code: 2, kind: 'PENDING' },
      source: 'DASHBOARD',
      note: 'Ring first',
      metadata: { a: 'new' },
      formData: {},
      snoozedUntil: null,
      closedAt: null,
      lastMessageAt: null,
      mergedInto: null,
      createdAt: clock.now().toISOString(),
      deletedAt: null,
      version: 1,
      employees: [{ id: encodeId('TeamMember', ann.id) }],
      tags: [{ name: 'Logo' }, { name: 'Urgent' }],
      messages: { nodes: [] },
    });
    const { id } = await world.rows.ticket.findFirstOrThrow({ where: { clientId: client.id } });
    expect(events).toEqual([
      {
        type: 'ticket.created',
        aggregate: 'ticket',
        aggregateId: id,
        payload: { number: ticket.number, clientId: client.id, status: 'PENDING' },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs.map(({ entity, event, ownerId }) => [entity, event, ownerId])).toEqual([
      ['TAG', 'CREATED', null],
      ['TAG', 'CREATED', null],
      ['TICKET', 'CREATED', client.id],
      ['TICKET', 'UPDATED', client.id],
      ['TICKET', 'UPDATED', client.id],
      ['TICKET', 'UPDATED', client.id],
    ]);
    expect(logs[2]?.changes).toMatchObject({
      subject: { before: null, after: 'The logo is upside down' },
      status_kind: { before: null, after: 'PENDING' },
    });
    // What clients are shown of the status is no change of its own.
    expect(Object.keys(logs[2]?.changes ?? {})).not.toContain('shown_status_kind');
  });

  test('with a subject alone is open, nobody’s and about no order', async () => {
    const world = await makeWorld();
    expect(await opened(world, {})).toMatchObject({
      subject: 'Help',
      order: null,
      status: { code: 1, kind: 'OPEN' },
      note: null,
      metadata: {},
      employees: [],
      tags: [],
    });
  });

  test('the first message is the viewer’s, and moves no status', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-03-01T10:00:00.123Z');
    const { result: ticket, events } = await recorded(world, () => opened(world, { body: ' We saw that. \n' }));
    expect(ticket).toMatchObject({
      status: { kind: 'OPEN' },
      lastMessageAt: clock.now().toISOString(),
      messages: {
        nodes: [{ body: 'We saw that.', staffOnly: false, author: { id: encodeId('TeamMember', world.admin.id) } }],
      },
    });
    const message = await world.rows.ticketMessage.findFirstOrThrow({
      where: { organizationId: world.organizationId },
    });
    expect(message.createdAt).toEqual(clock.now());
    expect(events.map(({ type, aggregateId, payload }) => [type, aggregateId, payload]).slice(1)).toEqual([
      ['message.created', message.ticketId, { messageId: message.id }],
    ]);
  });

  test('X7: its source is the API for programs, the dashboard for the team', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const sourceFor = async (actor: Parameters<typeof opened>[2]) =>
      (await opened(world, { clientId: client.id }, actor)).source;
    expect(await sourceFor(world.admin)).toBe('DASHBOARD');
    expect(await sourceFor(asToken(world.admin))).toBe('API');
    expect(await sourceFor(client)).toBe('PORTAL');
    expect(await sourceFor(asToken(client))).toBe('API');
  });

  test('X3: an order given by its number links', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client, number: 'A-1' });
    for (const orderId of ['A-1', order.id, encodeId('Order', order.id)]) {
      expect(await opened(world, { clientId: client.id, orderId })).toMatchObject({
        order: { id: encodeId('Order', order.id) },
      });
    }
  });

  test('law 2: a closed one is closed from the start; law 3: a snoozed one has its time', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-03-01T10:00:00.000Z');
    expect(await opened(world, { status: 'CLOSED' })).toMatchObject({
      status: { code: 3, kind: 'CLOSED' },
      closedAt: clock.now().toISOString(),
      snoozedUntil: null,
    });
    const snoozedUntil = '2026-03-01T10:00:00.001Z';
    expect(await opened(world, { status: 'SNOOZED', snoozedUntil })).toMatchObject({
      status: { code: 4, kind: 'SNOOZED' },
      closedAt: null,
      snoozedUntil,
    });
  });

  test('takes a status of the organization’s own', async () => {
    const world = await makeWorld();
    const { id } = await world.ticketStatus({ code: 6, name: 'Escalated', kind: 'OPEN' });
    const statusId = encodeId('TicketStatus', id);
    expect(await opened(world, { statusId })).toMatchObject({ status: { code: 6, kind: 'OPEN' } });
  });

  test('is assigned to whoever reaches only own tickets and opens it', async () => {
    const world = await makeWorld();
    const ann = await world.member({ grants: { ticketAccess: 1, ticketManagement: 1 } });
    const client = await world.client({ managers: [ann] });
    const other = await world.member();
    const looksAfter = await world.member({ grants: { clients: 1, ticketAccess: 1, ticketManagement: 1 } });
    const theirs = await world.client({ managers: [looksAfter] });
    // Ann may not see clients at all, but whom she sees by a ticket she may open another one for.
    await world.ticket({ client, employees: [ann] });
    const input = { clientId: client.id, employeeIds: [other.id] };
    const ticket = await opened(world, input, ann);
    expect(new Set(ticket.employees.map(({ id }) => id))).toEqual(
      new Set([encodeId('TeamMember', ann.id), encodeId('TeamMember', other.id)]),
    );
    expect((await opened(world, { clientId: theirs.id }, looksAfter)).employees).toEqual([
      { id: encodeId('TeamMember', looksAfter.id) },
    ]);
    expect((await create(world, { clientId: theirs.id }, ann)).__typename).toBe('InvalidInputError');
  });

  test('numbers of 20 at once are all different', async () => {
    const world = await makeWorld();
    const { id: clientId } = await world.client();
    const made = await Promise.all(Array.from({ length: 20 }, () => opened(world, { clientId })));
    expect(new Set(made.map(({ number }) => number)).size).toBe(20);
  });

  test('who may', async () => {
    const cast = await makeTicketCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        assignee: 'done',
        // They do not see the client, nor does the stranger.
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
      async () => ({ clientId: cast.client.id, subject: 'Help' }),
      (person, input) => person.answer(TicketCreate, { input }),
    );
  });
});
