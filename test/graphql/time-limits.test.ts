import { pino } from 'pino';
import { afterAll, describe, expect, test } from 'vitest';
import { createGraphQLServer } from '../../src/graphql/http.ts';
import { openDatabase, timeLimits } from '../../src/kernel/db.ts';
import { schema } from '../../src/schema.ts';
import { settings } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { toolsOf } from '../kit/tools.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const log = pino({ level: 'silent' });
const open: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const database of open) await database.close();
});

/** A server of its own for the world, with less patience than the real one. */
async function impatient(world: World, limits: Partial<typeof timeLimits>, poolSize = 4) {
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
});
