import { inspect } from 'node:util';
import { type DocumentNode, getNamedType, getOperationAST, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { countStatements } from '../../src/kernel/db.ts';
import { schema } from '../../src/schema.ts';

/** What a client sends. */
export type Sent = { query: string; variables?: object | null; operationName?: string | null };
/** What came back, as it was on the wire. */
export type Told = { status: number; contentType: string | null; text: string };

type Body = { data?: unknown; errors?: Record<string, unknown>[]; extensions?: { read?: Read } };
/** How the server says that it read: see `explainReads`. */
export type Read = { path: 'compiled' | 'fallback'; reason?: string; statements: number };

export async function toldBy(response: Response): Promise<Told> {
  const contentType = response.headers.get('content-type');
  return { status: response.status, contentType, text: await response.text() };
}

export function readOf(told: Told): Read | null {
  return bodyOf(told.text)?.extensions?.read ?? null;
}

/** Whether the operation is one that may be compiled. What is no operation at all is answered alike, too. */
export function mayRead({ query, operationName }: Sent): boolean {
  const document = parsed(query);
  const operation = document && getOperationAST(document, operationName);
  return operation == null || operation.operation === 'query';
}

/**
 * Where the second answer differs from the first, or null. Status, content type, data and errors are compared byte for
 * byte, keys in their order; but what JSON columns hold is compared as values, for PostgreSQL spells and sorts it its own way.
 */
export function difference({ query }: Sent, first: Told, second: Told): string | null {
  const namesOfJson = jsonNames(query);
  const [one, other] = [comparable(first, namesOfJson), comparable(second, namesOfJson)];
  if (one === other) return null;
  let at = 0;
  while (one[at] === other[at]) at += 1;
  const around = (text: string) => `…${text.slice(Math.max(0, at - 120), at)}▶${text.slice(at, at + 120)}…`;
  return `they differ here:\n${around(one)}\n${around(other)}`;
}

function comparable({ status, contentType, text }: Told, namesOfJson: ReadonlySet<string>): string {
  const body = bodyOf(text);
  if (!body) return JSON.stringify([status, contentType, text]);
  const { data, errors, extensions: { read: _, ...extensions } = {}, ...rest } = body;
  // Without JSON columns each value has one spelling, no key comes twice and there is no white space.
  const isSpelledOddly = namesOfJson.size === 0 && JSON.stringify(JSON.parse(text)) !== text;
  return JSON.stringify([
    status,
    contentType,
    data === undefined ? 'no data' : withSortedJson(data, namesOfJson),
    errors?.map(withoutRandomId).map(sorted) ?? 'no errors',
    sorted({ ...rest, ...extensions }),
    ...(isSpelledOddly ? [text] : []),
  ]);
}

function withSortedJson(value: unknown, namesOfJson: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withSortedJson(item, namesOfJson));
  if (typeof value !== 'object' || value === null) return value;
  // As a list, because an object would put names that look like numbers first.
  return Object.entries(value).map(([name, held]) => [
    name,
    namesOfJson.has(name) ? sorted(held) : withSortedJson(held, namesOfJson),
  ]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, held]) => [name, sorted(held)]);
}

function withoutRandomId(error: Record<string, unknown>): Record<string, unknown> {
  const extensions = error.extensions as { code?: string } | undefined;
  if (extensions?.code !== 'INTERNAL_SERVER_ERROR') return error;
  return { ...error, extensions: { ...extensions, id: 'random' } };
}

/** The names under which the document asks for JSON columns. */
function jsonNames(query: string): ReadonlySet<string> {
  const names = new Set<string>();
  const document = parsed(query);
  if (!document) return names;
  const types = new TypeInfo(schema);
  const Field = ({ alias, name }: { alias?: { value: string }; name: { value: string } }) => {
    const type = types.getType();
    if (type && ['JSON', 'JSONObject'].includes(getNamedType(type).name)) names.add((alias ?? name).value);
  };
  visit(document, visitWithTypeInfo(types, { Field }));
  return names;
}

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}

function bodyOf(text: string): Body | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : null;
  } catch {
    return null;
  }
}

/** A failure that tells everything that is needed to see it again. */
export function disagreement(sent: Sent, viewer: string, compiled: Told, plain: Told): string {
  const { query, variables, operationName } = sent;
  return [
    'The compiled and the plain read answer differently.',
    `The viewer: ${viewer}`,
    query.trim(),
    ...(operationName ? [`Operation name: ${operationName}`] : []),
    `Variables: ${inspect(variables ?? {}, { depth: 20, maxStringLength: 2000 })}`,
    `Compiled: HTTP ${compiled.status} ${shortened(compiled.text)}`,
    `Plain: HTTP ${plain.status} ${shortened(plain.text)}`,
    difference(sent, compiled, plain),
  ].join('\n\n');
}

function shortened(text: string): string {
  return text.length > mostShown ? `${text.slice(0, mostShown)}… and ${text.length - mostShown} characters more` : text;
}

const mostShown = 5000;

type Exchange = {
  sent: Sent;
  viewer: string;
  /** What the test gets. */
  answered: Told;
  compiled: () => Promise<Told>;
  plain: () => Promise<Told>;
};

/** Answers a query once more on the plain path, and fails the test unless that answer is the same. */
export async function sameBothWays({ sent, viewer, answered, compiled, plain }: Exchange): Promise<void> {
  if (!mayRead(sent)) return;
  // Its statements are not the test's: a count of its own keeps them out of an outer one.
  const { result: second } = await countStatements(plain);
  if (difference(sent, answered, second) === null) return;
  // Somebody may have written between the two: tests do things at the same time.
  const { result } = await countStatements(async () => [await compiled(), await plain()] as const);
  if (difference(sent, ...result) !== null) throw new Error(disagreement(sent, viewer, ...result));
}
