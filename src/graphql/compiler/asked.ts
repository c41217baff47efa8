import {
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  getNamedType,
} from 'graphql';
import { isClient } from '../../kernel/viewer.ts';
import type { Declaration, TypeDeclaration } from '../declarations.ts';
import { concatenated, type Json } from './json.ts';
import { NotCompiled } from './refusal.ts';
import type { Row } from './rows.ts';
import type { Selection } from './selection.ts';
import { later } from './sql.ts';

/** A declaration of one kind. */
export type Kind<Name extends Declaration['kind']> = Extract<Declaration, { kind: Name }>;

/** A field of the operation, where it stands: on a row, or on an object that is none. */
export type Asked = {
  readonly selection: Selection;
  /** The type that it is a field of. */
  readonly type: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  /** Where it is asked for. The first node stands for all: GraphQL lets only equal ones share a name. */
  readonly nodes: FieldNode[];
  readonly row: Row | null;
  /** What is asked of a row that stands for an object of the type; of an object that is no row, without one. */
  readonly objectOf: (type: GraphQLNamedOutputType, row: Row | null, nodes: FieldNode[]) => Json;
};

export function rowIn({ row, type, field }: Asked): Row {
  if (!row) throw new Error(`${type.name}.${field.name} is declared on a row, and there is none.`);
  return row;
}

/** The type of the objects that the field answers. */
export function answeredType({ field }: Asked): GraphQLNamedOutputType {
  return getNamedType(field.type);
}

/** The model whose rows stand for the objects of a type. */
export function modelOf(type: GraphQLNamedOutputType): string {
  const { model } = type.extensions as TypeDeclaration;
  if (model === undefined) throw new NotCompiled(`${type.name} stands for no row`);
  return model;
}

/** What only the staff may see: for clients, whoever shares the plan with them, it is not even read. */
export function forStaff(staffOnly: boolean, value: Json, instead: 'null' | '[]' = 'null'): Json {
  if (!staffOnly) return value;
  const text = concatenated(value);
  const nothing = concatenated([instead]);
  return [later(({ viewer }) => (isClient(viewer) ? nothing : text))];
}
