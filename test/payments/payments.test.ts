import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { type Actor, anonymous } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeCast } from './cast.ts';

const Payments = graphql(`
  query Payments($filter: PaymentFilter, $sort: [PaymentSort!], $first: Int, $after: String) {
    payments(filter: $filter, sort: $sort, first: $first, after: $after) {
      totalCount
      nodes {
        id
        transactionId
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const PaymentDetails = graphql(`
  query PaymentDetails($id: ID!) {
    payment(id: $id) {
      id
      kind
      status
      amount {
        amount
        currency
      }
      processor
      transactionId
      client {
        id
      }
      method {
        id
      }
      refundedPayment {
        id
      }
      refunds {
        totalCount
        nodes {
          id
        }
      }
      failureCode
      failureMessage
      note
      settledAt
      version
      createdAt
      updatedAt
    }
  }
`);

const MoneyOfClient = graphql(`
  query MoneyOfClient($id: ID!) {
    client(id: $id) {
      payments(sort: [{ field: AMOUNT, direction: DESC }]) {
        totalCount
        nodes {
          transactionId
        }
      }
      creditEntries {
        totalCount
        nodes {
          kind
          amount {
            amount
          }
          balance {
            amount
          }
          author {
            name
          }
          note
        }
      }
    }
  }
`);

const at = (day: number) => new Date(Date.UTC(2026, 2, day));

/** Six payments of two clients, told apart by their transactions. */
async function makePayments(world: World) {
  const [one, two] = [await world.client(), await world.client()];
  const [first, second] = [await world.invoice({ client: one }), await world.invoice({ client: two, currency: 'EUR' })];
  const method = await world.paymentMethod({ client: one });
  const charge = await world.payment({
    invoice: first,
    kind: 'CHARGE',
    processor: 'Stripe',
    transactionId: 'pi_1',
    paymentMethodId: method.id,
    amount: '60',
    note: 'for the team',
    settledAt: at(1),
    createdAt: at(1),
  });
  await world.payment({
    invoice: first,
    kind: 'REFUND',
    processor: 'Stripe',
    transactionId: 're_1',
    refundedPaymentId: charge.id,
    amount: '10',
    createdAt: at(2),
  });
  await world.payment({
    invoice: first,
    kind: 'CREDIT',
    processor: 'Credit',
    transactionId: 'cr',
    amount: '40',
    createdAt: at(3),
  });
  await world.payment({ invoice: second, currency: 'EUR', transactionId: 'hand', createdAt: at(4) });
  await world.payment({
    invoice: second,
    currency: 'EUR',
    kind: 'CHARGE',
    processor: 'Stripe',
    status: 'FAILED',
    failureCode: 'CARD_DECLINED',
    failureMessage: 'Your card was declined.',
    transactionId: 'pi_2',
    createdAt: at(5),
  });
  await world.payment({
    invoice: second,
    currency: 'EUR',
    kind: 'CHARGE',
    processor: 'Stripe',
    status: 'PROCESSING',
    transactionId: 'pi_3',
    createdAt: at(6),
  });
  return { one, two, first, second, method, charge };
}

describe('payments', () => {
  let world: World;
  let made: Awaited<ReturnType<typeof makePayments>>;
  beforeAll(async () => {
    world = await makeWorld();
    made = await makePayments(world);
  });

  const found = async (variables: VariablesOf<typeof Payments>, actor: Actor = world.admin) => {
    const { payments } = await world.as(actor).run(Payments, variables);
    expect(payments.totalCount).toBe(payments.nodes.length);
    return payments.nodes.map(({ transactionId }) => transactionId);
  };

  test('are listed newest first, page by page', async () => {
    const all = ['pi_3', 'pi_2', 'hand', 'cr', 're_1', 'pi_1'];
    expect(await found({})).toEqual(all);
    const { payments: first } = await world.as(world.admin).run(Payments, { first: 4 });
    const { payments: rest } = await world.as(world.admin).run(Payments, { first: 4, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes].map(({ transactionId }) => transactionId)).toEqual(all);
    expect([first, rest].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, false]);
  });

  test('are sorted by amount', async () => {
    expect((await found({ sort: [{ field: 'AMOUNT', direction: 'ASC' }] })).slice(0, 3)).toEqual([
      're_1',
      'cr',
      'pi_1',
    ]);
  });

  test('are filtered', async () => {
    const { one, second, charge } = made;
    const cases: [VariablesOf<typeof Payments>['filter'], string[]][] = [
      [{ clientId: { eq: encodeId('Client', one.id) } }, ['cr', 're_1', 'pi_1']],
      [{ invoiceId: { eq: encodeId('Invoice', second.id) } }, ['pi_3', 'pi_2', 'hand']],
      [{ id: { eq: charge.id } }, ['pi_1']],
      [{ kind: { in: ['REFUND', 'CREDIT'] } }, ['cr', 're_1']],
      [{ kind: { eq: 'CHARGE' }, status: { eq: 'SUCCEEDED' } }, ['pi_1']],
      [{ status: { notIn: ['SUCCEEDED'] } }, ['pi_3', 'pi_2']],
      [{ processor: { eq: 'Manual' } }, ['hand']],
      [{ transactionId: { startsWith: 'pi_' }, currency: { eq: 'EUR' } }, ['pi_3', 'pi_2']],
      [{ amount: { gte: '60', lt: '100' } }, ['pi_1']],
      [{ createdAt: { gte: at(2).toISOString(), lt: at(4).toISOString() } }, ['cr', 're_1']],
      [{ clientId: { eq: 'nonsense' } }, []],
    ];
    for (const [filter, expected] of cases)
      expect({ filter, found: await found({ filter }) }).toEqual({ filter, found: expected });
  });

  test('show what moved, and what was given back of it', async () => {
    const { one, method, charge } = made;
    const { payment } = await world.as(world.admin).run(PaymentDetails, { id: encodeId('Payment', charge.id) });
    expect(payment).toEqual({
      id: encodeId('Payment', charge.id),
      kind: 'CHARGE',
      status: 'SUCCEEDED',
      amount: { amount: '60.00', currency: 'USD' },
      processor: 'Stripe',
      transactionId: 'pi_1',
      client: { id: encodeId('Client', one.id) },
      method: { id: encodeId('PaymentMethod', method.id) },
      refundedPayment: null,
      refunds: { totalCount: 1, nodes: [{ id: expect.stringMatching(/^payment_/) }] },
      failureCode: null,
      failureMessage: null,
      note: 'for the team',
      settledAt: '2026-03-01T00:00:00.000Z',
      version: 1,
      createdAt: '2026-03-01T00:00:00.000Z',
      updatedAt: expect.any(String),
    });
    const refund = payment?.refunds.nodes[0]?.id as string;
    const back = await world.as(world.admin).run(PaymentDetails, { id: refund });
    expect(back.payment?.refundedPayment).toEqual({ id: payment?.id });
    // The client sees it too, but for the note.
    const own = await world.as(one).run(PaymentDetails, { id: charge.id });
    expect(own.payment).toEqual({ ...payment, note: null });
  });

  test('hang beneath their client, beside its credit', async () => {
    const { one, first } = made;
    await world.credit({ client: one, amount: '50', authorId: world.admin.id, note: 'sorry' });
    await world.credit({ client: one, kind: 'SPEND', amount: '-40', invoiceId: first.id });
    const { client } = await world.as(world.admin).run(MoneyOfClient, { id: one.id });
    expect(client?.payments).toEqual({
      totalCount: 3,
      nodes: ['pi_1', 'cr', 're_1'].map((transactionId) => ({ transactionId })),
    });
    const granted = {
      kind: 'GRANT',
      amount: { amount: '50.00' },
      balance: { amount: '50.00' },
      author: { name: 'Ada Admin' },
    };
    const spent = {
      kind: 'SPEND',
      amount: { amount: '-40.00' },
      balance: { amount: '10.00' },
      author: null,
      note: null,
    };
    expect(client?.creditEntries).toEqual({ totalCount: 2, nodes: [spent, { ...granted, note: 'sorry' }] });
    const own = await world.as(one).run(MoneyOfClient, { id: one.id });
    expect(own.client?.creditEntries.nodes).toEqual([spent, { ...granted, note: null }]);
  });
});

test('everybody sees the money of the clients that they reach', async () => {
  const { world, client, people } = await makeCast();
  const invoice = await world.invoice({ client });
  const payment = await world.payment({ invoice });
  const method = await world.paymentMethod({ client });
  const credit = await world.credit({ client });
  const ids = [
    encodeId('Payment', payment.id),
    encodeId('PaymentMethod', method.id),
    encodeId('CreditEntry', credit.id),
  ];
  const seen: Record<string, unknown> = {};
  for (const [name, actor] of Object.entries(people)) {
    if (actor === anonymous) continue;
    const listed = await world.as(actor).answer('{ payments { totalCount } }');
    const { nodes } = await world.as(actor).run('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    const { totalCount } = (listed.data?.payments ?? {}) as { totalCount?: number };
    seen[name] = [totalCount ?? listed.errors?.[0]?.extensions?.code, nodes.filter(Boolean).length];
  }
  expect(seen).toEqual({
    administrator: [1, 3],
    token: [1, 3],
    own: [1, 3],
    colleague: [1, 3],
    outsider: [0, 0],
    reader: [1, 3],
    contractor: ['FORBIDDEN', 0],
    client: [1, 3],
    otherClient: [0, 0],
    // Of its own organization, which has one.
    stranger: [1, 0],
  });
});

test('who made an invoice sees what was paid on it, and with what', async () => {
  const world = await makeWorld();
  const [maker, other] = [
    await world.member({ grants: { invoiceAccess: 1 } }),
    await world.member({ grants: { invoiceAccess: 1 } }),
  ];
  const client = await world.client();
  const method = await world.paymentMethod({ client });
  await world.paymentMethod({ client, processorId: 'pm_test_declined' });
  const invoice = await world.invoice({ client, employeeId: maker.id });
  await world.payment({ invoice, kind: 'CHARGE', paymentMethodId: method.id });
  const seenBy = async (actor: Actor) => {
    const { payments, node } = await world
      .as(actor)
      .run('query ($id: ID!) { payments { nodes { method { id } } } node(id: $id) { id } }', {
        id: encodeId('PaymentMethod', method.id),
      });
    return [payments.nodes, node];
  };
  const id = encodeId('PaymentMethod', method.id);
  expect(await seenBy(maker)).toEqual([[{ method: { id } }], { id }]);
  expect(await seenBy(other)).toEqual([[], null]);
});
