/** How wide a text is when it is set. */
export type Measure = (text: string) => number;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a character that the font lacks is shown as: an empty box, one for what people see as one character. */
const missing = '□';

/**
 * The text as the font can show it. What joins or colours other characters is left out where they can't be joined; control
 * characters, and those that turn the direction of what follows, are left out everywhere.
 */
export function legible(text: string, has: (codePoint: number) => boolean): string {
  let shown = '';
  const plain = text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[\t\v\f\u2028\u2029]+/g, ' ');
  for (const { segment } of graphemes.segment(plain)) {
    const visible = [...segment].filter((character) => character === '\n' || !isInvisible(character));
    if (visible.every((character) => character === '\n' || has(character.codePointAt(0) as number)))
      shown += visible.join('');
    else shown += missing;
  }
  return shown;
}

// Controls, format characters, halves of pairs; selectors of a look, and the colours of skin.
function isInvisible(character: string): boolean {
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Variation_Selector}\p{Emoji_Modifier}]/u.test(character);
}

const toTheLeft = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** Words that are read from right to left, in the order in which they are set: from left to right, as all others. */
export function inSettingOrder(line: string): string {
  const words = line.split(' ');
  for (let first = 0; first < words.length; first += 1) {
    let end = first;
    while (end < words.length && toTheLeft.test(words[end] as string)) end += 1;
    if (end === first) continue;
    const turned = words.slice(first, end).reverse();
    // The space behind such a word is set on its left: the next word needs one of its own.
    const more = end < words.length ? [''] : [];
    words.splice(first, end - first, ...turned, ...more);
    first = end + more.length - 1;
  }
  return words.join(' ');
}

/** The lines of a text in a column: broken at spaces, and within a word that is wider than the column. */
export function wrapped(text: string, width: number, measure: Measure): string[] {
  const space = measure(' ');
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    let used = 0;
    for (const word of paragraph.split(' ').filter((part) => part !== '')) {
      const needed = measure(word);
      if (line !== '' && used + space + needed <= width) {
        line += ` ${word}`;
        used += space + needed;
        continue;
      }
      if (line !== '') lines.push(line);
      const pieces = needed <= width ? [word] : broken(word, width, measure);
      lines.push(...pieces.slice(0, -1));
      line = pieces.at(-1) as string;
      used = pieces.length === 1 ? needed : measure(line);
    }
    return [...lines, line];
  });
}

// Each piece is measured by its characters, so that a very long word takes no longer than as many short ones.
function broken(word: string, width: number, measure: Measure): string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const { segment } of graphemes.segment(word)) {
    const needed = measure(segment);
    if (piece !== '' && used + needed > width) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += segment;
    used += needed;
  }
  return [...pieces, piece];
}
