import { describe, expect, test } from 'vitest';
import { createPaths, decodeSegment } from '../../src/server/paths.ts';

const find = createPaths({
  '/': 'home',
  '/healthz': 'health',
  '/invoices/:number': 'view',
  '/invoices/:number/download': 'download',
  '/:shop/:section': 'any',
});

describe('a path', () => {
  test.each<[string, string, Record<string, string>]>([
    ['/', 'home', {}],
    ['/healthz', 'health', {}],
    ['/invoices/INV-1', 'view', { number: 'INV-1' }],
    ['/invoices/INV-1/download', 'download', { number: 'INV-1' }],
    ['/invoices/2026%2F1', 'view', { number: '2026%2F1' }],
    ['/invoices/%', 'view', { number: '%' }],
    ['/invoices/:number', 'view', { number: ':number' }],
    ['/invoices/__proto__', 'view', { number: '__proto__' }],
    ['/thanks/INV-1', 'any', { shop: 'thanks', section: 'INV-1' }],
  ])('%s leads somewhere', (path, target, segments) => {
    expect(find(path)).toEqual({ target, segments });
  });

  test.each([
    '',
    '//',
    '/invoices',
    '/invoices/',
    '/invoices//download',
    '/INVOICES/a/download',
    '/invoices/a/b/c',
    '/healthz/',
  ])('%j leads nowhere', (path) => {
    expect(find(path)).toBeNull();
  });
});

describe('a segment', () => {
  test.each([
    ['INV-00042', 'INV-00042'],
    ['2026%2F1', '2026/1'],
    ['%C3%BC%20%E2%82%AC', 'ü €'],
    ['a+b', 'a+b'],
  ])('%s stands for a text', (segment, text) => {
    expect(decodeSegment(segment)).toBe(text);
  });

  test.each(['%', '%ZZ', '%C3', '%C3%28', '%ED%A0%80', '%FF'])('%s stands for none', (segment) => {
    expect(decodeSegment(segment)).toBeNull();
  });
});
