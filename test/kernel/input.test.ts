import { describe, expect, test } from 'vitest';
import { ConflictError, type InvalidInputError, type IssueList, issueList } from '../../src/kernel/errors.ts';
import {
  checkAmount,
  checkRange,
  checkWebAddresses,
  metadataObject,
  notCleared,
  optionalText,
  requiredText,
  requireVersion,
} from '../../src/kernel/input.ts';

/** What the check answers, and which values it refused as `path CODE`. */
function checked<Value>(check: (issues: IssueList) => Value): { value: Value; refused: string[] } {
  const issues = issueList();
  const value = check(issues);
  try {
    issues.throwIfAny();
    return { value, refused: [] };
  } catch (error) {
    return { value, refused: (error as InvalidInputError).issues.map(({ path, code }) => `${path.join('.')} ${code}`) };
  }
}

describe('a required text', () => {
  test('is trimmed', () =>
    expect(checked((issues) => requiredText(issues, 'name', '  a b '))).toEqual({ value: 'a b', refused: [] }));
  test.each([null, undefined, '', ' \t\n'])('is refused when it is %j', (value) =>
    expect(checked((issues) => requiredText(issues, 'name', value)).refused).toEqual(['name REQUIRED']),
  );
  test.each(['a\0b', 'a\ud800b', '\udc00'])('is refused when PostgreSQL could not keep it: %j', (value) => {
    expect(checked((issues) => requiredText(issues, 'name', value)).refused).toEqual(['name INVALID']);
    expect(checked((issues) => optionalText(issues, 'name', value)).refused).toEqual(['name INVALID']);
  });
  test('is counted in characters, not in the units that they are stored in', () => {
    expect(checked((issues) => requiredText(issues, 'name', '😀'.repeat(255))).refused).toEqual([]);
    expect(checked((issues) => requiredText(issues, 'name', '😀'.repeat(256))).refused).toEqual(['name TOO_LONG']);
  });
});

test('addresses are of the web, whole, and no more than allowed', () => {
  const refused = (addresses: string[]) =>
    checked((issues) => checkWebAddresses(issues, 'files', addresses, 3)).refused;
  expect(refused(['https://example.com/a.pdf', 'http://[::1]:80/?q=ü'])).toEqual([]);
  expect(refused(['a.pdf', 'ftp://example.com', 'https://'])).toEqual([
    'files.0 INVALID',
    'files.1 INVALID',
    'files.2 INVALID',
  ]);
  expect(refused([`https://example.com/${'x'.repeat(1_981)}`, 'https://example.com/\0'])).toEqual([
    'files.0 INVALID',
    'files.1 INVALID',
  ]);
  expect(refused(['https://bank.example@evil.example', 'https://:word@example.com', 'https://example.\ncom'])).toEqual([
    'files.0 INVALID',
    'files.1 INVALID',
    'files.2 INVALID',
  ]);
  expect(refused(Array(4).fill('https://example.com'))).toEqual(['files OUT_OF_RANGE']);
});

test('an optional text tells leaving from clearing', () => {
  expect(checked((issues) => optionalText(issues, 'note', undefined)).value).toBeUndefined();
  expect(checked((issues) => optionalText(issues, 'note', null)).value).toBeNull();
  expect(checked((issues) => optionalText(issues, 'note', '  ')).value).toBeNull();
  expect(checked((issues) => notCleared(issues, 'name', null)).refused).toEqual(['name REQUIRED']);
  expect(checked((issues) => notCleared(issues, 'name', undefined)).refused).toEqual([]);
});

test('amounts are not negative and payable, numbers in their range', () => {
  expect(checked((issues) => checkAmount(issues, 'price', '-1', 'USD')).refused).toEqual(['price OUT_OF_RANGE']);
  expect(checked((issues) => checkAmount(issues, 'price', '1.005', 'USD')).refused).toEqual(['price OUT_OF_RANGE']);
  expect(checked((issues) => checkAmount(issues, 'price', '1.005', 'KWD')).refused).toEqual([]);
  expect(checked((issues) => checkRange(issues, 'quantity', 0, 1)).refused).toEqual(['quantity OUT_OF_RANGE']);
  expect(checked((issues) => checkRange(issues, 'quantity', 2_147_483_648, 1)).refused).toEqual([
    'quantity OUT_OF_RANGE',
  ]);
  expect(checked((issues) => checkRange(issues, 'quantity', null, 1)).refused).toEqual([]);
});

// Case S6 of the reference.
test('metadata is an object, or a list of titles and values of which the later wins', () => {
  const from = (value: unknown) => checked((issues) => metadataObject(issues, 'metadata', value));
  expect(from({ a: 1 })).toEqual({ value: { a: 1 }, refused: [] });
  expect(
    from([
      { title: 'a', value: 1 },
      { title: 'a', value: 2 },
    ]),
  ).toEqual({ value: { a: '2' }, refused: [] });
  expect(from(null)).toEqual({ value: {}, refused: [] });
  expect(from(undefined)).toEqual({ value: undefined, refused: [] });
  expect(from([{ title: ' ', value: 1 }]).refused).toEqual(['metadata.0.title REQUIRED']);
  expect(from('a').refused).toEqual(['metadata INVALID']);
});

test('an edit of an older version is refused with the version there is', () => {
  expect(() => requireVersion({ version: 3 }, 3)).not.toThrow();
  expect(() => requireVersion({ version: 3 }, null)).not.toThrow();
  const stale = () => requireVersion({ version: 3 }, 2);
  expect(stale).toThrow(ConflictError);
  expect(stale).toThrow(expect.objectContaining({ code: 'STALE_VERSION', currentVersion: 3 }));
});
