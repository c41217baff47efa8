import type pg from 'pg';
import { tables } from './copy.ts';
import type { Reopened } from './money/desk.ts';

/** The tables that grow with the number of orders. */
const large = [
  'orders',
  'order_employees',
  'order_tags',
  'order_tasks',
  'order_task_employees',
  'order_messages',
  'order_search_terms',
  'filled_form_fields',
  'invoices',
  'invoice_items',
  'invoice_search_terms',
  'payments',
  'subscriptions',
  'tickets',
  'ticket_employees',
  'ticket_tags',
  'ticket_messages',
  'ticket_search_terms',
  'logs',
];

const written = [...tables, 'client_search_terms', 'order_search_terms', 'invoice_search_terms', 'ticket_search_terms'];

/**
 * Keeps the triggers still for the rest of the transaction: the generator writes the history and the versions itself,
 * with the people and the times of its story. Locks the tables against other writers, and so a second seed out.
 */
export async function disableTriggers(client: pg.Client): Promise<void> {
  for (const table of tables) await client.query(`alter table ${table} disable trigger user`);
}

export async function enableTriggers(client: pg.Client): Promise<void> {
  for (const table of tables) await client.query(`alter table ${table} enable trigger user`);
}

type Definition = { kind: 'key' | 'index' | 'reference'; table: string; name: string; definition: string };

/**
 * Runs the work while the large tables have no indexes and no foreign keys, then builds them anew, which checks all
 * rows at once instead of each as it comes: four times as fast even for the small size. Inside the caller's transaction,
 * so nobody ever sees a table without them.
 */
export async function withoutIndexes(client: pg.Client, work: () => Promise<void>): Promise<void> {
  const definitions = await readDefinitions(client);
  const of = (kind: Definition['kind']) => definitions.filter((each) => each.kind === kind);
  for (const { table, name } of of('reference')) await client.query(`alter table ${table} drop constraint ${name}`);
  for (const { name } of of('index')) await client.query(`drop index ${name}`);
  for (const { table, name } of of('key')) await client.query(`alter table ${table} drop constraint ${name}`);
  // For joining and sorting a million orders; of what a small number does not need, nothing is taken.
  await client.query(`set local work_mem = '128MB'`);
  await client.query(`set local maintenance_work_mem = '512MB'`);
  await work();
  for (const { table, name, definition } of of('key')) {
    await client.query(`alter table ${table} add constraint ${name} ${definition}`);
  }
  for (const { definition } of of('index')) await client.query(definition);
  for (const { table, name, definition } of of('reference')) {
    await client.query(`alter table ${table} add constraint ${name} ${definition}`);
  }
}

async function readDefinitions(client: pg.Client): Promise<Definition[]> {
  const { rows } = await client.query<Definition>(
    `with large as (select unnest($1::regclass[]) as id)
     select case contype when 'f' then 'reference' else 'key' end as kind, conrelid::regclass::text as table,
         quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
       from pg_constraint
       where contype in ('p', 'u') and conrelid in (select id from large)
         or contype = 'f' and (conrelid in (select id from large) or confrelid in (select id from large))
     union all
     select 'index', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
       from pg_index
       where indrelid in (select id from large)
         and not exists (select from pg_constraint where conindid = indexrelid and contype in ('p', 'u'))
     order by 1, 2, 3`,
    [large],
  );
  return rows;
}

/** Orders that a subscription took up again stand as they stand now, and are due as the last of its payments has it. */
export async function reopenOrders(client: pg.Client, orders: readonly Reopened[]): Promise<void> {
  await client.query(
    `update orders o
       set completed_at = r.completed_at, due_at = r.reopened_at + s.deadline_days * interval '24 hours',
         status_code = case when r.completed_at is null then 1 else 2 end,
         status_kind = case when r.completed_at is null then 'IN_PROGRESS' else 'COMPLETED' end,
         version = o.version + r.steps, updated_at = greatest(o.updated_at, r.reopened_at, r.completed_at)
       from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::int[]) as r (id, reopened_at, completed_at, steps),
         services s
       where o.id = r.id and s.id = o.service_id`,
    [
      orders.map(({ id }) => id),
      orders.map(({ reopenedAt }) => reopenedAt),
      orders.map(({ completedAt }) => completedAt),
      orders.map(({ times, completedAt }) => 2 * times - (completedAt ? 0 : 1)),
    ],
  );
}

/** A client's balance is the sum of the ledger. */
export async function writeBalances(client: pg.Client, organizationIds: readonly string[]): Promise<void> {
  await client.query(
    `update users u set balance = e.balance, updated_at = e.last_at
       from (
         select client_id, sum(amount) as balance, max(created_at) as last_at
           from credit_entries where organization_id = any($1) group by 1
       ) e
       where u.id = e.client_id`,
    [organizationIds],
  );
}

/** Fills the search tables as their triggers would have: an order is found by its number and by its client's words. */
export async function writeSearchTerms(client: pg.Client, organizationIds: readonly string[]): Promise<void> {
  await client.query(
    `insert into client_search_terms (organization_id, client_id, term)
       select u.organization_id, u.id, word
         from users u, lateral search_words(u.first_name, u.last_name, u.email, u.company) as word
         where u.organization_id = any($1)`,
    [organizationIds],
  );
  // A number is one word of letters and digits, so its lower case is all that search_words would make of it.
  await client.query(
    `insert into order_search_terms (organization_id, order_id, term)
       select o.organization_id, o.id, t.term
         from orders o join client_search_terms t on t.client_id = o.client_id
         where o.organization_id = any($1)
       union all
       select o.organization_id, o.id, lower(o.number)
         from orders o
         where o.organization_id = any($1) and not exists (
           select from client_search_terms t where t.client_id = o.client_id and t.term = lower(o.number))`,
    [organizationIds],
  );
  await client.query(
    `insert into ticket_search_terms (organization_id, ticket_id, term)
       select t.organization_id, t.id, c.term
         from tickets t join client_search_terms c on c.client_id = t.client_id
         where t.organization_id = any($1)
       union
       select t.organization_id, t.id, word
         from tickets t, lateral search_words(t.number, t.subject) as word
         where t.organization_id = any($1)`,
    [organizationIds],
  );
  await writeInvoiceSearchTerms(client, organizationIds);
}

/**
 * An invoice is found by its number, its total and its client's words. A number is a word, a hyphen and digits here; the
 * words of a total are worked out once for all invoices that come to it.
 */
async function writeInvoiceSearchTerms(client: pg.Client, organizationIds: readonly string[]): Promise<void> {
  await client.query(
    `insert into invoice_search_terms (organization_id, invoice_id, term)
       select i.organization_id, i.id, t.term
         from invoices i join client_search_terms t on t.client_id = i.client_id
         where i.organization_id = any($1)
       union all
       select i.organization_id, i.id, own.word
         from (select *, lower(number) as word, split_part(number, '-', 2) as digits from invoices) i
         join (
           select total, array_agg(words) as words
             from (select distinct total from invoices) each, lateral search_words(total::numeric(19,2)::text) as words
             group by 1
         ) sum on sum.total = i.total,
         lateral unnest(
           array[i.word, i.digits, split_part(i.word, '-', 1), replace(i.word, '-', '')] || array_remove(sum.words, i.digits)
         ) as own (word)
         where i.organization_id = any($1) and not exists (
           select from client_search_terms t where t.client_id = i.client_id and t.term = own.word)`,
    [organizationIds],
  );
}

/** Statistics and visibility, so that the first queries are planned as well as the later ones. */
export async function vacuum(client: pg.Client): Promise<void> {
  for (const table of written) await client.query(`vacuum (analyze) ${table}`);
}
