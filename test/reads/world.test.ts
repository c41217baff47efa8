import { expect, test } from 'vitest';
import { tables } from '../../src/generated/tables.ts';
import type { TypeDeclaration } from '../../src/graphql/declarations.ts';
import { schema } from '../../src/schema.ts';
import { makeReadsWorld } from './world.ts';

/** The tables whose rows are objects of the graph. */
const shown = new Set(
  Object.values(schema.getTypeMap()).flatMap(({ extensions }) => {
    const { model } = extensions as TypeDeclaration;
    return model === undefined ? [] : [tables[model]?.table];
  }),
);

test('every column that may be null is null in one row of the world and is not in another', async () => {
  const { owner, organizationId } = await makeReadsWorld();
  const { rows: columns } = await owner.query<{ table: string; column: string }>(`
    select c.table_name as table, c.column_name as column from information_schema.columns c
    where c.table_schema = 'public' and c.is_nullable = 'YES' and exists (
      select from information_schema.columns o
      where o.table_schema = 'public' and o.table_name = c.table_name and o.column_name = 'organization_id')
    order by 1, 2`);
  expect(columns.length).toBeGreaterThan(50);
  const oneSided = [];
  for (const { table, column } of columns) {
    const { rows } = await owner.query<{ nulls: boolean; values: boolean }>(
      `select coalesce(bool_or(${column} is null), false) as nulls, coalesce(bool_or(${column} is not null), false) as values
       from ${table} where organization_id = $1`,
      [organizationId],
    );
    if (!rows[0]?.nulls || !rows[0].values) oneSided.push({ table, column, ...rows[0] });
  }
  expect(oneSided.filter(({ table }) => shown.has(table))).toEqual([]);
});
