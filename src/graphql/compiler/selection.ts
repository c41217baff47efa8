import { collectFields, collectSubFields } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  Kind,
  type OperationDefinitionNode,
  type ValueNode,
  visit,
} from 'graphql';
import { NotCompiled } from './refusal.ts';
import type { Request } from './sql.ts';

/** An operation, flat: what is answered under which name, with fragments, aliases and conditions resolved. */
export type Selection = {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  /** The variables that `@skip` and `@include` depend on, with their values. */
  readonly conditions: Readonly<Record<string, unknown>>;
  /** A name for one more table in the statement. */
  alias(): string;
  /** How many fields were taken out of it so far. */
  taken: number;
};

/** A field in the answer: its name there, and the nodes that ask for it. */
export type Selected = readonly [name: string, nodes: FieldNode[]];

/** Far more than a page of an application asks for. PostgreSQL would still manage, but its planner takes its time. */
const mostFields = 500;

export function fieldsOf(selection: Selection, type: GraphQLObjectType, nodes?: FieldNode[]): Selected[] {
  const { schema, fragments, conditions, operation } = selection;
  const { fields } = nodes
    ? collectSubFields(schema, fragments, conditions, type, nodes)
    : collectFields(schema, fragments, conditions, type, operation.selectionSet);
  const found = [...fields.entries()];
  selection.taken += found.length;
  if (selection.taken > mostFields) throw new NotCompiled(`it asks for more than ${mostFields} fields`);
  return found;
}

/** The field's arguments, coerced and with their defaults. They are known at once, unless a variable is in them. */
export function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (request: Request) => Record<string, unknown> {
  if (node.arguments?.some(({ value }) => hasVariable(value))) {
    return ({ variables }) => getArgumentValues(field, node, variables);
  }
  const values = getArgumentValues(field, node);
  return () => values;
}

function hasVariable(value: ValueNode): boolean {
  switch (value.kind) {
    case Kind.VARIABLE:
      return true;
    case Kind.LIST:
      return value.values.some(hasVariable);
    case Kind.OBJECT:
      return value.fields.some((field) => hasVariable(field.value));
    default:
      return false;
  }
}

const decidingInDocuments = new WeakMap<DocumentNode, readonly string[]>();

/** The names of the variables that decide, through `@skip` and `@include`, what is asked for. */
export function deciding(document: DocumentNode): readonly string[] {
  const known = decidingInDocuments.get(document);
  if (known) return known;
  const names = new Set<string>();
  visit(document, {
    Directive: ({ arguments: given = [] }) => {
      for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  const found = [...names];
  decidingInDocuments.set(document, found);
  return found;
}
