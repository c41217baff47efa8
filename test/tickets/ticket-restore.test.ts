import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing } from '../orders/cast.ts';
import { makeTicketCast } from './cast.ts';

const TicketRestore = graphql(`
  mutation TicketRestore($input: TicketRestoreInput!) {
    ticketRestore(input: $input) {
      ... on TicketRestoreSuccess {
        ticket {
          id
          note
          deletedAt
          status {
            kind
          }
          employees {
            id
          }
          tags {
            name
          }
          messages {
            totalCount
          }
          formFields {
            totalCount
          }
        }
      }
      ...Failure
    }
  }
`);

const TicketFoundAgain = graphql(`
  query TicketFoundAgain($id: ID!) {
    ticket(id: $id) {
      id
    }
    tickets {
      nodes {
        id
      }
    }
  }
`);

const deletedAt = new Date('2026-03-01T00:00:00Z');

const restore = async (world: World, id: string) =>
  (await world.as(world.admin).run(TicketRestore, { input: { id } })).ticketRestore;

describe('ticketRestore', () => {
  test('law 7: brings it back as it was', async () => {
    const world = await makeWorld();
    const [client, tag] = [await world.client(), await world.tag('Urgent')];
    const employees = [world.admin];
    const ticket = await world.ticket({ client, status: 'SPAM', note: 'x', employees, tags: [tag], deletedAt });
    await ticket.message();
    await ticket.formField();
    const id = encodeId('Ticket', ticket.id);

    const { result, events, logs } = await recorded(world, () => restore(world, id));

    expect(success(result).ticket).toEqual({
      id,
      note: 'x',
      deletedAt: null,
      status: { kind: 'SPAM' },
      employees: [{ id: encodeId('TeamMember', world.admin.id) }],
      tags: [{ name: 'Urgent' }],
      messages: { totalCount: 1 },
      formFields: { totalCount: 1 },
    });
    expect(events).toEqual([
      {
        type: 'ticket.restored',
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
        event: 'RESTORED',
        changes: { deleted_at: { before: '2026-03-01T00:00:00+00:00', after: null } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: client.id,
      },
    ]);
    for (const person of [world.admin, client]) {
      expect(await world.as(person).run(TicketFoundAgain, { id })).toEqual({
        ticket: { id },
        tickets: { nodes: [{ id }] },
      });
    }
  });

  test('goes by number, too; of two at once one restores it', async () => {
    const world = await makeWorld();
    const { number } = await world.ticket({ deletedAt });
    const { result, events } = await recorded(world, () =>
      Promise.all([restore(world, number), restore(world, number)]),
    );
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['NotFoundError', 'TicketRestoreSuccess']);
    expect(events).toHaveLength(1);
  });

  test('finds none that is live, a stranger’s or nothing', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [live, strange] = [await world.ticket(), await other.ticket({ deletedAt })];
    for (const id of [live.id, live.number, strange.id, strange.number, ...idsOfNothing]) {
      const missing = await unchanged(other, () => unchanged(world, () => restore(world, id)));
      expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('who may: a deleted ticket is out of sight of all who may not restore it', async () => {
    const cast = await makeTicketCast();
    const { world, client, people } = cast;
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
        narrow: 'NotFoundError',
        blind: 'NotFoundError',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => world.ticket({ client, employees: [people.assignee], deletedAt }),
      (person, { id }) => person.answer(TicketRestore, { input: { id } }),
    );
  });
});
