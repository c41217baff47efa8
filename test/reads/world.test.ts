import { expect, test } from 'vitest';
import { makeReadsWorld } from './world.ts';

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
  // Events are not read by anybody.
  expect(oneSided.filter(({ table }) => table !== 'events')).toEqual([]);
});
