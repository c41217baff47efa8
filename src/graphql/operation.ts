import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import { countStatements } from '../kernel/db.ts';
import { whileWaitedFor, withinTime } from '../kernel/deadline.ts';
import type { Settings } from '../kernel/env.ts';
import { DomainError, RateLimitedError, UnauthenticatedError } from '../kernel/errors.ts';
import { reads } from '../kernel/metrics.ts';
import { unavailability } from '../kernel/unavailability.ts';
import { decodeWire } from '../kernel/wire.ts';
import { type ChargeOptions, createCharges } from './charges.ts';
import { type Compiler, createCompiler } from './compiler/compiler.ts';
import { type Context, closeRead } from './context.ts';
import { fieldsOf, fragmentsOf, kept, mostErrors, withCode } from './documents.ts';
import { toGraphQLError } from './errors.ts';
import { IdempotentOnMutationsRule, keysOf, withReplays } from './idempotency.ts';
import { checkExtent, checkVariables } from './limits.ts';

export type OperationOptions = {
  /** Whether query operations are compiled into one statement where they can be. */
  reads: 'compiled' | 'plain';
  /** Whether an answer says in `extensions.read` which path it took, and how many statements. */
  explainReads: boolean;
  /** Whether somebody without a credential may read the schema. */
  publicSchema: boolean;
  settings: Settings;
  charges?: ChargeOptions;
  /** How long an operation may take, in milliseconds; what it waits for somebody else's API does not count. */
  operationMs?: number;
};

/** An answer, and how it came about: as the text's bytes (see kernel/wire.ts), or as graphql-js makes it. */
type Read = Compiled | Fallback;
type Compiled = { path: 'compiled'; bytes: string };
type Fallback = { path: 'fallback'; result: ExecutionResult; reason: string };

/** A result that Yoga sends as the text which `stringify` makes of it. */
type TextResult = ExecutionResult & { stringify: () => string };

type Extensions = Readonly<Record<string, unknown>>;

export type Operations = {
  /** Executes what Yoga has parsed and validated. */
  plugin: Plugin<Context>;
  /** The operation that this text was found to be: Yoga has executed it before. */
  documentOf(text: string): DocumentNode | undefined;
  /** The bytes of the answer, where the operation is a query that can be compiled; otherwise it is Yoga's. */
  answer(args: ExecutionArgs): Promise<string | null>;
};

/** The same as for one statement: an operation that is compiled is one. */
const usualMs = 10_000;

/**
 * A query is compiled into one statement that builds its answer, or runs inside one read-only transaction: either way one
 * snapshot for the whole answer, row-level security on. A mutation opens its own transactions, and what is read for its answer
 * is closed here. What is executed is executed by graphql-js itself: Yoga's own executor can stream, which nothing here
 * needs, takes half as much time again, and tells whoever misspells a variable's value what the schema has.
 */
export function createOperations(options: OperationOptions): Operations {
  const { reads: path, explainReads, publicSchema, settings, operationMs = usualMs } = options;
  const charges = createCharges(options.charges);
  const compiler = path === 'compiled' ? createCompiler(settings) : null;
  const documents = kept<DocumentNode>();

  /** Answers, with what is said about how it was read. */
  const explain = async <Found extends Read | null>(work: () => Promise<Found>): Promise<[Found, Extensions]> => {
    if (!explainReads) return [await work(), {}];
    const { result: done, statements } = await countStatements(work, { outside: true });
    if (!done) return [done, {}];
    const reason = done.path === 'fallback' ? { reason: done.reason } : {};
    return [done, { read: { path: done.path, ...reason, statements } }];
  };

  /** Refuses what may not be asked for, by anybody or by this viewer, now; takes what it may cost. */
  const admit = async (args: ExecutionArgs, context: Context): Promise<void> => {
    const { viewer, exchange, ipAddress } = context;
    checkVariables(args.variableValues);
    const extent = checkExtent(args);
    context.keys = keysOf(args, context.idempotencyKey, viewer);
    if (!publicSchema && viewer.kind === 'ANONYMOUS') refuseIntrospection(args);
    // What went the short way first, and comes back, is paid for.
    if (extent) exchange.charge ??= await charges.take(extent, viewer, ipAddress);
  };

  const refused = (error: unknown, { viewer, ipAddress }: Context): ExecutionResult => {
    if (!(error instanceof DomainError)) throw error;
    const headers = error instanceof RateLimitedError ? charges.headersFor(viewer, ipAddress) : {};
    return { errors: [toGraphQLError(error)], extensions: { http: { headers } } };
  };

  const plugin: Plugin<Context> = {
    onValidate({ addValidationRule }) {
      addValidationRule(IdempotentOnMutationsRule);
    },
    async onExecute({ args, setExecuteFn, setResultAndStopExecution }) {
      const context = args.contextValue as Context & { params?: { query?: string } };
      const text = context.params?.query;
      if (text !== undefined && context.viewer.organizationId !== null) documents.set(text, args.document);
      try {
        await admit(args, context);
      } catch (error) {
        setResultAndStopExecution(refused(error, context));
        return;
      }
      const operation = getOperationAST(args.document, args.operationName);
      if (operation?.operation === 'query' && readsData(operation, context)) {
        setExecuteFn(async (executed) => {
          const [done, extensions] = await withinTime(operationMs, context.caller, () =>
            explain(() => read(executed, compiler)),
          );
          if (done.path === 'fallback') return withExtensions(done.result, extensions);
          return textResult(done.bytes, { ...extensions, ...costOf(context, done.bytes.length) });
        });
      } else if (operation?.operation === 'mutation') {
        // What was asked for is done, also when whoever asked has left.
        setExecuteFn((executed) =>
          withinTime(operationMs, null, async () => {
            try {
              const result = await executePlainly(executed);
              return withReplays(result, context.keys);
            } finally {
              await closeRead(context);
            }
          }),
        );
      } else if (operation) setExecuteFn(executePlainly);
      if (!context.asksForCost) return;
      return {
        onExecuteDone({ result, setResult }) {
          if (isAsyncIterable(result) || 'stringify' in result) return;
          const bytes = Buffer.byteLength(JSON.stringify({ data: result.data }));
          setResult(withExtensions(result, costOf(context, bytes)));
        },
      };
    },
  };

  const answer: Operations['answer'] = async (args) => {
    const operation = getOperationAST(args.document, args.operationName);
    const context = args.contextValue as Context;
    if (!compiler || operation?.operation !== 'query' || !readsData(operation, context)) return null;
    await admit(args, context);
    // One statement needs no other limit than that of statements.
    const [done, extensions] = await whileWaitedFor(context.caller, () =>
      explain(async (): Promise<Compiled | null> => {
        const attempt = await readCompiled(args, compiler, context);
        return 'bytes' in attempt ? attempt : null;
      }),
    );
    if (!done) return null;
    context.exchange.charge?.settle(done.bytes.length);
    return extended(done.bytes, extensions);
  };

  return { plugin, documentOf: (text) => documents.get(text), answer };
}

async function executePlainly(args: ExecutionArgs): Promise<ExecutionResult> {
  // One more says that there were too many.
  const options = { maxCoercionErrors: mostErrors - 1 };
  const result = await execute({ ...args, hideSuggestions: true, options });
  // Nothing was executed: the variables are not what the operation says.
  return 'data' in result ? result : { ...result, errors: result.errors?.map(asBadInput) };
}

function asBadInput(error: GraphQLError): GraphQLError {
  return withCode(error, 'BAD_USER_INPUT', { status: 400 });
}

async function read(args: ExecutionArgs, compiler: Compiler | null): Promise<Read> {
  const context = args.contextValue as Context;
  const attempt = compiler ? await readCompiled(args, compiler, context) : { reason: 'READS is plain' };
  if ('path' in attempt) return attempt;
  reads.inc({ path: 'fallback' });
  const result = await context.tools.database.read(context.viewer, async (db) => {
    context.db = db;
    return await executePlainly(args);
  });
  return { path: 'fallback', result, ...attempt };
}

/** The answer, or why the plain path is to give it. */
async function readCompiled(
  args: ExecutionArgs,
  compiler: Compiler,
  { viewer, tools, log }: Context,
): Promise<Read | { reason: string }> {
  try {
    const compiled = compiler.compile(args, viewer);
    if ('reason' in compiled) return compiled;
    const bytes = await tools.database.readValue(viewer, compiled.statement);
    if (bytes !== null) {
      reads.inc({ path: 'compiled' });
      return { path: 'compiled', bytes };
    }
    log.error('a compiled read came out null');
    return { reason: 'something was null that must not be' };
  } catch (error) {
    // A database that does not answer would not answer the plain path either.
    if (unavailability(error)) {
      return { path: 'fallback', result: { data: null, errors: [asGraphQLError(error)] }, reason: 'no database' };
    }
    log.error({ err: error }, 'a compiled read failed');
    return { reason: 'it failed' };
  }
}

function asGraphQLError(error: unknown): GraphQLError {
  return new GraphQLError('The database does not answer.', { originalError: error as Error });
}

function textResult(bytes: string, extensions: Extensions): TextResult {
  return { stringify: () => decodeWire(extended(bytes, extensions)) };
}

/** The bytes of the same answer with extensions. */
function extended(bytes: string, extensions: Extensions): string {
  if (Object.keys(extensions).length === 0) return bytes;
  return `${bytes.slice(0, -1)},"extensions":${JSON.stringify(extensions)}}`;
}

function withExtensions(result: ExecutionResult, extensions: Extensions): ExecutionResult {
  if (Object.keys(extensions).length === 0) return result;
  return { ...result, extensions: { ...result.extensions, ...extensions } };
}

/** What an answer of so many bytes came to, for whoever wants to know. */
function costOf({ exchange: { charge }, asksForCost }: Context, bytes: number): Extensions {
  charge?.settle(bytes);
  return asksForCost && charge ? { cost: charge.extension() } : {};
}

function refuseIntrospection({ document, operationName }: ExecutionArgs): void {
  const operation = getOperationAST(document, operationName);
  const asked = operation ? fieldsOf(operation.selectionSet, fragmentsOf(document)) : [];
  if (asked.some(({ name }) => name.value === '__schema' || name.value === '__type')) throw new UnauthenticatedError();
}

// Introspection needs no database, and an anonymous viewer gets no rows anyway.
function readsData(operation: OperationDefinitionNode, context: Context): boolean {
  if (context.viewer.organizationId === null) return false;
  return operation.selectionSet.selections.some(
    (selection) => selection.kind !== Kind.FIELD || !selection.name.value.startsWith('__'),
  );
}
