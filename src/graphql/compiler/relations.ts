import { isClient, type Viewer } from '../../kernel/viewer.ts';
import type { Named } from '../declarations.ts';
import { type Asked, answeredType, forStaff, type Kind, modelOf, rowIn } from './asked.ts';
import { concatenated, type Json, orNull } from './json.ts';
import { fromOf, joinedBy, type Row, rowOf } from './rows.ts';
import { join, later, type Sql, sql } from './sql.ts';
import { allOf, where } from './where.ts';

/** The row on the far side of a to-one relation. */
export function relationValue(read: Kind<'relation'>, asked: Asked): Json {
  const row = rowIn(asked);
  const type = answeredType(asked);
  const { liveOnly, visible } = read;
  const value = (relation: string): Sql => {
    const other = rowOf(modelOf(type), asked.selection.alias());
    const object = concatenated(asked.objectOf(type, other, asked.nodes));
    const live = liveOnly ? [where(other, { deletedAt: null })] : [];
    const joined = allOf([...joinedBy(row, relation, other), ...live]);
    const condition = visible ? visibleOf(other, joined, visible) : joined;
    return sql`(select ${object} from ${fromOf(other)} where ${condition})`;
  };
  const shown = value(read.relation);
  const shownToClients = read.forClients === read.relation ? shown : value(read.forClients);
  const chosen = shown === shownToClients ? shown : later(({ viewer }) => (isClient(viewer) ? shownToClients : shown));
  return forStaff(read.staffOnly, orNull([chosen]));
}

/** The person whom a column names. */
export function personValue({ column }: Kind<'person'>, asked: Asked): Json {
  const type = answeredType(asked);
  const person = rowOf(modelOf(type), asked.selection.alias());
  const object = concatenated(asked.objectOf(type, person, asked.nodes));
  const condition = sql`${person.column('id')} = ${rowIn(asked).column(column)}`;
  return orNull([sql`(select ${object} from ${fromOf(person)} where ${condition})`]);
}

/** People or tags behind a link table, in their order. */
export function linkedValue(
  { link: { model: delegate, key, target, order, visible }, staffOnly }: Kind<'linked'>,
  asked: Asked,
): Json {
  const link = rowOf(modelNamed(delegate), asked.selection.alias());
  const { row, elements } = listOf(asked, order);
  const joined = allOf(joinedBy(link, target, row));
  const own = sql`${link.column(key)} = ${rowIn(asked).column('id')}`;
  const from = sql`${fromOf(link)} join ${fromOf(row)} on ${joined}`;
  return forStaff(staffOnly, elements(from, visible ? visibleOf(row, own, visible) : own), '[]');
}

/** Rows that an object names by a list of their ids, in their order. */
export function namedValue({ ids, order, visible }: Named, asked: Asked): Json {
  const { row, elements } = listOf(asked, order);
  return elements(fromOf(row), visibleOf(row, sql`${row.column('id')} = any(${ids})`, visible));
}

function modelNamed(delegate: string): string {
  return (delegate[0] as string).toUpperCase() + delegate.slice(1);
}

/** A row of the answered type, and the list of those that a condition finds. */
function listOf(asked: Asked, order: readonly string[]) {
  const type = answeredType(asked);
  const row = rowOf(modelOf(type), asked.selection.alias());
  const object = concatenated(asked.objectOf(type, row, asked.nodes));
  // By code point, whatever the database's own collation.
  const steps = [...order.map((column) => sql`${row.column(column)} collate "C"`), row.column('id')];
  const elements = (from: Sql, condition: Sql): Json => {
    const objects = sql`(select string_agg(${object}, ',' order by ${join(steps, sql`, `)}) from ${from} where ${condition})`;
    return ['[', sql`coalesce(${objects}, '')`, ']'];
  };
  return { row, elements };
}

function visibleOf(row: Row, condition: Sql, visible: (viewer: Viewer) => object): Sql {
  return later(({ viewer }) => allOf([condition, where(rowOf(row.model, row.alias), visible(viewer))]));
}
