import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settings } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { type Listening, listen } from './listening.ts';

let server: Listening;
let world: World;
let secret: string;

beforeAll(async () => {
  server = await listen(settings);
  world = await makeWorld();
  ({ secret } = await world.token(world.admin, { lastUsedAt: new Date() }));
});
afterAll(() => server.close());

/** Asks while somebody keeps the tags to themselves, and leaves when PostgreSQL waits for them. */
async function askAndLeave(query: string, then: () => Promise<void>): Promise<void> {
  const { owner } = await testDatabase();
  const other = await owner.connect();
  const leaving = new AbortController();
  try {
    await other.query('begin; lock table tags in access exclusive mode');
    const asked = fetch(`${server.url}/graphql`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query }),
    });
    asked.catch(() => {});
    await expect.poll(waiting, { interval: 10 }).toBe(1);
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    await then();
  } finally {
    await other.query('rollback');
    other.release();
  }
}

/** The statements of the engine that wait for somebody's lock. */
async function waiting(): Promise<number> {
  const { owner } = await testDatabase();
  const { rowCount } = await owner.query(
    `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return rowCount ?? 0;
}

describe('when whoever asked has left', () => {
  test.each([
    ['seen for the first time', 'query A { tags { totalCount } }'],
    ['answered past Yoga', 'query A { tags { totalCount } }'],
    ['executed by resolvers', '{ tags { totalCount } __schema { queryType { name } } }'],
  ])('a query is stopped in the database: one that is %s', async (_, query) => {
    // Still taken: nothing but the leaving can have ended it.
    await askAndLeave(query, () => expect.poll(waiting, { timeout: 5_000 }).toBe(0));
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify({ query }),
    });
    expect(response.status).toBe(200);
  });

  test('a mutation is done all the same: its caller may have meant it', async () => {
    const named = () => world.rows.tag.count({ where: { organizationId: world.organizationId, name: 'meant' } });
    const change = 'mutation { tagCreate(input: { name: "meant" }) { __typename } }';
    await askAndLeave(change, async () => {
      await sleep(100);
      expect(await waiting()).toBe(1);
    });
    await expect.poll(named).toBe(1);
  });
});
