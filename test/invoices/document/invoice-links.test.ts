import { expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { settings } from '../../kit/client.ts';
import { makeWorld } from '../../kit/world.ts';
import { pathsOf } from '../../server/invoices/cast.ts';

const Links = graphql(`
  query InvoiceLinks($id: ID!) {
    invoice(id: $id) {
      viewLink
      downloadLink
      thanksLink
    }
  }
`);

test('an invoice tells the links of its pages, whatever its number', async () => {
  const world = await makeWorld();
  for (const number of ['INV-00042', '2026/07 #1', 'Nº ü€😀 %2F?', `<>&"'`, '(a)*!~_.', '№'.repeat(50)]) {
    const invoice = await world.invoice({ number });
    const paths = pathsOf(invoice);
    const { invoice: told } = await world.as(world.admin).run(Links, { id: encodeId('Invoice', invoice.id) });
    expect(told).toEqual({
      viewLink: `${settings.publicUrl}${paths.view}`,
      downloadLink: `${settings.publicUrl}${paths.download}`,
      thanksLink: `${settings.publicUrl}${paths.thanks}`,
    });
  }
});

test('an invoice tells its links to its client, and to no other one', async () => {
  const world = await makeWorld();
  const [client, other] = [await world.client(), await world.client()];
  const invoice = await world.invoice({ client });
  const id = encodeId('Invoice', invoice.id);
  const viewLink = `${settings.publicUrl}${pathsOf(invoice).view}`;
  expect((await world.as(client).run(Links, { id })).invoice).toMatchObject({ viewLink });
  expect((await world.as(other).run(Links, { id })).invoice).toBeNull();
});
