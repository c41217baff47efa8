import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { asToken } from '../../kit/viewers.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing } from '../../orders/cast.ts';
import { makeTicketCast } from '../cast.ts';

const TicketMessageCreate = graphql(`
  mutation TicketMessageCreate($input: TicketMessageCreateInput!) {
    ticketMessageCreate(input: $input) {
      ... on TicketMessageCreateSuccess {
        ticketMessage {
          id
          ticket {
            number
            lastMessageAt
          }
          author {
            id
          }
          body
          staffOnly
          files
          createdAt
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof TicketMessageCreate>['input'];

const address = 'https://files.example.com/brief.pdf';

describe('ticketMessageCreate', () => {
  test('M3, M4: writes a message of the viewer’s; the ticket remembers when; announced and logged', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket({ status: 'PENDING' });
    const clock = stopClock('2026-03-01T10:00:00.123Z');

    const { result, events, logs } = await recorded(world, () =>
      world
        .as(world.admin)
        .run(TicketMessageCreate, { input: { ticketId: encodeId('Ticket', ticket.id), body: ' Hello. \n' } }),
    );

    const { ticketMessage } = success(result.ticketMessageCreate);
    const row = await world.rows.ticketMessage.findFirstOrThrow({ where: { ticketId: ticket.id } });
    expect(ticketMessage).toEqual({
      id: encodeId('TicketMessage', row.id),
      ticket: { number: ticket.number, lastMessageAt: clock.now().toISOString() },
      author: { id: encodeId('TeamMember', world.admin.id) },
      body: 'Hello.',
      staffOnly: false,
      files: [],
      createdAt: clock.now().toISOString(),
    });
    expect(events).toEqual([
      {
        type: 'message.created',
        aggregate: 'ticket',
        aggregateId: ticket.id,
        payload: { messageId: row.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'TICKET_MESSAGE',
        entityId: row.id,
        event: 'CREATED',
        changes: {
          body: { before: null, after: 'Hello.' },
          ticket_id: { before: null, after: ticket.id },
          author_id: { before: null, after: world.admin.id },
          staff_only: { before: null, after: false },
          files: { before: null, after: [] },
        },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: ticket.clientId,
      },
    ]);
  });

  test('moves the ticket’s updatedAt; its version stays, so nobody’s edit is stale', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const ticket = await world.ticket({ status: 'PENDING', updatedAt });
    const { ticketMessageCreate } = await world
      .as(world.admin)
      .run(TicketMessageCreate, { input: { ticketId: ticket.number, body: 'Hello' } });
    success(ticketMessageCreate);
    const after = await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('takes files and a note for the team only', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    const files = [address, ...Array.from({ length: 19 }, (_, index) => `http://example.com/${index}`)];
    const input = { ticketId: ticket.id, body: 'See these', staffOnly: true, files };
    const { ticketMessageCreate } = await world.as(world.admin).run(TicketMessageCreate, { input });
    expect(success(ticketMessageCreate).ticketMessage).toMatchObject({ staffOnly: true, files });
  });

  test('M3: a token writes as the person behind it', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    const input = { ticketId: ticket.id, body: 'Hello' };
    const { ticketMessageCreate } = await world.as(asToken(world.admin)).run(TicketMessageCreate, { input });
    expect(success(ticketMessageCreate).ticketMessage.author).toEqual({ id: encodeId('TeamMember', world.admin.id) });
  });

  test('staff may write in the name of a colleague or of a client', async () => {
    const world = await makeWorld();
    const [ticket, colleague, client] = [await world.ticket(), await world.member(), await world.client()];
    const authorOf = async (authorId: string) => {
      const input = { ticketId: ticket.id, body: 'Hello', authorId };
      const { ticketMessageCreate } = await world.as(world.admin).run(TicketMessageCreate, { input });
      return success(ticketMessageCreate).ticketMessage.author?.id;
    };
    const [colleagueId, clientId] = [encodeId('TeamMember', colleague.id), encodeId('Client', client.id)];
    expect([await authorOf(colleagueId), await authorOf(colleague.id)]).toEqual([colleagueId, colleagueId]);
    expect([await authorOf(clientId), await authorOf(client.id)]).toEqual([clientId, clientId]);
  });

  test('a client writes as itself, whatever author it names', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const ticket = await world.ticket({ client });
    const input = { ticketId: ticket.id, body: 'Hello', authorId: world.admin.id };
    const { result, events, logs } = await recorded(world, () => world.as(client).run(TicketMessageCreate, { input }));
    expect(success(result.ticketMessageCreate).ticketMessage.author).toEqual({ id: encodeId('Client', client.id) });
    expect(events.map(({ actorId }) => actorId)).toEqual([client.id]);
    expect(logs.map(({ actorKind, actorId, ownerId }) => [actorKind, actorId, ownerId])).toEqual([
      ['CLIENT', client.id, client.id],
    ]);
  });

  test('M5: a client may not write for the team only', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const ticket = await world.ticket({ client });
    const input = { ticketId: ticket.id, body: 'Hello', staffOnly: true };
    const { ticketMessageCreate } = await unchanged(world, () => world.as(client).run(TicketMessageCreate, { input }));
    expect(issuesOf(ticketMessageCreate)).toEqual(['staffOnly STAFF_ONLY']);
  });

  test.each<[string, Partial<Input>, string[]]>([
    ['M1: a blank message', { body: ' \n\t ' }, ['body REQUIRED']],
    ['a message with a NUL', { body: 'a\0b' }, ['body INVALID']],
    ['a message of 65,536 characters', { body: 'x'.repeat(65_536) }, ['body TOO_LONG']],
    ['M2: an author who is nobody', { authorId: idsOfNothing[0] }, ['authorId NOT_FOUND']],
    ['M2: an author of no shape', { authorId: 'x' }, ['authorId NOT_FOUND']],
    ['M2: an author who is no person', { authorId: `ticket_${idsOfNothing[0]}` }, ['authorId NOT_FOUND']],
    ['21 files', { files: Array(21).fill(address) }, ['files OUT_OF_RANGE']],
    [
      'files that are no web addresses',
      { files: [address, 'brief.pdf', '', 'javascript:alert(1)', 'file:///etc/passwd', 'https://example.com/a\0b'] },
      ['files.1 INVALID', 'files.2 INVALID', 'files.3 INVALID', 'files.4 INVALID', 'files.5 INVALID'],
    ],
  ])('refuses %s', async (_, fields, issues) => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    const input = { ticketId: ticket.id, body: 'Hello', ...fields };
    const { ticketMessageCreate } = await unchanged(world, () =>
      world.as(world.admin).run(TicketMessageCreate, { input }),
    );
    expect(issuesOf(ticketMessageCreate)).toEqual(issues);
  });

  test('M2: refuses an author of another organization', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const input = { ticketId: (await world.ticket()).id, body: 'Hello', authorId: other.admin.id };
    const { ticketMessageCreate } = await unchanged(world, () =>
      world.as(world.admin).run(TicketMessageCreate, { input }),
    );
    expect(issuesOf(ticketMessageCreate)).toEqual(['authorId NOT_FOUND']);
  });

  test('its time can’t be chosen, and M7: it can’t be changed', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket();
    const { id } = await ticket.message();
    const requests = {
      createdAt: `mutation { ticketMessageCreate(input: { ticketId: "${ticket.id}", body: "Hello", createdAt: "2026-03-01T10:00:00Z" }) { __typename } }`,
      ticketMessageUpdate: `mutation { ticketMessageUpdate(input: { id: "${id}", body: "Hello" }) { __typename } }`,
    };
    for (const [word, document] of Object.entries(requests)) {
      const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
      expect(refusal?.message).toContain(word);
    }
  });

  test('finds no ticket that is not there, deleted, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, gone] = [await other.ticket(), await world.ticket({ deletedAt: new Date() })];
    for (const ticketId of [
      gone.id,
      gone.number,
      strange.id,
      strange.number,
      encodeId('Tag', gone.id),
      ...idsOfNothing,
    ]) {
      const input = { ticketId, body: 'Hello' };
      const { ticketMessageCreate } = await unchanged(world, () =>
        world.as(world.admin).run(TicketMessageCreate, { input }),
      );
      expect(failure(ticketMessageCreate, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['ticketId'] });
    }
  });

  test('law 6: takes none for a ticket that was merged', async () => {
    const world = await makeWorld();
    const target = await world.ticket();
    const { id } = await world.ticket({ clientId: target.clientId, status: 'CLOSED', mergedIntoId: target.id });
    const input = { ticketId: id, body: 'Hello' };
    const { ticketMessageCreate } = await unchanged(world, () =>
      world.as(world.admin).run(TicketMessageCreate, { input }),
    );
    expect(failure(ticketMessageCreate, 'InvalidStateError').code).toBe('MERGED');
  });

  test('M4: of many at once each is kept, and the ticket remembers the newest', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket({ status: 'PENDING' });
    const bodies = ['a', 'b', 'c', 'd', 'e'];
    const { events } = await recorded(world, () =>
      Promise.all(
        bodies.map((body) => world.as(world.admin).run(TicketMessageCreate, { input: { ticketId: ticket.id, body } })),
      ),
    );
    const messages = await world.rows.ticketMessage.findMany({ where: { ticketId: ticket.id } });
    const { lastMessageAt } = await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } });
    expect(messages.map(({ body }) => body).sort()).toEqual(bodies);
    expect(lastMessageAt?.getTime()).toBe(Math.max(...messages.map(({ createdAt }) => createdAt.getTime())));
    expect(events).toHaveLength(5);
  });

  test('is for staff who may write on the ticket, and for its client', async () => {
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
        client: 'done',
        otherClient: 'NotFoundError',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => ({ ticketId: cast.ticket.id, body: 'Hello' }),
      (client, input) => client.answer(TicketMessageCreate, { input }),
    );
    expect(await cast.world.rows.ticketMessage.count({ where: { ticketId: cast.ticket.id } })).toBe(6);
  });
});
