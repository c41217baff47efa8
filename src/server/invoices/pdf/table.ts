import type { DocumentLine } from '../../../invoices/document/rules.ts';
import { beside, type Column, type Setter, styles, type Type } from './setting.ts';
import { heightOf, paper, type Row, type Sheets } from './sheets.ts';

type Columns = Record<'position' | 'what' | 'quantity' | 'unit' | 'total', Column> & { discount: Column | null };

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
  const head = beside(...titles(columns).map(([title, column]) => set(title, styles.small, column)));

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

function titles({ position, what, quantity, unit, discount, total }: Columns): [string, Column][] {
  return [
    ['No.', position],
    ['Description', what],
    ['Quantity', quantity],
    ['Unit price', unit],
    ...(discount ? [['Discount', discount] as [string, Column]] : []),
    ['Amount', total],
  ];
}

const widestDiscountLabel = 62;

/** Numbers get the room that they need, words what is left. */
function columnsFor(lines: readonly DocumentLine[], { measure }: Type): Columns {
  const widest = (title: string, texts: readonly string[]) =>
    Math.max(measure(title, styles.small), ...texts.map((text) => measure(text, styles.lead)));
  const discounts = lines.flatMap((line) => line.discounts);
  const words = discounts.flatMap(({ label }) => label.split(' '));
  const labels = Math.max(0, ...words.map((word) => measure(word, styles.small)));

  let right = paper.right;
  const fromRight = (width: number): Column => {
    const column = { x: right - width, width, align: 'right' as const };
    right -= width + gap;
    return column;
  };
  const total = fromRight(
    widest(
      'Amount',
      lines.map((line) => line.total),
    ),
  );
  const discount =
    discounts.length > 0
      ? fromRight(
          Math.max(
            widest(
              'Discount',
              discounts.map(({ text }) => text),
            ),
            Math.min(labels, widestDiscountLabel),
          ),
        )
      : null;
  const unit = fromRight(
    widest(
      'Unit price',
      lines.map((line) => line.unitAmount),
    ),
  );
  const quantity = fromRight(
    widest(
      'Quantity',
      lines.map((line) => line.quantity),
    ),
  );
  const position = {
    x: paper.left,
    width: widest(
      'No.',
      lines.map((line) => line.position),
    ),
  };
  const x = paper.left + position.width + 10;
  return { position, what: { x, width: right - x }, quantity, unit, discount, total };
}

function lineRows(line: DocumentLine, columns: Columns, set: Setter): Row[] {
  const { what, discount } = columns;
  return beside(
    set(line.position, { ...styles.body, tone: 'soft' }, columns.position),
    [
      ...set(line.name, styles.lead, what),
      ...(line.description === null ? [] : set(line.description, styles.small, what)),
      ...line.options.flatMap(({ label, text }) => set(`${label}: ${text}`, styles.small, what)),
    ],
    set(line.quantity, styles.body, columns.quantity),
    set(line.unitAmount, styles.body, columns.unit),
    discount
      ? line.discounts.flatMap(({ label, text }) => [
          ...set(text, styles.body, discount),
          ...(label === '' ? [] : set(label, styles.small, discount)),
        ])
      : [],
    set(line.total, styles.body, columns.total),
  );
}
