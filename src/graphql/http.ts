import { randomUUID } from 'node:crypto';
import { type GraphQLSchema, getOperationAST } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Tools } from '../kernel/command.ts';
import { DomainError } from '../kernel/errors.ts';
import { inRequest, type Log } from '../kernel/log.ts';
import type { Header, Viewer } from '../kernel/viewer.ts';
import { type Context, createContext } from './context.ts';
import { answerDirectly, costHeader, type DirectOptions, type Exchange, type NodeHandler } from './direct.ts';
import { useDocuments } from './documents.ts';
import { maskError, toGraphQLError } from './errors.ts';
import { idempotencyHeader } from './idempotency.ts';
import { createOperations, type OperationOptions } from './operation.ts';
import { noPersistedOperations, type PersistedOperations, usePersistedOperations } from './persisted.ts';

export function newExchange(ipAddress: string | null = null, caller: AbortSignal | null = null): Exchange {
  return { requestId: randomUUID(), ipAddress, caller, operation: null, charge: null, cookies: [] };
}

/** What a caller inside the process may give. HTTP requests bring an exchange, never a viewer. */
export type ServerContext = { viewer?: Viewer; exchange?: Exchange };

export type GraphQLServer = {
  /** For a caller inside the process. */
  fetch: YogaServerInstance<ServerContext, Context>['fetch'];
  /** For node:http. */
  handle: NodeHandler;
};

export type GraphQLServerOptions = OperationOptions & {
  schema: GraphQLSchema;
  tools: Tools;
  log: Log;
  authenticate: (header: Header, requestId: string) => Promise<Viewer>;
  /** How long a request may be. */
  maxBodyBytes?: number;
  persisted?: PersistedOperations;
};

/** Far above any operation that a person writes, far below what makes reading it cost something. */
export const usualBodyBytes = 1_000_000;

/** The GraphQL endpoint over HTTP. */
export function createGraphQLServer(options: GraphQLServerOptions): GraphQLServer {
  const { schema, tools, log, settings, maxBodyBytes = usualBodyBytes, persisted = noPersistedOperations } = options;
  const operations = createOperations(options);
  const documents = useDocuments();

  const contextFor = async (header: Header, exchange: Exchange, given?: Viewer) => {
    const { requestId, ipAddress, caller } = exchange;
    const viewer = given ?? (await options.authenticate(header, requestId));
    return createContext({ ...viewer, requestId }, tools, {
      log,
      settings,
      ipAddress,
      caller,
      exchange,
      asksForCost: header(costHeader) !== null,
      header,
      idempotencyKey: header(idempotencyHeader),
    });
  };

  const yoga = createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    logging: false,
    multipart: false,
    maxRequestBodySize: maxBodyBytes,
    // Which pages may call is for the process to say, of everything that it serves: server/cors.ts.
    cors: false,
    parserAndValidationCache: documents.cache,
    // Also in development nobody is told more than in production.
    maskedErrors: { maskError: maskError(log) as never, isDev: false },
    context: async ({ request, ...server }) => {
      const { viewer, exchange = newExchange() } = server as ServerContext;
      try {
        return (await contextFor((name) => request.headers.get(name), exchange, viewer)) as never;
      } catch (error) {
        throw error instanceof DomainError ? toGraphQLError(error) : error;
      }
    },
    extraParamNames: ['documentId'],
    plugins: [
      useExchange(),
      useJsonOnly(),
      usePersistedOperations(persisted, (context) => (context as ServerContext).viewer !== undefined),
      documents.plugin,
      operations.plugin,
    ],
  });

  const answer: DirectOptions['answer'] = async ({ query, ...params }, header, exchange) => {
    const document = operations.documentOf(query);
    if (!document) return null;
    const contextValue = await contextFor(header, exchange);
    exchange.operation = getOperationAST(document, params.operationName)?.name?.value ?? null;
    return await operations.answer({ schema, document, contextValue, ...params });
  };

  return {
    fetch: yoga.fetch,
    handle: answerDirectly({
      maxBodyBytes,
      persisted,
      answer,
      yoga: (request, response, exchange) => yoga(request, response, { exchange }),
    }),
  };
}

/** One id for the viewer, for what is logged on the way and for the answer's header; and what the answer cost. */
function useExchange(): Plugin<Context, ServerContext> {
  return {
    onRequest({ serverContext, requestHandler, setRequestHandler }) {
      serverContext.exchange ??= newExchange();
      const { requestId } = serverContext.exchange;
      setRequestHandler((request, context) => inRequest(requestId, () => requestHandler(request, context)));
    },
    onExecute({ args }) {
      const { exchange } = args.contextValue as ServerContext;
      if (exchange) exchange.operation = getOperationAST(args.document, args.operationName)?.name?.value ?? null;
    },
    onResponse({ response, serverContext }) {
      const { requestId, charge, cookies = [] } = serverContext.exchange ?? {};
      if (requestId !== undefined) response.headers.set('x-request-id', requestId);
      charge?.settle(Number(response.headers.get('content-length')));
      for (const [name, value] of Object.entries(charge?.headers() ?? {})) response.headers.set(name, value);
      for (const cookie of cookies) response.headers.append('set-cookie', cookie);
    },
  };
}

/** Only JSON is understood: a form of any page in the web can send everything else without asking. */
function useJsonOnly(): Plugin<Context, ServerContext> {
  return {
    onRequestParse({ request, requestParser, endResponse, fetchAPI }) {
      const type = request.headers.get('content-type')?.toLowerCase() ?? '';
      if (request.method !== 'POST' || (requestParser && !type.startsWith('application/x-www-form-urlencoded'))) return;
      const error = { message: 'The content type must be application/json.', extensions: { code: 'BAD_REQUEST' } };
      endResponse(fetchAPI.Response.json({ errors: [error] }, { status: 415 }));
    },
  };
}
