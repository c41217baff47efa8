/** Serves the yardstick. node:http, pool size, role, credential and tenant are those of the engine. */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import pg from 'pg';
import { authenticateBy } from '../../src/identity/authentication.ts';
import { statements } from './statements.ts';

/** Each operation's path, with what its statement takes of the query string. */
const parameters: Record<keyof typeof statements, (query: URLSearchParams) => (string | null)[]> = {
  order: (query) => [query.get('number')],
  dashboard: () => [],
  deep: (query) => positionOf(query.get('after') ?? ''),
  filtered: (query) => [query.get('status'), query.get('employee')],
  wide: () => [],
  count: () => [],
};

function positionOf(cursor: string): [createdAt: string, id: string] {
  const [, createdAt, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, number, string];
  return [new Date(createdAt).toISOString(), id];
}

/** The answer as text, read in a transaction of the tenant's own. */
async function read(name: keyof typeof statements, query: URLSearchParams, authorization: string | null) {
  const viewer = await authenticate((header) => (header === 'authorization' ? authorization : null), randomUUID());
  const client = await pool.connect();
  try {
    await client.query(
      `begin isolation level repeatable read read only; select set_config('app.organization_id', '${viewer.organizationId}', true)`,
    );
    const { rows } = await client.query<{ answer: string }>({ ...statements[name], values: parameters[name](query) });
    await client.query('commit');
    client.release();
    return rows[0]?.answer ?? '';
  } catch (error) {
    client.release(true);
    throw error;
  }
}

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL_SIZE) });
const authenticate = authenticateBy(pool, { publicUrl: 'http://localhost' });

const server = http.createServer(async (request, response) => {
  const [path = '', query] = (request.url ?? '').split('?');
  const name = path.slice(1);
  if (!(name in statements)) return void response.end();
  try {
    const operation = name as keyof typeof statements;
    const answer = await read(operation, new URLSearchParams(query), request.headers.authorization ?? null);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) };
    response.writeHead(200, headers).end(answer);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(Number(process.env.PORT), '127.0.0.1');

process.once('SIGTERM', () => {
  server.close(() => void pool.end());
  server.closeAllConnections();
});
