import fs from 'node:fs';
import path from 'node:path';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  isUnionType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';

const committed = path.resolve(import.meta.dirname, '../../schema.graphql');
const errorFamily = ['ConflictError', 'InvalidInputError', 'InvalidStateError', 'LimitReachedError', 'NotFoundError'];
const verbs =
  /(Create|Update|Delete|Restore|Complete|Reopen|Revoke|Add|Remove|Unassign|Archive|Cancel|Assign|Send|MarkPaid|Charge|ChargeNow|Move|Merge|Close|Sign|Accept|Reject|Retry|Rotate|Grant|Adjust|Attach|SetDefault|Detach|Pause|Resume|PaymentRecord|ApplyCredit|Refund|Void|signUp|signIn|signOut|RevokeAll|Refresh|Confirm|Verify|Request|Reset|Change|Begin|Disable|Renew|Decline|Resend|Leave|TransferOwnership|Switch|Invite)$/;

const upperFirst = (text: string) => (text[0] as string).toUpperCase() + text.slice(1);

function typesOf(of: GraphQLSchema): GraphQLNamedType[] {
  return Object.values(of.getTypeMap()).filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));
}

/** Everything that has a name, by its way in the schema, with what is said about it. */
function described(of: GraphQLSchema): [string, string | null | undefined][] {
  const found: [string, string | null | undefined][] = [];
  for (const type of typesOf(of)) {
    found.push([type.name, type.description]);
    if (isEnumType(type))
      found.push(
        ...type
          .getValues()
          .map((value): [string, typeof value.description] => [`${type.name}.${value.name}`, value.description]),
      );
    if (isInputObjectType(type))
      found.push(
        ...Object.values(type.getFields()).map((field): [string, typeof field.description] => [
          `${type.name}.${field.name}`,
          field.description,
        ]),
      );
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        found.push([`${type.name}.${field.name}`, field.description]);
        found.push(
          ...field.args.map((arg): [string, typeof arg.description] => [
            `${type.name}.${field.name}(${arg.name})`,
            arg.description,
          ]),
        );
      }
    }
  }
  return found.concat(
    of
      .getDirectives()
      .filter((directive) => !isSpecifiedDirective(directive))
      .map((directive) => [`@${directive.name}`, directive.description]),
  );
}

function undescribed(of: GraphQLSchema): string[] {
  return described(of)
    .filter(([, description]) => (description ?? '').trim().length < 3)
    .map(([name]) => name);
}

const namingFaults = (of: GraphQLSchema): string[] => [
  ...typesOf(of).flatMap((type) => {
    const faults = /^[A-Z][A-Za-z0-9]*$/.test(type.name) ? [] : [type.name];
    if (isEnumType(type))
      faults.push(
        ...type
          .getValues()
          .flatMap(({ name }) => (/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(name) ? [] : [`${type.name}.${name}`])),
      );
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      faults.push(
        ...Object.keys(type.getFields()).flatMap((name) =>
          /^[a-z][A-Za-z0-9]*$/.test(name) ? [] : [`${type.name}.${name}`],
        ),
      );
    }
    return faults;
  }),
];

/** `orderCreate(input: OrderCreateInput!): OrderCreateResult!`, a union of OrderCreateSuccess and errors of the family. */
function mutationFaults(of: GraphQLSchema): string[] {
  return Object.values(of.getMutationType()?.getFields() ?? {}).flatMap((field) => {
    const Name = upperFirst(field.name);
    const faults: string[] = [];
    if (!verbs.test(field.name)) faults.push(`${field.name} does not end in a known verb`);
    if (field.args.length !== 1 || String(field.args[0]?.type) !== `${Name}Input!` || field.args[0]?.name !== 'input')
      faults.push(`${field.name} takes no input: ${Name}Input!`);
    if (String(field.type) !== `${Name}Result!`) faults.push(`${field.name} answers no ${Name}Result!`);
    const result = getNamedType(field.type);
    if (!isUnionType(result)) return [...faults, `${Name}Result is no union`];
    const members = result.getTypes().map((type) => type.name);
    if (!members.includes(`${Name}Success`)) faults.push(`${Name}Result has no ${Name}Success`);
    const strange = members.filter((name) => name !== `${Name}Success` && !errorFamily.includes(name));
    if (strange.length > 0) faults.push(`${Name}Result has ${strange.join()}, not of the family`);
    if (!('permission' in field.extensions) && of === schema) faults.push(`${field.name} names no permission`);
    return faults;
  });
}

/** Relay: a connection has edges of cursor and node and a PageInfo; a field that answers one takes both ways of paging. */
function connectionFaults(of: GraphQLSchema): string[] {
  const types = of.getTypeMap();
  const fieldType = (type: string, field: string) => {
    const found = types[type];
    return found && isObjectType(found) ? String(found.getFields()[field]?.type) : undefined;
  };
  const shape = (type: string, expected: Record<string, string>) =>
    Object.entries(expected).flatMap(([field, wanted]) =>
      fieldType(type, field) === wanted ? [] : [`${type}.${field} is ${fieldType(type, field)}, not ${wanted}`],
    );
  const faults = shape('PageInfo', {
    hasNextPage: 'Boolean!',
    hasPreviousPage: 'Boolean!',
    startCursor: 'String',
    endCursor: 'String',
  });
  for (const { name } of typesOf(of).filter((type) => type.name.endsWith('Connection'))) {
    const node = name.replace(/Connection$/, '');
    faults.push(
      ...shape(name, { edges: `[${node}Edge!]!`, nodes: `[${node}!]!`, pageInfo: 'PageInfo!', totalCount: 'Int!' }),
    );
    faults.push(...shape(`${node}Edge`, { cursor: 'String!', node: `${node}!` }));
  }
  for (const [owner, field] of fieldsOf(of)) {
    if (!getNamedType(field.type).name.endsWith('Connection')) continue;
    const taken = Object.fromEntries(field.args.map((arg) => [arg.name, String(arg.type)]));
    for (const [name, type] of Object.entries({ first: 'Int', after: 'String', last: 'Int', before: 'String' })) {
      if (taken[name] !== type) faults.push(`${owner}.${field.name} takes no ${name}: ${type}`);
    }
    if (!isNonNullType(field.type)) faults.push(`${owner}.${field.name} may be null`);
  }
  return faults;
}

function fieldsOf(of: GraphQLSchema): [string, GraphQLField<unknown, unknown>][] {
  return typesOf(of).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.values(type.getFields()).map((field): [string, GraphQLField<unknown, unknown>] => [type.name, field])
      : [],
  );
}

/** Money is an object, an instant a DateTime, and no float anywhere: design §5 and §6. */
function typeFaults(of: GraphQLSchema): string[] {
  return fieldsOf(of).flatMap(([owner, field]) => {
    const type = getNamedType(field.type).name;
    const faults: string[] = [];
    if (type === 'Float') faults.push(`${owner}.${field.name} is a Float`);
    if (/At$/.test(field.name) && type !== 'DateTime')
      faults.push(`${owner}.${field.name} is a ${type}, not a DateTime`);
    if (field.name === 'id' && type !== 'ID') faults.push(`${owner}.${field.name} is a ${type}, not an ID`);
    if (isListType(isNonNullType(field.type) ? field.type.ofType : field.type) && !isNonNullType(field.type))
      faults.push(`${owner}.${field.name} is a list that may be null`);
    return faults;
  });
}

describe('the schema', () => {
  test('is the committed one: `npm run generate` writes it', () => {
    expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toBe(fs.readFileSync(committed, 'utf8'));
  });

  test('describes every type, field, argument, input field and enum value', () => {
    expect(undescribed(schema)).toEqual([]);
    expect(described(schema).length).toBeGreaterThan(300);
  });

  test('names types in PascalCase, fields in camelCase, enum values in SCREAMING_CASE', () => {
    expect(namingFaults(schema)).toEqual([]);
  });

  test('has mutations named noun and verb, whose input, success and result follow from the name', () => {
    expect(mutationFaults(schema)).toEqual([]);
  });

  test('has a closed family of errors, each with message and code', () => {
    const implementing = schema.getPossibleTypes(schema.getType('Error') as never).map((type) => type.name);
    expect(implementing.sort()).toEqual(errorFamily);
  });

  test('has connections as Relay wants them, with nodes and totalCount', () => {
    expect(connectionFaults(schema)).toEqual([]);
  });

  test('has exact money, instants that are DateTimes, ids that are IDs, and no null for a list', () => {
    expect(typeFaults(schema)).toEqual([]);
  });

  test('gives every type with an id of its own to node()', () => {
    const withId = typesOf(schema).filter((type) => isObjectType(type) && String(type.getFields().id?.type) === 'ID!');
    const nodes = schema.getPossibleTypes(schema.getType('Node') as never).map((type) => type.name);
    expect(withId.map((type) => type.name).sort()).toEqual([...nodes].sort());
  });

  // The guard itself, on a schema where everything is wrong.
  test('would find what is wrong', () => {
    const wrong = buildSchema(`
      type Query { orders: orderConnection! tags(first: Int): TagConnection ids: [ID!] }
      type Mutation { createOrder(id: ID!): Order! tagCreate(input: TagCreateInput!): TagCreateResult! }
      "d" input TagCreateInput { name: String }
      union TagCreateResult = TagCreateSuccess | Oops
      type TagCreateSuccess { id: Int }
      type Oops { message: String }
      enum Status { inProgress }
      type Order { total: Float createdAt: String }
      type orderConnection { a: Int }
      type TagConnection { edges: [Int] }
    `);
    expect(undescribed(wrong)).toEqual(
      expect.arrayContaining([
        'Query',
        'Query.tags(first)',
        'TagCreateInput',
        'TagCreateInput.name',
        'Status.inProgress',
      ]),
    );
    expect(namingFaults(wrong).sort()).toEqual(['Status.inProgress', 'orderConnection']);
    expect(mutationFaults(wrong)).toEqual([
      'createOrder does not end in a known verb',
      'createOrder takes no input: CreateOrderInput!',
      'createOrder answers no CreateOrderResult!',
      'CreateOrderResult is no union',
      'TagCreateResult has Oops, not of the family',
    ]);
    expect(connectionFaults(wrong)).toEqual(
      expect.arrayContaining([
        'Query.tags takes no after: String',
        'Query.tags may be null',
        'TagConnection.edges is [Int], not [TagEdge!]!',
      ]),
    );
    expect(typeFaults(wrong).sort()).toEqual([
      'Order.createdAt is a String, not a DateTime',
      'Order.total is a Float',
      'Query.ids is a list that may be null',
      'TagConnection.edges is a list that may be null',
      'TagCreateSuccess.id is a Int, not an ID',
    ]);
  });
});
