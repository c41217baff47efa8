import {
  type ConstValueNode,
  type GraphQLInputType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type ObjectFieldNode,
  parseType,
  type TypeNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Choices } from './choices.ts';

/** The variables of an operation in the making. */
export type Variables = {
  /** The value as the document has it: written out, or in variables, as a whole or in parts. */
  nodeOf(type: GraphQLInputType, value: unknown, options?: { keep?: boolean }): ValueNode;
  definitions: VariableDefinitionNode[];
  values: Record<string, unknown>;
};

export function variablesOf(choices: Choices): Variables {
  const definitions: VariableDefinitionNode[] = [];
  const values: Record<string, unknown> = {};

  function declare(type: GraphQLInputType, value: unknown, keep: boolean): ValueNode {
    const known = definitions.filter((definition) => printed(definition.type) === String(type));
    if (!keep && known.length > 0 && choices.chance(20)) {
      return { kind: Kind.VARIABLE, name: choices.one(known).variable.name };
    }
    const name = { kind: Kind.NAME, value: `v${definitions.length + 1}` } as const;
    const variable = { kind: Kind.VARIABLE, name } as const;
    const isNullable = !isNonNullType(type);
    const define = (declared: GraphQLInputType, byDefault?: ConstValueNode) =>
      definitions.push({
        kind: Kind.VARIABLE_DEFINITION,
        variable,
        type: parseType(String(declared)) as TypeNode,
        ...(byDefault ? { defaultValue: byDefault } : {}),
      });
    const form = choices.below(keep ? 4 : 6);
    const isDefault = value !== null && (form === 1 || form === 2);
    if (isDefault) {
      // With a default, a nullable variable may stand where null may not.
      define(choices.chance(50) ? getNullableType(type) : type, constantOf(type, value));
      if (form === 2) values[name.value] = value;
    } else if (form >= 4 && isNullable) {
      define(type, form === 5 && value !== null && choices.chance(50) ? constantOf(type, value) : undefined);
      // Null is not the same as nothing.
      if (form === 5) values[name.value] = null;
    } else {
      define(type);
      values[name.value] = value;
    }
    return variable;
  }

  function nodeOf(type: GraphQLInputType, value: unknown, { keep = false } = {}): ValueNode {
    if (choices.chance(15)) return declare(type, value, keep);
    return literalOf(type, value, (inner, held) => nodeOf(inner, held, { keep }));
  }

  return { nodeOf, definitions, values };
}

function printed(type: TypeNode): string {
  if (type.kind === Kind.NAMED_TYPE) return type.name.value;
  return type.kind === Kind.LIST_TYPE ? `[${printed(type.type)}]` : `${printed(type.type)}!`;
}

/** The value written out. */
export function constantOf(type: GraphQLInputType, value: unknown): ConstValueNode {
  return literalOf(type, value, constantOf) as ConstValueNode;
}

function literalOf(
  type: GraphQLInputType,
  value: unknown,
  inner: (type: GraphQLInputType, value: unknown) => ValueNode,
): ValueNode {
  if (value === null) return { kind: Kind.NULL };
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    // One value stands for a list of one.
    if (!Array.isArray(value)) return literalOf(nullable.ofType, value, inner);
    return { kind: Kind.LIST, values: value.map((item) => inner(nullable.ofType, item)) };
  }
  if (isInputObjectType(nullable)) {
    const fields = Object.entries(value as object).map(
      ([name, held]): ObjectFieldNode => ({
        kind: Kind.OBJECT_FIELD,
        name: { kind: Kind.NAME, value: name },
        value: inner((nullable.getFields()[name] as { type: GraphQLInputType }).type, held),
      }),
    );
    return { kind: Kind.OBJECT, fields };
  }
  if (isEnumType(nullable)) return { kind: Kind.ENUM, value: String(value) };
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value };
  if (typeof value !== 'number') return { kind: Kind.STRING, value: String(value) };
  return { kind: Number.isInteger(value) ? Kind.INT : Kind.FLOAT, value: String(value) };
}
