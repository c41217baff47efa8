import type { FieldRef } from '@pothos/core';
import { type GraphQLObjectType, type GraphQLResolveInfo, getNamedType, getNullableType, isListType } from 'graphql';
import { builder, type Types } from './builder.ts';
import { figuresAsText } from './compiler/figures.ts';
import { type Sql, write } from './compiler/sql.ts';
import type { Context } from './context.ts';
import type { Declaration, Figure, FigureRows } from './declarations.ts';
import { Money } from './fields.ts';
import { loadById } from './loaders.ts';

// Sums and counts are worked out by statements of our own. Both ways of reading send the same one, so a figure is one figure.

type AnyType = unknown;
// biome-ignore lint/suspicious/noExplicitAny: the field builder is generic over shape and arguments
type AnyFieldBuilder = any;
type Field = FieldRef<Types>;
type Row = Record<string, unknown>;
type Options = { nullable?: boolean };

function declare(t: AnyFieldBuilder) {
  const field = (figure: Figure, options: Record<string, unknown>): Field => {
    return t.field({ ...options, extensions: { read: { kind: 'figure', figure } satisfies Declaration } });
  };
  const own = (row: Row, _: object, __: Context, info: GraphQLResolveInfo) => row[info.fieldName];

  return {
    /** A column of the statement, as it is. */
    value: (column: string, type: AnyType, description: string, { nullable = false }: Options = {}): Field =>
      field({ column }, { type, nullable, description, resolve: own }),

    /** An amount and its currency, from two columns. */
    money: (amount: string, description: string): Field =>
      field({ amount, currency: 'currency' }, { type: Money, nullable: false, description, resolve: own }),

    /** The row of another table that a column names by its id; with `liveOnly`, null when it is softly deleted. */
    row: (
      id: string,
      type: AnyType,
      model: string,
      description: string,
      { nullable = false, liveOnly = false }: Options & { liveOnly?: boolean } = {},
    ): Field =>
      field(
        { id, model, liveOnly },
        {
          type,
          nullable,
          description,
          resolve: async (row: Row, _: object, context: Context, info: GraphQLResolveInfo) => {
            const found = await loadById(model, row[info.fieldName] as string | null, context, info);
            return liveOnly && (found as { deletedAt?: Date | null } | null)?.deletedAt ? null : found;
          },
        },
      ),
  };
}

export type FigureFields = ReturnType<typeof declare>;

/** Declares the type of a statement's rows. */
export function figureType(
  name: string,
  { description, fields }: { description: string; fields: (figure: FigureFields) => Record<string, Field> },
) {
  return builder.objectRef<Row>(name).implement({
    description,
    fields: ((t: AnyFieldBuilder) => fields(declare(t))) as never,
  });
}

/** What makes a field answer the rows of a statement, or its only one. */
export function figuresOf(rows: FigureRows) {
  return {
    extensions: { read: { kind: 'figures', rows } satisfies Declaration },
    resolve: async (_: object, args: Row, context: Context, info: GraphQLResolveInfo) => {
      const type = getNamedType(info.returnType) as GraphQLObjectType;
      const figures = await readFigures(type, rows(context.viewer, args), context);
      return isListType(getNullableType(info.returnType)) ? figures : figures[0];
    },
  };
}

async function readFigures(type: GraphQLObjectType, rows: Sql, context: Context): Promise<Row[]> {
  const { viewer, settings, db } = context;
  const fields = Object.values(type.getFields()).map((field) => {
    const { figure } = field.extensions.read as Extract<Declaration, { kind: 'figure' }>;
    return [field, figure] as const;
  });
  const { text, values } = write(figuresAsText(rows, fields), { viewer, variables: {}, settings });
  const [answer] = await db.$queryRawUnsafe<{ figures: string }[]>(text, ...values);
  return JSON.parse(answer?.figures ?? '[]') as Row[];
}
