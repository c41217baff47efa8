import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, whoChanges } from './cast.ts';
import { line, made } from './creating.ts';
import { markPaid } from './paying.ts';

const InvoiceDelete = graphql(`
  mutation InvoiceDelete($input: InvoiceDeleteInput!) {
    invoiceDelete(input: $input) {
      ... on InvoiceDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const InvoiceRestore = graphql(`
  mutation InvoiceRestore($input: InvoiceRestoreInput!) {
    invoiceRestore(input: $input) {
      ... on InvoiceRestoreSuccess {
        invoice {
          ...WholeInvoice
        }
      }
      ...Failure
    }
  }
`);

const WhereIsInvoice = graphql(`
  query WhereIsInvoice($id: ID!, $number: String!, $client: ID!, $item: ID!) {
    byId: invoice(id: $id) {
      id
    }
    byNumber: invoice(number: $number) {
      id
    }
    invoices {
      totalCount
    }
    invoiceTotals {
      count
    }
    client(id: $client) {
      invoices {
        totalCount
      }
      spent {
        amount
      }
      orders {
        nodes {
          invoice {
            id
          }
        }
      }
    }
    nodes(ids: [$id, $item]) {
      id
    }
  }
`);

const remove = async (world: World, id: string) =>
  (await world.as(world.admin).run(InvoiceDelete, { input: { id } })).invoiceDelete;
const restore = async (world: World, id: string) =>
  (await world.as(world.admin).run(InvoiceRestore, { input: { id } })).invoiceRestore;

/** A paid invoice that recurs, with one order. */
async function paidInvoice(world: World) {
  const { id: serviceId } = await world.service();
  const invoice = await made(world, { items: [line({ serviceId })], recurring: { length: 1, unit: 'MONTH' } });
  return success(await markPaid(world, invoice)).invoice;
}

const whereIs = async (world: World, invoice: Awaited<ReturnType<typeof paidInvoice>>) =>
  await world.as(world.admin).run(WhereIsInvoice, {
    id: invoice.id,
    number: invoice.number,
    client: invoice.client?.id ?? '',
    item: invoice.items.nodes[0]?.id ?? '',
  });

describe('invoiceDelete', () => {
  test('I22: puts it out of sight; its lines, orders, payments and subscription stay', async () => {
    const clock = stopClock('2026-03-02T09:00:00.000Z');
    const world = await makeWorld();
    const invoice = await paidInvoice(world);
    const id = invoice.id.replace('invoice_', '');
    const { result, events, logs } = await recorded(world, () => remove(world, invoice.number));
    expect(success(result).deletedId).toBe(invoice.id);
    expect(await whereIs(world, invoice)).toEqual({
      byId: null,
      byNumber: null,
      invoices: { totalCount: 0 },
      invoiceTotals: [],
      client: { invoices: { totalCount: 0 }, spent: null, orders: { nodes: [{ invoice: null }] } },
      nodes: [null, null],
    });
    const where = { organizationId: world.organizationId };
    expect(await world.rows.invoice.findFirst({ where })).toMatchObject({ deletedAt: clock.now(), status: 'PAID' });
    expect(await world.rows.invoiceItem.findMany({ where })).toMatchObject([{ orderId: expect.any(String) }]);
    expect(await world.rows.order.findMany({ where })).toMatchObject([{ invoiceId: id, deletedAt: null }]);
    expect(await world.rows.subscription.findMany({ where })).toMatchObject([{ status: 'ACTIVE' }]);
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      ['invoice.deleted', { number: invoice.number }],
    ]);
    expect(logs.map(({ entity, event }) => [entity, event])).toEqual([['INVOICE', 'DELETED']]);
  });

  test('is not done twice', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    const results = await Promise.all([remove(world, invoice.id), remove(world, invoice.id)]);
    expect(results.map(({ __typename }) => __typename).sort()).toEqual(['InvoiceDeleteSuccess', 'NotFoundError']);
    failure(await unchanged(world, () => remove(world, invoice.id)), 'NotFoundError');
  });

  test('is refused while a processor is asked for the money', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice();
    await world.payment({ invoice, kind: 'CHARGE', status: 'PROCESSING', processor: 'Stripe' });
    const result = await unchanged(world, () => remove(world, invoice.id));
    expect(failure(result, 'InvalidStateError').code).toBe('CHARGE_IN_PROGRESS');
  });

  test('gives up the renewal that the invoice was', async () => {
    const world = await makeWorld();
    const subscription = await world.subscription({ nextActionAt: null });
    const invoice = await world.invoice({ clientId: subscription.clientId, subscriptionId: subscription.id });
    await world.rows.subscription.update({ where: { id: subscription.id }, data: { openInvoiceId: invoice.id } });
    success(await remove(world, invoice.id));
    const after = await world.rows.subscription.findUniqueOrThrow({ where: { id: subscription.id } });
    expect(after).toMatchObject({ openInvoiceId: null, paymentCount: 1, status: 'ACTIVE' });
  });

  test('finds nothing by an id of nothing', async () => {
    const world = await makeWorld();
    for (const id of idsOfNothing) failure(await unchanged(world, () => remove(world, id)), 'NotFoundError');
  });

  test('who may', async () => {
    const cast = await makeCast();
    await expectOutcomes(cast, whoChanges, cast.invoice, (person, { id }) =>
      person.answer(InvoiceDelete, { input: { id } }),
    );
  });
});

describe('invoiceRestore', () => {
  test('brings it back as it was', async () => {
    const world = await makeWorld();
    const invoice = await paidInvoice(world);
    const before = await whereIs(world, invoice);
    success(await remove(world, invoice.id));
    const { result, events, logs } = await recorded(world, () => restore(world, invoice.id));
    expect(success(result).invoice).toEqual({ ...invoice, version: invoice.version + 2 });
    expect(await whereIs(world, invoice)).toEqual(before);
    expect(events.map(({ type }) => type)).toEqual(['invoice.restored']);
    expect(logs.map(({ entity, event }) => [entity, event])).toEqual([['INVOICE', 'RESTORED']]);
  });

  test('takes its number, too, and finds none that is live', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ deletedAt: new Date() });
    expect(success(await restore(world, invoice.number)).invoice.id).toBe(encodeId('Invoice', invoice.id));
    for (const id of [...idsOfNothing, invoice.id, invoice.number]) {
      failure(await unchanged(world, () => restore(world, id)), 'NotFoundError');
    }
  });

  test('of two at once, one is done', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ deletedAt: new Date() });
    const results = await Promise.all([restore(world, invoice.id), restore(world, invoice.id)]);
    expect(results.map(({ __typename }) => __typename).sort()).toEqual(['InvoiceRestoreSuccess', 'NotFoundError']);
  });

  test('who may', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      // What one may not restore is not there.
      { ...whoChanges, narrow: 'NotFoundError' },
      () => cast.invoice({ deletedAt: new Date() }),
      (person, { id }) => person.answer(InvoiceRestore, { input: { id } }),
    );
  });
});
