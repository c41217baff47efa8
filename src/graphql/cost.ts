import {
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Declaration, TypeDeclaration } from './declarations.ts';
import { fieldsOf, fragmentsOf } from './documents.ts';
import { pageSizes } from './pagination.ts';

// The laws of cost. A point is about what one row of a list takes.
//
//  1. An operation is one point, and so is each row that it could answer, at every level: the sizes of pages multiply.
//  2. A list that nobody pages, such as an order's people, counts as so many rows as there usually are.
//  3. What reads far more than it answers has a weight of its own: counting, searching, summing up, the schema.
//  4. A mutation has the weight that it declares, and what is read for its answer is counted as in a query.
//  5. What an operation costs in fact is known when its answer is: a point for each hundred bytes, and the weights of law 3 and
//     4 whatever comes of them. It is never more than what it could have been, and never less than a tenth of that.

const weights = {
  count: { list: 100, connection: 5 },
  search: 10,
  figures: 200,
  groups: 100,
  plain: 50,
  introspection: { __schema: 100, __type: 10 } as Readonly<Record<string, number>>,
  /** What a mutation weighs that says nothing about it. */
  mutation: { command: 10, saga: 50 },
} as const;

/** Law 2. */
const usual = { linked: 5, values: 5, groups: 10, figures: 20 } as const;

const bytesOfPoint = 100;
const leastShare = 0.1;

export const mutationWeight: Readonly<Record<'command' | 'saga', number>> = weights.mutation;

/** How deep an operation goes, how many rows it could answer, and what that could cost; `fixed` whatever it finds. */
export type Extent = { depth: number; rows: number; cost: number; fixed: number };

/** Law 5. */
export function actualCost({ cost, fixed }: Pick<Extent, 'cost' | 'fixed'>, bytes: number): number {
  return Math.min(cost, Math.max(fixed + Math.ceil(bytes / bytesOfPoint), Math.ceil(cost * leastShare)));
}

type Walk = {
  schema: GraphQLSchema;
  fragments: Map<string, FragmentDefinitionNode>;
  /** What a variable is. Whatever is asked for here is what the measure depends on. */
  variable: (name: string) => unknown;
  /** A fragment is measured once, however often it is spread. */
  measured: Map<string, Extent>;
};

/** What is known of an operation: on which variables its extent depends, and the extents by what those come to. */
type Known = { names: readonly string[]; extents: Map<string, Extent> };
const known = new WeakMap<OperationDefinitionNode, Known>();
const mostExtents = 200;

/** Measures an operation before anything of it is done. Null where there is none to execute. */
export function extentOfOperation({ schema, document, operationName, variableValues }: ExecutionArgs): Extent | null {
  const operation = getOperationAST(document, operationName);
  const type = operation && schema.getRootType(operation.operation);
  if (!operation || !type) return null;
  const variables = variableValues ?? {};
  const before = known.get(operation);
  const found = before?.extents.get(keyOf(before.names, variables));
  if (found) return found;

  const defaults = defaultsOf(operation);
  const names = new Set<string>();
  const variable = (name: string) => {
    names.add(name);
    return variables[name] === undefined ? defaults[name] : variables[name];
  };
  const walk = { schema, fragments: fragmentsOf(document), variable, measured: new Map() };
  const extent = extentOf(operation.selectionSet, type, walk);
  const whole = { ...extent, cost: extent.cost + 1, fixed: extent.fixed + 1 };
  // What one variable takes out of the operation may depend on others.
  const all = [...names.union(new Set(before?.names))];
  const isMore = all.length !== before?.names.length;
  const extents = isMore || before.extents.size >= mostExtents ? new Map<string, Extent>() : before.extents;
  known.set(operation, { names: all, extents: extents.set(keyOf(all, variables), whole) });
  return whole;
}

/** As much of the values as an extent depends on. */
function keyOf(names: readonly string[], variables: Readonly<Record<string, unknown>>): string {
  return names
    .map((name) => {
      const value = variables[name];
      if (value === undefined || value === null) return String(value);
      return Array.isArray(value) ? `${value.length} values` : sizeIn(value);
    })
    .join();
}

const nothing: Extent = { depth: 0, rows: 0, cost: 0, fixed: 0 };

function extentOf(set: SelectionSetNode, type: GraphQLNamedType, walk: Walk): Extent {
  const extent = { ...nothing };
  for (const selection of set.selections) {
    if (isLeftOut(selection, walk)) continue;
    const found =
      selection.kind === Kind.FIELD
        ? extentOfField(selection, type, walk)
        : selection.kind === Kind.INLINE_FRAGMENT
          ? extentOf(selection.selectionSet, typeNamed(selection.typeCondition?.name.value, walk) ?? type, walk)
          : extentOfFragment(selection.name.value, walk);
    extent.depth = Math.max(extent.depth, found.depth);
    extent.rows += found.rows;
    extent.cost += found.cost;
    extent.fixed += found.fixed;
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
  const extent = fragment && type ? extentOf(fragment.selectionSet, type, walk) : nothing;
  walk.measured.set(name, extent);
  return extent;
}

type Field = GraphQLField<unknown, unknown>;

function extentOfField(node: FieldNode, type: GraphQLNamedType, walk: Walk): Extent {
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
  const read = field?.extensions.read as Declaration | undefined;
  if (field && (read?.kind === 'list' || read?.kind === 'connection'))
    return extentOfPage(node, field, read.kind, walk);
  const own = field ? ownWeight(field, type, walk) : (weights.introspection[node.name.value] ?? 0);
  // The schema is no row, and what is beneath it is part of its weight.
  if (!node.selectionSet || !field) return { depth: 1, rows: 0, cost: own, fixed: own };
  const within = extentOf(node.selectionSet, getNamedType(field.type), walk);
  const { depth, rows } = { depth: within.depth + 1, rows: within.rows };
  const same = { depth, rows, cost: own + within.cost, fixed: own + within.fixed };
  const found = (each: number, times: number) => ({
    depth,
    rows,
    cost: own + times * (each + within.cost),
    fixed: own,
  });
  switch (read?.kind) {
    case 'relation':
    case 'single':
    case 'person':
    case 'node':
      return found(1, 1);
    case 'nodes':
      return found(1, countOf(node, 'ids', walk));
    case 'linked':
      return found(1, usual.linked);
    case 'values':
      return found(1, usual.values);
    case 'groups':
      return found(0, usual.groups);
    case 'figures':
      return found(0, usual.figures);
    case 'figure':
      return 'id' in read.figure ? found(1, 1) : same;
    default:
      return same;
  }
}

function ownWeight(field: Field, type: GraphQLNamedType, { schema }: Walk): number {
  const read = field.extensions.read as Declaration | undefined;
  if (type === schema.getMutationType()) return (field.extensions.cost as number | undefined) ?? mutationWeight.command;
  if (read?.kind === 'figures' || read?.kind === 'groups' || read?.kind === 'plain') return weights[read.kind];
  // The object that a mutation answers is read for its answer.
  const answered = getNamedType(field.type).extensions as TypeDeclaration;
  return type.name.endsWith('Success') && answered.model !== undefined ? 1 : 0;
}

function extentOfPage(node: FieldNode, field: Field, kind: 'list' | 'connection', walk: Walk): Extent {
  const connection = getNamedType(field.type);
  const size = sizeOf(node, walk);
  const extent = { depth: 0, rows: 0, cost: 0 };
  let once = 1 + (isGiven(node, 'search', walk) ? weights.search : 0);
  let isRead = false;
  for (const child of node.selectionSet ? fieldsOf(node.selectionSet, walk.fragments) : []) {
    if (isLeftOut(child, walk)) continue;
    const found = extentOfField(child, connection, walk);
    extent.depth = Math.max(extent.depth, found.depth);
    extent.rows += found.rows;
    extent.cost += found.cost;
    if (child.name.value === 'totalCount') once += weights.count[kind];
    else isRead ||= child.name.value !== '__typename';
  }
  return {
    depth: extent.depth + 1,
    rows: size * (1 + extent.rows),
    cost: once + (isRead ? size * (1 + extent.cost) : 0),
    fixed: once,
  };
}

// ------------------------------------------------------------------ arguments

/** What a variable is that the request does not give. */
function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  const given = variableDefinitions.filter(({ defaultValue }) => defaultValue !== undefined);
  return Object.fromEntries(
    given.map(({ variable, defaultValue }) => [variable.name.value, valueFromASTUntyped(defaultValue as ValueNode)]),
  );
}

function argumentOf(node: Pick<FieldNode, 'arguments'>, name: string, { variable }: Walk): unknown {
  const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (value?.kind === Kind.VARIABLE) return variable(value.name.value);
  if (value?.kind === Kind.INT || value?.kind === Kind.STRING || value?.kind === Kind.BOOLEAN) return value.value;
  return value?.kind === Kind.LIST ? value.values : undefined;
}

/** Whether `@skip` or `@include` says so. */
function isLeftOut({ directives = [] }: SelectionNode, walk: Walk): boolean {
  return directives.some(({ name, arguments: given }) => {
    const condition = argumentOf({ arguments: given }, 'if', walk);
    return (name.value === 'skip' && condition === true) || (name.value === 'include' && condition === false);
  });
}

function isGiven(node: FieldNode, name: string, walk: Walk): boolean {
  return argumentOf(node, name, walk) != null;
}

function countOf(node: FieldNode, name: string, walk: Walk): number {
  const given = argumentOf(node, name, walk);
  return Array.isArray(given) ? given.length : 1;
}

function sizeOf(node: FieldNode, walk: Walk): number {
  const [first, last] = [argumentOf(node, 'first', walk), argumentOf(node, 'last', walk)];
  const size = first ?? last;
  return size == null ? pageSizes.default : sizeIn(size);
}

/** What is no page size is refused later; here it counts as the largest. */
function sizeIn(value: unknown): number {
  return Math.min(Math.max(Number(value) || pageSizes.most, 1), pageSizes.most);
}
