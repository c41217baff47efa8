import {
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { LimitReachedError } from '../kernel/errors.ts';
import { bounds } from './bounds.ts';
import type { Declaration } from './declarations.ts';
import { fragmentsOf } from './documents.ts';
import { pageSizes } from './pagination.ts';

/** How far an operation may go: levels of fields within fields, rows that its lists could answer at most. */
export const limits = { depth: 20, rows: 100_000 } as const;

type Extent = { depth: number; rows: number };
type Walk = {
  schema: GraphQLSchema;
  fragments: Map<string, FragmentDefinitionNode>;
  variables: Readonly<Record<string, unknown>>;
  /** A fragment is measured once, however often it is spread. */
  measured: Map<string, Extent>;
};

/** Refuses an operation that is too deep or could answer too much, before anything of it is read. Both paths ask here. */
export function checkExtent({ schema, document, operationName, variableValues }: ExecutionArgs): void {
  const operation = getOperationAST(document, operationName);
  const type = operation && schema.getRootType(operation.operation);
  if (!operation || !type) return;
  const { depth, rows } = extentOf(operation.selectionSet, type, {
    schema,
    fragments: fragmentsOf(document),
    variables: variableValues ?? {},
    measured: new Map(),
  });
  if (depth > limits.depth) {
    throw new LimitReachedError('The operation nests too deep.', limits.depth);
  }
  if (rows > limits.rows) {
    throw new LimitReachedError('The lists of the operation ask for too many rows in all.', limits.rows);
  }
}

/** Refuses variables that are more, longer or deeper than anything here takes, before anything walks them. */
export function checkVariables(variables: ExecutionArgs['variableValues']): void {
  let waiting: unknown[] = [variables];
  let values = 0;
  // Level by level: whatever calls itself could be made to do so too often.
  for (let depth = 0; waiting.length > 0; depth += 1) {
    if (depth > bounds.nesting) throw new LimitReachedError('The variables nest too deep.', bounds.nesting);
    values += waiting.length;
    if (values > bounds.values)
      throw new LimitReachedError('There are too many values among the variables.', bounds.values);
    const inner: unknown[] = [];
    for (const value of waiting) {
      if (typeof value === 'string' && value.length > bounds.text) {
        throw new LimitReachedError('A text among the variables is too long.', bounds.text);
      }
      if (Array.isArray(value) && value.length > bounds.list) {
        throw new LimitReachedError('A list among the variables is too long.', bounds.list);
      }
      if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) inner.push(part);
    }
    waiting = inner;
  }
}

function extentOf(set: SelectionSetNode, type: GraphQLNamedType, walk: Walk): Extent {
  const extent = { depth: 0, rows: 0 };
  for (const selection of set.selections) {
    const found =
      selection.kind === Kind.FIELD
        ? extentOfField(selection, type, walk)
        : selection.kind === Kind.INLINE_FRAGMENT
          ? extentOf(selection.selectionSet, typeNamed(selection.typeCondition?.name.value, walk) ?? type, walk)
          : extentOfFragment(selection.name.value, walk);
    extent.depth = Math.max(extent.depth, found.depth);
    extent.rows += found.rows;
  }
  return extent;
}

function typeNamed(name: string | undefined, { schema }: Walk): GraphQLNamedType | undefined {
  return name === undefined ? undefined : schema.getType(name);
}

function extentOfFragment(name: string, walk: Walk): Extent {
  const known = walk.measured.get(name);
  if (known) return known;
  const fragment = walk.fragments.get(name);
  const type = typeNamed(fragment?.typeCondition.name.value, walk);
  const extent = fragment && type ? extentOf(fragment.selectionSet, type, walk) : { depth: 0, rows: 0 };
  walk.measured.set(name, extent);
  return extent;
}

function extentOfField(node: FieldNode, type: GraphQLNamedType, walk: Walk): Extent {
  if (!node.selectionSet) return { depth: 1, rows: 0 };
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
  // The schema is no row.
  if (!field) return { depth: 1, rows: 0 };
  const within = extentOf(node.selectionSet, getNamedType(field.type), walk);
  const read = field.extensions.read as Declaration | undefined;
  const isPage = read?.kind === 'list' || read?.kind === 'connection';
  return { depth: within.depth + 1, rows: isPage ? sizeOf(node, walk) * (1 + within.rows) : within.rows };
}

function sizeOf(node: FieldNode, { variables }: Walk): number {
  for (const { name, value } of node.arguments ?? []) {
    if (name.value !== 'first' && name.value !== 'last') continue;
    const size =
      value.kind === Kind.INT
        ? Number(value.value)
        : value.kind === Kind.VARIABLE
          ? variables[value.name.value]
          : undefined;
    // What is no page size is refused later; here it counts as the largest.
    if (size != null) return Math.min(Math.max(Number(size) || pageSizes.most, 1), pageSizes.most);
  }
  return pageSizes.default;
}
