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
  for (const [table, ofTable] of Map.groupBy(columns, ({ table }) => table)) {
    const sides = ofTable.map(
      ({ column }) => `json_build_object('table', '${table}', 'column', '${column}',
        'nulls', coalesce(bool_or(${column} is null), false), 'values', coalesce(bool_or(${column} is not null), false))`,
    );
    const { rows } = await owner.query<{ found: { table: string; column: string; nulls: boolean; values: boolean }[] }>(
      `select json_build_array(${sides.join()}) as found from ${table} where organization_id = $1`,
      [organizationId],
    );
    oneSided.push(...(rows[0]?.found.filter(({ nulls, values }) => !nulls || !values) ?? []));
  }
  expect(oneSided.filter(({ table }) => shown.has(table))).toEqual([]);
});
