import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import type { Actor } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';

const Groups = graphql(`
  query Groups {
    teamGroups {
      totalCount
      nodes {
        name
        members(sort: [{ field: FIRST_NAME }]) {
          totalCount
          nodes {
            firstName
          }
        }
      }
    }
  }
`);

const GroupCreate = graphql(`
  mutation GroupCreate($input: TeamGroupCreateInput!) {
    teamGroupCreate(input: $input) {
      ... on TeamGroupCreateSuccess {
        teamGroup {
          id
          name
          version
        }
      }
      ...Failure
    }
  }
`);

const GroupUpdate = graphql(`
  mutation GroupUpdate($input: TeamGroupUpdateInput!) {
    teamGroupUpdate(input: $input) {
      ... on TeamGroupUpdateSuccess {
        teamGroup {
          name
          version
        }
      }
      ...Failure
    }
  }
`);

const GroupDelete = graphql(`
  mutation GroupDelete($input: TeamGroupDeleteInput!) {
    teamGroupDelete(input: $input) {
      ... on TeamGroupDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const create = async (world: World, name: string, actor: Actor = world.admin) =>
  (await world.as(actor).run(GroupCreate, { input: { name } })).teamGroupCreate;
const rename = async (world: World, { id }: { id: string }, name: string, expectedVersion?: number) =>
  (await world.as(world.admin).run(GroupUpdate, { input: { id, name, expectedVersion } })).teamGroupUpdate;
const remove = async (world: World, { id }: { id: string }) =>
  (await world.as(world.admin).run(GroupDelete, { input: { id } })).teamGroupDelete;

describe('teamGroups', () => {
  test('are listed by name, with their members', async () => {
    const world = await makeWorld();
    const [b, a] = [await world.group('b'), await world.group('a')];
    for (const firstName of ['Zoe', 'Ann']) await world.member({ firstName, groupId: a.id });
    await world.member({ firstName: 'Bob', groupId: b.id });
    expect((await world.as(world.admin).run(Groups)).teamGroups).toEqual({
      totalCount: 2,
      nodes: [
        { name: 'a', members: { totalCount: 2, nodes: [{ firstName: 'Ann' }, { firstName: 'Zoe' }] } },
        { name: 'b', members: { totalCount: 1, nodes: [{ firstName: 'Bob' }] } },
      ],
    });
    expect((await world.as(await world.client()).refused(Groups)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });
});

describe('teamGroupCreate', () => {
  test('makes one', async () => {
    const world = await makeWorld();
    const { result, events, logs } = await recorded(world, () => create(world, ' Night shift '));
    expect(success(result).teamGroup).toEqual({
      id: expect.stringMatching(/^group_/),
      name: 'Night shift',
      version: 1,
    });
    expect(events.map(({ type }) => type)).toEqual(['team_group.created']);
    expect(logs).toMatchObject([{ entity: 'TEAM_GROUP', event: 'CREATED' }]);
  });

  test.each([
    [' ', 'name REQUIRED'],
    ['x'.repeat(256), 'name TOO_LONG'],
    ['NIGHT shift', 'name TAKEN'],
  ])('refuses %j', async (name, issue) => {
    const world = await makeWorld();
    await world.group('Night Shift');
    expect(issuesOf(await unchanged(world, () => create(world, name)))).toEqual([issue]);
  });

  test('the same name is taken once, however many want it', async () => {
    const world = await makeWorld();
    const results = await Promise.all([1, 2, 3].map(() => create(world, 'One')));
    expect(results.filter(({ __typename }) => __typename === 'TeamGroupCreateSuccess')).toHaveLength(1);
  });

  test('is for those who may manage the team', async () => {
    const world = await makeWorld();
    const manager = await world.member({ role: world.roles.manager });
    const refusals = await unchanged(world, () => world.as(manager).refused(GroupCreate, { input: { name: 'x' } }));
    expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
    success(await create(world, 'x', await world.member({ grants: { settingsTeam: true } })));
  });
});

describe('teamGroupUpdate', () => {
  test('renames one; the same name changes nothing', async () => {
    const world = await makeWorld();
    const group = await world.group('One');
    const { result, events } = await recorded(world, () => rename(world, group, 'Two'));
    expect(success(result).teamGroup).toEqual({ name: 'Two', version: 2 });
    expect(events.map(({ type }) => type)).toEqual(['team_group.updated']);
    await unchanged(world, () => rename(world, group, 'Two'));
  });

  test('refuses a name that is taken, a stale version, and a stranger’s', async () => {
    const world = await makeWorld();
    const stranger = await makeWorld();
    const group = await world.group('One');
    await world.group('Two');
    expect(issuesOf(await unchanged(world, () => rename(world, group, 'TWO')))).toEqual(['name TAKEN']);
    expect(failure(await unchanged(world, () => rename(world, group, 'Three', 9)), 'ConflictError').code).toBe(
      'STALE_VERSION',
    );
    expect(failure(await rename(world, await stranger.group(), 'x'), 'NotFoundError').path).toEqual(['id']);
  });
});

describe('teamGroupDelete', () => {
  test('removes one for good; its members reach their own only from then on', async () => {
    const world = await makeWorld();
    const group = await world.group();
    const [colleague, member] = [
      await world.member({ groupId: group.id }),
      await world.member({ groupId: group.id, grants: { orderAccess: 2 } }),
    ];
    await world.order({ employees: [colleague] });
    const seenBy = async () => {
      const row = await world.rows.user.findUniqueOrThrow({ where: { id: member.id }, include: { role: true } });
      return (await world.as(row).run('{ orders { totalCount } }')).orders.totalCount;
    };
    expect(await seenBy()).toBe(1);
    const { result, events } = await recorded(world, () => remove(world, group));
    expect(success(result).deletedId).toBe(encodeId('TeamGroup', group.id));
    expect(events.map(({ type }) => type)).toEqual(['team_group.deleted']);
    expect(await seenBy()).toBe(0);
    expect(failure(await unchanged(world, () => remove(world, group)), 'NotFoundError').path).toEqual(['id']);
  });
});
