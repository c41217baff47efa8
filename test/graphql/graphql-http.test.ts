import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newExchange } from '../../src/graphql/http.ts';
import { testServer } from '../kit/client.ts';

let server: http.Server;
let url: string;

beforeAll(async () => {
  const graphql = await testServer();
  server = http.createServer((request, response) => void graphql.handle(request, response, newExchange()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
});

afterAll(
  () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
);

// The list is fixed when the tests are collected, the address only when they run.
const audits = serverAudits({ url: () => url, fetchFn: fetch });

// What a server must do, should do and may do: none is excepted, so there is nothing to justify.
describe('GraphQL over HTTP', () => {
  test('has all the audits there are', () => expect(audits).toHaveLength(61));

  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s: %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    const { status, reason } = result as { status: string; reason?: string };
    expect({ status, reason }).toEqual({ status: 'ok', reason: undefined });
  });
});
