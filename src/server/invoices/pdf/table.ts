import type { DocumentLine } from '../../../invoices/document/rules.ts';
import { beside, type Column, type Setter, styles, type Type } from './setting.ts';
import { heightOf, paper, type Row, type Sheets } from './sheets.ts';

type Columns = Record<'position' | 'what' | 'quantity' | 'unit' | 'total', Column> & {
  discount: Column | null;
  /** Numbers so long that they stand beneath the words. */
  isStacked: boolean;
};

const gap = 16;
const padding = 7;
const underHead = 4;
/** As much of a line that is higher than a sheet begins on a sheet that is not new. */
const leastBegun = 80;

export type TableOptions = {
  set: Setter;
  type: Type;
  /** What each further sheet begins with, above the table's head. */
  continuation: { height: number; begin: () => void };
  /** The height of what the last line must share its sheet with. */
  followedBy: number;
};

/** The lines, each on one sheet unless it is higher than that. The table's head is repeated on every sheet. */
export function putTable(sheets: Sheets, lines: readonly DocumentLine[], options: TableOptions): void {
  const { set, type, continuation, followedBy } = options;
  const columns = columnsFor(lines, type);
  const head = headRows(columns, set);

  const putHead = () => {
    sheets.put(head);
    sheets.skip(underHead);
    sheets.rule({ from: paper.left, to: paper.right, thickness: 1, tone: 'ink' });
  };

  sheets.repeat(continuation.height + heightOf(head) + underHead + padding, () => {
    continuation.begin();
    putHead();
    // For a line that goes on here; one that begins has room of its own besides.
    sheets.skip(padding / 2);
  });
  if (sheets.free < heightOf(head) + leastBegun) sheets.turn();
  else putHead();
  for (const [index, line] of lines.entries()) {
    const rows = lineRows(line, columns, set);
    const height = heightOf(rows) + 2 * padding;
    const together = height + (index === lines.length - 1 ? followedBy : 0);
    const needed = [together, height, leastBegun].find((wanted) => wanted <= sheets.freeOnNew) as number;
    if (needed > sheets.free) sheets.turn();
    sheets.skip(padding);
    sheets.put(rows);
    sheets.skip(padding);
    sheets.rule({ from: paper.left, to: paper.right, thickness: 0.5, tone: 'faint' });
  }
}

function headRows(columns: Columns, set: Setter): Row[] {
  const { position, what, quantity, unit, discount, total } = columns;
  const title = (text: string, column: Column) => set(text, styles.small, column);
  return arranged(
    columns,
    [title('No.', position), title('Description', what)],
    [
      title('Quantity', quantity),
      title('Unit price', unit),
      discount ? title('Discount', discount) : [],
      title('Amount', total),
    ],
  );
}

function arranged({ isStacked }: Columns, words: readonly Row[][], numbers: readonly Row[][]): Row[] {
  return isStacked ? [...beside(...words), ...beside(...numbers)] : beside(...words, ...numbers);
}

const leastForWords = 90;
/** A longer one, such as a coupon's code, is broken. */
const widestLabelWord = 62;

/** Numbers get the room that they need, words what is left. */
function columnsFor(lines: readonly DocumentLine[], { measure }: Type): Columns {
  const widest = (title: string, textsOf: (line: DocumentLine) => readonly string[]) =>
    Math.max(measure(title, styles.small), ...lines.flatMap(textsOf).map((text) => measure(text, styles.lead)));
  const words = lines.flatMap(({ discounts }) => discounts.flatMap(({ label }) => label.split(' ')));
  const widestWord = Math.max(0, ...words.map((word) => measure(word, styles.small)));

  let right = paper.right;
  const fromRight = (width: number): Column => {
    const column = { x: right - width, width, align: 'right' as const };
    right -= width + gap;
    return column;
  };
  const total = fromRight(widest('Amount', (line) => [line.total]));
  const amounts = widest('Discount', ({ discounts }) => discounts.map(({ text }) => text));
  const discount = words.length > 0 ? fromRight(Math.max(amounts, Math.min(widestWord, widestLabelWord))) : null;
  const unit = fromRight(widest('Unit price', (line) => [line.unitAmount]));
  const quantity = fromRight(widest('Quantity', (line) => [line.quantity]));
  const position = { x: paper.left, width: widest('No.', (line) => [line.position]) };
  const x = position.x + position.width + 10;
  const isStacked = right - x < leastForWords;
  const what = { x, width: (isStacked ? paper.right : right) - x };
  return { position, what, quantity, unit, discount, total, isStacked };
}

function lineRows(line: DocumentLine, columns: Columns, set: Setter): Row[] {
  const { position, what, quantity, unit, discount, total } = columns;
  const words = [
    ...set(line.name, styles.lead, what),
    ...(line.description === null ? [] : set(line.description, styles.small, what)),
    ...line.options.flatMap(({ label, text }) => set(`${label}: ${text}`, styles.small, what)),
  ];
  const discounts = (column: Column) =>
    line.discounts.flatMap(({ label, text }) => [
      ...set(text, styles.body, column),
      ...(label === '' ? [] : set(label, styles.small, column)),
    ]);
  return arranged(
    columns,
    [set(line.position, { ...styles.body, tone: 'soft' }, position), words],
    [
      set(line.quantity, styles.body, quantity),
      set(line.unitAmount, styles.body, unit),
      discount ? discounts(discount) : [],
      set(line.total, styles.body, total),
    ],
  );
}
