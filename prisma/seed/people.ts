import { type Place, places } from './places.ts';
import type { Random } from './random.ts';

export type Person = { firstName: string; lastName: string; place: Place };

export type Company = { name: string; domain: string };

export function makePerson(random: Random, place = random.pickWeighted(places)): Person {
  return { firstName: random.pick(place.firstNames), lastName: random.pick(place.lastNames), place };
}

export function makeCompany(random: Random, { lastName, place }: Person): Company {
  const name = random
    .pick(place.companies)
    .replace('{last}', lastName)
    .replace('{other}', () => random.pick(place.lastNames))
    .replace('{place}', () => random.pick(place.cities)[0])
    .replace('{word}', () => random.pick(place.words))
    .replace('{trade}', () => random.pick(place.trades));
  const short = name.replace(
    / (Inc\.|LLC|Co\.|Ltd\.?|GmbH|KG|AG|SARL|SAS|S\.L\.|S\.A\.|AB|sp\. z o\.o\.|Ltda\.|B\.V\.)$/,
    '',
  );
  // Nobody can own a name under .example, so no demo mail ever reaches anyone.
  return { name, domain: `${slug(short)}.example` };
}

export function emailOf({ firstName, lastName }: Person, domain: string): string {
  return `${slug(firstName)}.${slug(lastName)}@${domain}`;
}

export function addressOf(random: Random, { place }: Person) {
  const [city, state, postcode] = random.pick(place.cities);
  const street = random.pick(place.streets);
  const number = random.int(1, 240);
  return {
    line_1: place.numberFirst ? `${number} ${street}` : `${street} ${number}`,
    city,
    state,
    postcode: digits(random, postcode),
    country: place.country,
  };
}

export function phoneOf(random: Random, { place }: Person): string {
  return digits(random, place.phone);
}

export function taxIdOf(random: Random, { place }: Person): string {
  return digits(random, place.taxId);
}

/** Puts a digit for each # and a letter for each @. */
function digits(random: Random, pattern: string): string {
  return pattern.replace(/[#@]/g, (sign) =>
    sign === '#' ? String(random.int(0, 9)) : random.code('ABCDEFGHJKLMNPRSTUWXYZ', 1),
  );
}

const spelled: Record<string, string> = { ß: 'ss', ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe', æ: 'ae', ł: 'l' };

/** How a name looks in an address of the web. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[ßäöüåøæł]/g, (letter) => spelled[letter] as string)
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/&/g, ' and ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
