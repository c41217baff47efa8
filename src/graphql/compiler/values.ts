import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type IdType, idPrefixes } from '../../kernel/id.ts';
import { type Asked, answeredType, type Kind, rowIn } from './asked.ts';
import { bareOf, decimalOf, instantOf, moneyAmountOf, plainTextOf, textOf } from './formats.ts';
import { concatenated, type Json, objectOf, orNull } from './json.ts';
import { NotCompiled } from './refusal.ts';
import { namedValue } from './relations.ts';
import { columnOf, type Row } from './rows.ts';
import { argumentsOf, fieldsOf, type Selection } from './selection.ts';
import { later, parameter, type Sql, sql } from './sql.ts';

type Field = GraphQLField<unknown, unknown>;
type Format = (value: Sql) => Json;

/** The public id: the type's prefix and the UUID. */
export function idValue(row: Row, type: IdType): Json {
  return [`"${idPrefixes[type]}_`, sql`${row.column('id')}::text`, '"'];
}

const formatsOfColumns: Readonly<Record<string, Format>> = {
  text: textOf,
  bpchar: textOf,
  uuid: plainTextOf,
  integer: bareOf,
  boolean: bareOf,
  bigint: plainTextOf,
  numeric: decimalOf,
  timestamptz: instantOf,
  jsonb: bareOf,
};

/** A column, in the text of its scalar. */
export function columnValue(row: Row, name: string, field: Field): Json {
  const { type, isList, isRequired } = columnOf(row.model, name);
  // A list that is null in the database is answered empty, as Prisma reads it.
  if (isList) return [sql`coalesce(to_json(${row.column(name)})::text, '[]')`];
  const format = isEnumType(getNamedType(field.type)) ? enumFormat(field) : formatsOfColumns[type];
  if (!format) throw new NotCompiled(`${field.name} is a ${type}, which has no text`);
  const value = format(row.column(name));
  return isRequired ? value : orNull(value);
}

// Values are stored as they are named.
function enumFormat(field: Field): Format {
  const type = getNamedType(field.type);
  if (isEnumType(type) && type.getValues().some(({ name, value }) => name !== value)) {
    throw new NotCompiled(`${type.name} has values that are stored under other names`);
  }
  return plainTextOf;
}

const formatsOfScalars: Readonly<Record<string, Format>> = {
  ID: textOf,
  String: textOf,
  Int: bareOf,
  Boolean: bareOf,
  Date: plainTextOf,
  DateTime: instantOf,
  Decimal: decimalOf,
  JSON: bareOf,
  JSONObject: bareOf,
  CountryCode: textOf,
};

/** A value in SQL, in the text of the scalar, the enum, or the list of texts, that the field answers. */
export function expressionValue(value: Sql, field: Field): Json {
  const scalar = getNamedType(field.type).name;
  const isList = isListType(getNullableType(field.type));
  const ofOne = isEnumType(getNamedType(field.type)) ? enumFormat(field) : formatsOfScalars[scalar];
  const format = isList ? (['ID', 'String'].includes(scalar) ? arrayOf : undefined) : ofOne;
  if (!format) throw new NotCompiled(`${field.name} answers something else than one scalar`);
  return isNonNullType(field.type) ? format(value) : orNull(format(value));
}

// `array(…)` is never null.
function arrayOf(value: Sql): Json {
  return [sql`to_json(${value})::text`];
}

type Amount = { amount: Sql; currency: Sql };

/** What is worked out from columns, in SQL. */
export function computedValue({ expression }: Kind<'computed'>, asked: Asked): Json {
  const { field, type } = asked;
  if (!expression) throw new NotCompiled(`${type.name}.${field.name} is computed in JavaScript`);
  const value = expression(rowIn(asked));
  if ('amount' in value) return moneyValue(asked, value);
  return expressionValue(value, field);
}

/** Objects that are kept within a column. */
export function listedValues({ values }: Kind<'values'>, asked: Asked): Json {
  const type = answeredType(asked) as GraphQLObjectType;
  const { from, order, fields } = values(rowIn(asked));
  const object = objectOf(
    fieldsOf(asked.selection, type, asked.nodes).map(([name, nodes]) => {
      const called = (nodes[0] as FieldNode).name.value;
      if (called === '__typename') return [name, [`"${type.name}"`]];
      const value = fields[called];
      const field = type.getFields()[called];
      if (!value || !field) throw new NotCompiled(`${type.name}.${called} is computed in JavaScript`);
      if ('amount' in value) return [name, moneyValue({ ...asked, type, field, nodes, row: null }, value)];
      if ('ids' in value) return [name, namedValue(value, { ...asked, type, field, nodes, row: null })];
      return [name, expressionValue(value, field)];
    }),
  );
  const objects = sql`(select string_agg(${concatenated(object)}, ',' order by ${order}) from ${from})`;
  return ['[', sql`coalesce(${objects}, '')`, ']'];
}

/** An object that is made of the row's own columns. */
export function partValue({ isThere }: Kind<'part'>, asked: Asked): Json {
  const row = rowIn(asked);
  const object = concatenated(asked.objectOf(answeredType(asked), row, asked.nodes));
  return [sql`case when ${isThere(row)} then ${object} else 'null' end`];
}

/** The columns of an amount. */
export function amountIn(row: Row, [amount, currency]: readonly [string, string]): Amount {
  return { amount: row.column(amount), currency: row.column(currency) };
}

/** An amount as its currency writes it, and the currency. Null without an amount. */
export function moneyValue({ selection, nodes, field }: Asked, money: Amount): Json {
  const type = getNamedType(field.type) as GraphQLObjectType;
  let hasAmount = false;
  const value = objectOf(
    fieldsOf(selection, type, nodes).map(([name, [node]]) => {
      const asked = (node as FieldNode).name.value;
      if (asked === '__typename') return [name, [`"${type.name}"`]];
      if (asked !== 'amount') return [name, textOf(money.currency)];
      hasAmount = true;
      return [name, ['"', moneyAmountOf(money), '"']];
    }),
  );
  if (isNonNullType(field.type)) return value;
  // No amount, no text of it, and so the whole is null; unless the amount is not in it.
  if (hasAmount) return orNull(value);
  return [sql`case when ${money.amount} is null then 'null' else ${concatenated(value)} end`];
}

/** What the request knows by itself: worked out in JavaScript, sent as a parameter. */
export function knownValue({ value }: Kind<'known'>, { selection, nodes, field }: Asked): Json {
  const args = argumentsOf(field, nodes[0] as FieldNode);
  const shape = shapeOf(selection, field.type, nodes);
  return [later((request) => parameter(JSON.stringify(shape(value(request.viewer, args(request))) ?? null), 'text'))];
}

type Shape = (value: unknown) => unknown;

/** What was asked of a value that is there: leaves as they are, of objects the properties. */
function shapeOf(selection: Selection, type: GraphQLOutputType, nodes: FieldNode[]): Shape {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const element = shapeOf(selection, nullable.ofType as GraphQLOutputType, nodes);
    return (value) => (value as unknown[] | null)?.map(element);
  }
  if (isLeafType(nullable)) return (value) => nullable.serialize(value);
  if (!isObjectType(nullable)) throw new NotCompiled(`${String(nullable)} is no object type`);
  const fields = fieldsOf(selection, nullable, nodes).map(([name, asking]): [string, Shape] => {
    const asked = (asking[0] as FieldNode).name.value;
    if (asked === '__typename') return [name, () => nullable.name];
    const shape = shapeOf(selection, (nullable.getFields()[asked] as Field).type, asking);
    return [name, (value) => shape((value as Record<string, unknown>)[asked])];
  });
  return (value) => (value == null ? null : Object.fromEntries(fields.map(([name, shape]) => [name, shape(value)])));
}
