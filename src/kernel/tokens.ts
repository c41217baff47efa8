import { createHash, randomBytes } from 'node:crypto';

/** A secret that opens a door: 32 random bytes behind a prefix that says which. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** The only form in which a secret is stored. It is random enough that a plain hash can't be searched. */
export function hashToken(secret: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(secret).digest());
}
