import http from 'node:http';
import type { Exchange } from '../graphql/direct.ts';
import { type GraphQLServer, newExchange } from '../graphql/http.ts';
import type { Settings } from '../kernel/env.ts';
import { UnavailableError } from '../kernel/errors.ts';
import { type Log, printable } from '../kernel/log.ts';
import { metrics } from '../kernel/metrics.ts';
import { addressOf } from './addresses.ts';
import { createCors } from './cors.ts';
import type { GraphiQL } from './graphiql.ts';
import { protectiveHeaders, setHeaders } from './headers.ts';
import { StartError } from './lifetime.ts';
import { createPaths } from './paths.ts';
import type { Readiness } from './readiness.ts';

export type HttpServer = {
  /** Starts to accept; answers the URL under which it does. */
  listen(port: number, host: string): Promise<string>;
  /** Stops accepting and waits for the requests that run. */
  drain(): Promise<void>;
};

/** @param segments what stands in the path's named segments, as it was sent: still percent-encoded */
export type Answer = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  exchange: Exchange,
  segments: Readonly<Record<string, string>>,
) => unknown;

/** What answers under a path, and for which methods. Null: that is for the answer to say. */
export type Route = {
  methods: string[] | null;
  answer: Answer;
  /** Whether pages of the allowed origins may ask here. */
  forPages?: boolean;
};

/** How much a connection may take, and for how long, before it is closed. */
export const httpLimits = {
  /** Of a request's first line and headers. */
  headerBytes: 16_384,
  headers: 100,
  /** Until the headers have come, and until the whole request has, in milliseconds. */
  headersMs: 10_000,
  requestMs: 30_000,
  /** Without a byte either way: of whoever does not read what was asked for. */
  silenceMs: 120_000,
  /** Between two requests. Longer than the usual minute of a load balancer: it, not we, decides when one is given up. */
  keepAliveMs: 65_000,
  connections: 1_000,
};

export type HttpServerOptions = {
  graphql: GraphQLServer;
  /** Null where there is no such page. */
  graphiql: GraphiQL | null;
  readiness: Readiness;
  log: Log;
  settings: Pick<Settings, 'publicUrl'>;
  /** The origins whose pages may use the API. None without it. */
  allowedOrigins?: readonly string[];
  /** How many proxies of our own a request comes through. None without it. */
  trustedProxies?: number;
  limits?: Partial<typeof httpLimits>;
  /** More than there always is, by path. */
  routes?: Readonly<Record<string, Route>>;
};

const probes = new Set(['/healthz', '/readyz']);

/** The process's HTTP side: routes, request ids, one log line per request. */
export function createHttpServer({
  graphql,
  graphiql,
  readiness,
  log,
  settings,
  allowedOrigins = [],
  trustedProxies = 0,
  limits: given,
  routes: more = {},
}: HttpServerOptions): HttpServer {
  const limits = { ...httpLimits, ...given };
  const headers = protectiveHeaders(settings.publicUrl);
  const cors = createCors(allowedOrigins);
  const running = new Set<http.ServerResponse>();
  let draining = false;

  const health: Answer = (_, response) => sendJson(response, 200, { status: 'ok' });

  const ready: Answer = async (_, response) => {
    const reason = await readiness();
    if (reason === null) sendJson(response, 200, { status: 'ok' });
    else sendJson(response, 503, { status: 'unavailable', reason });
  };

  const counted: Answer = async (_, response) => {
    const text = await metrics.metrics();
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
  };

  const home: Answer = (request, response) => {
    if (!graphiql || !wantsHtml(request)) return notFound(request, response);
    response.writeHead(302, { location: '/graphql' }).end();
  };

  const graph: Answer = (request, response, exchange) =>
    graphiql && request.method === 'GET' && wantsHtml(request)
      ? graphiql(request, response, exchange)
      : graphql.handle(request, response, exchange);

  const routeOf = createPaths<Route>({
    // Which methods GraphQL allows is for its own server to say.
    '/graphql': { methods: null, answer: graph, forPages: true },
    '/healthz': { methods: ['GET', 'HEAD'], answer: health },
    '/readyz': { methods: ['GET', 'HEAD'], answer: ready },
    '/metrics': { methods: ['GET', 'HEAD'], answer: counted },
    '/': { methods: ['GET', 'HEAD'], answer: home },
    ...more,
  });

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const caller = new AbortController();
    const exchange = newExchange(addressOf(request, trustedProxies), caller.signal);
    const path = pathOf(request);
    logWhenDone(request, response, exchange, path, log);
    running.add(response);
    response.once('close', () => {
      running.delete(response);
      if (!response.writableFinished) caller.abort(new UnavailableError());
    });
    response.setHeader('x-request-id', exchange.requestId);
    setHeaders(response, headers);
    if (draining) response.setHeader('connection', 'close');
    try {
      const found = routeOf(path);
      if (!found) return notFound(request, response);
      const { target: route, segments } = found;
      if (route.forPages && cors(request, response)) return;
      if (route.methods && !route.methods.includes(request.method ?? '')) {
        response.setHeader('allow', route.methods.join(', '));
        return sendJson(response, 405, { error: `${request.method} is not possible here.` });
      }
      await route.answer(request, response, exchange, segments);
    } catch (error) {
      if (hasLeft(request, error)) return;
      log.error({ err: error, requestId: exchange.requestId }, 'a request failed unexpectedly');
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: 'Something went wrong here.', requestId: exchange.requestId });
    }
  }

  const server = http.createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      // Node looks at the times of the others so often, and no oftener.
      connectionsCheckingInterval: Math.min(limits.headersMs, limits.requestMs, 1_000),
    },
    (request, response) => void answer(request, response),
  );
  server.maxHeadersCount = limits.headers;
  server.maxConnections = limits.connections;
  server.timeout = limits.silenceMs;

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)));
        server.listen(port, host, () => resolve(urlOf(server, host)));
      }),
    drain: () =>
      new Promise((resolve) => {
        draining = true;
        for (const response of running) if (!response.headersSent) response.setHeader('connection', 'close');
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

export function sendJson(response: http.ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

function notFound(request: http.IncomingMessage, response: http.ServerResponse): void {
  sendJson(response, 404, { error: `There is nothing at ${shortened(pathOf(request))}. The graph is at /graphql.` });
}

// Who goes away before the whole request has come is nothing to be alarmed about.
function hasLeft(request: http.IncomingMessage, error: unknown): boolean {
  return !request.complete && request.destroyed && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
}

function wantsHtml(request: http.IncomingMessage): boolean {
  return request.headers.accept?.includes('text/html') ?? false;
}

// Without the search part: a GET carries its variables there.
function pathOf(request: http.IncomingMessage): string {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  return path;
}

// As much as is told, or logged.
function shortened(path: string): string {
  return printable(path.slice(0, 200));
}

function logWhenDone(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  exchange: Exchange,
  path: string,
  log: Log,
): void {
  const started = performance.now();
  response.once('close', () => {
    const line = {
      requestId: exchange.requestId,
      ...callerIdIn(request),
      method: request.method,
      path: shortened(path),
      // A caller who left before the answer was written got none.
      status: response.writableFinished ? response.statusCode : null,
      ms: Math.round((performance.now() - started) * 10) / 10,
      ...(exchange.operation === null ? {} : { operation: exchange.operation.slice(0, 100) }),
    };
    // Probes ask every few seconds and have nothing to tell while all is well.
    if (probes.has(path) && response.statusCode === 200) log.debug(line, 'request');
    else log.info(line, 'request');
  });
}

/** By what name the caller knows the request, where that is a name and not a text. Ours is another: nobody chooses it. */
function callerIdIn({ headers }: http.IncomingMessage): { callerRequestId?: string } {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? { callerRequestId: given } : {};
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} is taken by another program. Set PORT to a free one, such as PORT=${port + 1} npm start.`,
    );
  }
  if (error.code === 'EACCES')
    return new StartError(`Port ${port} may not be used by this user. Set PORT to one above 1023.`);
  return new StartError(`The server can't listen on ${host}, port ${port} (HOST, PORT): ${error.message}`);
}

function urlOf(server: http.Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const everywhere = ['0.0.0.0', '::'].includes(host);
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
