import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inSettingOrder, legible, wrapped } from '../../../../src/server/invoices/pdf/text.ts';

// Every character is as wide as another, and marks have no width.
const measure = (text: string) => [...text.replace(/\p{M}/gu, '')].length;

describe('wrapping', () => {
  test.each<[string, string, number, string[]]>([
    ['at spaces', 'one two three four', 9, ['one two', 'three', 'four']],
    ['exactly', 'one two three', 7, ['one two', 'three']],
    ['at ends of lines', 'one\ntwo three', 20, ['one', 'two three']],
    ['an empty line', 'one\n\ntwo', 20, ['one', '', 'two']],
    ['many spaces', '  one   two  ', 20, ['one two']],
    ['within a long word', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['a long word among short ones', 'a bcdefgh i', 4, ['a', 'bcde', 'fgh', 'i']],
    ['the end of a long word with what follows', 'abcdef gh', 5, ['abcde', 'f gh']],
    ['never between a letter and its mark', 'e\u0301e\u0301e\u0301', 2, ['e\u0301e\u0301', 'e\u0301']],
    ['never within a flag', '🇩🇪🇩🇪', 2, ['🇩🇪', '🇩🇪']],
    ['nothing', '', 5, ['']],
    ['in no room', 'abc', 0, ['a', 'b', 'c']],
  ])('breaks %s', (_, text, width, lines) => {
    expect(wrapped(text, width, measure)).toEqual(lines);
  });

  test('loses nothing, and no line is too wide', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ß', '€', ' ', ' ', '\n'), maxLength: 200 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (given, width) => {
        const lines = wrapped(given, width, measure);
        expect(lines.every((line) => measure(line) <= width)).toBe(true);
        expect(lines.join('').replaceAll(' ', '')).toBe(given.replace(/\s/g, ''));
      }),
    );
  });

  test('of a word of a hundred thousand letters measures each once', () => {
    let measured = 0;
    const lines = wrapped('x'.repeat(100_000), 50, (text) => {
      measured += text.length;
      return text.length;
    });
    expect(lines).toHaveLength(2_000);
    expect(measured).toBeLessThan(300_000);
  });
});

describe('what a font can show', () => {
  const has = (codePoint: number) => codePoint < 0x250 || codePoint === 0x1f600;

  test.each([
    ['letters', 'Łódź, Münze', 'Łódź, Münze'],
    ['letters put together', 'e\u0301', 'é'],
    ['one sign for what is seen as one', '👩‍👩‍👧🇩🇪👍🏽', '□□□'],
    ['signs that it has without their look', '😀\ufe0f', '😀'],
    ['letters it lacks', '東京 x', '□□ x'],
    ['no controls', 'a\0b\u0007c\u007fd', 'abcd'],
    ['no marks of direction', 'a\u202eb\u2066c\u200fd', 'abcd'],
    ['tabs as spaces', 'a\t\tb', 'a b'],
    ['ends of lines', 'a\nb\r\nc', 'a\nb\nc'],
    ['no half characters', 'a\ud83db', 'ab'],
  ])('is %s', (_, text, shown) => {
    expect(legible(text, has)).toBe(shown);
  });

  test('is always something that it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = [...legible(text, has)];
        expect(shown.every((character) => /[\n□]/.test(character) || has(character.codePointAt(0) as number))).toBe(
          true,
        );
      }),
    );
  });
});

describe('the order of words', () => {
  test.each([
    ['one two', 'one two'],
    ['שלום עולם', 'עולם שלום'],
    ['to שלום עולם now', 'to עולם שלום  now'],
    ['שלום 5 עולם', 'שלום  5 עולם'],
    ['(שלום) עולם', 'עולם (שלום)'],
    ['', ''],
  ])('%j is set as %j', (line, set) => {
    expect(inSettingOrder(line)).toBe(set);
  });
});
