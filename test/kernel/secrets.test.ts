import { describe, expect, test } from 'vitest';
import { InvalidStateError } from '../../src/kernel/errors.ts';
import { createSecrets, newEncryptionKey, parseEncryptionKeys, placeOf } from '../../src/kernel/secrets.ts';

const [one, two] = [newEncryptionKey('one'), newEncryptionKey('two')];
const place = placeOf('stripe_accounts.secret_key', '019a0000-0000-7000-8000-000000000001');

describe('secrets', () => {
  test('open as they were sealed, whatever the letters', () => {
    const secrets = createSecrets(parseEncryptionKeys(one));
    for (const text of ['sk_test_1', '', 'żółw 🐢', 'x'.repeat(10_000)]) {
      expect(secrets.open(secrets.seal(text, place), place)).toBe(text);
    }
  });

  test('are never the same twice, and don’t show what they hide', () => {
    const secrets = createSecrets(parseEncryptionKeys(one));
    const [first, second] = [secrets.seal('sk_test_1', place), secrets.seal('sk_test_1', place)];
    expect(first.bytes).not.toEqual(second.bytes);
    expect(Buffer.from(first.bytes).toString('latin1')).not.toContain('sk_test');
    // A nonce, as many bytes as the text has, a tag.
    expect(first.bytes).toHaveLength(12 + 9 + 16);
  });

  test('are encrypted by the first key, and opened by whichever did it', () => {
    const old = createSecrets(parseEncryptionKeys(one)).seal('kept', place);
    const rotating = createSecrets(parseEncryptionKeys(`${two},${one}`));
    expect([old.keyId, rotating.keyId, rotating.seal('new', place).keyId]).toEqual(['one', 'two', 'two']);
    expect(rotating.open(old, place)).toBe('kept');
  });

  test('don’t open elsewhere, under another key, or altered', () => {
    const secrets = createSecrets(parseEncryptionKeys(`${one},${two}`));
    const sealed = secrets.seal('kept', place);
    expect(() => secrets.open(sealed, placeOf('stripe_accounts.webhook_secrets', 'x'))).toThrow();
    expect(() => secrets.open({ ...sealed, keyId: 'two' }, place)).toThrow();
    for (const index of [0, 12, sealed.bytes.length - 1]) {
      const bytes = Uint8Array.from(sealed.bytes, (byte, at) => (at === index ? byte ^ 1 : byte));
      expect(() => secrets.open({ ...sealed, bytes }, place)).toThrow();
    }
    expect(() => secrets.open({ ...sealed, bytes: sealed.bytes.subarray(0, 20) }, place)).toThrow();
  });

  test('can’t be kept without a key, nor opened without theirs', () => {
    const none = createSecrets([]);
    expect(none.keyId).toBeNull();
    expect(() => none.seal('x', place)).toThrow(InvalidStateError);
    const sealed = createSecrets(parseEncryptionKeys(one)).seal('x', place);
    expect(() => none.open(sealed, place)).toThrow('The key one, which encrypted this, is not among the server');
  });
});

describe('ENCRYPTION_KEYS', () => {
  test('are a list of ids and keys of 32 bytes', () => {
    expect(parseEncryptionKeys(` ${one} , ${two} `).map(({ id, key }) => [id, key.length])).toEqual([
      ['one', 32],
      ['two', 32],
    ]);
  });

  test.each([
    ['', 'entry 1 must begin with an id'],
    [`${one},`, 'entry 2 must begin with an id'],
    [`a b:${one.slice(4)}`, 'entry 1 must begin with an id'],
    [one.slice(4), 'entry 1 must begin with an id'],
    ['one:', 'entry 1 must have 32 bytes in base64'],
    ['one:geheim', 'entry 1 must have 32 bytes in base64'],
    [`one:${Buffer.alloc(31).toString('base64')}`, 'entry 1 must have 32 bytes in base64'],
    [`one:${Buffer.alloc(33).toString('base64')}`, 'entry 1 must have 32 bytes in base64'],
    [`${one}:x`, 'entry 1 must have 32 bytes in base64'],
    [`${one},${newEncryptionKey('one')}`, 'the id one is there twice'],
  ])('are refused as %j', (text, message) => {
    expect(() => parseEncryptionKeys(text)).toThrow(message);
    try {
      parseEncryptionKeys(text);
    } catch (error) {
      expect((error as Error).message).not.toMatch(/geheim|AAAA/);
    }
  });
});
