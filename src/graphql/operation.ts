import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { countStatements, isUnavailable } from '../kernel/db.ts';
import type { DomainError } from '../kernel/errors.ts';
import { reads } from '../kernel/metrics.ts';
import { type Compiler, createCompiler } from './compiler/compiler.ts';
import { type Context, closeRead } from './context.ts';
import { toGraphQLError } from './errors.ts';
import { checkExtent } from './limits.ts';

export type OperationOptions = {
  /** Whether query operations are compiled into one statement where they can be. */
  reads: 'compiled' | 'plain';
  /** Whether an answer says in `extensions.read` which path it took, and how many statements. */
  explainReads: boolean;
};

/** An answer, and how it came about. Yoga sends what `stringify` makes of it. */
type Read = { result: ExecutionResult & { stringify?: () => string }; path: 'compiled' | 'fallback'; reason?: string };

/**
 * A query is compiled into one statement that builds its answer, or runs inside one read-only transaction: either way one
 * snapshot for the whole answer, row-level security on. A mutation opens its own transactions, and what is read for its answer
 * is closed here. What is executed is executed by graphql-js itself: Yoga's own executor can stream, which nothing here
 * needs, and takes half as much time again.
 */
export function useOperations({ reads: path, explainReads }: OperationOptions): Plugin<Context> {
  const compiler = path === 'compiled' ? createCompiler() : null;
  return {
    onExecute({ args, setExecuteFn, setResultAndStopExecution }) {
      try {
        checkExtent(args);
      } catch (error) {
        setResultAndStopExecution({ errors: [toGraphQLError(error as DomainError)] });
        return;
      }
      const operation = getOperationAST(args.document, args.operationName);
      const context = args.contextValue as Context;
      if (operation?.operation === 'query' && readsData(operation, context)) {
        setExecuteFn(async (executed) => {
          if (!explainReads) return (await read(executed, compiler)).result;
          const { result: done, statements } = await countStatements(() => read(executed, compiler), { outside: true });
          return explained(done, statements);
        });
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

async function read(args: ExecutionArgs, compiler: Compiler | null): Promise<Read> {
  const context = args.contextValue as Context;
  const attempt = compiler ? await readCompiled(args, compiler, context) : { reason: 'READS is plain' };
  if ('result' in attempt) {
    reads.inc({ path: 'compiled' });
    return { result: attempt.result, path: 'compiled' };
  }
  reads.inc({ path: 'fallback' });
  const result = await context.database.read(context.viewer, async (db) => {
    context.db = db;
    return await execute(args);
  });
  return { result, path: 'fallback', reason: attempt.reason };
}

/** The answer, or why the plain path is to give it. */
async function readCompiled(
  args: ExecutionArgs,
  compiler: Compiler,
  { viewer, database, log }: Context,
): Promise<{ result: Read['result'] } | { reason: string }> {
  try {
    const compiled = compiler.compile(args, viewer);
    if ('reason' in compiled) return compiled;
    const data = await database.readValue(viewer, compiled.statement);
    if (data !== null) return { result: { stringify: () => `{"data":${data}}` } };
    log.error('a compiled read came out null');
    return { reason: 'something was null that must not be' };
  } catch (error) {
    // A database that does not answer would not answer the plain path either.
    if (isUnavailable(error)) return { result: { data: null, errors: [asGraphQLError(error)] } };
    log.error({ err: error }, 'a compiled read failed');
    return { reason: 'it failed' };
  }
}

function asGraphQLError(error: unknown): GraphQLError {
  return new GraphQLError('The database does not answer.', { originalError: error as Error });
}

function explained({ result, path, reason }: Read, statements: number): Read['result'] {
  const read = { path, ...(reason === undefined ? {} : { reason }), statements };
  const { stringify } = result;
  if (!stringify) return { ...result, extensions: { ...result.extensions, read } };
  return { stringify: () => `${stringify().slice(0, -1)},"extensions":${JSON.stringify({ read })}}` };
}

// Introspection needs no database, and an anonymous viewer gets no rows anyway.
function readsData(operation: OperationDefinitionNode, context: Context): boolean {
  if (context.viewer.organizationId === null) return false;
  return operation.selectionSet.selections.some(
    (selection) => selection.kind !== Kind.FIELD || !selection.name.value.startsWith('__'),
  );
}
