import { sessionCookie } from '../../identity/authentication.ts';
import type { Secrets } from '../../kernel/secrets.ts';
import type { Header } from '../../kernel/viewer.ts';

/** Cookies that browsers carry and can't read: sealed, each under a name of its own. */
export type SealedCookies = {
  /** The header that sets it, for so many minutes. */
  set(name: string, value: object, minutes: number): string;
  remove(name: string): string;
  /** What is in it; null when there is none, or none of ours. */
  read(header: Header, name: string): unknown;
};

export function sealedCookies(secrets: Secrets, publicUrl: () => string): SealedCookies {
  const named = (name: string) => `${publicUrl().startsWith('https:') ? '__Host-' : ''}${name}`;
  // What opens as one is no other: the name is part of the seal.
  const placeOf = (name: string) => `cookie ${name}`;
  const header = (name: string, value: string, seconds: number) =>
    `${named(name)}=${value}; Max-Age=${seconds}; ${sessionCookie(publicUrl()).attributes}`;

  return {
    set: (name, value, minutes) => {
      const { keyId, bytes } = secrets.seal(JSON.stringify(value), placeOf(name));
      return header(name, `${keyId}.${Buffer.from(bytes).toString('base64url')}`, minutes * 60);
    },
    remove: (name) => header(name, '', 0),
    read: (header, name) => {
      const start = `${named(name)}=`;
      const found = header('cookie')
        ?.split(';')
        .map((cookie) => cookie.trim())
        .find((cookie) => cookie.startsWith(start));
      const [keyId, sealed] = found?.slice(start.length).split('.') ?? [];
      if (keyId === undefined || sealed === undefined) return null;
      return opened(secrets, keyId, Buffer.from(sealed, 'base64url'), placeOf(name));
    },
  };
}

function opened(secrets: Secrets, keyId: string, bytes: Buffer<ArrayBuffer>, place: string): unknown {
  try {
    return JSON.parse(secrets.open({ keyId, bytes }, place));
  } catch {
    // Somebody else's, damaged, or of a key that is gone.
    return null;
  }
}
