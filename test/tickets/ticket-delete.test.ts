import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing } from '../orders/cast.ts';
import { makeTicketCast } from './cast.ts';

const TicketDelete = graphql(`
  mutation TicketDelete($input: TicketDeleteInput!) {
    ticketDelete(input: $input) {
      ... on TicketDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const WhereIsTheTicket = graphql(`
  query WhereIsTheTicket($id: ID!, $number: String!, $client: ID!, $order: ID!, $message: ID!, $field: ID!) {
    byId: ticket(id: $id) {
      id
    }
    byNumber: ticket(number: $number) {
      id
    }
    tickets {
      totalCount
      nodes {
        id
      }
    }
    client(id: $client) {
      tickets {
        totalCount
      }
    }
    order(id: $order) {
      tickets {
        totalCount
        nodes {
          id
        }
      }
    }
    filledFormFields(ticketId: $id) {
      totalCount
    }
    nodes(ids: [$id, $message, $field]) {
      id
    }
  }
`);

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(TicketDelete, { input: { id } })).ticketDelete;

describe('ticketDelete', () => {
  test('X8, law 7: puts it out of sight with all beneath it, keeps everything, and leaves the order', async () => {
    const clock = stopClock('2026-03-02T09:00:00.000Z');
    const world = await makeWorld();
    const [client, tag] = [await world.client(), await world.tag()];
    const order = await world.order({ client });
    const ticket = await world.ticket({ client, order, employees: [world.admin], tags: [tag] });
    const [message, field] = [await ticket.message(), await ticket.formField()];
    const id = encodeId('Ticket', ticket.id);

    const { result, events, logs } = await recorded(world, () => remove(world, id));

    expect(success(result).deletedId).toBe(id);
    expect(events).toEqual([
      {
        type: 'ticket.deleted',
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
        event: 'DELETED',
        changes: { deleted_at: { before: null, after: '2026-03-02T09:00:00+00:00' } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: client.id,
      },
    ]);
    const { rows } = world;
    expect((await rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } })).deletedAt).toEqual(clock.now());
    const counts = [rows.ticketMessage, rows.filledFormField, rows.ticketEmployee, rows.ticketTag].map((table) =>
      (table as typeof rows.ticketMessage).count({ where: { ticketId: ticket.id } }),
    );
    expect(await Promise.all(counts)).toEqual([1, 1, 1, 1]);

    const nowhere = {
      id,
      number: ticket.number,
      client: encodeId('Client', client.id),
      order: encodeId('Order', order.id),
      message: encodeId('TicketMessage', message.id),
      field: encodeId('FilledFormField', field.id),
    };
    for (const person of [world.admin, client]) {
      expect(await world.as(person).run(WhereIsTheTicket, nowhere)).toEqual({
        byId: null,
        byNumber: null,
        tickets: { totalCount: 0, nodes: [] },
        client: { tickets: { totalCount: 0 } },
        order: { tickets: { totalCount: 0, nodes: [] } },
        filledFormFields: { totalCount: 0 },
        nodes: [null, null, null],
      });
    }
  });

  test('nothing beneath it can be added or changed any more', async () => {
    const world = await makeWorld();
    const ticket = await world.ticket({ deletedAt: new Date() });
    const field = await ticket.formField();
    const other = await world.ticket({ clientId: ticket.clientId });
    const attempts = {
      ticketUpdate: `id: "${ticket.id}", note: "x"`,
      ticketMessageCreate: `ticketId: "${ticket.id}", body: "x"`,
      ticketMerge: `sourceId: "${ticket.id}", targetId: "${other.id}"`,
      filledFormFieldUpdate: `id: "${field.id}", value: "x"`,
      filledFormFieldDelete: `id: "${field.id}"`,
    };
    for (const [mutation, input] of Object.entries(attempts)) {
      const data = await unchanged(world, () =>
        world.as(world.admin).run(`mutation { ${mutation}(input: { ${input} }) { __typename } }`),
      );
      expect({ mutation, ...data[mutation] }).toEqual({ mutation, __typename: 'NotFoundError' });
    }
  });

  test('goes by number, too; of two at once one deletes it', async () => {
    const world = await makeWorld();
    const { number } = await world.ticket();
    const { result, events } = await recorded(world, () => Promise.all([remove(world, number), remove(world, number)]));
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['NotFoundError', 'TicketDeleteSuccess']);
    expect(events).toHaveLength(1);
  });

  test('a merged one can be deleted; what it was merged into stays', async () => {
    const world = await makeWorld();
    const target = await world.ticket();
    const source = await world.ticket({ clientId: target.clientId, status: 'CLOSED', mergedIntoId: target.id });
    expect((await remove(world, source.id)).__typename).toBe('TicketDeleteSuccess');
    expect(await world.rows.ticket.count({ where: { id: target.id, deletedAt: null } })).toBe(1);
  });

  test('X8: finds none the second time, nor a stranger’s, nor what is none', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [gone, strange] = [await world.ticket(), await other.ticket()];
    await remove(world, gone.id);
    for (const id of [gone.id, gone.number, strange.id, encodeId('Order', strange.id), ...idsOfNothing]) {
      const missing = await unchanged(other, () => unchanged(world, () => remove(world, id)));
      expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('who may', async () => {
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
        narrow: 'FORBIDDEN',
        blind: 'NotFoundError',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => world.ticket({ client, employees: [people.assignee] }),
      (person, { id }) => person.answer(TicketDelete, { input: { id } }),
    );
  });
});
