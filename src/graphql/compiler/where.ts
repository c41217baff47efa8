import { NotCompiled } from './refusal.ts';
import { columnOf, fromOf, joinedBy, type Row, rowOf, tableOf } from './rows.ts';
import { dependingOnValues, join, parameter, type Sql, sql } from './sql.ts';

/**
 * Public filters, cursors and `visible…(viewer)` are written once, as Prisma's `where`. This translates the part of that
 * language which they use, with Prisma's meaning; what it does not know it refuses. Every value becomes a parameter.
 */
type Condition = Readonly<Record<string, unknown>>;

const always = sql`true`;
const never = sql`false`;

/** The condition on a row. */
export function where(row: Row, condition: object): Sql {
  return allOf(
    entriesOf(condition).map(([key, value]) => {
      if (key === 'AND') return allOf(listOf(value).map((part) => where(row, part)));
      if (key === 'OR') return anyOf(listOf(value).map((part) => where(row, part)));
      if (key === 'NOT') return allOf(listOf(value).map((part) => sql`not ${where(row, part)}`));
      return tableOf(row.model).relations[key] ? related(row, key, value) : compared(row, key, value);
    }),
  );
}

// As in Prisma, what is undefined was not said.
function entriesOf(condition: object): [string, unknown][] {
  return Object.entries(condition).filter(([, value]) => value !== undefined);
}

function listOf(value: unknown): object[] {
  return Array.isArray(value) ? value : [value as object];
}

/** All of the conditions; without any, every row. */
export function allOf(conditions: readonly Sql[]): Sql {
  const telling = conditions.filter((condition) => condition !== always);
  if (telling.length <= 1) return telling[0] ?? always;
  return sql`(${join(telling, sql` and `)})`;
}

function anyOf(conditions: readonly Sql[]): Sql {
  // Prisma answers it with no row or with all, depending on where it stands.
  if (conditions.length === 0) throw new NotCompiled('a filter has an OR of nothing');
  return sql`(${join(conditions, sql` or `)})`;
}

function related(row: Row, relation: string, value: unknown): Sql {
  const { model } = tableOf(row.model).relations[relation] as { model: string };
  // One more letter for each level, so that no inner row hides an outer one.
  const other = rowOf(model, `${row.alias}w`);
  const exists = (condition: object) =>
    sql`exists (select from ${fromOf(other)} where ${allOf([...joinedBy(row, relation, other), where(other, condition)])})`;
  const [[operator, condition] = [], ...more] = entriesOf(value as Condition);
  if (more.length === 0 && operator === 'some') return dependingOnValues(exists(condition as object));
  if (more.length === 0 && operator === 'none') return dependingOnValues(sql`not ${exists(condition as object)}`);
  if (operator === 'every' || operator === 'is' || operator === 'isNot' || value === null) {
    throw new NotCompiled(`a filter compares the relation ${relation} in a way that has no translation`);
  }
  return exists(value as object);
}

function compared(row: Row, field: string, value: unknown): Sql {
  if (value === null || typeof value !== 'object' || value instanceof Date || isDecimal(value)) {
    return compare(row, field, 'equals', value);
  }
  const { mode, ...operators } = value as Condition;
  if (mode !== undefined && mode !== 'insensitive') throw new NotCompiled(`a filter compares in the mode ${mode}`);
  return allOf(
    entriesOf(operators).map(([operator, operand]) =>
      compare(row, field, mode === 'insensitive' ? `${operator} insensitive` : operator, operand),
    ),
  );
}

const signs: Readonly<Record<string, Sql>> = { lt: sql`<`, lte: sql`<=`, gt: sql`>`, gte: sql`>=` };

function compare(row: Row, field: string, operator: string, operand: unknown): Sql {
  const { type } = columnOf(row.model, field);
  const column = row.column(field);
  const value = () => parameter(asText(operand), type);
  const values = () => parameter((operand as unknown[]).map(asText), `${type}[]`);
  const sign = signs[operator];
  if (sign) return sql`${column} ${sign} ${value()}`;
  switch (operator) {
    case 'equals':
      if (operand === null) return sql`${column} is null`;
      // Not a parameter, so that a partial index on the column can be seen to fit.
      if (type === 'boolean') return operand === true ? column : sql`not ${column}`;
      return sql`${column} = ${value()}`;
    case 'not':
      if (operand === null) return sql`${column} is not null`;
      break;
    case 'in':
      return (operand as unknown[]).length === 0 ? never : sql`${column} = any(${values()})`;
    case 'notIn':
      return (operand as unknown[]).length === 0 ? always : sql`${column} <> all(${values()})`;
    case 'startsWith insensitive':
      return sql`${column}::text ilike ${parameter(`${operand}%`, 'text')}`;
    case 'contains insensitive':
      return sql`${column}::text ilike ${parameter(`%${operand}%`, 'text')}`;
  }
  throw new NotCompiled(`a filter compares with ${operator}, which has no translation`);
}

function isDecimal(value: object): boolean {
  return 'toFixed' in value;
}

// The driver would write an instant in the server's own time zone.
function asText(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? String(value) : value;
}
