import { getNamedType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { visibleNodes } from '../../src/graphql/nodes.ts';
import { unchanged } from '../kit/expect.ts';
import { type Mutation, mutations, validInput } from '../kit/inputs.ts';
import { selectionOf } from '../kit/queries.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makePopulatedWorld, makeWorld } from '../kit/world.ts';

/** Everything that the mutation answers, and what hangs beneath it. */
function documentOf({ name, inputType, success }: Mutation): string {
  return `mutation Any($input: ${inputType.name}!) {
    ${name}(input: $input) { __typename ... on Error { message code } ... on ${success.name} ${selectionOf(success, 3)} }
  }`;
}

// What is open to everybody is nobody's own, and neither is a key for it.
const isSomebodys = ({ permission }: Mutation) => permission !== null;

const idempotency = (name: string, replayed: boolean) => ({
  idempotency: { replayed, replayedFields: replayed ? [name] : [] },
});

describe('a mutation that is sent again with its key', () => {
  test.each(mutations.filter(isSomebodys).map((mutation) => [mutation.name, mutation] as const))(
    '%s is done once, and answers the same',
    async (name, mutation) => {
      const world = await makePopulatedWorld();
      const input = await validInput(mutation, world);
      const keyed = world.as(world.admin).with({ 'idempotency-key': `all of ${name}` });

      const first = await keyed.answer(documentOf(mutation), { input });
      expect(first).toEqual({ data: first.data, extensions: idempotency(name, false) });
      expect(first.data?.[name]).toMatchObject({ __typename: mutation.success.name });

      const again = await unchanged(world, () => keyed.answer(documentOf(mutation), { input }));
      expect(again).toEqual({ data: first.data, extensions: idempotency(name, true) });
    },
  );

  test.each(
    mutations.filter((mutation) => !isSomebodys(mutation)).map((mutation) => [mutation.name, mutation] as const),
  )('%s takes no key: it is open to everybody', async (name, mutation) => {
    const world = await makePopulatedWorld();
    const input = await validInput(mutation, world);
    const keyed = world.as(world.admin).with({ 'idempotency-key': `all of ${name}` });
    const refusals = await unchanged(world, () => keyed.refused(documentOf(mutation), { input }));
    expect(refusals.map(({ code }) => code)).toEqual(['IDEMPOTENCY_KEY_INVALID']);
  });

  test('answers only what is in sight by then: of each type that is answered it is known what that is', async () => {
    const world = await makeWorld();
    const answered = mutations
      .filter(isSomebodys)
      .flatMap(({ success }) => Object.values(success.getFields()).map(({ type }) => type));
    const objects = answered.map(getNamedType).filter(isObjectType);
    expect(objects.length).toBeGreaterThan(mutations.length / 2);
    const viewer = viewerOf(world.admin);
    const unknown = objects.filter((type) => visibleNodes(type.name, viewer) === null).map(({ name }) => name);
    // Which organizations an account may sign in to: told to who proved it, and no object of any of them.
    expect(unknown.filter((name) => name !== 'SignInOrganization')).toEqual([]);
  });
});
