import { currencyExponents, currencySymbols } from '../../kernel/money.ts';
import type { Json } from './json.ts';
import { constant, join, literal, parameter, type Sql, sql } from './sql.ts';

// How a value stands in the answer: the same text as its GraphQL scalar serializes. Nullable values: see orNull.

export function textOf(value: Sql): Json {
  return [sql`to_json(${value})::text`];
}

/** Numbers and booleans: as PostgreSQL writes them, JSON reads them. JSON columns likewise. */
export function bareOf(value: Sql): Json {
  return [sql`(${value})::text`];
}

/** Text that needs no escapes: UUIDs, codes of ours. */
export function plainTextOf(value: Sql): Json {
  return ['"', sql`${value}::text`, '"'];
}

/**
 * An instant in UTC with milliseconds: 2026-11-21T09:30:00.000Z. PostgreSQL leaves out trailing zeros of the fraction, so
 * a microsecond more, cut off again, keeps them; `to_char` would take five times as long.
 */
export function instantOf(value: Sql): Json {
  return ['"', sql`substr(to_json((${value} at time zone 'UTC') + interval '1 microsecond')::text, 2, 23)`, 'Z"'];
}

/** An exact number without trailing zeros. */
export function decimalOf(value: Sql): Json {
  return ['"', sql`trim_scale(${value})::text`, '"'];
}

const odd = Map.groupBy(Object.keys(currencyExponents), (currency) => currencyExponents[currency] as number);
const listed = (currencies: readonly string[]) => join(currencies.map(literal), sql`, `);
const oddCurrencies = listed([...odd.values()].flat());
const oddExponents = [...odd].map(([exponent, currencies]) => ({
  exponent: constant(exponent),
  of: listed(currencies),
}));

type Amount = { amount: Sql; currency: Sql };

/** An amount with exactly the decimals of its currency, as SQL text. */
export function moneyAmountOf(money: Amount): Sql {
  return sql`${roundedOf(money)}::text`;
}

/** An amount, rounded half-up to the minor unit of its currency. */
export function roundedOf({ amount, currency }: Amount): Sql {
  const cases = join(
    oddExponents.map(({ exponent, of }) => sql`when ${currency} in (${of}) then ${exponent}`),
    sql` `,
  );
  // Nearly every currency is settled by the first look.
  const exponent = sql`case when ${currency} not in (${oddCurrencies}) then 2 ${cases} end`;
  return sql`round(${amount}, ${exponent})`;
}

/** An amount for people, as SQL text: `$49.00`, `CHF 7.00`. */
export function prettyAmountOf(money: Amount): Sql {
  const symbols = join(
    Object.entries(currencySymbols).map(
      ([currency, symbol]) => sql`when ${literal(currency)} then ${parameter(symbol, 'text')}`,
    ),
    sql` `,
  );
  const symbol = sql`case ${money.currency} ${symbols} else ${money.currency} || ' ' end`;
  return sql`${symbol} || ${moneyAmountOf(money)}`;
}
