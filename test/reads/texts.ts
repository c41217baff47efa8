/** Texts that something between a column and the answer might spell, sort or compare otherwise. */
export const texts = [
  'Plain',
  `"Quoted" O'Neil \`tick\``,
  'back\\slash \\n \\" \\u0041',
  'two\nlines\r\n\tand a tab',
  '\u0001\b\f\u001f\u007f\u0085 control',
  'line\u2028and\u2029paragraph',
  '100% _all_ \\_ \\%',
  'İstanbul ı ß ẞ Σας',
  'e\u0301 and é and ﬁ',
  '\u200bzero\ufeff width',
  'שלום Ω ж 漢字',
  '</script><!-- & -->',
  "'; drop table orders; -- $1 :name ?",
  '{"a": [1, null]}',
  'null',
] as const;

/**
 * First names that PostgreSQL, JavaScript and people sort differently: code points, UTF-16 units (an emoji comes before
 * U+FF5E, which has the smaller code point), letter case, accents, spaces and signs.
 */
export const names = [
  '～wave',
  '😀 smile',
  'Émile',
  'eve',
  'Eve',
  'Zed',
  'zed',
  'O Neil',
  "O'Neil",
  'a\u0301',
  '_',
  '10',
  '9',
];

/** A document that JSON writers differ about. */
export const nested = {
  '': 'no name',
  b: { z: [], y: {}, x: [null, true, false, [1, [2, [3]]]] },
  a: '\u2028"\\\n😀～\u0007',
  B: 1,
  '10': 'ten',
  '9': 'nine',
  __proto__x: 'odd',
  'a b': -0.5,
  '～': 1,
  '😀': 2,
  large: 9007199254740991,
  huge: 1e21,
  tiny: 1e-7,
  fraction: 0.1,
  rounded: 1.5,
};
