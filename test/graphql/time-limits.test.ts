import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { createGraphQLServer } from '../../src/graphql/http.ts';
import { openDatabase, timeLimits } from '../../src/kernel/db.ts';
import { schema } from '../../src/schema.ts';
import { makeInvoice, stateOf } from '../invoices/charges/charging.ts';
import { settings } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { stripeForThisFile } from '../kit/stripe.ts';
import { toolsOf } from '../kit/tools.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeStripeWorld } from '../payments/cast.ts';

const log = pino({ level: 'silent' });
const stripe = stripeForThisFile();
const open: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const database of open) await database.close();
});

/** A server of its own for the world, with less patience than the real one. */
async function impatient(
  world: World,
  { operation, ...limits }: Partial<typeof timeLimits> & { operation?: number },
  poolSize = 4,
) {
  const { appUrl } = await testDatabase();
  const database = openDatabase(appUrl, { poolSize, log, limits });
  open.push(database);
  const server = createGraphQLServer({
    schema,
    tools: toolsOf(database),
    log,
    reads: 'compiled',
    explainReads: false,
    publicSchema: true,
    settings,
    authenticate: async () => viewerOf(world.admin),
    operationMs: operation,
  });
  const ask = async (query: string) => {
    const response = await server.fetch('http://engine.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const { errors = [] } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    return { status: response.status, codes: errors.map(({ extensions }) => extensions.code) };
  };
  return { database, ask };
}

/** Runs the work while somebody else keeps the rows that the statement takes. */
async function whileTaken<Result>(statement: string, work: () => Promise<Result>): Promise<Result> {
  const { owner } = await testDatabase();
  const other = await owner.connect();
  try {
    await other.query('begin');
    await other.query(statement);
    return await work();
  } finally {
    await other.query('rollback');
    other.release();
  }
}

describe('what takes too long', () => {
  test('because somebody else keeps a row is given up, and nothing of it is kept', async () => {
    const world = await makeWorld();
    const order = await world.order({ note: 'before' });
    const { ask } = await impatient(world, { lock: 100 });
    const change = `mutation { orderUpdate(input: { id: "${order.id}", note: "after" }) { __typename } }`;
    const taken = `select from orders where id = '${order.id}' for update`;
    expect(await whileTaken(taken, () => ask(change))).toEqual({ status: 503, codes: ['TIMEOUT'] });
    expect((await world.rows.order.findUniqueOrThrow({ where: { id: order.id } })).note).toBe('before');
    // And the connection is as good as before.
    expect(await ask(change)).toEqual({ status: 200, codes: [] });
  });

  test.each(['{ tags { totalCount } }', '{ tags { totalCount } __schema { queryType { name } } }'])(
    'as a statement is stopped in the database: %s',
    async (query) => {
      const world = await makeWorld();
      const { ask, database } = await impatient(world, { statement: 200, lock: 60_000 });
      const seen = whileTaken('lock table tags in access exclusive mode', () => ask(query));
      expect(await seen).toEqual({ status: 503, codes: ['TIMEOUT'] });
      const { rows } = await database.pool.query(
        "select from pg_stat_activity where wait_event_type = 'Lock' and query like '%tags%' and pid <> pg_backend_pid()",
      );
      expect(rows).toEqual([]);
    },
  );

  test('until a connection is free is told soon', async () => {
    const world = await makeWorld();
    const { ask, database } = await impatient(world, { connection: 150 }, 1);
    const only = await database.pool.connect();
    try {
      for (const query of ['{ tags { totalCount } }', 'mutation { tagCreate(input: { name: "x" }) { __typename } }']) {
        expect((await ask(query)).status).toBe(503);
      }
    } finally {
      only.release();
    }
    expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(0);
    expect(await ask('{ tags { totalCount } }')).toEqual({ status: 200, codes: [] });
  });

  test('is set for every connection of the server', async () => {
    const world = await makeWorld();
    const { database } = await impatient(world, {});
    const shown = async (name: string) => (await database.pool.query(`show ${name}`)).rows[0]?.[name];
    expect(await shown('statement_timeout')).toBe('10s');
    expect(await shown('lock_timeout')).toBe('5s');
    expect(await shown('idle_in_transaction_session_timeout')).toBe('15s');
    expect(timeLimits.connection).toBe(3_000);
  });

  test('is set for the role itself, in the database that was migrated', async () => {
    const { owner } = await testDatabase();
    const { rows } = await owner.query<{ settings: string[] }>(
      `select setconfig as settings from pg_db_role_setting join pg_database d on d.oid = setdatabase
       where setrole = 'service_engine_app'::regrole and datname = 'service_engine'`,
    );
    expect(rows).toEqual([
      { settings: ['statement_timeout=10s', 'lock_timeout=5s', 'idle_in_transaction_session_timeout=15s'] },
    ]);
  });
});

const patient = { statement: 60_000, lock: 60_000 };

/** The statements of the engine that wait for somebody's lock. */
async function waiting(): Promise<number> {
  const { owner } = await testDatabase();
  const { rowCount } = await owner.query(
    `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return rowCount ?? 0;
}

describe('an operation', () => {
  test.each([
    ['that is compiled', '{ tags { totalCount } }'],
    ['that is not', '{ tags { totalCount } __schema { queryType { name } } }'],
    ['that changes something', 'mutation { tagCreate(input: { name: "x" }) { __typename } }'],
  ])('%s is stopped in the database when its time is over', async (_, query) => {
    const world = await makeWorld();
    const { ask } = await impatient(world, { ...patient, operation: 300 });
    await whileTaken('lock table tags in access exclusive mode', async () => {
      expect(await ask(query)).toEqual({ status: 503, codes: ['TIMEOUT'] });
      await expect.poll(waiting).toBe(0);
    });
    expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(0);
    expect((await ask('{ tags { totalCount } }')).status).toBe(200);
  });

  test('has one time for all that it asks for, and what was done before is told', async () => {
    const world = await makeWorld();
    const order = await world.order({ note: 'before' });
    const { ask } = await impatient(world, { ...patient, operation: 300 });
    const change = `mutation {
      first: tagCreate(input: { name: "x" }) { __typename }
      second: orderUpdate(input: { id: "${order.id}", note: "after" }) { __typename }
      third: tagCreate(input: { name: "y" }) { __typename }
    }`;
    const taken = `select from orders where id = '${order.id}' for update`;
    const { codes } = await whileTaken(taken, () => ask(change));
    expect(new Set(codes)).toEqual(new Set(['TIMEOUT']));
    const tags = await world.rows.tag.findMany({ where: { organizationId: world.organizationId } });
    expect(tags.map(({ name }) => name)).toEqual(['x']);
    expect((await world.rows.order.findUniqueOrThrow({ where: { id: order.id } })).note).toBe('before');
  });

  test('that is stopped while its answer is read says so', async () => {
    const world = await makeWorld();
    const { ask } = await impatient(world, { ...patient, operation: 2_000 });
    const order = await world.order({ note: 'before' });
    const change = `mutation { orderUpdate(input: { id: "${order.id}", note: "after" }) {
      ... on OrderUpdateSuccess { order { messages { totalCount } } }
    } }`;
    // What the command does needs no messages, its answer does.
    const answered = await whileTaken('lock table order_messages in access exclusive mode', () => ask(change));
    expect(answered).toEqual({ status: 503, codes: ['TIMEOUT'] });
    expect((await world.rows.order.findUniqueOrThrow({ where: { id: order.id } })).note).toBe('after');
  });

  test('that waits for somebody else’s API has its time for itself', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, id } = await world.card();
    const invoice = await makeInvoice(world, client);
    const { ask } = await impatient(world, { ...patient, operation: 400 });
    stripe.delay(/payment_intents$/, 700);
    const change = `mutation { invoiceCharge(input: { id: "${invoice.id}", paymentMethodId: "${id}" }) {
      __typename ... on InvoiceChargeSuccess { invoice { status } }
    } }`;
    expect(await ask(change)).toEqual({ status: 200, codes: [] });
    expect((await stateOf(world, invoice))[0]).toBe('PAID');
  });
});

test('more than can be served soon are told at once', async () => {
  const world = await makeWorld();
  const { ask, database } = await impatient(world, { connection: 60_000 }, 1);
  const only = await database.pool.connect();
  const waitingFor = Array.from({ length: 20 }, () => ask('{ tags { totalCount } }'));
  await expect.poll(() => database.pool.waitingCount).toBe(20);
  for (const query of ['{ tags { totalCount } }', 'mutation { tagCreate(input: { name: "x" }) { __typename } }']) {
    const started = performance.now();
    expect((await ask(query)).status).toBe(503);
    expect(performance.now() - started).toBeLessThan(1_000);
  }
  only.release();
  expect(new Set((await Promise.all(waitingFor)).map(({ status }) => status))).toEqual(new Set([200]));
});
