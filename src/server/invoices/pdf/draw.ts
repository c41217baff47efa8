import type { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import type { InvoiceDocument } from '../../../invoices/document/rules.ts';
import { now } from '../../../kernel/time.ts';
import { type Face, type Font, loadFonts } from './fonts.ts';
import { layOut } from './layout.ts';
import type { Type } from './setting.ts';
import { type Mark, paper, type Style, type Tone } from './sheets.ts';
import { legible } from './text.ts';

const colors: Readonly<Record<Tone, string>> = {
  ink: '#15181e',
  soft: '#59606c',
  faint: '#c9cdd5',
  paid: '#17683f',
  refunded: '#8a5300',
  cancelled: '#59606c',
};

/** The document as a PDF that is written while it is read, sheet by sheet. */
export async function openPdf(document: InvoiceDocument): Promise<Readable> {
  const fonts = await loadFonts();
  const pdf = new PDFDocument({
    size: [paper.width, paper.height],
    margin: 0,
    autoFirstPage: false,
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    info: {
      Title: `Invoice ${document.number}`,
      Author: document.organization,
      Creator: 'service-engine-x',
      CreationDate: now(),
    },
  });
  for (const [face, { bytes }] of Object.entries(fonts)) pdf.registerFont(face, bytes);
  const pages = layOut(document, typeOf(pdf, fonts));
  void draw(pdf, pages).catch((error: Error) => void pdf.destroy(error));
  return pdf;
}

function typeOf(pdf: PDFKit.PDFDocument, fonts: Record<Face, Font>): Type {
  return {
    measure: (text, { face, size }) => pdf.font(face).fontSize(size).widthOfString(text),
    legible: (text, face) => legible(text, fonts[face].has),
  };
}

// Other requests are answered between two sheets, and nobody draws for a reader who has left.
async function draw(pdf: PDFKit.PDFDocument, pages: readonly Mark[][]): Promise<void> {
  for (const marks of pages) {
    await breathe();
    if (pdf.destroyed) return;
    pdf.addPage();
    for (const mark of marks) drawMark(pdf, mark);
  }
  pdf.end();
}

function drawMark(pdf: PDFKit.PDFDocument, mark: Mark): void {
  switch (mark.kind) {
    case 'text':
      drawText(pdf, mark.text, mark);
      break;
    case 'rule':
      pdf
        .lineWidth(mark.thickness)
        .strokeColor(colors[mark.tone])
        .moveTo(mark.from, mark.y)
        .lineTo(mark.to, mark.y)
        .stroke();
      break;
    case 'stamp':
      drawStamp(pdf, mark);
  }
}

type Place = Style & { x: number; y: number; spacing?: number };

function drawText(pdf: PDFKit.PDFDocument, text: string, { face, size, tone, x, y, spacing = 0 }: Place): void {
  pdf
    .font(face)
    .fontSize(size)
    .fillColor(colors[tone])
    .text(text, x, y, { lineBreak: false, baseline: 'alphabetic', characterSpacing: spacing });
}

const stampSize = 23;
const stampSpacing = 2.5;
const stampPadding = 16;

/** A rubber stamp: framed twice, a little askew, to be known without colours too. */
function drawStamp(pdf: PDFKit.PDFDocument, { word, day, x, y, tone }: Extract<Mark, { kind: 'stamp' }>): void {
  const text = word.toUpperCase();
  const spacing = stampSpacing;
  const wide = pdf.font('bold').fontSize(stampSize).widthOfString(text, { characterSpacing: spacing });
  const small = day === null ? 0 : pdf.font('regular').fontSize(8.5).widthOfString(day);
  const width = Math.max(wide, small) + 2 * stampPadding;
  const height = day === null ? 42 : 54;
  const [left, top] = [x - width / 2, y - height / 2];
  pdf
    .save()
    .rotate(-7, { origin: [x, y] })
    .strokeColor(colors[tone]);
  pdf.lineWidth(1.8).roundedRect(left, top, width, height, 6).stroke();
  pdf
    .lineWidth(0.6)
    .roundedRect(left + 3.5, top + 3.5, width - 7, height - 7, 3.5)
    .stroke();
  drawText(pdf, text, { face: 'bold', size: stampSize, tone, x: x - wide / 2, y: top + 29.5, spacing });
  if (day !== null) drawText(pdf, day, { face: 'regular', size: 8.5, tone, x: x - small / 2, y: top + 43 });
  pdf.restore();
}
