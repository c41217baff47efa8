import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import type { VariablesOf } from '../../kit/client.ts';
import { stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { asToken } from '../../kit/viewers.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const OrderMessageCreate = graphql(`
  mutation OrderMessageCreate($input: OrderMessageCreateInput!) {
    orderMessageCreate(input: $input) {
      ... on OrderMessageCreateSuccess {
        orderMessage {
          id
          order {
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

type Input = VariablesOf<typeof OrderMessageCreate>['input'];

const address = 'https://files.example.com/brief.pdf';

describe('orderMessageCreate', () => {
  test('M3, M4: writes a message of the viewer’s; the order remembers when; announced and logged', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const clock = stopClock('2026-03-01T10:00:00.123Z');

    const { result, events, logs } = await recorded(world, () =>
      world
        .as(world.admin)
        .run(OrderMessageCreate, { input: { orderId: encodeId('Order', order.id), body: ' Hello. \n' } }),
    );

    const { orderMessage } = success(result.orderMessageCreate);
    const row = await world.rows.orderMessage.findFirstOrThrow({ where: { orderId: order.id } });
    expect(orderMessage).toEqual({
      id: encodeId('OrderMessage', row.id),
      order: { number: order.number, lastMessageAt: clock.now().toISOString() },
      author: { id: encodeId('TeamMember', world.admin.id) },
      body: 'Hello.',
      staffOnly: false,
      files: [],
      createdAt: clock.now().toISOString(),
    });
    expect(events).toEqual([
      {
        type: 'message.created',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { messageId: row.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'ORDER_MESSAGE',
        entityId: row.id,
        event: 'CREATED',
        changes: {
          body: { before: null, after: 'Hello.' },
          order_id: { before: null, after: order.id },
          author_id: { before: null, after: world.admin.id },
          staff_only: { before: null, after: false },
          files: { before: null, after: [] },
        },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: order.clientId,
      },
    ]);
  });

  test('moves the order’s updatedAt; its version stays, so nobody’s edit is stale', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const { orderMessageCreate } = await world
      .as(world.admin)
      .run(OrderMessageCreate, { input: { orderId: order.number, body: 'Hello' } });
    success(orderMessageCreate);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('takes files and a note for the team only', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const files = [address, ...Array.from({ length: 19 }, (_, index) => `http://example.com/${index}`)];
    const input = { orderId: order.id, body: 'See these', staffOnly: true, files };
    const { orderMessageCreate } = await world.as(world.admin).run(OrderMessageCreate, { input });
    expect(success(orderMessageCreate).orderMessage).toMatchObject({ staffOnly: true, files });
  });

  test('M3: a token writes as the person behind it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { orderId: order.id, body: 'Hello' };
    const { orderMessageCreate } = await world.as(asToken(world.admin)).run(OrderMessageCreate, { input });
    expect(success(orderMessageCreate).orderMessage.author).toEqual({ id: encodeId('TeamMember', world.admin.id) });
  });

  test('staff may write in the name of a colleague or of a client', async () => {
    const world = await makeWorld();
    const [order, colleague, client] = [await world.order(), await world.member(), await world.client()];
    const authorOf = async (authorId: string) => {
      const input = { orderId: order.id, body: 'Hello', authorId };
      const { orderMessageCreate } = await world.as(world.admin).run(OrderMessageCreate, { input });
      return success(orderMessageCreate).orderMessage.author?.id;
    };
    const [colleagueId, clientId] = [encodeId('TeamMember', colleague.id), encodeId('Client', client.id)];
    expect([await authorOf(colleagueId), await authorOf(colleague.id)]).toEqual([colleagueId, colleagueId]);
    expect([await authorOf(clientId), await authorOf(client.id)]).toEqual([clientId, clientId]);
  });

  test('a client writes as itself, whatever author it names', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client });
    const input = { orderId: order.id, body: 'Hello', authorId: world.admin.id };
    const { result, events, logs } = await recorded(world, () => world.as(client).run(OrderMessageCreate, { input }));
    expect(success(result.orderMessageCreate).orderMessage.author).toEqual({ id: encodeId('Client', client.id) });
    expect(events.map(({ actorId }) => actorId)).toEqual([client.id]);
    expect(logs.map(({ actorKind, actorId, ownerId }) => [actorKind, actorId, ownerId])).toEqual([
      ['CLIENT', client.id, client.id],
    ]);
  });

  test('M5: a client may not write for the team only', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client });
    const input = { orderId: order.id, body: 'Hello', staffOnly: true };
    const { orderMessageCreate } = await unchanged(world, () => world.as(client).run(OrderMessageCreate, { input }));
    expect(issuesOf(orderMessageCreate)).toEqual(['staffOnly STAFF_ONLY']);
  });

  test.each<[string, Partial<Input>, string[]]>([
    ['M1: a blank message', { body: ' \n\t ' }, ['body REQUIRED']],
    ['a message with a NUL', { body: 'a\0b' }, ['body INVALID']],
    ['a message of 65,536 characters', { body: 'x'.repeat(65_536) }, ['body TOO_LONG']],
    ['M2: an author who is nobody', { authorId: idsOfNothing[0] }, ['authorId NOT_FOUND']],
    ['M2: an author of no shape', { authorId: 'x' }, ['authorId NOT_FOUND']],
    ['M2: an author who is no person', { authorId: `order_${idsOfNothing[0]}` }, ['authorId NOT_FOUND']],
    ['21 files', { files: Array(21).fill(address) }, ['files OUT_OF_RANGE']],
    [
      'files that are no web addresses',
      { files: [address, 'brief.pdf', '', 'javascript:alert(1)', 'file:///etc/passwd', 'https://example.com/a\0b'] },
      ['files.1 INVALID', 'files.2 INVALID', 'files.3 INVALID', 'files.4 INVALID', 'files.5 INVALID'],
    ],
  ])('refuses %s', async (_, fields, issues) => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { orderId: order.id, body: 'Hello', ...fields };
    const { orderMessageCreate } = await unchanged(world, () =>
      world.as(world.admin).run(OrderMessageCreate, { input }),
    );
    expect(issuesOf(orderMessageCreate)).toEqual(issues);
  });

  test('M2: refuses an author of another organization', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const input = { orderId: (await world.order()).id, body: 'Hello', authorId: other.admin.id };
    const { orderMessageCreate } = await unchanged(world, () =>
      world.as(world.admin).run(OrderMessageCreate, { input }),
    );
    expect(issuesOf(orderMessageCreate)).toEqual(['authorId NOT_FOUND']);
  });

  test('its time can’t be chosen, and M7: it can’t be changed', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const { id } = await order.message();
    const requests = {
      createdAt: `mutation { orderMessageCreate(input: { orderId: "${order.id}", body: "Hello", createdAt: "2026-03-01T10:00:00Z" }) { __typename } }`,
      orderMessageUpdate: `mutation { orderMessageUpdate(input: { id: "${id}", body: "Hello" }) { __typename } }`,
    };
    for (const [word, document] of Object.entries(requests)) {
      const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
      expect(refusal?.message).toContain(word);
    }
  });

  test('finds no order that is not there, deleted, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, gone] = [await other.order(), await world.order({ deletedAt: new Date() })];
    for (const orderId of [
      gone.id,
      gone.number,
      strange.id,
      strange.number,
      encodeId('Tag', gone.id),
      ...idsOfNothing,
    ]) {
      const input = { orderId, body: 'Hello' };
      const { orderMessageCreate } = await unchanged(world, () =>
        world.as(world.admin).run(OrderMessageCreate, { input }),
      );
      expect(failure(orderMessageCreate, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['orderId'] });
    }
  });

  test('M4: of many at once each is kept, and the order remembers the newest', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const bodies = ['a', 'b', 'c', 'd', 'e'];
    const { events } = await recorded(world, () =>
      Promise.all(
        bodies.map((body) => world.as(world.admin).run(OrderMessageCreate, { input: { orderId: order.id, body } })),
      ),
    );
    const messages = await world.rows.orderMessage.findMany({ where: { orderId: order.id } });
    const { lastMessageAt } = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(messages.map(({ body }) => body).sort()).toEqual(bodies);
    expect(lastMessageAt?.getTime()).toBe(Math.max(...messages.map(({ createdAt }) => createdAt.getTime())));
    expect(events).toHaveLength(5);
  });

  test('is for staff who may write on the order, and for its client', async () => {
    const cast = await makeCast();
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
      async () => ({ orderId: cast.order.id, body: 'Hello' }),
      (client, input) => client.answer(OrderMessageCreate, { input }),
    );
    expect(await cast.world.rows.orderMessage.count({ where: { orderId: cast.order.id } })).toBe(6);
  });
});
