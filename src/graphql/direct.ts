import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ExecutionArgs } from 'graphql';
import { inRequest } from '../kernel/log.ts';
import type { Header } from '../kernel/viewer.ts';
import type { Charge } from './charges.ts';
import { type AskedOperation, type PersistedOperations, persistedText } from './persisted.ts';

/** One request and its answer: the id that names it everywhere, and what became known of it on the way. */
export type Exchange = {
  readonly requestId: string;
  /** From where it came. Null inside the process. */
  readonly ipAddress: string | null;
  /** Aborted when whoever asked has left. Null inside the process. */
  readonly caller: AbortSignal | null;
  operation: string | null;
  /** What it costs. Null until that is taken. */
  charge: Charge | null;
  /** What the answer has browsers keep. */
  readonly cookies: string[];
};

/** Whoever sends it is told in the answer what it cost. */
export const costHeader = 'x-cost';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse, exchange: Exchange) => unknown;

/** What an application sends with an operation. */
export type Params = Pick<ExecutionArgs, 'operationName' | 'variableValues'> & { query: string };

export type DirectOptions = {
  maxBodyBytes: number;
  persisted: PersistedOperations;
  /** The answer's bytes (see kernel/wire.ts), where it can be given at once; everything else is Yoga's. */
  answer: (params: Params, header: Header, exchange: Exchange) => Promise<string | null>;
  yoga: NodeHandler;
};

/**
 * Answers an application's everyday request, a known query that is compiled, without the detour over the Fetch API's requests,
 * responses and streams: that costs a third of such a request. It gives the headers and the text that Yoga would give, and it
 * only ever succeeds: whatever is new, odd or refused goes to Yoga as it came.
 */
export function answerDirectly({ maxBodyBytes, persisted, answer, yoga }: DirectOptions): NodeHandler {
  return async (request, response, exchange) => {
    const mediaType = mediaTypeFor(request.headers.accept);
    if (mediaType === null || !hasPlainJson(request, maxBodyBytes)) return yoga(request, response, exchange);
    const body = await bytesOf(request);
    const params = paramsOf(body, persisted);
    const bytes =
      params &&
      (await inRequest(exchange.requestId, () =>
        // A refusal is told by Yoga, which meets it again.
        answer(params, headerOf(request), exchange).catch(() => null),
      ));
    // What was read can't be read again.
    if (bytes === null) return yoga(Object.assign(request, { body: Readable.from([body]) }), response, exchange);
    response
      .writeHead(200, {
        'content-type': `${mediaType}; charset=utf-8`,
        'content-length': bytes.length,
        ...exchange.charge?.headers(),
      })
      .end(bytes, 'latin1');
  };
}

export function headerOf({ headers }: IncomingMessage): Header {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : null;
  };
}

function hasPlainJson({ method, headers }: IncomingMessage, maxBodyBytes: number): boolean {
  const length = Number(headers['content-length']);
  return (
    method === 'POST' &&
    /^application\/json *(;|$)/i.test(headers['content-type'] ?? '') &&
    headers['content-encoding'] === undefined &&
    headers[costHeader] === undefined &&
    length > 0 &&
    length <= maxBodyBytes
  );
}

// As Yoga chooses: the first that is asked for of the two that it has for a result, the older one for whoever takes any.
function mediaTypeFor(accept = '*/*'): string | null {
  for (const entry of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
    if (parameters.some((parameter) => parameter.startsWith('charset=') && parameter !== 'charset=utf-8')) continue;
    if (type === 'application/graphql-response+json') return type;
    if (['application/json', 'application/*', '*/*'].includes(type)) return 'application/json';
  }
  return null;
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

const names = new Set(['query', 'documentId', 'variables', 'operationName', 'extensions']);

function paramsOf(body: Buffer, persisted: PersistedOperations): Params | null {
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(body.toString());
  } catch {
    return null;
  }
  if (typeof given !== 'object' || given === null || Object.keys(given).some((name) => !names.has(name))) return null;
  const { variables, operationName } = given;
  const query = queryOf(given, persisted);
  if (query === null) return null;
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) return null;
  if (operationName != null && typeof operationName !== 'string') return null;
  return { query, operationName, variableValues: variables as Params['variableValues'] };
}

function queryOf(given: AskedOperation, persisted: PersistedOperations): string | null {
  try {
    const text = persistedText(given, persisted) ?? given.query;
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}
