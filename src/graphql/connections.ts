import type { FieldRef, InputRef } from '@pothos/core';
import { selectedFieldNames } from '@pothos/selection-mapper';
import type { GraphQLResolveInfo } from 'graphql';
import type { Viewer } from '../kernel/viewer.ts';
import { builder, type ModelName, type Types, type Where } from './builder.ts';
import type { Context } from './context.ts';
import type { Declaration } from './declarations.ts';
import { oncePerField } from './loaders.ts';
import {
  type Connection,
  completeOrder,
  connectionOf,
  type Direction,
  type Order,
  type Page,
  type PageArguments,
  pageOf,
  type SortKey,
} from './pagination.ts';

type AnyType = unknown;
// biome-ignore lint/suspicious/noExplicitAny: the field builder is generic over model, shape and arguments
type AnyFieldBuilder = any;
type Field = FieldRef<Types>;

const PageInfo = builder.objectRef<Connection<unknown>['pageInfo']>('PageInfo').implement({
  description: 'Where a page of a list stands in the whole list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      nullable: false,
      description: 'Whether there are rows after this page. Walking backward: whether a cursor was given.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      nullable: false,
      description: 'Whether there are rows before this page. Walking forward: whether a cursor was given.',
    }),
    startCursor: t.exposeString('startCursor', { description: 'The cursor of the first row. Null on an empty page.' }),
    endCursor: t.exposeString('endCursor', { description: 'The cursor of the last row. Null on an empty page.' }),
  }),
});

/** Where the rows of a connection stand in a selection. */
export const nodePaths = [[{ name: 'nodes' }], [{ name: 'edges' }, { name: 'node' }]];

type ConnectionValue = Connection<Record<string, unknown>> & { totalCount?: () => number | Promise<number> };
export type ConnectionRef = { ref: AnyType; node: { name: string }; nodeName: () => string };

/** Declares the connection and edge types of a node type. One per type, shared by every list of it. */
export function connectionType(node: { name: string }, plural: string): ConnectionRef {
  const Edge = builder.objectRef<{ cursor: string; node: unknown }>(`${node.name}Edge`).implement({
    description: `A ${node.name} at its place in a list.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', {
        nullable: false,
        description: 'The place, to page from with `after` or `before`.',
      }),
      node: t.field({
        type: node as never,
        nullable: false,
        description: `The ${node.name}.`,
        resolve: (edge) => edge.node as never,
      }),
    }),
  });
  const ref = builder.objectRef<ConnectionValue>(`${node.name}Connection`).implement({
    description: `A page of ${plural}.`,
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        nullable: false,
        description: 'The rows with their cursors.',
        resolve: (page) => page.edges,
      }),
      nodes: t.field({
        type: [node] as never,
        nullable: false,
        description: 'The rows, for readers who need no cursors.',
        resolve: (page) => page.nodes as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        nullable: false,
        description: 'Where this page stands.',
        resolve: (page) => page.pageInfo,
      }),
      totalCount: t.int({
        nullable: false,
        description: 'How many rows the whole list has, whatever the page. Counted only when asked for.',
        resolve: (page) => page.totalCount?.() ?? 0,
      }),
    }),
  });
  return { ref, node, nodeName: () => node.name };
}

/** The arguments of every list. */
export function pageArguments(t: AnyFieldBuilder) {
  return {
    first: t.arg.int({
      description: 'How many rows from the start: 1 to 100, 20 when neither `first` nor `last` is given.',
    }),
    after: t.arg.string({ description: 'Only rows after this cursor.' }),
    last: t.arg.int({ description: 'How many rows from the end: 1 to 100. Not together with `first`.' }),
    before: t.arg.string({ description: 'Only rows before this cursor.' }),
  };
}

export type SortArgument = { sort?: { field: SortKey; direction?: Direction | null }[] | null };

export type ConnectionOptions<Child extends ModelName> = {
  type: ConnectionRef;
  /** Which of the rows the viewer may see. */
  where: (viewer: Viewer) => Where<Child> | undefined;
  /** The order when none is asked for. The id is added at its end. */
  order: Order;
  sort?: InputRef<never> | AnyType;
};

type Parent = Record<string, unknown>;

/** A list beneath an object: planned with the object's own query, so a page of parents costs no further statement. */
export function nestedConnection(
  t: AnyFieldBuilder,
  relation: string,
  description: string,
  options: ConnectionOptions<ModelName>,
): Field {
  const { type, where, order, sort } = options;
  const pageFor = (args: PageArguments & SortArgument, viewer: Viewer): Page =>
    pageOf(args, completeOrder(args.sort, order, viewer));
  const countOf = (row: Parent) => (row._count as Record<string, number> | undefined)?.[relation];

  const isLoaded = (row: Parent, info: GraphQLResolveInfo, context: Context) =>
    row[relation] !== undefined && (countOf(row) !== undefined || !selectedFieldNames(context, info).has('totalCount'));

  const resolveLoaded = (
    row: Parent,
    args: PageArguments & SortArgument,
    context: Context,
    info: GraphQLResolveInfo,
  ): ConnectionValue => {
    const page = oncePerField(context, info, () => pageFor(args, context.viewer));
    const connection: ConnectionValue = connectionOf(page, row[relation] as Parent[]);
    connection.totalCount = () => countOf(row) as number;
    return connection;
  };

  return t.field({
    type: type.ref,
    nullable: false,
    description,
    args: {
      ...pageArguments(t),
      ...(sort ? { sort: t.arg({ type: [sort], description: 'The order, most important step first.' }) } : {}),
    },
    extensions: {
      read: { kind: 'connection', relation, page: pageFor, where } satisfies Declaration,
      pothosPrismaSelect: (
        args: PageArguments & SortArgument,
        context: Context,
        nested: (query: object, position: object) => { select?: object },
        selected: () => ReadonlySet<string>,
      ) => {
        const page = pageFor(args, context.viewer);
        const visible = where(context.viewer);
        const asked = selected();
        // Always the same of the same arguments: where one list is asked for in two places, Pothos keeps the first plan.
        const query = nested(
          {
            where: { AND: [visible ?? {}, page.where ?? {}] },
            orderBy: page.orderBy,
            take: page.take,
          },
          { getType: type.nodeName, paths: nodePaths },
        );
        return {
          select: {
            [relation]: { ...query, select: { id: true, ...page.select, ...query.select } },
            ...(asked.has('totalCount')
              ? { _count: { select: { [relation]: visible ? { where: visible } : true } } }
              : {}),
          },
        };
      },
      pothosPrismaLoaded: isLoaded,
    },
    resolve: resolveLoaded,
  });
}
