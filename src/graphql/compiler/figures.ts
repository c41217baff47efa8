import { type FieldNode, type GraphQLField, getNullableType, isListType } from 'graphql';
import type { Figure } from '../declarations.ts';
import { type Asked, answeredType, type Kind, modelOf } from './asked.ts';
import { moneyAmountOf } from './formats.ts';
import { concatenated, type Json, objectOf, orNull } from './json.ts';
import { fromOf, rowOf } from './rows.ts';
import { argumentsOf } from './selection.ts';
import { dependingOnValues, identifier, later, type Sql, sql } from './sql.ts';
import { expressionValue, moneyValue } from './values.ts';
import { allOf, where } from './where.ts';

/** The rows of a statement of our own, as objects: a list of them, or the only one. */
export function figuresValue({ rows }: Kind<'figures'>, asked: Asked): Json {
  const args = argumentsOf(asked.field, asked.nodes[0] as FieldNode);
  const object = concatenated(asked.objectOf(answeredType(asked), null, asked.nodes));
  const from = later((request) => dependingOnValues(rows(request.viewer, args(request))));
  if (!isListType(getNullableType(asked.field.type))) return [sql`(select ${object} from (${from}) as figure)`];
  return listOf(object, from);
}

function listOf(object: Sql, rows: Sql): Json {
  return [
    '[',
    sql`coalesce((select string_agg(${object}, ',' order by figure.place) from (${rows}) as figure), '')`,
    ']',
  ];
}

/** A field of such a row. */
export function figureValue({ figure }: Kind<'figure'>, asked: Asked): Json {
  if ('column' in figure) return expressionValue(columnOf(figure.column), asked.field);
  if ('amount' in figure) return moneyValue(asked, amountOf(figure));
  const row = rowOf(modelOf(answeredType(asked)), asked.selection.alias());
  const object = concatenated(asked.objectOf(answeredType(asked), row, asked.nodes));
  const live = figure.liveOnly ? [where(row, { deletedAt: null })] : [];
  const condition = allOf([sql`${row.column('id')} = ${columnOf(figure.id)}`, ...live]);
  return orNull([sql`(select ${object} from ${fromOf(row)} where ${condition})`]);
}

function columnOf(name: string): Sql {
  return sql`figure.${identifier(name)}`;
}

function amountOf({ amount, currency }: Extract<Figure, { amount: string }>) {
  return { amount: columnOf(amount), currency: columnOf(currency) };
}

type Field = GraphQLField<unknown, unknown>;

/** A statement that selects all rows as one text: a list of objects with all of these fields, other tables' rows by their ids. */
export function figuresAsText(rows: Sql, fields: readonly (readonly [Field, Figure])[]): Sql {
  const object = objectOf(fields.map(([field, figure]) => [field.name, figureAsText(field, figure)]));
  return sql`select ${concatenated(listOf(concatenated(object), rows))} as figures`;
}

function figureAsText(field: Field, figure: Figure): Json {
  if ('column' in figure) return expressionValue(columnOf(figure.column), field);
  if ('id' in figure) return orNull(['"', sql`${columnOf(figure.id)}::text`, '"']);
  const { amount, currency } = amountOf(figure);
  return orNull(
    objectOf([
      ['amount', ['"', moneyAmountOf({ amount, currency }), '"']],
      ['currency', ['"', sql`${currency}::text`, '"']],
    ]),
  );
}
