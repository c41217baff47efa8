/**
 * Compiled reads: one statement that builds the answer. The one clever part of the engine, so its laws first.
 *
 *  1. A query operation is compiled as a whole or not at all. What has no translation (resolvers written by hand, the
 *     schema itself, very large operations) and what is refused (bad arguments and cursors, a missing permission) is executed
 *     plainly, and so answered in the plain path's words. Mutations are never compiled.
 *  2. Both paths read the same declarations (`read` in a field's extensions) and give the same answer, byte for byte.
 *  3. A plan holds what the document says and nothing else. What the viewer may see (`visible…`, staffOnly, permissions), the
 *     arguments and the page are worked out for each request (`later`), by the very functions that the plain path calls.
 *     So no plan can carry one viewer's reach, or one request's values, to another.
 *  4. No value is ever part of the SQL text. Text comes from our sources (`sql`), from names of our own schema (`identifier`) and
 *     from names in the document that GraphQL's grammar limits to letters, digits and `_` (`literal`): see sql.ts. All else
 *     is a typed parameter.
 *  5. The statement runs in a read-only repeatable-read transaction that begins by setting the tenant, and row-level security
 *     binds every table in it: see kernel/db.ts. The statement itself says nothing about tenants that it would have to get
 *     right.
 *  6. Every list ends with the bound on page sizes, in the text, and with the size asked for, as a parameter: see page.ts.
 *  7. An answer that comes out null is no answer: something was null that must not be. The plain path then answers.
 *
 * selection.ts flattens the operation, plan.ts walks it along the declarations, values.ts and formats.ts write what stands in a
 * column, page.ts the lists, where.ts the conditions, cursor.ts order and cursors, json.ts puts the answer's text together.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type FragmentDefinitionNode,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Settings } from '../../kernel/env.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { planOf } from './plan.ts';
import { NotCompiled } from './refusal.ts';
import { deciding } from './selection.ts';
import { type Sql, type Statement, write } from './sql.ts';

/** The statement for an operation, or why it is to be executed plainly. */
export type Compiled = { statement: Statement } | { reason: string };

export type Compiler = {
  compile(args: ExecutionArgs, viewer: Viewer): Compiled;
  /** How many plans are kept. */
  readonly plans: number;
};

/** How many operations' plans are kept: those that were asked for last; and how long these are altogether, in characters. */
const mostPlans = 500;
const mostPlanned = 500_000;

type Plan = { sql: Sql } | { reason: string };

/** Remembers the plans of operations; nothing of the requests. */
export function createCompiler(settings: Settings): Compiler {
  const plans = new LRUCache<string, Plan>({ max: mostPlans, maxSize: mostPlanned });
  return {
    get plans() {
      return plans.size;
    },
    compile: (args, viewer) => {
      const operation = getOperationAST(args.document, args.operationName);
      const given = getVariableValues(args.schema, operation?.variableDefinitions ?? [], args.variableValues ?? {});
      if (!given.coerced) return { reason: 'a variable is refused' };
      const variables = given.coerced;
      const conditions = Object.fromEntries(deciding(args.document).map((name) => [name, variables[name]]));
      const key = JSON.stringify([numberOf(args.document), operation?.name?.value, conditions]);
      let plan = plans.get(key);
      if (!plan) {
        plan = makePlan(args, conditions);
        plans.set(key, plan, { size: 1 + (args.document.loc?.end ?? 0) });
      }
      if ('reason' in plan) return plan;
      try {
        return { statement: write(plan.sql, { viewer, variables, settings }) };
      } catch (error) {
        return { reason: reasonOf(error) };
      }
    },
  };
}

function makePlan({ schema, document, operationName }: ExecutionArgs, conditions: Record<string, unknown>): Plan {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'query') return { reason: 'it is no query' };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const named = (fragments as FragmentDefinitionNode[]).map((fragment) => [fragment.name.value, fragment]);
  let tables = 0;
  const alias = () => {
    tables += 1;
    return `t${tables}`;
  };
  try {
    return { sql: planOf({ schema, operation, fragments: Object.fromEntries(named), conditions, alias, taken: 0 }) };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

/** Why the plain path is to answer. What is neither a refusal nor without translation is a mistake of ours. */
function reasonOf(error: unknown): string {
  if (error instanceof NotCompiled) return error.message;
  if (error instanceof DomainError) return `it is refused: ${error.code}`;
  if (error instanceof GraphQLError) return 'an argument is refused';
  throw error;
}

const numbers = new WeakMap<DocumentNode, number>();
let documents = 0;

// The same text is parsed once and answered as the same document, as long as Yoga remembers it.
function numberOf(document: DocumentNode): number {
  const known = numbers.get(document);
  if (known !== undefined) return known;
  documents += 1;
  numbers.set(document, documents);
  return documents;
}
