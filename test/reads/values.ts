import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Choices } from './choices.ts';
import type { Data } from './data.ts';
import { texts } from './texts.ts';

const deepestFilter = 3;

/** Where the words come from that lists are searched for. */
const searched = [
  ['Client', 'firstName'],
  ['Client', 'lastName'],
  ['Client', 'email'],
  ['Client', 'company'],
  ['Order', 'number'],
  ['Ticket', 'number'],
  ['Ticket', 'subject'],
] as const;

const madeUp: Record<string, readonly unknown[]> = {
  String: ['', 'a', 'e', '%', '_', '\\', 'READS', "o'neil", 'x'.repeat(300), ...texts],
  Int: [0, 1, -1, 2, 7, 2147483647, -2147483648],
  Decimal: ['0', '100', '-1', '0.005', 49, 1.5, '999999999999999.9999', '100.0000'],
  DateTime: [
    '2026-03-11T09:30:00.000Z',
    '2026-03-11T10:30:00+01:00',
    '2026-03-11T09:30:00.001Z',
    '0001-01-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
  ],
  Boolean: [true, false],
  Date: ['2026-03-01', '2026-03-11', '2026-03-29', '2026-04-01', '2027-01-31', '0001-01-01', '9999-12-31'],
};

/** Draws a value that an argument takes, most often one that means something where it stands. */
export function valuesFor(choices: Choices, data: Data) {
  const isNullNow = (type: GraphQLInputType, percent = 7) => !isNonNullType(type) && choices.chance(percent);

  /** A value of an argument or comparison that is called so, of a list or field that is about the subject. */
  function value(type: GraphQLInputType, name: string, subject: GraphQLNamedType, depth = 0): unknown {
    if (isNullNow(type)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable)) {
      const item = () => value(nullable.ofType, name, subject, depth);
      // GraphQL takes one value for a list of one.
      if (choices.chance(6)) return item() ?? [];
      return Array.from({ length: choices.below(4) }, item);
    }
    if (isInputObjectType(nullable)) return object(nullable, name, subject, depth);
    if (isEnumType(nullable)) return choices.one(nullable.getValues()).name;
    return scalar(getNamedType(nullable).name, name, subject);
  }

  function object(type: GraphQLInputObjectType, name: string, subject: GraphQLNamedType, depth: number): unknown {
    const fields = Object.values(type.getFields());
    const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
    const optional = fields.filter(
      (field) => !required.includes(field) && (depth < deepestFilter || !['and', 'or', 'not'].includes(field.name)),
    );
    const isComparator = type.name.endsWith('Comparator');
    const count = choices.chance(4) ? 0 : 1 + (choices.chance(25) ? 1 : 0);
    // Texts can be compared in the most ways, and are few.
    const likely = [...optional, ...optional.filter((field) => getNamedType(field.type).name === 'TextComparator')];
    const chosen = Array.from({ length: likely.length > 0 ? count : 0 }, () => choices.one(likely));
    // Everything combines, nothing is too common: the three ways to nest are few among many comparisons.
    if (depth < deepestFilter && choices.chance(20)) {
      chosen.push(
        ...optional.filter((field) => ['and', 'or', 'not'].includes(field.name)).slice(0, 1 + choices.below(3)),
      );
    }
    return Object.fromEntries(
      [...required, ...chosen].map((field) => [
        field.name,
        value(field.type, isComparator ? name : field.name, subject, depth + (isComparator ? 0 : 1)),
      ]),
    );
  }

  function scalar(type: string, name: string, subject: GraphQLNamedType): unknown {
    if (type === 'Boolean') return choices.chance(50);
    if (type === 'ID') return id(name, subject);
    const known =
      name === 'search' ? searched.flatMap(([of, field]) => data.values(of, field)) : data.values(subject.name, name);
    const pools = [known, known, data.ofScalar(type), madeUp[type] ?? []].filter((pool) => pool.length > 0);
    const drawn = choices.one(choices.one(pools));
    return type === 'String' && typeof drawn === 'string' ? partOf(drawn) : drawn;
  }

  function id(name: string, subject: GraphQLNamedType): string {
    if (choices.chance(12)) return choices.one(data.idsOfNothing);
    const relation = name.replace(/Id$/, '');
    const fields = isObjectType(subject) || isInterfaceType(subject) ? subject.getFields() : {};
    const field = fields[relation] ?? fields[`${relation}s`] ?? fields[name];
    // `entityId` is a field itself, `clientId` is the id of another one, `id` and `ids` are the subject's.
    const ids =
      field && isLeafType(getNamedType(field.type)) && !/^ids?$/.test(name)
        ? (data.values(subject.name, name) as string[])
        : data.ids(field && !/^ids?$/.test(name) ? getNamedType(field.type) : subject);
    const found = ids.length > 0 ? choices.one(ids) : 'x';
    return choices.chance(10) ? found.replace(/^[a-z]+_/, '') : choices.chance(3) ? found.toUpperCase() : found;
  }

  /** The text, or what somebody would type who looks for it. */
  function partOf(text: string): string {
    const length = 1 + choices.below(6);
    const ends = [text.slice(0, length), text.slice(-length), text.slice(1, 1 + length)];
    const parts = [text, text, ...ends, text.toUpperCase(), `${text} ${text}`];
    return withoutHalves(choices.one(parts));
  }

  return { value };
}

// Half of a surrogate pair is no character: JSON can't carry it to the server and back.
function withoutHalves(text: string): string {
  return text.toWellFormed().replaceAll('\ufffd', '');
}
