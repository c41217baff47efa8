import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import {
  CountryCodeResolver,
  DateTimeISOResolver,
  EmailAddressResolver,
  JSONObjectResolver,
  JSONResolver,
  LocalDateResolver,
} from 'graphql-scalars';
import { Decimal } from '../kernel/money.ts';

const decimalPattern = /^-?\d{1,15}(\.\d{1,4})?$/;

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !decimalPattern.test(text)) {
    throw new GraphQLError('A Decimal is a string such as "49.00", with at most four decimals.');
  }
  return new Decimal(text).toString();
}

/** An exact decimal number as a string. graphql-scalars has none that keeps it exact. */
export const DecimalScalar = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description:
    'An exact decimal number, written as a string such as "49.00" so that no client rounds it. Numbers are accepted as input; at most four decimals.',
  serialize: (value) => String(value),
  parseValue: parseDecimal,
  parseLiteral: (node) =>
    parseDecimal(node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : null),
});

function parseCurrency(value: unknown): string {
  if (typeof value !== 'string' || !/^[a-z]{3}$/i.test(value)) {
    throw new GraphQLError('A CurrencyCode is three letters, such as EUR.');
  }
  return value.toUpperCase();
}

/** graphql-scalars has a Currency, but it refuses lower case, which SPP takes. */
export const CurrencyCodeScalar = new GraphQLScalarType<string, string>({
  name: 'CurrencyCode',
  description: 'An ISO 4217 currency code, such as EUR. Input in lower case is accepted.',
  serialize: (value) => String(value),
  parseValue: parseCurrency,
  parseLiteral: (node) => parseCurrency(node.kind === Kind.STRING ? node.value : null),
});

/** The library's scalar under a description of ours: the same type, told to the readers of this schema. */
function described(scalar: GraphQLScalarType, name: string, description: string): GraphQLScalarType {
  return new GraphQLScalarType({ ...scalar.toConfig(), name, description, specifiedByURL: scalar.specifiedByURL });
}

// Instants leave as ISO text with milliseconds; the library's serializer would parse and print each one twice.
const instants = DateTimeISOResolver.toConfig();

// PostgreSQL knows no year 0, and an offset may carry the last day of 9999 into a year of five digits.
function checkYear(instant: Date): Date {
  const year = instant.getUTCFullYear();
  if (year < 1 || year > 9999) throw new GraphQLError('A DateTime lies in the years 0001 to 9999, UTC.');
  return instant;
}

export const DateTimeScalar = new GraphQLScalarType({
  ...instants,
  name: 'DateTime',
  description: 'An instant in UTC, RFC 3339, with milliseconds: 2026-11-21T09:30:00.000Z.',
  serialize: (value) => (value instanceof Date ? value.toISOString() : (instants.serialize?.(value) as string)),
  parseValue: (value) => checkYear(instants.parseValue?.(value) as Date),
  parseLiteral: (node, variables) => checkYear(instants.parseLiteral?.(node, variables) as Date),
});

const days = LocalDateResolver.toConfig();

function checkDay(day: string): string {
  if (day.startsWith('0000')) throw new GraphQLError('A Date lies in the years 0001 to 9999.');
  return day;
}

export const DateScalar = new GraphQLScalarType<string, string>({
  ...days,
  name: 'Date',
  description: 'A day of the calendar: 2026-11-21.',
  parseValue: (value) => checkDay(days.parseValue?.(value) as string),
  parseLiteral: (node, variables) => checkDay(days.parseLiteral?.(node, variables) as string),
});

export const EmailAddressScalar = described(
  EmailAddressResolver,
  'EmailAddress',
  'An e-mail address, such as jane@example.com.',
);
export const CountryCodeScalar = described(
  CountryCodeResolver,
  'CountryCode',
  'A country, as its two letters of ISO 3166-1: DE.',
);
export const JSONScalar = described(JSONResolver, 'JSON', 'Any JSON value.');
export const JSONObjectScalar = described(JSONObjectResolver, 'JSONObject', 'A JSON object.');
