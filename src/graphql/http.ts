import { randomUUID } from 'node:crypto';
import { type GraphQLSchema, getOperationAST } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Database } from '../kernel/db.ts';
import { DomainError } from '../kernel/errors.ts';
import { inRequest, type Log } from '../kernel/log.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { type Context, createContext } from './context.ts';
import { maskError, toGraphQLError } from './errors.ts';
import { type OperationOptions, useOperations } from './operation.ts';

/** One request and its answer: the id that names it everywhere, and what became known of it on the way. */
export type Exchange = { readonly requestId: string; operation: string | null };

export function newExchange(): Exchange {
  return { requestId: randomUUID(), operation: null };
}

/** What a caller inside the process may give. HTTP requests bring an exchange, never a viewer. */
export type ServerContext = { viewer?: Viewer; exchange?: Exchange };

export type GraphQLServer = YogaServerInstance<ServerContext, Context>;

export type GraphQLServerOptions = OperationOptions & {
  schema: GraphQLSchema;
  database: Database;
  log: Log;
  authenticate: (authorization: string | null, requestId: string) => Promise<Viewer>;
};

/** Far above any operation that a person writes, far below what makes reading it cost something. */
const maxBodyBytes = 1_000_000;

/** The GraphQL endpoint over HTTP. */
export function createGraphQLServer(options: GraphQLServerOptions): GraphQLServer {
  const { schema, database, log, authenticate } = options;
  return createYoga<ServerContext, Context>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    logging: false,
    multipart: false,
    maxRequestBodySize: maxBodyBytes,
    // Any page may call: the credential is a header that only its owner can set, there are no cookies to abuse.
    cors: { credentials: false, methods: ['GET', 'POST'], exposedHeaders: ['x-request-id'], maxAge: 86_400 },
    // Also in development nobody is told more than in production.
    maskedErrors: { maskError: maskError(log) as never, isDev: false },
    context: async ({ request, ...server }) => {
      const { viewer: given, exchange = newExchange() } = server as ServerContext;
      try {
        const viewer = given ?? (await authenticate(request.headers.get('authorization'), exchange.requestId));
        return createContext({ ...viewer, requestId: exchange.requestId }, database, log) as never;
      } catch (error) {
        throw error instanceof DomainError ? toGraphQLError(error) : error;
      }
    },
    plugins: [useExchange(), useJsonOnly(), useOperations(options)],
  });
}

/** One id for the viewer, for what is logged on the way and for the answer's header. */
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
      if (serverContext.exchange) response.headers.set('x-request-id', serverContext.exchange.requestId);
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
