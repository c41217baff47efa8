import { describe, expect, test } from 'vitest';
import {
  hashRecoveryCode,
  isTotp,
  newRecoveryCodes,
  newTotpSecret,
  stepOf,
} from '../../../src/identity/two-factor/rules.ts';

// RFC 6238, appendix B: the secret "12345678901234567890", of whose eight figures authenticators show the last six.
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('law 1', () => {
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('at second %d the code is %s', (second, code) => {
    const at = new Date(second * 1_000);
    expect(stepOf(secret, code, at, null)).toBe(Math.floor(second / 30));
    expect(stepOf(secret, code, at, Math.floor(second / 30) - 1)).toBe(Math.floor(second / 30));
    // Used already, or one after it was.
    expect(stepOf(secret, code, at, Math.floor(second / 30))).toBeNull();
    expect(stepOf(secret, code, new Date(at.getTime() + 90_000), null)).toBeNull();
  });

  test.each(['', '12345', '1234567', 'abcdef', '28708 2', '２８７０８２'])('%j is none', (code) => {
    expect([isTotp(code), stepOf(secret, code, new Date(59_000), null)]).toEqual([false, null]);
  });
});

test('secrets have 160 bits, and differ', () => {
  const secrets = Array.from({ length: 20 }, newTotpSecret);
  expect(new Set(secrets).size).toBe(20);
  for (const made of secrets) expect(made).toMatch(/^[A-Z2-7]{32}$/);
});

test('law 4: recovery codes are the same however they are typed', () => {
  const [code = ''] = newRecoveryCodes();
  const hash = hashRecoveryCode(code);
  for (const typed of [code.toLowerCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' ')} `]) {
    expect(hashRecoveryCode(typed)).toEqual(hash);
  }
  expect(hashRecoveryCode(newRecoveryCodes()[0] as string)).not.toEqual(hash);
});
