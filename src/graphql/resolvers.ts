import {
  type FragmentDefinitionNode,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Context } from './context.ts';

type Resolver = GraphQLFieldResolver<unknown, Context>;

/** What Pothos and the declarations leave in a field's extensions. */
type Planned = {
  /** The field as it was declared: its resolver without Pothos' check. */
  pothosOptions?: { resolve?: Resolver };
  /** What the field needs of its row: named columns, or a relation that depends on its arguments. */
  pothosPrismaSelect?: object | ((...args: unknown[]) => unknown);
  /** Whether a row has the relation. */
  pothosPrismaLoaded?: (row: unknown, info: GraphQLResolveInfo, context: Context) => boolean;
};

/**
 * Lets fields whose row has what they need answer at once. Pothos asks each of them which plan its row was loaded by: on a
 * page of 50 orders some thousand times. A column is there when it was selected. A relation may be there with other
 * arguments than these, but only in an operation that asks for it twice, which takes an alias: so those that have one
 * take Pothos' way, and so do rows that were loaded without what is asked of them.
 */
export function bareResolvers(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const { pothosOptions, pothosPrismaSelect: select, pothosPrismaLoaded } = field.extensions as Planned;
      const bare = pothosOptions?.resolve;
      if (!select || !bare) continue;
      const planned = field.resolve as Resolver;
      if (typeof select === 'object') {
        field.resolve = whenSelected(Object.keys(select), bare, planned);
      } else if (pothosPrismaLoaded) {
        field.resolve = (row, args, context, info) =>
          hasNoAlias(info) && pothosPrismaLoaded(row, info, context)
            ? bare(row, args, context, info)
            : planned(row, args, context, info);
      }
    }
  }
  return schema;
}

function whenSelected(columns: string[], bare: Resolver, planned: Resolver): Resolver {
  return (row, args, context, info) =>
    columns.every((column) => (row as Record<string, unknown>)[column] !== undefined)
      ? bare(row, args, context, info)
      : planned(row, args, context, info);
}

const withoutAlias = new WeakMap<OperationDefinitionNode, boolean>();

function hasNoAlias({ operation, fragments }: GraphQLResolveInfo): boolean {
  const known = withoutAlias.get(operation);
  if (known !== undefined) return known;
  const sets = [operation, ...(Object.values(fragments) as FragmentDefinitionNode[])].map((node) => node.selectionSet);
  const found = !sets.some(anyAlias);
  withoutAlias.set(operation, found);
  return found;
}

function anyAlias(set: SelectionSetNode): boolean {
  return set.selections.some(
    (selection) =>
      (selection.kind === Kind.FIELD && selection.alias !== undefined) ||
      (selection.kind !== Kind.FRAGMENT_SPREAD &&
        selection.selectionSet !== undefined &&
        anyAlias(selection.selectionSet)),
  );
}
