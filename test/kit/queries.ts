import {
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { IdType } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import type { PopulatedWorld } from './world.ts';

type Query = { query: string; variables: Record<string, unknown> };

/** A query for each root field: what it answers, all that hangs beneath it, and what beneath that is no object. */
export function queriesOfEverything(world: PopulatedWorld): Query[] {
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  return fields.flatMap((field): Query[] => {
    const required = field.args.filter(isRequiredArgument).map(({ name }) => name);
    const takesId = field.args.some(({ name }) => name === 'id');
    const id = world.ids[getNamedType(field.type).name as IdType];
    if (required.some((name) => name !== 'id') || (takesId && id === undefined)) return [];
    const answered = `${field.name}${takesId ? '(id: $id)' : ''} ${selectionOf(getNamedType(field.type), 3)}`;
    return [{ query: `query ${takesId ? '($id: ID!)' : ''} { ${answered} }`, variables: takesId ? { id } : {} }];
  });
}

/** The fields of a type, and of what they answer, so many levels of them. */
export function selectionOf(type: GraphQLNamedType, levels: number): string {
  if (!isCompositeType(type)) return '';
  const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  // Of a list its rows: they are no level of their own.
  const isPage = type.name.endsWith('Connection');
  const chosen = fields.filter((field) => isAskedFor(type, field, levels, isPage));
  const below = isPage ? levels : levels - 1;
  return `{ __typename ${chosen.map((field) => `${field.name} ${selectionOf(getNamedType(field.type), below)}`).join(' ')} }`;
}

function isAskedFor(type: GraphQLNamedType, field: GraphQLField<unknown, unknown>, levels: number, isPage: boolean) {
  if (field.args.some(isRequiredArgument)) return false;
  if (isPage) return field.name === 'nodes' || field.name === 'totalCount';
  // Of what is asked for below, a session is what differs from one viewer to the other.
  return (
    !(type.name === 'Viewer' && field.name === 'session') && (levels > 1 || !isCompositeType(getNamedType(field.type)))
  );
}
