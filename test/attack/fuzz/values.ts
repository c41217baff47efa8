import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { schema } from '../../../src/schema.ts';
import type { Choices } from '../../reads/choices.ts';

/** Ids that an attacker has come by: the own organization's, and somebody else's. */
export type Ids = { ours: readonly string[]; theirs: readonly string[] };

const texts = [
  '',
  ' ',
  'a',
  "' or 1=1 --",
  '"; drop table orders; --',
  '<script>alert(1)</script>',
  '=1+1',
  '../../../etc/passwd',
  '%00',
  '\0',
  '\ud800',
  '\u202e',
  '{{7*7}}',
  '#{7*7}',
  'constructor',
  '__proto__',
  'a@example.com',
  'http://127.0.0.1:5432/',
  'https://example.com/a.png',
  'x'.repeat(256),
  'x'.repeat(10_000),
  'ﬁ😀é',
  'null',
  'true',
  '1e400',
  'NaN',
  'USD',
  'PL',
  '2026-11-21',
  '2026-11-21T10:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '0000-00-00',
  '-1',
  '0.00001',
  '999999999999999999999999.99',
];
const numbers = [0, 1, -1, 2, 100, 101, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 0.5, 1e308];
const oddities: unknown[] = [null, true, false, [], {}, [[]], [null], { a: { b: [] } }, ['x', 1]];

/** Any value, of whatever type: what a program sends that does not know the schema, or knows it too well. */
export function anything(choices: Choices, ids: Ids): unknown {
  switch (choices.below(5)) {
    case 0:
      return choices.one(texts);
    case 1:
      return choices.one(numbers);
    case 2:
      return choices.one(oddities);
    case 3:
      return choices.one(ids.theirs);
    default:
      return choices.one(ids.ours);
  }
}

/** A value that the type takes, more or less; now and then one that it does not. */
export function valueFor(type: GraphQLInputType, choices: Choices, ids: Ids, depth = 0): unknown {
  if (choices.chance(4)) return anything(choices, ids);
  if (isNonNullType(type)) return valueFor(type.ofType, choices, ids, depth);
  if (choices.chance(8)) return null;
  if (isListType(type)) {
    const length = depth > 4 ? 0 : choices.below(choices.chance(2) ? 300 : 4);
    return Array.from({ length }, () => valueFor(type.ofType, choices, ids, depth + 1));
  }
  if (isEnumType(type)) return choices.one(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) || choices.chance(depth > 4 ? 5 : 40),
    );
    return Object.fromEntries(fields.map((field) => [field.name, valueFor(field.type, choices, ids, depth + 1)]));
  }
  switch (type.name) {
    case 'ID':
      return choices.one(choices.chance(40) ? ids.theirs : ids.ours);
    case 'Int':
    case 'Float':
      return choices.one(numbers);
    case 'Boolean':
      return choices.chance(50);
    case 'DateTime':
    case 'Date':
      return choices.one(['2026-11-21T10:00:00Z', '2026-11-21', '9999-12-31T23:59:59.999Z', 'yesterday']);
    case 'Decimal':
      return choices.one(['10', '0.01', '-1', '999999999999.9999', '1e10', 'much']);
    case 'JSON':
    case 'JSONObject':
      return choices.chance(70) ? { a: choices.one(texts), b: [choices.one(numbers)] } : anything(choices, ids);
    case 'EmailAddress':
      return choices.one(['ana@example.com', 'x@y', '"a b"@example.com', "o'neil@example.com"]);
    default:
      return choices.one(texts);
  }
}

/** Variables for the operation, as far as it declares any. */
export function variablesFor(operation: OperationDefinitionNode, choices: Choices, ids: Ids): Record<string, unknown> {
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, type }) => {
      const found = typeFromAST(schema, type) as GraphQLInputType | undefined;
      const value = found && !choices.chance(3) ? valueFor(found, choices, ids) : anything(choices, ids);
      return choices.chance(3) ? [] : [[variable.name.value, value]];
    }),
  );
}
