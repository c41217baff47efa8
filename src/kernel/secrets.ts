import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { InvalidStateError } from './errors.ts';

/** A key of AES-256, and the name that is kept beside whatever it encrypts. */
export type EncryptionKey = { id: string; key: Buffer };

/** A secret as it is kept: nonce, ciphertext and tag, and which key made them. */
export type Sealed = { keyId: string; bytes: Uint8Array<ArrayBuffer> };

/** Encrypts what others have entrusted to an organization, such as the key of its account at a processor. */
export type Secrets = {
  /** The key that encrypts; null when there is none. */
  readonly keyId: string | null;
  /** `place` says where the secret is kept, and whose it is: it opens nowhere else. */
  seal(text: string, place: string): Sealed;
  open(sealed: Sealed, place: string): string;
};

const cipher = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** The column that keeps a secret, and its tenant. */
export function placeOf(column: `${string}.${string}`, organizationId: string): string {
  return `${column} ${organizationId}`;
}

/** The first key encrypts, all of them decrypt; without any nothing can be kept secret. */
export function createSecrets(keys: readonly EncryptionKey[]): Secrets {
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  const [first] = keys;

  return {
    keyId: first?.id ?? null,

    seal: (text, place) => {
      if (!first) {
        throw new InvalidStateError(
          "Secrets can't be kept here: the server has no ENCRYPTION_KEYS.",
          'ENCRYPTION_NOT_CONFIGURED',
        );
      }
      const nonce = randomBytes(nonceBytes);
      const encryption = createCipheriv(cipher, first.key, nonce).setAAD(Buffer.from(place));
      const ciphertext = [encryption.update(text, 'utf8'), encryption.final()];
      return { keyId: first.id, bytes: Buffer.concat([nonce, ...ciphertext, encryption.getAuthTag()]) };
    },

    open: ({ keyId, bytes }, place) => {
      const key = byId.get(keyId);
      if (!key) {
        throw new InvalidStateError(
          `The key ${keyId}, which encrypted this, is not among the server's ENCRYPTION_KEYS.`,
          'ENCRYPTION_KEY_MISSING',
        );
      }
      const sealed = Buffer.from(bytes);
      const decryption = createDecipheriv(cipher, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(place))
        .setAuthTag(sealed.subarray(-tagBytes));
      return decryption.update(sealed.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decryption.final('utf8');
    },
  };
}

const idPattern = /^[A-Za-z0-9_-]{1,50}$/;
const base64Pattern = /^[A-Za-z0-9+/]{43}=$/;

/** Reads `id:base64key,id2:…`. What is wrong is told without the keys. */
export function parseEncryptionKeys(text: string): EncryptionKey[] {
  const keys = text.split(',').map((entry, index) => {
    const [id = '', key = '', ...rest] = entry.trim().split(':');
    const place = `entry ${index + 1}`;
    if (!idPattern.test(id)) throw new Error(`${place} must begin with an id of letters, digits, - and _, and a colon`);
    if (rest.length > 0 || !base64Pattern.test(key)) {
      throw new Error(
        `${place} must have ${keyBytes} bytes in base64, as "openssl rand -base64 ${keyBytes}" writes them`,
      );
    }
    return { id, key: Buffer.from(key, 'base64') };
  });
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index);
  if (twice) throw new Error(`the id ${twice.id} is there twice`);
  return keys;
}

/** A new key, as `parseEncryptionKeys` reads it. */
export function newEncryptionKey(id: string): string {
  return `${id}:${randomBytes(keyBytes).toString('base64')}`;
}
