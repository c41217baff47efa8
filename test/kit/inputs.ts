import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { IdType } from '../../src/kernel/id.ts';
import { schema } from '../../src/schema.ts';
import { unique } from './unique.ts';
import type { PopulatedWorld } from './world.ts';

type Input = Record<string, unknown>;

/** One mutation of the schema, for tests that go through them all. */
export type Mutation = {
  name: string;
  permission: string;
  inputType: GraphQLInputObjectType;
  /** Its input's ids, and what each names. */
  ids: Record<string, IdType[]>;
  document: string;
};

export const mutations: Mutation[] = Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => {
  const { permission, ids = {} } = field.extensions as { permission: string; ids?: Record<string, IdType | IdType[]> };
  const inputType = getNamedType(field.args[0]?.type) as GraphQLInputObjectType;
  return {
    name: field.name,
    permission,
    inputType,
    ids: Object.fromEntries(Object.entries(ids).map(([name, types]) => [name, [types].flat()])),
    document: mutationDocument(field),
  };
});

function mutationDocument(field: GraphQLField<unknown, unknown>): string {
  return `mutation Any($input: ${field.args[0]?.type}) {
    ${field.name}(input: $input) {
      __typename
      ... on Error { message code ... on NotFoundError { path } ... on InvalidInputError { issues { path code } } }
    }
  }`;
}

/** What a mutation's input needs beyond what its type says: rows in the right state, one of two fields. */
const examples: Record<string, (world: PopulatedWorld) => Promise<Input> | Input> = {
  clientDelete: async (world) => ({ id: (await world.client()).id }),
  orderCreate: (world) => ({ clientId: world.ids.Client, serviceName: 'Something new' }),
  orderRestore: async (world) => ({ id: (await world.order({ deletedAt: new Date() })).id }),
  orderStatusDelete: async (world) => ({
    id: (await world.status({ code: 100 + unique(), name: `Status ${unique()}`, kind: 'ON_HOLD' })).id,
  }),
  orderTaskReopen: async (world) => ({
    id: (await world.one.order.task({ isComplete: true, completedAt: new Date() })).id,
  }),
  roleDelete: async (world) => ({ id: (await world.role({ dashboardAccess: 1 })).id }),
  roleUpdate: async (world) => ({ id: (await world.role({ dashboardAccess: 1 })).id }),
  serviceRestore: async (world) => ({ id: (await world.service({ deletedAt: new Date() })).id }),
};

/** The least that the mutation takes and carries out, in a world that has one of everything. */
export async function validInput({ name, inputType, ids }: Mutation, world: PopulatedWorld): Promise<Input> {
  const needed = Object.values(inputType.getFields()).filter(
    (field) => isNonNullType(field.type) && field.defaultValue === undefined,
  );
  const input = Object.fromEntries(needed.map((field) => [field.name, valueFor(field, ids, world)]));
  return { ...input, ...(await examples[name]?.(world)) };
}

function valueFor(field: GraphQLInputField, ids: Mutation['ids'], world: PopulatedWorld): unknown {
  return ofType(field.type, field.name, () => {
    const type = ids[field.name]?.[0];
    if (!type) throw new Error(`The input field ${field.name} is an ID, but the mutation does not say of what.`);
    return world.ids[type];
  });
}

function ofType(type: GraphQLInputType, name: string, id: () => string): unknown {
  if (isNonNullType(type)) return ofType(type.ofType as GraphQLInputType, name, id);
  if (isListType(type)) return [ofType(type.ofType as GraphQLInputType, name, id)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(needed.map((field) => [field.name, ofType(field.type, field.name, id)]));
  }
  const number = unique();
  const values: Record<string, unknown> = {
    ID: undefined,
    String: `${name} ${number}`,
    Int: 1,
    Boolean: true,
    Decimal: '10.00',
    DateTime: '2030-01-01T00:00:00.000Z',
    CurrencyCode: 'EUR',
    CountryCode: 'DE',
    EmailAddress: `someone-${number}@example.com`,
    JSON: {},
    JSONObject: {},
  };
  const scalar = getNamedType(type).name;
  if (scalar === 'ID') return id();
  if (!(scalar in values)) throw new Error(`There is no example of a ${scalar} yet: add one in test/kit/inputs.ts.`);
  return values[scalar];
}
