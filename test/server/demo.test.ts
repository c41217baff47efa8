import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openEmbedded } from '../../src/database/embedded.ts';
import { reply, sendForm } from './listening.ts';
import { ask, cleanUp, makeDataDirectory, postgresOf, run, type Server, start, until } from './process.ts';

const directory = makeDataDirectory();
const tokenFile = path.join(directory, 'demo-token');
const secretFile = path.join(directory, 'secret');
const env = { DATA_DIRECTORY: directory };
const readToken = () => fs.readFileSync(tokenFile, 'utf8').trim();

// Every test starts a process of the whole program, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

afterAll(() => cleanUp(directory));

describe('npm start without DATABASE_URL', () => {
  let server: Server;
  beforeAll(async () => {
    server = await start(env);
  });

  test('creates a database with a demo organization, and is ready', async () => {
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok' }]);
    const { body } = await ask(server.url, '{ tags(first: 1) { totalCount } }', readToken());
    expect(body).toMatchObject({ data: { tags: { totalCount: expect.any(Number) } } });
  });

  test('keeps the token in a file that only its owner reads', () => {
    expect(fs.statSync(tokenFile).mode & 0o777).toBe(0o600);
    expect(readToken()).toMatch(/^sx_live_/);
  });

  test('has an account for its administrator, whose password is in a file that only its owner reads', async () => {
    const file = path.join(directory, 'demo-password');
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    const password = fs.readFileSync(file, 'utf8').trim();
    await until(() => server.output().includes('Sign in'), server);
    const [, email = ''] = /^ {2}Sign in {3}(\S+), with the password in/m.exec(server.output()) ?? [];
    expect(server.output()).not.toContain(password);
    const signIn = `mutation { signIn(input: { email: "${email}", password: "${password}" }) {
      ... on SignInSuccess { token organizations { name } } } }`;
    const { body } = await ask(server.url, signIn);
    expect(body).toMatchObject({ data: { signIn: { organizations: [{ name: 'Northwind Content Studio' }] } } });
    const { token } = (body.data as { signIn: { token: string } }).signIn;
    expect((await ask(server.url, '{ viewer { kind account { email } } }', token)).body.data).toEqual({
      viewer: { kind: 'STAFF', account: { email } },
    });
  });

  test('writes mail into files that only their owner reads', async () => {
    const email = 'somebody@example.com';
    const signUp = `mutation { signUp(input: { email: "${email}", password: "eight calm herons", firstName: "A", lastName: "B",
      organizationName: "C" }) { ... on SignUpSuccess { email } } }`;
    await ask(server.url, signUp);
    const mail = path.join(directory, 'mail');
    await until(() => fs.existsSync(mail) && fs.readdirSync(mail).some((name) => name.endsWith('.txt')), server);
    const [file = ''] = fs.readdirSync(mail).filter((name) => name.endsWith('.txt'));
    expect(fs.statSync(path.join(mail, file)).mode & 0o777).toBe(0o600);
    const link = /http\S+/.exec(fs.readFileSync(path.join(mail, file), 'utf8'))?.[0] ?? '';
    expect(link.startsWith(`${server.url}/verify-email?token=`)).toBe(true);
    expect(await (await fetch(link)).text()).toContain('Confirm your address');
    expect(server.output()).not.toContain('eight calm herons');
    expect(server.output()).not.toContain(new URL(link).searchParams.get('token'));
  });

  test('keeps secrets with a key of its own, in a file that only its owner reads', async () => {
    const file = path.join(directory, 'encryption-keys');
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync(file, 'utf8')).toMatch(/^local:[A-Za-z0-9+/]{43}=\n$/);
    const connect = `mutation {
      stripeAccountUpdate(input: { publishableKey: "pk_test_1", secretKey: "sk_test_geheim" }) {
        ... on StripeAccountUpdateSuccess { stripeAccount { secretKeyLast4 } }
      }
    }`;
    const { body } = await ask(server.url, connect, readToken());
    expect(body).toEqual({ data: { stripeAccountUpdate: { stripeAccount: { secretKeyLast4: 'heim' } } } });
    const rotation = run(env, [process.execPath, 'prisma/rotate-secrets.ts']);
    expect(await rotation.ended).toBe(0);
    expect(rotation.output()).toBe('Rows encrypted anew with the key local: 0\n');
    expect(server.output()).not.toContain('geheim');
  });

  test('prints URL, token and a first question that can be pasted', async () => {
    await until(() => server.output().includes('A first question'), server);
    expect(server.output()).toContain(`${server.url}/graphql`);
    expect(server.output()).toContain(readToken());
    const line = /^ {2}(curl .*)$/m.exec(server.output())?.[1] ?? '';
    const answer = JSON.parse(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8', stdio: 'pipe' })) as object;
    expect(answer).toMatchObject({ data: { orders: { nodes: [{}, {}, {}] } } });
  });

  test('fills the token and three operations into GraphiQL, for this machine only', async () => {
    const here = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    const page = await here.text();
    expect(here.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(here.headers.get('access-control-allow-origin')).toBeNull();
    expect(page).toContain('<title>service-engine-x</title>');
    expect(page).toContain(readToken());
    expect(page).toMatch(/clientId\\+": \\+"client_/);
    expect(page).toMatch(/serviceId\\+": \\+"service_/);
    expect(page).toMatch(/id\\+": \\+"task_/);
    for (const name of ['query Orders', 'mutation CreateOrder', 'mutation CompleteTask']) expect(page).toContain(name);
    // A page elsewhere can have its own name pointed at this machine.
    expect(await pageFor(server.url, 'evil.example')).not.toContain('sx_live_');
  });

  test('keeps a secret of its own, and lets a client in by a link that is made with it', async () => {
    expect(fs.statSync(secretFile).mode & 0o777).toBe(0o600);
    const found = await ask(
      server.url,
      '{ clients(first: 1, filter: { status: { eq: ACTIVE } }) { nodes { id } } }',
      readToken(),
    );
    const { id } = (found.body as { data: { clients: { nodes: [{ id: string }] } } }).data.clients.nodes[0];
    const made = await ask(
      server.url,
      `mutation { magicLinkCreate(input: { clientId: "${id}" }) { ... on MagicLinkCreateSuccess { link } } }`,
      readToken(),
    );
    const { link } = (made.body as { data: { magicLinkCreate: { link: string } } }).data.magicLinkCreate;
    expect(link.startsWith(`${server.url}/login?token=`)).toBe(true);
    expect((await reply(link)).status).toBe(200);
    const token = new URL(link).searchParams.get('token') as string;
    const signedIn = await sendForm(`${server.url}/login`, { token }, { origin: server.url });
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/graphql']);
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] as string;
    expect(cookie).toMatch(/^sx_session=sx_session_/);

    // Who is signed in sees what a client sees, not what the demo token shows.
    const page = await reply(`${server.url}/graphql`, { headers: { cookie, accept: 'text/html' } });
    expect(page.text).toContain('<title>service-engine-x</title>');
    expect(page.text).not.toContain('sx_live_');
    const { text } = await reply(`${server.url}/graphql`, {
      method: 'POST',
      headers: { cookie, origin: server.url, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { kind } me { id } }' }),
    });
    expect(JSON.parse(text)).toMatchObject({ data: { viewer: { kind: 'CLIENT' }, me: { id } } });
    expect(server.output()).not.toContain(token);
    expect(server.output()).not.toContain(fs.readFileSync(secretFile, 'utf8').trim());
  });

  test('a second one says who uses the data, and leaves', async () => {
    const second = run(env);
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `The embedded database in ${directory} is in use by process ${server.child.pid}: stop that one first.\n`,
    );
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  test('after kill -9 it starts again, with the same token and the same secret', async () => {
    const token = readToken();
    const secret = fs.readFileSync(secretFile, 'utf8');
    server.child.kill('SIGKILL');
    await server.ended;
    server = await start(env);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(readToken()).toBe(token);
    expect(fs.readFileSync(secretFile, 'utf8')).toBe(secret);
    expect((await ask(server.url, '{ viewer { kind } }', token)).body).toMatchObject({
      data: { viewer: { kind: 'TOKEN' } },
    });
  });

  test('SIGTERM ends it and its database, with exit code 0', async () => {
    expect(postgresOf(directory)).not.toBeNull();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(postgresOf(directory)).toBeNull();
    expect(server.output()).not.toMatch(/"level":[456]0/);
  });
});

test('replaces a token that does not work any more', async () => {
  const old = readToken();
  fs.writeFileSync(tokenFile, 'sx_live_unknown\n', { mode: 0o644 });
  const server = await start(env);
  expect(readToken()).toMatch(/^sx_live_.{40,}$/);
  expect(readToken()).not.toBe(old);
  expect(fs.statSync(tokenFile).mode & 0o777).toBe(0o600);
  expect((await ask(server.url, '{ viewer { kind } }', readToken())).status).toBe(200);
  expect((await ask(server.url, '{ viewer { kind } }', old)).status).toBe(401);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

test('names a taken port and the variable, and stops its database again', async () => {
  const squatter = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  const { port } = squatter.address() as net.AddressInfo;
  const refused = run({ ...env, PORT: String(port) });
  expect(await refused.ended).toBe(1);
  expect(refused.output().split('\n').slice(-2)).toEqual([
    `Port ${port} is taken by another program. Set PORT to a free one, such as PORT=${port + 1} npm start.`,
    '',
  ]);
  expect(postgresOf(directory)).toBeNull();
  squatter.close();
});

test('finishes what runs before it ends, and is not ready meanwhile', async () => {
  const server = await start(env);
  const lock = await lockTags();
  const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  const question = JSON.stringify({ query: 'query Slow { tags { totalCount } }' });
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${readToken()}\r\n` +
      `content-type: application/json\r\ncontent-length: ${question.length}\r\n\r\n${question}`,
  );
  await lock.isWaitedFor();
  server.child.kill('SIGTERM');
  await until(() => server.output().includes('shutting down'), server);
  socket.write('GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed');
  await sleep(50);
  expect(received).toBe('');
  await lock.release();
  expect(await server.ended).toBe(0);
  expect(received).toMatch(/^HTTP\/1\.1 200 OK.*"totalCount":\d+.*$/s);
  expect(server.output()).toContain('"operation":"Slow"');
});

test('cuts off what is not finished in SHUTDOWN_SECONDS', async () => {
  const server = await start({ ...env, SHUTDOWN_SECONDS: '1' });
  const lock = await lockTags();
  const answer = ask(server.url, '{ tags { totalCount } }', readToken()).catch(() => ({ body: {} }));
  await lock.isWaitedFor();
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect((await answer).body).not.toMatchObject({ data: { tags: {} } });
  expect(server.output()).toContain('not finished in SHUTDOWN_SECONDS');
  expect(postgresOf(directory)).toBeNull();
  await lock.release();
});

test('a second signal ends it at once; the echo of the first does not', async () => {
  const server = await start(env);
  const lock = await lockTags();
  const answer = ask(server.url, '{ tags { totalCount } }', readToken()).catch(() => 'cut off');
  await lock.isWaitedFor();
  server.child.kill('SIGINT');
  server.child.kill('SIGINT');
  await sleep(1_100);
  expect(server.child.exitCode).toBeNull();
  server.child.kill('SIGINT');
  expect(await server.ended).toBe(130);
  expect(await answer).toBe('cut off');
  await lock.release();
});

test.each([
  ['npm', ['npm', 'start']],
  ['node --watch', [process.execPath, '--watch-path=src', 'src/server.ts']],
])('passes on what ends %s', async (_, command) => {
  const server = await start(env, command);
  expect(postgresOf(directory)).not.toBeNull();
  server.child.kill('SIGTERM');
  await server.ended;
  expect(server.output()).toContain('shutting down');
  expect(postgresOf(directory)).toBeNull();
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed');
});

/** Keeps every reader of the tags waiting, over a connection beside the server's own. */
async function lockTags() {
  const { superuserUrl } = await openEmbedded({ directory });
  const client = new pg.Client(superuserUrl);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('begin; lock table tags in access exclusive mode');
  return {
    async isWaitedFor() {
      for (;;) {
        const { rowCount } = await client.query(
          `select from pg_locks where not granted and relation = 'tags'::regclass`,
        );
        if (rowCount) return;
        await sleep(10);
      }
    },
    release: () => client.end().catch(() => undefined),
  };
}

/** GraphiQL as a browser gets it that came by this name. */
async function pageFor(url: string, host: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const request = http.get(`${url}/graphql`, { headers: { host, accept: 'text/html' } }, (response) => {
      let page = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        page += text;
      });
      response.once('end', () => resolve(page));
    });
    request.once('error', reject);
  });
}
