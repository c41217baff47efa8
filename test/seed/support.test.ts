import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { northwind } from '../../prisma/seed/northwind.ts';
import { base, type DemoDatabase, openDemo } from './demo.ts';

let demo: DemoDatabase;

beforeAll(async () => {
  demo = await openDemo('seed_support');
});
afterAll(() => demo?.drop());

const slugs = ['fabrikam', 'northwind'];
const of = (slug: string) => `organization_id = (select id from organizations where slug = '${slug}')`;

describe('the organizations', () => {
  test('say how they bill, and what their tickets’ statuses are called', async () => {
    const { organization, ticketStatuses } = northwind;
    const [row] = await demo.rows(`select * from organizations where slug = 'northwind'`);
    expect(row).toMatchObject({
      invoice_prefix: 'INV-',
      invoice_sender: organization.invoiceSender,
      tax_name: 'Sales tax',
      payment_term_days: 14,
      dunning_days: [1, 3, 5, 7],
      test_payments: true,
      ticket_replies_move_status: true,
    });
    const statuses = await demo.rows(
      `select code, name, kind from ticket_statuses where ${of('northwind')} order by position`,
    );
    expect(statuses).toEqual(ticketStatuses);
    for (const slug of slugs) {
      const kinds = await demo.rows(`select kind from ticket_statuses where ${of(slug)} and code <= 5 order by code`);
      expect(kinds.map(({ kind }) => kind)).toEqual(['OPEN', 'PENDING', 'CLOSED', 'SNOOZED', 'SPAM']);
    }
  });

  test('have clients who came by recommendation, and people with a second factor', async () => {
    const referred = await demo.rows(
      `select u.id, r.created_at < u.created_at as earlier, r.organization_id = u.organization_id as "same", r.kind
         from users u join users r on r.id = u.referred_by_id`,
    );
    expect(referred.length).toBeGreaterThan(2);
    for (const row of referred) expect(row).toMatchObject({ earlier: true, same: true, kind: 'CLIENT' });
    expect(await demo.rows('select id from users where has_two_factor')).not.toEqual([]);
  });
});

describe('tickets', () => {
  test('come in all statuses, about orders and otherwise, from everywhere', async () => {
    for (const slug of slugs) {
      const kinds = await demo.rows(`select distinct status_kind as kind from tickets where ${of(slug)} order by 1`);
      expect(kinds.map(({ kind }) => kind)).toEqual(['CLOSED', 'OPEN', 'PENDING', 'SNOOZED', 'SPAM']);
      const [counts] = await demo.rows(
        `select count(order_id)::int as ordered, count(*) filter (where order_id is null)::int as general,
             count(distinct source)::int as sources
           from tickets where ${of(slug)}`,
      );
      expect(Math.min(counts.ordered, counts.general, counts.sources)).toBeGreaterThan(2);
    }
    const [counts] = await demo.rows(
      `select count(*)::int as all, count(*) filter (where status_kind in ('OPEN', 'PENDING', 'SNOOZED'))::int as live,
           count(merged_into_id)::int as merged, count(deleted_at)::int as deleted, count(note)::int as noted,
           count(*) filter (where form_data <> '{}')::int as filled, count(*) filter (where metadata <> '{}')::int as described
         from tickets where ${of('northwind')}`,
    );
    expect(counts.all).toBeGreaterThan(150);
    expect(counts.live).toBeGreaterThan(10);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0);
  });

  test('have dates that agree with their status and their messages', async () => {
    const broken = await demo.rows(
      `select t.number from tickets t left join tickets into_ on into_.id = t.merged_into_id, lateral (
           select min(created_at) as first, max(created_at) as last from ticket_messages m where m.ticket_id = t.id) m
         where (t.status_kind = 'CLOSED') <> (t.closed_at is not null) or t.closed_at < m.last
           or (t.status_kind = 'SNOOZED') <> (t.snoozed_until is not null) or t.snoozed_until <= $1
           or t.merged_into_id is null and (t.last_message_at is distinct from m.last or m.first <> t.created_at)
           or t.shown_status_code <> case when t.status_kind in ('OPEN', 'CLOSED') then t.status_code else 1 end
           or t.shown_status_kind <> case when t.status_kind in ('OPEN', 'CLOSED') then t.status_kind else 'OPEN' end
           or t.updated_at < greatest(t.created_at, m.last, t.closed_at, t.deleted_at)
           or t.merged_into_id is not null and (m.last is not null or into_.client_id <> t.client_id
             or into_.merged_into_id is not null or into_.created_at > t.created_at)`,
      [base],
    );
    expect(broken).toEqual([]);
  });

  test('are between the client and the team; what is noted stays inside', async () => {
    const broken = await demo.rows(
      `select t.number from tickets t join users c on c.id = t.client_id left join orders o on o.id = t.order_id
         where c.kind <> 'CLIENT' or c.created_at > t.created_at or o.client_id <> t.client_id or o.created_at > t.created_at`,
    );
    expect(broken).toEqual([]);
    const strangers = await demo.rows(
      `select m.id from ticket_messages m join tickets t on t.id = m.ticket_id join users u on u.id = m.author_id
         where u.kind = 'CLIENT' and (u.id <> t.client_id or m.staff_only) or m.body ~ '[{}]'`,
    );
    expect(strangers).toEqual([]);
    const kinds = await demo.pairs(
      `select case when staff_only then 'NOTE' else u.kind end, count(*)::int
         from ticket_messages m join users u on u.id = m.author_id group by 1`,
    );
    expect(Math.min(kinds.NOTE, kinds.STAFF, kinds.CLIENT)).toBeGreaterThan(30);
    expect(await demo.rows(`select id from tickets where subject ~ '[{}]'`)).toEqual([]);
    expect(await demo.rows(`select id from ticket_messages where cardinality(files) > 0`)).not.toEqual([]);
  });

  test('are answered by staff, tagged, and filled in where they come by the contact form', async () => {
    const wrong = await demo.rows(
      `select e.ticket_id from ticket_employees e join users u on u.id = e.employee_id where u.kind <> 'STAFF'`,
    );
    expect(wrong).toEqual([]);
    const [counts] = await demo.rows(
      `select (select count(*)::int from tickets t where not exists (
             select from ticket_employees e where e.ticket_id = t.id)) as free,
           (select count(*)::int from ticket_employees) as assigned, (select count(*)::int from ticket_tags) as tagged`,
    );
    expect(Math.min(...(Object.values(counts) as number[]))).toBeGreaterThan(5);
    const forms = await demo.rows(
      `select t.number from tickets t
         where (t.source = 'CONTACT_FORM') <> exists (select from filled_form_fields f where f.ticket_id = t.id)`,
    );
    expect(forms).toEqual([]);
  });

  test('are told in the log, with who asked and who closed them', async () => {
    const closed = await demo.rows(
      `select t.number from tickets t where closed_at is not null and not exists (
         select from logs l where l.entity = 'TICKET' and l.entity_id = t.id and l.event = 'UPDATED' and l.created_at = t.closed_at)`,
    );
    expect(closed).toEqual([]);
  });
});

describe('activities', () => {
  test('are what the team wrote about most of the clients', async () => {
    const broken = await demo.rows(
      `select a.id from client_activities a join users c on c.id = a.client_id join users u on u.id = a.author_id
         where u.kind <> 'STAFF' or c.kind <> 'CLIENT' or a.created_at < c.created_at or a.content ~ '[{}]'
           or a.organization_id <> c.organization_id or (a.version > 1) <> (a.updated_at > a.created_at)`,
    );
    expect(broken).toEqual([]);
    const [counts] = await demo.rows(
      `select count(*)::int as all, count(distinct client_id)::int as clients, count(distinct content)::int as texts,
           count(*) filter (where version > 1)::int as edited
         from client_activities where ${of('northwind')}`,
    );
    expect(counts.all).toBeGreaterThan(80);
    expect(counts.clients).toBeGreaterThan(35);
    expect(counts.texts).toBeGreaterThan(40);
    expect(counts.edited).toBeGreaterThan(3);
  });
});
