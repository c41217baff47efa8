import http from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import type { Log } from '../../../src/kernel/log.ts';
import { createHttpServer, type Route } from '../../../src/server/http.ts';
import { invoiceRoutes } from '../../../src/server/invoices/routes.ts';
import { settings, testServer } from '../../kit/client.ts';
import { testDatabase } from '../../kit/db.ts';

export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer; text: string };
export type Ask = (path: string, options?: { method?: string; accept?: string }) => Promise<Answer>;

/** The process's HTTP side, as it listens; and a client that sends paths as they are. */
export async function serve(
  routes: Readonly<Record<string, Route>>,
  log: Log = pino({ level: 'silent' }),
): Promise<{ ask: Ask; port: number; close: () => Promise<void> }> {
  const server = createHttpServer({
    graphql: await testServer(),
    graphiql: async () => {},
    readiness: async () => null,
    log,
    settings,
    routes,
  });
  const port = Number(new URL(await server.listen(0, '127.0.0.1')).port);
  const agent = new http.Agent({ keepAlive: true });
  const ask: Ask = (path, { method = 'GET', accept = 'text/html' } = {}) =>
    new Promise((resolve, reject) => {
      const request = http.request({ port, path, method, agent, headers: { accept } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const body = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() });
        });
      });
      request.once('error', reject).end();
    });
  const close = async () => {
    agent.destroy();
    await server.drain();
  };
  return { ask, port, close };
}

/** The same with the pages of invoices, for a whole file. */
export function serving(): Ask {
  let served: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    const { database, log } = await testDatabase();
    served = await serve(invoiceRoutes({ database, log }));
  });
  afterAll(() => served.close());
  return (path, options) => served.ask(path, options);
}
