import { fromOf, rowOf } from '../graphql/compiler/rows.ts';
import { parameter, type Sql, sql } from '../graphql/compiler/sql.ts';
import { where } from '../graphql/compiler/where.ts';
import { now } from '../kernel/time.ts';
import { beingWorked, type Interval, type Span } from './rules.ts';

// One statement for each report. What the viewer may see comes in as the `where` that lists and relations have, too.

/** The rows of a model that the viewer may see, under a name. */
function seen(model: string, name: string, visible: object): { from: Sql; condition: Sql } {
  const row = rowOf(model, name);
  return { from: fromOf(row), condition: where(row, visible) };
}

const day = (text: string): Sql => sql`${parameter(text, 'date')}`;

const zoneOf = (organizationId: string): Sql =>
  sql`(select time_zone from organizations where id = ${parameter(organizationId, 'uuid')})`;

/**
 * When a day begins in a time zone: at midnight, or right after it where clocks jump over it. Where they are put back over it,
 * PostgreSQL takes the second midnight, and the first is the one.
 */
function startOf(day: Sql, zone: Sql): Sql {
  const midnight = sql`(${day}::timestamp at time zone ${zone})`;
  const before = sql`(${midnight} - interval '1 hour')`;
  return sql`case when (${before} at time zone ${zone})::date = ${day}::date then ${before} else ${midnight} end`;
}

/** Law 2, about: a day more on either side, which no time zone makes up for. Known at once, so that plans reckon with it. */
function about(instant: Sql, { from, to }: Span): Sql {
  return sql`${instant} >= (${day(from)} - 1)::timestamp at time zone 'UTC' and ${instant} < (${day(to)} + 2)::timestamp at time zone 'UTC'`;
}

/** Law 2, exactly. */
function within(instant: Sql, span: Span, organizationId: string): Sql {
  const zone = zoneOf(organizationId);
  const [start, end] = [startOf(day(span.from), zone), startOf(sql`(${day(span.to)} + 1)`, zone)];
  // As selects of their own they are worked out once, and not for each row.
  return sql`${instant} >= (select ${start}) and ${instant} < (select ${end})`;
}

// ------------------------------------------------------------------ orders

/** How many orders are in each status, none included, in the order of the statuses. */
export function ordersByStatus(visible: object): Sql {
  const orders = seen('Order', 'o', visible);
  return sql`
    select s.id as status_id, coalesce(counted.orders, 0) as orders, row_number() over (order by s.position, s.code) as place
    from order_statuses s
    left join (select o.status_code, count(*)::int as orders from ${orders.from} where ${orders.condition} group by 1) as counted
      on counted.status_code = s.code`;
}

const hours = (average: Sql): Sql => sql`round(extract(epoch from ${average}) / 3600, 2)`;
const since = (instant: Sql): Sql => sql`greatest(o.completed_at - ${instant}, interval '0')`;

const times = sql`count(*)::int as orders,
  ${hours(sql`avg(${since(sql`o.created_at`)})`)} as hours,
  ${hours(sql`avg(${since(sql`o.started_at`)}) filter (where o.started_at is not null)`)} as hours_from_start`;

/** The orders completed in a span, found by about when before it is asked exactly when. */
function completedIn(organizationId: string, span: Span, visible: object): Sql {
  const orders = seen('Order', 'o', visible);
  const at = sql`o.completed_at`;
  return sql`(
    select o.service_id, o.created_at, o.started_at, o.completed_at, ${within(at, span, organizationId)} as is_within
    from ${orders.from} where ${orders.condition} and ${about(at, span)} offset 0) as o where o.is_within`;
}

/** Of the orders completed in a span: how many, and how long they took. Law 4. */
export function completionTime(organizationId: string, span: Span, visible: object): Sql {
  return sql`select ${times}, 1 as place from ${completedIn(organizationId, span, visible)}`;
}

/** The same for each service, those with the most orders first. */
export function completionTimeByService(organizationId: string, span: Span, visible: object): Sql {
  return sql`
    select taken.*, s.name as service_name, row_number() over (order by taken.orders desc, taken.service_id) as place
    from (select o.service_id, ${times} from ${completedIn(organizationId, span, visible)} group by 1) as taken
    left join services s on s.id = taken.service_id`;
}

/** How many open tasks each team member has, those with the most first; last, those that nobody has. Law 5. */
export function openTasksByEmployee(visible: object): Sql {
  const orders = seen('Order', 'o', { AND: [visible, beingWorked] });
  return sql`
    select counted.*, row_number() over (order by counted.employee_id is null, counted.tasks desc, counted.employee_id) as place
    from (
      select assigned.employee_id, count(*)::int as tasks,
        (count(*) filter (where task.effective_due_at < ${parameter(now().toISOString(), 'timestamptz')}))::int as overdue
      from ${orders.from}
      join order_tasks task on task.order_id = o.id and not task.is_complete
      left join order_task_employees assigned on assigned.task_id = task.id
      where ${orders.condition} and (assigned.employee_id is not null or not task.for_client)
      group by 1) as counted`;
}

// ------------------------------------------------------------------ money

const units: Record<Interval, { name: Sql; length: Sql }> = {
  DAY: { name: sql`'day'`, length: sql`interval '1 day'` },
  WEEK: { name: sql`'week'`, length: sql`interval '1 week'` },
  MONTH: { name: sql`'month'`, length: sql`interval '1 month'` },
};

/** What came in and what went back, for each part of a span and each currency that moved in it. Laws 2 and 3. */
export function revenue(organizationId: string, span: Span, by: Interval, visible: object): Sql {
  const unit = units[by];
  const [first, last] = [sql`${day(span.from)}::timestamp`, sql`${day(span.to)}::timestamp`];
  const moved = Object.keys(visible).length === 0 ? movedInParts() : movedInAll(span, unit.name, visible);
  return sql`
    with zone as materialized (select ${zoneOf(organizationId)} as name),
    part as materialized (
      select day::date as starts_on,
        ${startOf(sql`greatest(day, ${first})`, zoneName)} as starts_at,
        ${startOf(sql`least(day + ${unit.length}, ${last} + interval '1 day')`, zoneName)} as ends_at
      from generate_series(date_trunc(${unit.name}, ${first}), ${last}, ${unit.length}) as day),
    moved as materialized (${moved})
    select part.starts_on, held.currency, coalesce(moved.paid, 0) as paid, coalesce(moved.refunded, 0) as refunded,
      coalesce(moved.paid - moved.refunded, 0) as revenue, row_number() over (order by part.starts_on, held.currency) as place
    from part cross join (select distinct currency from moved) as held
    left join moved on moved.starts_on = part.starts_on and moved.currency = held.currency`;
}

const zoneName = sql`(select name from zone)`;

const sums = sql`coalesce(sum(p.amount) filter (where p.kind <> 'REFUND'), 0) as paid,
  coalesce(sum(p.amount) filter (where p.kind = 'REFUND'), 0) as refunded`;

/** Who sees all payments reads them along their index, part by part. */
function movedInParts(): Sql {
  return sql`
    select part.starts_on, summed.* from part, lateral (
      select p.currency, ${sums} from payments p
      where p.status = 'SUCCEEDED' and p.settled_at >= part.starts_at and p.settled_at < part.ends_at
      group by 1) as summed`;
}

/** For who sees some, these are found first, all at once, and then told apart by their local time. */
function movedInAll(span: Span, unit: Sql, visible: object): Sql {
  const payments = seen('Payment', 'p', visible);
  const local = sql`(p.settled_at at time zone ${zoneName})`;
  return sql`
    select date_trunc(${unit}, ${local})::date as starts_on, p.currency, ${sums}
    from (
      select p.settled_at, p.currency, p.kind, p.amount from ${payments.from}
      where ${payments.condition} and p.status = 'SUCCEEDED' and ${about(sql`p.settled_at`, span)} offset 0) as p
    where ${local}::date between ${day(span.from)} and ${day(span.to)}
    group by 1, 2`;
}

/** How many invoices are overdue, and what is owed, in each currency. Law 6. */
export function overdueInvoices(visible: object): Sql {
  const invoices = seen('Invoice', 'i', visible);
  return sql`
    select i.currency, count(*)::int as invoices, sum(i.total - i.amount_paid) as owed, row_number() over (order by i.currency) as place
    from ${invoices.from}
    where ${invoices.condition} and i.status = any('{UNPAID,PARTIALLY_PAID}')
      and i.due_at < ${parameter(now().toISOString(), 'timestamptz')}
    group by 1`;
}

/** What subscriptions bring a month, in each currency. Law 7. */
export function monthlyRecurringRevenue(visible: object): Sql {
  const subscriptions = seen('Subscription', 's', visible);
  return sql`
    select s.currency, count(*)::int as subscriptions, row_number() over (order by s.currency) as place,
      sum(s.amount / s.period_length * case s.period_unit
        when 'DAY' then 365 / 12.0 when 'WEEK' then 365 / 84.0 when 'MONTH' then 1 when 'YEAR' then 1 / 12.0 end) as amount
    from ${subscriptions.from}
    where ${subscriptions.condition} and s.status = any('{ACTIVE,PAST_DUE}')
    group by 1`;
}
