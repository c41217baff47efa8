/**
 * The laws of passwords.
 *
 *  1. A password has 10 to 256 characters, whichever they are. Nothing is said about figures and signs: length is what counts.
 *  2. It is none of the commonest: no common word with figures and signs before or behind it, in whatever letters, nor written
 *     with 4 for a and the like; no row of keys; nothing that is a few characters over and over; not the e-mail address.
 *  3. It is kept as what Argon2id makes of it, which takes time and memory on purpose: never within a transaction. What was made
 *     with other parameters is made anew when its holder signs in.
 *  4. Whoever sets a new one by a link needs no old one, and is signed out everywhere. Whoever is signed in needs the old one,
 *     and stays signed in where it was changed, and nowhere else.
 */
import type { IssueList } from '../../../kernel/errors.ts';
import { commonWords, rows } from './commonest.ts';

const least = 10;
const most = 256;

/** Laws 1 and 2. */
export function checkPassword(issues: IssueList, path: string, password: string, email: string | null): void {
  const length = [...password].length;
  if (length < least) issues.add(path, 'TOO_SHORT', `${path} must have ${least} characters or more.`);
  else if (length > most) issues.add(path, 'TOO_LONG', `${path} must not be longer than ${most} characters.`);
  else if (isCommon(password, email))
    issues.add(path, 'TOO_COMMON', `${path} is one of those that are tried first. Take another one.`);
}

/** Law 1: whether it could be anybody's password at all; nothing longer is worked on. */
export function couldBePassword(password: string): boolean {
  return password.length <= most * 2;
}

const lookalikes: Readonly<Record<string, string>> = {
  ...{
    '0': 'o',
    '1': 'i',
    '3': 'e',
    '4': 'a',
    '5': 's',
    '7': 't',
    '8': 'b',
    '@': 'a',
    $: 's',
    '!': 'i',
    '€': 'e',
    '+': 't',
  },
};

/** Law 2. */
export function isCommon(password: string, email: string | null): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  if (email !== null && isNamed(text, email.toLowerCase())) return true;
  if (isRepeated(text) || isRow(text)) return true;
  const unit = unitOf(text);
  if (unit !== text && isCommon(unit, email)) return true;
  const spelled = text.replace(/[0134578@$!€+]/g, (sign) => lookalikes[sign] as string);
  return (
    [text, spelled, spelled.replaceAll('i', 'l')].some((spelling) => isWord(spelling)) || isWord(bare(text, spelled))
  );
}

/** The address, its name or its host, with figures and signs around it. */
function isNamed(text: string, email: string): boolean {
  const [name = '', host = ''] = email.split('@');
  const core = trimmed(text);
  return [email, name, host, host.split('.')[0] ?? ''].some(
    (part) => part !== '' && (text === part || core === trimmed(part)),
  );
}

/** What is left without figures and signs around it. */
function trimmed(text: string): string {
  return text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

// "p4ssw0rd2024!": the figures behind are none of the word, those within are letters.
function bare(text: string, spelled: string): string {
  const before = text.length - text.replace(/^[^\p{L}]+/u, '').length;
  const behind = text.length - text.replace(/[^\p{L}]+$/u, '').length;
  return spelled.slice(before, spelled.length - behind);
}

/** A common word, or a few of them in a row. */
function isWord(text: string): boolean {
  const letters = trimmed(text).replace(/[^\p{L}\d]+/gu, '');
  return commonWords.has(letters) || commonWords.has(unitOf(letters));
}

/** What it is a repetition of; itself where it is none. */
function unitOf(text: string): string {
  const length = (text + text).indexOf(text, 1);
  return text.slice(0, length);
}

/** A few characters over and over: `aaaaaaaaaa`, `abcabcabcabc`, `1212121212`. */
function isRepeated(text: string): boolean {
  return new Set(text).size <= 3 || unitOf(text).length <= 4;
}

/** A part of a row, forwards or backwards, or a repetition of one, figures behind it or not. */
function isRow(text: string): boolean {
  return [text, text.replace(/\d+$/, ''), text.replace(/^\d+/, '')].some((part) => {
    const unit = unitOf(part);
    if (unit.length < 4) return part.length >= least;
    const backwards = [...unit].reverse().join('');
    return rows.some((row) => row.includes(unit) || row.includes(backwards));
  });
}
