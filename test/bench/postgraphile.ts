/**
 * Serves PostGraphile 5 on the bench database, from the folder that it was installed into, as its documentation would
 * have it in production: grafserv on node:http, prepared statements, no GraphiQL, no explain. Role, pool, credential
 * and tenant are those of the engine.
 */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import pg from 'pg';
import { authenticateBy } from '../../src/identity/authentication.ts';

// It is no dependency of ours, so its types are not there: what is used of it.
type Preset = Record<string, unknown>;
type Instance = { createServ(kind: unknown): { addTo(server: http.Server): Promise<void> } };
type RequestContext = { node?: { req?: http.IncomingMessage } };

const installed = createRequire(path.join(process.env.PEERS_FOLDER ?? '', 'package.json'));
const { postgraphile } = installed('postgraphile') as { postgraphile(preset: Preset): Instance };
const { grafserv } = installed('postgraphile/grafserv/node') as { grafserv: unknown };
const { pgSmartTags } = installed('postgraphile/utils') as { pgSmartTags(rules: object[]): unknown };
const { makePgService } = installed('postgraphile/adaptors/pg') as { makePgService(options: object): unknown };
const { PostGraphileAmberPreset } = installed('postgraphile/presets/amber') as { PostGraphileAmberPreset: Preset };
const { PostGraphileConnectionFilterPreset } = installed('postgraphile-plugin-connection-filter') as {
  PostGraphileConnectionFilterPreset: Preset;
};

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL_SIZE) });
const authenticate = authenticateBy(pool, { publicUrl: 'http://localhost' });

// What is unique by an index, not by a constraint, PostGraphile must be told; under row-level security a number is, too.
const uniques = {
  orders: ['number', 'organization_id,id'],
  order_statuses: ['organization_id,code,kind'],
  users: ['organization_id,id'],
  tags: ['organization_id,id'],
};

const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  plugins: [
    pgSmartTags(Object.entries(uniques).map(([match, unique]) => ({ kind: 'class', match, tags: { unique } }))),
  ],
  // It offers orders and relations by the first column of an index only: here that is the organization in all of them.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({ pool, schemas: ['public'], pubsub: false })],
  schema: {
    connectionFilterRelations: true,
    // Plain lists beside connections, for what the engine answers as plain lists.
    defaultBehavior: 'connection list',
  },
  grafast: {
    explain: false,
    context: async ({ node }: RequestContext) => {
      const authorization = node?.req?.headers.authorization ?? null;
      const viewer = await authenticate((header) => (header === 'authorization' ? authorization : null), randomUUID());
      return { pgSettings: { 'app.organization_id': viewer.organizationId } };
    },
  },
  grafserv: { graphiql: false, websockets: false, graphqlOverGET: true, outputDataAsString: true },
});

const server = http.createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), '127.0.0.1');

// It keeps nothing, and would complain of each request that a closing pool leaves unanswered.
process.once('SIGTERM', () => process.exit(0));
