import { describe, expect, test } from 'vitest';
import { expectOutcomes } from '../clients/cast.ts';
import { unique } from '../kit/unique.ts';

import { makeCast, onlyGradeThree } from './cast.ts';

// Documents without types: what is asked of the answer is only whether there is one.
const told = '__typename ... on Error { message code }';
const mutation = (name: string, type: string) => `mutation ($input: ${type}!) { ${name}(input: $input) { ${told} } }`;

describe('who may do what with services', () => {
  test('change one', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      onlyGradeThree,
      () => cast.world.service({ employees: [cast.assignee] }),
      (actor, { id }) => actor.answer(mutation('serviceUpdate', 'ServiceUpdateInput'), { input: { id, name: 'New' } }),
    );
  });

  test('delete one', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      onlyGradeThree,
      () => cast.world.service({ employees: [cast.assignee] }),
      (actor, { id }) => actor.answer(mutation('serviceDelete', 'ServiceDeleteInput'), { input: { id } }),
    );
  });

  test('restore one', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      onlyGradeThree,
      () => cast.world.service({ employees: [cast.assignee], deletedAt: new Date() }),
      (actor, { id }) => actor.answer(mutation('serviceRestore', 'ServiceRestoreInput'), { input: { id } }),
    );
  });

  test('read one: who reaches it, whoever it is sold to, and clients when it is public', async () => {
    const cast = await makeCast();
    const expected = {
      administrator: 'done',
      token: 'done',
      manager: 'done',
      assignee: 'done',
      colleague: 'done',
      contractor: 'FORBIDDEN',
      client: 'done',
      stranger: 'nothing',
      anonymous: 'UNAUTHENTICATED',
    } as const;
    const read = 'query ($id: ID!) { service(id: $id) { name } }';
    await expectOutcomes(
      cast,
      expected,
      () => cast.world.service({ employees: [cast.assignee] }),
      (actor, { id }) => actor.answer(read, { id }),
    );
    await expectOutcomes(
      cast,
      { ...expected, assignee: 'nothing', colleague: 'nothing', client: 'nothing' },
      () => cast.world.service({ isPublic: false }),
      (actor, { id }) => actor.answer(read, { id }),
    );
  });

  test('a deleted one is read by nobody, whatever the grade', async () => {
    const cast = await makeCast();
    const { id } = await cast.world.service({ employees: [cast.assignee], deletedAt: new Date() });
    for (const actor of [cast.people.administrator, cast.people.assignee, cast.people.client]) {
      const found = await cast.world
        .as(actor)
        .run('query ($id: ID!, $node: ID!) { service(id: $id) { id } node(id: $node) { id } }', {
          id,
          node: `service_${id}`,
        });
      expect(found).toEqual({ service: null, node: null });
    }
  });
});

describe('who may do what with folders of services', () => {
  test('make one', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      { ...onlyGradeThree, stranger: 'done' },
      async () => ({ name: `Folder ${unique()}` }),
      (actor, input) => actor.answer(mutation('serviceFolderCreate', 'ServiceFolderCreateInput'), { input }),
    );
  });

  test('change one', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      onlyGradeThree,
      () => cast.world.folder(),
      (actor, { id }) =>
        actor.answer(mutation('serviceFolderUpdate', 'ServiceFolderUpdateInput'), { input: { id, position: 7 } }),
    );
  });

  test('delete one', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      onlyGradeThree,
      () => cast.world.folder(),
      (actor, { id }) => actor.answer(mutation('serviceFolderDelete', 'ServiceFolderDeleteInput'), { input: { id } }),
    );
  });

  test('read them: staff with any grade; clients see no folder of a service, nor by its id', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        assignee: 'done',
        colleague: 'done',
        contractor: 'FORBIDDEN',
        client: 'FORBIDDEN',
        stranger: 'done',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.world.folder(),
      (actor) => actor.answer('{ serviceFolders { totalCount } }'),
    );
    const folder = await cast.world.folder();
    const service = await cast.world.service({ folderId: folder.id });
    const seen = await cast.world
      .as(cast.people.client)
      .run('query ($id: ID!, $node: ID!) { service(id: $id) { folder { id } } node(id: $node) { id } }', {
        id: service.id,
        node: `folder_${folder.id}`,
      });
    expect(seen).toEqual({ service: { folder: null }, node: null });
  });
});
