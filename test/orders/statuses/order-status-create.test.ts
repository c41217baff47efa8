import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, makeCast } from '../cast.ts';

const OrderStatusCreate = graphql(`
  mutation OrderStatusCreate($input: OrderStatusCreateInput!) {
    orderStatusCreate(input: $input) {
      ... on OrderStatusCreateSuccess {
        orderStatus {
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

type Input = VariablesOf<typeof OrderStatusCreate>['input'];

const create = async (world: World, input: Input) =>
  (await world.as(world.admin).run(OrderStatusCreate, { input })).orderStatusCreate;

describe('orderStatusCreate', () => {
  test('makes a status of the organization’s own, last in the list; announces and logs it', async () => {
    const world = await makeWorld();

    const { result, events, logs } = await recorded(world, () =>
      create(world, { name: ' In review ', kind: 'ON_HOLD' }),
    );

    const row = await world.rows.orderStatus.findFirstOrThrow({
      where: { organizationId: world.organizationId, code: 5 },
    });
    expect(success(result).orderStatus).toEqual({
      id: encodeId('OrderStatus', row.id),
      name: 'In review',
      kind: 'ON_HOLD',
      code: 5,
      isOpen: true,
      isFinal: false,
      position: 5,
      version: 1,
    });
    expect(events).toEqual([
      {
        type: 'order_status.created',
        aggregate: 'orderStatus',
        aggregateId: row.id,
        payload: {},
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    const made = (value: unknown) => ({ before: null, after: value });
    expect(logs).toEqual([
      {
        entity: 'ORDER_STATUS',
        entityId: row.id,
        event: 'CREATED',
        changes: { code: made(5), name: made('In review'), kind: made('ON_HOLD'), position: made(5) },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: null,
      },
    ]);
  });

  test('is last behind one at the very end, too', async () => {
    const world = await makeWorld();
    const end = 2_147_483_647;
    success(await create(world, { name: 'End', kind: 'ON_HOLD', position: end }));
    const last = success(await create(world, { name: 'Behind', kind: 'ON_HOLD' })).orderStatus;
    expect(last.position).toBe(end);
    const { orderStatuses } = await world.as(world.admin).run('{ orderStatuses(last: 2) { nodes { name } } }');
    expect(orderStatuses.nodes).toEqual([{ name: 'End' }, { name: 'Behind' }]);
  });

  test.each([
    ['UNPAID', true],
    ['IN_PROGRESS', true],
    ['ON_HOLD', true],
    ['COMPLETED', false],
    ['CANCELLED', false],
  ] as const)('%s is open: %s', async (kind, isOpen) => {
    const world = await makeWorld();
    expect(success(await create(world, { name: 'New', kind })).orderStatus).toMatchObject({
      kind,
      isOpen,
      isFinal: !isOpen,
    });
  });

  test('takes a place of its own, and the code after the highest', async () => {
    const world = await makeWorld();
    await world.status({ code: 9, name: 'Ninth', kind: 'ON_HOLD' });
    expect(success(await create(world, { name: 'First', kind: 'UNPAID', position: -1 })).orderStatus).toMatchObject({
      code: 10,
      position: -1,
    });
  });

  test('ten at once get ten codes', async () => {
    const world = await makeWorld();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => create(world, { name: `Status ${index}`, kind: 'ON_HOLD' })),
    );
    const codes = answers.map((answer) => success(answer).orderStatus.code);
    expect(codes.sort((a, b) => a - b)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  test('of five at once with one name, one is made', async () => {
    const world = await makeWorld();
    const { result, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 5 }, () => create(world, { name: 'Same', kind: 'ON_HOLD' }))),
    );
    expect(
      result
        .map((answer) => (answer.__typename === 'OrderStatusCreateSuccess' ? 'made' : issuesOf(answer).join()))
        .sort(),
    ).toEqual(['made', ...Array(4).fill('name TAKEN')]);
    expect(events).toHaveLength(1);
  });

  test.each([
    ['a blank name', ' ', 'name REQUIRED'],
    ['a name of 256 characters', 'x'.repeat(256), 'name TOO_LONG'],
    ['a name with a NUL', 'a\0b', 'name INVALID'],
    ['a name that is taken in another letter case', 'UNPAID', 'name TAKEN'],
  ])('refuses %s', async (_, name, issue) => {
    const world = await makeWorld();
    expect(issuesOf(await unchanged(world, () => create(world, { name, kind: 'UNPAID' })))).toEqual([issue]);
  });

  test('refuses a kind that there is not, and none', async () => {
    const world = await makeWorld();
    for (const input of [{ name: 'New', kind: 'BOGUS' }, { name: 'New' }]) {
      const [refusal] = await unchanged(world, () => world.as(world.admin).refused(OrderStatusCreate, { input }));
      expect(refusal?.message).toContain('kind');
    }
  });

  test('who may', async () => {
    let made = 0;
    await expectOutcomes(
      await makeCast(),
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
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
      (person, name) => person.answer(OrderStatusCreate, { input: { name, kind: 'ON_HOLD' } }),
    );
  });
});
