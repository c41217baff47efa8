import type { EnumRef, InputFieldBuilder, InputRef } from '@pothos/core';
import { invalid } from '../kernel/errors.ts';
import { decodeAnyId, decodeId, type IdType, isUuid } from '../kernel/id.ts';
import { isClient, type Viewer } from '../kernel/viewer.ts';
import { builder, type ModelName, type Types, type Where } from './builder.ts';
import { columnOf } from './fields.ts';
import { anyRow, noRow } from './pagination.ts';

type Operators = Record<string, unknown>;
/** A comparator's value as a Prisma condition on one column. */
type Translate = (operators: Operators) => object;

/** One public filter: its comparator, and where its condition goes. */
type Comparator = {
  input: InputRef<unknown>;
  description: string;
  where: (operators: Operators, viewer: Viewer) => object;
};

const equality = 'Equal to this. Null finds the objects where there is none.';
const among = 'Equal to one of these.';
const excluded = 'Equal to none of these.';

function ordered(name: string, description: string, type: 'Int' | 'Decimal' | 'DateTime') {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      eq: t.field({ type, description: equality }),
      in: t.field({ type: [type], description: among }),
      notIn: t.field({ type: [type], description: excluded }),
      lt: t.field({ type, description: 'Less, or earlier, than this.' }),
      lte: t.field({ type, description: 'Less, or earlier, than this, or equal.' }),
      gt: t.field({ type, description: 'Greater, or later, than this.' }),
      gte: t.field({ type, description: 'Greater, or later, than this, or equal.' }),
    }),
  });
}

const IdComparator = builder.inputType('IdComparator', {
  description:
    'How to compare an id. Ids are taken with their prefix or as bare UUIDs; one that is malformed equals nothing.',
  fields: (t) => ({
    eq: t.id({ description: equality }),
    in: t.idList({ description: among }),
    notIn: t.idList({ description: excluded }),
  }),
});
const TextComparator = builder.inputType('TextComparator', {
  description: 'How to compare a text, letter case included unless it says otherwise.',
  fields: (t) => ({
    eq: t.string({ description: equality }),
    in: t.stringList({ description: among }),
    notIn: t.stringList({ description: excluded }),
    startsWith: t.string({ description: 'Begins with this, whatever the letter case.' }),
    contains: t.string({ description: 'Has this somewhere in it, whatever the letter case.' }),
  }),
});
const BooleanComparator = builder.inputType('BooleanComparator', {
  description: 'How to compare a yes or no.',
  fields: (t) => ({ eq: t.boolean({ required: true, description: 'Is this.' }) }),
});
const IntComparator = ordered('IntComparator', 'How to compare a whole number.', 'Int');
const DecimalComparator = ordered('DecimalComparator', 'How to compare an exact decimal number.', 'Decimal');
const DateTimeComparator = ordered('DateTimeComparator', 'How to compare an instant.', 'DateTime');

// Absent and null differ: `eq: null` asks for the objects that have none.
const plain: Translate = ({ eq, ...rest }) => {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null));
  return eq === undefined ? given : { equals: eq, ...given };
};

const smallest = 2 ** 15;
const isSmall = (value: unknown) => value == null || ((value as number) >= -smallest && (value as number) < smallest);

// Prisma hands these to ILIKE as they are; here a % or _ means itself.
function literal(given: unknown): string {
  return String(given).replace(/[\\%_]/g, '\\$&');
}

// PostgreSQL takes no NUL to compare with.
function refuseNul(operators: Operators): void {
  if (
    Object.values(operators)
      .flat()
      .some((value) => typeof value === 'string' && value.includes('\0'))
  ) {
    throw invalid(['filter'], 'INVALID', 'A text must not contain the character NUL.');
  }
}

const text: Translate = (operators) => {
  refuseNul(operators);
  const { startsWith, contains, ...rest } = operators;
  const condition = plain(rest);
  const loose = [
    startsWith == null ? undefined : { startsWith: literal(startsWith), mode: 'insensitive' },
    contains == null ? undefined : { contains: literal(contains), mode: 'insensitive' },
  ].filter((part) => part !== undefined);
  // Prisma's `mode` would loosen the exact comparisons beside it, so these go into conditions of their own.
  return Object.keys(condition).length === 0 && loose.length === 1 ? (loose[0] as object) : { exact: condition, loose };
};

const noSuchId = '00000000-0000-0000-0000-000000000000';

function ids(type: IdType | null): Translate {
  const uuidOf = (id: string) =>
    type === null ? (decodeAnyId(id)?.uuid ?? (isUuid(id) ? id : null)) : decodeId(type, id);
  const decode = (id: unknown) => uuidOf(String(id)) ?? noSuchId;
  return ({ eq, in: oneOf, notIn }) =>
    plain({
      eq: eq == null ? eq : decode(eq),
      in: Array.isArray(oneOf) ? oneOf.map(decode) : undefined,
      notIn: Array.isArray(notIn) ? notIn.map(decode) : undefined,
    });
}

/** The kinds of public filter there are. Each names the column that it compares. */
export function comparatorsOf<Model extends ModelName>(model: Model) {
  type Path = keyof Where<Model> & string;
  type ForClients = { forClients?: Path };

  function column(
    input: InputRef<unknown>,
    path: Path,
    description: string,
    translate: Translate,
    {
      forClients = path,
      place = (condition, at) => ({ [at]: condition }),
    }: { forClients?: Path; place?: (condition: object, at: Path) => object } = {},
  ): Comparator {
    const { isRequired } = columnOf(model, path);
    // What is always there is never null; Prisma refuses the question instead of answering it.
    const where = (operators: Operators, viewer: Viewer) =>
      isRequired && operators.eq === null ? noRow : place(translate(operators), isClient(viewer) ? forClients : path);
    return { input, description, where };
  }

  return {
    id: (path: Path, type: IdType, description: string): Comparator =>
      column(IdComparator, path, description, ids(type)),
    /** An id of whatever type: the log speaks of all. */
    anyId: (path: Path, description: string): Comparator => column(IdComparator, path, description, ids(null)),
    text: (path: Path, description: string): Comparator =>
      column(TextComparator, path, description, text, {
        place: (condition: { exact?: object; loose?: object[] }) => {
          if (condition.loose === undefined) return { [path]: condition };
          return { AND: [{ [path]: condition.exact }, ...condition.loose.map((part) => ({ [path]: part }))] };
        },
      }),
    integer: (path: Path, description: string): Comparator => column(IntComparator, path, description, plain),
    /** A column of two bytes; with `forClients`, for them another column. */
    smallInteger: (path: Path, description: string, options: ForClients = {}): Comparator => {
      const translate: Translate = (operators) => {
        if (
          Object.values(operators)
            .flat()
            .some((value) => !isSmall(value))
        ) {
          throw invalid(['filter'], 'OUT_OF_RANGE', `${path} lies between ${-smallest} and ${smallest - 1}.`);
        }
        return plain(operators);
      };
      return column(IntComparator, path, description, translate, options);
    },
    decimal: (path: Path, description: string, { staffOnly = false } = {}): Comparator => {
      const comparator = column(DecimalComparator, path, description, plain);
      if (!staffOnly) return comparator;
      const where: Comparator['where'] = (operators, viewer) => {
        if (isClient(viewer)) throw invalid(['filter'], 'STAFF_ONLY', `Only the team may filter by ${path}.`);
        return comparator.where(operators, viewer);
      };
      return { ...comparator, where };
    },
    instant: (path: Path, description: string): Comparator => column(DateTimeComparator, path, description, plain),
    boolean: (path: Path, description: string): Comparator => column(BooleanComparator, path, description, plain),
    /** A column that holds one of an enum's values; with `forClients`, for them another column. */
    code: (path: Path, type: EnumRef<Types, string>, description: string, options: ForClients = {}): Comparator =>
      column(enumComparator(type), path, description, plain, options),
    /** Whether a row is softly deleted. The list's `visible` decides who gets such rows: see `asksForDeleted`. */
    deleted: (description: string): Comparator => ({
      input: BooleanComparator,
      description: `${description} Only at the top of the filter.`,
      where: ({ eq }) => ({ deletedAt: eq ? { not: null } : null }),
    }),
    /** Compares an id on the far side of a relation: at least one linked row matches. */
    linked: (description: string, type: IdType, where: (condition: object) => Where<Model>): Comparator => ({
      input: IdComparator,
      description,
      where: (operators) => {
        if (operators.eq === null)
          throw invalid(['filter'], 'UNKNOWN', 'A list is never null; leave the comparison out.');
        return where(ids(type)(operators)) as object;
      },
    }),
  };
}

const enumComparators = new Map<string, InputRef<unknown>>();

function enumComparator(type: EnumRef<Types, string>): InputRef<unknown> {
  const name = `${type.name}Comparator`;
  const known = enumComparators.get(name);
  if (known) return known;
  const made = builder.inputType(name, {
    description: `How to compare a value of ${type.name}.`,
    fields: (t) => ({
      eq: t.field({ type, description: equality }),
      in: t.field({ type: [type], description: among }),
      notIn: t.field({ type: [type], description: excluded }),
    }),
  });
  enumComparators.set(name, made);
  return made;
}

export type Filter = { and?: Filter[] | null; or?: Filter[] | null; not?: Filter | null } & Record<string, unknown>;

/** Whether the filter asks for the softly deleted rows instead of the live ones. */
export function asksForDeleted(filter: Filter | null | undefined): boolean {
  return (filter?.isDeleted as { eq?: boolean } | null | undefined)?.eq === true;
}

/** A public filter: the input that the schema shows, and its meaning as a Prisma condition. */
export type FilterInput<Model extends ModelName> = {
  ref: InputRef<Filter>;
  where: (filter: Filter | null | undefined, viewer: Viewer) => Where<Model>;
};

const deepest = 5;
const longest = 1_000;
const mostComparisons = 500;

// A comparison that says nothing holds for everything; Prisma would drop it, and with it what it stands in.
function compared(comparator: Comparator, operators: Operators, viewer: Viewer): object {
  const said = Object.fromEntries(
    Object.entries(operators).filter(([name, value]) => value !== undefined && (name === 'eq' || value !== null)),
  );
  for (const value of Object.values(said)) {
    if (Array.isArray(value) && value.length > longest) {
      throw invalid(['filter'], 'OUT_OF_RANGE', `A list of values to compare with has at most ${longest} of them.`);
    }
  }
  return Object.keys(said).length === 0 ? anyRow : comparator.where(said, viewer);
}

function allOf(conditions: object[]): object {
  return conditions.length === 0 ? anyRow : { AND: conditions };
}

function anyOf(conditions: object[]): object {
  return conditions.length === 0 ? noRow : { OR: conditions };
}

/** Declares a filter from its comparators. Given together they all must hold; `and`, `or`, `not` nest. */
export function filterInput<Model extends ModelName>(
  name: string,
  description: string,
  comparators: Record<string, Comparator>,
): FilterInput<Model> {
  const ref = builder.inputRef<Filter>(name);
  ref.implement({
    description: `${description} Comparisons given together must all hold.`,
    fields: (t: InputFieldBuilder<Types, 'InputObject'>) => ({
      ...Object.fromEntries(
        Object.entries(comparators).map(([field, { input, description }]) => [
          field,
          t.field({ type: input, description }),
        ]),
      ),
      and: t.field({ type: [ref], description: 'All of these must hold.' }),
      or: t.field({ type: [ref], description: 'At least one of these must hold. An empty list holds for nothing.' }),
      not: t.field({ type: ref, description: 'This must not hold.' }),
    }),
  } as never);

  const where = (
    filter: Filter | null | undefined,
    viewer: Viewer,
    depth = 0,
    said: { comparisons: number } = { comparisons: 0 },
  ): object => {
    if (depth > deepest) throw invalid(['filter'], 'TOO_DEEP', `A filter nests at most ${deepest} levels.`);
    const conditions: object[] = [];
    for (const [field, value] of Object.entries(filter ?? {})) {
      said.comparisons += 1;
      if (said.comparisons > mostComparisons) {
        throw invalid(['filter'], 'OUT_OF_RANGE', `A filter has at most ${mostComparisons} comparisons.`);
      }
      if (value == null || (!Array.isArray(value) && field !== 'not' && Object.keys(value).length === 0)) continue;
      const nested = (part: Filter) => where(part, viewer, depth + 1, said);
      if (field === 'and') conditions.push(allOf((value as Filter[]).map(nested)));
      else if (field === 'or') conditions.push(anyOf((value as Filter[]).map(nested)));
      else if (field === 'not') conditions.push({ NOT: nested(value as Filter) });
      else conditions.push(compared(comparators[field] as Comparator, value as Operators, viewer));
    }
    if (conditions.length === 0) return depth === 0 ? {} : anyRow;
    return conditions.length === 1 ? (conditions[0] as object) : { AND: conditions };
  };
  return { ref, where: where as FilterInput<Model>['where'] };
}

/**
 * Words to find, as a condition on a table of search terms: every word must begin one of the row's terms. Written with
 * `>=` and `<`, the only way that an index serves it under row-level security.
 */
export function searchWhere(search: string | null | undefined): object | undefined {
  const words = (search ?? '')
    .toLowerCase()
    // PostgreSQL takes no NUL, so there is none to find.
    .split(/[\s\0]+/)
    .filter((word) => word !== '')
    .slice(0, 8);
  if (words.length === 0) return undefined;
  return {
    AND: words.map((word) => {
      const start = word.slice(0, 64);
      return { searchTerms: { some: { term: { gte: start, lt: `${start}\u{10FFFF}` } } } };
    }),
  };
}
