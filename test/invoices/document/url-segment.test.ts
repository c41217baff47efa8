import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDatabase } from '../../kit/db.ts';

test('a text is the same segment of a URL in SQL as in JavaScript', async () => {
  const { database } = await testDatabase();
  const ascii = Array.from({ length: 127 }, (_, code) => String.fromCharCode(code + 1));
  const drawn = fc.sample(fc.string({ unit: 'grapheme', maxLength: 30 }), { numRuns: 500, seed: 7 });
  const texts = [...ascii, ascii.join(''), 'INV-00042', '', '2026/07 ü€😀', ...drawn].filter(
    (text) => !text.includes('\0'),
  );
  const { rows } = await database.pool.query<{ segment: string }>(
    'select url_segment(given) as segment from unnest($1::text[]) with ordinality as texts (given, place) order by place',
    [texts],
  );
  expect(rows.map(({ segment }) => segment)).toEqual(texts.map(encodeURIComponent));
});
