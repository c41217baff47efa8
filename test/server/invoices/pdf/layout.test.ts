import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DocumentLine, InvoiceDocument } from '../../../../src/invoices/document/rules.ts';
import { layOut } from '../../../../src/server/invoices/pdf/layout.ts';
import type { Type } from '../../../../src/server/invoices/pdf/setting.ts';
import { type Mark, paper } from '../../../../src/server/invoices/pdf/sheets.ts';

/** A font in which every character is half as wide as it is high. */
const type: Type = { measure: (text, { size }) => (text.length * size) / 2, legible: (text) => text };

const line: DocumentLine = {
  position: '1',
  name: 'Work',
  description: null,
  options: [],
  quantity: '1',
  unitAmount: '$100.00',
  discounts: [],
  total: '$100.00',
};

const numbered = (lines: readonly DocumentLine[]) =>
  lines.map((each, index) => ({ ...each, position: String(index + 1) }));

const made = (fields: Partial<InvoiceDocument> = {}): InvoiceDocument => ({
  number: 'INV-1',
  organization: 'Studio',
  sender: ['Studio'],
  recipient: ['Client'],
  details: [{ label: 'Status', text: 'Unpaid' }],
  lines: [line],
  sums: [{ label: 'Subtotal', text: '$100.00' }],
  total: { label: 'Total USD', text: '$100.00' },
  moved: [],
  due: { label: 'Amount due', text: '$100.00' },
  stamp: null,
  note: null,
  ...fields,
});

type Text = Extract<Mark, { kind: 'text' }>;
const textsOf = (page: readonly Mark[]) => page.filter((mark): mark is Text => mark.kind === 'text');
const pageWith = (pages: readonly Mark[][], text: string) =>
  pages.findIndex((page) => textsOf(page).some((mark) => mark.text === text));

describe('the sheets', () => {
  test('hold everything once, within the paper, and no two texts on each other', () => {
    const words = fc.string({ unit: fc.constantFrom(...'abcdefg  \n'), minLength: 1, maxLength: 60 });
    const prose = fc.array(words, { maxLength: 25 }).map((parts) => `x${parts.join(' ')}`);
    const amount = fc.constantFrom('$1.00', '$99.90', '$1,234.50', '$12,345,678.90', '$999,999,999,999,999.99');
    const entry = fc.record({ label: words.map((text) => `l${text}`), text: words.map((text) => `t${text}`) });
    const some = fc.record({
      ...{ position: fc.constant(''), name: prose, description: fc.option(prose), quantity: fc.constant('1') },
      ...{ options: fc.array(entry, { maxLength: 4 }), unitAmount: amount, total: amount },
      discounts: fc.array(fc.record({ label: fc.constantFrom('', 'Coupon X'), text: amount }), { maxLength: 2 }),
    });
    const documents = fc.record({
      lines: fc.array(some, { maxLength: 30 }).map(numbered),
      sender: fc.array(words, { minLength: 1, maxLength: 80 }),
      recipient: fc.array(words, { maxLength: 80 }),
      note: fc.option(prose),
      stamp: fc.option(fc.constant({ kind: 'paid' as const, word: 'Paid', day: '1 May 2026' })),
    });
    fc.assert(
      fc.property(documents, (fields) => {
        const pages = layOut(made(fields), type);
        for (const [index, page] of pages.entries()) {
          const texts = textsOf(page);
          for (const { x, y, text, size } of texts) {
            expect(x).toBeGreaterThanOrEqual(paper.left - 0.01);
            expect(x + (text.length * size) / 2).toBeLessThanOrEqual(paper.right + 0.01);
            expect(y).toBeGreaterThan(paper.top);
            expect(y).toBeLessThanOrEqual(paper.footer);
          }
          for (const row of Map.groupBy(texts, ({ y }) => y.toFixed(1)).values()) {
            const sorted = row.sort((a, b) => a.x - b.x);
            for (const [at, { x, text, size }] of sorted.entries()) {
              const next = sorted[at + 1];
              if (next) expect(x + (text.length * size) / 2).toBeLessThanOrEqual(next.x + 0.01);
            }
          }
          expect(texts.filter(({ text }) => text === `Page ${index + 1} of ${pages.length}`)).toHaveLength(1);
        }
        const positions = pages.flatMap(textsOf).filter(({ text, x }) => x === paper.left && /^\d+$/.test(text));
        expect(positions.map(({ text }) => text)).toEqual(fields.lines.map(({ position }) => position));
        const stamps = pages.flat().filter(({ kind }) => kind === 'stamp');
        expect(stamps).toHaveLength(fields.stamp ? 1 : 0);
      }),
      { numRuns: 60 },
    );
  });

  test.each([1, 10, 17, 18, 19, 20, 21, 22, 40, 41, 42, 60])('keep the sums with the last of %i lines', (count) => {
    const pages = layOut(made({ lines: numbered(Array.from({ length: count }, () => line)) }), type);
    const [last] = pages.slice(-1) as [Mark[]];
    const texts = textsOf(last).map(({ text }) => text);
    expect(texts).toContain(String(count));
    expect(texts).toContain('Amount due');
  });

  test('part a line only where it is higher than a sheet', () => {
    const tall = (rows: number) => ({ ...line, description: Array(rows).fill('row').join('\n') });
    const whole = layOut(made({ lines: numbered([...Array(5).fill(line), tall(30), line]) }), type);
    expect(pageWith(whole, '6')).toBe(1);
    const rowsOn = (page: Mark[] = []) => textsOf(page).filter(({ text }) => text === 'row').length;
    expect([rowsOn(whole[0]), rowsOn(whole[1])]).toEqual([0, 30]);
    const parted = layOut(made({ lines: numbered([line, tall(120), line]) }), type);
    expect(pageWith(parted, '2')).toBe(0);
    expect(parted.map(rowsOn).reduce((sum, rows) => sum + rows)).toBe(120);
    expect(parted.every((page) => textsOf(page).some(({ text }) => text === 'Description'))).toBe(true);
  });

  test('set long numbers beneath the words', () => {
    const long = '$999,999,999,999,999.99';
    const rowOf = (texts: readonly Text[], text: string) => texts.find((mark) => mark.text === text)?.y ?? 0;
    const discounts = [{ label: '', text: long }];
    for (const [fields, isBeneath] of [
      [{}, false],
      [{ unitAmount: long, total: long, discounts }, true],
    ] as const) {
      const texts = textsOf(layOut(made({ lines: [{ ...line, ...fields, quantity: '12' }] }), type)[0] ?? []);
      expect(rowOf(texts, '12') > rowOf(texts, 'Work')).toBe(isBeneath);
      expect(rowOf(texts, 'Quantity') > rowOf(texts, 'Description')).toBe(isBeneath);
    }
  });

  test('have a column for discounts only where there are any', () => {
    const titles = (document: InvoiceDocument) =>
      textsOf(layOut(document, type)[0] ?? [])
        .map(({ text }) => text)
        .filter((text) => text === 'Discount');
    expect(titles(made())).toEqual([]);
    expect(titles(made({ lines: [{ ...line, discounts: [{ label: '', text: '−$1.00' }] }] }))).toEqual(['Discount']);
  });

  test('go on with a long note under no head of a table', () => {
    const pages = layOut(made({ note: Array(90).fill('row').join('\n') }), type);
    expect(pages).toHaveLength(3);
    expect(textsOf(pages[1] ?? []).map(({ text }) => text)).not.toContain('Description');
  });
});
