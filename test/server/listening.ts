import type { ChargeOptions } from '../../src/graphql/charges.ts';
import { createGraphQLServer } from '../../src/graphql/http.ts';
import { authenticateBy } from '../../src/identity/authentication.ts';
import type { Settings } from '../../src/kernel/env.ts';
import type { Log } from '../../src/kernel/log.ts';
import { schema } from '../../src/schema.ts';
import { accountRoutes } from '../../src/server/accounts/routes.ts';
import { exportRoutes } from '../../src/server/exports/routes.ts';
import { createHttpServer, type HttpServerOptions } from '../../src/server/http.ts';
import { invoiceRoutes } from '../../src/server/invoices/routes.ts';
import { signInRoutes } from '../../src/server/sign-in.ts';
import { testDatabase } from '../kit/db.ts';
import { toolsOf } from '../kit/tools.ts';
import { unique } from '../kit/unique.ts';

type ListenOptions = { hasPortals?: boolean; log?: Log; mostExportedRows?: number; charges?: ChargeOptions } & Partial<
  Pick<HttpServerOptions, 'allowedOrigins' | 'graphiql' | 'limits' | 'routes' | 'trustedProxies'>
>;

export type Listening = { url: string; close(): Promise<void> };

/** The HTTP side over this worker's database, within this process. */
export async function listen(
  settings: Settings,
  { hasPortals = true, log: given, routes, mostExportedRows, charges, ...more }: ListenOptions = {},
): Promise<Listening> {
  const { database, log } = await testDatabase();
  const tools = toolsOf(database);
  const authenticate = authenticateBy(database.pool, settings);
  const graphql = createGraphQLServer({
    schema,
    tools,
    log,
    settings,
    authenticate,
    reads: 'compiled',
    explainReads: false,
    publicSchema: true,
    charges,
  });
  const server = createHttpServer({
    graphql,
    graphiql: async () => {},
    readiness: async () => null,
    log: given ?? log,
    settings,
    trustedProxies: 1,
    routes: {
      ...signInRoutes({ tools, settings, authenticate, hasPortals }),
      ...accountRoutes({ tools, settings, authenticate }),
      ...invoiceRoutes({ database, log: given ?? log }),
      ...exportRoutes({ graphql, authenticate, mostRows: mostExportedRows }),
      ...routes,
    },
    ...more,
  });
  return { url: await server.listen(0, '127.0.0.1'), close: server.drain };
}

export type Reply = { status: number; headers: Headers; text: string };

/** An address that nobody else comes from: what is counted by addresses is counted anew. */
export function newAddress(): string {
  return `2001:db8:${process.pid.toString(16).slice(-4)}:${unique().toString(16)}::1`;
}

/** One request, its redirects not followed; from an address of its own unless it names one. */
export async function reply(url: string, init: RequestInit = {}): Promise<Reply> {
  const headers = { 'x-forwarded-for': newAddress(), ...(init.headers as Record<string, string>) };
  const response = await fetch(url, { redirect: 'manual', ...init, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A form as a browser sends it from the page of the same server. */
export function sendForm(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
): Promise<Reply> {
  return reply(url, { method: 'POST', body: new URLSearchParams(fields), headers });
}
