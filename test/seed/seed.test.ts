import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { tables } from '../../prisma/seed/copy.ts';
import { hasDemo, type SeededDemo, type SeedOptions, seed } from '../../prisma/seed.ts';
import { entityTypes } from '../../src/logs/rules.ts';
import { effectiveDueTimes, type ScheduledTask } from '../../src/orders/tasks/rules.ts';
import { onDatabase } from '../kit/db.ts';

const base = new Date('2026-05-18T09:00:00Z');
const names = ['seed_one', 'seed_two', 'seed_bulk'] as const;
type Name = (typeof names)[number];

const template = inject('template');
const clients = new Map<Name, pg.Client>();
let demo: SeededDemo;

const ownerUrl = (name: Name) => onDatabase(template.ownerUrl, name);

async function asSuperuser(statements: string[]): Promise<void> {
  const client = new pg.Client(onDatabase(template.superuserUrl, 'postgres'));
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: each test knows the columns that it asks for.
async function rows<Row extends pg.QueryResultRow = any>(sql: string, values: unknown[] = [], name: Name = 'seed_one') {
  const client = clients.get(name);
  if (!client) throw new Error(`${name} is not there.`);
  return (await client.query<Row>(sql, values)).rows;
}

/** How many rows of the table the organization has. */
async function countOf(table: string, where = 'true', slug = 'northwind'): Promise<number> {
  const [row] = await rows(
    `select count(*)::int from ${table} t join organizations o on o.id = t.organization_id where o.slug = $1 and ${where}`,
    [slug],
  );
  return row?.count;
}

/** Everything that a rebuilt table must have again. */
const structure = `
  select 'index', pg_get_indexdef(indexrelid) as definition from pg_index where indrelid::regclass::text !~ '^(pg_|graphile)'
  union all select 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated::text
    from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'trigger', pg_get_triggerdef(oid) || tgenabled::text
    from pg_trigger where not tgisinternal and tgrelid::regclass::text !~ '^graphile'
  order by 1, 2`;
let structureBefore: unknown;

beforeAll(async () => {
  await asSuperuser(names.map((name) => `drop database if exists ${name} with (force)`));
  await asSuperuser(names.map((name) => `create database ${name} template service_engine owner service_engine_owner`));
  for (const name of names) {
    const client = new pg.Client(ownerUrl(name));
    await client.connect();
    clients.set(name, client);
  }
  structureBefore = await rows(structure);
  expect(await hasDemo(ownerUrl('seed_one'))).toBe(false);
  demo = await seed({ ownerUrl: ownerUrl('seed_one'), size: 'small', base });
});

afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await asSuperuser(names.map((name) => `drop database if exists ${name} with (force)`));
});

describe('the small demo', () => {
  test('has the promised number of everything', async () => {
    expect({
      roles: await countOf('roles'),
      team: await countOf('users', "t.kind = 'STAFF'"),
      clients: await countOf('users', "t.kind = 'CLIENT'"),
      addresses: await countOf('addresses'),
      folders: await countOf('service_folders'),
      services: await countOf('services'),
      deletedServices: await countOf('services', 't.deleted_at is not null'),
      tags: await countOf('tags'),
      statuses: await countOf('order_statuses'),
      orders: await countOf('orders'),
    }).toEqual({
      roles: 4,
      team: 12,
      clients: 60,
      addresses: 60,
      folders: 8,
      services: 40,
      deletedServices: 2,
      tags: 25,
      statuses: 6,
      orders: 2_000,
    });
    const kinds = await rows(`select distinct recurring from services where organization_id = $1`, [
      demo.organizationId,
    ]);
    expect(kinds.map(({ recurring }) => recurring).sort()).toEqual(['ONE_TIME', 'RECURRING', 'TRIAL']);
  });

  test('names its administrator', async () => {
    const found = await rows(
      `select o.slug, u.kind, r.name, r.dashboard_access, r.settings_logs
         from users u join roles r on r.id = u.role_id join organizations o on o.id = u.organization_id
         where u.id = $1 and r.id = $2 and o.id = $3`,
      [demo.adminUserId, demo.adminRoleId, demo.organizationId],
    );
    expect(found).toEqual([
      { slug: 'northwind', kind: 'STAFF', name: 'Administrator', dashboard_access: 3, settings_logs: true },
    ]);
  });

  test('has orders in every status, some of them deleted, over eighteen months', async () => {
    const statuses = await rows(
      `select status_code as code, count(*)::int from orders where organization_id = $1 group by 1 order by 1`,
      [demo.organizationId],
    );
    expect(statuses.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const { count } of statuses) expect(count).toBeGreaterThan(5);
    expect(await countOf('orders', 't.deleted_at is not null')).toBeGreaterThan(10);
    const [span] = await rows(`select min(created_at) as first, max(created_at) as last from orders`);
    expect(span.last.getTime() - span.first.getTime()).toBeGreaterThan(540 * 86_400_000);
  });

  test('tells nothing that happens after today', async () => {
    const instants = await rows(
      `select table_name as table, column_name as column from information_schema.columns
         where table_schema = 'public' and data_type like 'timestamp%' and table_name = any($1)
           and column_name <> all($2)`,
      [
        [...tables],
        ['due_at', 'effective_due_at', 'expires_at', 'current_period_end', 'next_action_at', 'snoozed_until'],
      ],
    );
    for (const { table, column } of instants) {
      const [row] = await rows(`select count(*)::int from ${table} where ${column} > $1`, [base]);
      expect([table, column, row.count]).toEqual([table, column, 0]);
    }
  });

  test('has dates that agree with each other and with the status', async () => {
    const broken = await rows(
      `select number from orders where
         (status_kind = 'COMPLETED') <> (completed_at is not null)
         or status_kind in ('COMPLETED', 'IN_PROGRESS', 'ON_HOLD') and started_at is null
         or status_kind = 'UNPAID' and (started_at is not null or payment_processor is not null)
         or started_at < created_at or completed_at < started_at or updated_at < created_at
         or updated_at < greatest(started_at, completed_at, last_message_at, deleted_at)
         or client_id in (select u.id from users u where u.id = client_id and u.created_at > orders.created_at)`,
    );
    expect(broken).toEqual([]);
  });

  test('notes the newest message of each order', async () => {
    const broken = await rows(
      `select number from orders o
         where last_message_at is distinct from (select max(created_at) from order_messages m where m.order_id = o.id)`,
    );
    expect(broken).toEqual([]);
    expect(await countOf('order_messages', 't.staff_only')).toBeGreaterThan(1_000);
  });

  test('keeps the law of due times', async () => {
    type Task = ScheduledTask & { orderId: string; effective: Date | null; started: Date | null; created: Date };
    const tasks = await rows<Task>(
      `select t.id, t.position, t.order_id as "orderId", t.created_at as "createdAt", t.completed_at as "completedAt",
           t.deadline_hours as "deadlineHours", t.due_at as "dueAt", t.effective_due_at as effective,
           o.started_at as started, o.created_at as created
         from order_tasks t join orders o on o.id = t.order_id`,
    );
    const byOrder = Map.groupBy(tasks, ({ orderId }) => orderId);
    expect(byOrder.size).toBeGreaterThan(1_900);
    for (const chain of byOrder.values()) {
      const [first] = chain;
      if (!first) continue;
      const due = effectiveDueTimes({ startedAt: first.started, createdAt: first.created }, chain);
      for (const task of chain) expect(task.effective).toEqual(due.get(task.id));
    }
  });

  test('has tasks done by whom they are for, all of them where the order is completed', async () => {
    const broken = await rows(
      `select t.id from order_tasks t join orders o on o.id = t.order_id left join users u on u.id = t.completed_by_id
         where t.is_complete <> (u.id is not null)
           or t.for_client and t.is_complete and u.id <> o.client_id
           or not t.for_client and u.kind = 'CLIENT'
           or o.status_kind = 'COMPLETED' and not t.is_complete
           or o.started_at is null and t.is_complete
           or t.completed_at not between o.started_at and coalesce(o.completed_at, $1)
           or t.for_client and exists (select from order_task_employees e where e.task_id = t.id)`,
      [base],
    );
    expect(broken).toEqual([]);
  });

  test('finds people, orders, invoices and tickets by the words that the triggers would have kept', async () => {
    const expected = `
      select u.id, word from users u, lateral search_words(u.first_name, u.last_name, u.email, u.company) word
      union all
      select o.id, word from orders o join users u on u.id = o.client_id,
        lateral search_words(o.number, u.first_name, u.last_name, u.email, u.company) word
      union all
      select i.id, word from invoices i left join users u on u.id = i.client_id,
        lateral search_words(i.number, i.total::numeric(19,2)::text, u.first_name, u.last_name, u.email, u.company) word
      union all
      select t.id, word from tickets t join users u on u.id = t.client_id,
        lateral search_words(t.number, t.subject, u.first_name, u.last_name, u.email, u.company) word`;
    const written = `
      select client_id, term from client_search_terms union all select order_id, term from order_search_terms
      union all select invoice_id, term from invoice_search_terms union all select ticket_id, term from ticket_search_terms`;
    expect(await rows(`(${expected}) except all (${written})`)).toEqual([]);
    expect(await rows(`(${written}) except all (${expected})`)).toEqual([]);
  });

  test('has ids that sort by time', async () => {
    const wrong = await rows(`select id from orders where uuid_extract_timestamp(id) <> created_at`);
    expect(wrong).toEqual([]);
  });

  test('has a history of each order, told by those who were there', async () => {
    expect(await countOf('logs', "t.entity = 'ORDER' and t.event = 'CREATED'")).toBe(2_000);
    const deleted = await countOf('orders', 't.deleted_at is not null');
    expect(await countOf('logs', "t.entity = 'ORDER' and t.event = 'DELETED'")).toBe(deleted);
    const strangers = await rows(
      `select l.id from logs l left join users u on u.id = l.actor_id and u.organization_id = l.organization_id
         where (l.actor_kind = 'SYSTEM') <> (u.id is null) or l.actor_kind <> 'SYSTEM' and l.actor_kind <> u.kind`,
    );
    expect(strangers).toEqual([]);
    const entities = await rows('select distinct entity from logs');
    expect(Object.keys(entityTypes)).toEqual(expect.arrayContaining(entities.map(({ entity }) => entity)));
  });

  test('leaves the triggers at work', async () => {
    const client = clients.get('seed_one');
    try {
      await client?.query('begin');
      await client?.query(`update tags set name = 'rush job' where name = 'rush'`);
      const result = await client?.query(`select entity, event, changes from logs order by id desc limit 1`);
      const changes = { name: { before: 'rush', after: 'rush job' } };
      expect(result?.rows).toEqual([{ entity: 'TAG', event: 'UPDATED', changes }]);
    } finally {
      await client?.query('rollback');
    }
  });

  test('leaves indexes, constraints and triggers as they were', async () => {
    expect(await rows(structure)).toEqual(structureBefore);
  });

  test('is the same rows, ids included, in another database', async () => {
    expect(await seed({ ownerUrl: ownerUrl('seed_two'), size: 'small', base })).toEqual(demo);
    const terms = ['client', 'order', 'invoice', 'ticket'].map((name) => `${name}_search_terms`);
    for (const table of [...tables, ...terms]) {
      const digest = `select count(*)::int, md5(string_agg(t::text, '|' order by t::text)) as digest from ${table} t`;
      expect([table, await rows(digest)]).toEqual([table, await rows(digest, [], 'seed_two')]);
    }
  }, 60_000);

  test('refuses to be written twice, and changes nothing', async () => {
    const options: SeedOptions = { ownerUrl: ownerUrl('seed_one'), size: 'small', base };
    expect(await hasDemo(options.ownerUrl)).toBe(true);
    await expect(seed(options)).rejects.toThrow('The demo organization exists already. Nothing was changed.');
    expect(await rows('select slug from organizations order by slug')).toEqual([
      { slug: 'fabrikam' },
      { slug: 'northwind' },
    ]);
    expect(await countOf('orders')).toBe(2_000);
    expect(await rows(structure)).toEqual(structureBefore);
  });
});

describe('the second organization', () => {
  test('has people, services and orders of its own', async () => {
    expect(await countOf('orders', 'true', 'fabrikam')).toBe(25);
    expect(await countOf('users', "t.kind = 'STAFF'", 'fabrikam')).toBe(4);
    expect(await countOf('users', "t.kind = 'CLIENT'", 'fabrikam')).toBe(8);
    expect(await countOf('services', 'true', 'fabrikam')).toBe(6);
    for (const table of ['invoices', 'payments', 'subscriptions', 'coupons', 'tickets', 'client_activities']) {
      expect(await countOf(table, 'true', 'fabrikam'), table).toBeGreaterThan(3);
    }
  });

  test('is tied to the first by no row', async () => {
    const references = await rows(
      `select c.conrelid::regclass::text as "from", c.confrelid::regclass::text as "to",
           (select attname from pg_attribute where attrelid = c.conrelid and attnum = c.conkey[1]) as "column"
         from pg_constraint c
         where c.contype = 'f' and cardinality(c.conkey) = 1 and c.conrelid::regclass::text = any($1)
           and c.confrelid::regclass::text = any($1) and c.confrelid::regclass::text <> 'organizations'`,
      [[...tables]],
    );
    expect(references.length).toBeGreaterThan(4);
    for (const { from, to, column } of references) {
      const mixed = await rows(
        `select f.id from ${from} f join ${to} t on t.id = f.${column} where f.organization_id <> t.organization_id`,
      );
      expect([from, column, mixed]).toEqual([from, column, []]);
    }
  });

  test('never shows up for the first', async () => {
    const client = new pg.Client(onDatabase(template.appUrl, 'seed_one'));
    await client.connect();
    try {
      await client.query(`select set_config('app.organization_id', $1, false)`, [demo.organizationId]);
      for (const table of tables) {
        const own = table === 'organizations' ? 'id' : 'organization_id';
        const seen = await client.query(`select distinct ${own} as id from ${table}`);
        expect([table, seen.rows]).toEqual([table, [{ id: demo.organizationId }]]);
      }
    } finally {
      await client.end();
    }
  });
});

describe('the bulk sizes', () => {
  test('are leaner and keep the same laws', async () => {
    const plan = { count: 3_000, clients: 150, detailed: false, logged: true };
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    await seed({ ownerUrl: ownerUrl('seed_bulk'), size: 'medium', base, plan, log });
    const [per] = await rows(
      `select count(*)::int as orders,
           (select count(*) from order_tasks)::float / count(*) as tasks,
           (select count(*) from order_messages)::float / count(*) as messages,
           (select count(*) from order_employees)::float / count(*) as employees,
           (select count(*) from order_tags)::float / count(*) as tags,
           (select count(*) from invoices)::float / count(*) as invoices,
           (select count(*) from tickets)::float / count(*) as tickets,
           (select count(*) from logs where entity = 'ORDER')::int as logs
         from orders`,
      [],
      'seed_bulk',
    );
    expect(per.orders).toBe(3_025);
    expect(per.tasks).toBeGreaterThan(2.5);
    expect(per.tasks).toBeLessThan(3.5);
    expect(per.messages).toBeGreaterThan(2.5);
    expect(per.messages).toBeLessThan(3.7);
    expect(per.employees).toBeGreaterThan(1.2);
    expect(per.tags).toBeGreaterThan(1.2);
    expect(per.invoices).toBeGreaterThan(0.9);
    expect(per.invoices).toBeLessThan(1.1);
    expect(per.tickets).toBeGreaterThan(0.08);
    expect(per.tickets).toBeLessThan(0.13);
    expect(per.logs).toBeGreaterThanOrEqual(3_025);
    expect(lines.at(-1)).toBe('All rows written. Building the indexes.');
    expect(await rows(structure, [], 'seed_bulk')).toEqual(structureBefore);
  }, 60_000);
});

describe('npm run seed', () => {
  const script = path.resolve(import.meta.dirname, '../../prisma/seed.ts');
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [script, ...args], {
      env: { ...process.env, DATABASE_OWNER_URL: ownerUrl('seed_one') },
    });

  test('says that the demo is there, and that is no failure', async () => {
    const { stdout } = await run('--size', 'small');
    expect(stdout).toBe('The demo organization exists already. Nothing was changed.\n');
  });

  test('refuses an unknown size', async () => {
    await expect(run('--size', 'huge')).rejects.toMatchObject({
      code: 1,
      stderr: '--size is one of small, medium, large, not huge.\n',
    });
  });
});
