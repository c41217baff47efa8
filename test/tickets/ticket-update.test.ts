import { isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing } from '../orders/cast.ts';
import { makeTicketCast } from './cast.ts';
import { type Input, refused, TicketUpdate, update, updated } from './changing.ts';

const nobody = idsOfNothing[0] as string;

describe('ticketUpdate', () => {
  test('X5: changes what is given and leaves the rest, raises the version, announces and logs it', async () => {
    const world = await makeWorld();
    const [ann, tag, client] = [await world.member(), await world.tag('Kept'), await world.client()];
    const order = await world.order({ client });
    const ticket = await world.ticket({
      client,
      order,
      note: 'Old',
      metadata: { b: 2 },
      employees: [ann],
      tags: [tag],
    });

    const { result, events, logs } = await recorded(world, () =>
      update(world, { id: encodeId('Ticket', ticket.id) }, { subject: ' New ', note: ' Newer ', expectedVersion: 1 }),
    );

    expect(success(result).ticket).toEqual({
      id: encodeId('Ticket', ticket.id),
      number: ticket.number,
      subject: 'New',
      client: { id: encodeId('Client', client.id) },
      order: { id: encodeId('Order', order.id) },
      status: { code: 1, kind: 'OPEN' },
      source: 'API',
      note: 'Newer',
      metadata: { b: 2 },
      snoozedUntil: null,
      closedAt: null,
      version: 2,
      employees: [{ id: encodeId('TeamMember', ann.id) }],
      tags: [{ name: 'Kept' }],
    });
    expect(events).toEqual([
      {
        type: 'ticket.updated',
        aggregate: 'ticket',
        aggregateId: ticket.id,
        payload: { number: ticket.number },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'TICKET',
        entityId: ticket.id,
        event: 'UPDATED',
        changes: { subject: { before: ticket.subject, after: 'New' }, note: { before: 'Old', after: 'Newer' } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: client.id,
      },
    ]);
  });

  test('is found by its number, too', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket({ number: 'T-1' });
    expect(await updated(world, { id: 'T-1' }, { note: 'x' })).toMatchObject({
      id: encodeId('Ticket', ticket.id),
      note: 'x',
    });
  });

  test('null clears what may be missing; lists and documents are replaced', async () => {
    const world = await makeWorld();
    const [client, ann, bob] = [await world.client(), await world.member(), await world.member()];
    const order = await world.order({ client });
    const ticket = await world.ticket({
      client,
      order,
      note: 'x',
      metadata: { b: 2 },
      employees: [ann],
      tags: [await world.tag('Old')],
    });
    const replaced = { metadata: { c: 3 }, employeeIds: [bob.id], tags: ['New'] };
    expect(await updated(world, ticket, replaced)).toMatchObject({
      metadata: { c: 3 },
      employees: [{ id: encodeId('TeamMember', bob.id) }],
      tags: [{ name: 'New' }],
    });
    const cleared = { orderId: null, note: null, metadata: null, employeeIds: [], tags: [] };
    expect(await updated(world, ticket, cleared)).toMatchObject({
      order: null,
      note: null,
      metadata: {},
      employees: [],
      tags: [],
    });
  });

  test('X3, law 1: another order of the client’s, by number or id', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const [first, second] = [await world.order({ client }), await world.order({ client, number: 'A-2' })];
    const ticket = await world.ticket({ client, order: first });
    expect((await updated(world, ticket, { orderId: 'A-2' })).order).toEqual({ id: encodeId('Order', second.id) });
    expect((await updated(world, ticket, { orderId: first.id })).order).toEqual({ id: encodeId('Order', first.id) });
  });

  test('X2: no deleted order, none of another client and none of a stranger’s; what it has stays', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const client = await world.client();
    const gone = await world.order({ client, deletedAt: new Date() });
    const ticket = await world.ticket({ client, order: gone });
    for (const { id, number } of [gone, await world.order(), await other.order()]) {
      for (const orderId of [id, number]) {
        expect(await refused(world, ticket, { orderId })).toEqual(['orderId NOT_FOUND']);
      }
    }
    // The order that it is about was deleted since: it is shown no more, and comes back with it.
    expect((await updated(world, ticket, { note: 'x' })).order).toBeNull();
    await world.rows.order.update({ where: { id: gone.id }, data: { deletedAt: null } });
    expect((await updated(world, ticket, { note: 'y' })).order).toEqual({ id: encodeId('Order', gone.id) });
  });

  test('says nothing when nothing changes', async () => {
    const world = await makeWorld();
    const [ann, tag] = [await world.member(), await world.tag('Urgent')];
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const ticket = await world.ticket({ note: 'Same', metadata: { a: 1 }, employees: [ann], tags: [tag], updatedAt });
    const { result, events, logs } = await recorded(world, () =>
      update(world, ticket, {
        subject: ticket.subject,
        note: 'Same',
        metadata: { a: 1 },
        status: 'OPEN',
        employeeIds: [ann.id],
        tags: ['URGENT'],
      }),
    );
    expect(success(result).ticket.version).toBe(1);
    expect([events, logs]).toEqual([[], []]);
    expect((await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } })).updatedAt).toEqual(updatedAt);
  });

  test('people and tags are edits: announced, logged, and of one step', async () => {
    const world = await makeWorld();
    const ann = await world.member();
    const ticket = await world.ticket();
    const { result, events, logs } = await recorded(world, () => update(world, ticket, { employeeIds: [ann.id] }));
    expect(success(result).ticket.version).toBe(2);
    expect(events.map(({ type }) => type)).toEqual(['ticket.updated']);
    expect(logs.map(({ entity, changes }) => [entity, changes])).toEqual([
      ['TICKET', { employees: { before: null, after: ann.id } }],
    ]);
  });

  test('X6, law 1: there is no client, number, source or closing time to give', () => {
    const input = schema.getType('TicketUpdateInput');
    expect(isInputObjectType(input) && Object.keys(input.getFields()).sort()).toEqual([
      'employeeIds',
      'expectedVersion',
      'id',
      'metadata',
      'note',
      'orderId',
      'snoozedUntil',
      'status',
      'statusId',
      'subject',
      'tags',
    ]);
  });

  test.each<[string, Input, string[]]>([
    ['a blank subject', { subject: ' ' }, ['subject REQUIRED']],
    ['no subject', { subject: null }, ['subject REQUIRED']],
    ['a subject of 256 characters', { subject: 'x'.repeat(256) }, ['subject TOO_LONG']],
    ['a subject with a NUL', { subject: '\0' }, ['subject INVALID']],
    ['a note of 65,536 characters', { note: 'x'.repeat(65_536) }, ['note TOO_LONG']],
    ['no status', { status: null, statusId: null }, ['status REQUIRED', 'statusId REQUIRED']],
    ['two statuses', { status: 'OPEN', statusId: nobody }, ['statusId EXCLUSIVE', 'statusId NOT_FOUND']],
    ['a status that there is not', { statusId: nobody }, ['statusId NOT_FOUND']],
    ['no people', { employeeIds: null }, ['employeeIds REQUIRED']],
    ['no tags', { tags: null }, ['tags REQUIRED']],
    ['assignees who are nobody', { employeeIds: [nobody] }, ['employeeIds.0 NOT_FOUND']],
    ['an order that there is not', { orderId: nobody }, ['orderId NOT_FOUND']],
    ['a blank tag', { tags: [' '] }, ['tags.0 INVALID']],
    ['metadata that is no object', { metadata: 1 }, ['metadata INVALID']],
  ])('refuses %s', async (_, input, issues) => {
    const world = await makeWorld();
    expect(await refused(world, await world.ticket(), input)).toEqual(issues);
  });

  describe('version', () => {
    test('refuses a stale one, and tells the one there is', async () => {
      const world = await makeWorld();
      const ticket = await world.ticket();
      await updated(world, ticket, { note: 'Newer' });
      const stale = await unchanged(world, () =>
        update(world, ticket, { note: 'Mine', status: 'CLOSED', expectedVersion: 1 }),
      );
      expect(failure(stale, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
    });

    test('of two at once with the same one, one wins', async () => {
      const world = await makeWorld();
      const ticket = await world.ticket();
      const { result, events } = await recorded(world, () =>
        Promise.all(['One', 'Two'].map((note) => update(world, ticket, { note, expectedVersion: 1 }))),
      );
      expect(result.map(({ __typename }) => __typename).sort()).toEqual(['ConflictError', 'TicketUpdateSuccess']);
      expect(events.map(({ type }) => type)).toEqual(['ticket.updated']);
    });
  });

  test('finds none that is not there, deleted, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, gone] = [await other.ticket(), await world.ticket({ deletedAt: new Date() })];
    for (const id of [gone.id, gone.number, strange.id, strange.number, encodeId('Order', gone.id), ...idsOfNothing]) {
      const missing = await unchanged(other, () => unchanged(world, () => update(world, { id }, { note: 'x' })));
      expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('law 6: what was merged changes no more', async () => {
    const world = await makeWorld();
    const target = await world.ticket();
    const source = await world.ticket({ clientId: target.clientId, status: 'CLOSED', mergedIntoId: target.id });
    for (const input of [{ note: 'x' }, { status: 'OPEN' } as const, { employeeIds: [] }]) {
      const merged = await unchanged(world, () => update(world, source, input));
      expect(failure(merged, 'InvalidStateError')).toMatchObject({ code: 'MERGED' });
    }
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
      async () => cast.ticket,
      (person, { id }) => person.answer(TicketUpdate, { input: { id, note: `note ${Math.random()}` } }),
    );
  });

  test('logs a token as a token', async () => {
    const world = await makeWorld();
    const { id } = await world.ticket();
    const { logs } = await recorded(world, () =>
      world.as(asToken(world.admin)).run(TicketUpdate, { input: { id, note: 'x' } }),
    );
    expect(logs.map(({ actorKind, actorId }) => [actorKind, actorId])).toEqual([['TOKEN', world.admin.id]]);
  });
});
