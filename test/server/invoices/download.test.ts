import http from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import { invoiceRoutes } from '../../../src/server/invoices/routes.ts';
import { stopClock } from '../../kit/clock.ts';
import { makeWorld } from '../../kit/world.ts';
import { makeStudio, pathsOf } from './cast.ts';
import { textOf, wordsOf } from './pdf-text.ts';
import { serve, serving } from './serving.ts';

const ask = serving();

beforeEach(() => void stopClock('2026-11-25T10:00:00Z'));

const head = ['No.', 'Description', 'Quantity', 'Unit price', 'Amount'];

describe('the PDF of an invoice', () => {
  test('tells all that there is to know of it', async () => {
    const studio = await makeStudio();
    const invoice = await studio.studioInvoice({
      ...{ status: 'PAID', amountPaid: '3060.66', paidAt: new Date('2026-11-24T11:00:00Z') },
      ...{ periodLength: 3, periodUnit: 'WEEK' },
    });
    const { status, body } = await ask(invoice.download);
    expect(status).toBe(200);
    expect(textOf(body)).toEqual([
      [
        ...[['Northwind Studio GmbH'], ['Münzstraße 12'], ['Invoice'], ['10178 Berlin, Germany']],
        ...[[invoice.number], ['VAT DE 123 456 789']],
        ['Billed to'],
        ['Issued', '21 November 2026'],
        ['Gołąb & Söhne Sp. z o.o.', 'Due', '5 December 2026'],
        ['Żaneta Gołąb', 'Paid', '24 November 2026'],
        ['ul. Świętokrzyska 31/33', 'Status', 'Paid'],
        ['00-001 Warszawa', 'Repeats', 'every 3 weeks'],
        ...[['Poland'], ['VAT number PL5252344078'], [studio.buyer.email]],
        ['No.', 'Description', 'Quantity', 'Unit price', 'Discount', 'Amount'],
        ['1', 'Case study', '2', '€690.00', '−€100.00', '€1,152.00'],
        ['Interview, draft,', '−€128.00'],
        ['two rounds of corrections.', 'Coupon'],
        ['Extras: Proofreading, Pictures', 'SPRING26'],
        ...[['Express: yes'], ['Language: Deutsch (groß)']],
        ['2', 'Landing page', '1', '€1,250.00', '€1,250.00'],
        ['3', 'Consulting', '2', '€106.00', '€212.00'],
        ...[
          ['Subtotal', '€2,614.00'],
          ['VAT 19%', '€496.66'],
          ['Credit', '−€50.00'],
        ],
        ['PAID'],
        ['Total EUR', '€3,060.66'],
        ['24 November 2026'],
        ...[
          ['Paid', '€3,060.66'],
          ['Amount due', '€0.00'],
        ],
        ...[['Note'], ['Thank you for your trust.'], ['Please quote the number of the invoice.']],
        [`Invoice ${invoice.number}`, 'Page 1 of 1'],
      ],
    ]);
  });

  test('says what it is: title, author, day, language', async () => {
    const invoice = await (await makeStudio()).studioInvoice();
    const text = (await ask(invoice.download)).text;
    expect(text.slice(0, 8)).toBe('%PDF-1.7');
    expect(text).toContain(`(Invoice ${invoice.number})`);
    expect(text).toContain('(Northwind Studio)');
    expect(text).toContain('(D:20261125100000Z)');
    expect(text).toContain('/Lang (en)');
  });

  test.each([
    ['REFUNDED', 'REFUNDED'],
    ['CANCELLED', 'CANCELLED'],
  ])('is stamped: %s', async (status, stamp) => {
    const studio = await makeStudio();
    const fields = status === 'REFUNDED' ? { amountPaid: '3060.66', amountRefunded: '3060.66' } : {};
    const invoice = await studio.studioInvoice({ status, ...fields });
    expect(textOf((await ask(invoice.download)).body)[0]).toContainEqual([stamp]);
  });

  test.each(['UNPAID', 'PARTIALLY_PAID'])('is not stamped while money is owed: %s', async (status) => {
    const invoice = await (await makeStudio()).studioInvoice({ status });
    expect(wordsOf((await ask(invoice.download)).body)).not.toMatch(/^[A-Z]{4,}$/m);
  });

  test.each([
    ['JPY', '1234567', 'JPY\u00a01,234,567'],
    ['KWD', '1234.5', 'KWD\u00a01,234.500'],
    ['EUR', '1234.5', '€1,234.50'],
  ])('tells amounts as their currency is written: %s', async (currency, amount, written) => {
    const invoice = await (await makeWorld()).invoice({ currency, total: amount });
    await invoice.item({ name: 'Work', amount, total: amount });
    const [page] = textOf((await ask(pathsOf(invoice).download)).body);
    expect(page).toContainEqual(['1', 'Work', '1', written, written]);
    expect(page).toContainEqual(['Amount due', written]);
  });

  test('shows the letters and signs of Europe, and a box for what its fonts lack', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({
      note: 'ß ẞ ü ł Ż ő ç ø þ ğ Ș € £ ¥ ₹ ₺ № “„” – — … ™\nΑθήνα София Київ\n😀 ❤️ 🎉 👩‍👩‍👧 👍🏽 東京\nزا \u202egnihsihp\u0007\ta\u200bb',
    });
    const [page = []] = textOf((await ask(pathsOf(invoice).download)).body);
    const note = page.slice(page.findIndex(([text]) => text === 'Note') + 1, -1).map(([text]) => text);
    expect(note.slice(0, 3)).toEqual([
      'ß ẞ ü ł Ż ő ç ø þ ğ Ș € £ ¥ ₹ ₺ № “„” – — … ™',
      'Αθήνα София Київ',
      '😀 ❤ □ □ □ □□',
    ]);
    // Right to left, as it is set.
    expect(note[3]).toBe(' از gnihsihp ab');
  });

  test('of a hundred lines has a head on every page, page numbers, and each line once', async () => {
    const world = await makeWorld({ name: 'Studio Hundred' });
    const invoice = await world.invoice({ total: '100' });
    for (let position = 0; position < 100; position += 1) {
      const name =
        position % 9 === 0 ? `Work ${position + 1} ${'with a name that goes on '.repeat(6)}` : `Work ${position + 1}`;
      await invoice.item({ position, name, description: position % 4 === 0 ? 'One.\nTwo.' : null });
    }
    const pages = textOf((await ask(pathsOf(invoice).download)).body);
    expect(pages.length).toBeGreaterThan(3);
    for (const [index, page] of pages.entries()) {
      expect(page.at(-1)).toEqual([`Invoice ${invoice.number}`, `Page ${index + 1} of ${pages.length}`]);
      expect(page.filter(([first]) => first === 'No.')).toEqual([head]);
      if (index > 0) expect(page.slice(0, 2)).toEqual([[`Invoice ${invoice.number}`, 'Studio Hundred'], head]);
    }
    const lines = pages.flat().filter((line) => line.length === 5 && line[0] !== 'No.');
    expect(lines.map(([number]) => Number(number))).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(lines.every(([number, name]) => name?.startsWith(`Work ${number}`))).toBe(true);
    // Sums stand under a line, never alone.
    const last = pages.at(-1) ?? [];
    expect(last.findIndex(([first]) => first === 'Subtotal')).toBeGreaterThan(2);
  });

  test('keeps what people wrote as text', async () => {
    const evil = '<b>x</b> (y) \\ [z] <0041> ) Tj';
    const world = await makeWorld({ name: evil, invoiceSender: evil });
    const invoice = await world.invoice({ note: evil, number: evil });
    await invoice.item({ name: evil });
    const [page = []] = textOf((await ask(pathsOf(invoice).download)).body);
    expect(page.flat().filter((text) => text === evil)).toHaveLength(4);
  });

  test.each([
    ['INV-00042', 'Invoice INV-00042.pdf', 'Invoice%20INV-00042.pdf'],
    ['2026/07 "ü"\\', 'Invoice 2026_07 ____.pdf', 'Invoice%202026_07%20%22%C3%BC%22_.pdf'],
    ["a'b(c)*", 'Invoice a_b_c__.pdf', 'Invoice%20a%27b%28c%29%2A.pdf'],
    ['x\r\nset-cookie: a=b', 'Invoice x__set-cookie_ a_b.pdf', 'Invoice%20x__set-cookie%3A%20a%3Db.pdf'],
  ])('is saved under the number: %j', async (number, plain, exact) => {
    const invoice = await (await makeWorld()).invoice({ number });
    const { headers } = await ask(pathsOf(invoice).download);
    expect(headers['content-disposition']).toBe(`attachment; filename="${plain}"; filename*=UTF-8''${exact}`);
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('is kept by nobody, and sent as it is made', async () => {
    const invoice = await (await makeStudio()).studioInvoice();
    const { headers } = await ask(invoice.download);
    const {
      date: _,
      connection: __,
      'keep-alive': ___,
      'x-request-id': ____,
      'content-disposition': _____,
      ...rest
    } = headers;
    expect(rest).toEqual({
      'content-type': 'application/pdf',
      'transfer-encoding': 'chunked',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=31536000',
      'permissions-policy': expect.stringContaining('geolocation=()'),
      'x-robots-tag': 'noindex, nofollow',
    });
  });

  test('may be left before its end: that is no failure, and the server goes on', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ note: 'A long note. '.repeat(8_000) });
    const errors: unknown[] = [];
    const log = { error: (line: unknown) => void errors.push(line) } as never;
    const { ask, port, close } = await serve(invoiceRoutes({ database: world.database, log }));
    const { download } = pathsOf(invoice);
    const left = new Promise<void>((resolve, reject) => {
      const request = http.get({ port, path: download, agent: false }, (response) => {
        response.once('data', () => response.destroy());
        response.once('close', resolve);
      });
      request.once('error', reject);
    });
    await left;
    const { status, body } = await ask(download);
    expect([status, body.toString('latin1').trimEnd().endsWith('%%EOF')]).toEqual([200, true]);
    expect(errors).toEqual([]);
    await close();
  });
});
