import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing } from '../../orders/cast.ts';
import { makeTicketCast } from '../cast.ts';

const TicketMessageDelete = graphql(`
  mutation TicketMessageDelete($input: TicketMessageDeleteInput!) {
    ticketMessageDelete(input: $input) {
      ... on TicketMessageDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

describe('ticketMessageDelete', () => {
  test('removes a message for good, announces and logs it', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    const [message, kept] = [await ticket.message({ body: 'Oops', author: world.admin }), await ticket.message()];

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(TicketMessageDelete, { input: { id: message.id } }),
    );

    expect(success(result.ticketMessageDelete).deletedId).toBe(encodeId('TicketMessage', message.id));
    expect(await world.rows.ticketMessage.findMany({ where: { ticketId: ticket.id } })).toMatchObject([
      { id: kept.id },
    ]);
    expect(events).toEqual([
      {
        type: 'message.deleted',
        aggregate: 'ticket',
        aggregateId: ticket.id,
        payload: { messageId: message.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toMatchObject([
      {
        entity: 'TICKET_MESSAGE',
        entityId: message.id,
        event: 'DELETED',
        changes: { body: { before: 'Oops', after: null } },
        actorId: world.admin.id,
        ownerId: ticket.clientId,
      },
    ]);
  });

  test('M6: the ticket still remembers when the newest was written; its updatedAt moves, its version does not', async () => {
    const world = await makeWorld();
    const lastMessageAt = new Date('2026-03-01T10:00:00.123Z');
    const ticket = await world.ticket({ lastMessageAt, updatedAt: lastMessageAt });
    const newest = await ticket.message({ createdAt: lastMessageAt });
    success((await world.as(world.admin).run(TicketMessageDelete, { input: { id: newest.id } })).ticketMessageDelete);
    const after = await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } });
    expect(after.lastMessageAt).toEqual(lastMessageAt);
    expect(after.updatedAt.getTime()).toBeGreaterThan(lastMessageAt.getTime());
    expect(after.version).toBe(1);
  });

  test('removes a message of a deleted ticket, too', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket({ deletedAt: new Date() });
    const message = await ticket.message();
    const { result, events } = await recorded(world, () =>
      world.as(world.admin).run(TicketMessageDelete, { input: { id: message.id } }),
    );
    expect(success(result.ticketMessageDelete).deletedId).toBe(encodeId('TicketMessage', message.id));
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['message.deleted', ticket.id]]);
  });

  test('of two at once, one removes it', async () => {
    const world = await makeWorld();
    const message = await (await world.ticket()).message();
    const { result, events } = await recorded(world, () =>
      Promise.all([1, 2].map(() => world.as(world.admin).run(TicketMessageDelete, { input: { id: message.id } }))),
    );
    expect(result.map(({ ticketMessageDelete }) => ticketMessageDelete.__typename).sort()).toEqual([
      'NotFoundError',
      'TicketMessageDeleteSuccess',
    ]);
    expect(events).toHaveLength(1);
  });

  test('finds no message that is not there, nor a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, mine] = [await (await other.ticket()).message(), await (await world.ticket()).message()];
    for (const id of [strange.id, encodeId('OrderMessage', mine.id), ...idsOfNothing]) {
      const { ticketMessageDelete } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(TicketMessageDelete, { input: { id } })),
      );
      expect(failure(ticketMessageDelete, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('is for staff who may write on the ticket, never for clients, not even for the author', async () => {
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
      () => cast.ticket.message({ author: cast.client }),
      (client, { id }) => client.answer(TicketMessageDelete, { input: { id } }),
    );
  });
});
