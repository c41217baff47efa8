import type { Entry, InvoiceDocument } from '../../../invoices/document/rules.ts';
import { beside, createSetter, type Setter, styles, type Type } from './setting.ts';
import { createSheets, heightOf, type Mark, paper, type Row, type Sheets, type Style } from './sheets.ts';
import { putTable } from './table.ts';

/** The sheets of a document: what stands where. Nothing here draws. */
export function layOut(document: InvoiceDocument, type: Type): Mark[][] {
  const sheets = createSheets(type.measure);
  const set = createSetter(type);
  const continuation = { height: continuationHeight, begin: () => continued(sheets, document, set) };
  sheets.repeat(continuation.height, continuation.begin);
  heading(sheets, document, set);
  sheets.skip(34);
  parties(sheets, document, set);
  sheets.skip(34);
  const sums = sumsOf(document, set, type);
  putTable(sheets, document.lines, { set, type, continuation, followedBy: sums.height });
  sheets.repeat(continuation.height, continuation.begin);
  putSums(sheets, document, sums);
  putNote(sheets, document, set);
  for (const [index, page] of sheets.pages.entries()) page.push(...footer(document, index, sheets.pages.length, type));
  return sheets.pages;
}

const senderWidth = 235;

function heading(sheets: Sheets, { number, sender }: InvoiceDocument, set: Setter): void {
  const title = { x: paper.left, width: paper.right - paper.left - senderWidth - 20 };
  const from = { x: paper.right - senderWidth, width: senderWidth, align: 'right' as const };
  sheets.putBeside(
    [...set('Invoice', styles.title, title, 32), ...set(number, styles.number, title, 18)],
    withLead(sender, from, set),
  );
}

function withLead(lines: readonly string[], column: Parameters<Setter>[2], set: Setter): Row[] {
  return lines.flatMap((line, index) => set(line, index === 0 ? styles.lead : styles.body, column));
}

const detailsWidth = 200;
const detailLabelWidth = 55;

function parties(sheets: Sheets, { recipient, details }: InvoiceDocument, set: Setter): void {
  const to = { x: paper.left, width: paper.right - paper.left - detailsWidth - 40 };
  const label = { x: paper.right - detailsWidth, width: detailLabelWidth };
  const value = {
    x: label.x + detailLabelWidth,
    width: detailsWidth - detailLabelWidth,
    align: 'right' as const,
  };
  sheets.putBeside(
    recipient.length === 0 ? [] : [...set('Billed to', styles.small, to), ...withLead(recipient, to, set)],
    details.flatMap((entry) => beside(set(entry.label, styles.small, label), set(entry.text, styles.body, value))),
  );
}

type Sum = { rows: Row[]; rule: { thickness: number; tone: 'faint' | 'ink' } | null };
type Sums = { all: Sum[]; from: number; height: number };

const leastSumWidth = 236;
const roomForLabels = 110;
const aboveSums = 10;
const aroundRule = 6;

function sumsOf({ sums, total, moved, due }: InvoiceDocument, set: Setter, { measure }: Type): Sums {
  const plain = (entry: Entry) => ({ entry, style: styles.body as Style, height: 17, rule: null });
  const parts: { entry: Entry; style: Style; height: number; rule: Sum['rule'] }[] = [
    ...sums.map(plain),
    { entry: total, style: styles.lead, height: 17, rule: { thickness: 0.5, tone: 'faint' } },
    ...moved.map(plain),
    { entry: due, style: styles.due, height: 22, rule: { thickness: 1, tone: 'ink' } },
  ];
  const amounts = Math.max(...parts.map(({ entry, style }) => measure(entry.text, style)));
  const width = Math.max(leastSumWidth, amounts + roomForLabels);
  const from = paper.right - width;
  const all = parts.map(({ entry, style, height, rule }) => ({
    rule,
    rows: beside(
      set(entry.label, style, { x: from, width: width - amounts - 16 }, height),
      set(entry.text, style, { x: from, width, align: 'right' }, height),
    ),
  }));
  const rules = all.filter(({ rule }) => rule !== null).length;
  const height = aboveSums + heightOf(all.flatMap(({ rows }) => rows)) + 2 * aroundRule * rules;
  return { all, from, height };
}

function putSums(sheets: Sheets, { stamp }: InvoiceDocument, { all, from, height }: Sums): void {
  if (height > sheets.free) sheets.turn();
  sheets.skip(aboveSums);
  for (const { rows, rule } of all) {
    if (rule) {
      sheets.skip(aroundRule);
      sheets.rule({ from, to: paper.right, ...rule });
      sheets.skip(aroundRule);
    }
    sheets.put(rows);
  }
  if (!stamp) return;
  const middle = (paper.left + from) / 2 - 10;
  sheets.stamp((height - aboveSums) / 2, { word: stamp.word, day: stamp.day, x: middle, tone: stamp.kind });
}

function putNote(sheets: Sheets, { note }: InvoiceDocument, set: Setter): void {
  if (note === null) return;
  const column = { x: paper.left, width: paper.right - paper.left };
  const rows = [...set('Note', styles.small, column), ...set(note, styles.body, column)];
  sheets.skip(28);
  // Its title does not stand alone at the foot of a sheet.
  if (heightOf(rows.slice(0, 3)) > sheets.free) sheets.turn();
  sheets.put(rows);
}

const continuationHeight = 32;

/** Whose sheet this is, on all but the first. */
function continued(sheets: Sheets, { number, organization }: InvoiceDocument, set: Setter): void {
  const width = (paper.right - paper.left) / 2 - 10;
  const left = set(`Invoice ${number}`, styles.small, { x: paper.left, width });
  const right = set(organization, styles.small, { x: paper.right - width, width, align: 'right' });
  // A name that needs more than a line is known by its first.
  sheets.put(beside(left.slice(0, 1), right.slice(0, 1)));
  sheets.skip(continuationHeight - 14);
}

function footer({ number }: InvoiceDocument, index: number, count: number, { measure, legible }: Type): Mark[] {
  const page = `Page ${index + 1} of ${count}`;
  const text = { kind: 'text' as const, ...styles.small, y: paper.footer };
  return [
    { ...text, text: `Invoice ${legible(number, styles.small.face)}`, x: paper.left },
    { ...text, text: page, x: paper.right - measure(page, styles.small) },
  ];
}
