import { createHash } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';

/** The operations that applications were built with, by the SHA-256 of their text. */
export type PersistedOperations = {
  readonly size: number;
  /** Whether nothing but them is executed. */
  readonly only: boolean;
  /** The text behind an id: 64 hexadecimal digits, with `sha256:` before them or without. */
  textOf(id: string): string | undefined;
  isOne(text: string): boolean;
};

const idPattern = /^(?:sha256:)?([0-9a-f]{64})$/;

/**
 * Reads a manifest: an object of ids and texts, as the client preset of GraphQL Code Generator writes it
 * (`persistedDocuments: true` with `hashAlgorithm: 'sha256'`). An id that is not its text's hash is refused: it would be somebody
 * else's operation.
 */
export function readPersistedOperations(manifest: string, { only }: { only: boolean }): PersistedOperations {
  let entries: [string, unknown][];
  try {
    entries = Object.entries(JSON.parse(manifest) as object);
  } catch {
    throw new Error('it is no JSON object');
  }
  const texts = new Map(
    entries.map(([id, text]) => {
      const hash = idPattern.exec(id)?.[1];
      if (typeof text !== 'string' || hash !== hashOf(text))
        throw new Error(`${id} is not the SHA-256 of its operation`);
      return [hash, text];
    }),
  );
  const known = new Set(texts.values());
  return {
    size: texts.size,
    only,
    textOf: (id) => texts.get(idPattern.exec(id)?.[1] ?? ''),
    isOne: (text) => known.has(text),
  };
}

export const noPersistedOperations: PersistedOperations = readPersistedOperations('{}', { only: false });

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a request says about the operation that it wants: its text, or the id of one that is known. */
export type AskedOperation = { query?: unknown; documentId?: unknown; extensions?: unknown };

/** The text behind the id that is asked for; null of a request that brings its own. Throws when it may not be executed. */
export function persistedText(asked: AskedOperation, operations: PersistedOperations): string | null {
  const { query } = asked;
  const id = idOf(asked);
  if (id === undefined) {
    if (typeof query !== 'string' || !operations.only || operations.isOne(query)) return null;
    throw refusal('Only operations that were persisted are executed here.', 'PERSISTED_OPERATION_REQUIRED', 403);
  }
  if (typeof id !== 'string') throw refusal('The id of an operation is a text.', 'BAD_REQUEST', 400);
  const text = operations.textOf(id);
  if (text === undefined) {
    // Nothing is learned from a request: who could teach it could fill it.
    throw refusal('No operation with this id was persisted.', 'PERSISTED_OPERATION_NOT_FOUND', 404);
  }
  if (query != null && query !== text) {
    throw refusal('The id is another operation’s.', 'BAD_REQUEST', 400);
  }
  return text;
}

/** As the appendix of GraphQL over HTTP has it, and as Apollo's clients send it. */
function idOf({ documentId, extensions }: AskedOperation): unknown {
  if (documentId != null) return documentId;
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null };
  return persistedQuery == null ? undefined : (persistedQuery.sha256Hash ?? null);
}

function refusal(message: string, code: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

/** Puts the text in its id's place, for what comes from outside: a caller inside the process brings its own operations. */
export function usePersistedOperations(
  operations: PersistedOperations,
  isInside: (serverContext: unknown) => boolean,
): Plugin {
  return {
    onParams({ params, request, setParams, context }) {
      // What is no object is refused later.
      if (isInside(context) || typeof params !== 'object' || params === null) return;
      const { documentId = queryParameter(request, 'documentId') } = params as AskedOperation;
      const query = persistedText({ ...params, documentId }, operations);
      if (query !== null) setParams({ ...params, query } as GraphQLParams);
    },
  };
}

function queryParameter({ method, url }: Request, name: string): string | undefined {
  return method === 'GET' ? (new URL(url).searchParams.get(name) ?? undefined) : undefined;
}
