import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { httpLimits } from '../../src/server/http.ts';
import { settings } from '../kit/client.ts';
import { type Listening, listen, reply } from './listening.ts';

// Somebody who takes connections and gives nothing for them. The limits are the real ones, made short.

const opened: { destroy(): unknown }[] = [];
const listening: Listening[] = [];
const logged: string[] = [];

afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  for (const server of listening.splice(0)) await server.close();
  logged.length = 0;
});

async function serverWith(limits: Partial<typeof httpLimits>): Promise<Listening> {
  const log = pino({ level: 'warn' }, { write: (line) => void logged.push(line) });
  const server = await listen(settings, { limits, log });
  listening.push(server);
  return server;
}

/** A connection that is written to by hand. */
function connectTo({ url }: Listening) {
  const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
  opened.push(socket);
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  socket.on('error', () => {});
  const started = performance.now();
  const closed = new Promise<{ received: string; ms: number }>((resolve) =>
    socket.once('close', () => resolve({ received, ms: performance.now() - started })),
  );
  /** Writes a little every now and then, for as long as it may. */
  const drip = async (text: string, everyMs: number) => {
    for (const character of text) {
      if (socket.destroyed) return;
      socket.write(character);
      await sleep(everyMs);
    }
  };
  return { socket, closed, drip };
}

const isAlive = async ({ url }: Listening) => (await reply(`${url}/healthz`)).status;

describe('a connection', () => {
  test('over which headers come too slowly is closed, and others are served meanwhile', async () => {
    const server = await serverWith({ headersMs: 300, requestMs: 5_000 });
    const sockets = Array.from({ length: 50 }, () => connectTo(server));
    for (const { drip } of sockets) void drip(`GET /healthz HTTP/1.1\r\nx: ${'y'.repeat(1_000)}`, 20);
    await sleep(100);
    expect(await isAlive(server)).toBe(200);
    for (const { received, ms } of await Promise.all(sockets.map(({ closed }) => closed))) {
      expect(received).toMatch(/^HTTP\/1\.1 408 Request Timeout/);
      expect(ms).toBeLessThan(3_000);
    }
  });

  test('over which nothing comes at all is closed', async () => {
    const server = await serverWith({ headersMs: 200, requestMs: 200 });
    const { received } = await connectTo(server).closed;
    expect(received).toMatch(/^HTTP\/1\.1 408/);
  });

  test('over which a body comes too slowly is closed, and nobody is alarmed', async () => {
    const server = await serverWith({ headersMs: 200, requestMs: 400 });
    const { socket, closed, drip } = connectTo(server);
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{"query":"',
    );
    void drip('{'.repeat(1_000), 20);
    expect((await closed).ms).toBeLessThan(3_000);
    expect(await isAlive(server)).toBe(200);
    expect(logged).toEqual([]);
  });

  test('that goes away in the middle of a request is nothing to be alarmed about', async () => {
    const server = await serverWith({});
    for (const length of ['content-length: 1000', 'transfer-encoding: chunked']) {
      const { socket, closed } = connectTo(server);
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\n\r\n5\r\n{"que`,
      );
      await sleep(50);
      socket.destroy();
      await closed;
    }
    await sleep(50);
    expect(logged).toEqual([]);
  });

  test('whose answer is not read is closed', async () => {
    const server = await serverWith({ silenceMs: 300 });
    const { socket } = connectTo(server);
    socket.pause();
    // More answers than the network holds for somebody who reads none.
    const request = 'GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n';
    const ended = new Promise((resolve) => socket.once('error', resolve).once('close', resolve));
    void (async () => {
      while (!socket.destroyed && socket.writable) {
        socket.write(request.repeat(1_000));
        await sleep(10);
      }
    })();
    await ended;
    expect(await isAlive(server)).toBe(200);
  });

  test('is one of so many, and no more are taken', async () => {
    const server = await serverWith({ connections: 5 });
    const five = Array.from({ length: 5 }, () => connectTo(server));
    await Promise.all(five.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    const more = await connectTo(server).closed;
    expect([more.received, more.ms < 1_000]).toEqual(['', true]);
    five[0]?.socket.destroy();
    await five[0]?.closed;
    await sleep(20);
    const { socket, closed } = connectTo(server);
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect((await closed).received).toMatch(/^HTTP\/1\.1 200/);
  });
});

describe('a request', () => {
  const send = async (server: Listening, text: string) => {
    const { socket, closed } = connectTo(server);
    socket.write(text);
    return (await closed).received;
  };

  test.each([
    ['with very long headers', `GET /healthz HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['with a very long address', `GET /${'y'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    ['without a host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
    ['that is none', 'hello\r\n\r\n', 400],
    [
      'that has two lengths',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n',
      400,
    ],
    [
      'that has a length and chunks',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['with a header within a header', 'GET /healthz HTTP/1.1\r\nhost: x\r\nx: a\rb: c\r\n\r\n', 400],
  ])('%s is refused', async (_, text, status) => {
    const received = await send(await serverWith({}), text);
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received).not.toMatch(/node|\bat /);
  });
});

test('the limits of a server are those that are written down', () => {
  expect(httpLimits).toEqual({
    headerBytes: 16_384,
    headers: 100,
    headersMs: 10_000,
    requestMs: 30_000,
    silenceMs: 120_000,
    keepAliveMs: 65_000,
    connections: 1_000,
  });
});
