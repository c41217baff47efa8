/**
 * The yardstick: the dashboard page as somebody would write it who writes only this page. One named statement lets
 * PostgreSQL build the whole answer; node:http, pool size, role, credential and tenant are those of the engine.
 */
import { createHash, randomUUID } from 'node:crypto';
import http from 'node:http';
import pg from 'pg';
import { authenticate } from '../../src/identity/authentication.ts';

const pageSize = 50;
const nestedSize = 5;

const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

// The engine's cursor: a mark of the order, then the values of the last row.
const mark = createHash('sha256').update('createdAt desc,id desc').digest('base64url').slice(0, 6);
const cursor = `rtrim(translate(encode(convert_to(
  '["${mark}",' || (extract(epoch from created_at) * 1000)::bigint || ',"' || id || '"]', 'utf8'), 'base64'), E'+/\\n', '-_'), '=')`;

const dashboard = {
  name: 'dashboard',
  text: `
    with found as (
      select *, row_number() over (order by created_at desc, id desc) as place
        from orders where deleted_at is null order by created_at desc, id desc limit ${pageSize + 1}
    ), page as (
      select * from found where place <= ${pageSize}
    )
    select json_build_object('data', json_build_object('orders', json_build_object(
      'nodes', (select coalesce(json_agg(node), '[]') from (
        select
          'order_' || o.id as id, o.number, o.service_name as "serviceName",
          json_build_object('name', s.name, 'kind', s.kind) as status,
          json_build_object('amount', round(o.price, 2)::text, 'currency', o.currency) as price,
          ${instant('o.created_at')} as "createdAt",
          ${instant('o.due_at')} as "dueAt",
          (select row_to_json(client) from (
            select 'client_' || c.id as id, c.first_name || ' ' || c.last_name as name, c.email, c.company
              from users c where c.id = o.client_id
          ) client) as client,
          (select coalesce(json_agg(employee), '[]') from (
            select 'member_' || u.id as id, u.first_name || ' ' || u.last_name as name
              from order_employees l join users u on u.id = l.employee_id
              where l.order_id = o.id order by u.first_name, u.last_name, u.id
          ) employee) as employees,
          (select coalesce(json_agg(tag), '[]') from (
            select 'tag_' || t.id as id, t.name
              from order_tags l join tags t on t.id = l.tag_id where l.order_id = o.id order by t.name, t.id
          ) tag) as tags,
          (select json_build_object('nodes', coalesce(json_agg(task), '[]')) from (
            select 'task_' || t.id as id, t.name, t.is_complete as "isComplete",
                ${instant('t.effective_due_at')} as "effectiveDueAt"
              from order_tasks t where t.order_id = o.id order by t.created_at desc, t.id desc limit ${nestedSize}
          ) task) as tasks,
          (select json_build_object('nodes', coalesce(json_agg(message), '[]')) from (
            select 'message_' || m.id as id, m.body, ${instant('m.created_at')} as "createdAt", m.staff_only as "staffOnly"
              from order_messages m where m.order_id = o.id order by m.created_at desc, m.id desc limit ${nestedSize}
          ) message) as messages
        from page o join order_statuses s on s.code = o.status_code
        order by o.place
      ) node),
      'pageInfo', json_build_object(
        'hasNextPage', (select count(*) > ${pageSize} from found),
        'endCursor', (select ${cursor} from page order by place desc limit 1))
    )))::text as answer`,
};

/** The dashboard page as text, in a transaction of the tenant's own. */
async function readDashboard(pool: pg.Pool, authorization: string | null): Promise<string> {
  const viewer = await authenticate(pool, authorization, randomUUID());
  const client = await pool.connect();
  try {
    await client.query(
      `begin isolation level repeatable read read only; select set_config('app.organization_id', '${viewer.organizationId}', true)`,
    );
    const { rows } = await client.query<{ answer: string }>(dashboard);
    await client.query('commit');
    client.release();
    return rows[0]?.answer ?? '';
  } catch (error) {
    client.release(true);
    throw error;
  }
}

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL_SIZE) });

const server = http.createServer(async (request, response) => {
  if (request.url !== '/dashboard') return void response.end();
  try {
    const answer = await readDashboard(pool, request.headers.authorization ?? null);
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
