import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  Lexer,
  parse,
  type SelectionSetNode,
  Source,
  TokenKind,
  validate,
  visit,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { bounds } from './bounds.ts';
import type { Context } from './context.ts';

/** How large a document may be, beside `bounds`. */
const most = {
  tokens: 10_000,
  fields: 2_500,
  /** Each as often as a fragment brings it in: what is executed, where nothing is null and each list has one row. */
  fieldsInAll: 10_000,
  /** The same field, under the same name, in one selection. */
  repeats: 10,
  aliases: 100,
  directives: 100,
  directivesOfOne: 10,
  rootFields: 50,
  mutations: 10,
} as const;

/** How many things that are wrong are told of a document, or of its variables. */
export const mostErrors = 10;

/** How much is kept of what was made of documents, in characters of their text: parsed, one takes 60 to 100 bytes. */
const keptCharacters = 500_000;
/** The longest that is kept, and what the shortest counts for: parsed, it is more than its text, too. */
const longestKept = 20_000;
const shortest = 200;

/** Reads documents: bounded, with the least said about what is wrong, and each of those that come again only once. */
export function useDocuments(): {
  plugin: Plugin<Context>;
  cache: { documentCache: Kept<DocumentNode>; errorCache: Kept<unknown> };
} {
  const plugin: Plugin<Context> = {
    onParse({ setParseFn }) {
      setParseFn(parseBounded);
    },
    onValidate({ setValidationFn }) {
      setValidationFn(validateBounded as typeof validate);
    },
  };
  return { plugin, cache: { documentCache: kept<DocumentNode>(), errorCache: kept<unknown>() } };
}

export type Kept<Value> = { get(text: string): Value | undefined; set(text: string, value: Value): void };

/** What was made of the documents that were sent last: bounded, for anybody can send ever new ones. */
export function kept<Value>(): Kept<Value> {
  const cache = new LRUCache<string, NonNullable<Value>>({
    maxSize: keptCharacters,
    sizeCalculation: (_, text) => text.length + shortest,
  });
  return {
    get: (text) => cache.get(text),
    set(text, value) {
      if (text.length <= longestKept && value != null) cache.set(text, value);
    },
  };
}

export function parseBounded(source: string | Source): DocumentNode {
  const text = typeof source === 'string' ? new Source(source) : source;
  try {
    checkWords(text);
    return parse(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw withCode(error, 'GRAPHQL_PARSE_FAILED');
  }
}

/** Refuses a text before the parser reads it, which calls itself for each bracket, and so could be made to do so too often. */
function checkWords(text: Source): void {
  const lexer = new Lexer(text);
  let words = 0;
  let depth = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    words += 1;
    if (words > most.tokens) throw tooLarge('has too many words');
    if (opening.has(kind)) depth += 1;
    else if (closing.has(kind)) depth -= 1;
    if (depth > bounds.nesting) throw tooLarge('nests too deep');
  }
}

const opening = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** Without suggestions: a typing error must not read the schema aloud to whoever may not ask for it. */
export function validateBounded(schema: GraphQLSchema, document: DocumentNode, rules?: Parameters<typeof validate>[2]) {
  // First, because it is linear: some rules compare each field with each other one.
  const refusal = shapeRefusal(document);
  if (refusal) return [refusal];
  const errors = validate(schema, document, rules, { maxErrors: mostErrors, hideSuggestions: true });
  return errors.slice(0, mostErrors).map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
}

function shapeRefusal(document: DocumentNode): GraphQLError | null {
  const counts = { fields: 0, aliases: 0, directives: 0 };
  const fragments = fragmentsOf(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const limit = definition.operation === 'mutation' ? most.mutations : most.rootFields;
    if (fieldsOf(definition.selectionSet, fragments).length > limit) return tooLarge('does too much at once');
    if (fieldsBeneath(definition.selectionSet, fragments) > most.fieldsInAll) return tooLarge('has too many fields');
  }
  let refusal: GraphQLError | null = null;
  visit(document, {
    enter(node) {
      if (refusal) return undefined;
      if (node.kind === Kind.STRING && node.value.length > bounds.text)
        refusal = tooLarge('has a text that is too long');
      if ('directives' in node && node.directives && node.directives.length > 0) {
        counts.directives += node.directives.length;
        if (node.directives.length > most.directivesOfOne) refusal = tooLarge('has too many directives');
      }
      if (node.kind === Kind.FIELD) {
        counts.fields += 1;
        if (node.alias) counts.aliases += 1;
      }
      if (node.kind === Kind.SELECTION_SET) {
        const seen = new Map<string, number>();
        for (const selection of node.selections) {
          if (selection.kind !== Kind.FIELD) continue;
          const name = (selection.alias ?? selection.name).value;
          seen.set(name, (seen.get(name) ?? 0) + 1);
          if ((seen.get(name) ?? 0) > most.repeats) refusal = tooLarge('repeats a field too often');
        }
      }
      return undefined;
    },
  });
  if (refusal) return refusal;
  if (counts.fields > most.fields) return tooLarge('has too many fields');
  if (counts.aliases > most.aliases) return tooLarge('has too many aliases');
  return counts.directives > most.directives ? tooLarge('has too many directives') : null;
}

/** The fields of a selection, those of fragments included; each fragment counts once, as in execution. */
export function fieldsOf(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  seen: Set<string> = new Set(),
): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsOf(selection.selectionSet, fragments, seen);
    const fragment = fragments.get(selection.name.value);
    if (!fragment || seen.has(fragment.name.value)) return [];
    seen.add(fragment.name.value);
    return fieldsOf(fragment.selectionSet, fragments, seen);
  });
}

// Two fields that spread a fragment with two fields that spread a fragment: twenty lines that ask for a million things.
function fieldsBeneath(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  counted: Map<SelectionSetNode, number> = new Map(),
): number {
  const known = counted.get(set);
  if (known !== undefined) return known;
  // One that leads back to itself is refused in the course of validation.
  counted.set(set, 0);
  let count = 0;
  for (const { selectionSet } of fieldsOf(set, fragments)) {
    count += 1 + (selectionSet ? fieldsBeneath(selectionSet, fragments, counted) : 0);
    if (count > most.fieldsInAll) break;
  }
  counted.set(set, count);
  return count;
}

export function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const definitions = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(definitions.map((fragment) => [fragment.name.value, fragment]));
}

function tooLarge(what: string): GraphQLError {
  return new GraphQLError(`The document ${what}.`, { extensions: { code: 'LIMIT_REACHED', http: { status: 400 } } });
}

/** The same error for programs, too; where it says so, with a status of its own. */
export function withCode(error: GraphQLError, code: string, http?: { status: number }): GraphQLError {
  const { nodes, source, positions, path, originalError, extensions } = error;
  return new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    path,
    originalError,
    extensions: { code, ...(http ? { http } : {}), ...extensions },
  });
}
