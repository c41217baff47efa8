/**
 * The laws of founding.
 *
 *  1. An organization is founded with all that every organization has, or not at all: each domain lays its own part.
 *  2. Its name in addresses is its name in lower-case letters, digits and hyphens; where that is taken, with something behind it.
 */

const spelled: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe', æ: 'ae', œ: 'oe', ł: 'l', đ: 'd', þ: 'th' },
};

const longest = 60;

/** Law 2. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .normalize('NFC')
    .replace(/[ßäöüåøæœłđþ]/g, (letter) => spelled[letter] as string)
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replace(/&/g, ' and ')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'organization' : slug;
}
