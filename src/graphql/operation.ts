import { getOperationAST, Kind, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { type Context, closeRead } from './context.ts';

/**
 * A query runs inside one read-only transaction: one snapshot for the whole answer, row-level security on. A mutation
 * opens its own transactions, and what is read for its answer is closed here.
 */
export function useReadTransaction(): Plugin<Context> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const operation = getOperationAST(args.document, args.operationName);
      const context = args.contextValue as Context;
      if (operation?.operation === 'query' && readsData(operation, context)) {
        setExecuteFn((executed) =>
          context.database.read(context.viewer, async (db) => {
            context.db = db;
            return await executeFn(executed);
          }),
        );
      } else if (operation?.operation === 'mutation') {
        setExecuteFn(async (executed) => {
          try {
            return await executeFn(executed);
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
