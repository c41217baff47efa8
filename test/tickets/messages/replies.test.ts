import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { stopClock } from '../../kit/clock.ts';
import { recorded, success } from '../../kit/expect.ts';
import { type Actor, asToken } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const TicketReply = graphql(`
  mutation TicketReply($input: TicketMessageCreateInput!) {
    ticketMessageCreate(input: $input) {
      ... on TicketMessageCreateSuccess {
        ticketMessage {
          ticket {
            status {
              code
              kind
            }
            closedAt
            snoozedUntil
          }
        }
      }
      ...Failure
    }
  }
`);

type Input = Partial<VariablesOf<typeof TicketReply>['input']>;
type TicketFields = Parameters<World['ticket']>[0];

const at = '2026-03-01T10:00:00.000Z';
const kinds = ['OPEN', 'PENDING', 'CLOSED', 'SNOOZED', 'SPAM'] as const;

async function conversation(fields: Parameters<typeof makeWorld>[0] = {}) {
  const world = await makeWorld(fields);
  const client = await world.client();
  const ticketIn = (status: (typeof kinds)[number], more: TicketFields = {}) =>
    world.ticket({
      client,
      status,
      ...(status === 'SNOOZED' ? { snoozedUntil: new Date('2030-01-01T00:00:00Z') } : {}),
      ...more,
    });
  const reply = async (actor: Actor, ticketId: string, input: Input = {}) => {
    const answered = await world.as(actor).run(TicketReply, { input: { ticketId, body: 'Hello', ...input } });
    success(answered.ticketMessageCreate);
    return await world.rows.ticket.findUniqueOrThrow({ where: { id: ticketId } });
  };
  /** Where a reply takes a ticket of each status. */
  const moves = async (actor: Actor, input: Input = {}) => {
    const moved: Record<string, string> = {};
    for (const kind of kinds) moved[kind] = (await reply(actor, (await ticketIn(kind)).id, input)).statusKind;
    return moved;
  };
  return { world, client, ticketIn, reply, moves };
}

const nowhere = Object.fromEntries(kinds.map((kind) => [kind, kind]));

describe('a reply (law 5)', () => {
  test('of the team makes an open or snoozed ticket pending, announces and logs it', async () => {
    const { world, ticketIn, reply, moves } = await conversation();
    stopClock(at);
    expect(await moves(world.admin)).toEqual({ ...nowhere, OPEN: 'PENDING', SNOOZED: 'PENDING' });

    const ticket = await ticketIn('SNOOZED');
    const { result, events, logs } = await recorded(world, () => reply(world.admin, ticket.id));
    expect(result).toMatchObject({
      statusCode: 2,
      statusKind: 'PENDING',
      snoozedUntil: null,
      version: 2,
      lastMessageAt: new Date(at),
    });
    const { number } = ticket;
    expect(events.map(({ type, aggregateId, payload, actorId }) => [type, aggregateId, payload, actorId])).toEqual([
      ['message.created', ticket.id, { messageId: expect.any(String) }, world.admin.id],
      ['ticket.updated', ticket.id, { number }, world.admin.id],
      ['ticket.status_changed', ticket.id, { number, from: 'SNOOZED', to: 'PENDING' }, world.admin.id],
    ]);
    expect(logs.map(({ entity, event }) => [entity, event])).toEqual([
      ['TICKET_MESSAGE', 'CREATED'],
      ['TICKET', 'UPDATED'],
    ]);
  });

  test('of the client opens a pending, snoozed or closed ticket', async () => {
    const { world, client, ticketIn, reply, moves } = await conversation();
    const opened = { ...nowhere, PENDING: 'OPEN', SNOOZED: 'OPEN', CLOSED: 'OPEN' };
    expect(await moves(client)).toEqual(opened);
    expect(await moves(asToken(client))).toEqual(opened);

    const ticket = await ticketIn('CLOSED');
    const { result, events } = await recorded(world, () => reply(client, ticket.id));
    expect(result).toMatchObject({ statusCode: 1, statusKind: 'OPEN', closedAt: null });
    const { number } = ticket;
    expect(events.map(({ type, payload, actorId }) => [type, payload, actorId])).toEqual([
      ['message.created', { messageId: expect.any(String) }, client.id],
      ['ticket.updated', { number }, client.id],
      ['ticket.status_changed', { number, from: 'CLOSED', to: 'OPEN' }, client.id],
    ]);
  });

  test('counts by who wrote it, not by who sent it in', async () => {
    const { world, client, moves } = await conversation();
    const colleague = await world.member();
    expect(await moves(world.admin, { authorId: encodeId('Client', client.id) })).toEqual({
      ...nowhere,
      PENDING: 'OPEN',
      SNOOZED: 'OPEN',
      CLOSED: 'OPEN',
    });
    expect(await moves(world.admin, { authorId: colleague.id })).toEqual({
      ...nowhere,
      OPEN: 'PENDING',
      SNOOZED: 'PENDING',
    });
    // A client can’t write in the team’s name.
    expect(await moves(client, { authorId: world.admin.id })).toMatchObject({ PENDING: 'OPEN', OPEN: 'OPEN' });
  });

  test('is not what is written for the team only', async () => {
    const { world, client, moves } = await conversation();
    expect(await moves(world.admin, { staffOnly: true })).toEqual(nowhere);
    expect(await moves(world.admin, { staffOnly: true, authorId: client.id })).toEqual(nowhere);
  });

  test('moves nothing where the organization does not want it', async () => {
    const { world, client, moves } = await conversation({ ticketRepliesMoveStatus: false });
    expect(await moves(world.admin)).toEqual(nowhere);
    expect(await moves(client)).toEqual(nowhere);
    await world
      .as(world.admin)
      .run('mutation { organizationUpdate(input: { ticketRepliesMoveStatus: true }) { __typename } }');
    expect(await moves(client)).not.toEqual(nowhere);
  });

  test('leaves a status of the organization’s own where its kind is right already', async () => {
    const { world, client, ticketIn, reply } = await conversation();
    await world.ticketStatus({ code: 6, name: 'Escalated', kind: 'OPEN' });
    const escalated = { statusCode: 6, statusKind: 'OPEN' };
    const ticket = await ticketIn('OPEN', escalated);
    expect((await reply(client, ticket.id)).statusCode).toBe(6);
    expect((await reply(world.admin, ticket.id)).statusCode).toBe(2);
    expect((await reply(client, ticket.id)).statusCode).toBe(1);
  });

  test('of both at once follow each other: the later one decides', async () => {
    const { world, client, ticketIn, reply } = await conversation();
    for (let round = 0; round < 5; round += 1) {
      const ticket = await ticketIn('OPEN');
      await Promise.all([reply(world.admin, ticket.id), reply(client, ticket.id)]);
      const { statusKind } = await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } });
      const facts = (await world.events()).filter(({ aggregateId }) => aggregateId === ticket.id);
      const changes = facts.filter(({ type }) => type === 'ticket.status_changed').map(({ payload }) => payload);
      // Team last: pending. Client last: pending and open again.
      expect(changes.map((change) => (change as { to: string }).to)).toEqual(
        statusKind === 'PENDING' ? ['PENDING'] : ['PENDING', 'OPEN'],
      );
    }
  });
});
