import {
  type ASTVisitor,
  DirectiveLocation,
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  GraphQLDirective,
  GraphQLError,
  GraphQLNonNull,
  GraphQLString,
  getDirectiveValues,
  getOperationAST,
  getVariableValues,
  type ValidationContext,
} from 'graphql';
import { IdempotencyKeyError } from '../kernel/errors.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { fieldsOf, fragmentsOf } from './documents.ts';

/** The header whose key holds for all of an operation. */
export const idempotencyHeader = 'idempotency-key';

export const idempotent = new GraphQLDirective({
  name: 'idempotent',
  description:
    'Makes a mutation happen once: sent again with this key and the same input within 24 hours, it does nothing and answers what it answered. Instead of the header `Idempotency-Key`, for one root field.',
  locations: [DirectiveLocation.FIELD],
  args: {
    key: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'A name of the caller’s own for this request, such as a UUID: 1 to 255 printable ASCII characters.',
    },
  },
});

/** What a mutation knows of the keys that it came with, by the names of its fields in the answer. */
export type Keys = {
  readonly given: ReadonlyMap<string, string>;
  /** Of those that were answered, whether they were answered from memory. */
  readonly answered: Map<string, boolean>;
};

export const noKeys: Keys = { given: new Map(), answered: new Map() };

const printable = /^[\x20-\x7e]{1,255}$/;

/**
 * The key of each root field: that of its directive, else of the header. In an operation of several fields the header's key is
 * another one for each, so that they don't meet. Refused before anything is done.
 */
export function keysOf(args: ExecutionArgs, header: string | null, viewer: Viewer): Keys {
  const operation = getOperationAST(args.document, args.operationName);
  if (operation?.operation !== 'mutation') return noKeys;
  const fields = Map.groupBy(fieldsOf(operation.selectionSet, fragmentsOf(args.document)), nameOf);
  const hasDirectives = [...fields.values()].flat().some(({ directives = [] }) => directives.length > 0);
  const variables = hasDirectives ? variablesOf(args) : null;
  const given = new Map<string, string>();
  for (const [name, nodes] of fields) {
    if (header !== null) given.set(name, fields.size === 1 ? checked(header) : `${checked(header)}\n${name}`);
    const keys = new Set(nodes.flatMap((node) => (variables && directiveOf(node, variables)) ?? []));
    if (keys.size > 1) throw new IdempotencyKeyError(`The field ${name} has several idempotency keys.`);
    for (const key of keys) given.set(name, checked(key));
  }
  if (given.size > 0 && viewer.organizationId === null) {
    throw new IdempotencyKeyError(
      'An idempotency key belongs to whoever sends it: without a credential it means nothing.',
    );
  }
  return { given, answered: new Map() };
}

function checked(key: string): string {
  if (printable.test(key) && key.trim() !== '') return key;
  throw new IdempotencyKeyError('An idempotency key has 1 to 255 printable ASCII characters.');
}

const nameOf = ({ alias, name }: FieldNode) => (alias ?? name).value;

function directiveOf(node: FieldNode, variables: Record<string, unknown>): string[] | null {
  const values = getDirectiveValues(idempotent, node, variables);
  return values ? [String(values.key)] : null;
}

/** Null where they are wrong, which is told when the operation is executed. */
function variablesOf({
  schema,
  document,
  operationName,
  variableValues,
}: ExecutionArgs): Record<string, unknown> | null {
  const operation = getOperationAST(document, operationName);
  const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], variableValues ?? {});
  return coerced ?? null;
}

/** The answer of a mutation, and what of it was answered from memory. */
export function withReplays(result: ExecutionResult, { answered }: Keys): ExecutionResult {
  if (answered.size === 0) return result;
  const replayedFields = [...answered].filter(([, isReplayed]) => isReplayed).map(([name]) => name);
  const idempotency = { replayed: replayedFields.length === answered.size, replayedFields };
  return { ...result, extensions: { ...result.extensions, idempotency } };
}

/** The directive elsewhere than on a root field of a mutation would promise what nobody keeps. */
export function IdempotentOnMutationsRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      const directive = node.directives?.find(({ name }) => name.value === idempotent.name);
      if (!directive || context.getParentType() === context.getSchema().getMutationType()) return;
      context.reportError(
        new GraphQLError(`@${idempotent.name} is for the root fields of a mutation.`, { nodes: directive }),
      );
    },
  };
}
