import type { InputRef } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import { selectedFieldNames } from '@pothos/selection-mapper';
import type { GraphQLResolveInfo } from 'graphql';
import { invalid } from '../kernel/errors.ts';
import { decodeId, type IdType } from '../kernel/id.ts';
import { requirePermission, type Viewer } from '../kernel/viewer.ts';
import { builder, type ModelName, type Where } from './builder.ts';
import { type Filter, type FilterInput, searchWhere } from './comparators.ts';
import { type ConnectionRef, nodePaths, pageArguments } from './connections.ts';
import type { Context } from './context.ts';
import type { Declaration, FindRow, ListArguments, ListRows } from './declarations.ts';
import { completeOrder, connectionOf, newestFirst, noRow, type Order, pageOf } from './pagination.ts';

type Delegate = {
  findMany(query: object): Promise<Record<string, unknown>[]>;
  findFirst(query: object): Promise<Record<string, unknown> | null>;
  count(query: object): Promise<number>;
};

export function delegateOf(context: Context, model: ModelName): Delegate {
  const name = (model[0] as string).toLowerCase() + model.slice(1);
  return (context.db as unknown as Record<string, Delegate>)[name] as Delegate;
}

/** An object that a list is asked for: the rows beneath it, as far as the viewer may see it. */
export type Beneath<Model extends ModelName> = {
  type: IdType;
  description: string;
  where: (viewer: Viewer, named: { id: string } | { number: string }) => Where<Model>;
};

export type ListOptions<Model extends ModelName> = {
  description: string;
  model: Model;
  type: ConnectionRef;
  /** The permission that the list needs; without it the field answers FORBIDDEN. */
  permission: string;
  visible: (viewer: Viewer, filter: Filter | null | undefined) => Where<Model>;
  /** What the rows hang beneath, by argument: exactly one object is to be named, by id or number. */
  beneath?: Readonly<Record<string, Beneath<Model>>>;
  filter?: FilterInput<Model>;
  sort?: InputRef<unknown>;
  /** What `search` looks through; given when the model has search terms. */
  search?: string;
  order?: Order;
};

/** Declares a root list: filtered, ordered, paged by keyset, counted only when asked. */
export function listField<Model extends ModelName>(name: string, options: ListOptions<Model>): void {
  const { description, model, type, permission, visible, beneath, filter, sort, search, order = newestFirst } = options;
  const rows: ListRows = (viewer, args) => {
    requirePermission(viewer, permission);
    const page = pageOf(args, completeOrder(args.sort, order, viewer));
    const asked = args.filter as Filter | null | undefined;
    const found = searchWhere(args.search as string | null | undefined);
    const within = beneath ? beneathOne(beneath, viewer, args) : {};
    return { page, where: { AND: [visible(viewer, asked), within, filter?.where(asked, viewer) ?? {}, found ?? {}] } };
  };
  builder.queryField(name, (t) =>
    t.field({
      type: type.ref as never,
      nullable: false,
      description,
      args: {
        ...Object.fromEntries(
          Object.entries(beneath ?? {}).map(([argument, { description }]) => [argument, t.arg.id({ description })]),
        ),
        ...(filter ? { filter: t.arg({ type: filter.ref, description: 'Only rows that fit.' }) } : {}),
        ...(search ? { search: t.arg.string({ description: search }) } : {}),
        ...(sort
          ? {
              sort: t.arg({
                type: [sort] as never,
                description: 'The order, most important step first. Without it newest first.',
              }),
            }
          : {}),
        ...pageArguments(t),
      },
      extensions: { read: { kind: 'list', model, rows } satisfies Declaration, permission },
      resolve: (async (_: object, args: ListArguments, context: Context, info: GraphQLResolveInfo) => {
        const { page, where } = rows(context.viewer, args);
        const delegate = delegateOf(context, model);
        const selected = selectedFieldNames(context, info);
        const rowsWanted = selected.has('nodes') || selected.has('edges') || selected.has('pageInfo');
        const found = rowsWanted ? await delegate.findMany(rowsQuery(page, where, type, context, info)) : [];
        return Object.assign(connectionOf(page, found), { totalCount: () => delegate.count({ where }) });
      }) as never,
    }),
  );
}

function beneathOne<Model extends ModelName>(
  beneath: Readonly<Record<string, Beneath<Model>>>,
  viewer: Viewer,
  args: ListArguments,
): object {
  const given = Object.entries(beneath).filter(([argument]) => args[argument] != null);
  const [first, last] = [Object.keys(beneath)[0] as string, Object.keys(beneath).at(-1) as string];
  const choice = Object.keys(beneath).join(' or ');
  if (given.length === 0) throw invalid(first, 'REQUIRED', `Give ${choice}.`);
  if (given.length > 1) throw invalid(last, 'EXCLUSIVE', `Give ${choice}, not both.`);
  const [argument, { type, where }] = given[0] as [string, Beneath<Model>];
  const name = String(args[argument]);
  // No number has a NUL, and PostgreSQL takes none to compare with.
  if (name.includes('\0')) return noRow;
  const id = decodeId(type, name);
  return where(viewer, id === null ? { number: name } : { id });
}

function rowsQuery(
  page: ReturnType<typeof pageOf>,
  where: object,
  type: ConnectionRef,
  context: Context,
  info: GraphQLResolveInfo,
) {
  const query = queryFromInfo({
    context,
    info,
    typeName: type.nodeName(),
    paths: nodePaths,
    select: page.select as never,
  });
  return { ...query, where: { AND: [where, page.where ?? {}] }, orderBy: page.orderBy, take: page.take };
}

export type SingleOptions<Model extends ModelName> = {
  description: string;
  model: Model;
  type: unknown;
  permission: string;
  idDescription: string;
  /** The row that the argument names, among those that the viewer may see; null when it can name none. */
  find: (viewer: Viewer, args: { id?: string | null; number?: string | null }) => Where<Model> | null;
  /** Whether the object can also be asked for by its number. */
  numberDescription?: string;
};

/** Declares a root field for one object: null when there is none, or none that the viewer may see. */
export function singleField<Model extends ModelName>(name: string, options: SingleOptions<Model>): void {
  const { description, model, type, permission, idDescription, numberDescription } = options;
  const find: FindRow = (viewer, args) => {
    requirePermission(viewer, permission);
    if (args.id == null && args.number == null) throw invalid('id', 'REQUIRED', 'Give an id or a number.');
    return options.find(viewer, args);
  };
  builder.queryField(name, (t) =>
    t.field({
      type: type as never,
      nullable: true,
      description: `${description} Null when there is none, or none that the viewer may see.`,
      args: {
        id: t.arg.id({ required: !numberDescription, description: idDescription }),
        ...(numberDescription ? { number: t.arg.string({ description: numberDescription }) } : {}),
      },
      extensions: { read: { kind: 'single', model, find } satisfies Declaration, permission },
      resolve: (async (
        _: object,
        args: { id?: string; number?: string },
        context: Context,
        info: GraphQLResolveInfo,
      ) => {
        const where = find(context.viewer, args);
        if (where === null) return null;
        return delegateOf(context, model).findFirst({ ...queryFromInfo({ context, info }), where });
      }) as never,
    }),
  );
}
