import { expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { line, made } from '../../invoices/creating.ts';
import { markPaid, refund } from '../../invoices/paying.ts';
import { success } from '../../kit/expect.ts';
import { makeWorld } from '../../kit/world.ts';
import { textsOf } from './page-text.ts';
import { wordsOf } from './pdf-text.ts';
import { serving } from './serving.ts';

const ask = serving();

const Links = graphql(`
  query LinksOfInvoice($id: ID!) {
    invoice(id: $id) {
      viewLink
      downloadLink
      thanksLink
    }
  }
`);

test('a client follows the links of an invoice from its making to its refund', async () => {
  const world = await makeWorld({ name: 'Studio', timeZone: 'Europe/Berlin', taxName: 'USt.' });
  const address = await world.address({ companyName: 'Łódź Media', line1: '1 Main Street', postcode: '90-001' });
  const client = await world.client({ firstName: 'Bożena', addressId: address.id });
  const { id } = await made(world, {
    clientId: encodeId('Client', client.id),
    items: [line({ name: 'Photographs', quantity: 3, discount: '30' }), line({ name: 'Texts', amount: '50' })],
    taxType: 'PERCENT',
    taxRate: '20',
    status: 'DRAFT',
  });
  const { invoice } = await world.as(world.admin).run(Links, { id });
  const pathOf = (link = '') => link.replace(/^https:\/\/engine\.test/, '');
  const [view, download, thanks] = [invoice?.viewLink, invoice?.downloadLink, invoice?.thanksLink].map(pathOf) as [
    string,
    string,
    string,
  ];
  const amounts = async () => {
    const texts = textsOf((await ask(view)).text);
    return texts.slice(texts.indexOf('Subtotal'));
  };
  expect((await ask(view)).status).toBe(404);

  await world.rows.invoice.updateMany({ where: { organizationId: world.organizationId }, data: { status: 'UNPAID' } });
  const sums = ['Subtotal', '$320.00', 'USt. 20%', '$64.00', 'Total USD', '$384.00'];
  expect(await amounts()).toEqual([...sums, 'Amount due', '$384.00']);
  expect(textsOf((await ask(view)).text)).toEqual(expect.arrayContaining(['Łódź Media', '1 Main Street', '−$30.00']));
  expect(textsOf((await ask(thanks)).text)[1]).toBe('Not paid yet');

  success(await markPaid(world, { id }));
  await world.rows.address.update({ where: { id: address.id }, data: { line1: 'Elsewhere' } });
  expect(await amounts()).toEqual([...sums, 'Paid', '$384.00', 'Amount due', '$0.00']);
  expect(textsOf((await ask(thanks)).text)[1]).toBe('Thank you');
  expect(wordsOf((await ask(download)).body)).toMatch(/^PAID$/m);
  expect(wordsOf((await ask(download)).body)).toContain('1 Main Street');

  success(await refund(world, { id }));
  expect(await amounts()).toEqual([...sums, 'Paid', '$384.00', 'Refunded', '$384.00', 'Amount due', '$0.00']);
  expect(textsOf((await ask(thanks)).text)[1]).toBe('Refunded');
  expect(wordsOf((await ask(download)).body)).toMatch(/^REFUNDED$/m);
});
