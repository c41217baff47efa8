import { queryFromInfo } from '@pothos/plugin-prisma';
import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import type { Viewer } from '../kernel/viewer.ts';
import type { Context } from './context.ts';

// One loader per position in the document and per snapshot: the answer of a mutation never sees what was read before it.
const positions = new WeakMap<object, WeakMap<object, unknown>>();

/** What is made once per field of the document, whatever the number of parents it is resolved for. */
export function oncePerField<Value>(context: Context, info: GraphQLResolveInfo, make: () => Value): Value {
  const snapshot = context.db as object;
  let byField = positions.get(snapshot);
  if (!byField) {
    byField = new WeakMap();
    positions.set(snapshot, byField);
  }
  // graphql-js collects the nodes of a field once for all items of a list, so the array is the position.
  const position = info.fieldNodes;
  if (byField.has(position)) return byField.get(position) as Value;
  const made = make();
  byField.set(position, made);
  return made;
}

type LinkRow = Record<string, unknown>;
type Delegate = { findMany(query: object): Promise<LinkRow[]> };

/** A join to people or tags: parent → link rows → targets. One statement per level, whatever the number of parents. */
export type Link = {
  /** The Prisma model of the link rows, as the client spells it: `orderEmployee`. */
  model: string;
  /** The link's column that names the parent. */
  key: string;
  /** The link's relation to the target. */
  target: string;
  /** The text columns by which the targets are ordered, ascending, by code point; the id comes last. */
  order: string[];
  /** Which of the targets the viewer may see; all of them without it. */
  visible?: (viewer: Viewer) => object;
};

/** The targets of one parent; the parents of a level are asked for together. */
export function loadLinked(
  link: Link,
  parentId: string,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<unknown[]> {
  return oncePerField(context, info, () => {
    const order = [...link.order, 'id'];
    const { select } = queryFromInfo({ context, info });
    const target = { select: { ...select, ...Object.fromEntries(order.map((column) => [column, true])) } };
    return new DataLoader<string, unknown[]>(
      async (parentIds) => {
        const delegate = (context.db as unknown as Record<string, Delegate>)[link.model] as Delegate;
        const rows = await delegate.findMany({
          where: {
            [link.key]: { in: [...parentIds] },
            ...(link.visible ? { [link.target]: link.visible(context.viewer) } : {}),
          },
          select: { [link.key]: true, [link.target]: target },
        });
        const byParent = Map.groupBy(rows, (row) => row[link.key] as string);
        // Sorted here: Prisma would join the target once more for each column of the order.
        return parentIds.map((id) =>
          (byParent.get(id) ?? []).map((row) => row[link.target] as LinkRow).sort((a, b) => compareBy(order, a, b)),
        );
      },
      { cache: false },
    );
  }).load(parentId);
}

function compareBy(columns: readonly string[], a: LinkRow, b: LinkRow): number {
  for (const column of columns) {
    const [left, right] = [String(a[column]), String(b[column])];
    // UTF-8 compares as its code points do; JavaScript's own `<` compares halves of the rarer ones.
    if (left !== right) return Buffer.compare(Buffer.from(left), Buffer.from(right));
  }
  return 0;
}

/** A list of ids, kept by an object itself, that names rows of another table. */
export type NamedLink = {
  /** The Prisma model of the rows, as the client spells it: `service`. */
  model: string;
  /** The text columns by which they are ordered, ascending, by code point; the id comes last. */
  order: string[];
  /** Which of the rows the viewer may see. */
  visible: (viewer: Viewer) => object;
};

/** The rows that the ids name and the viewer may see; the lists of a level are asked for together. */
export async function loadNamed(
  { model, order: columns, visible }: NamedLink,
  ids: readonly string[],
  context: Context,
  info: GraphQLResolveInfo,
): Promise<unknown[]> {
  const order = [...columns, 'id'];
  const loader = oncePerField(context, info, () => {
    const { select } = queryFromInfo({ context, info });
    return new DataLoader<string, LinkRow | null>(async (wanted) => {
      const delegate = (context.db as unknown as Record<string, Delegate>)[model] as Delegate;
      const rows = await delegate.findMany({
        where: { AND: [{ id: { in: [...wanted] } }, visible(context.viewer)] },
        select: { ...select, ...Object.fromEntries(order.map((column) => [column, true])) },
      });
      const byId = new Map(rows.map((row) => [row.id as string, row]));
      return wanted.map((id) => byId.get(id) ?? null);
    });
  });
  const rows = await Promise.all([...new Set(ids)].map((id) => loader.load(id)));
  return rows.filter((row) => row !== null).sort((a, b) => compareBy(order, a, b));
}

/** The row, if the viewer may see it, or null; the rows of a level are asked for together. */
export function ifVisible<Row extends { id: string }>(
  model: string,
  row: Row,
  visible: (viewer: Viewer) => object,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Row | null> {
  const seen = oncePerField(context, info, () => {
    return new DataLoader<string, boolean>(async (ids) => {
      const delegate = (context.db as unknown as Record<string, Delegate>)[model] as Delegate;
      const rows = await delegate.findMany({
        where: { AND: [{ id: { in: [...new Set(ids)] } }, visible(context.viewer)] },
        select: { id: true },
      });
      const found = new Set(rows.map(({ id }) => id));
      return ids.map((id) => found.has(id));
    });
  });
  return seen.load(row.id).then((isVisible) => (isVisible ? row : null));
}

/** One row by its id, or null; the ids of a level are asked for together. */
export function loadById(
  model: string,
  id: string | null,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<unknown> | null {
  if (id === null) return null;
  return oncePerField(context, info, () => {
    return new DataLoader<string, unknown>(async (ids) => {
      const delegate = (context.db as unknown as Record<string, Delegate>)[model] as Delegate;
      const rows = await delegate.findMany({ where: { id: { in: [...new Set(ids)] } } });
      const byId = new Map(rows.map((row) => [row.id as string, row]));
      return ids.map((wanted) => byId.get(wanted) ?? null);
    });
  }).load(id);
}
