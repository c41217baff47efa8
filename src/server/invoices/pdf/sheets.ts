import type { Face } from './fonts.ts';

/** A4, in points. */
export const paper = { width: 595.28, height: 841.89, left: 54, right: 541.28, top: 54, bottom: 772, footer: 800 };

export type Tone = 'ink' | 'soft' | 'faint' | 'paid' | 'refunded' | 'cancelled';
export type Style = { face: Face; size: number; tone: Tone };

/** A piece of text in a row: from its left edge, or up to its right edge. */
export type Span = Style & { text: string; x: number; align: 'left' | 'right' };

/** What stands at one height. A row is never parted by the end of a sheet. */
export type Row = { height: number; spans: readonly Span[] };

/** What is drawn on a sheet. Texts stand on their baseline, a stamp around its middle. */
export type Mark =
  | (Style & { kind: 'text'; text: string; x: number; y: number })
  | { kind: 'rule'; from: number; to: number; y: number; thickness: number; tone: Tone }
  | { kind: 'stamp'; word: string; day: string | null; x: number; y: number; tone: Tone };

type Rule = Omit<Extract<Mark, { kind: 'rule' }>, 'kind' | 'y'>;
type Stamp = Omit<Extract<Mark, { kind: 'stamp' }>, 'kind' | 'y'>;

/** Sheets of paper that are filled from top to bottom. */
export type Sheets = {
  readonly pages: Mark[][];
  /** How much of this sheet is free, and of a new one. */
  readonly free: number;
  readonly freeOnNew: number;
  /** One below the other, on to the next sheet where this one is full. */
  put(rows: readonly Row[]): void;
  /** Two blocks beside each other if a sheet is high enough, otherwise one below the other. */
  putBeside(left: readonly Row[], right: readonly Row[]): void;
  skip(height: number): void;
  rule(rule: Rule): void;
  /** Something that takes no room of its own: so far above where the next row begins. */
  stamp(above: number, stamp: Stamp): void;
  /** On to a new sheet. */
  turn(): void;
  /** What each further sheet begins with, and its height. */
  repeat(height: number, begin: () => void): void;
};

export function heightOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { height }) => sum + height, 0);
}

/** @param measure how wide a text is, for texts that end at their right edge */
export function createSheets(measure: (text: string, style: Style) => number): Sheets {
  const pages: Mark[][] = [[]];
  let y = paper.top;
  let repeated = { height: 0, begin: () => {} };

  const draw = (mark: Mark) => void pages.at(-1)?.push(mark);

  const putAt = (top: number, { height, spans }: Row) => {
    // All texts of a row stand on one line; the largest is in the row's middle.
    const largest = Math.max(0, ...spans.map(({ size }) => size));
    const baseline = top + height / 2 + largest * 0.36;
    for (const { x, align, ...span } of spans) {
      if (span.text === '') continue;
      draw({ kind: 'text', ...span, x: align === 'left' ? x : x - measure(span.text, span), y: baseline });
    }
  };

  const put = (rows: readonly Row[]) => {
    for (const row of rows) {
      if (y + row.height > paper.bottom) turn();
      putAt(y, row);
      y += row.height;
    }
  };

  const turn = () => {
    pages.push([]);
    y = paper.top;
    repeated.begin();
  };

  return {
    pages,
    get free() {
      return paper.bottom - y;
    },
    get freeOnNew() {
      return paper.bottom - paper.top - repeated.height;
    },
    put,
    putBeside: (left, right) => {
      const height = Math.max(heightOf(left), heightOf(right));
      if (height > paper.bottom - paper.top - repeated.height) {
        put(left);
        put(right);
        return;
      }
      if (y + height > paper.bottom) turn();
      for (const block of [left, right]) {
        let top = y;
        for (const row of block) {
          putAt(top, row);
          top += row.height;
        }
      }
      y += height;
    },
    skip: (height) => {
      y += height;
    },
    rule: (rule) => draw({ kind: 'rule', y, ...rule }),
    stamp: (above, stamp) => draw({ kind: 'stamp', ...stamp, y: y - above }),
    turn,
    repeat: (height, begin) => {
      repeated = { height, begin };
    },
  };
}
