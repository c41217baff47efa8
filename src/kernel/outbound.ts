import dns from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { webUrlOf } from './input.ts';

/** What is sent, and how much patience there is with the answer. */
export type OutboundRequest = {
  /** GET without it. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** For everything together: names, redirects, the last byte of the answer. 10 s without it. */
  timeoutMs?: number;
  /** 1 MB without it. An answer that is longer is none. */
  maxBytes?: number;
  /** Three without it. Only GET and HEAD follow any. */
  maxRedirects?: number;
};

export type OutboundAnswer = {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** Where it came from at last. */
  url: string;
};

/** Calls an address that somebody entered: a webhook's, an issuer's. Rejects with an OutboundError, or answers whatever status there is. */
export type FetchOutbound = (url: string, request?: OutboundRequest) => Promise<OutboundAnswer>;

export type OutboundPolicy = {
  /** Hosts that may be called wherever they are, as `host` or `host:port`: a company's own, and those of tests. */
  privateHosts?: readonly string[];
  /** The addresses of a name. */
  resolve?: (name: string) => Promise<readonly string[]>;
};

type Refusal = 'REFUSED' | 'UNREACHABLE' | 'TIMEOUT' | 'TOO_LARGE' | 'TOO_MANY_REDIRECTS';

/**
 * Why an address was not called, or gave no answer. Whoever entered it may know that it failed, and not how: how tells what
 * there is in our network.
 */
export class OutboundError extends Error {
  readonly code: Refusal;

  constructor(code: Refusal, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Public by its number, and yet it answers the machines of Azure about themselves. */
const metadata = new Set(['168.63.129.16']);
/** All of IPv6 that is handed out to anybody. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether the address is somebody's in the internet: not this machine's, not our network's, and none that leads there. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (metadata.has(parsed.toString()) || parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);
}

const redirects = new Set([301, 302, 303, 307, 308]);
/** What was meant for one host is not told to another. */
const secretHeaders = /^(authorization|cookie|proxy-authorization)$/i;

/**
 * What calls addresses that people entered. Each is resolved once and every address of it looked at, the connection goes to
 * those addresses and no other, and each redirect is a new address. So no name can lead it into our own network.
 */
export function createOutbound({ privateHosts = [], resolve = addressesOf }: OutboundPolicy = {}): FetchOutbound {
  const trusted = new Set(privateHosts);

  async function checked(text: string): Promise<Target> {
    const url = webUrlOf(text);
    if (!url) throw refused('it is no http or https address, or has a name and password in it');
    const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const isTrusted = trusted.has(url.hostname) || trusted.has(`${url.hostname}:${portOf(url)}`);
    const addresses = ipaddr.isValid(name) ? [name] : await resolve(name).catch(() => []);
    if (addresses.length === 0) throw unreachable('the name has no address');
    if (!isTrusted) {
      if (!isWebPort(portOf(url))) throw refused(`nobody serves the web at port ${portOf(url)}`);
      if (!addresses.every(isPublicAddress)) throw refused('its address is not public');
    }
    return { url, name, addresses };
  }

  return async (text, request = {}) => {
    const { method = 'GET', timeoutMs = 10_000, maxBytes = 1_000_000, maxRedirects = 3 } = request;
    const signal = AbortSignal.timeout(timeoutMs);
    let target = await inTime(checked(text), signal);
    let headers = request.headers ?? {};
    for (let followed = 0; ; followed += 1) {
      const response = await send(target, { ...request, method, headers }, signal);
      const { statusCode: status = 0, headers: told } = response;
      if (!redirects.has(status) || told.location === undefined) {
        const body = await bodyOf(response, maxBytes, signal);
        return { status, headers: told, body, url: target.url.href };
      }
      response.destroy();
      if (!['GET', 'HEAD'].includes(method) || followed >= maxRedirects) {
        throw new OutboundError('TOO_MANY_REDIRECTS', 'The address leads on to another one.');
      }
      const next = await inTime(checked(URL.parse(told.location, target.url)?.href ?? ''), signal);
      if (target.url.protocol === 'https:' && next.url.protocol === 'http:') throw refused('it leads on without TLS');
      if (next.url.origin !== target.url.origin) headers = without(headers, secretHeaders);
      target = next;
    }
  };
}

type Target = { url: URL; name: string; addresses: readonly string[] };
type Sent = Pick<OutboundRequest, 'method' | 'headers' | 'body'>;

function send({ url, name, addresses }: Target, { method, headers, body }: Sent, signal: AbortSignal) {
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request({
      method,
      protocol: url.protocol,
      hostname: name,
      port: portOf(url),
      path: `${url.pathname}${url.search}`,
      headers: {
        'user-agent': 'service-engine-x',
        ...headers,
        host: url.host,
        // What is not compressed can't become a thousand times longer here.
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      lookup: pinnedTo(addresses),
      // A connection that is kept would be one that nobody has looked at.
      agent: false,
      signal,
    });
    request.once('response', resolve);
    request.on('error', (error) => reject(signal.aborted ? tooSlow(error) : unreachable(error)));
    // One that is made something else than HTTP ends without a word.
    request.once('close', () => reject(unreachable('closed')));
    request.end(body);
  });
}

/** What the connection asks for the name's addresses: it gets those that were looked at. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: ipaddr.parse(address).kind() === 'ipv6' ? 6 : 4 }));
  return (_, options, callback) => {
    const [first] = known as [(typeof known)[number]];
    if (options.all) callback(null, known);
    else callback(null, first.address, first.family);
  };
}

async function bodyOf(response: http.IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      length += (chunk as Buffer).length;
      if (length > maxBytes) break;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw signal.aborted ? tooSlow(error) : unreachable(error);
  }
  if (length > maxBytes) throw new OutboundError('TOO_LARGE', `The answer has more than ${maxBytes} bytes.`);
  return Buffer.concat(chunks);
}

async function addressesOf(name: string): Promise<string[]> {
  return (await dns.lookup(name, { all: true })).map(({ address }) => address);
}

/** The work's result, unless the time is over first. */
function inTime<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const over = () => reject(tooSlow(signal.reason));
    signal.addEventListener('abort', over, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', over));
  });
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

// Below 1024 are mail, shells and the like: what HTTP says to them may be a command.
function isWebPort(port: number): boolean {
  return port === 80 || port === 443 || port >= 1_024;
}

function without(headers: Readonly<Record<string, string>>, names: RegExp): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.test(name)));
}

function refused(why: string): OutboundError {
  return new OutboundError('REFUSED', `The address may not be called: ${why}.`);
}

function unreachable(cause: unknown): OutboundError {
  return new OutboundError('UNREACHABLE', 'The address could not be reached.', { cause });
}

function tooSlow(cause: unknown): OutboundError {
  return new OutboundError('TIMEOUT', 'The address took too long to answer.', { cause });
}
