import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { unchanged } from '../kit/expect.ts';
import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

export type Cast = Awaited<ReturnType<typeof makeCast>>;

/** An invoice of a client whom somebody looks after, and everybody who might lay hands on it. */
export async function makeCast() {
  const world = await makeWorld();
  const [ours, theirs] = [await world.group(), await world.group()];
  const own = { invoiceAccess: 1, invoiceManagement: 1 } as const;
  const ofGroup = { invoiceAccess: 2, invoiceManagement: 2 } as const;
  const accountant = await world.member({ grants: own, groupId: ours.id });
  const maker = await world.member({ grants: own, groupId: ours.id });
  const client = await world.client({ managers: [accountant] });
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    manager: await world.member({ role: world.roles.manager }),
    /** Looks after the client. */
    accountant,
    /** Made the invoice. */
    maker,
    uninvolved: await world.member({ grants: own, groupId: ours.id }),
    colleague: await world.member({ grants: ofGroup, groupId: ours.id }),
    outsider: await world.member({ grants: ofGroup, groupId: theirs.id }),
    reader: await world.member({ grants: { invoiceAccess: 3 } }),
    /** Sees every invoice, and may change those of its own. */
    narrow: await world.member({ grants: { invoiceAccess: 3, invoiceManagement: 1 } }),
    /** May change what it can't see. */
    blind: await world.member({ grants: { invoiceManagement: 3 } }),
    contractor: await world.member({ role: world.roles.contractor }),
    client,
    otherClient: await world.client(),
    stranger: await world.stranger(),
    anonymous,
  } satisfies Record<string, Actor>;
  /** One more invoice of the client that the maker made. */
  const invoice = (fields: Parameters<World['invoice']>[0] = {}) =>
    world.invoice({ client, employeeId: maker.id, ...fields });
  return { world, client, people, invoice };
}

type Outcome = 'done' | 'NotFoundError' | 'InvalidInputError' | 'InvalidStateError' | 'FORBIDDEN' | 'UNAUTHENTICATED';

/** Everybody tries; a refusal changes nothing. Each attempt has a subject of its own. */
export async function expectOutcomes<Subject>(
  { world, people }: Cast,
  expected: Record<keyof Cast['people'], Outcome>,
  prepare: () => Promise<Subject>,
  attempt: (client: Client, subject: Subject) => Promise<Answer>,
): Promise<void> {
  const outcomes: Record<string, string> = {};
  for (const [name, outcome] of Object.entries(expected) as [keyof Cast['people'], Outcome][]) {
    const subject = await prepare();
    const work = () => attempt(world.as(people[name]), subject);
    outcomes[name] = outcomeOf(await (outcome === 'done' ? work() : unchanged(world, work)));
  }
  expect(outcomes).toEqual(expected);
}

function outcomeOf({ data, errors }: Answer): string {
  if (errors?.[0]) return String(errors[0].extensions?.code);
  const [result] = Object.values(data ?? {}) as { __typename: string }[];
  return result?.__typename.endsWith('Success') ? 'done' : String(result?.__typename);
}

/** For the verbs that change an invoice: who sees it and may manage invoices that far. */
export const whoChanges = {
  administrator: 'done',
  token: 'done',
  manager: 'done',
  accountant: 'done',
  maker: 'done',
  uninvolved: 'NotFoundError',
  colleague: 'done',
  outsider: 'NotFoundError',
  reader: 'FORBIDDEN',
  narrow: 'FORBIDDEN',
  blind: 'NotFoundError',
  contractor: 'FORBIDDEN',
  client: 'FORBIDDEN',
  otherClient: 'FORBIDDEN',
  stranger: 'NotFoundError',
  anonymous: 'UNAUTHENTICATED',
} as const satisfies Record<keyof Cast['people'], Outcome>;

/** Ids that name no invoice, whatever is wrong with them. */
export const idsOfNothing = ['00000000-0000-7000-8000-000000000000', 'tag_1', 'x', '', '_', 'INV-00001\0'];
