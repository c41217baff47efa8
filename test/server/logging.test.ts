import net from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../src/kernel/log.ts';
import { settings } from '../kit/client.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { type Listening, listen, reply } from './listening.ts';

// What somebody from outside makes the log say.

let server: Listening;
let world: World;
let written = '';
const keep = (text: string) => {
  written += text;
};

beforeAll(async () => {
  const log = createLog('debug', { write: keep });
  const broken = () => Promise.reject(new Error('broken'));
  server = await listen(settings, { log, routes: { '/broken/:what': { methods: ['GET'], answer: broken } } });
  world = await makeWorld();
});
beforeEach(() => {
  written = '';
});
afterAll(() => server.close());

type Line = Record<string, unknown> & { msg: string };

/** The log's lines so far: each is one JSON object, and nothing in them moves a terminal's cursor. */
function lines(): Line[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(written).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  return written
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** A request as it is written, byte by byte. */
function send(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      received += part;
    });
    socket.once('close', () => resolve(received));
    socket.on('error', () => {});
    socket.end(Buffer.from(text, 'latin1'));
  });
}

const post = (query: string, headers: Record<string, string> = {}, more: object = {}) =>
  reply(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...more }),
  });

describe('a request is one line, whatever is written in', () => {
  test.each([
    ['a path with an encoded new line', '/x%0a{"level":60,"msg":"hacked"}%0d%0a'],
    ['a path with a terminal’s commands', '/%1b[2J%1b[31m'],
    ['a path with quotes', '/"},{"level":60,"msg":"hacked'],
    ['a very long path', `/${'x'.repeat(10_000)}`],
    ['a path that fails', '/broken/%0a%9b2J'],
  ])('%s', async (_, path) => {
    await send(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    await expect.poll(() => lines().filter(({ msg }) => msg === 'request')).toHaveLength(1);
    const told = lines();
    expect(told.every(({ msg }) => ['request', 'a request failed unexpectedly'].includes(msg))).toBe(true);
    expect(String(told.at(-1)?.path).length).toBeLessThanOrEqual(200);
  });

  test('a path with bytes that are commands is none', async () => {
    expect(await send('GET /\x9b2J\x90 HTTP/1.1\r\nhost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(lines()).toEqual([]);
  });

  test.each([
    ['a user agent', 'user-agent: x\x9b2J{"level":60}\x1b[31m'],
    ['a referrer', 'referer: https://x/\x85\x9b2J'],
    ['a request id', 'x-request-id: x"},{"level":60'],
    ['an address', 'x-forwarded-for: \x1b[2J, "},{'],
    ['a host', 'host: x\x9b2J'],
  ])('%s', async (_, header) => {
    await send(`GET /healthz HTTP/1.1\r\nhost: x\r\n${header}\r\nconnection: close\r\n\r\n`);
    expect(lines().filter(({ msg }) => msg !== 'request')).toEqual([]);
    for (const line of lines()) expect(JSON.stringify(line)).not.toContain('2J');
  });

  test('a name of an operation', async () => {
    await post(`query ${'Very'.repeat(100)} { __typename }`);
    await post('query A { __typename }', {}, { operationName: '\u001b[2J\n{"level":60}' });
    await expect.poll(() => lines().length).toBe(2);
    expect(lines().map(({ operation }) => operation)).toEqual(['Very'.repeat(25), undefined]);
  });
});

describe('a caller’s own id for a request', () => {
  test('is written beside ours, where it is one', async () => {
    const { headers } = await post('{ __typename }', { 'x-request-id': 'edge-7f3a.1' });
    await expect.poll(() => lines().length).toBe(1);
    expect(lines()).toMatchObject([{ requestId: headers.get('x-request-id'), callerRequestId: 'edge-7f3a.1' }]);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(['x'.repeat(101), 'a b', '{"a":1}', '<script>', 'a;b'])(
    'is left out where it is a text: %s',
    async (id) => {
      await post('{ __typename }', { 'x-request-id': id });
      await expect.poll(() => lines().length).toBe(1);
      expect(lines()[0]).not.toHaveProperty('callerRequestId');
    },
  );
});

describe('no secret is written', () => {
  test('of whoever asks, in whatever place it stands', async () => {
    const { secret: token } = await world.token(world.admin);
    const { secret: session } = await world.session({ user: world.admin });
    const secrets = [token, session, 'the-password-of-ana', 'sk_test_stripe', 'a-magic-token'];
    await post('{ viewer { kind } }', { authorization: `Bearer ${token}` });
    await post('{ viewer { kind } }', { cookie: `__Host-session=${session}`, 'x-requested-with': 'x' });
    await post('{ viewer { kind } }', { authorization: `Basic ${token}` });
    const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }';
    await post(signIn, {}, { variables: { input: { email: 'ana@example.com', password: 'the-password-of-ana' } } });
    await post(
      'mutation { stripeAccountUpdate(input: { publishableKey: "pk_test_1", secretKey: "sk_test_stripe" }) { __typename } }',
      { authorization: `Bearer ${token}` },
    );
    await reply(`${server.url}/login?token=a-magic-token`);
    await reply(`${server.url}/reset-password?token=a-magic-token`);
    await reply(`${server.url}/broken/x?token=a-magic-token`);
    await reply(`${server.url}/invoices/1?key=a-magic-token`);
    await expect.poll(() => lines().filter(({ msg }) => msg === 'request').length).toBe(9);
    for (const secret of secrets) expect(written).not.toContain(secret);
    expect(written).not.toContain('ana@example.com');
  });

  test('of people, when PostgreSQL tells the row that it refuses', async () => {
    const client = await world.client({ email: 'geheim@example.com' });
    const log = createLog('info', { write: keep });
    await world.owner
      .query(`update users set status = 'odd' where id = $1`, [client.id])
      .catch((err) => log.error({ err }, 'it failed'));
    expect(lines()).toMatchObject([
      { msg: 'it failed', err: { constraint: 'users_status_check', detail: '[redacted]' } },
    ]);
    expect(written).not.toContain('geheim');
  });
});
