import { expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import { update } from '../invoices/changing.ts';
import { create, line } from '../invoices/creating.ts';
import { applyCredit, balanceOf, markPaid, movementsOf, record, refund } from '../invoices/paying.ts';
import { day, stopClock } from '../kit/clock.ts';
import { failure, success } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';

const StoryHeadLine = graphql(`
  query StoryHeadLine($client: ID!) {
    invoiceTotals {
      status
      count
      paid {
        amount
      }
      credit {
        amount
      }
      refunded {
        amount
      }
      due {
        amount
      }
    }
    client(id: $client) {
      spent {
        amount
      }
      balance {
        amount
      }
      invoices(first: 5) {
        nodes {
          number
          status
          orders {
            nodes {
              serviceName
              status {
                kind
              }
              invoice {
                number
              }
            }
          }
        }
      }
    }
  }
`);

const StoryWork = graphql(`
  mutation StoryWork($input: OrderUpdateInput!) {
    orderUpdate(input: $input) {
      ... on OrderUpdateSuccess {
        order {
          completedAt
        }
      }
      ...Failure
    }
  }
`);

test('an invoice is written, paid in parts and of credit, worked off and given back', { timeout: 60_000 }, async () => {
  const clock = stopClock('2026-03-02T09:00:00.000Z');
  const world = await makeWorld({ taxName: 'VAT' });
  const biller = await world.member({ role: world.roles.manager });
  const worker = await world.member({ role: world.roles.contractor });
  const audit = await world.service({ name: 'Audit', deadlineDays: 5, employees: [worker] });

  // A draft, of nobody yet; then it gets its client, who is new, and a second line.
  const draft = success(await create(world, { items: [line()], status: 'DRAFT' }, biller)).invoice;
  const { invoice: other } = success(
    await create(
      world,
      { email: 'cleo@example.com', userData: { firstName: 'Cleo', lastName: 'Katz' }, items: [line({ amount: '50' })] },
      biller,
    ),
  );
  const clientId = other.client?.id as string;
  const client = await world.rows.user.findUniqueOrThrow({
    where: { id: clientId.replace('client_', '') },
    include: { role: true },
  });
  clock.advance(day);
  const issued = success(
    await update(
      world,
      draft,
      {
        clientId,
        status: 'UNPAID',
        items: [
          line({ id: draft.items.nodes[0]?.id, name: 'Audit of the shop', amount: '300', serviceId: audit.id }),
          line({ name: 'Travel', quantity: 2, amount: '40', discount: '30' }),
        ],
        taxType: 'PERCENT',
        taxRate: '20',
      },
      biller,
    ),
  ).invoice;
  expect(issued).toMatchObject({
    number: 'INV-00001',
    status: 'UNPAID',
    subtotal: { amount: '350.00' },
    tax: { amount: '70.00' },
    amountDue: { amount: '420.00' },
  });

  // Half of it comes by bank; then the client spends credit that it was granted.
  clock.advance(day);
  expect(success(await record(world, issued, { amount: '210' }, biller)).invoice.status).toBe('PARTIALLY_PAID');
  await world.credit({ client, amount: '100' });
  expect(success(await applyCredit(world, issued, { amount: '60' }, client)).invoice).toMatchObject({
    status: 'PARTIALLY_PAID',
    credit: { amount: '60.00' },
    amountDue: { amount: '150.00' },
  });
  expect(await world.rows.order.count({ where: { organizationId: world.organizationId } })).toBe(0);

  // The rest makes it paid, and the work begins.
  clock.advance(day);
  const settled = success(await markPaid(world, issued, {}, biller)).invoice;
  expect(settled).toMatchObject({
    status: 'PAID',
    paidAt: clock.now().toISOString(),
    amountPaid: { amount: '360.00' },
  });
  expect(failure(await markPaid(world, issued, {}, biller), 'InvalidStateError').code).toBe('ALREADY_PAID');
  const order = await world.rows.order.findFirstOrThrow({
    where: { organizationId: world.organizationId },
    include: { employees: true },
  });
  expect(order).toMatchObject({
    serviceName: 'Audit of the shop',
    statusKind: 'IN_PROGRESS',
    dueAt: new Date(clock.now().getTime() + 5 * day),
    employees: [{ employeeId: worker.id }],
  });

  // It is worked off; but the travel was never made, and goes back onto the balance.
  clock.advance(2 * day);
  const done = (await world.as(worker).run(StoryWork, { input: { id: order.id, status: 'COMPLETED' } })).orderUpdate;
  expect(success(done).order.completedAt).toBe(clock.now().toISOString());
  expect(success(await refund(world, settled, { amount: '60', method: 'BALANCE' }, biller)).invoice).toMatchObject({
    status: 'PAID',
    amountRefunded: { amount: '60.00' },
  });
  expect(await balanceOf(world, client)).toBe('100');

  // Which pays the other invoice, as a whole.
  expect(success(await applyCredit(world, other, {}, client)).invoice).toMatchObject({
    status: 'PAID',
    total: { amount: '0.00' },
  });

  expect(await movementsOf(world, issued)).toEqual([
    'MANUAL 210 Manual',
    'CREDIT 60 Credit',
    'MANUAL 150 Manual',
    'REFUND 60 Credit',
  ]);
  const seen = await world.as(client).run(StoryHeadLine, { client: clientId });
  expect(seen).toEqual({
    invoiceTotals: [
      {
        status: 'PAID',
        count: 2,
        paid: { amount: '360.00' },
        credit: { amount: '110.00' },
        refunded: { amount: '60.00' },
        due: { amount: '0.00' },
      },
    ],
    client: {
      spent: { amount: '410.00' },
      balance: { amount: '50.00' },
      invoices: {
        nodes: [
          { number: 'INV-00002', status: 'PAID', orders: { nodes: [] } },
          {
            number: 'INV-00001',
            status: 'PAID',
            orders: {
              nodes: [
                {
                  serviceName: 'Audit of the shop',
                  status: { kind: 'COMPLETED' },
                  invoice: { number: 'INV-00001' },
                },
              ],
            },
          },
        ],
      },
    },
  });
  const announced = (await world.events()).map(({ type }) => type).filter((type) => type.startsWith('invoice.'));
  expect(announced).toEqual([
    ...['invoice.created', 'invoice.created', 'invoice.updated', 'invoice.status_changed'],
    ...['invoice.partially_paid', 'invoice.partially_paid', 'invoice.paid', 'invoice.refunded', 'invoice.paid'],
  ]);
});
