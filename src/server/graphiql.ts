import { once } from 'node:events';
import type http from 'node:http';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import zlib from 'node:zlib';
import type { Exchange } from '../graphql/direct.ts';

const gunzip = promisify(zlib.gunzip);

/** What the page shows to somebody who may know the demo token. */
export type Prefilled = {
  token: string;
  headers: string;
  tabs: { query: string; variables?: string; headers: string }[];
};

export type GraphiQLOptions = {
  /** What the page shows besides, to whoever sits at this machine and is not signed in: the demo token would come first. */
  prefill: (() => Promise<Prefilled>) | null;
  isSignedIn: (request: http.IncomingMessage) => boolean;
};

export type GraphiQL = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  exchange: Pick<Exchange, 'ipAddress'>,
) => Promise<void>;

/** The page, and the SHA-256 of each script that stands in it. */
export type RenderedPage = { compressed: Uint8Array; scriptHashes: string[] };

// The page brings everything with it; this also keeps it from running anything else, and from asking anybody but us. Its editor
// makes its workers of its own text (blob:) and writes its styles as it goes.
function policyFor({ scriptHashes }: RenderedPage): string {
  return [
    "default-src 'none'",
    `script-src ${scriptHashes.map((hash) => `'sha256-${hash}'`).join(' ')}`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The page for browsers. It is 9 MB of text: made when first asked for, and kept compressed. */
export function createGraphiQL({ prefill, isSignedIn }: GraphiQLOptions): GraphiQL {
  const pages = new Map<boolean, Promise<RenderedPage>>();

  const page = (prefilled: boolean) => {
    const made = pages.get(prefilled) ?? render(prefilled && prefill ? prefill() : null);
    pages.set(prefilled, made);
    // A failure is not kept: the next visit tries again.
    made.catch(() => pages.delete(prefilled));
    return made;
  };

  return async (request, response, { ipAddress }) => {
    const rendered = await page(prefill !== null && isLocal(request, ipAddress) && !isSignedIn(request));
    const accepts = request.headers['accept-encoding']?.includes('gzip') ?? false;
    const body = accepts ? rendered.compressed : await gunzip(rendered.compressed);
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.length,
      'content-security-policy': policyFor(rendered),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      ...(accepts ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(body);
  };
}

async function render(prefilled: Promise<Prefilled> | null): Promise<RenderedPage> {
  const worker = new Worker(new URL('./graphiql-page.ts', import.meta.url), { workerData: await prefilled });
  const [page] = (await once(worker, 'message')) as [RenderedPage];
  return page;
}

const localNames = new Set(['localhost', '127.0.0.1', '[::1]']);

// The token is for whoever sits at this machine. A foreign name in the header means that a page elsewhere had its
// name pointed here to read ours.
function isLocal(request: http.IncomingMessage, ipAddress: string | null): boolean {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '');
  return /^(::1|(::ffff:)?127\.)/.test(ipAddress ?? '') && localNames.has(name);
}
