import { describe, expect, test } from 'vitest';
import { UnavailableError } from '../../src/kernel/errors.ts';
import { createPasswords } from '../../src/kernel/passwords.ts';

const passwords = createPasswords();

describe('passwords', () => {
  test('are hashed by Argon2id with 19 MiB, two passes, one lane, and a salt of their own', async () => {
    const [one, two] = [await passwords.hash('seven brave otters'), await passwords.hash('seven brave otters')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
    expect(await passwords.verify(one, 'seven brave otters')).toBe(true);
    expect(await passwords.verify(one, 'seven brave otter')).toBe(false);
  });

  test('are the same however a keyboard writes their letters', async () => {
    const composed = await passwords.hash('Vázquez Gołąb'.normalize('NFC'));
    expect(await passwords.verify(composed, 'Vázquez Gołąb'.normalize('NFD'))).toBe(true);
  });

  test('are compared also where there is none to compare with: nobody’s', async () => {
    for (const guess of ['', 'seven brave otters', '\0'.repeat(32)]) {
      expect(await passwords.verify(null, guess)).toBe(false);
    }
  });

  test('are to be hashed anew when the parameters have changed', async () => {
    expect(passwords.isOutdated(await passwords.hash('x'))).toBe(false);
    expect(passwords.isOutdated('$argon2id$v=19$m=4096,t=3,p=1$AAAA$BBBB')).toBe(true);
    expect(passwords.isOutdated('$argon2i$v=19$m=19456,t=2,p=1$AAAA$BBBB')).toBe(true);
  });

  test('are worked on so many at a time; so many wait, and more are refused at once', async () => {
    const few = createPasswords({ atOnce: 1, mostWaiting: 2 });
    const begun = Array.from({ length: 5 }, () => few.verify(null, 'x'));
    const ended = await Promise.allSettled(begun);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected']);
    expect((ended[3] as PromiseRejectedResult).reason).toBeInstanceOf(UnavailableError);
    // Whoever comes when it is quiet again is let in, and a failure has kept no place.
    await expect(few.verify('no hash at all', 'x')).rejects.toThrow();
    expect(await Promise.all([few.verify(null, 'x'), few.verify(null, 'x'), few.verify(null, 'x')])).toEqual([
      false,
      false,
      false,
    ]);
  });
});
