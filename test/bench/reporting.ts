import { openLoad } from './load.ts';
import { type Access, graphqlTarget } from './operations.ts';

/** The numbers of a dashboard, of the last year. */
const reports = {
  ordersByStatus: 'ordersByStatus { status { name } orders }',
  completionTime: 'completionTime(from: $from, to: $to) { orders averageHours }',
  completionTimeByService: 'completionTimeByService(from: $from, to: $to) { serviceName orders averageHours }',
  openTasksByEmployee: 'openTasksByEmployee { employee { name } tasks overdue }',
  'revenue by day': 'revenue(from: $from, to: $to, by: DAY) { startsOn revenue { amount currency } }',
  'revenue by month': 'revenue(from: $from, to: $to, by: MONTH) { startsOn revenue { amount currency } }',
  overdueInvoices: 'overdueInvoices { invoices owed { amount currency } }',
  monthlyRecurringRevenue: 'monthlyRecurringRevenue { subscriptions amount { amount currency } }',
};

export type Reporting = Record<string, { p50: number }>;

/** What a user waits for each report where the server has room. */
export async function measureReports(engine: Access): Promise<Reporting> {
  const to = new Date();
  const from = new Date(to.getTime() - 365 * 86_400_000);
  const [first, last] = [from, to].map((at) => at.toISOString().slice(0, 10));
  const measured: Reporting = {};
  for (const [name, selection] of Object.entries(reports)) {
    const inSpan = selection.includes('$from');
    const query = `query Report${inSpan ? '($from: Date!, $to: Date!)' : ''} { reports { ${selection} } }`;
    const target = graphqlTarget(engine, query, [inSpan ? { from: first, to: last } : {}], '{"data":{"reports":{"');
    // The first few make the plan.
    await openLoad(target, 10, 1);
    measured[name] = await openLoad(target, 10, 3);
  }
  return measured;
}
