import { describe, expect, test } from 'vitest';
import {
  type Area,
  gradeAreas,
  narrowed,
  type Permission,
  permissions,
  scopeOf,
  scopes,
  settingAreas,
} from '../../src/identity/permissions.ts';
import type { Answer } from '../kit/client.ts';
import { unchanged } from '../kit/expect.ts';
import { type Mutation, mutations, validInput } from '../kit/inputs.ts';
import { type Actor, anonymous, asToken, everything, type Person, type RoleGrants, viewerOf } from '../kit/viewers.ts';
import { makePopulatedWorld, type PopulatedWorld } from '../kit/world.ts';

// Every mutation × every kind of principal: what exactly comes of it. What is in the matrix of permissions says most of it; what
// it can't say stands in the tables below, with the reason. Whatever is refused changes nothing.

type Rule = { area: Area; or?: Area; least: number; client: string | false };

/** The area's numbers decide about rows; settings are had or not. */
const isGraded = ({ area }: Rule) => typeof everything[area] === 'number';

/** Everybody's own: what is refused to them is refused for want of something of their own, never of a permission. */
const isPersonal = ({ area, client }: Rule) => area === 'dashboardAccess' && client !== false;

/** Only the owner of the organization may, in person: the administrator of the world, and no token of theirs. */
const ownersOnly = new Set([
  'issuerCreate',
  'issuerUpdate',
  'issuerDelete',
  'organizationArchive',
  'organizationTransferOwnership',
]);

/** Graded, but about no row that could be somebody's: whoever may at all, may. */
const aboutNothing = new Set(['clientCreate']);

/** Where the row that is not reached is named by a field of the input, and not its subject. */
const namedInside = new Set(['filledFormFieldCreate', 'invoiceCreate', 'orderCreate', 'ticketCreate']);

/** What clients get who may do it, with the least input that does for the team: on their own, and from another organization. */
const forClients: Record<string, [own: string, stranger: string]> = {
  // Of a team that they do not belong to.
  clientTeamMemberRemove: ['NotFoundError', 'NotFoundError'],
  clientTeamMemberUpdate: ['NotFoundError', 'NotFoundError'],
  invoiceApplyCredit: ['done', 'NotFoundError'],
  invoiceCharge: ['done', 'NotFoundError'],
  // They give no name: that is the team's.
  orderCreate: ['InvalidInputError', 'InvalidInputError'],
  orderMessageCreate: ['done', 'NotFoundError'],
  // The team's own task is none that they see.
  orderTaskComplete: ['NotFoundError', 'NotFoundError'],
  paymentMethodAttach: ['done', 'NotFoundError'],
  paymentMethodDetach: ['done', 'NotFoundError'],
  paymentMethodSetDefault: ['done', 'NotFoundError'],
  ticketCreate: ['done', 'InvalidInputError'],
  ticketMessageCreate: ['done', 'NotFoundError'],
};

/** What a token needs beside the scope of the mutation's own permission, and scopes to read. */
const alsoNeeds: Record<string, string[]> = {
  // Who may change the order may change what was answered for it.
  filledFormFieldCreate: ['orders:write'],
  filledFormFieldDelete: ['orders:write'],
  filledFormFieldUpdate: ['orders:write'],
};

/** Invitations give a role, and nobody gives more than they have: the one of the least input is an administrator's. */
const needsEverything = new Set(['invitationCreate']);

const principals = [
  'anonymous',
  'client',
  'client of another organization',
  'staff without the grade',
  'grade own, of what is theirs',
  'grade own, of what is others’',
  'grade group',
  'grade all',
  'token without the scope',
  'token with the scope',
] as const;
type Principal = (typeof principals)[number];
type Outcomes = Partial<Record<Principal, string>>;

const grantsOf = (grade: 1 | 2 | 3): RoleGrants =>
  Object.fromEntries([
    ...gradeAreas.map((area) => [area, grade]),
    ...settingAreas.map((area) => [area, true]),
  ]) as RoleGrants;

/** Everything but what the rule needs. */
function grantsWithout({ area, or = area, least }: Rule): RoleGrants {
  const short = (one: Area) => (typeof everything[one] === 'boolean' ? false : least - 1);
  return { ...everything, [area]: short(area), [or]: short(or) } as RoleGrants;
}

const making: Record<Principal, (world: PopulatedWorld, mutation: Mutation, rule: Rule) => Promise<[Actor, Person]>> = {
  anonymous: async (world) => [anonymous, world.admin],
  client: async (world) => [world.one.client, world.one.client],
  'client of another organization': async (world) => [(await makePopulatedWorld()).one.client, world.admin],
  'staff without the grade': async (world, _, rule) => itself(await world.member({ grants: grantsWithout(rule) })),
  'grade own, of what is theirs': async (world) => {
    const { id } = await world.role(grantsOf(1));
    const { member } = world.one;
    return itself(
      await world.rows.user.update({ where: { id: member.id }, data: { roleId: id }, include: { role: true } }),
    );
  },
  'grade own, of what is others’': async (world) =>
    itself(await world.member({ grants: grantsOf(1), groupId: world.one.group.id })),
  'grade group': async (world) => itself(await world.member({ grants: grantsOf(2), groupId: world.one.group.id })),
  'grade all': async (world) => itself(await world.member({ grants: grantsOf(3) })),
  'token without the scope': async ({ admin }, { permission }) => {
    const [reading, writing] = ['read', 'write'].map((verb) => scopeOf(permission ?? '').replace(/:.*/, `:${verb}`));
    return tokenOf(
      admin,
      scopes.filter((scope) => scope !== '*' && scope !== reading && scope !== writing),
    );
  },
  'token with the scope': async ({ admin }, { permission, name }) => {
    const reading = scopes.filter((scope) => scope.endsWith(':read'));
    return tokenOf(admin, [...reading, scopeOf(permission ?? ''), ...(alsoNeeds[name] ?? [])]);
  },
};

const itself = (person: Person): [Actor, Person] => [person, person];

const tokenOf = (person: Person, given: string[]): [Actor, Person] => [
  { ...asToken(person), permissions: narrowed(viewerOf(person).permissions, given) },
  person,
];

function expected({ name }: Mutation, rule: Rule): Outcomes {
  const forAll = (principal: Principal, outcome: string): Outcomes => ({ [principal]: outcome });
  const refused: Outcomes = {
    ...forAll('anonymous', 'UNAUTHENTICATED'),
    ...forAll('token without the scope', 'FORBIDDEN'),
  };
  // Without the dashboard nobody is staff.
  if (isPersonal(rule)) return refused;
  const [ofClient, ofStranger] = rule.client === false ? ['FORBIDDEN', 'FORBIDDEN'] : (forClients[name] ?? ['?', '?']);
  const done = ownersOnly.has(name) ? 'InvalidStateError' : 'done';
  const reached = (grade: number) => {
    if (isGraded(rule) && grade < rule.least) return 'FORBIDDEN';
    return grade < 3 && needsEverything.has(name) ? 'InvalidInputError' : done;
  };
  const outOfSight = namedInside.has(name) ? 'InvalidInputError' : 'NotFoundError';
  const others = isGraded(rule) && rule.least === 1 && !aboutNothing.has(name) ? outOfSight : reached(1);
  return {
    ...refused,
    client: ofClient,
    'client of another organization': ofStranger,
    'staff without the grade': 'FORBIDDEN',
    'grade own, of what is theirs': reached(1),
    'grade own, of what is others’': others,
    'grade group': reached(2),
    'grade all': reached(3),
    'token with the scope': done,
  };
}

function outcomeOf({ data, errors }: Answer): string {
  if (errors?.[0]) return String(errors[0].extensions?.code);
  const [result] = Object.values(data ?? {}) as { __typename: string }[];
  return result?.__typename.endsWith('Success') ? 'done' : String(result?.__typename);
}

const guarded = mutations.filter(({ permission }) => permission !== null);
const ruleOf = ({ permission }: Mutation) => permissions[permission as Permission] as Rule;
const personal = guarded.filter((mutation) => isPersonal(ruleOf(mutation)));
const shared = guarded.filter((mutation) => !isPersonal(ruleOf(mutation)));
const cells = guarded.reduce((sum, mutation) => sum + Object.keys(expected(mutation, ruleOf(mutation))).length, 0);

test(`the matrix has ${guarded.length} mutations and ${principals.length} kinds of principals: ${cells} cells`, () => {
  expect(shared.length).toBeGreaterThan(80);
  // Nothing of the tables is left over from what is gone.
  const names = new Set(guarded.map(({ name }) => name));
  const tables = [
    ...ownersOnly,
    ...aboutNothing,
    ...namedInside,
    ...needsEverything,
    ...Object.keys(forClients),
    ...Object.keys(alsoNeeds),
  ];
  expect(tables.filter((name) => !names.has(name))).toEqual([]);
  const open = shared.filter((mutation) => ruleOf(mutation).client !== false).map(({ name }) => name);
  expect(Object.keys(forClients).sort()).toEqual(open.sort());
  expect(cells).toBe(shared.length * principals.length + personal.length * 2);
});

describe.each(guarded.map((mutation) => [mutation.name, mutation] as const))('%s', (_, mutation) => {
  test('does, and refuses, to each kind of principal what the matrix says', async () => {
    const rule = ruleOf(mutation);
    const wanted = expected(mutation, rule);
    const attempt = async (principal: Principal, world: PopulatedWorld) => {
      const [actor, person] = await making[principal](world, mutation, rule);
      const input = await validInput(mutation, world, person);
      const work = () => world.as(actor).answer(mutation.document, { input });
      return outcomeOf(await (wanted[principal] === 'done' ? work() : unchanged(world, work)));
    };
    // Who is refused leaves the world as it was, for the next one.
    const still = await makePopulatedWorld();
    const found: Outcomes = {};
    for (const principal of principals) {
      if (!(principal in wanted)) continue;
      const takesItsOwn = wanted[principal] === 'done' || principal === 'grade own, of what is theirs';
      found[principal] = await attempt(principal, takesItsOwn ? await makePopulatedWorld() : still);
    }
    expect(found).toEqual(wanted);
  });
});

describe.each(personal.map((mutation) => [mutation.name, mutation] as const))('%s, everybody’s own', (_, mutation) => {
  test('is refused to nobody for want of a permission', async () => {
    const world = await makePopulatedWorld();
    const people: Actor[] = [
      world.one.client,
      world.one.member,
      await world.member({ grants: {} }),
      asToken(world.one.member),
    ];
    for (const actor of people) {
      const input = await validInput(mutation, world, world.one.member);
      const outcome = outcomeOf(await world.as(actor).answer(mutation.document, { input }));
      expect(outcome).toMatch(/^(done|NotFoundError|InvalidStateError|InvalidInputError)$/);
    }
  });
});
