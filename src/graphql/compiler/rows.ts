import { type Column, type Table, tables } from '../../generated/tables.ts';
import { identifier, type Sql, sql } from './sql.ts';

/** The current row of a table in a statement, under an alias. */
export type Row = {
  readonly model: string;
  readonly alias: string;
  /** The column behind a field of the model. */
  column(field: string): Sql;
  /** The fields whose columns were asked for so far. */
  readonly used: Set<string>;
};

export function tableOf(model: string): Table {
  const table = tables[model];
  if (!table) throw new Error(`There is no model ${model}.`);
  return table;
}

export function columnOf(model: string, field: string): Column {
  const column = tableOf(model).columns[field];
  if (!column) throw new Error(`${model} has no column ${field}.`);
  return column;
}

export function rowOf(model: string, alias: string): Row {
  const used = new Set<string>();
  return {
    model,
    alias,
    used,
    column: (field) => {
      const { column } = columnOf(model, field);
      used.add(field);
      return sql`${identifier(alias)}.${identifier(column)}`;
    },
  };
}

/** `orders t1`, for a FROM. */
export function fromOf(row: Row): Sql {
  return sql`${identifier(tableOf(row.model).table)} ${identifier(row.alias)}`;
}

/** The columns that were asked for, for a SELECT; those of the fields given, too. */
export function selectedOf(row: Row, more: readonly string[] = []): Sql[] {
  return [...new Set([...row.used, ...more])].map((field) => row.column(field));
}

/** That the other row is the one, or one of those, on the far side of the relation. */
export function joinedBy(row: Row, relation: string, other: Row): Sql[] {
  const found = tableOf(row.model).relations[relation];
  if (!found) throw new Error(`${row.model} has no relation ${relation}.`);
  return found.join.map(([own, theirs]) => sql`${other.column(theirs)} = ${row.column(own)}`);
}
