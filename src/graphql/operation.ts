import { execute, getOperationAST, Kind, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Context, closeRead } from './context.ts';

/**
 * A query runs inside one read-only transaction: one snapshot for the whole answer, row-level security on. A mutation
 * opens its own transactions, and what is read for its answer is closed here. Both are executed by graphql-js itself:
 * Yoga's own executor can stream, which nothing here needs, and takes half as much time again.
 */
export function useReadTransaction(): Plugin<Context> {
  return {
    onExecute({ args, setExecuteFn }) {
      const operation = getOperationAST(args.document, args.operationName);
      const context = args.contextValue as Context;
      if (operation?.operation === 'query' && readsData(operation, context)) {
        setExecuteFn((executed) =>
          context.database.read(context.viewer, async (db) => {
            context.db = db;
            return await execute(executed);
          }),
        );
      } else if (operation?.operation === 'mutation') {
        setExecuteFn(async (executed) => {
          try {
            return await execute(executed);
          } finally {
            await closeRead(context);
          }
        });
      }
    },
  };
}

// Introspection needs no database, and an anonymous viewer gets no rows anyway.
function readsData(operation: OperationDefinitionNode, context: Context): boolean {
  if (context.viewer.organizationId === null) return false;
  return operation.selectionSet.selections.some(
    (selection) => selection.kind !== Kind.FIELD || !selection.name.value.startsWith('__'),
  );
}
