/**
 * The laws of the second factor.
 *
 *  1. It is a code of an authenticator: six figures, which change every half minute. The one before and the one after count too,
 *     for clocks that differ. A code works once, and so does none that came before it.
 *  2. It is asked for from the moment that a first code has confirmed it; what was begun and not confirmed asks for nothing.
 *  3. The secret is kept encrypted, and told only while it is being set up.
 *  4. Ten recovery codes come with it. Each works once in a code's place; new ones take the place of all old ones.
 *  5. Setting it up, taking it away and having new recovery codes takes the password; taking it away a code besides.
 *  6. A person whose account has it gets in by no magic link.
 */
import { createHash, randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

const period = 30;

function authenticator(secret: string, names: { issuer: string; label: string } = { issuer: '', label: '' }): TOTP {
  return new TOTP({ ...names, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period });
}

/** A new secret, 160 bits in base 32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator reads from a picture. */
export function totpUri(secret: string, names: { issuer: string; label: string }): string {
  return authenticator(secret, names).toString();
}

/** Law 1: the half minute whose code it is; null when it is none, or none any more. */
export function stepOf(secret: string, code: string, at: Date, last: number | null): number | null {
  if (!isTotp(code)) return null;
  const timestamp = at.getTime();
  const delta = authenticator(secret).validate({ token: code, timestamp, window: 1 });
  if (delta === null) return null;
  const step = TOTP.counter({ period, timestamp }) + delta;
  return last !== null && step <= last ? null : step;
}

/** Whether it looks like a code of an authenticator; if not, it may be a recovery code. */
export function isTotp(code: string): boolean {
  return /^\d{6}$/.test(code);
}

// Without letters that look like figures.
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const howMany = 10;

/** Law 4: 80 bits each, in four groups to be typed. */
export function newRecoveryCodes(): string[] {
  const group = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return Array.from({ length: howMany }, () => [group(), group(), group(), group()].join('-'));
}

/** What is kept of a recovery code, however it was typed. */
export function hashRecoveryCode(code: string): Buffer<ArrayBuffer> {
  const plain = code.toUpperCase().replace(/[\s-]+/g, '');
  return Buffer.from(createHash('sha256').update(`recovery ${plain}`).digest());
}
