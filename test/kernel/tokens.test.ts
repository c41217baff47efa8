import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { isCheckedToken, newCheckedToken } from '../../src/kernel/tokens.ts';

describe('a checked token', () => {
  test('is its prefix, 43 letters and digits, and six that follow from them', () => {
    const token = newCheckedToken('sx_live_');
    expect(token).toMatch(/^sx_live_[0-9A-Za-z]{49}$/);
    const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    const checksum = [...token.slice(-6)].reduce((sum, letter) => sum * 62 + letters.indexOf(letter), 0);
    expect(checksum).toBe(crc32(token.slice(0, -6)));
    expect(isCheckedToken('sx_live_', token)).toBe(true);
  });

  // A vector for whoever writes a scanner.
  test('is known by its checksum', () => {
    const start = `sx_test_${'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg'}`;
    expect(isCheckedToken('sx_test_', `${start}46s3J3`)).toBe(true);
    expect(isCheckedToken('sx_test_', `${start}46s3J4`)).toBe(false);
  });

  test('is no other one: neither cut, nor longer, nor mistyped, nor of another kind', () => {
    const token = newCheckedToken('sx_live_');
    const swapped = token.replace(/^(sx_live_)(.)/, (_, prefix, letter) => `${prefix}${letter === 'x' ? 'y' : 'x'}`);
    for (const other of [
      token.slice(0, -1),
      `${token}0`,
      swapped,
      token.replace('live', 'test'),
      `${token.slice(0, -1)}-`,
    ]) {
      expect(isCheckedToken('sx_live_', other)).toBe(false);
    }
    expect(isCheckedToken('sx_test_', token)).toBe(false);
    // The prefix is part of what is checked.
    expect(isCheckedToken('sx_test_', token.replace('live', 'test'))).toBe(false);
  });

  test('never repeats, and uses all letters alike', () => {
    const tokens = Array.from({ length: 500 }, () => newCheckedToken(''));
    expect(new Set(tokens).size).toBe(500);
    const counts = Map.groupBy([...tokens.map((token) => token.slice(0, 43)).join('')], (letter) => letter);
    expect(counts.size).toBe(62);
    for (const found of counts.values()) expect(Math.abs(found.length - (500 * 43) / 62)).toBeLessThan(120);
  });
});
