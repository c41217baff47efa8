import { inspect } from 'node:util';
import type { GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import { createGraphQLServer, type GraphQLServer } from '../../src/graphql/http.ts';
import { authenticateBy } from '../../src/identity/authentication.ts';
import type { Settings } from '../../src/kernel/env.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { schema } from '../../src/schema.ts';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { takeLogged, testDatabase } from './db.ts';
import { type Sent, sameBothWays, type Told, toldBy } from './reads.ts';
import { toolsOf } from './tools.ts';
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
  /** The same, sending these headers, too. */
  with(headers: Record<string, string>): Client;
};

export type Answer = {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
  extensions?: Record<string, unknown>;
};

/** What the servers of the tests are told by their environment. */
export const settings: Settings = {
  publicUrl: 'https://engine.test',
  secret: 'only-the-tests-know-this-secret-of-theirs',
};

const endpoint = `${settings.publicUrl}/graphql`;

type Servers = Record<'compiled' | 'plain', GraphQLServer>;

let made: { database: unknown; servers: Servers } | undefined;

async function testServers(): Promise<Servers> {
  const { database, log } = await testDatabase();
  if (made?.database !== database) {
    const options = {
      schema,
      tools: toolsOf(database),
      explainReads: false,
      publicSchema: true,
      settings,
      authenticate: authenticateBy(database.pool, settings),
    };
    // What the second server logs must not look like the first one's.
    const servers = {
      compiled: createGraphQLServer({ ...options, log, reads: 'compiled', explainReads: false, publicSchema: true }),
      plain: createGraphQLServer({
        ...options,
        log: pino({ level: 'silent' }),
        reads: 'plain',
        explainReads: false,
        publicSchema: true,
      }),
    };
    made = { database, servers };
  }
  return made.servers;
}

/** The server itself, over this worker's database. */
export async function testServer(): Promise<GraphQLServer> {
  return (await testServers()).compiled;
}

/** The same without compiled reads. */
export async function plainServer(): Promise<GraphQLServer> {
  return (await testServers()).plain;
}

/** One request over HTTP's own terms: with a credential instead of a viewer. Queries are answered plainly, too. */
export async function request(
  init: { headers?: Record<string, string>; body?: unknown; method?: string; url?: string } = {},
): Promise<Response> {
  const { method = 'POST', url = endpoint, headers, body = { query: '{ __typename }' } } = init;
  const ask = (server: GraphQLServer) =>
    server.fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
    }) as Promise<Response>;
  const response = await ask(await testServer());
  const isJson = !headers?.['content-type'] || headers['content-type'] === 'application/json';
  if (method === 'POST' && isJson && typeof (body as Partial<Sent> | null)?.query === 'string') {
    const tell = async (server: Promise<GraphQLServer>): Promise<Told> => toldBy(await ask(await server));
    await sameBothWays({
      sent: body as Sent,
      viewer: 'as the credential says',
      answered: await toldBy(response.clone()),
      compiled: () => tell(testServer()),
      plain: () => tell(plainServer()),
    });
  }
  return response;
}

/** What the server tells the viewer, who needs no credential. */
export async function ask(
  server: GraphQLServer,
  viewer: Viewer,
  sent: Sent,
  headers: Record<string, string> = {},
): Promise<Told> {
  const response = await server.fetch(
    endpoint,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      body: JSON.stringify(sent),
    },
    { viewer },
  );
  return await toldBy(response);
}

export function clientOf(actor: Actor, headers: Record<string, string> = {}): Client {
  const viewer = toViewer(actor);

  async function exchange(
    document: { toString(): string },
    variables: object = {},
  ): Promise<{ answer: Answer; told: () => string }> {
    takeLogged();
    const query = document.toString();
    if (query === '[object Object]') throw new Error('The document is not generated yet: npm run generate.');
    const sent = { query, variables };
    const answered = await ask(await testServer(), viewer, sent, headers);
    const logged = takeLogged();
    await sameBothWays({
      sent,
      viewer: `${viewer.kind} ${viewer.userId ?? ''}`,
      answered,
      compiled: async () => ask(await testServer(), viewer, sent, headers),
      plain: async () => ask(await plainServer(), viewer, sent, headers),
    });
    const told = () =>
      [
        `The viewer: ${viewer.kind} ${viewer.userId ?? ''}`,
        query.trim(),
        `Variables: ${inspect(variables, { depth: 10 })}`,
        `HTTP ${answered.status}: ${pretty(answered.text)}`,
        ...logged.map((line) => `Logged: ${pretty(line)}`),
      ].join('\n\n');
    return { answer: JSON.parse(answered.text) as Answer, told };
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
    with: (more) => clientOf(viewer, { ...headers, ...more }),
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
