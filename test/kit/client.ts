import { inspect } from 'node:util';
import type { GraphQLFormattedError } from 'graphql';
import { createGraphQLServer, type GraphQLServer } from '../../src/graphql/http.ts';
import { authenticate } from '../../src/identity/authentication.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { schema } from '../../src/schema.ts';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { takeLogged, testDatabase } from './db.ts';
import { type Actor, toViewer } from './viewers.ts';

type Arguments<Variables> = Record<never, never> extends Variables ? [variables?: Variables] : [variables: Variables];
// A text instead of a typed document: for requests that the schema does not allow, or that are made up.
type Document<Data, Variables> = TypedDocumentString<Data, Variables> | string;

/** The variables that a typed document takes. */
export type VariablesOf<Document> = Document extends TypedDocumentString<unknown, infer Variables> ? Variables : never;

export type Refusal = {
  code: string;
  message: string;
  path?: readonly (string | number)[];
  extensions: Record<string, unknown>;
};

export type Client = {
  viewer: Viewer;
  /** Answers the data. Throws, with the whole exchange, when there is any error. */
  run<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    ...variables: Arguments<Variables>
  ): Promise<Data>;
  /** The same for a document without types. */
  // biome-ignore lint/suspicious/noExplicitAny: nothing is known about it
  run(document: string, variables?: Record<string, unknown>): Promise<any>;
  /** Answers the errors. Throws, with the whole exchange, when there are none. */
  refused<Data, Variables>(
    document: Document<Data, Variables>,
    variables?: Partial<Variables> | Record<string, unknown>,
  ): Promise<Refusal[]>;
  /** The answer as it is, errors and all. */
  answer(document: { toString(): string }, variables?: object): Promise<Answer>;
};

export type Answer = { data?: Record<string, unknown> | null; errors?: GraphQLFormattedError[] };

const endpoint = 'http://engine.test/graphql';

let made: { database: unknown; server: GraphQLServer } | undefined;

/** The server itself, over this worker's database. */
export async function testServer(): Promise<GraphQLServer> {
  const { database, log } = await testDatabase();
  if (made?.database !== database) {
    const server = createGraphQLServer({
      schema,
      database,
      log,
      authenticate: (authorization, requestId) => authenticate(database.pool, authorization, requestId),
    });
    made = { database, server };
  }
  return made.server;
}

/** One request over HTTP's own terms: with a credential instead of a viewer. */
export async function request(
  init: { headers?: Record<string, string>; body?: unknown; method?: string; url?: string } = {},
): Promise<Response> {
  const server = await testServer();
  const { method = 'POST', url = endpoint, headers, body = { query: '{ __typename }' } } = init;
  return await server.fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
}

export function clientOf(actor: Actor): Client {
  const viewer = toViewer(actor);

  async function exchange(
    document: { toString(): string },
    variables: object = {},
  ): Promise<{ answer: Answer; told: () => string }> {
    const server = await testServer();
    takeLogged();
    const query = document.toString();
    if (query === '[object Object]') throw new Error('The document is not generated yet: npm run generate.');
    const response = await server.fetch(
      endpoint,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
        body: JSON.stringify({ query, variables }),
      },
      { viewer },
    );
    const text = await response.text();
    const logged = takeLogged();
    const told = () =>
      [
        `The viewer: ${viewer.kind} ${viewer.userId ?? ''}`,
        query.trim(),
        `Variables: ${inspect(variables, { depth: 10 })}`,
        `HTTP ${response.status}: ${pretty(text)}`,
        ...logged.map((line) => `Logged: ${pretty(line)}`),
      ].join('\n\n');
    return { answer: JSON.parse(text) as Answer, told };
  }

  return {
    viewer,
    run: async (document: { toString(): string }, variables?: object) => {
      const { answer, told } = await exchange(document, variables);
      if (answer.errors || !answer.data) throw new Error(`Expected an answer without errors.\n\n${told()}`);
      return answer.data as never;
    },
    refused: async (document, variables) => {
      const { answer, told } = await exchange(document, variables as object);
      if (!answer.errors?.length) throw new Error(`Expected the request to be refused.\n\n${told()}`);
      return answer.errors.map(({ message, path, extensions = {} }) => ({
        code: String(extensions.code ?? ''),
        message,
        ...(path ? { path } : {}),
        extensions,
      }));
    },
    answer: async (document, variables) => (await exchange(document, variables)).answer,
  };
}

function pretty(text: string): string {
  try {
    const value = JSON.parse(text) as { err?: { stack?: string } };
    // A stack is made to be read by people.
    return value.err?.stack ?? JSON.stringify(value, null, 2);
  } catch {
    return text;
  }
}
