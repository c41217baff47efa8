import type { Face } from './fonts.ts';
import type { Row, Style } from './sheets.ts';
import { inSettingOrder, wrapped } from './text.ts';

/** What setting a text needs to know of the fonts. */
export type Type = {
  measure: (text: string, style: Pick<Style, 'face' | 'size'>) => number;
  /** The text as the font can show it. */
  legible: (text: string, face: Face) => string;
};

export const styles = {
  title: { face: 'bold', size: 27, tone: 'ink' },
  number: { face: 'regular', size: 11.5, tone: 'soft' },
  lead: { face: 'bold', size: 9.5, tone: 'ink' },
  body: { face: 'regular', size: 9.5, tone: 'ink' },
  small: { face: 'regular', size: 8.5, tone: 'soft' },
  due: { face: 'bold', size: 13, tone: 'ink' },
} as const satisfies Record<string, Style>;

export type Column = { x: number; width: number; align?: 'left' | 'right' };

/** The rows of a text in a column. */
export type Setter = (text: string, style: Style, column: Column, height?: number) => Row[];

const leading = 14;

export function createSetter({ measure, legible }: Type): Setter {
  return (text, style, { x, width, align = 'left' }, height = leading) =>
    wrapped(legible(text, style.face), width, (part) => measure(part, style)).map((line) => ({
      height,
      spans: [{ ...style, text: inSettingOrder(line), x: align === 'left' ? x : x + width, align }],
    }));
}

/** Blocks beside each other, row by row. */
export function beside(...blocks: readonly (readonly Row[])[]): Row[] {
  return Array.from({ length: Math.max(0, ...blocks.map((block) => block.length)) }, (_, index) => {
    const rows = blocks.flatMap((block) => block[index] ?? []);
    return { height: Math.max(...rows.map(({ height }) => height)), spans: rows.flatMap(({ spans }) => spans) };
  });
}
