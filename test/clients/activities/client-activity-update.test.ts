import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const ClientActivityUpdate = graphql(`
  mutation ClientActivityUpdate($input: ClientActivityUpdateInput!) {
    clientActivityUpdate(input: $input) {
      ... on ClientActivityUpdateSuccess {
        clientActivity {
          id
          content
          author {
            name
          }
          version
        }
      }
      ...Failure
    }
  }
`);

describe('clientActivityUpdate', () => {
  test('A3: changes what was noted and leaves the author, announces and logs it', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const author = await world.member({ firstName: 'Ann', lastName: 'A' });
    const activity = await world.activity({ client, author, content: 'Old' });

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(ClientActivityUpdate, {
        input: { id: encodeId('ClientActivity', activity.id), content: ' New ', expectedVersion: 1 },
      }),
    );

    expect(success(result.clientActivityUpdate).clientActivity).toEqual({
      id: encodeId('ClientActivity', activity.id),
      content: 'New',
      author: { name: 'Ann A' },
      version: 2,
    });
    expect(events).toMatchObject([
      { type: 'activity.updated', aggregate: 'client', aggregateId: client.id, payload: { activityId: activity.id } },
    ]);
    expect(logs).toEqual([
      {
        entity: 'CLIENT_ACTIVITY',
        entityId: activity.id,
        event: 'UPDATED',
        changes: { content: { before: 'Old', after: 'New' } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: client.id,
      },
    ]);
  });

  test('announces and logs nothing when nothing changes', async () => {
    const world = await makeWorld();
    const { id } = await world.activity({ client: await world.client(), content: 'Same' });
    for (const input of [{ id, content: 'Same ' }, { id }]) {
      const { clientActivityUpdate } = await unchanged(world, () =>
        world.as(world.admin).run(ClientActivityUpdate, { input }),
      );
      expect(success(clientActivityUpdate).clientActivity).toMatchObject({ content: 'Same', version: 1 });
    }
  });

  test.each([
    ['nothing', '', ['content REQUIRED']],
    ['null', null, ['content REQUIRED']],
    ['10 001 characters', 'x'.repeat(10_001), ['content TOO_LONG']],
  ])('A1: refuses %s', async (_, content, issues) => {
    const world = await makeWorld();
    const { id } = await world.activity({ client: await world.client() });
    const { clientActivityUpdate } = await unchanged(world, () =>
      world.as(world.admin).run(ClientActivityUpdate, { input: { id, content } }),
    );
    expect(issuesOf(clientActivityUpdate)).toEqual(issues);
  });

  test('refuses a stale version, and tells the one there is', async () => {
    const world = await makeWorld();
    const { id } = await world.activity({ client: await world.client() });
    await world.rows.clientActivity.update({ where: { id }, data: { content: 'Newer' } });
    const input = { id, content: 'Mine', expectedVersion: 1 };
    const { clientActivityUpdate } = await unchanged(world, () =>
      world.as(world.admin).run(ClientActivityUpdate, { input }),
    );
    expect(failure(clientActivityUpdate, 'ConflictError')).toMatchObject({ code: 'STALE_VERSION', currentVersion: 2 });
  });

  test('of several at once with the same version, one wins', async () => {
    const world = await makeWorld();
    const { id } = await world.activity({ client: await world.client() });
    const answers = await Promise.all(
      ['One', 'Two', 'Three'].map((content) =>
        world.as(world.admin).run(ClientActivityUpdate, { input: { id, content, expectedVersion: 1 } }),
      ),
    );
    expect(answers.map(({ clientActivityUpdate }) => clientActivityUpdate.__typename).sort()).toEqual([
      'ClientActivityUpdateSuccess',
      'ConflictError',
      'ConflictError',
    ]);
  });

  test('A2: finds no activity that is not there, or of a client out of sight', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await other.activity({ client: await other.client() });
    for (const id of [strange.id, (await world.client()).id, ...idsOfNothing]) {
      const { clientActivityUpdate } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(ClientActivityUpdate, { input: { id, content: 'x' } })),
      );
      expect(failure(clientActivityUpdate, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('is for staff who may look after the client, whoever wrote it', async () => {
    const cast = await makeCast();
    const prepare = async () => {
      const client = await cast.subject();
      await cast.world.order({ client, employees: [cast.working] });
      return await cast.world.activity({ client, author: cast.working });
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
        // It sees the client, and what is noted about it.
        working: 'FORBIDDEN',
        contractor: 'FORBIDDEN',
        client: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      prepare,
      (client, { id }) => client.answer(ClientActivityUpdate, { input: { id, content: 'Changed.' } }),
    );
  });
});
