import { type Asked, answeredType, forStaff, type Kind, modelOf, rowIn } from './asked.ts';
import { concatenated, type Json, orNull } from './json.ts';
import { fromOf, joinedBy, rowOf } from './rows.ts';
import { join, later, sql } from './sql.ts';
import { allOf, where } from './where.ts';

/** The row on the far side of a to-one relation. */
export function relationValue({ relation, staffOnly, liveOnly }: Kind<'relation'>, asked: Asked): Json {
  const row = rowIn(asked);
  const type = answeredType(asked);
  const other = rowOf(modelOf(type), asked.selection.alias());
  const object = concatenated(asked.objectOf(type, other, asked.nodes));
  const live = liveOnly ? [where(other, { deletedAt: null })] : [];
  const condition = allOf([...joinedBy(row, relation, other), ...live]);
  return forStaff(staffOnly, orNull([sql`(select ${object} from ${fromOf(other)} where ${condition})`]));
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
  const model = (delegate[0] as string).toUpperCase() + delegate.slice(1);
  const type = answeredType(asked);
  const link = rowOf(model, asked.selection.alias());
  const other = rowOf(modelOf(type), asked.selection.alias());
  const object = concatenated(asked.objectOf(type, other, asked.nodes));
  // By code point, whatever the database's own collation.
  const steps = [...order.map((column) => sql`${other.column(column)} collate "C"`), other.column('id')];
  const joined = allOf(joinedBy(link, target, other));
  const own = sql`${link.column(key)} = ${rowIn(asked).column('id')}`;
  const condition = visible
    ? later(({ viewer }) => allOf([own, where(rowOf(other.model, other.alias), visible(viewer))]))
    : own;
  const objects = sql`(select string_agg(${object}, ',' order by ${join(steps, sql`, `)}) from ${fromOf(link)} join ${fromOf(other)} on ${joined} where ${condition})`;
  return forStaff(staffOnly, ['[', sql`coalesce(${objects}, '')`, ']'], '[]');
}
