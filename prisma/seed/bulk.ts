import type pg from 'pg';
import { tables } from './copy.ts';

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
  'logs',
];

const written = [...tables, 'client_search_terms', 'order_search_terms'];

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
}

/** Statistics and visibility, so that the first queries are planned as well as the later ones. */
export async function vacuum(client: pg.Client): Promise<void> {
  for (const table of written) await client.query(`vacuum (analyze) ${table}`);
}
