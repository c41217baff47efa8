import pg from 'pg';

/** What a Prisma schema cannot say, so that the engine would have us drop it. */
export type Unmodelled = { indexes: Set<string>; generatedColumns: Set<string> };

/**
 * Found by trying (7.10): the engine passes over row-level security, triggers, functions, views, sequences,
 * domains, extensions, CHECK and EXCLUDE constraints, column collations, other PostgreSQL schemas, and
 * partial and expression indexes (the partial ones only without the preview feature `partialIndexes`). It
 * does want to drop the two kinds that are looked up here. Anything else that a Prisma schema can express
 * must be in it, GIN (`type: Gin`), trigram (`ops: raw("gin_trgm_ops")`) and descending indexes included.
 */
export async function findUnmodelled(connectionString: string): Promise<Unmodelled> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const indexes = await client.query<{ name: string }>(INDEXES);
    const columns = await client.query<{ table: string; column: string }>(GENERATED_COLUMNS);
    return {
      indexes: new Set(indexes.rows.map((row) => row.name)),
      generatedColumns: new Set(columns.rows.map((row) => `${row.table}.${row.column}`)),
    };
  } finally {
    await client.end();
  }
}

/** The engine's script without the statements that concern `known`; null when nothing is left of it. */
export function withoutUnmodelled(script: string, known: Unmodelled): string | null {
  const kept = script
    .split(/\n\n(?=-- )/)
    .map((block) => keepBlock(block.trim(), known))
    .filter((block) => block !== null);
  return kept.length > 0 ? `${kept.join('\n\n')}\n` : null;
}

function keepBlock(block: string, known: Unmodelled): string | null {
  const index = /^DROP INDEX "([^"]+)";$/m.exec(block)?.[1];
  if (index !== undefined) return known.indexes.has(index) ? null : block;
  const [, head, table, changes] = /^([\s\S]*ALTER TABLE "([^"]+)" )([\s\S]*);$/.exec(block) ?? [];
  if (!head || !changes) return block;
  const kept = changes.split(/,\s*\n/).filter((change) => {
    const column = /^ALTER COLUMN "([^"]+)" DROP DEFAULT$/.exec(change)?.[1];
    return column === undefined || !known.generatedColumns.has(`${table}.${column}`);
  });
  return kept.length > 0 ? `${head}${kept.join(',\n')};` : null;
}

/** Partial, over an expression, INCLUDE, NULLS NOT DISTINCT, another order of nulls, or another collation. */
const INDEXES = `
  select class.relname as name
  from pg_index index
  join pg_class class on class.oid = index.indexrelid
  where class.relnamespace = 'public'::regnamespace
    and (index.indpred is not null
      or index.indexprs is not null
      or index.indnatts > index.indnkeyatts
      or index.indnullsnotdistinct
      or exists (select from unnest(index.indoption::int2[]) as option where option in (1, 2))
      or exists (
        select
        from unnest(index.indkey::int2[], index.indcollation::oid[]) as key (number, collation_oid)
        join pg_attribute attribute on attribute.attrelid = index.indrelid and attribute.attnum = key.number
        where key.collation_oid is not null and key.collation_oid <> attribute.attcollation))`;

const GENERATED_COLUMNS = `
  select class.relname as table, attribute.attname as column
  from pg_attribute attribute
  join pg_class class on class.oid = attribute.attrelid
  where class.relnamespace = 'public'::regnamespace and attribute.attgenerated <> ''`;
