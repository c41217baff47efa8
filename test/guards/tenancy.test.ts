import { type GraphQLInputObjectType, getNamedType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeId, type IdType, idPrefixes } from '../../src/kernel/id.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { schema } from '../../src/schema.ts';
import { testDatabase } from '../kit/db.ts';
import { unchanged } from '../kit/expect.ts';
import { beneath, type Mutation, mutations, validInput, withId } from '../kit/inputs.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makePopulatedWorld, type PopulatedWorld } from '../kit/world.ts';

/** Tables without a tenant, with the reason. Organizations are their own. */
const withoutTenant: Record<string, string> = {
  _prisma_migrations: 'which migrations ran; the app role only reads it',
  account_codes: 'an account’s',
  account_identities: 'an account’s',
  accounts: 'a login may stand behind people of several organizations: its rows are its own, see below',
  attempt_counters: 'counted before anybody is known; the app role has functions only, see below',
  rate_buckets: 'what an address, too, may still ask for; the app role has functions only, see below',
  recovery_codes: 'an account’s',
  sign_ups: 'nobody’s yet; the app role has functions only, see below',
};

/** Tables whose rows are one account’s, by the column that says whose. */
const ofAccounts: Record<string, string> = {
  account_codes: 'account_id',
  account_identities: 'account_id',
  accounts: 'id',
  recovery_codes: 'account_id',
};
/** Tables that the app role can’t touch. */
const closed = ['attempt_counters', 'rate_buckets', 'sign_ups'];

const neverExisted = '00000000-0000-7000-8000-000000000000';

let here: PopulatedWorld;
let stranger: PopulatedWorld;

beforeAll(async () => {
  [here, stranger] = [await makePopulatedWorld(), await makePopulatedWorld()];
});

type Table = {
  name: string;
  tenant: string | null;
  secured: boolean;
  policies: { name: string; using: string; check: string; roles: string }[];
};

async function tables(): Promise<Table[]> {
  const { owner } = await testDatabase();
  const { rows } = await owner.query<Table>(`
    select c.relname as name, c.relrowsecurity as secured,
      case when c.relname = 'organizations' then 'id' else (
        select a.attname from pg_attribute a
        where a.attrelid = c.oid and a.attname = 'organization_id' and a.attnotnull and not a.attisdropped) end as tenant,
      coalesce((
        select json_agg(json_build_object('name', policyname, 'using', qual, 'check', with_check, 'roles', array_to_string(roles, ',')))
        from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname), '[]') as policies
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    order by c.relname`);
  return rows;
}

const tenantTables = async () => (await tables()).filter(({ name }) => !(name in withoutTenant));

const setting = (name: string) =>
  `\\( SELECT \\(?NULLIF\\(current_setting\\('app.${name}'::text, true\\), ''::text\\)\\)?::uuid AS "nullif"\\)`;

/** What would let one tenant, or account, see another’s rows in the table. */
function leaks({ name, tenant, secured, policies }: Table, whose = 'organization_id'): string[] {
  if (tenant === null) return [`${name} has no organization_id that is never null`];
  const comparison = new RegExp(`^\\(${tenant} = ${setting(whose)}\\)$`);
  return [
    ...(secured ? [] : [`${name} has row-level security off`]),
    ...(policies.length === 1 ? [] : [`${name} has ${policies.length} policies instead of one`]),
    ...policies
      .filter(({ using, check }) => !comparison.test(using) || !comparison.test(check))
      .map((policy) => `${name}: policy ${policy.name} compares something else`),
  ];
}

describe('every table', () => {
  test('has a tenant that is never null, row-level security, and one policy that compares the tenant in reading and writing', async () => {
    const found = await tenantTables();
    expect(found.length).toBeGreaterThan(20);
    expect(found.flatMap((table) => leaks(table))).toEqual([]);
  });

  test('would be found if it leaked', async () => {
    const [table] = await tenantTables();
    const sound = table as Table;
    const [policy] = sound.policies as [Table['policies'][number]];
    expect(leaks({ ...sound, tenant: null })).toHaveLength(1);
    expect(leaks({ ...sound, secured: false })).toHaveLength(1);
    expect(leaks({ ...sound, policies: [] })).toHaveLength(1);
    expect(leaks({ ...sound, policies: [policy, { ...policy, name: 'all', using: 'true' }] })).toHaveLength(2);
    expect(leaks({ ...sound, policies: [{ ...policy, check: 'true' }] })).toHaveLength(1);
    expect(
      leaks({
        ...sound,
        policies: [{ ...policy, using: policy.using.replace('organization_id =', 'organization_id <>') }],
      }),
    ).toHaveLength(1);
  });

  test('has an index that begins with its tenant', async () => {
    const { owner } = await testDatabase();
    const { rows } = await owner.query<{ name: string }>(`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not exists (
        select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = c.oid and a.attname = case when c.relname = 'organizations' then 'id' else 'organization_id' end)
      order by 1`);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(withoutTenant));
  });

  test('belongs to the owner: the app role owns nothing, makes nothing and bypasses nothing', async () => {
    const { owner } = await testDatabase();
    const { rows } = await owner.query(`
      select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
        has_schema_privilege(oid, 'public', 'create') as may_create,
        has_database_privilege(oid, current_database(), 'create') as may_create_schemas,
        (select count(*)::int from pg_auth_members where member = pg_roles.oid) as memberships,
        (select count(*)::int from pg_class where relowner = pg_roles.oid) as relations,
        (select count(*)::int from pg_proc where proowner = pg_roles.oid) as functions,
        (select count(*)::int from information_schema.role_table_grants
          where grantee = rolname and table_schema = 'public' and privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES')) as odd_grants
      from pg_roles where rolname = 'service_engine_app'`);
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        may_create: false,
        may_create_schemas: false,
        memberships: 0,
        relations: 0,
        functions: 0,
        odd_grants: 0,
      },
    ]);
  });

  test('that tells the past can only be added to by the app role', async () => {
    const { owner } = await testDatabase();
    const { rows } = await owner.query<{ name: string; privileges: string }>(`
      select table_name as name, string_agg(privilege_type, ',' order by privilege_type) as privileges
      from information_schema.role_table_grants
      where grantee = 'service_engine_app' and table_schema = 'public' and table_name in ('logs', 'events', '_prisma_migrations') group by 1 order by 1`);
    expect(rows).toEqual([
      { name: '_prisma_migrations', privileges: 'SELECT' },
      { name: 'events', privileges: 'INSERT,SELECT,UPDATE' },
      { name: 'logs', privileges: 'SELECT' },
    ]);
  });

  test('answers the app role no row without a tenant, and only the tenant’s own with one', async () => {
    const { database, owner } = await testDatabase();
    for (const { name, tenant } of await tenantTables()) {
      const count = `select count(*)::int as rows, count(*) filter (where ${tenant} <> '${here.organizationId}')::int as strange from public.${name}`;
      const strangers = await owner.query(`select from public.${name} where ${tenant} = $1 limit 1`, [
        stranger.organizationId,
      ]);
      expect((await database.pool.query(count)).rows, name).toEqual([{ rows: 0, strange: 0 }]);
      const [seen] = await database.read(viewerOf(here.admin), (db) =>
        db.$queryRawUnsafe<{ rows: number; strange: number }[]>(count),
      );
      expect(seen?.strange, name).toBe(0);
      // A probe that finds nothing anywhere proves nothing.
      if (!emptyTables.has(name))
        expect({ name, mine: (seen?.rows ?? 0) > 0, theirs: strangers.rowCount }).toEqual({
          name,
          mine: true,
          theirs: 1,
        });
    }
  });

  test('whose rows must name another row names it together with the tenant', async () => {
    const { owner } = await testDatabase();
    const { rows } = await owner.query<{ edge: string }>(`
      select format('%s.%s → %s', c.conrelid::regclass, a.attname, c.confrelid::regclass) as edge
      from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.connamespace = 'public'::regnamespace
        and c.confrelid not in ('organizations'::regclass, 'accounts'::regclass)
        and a.attname <> 'organization_id' and a.attnotnull
        and (c.conrelid, a.attname) <> ('organizations'::regclass, 'id')
      order by 1`);
    expect(rows.map(({ edge }) => edge)).toEqual([]);
  });
});

describe('a table of accounts', () => {
  test('has row-level security and one policy that compares the account in reading and writing', async () => {
    const found = (await tables()).filter(({ name }) => name in ofAccounts);
    expect(found.map(({ name }) => name)).toEqual(Object.keys(ofAccounts));
    expect(
      found.flatMap((table) => leaks({ ...table, tenant: ofAccounts[table.name] as string }, 'account_id')),
    ).toEqual([]);
  });

  test('answers the app role no row without an account, whatever the tenant, and only the account’s own with one', async () => {
    const { database, owner } = await testDatabase();
    const { accountId } = here.admin;
    expect(accountId).not.toBe(stranger.admin.accountId);
    for (const [name, column] of Object.entries(ofAccounts)) {
      const count = `select count(*)::int as rows, count(*) filter (where ${column} <> '${accountId}')::int as strange from public.${name}`;
      const theirs = await owner.query(`select from public.${name} where ${column} = $1`, [stranger.admin.accountId]);
      expect(theirs.rowCount, name).toBeGreaterThan(0);
      expect((await database.pool.query(count)).rows, name).toEqual([{ rows: 0, strange: 0 }]);
      const seenBy = (viewer: Viewer) => database.read(viewer, (db) => db.$queryRawUnsafe(count));
      expect(await seenBy({ ...viewerOf(here.admin), accountId: null }), name).toEqual([{ rows: 0, strange: 0 }]);
      const [seen] = (await seenBy(viewerOf(here.admin))) as { rows: number; strange: number }[];
      expect([name, (seen?.rows ?? 0) > 0, seen?.strange]).toEqual([name, true, 0]);
    }
  });

  test('takes no row of another account, and no person is tied to one', async () => {
    const { database } = await testDatabase();
    const me = viewerOf(here.admin);
    const theirs = stranger.admin.accountId as string;
    const refused = (sql: string) =>
      expect(
        database.transact(me, (tx) => tx.$executeRawUnsafe(sql)),
        sql,
      ).rejects.toThrow(/row-level security|tied to the account/);
    await refused(`insert into accounts (email, display_name) values ('somebody@example.com', 'Somebody')`);
    await refused(`insert into recovery_codes (account_id, code_hash) values ('${theirs}', sha256('a'))`);
    await refused(`update users set account_id = '${theirs}' where id = '${here.one.member.id}'`);
    const changed = await database.transact(me, (tx) =>
      tx.$executeRawUnsafe(`update accounts set display_name = 'Mine' where id = '${theirs}'`),
    );
    expect(changed).toBe(0);
  });

  test('that is nobody’s is closed to the app role', async () => {
    const { database, owner } = await testDatabase();
    for (const name of closed) {
      for (const sql of [`select from ${name}`, `delete from ${name}`, `insert into ${name} default values`]) {
        await expect(database.pool.query(sql), sql).rejects.toThrow('permission denied');
      }
    }
    const { rows } = await owner.query(
      `select table_name from information_schema.role_table_grants where grantee = 'service_engine_app' and table_name = any ($1)`,
      [closed],
    );
    expect(rows).toEqual([]);
  });
});

/** Tables that a populated world leaves empty. */
const emptyTables = new Set(['service_addons', 'events']);

// ------------------------------------------------------------------ ids

/** The answer, with what legitimately differs taken out: the ids that were asked for. */
function comparable(answer: unknown): unknown {
  return JSON.parse(
    JSON.stringify(answer).replace(/(?:[a-z]+_)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'ID'),
  );
}

const types = Object.keys(idPrefixes) as IdType[];

describe('a stranger’s id is an id that never existed', () => {
  test('there is one of every type to try', () => {
    expect(Object.keys(stranger.ids).sort()).toEqual([...types].sort());
  });

  test.each(types)('for node() and nodes(), of a %s', async (type) => {
    const ids = [stranger.ids[type], encodeId(type, neverExisted)];
    for (const id of ids) {
      expect(await here.as(here.admin).answer('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({
        data: { node: null },
      });
    }
    expect(await here.as(here.admin).answer('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).toEqual({
      data: { nodes: [null, null] },
    });
  });

  const byId = Object.values(schema.getQueryType()?.getFields() ?? {}).filter((field) =>
    field.args.some(({ name }) => name === 'id'),
  );
  test.each(byId.filter(({ name }) => name !== 'node').map((field) => [field.name, String(field.type)]))(
    'for %s(id)',
    async (name, type) => {
      const document = `query ($id: ID!) { ${name}(id: $id) { id } }`;
      const idType = types.find((candidate) => candidate === type) as IdType;
      for (const id of [stranger.ids[idType], stranger.uuids[idType], encodeId(idType, neverExisted)]) {
        expect(await here.as(here.admin).answer(document, { id })).toEqual({ data: { [name]: null } });
      }
      // The field does find something.
      expect(await here.as(here.admin).answer(document, { id: here.ids[idType] })).toEqual({
        data: { [name]: { id: here.ids[idType] } },
      });
    },
  );

  const everyId = mutations.flatMap((mutation) =>
    Object.keys(mutation.ids).map((field) => [mutation.name, field, mutation] as const),
  );
  test.each(everyId)('for %s, as its %s', async (name, field, mutation: Mutation) => {
    const valid = await validInput(mutation, here);
    for (const type of mutation.ids[field] ?? []) {
      const given = (id: string) => withId(mutation, valid, field, id, here);
      const ask = (id: string) => {
        const { input } = given(id);
        return unchanged(here, () =>
          unchanged(stranger, () => here.as(here.admin).answer(mutation.document, { input })),
        );
      };
      const answer = await ask(stranger.ids[type]);
      expect(comparable(answer)).toEqual(comparable(await ask(encodeId(type, neverExisted))));
      const { path } = given(stranger.ids[type]);
      expect(answer.data?.[name]).toMatchObject(
        field === 'id'
          ? { __typename: 'NotFoundError', path }
          : { __typename: expect.stringMatching(/^(NotFound|InvalidInput)Error$/) },
      );
      expect(JSON.stringify(answer)).toContain(JSON.stringify(path));
    }
  });

  test('every id in an input is declared as one, so that it is tried here', () => {
    const undeclared = mutations.flatMap(({ name, inputType, ids }) =>
      idsIn(inputType)
        .filter((field) => !(field in ids))
        .map((field) => `${name}.${field}`),
    );
    expect(undeclared).toEqual([]);
  });

  function idsIn(type: GraphQLInputObjectType): string[] {
    return Object.values(type.getFields()).flatMap((field) => {
      const named = getNamedType(field.type);
      if (isInputObjectType(named)) return idsIn(named).map((inner) => `${field.name}.${inner}`);
      return named.name === 'ID' ? [field.name] : [];
    });
  }
});

// ------------------------------------------------------------------ lists

const lists = Object.values(schema.getQueryType()?.getFields() ?? {}).filter((field) =>
  getNamedType(field.type).name.endsWith('Connection'),
);

describe('a list', () => {
  test.each(lists.map((field) => [field.name, field] as const))(
    '%s shows none of a stranger’s rows, whatever is asked',
    async (name, field) => {
      const strange = new Set(Object.values(stranger.ids));
      const ask = async (
        args: string,
        variables: object = {},
      ): Promise<{ totalCount: number; nodes: { id: string }[] }> => {
        const header = args.includes('$filter')
          ? `($filter: ${field.args.find((arg) => arg.name === 'filter')?.type})`
          : '';
        const parent = beneath[name]?.(here.ids.Order);
        const given = [parent ?? '', args].filter((part) => part !== '').join(', ');
        const data = await here
          .as(here.admin)
          .run(
            `query ${header} { ${name}${given && `(${given})`} { totalCount nodes { id } } }`,
            variables as Record<string, unknown>,
          );
        return data[name];
      };
      const all = await ask('first: 100');
      expect(all.nodes.filter(({ id }) => strange.has(id))).toEqual([]);
      expect(all.totalCount).toBeGreaterThan(0);
      expect(all.nodes).toHaveLength(Math.min(all.totalCount, 100));

      const filter = field.args.find((arg) => arg.name === 'filter');
      const filterType = filter && getNamedType(filter.type);
      if (!isInputObjectType(filterType)) return;
      const comparators = Object.values(filterType.getFields()).filter(
        (compared) => getNamedType(compared.type).name === 'IdComparator',
      );
      for (const compared of comparators) {
        const found = await ask('filter: $filter', { filter: { [compared.name]: { in: [...strange] } } });
        expect({ filter: compared.name, found }).toEqual({
          filter: compared.name,
          found: { totalCount: 0, nodes: [] },
        });
      }
      // Somebody else’s words find nothing either.
      if (field.args.some((arg) => arg.name === 'search')) {
        for (const words of [stranger.one.client.email, stranger.one.client.lastName, stranger.one.order.number]) {
          expect(await ask(`search: ${JSON.stringify(words)}`)).toEqual({ totalCount: 0, nodes: [] });
        }
      }
    },
  );

  test.each(Object.keys(beneath))(
    '%s is empty beneath a stranger’s object, as beneath one that never existed',
    async (name) => {
      const field = lists.find((list) => list.name === name);
      const parents = field?.args.filter((arg) => getNamedType(arg.type).name === 'ID') ?? [];
      expect(parents.length).toBeGreaterThan(0);
      for (const parent of parents) {
        const type = types.find((candidate) => `${candidate.toLowerCase()}id` === parent.name.toLowerCase()) as IdType;
        const ask = (id: string) =>
          here
            .as(here.admin)
            .run(`query ($id: ID!) { ${name}(${parent.name}: $id) { totalCount nodes { id } } }`, { id });
        for (const id of [stranger.ids[type], stranger.uuids[type], encodeId(type, neverExisted)]) {
          expect(await ask(id)).toEqual({ [name]: { totalCount: 0, nodes: [] } });
        }
      }
    },
  );

  test('couponPreview finds nobody and nothing of a stranger’s', async () => {
    const ask = async (args: string) => {
      const document = `{ couponPreview(code: "${here.one.coupon.code}", ${args}) { total { amount } } }`;
      return (await here.as(here.admin).refused(document)).map(({ extensions }) => extensions.issues);
    };
    for (const client of [stranger.ids.Client, encodeId('Client', neverExisted)]) {
      expect(await ask(`items: [{ amount: "1" }], clientId: "${client}"`)).toMatchObject([
        [{ path: ['clientId'], code: 'NOT_FOUND' }],
      ]);
    }
    for (const service of [stranger.ids.Service, encodeId('Service', neverExisted)]) {
      expect(await ask(`items: [{ amount: "1", serviceId: "${service}" }]`)).toMatchObject([
        [{ path: ['items', '0', 'serviceId'], code: 'NOT_FOUND' }],
      ]);
    }
    const code = `{ couponPreview(code: "${stranger.one.coupon.code}", items: [{ amount: "1" }]) { __typename } }`;
    expect(await here.as(here.admin).refused(code)).toMatchObject([{ code: 'INVALID_INPUT' }]);
  });

  test('there is none that takes an id otherwise than these tests know', () => {
    const odd = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) =>
      field.args
        .filter(
          (arg) =>
            getNamedType(arg.type).name === 'ID' &&
            arg.name !== 'id' &&
            !(field.name in beneath) &&
            !(field.name === 'nodes' && arg.name === 'ids'),
        )
        .map((arg) => `${field.name}(${arg.name})`),
    );
    expect(odd).toEqual(['couponPreview(clientId)']);
    expect(lists.every((field) => isNonNullType(field.type) && !isListType(field.type))).toBe(true);
  });
});
