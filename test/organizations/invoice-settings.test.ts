import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';

const InvoiceSettingsUpdate = graphql(`
  mutation InvoiceSettingsUpdate($input: OrganizationUpdateInput!) {
    organizationUpdate(input: $input) {
      ... on OrganizationUpdateSuccess {
        organization {
          invoicePrefix
          invoiceSender
          taxName
          paymentTermDays
          version
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof InvoiceSettingsUpdate>['input'];

const update = async (world: World, input: Input) =>
  (await world.as(world.admin).run(InvoiceSettingsUpdate, { input })).organizationUpdate;

describe('organizationUpdate, of what invoices say', () => {
  test('begins with INV-, Tax and two weeks; changes what is given and logs it', async () => {
    const world = await makeWorld();
    expect(success(await update(world, {})).organization).toEqual({
      invoicePrefix: 'INV-',
      invoiceSender: null,
      taxName: 'Tax',
      paymentTermDays: 14,
      version: 1,
    });
    const given = {
      invoicePrefix: ' 2026/ ',
      invoiceSender: 'Studio\n1 Main Street',
      taxName: 'VAT',
      paymentTermDays: 0,
    };
    const { result, logs } = await recorded(world, () => update(world, given));
    expect(success(result).organization).toEqual({ ...given, invoicePrefix: '2026/', version: 2 });
    expect(logs.map(({ changes }) => Object.keys(changes).sort())).toEqual([
      ['invoice_prefix', 'invoice_sender', 'payment_term_days', 'tax_name'],
    ]);
  });

  test.each([null, '', ' '])(
    'without a prefix, as by %j, numbers are bare; without a sender there is none',
    async (none) => {
      const world = await makeWorld({ invoiceSender: 'Studio' });
      const { organization } = success(await update(world, { invoicePrefix: none, invoiceSender: none }));
      expect(organization).toMatchObject({ invoicePrefix: '', invoiceSender: null });
    },
  );

  test.each<[string, Input, string]>([
    ['too long a prefix', { invoicePrefix: 'x'.repeat(21) }, 'invoicePrefix TOO_LONG'],
    ['a prefix with NUL', { invoicePrefix: '\0' }, 'invoicePrefix INVALID'],
    ['too long a sender', { invoiceSender: 'x'.repeat(65_536) }, 'invoiceSender TOO_LONG'],
    ['no tax name', { taxName: null }, 'taxName REQUIRED'],
    ['a blank tax name', { taxName: ' ' }, 'taxName REQUIRED'],
    ['too long a tax name', { taxName: 'x'.repeat(101) }, 'taxName TOO_LONG'],
    ['no payment term', { paymentTermDays: null }, 'paymentTermDays REQUIRED'],
    ['a term in the past', { paymentTermDays: -1 }, 'paymentTermDays OUT_OF_RANGE'],
    ['a term of ages', { paymentTermDays: 3_651 }, 'paymentTermDays OUT_OF_RANGE'],
  ])('refuses %s', async (_, input, issue) => {
    const world = await makeWorld();
    expect(issuesOf(await unchanged(world, () => update(world, input)))).toEqual([issue]);
  });
});
