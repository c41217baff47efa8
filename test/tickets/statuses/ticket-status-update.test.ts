import { isInputObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { schema } from '../../../src/schema.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing } from '../../orders/cast.ts';
import { makeTicketCast } from '../cast.ts';

const TicketStatusUpdate = graphql(`
  mutation TicketStatusUpdate($input: TicketStatusUpdateInput!) {
    ticketStatusUpdate(input: $input) {
      ... on TicketStatusUpdateSuccess {
        ticketStatus {
          id
          name
          kind
          code
          position
          version
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof TicketStatusUpdate>['input'];

const update = async (world: World, input: Input) =>
  (await world.as(world.admin).run(TicketStatusUpdate, { input })).ticketStatusUpdate;

const standard = (world: World, code: number) =>
  world.rows.ticketStatus.findFirstOrThrow({ where: { organizationId: world.organizationId, code } });

describe('ticketStatusUpdate', () => {
  test('renames and moves also a standard status, raises the version, announces and logs it', async () => {
    const world = await makeWorld();
    const { id } = await standard(world, 2);

    const { result, events, logs } = await recorded(world, () =>
      update(world, { id: encodeId('TicketStatus', id), name: ' Waiting ', position: 9, expectedVersion: 1 }),
    );

    expect(success(result).ticketStatus).toEqual({
      id: encodeId('TicketStatus', id),
      name: 'Waiting',
      kind: 'PENDING',
      code: 2,
      position: 9,
      version: 2,
    });
    expect(events).toEqual([
      {
        type: 'ticket_status.updated',
        aggregate: 'ticketStatus',
        aggregateId: id,
        payload: {},
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'TICKET_STATUS',
        entityId: id,
        event: 'UPDATED',
        changes: { name: { before: 'Pending', after: 'Waiting' }, position: { before: 1, after: 9 } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: null,
      },
    ]);
  });

  test('leaves what is absent, and says nothing when nothing changes', async () => {
    const world = await makeWorld();
    const { id } = await standard(world, 2);
    expect(success(await update(world, { id, position: 7 })).ticketStatus).toMatchObject({
      name: 'Pending',
      position: 7,
    });
    const { result, events, logs } = await recorded(world, () => update(world, { id, name: 'Pending', position: 7 }));
    expect(success(result).ticketStatus.version).toBe(2);
    expect([events, logs]).toEqual([[], []]);
  });

  test('may change the letter case of its own name', async () => {
    const world = await makeWorld();
    const { id } = await standard(world, 1);
    expect(success(await update(world, { id, name: 'OPEN' })).ticketStatus.name).toBe('OPEN');
  });

  test('has no kind and no code to give', () => {
    const input = schema.getType('TicketStatusUpdateInput');
    expect(isInputObjectType(input) && Object.keys(input.getFields()).sort()).toEqual([
      'expectedVersion',
      'id',
      'name',
      'position',
    ]);
  });

  test('refuses a stale version; of two at once with the same, one wins', async () => {
    const world = await makeWorld();
    const { id } = await standard(world, 1);
    const { result, events } = await recorded(world, () =>
      Promise.all(['One', 'Two'].map((name) => update(world, { id, name, expectedVersion: 1 }))),
    );
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['ConflictError', 'TicketStatusUpdateSuccess']);
    expect(events).toHaveLength(1);
    const stale = await unchanged(world, () => update(world, { id, name: 'Mine', expectedVersion: 1 }));
    expect(failure(stale, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test.each<[string, Omit<Input, 'id'>, string]>([
    ['a blank name', { name: ' ' }, 'name REQUIRED'],
    ['no name', { name: null }, 'name REQUIRED'],
    ['no position', { position: null }, 'position REQUIRED'],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, 'name TOO_LONG'],
    ['the name of another', { name: 'CLOSED' }, 'name TAKEN'],
  ])('refuses %s', async (_, input, issue) => {
    const world = await makeWorld();
    const { id } = await standard(world, 1);
    expect(issuesOf(await unchanged(world, () => update(world, { id, ...input })))).toEqual([issue]);
  });

  test('finds none that is a stranger’s or nothing', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const { id: strange } = await standard(other, 1);
    for (const id of [strange, encodeId('Order', strange), ...idsOfNothing]) {
      const missing = await unchanged(other, () => unchanged(world, () => update(world, { id, name: 'New' })));
      expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('who may', async () => {
    const cast = await makeTicketCast();
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
      () => standard(cast.world, 1),
      (person, { id }) => person.answer(TicketStatusUpdate, { input: { id, name: 'New' } }),
    );
  });
});
