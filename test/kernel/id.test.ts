import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAnyId, decodeId, encodeId, type IdType, idPrefixes, isUuid, randomCode } from '../../src/kernel/id.ts';

const types = Object.keys(idPrefixes) as IdType[];
const uuid = '019ab2de-6f6b-7c11-8d3e-2a4c5b6d7e8f';

describe('public ids', () => {
  test('come back as the type and UUID that they were made of', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.constantFrom(...types), (id, type) => {
        const text = encodeId(type, id);
        expect(decodeId(type, text)).toBe(id);
        expect(decodeAnyId(text)).toEqual({ type, uuid: id });
      }),
    );
  });

  test('have a prefix for each type, and no two the same', () => {
    expect(new Set(Object.values(idPrefixes)).size).toBe(types.length);
    expect(Object.values(idPrefixes).every((prefix) => /^[a-z]+$/.test(prefix))).toBe(true);
  });

  test('name nothing of another type', () => {
    expect(decodeId('Order', encodeId('Tag', uuid))).toBeNull();
  });

  test('may be bare where the type is known, in either letter case', () => {
    expect(decodeId('Order', uuid.toUpperCase())).toBe(uuid);
    expect(decodeAnyId(uuid)).toBeNull();
  });

  test.each([
    '',
    'order_',
    'order_x',
    `order_${uuid} `,
    `order-${uuid}`,
    `_${uuid}`,
    'order_1',
    `order_order_${uuid}`,
    `${uuid}'; drop table orders`,
  ])('are refused when malformed: %j', (text) => {
    expect(decodeId('Order', text)).toBeNull();
    expect(decodeAnyId(text)).toBeNull();
  });

  test('a UUID is checked from end to end', () => {
    expect(isUuid(uuid)).toBe(true);
    expect(isUuid(`${uuid}\n`)).toBe(false);
    expect(isUuid(`x${uuid}`)).toBe(false);
  });
});

test('a code is upper-case letters and digits, as many as asked for', () => {
  const codes = Array.from({ length: 1_000 }, () => randomCode(8));
  expect(codes.every((code) => /^[A-Z0-9]{8}$/.test(code))).toBe(true);
  expect(new Set(codes).size).toBe(1_000);
});
