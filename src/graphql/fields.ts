import type { FieldRef } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import { getDatamodel } from '../generated/pothos.ts';
import { encodeId, type IdType } from '../kernel/id.ts';
import { formatAmount } from '../kernel/money.ts';
import { isClient, type Viewer } from '../kernel/viewer.ts';
import { builder, type ModelName, type Row, type Types } from './builder.ts';
import { type ConnectionOptions, nestedConnection } from './connections.ts';
import type { Context } from './context.ts';
import type { Declaration, Expression, TypeDeclaration } from './declarations.ts';
import { ifVisible, type Link, loadById, loadLinked } from './loaders.ts';

type AnyType = unknown;
type Options = { staffOnly?: boolean };
type RelationOptions = Options & {
  type?: AnyType;
  nullable?: boolean;
  liveOnly?: boolean;
  visible?: (viewer: Viewer) => object;
  forClients?: string;
};
// The builder's own types are generic over model, shape and arguments; a declaration has none of that left to check.
// biome-ignore lint/suspicious/noExplicitAny: see above
type AnyFieldBuilder = any;
type Field = FieldRef<Types>;

const datamodel = getDatamodel() as unknown as {
  datamodel: {
    models: Record<
      string,
      { fields: { name: string; type: string; kind: string; isRequired: boolean; isList: boolean }[] }
    >;
  };
};

/** What the Prisma schema says about a column or relation. */
export function columnOf(model: string, name: string) {
  const found = datamodel.datamodel.models[model]?.fields.find((field) => field.name === name);
  if (!found) throw new Error(`${model} has no field ${name}.`);
  return found;
}

const scalarOf: Record<string, string> = { Json: 'JSONObject', Bytes: 'String', BigInt: 'String' };

export const Money = builder.objectRef<{ amount: string; currency: string }>('Money').implement({
  description: 'An exact amount in a currency.',
  fields: (t) => ({
    amount: t.field({
      type: 'Decimal',
      nullable: false,
      description: 'The amount, with as many decimals as the currency has: "49.00".',
      resolve: (money) => money.amount,
    }),
    currency: t.field({
      type: 'CurrencyCode',
      nullable: false,
      description: 'The currency.',
      resolve: (money) => money.currency,
    }),
  }),
});

/** The kinds of field there are. A resolver written by hand is the exception, and says why. */
export function declare<Model extends ModelName>(model: Model, t: AnyFieldBuilder) {
  type Column = keyof Row<Model> & string;

  function declared(
    read: Declaration,
    options: { resolve: (...args: never[]) => unknown } & Record<string, unknown>,
  ): Field {
    if (!('columns' in read)) return t.field({ ...options, extensions: { read } });
    const select = Object.fromEntries(read.columns.map((column) => [column, true]));
    return t.field({ ...options, extensions: { read }, select });
  }

  return {
    /** The row's public id. */
    id: (type: IdType): Field =>
      declared(
        { kind: 'id', type, columns: ['id'] },
        {
          type: 'ID',
          nullable: false,
          description: 'Its id: opaque, stable, unique across all types.',
          resolve: (row: { id: string }) => encodeId(type, row.id),
        },
      ),

    /** A column as it is. Type and nullability are the database's. */
    column: (name: Column, description: string, { staffOnly = false }: Options = {}): Field => {
      const { type, isRequired, isList } = columnOf(model, name);
      const scalar = scalarOf[type] ?? type;
      return declared(
        { kind: 'column', columns: [name], staffOnly },
        {
          type: isList ? [scalar] : scalar,
          nullable: staffOnly || !isRequired,
          description: staffOnly ? `${description} Null for clients.` : description,
          resolve: staffOnly
            ? (row: Record<string, unknown>, _: object, context: Context) =>
                isClient(context.viewer) ? null : row[name]
            : (row: Record<string, unknown>) => row[name],
        },
      );
    },

    /** A column that holds one of an enum's values. */
    code: (
      name: Column,
      type: AnyType,
      description: string,
      { nullable = !columnOf(model, name).isRequired }: { nullable?: boolean } = {},
    ): Field =>
      declared(
        { kind: 'column', columns: [name], staffOnly: false },
        {
          type,
          nullable,
          description,
          resolve: (row: Record<string, unknown>) => row[name],
        },
      ),

    /** An amount and its currency, from two columns. */
    money: (amount: Column, currency: Column, description: string): Field =>
      declared(
        { kind: 'money', columns: [amount, currency] },
        {
          type: Money,
          nullable: !columnOf(model, amount).isRequired,
          description,
          resolve: (row: Record<string, unknown>) => {
            const value = row[amount];
            if (value == null) return null;
            const code = String(row[currency]);
            return { amount: formatAmount(value as { toString(): string }, code), currency: code };
          },
        },
      ),

    /** A pure function of named columns; and the same in SQL, without which the field is not compiled. */
    computed: <const Columns extends Column[]>(
      columns: Columns,
      type: AnyType,
      description: string,
      compute: (row: Pick<Row<Model>, Columns[number]>) => unknown,
      { nullable = false, expression = null }: { nullable?: boolean; expression?: Expression | null } = {},
    ): Field =>
      declared(
        { kind: 'computed', columns, expression },
        { type, nullable, description, resolve: (row: Row<Model>) => compute(row as never) },
      ),

    /** A list of objects within columns: worked out from them, and the same in SQL. */
    values: <const Columns extends Column[]>(
      columns: Columns,
      type: AnyType,
      description: string,
      compute: (row: Pick<Row<Model>, Columns[number]>) => unknown[],
      values: Extract<Declaration, { kind: 'values' }>['values'],
    ): Field =>
      declared(
        { kind: 'values', columns, values },
        { type: [type], nullable: false, description, resolve: (row: Row<Model>) => compute(row as never) },
      ),

    /**
     * The row on the far side of a to-one relation; with `liveOnly`, null when it is softly deleted; with `visible`, null
     * unless the viewer may see it; with `forClients`, for them the row of another relation.
     */
    relation: (
      name: string,
      description: string,
      {
        type = columnOf(model, name).type,
        staffOnly = false,
        nullable,
        liveOnly = false,
        visible,
        forClients = name,
      }: RelationOptions = {},
    ): Field => {
      const relationFor = ({ viewer }: Context) => (isClient(viewer) ? forClients : name);
      const { type: far } = columnOf(model, name);
      const delegate = (far[0] as string).toLowerCase() + far.slice(1);
      const isLoaded = (row: Record<string, unknown>, _: GraphQLResolveInfo, context: Context) =>
        row[relationFor(context)] !== undefined;
      const resolveLoaded = (row: Record<string, unknown>, _: object, context: Context, info: GraphQLResolveInfo) => {
        if (staffOnly && isClient(context.viewer)) return null;
        const target = row[relationFor(context)] as { id: string; deletedAt?: Date | null } | null;
        if (target === null || (liveOnly && target.deletedAt)) return null;
        return visible ? ifVisible(delegate, target, visible, context, info) : target;
      };
      return t.field({
        type,
        nullable: nullable ?? (staffOnly || visible !== undefined || !columnOf(model, name).isRequired),
        description: staffOnly ? `${description} Null for clients.` : description,
        extensions: {
          read: { kind: 'relation', relation: name, forClients, staffOnly, liveOnly, visible } satisfies Declaration,
          pothosPrismaSelect: (_: object, context: Context, nested: (query: object) => { select?: object }) => {
            const query = nested({});
            const select = { ...query.select, ...(liveOnly && { deletedAt: true }), ...(visible && { id: true }) };
            return { select: { [relationFor(context)]: liveOnly || visible ? { ...query, select } : query } };
          },
          pothosPrismaLoaded: isLoaded,
        },
        resolve: resolveLoaded,
      });
    },

    /** A bounded, ordered page of the rows that point here, cut in SQL. */
    connection: <Child extends ModelName>(
      relation: string,
      description: string,
      options: ConnectionOptions<Child>,
    ): Field => nestedConnection(t, relation, description, options as ConnectionOptions<ModelName>),

    /** People or tags behind a link table, through a DataLoader: one statement per level. */
    linked: (link: Link, type: AnyType, description: string, { staffOnly = false }: Options = {}): Field =>
      declared(
        { kind: 'linked', link, staffOnly },
        {
          type: [type],
          nullable: false,
          description,
          select: { id: true },
          resolve: (row: { id: string }, _: object, context: Context, info: GraphQLResolveInfo) =>
            staffOnly && isClient(context.viewer) ? [] : loadLinked(link, row.id, context, info),
        },
      ),

    /** The person a column names, through a DataLoader: one statement per level. */
    person: (column: Column, type: AnyType, description: string): Field =>
      declared(
        { kind: 'person', column },
        {
          type,
          nullable: true,
          description,
          select: { [column]: true },
          resolve: (row: Record<string, unknown>, _: object, context: Context, info: GraphQLResolveInfo) =>
            loadById('user', row[column] as string | null, context, info),
        },
      ),

    /** An object made of the row's own columns, of a type that `partType` declares. */
    part: <const Columns extends Column[]>(
      columns: Columns,
      type: AnyType,
      description: string,
      isThere: (row: Pick<Row<Model>, Columns[number]>) => boolean,
      isThereInSql: Extract<Declaration, { kind: 'part' }>['isThere'],
    ): Field =>
      declared(
        { kind: 'part', columns, isThere: isThereInSql },
        {
          type,
          nullable: true,
          description,
          resolve: (row: Row<Model>) => (isThere(row as never) ? row : null),
        },
      ),
  };
}

export type Fields<Model extends ModelName> = ReturnType<typeof declare<Model>>;

export type ObjectOptions<Model extends ModelName> = {
  description: string;
  interfaces?: AnyType[];
  fields: (field: Fields<Model>, t: AnyFieldBuilder) => Record<string, Field>;
};

/** Declares an object type over a Prisma model. Its name may differ: Client and TeamMember are both users. */
export function objectType<Model extends ModelName>(
  model: Model,
  name: string,
  { description, interfaces, fields }: ObjectOptions<Model>,
) {
  return builder.prismaObject(model, {
    ...(name === model ? {} : { variant: name }),
    description,
    extensions: { model } satisfies TypeDeclaration,
    interfaces: (interfaces ?? []) as never,
    // Nothing but what is asked for, and the id, which loaders and cursors need.
    select: { id: true } as never,
    fields: ((t: AnyFieldBuilder) => fields(declare(model, t), t)) as never,
  });
}

/** Declares the type of objects that are made of a row's own columns: see `part`. */
export function partType<Model extends ModelName>(
  model: Model,
  name: string,
  { description, fields }: Pick<ObjectOptions<Model>, 'description' | 'fields'>,
) {
  return builder.objectRef<Row<Model>>(name).implement({
    description,
    fields: ((t: AnyFieldBuilder) => fields(declare(model, t), t)) as never,
  });
}

/** Adds fields to a type of a domain above: the domain that owns the data declares the field. */
export function extendType<Model extends ModelName>(
  type: AnyType,
  model: Model,
  fields: (field: Fields<Model>, t: AnyFieldBuilder) => Record<string, Field>,
): void {
  builder.prismaObjectFields(type as never, ((t: AnyFieldBuilder) => fields(declare(model, t), t)) as never);
}
