/**
 * `npm run bench:renewals`: how long it takes to renew 1 000 subscriptions that are due, all charged to a card of the built-in
 * processor, each making a new order. In a database of its own, which is thrown away.
 */
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { removeEmbedded, startEmbedded } from '../../src/database/embedded.ts';
import { applyMigrations } from '../../src/database/migrations.ts';
import { renewDue } from '../../src/invoices/renewals/jobs.ts';
import { openDatabase } from '../../src/kernel/db.ts';
import { migrateJobs } from '../../src/kernel/jobs.ts';
import { createOutbound } from '../../src/kernel/outbound.ts';
import { createPasswords } from '../../src/kernel/passwords.ts';
import { createSecrets } from '../../src/kernel/secrets.ts';
import { fileMailer } from '../../src/mail/files/jobs.ts';

const count = 1_000;
const goalSeconds = 60;

/** An organization, its clients with a card each, and what they subscribed to a month ago. */
const filling = `
  with organization as (
    insert into organizations (name, slug, test_payments) values ('Renewals', 'renewals', true) returning id
  ), role as (
    insert into roles (organization_id, name, kind) select id, 'Client', 'CLIENT' from organization returning id, organization_id
  ), status as (
    insert into order_statuses (organization_id, code, name, kind)
      select id, 1, 'In Progress', 'IN_PROGRESS' from organization
  ), service as (
    insert into services (organization_id, name, recurring, recurring_price, recurring_period_length, recurring_period_unit, recurring_action)
      select id, 'Care', 'RECURRING', 100, 1, 'MONTH', 'CREATE_ORDER' from organization returning id
  ), client as (
    insert into users (organization_id, role_id, kind, email, first_name, last_name)
      select organization_id, id, 'CLIENT', 'client-' || n || '@example.com', 'Client', n::text
        from role, generate_series(1, $1::int) n returning id, organization_id
  ), card as (
    insert into payment_methods (organization_id, client_id, processor, processor_id, is_default)
      select organization_id, id, 'TEST', 'pm_test_success', true from client
  ), invoice as (
    insert into invoices (organization_id, client_id, number, status, subtotal, total, amount_paid, paid_at, period_length, period_unit, access_key)
      select organization_id, id, 'OLD-' || id, 'PAID', 100, 100, 100, now() - interval '1 month', 1, 'MONTH', md5(id::text) from client
      returning id, organization_id, client_id
  ), item as (
    insert into invoice_items (organization_id, invoice_id, service_id, name, amount, total)
      select organization_id, invoice.id, service.id, 'Care', 100, 100 from invoice, service
  )
  insert into subscriptions (organization_id, number, client_id, invoice_id, amount, period_length, period_unit, anchor_at,
      current_period_start, current_period_end, payment_count, next_action_at)
    select organization_id, upper(right(id::text, 8)) || row_number() over (), client_id, id, 100, 1, 'MONTH',
        now() - interval '1 month', now() - interval '1 month', now(), 1, now()
      from invoice`;

// As safe against a crash as one that matters.
const directory = path.resolve(import.meta.dirname, '../../.data/bench-renewals');
removeEmbedded(directory);
const server = await startEmbedded({ directory });
const owner = new pg.Client(server.ownerUrl);
const database = openDatabase(server.appUrl, { poolSize: 10, log: pino({ level: 'warn' }) });
try {
  await applyMigrations(server.ownerUrl);
  await migrateJobs(server.ownerUrl);
  await owner.connect();
  await owner.query(filling, [count]);
  await owner.query('analyze');
  const tools = {
    database,
    secrets: createSecrets([]),
    passwords: createPasswords(),
    mailer: fileMailer(path.join(os.tmpdir(), 'mail')),
    remotes: { stripe: { url: 'http://127.0.0.1:9', timeoutMs: 1_000 } },
    fetchOutbound: createOutbound(),
  };
  const begun = performance.now();
  const { done } = await renewDue(tools);
  const seconds = (performance.now() - begun) / 1_000;
  const { rows } = await owner.query(`
    select (select count(*)::int from subscriptions where payment_count = 2 and status = 'ACTIVE') as renewed,
      (select count(*)::int from payments where status = 'SUCCEEDED') as charged, (select count(*)::int from orders) as ordered`);
  console.log(
    `${done} subscriptions in ${seconds.toFixed(1)} s: ${((seconds * 1_000) / count).toFixed(1)} ms each`,
    rows[0],
  );
  if (seconds > goalSeconds || rows[0].charged !== count) process.exitCode = 1;
} finally {
  await database.close();
  await owner.end();
  await server.stop();
  removeEmbedded(directory);
}
