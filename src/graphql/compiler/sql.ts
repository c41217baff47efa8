import type { Settings } from '../../kernel/env.ts';
import type { Viewer } from '../../kernel/viewer.ts';

/** What a plan is run with. Nothing of it is kept in the plan. */
export type Request = {
  readonly viewer: Viewer;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly settings: Settings;
};

/** A value, sent beside the text. The type is the SQL type that it is read as. */
type Parameter = { readonly value: unknown; readonly type: string };
/** What the viewer or the variables decide: made anew for each request. */
type Later = (request: Request) => Sql;

type Part = string | Parameter | Later | Sql | typeof planAnew;
/** SQL in the making. A plain string is none, so none can be put into one: only what this file lets in. */
export type Sql = readonly Part[];

const planAnew = Symbol('plan anew');

/** Marks a condition of which only the values tell whether few rows meet it or most. */
export function dependingOnValues(condition: Sql): Sql {
  return [planAnew, condition];
}

/** SQL as it is written in our sources, with other SQL in it. */
export function sql(texts: TemplateStringsArray, ...inserted: readonly Sql[]): Sql {
  const made: Part[] = [];
  for (const [index, text] of texts.entries()) {
    add(made, text);
    const part = inserted[index];
    if (part) put(made, part);
  }
  return made;
}

// Neighbouring texts become one, and small parts are taken in, so that writing a statement is a few steps and not hundreds.
function put(made: Part[], part: Sql): void {
  if (part.length > 3) made.push(part);
  else for (const piece of part) add(made, piece);
}

function add(made: Part[], piece: Part): void {
  const last = made.length - 1;
  if (piece === '') return;
  if (typeof piece === 'string' && typeof made[last] === 'string') made[last] = `${made[last]}${piece}`;
  else made.push(piece);
}

export function parameter(value: unknown, type: string): Sql {
  return [{ value, type }];
}

export function later(make: Later): Sql {
  return [make];
}

export function join(parts: readonly Sql[], separator: Sql): Sql {
  const made: Part[] = [];
  for (const [index, part] of parts.entries()) {
    if (index > 0) put(made, separator);
    put(made, part);
  }
  return made;
}

const identifiers = new Map<string, Sql>();

/** A table, column or alias: a word of our own schema, or of the compiler's making. */
export function identifier(word: string): Sql {
  const known = identifiers.get(word);
  if (known) return known;
  if (!/^[a-z_][a-z0-9_]*$/.test(word)) throw new Error(`${word} is no SQL identifier.`);
  const made: Sql = [`"${word}"`];
  identifiers.set(word, made);
  return made;
}

/** A number that our sources decide, never a request. */
export function constant(number: number): Sql {
  return [String(Math.trunc(number))];
}

/**
 * A piece of the answer's own text: its punctuation, the names that fields are answered under, prefixes of ids. GraphQL's
 * grammar lets names have letters, digits and underscores only; nothing else passes here.
 */
export function literal(text: string): Sql {
  if (!/^[\w{}[\]":,]*$/.test(text)) throw new Error(`${text} can't be part of an answer's text.`);
  return [`'${text}'`];
}

/** `isPlannedAnew`: a plan that is kept, made without the values, would be a bad one. */
export type Statement = { text: string; values: unknown[]; isPlannedAnew: boolean };

/** The statement for one request: its text, and the values that go beside it. */
export function write(made: Sql, request: Request): Statement {
  const statement: Statement = { text: '', values: [], isPlannedAnew: false };
  writeInto(statement, made, request);
  return statement;
}

function writeInto(statement: Statement, made: Sql, request: Request): void {
  for (const part of made) {
    if (typeof part === 'string') statement.text += part;
    else if (typeof part === 'function') writeInto(statement, part(request), request);
    else if (part === planAnew) statement.isPlannedAnew = true;
    else if (isSql(part)) writeInto(statement, part, request);
    else statement.text += `$${statement.values.push(part.value)}::${part.type}`;
  }
}

// Array.isArray does not see through `readonly`.
function isSql(part: Parameter | Sql): part is Sql {
  return Array.isArray(part);
}
