import { Decimal } from 'decimal.js';

export { Decimal };

// Forty digits: the product of two numeric(19,4) stays exact before it is rounded.
Decimal.set({ precision: 40, rounding: Decimal.ROUND_HALF_UP });

/** Active ISO 4217 currencies whose minor unit is not the hundredth, with how many decimals it has. */
export const currencyExponents: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};

const hundredths = new Set(
  (
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE ' +
    'CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL ' +
    'HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR ' +
    'MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK ' +
    'SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD ' +
    'XCG YER ZAR ZMW ZWG'
  ).split(' '),
);

export function isCurrency(code: string): boolean {
  return hundredths.has(code) || Object.hasOwn(currencyExponents, code);
}

/** How many decimals the currency's minor unit has: 2 for EUR, 0 for JPY, 3 for KWD. */
export function currencyExponent(currency: string): number {
  return currencyExponents[currency] ?? 2;
}

/** Rounds half-up to the currency's minor unit. */
export function roundMoney(amount: Decimal.Value, currency: string): Decimal {
  return new Decimal(amount).toDecimalPlaces(currencyExponent(currency), Decimal.ROUND_HALF_UP);
}

/** Whether the amount can be paid in the currency: no fraction below its minor unit. */
export function isPayable(amount: Decimal.Value, currency: string): boolean {
  return roundMoney(amount, currency).equals(amount);
}

/** The amount as the API answers it, with exactly the currency's decimals: "49.00". */
export function formatAmount(amount: Decimal.Value | { toString(): string }, currency: string): string {
  // Plus nothing: what rounds to zero from below is 0.00, not -0.00.
  return roundMoney(amount.toString(), currency).plus(0).toFixed(currencyExponent(currency));
}

/** Currencies that people know by a sign of their own. */
export const currencySymbols: Readonly<Record<string, string>> = {
  USD: '$',
  EUR: '€',
  GBP: '£',
  CAD: 'CA$',
  AUD: 'A$',
};

/** The amount for people: `$49.00`, `CHF 7.00`. SPP: `pretty_price`. */
export function prettyAmount(amount: Decimal.Value | { toString(): string }, currency: string): string {
  return `${currencySymbols[currency] ?? `${currency} `}${formatAmount(amount, currency)}`;
}
