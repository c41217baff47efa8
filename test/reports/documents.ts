import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import type { World } from '../kit/world.ts';

const RevenueReport = graphql(`
  query RevenueReport($from: Date!, $to: Date!, $by: ReportInterval!) {
    reports {
      revenue(from: $from, to: $to, by: $by) {
        startsOn
        revenue {
          amount
          currency
        }
        payments {
          amount
        }
        refunds {
          amount
        }
      }
    }
  }
`);

type Revenue = VariablesOf<typeof RevenueReport>;

/** The parts of the span in which something moved, or all, as `2026-03-01 USD 90.00 = 100.00 - 10.00`. */
export async function revenueOf(
  world: World,
  from: string,
  to: string,
  { by = 'DAY', actor = world.admin, all = false }: { by?: Revenue['by']; actor?: Actor; all?: boolean } = {},
): Promise<string[]> {
  const { reports } = await world.as(actor).run(RevenueReport, { from, to, by });
  return reports.revenue
    .filter(({ payments, refunds }) => all || Number(payments.amount) + Number(refunds.amount) > 0)
    .map(({ startsOn, revenue, payments, refunds }) => {
      return `${startsOn} ${revenue.currency} ${revenue.amount} = ${payments.amount} - ${refunds.amount}`;
    });
}

/** Every report there is, each by itself. */
export const reports = {
  ordersByStatus: '{ reports { ordersByStatus { status { name kind } orders } } }',
  completionTime:
    '{ reports { completionTime(from: "2026-03-01", to: "2026-03-31") { orders averageHours averageHoursFromStart } } }',
  completionTimeByService: `{ reports { completionTimeByService(from: "2026-03-01", to: "2026-03-31") {
    service { name } serviceName orders averageHours averageHoursFromStart
  } } }`,
  openTasksByEmployee: '{ reports { openTasksByEmployee { employee { firstName } tasks overdue } } }',
  revenue: `{ reports { revenue(from: "2026-03-01", to: "2026-03-31", by: MONTH) {
    startsOn revenue { amount currency } payments { amount } refunds { amount }
  } } }`,
  overdueInvoices: '{ reports { overdueInvoices { invoices owed { amount currency } } } }',
  monthlyRecurringRevenue: '{ reports { monthlyRecurringRevenue { subscriptions amount { amount currency } } } }',
} as const;

export type ReportName = keyof typeof reports;

/** What a report says to somebody. */
export async function reportTo<Answer = Record<string, unknown>[]>(
  world: World,
  name: ReportName,
  actor: Actor = world.admin,
): Promise<Answer> {
  const data = await world.as(actor).run(reports[name]);
  return data.reports[name];
}
