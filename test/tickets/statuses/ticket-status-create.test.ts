import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes } from '../../orders/cast.ts';
import { makeTicketCast } from '../cast.ts';

const TicketStatusCreate = graphql(`
  mutation TicketStatusCreate($input: TicketStatusCreateInput!) {
    ticketStatusCreate(input: $input) {
      ... on TicketStatusCreateSuccess {
        ticketStatus {
          id
          name
          kind
          code
          isOpen
          isFinal
          position
          version
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof TicketStatusCreate>['input'];

const create = async (world: World, input: Input) =>
  (await world.as(world.admin).run(TicketStatusCreate, { input })).ticketStatusCreate;

describe('ticketStatusCreate', () => {
  test('makes a status of the organization’s own, last in the list; announces and logs it', async () => {
    const world = await makeWorld();

    const { result, events, logs } = await recorded(world, () =>
      create(world, { name: ' In review ', kind: 'PENDING' }),
    );

    const row = await world.rows.ticketStatus.findFirstOrThrow({
      where: { organizationId: world.organizationId, code: 6 },
    });
    expect(success(result).ticketStatus).toEqual({
      id: encodeId('TicketStatus', row.id),
      name: 'In review',
      kind: 'PENDING',
      code: 6,
      isOpen: true,
      isFinal: false,
      position: 5,
      version: 1,
    });
    expect(events).toEqual([
      {
        type: 'ticket_status.created',
        aggregate: 'ticketStatus',
        aggregateId: row.id,
        payload: {},
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    const made = (value: unknown) => ({ before: null, after: value });
    expect(logs).toEqual([
      {
        entity: 'TICKET_STATUS',
        entityId: row.id,
        event: 'CREATED',
        changes: { code: made(6), name: made('In review'), kind: made('PENDING'), position: made(5) },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: null,
      },
    ]);
  });

  test.each([
    ['OPEN', true],
    ['PENDING', true],
    ['SNOOZED', true],
    ['CLOSED', false],
    ['SPAM', false],
  ] as const)('%s is open: %s', async (kind, isOpen) => {
    const world = await makeWorld();
    expect(success(await create(world, { name: 'New', kind })).ticketStatus).toMatchObject({
      kind,
      isOpen,
      isFinal: !isOpen,
    });
  });

  test('takes a place of its own, and the code after the highest', async () => {
    const world = await makeWorld();
    await world.ticketStatus({ code: 9, name: 'Ninth', kind: 'PENDING' });
    expect(success(await create(world, { name: 'First', kind: 'OPEN', position: -1 })).ticketStatus).toMatchObject({
      code: 10,
      position: -1,
    });
  });

  test('ten at once get ten codes', async () => {
    const world = await makeWorld();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => create(world, { name: `Status ${index}`, kind: 'PENDING' })),
    );
    const codes = answers.map((answer) => success(answer).ticketStatus.code);
    expect(codes.sort((a, b) => a - b)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  test('of five at once with one name, one is made', async () => {
    const world = await makeWorld();
    const { result, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 5 }, () => create(world, { name: 'Same', kind: 'PENDING' }))),
    );
    expect(
      result
        .map((answer) => (answer.__typename === 'TicketStatusCreateSuccess' ? 'made' : issuesOf(answer).join()))
        .sort(),
    ).toEqual(['made', ...Array(4).fill('name TAKEN')]);
    expect(events).toHaveLength(1);
  });

  test.each([
    ['a blank name', ' ', 'name REQUIRED'],
    ['a name of 256 characters', 'x'.repeat(256), 'name TOO_LONG'],
    ['a name with a NUL', 'a\0b', 'name INVALID'],
    ['a name that is taken in another letter case', 'oPEN', 'name TAKEN'],
  ])('refuses %s', async (_, name, issue) => {
    const world = await makeWorld();
    expect(issuesOf(await unchanged(world, () => create(world, { name, kind: 'OPEN' })))).toEqual([issue]);
  });

  test('refuses a kind that there is not, and none', async () => {
    const world = await makeWorld();
    for (const input of [{ name: 'New', kind: 'BOGUS' }, { name: 'New' }]) {
      const [refusal] = await unchanged(world, () => world.as(world.admin).refused(TicketStatusCreate, { input }));
      expect(refusal?.message).toContain('kind');
    }
  });

  test('who may', async () => {
    let made = 0;
    await expectOutcomes(
      await makeTicketCast(),
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
        // In an organization of its own.
        stranger: 'done',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => `New ${made++}`,
      (person, name) => person.answer(TicketStatusCreate, { input: { name, kind: 'PENDING' } }),
    );
  });
});
