import { isInputObjectType } from 'graphql';
import { expect } from 'vitest';
import { schema } from '../../src/schema.ts';
import type { Answer, Client } from '../kit/client.ts';
import { unchanged } from '../kit/expect.ts';
import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

/** Everybody who might lay hands on a client, and a maker of clients that they stand to in different ways. */
export async function makeCast() {
  const world = await makeWorld();
  const { contractor, manager } = world.roles;
  const [ours, theirs] = [await world.group(), await world.group()];
  const own = await world.member({ grants: { clients: 1 }, groupId: ours.id });
  const working = await world.member({ grants: { clients: 1, orderAccess: 1 } });
  const client = await world.client();
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    manager: await world.member({ role: manager }),
    /** Looks after the client. */
    own,
    tokenOfOwn: asToken(own),
    /** Of the group of who does. */
    colleague: await world.member({ grants: { clients: 2 }, groupId: ours.id }),
    outsider: await world.member({ grants: { clients: 2 }, groupId: theirs.id }),
    /** Works on an order of the client's: sees the client and may not touch it. */
    working,
    contractor: await world.member({ role: contractor }),
    client,
    stranger: await world.stranger(),
    anonymous,
  } satisfies Record<string, Actor>;
  const subject = async () => await world.client({ managers: [own] });
  return { world, people, subject, working };
}

export type Outcome = 'done' | 'nothing' | 'NotFoundError' | 'FORBIDDEN' | 'UNAUTHENTICATED';

/** Everybody tries; a refusal changes nothing. Each attempt has a subject of its own. */
export async function expectOutcomes<Name extends string, Subject>(
  { world, people }: { world: World; people: Record<Name, Actor> },
  expected: Record<Name, Outcome>,
  prepare: () => Promise<Subject>,
  attempt: (client: Client, subject: Subject) => Promise<Answer>,
): Promise<void> {
  const outcomes: Record<string, string> = {};
  for (const [name, outcome] of Object.entries(expected) as [Name, Outcome][]) {
    const subject = await prepare();
    const work = () => attempt(world.as(people[name]), subject);
    outcomes[name] = outcomeOf(await (outcome === 'done' ? work() : unchanged(world, work)));
  }
  expect(outcomes).toEqual(expected);
}

function outcomeOf({ data, errors }: Answer): string {
  if (errors?.[0]) return String(errors[0].extensions?.code);
  const [result] = Object.values(data ?? {}) as ({ __typename?: string } | null)[];
  if (result == null) return 'nothing';
  return result.__typename?.endsWith('Error') ? result.__typename : 'done';
}

/** The fields that an input takes. */
export function inputFields(name: string): string[] {
  const type = schema.getType(name);
  if (!isInputObjectType(type)) throw new Error(`${name} is no input.`);
  return Object.keys(type.getFields());
}

/** Ids that name no object of the type, whatever is wrong with them. */
export const idsOfNothing = ['00000000-0000-7000-8000-000000000000', 'tag_1', 'x', '', '_'];
