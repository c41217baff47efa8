import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { stopClock } from '../../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { asToken } from '../../kit/viewers.ts';
import { makeWorld } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const ClientActivityCreate = graphql(`
  mutation ClientActivityCreate($input: ClientActivityCreateInput!) {
    clientActivityCreate(input: $input) {
      ... on ClientActivityCreateSuccess {
        clientActivity {
          id
          content
          client {
            id
          }
          author {
            id
            name
          }
          version
          createdAt
        }
      }
      ...Failure
    }
  }
`);

describe('clientActivityCreate', () => {
  test('A3: notes something in the viewer’s name, announces it as a fact about the client and logs it', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const client = await world.client();
    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(ClientActivityCreate, {
        input: { clientId: encodeId('Client', client.id), content: '  Called: wants <b>two</b> more.\n' },
      }),
    );

    const { clientActivity } = success(result.clientActivityCreate);
    expect(clientActivity).toEqual({
      id: clientActivity.id,
      content: 'Called: wants <b>two</b> more.',
      client: { id: encodeId('Client', client.id) },
      author: { id: encodeId('TeamMember', world.admin.id), name: 'Ada Admin' },
      version: 1,
      createdAt: clock.now().toISOString(),
    });
    const [row] = await world.rows.clientActivity.findMany({ where: { clientId: client.id } });
    expect(clientActivity.id).toBe(encodeId('ClientActivity', row?.id as string));
    expect(events).toEqual([
      {
        type: 'activity.created',
        aggregate: 'client',
        aggregateId: client.id,
        payload: { activityId: row?.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toMatchObject([
      {
        entity: 'CLIENT_ACTIVITY',
        entityId: row?.id,
        event: 'CREATED',
        changes: { content: { before: null, after: 'Called: wants <b>two</b> more.' } },
        actorId: world.admin.id,
        ownerId: client.id,
      },
    ]);
  });

  test('A3: of a token is the note of the person who made it', async () => {
    const world = await makeWorld();
    const member = await world.member({ role: world.roles.manager, firstName: 'Mia', lastName: 'Moss' });
    const input = { clientId: (await world.client()).id, content: 'x' };
    const { clientActivityCreate } = await world.as(asToken(member)).run(ClientActivityCreate, { input });
    expect(success(clientActivityCreate).clientActivity.author).toEqual({
      id: encodeId('TeamMember', member.id),
      name: 'Mia Moss',
    });
  });

  test('A3: takes no author', async () => {
    const world = await makeWorld();
    const { id } = await world.client();
    const document = `mutation { clientActivityCreate(input: { clientId: "${id}", content: "x", authorId: "${world.admin.id}" }) { __typename } }`;
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
    expect(refusal?.message).toContain('authorId');
  });

  test.each([
    ['nothing', '', ['content REQUIRED']],
    ['spaces and line ends', ' \n\t ', ['content REQUIRED']],
    ['10 001 characters', 'x'.repeat(10_001), ['content TOO_LONG']],
    ['the character NUL', 'a\0b', ['content INVALID']],
  ])('A1: refuses %s', async (_, content, issues) => {
    const world = await makeWorld();
    const input = { clientId: (await world.client()).id, content };
    const { clientActivityCreate } = await unchanged(world, () =>
      world.as(world.admin).run(ClientActivityCreate, { input }),
    );
    expect(issuesOf(clientActivityCreate)).toEqual(issues);
  });

  test.each([
    ['10 000 characters', 'x'.repeat(10_000), 'x'.repeat(10_000)],
    ['10 000 characters of two halves each, and spaces around', ` ${'🐢'.repeat(10_000)} `, '🐢'.repeat(10_000)],
  ])('A1: takes %s', async (_, content, kept) => {
    const world = await makeWorld();
    const input = { clientId: (await world.client()).id, content };
    const { clientActivityCreate } = await world.as(world.admin).run(ClientActivityCreate, { input });
    expect(success(clientActivityCreate).clientActivity.content).toBe(kept);
  });

  test('finds no client that is not there, is a team member, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const create = (clientId: string) =>
      unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(ClientActivityCreate, { input: { clientId, content: 'x' } })),
      );
    for (const id of [(await other.client()).id, (await world.member()).id, idsOfNothing[0] as string]) {
      const { clientActivityCreate } = await create(id);
      expect(failure(clientActivityCreate, 'NotFoundError')).toMatchObject({ path: ['clientId'] });
    }
    for (const id of ['x', '', encodeId('Tag', world.admin.id)]) {
      expect(issuesOf((await create(id)).clientActivityCreate)).toEqual(['clientId NOT_FOUND']);
    }
  });

  test('is for staff who may look after the client', async () => {
    const cast = await makeCast();
    const prepare = async () => {
      const client = await cast.subject();
      await cast.world.order({ client, employees: [cast.working] });
      return client;
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
      (client, { id }) => client.answer(ClientActivityCreate, { input: { clientId: id, content: 'Noted.' } }),
    );
  });
});
