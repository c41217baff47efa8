import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ClientDelete = graphql(`
  mutation ClientDelete($input: ClientDeleteInput!) {
    clientDelete(input: $input) {
      ... on ClientDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(ClientDelete, { input: { id } })).clientDelete;

describe('clientDelete', () => {
  test('C11: removes a client for good, announces and logs it, and leaves its address', async () => {
    const world = await makeWorld();
    const address = await world.address();
    const client = await world.client({ addressId: address.id, managers: [world.admin] });
    await world.token(client);

    const { result, events, logs } = await recorded(world, () => remove(world, encodeId('Client', client.id)));

    expect(success(result).deletedId).toBe(encodeId('Client', client.id));
    expect(await world.rows.user.findUnique({ where: { id: client.id } })).toBeNull();
    expect(await world.rows.address.findUnique({ where: { id: address.id } })).toEqual(address);
    expect(await world.rows.clientManager.count({ where: { clientId: client.id } })).toBe(0);
    expect(events.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([['client.deleted', client.id]]);
    expect(logs.filter(({ entityId }) => entityId === client.id).map(({ event }) => event)).toContain('DELETED');
  });

  test('C11: a second time there is nothing to remove', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await remove(world, client.id);
    const result = await unchanged(world, () => remove(world, client.id));
    expect(failure(result, 'NotFoundError').path).toEqual(['id']);
  });

  test('C10: refuses while the client has an order, also a deleted one', async () => {
    const world = await makeWorld();
    for (const deletedAt of [null, new Date()]) {
      const client = await world.client();
      await world.order({ client, deletedAt });
      const result = await unchanged(world, () => remove(world, client.id));
      expect(failure(result, 'ConflictError')).toEqual({
        __typename: 'ConflictError',
        code: 'HAS_DEPENDENTS',
        message: 'The client has orders. Make it inactive instead.',
        currentVersion: null,
      });
    }
  });

  test('C10: refuses while the client has an invoice, also a deleted one; orders are named first', async () => {
    const world = await makeWorld();
    for (const deletedAt of [null, new Date()]) {
      const client = await world.client();
      await world.invoice({ client, deletedAt });
      const refuse = async () =>
        failure(await unchanged(world, () => remove(world, client.id)), 'ConflictError').message;
      expect(await refuse()).toBe('The client has invoices. Make it inactive instead.');
      await world.order({ client });
      expect(await refuse()).toBe('The client has orders. Make it inactive instead.');
    }
  });

  test('C10: refuses while the client has a ticket, also a deleted one', async () => {
    const world = await makeWorld();
    for (const deletedAt of [null, new Date()]) {
      const client = await world.client();
      await world.ticket({ client, deletedAt });
      const result = await unchanged(world, () => remove(world, client.id));
      expect(failure(result, 'ConflictError')).toMatchObject({
        code: 'HAS_DEPENDENTS',
        message: 'The client has tickets. Make it inactive instead.',
      });
    }
  });

  test('removes no team member, and nobody of another organization', async () => {
    const world = await makeWorld();
    const member = await world.member();
    const strange = await (await makeWorld()).client();
    for (const id of [member.id, encodeId('TeamMember', member.id), strange.id, 'client_1']) {
      const result = await unchanged(world, () => remove(world, id));
      expect(failure(result, 'NotFoundError').path).toEqual(['id']);
    }
    expect(await world.rows.user.findUnique({ where: { id: strange.id } })).not.toBeNull();
  });

  test('needs grade 3: who looks after a client may not delete it', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { clients: 2 } });
    const client = await world.client({ managers: [member] });
    const refusals = await unchanged(world, () => world.as(member).refused(ClientDelete, { input: { id: client.id } }));
    expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });

  test('keeps what the client wrote to others, without its author', async () => {
    const world = await makeWorld();
    const [author, order] = [await world.client(), await world.order()];
    const message = await order.message({ author });
    success(await remove(world, author.id));
    expect((await world.rows.orderMessage.findUniqueOrThrow({ where: { id: message.id } })).authorId).toBeNull();
  });

  test('law 8: leaves no order without its client, when both are at work at once', async () => {
    const world = await makeWorld();
    const outcomes = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const { id } = await world.client();
      const place = () =>
        world
          .as(world.admin)
          .run(
            'mutation ($id: ID!) { orderCreate(input: { clientId: $id, serviceName: "Logo" }) { __typename ...on InvalidInputError { issues { path code } } } }',
            { id },
          );
      const [removed, placed] = await Promise.all([remove(world, id), place()]);
      outcomes.add(`${removed.__typename}, ${placed.orderCreate.__typename}`);
    }
    const allowed = ['ClientDeleteSuccess, InvalidInputError', 'ConflictError, OrderCreateSuccess'];
    expect([...outcomes].filter((outcome) => !allowed.includes(outcome))).toEqual([]);
  });

  test('of two at once, one deletes', async () => {
    const world = await makeWorld();
    const { id } = await world.client();
    const { result, events } = await recorded(world, () => Promise.all([remove(world, id), remove(world, id)]));
    expect(result.map(({ __typename }) => __typename).sort()).toEqual(['ClientDeleteSuccess', 'NotFoundError']);
    expect(events).toHaveLength(1);
  });
});
