import { fingerprintOf, type Order, type SortKey } from '../pagination.ts';
import { bareOf, decimalOf, textOf } from './formats.ts';
import { concatenated, type Json, orNull } from './json.ts';
import { columnOf, type Row } from './rows.ts';
import { join, parameter, type Sql, sql } from './sql.ts';

/** `created_at desc, id desc`. */
export function orderOf(row: Row, order: Order): Sql {
  const steps = order.map(({ key, direction }) =>
    direction === 'asc' ? sql`${row.column(key.column)} asc` : sql`${row.column(key.column)} desc`,
  );
  return join(steps, sql`, `);
}

/** The row's cursor in the order, as text of the answer: the same as pagination.ts makes of a row. */
export function cursorOf(row: Row, order: Order): Json {
  const values = order.flatMap(({ key }) => [',', ...stepValue(row, key)]);
  const fingerprint = sql`to_json(${parameter(fingerprintOf(order), 'text')})::text`;
  const text = concatenated(['[', fingerprint, ...values, ']']);
  // PostgreSQL writes base64 in lines and with the signs of old; base64url has others, and no padding.
  return ['"', sql`rtrim(translate(encode(convert_to(${text}, 'UTF8'), 'base64'), E'+/\\n', '-_'), '=')`, '"'];
}

function stepValue(row: Row, key: SortKey): Json {
  const value = formatOf(row.column(key.column), key);
  return columnOf(row.model, key.column).isRequired ? value : orNull(value);
}

function formatOf(column: Sql, { type }: SortKey): Json {
  switch (type) {
    case 'instant':
      return [sql`(extract(epoch from ${column}) * 1000)::bigint::text`];
    case 'integer':
    case 'smallint':
    case 'boolean':
      return bareOf(column);
    case 'decimal':
      return decimalOf(column);
    case 'text':
    case 'uuid':
      return textOf(column);
  }
}
