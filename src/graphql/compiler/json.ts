import { join, literal, type Sql, sql } from './sql.ts';

/**
 * Text of the answer: pieces that stay as they are, and SQL expressions of type text. PostgreSQL puts them together with
 * `||`, which takes half the time of json_build_object. Null anywhere makes the whole null, so what may be null says what
 * stands for it.
 */
export type Json = readonly (string | Sql)[];

/** The text as one SQL expression. */
export function concatenated(json: Json): Sql {
  const terms: Sql[] = [];
  let pending = '';
  for (const piece of json) {
    if (typeof piece === 'string') {
      pending += piece;
      continue;
    }
    if (pending !== '') terms.push(literal(pending));
    pending = '';
    terms.push(piece);
  }
  if (pending !== '') terms.push(literal(pending));
  // A text alone would have no type.
  return terms.length > 1 ? join(terms, sql` || `) : sql`${terms[0] ?? literal('')}::text`;
}

/** An object with its fields in this order. */
export function objectOf(fields: readonly (readonly [name: string, value: Json])[]): Json {
  return ['{', ...fields.flatMap(([name, value], index) => [`${index === 0 ? '' : ','}"${name}":`, ...value]), '}'];
}

/** The text, or null when anything in it is null. */
export function orNull(json: Json): Json {
  return [sql`coalesce(${concatenated(json)}, 'null')`];
}
