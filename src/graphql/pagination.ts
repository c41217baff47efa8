import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { invalid } from '../kernel/errors.ts';
import { isUuid } from '../kernel/id.ts';
import { Decimal } from '../kernel/money.ts';
import { endOfTime } from '../kernel/time.ts';
import { isClient, type Viewer } from '../kernel/viewer.ts';
import { builder, type ModelName, type Row } from './builder.ts';

/** One column that a list can be ordered by. The order always ends with the id, so it is total. */
export type SortKey = {
  column: string;
  type: 'instant' | 'text' | 'integer' | 'smallint' | 'decimal' | 'uuid' | 'boolean';
  nullable?: boolean;
  /** The column that clients order by instead: what they see of it. Of the same type. */
  forClients?: string;
  /** Whether clients may not order by it: they don't see it of every row. */
  staffOnly?: boolean;
};
export type Direction = 'asc' | 'desc';
export type Order = { key: SortKey; direction: Direction }[];

export type PageArguments = {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
};

/** One page of a list as a keyset: what to ask of Prisma, and how to read what it answers. */
export type Page = {
  where: object | undefined;
  orderBy: object[];
  take: number;
  /** The columns that cursors are made of. */
  select: Record<string, true>;
  size: number;
  backward: boolean;
  order: Order;
  /** The order in which the rows are read: backward, the opposite one. */
  walked: Order;
  hasCursor: boolean;
};

export type Connection<Node> = {
  nodes: Node[];
  edges: { cursor: string; node: Node }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
};

export const pageSizes = { least: 1, most: 100, default: 20 } as const;

/** The condition that no row meets, and the one that all do. Prisma drops `OR: []` and `NOT: {}` where they are nested. */
export const noRow = { id: { in: [] } };
export const anyRow = { id: { notIn: [] } };

const mostSteps = 10;
const startOfTime = Date.parse('0001-01-01T00:00:00Z');

const idKey: SortKey = { column: 'id', type: 'uuid' };

/** The order of lists that ask for no other. */
export const newestFirst: Order = [{ key: { column: 'createdAt', type: 'instant' }, direction: 'desc' }];

const SortDirection = builder.enumType('SortDirection', {
  description: 'Which end comes first.',
  values: {
    ASC: { value: 'asc', description: 'Smallest, oldest or first in the alphabet first; nothing (null) last.' },
    DESC: { value: 'desc', description: 'Largest, newest or last in the alphabet first; nothing (null) first.' },
  } as const,
});

/** Declares the sorts of a list: the enum of its fields and the input that pairs a field with a direction. */
export function sortInput<Model extends ModelName>(
  name: string,
  fields: Record<
    string,
    {
      column: keyof Row<Model> & string;
      type: SortKey['type'];
      nullable?: boolean;
      forClients?: keyof Row<Model> & string;
      staffOnly?: boolean;
      description: string;
    }
  >,
) {
  const Field = builder.enumType(`${name}Field`, {
    description: 'What the list can be ordered by.',
    values: Object.fromEntries(
      Object.entries(fields).map(([field, { description, ...key }]) => [field, { value: key as SortKey, description }]),
    ) as never,
  });
  return builder.inputRef<{ field: SortKey; direction?: Direction | null }>(name).implement({
    description: 'One step of an order. Equal objects are ordered by their id, in the direction of the last step.',
    fields: (t) => ({
      field: t.field({ type: Field as never, required: true, description: 'What to order by.' }) as never,
      direction: t.field({ type: SortDirection, defaultValue: 'asc', description: 'Which end comes first.' }) as never,
    }),
  });
}

/** The order in force: what was asked for, else the list's own, and always the id at its end. */
export function completeOrder(
  asked: readonly { field: SortKey; direction?: Direction | null }[] | null | undefined,
  standard: Order,
  viewer: Viewer,
): Order {
  if (asked && asked.length > mostSteps) {
    throw invalid('sort', 'OUT_OF_RANGE', `An order has at most ${mostSteps} steps.`);
  }
  const steps: Order = asked?.length
    ? asked.map((step) => ({ key: keyFor(step.field, viewer), direction: step.direction ?? 'asc' }))
    : standard;
  const last = steps.at(-1)?.direction ?? 'desc';
  return [...steps, { key: idKey, direction: last }];
}

function keyFor({ forClients, staffOnly, ...key }: SortKey, viewer: Viewer): SortKey {
  if (staffOnly && isClient(viewer)) throw invalid('sort', 'STAFF_ONLY', 'Only the team may order by this.');
  return forClients !== undefined && isClient(viewer) ? { ...key, column: forClients } : key;
}

/** The page that the arguments ask for. Refuses impossible sizes and cursors that are not of this order. */
export function pageOf(args: PageArguments, order: Order): Page {
  if (args.first != null && args.last != null) {
    throw invalid('last', 'EXCLUSIVE', 'Ask for the first or for the last rows, not for both.');
  }
  const backward = args.last != null;
  const name = backward ? 'last' : 'first';
  const size = args.first ?? args.last ?? pageSizes.default;
  if (size < pageSizes.least || size > pageSizes.most) {
    throw invalid(name, 'OUT_OF_RANGE', `${name} must be between ${pageSizes.least} and ${pageSizes.most}.`);
  }
  const bounds = [
    args.after == null ? undefined : beyond(order, decodeCursor(args.after, order, 'after')),
    args.before == null ? undefined : beyond(reversed(order), decodeCursor(args.before, order, 'before')),
  ].filter((bound) => bound !== undefined);
  const walked = backward ? reversed(order) : order;
  return {
    where: bounds.length > 0 ? { AND: bounds } : undefined,
    orderBy: walked.map(({ key, direction }) => ({ [key.column]: direction })),
    take: size + 1,
    select: Object.fromEntries(order.map(({ key }) => [key.column, true as const])),
    size,
    backward,
    order,
    walked,
    hasCursor: bounds.length > 0,
  };
}

/** The connection that a page's rows make: one row more than the page was read, to know whether there is a next one. */
export function connectionOf<Node extends Record<string, unknown>>(page: Page, rows: Node[]): Connection<Node> {
  const more = rows.length > page.size;
  // A copy: the same rows may be the page of several parents, and each would turn them round.
  const nodes = rows.slice(0, page.size);
  if (page.backward) nodes.reverse();
  const cursorOf = (node: Node | undefined) => (node === undefined ? null : encodeCursor(node, page.order));
  return {
    nodes,
    get edges() {
      return nodes.map((node) => ({ node, cursor: encodeCursor(node, page.order) }));
    },
    get pageInfo() {
      return {
        hasNextPage: page.backward ? page.hasCursor : more,
        hasPreviousPage: page.backward ? more : page.hasCursor,
        startCursor: cursorOf(nodes[0]),
        endCursor: cursorOf(nodes.at(-1)),
      };
    },
  };
}

function reversed(order: Order): Order {
  return order.map(({ key, direction }) => ({ key, direction: direction === 'asc' ? 'desc' : 'asc' }));
}

type CursorValue = string | number | boolean | Date | Decimal | null;

/**
 * The rows that come after the given values. PostgreSQL uses the index for `a <= x`, and only for that, so the
 * predicate is `a <= x and (a < x or (a = x and …))` rather than the bare disjunction.
 */
function beyond(order: Order, values: CursorValue[]): object {
  const [step, ...rest] = order as [Order[number], ...Order];
  const [value, ...others] = values as [CursorValue, ...CursorValue[]];
  const { column } = step.key;
  const strictly = strictlyBeyond(step, value);
  if (rest.length === 0) return strictly ?? noRow;
  const equal = { [column]: value };
  const tied = { AND: [equal, beyond(rest, others)] };
  if (strictly === undefined) return tied;
  const split = { OR: [strictly, tied] };
  // With nulls on this side of the value no single comparison bounds the index range; Prisma has none for booleans.
  if (value === null || step.key.type === 'boolean' || (step.key.nullable && step.direction === 'asc')) return split;
  return { AND: [{ [column]: { [step.direction === 'asc' ? 'gte' : 'lte']: value } }, split] };
}

// As PostgreSQL orders: false before true; nulls after everything ascending, before everything descending.
function strictlyBeyond({ key, direction }: Order[number], value: CursorValue): object | undefined {
  if (key.type === 'boolean') return value === (direction === 'desc') ? { [key.column]: !value } : undefined;
  if (direction === 'desc') {
    return value === null ? { [key.column]: { not: null } } : { [key.column]: { lt: value } };
  }
  if (value === null) return undefined;
  const greater = { [key.column]: { gt: value } };
  return key.nullable ? { OR: [greater, { [key.column]: null }] } : greater;
}

const fingerprints = new LRUCache<string, string>({ max: 500 });

/** The order that a cursor belongs to, in a few characters: a cursor of one order means nothing in another. */
export function fingerprintOf(order: Order): string {
  const text = order.map(({ key, direction }) => `${key.column} ${direction}`).join();
  const known = fingerprints.get(text);
  if (known !== undefined) return known;
  const made = createHash('sha256').update(text).digest('base64url').slice(0, 6);
  fingerprints.set(text, made);
  return made;
}

function encodeCursor(row: Record<string, unknown>, order: Order): string {
  const values = order.map(({ key }) => {
    const value = row[key.column];
    if (value instanceof Date) return value.getTime();
    return key.type === 'decimal' && value !== null ? String(value) : value;
  });
  return Buffer.from(JSON.stringify([fingerprintOf(order), ...values])).toString('base64url');
}

function decodeCursor(cursor: string, order: Order, argument: string): CursorValue[] {
  const refusal = invalid(argument, 'INVALID_CURSOR', `${argument} is not a cursor of this list in this order.`);
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw refusal;
  }
  if (!Array.isArray(parts) || parts.length !== order.length + 1 || parts[0] !== fingerprintOf(order)) throw refusal;
  return order.map(({ key }, index) => {
    const value = cursorValue(key, parts[index + 1]);
    if (value === undefined) throw refusal;
    return value;
  });
}

function cursorValue({ type, nullable }: SortKey, value: unknown): CursorValue | undefined {
  if (value === null) return nullable ? null : undefined;
  switch (type) {
    case 'instant':
      return Number.isSafeInteger(value) && (value as number) >= startOfTime && (value as number) <= endOfTime.getTime()
        ? new Date(value as number)
        : undefined;
    case 'integer':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? (value as number) : undefined;
    case 'smallint':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 15 ? (value as number) : undefined;
    case 'decimal':
      return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,4})?$/.test(value) ? new Decimal(value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'uuid':
      return typeof value === 'string' && isUuid(value) ? value : undefined;
    case 'text':
      return typeof value === 'string' && !value.includes('\0') ? value : undefined;
  }
}
