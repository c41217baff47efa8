/**
 * The yardstick: each operation as somebody would write it who writes only this one. One named statement lets
 * PostgreSQL build the whole answer, under the same row-level security as the engine's.
 */
import { createHash } from 'node:crypto';

export type Statement = { name: string; text: string };

const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

// The engine's cursor: a mark of the order, then the values of the last row.
const mark = createHash('sha256').update('createdAt desc,id desc').digest('base64url').slice(0, 6);
const cursor = `rtrim(translate(encode(convert_to(
  '["${mark}",' || (extract(epoch from created_at) * 1000)::bigint || ',"' || id || '"]', 'utf8'), 'base64'), E'+/\\n', '-_'), '=')`;

/** The columns of one order, `o` with its status `s`, and what hangs beneath it. */
function orderColumns(nestedSize: number): string {
  return `
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
    (select row_to_json(invoice) from (
      select 'invoice_' || i.id as id, i.number, i.status,
          json_build_object('amount', round(i.total, 2)::text, 'currency', i.currency) as total
        from invoices i where i.id = o.invoice_id and i.deleted_at is null
    ) invoice) as invoice,
    (select json_build_object('totalCount', count(*))
      from tickets k where k.order_id = o.id and k.deleted_at is null) as tickets,
    (select json_build_object('nodes', coalesce(json_agg(task), '[]')) from (
      select 'task_' || t.id as id, t.name, t.is_complete as "isComplete",
          ${instant('t.effective_due_at')} as "effectiveDueAt"
        from order_tasks t where t.order_id = o.id order by t.created_at desc, t.id desc limit ${nestedSize}
    ) task) as tasks,
    (select json_build_object('nodes', coalesce(json_agg(message), '[]')) from (
      select 'message_' || m.id as id, m.body, ${instant('m.created_at')} as "createdAt", m.staff_only as "staffOnly"
        from order_messages m where m.order_id = o.id order by m.created_at desc, m.id desc limit ${nestedSize}
    ) message) as messages`;
}

/** What the wide page shows beyond the dashboard's. */
function widerColumns(nestedSize: number): string {
  return `
    (select row_to_json(service) from (
      select 'service_' || v.id as id, v.name from services v where v.id = o.service_id and v.deleted_at is null
    ) service) as service,
    (select json_build_object('nodes', coalesce(json_agg(field), '[]')) from (
      select 'field_' || f.id as id, f.name, f.type, f.value, ${instant('f.submitted_at')} as "submittedAt"
        from filled_form_fields f where f.order_id = o.id order by f.created_at desc, f.id desc limit ${nestedSize}
    ) field) as "formFields"`;
}

type Page = { name: string; size: number; columns: string; condition?: string };

function page({ name, size, columns, condition = 'true' }: Page): Statement {
  const text = `
    with found as (
      select *, row_number() over (order by created_at desc, id desc) as place
        from orders o where deleted_at is null and ${condition} order by created_at desc, id desc limit ${size + 1}
    ), page as (
      select * from found where place <= ${size}
    )
    select json_build_object('data', json_build_object('orders', json_build_object(
      'nodes', (select coalesce(json_agg(node), '[]') from (
        select ${columns} from page o join order_statuses s on s.code = o.status_code order by o.place
      ) node),
      'pageInfo', json_build_object(
        'hasNextPage', (select count(*) > ${size} from found),
        'endCursor', (select ${cursor} from page order by place desc limit 1))
    )))::text as answer`;
  return { name, text };
}

const dashboardPage = { size: 50, columns: orderColumns(5) };

/** By what they answer; the parameters are named where they are sent. */
export const statements = {
  order: {
    name: 'order',
    text: `
      select json_build_object('data', json_build_object('order', (select row_to_json(node) from (
        select ${orderColumns(5)}
          from orders o join order_statuses s on s.code = o.status_code
          where o.number = $1 and o.deleted_at is null
      ) node)))::text as answer`,
  },
  dashboard: page({ name: 'dashboard', ...dashboardPage }),
  deep: page({ name: 'deep', ...dashboardPage, condition: '(created_at, id) < ($1::timestamptz, $2::uuid)' }),
  filtered: page({
    name: 'filtered',
    ...dashboardPage,
    condition: `status_kind = $1
      and exists (select from order_employees l where l.order_id = o.id and l.employee_id = $2::uuid)`,
  }),
  wide: page({ name: 'wide', size: 100, columns: `${orderColumns(10)}, ${widerColumns(10)}` }),
  count: {
    name: 'count',
    text: `
      select json_build_object('data', json_build_object('orders', json_build_object('totalCount', count(*))))::text as answer
        from orders where deleted_at is null`,
  },
} satisfies Record<string, Statement>;
