import { createHash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A secret that opens a door: 32 random bytes behind a prefix that says which. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** The only form in which a secret is stored. It is random enough that a plain hash can't be searched. */
export function hashToken(secret: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(secret).digest());
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLetters = 43;
const checksumLetters = 6;

/**
 * A secret that can be told from other texts: behind its prefix 43 random letters and digits, more than 256 bits, and six that are
 * a checksum of all before them. So whoever searches for lost secrets finds them, and nothing else.
 */
export function newCheckedToken(prefix: string): string {
  const start = `${prefix}${Array.from({ length: randomLetters }, () => letters[randomInt(letters.length)]).join('')}`;
  return `${start}${checksumOf(start)}`;
}

/** Whether the text could be such a secret: one that was cut, mistyped or made up is none. */
export function isCheckedToken(prefix: string, text: string): boolean {
  const rest = text.slice(prefix.length);
  return (
    text.startsWith(prefix) &&
    rest.length === randomLetters + checksumLetters &&
    /^[0-9A-Za-z]+$/.test(rest) &&
    checksumOf(text.slice(0, -checksumLetters)) === text.slice(-checksumLetters)
  );
}

/** CRC-32, in base 62. */
function checksumOf(text: string): string {
  let rest = crc32(text);
  let written = '';
  for (let place = 0; place < checksumLetters; place += 1) {
    written = `${letters[rest % letters.length]}${written}`;
    rest = Math.floor(rest / letters.length);
  }
  return written;
}
