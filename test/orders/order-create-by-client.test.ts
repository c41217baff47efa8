import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import type { Person } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const OrderRequest = graphql(`
  mutation OrderRequest($input: OrderCreateInput!) {
    orderCreate(input: $input) {
      ... on OrderCreateSuccess {
        order {
          id
          number
          client {
            id
          }
          serviceName
          status {
            kind
          }
          quantity
          note
          options
          formData
          employees {
            id
          }
          tags {
            name
          }
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof OrderRequest>['input'];

const request = async (world: World, client: Person, input: Input) =>
  (await world.as(client).run(OrderRequest, { input })).orderCreate;

const requestable = { isPublic: true, takesRequests: true } as const;

describe('orderCreate by a client (law 8)', () => {
  test('orders a public service that takes requests, for itself', async () => {
    const world = await makeWorld();
    const [client, ann] = [await world.client(), await world.member()];
    const service = await world.service({ ...requestable, name: 'Logo', employees: [ann] });
    const given = { quantity: 2, options: { colour: 'red' }, formData: { Website: 'example.com' } };

    const { result, events, logs } = await recorded(world, () =>
      request(world, client, { serviceId: service.id, ...given }),
    );

    const { order } = success(result);
    expect(order).toEqual({
      id: order.id,
      number: order.number,
      client: { id: encodeId('Client', client.id) },
      serviceName: 'Logo',
      status: { kind: 'UNPAID' },
      ...given,
      note: null,
      employees: [{ id: encodeId('TeamMember', ann.id) }],
      tags: [],
    });
    expect(events.map(({ type, actorId, payload }) => ({ type, actorId, payload }))).toEqual([
      {
        type: 'order.created',
        actorId: client.id,
        payload: { number: order.number, clientId: client.id, status: 'UNPAID' },
      },
    ]);
    expect(logs.map(({ event, actorKind, actorId, ownerId }) => [event, actorKind, actorId, ownerId])).toEqual([
      ['CREATED', 'CLIENT', client.id, client.id],
      ['UPDATED', 'CLIENT', client.id, client.id],
    ]);
  });

  test('may say that it is for itself, and for nobody else', async () => {
    const world = await makeWorld();
    const [client, other] = [await world.client(), await world.client()];
    const { id: serviceId } = await world.service(requestable);
    const mine = await request(world, client, { serviceId, clientId: encodeId('Client', client.id) });
    expect(mine.__typename).toBe('OrderCreateSuccess');
    for (const clientId of [other.id, world.admin.id, 'x']) {
      const theirs = await unchanged(world, () => request(world, client, { serviceId, clientId }));
      expect(issuesOf(theirs)).toEqual(['clientId NOT_FOUND']);
    }
  });

  test.each<[string, Input]>([
    ['status', { status: 'UNPAID' }],
    ['statusId', { statusId: '00000000-0000-7000-8000-000000000000' }],
    ['employeeIds', { employeeIds: [] }],
    ['tags', { tags: [] }],
    ['note', { note: 'x' }],
    ['number', { number: 'x' }],
    ['metadata', { metadata: {} }],
    ['serviceName', { serviceName: 'x' }],
    ['createdAt', { createdAt: '2026-01-01T00:00:00Z' }],
    ['startedAt', { startedAt: '2026-01-01T00:00:00Z' }],
    ['completedAt', { completedAt: '2026-01-01T00:00:00Z' }],
    ['dueAt', { dueAt: '2026-01-01T00:00:00Z' }],
  ])('does not set %s', async (field, input) => {
    const world = await makeWorld();
    const client = await world.client();
    const { id: serviceId } = await world.service(requestable);
    const refused = await unchanged(world, () => request(world, client, { serviceId, ...input }));
    expect(issuesOf(refused)).toContain(`${field} STAFF_ONLY`);
  });

  test('orders no service that is private, takes no requests, is deleted or a stranger’s; nor none', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const client = await world.client();
    const hidden = await world.service({ isPublic: false, takesRequests: true });
    const closed = [
      hidden,
      await world.service({ isPublic: true, takesRequests: false }),
      await world.service({ ...requestable, deletedAt: new Date() }),
      await other.service(requestable),
    ];
    for (const { id: serviceId } of closed) {
      expect(issuesOf(await unchanged(world, () => request(world, client, { serviceId })))).toEqual([
        'serviceId NOT_FOUND',
      ]);
    }
    expect(issuesOf(await unchanged(world, () => request(world, client, {})))).toEqual(['serviceId REQUIRED']);
    // One that it can't see is not told apart from one that is not there.
    const told = async (serviceId: string) =>
      failure(await request(world, client, { serviceId }), 'InvalidInputError').message;
    expect(await told(hidden.id)).toBe(await told('00000000-0000-7000-8000-000000000000'));
  });

  test('has at most so many open orders of a service as it allows', async () => {
    const world = await makeWorld();
    const [client, other] = [await world.client(), await world.client()];
    const service = await world.service({ ...requestable, maxActiveRequests: 3 });
    // What is done with, deleted, of another service or of another client takes no place.
    for (const status of ['COMPLETED', 'CANCELLED'] as const) await world.order({ client, service, status });
    await world.order({ client, service, deletedAt: new Date() });
    await world.order({ client, service: await world.service(requestable) });
    await world.order({ client: other, service });
    for (const status of ['UNPAID', 'IN_PROGRESS'] as const) await world.order({ client, service, status });

    expect((await request(world, client, { serviceId: service.id })).__typename).toBe('OrderCreateSuccess');
    const full = await unchanged(world, () => request(world, client, { serviceId: service.id }));
    expect(failure(full, 'LimitReachedError')).toMatchObject({ code: 'LIMIT_REACHED', limit: 3 });

    const open = await world.rows.order.findFirstOrThrow({ where: { clientId: client.id, statusKind: 'UNPAID' } });
    await world.rows.order.update({ where: { id: open.id }, data: { statusCode: 4, statusKind: 'ON_HOLD' } });
    expect((await request(world, client, { serviceId: service.id })).__typename).toBe('LimitReachedError');
    await world.rows.order.update({ where: { id: open.id }, data: { statusCode: 2, statusKind: 'COMPLETED' } });
    expect((await request(world, client, { serviceId: service.id })).__typename).toBe('OrderCreateSuccess');
  });

  test('of two at once for the last place, one is taken', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const service = await world.service({ ...requestable, maxActiveRequests: 2 });
    await world.order({ client, service });
    const { result, events } = await recorded(world, () =>
      Promise.all([1, 2].map(() => request(world, client, { serviceId: service.id }))),
    );
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['LimitReachedError', 'OrderCreateSuccess']);
    expect(events.map(({ type }) => type)).toEqual(['order.created']);
  });

  test('the team is bound by none of this', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const service = await world.service({ isPublic: false, takesRequests: false, maxActiveRequests: 0 });
    const order = await request(world, world.admin, { clientId: client.id, serviceId: service.id });
    expect(order.__typename).toBe('OrderCreateSuccess');
  });
});
