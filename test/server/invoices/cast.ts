import { makeWorld, type World } from '../../kit/world.ts';

type InvoiceFields = Parameters<World['invoice']>[0];

/** A business in Berlin, and its client in Warsaw. */
export async function makeStudio() {
  const world = await makeWorld({
    name: 'Northwind Studio',
    invoiceSender: 'Northwind Studio GmbH\nMünzstraße 12\r\n10178 Berlin, Germany\n\nVAT DE 123 456 789',
    timeZone: 'Europe/Berlin',
    taxName: 'VAT',
  });
  const buyer = await world.client({
    firstName: 'Żaneta',
    lastName: 'Gołąb',
    company: 'Gołąb Media',
    email: `zaneta-${world.organization.slug}@golab.example`,
  });
  const coupon = await world.coupon({ code: 'SPRING26' });

  /** An invoice of three lines, with everything that an invoice can have. */
  async function invoice(fields: InvoiceFields = {}) {
    const made = await world.invoice({
      client: buyer,
      currency: 'EUR',
      couponId: coupon.id,
      billingAddress: {
        companyName: 'Gołąb & Söhne Sp. z o.o.',
        firstName: 'Żaneta',
        lastName: 'Gołąb',
        line1: 'ul. Świętokrzyska 31/33',
        line2: null,
        postcode: '00-001',
        city: 'Warszawa',
        state: null,
        country: 'PL',
        companyVat: 'PL5252344078',
        taxId: null,
      },
      subtotal: '2614',
      taxType: 'PERCENT',
      taxName: 'VAT',
      taxRate: '19',
      tax: '496.66',
      credit: '50',
      total: '3060.66',
      amountPaid: '0',
      note: 'Thank you for your trust.\nPlease quote the number of the invoice.',
      createdAt: new Date('2026-11-20T23:30:00Z'),
      dueAt: new Date('2026-12-05T11:00:00Z'),
      ...fields,
    });
    await made.item({
      position: 1,
      name: 'Landing page',
      amount: '1250',
      total: '1250',
    });
    await made.item({
      position: 0,
      name: 'Case study',
      description: 'Interview, draft,\ntwo rounds of corrections.',
      options: { Language: 'Deutsch (groß)', Extras: ['Proofreading', 'Pictures'], Express: true },
      quantity: 2,
      amount: '690',
      discount: '100',
      couponDiscount: '128',
      total: '1152',
    });
    await made.item({
      position: 2,
      name: 'Consulting',
      quantity: 2,
      amount: '106',
      total: '212',
    });
    return { ...made, ...pathsOf(made) };
  }

  return { ...world, buyer, studioInvoice: invoice };
}

/** Where the pages of an invoice are. */
export function pathsOf({ number, accessKey }: { number: string; accessKey: string }) {
  const segment = encodeURIComponent(number);
  return {
    view: `/invoices/${segment}?key=${accessKey}`,
    download: `/invoices/${segment}/download?key=${accessKey}`,
    thanks: `/thanks/${segment}?key=${accessKey}`,
  };
}
