import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeCast } from './cast.ts';

const InvoiceTotals = graphql(`
  query InvoiceTotals($filter: InvoiceFilter, $search: String) {
    invoiceTotals(filter: $filter, search: $search) {
      status
      currency
      count
      total {
        amount
        currency
      }
      paid {
        amount
      }
      credit {
        amount
      }
      refunded {
        amount
      }
      due {
        amount
      }
    }
  }
`);

const totalsOf = async (
  world: World,
  variables: VariablesOf<typeof InvoiceTotals> = {},
  actor: Actor = world.admin,
) => {
  const { invoiceTotals } = await world.as(actor).run(InvoiceTotals, variables);
  return invoiceTotals.map(({ status, currency, count, total, paid, credit, refunded, due }) => {
    expect(total.currency).toBe(currency);
    return [status, currency, count, ...[total, paid, credit, refunded, due].map(({ amount }) => amount)].join(' ');
  });
};

describe('invoiceTotals', () => {
  test('counts and sums by status and currency, in that order, each amount as its currency is written', async () => {
    const world = await makeWorld();
    expect(await totalsOf(world)).toEqual([]);
    for (const fields of [
      { total: '100' },
      { total: '0.5', currency: 'EUR' },
      { total: '1500', currency: 'JPY' },
      { total: '50' },
      { status: 'PARTIALLY_PAID', total: '70', subtotal: '100', credit: '30', amountPaid: '20', amountRefunded: '5' },
      { status: 'PAID', total: '10' },
      { status: 'PAID', total: '20', amountRefunded: '5' },
      { status: 'REFUNDED', total: '7', amountRefunded: '7' },
      { status: 'DRAFT', total: '1' },
      { status: 'CANCELLED', total: '2' },
      { status: 'UNPAID', total: '999', deletedAt: new Date() },
    ]) {
      await world.invoice(fields);
    }
    expect(await totalsOf(world)).toEqual([
      'CANCELLED USD 1 2.00 0.00 0.00 0.00 0.00',
      'DRAFT USD 1 1.00 0.00 0.00 0.00 0.00',
      'PAID USD 2 30.00 30.00 0.00 5.00 0.00',
      'PARTIALLY_PAID USD 1 70.00 20.00 30.00 5.00 55.00',
      'REFUNDED USD 1 7.00 7.00 0.00 7.00 0.00',
      'UNPAID EUR 1 0.50 0.00 0.00 0.00 0.50',
      'UNPAID JPY 1 1500 0 0 0 1500',
      'UNPAID USD 2 150.00 0.00 0.00 0.00 150.00',
    ]);
  });

  test('of those that fit: the same as the list finds', async () => {
    const world = await makeWorld();
    const ann = await world.client({ firstName: 'Annabel' });
    await world.invoice({ client: ann, total: '1' });
    await world.invoice({ client: ann, total: '2', status: 'PAID' });
    await world.invoice({ total: '4' });
    await world.invoice({ client: ann, total: '8', deletedAt: new Date() });
    expect(await totalsOf(world, { filter: { clientId: { eq: ann.id } } })).toEqual([
      'PAID USD 1 2.00 2.00 0.00 0.00 0.00',
      'UNPAID USD 1 1.00 0.00 0.00 0.00 1.00',
    ]);
    expect(await totalsOf(world, { search: 'annabel', filter: { status: { eq: 'UNPAID' } } })).toEqual([
      'UNPAID USD 1 1.00 0.00 0.00 0.00 1.00',
    ]);
    expect(await totalsOf(world, { filter: { isDeleted: { eq: true } } })).toEqual([
      'UNPAID USD 1 8.00 0.00 0.00 0.00 8.00',
    ]);
    expect(await totalsOf(world, { search: 'nobody' })).toEqual([]);
  });

  test('is exact', async () => {
    const world = await makeWorld();
    for (let index = 0; index < 3; index += 1) await world.invoice({ total: '0.1' });
    await world.invoice({ total: '123456789012345.02' });
    expect(await totalsOf(world)).toEqual(['UNPAID USD 4 123456789012345.32 0.00 0.00 0.00 123456789012345.32']);
  });

  test('of those whom each sees', async () => {
    const cast = await makeCast();
    const { world, people } = cast;
    await cast.invoice({ total: '1' });
    await cast.invoice({ total: '2', status: 'DRAFT' });
    await world.invoice({ client: people.otherClient, total: '4' });
    const counts = async (actor: Actor) =>
      (await totalsOf(world, {}, actor)).map((line) => line.split(' ').slice(0, 4).join(' '));
    expect(await counts(people.accountant)).toEqual(['DRAFT USD 1 2.00', 'UNPAID USD 1 1.00']);
    expect(await counts(people.client)).toEqual(['UNPAID USD 1 1.00']);
    expect(await counts(people.otherClient)).toEqual(['UNPAID USD 1 4.00']);
    expect(await counts(people.uninvolved)).toEqual([]);
    const [refusal] = await world.as(people.contractor).refused(InvoiceTotals);
    expect(refusal?.code).toBe('FORBIDDEN');
  });

  test('with fragments, aliases and nothing but a name', async () => {
    const world = await makeWorld();
    await world.invoice({ total: '5' });
    const answer = await world.as(world.admin).run(`
      {
        all: invoiceTotals { __typename }
        some: invoiceTotals(filter: { status: { eq: UNPAID } }) { how: count ...Sum }
        none: invoiceTotals(filter: { total: { gt: 6 } }) { count }
      }
      fragment Sum on InvoiceTotal { total { __typename a: amount } total { currency } }`);
    expect(answer).toEqual({
      all: [{ __typename: 'InvoiceTotal' }],
      some: [{ how: 1, total: { __typename: 'Money', a: '5.00', currency: 'USD' } }],
      none: [],
    });
  });

  test('costs as many statements for many invoices as for none', async () => {
    const world = await makeWorld();
    const statements = async () => (await countStatements(() => totalsOf(world))).statements;
    const none = await statements();
    for (let index = 0; index < 5; index += 1) await world.invoice({ currency: ['USD', 'EUR', 'JPY'][index % 3] });
    expect(await statements()).toBe(none);
  });
});
