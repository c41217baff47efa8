import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { hasDemo, seed } from '../../prisma/seed.ts';
import { type EmbeddedServer, removeEmbedded, startEmbedded } from '../../src/database/embedded.ts';
import { applyMigrations, pendingMigrations } from '../../src/database/migrations.ts';
import { migrateJobs } from '../../src/kernel/jobs.ts';
import { provideDemoToken } from '../../src/server/demo.ts';

/** The bench's own cluster, kept between runs. It is as safe against a crash as one that matters. */
export const directory = path.resolve(import.meta.dirname, '../../.data/bench');

const settings = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '10000',
  // A checkpoint in the middle of a measurement would be measured.
  checkpoint_timeout: '30min',
};

/** Starts the cluster; the first time, or when the migrations were edited, it is made anew and filled. */
export async function openCluster(say: (line: string) => void): Promise<EmbeddedServer> {
  const server = await startEmbedded({ directory, settings });
  try {
    const state = await pendingMigrations(server.ownerUrl);
    if (state.edited.length + state.failed.length > 0) {
      say('The migrations have changed: the bench database is made anew.');
      await server.stop();
      removeEmbedded(directory);
      return await openCluster(say);
    }
    if (state.pending.length > 0) await applyMigrations(server.ownerUrl);
    await migrateJobs(server.ownerUrl);
    if (!(await hasDemo(server.ownerUrl))) {
      say(`Filling the bench database in ${directory}, once.`);
      await seed({ ownerUrl: server.ownerUrl, size: 'medium', log: say });
    }
    await provideDemoToken(server.ownerUrl, directory);
    await withClient(statisticsUrl(server), (client) =>
      client.query('create extension if not exists pg_stat_statements'),
    );
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The token that the opened cluster has for its demo organization. */
export function readToken(): string {
  return fs.readFileSync(path.join(directory, 'demo-token'), 'utf8').trim();
}

/** What the operations are about. */
export type Subjects = {
  numbers: string[];
  deepCursor: string;
  status: string;
  employeeId: string;
  clientId: string;
  serviceId: string;
  /** The title of the orders that the bench places, by which it finds them again. */
  mark: string;
};

const mark = 'Placed by the bench';
/** How many orders come before the deep page. */
export const depth = 50_000;
const status = 'IN_PROGRESS';

/** Chosen from the organization that the token is for: the one with the most orders. */
export async function findSubjects(
  server: EmbeddedServer,
): Promise<Omit<Subjects, 'deepCursor'> & { deepRow: DeepRow }> {
  return await withClient(server.ownerUrl, async (client) => {
    const one = async <Row extends object>(text: string, ...values: unknown[]): Promise<Row> => {
      const { rows } = await client.query<Row>(text, values);
      if (!rows[0]) throw new Error(`The bench database has no row for: ${text}`);
      return rows[0];
    };
    const { id: organization } = await one<{ id: string }>(
      'select organization_id as id from orders group by 1 order by count(*) desc limit 1',
    );
    const deepRow = await one<DeepRow>(
      `select id, created_at from orders where organization_id = $1 and deleted_at is null
       order by created_at desc, id desc offset ${depth - 1} limit 1`,
      organization,
    );
    const { rows: some } = await client.query<{ number: string }>(
      `select number from orders where organization_id = $1 and deleted_at is null
       order by md5(id::text) limit 100`,
      [organization],
    );
    const { id: employeeId } = await one<{ id: string }>(
      `select l.employee_id as id from order_employees l join orders o on o.id = l.order_id
       where o.organization_id = $1 and o.status_kind = $2 and o.deleted_at is null
       group by 1 order by count(*) desc, 1 limit 1`,
      organization,
      status,
    );
    const { id: clientId } = await one<{ id: string }>(
      `select id from users where organization_id = $1 and kind = 'CLIENT' and status = 'ACTIVE' order by id limit 1`,
      organization,
    );
    const { id: serviceId } = await one<{ id: string }>(
      `select s.id from services s join service_employees e on e.service_id = s.id
       where s.organization_id = $1 and s.deleted_at is null order by s.position, s.id limit 1`,
      organization,
    );
    return { numbers: some.map((order) => order.number), deepRow, status, employeeId, clientId, serviceId, mark };
  });
}

export type DeepRow = { id: string; created_at: Date };

/** The cursor after a row, with the mark of its order taken from a cursor of the same list. */
export function cursorAfter(row: DeepRow, sample: string): string {
  const [order] = JSON.parse(Buffer.from(sample, 'base64url').toString()) as [string];
  return Buffer.from(JSON.stringify([order, row.created_at.getTime(), row.id])).toString('base64url');
}

/**
 * How many statements the app role has sent so far. PostgreSQL does not count a COMMIT that is sent as a prepared
 * statement, as Prisma's is, again and again; so each BEGIN is counted with its end, and no end by itself. What a process
 * tells of rates a few times a second, for all requests at once, is no request's.
 */
export async function countStatements(server: EmbeddedServer): Promise<number> {
  return await withClient(statisticsUrl(server), async (client) => {
    const { rows } = await client.query<{ calls: string }>(
      `select coalesce(sum(case when query ~* '^(commit|rollback)' then 0 when query ~* '^begin' then 2 * calls else calls end), 0)
         as calls
       from pg_stat_statements where userid = 'service_engine_app'::regrole and query !~ 'settle_rates'`,
    );
    return Number(rows[0]?.calls);
  });
}

/** Waits until the worker has delivered what the load announced, or would count its work among the next request's. */
export async function settled(server: EmbeddedServer): Promise<void> {
  await withClient(server.superuserUrl, async (client) => {
    for (let tries = 0; tries < 600; tries += 1) {
      const { rows } = await client.query('select from graphile_worker._private_jobs limit 1');
      if (rows.length === 0) return;
      await setTimeout(100);
    }
  });
}

/** Unpaid invoices of the client's, with so many lines each. Answers their numbers. */
export async function makeInvoices(
  server: EmbeddedServer,
  { clientId, serviceId }: Subjects,
  { count, lines }: { count: number; lines: number },
): Promise<string[]> {
  return await withClient(server.superuserUrl, async (client) => {
    const { rows } = await client.query<{ number: string }>(
      `with made as (
         insert into invoices (organization_id, client_id, number, reason, subtotal, total, access_key)
           select u.organization_id, u.id, 'BENCH-' || gen_random_uuid(), $3, 10 * $5, 10 * $5, md5(random()::text)
             from users u, generate_series(1, $4) where u.id = $1 returning id, organization_id, number
       ), lines as (
         insert into invoice_items (organization_id, invoice_id, service_id, position, name, amount, total)
           select organization_id, id, $2, place, $3, 10, 10 from made, generate_series(1, $5) as place
       )
       select number from made`,
      [clientId, serviceId, mark, count, lines],
    );
    return rows.map(({ number }) => number);
  });
}

/** Takes away what the bench placed, with its traces: the next run finds the same data. Needs the servers stopped. */
export async function removePlaced(server: EmbeddedServer): Promise<void> {
  await withClient(server.superuserUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `with paid as (delete from payments p using invoices i where i.id = p.invoice_id and i.reason = $1 returning p.id),
         placed as (delete from orders where service_name = $1 returning id)
       select id from placed union all select id from paid union all select id from invoices where reason = $1`,
      [mark],
    );
    if (rows.length === 0) return;
    await client.query('delete from invoices where reason = $1', [mark]);
    const ids = rows.map(({ id }) => id);
    await client.query('delete from logs where entity_id = any($1)', [ids]);
    await client.query('delete from events where aggregate_id = any($1)', [ids]);
    await client.query('truncate graphile_worker._private_jobs, graphile_worker._private_job_queues');
    await client.query('vacuum (analyze)');
  });
}

// In the cluster's own database: the bench's keeps the schema that the migrations gave it.
function statisticsUrl(server: EmbeddedServer): string {
  const url = new URL(server.superuserUrl);
  url.pathname = '/postgres';
  return url.href;
}

async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
