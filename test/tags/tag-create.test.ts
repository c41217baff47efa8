import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

const TagCreate = graphql(`
  mutation TagCreate($input: TagCreateInput!) {
    tagCreate(input: $input) {
      ... on TagCreateSuccess {
        tag {
          id
          name
          version
        }
      }
      ...Failure
    }
  }
`);

describe('tagCreate', () => {
  test('makes a tag, announces it and logs who made it', async () => {
    const world = await makeWorld();

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(TagCreate, { input: { name: ' Urgent ' } }),
    );

    const { tag } = success(result.tagCreate);
    expect(tag).toEqual({ id: tag.id, name: 'Urgent', version: 1 });
    const [row] = await world.rows.tag.findMany({ where: { organizationId: world.organizationId } });
    expect(tag.id).toBe(`tag_${row?.id}`);
    expect(events).toEqual([
      {
        type: 'tag.created',
        aggregate: 'tag',
        aggregateId: row?.id,
        payload: {},
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'TAG',
        entityId: row?.id,
        event: 'CREATED',
        changes: { name: { before: null, after: 'Urgent' } },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: null,
      },
    ]);
  });

  test('logs a token as a token', async () => {
    const world = await makeWorld();
    const { logs } = await recorded(world, () =>
      world.as(asToken(world.admin)).run(TagCreate, { input: { name: 'Urgent' } }),
    );
    expect(logs.map(({ actorKind, actorId }) => ({ actorKind, actorId }))).toEqual([
      { actorKind: 'TOKEN', actorId: world.admin.id },
    ]);
  });

  test.each([
    ['a blank name', '  ', 'name REQUIRED'],
    ['a name of 256 characters', 'x'.repeat(256), 'name TOO_LONG'],
    ['a name with a NUL', 'a\0b', 'name INVALID'],
  ])('refuses %s', async (_, name, issue) => {
    const world = await makeWorld();
    const { tagCreate } = await unchanged(world, () => world.as(world.admin).run(TagCreate, { input: { name } }));
    expect(issuesOf(tagCreate)).toEqual([issue]);
  });

  test('takes a name of 255 characters', async () => {
    const world = await makeWorld();
    const { tagCreate } = await world.as(world.admin).run(TagCreate, { input: { name: 'ä'.repeat(255) } });
    expect(success(tagCreate).tag.name).toHaveLength(255);
  });

  test('refuses a name that is taken in another letter case', async () => {
    const world = await makeWorld();
    await world.tag('Urgent');
    const { tagCreate } = await unchanged(world, () =>
      world.as(world.admin).run(TagCreate, { input: { name: 'URGENT' } }),
    );
    expect(failure(tagCreate, 'InvalidInputError').issues).toEqual([
      { path: ['name'], code: 'TAKEN', message: 'There is a tag of this name already.' },
    ]);
  });

  test('does not mind the same name in another organization', async () => {
    const [here, there] = [await makeWorld(), await makeWorld()];
    await there.tag('Urgent');
    const { tagCreate } = await here.as(here.admin).run(TagCreate, { input: { name: 'Urgent' } });
    expect(success(tagCreate).tag.name).toBe('Urgent');
  });

  test('of ten at once with the same name, one is made', async () => {
    const world = await makeWorld();
    const { result, events } = await recorded(world, () =>
      Promise.all(
        Array.from({ length: 10 }, () => world.as(world.admin).run(TagCreate, { input: { name: 'Urgent' } })),
      ),
    );
    const names = result.map(({ tagCreate }) => tagCreate.__typename).sort();
    expect(names).toEqual([...Array(9).fill('InvalidInputError'), 'TagCreateSuccess']);
    expect(events).toHaveLength(1);
  });
});
