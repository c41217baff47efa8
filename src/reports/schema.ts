import { builder } from '../graphql/builder.ts';
import type { Declaration, FigureRows } from '../graphql/declarations.ts';
import { enumType } from '../graphql/enums.ts';
import { figuresOf, figureType } from '../graphql/figures.ts';
import { visibleInvoices } from '../invoices/policy.ts';
import { organizationOf, requirePermission, type Viewer } from '../kernel/viewer.ts';
import { visibleOrders } from '../orders/policy.ts';
import { OrderStatus } from '../orders/statuses/schema.ts';
import { visiblePayments } from '../payments/policy.ts';
import { Service } from '../services/schema.ts';
import { visibleSubscriptions } from '../subscriptions/policy.ts';
import { TeamMember } from '../team/schema.ts';
import * as reports from './loaders.ts';
import { checkSpan, type Interval, type Span } from './rules.ts';

const ReportInterval = enumType<Interval>('ReportInterval', 'In what parts a span is told.', {
  DAY: 'Day by day.',
  WEEK: 'Week by week, from Monday to Sunday.',
  MONTH: 'Month by month.',
});

const OrdersByStatus = figureType('OrdersByStatus', {
  description: 'How many orders are in a status.',
  fields: (figure) => ({
    status: figure.row('status_id', OrderStatus, 'orderStatus', 'The status.'),
    orders: figure.value('orders', 'Int', 'How many live orders are in it.'),
  }),
});

const hours = 'in hours, with two decimals';

const CompletionTime = figureType('CompletionTime', {
  description: 'How long the orders took that were completed in a span.',
  fields: (figure) => ({
    orders: figure.value('orders', 'Int', 'How many were completed.'),
    averageHours: figure.value(
      'hours',
      'Decimal',
      `From when they were placed until they were completed, on average, ${hours}. Null when there are none.`,
      { nullable: true },
    ),
    averageHoursFromStart: figure.value(
      'hours_from_start',
      'Decimal',
      `The same from when work began, of those where it did, ${hours}. Null when there are none.`,
      { nullable: true },
    ),
  }),
});

const ServiceCompletionTime = figureType('ServiceCompletionTime', {
  description: 'How long the orders of one service took that were completed in a span.',
  fields: (figure) => ({
    service: figure.row(
      'service_id',
      Service,
      'service',
      'The service. Null when it is deleted, and for the orders that have none.',
      { nullable: true, liveOnly: true },
    ),
    serviceName: figure.value(
      'service_name',
      'String',
      'What the service is called today, also if it is deleted. Null for the orders that have none.',
      { nullable: true },
    ),
    orders: figure.value('orders', 'Int', 'How many were completed.'),
    averageHours: figure.value('hours', 'Decimal', `From when they were placed, on average, ${hours}.`),
    averageHoursFromStart: figure.value(
      'hours_from_start',
      'Decimal',
      `From when work began, of those where it did, ${hours}. Null when there are none.`,
      { nullable: true },
    ),
  }),
});

const EmployeeTasks = figureType('EmployeeTasks', {
  description: 'How many open tasks somebody has.',
  fields: (figure) => ({
    employee: figure.row('employee_id', TeamMember, 'user', 'The team member. Null for the tasks that nobody has.', {
      nullable: true,
    }),
    tasks: figure.value('tasks', 'Int', 'How many tasks are not complete, of orders that are open.'),
    overdue: figure.value('overdue', 'Int', 'How many of them should be by now.'),
  }),
});

const RevenuePart = figureType('RevenuePart', {
  description: 'What came in and what went back in one part of a span, in one currency.',
  fields: (figure) => ({
    startsOn: figure.value(
      'starts_on',
      'Date',
      'The first day of the day, week or month, also where the span begins later.',
    ),
    revenue: figure.money('revenue', 'What came in less what went back. Below 0 when more went back.'),
    payments: figure.money('paid', 'What came in: payments that succeeded, credit that was spent included.'),
    refunds: figure.money('refunded', 'What went back.'),
  }),
});

const OverdueInvoices = figureType('OverdueInvoices', {
  description: 'What is overdue in one currency.',
  fields: (figure) => ({
    invoices: figure.value('invoices', 'Int', 'How many invoices are overdue.'),
    owed: figure.money('owed', 'What is still to be paid of them.'),
  }),
});

const RecurringRevenue = figureType('RecurringRevenue', {
  description: 'What subscriptions bring a month, in one currency.',
  fields: (figure) => ({
    subscriptions: figure.value('subscriptions', 'Int', 'How many subscriptions are active or past due.'),
    amount: figure.money('amount', 'What they ask for, by the month: a year has twelve of them, and 365 days.'),
  }),
});

/** A report on what a permission lets the viewer see. Without the permission it is refused. */
function report(permission: string, rows: FigureRows) {
  const { extensions, resolve } = figuresOf((viewer, args) => {
    requirePermission(viewer, permission);
    return rows(viewer, args);
  });
  return { nullable: false as const, extensions: { ...extensions, permission }, resolve: resolve as never };
}

/** The same of a span. */
function reportOf(
  permission: string,
  rows: (viewer: Viewer, span: Span, args: Record<string, unknown>) => ReturnType<FigureRows>,
) {
  return report(permission, (viewer, args) => {
    const span = args as Span;
    checkSpan(span);
    return rows(viewer, span, args);
  });
}

const needs = (permission: string) => `Permission: \`${permission}\`.`;

const Reports = builder.objectRef<Viewer>('Reports').implement({
  description:
    'Numbers for a dashboard, of what the viewer may see. Days are those of the organization’s time zone; a span is at most ten years long.',
  fields: (t) => {
    const span = {
      from: t.arg({ type: 'Date', required: true, description: 'The first day.' }),
      to: t.arg({ type: 'Date', required: true, description: 'The last day, included.' }),
    };
    return {
      ordersByStatus: t.field({
        type: [OrdersByStatus],
        description: `How many orders are in each status, in the order of the statuses. ${needs('orders.read')}`,
        ...report('orders.read', (viewer) => reports.ordersByStatus(visibleOrders(viewer))),
      }),
      completionTime: t.field({
        type: CompletionTime,
        description: `How long the orders took that were completed in a span. ${needs('orders.read')}`,
        args: span,
        ...reportOf('orders.read', (viewer, days) =>
          reports.completionTime(organizationOf(viewer), days, visibleOrders(viewer)),
        ),
      }),
      completionTimeByService: t.field({
        type: [ServiceCompletionTime],
        description: `The same for each service that orders were completed of, those with the most orders first. ${needs('orders.read')}`,
        args: span,
        ...reportOf('orders.read', (viewer, days) =>
          reports.completionTimeByService(organizationOf(viewer), days, visibleOrders(viewer)),
        ),
      }),
      openTasksByEmployee: t.field({
        type: [EmployeeTasks],
        description: `How many open tasks everybody has who has any, those with the most first. A task of several people counts for each; tasks for clients count only where they are somebody’s, too. ${needs('orders.read')}`,
        ...report('orders.read', (viewer) => reports.openTasksByEmployee(visibleOrders(viewer))),
      }),
      revenue: t.field({
        type: [RevenuePart],
        description: `What came in, less what went back, in each part of a span and each currency that moved in it, by time and then currency. ${needs('payments.read')}`,
        args: {
          ...span,
          by: t.arg({ type: ReportInterval, required: true, description: 'In what parts.' }),
        },
        ...reportOf('payments.read', (viewer, days, { by }) =>
          reports.revenue(organizationOf(viewer), days, by as Interval, visiblePayments(viewer)),
        ),
      }),
      overdueInvoices: t.field({
        type: [OverdueInvoices],
        description: `What is overdue, in each currency. ${needs('invoices.read')}`,
        ...report('invoices.read', (viewer) => reports.overdueInvoices(visibleInvoices(viewer))),
      }),
      monthlyRecurringRevenue: t.field({
        type: [RecurringRevenue],
        description: `What subscriptions that are active or past due bring a month, in each currency. ${needs('subscriptions.read')}`,
        ...report('subscriptions.read', (viewer) => reports.monthlyRecurringRevenue(visibleSubscriptions(viewer))),
      }),
    };
  },
});

const mayReport = (viewer: Viewer): void => {
  requirePermission(viewer, 'reports.read');
};

builder.queryField('reports', (t) =>
  t.field({
    type: Reports,
    nullable: false,
    description: 'Numbers for a dashboard.',
    extensions: { read: { kind: 'group', require: mayReport } satisfies Declaration, permission: 'reports.read' },
    resolve: (_, __, { viewer }) => {
      mayReport(viewer);
      return viewer;
    },
  }),
);
