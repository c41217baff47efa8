import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { ask, plainServer, testServer } from '../kit/client.ts';
import { unchanged } from '../kit/expect.ts';
import { anonymous, asToken, type RoleGrants, viewerOf } from '../kit/viewers.ts';
import { makeWorld } from '../kit/world.ts';
import { type ReportName, reports, reportTo } from './documents.ts';

const areas: Record<ReportName, [keyof RoleGrants, string]> = {
  ordersByStatus: ['orderAccess', 'orders.read'],
  completionTime: ['orderAccess', 'orders.read'],
  completionTimeByService: ['orderAccess', 'orders.read'],
  openTasksByEmployee: ['orderAccess', 'orders.read'],
  revenue: ['invoiceAccess', 'payments.read'],
  overdueInvoices: ['invoiceAccess', 'invoices.read'],
  monthlyRecurringRevenue: ['invoiceAccess', 'subscriptions.read'],
};
const names = Object.keys(reports) as ReportName[];

describe('who may have a report', () => {
  test.each(names)('%s: staff with a grade in its area', async (name) => {
    const world = await makeWorld();
    const [area, permission] = areas[name];
    const allowed = await world.member({ grants: { [area]: 1 } });
    const refused = await world.member({ grants: { orderAccess: 3, invoiceAccess: 3, clients: 3, [area]: 0 } });
    for (const actor of [world.admin, asToken(world.admin), allowed]) await reportTo(world, name, actor);
    for (const actor of [refused, asToken(refused)]) {
      expect(await unchanged(world, () => world.as(actor).refused(reports[name]))).toMatchObject([
        { code: 'FORBIDDEN', message: `The permission ${permission} is needed.`, path: ['reports', name] },
      ]);
    }
    expect(await world.as(await world.client()).refused(reports[name])).toMatchObject([
      { code: 'FORBIDDEN', message: 'The permission reports.read is needed.', path: ['reports'] },
    ]);
    expect(await world.as(anonymous).refused(reports[name])).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  });
});

/** Two of a group, somebody of another, and for each of them a client with an order and money of its own. */
async function makeStudio() {
  const world = await makeWorld();
  const [ours, theirs] = [await world.group(), await world.group()];
  const member = (groupId: string, grade: 1 | 2) =>
    world.member({ groupId, grants: { orderAccess: grade, invoiceAccess: grade, clients: grade } });
  const [own, colleague, other] = [await member(ours.id, 1), await member(ours.id, 2), await member(theirs.id, 2)];
  const past = new Date('2026-03-05T12:00:00Z');
  for (const [index, keeper] of [own, colleague, other].entries()) {
    const amount = String(10 ** index);
    const client = await world.client({ managers: [keeper] });
    const employees = [keeper];
    const order = await world.order({ client, employees });
    await order.task({ employees });
    await world.order({ client, employees, status: 'COMPLETED', createdAt: past, completedAt: past });
    const invoice = await world.invoice({ client, total: amount, dueAt: past });
    await world.payment({ invoice, amount, settledAt: past });
    await world.subscription({ client, amount });
  }
  return { world, own, colleague, other };
}

type Row = Record<string, { amount: string } | string | number>;

const amountIn = (row: Row | undefined, field: string) => (row?.[field] as { amount: string } | undefined)?.amount;

describe('a report counts what its reader may see', () => {
  // To the administrator, to who sees own rows, to who sees the group's, and to somebody of another group.
  test.each<[ReportName, (told: never) => unknown, unknown[]]>([
    [
      'ordersByStatus',
      (told: Row[]) => told.map(({ orders }) => orders).join(),
      ['0,3,3,0,0', '0,1,1,0,0', '0,2,2,0,0', '0,1,1,0,0'],
    ],
    ['completionTime', ({ orders }: Row) => orders, [3, 1, 2, 1]],
    ['completionTimeByService', ([row]: Row[]) => row?.orders, [3, 1, 2, 1]],
    ['openTasksByEmployee', (told: Row[]) => told.length, [3, 1, 2, 1]],
    ['revenue', ([row]: Row[]) => amountIn(row, 'revenue'), ['111.00', '1.00', '11.00', '100.00']],
    ['overdueInvoices', ([row]: Row[]) => amountIn(row, 'owed'), ['111.00', '1.00', '11.00', '100.00']],
    ['monthlyRecurringRevenue', ([row]: Row[]) => amountIn(row, 'amount'), ['111.00', '1.00', '11.00', '100.00']],
  ])('%s', async (name, figure, expected) => {
    const { world, own, colleague, other } = await makeStudio();
    const told = [];
    for (const actor of [world.admin, own, colleague, other]) {
      told.push(figure((await reportTo<never>(world, name, actor)) as never));
    }
    expect(told).toEqual(expected);
  });
});

test('all reports are one statement, also beside a list; executed plainly, one each and one for the rows they name', async () => {
  const { world } = await makeStudio();
  const inner = names.map((name) => reports[name].slice('{ reports {'.length, -'} }'.length)).join(' ');
  const query = `{ reports { ${inner} } orders { nodes { number } } }`;
  await world.as(world.admin).run(query);
  const counts = [];
  for (const server of [await testServer(), await plainServer()]) {
    counts.push((await countStatements(() => ask(server, viewerOf(world.admin), { query }))).statements);
  }
  // Begin, seven reports, the statuses and people of two, a list, commit; no order has a service.
  expect(counts).toEqual([3, 12]);
});
