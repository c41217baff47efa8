import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SeedOptions } from '../../prisma/seed.ts';
import { couponDiscounts } from '../../src/coupons/rules.ts';
import { dueOf, invoiceTotals, keptOf, lineTotals, numberOf, type TaxType } from '../../src/invoices/rules.ts';
import { Decimal } from '../../src/kernel/money.ts';
import { boundary } from '../../src/subscriptions/rules.ts';
import { type DemoDatabase, openDemo, base as usual } from './demo.ts';

const slugs = ['fabrikam', 'northwind'];
const of = (slug: string) => `organization_id = (select id from organizations where slug = '${slug}')`;

// A year's shortest month ends, and the next one begins.
const leapDay = new Date('2028-02-29T23:00:00Z');
const bulk = { count: 4_000, clients: 200, detailed: false, logged: true };
const demos: [string, Partial<SeedOptions>][] = [
  ['small', {}],
  ['bulk', { size: 'medium', plan: bulk, base: leapDay }],
];

describe.each(demos)('the money of the %s demo', (name, options) => {
  let demo: DemoDatabase;
  const base = options.base ?? usual;

  beforeAll(async () => {
    demo = await openDemo(`seed_money_${name}`, options);
  });
  afterAll(() => demo?.drop());

  describe('invoices', () => {
    test('come in all statuses, some without an order, a client or any longer', async () => {
      const statuses = await demo.pairs(
        `select status, count(*)::int from invoices where ${of('northwind')} group by 1`,
      );
      expect(Object.keys(statuses).sort()).toEqual([
        'CANCELLED',
        'DRAFT',
        'PAID',
        'PARTIALLY_PAID',
        'REFUNDED',
        'UNPAID',
      ]);
      for (const count of Object.values(statuses)) expect(count).toBeGreaterThan(4);
      const others = await demo.pairs(`select status, count(*)::int from invoices where ${of('fabrikam')} group by 1`);
      expect(Object.keys(others)).toEqual(expect.arrayContaining(['DRAFT', 'PAID', 'UNPAID']));
      for (const slug of slugs) {
        const [counts] = await demo.rows(
          `select count(*) filter (where client_id is null)::int as nobodys,
             count(*) filter (where not exists (select from orders o where o.invoice_id = i.id))::int as orderless,
             count(*) filter (where status in ('UNPAID', 'PARTIALLY_PAID') and due_at < $1)::int as overdue,
             count(*) filter (where (select count(*) from orders o where o.invoice_id = i.id) > 1)::int as shared
           from invoices i where ${of(slug)}`,
          [base],
        );
        expect(counts.nobodys).toBeGreaterThan(0);
        expect(counts.orderless).toBeGreaterThan(5);
        if (slug === 'northwind') expect(Math.min(counts.overdue, counts.shared)).toBeGreaterThan(10);
      }
      expect(await demo.rows(`select id from invoices where deleted_at is not null`)).not.toEqual([]);
    });

    test('come to what the laws of invoices and coupons make of their lines', async () => {
      const invoices = await demo.rows(
        `select i.*, c.type, c.discounts, c.single_quantity, c.duration,
           (select json_agg(json_build_object('serviceId', l.service_id, 'quantity', l.quantity, 'amount', l.amount::text,
             'discount', l.discount::text, 'couponDiscount', l.coupon_discount::text,
             'renewalDiscount', l.renewal_discount::text, 'total', l.total::text) order by l.position)
             from invoice_items l where l.invoice_id = i.id) as lines
         from invoices i left join coupons c on c.id = i.coupon_id`,
      );
      expect(invoices.length).toBeGreaterThan(2_000);
      const kinds = new Set<string>();
      for (const { lines, currency, coupon_id: hasCoupon, credit, ...invoice } of invoices) {
        const given = lines.map((line: Record<string, string>) => ({
          ...line,
          amount: new Decimal(line.amount as string),
          discount: new Decimal(line.discount as string),
        }));
        const { type, discounts, single_quantity: singleQuantity, duration } = invoice;
        const off = hasCoupon ? couponDiscounts({ type, discounts, singleQuantity }, given, currency) : [];
        const terms = { recurs: invoice.period_length !== null, couponOutlasts: duration === 'FOREVER' };
        const worked = lineTotals(given, off, terms);
        const plain = (value: Decimal) => value.toNumber();
        expect(worked.map((line) => Object.values(line).map(plain))).toEqual(
          lines.map((line: Record<string, string>) =>
            [line.discount, line.couponDiscount, line.renewalDiscount, line.total].map(Number),
          ),
        );
        const tax = { type: invoice.tax_type as TaxType, rate: new Decimal(invoice.tax_rate) };
        const totals = invoiceTotals(worked, tax, { credit: new Decimal(credit), currency });
        expect(Object.values(totals).map(plain)).toEqual([invoice.subtotal, invoice.tax, invoice.total].map(Number));
        kinds
          .add(invoice.tax_type)
          .add(hasCoupon ? 'COUPON' : 'FULL_PRICE')
          .add(`${Number(credit) > 0}`);
      }
      expect([...kinds].sort()).toEqual(['COUPON', 'FIXED', 'FULL_PRICE', 'NONE', 'PERCENT', 'false', 'true']);
    });

    test('are numbered without a gap in the order in which they were made, and the next number is free', async () => {
      for (const slug of slugs) {
        const invoices = await demo.rows(
          `select number, number_prefix from invoices where ${of(slug)} order by created_at, number`,
        );
        const prefix = slug === 'northwind' ? 'INV-' : 'FAB-';
        expect(invoices).toEqual(
          invoices.map((_, index) => ({ number: numberOf(prefix, index + 1), number_prefix: prefix })),
        );
        expect(await demo.rows(`select next from invoice_counters where ${of(slug)}`)).toEqual([
          { next: invoices.length + 1 },
        ]);
      }
    });

    test('keep the address of their client, and are due when the organization says', async () => {
      const broken = await demo.rows(
        `select i.number from invoices i join organizations o on o.id = i.organization_id
           left join users c on c.id = i.client_id left join addresses a on a.id = c.address_id
         where i.due_at <> i.created_at + o.payment_term_days * interval '1 day'
           or (i.client_id is null) <> (i.billing_address is null)
           or i.billing_address is distinct from case when a.id is not null then jsonb_build_object(
             'line1', a.line_1, 'line2', a.line_2, 'city', a.city, 'state', a.state, 'postcode', a.postcode,
             'country', a.country, 'firstName', a.first_name, 'lastName', a.last_name, 'taxId', a.tax_id,
             'companyName', a.company_name, 'companyVat', a.company_vat) end
           or i.created_at < c.created_at or i.updated_at < greatest(i.created_at, i.paid_at, i.deleted_at)
           or (i.tax_name is null) <> (i.tax_type = 'NONE')
           or not exists (select from users e where e.id = i.employee_id and e.kind = 'STAFF') and i.employee_id is not null`,
      );
      expect(broken).toEqual([]);
    });

    test('are tied to their orders from both sides', async () => {
      const broken = await demo.rows(
        `select o.number from orders o full join invoice_items l on l.order_id = o.id left join invoices i on i.id = l.invoice_id
         where (o.invoice_id is not null or l.order_id is not null) and (
           o.invoice_id is distinct from l.invoice_id or o.client_id <> i.client_id or o.currency <> i.currency
           or o.price <> l.amount or o.quantity <> l.quantity or o.service_name <> l.name
           or o.service_id is distinct from l.service_id or o.subscription_id is distinct from i.subscription_id
           or o.options <> l.options or o.organization_id <> i.organization_id
           or i.paid_at is not null and o.payment_processor is distinct from i.payment_processor
           or (o.started_at is not null) <> (i.paid_at is not null) or i.paid_at > o.started_at)`,
      );
      expect(broken).toEqual([]);
      const unpaid = await demo.rows(
        `select number from orders where price > 0 and started_at is not null and invoice_id is null
         and subscription_id is null and note is distinct from 'Counts towards the yearly budget, no separate invoice.'`,
      );
      expect(unpaid).toEqual([]);
    });

    test('have an order for each line with a service, but renewals only where the service says so', async () => {
      const broken = await demo.rows(
        `select i.number, s.recurring_action from invoice_items l join invoices i on i.id = l.invoice_id
           join services s on s.id = l.service_id
           left join subscriptions u on u.id = i.subscription_id and u.invoice_id <> i.id
         where i.paid_at is not null and (l.order_id is not null) <> (u.id is null or s.recurring_action = 'CREATE_ORDER')`,
      );
      expect(broken).toEqual([]);
    });
  });

  describe('payments', () => {
    test('are of all kinds, by cards that are good and bad, by hand, from the balance and back', async () => {
      const kinds = await demo.rows(
        `select distinct kind, p.status from payments p where ${of('northwind')} order by 1, 2`,
      );
      expect(kinds.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
        'CHARGE FAILED',
        'CHARGE SUCCEEDED',
        'CREDIT SUCCEEDED',
        'MANUAL SUCCEEDED',
        'REFUND SUCCEEDED',
      ]);
      const processors = await demo.rows('select distinct processor from payments order by 1');
      expect(processors.map(({ processor }) => processor)).toEqual(['Credit', 'Manual', 'PayPal', 'Stripe', 'Test']);
      const parts = await demo.rows(
        `select invoice_id from payments where kind = 'MANUAL' group by 1 having count(*) > 1`,
      );
      expect(parts.length).toBeGreaterThan(10);
    });

    test('add up to what each invoice says was paid, spent and given back', async () => {
      const invoices = await demo.rows(
        `select i.number, i.status, i.total, i.credit, i.amount_paid as "amountPaid", i.amount_refunded as "amountRefunded",
           i.paid_at, p.* from invoices i, lateral (
             select coalesce(sum(amount) filter (where kind in ('CHARGE', 'MANUAL')), 0) as paid,
               coalesce(sum(amount) filter (where kind = 'CREDIT'), 0) as spent,
               coalesce(sum(amount) filter (where kind = 'REFUND'), 0) as returned,
               max(settled_at) filter (where kind <> 'REFUND') as last
             from payments p where p.invoice_id = i.id and p.status = 'SUCCEEDED') p`,
      );
      let partly = 0;
      for (const { number, status, paid, spent, returned, last, ...invoice } of invoices) {
        const { total, credit, amountPaid, amountRefunded, paid_at: paidAt } = invoice;
        expect([number, amountPaid, credit, amountRefunded].map(Number)).toEqual(
          [number, paid, spent, returned].map(Number),
        );
        const kept = keptOf(invoice).toNumber();
        const due = dueOf({ ...invoice, status }).toNumber();
        if (status === 'PAID') {
          expect([number, Number(total), paidAt]).toEqual([number, Number(amountPaid), last]);
          if (Number(amountRefunded) > 0) partly += 1;
        }
        if (status === 'REFUNDED') expect([number, kept, Number(total)]).toEqual([number, 0, Number(amountPaid)]);
        if (status === 'PARTIALLY_PAID') expect([number, kept > 0, due > 0]).toEqual([number, true, true]);
        if (['DRAFT', 'UNPAID', 'CANCELLED'].includes(status))
          expect([number, kept, paidAt]).toEqual([number, 0, null]);
      }
      expect(partly).toBeGreaterThan(10);
    });

    test('give back no more than came, and go the ways that there are', async () => {
      const broken = await demo.rows(
        `select p.id from payments p join invoices i on i.id = p.invoice_id
           left join payments r on r.id = p.refunded_payment_id left join payment_methods m on m.id = p.payment_method_id
         where p.client_id <> i.client_id or p.currency <> i.currency or p.organization_id <> i.organization_id
           or p.subscription_id is distinct from i.subscription_id or p.created_at < i.created_at or m.client_id <> p.client_id or m.created_at > p.created_at
           or (p.kind = 'REFUND') <> (r.id is not null) or r.invoice_id <> p.invoice_id or r.created_at > p.created_at
           or r.amount < (select sum(amount) from payments s where s.refunded_payment_id = r.id)
           or p.status = 'FAILED' and (p.kind <> 'CHARGE' or p.failure_code is null)
           or (p.processor = 'Test') <> (p.payment_method_id is not null)
           or m.processor_id = 'pm_test_declined' and p.status <> 'FAILED'
           or p.processor = 'Test' and p.transaction_id is distinct from 'test_' || p.id
           or p.processor = 'Stripe' and p.transaction_id !~ '^(pi|re)_'`,
      );
      expect(broken).toEqual([]);
    });
  });

  describe('payment methods', () => {
    test('are one by default for each client who has any; those that are gone pay nothing', async () => {
      const broken = await demo.rows(
        `select client_id from payment_methods where detached_at is null group by 1 having count(*) filter (where is_default) <> 1`,
      );
      expect(broken).toEqual([]);
      const kinds = await demo.rows(
        `select distinct processor, processor_id from payment_methods where detached_at is null order by 2`,
      );
      expect(kinds.map(({ processor_id: id }) => id)).toEqual([
        'pm_test_authentication',
        'pm_test_declined',
        'pm_test_success',
      ]);
      expect(await demo.rows(`select id from payment_methods where detached_at is not null`)).not.toEqual([]);
      const paid = await demo.rows(
        `select p.id from payments p join payment_methods m on m.id = p.payment_method_id where m.detached_at < p.created_at`,
      );
      expect(paid).toEqual([]);
    });
  });

  describe('credit', () => {
    test('makes each client’s balance, and never less than nothing', async () => {
      const broken = await demo.rows(
        `select u.id from users u
         where balance <> (select coalesce(sum(amount), 0) from credit_entries e where e.client_id = u.id)`,
      );
      expect(broken).toEqual([]);
      const [rich] = await demo.rows(`select count(*)::int from users where balance > 0`);
      expect(rich.count).toBeGreaterThan(4);
      const running = await demo.rows(
        `select e.id from (
         select *, sum(amount) over (partition by client_id order by created_at, id) as sum from credit_entries) e
         join users u on u.id = e.client_id
         where e.balance <> e.sum or e.currency <> u.currency or e.created_at < u.created_at`,
      );
      expect(running).toEqual([]);
      const kinds = await demo.rows('select distinct kind from credit_entries order by 1');
      expect(kinds.map(({ kind }) => kind)).toEqual(['ADJUST', 'GRANT', 'REFUND', 'SPEND']);
    });

    test('is spent on, and comes back from, the invoices that say so', async () => {
      const broken = await demo.rows(
        `select i.number from invoices i where
         i.credit <> -(select coalesce(sum(amount), 0) from credit_entries e where e.invoice_id = i.id and kind = 'SPEND')
         or (select coalesce(sum(amount), 0) from credit_entries e where e.invoice_id = i.id and kind = 'REFUND')
           <> (select coalesce(sum(amount), 0) from payments p where p.invoice_id = i.id and kind = 'REFUND' and processor = 'Credit')`,
      );
      expect(broken).toEqual([]);
    });
  });

  describe('coupons', () => {
    test('were used as often as they were paid with, and no oftener than they may be', async () => {
      const broken = await demo.rows(
        `select code from coupons c
         where used_count <> (select count(*) from invoices i where i.coupon_id = c.id and i.paid_at is not null)`,
      );
      expect(broken).toEqual([]);
      const [kinds] = await demo.rows(
        `select bool_or(type = 'PERCENTAGE') and bool_or(type = 'FIXED') as types, bool_or(used_count = usage_limit) as "usedUp",
           bool_or(expires_at < $1) as expired, bool_or(duration = 'FOREVER') as lasting, bool_or(deleted_at < $1) as deleted,
           bool_or(single_quantity) as single, bool_or(affiliate_id is not null) as affiliate,
           bool_or(jsonb_array_length(discounts -> 0 -> 'serviceIds') > 0) as services, bool_and(used_count > 0) as used
         from coupons where ${of('northwind')}`,
        [base],
      );
      expect(kinds).toEqual(Object.fromEntries(Object.keys(kinds).map((kind) => [kind, true])));
    });

    test('held when they were used', async () => {
      const broken = await demo.rows(
        `select i.number, c.code from invoices i join coupons c on c.id = i.coupon_id join users u on u.id = i.client_id
         where i.created_at < c.created_at or i.created_at > coalesce(c.expires_at, c.deleted_at)
           or c.minimum_amount > (select sum(quantity * amount) from invoice_items l where l.invoice_id = i.id)
           or c.affiliate_id <> u.referred_by_id or c.currency <> i.currency
           or c.new_customers and exists (select from invoices p where p.client_id = u.id and p.paid_at < i.paid_at)
           or c.single_use and exists (select from invoices p where p.client_id = u.id and p.coupon_id = c.id and p.id <> i.id)`,
      );
      expect(broken).toEqual([]);
    });
  });

  describe('subscriptions', () => {
    test('come in all statuses, with cancellations to come and renewals that wait', async () => {
      for (const slug of slugs) {
        const statuses = await demo.rows(`select distinct status from subscriptions where ${of(slug)} order by 1`);
        expect(statuses.map(({ status }) => status)).toEqual(['ACTIVE', 'CANCELED', 'EXPIRED', 'PAST_DUE', 'PAUSED']);
      }
      const [counts] = await demo.rows(
        `select count(*) filter (where cancel_at_period_end)::int as ending,
           count(*) filter (where status = 'ACTIVE' and open_invoice_id is not null)::int as waiting,
           count(*) filter (where status = 'ACTIVE')::int as active
         from subscriptions where ${of('northwind')}`,
      );
      expect(counts.ending).toBeGreaterThan(0);
      expect(counts.waiting).toBeGreaterThan(0);
      expect(counts.active).toBeGreaterThan(12);
    });

    test('run in periods from their anchor, each begun by a payment', async () => {
      const subscriptions = await demo.rows(
        `select s.*, i.paid_at as began, i.client_id as payer, i.subscription_id as back, i.period_length as length, i.period_unit as unit,
           (select count(*)::int from invoices p where p.subscription_id = s.id and p.paid_at is not null) as paid,
           (select max(p.paid_at) from invoices p where p.subscription_id = s.id) as "lastPaid"
         from subscriptions s join invoices i on i.id = s.invoice_id`,
      );
      const monthEnds = subscriptions.filter(
        ({ anchor_at: anchor, period_unit: unit }) => unit === 'MONTH' && anchor.getUTCDate() === 31,
      );
      expect(monthEnds.some(({ period_count: count }) => count > 3)).toBe(true);
      for (const subscription of subscriptions) {
        const { id, number, anchor_at: anchor, period_count: count, payment_count: payments } = subscription;
        const period = { periodLength: subscription.period_length, periodUnit: subscription.period_unit };
        const expected = {
          start: boundary(anchor, period, count - 1),
          end: boundary(anchor, period, count),
          paid: payments,
          payer: subscription.client_id,
          back: id,
          length: period.periodLength,
          unit: period.periodUnit,
        };
        const { paid, payer, back, length, unit, current_period_start: start, current_period_end: end } = subscription;
        expect([number, { start, end, paid, payer, back, length, unit }]).toEqual([number, expected]);
        // Nothing was paid so late that billing dates began anew.
        expect([number, anchor, count]).toEqual([number, subscription.began, payments]);
      }
    });

    test('stand as the laws have it', async () => {
      const broken = await demo.rows(
        `select s.number, s.status from subscriptions s left join invoices o on o.id = s.open_invoice_id
           left join payment_methods m on m.id = s.payment_method_id
         where s.status in ('ACTIVE', 'PAST_DUE') and s.current_period_end <= $1 and o.id is null
           or o.id is not null and (o.subscription_id <> s.id or o.status <> 'UNPAID' or o.created_at <> s.current_period_end)
           or s.status = 'PAST_DUE' and (s.failed_attempts = 0 or s.next_action_at <= $1 or o.id is null)
           or s.failed_attempts <> (select count(*) from payments p where p.invoice_id = o.id and p.status = 'FAILED')
           or s.next_action_at is distinct from case
             when s.status = 'PAST_DUE' then s.next_action_at
             when s.status = 'ACTIVE' and o.id is null then s.current_period_end end
           or (s.paused_at is not null) <> (s.status = 'PAUSED') or (s.ended_at is not null) <> (s.status in ('CANCELED', 'EXPIRED'))
           or m.client_id <> s.client_id or m.detached_at is not null`,
        [base],
      );
      expect(broken).toEqual([]);
    });

    test('renew at their prices, less the discounts that the first invoice carries', async () => {
      const broken = await demo.rows(
        `select r.number, l.amount, l.discount, f.renewal_discount from subscriptions s
           join invoices r on r.subscription_id = s.id and r.id <> s.invoice_id
           join invoice_items l on l.invoice_id = r.id
           join invoice_items f on f.invoice_id = s.invoice_id and f.position = 0
         where l.discount <> least(f.renewal_discount, l.amount) or r.coupon_id is not null or l.name <> f.name
           or l.service_id is distinct from f.service_id or r.client_id <> s.client_id
           or r.reason <> 'Renewal of subscription ' || s.number`,
      );
      expect(broken).toEqual([]);
      const carried = await demo.rows(`select id from invoice_items where renewal_discount > 0`);
      expect(carried).not.toEqual([]);
    });

    test('take their orders up again where the service says so, and have one for each payment where it makes orders', async () => {
      const broken = await demo.rows(
        `select s.number from subscriptions s join invoice_items f on f.invoice_id = s.invoice_id and f.position = 0
           join services v on v.id = f.service_id
         where v.recurring_action = 'CREATE_ORDER'
             and s.payment_count <> (select count(*) from orders o where o.subscription_id = s.id)
           or v.recurring_action = 'REOPEN_ORDER' and exists (
             select from orders o where o.subscription_id = s.id and o.deleted_at is null and o.completed_at < (
               select max(i.paid_at) from invoices i where i.subscription_id = s.id))`,
      );
      expect(broken).toEqual([]);
      const requests = await demo.rows(
        'select id from orders where subscription_id is not null and invoice_id is null',
      );
      expect(requests).not.toEqual([]);
    });
  });
});

describe('the log', () => {
  let demo: DemoDatabase;
  beforeAll(async () => {
    demo = await openDemo('seed_money_log');
  });
  afterAll(() => demo?.drop());

  test('tells of invoices, payments and what else there is of money', async () => {
    const created = await demo.pairs(`select entity, count(*)::int from logs where event = 'CREATED' group by 1`);
    for (const [entity, table] of Object.entries({
      INVOICE: 'invoices',
      PAYMENT: 'payments',
      PAYMENT_METHOD: 'payment_methods',
      CREDIT_ENTRY: 'credit_entries',
      COUPON: 'coupons',
      SUBSCRIPTION: 'subscriptions',
      TICKET: 'tickets',
      CLIENT_ACTIVITY: 'client_activities',
    })) {
      const [all] = await demo.rows(`select count(*)::int from ${table}`);
      expect([entity, created[entity]]).toEqual([entity, all.count]);
    }
    const paid = await demo.rows(
      `select i.number from invoices i where paid_at is not null and not exists (
         select from logs l where l.entity_id = i.id and l.created_at = i.paid_at and l.changes -> 'status' ->> 'after' = 'PAID')`,
    );
    expect(paid).toEqual([]);
    expect(await demo.rows(`select id from logs where changes ? 'access_key'`)).toEqual([]);
  });
});
