import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { unchanged } from '../kit/expect.ts';
import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';

export type Cast = Awaited<ReturnType<typeof makeCast>>;

/** A client who subscribes, and everybody who might lay hands on that. */
export async function makeCast() {
  const world = await makeWorld();
  const { contractor, manager } = world.roles;
  const [ours, theirs] = [await world.group(), await world.group()];
  const own = await world.member({ grants: { invoiceAccess: 1, invoiceManagement: 1 }, groupId: ours.id });
  const client = await world.client({ managers: [own] });
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    manager: await world.member({ role: manager }),
    /** Looks after the client. */
    own,
    /** Of the group of who does. */
    colleague: await world.member({ grants: { invoiceAccess: 2, invoiceManagement: 2 }, groupId: ours.id }),
    outsider: await world.member({ grants: { invoiceAccess: 2, invoiceManagement: 2 }, groupId: theirs.id }),
    reader: await world.member({ grants: { invoiceAccess: 3 } }),
    /** Sees every subscription, and may change those of its own clients: not this one. */
    narrow: await world.member({ grants: { invoiceAccess: 3, invoiceManagement: 1 } }),
    /** May change what it can't see. */
    blind: await world.member({ grants: { invoiceManagement: 3 } }),
    contractor: await world.member({ role: contractor }),
    client,
    otherClient: await world.client(),
    stranger: await world.stranger(),
    anonymous,
  } satisfies Record<string, Actor>;
  return { world, client, people, subject: () => world.subscription({ client }) };
}

/** Who may change a subscription, whatever the verb. */
const outcomes = {
  administrator: 'done',
  token: 'done',
  manager: 'done',
  own: 'done',
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
} as const satisfies Record<keyof Cast['people'], string>;

/** Everybody tries; a refusal changes nothing. Each attempt has a subscription of its own. */
export async function expectTheUsualOutcomes(
  attempt: (client: Client, subject: { id: string }) => Promise<Answer>,
  subjectOf: (cast: Cast) => Promise<{ id: string }> = (cast) => cast.subject(),
): Promise<void> {
  const cast = await makeCast();
  const { world, people } = cast;
  const found: Record<string, string> = {};
  for (const [name, outcome] of Object.entries(outcomes) as [keyof Cast['people'], string][]) {
    const subject = await subjectOf(cast);
    const work = () => attempt(world.as(people[name]), subject);
    found[name] = outcomeOf(await (outcome === 'done' ? work() : unchanged(world, work)));
  }
  expect(found).toEqual(outcomes);
}

function outcomeOf({ data, errors }: Answer): string {
  if (errors?.[0]) return String(errors[0].extensions?.code);
  const [result] = Object.values(data ?? {}) as { __typename: string }[];
  return result?.__typename.endsWith('Success') ? 'done' : String(result?.__typename);
}

/** Ids that name no subscription, whatever is wrong with them. */
export const idsOfNothing = ['00000000-0000-7000-8000-000000000000', 'order_1', 'NOSUCH', '', '_', 'a\0b'];
