import { getNamedType, isInputObjectType } from 'graphql';
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, type IdType } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import { ask, plainServer, testServer } from '../kit/client.ts';
import { testDatabase } from '../kit/db.ts';
import { beneath, mutations, validInput, withId } from '../kit/inputs.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makePopulatedWorld, type PopulatedWorld } from '../kit/world.ts';

// Isolation where it is kept: SQL of the app role's own against every table, every function that looks past it, and for every id
// that can be given the very bytes and statements of an id that never existed.

let here: PopulatedWorld;
let stranger: PopulatedWorld;

beforeAll(async () => {
  [here, stranger] = [await makePopulatedWorld(), await makePopulatedWorld()];
}, 60_000);

// ------------------------------------------------------------------ SQL of the app role

type Table = { name: string; tenant: string };

async function tenantTables(): Promise<Table[]> {
  const { owner } = await testDatabase();
  const { rows } = await owner.query<Table>(`
    select table_name as name, column_name as tenant from information_schema.columns
    where table_schema = 'public' and (column_name = 'organization_id' and is_nullable = 'NO' and table_name not in (
        select table_name from information_schema.tables where table_schema = 'public' and table_type <> 'BASE TABLE')
      or table_name = 'organizations' and column_name = 'id')
    order by 1`);
  return rows;
}

type Came = { rows: number } | { refused: string };

/** What comes of a statement that the app role sends itself, as a tenant or as none. Nothing of it stays. */
async function asApp(organizationId: string | null, sql: string, values: unknown[] = []): Promise<Came> {
  const { database } = await testDatabase();
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('app.organization_id', $1, true)`, [organizationId ?? '']);
    const { rowCount } = await client.query(sql, values);
    return { rows: rowCount ?? 0 };
  } catch (error) {
    return { refused: (error as { code: string }).code };
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** By row-level security, or for want of the privilege. */
const refused = { refused: '42501' };
const untouched = [{ rows: 0 }, refused];

describe('the app role', () => {
  test('logs in as what serves, and nothing else', async () => {
    const { database } = await testDatabase();
    const { rows } = await database.pool.query('select session_user::text as session, current_user::text as current');
    expect(rows).toEqual([{ session: 'service_engine_app', current: 'service_engine_app' }]);
    for (const sql of [
      'set role postgres',
      'set session authorization postgres',
      'set row_security = off; select count(*) from orders',
      'alter table orders disable row level security',
      'drop policy tenant on orders',
      'create table public.mine (id int)',
      'create function public.mine() returns int language sql as $$ select 1 $$',
      'truncate orders',
      'copy orders to program $$ cat $$',
      `select pg_read_file('/etc/passwd')`,
    ]) {
      expect([sql, await asApp(here.organizationId, sql)]).toEqual([
        sql,
        { refused: expect.stringMatching(/^(42501|42704|22023|0A000)$/) },
      ]);
    }
  });

  test('sees, changes and makes no row of a tenant that it is not at work for: in every table', async () => {
    const { owner } = await testDatabase();
    const tables = await tenantTables();
    expect(tables.length).toBeGreaterThan(40);
    const tried: string[] = [];
    for (const { name, tenant } of tables) {
      const { rows } = await owner.query<{ row: object }>(
        `select to_jsonb(t) as row from public.${name} t where ${tenant} = $1 limit 1`,
        [stranger.organizationId],
      );
      const [theirs] = rows;
      if (!theirs) continue;
      tried.push(name);
      const insert = `insert into public.${name} select * from jsonb_populate_record(null::public.${name}, $1)`;
      const is = `${tenant} = '${stranger.organizationId}'`;
      for (const tenantAtWork of [null, here.organizationId]) {
        const attempt = (sql: string, values?: unknown[]) => asApp(tenantAtWork, sql, values);
        const told = {
          select: await attempt(`select from public.${name} where ${is}`),
          insert: await attempt(insert, [JSON.stringify(theirs.row)]),
          update: await attempt(`update public.${name} set ${tenant} = ${tenant} where ${is}`),
          delete: await attempt(`delete from public.${name} where ${is}`),
          lock: await attempt(`select from public.${name} where ${is} for update`),
        };
        expect({ name, tenantAtWork, ...told }).toEqual({
          name,
          tenantAtWork,
          select: { rows: 0 },
          insert: refused,
          update: expect.toBeOneOf(untouched),
          delete: expect.toBeOneOf(untouched),
          lock: expect.toBeOneOf(untouched),
        });
      }
      // Nor does it give a row of its own away.
      const away = `update public.${name} set ${tenant} = '${stranger.organizationId}'`;
      expect([name, await asApp(here.organizationId, away)]).toEqual([name, expect.toBeOneOf(untouched)]);
      const mine = await owner.query(`select from public.${name} where ${tenant} = $1`, [here.organizationId]);
      if ((mine.rowCount ?? 0) > 0) expect([name, await asApp(here.organizationId, away)]).toEqual([name, refused]);
    }
    // A probe of what is empty proves nothing.
    expect(tables.map(({ name }) => name).filter((name) => !tried.includes(name))).toEqual([
      'events',
      'service_addons',
    ]);
  });
});

// ------------------------------------------------------------------ functions that look past it

/** Every function that runs as the owner, and why it must. */
const asOwner: Record<string, string> = {
  add_sign_up: 'somebody who is nobody yet asks for an account',
  audit_link: 'the log is written by the database, for the app role only reads it',
  audit_row: 'the same',
  authenticate_api_token: 'who a bearer token is, before there is a tenant',
  authenticate_session: 'the same of a session',
  begin_attempt: 'failures are counted before anybody is known',
  due_invitations: 'see due_subscriptions',
  due_subscriptions: 'which tenants have work to do; each piece then is done as its tenant',
  due_tickets: 'the same',
  find_account: 'who has an address, before there is an account',
  find_account_by_digest: 'the same by the hash of an address, in letters that nobody has asked to be known by',
  find_account_code: 'whose a code is, before there is an account',
  find_account_of_identity: 'whom an issuer means, before there is an account',
  find_archived_organization: 'whose an archived organization is: nobody is at work for it',
  find_invitation: 'who is invited by a link, before there is a tenant',
  find_issuer: 'where people of an organization sign in, before there is a tenant',
  find_magic_link: 'whose a link is, before there is a tenant',
  find_public_invoice: 'the same of an invoice’s public page',
  find_sign_up: 'the same of a confirmation',
  forget_idempotency_keys: 'old keys of all tenants go, and nothing else',
  forget_rate_buckets: 'the same of what was asked long ago',
  is_open: 'whether an organization is there at all, before anybody is at work for it',
  issuers_of: 'by whom one signs in to an organization, before anybody has',
  keep_client_search_terms: 'search terms are written by the database, for the app role only reads them',
  keep_invoice_search_terms: 'the same',
  keep_order_search_terms: 'the same',
  keep_ticket_search_terms: 'the same',
  keep_two_factor_of_users: 'an account’s second factor counts for its people in every organization',
  log_change: 'see audit_row',
  organizations_of_account: 'where an account has people, and which it may open again',
  owner_of_row: 'see audit_row',
  people_of_account: 'in which organizations an account has people',
  remove_stale_access: 'what has expired of all tenants goes, and nothing else',
  settle_rates: 'what is left to ask for, of everybody, addresses included',
  sign_up_to_tell: 'the job that writes the letter knows the sign-up alone',
  standing_of: 'what a person may do beyond its role, in the statement that finds out who it is',
  take_back_attempt: 'see begin_attempt',
  take_sign_up: 'see find_sign_up',
  unsettled_payments: 'see due_subscriptions',
};

describe('functions that run as the owner', () => {
  test('are these, each for its reason, and no others; none finds what somebody else put in its way', async () => {
    const { owner } = await testDatabase();
    const { rows } = await owner.query<{ name: string; path: string | null; everybody: boolean; app: boolean }>(`
      select proname as name, array_to_string(proconfig, ',') as path,
        has_function_privilege('public', oid, 'execute') and prorettype <> 'trigger'::regtype as everybody,
        proowner = 'service_engine_app'::regrole as app
      from pg_proc where prosecdef and pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
      order by 1`);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(asOwner));
    expect(rows.filter(({ path }) => path !== 'search_path=public, pg_temp')).toEqual([]);
    expect(rows.filter(({ everybody, app }) => everybody || app)).toEqual([]);
  });
});

// ------------------------------------------------------------------ ids

const neverExisted = '00000000-0000-7000-8000-000000000000';
const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

type Exchange = { status: number; text: string; statements: string[] };

/** The bytes that came back and the statements that it took, both without the ids that were given. */
async function exchange(query: string, variables: object, given: string): Promise<Exchange[]> {
  const viewer = viewerOf(here.admin);
  const exchanges = [];
  for (const server of [await testServer(), await plainServer()]) {
    const { query: send } = pg.Client.prototype;
    const statements: string[] = [];
    pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const [first, second] = args as [
        string | { text?: string; values?: unknown[] } | undefined,
        unknown[] | undefined,
      ];
      const text = typeof first === 'string' ? first : first?.text;
      const values = (typeof first === 'string' ? second : first?.values) ?? [];
      if (text) statements.push(`${text.replaceAll(uuids, 'ID')} with ${Array.isArray(values) ? values.length : 0}`);
      return Reflect.apply(send, this, args);
    } as never;
    try {
      const { status, text } = await ask(server, viewer, { query, variables });
      exchanges.push({ status, text: text.replaceAll(given, 'ID').replaceAll(uuids, 'ID'), statements });
    } finally {
      pg.Client.prototype.query = send;
    }
  }
  return exchanges;
}

async function expectAlike(what: string, query: string, variablesFor: (id: string) => object, ids: [string, string]) {
  const { owner } = await testDatabase();
  const [theirs, nobodys] = ids;
  const exchanged = async (id: string) => {
    // Tries that fail are counted, for both alike.
    await owner.query('delete from attempt_counters');
    return await exchange(query, variablesFor(id), id);
  };
  // Once for nobody, so that each statement is known to the connections.
  await exchanged(nobodys);
  expect([what, await exchanged(theirs)]).toEqual([what, await exchanged(nobodys)]);
}

const pairsOf = (type: IdType): [string, string][] => [
  [stranger.ids[type], encodeId(type, neverExisted)],
  [stranger.uuids[type], neverExisted],
];

const fields = Object.values(schema.getQueryType()?.getFields() ?? {});

describe('a stranger’s id is answered as one that never existed: in the same bytes, after the same statements', () => {
  const types = () => Object.keys(stranger.ids) as IdType[];

  test('by node and nodes', async () => {
    for (const type of types()) {
      for (const pair of pairsOf(type)) {
        const rest = type === 'Client' ? '... on Client { name orders { totalCount } }' : '';
        await expectAlike(`node ${type}`, `query ($id: ID!) { node(id: $id) { id ${rest} } }`, (id) => ({ id }), pair);
        const nodes = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`;
        await expectAlike(`nodes ${type}`, nodes, (id) => ({ ids: [here.ids[type], id] }), pair);
      }
    }
  });

  test('by every field for one object, by id and by number', async () => {
    const single = fields.filter((field) => field.name !== 'node' && field.args.some(({ name }) => name === 'id'));
    expect(single.length).toBeGreaterThan(10);
    const { one } = stranger;
    const numbers: Record<string, string> = {
      order: one.order.number,
      ticket: one.ticket.number,
      invoice: one.invoice.number,
      subscription: one.subscription.number,
    };
    for (const field of single) {
      const type = String(field.type) as IdType;
      const required = String(field.args.find(({ name }) => name === 'id')?.type);
      const query = `query ($id: ${required}) { ${field.name}(id: $id) { id } }`;
      for (const pair of pairsOf(type)) await expectAlike(field.name, query, (id) => ({ id }), pair);
      const number = numbers[field.name];
      if (number === undefined) continue;
      const nobodys = number.replace(/.$/, '!');
      await expectAlike(`${field.name} by number as id`, query, (id) => ({ id }), [number, nobodys]);
      const byNumber = `query ($number: String) { ${field.name}(number: $number) { id } }`;
      await expectAlike(`${field.name} by number`, byNumber, (text) => ({ number: text }), [number, nobodys]);
    }
  });

  test('by every comparison of ids in a filter, and by every list beneath an object', async () => {
    let comparisons = 0;
    for (const field of fields) {
      const type = field.args.find(({ name }) => name === 'filter')?.type;
      const filter = type && getNamedType(type);
      if (!isInputObjectType(filter)) continue;
      for (const compared of Object.values(filter.getFields())) {
        if (getNamedType(compared.type).name !== 'IdComparator') continue;
        comparisons += 1;
        const shown = getNamedType(field.type).name.endsWith('Connection')
          ? '{ totalCount nodes { id } }'
          : '{ __typename }';
        const query = `query ($filter: ${filter.name}) { ${field.name}(filter: $filter) ${shown} }`;
        // Of whatever type it is: an id of another one is none either.
        const every = types().map((type) => pairsOf(type)[0] as [string, string]);
        const ids = (which: string) => every.map(([theirs, nobodys]) => (which === 'theirs' ? theirs : nobodys));
        const filtered = (which: string) => ({ filter: { [compared.name]: { in: ids(which) } } });
        await expectAlike(`${field.name}.${compared.name}`, query, filtered, ['theirs', 'nobodys']);
      }
    }
    expect(comparisons).toBeGreaterThan(20);
    for (const name of Object.keys(beneath)) {
      const parents = fields
        .find((field) => field.name === name)
        ?.args.filter((arg) => getNamedType(arg.type).name === 'ID');
      for (const { name: argument } of parents ?? []) {
        const type = types().find((candidate) => `${candidate.toLowerCase()}id` === argument.toLowerCase()) as IdType;
        const query = `query ($id: ID!) { ${name}(${argument}: $id) { totalCount nodes { id } } }`;
        for (const pair of pairsOf(type)) await expectAlike(name, query, (id) => ({ id }), pair);
      }
    }
    const preview = (args: string) =>
      `query ($id: ID!) { couponPreview(code: "${here.one.coupon.code}", ${args}) { __typename } }`;
    for (const pair of pairsOf('Client')) {
      await expectAlike('preview', preview('clientId: $id, items: [{ amount: "1" }]'), (id) => ({ id }), pair);
    }
    for (const pair of pairsOf('Service')) {
      await expectAlike('preview', preview('items: [{ amount: "1", serviceId: $id }]'), (id) => ({ id }), pair);
    }
  });

  const everyId = mutations.flatMap((mutation) =>
    Object.keys(mutation.ids).map((field) => [mutation.name, field, mutation] as const),
  );
  test.each(everyId)('by %s, as its %s', async (name, field, mutation) => {
    const valid = await validInput(mutation, here);
    for (const type of mutation.ids[field] ?? []) {
      const input = (id: string) => ({ input: withId(mutation, valid, field, id, here).input });
      for (const pair of pairsOf(type)) await expectAlike(`${name}.${field}`, mutation.document, input, pair);
    }
  });
});
