import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { stopClock } from '../../kit/clock.ts';
import { unchanged } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { makeStudio, pathsOf } from './cast.ts';
import { linksOf, textsOf } from './page-text.ts';
import { serving } from './serving.ts';

const ask = serving();

beforeEach(() => void stopClock('2026-11-25T10:00:00Z'));

const paid = { status: 'PAID', amountPaid: '3060.66', paidAt: new Date('2026-11-24T11:00:00Z') };

describe('the page of an invoice', () => {
  test('tells all that there is to know of it', async () => {
    const studio = await makeStudio();
    const invoice = await studio.studioInvoice({ ...paid, periodLength: 1, periodUnit: 'MONTH' });
    const { status, text } = await ask(invoice.view);
    expect(status).toBe(200);
    expect(/<title>(.*)<\/title>/.exec(text)?.[1]).toBe(`Invoice ${invoice.number} · Northwind Studio`);
    expect(textsOf(text)).toEqual([
      'Invoice',
      invoice.number,
      ...['Northwind Studio GmbH', 'Münzstraße 12', '10178 Berlin, Germany', 'VAT DE 123 456 789'],
      'Billed to',
      ...['Gołąb & Söhne Sp. z o.o.', 'Żaneta Gołąb', 'ul. Świętokrzyska 31/33', '00-001 Warszawa', 'Poland'],
      ...['VAT number PL5252344078', studio.buyer.email],
      ...['Issued', '21 November 2026', 'Due', '5 December 2026', 'Paid', '24 November 2026'],
      ...['Status', 'Paid', 'Repeats', 'every month'],
      ...['No.', 'Description', 'Quantity', 'Unit price', 'Discount', 'Amount'],
      ...['1', 'Case study', 'Interview, draft,\ntwo rounds of corrections.'],
      ...['Extras', 'Proofreading, Pictures', 'Express', 'yes', 'Language', 'Deutsch (groß)'],
      ...['2', '€690.00', '−€100.00', '−€128.00', 'Coupon SPRING26', '€1,152.00'],
      ...['2', 'Landing page', '1', '€1,250.00', '€1,250.00'],
      ...['3', 'Consulting', '2', '€106.00', '€212.00'],
      ...['Paid', '24 November 2026'],
      ...['Subtotal', '€2,614.00', 'VAT 19%', '€496.66', 'Credit', '−€50.00'],
      ...['Total EUR', '€3,060.66', 'Paid', '€3,060.66', 'Amount due', '€0.00'],
      ...['Note', 'Thank you for your trust.\nPlease quote the number of the invoice.'],
    ]);
  });

  test('leads to the PDF, and nowhere else', async () => {
    const invoice = await (await makeStudio()).studioInvoice();
    const { text } = await ask(invoice.view);
    expect(linksOf(text, invoice.view)).toEqual([invoice.download]);
  });

  test('shows no more than there is', async () => {
    const world = await makeWorld({ name: 'One Desk' });
    const client = await world.client({
      firstName: 'Bo',
      lastName: 'Li',
      company: null,
      email: `bo-${Date.now()}@x.test`,
    });
    const createdAt = new Date('2026-11-20T12:00:00Z');
    const invoice = await world.invoice({ client, createdAt, total: '100' });
    await invoice.item({ name: 'A day of work' });
    const { text } = await ask(pathsOf(invoice).view);
    expect(textsOf(text)).toEqual([
      ...['Invoice', invoice.number, 'One Desk', 'Billed to', 'Bo Li', client.email],
      ...['Issued', '20 November 2026', 'Status', 'Unpaid'],
      ...['No.', 'Description', 'Quantity', 'Unit price', 'Amount'],
      ...['1', 'A day of work', '1', '$100.00', '$100.00'],
      ...['Subtotal', '$100.00', 'Total USD', '$100.00', 'Amount due', '$100.00'],
    ]);
  });

  test('has no recipient while there is none', async () => {
    const studio = await makeStudio();
    const invoice = await studio.studioInvoice({ client: null, billingAddress: undefined, status: 'CANCELLED' });
    const texts = textsOf((await ask(invoice.view)).text);
    expect(texts).not.toContain('Billed to');
  });

  test('writes towns as their country does', async () => {
    const studio = await makeStudio();
    const town = async (billingAddress: object) => {
      const invoice = await studio.studioInvoice({ billingAddress });
      const texts = textsOf((await ask(invoice.view)).text);
      return texts.slice(texts.indexOf('1 Main') + 1, texts.indexOf(studio.buyer.email));
    };
    const line1 = '1 Main';
    expect(await town({ line1, city: 'Austin', state: 'TX', postcode: '78701', country: 'US' })).toEqual([
      'Austin, TX 78701',
      'United States',
    ]);
    expect(await town({ line1, city: 'London', postcode: 'E1 6AN', country: 'GB' })).toEqual([
      'London, E1 6AN',
      'United Kingdom',
    ]);
    expect(await town({ line1, city: 'Köln', state: 'NRW', postcode: '50667', country: 'DE', taxId: '9/8' })).toEqual([
      '50667 Köln',
      'NRW',
      'Germany',
      'Tax number 9/8',
    ]);
    expect(await town({ line1, city: 'Nowhere' })).toEqual(['Nowhere']);
  });

  test.each([
    ['UTC', '2026-11-20T23:30:00Z', '20 November 2026'],
    ['Europe/Berlin', '2026-11-20T23:30:00Z', '21 November 2026'],
    ['America/Los_Angeles', '2026-11-01T06:59:59Z', '31 October 2026'],
    ['Pacific/Kiritimati', '2026-12-31T10:00:00Z', '1 January 2027'],
  ])('tells days in the time zone of the organization: %s', async (timeZone, createdAt, day) => {
    const world = await makeWorld({ timeZone });
    const invoice = await world.invoice({ createdAt: new Date(createdAt) });
    const texts = textsOf((await ask(pathsOf(invoice).view)).text);
    expect(texts[texts.indexOf('Issued') + 1]).toBe(day);
  });

  test.each([
    ['JPY', '1234567', 'JPY\u00a01,234,567'],
    ['KWD', '1234.5', 'KWD\u00a01,234.500'],
    ['EUR', '1234.5', '€1,234.50'],
    ['GBP', '0.05', '£0.05'],
    ['CHF', '999', 'CHF\u00a0999.00'],
    ['USD', '999999999999999.99', '$999,999,999,999,999.99'],
    ['CLF', '1.2345', 'CLF\u00a01.2345'],
  ])('tells amounts as their currency is written: %s %s', async (currency, amount, written) => {
    const world = await makeWorld();
    const invoice = await world.invoice({ currency, total: amount });
    await invoice.item({ amount, total: amount });
    const texts = textsOf((await ask(pathsOf(invoice).view)).text);
    expect(texts.slice(texts.indexOf('Subtotal'))).toEqual([
      ...['Subtotal', written, /^[A-Z]/.test(written) ? 'Total' : `Total ${currency}`, written, 'Amount due', written],
    ]);
  });

  test.each<[string, string, object, string, string[], string]>([
    ['unpaid', 'UNPAID', {}, 'Unpaid', [], '€3,060.66'],
    ['unpaid at its due instant', 'UNPAID', { dueAt: new Date('2026-11-25T10:00:00Z') }, 'Overdue', [], '€3,060.66'],
    ['unpaid without one', 'UNPAID', { dueAt: null }, 'Unpaid', [], '€3,060.66'],
    ['paid in part', 'PARTIALLY_PAID', { amountPaid: '60.66' }, 'Partially paid', ['Paid', '€60.66'], '€3,000.00'],
    [
      'paid in part, then given back in part, late',
      'PARTIALLY_PAID',
      { amountPaid: '60.66', amountRefunded: '10', dueAt: new Date('2026-11-20') },
      'Partially paid, overdue',
      ['Paid', '€60.66', 'Refunded', '€10.00'],
      '€3,010.00',
    ],
    ['paid', 'PAID', paid, 'Paid', ['Paid', '€3,060.66'], '€0.00'],
    [
      'paid, and refunded in part',
      'PAID',
      { ...paid, amountRefunded: '60' },
      'Paid',
      ['Paid', '€3,060.66', 'Refunded', '€60.00'],
      '€0.00',
    ],
    [
      'refunded',
      'REFUNDED',
      { ...paid, amountRefunded: '3060.66' },
      'Refunded',
      ['Paid', '€3,060.66', 'Refunded', '€3,060.66'],
      '€0.00',
    ],
    ['cancelled', 'CANCELLED', {}, 'Cancelled', [], '€0.00'],
  ])('says how it stands: %s', async (_, status, fields, word, moved, due) => {
    const studio = await makeStudio();
    const invoice = await studio.studioInvoice({ ...fields, status });
    const { text } = await ask(invoice.view);
    const texts = textsOf(text);
    expect(texts[texts.indexOf('Status') + 1]).toBe(word);
    expect(texts.slice(texts.indexOf('Total EUR') + 2, texts.indexOf('Note'))).toEqual([...moved, 'Amount due', due]);
    const stamp = /<p class="stamp (\w+)">([A-Z]\w+)/.exec(text);
    expect(stamp?.[2] ?? null).toBe(['PAID', 'REFUNDED', 'CANCELLED'].includes(status) ? word : null);
    expect(stamp?.[1] ?? null).toBe(stamp ? word.toLowerCase() : null);
  });

  test.each([
    ['PERCENT', { taxName: 'USt.', taxRate: '7.5' }, 'USt. 7.5%'],
    ['PERCENT', { taxName: null, taxRate: '0' }, 'VAT 0%'],
    ['FIXED', { taxName: null, taxRate: '20' }, 'VAT'],
    ['FIXED', { taxName: 'Levy', taxRate: '20' }, 'Levy'],
    ['NONE', { taxName: null, taxRate: '0' }, null],
  ])('names the tax: %s %o', async (taxType, fields, label) => {
    const studio = await makeStudio();
    const tax = taxType === 'NONE' ? '0' : '20';
    const total = String(2614 + Number(tax) - 50);
    const invoice = await studio.studioInvoice({ taxType, ...fields, tax, total });
    const texts = textsOf((await ask(invoice.view)).text);
    const between = texts.slice(texts.indexOf('Subtotal') + 2, texts.indexOf('Credit'));
    expect(between).toEqual(label === null ? [] : [label, '€20.00']);
  });

  test('keeps what people wrote as text', async () => {
    const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;
    const world = await makeWorld({ name: evil, invoiceSender: `${evil}\n${evil}` });
    const client = await world.client({ firstName: evil, lastName: evil, company: evil });
    const coupon = await world.coupon({ code: evil });
    const billingAddress = { line1: evil, city: evil, country: 'XX' };
    const number = `N°/${evil}`.slice(0, 50);
    const invoice = await world.invoice({
      ...{ client, billingAddress, number, note: evil, couponId: coupon.id },
      ...{ taxType: 'FIXED', taxName: evil, subtotal: '99', taxRate: '1', tax: '1' },
    });
    await invoice.item({ name: evil, description: evil, options: { [evil]: evil }, couponDiscount: '1', total: '99' });
    const { status, text } = await ask(pathsOf(invoice).view);
    expect(status).toBe(200);
    expect(text).not.toMatch(/<script|<img/);
    expect([...text.matchAll(/&lt;script&gt;alert\(1\)/g)].length).toBe(17);
    expect(textsOf(text).filter((shown) => shown === evil)).toHaveLength(11);
    expect(linksOf(text, pathsOf(invoice).view)).toEqual([pathsOf(invoice).download]);
    expect((await ask(pathsOf(invoice).download)).status).toBe(200);
  });

  test('may do nothing, is kept by nobody and tells nobody where it was', async () => {
    const invoice = await (await makeStudio()).studioInvoice();
    const { headers, text, body } = await ask(invoice.view);
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const { date: _, connection: __, 'keep-alive': ___, 'x-request-id': id, ...rest } = headers;
    expect(rest).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(body.length),
      'cache-control': 'no-store',
      'content-security-policy':
        `default-src 'none'; style-src 'sha256-${hash}'; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=31536000',
      'permissions-policy': expect.stringContaining('geolocation=()'),
      'x-robots-tag': 'noindex, nofollow',
    });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(text).not.toMatch(/<script|\bon\w+=|style=|<link|@import|url\(/);
  });

  test('is looked at without leaving a trace', async () => {
    const studio = await makeStudio();
    const invoice = await studio.studioInvoice();
    await unchanged(studio, async () => {
      for (const path of [invoice.view, invoice.download, invoice.thanks]) expect((await ask(path)).status).toBe(200);
    });
  });
});
