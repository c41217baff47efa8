import type { IdType } from '../kernel/id.ts';
import type { Viewer } from '../kernel/viewer.ts';
import type { Row } from './compiler/rows.ts';
import type { Sql } from './compiler/sql.ts';
import type { SortArgument } from './connections.ts';
import type { Link, NamedLink } from './loaders.ts';
import type { Page, PageArguments } from './pagination.ts';

/** Objects that a row holds within a column: where in SQL they come from, in which order, and their fields. */
export type Values = { from: Sql; order: Sql; fields: Readonly<Record<string, Sql | Amount | Named>> };

/** Rows that such an object names by a list of their ids, those of them that the viewer may see, in this order. */
export type Named = NamedLink & { ids: Sql };

/** A value of a row in SQL, of the type that the field answers. Of money: its amount and its currency. */
export type Expression = (row: Row) => Sql | Amount;

type Amount = { amount: Sql; currency: Sql };

export type ListArguments = PageArguments & SortArgument & Record<string, unknown>;

/**
 * A select of our own, whose rows are answered as objects: for the viewer, with the arguments. They are in the order of the
 * column `place`. Throws what is refused.
 */
export type FigureRows = (viewer: Viewer, args: Record<string, unknown>) => Sql;

/** What of such a row a field answers: a column, an amount, or the row of another table that a column names by its id. */
export type Figure =
  | { column: string }
  | { amount: string; currency: string }
  | { id: string; model: string; liveOnly: boolean };

/** The page of a root list that the arguments ask for, among the rows that the viewer may see. Throws what is refused. */
export type ListRows = (viewer: Viewer, args: ListArguments) => { page: Page; where: object };

/** The rows that a summary is about, among those that the viewer may see. Throws what is refused. */
export type GroupRows = (viewer: Viewer, args: Record<string, unknown>) => object;

/** The one row that the arguments name among those that the viewer may see; null when they can name none. */
export type FindRow = (viewer: Viewer, args: Record<string, unknown>) => object | null;

/** The row that an id of any type names among those that the viewer may see, and the type that it is an object of. */
export type FindNode = (viewer: Viewer, id: string) => NamedRow | null;
export type NamedRow = { type: IdType; uuid: string; visible: object };

/** The same for several ids, in their order. Throws when they are too many. */
export type FindNodes = (viewer: Viewer, ids: readonly string[]) => (NamedRow | null)[];

/**
 * What a declared field needs to be read, by whichever path reads it: carried in the field's extensions as `read`. The plain
 * path has a Pothos resolver made of it; the compiler of SQL finds columns, joins, order and format here.
 */
export type Declaration =
  /** The row's public id. */
  | { kind: 'id'; type: IdType; columns: ['id'] }
  | { kind: 'column'; columns: [string]; staffOnly: boolean }
  | { kind: 'money'; columns: [amount: string, currency: string] }
  /** Computed in JavaScript from columns, or by a resolver of its own; and the same in SQL, where that is possible. */
  | { kind: 'computed'; columns: string[]; expression: Expression | null }
  /** A list of objects within a column. */
  | { kind: 'values'; columns: string[]; values: (row: Row) => Values }
  | {
      kind: 'relation';
      relation: string;
      /** The relation that clients see instead. */
      forClients: string;
      staffOnly: boolean;
      liveOnly: boolean;
      /** Which of the rows on the far side the viewer may see; all of them without it. */
      visible: ((viewer: Viewer) => object) | undefined;
    }
  | {
      kind: 'connection';
      relation: string;
      page: (args: ListArguments, viewer: Viewer) => Page;
      where: (viewer: Viewer) => object | undefined;
    }
  | { kind: 'linked'; link: Link; staffOnly: boolean }
  | { kind: 'person'; column: string }
  /** An object made of the row's own columns; null unless it is there. Its fields say for themselves what they are. */
  | { kind: 'part'; columns: string[]; isThere: (row: Row) => Sql }
  | { kind: 'list'; model: string; rows: ListRows }
  | { kind: 'single'; model: string; find: FindRow }
  /** One object for all rows that are equal in some columns; its fields sum them up, or are those columns. */
  | { kind: 'groups'; model: string; by: readonly string[]; where: GroupRows }
  | { kind: 'node'; find: FindNode }
  | { kind: 'nodes'; find: FindNodes }
  /** What a request knows without the database. */
  | { kind: 'known'; value: (viewer: Viewer, args: Record<string, unknown>) => unknown }
  /** An object that is no row; its fields say for themselves where they come from. */
  | { kind: 'group'; require: (viewer: Viewer) => void }
  /** The rows of a statement of our own, or its only one. */
  | { kind: 'figures'; rows: FigureRows }
  /** A field of such a row. */
  | { kind: 'figure'; figure: Figure }
  /** What only JavaScript can work out, and why. An operation that asks for it is never compiled. */
  | { kind: 'plain'; why: string };

/** How an interface over one model is told apart: a column, and the type for each of its values. */
export type Kinds = { column: string; types: Readonly<Record<string, string>> };

/** What the types that stand for rows carry in their extensions. */
export type TypeDeclaration = { model?: string; kinds?: Kinds };
