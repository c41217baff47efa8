import { expect } from 'vitest';
import type { Answer, Client } from '../kit/client.ts';
import { unchanged } from '../kit/expect.ts';
import { type Actor, anonymous, asToken } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

export type Cast = Awaited<ReturnType<typeof makeCast>>;

/** An order, and everybody who might lay hands on what hangs beneath it. */
export async function makeCast() {
  const world = await makeWorld();
  const { contractor, manager } = world.roles;
  const [ours, theirs] = [await world.group(), await world.group()];
  const grants = { orderAccess: 2, orderManagement: 2, messaging: 2 } as const;
  const assignee = await world.member({ role: contractor, groupId: ours.id });
  const client = await world.client();
  const order = await world.order({ client, employees: [assignee] });
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    manager: await world.member({ role: manager }),
    assignee,
    unassigned: await world.member({ role: contractor, groupId: ours.id }),
    colleague: await world.member({ grants, groupId: ours.id }),
    outsider: await world.member({ grants, groupId: theirs.id }),
    reader: await world.member({ grants: { orderAccess: 3 } }),
    /** Sees every order, and may change those that are assigned to it: not this one. */
    narrow: await world.member({ grants: { orderAccess: 3, orderManagement: 1, messaging: 1 } }),
    /** May change what it can't see. */
    blind: await world.member({ grants: { orderManagement: 3, messaging: 3 } }),
    unprivileged: await world.member({ grants: {} }),
    client,
    otherClient: await world.client(),
    stranger: await world.stranger(),
    anonymous,
  } satisfies Record<string, Actor>;
  return { world, order, client, people };
}

type Outcome = 'done' | 'NotFoundError' | 'InvalidInputError' | 'FORBIDDEN' | 'UNAUTHENTICATED';

/** Everybody tries; a refusal changes nothing. Each attempt has a subject of its own. */
export async function expectOutcomes<Subject>(
  { world, people }: Pick<Cast, 'world' | 'people'>,
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

/** Ids that name no object of the type, whatever is wrong with them. */
export const idsOfNothing = ['00000000-0000-7000-8000-000000000000', 'tag_1', 'x', '', '_'];

/**
 * Does all the work at once, for sure: somebody holds the row until everybody waits for it, or for a lock before it.
 * Whoever reads first and locks later is found out.
 */
export async function contend<Result>(
  { owner }: World,
  table: 'order_tasks' | 'filled_form_fields' | 'tickets',
  id: string,
  work: (() => Promise<Result>)[],
): Promise<Result[]> {
  const holder = await owner.connect();
  try {
    await holder.query('begin');
    await holder.query(`select from ${table} where id = $1 for update`, [id]);
    const results = Promise.all(work.map((one) => one()));
    await expect
      .poll(async () => {
        const { rowCount } = await owner.query(
          `select distinct pid from pg_locks join pg_stat_activity using (pid)
           where datname = current_database() and not granted`,
        );
        return rowCount;
      })
      .toBe(work.length);
    await holder.query('commit');
    return await results;
  } finally {
    holder.release();
  }
}
