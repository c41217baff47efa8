import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { Viewer } from '../kernel/viewer.ts';
import { builder, type ModelName, type Row as ModelRow } from './builder.ts';
import { fromOf, type Row, rowOf } from './compiler/rows.ts';
import { identifier, join, later, parameter, type Sql, sql, write } from './compiler/sql.ts';
import type { Context } from './context.ts';
import type { Declaration } from './declarations.ts';
import { extendType } from './fields.ts';
import { oncePerField } from './loaders.ts';

// What may be done with a row is a condition in SQL: both ways of reading ask the same one, so a flag is one flag.

/** Whether something holds for a row, as the viewer stands to it. */
type Condition = (row: Row, viewer: Viewer) => Sql;

export type Flags = Readonly<Record<string, { description: string; holds: Condition }>>;

type FlagsOptions<Model extends ModelName> = {
  /** The name of the flags' type. */
  type: string;
  description: string;
  /** The columns that the conditions speak of. */
  columns: readonly (keyof ModelRow<Model> & string)[];
  flags: Flags;
};

type Values = Readonly<Record<string, boolean>>;

/** Adds a field to a type whose rows are a model's: an object of flags. However many rows are asked, plainly it is one statement. */
export function extendByFlags<Model extends ModelName>(
  extended: unknown,
  model: Model,
  name: string,
  { type, description, columns, flags }: FlagsOptions<Model>,
): void {
  const expressionOf = (holds: Condition) => (row: Row) => {
    // Whoever reads the row first is to read these, too.
    for (const column of columns) row.column(column);
    return later(({ viewer }) => certain(holds(row, viewer)));
  };
  const FlagsType = builder.objectRef<Values>(type).implement({
    description,
    fields: (t) =>
      Object.fromEntries(
        Object.entries(flags).map(([flag, { description, holds }]) => [
          flag,
          t.boolean({
            nullable: false,
            description,
            extensions: {
              read: { kind: 'computed', columns: [...columns], expression: expressionOf(holds) } satisfies Declaration,
            },
            resolve: (values) => values[flag] as boolean,
          }),
        ]),
      ),
  });
  extendType(extended, model, (_, t) => ({
    [name]: t.field({
      type: FlagsType,
      nullable: false,
      description,
      select: { id: true },
      extensions: { read: { kind: 'part', columns: ['id'], isThere: () => sql`true` } satisfies Declaration },
      resolve: (row: { id: string }, _: object, context: Context, info: GraphQLResolveInfo) =>
        loadFlags(model, flags, row.id, context, info),
    }),
  }));
}

function certain(condition: Sql): Sql {
  return sql`coalesce(${condition}, false)`;
}

/** All flags of a row; the rows of a level are asked for together. */
function loadFlags(
  model: ModelName,
  flags: Flags,
  id: string,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Values> {
  return oncePerField(context, info, () => {
    return new DataLoader<string, Values>(async (ids) => {
      const row = rowOf(model, 'subject');
      const { viewer, settings, db } = context;
      const values = Object.values(flags).map(
        ({ holds }, index) => sql`${certain(holds(row, viewer))} as ${identifier(`flag${index}`)}`,
      );
      const wanted = parameter([...new Set(ids)], 'uuid[]');
      const statement = sql`select ${join([row.column('id'), ...values], sql`, `)} from ${fromOf(row)}
        where ${row.column('id')} = any(${wanted})`;
      const { text, values: given } = write(statement, { viewer, variables: {}, settings });
      const rows = await db.$queryRawUnsafe<({ id: string } & Values)[]>(text, ...given);
      const found = new Map(rows.map((one) => [one.id, one]));
      const named = (one: Values | undefined): Values =>
        Object.fromEntries(Object.keys(flags).map((flag, index) => [flag, one?.[`flag${index}`] ?? false]));
      return ids.map((each) => named(found.get(each)));
    });
  }).load(id);
}
