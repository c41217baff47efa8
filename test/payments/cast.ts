import { expect } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import type { Answer, Client } from '../kit/client.ts';
import { unchanged } from '../kit/expect.ts';
import type { Card, StripeDouble } from '../kit/stripe.ts';
import { unique } from '../kit/unique.ts';
import { type Actor, anonymous, asToken, type Person } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

/** An organization that takes payments with the built-in processor. */
export const makeTestWorld = () => makeWorld({ testPayments: true });

/** An organization with an account of its own at Stripe. */
export async function makeStripeWorld(stripe: StripeDouble) {
  const world = await makeWorld();
  const key = `sk_test_${unique()}`;
  await world.stripeAccount({ secretKey: key });
  return {
    ...world,
    key,
    /** A client whom Stripe knows, and a card of theirs here and there. */
    card: async (as: Card = 'visa', client?: Person) => {
      const owner = client ?? (await world.client());
      const account = stripe.account(key);
      const customer = owner.stripeId ?? `cus_${unique()}`;
      account.customers.set(customer, { id: customer, created: 0 });
      const processorId = stripe.method(key, as);
      Object.assign(account.methods.get(processorId) as object, { customer });
      await world.rows.user.update({ where: { id: owner.id }, data: { stripeId: customer } });
      const method = await world.paymentMethod({ client: owner, processor: 'STRIPE', processorId });
      return { client: { ...owner, stripeId: customer }, method, id: encodeId('PaymentMethod', method.id) };
    },
  };
}

export type StripeWorld = Awaited<ReturnType<typeof makeStripeWorld>>;

/** A client, and everybody who might lay hands on its money. */
export async function makeCast() {
  const world = await makeTestWorld();
  const [ours, theirs] = [await world.group(), await world.group()];
  const invoices = (grade: 1 | 2 | 3) => ({ invoiceAccess: grade, invoiceManagement: grade });
  const own = await world.member({ grants: invoices(1), groupId: ours.id });
  const client = await world.client({ managers: [own] });
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    /** Looks after the client. */
    own,
    /** Of the group of who does. */
    colleague: await world.member({ grants: invoices(2), groupId: ours.id }),
    outsider: await world.member({ grants: invoices(2), groupId: theirs.id }),
    /** Sees all money and moves none. */
    reader: await world.member({ grants: { invoiceAccess: 3 } }),
    contractor: await world.member({ role: world.roles.contractor }),
    client,
    otherClient: await world.client(),
    stranger: await world.stranger(),
    anonymous,
  } satisfies Record<string, Actor>;
  return { world, client, people };
}

export type Cast = Awaited<ReturnType<typeof makeCast>>;
type Outcome = 'done' | 'nothing' | 'NotFoundError' | 'FORBIDDEN' | 'UNAUTHENTICATED';

/** Everybody tries; a refusal changes nothing. Each attempt has a subject of its own. */
export async function expectOutcomes<Subject>(
  { world, people }: { world: World; people: Cast['people'] },
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
  const [result] = Object.values(data ?? {}) as ({ __typename?: string } | null)[];
  if (result == null) return 'nothing';
  return result.__typename?.endsWith('Error') ? result.__typename : 'done';
}

/** Ids that name no object of the type, whatever is wrong with them. */
export const idsOfNothing = ['00000000-0000-7000-8000-000000000000', 'tag_1', 'x', '', '_'];
