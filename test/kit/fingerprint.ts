import type pg from 'pg';

/** The rows of one organization, table by table: how many, and what they come to. */
export type Fingerprint = Record<string, { rows: number; digest: string | null }>;

let tables: Promise<string[]> | undefined;

/** Where the rows of an organization, $1, are: every table with a tenant, whatever domain it belongs to, and the queue. */
export async function tenantTables(owner: pg.Pool): Promise<{ name: string; from: string; where: string }[]> {
  tables ??= owner
    .query<{ name: string }>(
      `select table_name as name from information_schema.columns
       where table_schema = 'public' and column_name = 'organization_id' order by 1`,
    )
    .then(({ rows }) => rows.map((row) => row.name));
  return [
    ...(await tables).map((name) => ({ name, from: `public.${name}`, where: 'organization_id = $1' })),
    { name: 'organizations', from: 'public.organizations', where: 'id = $1' },
    { name: 'jobs', from: 'graphile_worker._private_jobs', where: `payload ->> 'organizationId' = $1::text` },
  ];
}

/** What is there of an organization. `owner` must see past row-level security. */
export async function fingerprint(owner: pg.Pool, organizationId: string): Promise<Fingerprint> {
  const { rows } = await owner.query<{ name: string; rows: number; digest: string | null }>(
    (await tenantTables(owner))
      .map(
        ({ name, from, where }) =>
          `select '${name}' as name, count(*)::int as rows, md5(string_agg(md5(t::text), '' order by md5(t::text))) as digest
           from ${from} t where ${where}`,
      )
      .join(' union all '),
    [organizationId],
  );
  return Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest]));
}
