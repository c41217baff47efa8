import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const ClientActivityDelete = graphql(`
  mutation ClientActivityDelete($input: ClientActivityDeleteInput!) {
    clientActivityDelete(input: $input) {
      ... on ClientActivityDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

describe('clientActivityDelete', () => {
  test('removes an activity for good, announces and logs it', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const [activity, kept] = [await world.activity({ client, content: 'Oops' }), await world.activity({ client })];

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(ClientActivityDelete, { input: { id: activity.id } }),
    );

    expect(success(result.clientActivityDelete).deletedId).toBe(encodeId('ClientActivity', activity.id));
    expect(await world.rows.clientActivity.findMany({ where: { clientId: client.id } })).toEqual([kept]);
    expect(events).toMatchObject([
      { type: 'activity.deleted', aggregate: 'client', aggregateId: client.id, payload: { activityId: activity.id } },
    ]);
    expect(logs).toMatchObject([
      {
        entity: 'CLIENT_ACTIVITY',
        entityId: activity.id,
        event: 'DELETED',
        changes: { content: { before: 'Oops', after: null } },
        ownerId: client.id,
      },
    ]);
  });

  test('A2: finds none that is not there, is gone already, or of a client out of sight', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await other.activity({ client: await other.client() });
    const { id: gone } = await world.activity({ client: await world.client() });
    success((await world.as(world.admin).run(ClientActivityDelete, { input: { id: gone } })).clientActivityDelete);
    for (const id of [strange.id, gone, ...idsOfNothing]) {
      const { clientActivityDelete } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(ClientActivityDelete, { input: { id } })),
      );
      expect(failure(clientActivityDelete, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('of several at once, one removes it', async () => {
    const world = await makeWorld();
    const { id } = await world.activity({ client: await world.client() });
    const { result, events } = await recorded(world, () =>
      Promise.all([1, 2, 3, 4].map(() => world.as(world.admin).run(ClientActivityDelete, { input: { id } }))),
    );
    expect(result.map(({ clientActivityDelete }) => clientActivityDelete.__typename).sort()).toEqual([
      'ClientActivityDeleteSuccess',
      'NotFoundError',
      'NotFoundError',
      'NotFoundError',
    ]);
    expect(events).toHaveLength(1);
  });

  test('is for staff who may look after the client', async () => {
    const cast = await makeCast();
    const prepare = async () => {
      const client = await cast.subject();
      await cast.world.order({ client, employees: [cast.working] });
      return await cast.world.activity({ client });
    };
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        own: 'done',
        tokenOfOwn: 'done',
        colleague: 'done',
        outsider: 'NotFoundError',
        working: 'FORBIDDEN',
        contractor: 'FORBIDDEN',
        client: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      prepare,
      (client, { id }) => client.answer(ClientActivityDelete, { input: { id } }),
    );
  });
});
