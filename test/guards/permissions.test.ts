import { describe, expect, test } from 'vitest';
import { type Area, gradeAreas, type Permission, permissions, settingAreas } from '../../src/identity/permissions.ts';
import { schema } from '../../src/schema.ts';
import { unchanged } from '../kit/expect.ts';
import { type Mutation, mutations, validArguments, validInput } from '../kit/inputs.ts';
import { anonymous, asToken, everything, nothing, type Person, type RoleGrants } from '../kit/viewers.ts';
import { makePopulatedWorld, type PopulatedWorld } from '../kit/world.ts';

// Made once: who is refused changes nothing, and each test that does change something makes its own.
let shared: Promise<PopulatedWorld> | undefined;
const sharedWorld = () => (shared ??= makePopulatedWorld());

type Rule = { area: Area; or?: Area; least: number; client: string | false };
/** What everybody may do, signed in or not. Each finds out for itself what to believe. */
const openMutations = [
  'invitationAccept',
  'invitationDecline',
  'passwordReset',
  'passwordResetRequest',
  'signIn',
  'signUp',
  'signUpConfirm',
];
const anonymousOrWithoutAccount = ['anonymous', 'client', 'token'] as const;
const everybody = [...anonymousOrWithoutAccount, 'administrator'] as const;
const isGuarded = (mutation: Mutation): mutation is Mutation & { permission: string } => mutation.permission !== null;
const guardedMutations = mutations.filter(isGuarded);
const ruleOf = (permission: string): Rule => permissions[permission as Permission];
const areasOf = ({ area, or = area }: Rule): Area[] => [area, or];

/** A team member who has everything but what the permission needs. */
async function without(world: PopulatedWorld, permission: string): Promise<Person | null> {
  const rule: Rule = ruleOf(permission);
  const short = (area: Area) => (typeof everything[area] === 'boolean' ? false : rule.least - 1);
  const grants: RoleGrants = { ...everything, ...Object.fromEntries(areasOf(rule).map((area) => [area, short(area)])) };
  // Without the dashboard nobody is staff: that case is the client's.
  return grants.dashboardAccess === 0 ? null : await world.member({ grants });
}

/** A team member who has what the permission needs, and nothing else. */
async function withOnly(world: PopulatedWorld, permission: string): Promise<Person> {
  const areas = areasOf(ruleOf(permission));
  const granted = Object.fromEntries(areas.map((area) => [area, typeof everything[area] === 'boolean' ? true : 3]));
  return await world.member({ grants: { ...nothing, dashboardAccess: 1, ...granted } as RoleGrants });
}

describe('the matrix', () => {
  test('has the permission of every mutation, and every permission gives something', () => {
    expect(mutations.length).toBeGreaterThan(4);
    expect(guardedMutations.filter(({ permission }) => !(permission in permissions)).map(({ name }) => name)).toEqual(
      [],
    );
    const areas = new Set<string>([...gradeAreas, ...settingAreas]);
    const rules: Rule[] = Object.values(permissions);
    expect(rules.every((rule) => areasOf(rule).every((area) => areas.has(area)))).toBe(true);
    expect(rules.every(({ least }) => least >= 1 && least <= 3)).toBe(true);
  });

  test('names each permission as domain.verb', () => {
    expect(Object.keys(permissions).filter((name) => !/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*$/.test(name))).toEqual([]);
  });

  test('says in each mutation’s description what is needed', () => {
    const fields = schema.getMutationType()?.getFields() ?? {};
    expect(
      guardedMutations.filter(({ name, permission }) => !fields[name]?.description?.includes(`\`${permission}\``)),
    ).toEqual([]);
  });

  test('leaves these mutations open to everybody, and no others', () => {
    const open = mutations.filter((mutation) => !isGuarded(mutation)).map(({ name }) => name);
    expect(open.sort()).toEqual(openMutations);
    const fields = schema.getMutationType()?.getFields() ?? {};
    const silent = open.filter((name) => !fields[name]?.description?.endsWith('Open to everybody, signed in or not.'));
    expect(silent).toEqual([]);
  });
});

describe.each(
  mutations.filter((mutation) => !isGuarded(mutation)).map((mutation) => [mutation.name, mutation] as const),
)('%s', (name, mutation) => {
  // Who is signed in with another address than the invited one is told so.
  const kinds = name === 'invitationAccept' ? anonymousOrWithoutAccount : everybody;
  test('is for the anonymous, and for everybody else alike', async () => {
    for (const kind of kinds) {
      const world = await makePopulatedWorld();
      const { admin, one } = world;
      const actor = { anonymous, client: one.client, token: asToken(admin), administrator: admin }[kind];
      const input = await validInput(mutation, world);
      expect([kind, await world.as(actor).run(mutation.document, { input })]).toEqual([
        kind,
        { [name]: { __typename: mutation.success.name } },
      ]);
    }
  });
});

describe.each(guardedMutations.map((mutation) => [mutation.name, mutation] as const))('%s', (_, mutation) => {
  const { permission, document, name } = mutation;

  test('is not for the anonymous', async () => {
    const world = await sharedWorld();
    const input = await validInput(mutation, world);
    const refusals = await unchanged(world, () => world.as(anonymous).refused(document, { input }));
    expect(refusals.map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
  });

  test('is not for staff without the permission, nor for a token of theirs', async () => {
    const world = await sharedWorld();
    const person = await without(world, permission);
    const input = await validInput(mutation, world);
    for (const actor of person ? [person, asToken(person)] : []) {
      const refusals = await unchanged(world, () => world.as(actor).refused(document, { input }));
      expect(refusals).toMatchObject([{ code: 'FORBIDDEN', message: `The permission ${permission} is needed.` }]);
    }
  });

  test(`is ${ruleOf(permission)?.client ? 'for clients, as far as it is theirs' : 'not for clients'}`, async () => {
    const world = await makePopulatedWorld();
    const input = await validInput(mutation, world);
    if (ruleOf(permission).client) {
      const { errors = [] } = await world.as(world.one.client).answer(document, { input });
      expect(errors.filter(({ message }) => message === `The permission ${permission} is needed.`)).toEqual([]);
    } else {
      const refusals = await unchanged(world, () => world.as(world.one.client).refused(document, { input }));
      expect(refusals.map(({ code }) => code)).toEqual(['FORBIDDEN']);
    }
  });

  test('is for staff with the permission and no other', async () => {
    const world = await makePopulatedWorld();
    const person = await withOnly(world, permission);
    const input = await validInput(mutation, world, person);
    const { errors } = await world.as(person).answer(document, { input });
    expect(errors).toBeUndefined();
  });

  test('does what it says for an administrator, with the least input', async () => {
    const world = await makePopulatedWorld();
    const input = await validInput(mutation, world);
    const data = await world.as(world.admin).run(document, { input });
    expect(data[name]).toEqual({ __typename: expect.stringMatching(/Success$/) });
  });
});

const queries = Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => {
  const composite = !['JSON', 'JSONObject'].includes(String(field.type));
  return {
    name: field.name,
    permission: (field.extensions as { permission?: string }).permission,
    document: (world: PopulatedWorld) =>
      `{ ${field.name}${validArguments(field, world)} ${composite ? '{ __typename }' : ''} }`,
  };
});

describe('a query', () => {
  test.each(queries.map(({ name, document }) => [name, document]))(
    '%s is not for the anonymous',
    async (_, document) => {
      const world = await sharedWorld();
      const refusals = await world.as(anonymous).refused(document(world));
      expect(refusals.map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
    },
  );

  const guarded = queries.filter(({ permission }) => permission);
  test.each(guarded.map((query) => [query.name, query] as const))(
    '%s is for those with its permission only',
    async (_, { permission, document: documentIn }) => {
      const world = await sharedWorld();
      const document = documentIn(world);
      const needed = permission as string;
      expect(Object.keys(permissions)).toContain(needed);
      const person = await without(world, needed);
      if (person) expect((await world.as(person).refused(document)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
      expect((await world.as(await withOnly(world, needed)).answer(document)).errors).toBeUndefined();
      const { errors } = await world.as(world.one.client).answer(document);
      expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(
        ruleOf(needed).client ? undefined : ['FORBIDDEN'],
      );
    },
  );
});
