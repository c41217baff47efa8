import { pino } from 'pino';
import { createGraphQLServer } from '../../src/graphql/http.ts';
import { anonymousViewer, type Viewer } from '../../src/kernel/viewer.ts';
import { schema } from '../../src/schema.ts';
import { createHttpServer } from '../../src/server/http.ts';
import { ask, plainServer, settings } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { difference, disagreement, readOf, type Sent, type Told, toldBy } from '../kit/reads.ts';
import { toolsOf } from '../kit/tools.ts';

/** What one operation is answered, wherever it can be asked. */
export type Answers = { compiled: Told; http: Told; plain: Told };

export type Servers = {
  /** What the compiling server answers inside the process. */
  compiled(name: string, sent: Sent): Promise<Told>;
  /** What the same server answers to an application, on the shortest way that it has. */
  http(name: string, sent: Sent): Promise<Told>;
  plain(name: string, sent: Sent): Promise<Told>;
  close(): Promise<void>;
};

/** The servers for a world's viewers. Over HTTP a viewer is known by the name alone. */
export async function openServers(viewers: Readonly<Record<string, Viewer>>): Promise<Servers> {
  const { database } = await testDatabase();
  const log = pino({ level: 'silent' });
  const graphql = createGraphQLServer({
    schema,
    tools: toolsOf(database),
    log,
    settings,
    authenticate: async (header) => viewers[header('authorization') ?? ''] ?? anonymousViewer(),
    reads: 'compiled',
    explainReads: true,
    publicSchema: true,
  });
  const http = createHttpServer({ graphql, graphiql: async () => {}, readiness: async () => null, log, settings });
  const url = `${await http.listen(0, '127.0.0.1')}/graphql`;
  return {
    compiled: (name, sent) => ask(graphql, viewers[name] as Viewer, sent),
    http: async (name, sent) =>
      toldBy(
        await fetch(url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/graphql-response+json',
            authorization: name,
          },
          body: JSON.stringify(sent),
        }),
      ),
    plain: async (name, sent) => ask(await plainServer(), viewers[name] as Viewer, sent),
    close: http.drain,
  };
}

export async function answersOf(servers: Servers, name: string, sent: Sent): Promise<Answers> {
  return {
    compiled: await servers.compiled(name, sent),
    http: await servers.http(name, sent),
    plain: await servers.plain(name, sent),
  };
}

/** With these the compiler was wrong, and the plain path covered for it. */
const brokenReasons = ['it failed', 'something was null that must not be'];

/** What is wrong with the answers, with everything that is needed to see it again; or null. */
export function faultOf(name: string, sent: Sent, { compiled, http, plain }: Answers): string | null {
  const { reason = '' } = readOf(compiled) ?? {};
  if (brokenReasons.includes(reason)) return `${reason}\n\n${disagreement(sent, name, compiled, plain)}`;
  const differs = (told: Told) => difference(sent, told, plain) !== null && !isChance(told, plain);
  if (differs(compiled)) return disagreement(sent, name, compiled, plain);
  return differs(http) ? `Over HTTP:\n\n${disagreement(sent, name, http, plain)}` : null;
}

/** Of two fields that fail and must not be null graphql-js tells the one that fails first. Which that is, the database decides. */
function isChance(told: Told, plain: Told): boolean {
  if (readOf(told)?.path !== 'fallback' || told.status !== plain.status) return false;
  const [one, other] = [told, plain].map(({ text }) => {
    const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: { path?: unknown[] }[] };
    return data === null && errors?.length === 1 ? errors[0]?.path?.join() : undefined;
  });
  return one !== undefined && other !== undefined && one !== other;
}

/** Asks everywhere, and throws when the answers are not the same. */
export async function sameAnswers(servers: Servers, name: string, sent: Sent): Promise<Answers> {
  const answers = await answersOf(servers, name, sent);
  const fault = faultOf(name, sent, answers);
  if (fault !== null) throw new Error(fault);
  return answers;
}
