import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  type SelectionSetNode,
  type Source,
  validate,
  visit,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import type { Context } from './context.ts';

/**
 * How large a document may be: far above what people and generated clients write, far below what makes reading it cost
 * something. Nobody is told the figures: who needs them is looking for the edge.
 */
const most = {
  tokens: 10_000,
  fields: 2_500,
  /** The same field, under the same name, in one selection. */
  repeats: 10,
  aliases: 100,
  directives: 100,
  directivesOfOne: 10,
  rootFields: 50,
  mutations: 10,
  errors: 10,
} as const;

/** How much of parsed documents is kept, in characters of their text. */
const keptCharacters = 5_000_000;
const longestKept = 50_000;

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

type Kept<Value> = { get(text: string): Value | undefined; set(text: string, value: Value): void };

function kept<Value>(): Kept<Value> {
  const cache = new LRUCache<string, NonNullable<Value>>({
    maxSize: keptCharacters,
    sizeCalculation: (_, text) => text.length + 1,
  });
  return {
    get: (text) => cache.get(text),
    set(text, value) {
      if (text.length <= longestKept && value != null) cache.set(text, value);
    },
  };
}

export function parseBounded(source: string | Source): DocumentNode {
  try {
    return parse(source, { maxTokens: most.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const tooLong = error.message.includes(`${most.tokens} tokens`);
    throw tooLong ? tooLarge('has too many words') : withCode(error, 'GRAPHQL_PARSE_FAILED');
  }
}

/** Without suggestions: a typing error must not read the schema aloud to whoever may not ask for it. */
export function validateBounded(schema: GraphQLSchema, document: DocumentNode, rules?: Parameters<typeof validate>[2]) {
  // First, because it is linear: some rules compare each field with each other one.
  const refusal = shapeRefusal(document);
  if (refusal) return [refusal];
  const errors = validate(schema, document, rules, { maxErrors: most.errors, hideSuggestions: true });
  return errors.slice(0, most.errors).map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
}

function shapeRefusal(document: DocumentNode): GraphQLError | null {
  const counts = { fields: 0, aliases: 0, directives: 0 };
  const fragments = fragmentsOf(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const limit = definition.operation === 'mutation' ? most.mutations : most.rootFields;
    if (rootFields(definition.selectionSet, fragments).length > limit) return tooLarge('does too much at once');
  }
  let refusal: GraphQLError | null = null;
  visit(document, {
    enter(node) {
      if (refusal) return undefined;
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

/** The fields of an operation's root, those of fragments included; each fragment counts once, as in execution. */
export function rootFields(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  seen: Set<string> = new Set(),
): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, fragments, seen);
    const fragment = fragments.get(selection.name.value);
    if (!fragment || seen.has(fragment.name.value)) return [];
    seen.add(fragment.name.value);
    return rootFields(fragment.selectionSet, fragments, seen);
  });
}

export function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const definitions = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(definitions.map((fragment) => [fragment.name.value, fragment]));
}

function tooLarge(what: string): GraphQLError {
  return new GraphQLError(`The document ${what}.`, { extensions: { code: 'LIMIT_REACHED', http: { status: 400 } } });
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { nodes, source, positions, path, originalError, extensions } = error;
  return new GraphQLError(error.message, {
    nodes,
    source,
    positions,
    path,
    originalError,
    extensions: { code, ...extensions },
  });
}
