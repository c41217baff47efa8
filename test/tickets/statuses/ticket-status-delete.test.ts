import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing } from '../../orders/cast.ts';
import { makeTicketCast } from '../cast.ts';

const TicketStatusDelete = graphql(`
  mutation TicketStatusDelete($input: TicketStatusDeleteInput!) {
    ticketStatusDelete(input: $input) {
      ... on TicketStatusDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(TicketStatusDelete, { input: { id } })).ticketStatusDelete;

describe('ticketStatusDelete', () => {
  test('removes a status that no ticket is in, announces and logs it', async () => {
    const world = await makeWorld();
    const { id } = await world.ticketStatus({ code: 6, name: 'In review', kind: 'PENDING' });

    const { result, events, logs } = await recorded(world, () => remove(world, encodeId('TicketStatus', id)));

    expect(success(result).deletedId).toBe(encodeId('TicketStatus', id));
    expect(await world.rows.ticketStatus.count({ where: { organizationId: world.organizationId } })).toBe(5);
    expect(events).toEqual([
      {
        type: 'ticket_status.deleted',
        aggregate: 'ticketStatus',
        aggregateId: id,
        payload: {},
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    const gone = (value: unknown) => ({ before: value, after: null });
    expect(logs).toEqual([
      {
        entity: 'TICKET_STATUS',
        entityId: id,
        event: 'DELETED',
        changes: { code: gone(6), name: gone('In review'), kind: gone('PENDING'), position: gone(6) },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: null,
      },
    ]);
  });

  test('keeps the five that every organization has', async () => {
    const world = await makeWorld();
    const standard = await world.rows.ticketStatus.findMany({ where: { organizationId: world.organizationId } });
    expect(standard).toHaveLength(5);
    for (const { id } of standard) {
      const kept = await unchanged(world, () => remove(world, id));
      expect(failure(kept, 'InvalidStateError').code).toBe('INVALID_STATE');
    }
  });

  test.each([
    ['a live', null],
    ['a deleted', new Date()],
  ])('keeps one that %s ticket is in', async (_, deletedAt) => {
    const world = await makeWorld();
    const { id } = await world.ticketStatus({ code: 6, name: 'In review', kind: 'PENDING' });
    const ticket = await world.ticket({ statusCode: 6, statusKind: 'PENDING', deletedAt });
    const kept = await unchanged(world, () => remove(world, id));
    expect(failure(kept, 'ConflictError')).toMatchObject({ code: 'HAS_DEPENDENTS', currentVersion: null });
    await world.rows.ticket.update({ where: { id: ticket.id }, data: { statusCode: 2 } });
    expect((await remove(world, id)).__typename).toBe('TicketStatusDeleteSuccess');
  });

  test('is not removed under a ticket that enters it at the same time', async () => {
    const world = await makeWorld();
    for (let round = 0; round < 5; round += 1) {
      const { id } = await world.ticketStatus({ code: 6, name: 'In review', kind: 'PENDING' });
      const ticket = await world.ticket({ status: 'OPEN' });
      const enter =
        'mutation ($id: ID!, $statusId: ID!) { ticketUpdate(input: { id: $id, statusId: $statusId }) { __typename } }';
      const [removed, entered] = await Promise.all([
        remove(world, id),
        world.as(world.admin).run(enter, { id: ticket.id, statusId: id }),
      ]);
      const { statusCode } = await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } });
      const outcome = [removed.__typename, entered.ticketUpdate.__typename, statusCode];
      expect([
        ['TicketStatusDeleteSuccess', 'InvalidInputError', 1],
        ['ConflictError', 'TicketUpdateSuccess', 6],
      ]).toContainEqual(outcome);
      await world.rows.ticket.delete({ where: { id: ticket.id } });
      await world.rows.ticketStatus.deleteMany({ where: { id } });
    }
  });

  test('finds none the second time, nor a stranger’s, nor what is none', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const gone = await world.ticketStatus({ code: 6, name: 'In review', kind: 'PENDING' });
    const strange = await other.ticketStatus({ code: 6, name: 'In review', kind: 'PENDING' });
    await remove(world, gone.id);
    for (const id of [gone.id, strange.id, encodeId('Order', strange.id), ...idsOfNothing]) {
      const missing = await unchanged(other, () => unchanged(world, () => remove(world, id)));
      expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('who may', async () => {
    const cast = await makeTicketCast();
    let code = 6;
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'FORBIDDEN',
        assignee: 'FORBIDDEN',
        unassigned: 'FORBIDDEN',
        colleague: 'FORBIDDEN',
        outsider: 'FORBIDDEN',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'FORBIDDEN',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.world.ticketStatus({ code, name: `Status ${code++}`, kind: 'PENDING' }),
      (person, { id }) => person.answer(TicketStatusDelete, { input: { id } }),
    );
  });
});
