import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';
import type { Answer } from '../kit/client.ts';
import { type Actor, anonymous, asToken, type Person, sharing } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

// For each flag, each kind of viewer and each state of the object: what the flag says, and what comes of the mutation.

type Id = { id: string };
type Attempt = { mutation: string; input: object };

/** A kind of object that has flags: its states, and for each flag what is tried. Several ways: one of them is enough. */
type Subject = {
  type: 'Order' | 'Ticket' | 'Invoice';
  query: 'order' | 'ticket' | 'invoice';
  states: Record<string, (cast: Cast) => Promise<Id>>;
  attempts: Record<string, (object: Id, cast: Cast) => Attempt[] | Promise<Attempt[]>>;
};

type Cast = Awaited<ReturnType<typeof makeCast>>;

async function makeCast() {
  const world = await makeWorld({ testPayments: true });
  const [ours, theirs] = [await world.group(), await world.group()];
  const grades = (access: 0 | 1 | 2 | 3, management = access) => ({
    ...{ orderAccess: access, ticketAccess: access, invoiceAccess: access },
    ...{
      orderManagement: management,
      ticketManagement: management,
      invoiceManagement: management,
      messaging: management,
    },
  });
  const own = await world.member({ grants: grades(1), groupId: ours.id });
  const client = await world.client({ managers: [own], balance: '30' as never });
  const team = await Promise.all([world.client(), world.client()]);
  const people = {
    administrator: world.admin,
    token: asToken(world.admin),
    'own, and theirs': own,
    'own, and not theirs': await world.member({ grants: grades(1), groupId: ours.id }),
    'of the group': await world.member({ grants: grades(2), groupId: ours.id }),
    'of another group': await world.member({ grants: grades(2), groupId: theirs.id }),
    'reads all, works none': await world.member({ grants: grades(3, 0) }),
    'reads all, works own': await world.member({ grants: grades(3, 1) }),
    'reads none, works all': await world.member({ grants: grades(0, 3) }),
    client,
    'another client': await world.client(),
    'of the client’s team': sharing(team[0] as Person, client, 'orders', 'tickets', 'invoices'),
    'of the client’s team, without rights': sharing(team[1] as Person, client),
    anonymous,
  } satisfies Record<string, Actor>;
  return { world, client, own, people };
}

const order: Subject = {
  type: 'Order',
  query: 'order',
  states: {
    'in work': ({ world, client, own }) => world.order({ client, employees: [own] }),
    complete: ({ world, client, own }) => world.order({ client, employees: [own], status: 'COMPLETED' }),
    deleted: ({ world, client, own }) => world.order({ client, employees: [own], deletedAt: new Date() }),
  },
  attempts: {
    update: ({ id }) => [{ mutation: 'orderUpdate', input: { id, note: 'x' } }],
    assign: ({ id }) => [{ mutation: 'orderUpdate', input: { id, employeeIds: [] } }],
    complete: ({ id }) => [{ mutation: 'orderUpdate', input: { id, status: 'COMPLETED' } }],
    createTask: ({ id }) => [{ mutation: 'orderTaskCreate', input: { orderId: id, name: 'x' } }],
    message: ({ id }) => [{ mutation: 'orderMessageCreate', input: { orderId: id, body: 'x' } }],
    delete: ({ id }) => [{ mutation: 'orderDelete', input: { id } }],
    restore: ({ id }) => [{ mutation: 'orderRestore', input: { id } }],
  },
};

const ticket: Subject = {
  type: 'Ticket',
  query: 'ticket',
  states: {
    open: ({ world, client, own }) => world.ticket({ client, employees: [own] }),
    closed: ({ world, client, own }) => world.ticket({ client, employees: [own], status: 'CLOSED' }),
    merged: async ({ world, client, own }) => {
      const into = await world.ticket({ client });
      return await world.ticket({ client, employees: [own], status: 'CLOSED', mergedIntoId: into.id });
    },
    deleted: ({ world, client, own }) => world.ticket({ client, employees: [own], deletedAt: new Date() }),
  },
  attempts: {
    update: ({ id }) => [{ mutation: 'ticketUpdate', input: { id, subject: 'x' } }],
    assign: ({ id }) => [{ mutation: 'ticketUpdate', input: { id, employeeIds: [] } }],
    close: ({ id }) => [{ mutation: 'ticketUpdate', input: { id, status: 'CLOSED' } }],
    merge: async ({ id }, { world, client, own }) => {
      const { id: targetId } = await world.ticket({ client, employees: [own] });
      return [{ mutation: 'ticketMerge', input: { sourceId: id, targetId } }];
    },
    message: ({ id }) => [{ mutation: 'ticketMessageCreate', input: { ticketId: id, body: 'x' } }],
    delete: ({ id }) => [{ mutation: 'ticketDelete', input: { id } }],
    restore: ({ id }) => [{ mutation: 'ticketRestore', input: { id } }],
  },
};

type InvoiceFields = Parameters<World['invoice']>[0];

/** An invoice of the client's, and what its client has to pay it with. */
const invoiceOf =
  (fields: InvoiceFields, { balance = '0', method = false }: { balance?: string; method?: boolean | string } = {}) =>
  async ({ world, client }: Cast): Promise<Id> => {
    const invoice = await world.invoice({ client, ...fields });
    await world.rows.user.update({ where: { id: client.id }, data: { balance } });
    await world.rows.paymentMethod.updateMany({
      where: { clientId: client.id, detachedAt: null },
      data: { detachedAt: new Date(), isDefault: false },
    });
    const processor = typeof method === 'string' ? method : 'TEST';
    if (method) await world.paymentMethod({ client, processor });
    return invoice;
  };

const usedUp = async ({ world }: Cast) => (await world.coupon({ usageLimit: 1, usedCount: 1 })).id;

const invoice: Subject = {
  type: 'Invoice',
  query: 'invoice',
  states: {
    'a draft': invoiceOf({ status: 'DRAFT' }, { balance: '30', method: true }),
    'a draft of nobody': invoiceOf({ client: null, status: 'DRAFT' }),
    unpaid: invoiceOf({}),
    'unpaid, with credit': invoiceOf({}, { balance: '30' }),
    'unpaid, with credit enough': invoiceOf({}, { balance: '100' }),
    'unpaid, in another currency than the credit': invoiceOf({ currency: 'EUR' }, { balance: '30', method: true }),
    'unpaid, with a method': invoiceOf({}, { method: true }),
    'unpaid, with a method of a processor that is none': invoiceOf({}, { method: 'STRIPE' }),
    'unpaid, over nothing': invoiceOf({ total: '0' }, { balance: '30', method: true }),
    'unpaid, being charged': async (cast) => {
      const made = await invoiceOf({}, { balance: '30', method: true })(cast);
      await cast.world.payment({
        invoice: { ...made, clientId: cast.client.id },
        kind: 'CHARGE',
        processor: 'Test',
        status: 'PROCESSING',
      });
      return made;
    },
    'unpaid, its coupon used up': async (cast) =>
      invoiceOf({ couponId: await usedUp(cast) }, { balance: '30', method: true })(cast),
    'unpaid, its coupon used up, with credit enough': async (cast) =>
      invoiceOf({ couponId: await usedUp(cast) }, { balance: '100' })(cast),
    'partially paid': async (cast) => {
      const made = await invoiceOf(
        { status: 'PARTIALLY_PAID', amountPaid: '40' },
        { balance: '30', method: true },
      )(cast);
      await cast.world.payment({ invoice: { ...made, clientId: cast.client.id }, amount: '40' });
      return made;
    },
    paid: async ({ world, client }) => {
      const made = await world.invoice({ client, status: 'PAID' });
      await world.payment({ invoice: made });
      return made;
    },
    'paid, over nothing': invoiceOf({ status: 'PAID', total: '0' }),
    'paid, in part given back': async ({ world, client }) => {
      const made = await world.invoice({ client, status: 'PAID', amountRefunded: '30' });
      const { id: refundedPaymentId } = await world.payment({ invoice: made });
      await world.payment({ invoice: made, kind: 'REFUND', amount: '30', refundedPaymentId });
      return made;
    },
    refunded: invoiceOf({ status: 'REFUNDED', amountRefunded: '100' }, { balance: '30', method: true }),
    cancelled: invoiceOf({ status: 'CANCELLED' }, { balance: '30', method: true }),
    'cancelled, with money kept': async (cast) => {
      const made = await invoiceOf({ status: 'CANCELLED', amountPaid: '40' })(cast);
      await cast.world.payment({ invoice: { ...made, clientId: cast.client.id }, amount: '40' });
      return made;
    },
    deleted: invoiceOf({ deletedAt: new Date() }, { balance: '30', method: true }),
  },
  attempts: {
    update: ({ id }) => [{ mutation: 'invoiceUpdate', input: { id, note: 'x' } }],
    edit: ({ id }) => [{ mutation: 'invoiceUpdate', input: { id, dueAt: '2030-01-01T00:00:00Z' } }],
    charge: async ({ id }, { world, client }) => {
      const methods = await world.rows.paymentMethod.findMany({ where: { clientId: client.id, detachedAt: null } });
      const named = methods.map(({ id: paymentMethodId }) => ({ id, paymentMethodId }));
      return [{ id }, ...named].map((input) => ({ mutation: 'invoiceCharge', input }));
    },
    applyCredit: ({ id }) => [{ mutation: 'invoiceApplyCredit', input: { id } }],
    recordPayment: ({ id }) => [{ mutation: 'invoicePaymentRecord', input: { id, amount: '0.01' } }],
    markPaid: ({ id }) => [{ mutation: 'invoiceMarkPaid', input: { id } }],
    refund: ({ id }) =>
      [{}, { method: 'MANUAL' }, { method: 'BALANCE' }].map((way) => ({
        mutation: 'invoiceRefund',
        input: { id, ...way },
      })),
    void: ({ id }) => [{ mutation: 'invoiceVoid', input: { id } }],
    delete: ({ id }) => [{ mutation: 'invoiceDelete', input: { id } }],
    restore: ({ id }) => [{ mutation: 'invoiceRestore', input: { id } }],
  },
};

const isDone = ({ data, errors }: Answer) =>
  !errors &&
  Object.values(data ?? {}).every((result) => (result as { __typename: string }).__typename.endsWith('Success'));

async function tries(world: World, actor: Actor, attempts: Attempt[]): Promise<boolean> {
  for (const { mutation, input } of attempts) {
    const type = `${(mutation[0] as string).toUpperCase()}${mutation.slice(1)}Input`;
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`;
    if (isDone(await world.as(actor).answer(document, { input }))) return true;
  }
  return false;
}

/** What the flags say; none of them where the viewer sees no object. */
async function told(
  { query, attempts }: Subject,
  { world }: Cast,
  actor: Actor,
  { id }: Id,
): Promise<Record<string, boolean>> {
  const flags = `viewerCan { ${Object.keys(attempts).join(' ')} }`;
  const deleted = `${query}s(filter: { id: { eq: $text }, isDeleted: { eq: true } })`;
  const { data } = await world.as(actor).answer(`query ($id: ID!) { ${query}(id: $id) { ${flags} } }`, { id });
  const live = (data?.[query] ?? null) as { viewerCan: Record<string, boolean> } | null;
  if (live) return live.viewerCan;
  const { data: found } = await world
    .as(actor)
    .answer(`query ($text: ID!) { found: ${deleted} { nodes { ${flags} } } }`, { text: id });
  const nodes = (found?.found as { nodes: { viewerCan: Record<string, boolean> }[] } | undefined)?.nodes ?? [];
  return nodes[0]?.viewerCan ?? Object.fromEntries(Object.keys(attempts).map((flag) => [flag, false]));
}

describe.each([order, ticket, invoice].map((subject) => [subject.type, subject] as const))(
  '%s.viewerCan',
  (_, subject) => {
    test('has no flag that is not tried here', () => {
      const fields = (schema.getType(`${subject.type}ViewerCan`) as unknown as { getFields(): object }).getFields();
      expect(Object.keys(fields).sort()).toEqual(Object.keys(subject.attempts).sort());
    });

    test.each(Object.keys(subject.states))('says exactly what is done and what is refused: %s', async (state) => {
      const cast = await makeCast();
      const make = subject.states[state] as (of: Cast) => Promise<Id>;
      const said: Record<string, string[]> = {};
      const done: Record<string, string[]> = {};
      for (const [name, actor] of Object.entries(cast.people) as [string, Actor][]) {
        const flags = await told(subject, cast, actor, await make(cast));
        said[name] = Object.keys(subject.attempts).filter((flag) => flags[flag]);
        done[name] = [];
        for (const [flag, attempt] of Object.entries(subject.attempts)) {
          const object = await make(cast);
          if (await tries(cast.world, actor, await attempt(object, cast))) done[name]?.push(flag);
        }
      }
      expect(said).toEqual(done);
      // A comparison of nothing with nothing proves nothing.
      expect(done.administrator?.length).toBeGreaterThan(0);
      expect(done.anonymous).toEqual([]);
    });
  },
);

test('an account that is gone, or live, decides about charging: with a token for tests, too', async () => {
  const cast = await makeCast();
  const { world } = cast;
  const flagged = async (actor: Actor) => {
    const made = await invoiceOf({}, { method: 'STRIPE' })(cast);
    return (await told(invoice, cast, actor, made)).charge;
  };
  const testing = { ...asToken(world.admin), isTest: true };
  expect([await flagged(world.admin), await flagged(testing)]).toEqual([false, false]);
  await world.stripeAccount();
  expect([await flagged(world.admin), await flagged(testing)]).toEqual([true, true]);
  await world.rows.stripeAccount.updateMany({
    where: { organizationId: world.organizationId },
    data: { publishableKey: 'pk_live_1' },
  });
  expect([await flagged(world.admin), await flagged(testing)]).toEqual([true, false]);
  // Beside a live account nobody pays with the built-in processor.
  const made = await invoiceOf({}, { method: true })(cast);
  expect((await told(invoice, cast, world.admin, made)).charge).toBe(false);
});

test('flags cost as much for 20 objects as for 2', async () => {
  const { countStatements } = await import('../../src/kernel/db.ts');
  const { ask, plainServer, testServer } = await import('../kit/client.ts');
  const { viewerOf } = await import('../kit/viewers.ts');
  const counts = [];
  for (const size of [2, 20]) {
    const world = await makeWorld();
    const member = await world.member({ grants: { orderAccess: 1, orderManagement: 1 } });
    for (let made = 0; made < size; made += 1) await world.order({ employees: [member] });
    const query = '{ orders { nodes { viewerCan { update delete message } } } }';
    for (const server of [await testServer(), await plainServer()]) {
      await ask(server, viewerOf(member), { query });
      const { statements } = await countStatements(() => ask(server, viewerOf(member), { query }));
      counts.push(statements);
    }
  }
  // Compiled: begin, the statement, commit. Plainly the flags are one more.
  expect(counts).toEqual([3, 4, 3, 4]);
});
