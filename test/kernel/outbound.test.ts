import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  createOutbound,
  isPublicAddress,
  type OutboundError,
  type OutboundRequest,
} from '../../src/kernel/outbound.ts';

type Received = { method: string; url: string; headers: http.IncomingHttpHeaders; body: string };

let server: http.Server;
let port: number;
let received: Received[];
let reply: http.RequestListener;

beforeAll(async () => {
  server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    reply(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => {
  received = [];
  reply = (_, response) => response.end('hello');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Names that nobody else knows; those of `here` may be anywhere. */
const names: Record<string, string[]> = {
  'here.test': ['127.0.0.1'],
  'also-here.test': ['127.0.0.1'],
  'inside.test': ['10.0.0.7'],
  'half-inside.test': ['93.184.216.34', '192.168.1.1'],
  'odd.test': ['not an address'],
  'nothing.test': [],
};
const outbound = createOutbound({
  privateHosts: ['here.test', 'also-here.test'],
  resolve: async (name) => names[name] ?? Promise.reject(new Error('ENOTFOUND 10.0.0.53')),
});

async function failureOf(url: string, request?: OutboundRequest, fetchOutbound = outbound): Promise<string> {
  const error: OutboundError = await fetchOutbound(url, request).then(
    ({ status }) => expect.fail(`answered ${status}`),
    (caught) => caught,
  );
  // Neither where it is nor what went wrong there.
  expect(error.message).not.toMatch(/\d+\.\d+\.\d+|ECONN|ENOTFOUND/);
  return error.code;
}

describe('an address', () => {
  test.each([
    ...['0.0.0.0', '0.1.2.3', '10.1.2.3', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.0.9'],
    ...['169.254.169.254', '168.63.129.16', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.168.0.1'],
    ...['198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::127.0.0.1', '::ffff:127.0.0.1', '::ffff:93.184.216.34', '::ffff:0:127.0.0.1'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::a00:1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1'],
    ...['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', '4000::1', '', 'localhost'],
  ])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));

  test.each([
    ...['1.1.1.1', '9.255.255.255', '93.184.216.34', '100.63.255.255', '172.32.0.1', '192.167.1.1', '223.255.255.255'],
    ...['2606:4700::1111', '2a00:1450:4001::1'],
  ])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));
});

describe('a call', () => {
  test('sends what it is given and answers what comes back, whatever the status', async () => {
    reply = (_, response) => response.writeHead(422, { 'x-told': 'so' }).end('no');
    const answer = await outbound(`http://here.test:${port}/hook?a=b#c`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', authorization: 'Bearer x' },
      body: 'żółw',
    });
    expect({ ...answer, headers: answer.headers['x-told'], body: answer.body.toString() }).toEqual({
      status: 422,
      headers: 'so',
      body: 'no',
      url: `http://here.test:${port}/hook?a=b#c`,
    });
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/hook?a=b',
        body: 'żółw',
        headers: {
          host: `here.test:${port}`,
          'content-length': '7',
          'content-type': 'text/plain',
          authorization: 'Bearer x',
        },
      },
    ]);
  });

  test.each([
    ...['file:///etc/passwd', 'gopher://here.test/', 'ftp://here.test/', 'data:text/plain,x', 'here.test', ''],
    ...['http://user:word@here.test/', 'http://user@here.test/', 'http://'],
  ])('to %s is refused: that is no address of the web', async (url) => {
    expect(await failureOf(url)).toBe('REFUSED');
  });

  test.each([
    ...['http://127.0.0.1/', 'http://127.1/', 'http://0x7f000001/', 'http://2130706433/', 'http://0177.0.0.1/'],
    ...['http://①②⑦.0.0.1/', 'http://127.0.0.1./', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://0/'],
    ...['http://169.254.169.254/latest/meta-data/', 'http://[fd00:ec2::254]/', 'http://[64:ff9b::a9fe:a9fe]/'],
    ...['http://inside.test/', 'https://inside.test/', 'http://half-inside.test/', 'http://odd.test/'],
  ])('to %s is refused: that is in our own network', async (url) => {
    expect(await failureOf(url)).toBe('REFUSED');
    expect(received).toEqual([]);
  });

  test('to localhost is refused by what the machine itself says of that name', async () => {
    expect(await failureOf(`http://localhost:${port}/`, {}, createOutbound())).toBe('REFUSED');
  });

  test.each([21, 22, 25, 110, 1_023])('to port %i is refused: nobody serves the web there', async (at) => {
    expect(await failureOf(`http://93.184.216.34:${at}/`)).toBe('REFUSED');
  });

  test('to a name that nobody has is one that could not be reached', async () => {
    for (const name of ['unknown.test', 'nothing.test']) {
      expect(await failureOf(`http://${name}/`)).toBe('UNREACHABLE');
    }
  });

  test('to a host of ours is possible by its name, or at one port of it', async () => {
    const one = createOutbound({ privateHosts: [`127.0.0.1:${port}`] });
    expect((await one(`http://127.0.0.1:${port}/`)).body.toString()).toBe('hello');
    expect(await failureOf(`http://127.0.0.1:${port + 1}/`, {}, one)).toBe('REFUSED');
    expect(await failureOf(`http://[::1]:${port}/`, {}, one)).toBe('REFUSED');
  });

  test('goes to the address that was looked at: a name is resolved once', async () => {
    const asked: string[] = [];
    const rebinding = createOutbound({
      privateHosts: ['rebinding.test'],
      resolve: async (name) => {
        asked.push(name);
        return asked.length === 1 ? ['127.0.0.1'] : ['127.0.0.2'];
      },
    });
    await rebinding(`http://rebinding.test:${port}/`);
    expect(asked).toEqual(['rebinding.test']);
    expect(received).toHaveLength(1);
  });
});

describe('a redirect', () => {
  const leadTo = (location: string, status = 302): void => {
    reply = (request, response) =>
      request.url === '/end' ? response.end('arrived') : response.writeHead(status, { location }).end('on');
  };

  test.each([301, 302, 303, 307, 308])('of status %i is followed', async (status) => {
    leadTo('/end', status);
    const { body, url } = await outbound(`http://here.test:${port}/start`);
    expect([body.toString(), url]).toEqual(['arrived', `http://here.test:${port}/end`]);
  });

  test.each([
    'http://127.0.0.1/',
    'http://inside.test/',
    '//[::1]/',
    'file:///etc/passwd',
    'http://u:p@here.test/',
    'http://',
  ])('to %s is refused', async (location) => {
    leadTo(location);
    expect(await failureOf(`http://here.test:${port}/start`)).toBe('REFUSED');
    expect(received).toHaveLength(1);
  });

  test('is followed three times, or as often as asked for', async () => {
    leadTo('/on');
    expect(await failureOf(`http://here.test:${port}/start`)).toBe('TOO_MANY_REDIRECTS');
    expect(received).toHaveLength(4);
    expect(await failureOf(`http://here.test:${port}/start`, { maxRedirects: 0 })).toBe('TOO_MANY_REDIRECTS');
    expect(received).toHaveLength(5);
  });

  test('of what changes something is not followed', async () => {
    leadTo('/end', 307);
    expect(await failureOf(`http://here.test:${port}/start`, { method: 'POST', body: 'x' })).toBe('TOO_MANY_REDIRECTS');
    expect(received).toHaveLength(1);
  });

  test('to another host takes no secrets there', async () => {
    const headers = { Authorization: 'Bearer x', cookie: 'a=b', accept: 'text/plain' };
    leadTo(`http://also-here.test:${port}/end`);
    await outbound(`http://here.test:${port}/start`, { headers });
    leadTo('/end');
    await outbound(`http://here.test:${port}/start`, { headers });
    expect(received.map((one) => [one.headers.host, one.headers.authorization, one.headers.cookie])).toEqual([
      [`here.test:${port}`, 'Bearer x', 'a=b'],
      [`also-here.test:${port}`, undefined, undefined],
      [`here.test:${port}`, 'Bearer x', 'a=b'],
      [`here.test:${port}`, 'Bearer x', 'a=b'],
    ]);
    expect(received.every((one) => one.headers.accept === 'text/plain')).toBe(true);
  });
});

describe('patience', () => {
  test('ends with an answer that never begins, that drips, or with a name that is never resolved', async () => {
    const timeoutMs = 150;
    reply = () => {};
    expect(await failureOf(`http://here.test:${port}/`, { timeoutMs })).toBe('TIMEOUT');
    reply = async (_, response) => {
      response.writeHead(200);
      while (!response.destroyed) {
        response.write('.');
        await sleep(20);
      }
    };
    expect(await failureOf(`http://here.test:${port}/`, { timeoutMs })).toBe('TIMEOUT');
    const lost = createOutbound({ resolve: () => new Promise(() => {}) });
    expect(await failureOf('http://here.test/', { timeoutMs }, lost)).toBe('TIMEOUT');
  });

  test('ends with the bytes that were asked for at most', async () => {
    reply = (_, response) => response.end('x'.repeat(1_001));
    expect(await failureOf(`http://here.test:${port}/`, { maxBytes: 1_000 })).toBe('TOO_LARGE');
    expect((await outbound(`http://here.test:${port}/`, { maxBytes: 1_001 })).body).toHaveLength(1_001);
  });

  test('has nothing to do with what breaks off, or is no HTTP', async () => {
    reply = (_, response) =>
      void response.writeHead(200, { 'content-length': '10' }).write('x', () => response.destroy());
    expect(await failureOf(`http://here.test:${port}/`)).toBe('UNREACHABLE');
    reply = (request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    expect(await failureOf(`http://here.test:${port}/`)).toBe('UNREACHABLE');
    reply = (request) => request.socket.end('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n');
    expect(await failureOf(`http://here.test:${port}/`)).toBe('UNREACHABLE');
  });
});
