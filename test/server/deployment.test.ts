import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { applyMigrations } from '../../src/database/migrations.ts';
import { onDatabase } from '../kit/db.ts';
import { ask, run, type Server, start, until } from './process.ts';

// Most tests start a process of the whole program, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const { superuserUrl, ownerUrl, appUrl } = inject('template');
const made: string[] = [];

/** A database of this file's own: empty, or as the migrations leave it. */
async function makeDatabase(from: 'template0' | 'service_engine'): Promise<string> {
  const name = `server_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(`create database ${name} template ${from} owner service_engine_owner`);
  made.push(name);
  return name;
}

/** The scripts that a page may run: none but those whose hashes its policy has. */
function scriptsAllowed({ headers }: Response): string[] {
  const directives = headers.get('content-security-policy')?.split('; ') ?? [];
  expect(directives[0]).toBe("default-src 'none'");
  const sources =
    directives
      .find((directive) => directive.startsWith('script-src '))
      ?.split(' ')
      .slice(1) ?? [];
  expect(sources.every((source) => /^'sha256-[A-Za-z0-9+/]{43}='$/.test(source))).toBe(true);
  return sources;
}

function scriptsOf(page: string): string[] {
  const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
  return scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
}

async function asSuperuser(sql: string): Promise<void> {
  const client = new pg.Client(onDatabase(superuserUrl, 'postgres'));
  await client.connect();
  await client.query(sql);
  await client.end();
}

afterAll(async () => {
  for (const name of made) await asSuperuser(`drop database ${name} with (force)`);
});

describe('refuses to serve, with a message and exit code 1,', () => {
  const refusal = async (env: Record<string, string>) => {
    const refused = run(env);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).not.toMatch(/^\s+at /m);
    return refused.output();
  };

  test('when a variable is wrong', async () => {
    const output = await refusal({ PORT: 'web', DATABASE_URL: 'mysql://x' });
    expect(output).toContain('PORT: ');
    expect(output).toContain('DATABASE_URL: must be a postgresql:// URL');
  });

  test('when the database can’t be reached, without its password', async () => {
    const output = await refusal({ DATABASE_URL: 'postgresql://somebody:secret@127.0.0.1:1/orders' });
    expect(output).toBe("The database orders at 127.0.0.1:1 can't be reached: connect ECONNREFUSED 127.0.0.1:1\n");
  });

  test('when there are no operations to hold callers to', async () => {
    expect(await refusal({ PERSISTED_OPERATIONS_ONLY: 'true' })).toMatch(/^PERSISTED_OPERATIONS_ONLY needs the file/);
    expect(await refusal({ PERSISTED_OPERATIONS: 'nowhere.json' })).toMatch(
      /^PERSISTED_OPERATIONS: nowhere\.json can't be used: ENOENT/,
    );
    expect(await refusal({ PERSISTED_OPERATIONS: 'package.json' })).toMatch(/name is not the SHA-256 of its operation/);
  });

  test('when migrations are pending', async () => {
    const output = await refusal({ DATABASE_URL: onDatabase(appUrl, await makeDatabase('template0')) });
    expect(output).toMatch(/^Migrations are pending: \d+_foundation.*\.\nRun npm run db:migrate/);
  });

  test('when migrations have failed', async () => {
    const name = await makeDatabase('service_engine');
    const owner = new pg.Client(onDatabase(ownerUrl, name));
    await owner.connect();
    await owner.query('update _prisma_migrations set finished_at = null');
    await owner.end();
    expect(await refusal({ DATABASE_URL: onDatabase(appUrl, name) })).toMatch(/^Migrations have failed: /);
  });

  test('when the job queue is missing', async () => {
    const name = await makeDatabase('template0');
    await applyMigrations(onDatabase(ownerUrl, name));
    expect(await refusal({ DATABASE_URL: onDatabase(appUrl, name) })).toMatch(/^The job queue .* is missing/);
  });

  test('when its role could see every organization', async () => {
    expect(await refusal({ DATABASE_URL: superuserUrl })).toMatch(/^The database role postgres is a superuser\./);
    expect(await refusal({ DATABASE_URL: ownerUrl })).toMatch(
      /^The database role service_engine_owner owns the table /,
    );
  });
});

test('executes nothing but persisted operations where it is told so, and has no GraphiQL', async () => {
  const server = await start({
    DATABASE_URL: onDatabase(appUrl, await makeDatabase('service_engine')),
    PERSISTED_OPERATIONS: 'test/generated/persisted-documents.json',
    PERSISTED_OPERATIONS_ONLY: 'true',
  });
  expect((await ask(server.url, '{ __typename }')).body).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_OPERATION_REQUIRED' } }],
  });
  const page = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(await page.text()).not.toContain('<title>');
  expect((await fetch(server.url, { headers: { accept: 'text/html' } })).status).toBe(404);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

describe('with DATABASE_URL', () => {
  let server: Server;
  let name: string;
  beforeAll(async () => {
    name = await makeDatabase('service_engine');
    server = await start({ DATABASE_URL: onDatabase(appUrl, name) });
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  test('serves, and seeds nothing', async () => {
    expect((await ask(server.url, '{ __typename }')).body).toEqual({ data: { __typename: 'Query' } });
    const owner = new pg.Client(onDatabase(ownerUrl, name));
    await owner.connect();
    const { rows } = await owner.query('select count(*)::int as organizations from organizations');
    await owner.end();
    expect(rows).toEqual([{ organizations: 0 }]);
    expect(server.output()).not.toContain('sx_live_');
  });

  test('says that it can keep no secrets without a key for them', async () => {
    await until(
      () => server.output().includes('without ENCRYPTION_KEYS nothing can be stored that must be kept secret'),
      server,
    );
  });

  test('shows GraphiQL with nothing filled in, and nothing that is loaded from elsewhere', async () => {
    const response = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    const page = await response.text();
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page).toContain('<title>service-engine-x</title>');
    expect(page).not.toContain('sx_live_');
    expect(page.slice(0, 1_000)).not.toMatch(/(src|href)="https?:/);
    expect(scriptsAllowed(response)).toEqual(scriptsOf(page));
  });

  test('gives every answer an id, which the log has too', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'query Named($secret: String!) { __type(name: $secret) { name } }',
        variables: { secret: 'sesame' },
      }),
    });
    await response.text();
    const id = response.headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const line = await until(
      () =>
        server
          .output()
          .split('\n')
          .find((each) => each.includes(id)),
      server,
    );
    expect(JSON.parse(line)).toEqual({
      level: 30,
      time: expect.any(String),
      requestId: id,
      method: 'POST',
      path: '/graphql',
      status: 200,
      ms: expect.any(Number),
      operation: 'Named',
      msg: 'request',
    });
    expect(server.output()).not.toContain('sesame');
  });

  test('sends browsers to the graph, and answers 404 and 405 as JSON', async () => {
    const home = await fetch(`${server.url}/`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([home.status, home.headers.get('location')]).toEqual([302, '/graphql']);
    const nothing = await fetch(`${server.url}/nothing?token=sx_live_x`);
    expect([nothing.status, await nothing.json()]).toEqual([
      404,
      { error: 'There is nothing at /nothing. The graph is at /graphql.' },
    ]);
    expect((await fetch(`${server.url}/healthz`, { method: 'POST' })).status).toBe(405);
  });

  test.each([
    ['a form', 'application/x-www-form-urlencoded', 'query={__typename}', 415],
    ['an upload', 'multipart/form-data; boundary=x', '--x--', 415],
    ['a plain text', 'text/plain', '{"query":"{__typename}"}', 415],
    [
      'more than a megabyte',
      'application/json',
      JSON.stringify({ query: '{ __typename }', x: 'x'.repeat(1_000_000) }),
      413,
    ],
    ['malformed JSON', 'application/json', '{"query":', 400],
  ])('does not accept %s', async (_, type, body, status) => {
    const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  test('is not ready once a migration is missing', async () => {
    const owner = new pg.Client(onDatabase(ownerUrl, name));
    await owner.connect();
    await owner.query('alter table _prisma_migrations rename to away');
    await expect.poll(async () => (await fetch(`${server.url}/readyz`)).status, { timeout: 5_000 }).toBe(503);
    const response = await fetch(`${server.url}/readyz`);
    expect(await response.json()).toEqual({
      status: 'unavailable',
      reason: expect.stringMatching(/^Migrations are pending/),
    });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await owner.query('alter table away rename to _prisma_migrations');
    await owner.end();
  });
});
