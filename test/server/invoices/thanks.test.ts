import { describe, expect, test } from 'vitest';
import { makeStudio } from './cast.ts';
import { linksOf, textsOf } from './page-text.ts';
import { serving } from './serving.ts';

const ask = serving();

const paidAt = new Date('2026-11-24T11:00:00Z');

describe('the page after paying', () => {
  test.each<[string, object, string, string]>([
    ['what is paid', { status: 'PAID', amountPaid: '3060.66', paidAt }, 'Thank you', 'Invoice # is paid in full.'],
    [
      'what is paid in part',
      { status: 'PARTIALLY_PAID', amountPaid: '60.66' },
      'Thank you',
      'We have received €60.66 for invoice #. €3,000.00 remains to be paid. It is due by 5 December 2026.',
    ],
    [
      'what is not paid',
      { status: 'UNPAID' },
      'Not paid yet',
      'We have not received a payment for invoice # so far. €3,060.66 is to be paid. It is due by 5 December 2026.',
    ],
    [
      'what is not paid and due at no time',
      { status: 'UNPAID', dueAt: null },
      'Not paid yet',
      'We have not received a payment for invoice # so far. €3,060.66 is to be paid.',
    ],
    [
      'what was refunded',
      { status: 'REFUNDED', amountPaid: '3060.66', amountRefunded: '3060.66', paidAt },
      'Refunded',
      'What was paid for invoice # has been refunded.',
    ],
    [
      'what was cancelled',
      { status: 'CANCELLED' },
      'Cancelled',
      'Invoice # has been cancelled. There is nothing to pay.',
    ],
  ])('thanks for %s', async (_, fields, heading, message) => {
    const invoice = await (await makeStudio()).studioInvoice(fields);
    const { status, text } = await ask(invoice.thanks);
    expect(status).toBe(200);
    expect(/<title>(.*)<\/title>/.exec(text)?.[1]).toBe(`${heading} · Northwind Studio`);
    expect(textsOf(text)).toEqual([
      'Northwind Studio',
      heading,
      message.replace('#', invoice.number),
      'View the invoice',
      'Download PDF',
    ]);
    expect(linksOf(text, invoice.thanks)).toEqual([invoice.view, invoice.download]);
  });

  test('knows of a payment that is under way, and of none that failed', async () => {
    const studio = await makeStudio();
    const invoice = await studio.studioInvoice();
    await studio.payment({ invoice, status: 'FAILED' });
    expect(textsOf((await ask(invoice.thanks)).text)[1]).toBe('Not paid yet');
    await studio.payment({ invoice, status: 'PROCESSING' });
    expect(textsOf((await ask(invoice.thanks)).text).slice(1, 3)).toEqual([
      'Thank you',
      `Your payment for invoice ${invoice.number} is on its way. The invoice is marked as paid once it has arrived.`,
    ]);
  });
});
