import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast, whoChanges } from './cast.ts';
import { InvoiceUpdate, refused, update, updated } from './changing.ts';
import { line, made } from './creating.ts';

const InvoiceVoid = graphql(`
  mutation InvoiceVoid($input: InvoiceVoidInput!) {
    invoiceVoid(input: $input) {
      ... on InvoiceVoidSuccess {
        invoice {
          ...WholeInvoice
        }
      }
      ...Failure
    }
  }
`);

const cancel = async (world: World, id: string) =>
  (await world.as(world.admin).run(InvoiceVoid, { input: { id } })).invoiceVoid;

const at = '2026-03-02T09:00:00.000Z';
const statuses = ['DRAFT', 'UNPAID', 'PAID', 'REFUNDED', 'CANCELLED', 'PARTIALLY_PAID'] as const;
type Status = (typeof statuses)[number];

/** An invoice of 100.00 in the status, 40.00 of it paid when it is partially paid. */
async function standing(world: World, status: Status) {
  const fields = {
    DRAFT: {},
    UNPAID: {},
    CANCELLED: {},
    PAID: {},
    REFUNDED: { amountRefunded: '100' },
    PARTIALLY_PAID: { amountPaid: '40' },
  }[status];
  const invoice = await world.invoice({ status, ...fields });
  await invoice.item();
  if (status === 'PAID') await world.payment({ invoice });
  if (status === 'PARTIALLY_PAID') await world.payment({ invoice, amount: '40' });
  return invoice;
}

const illegal = async (world: World, invoice: { id: string }, to: Status) =>
  failure(await unchanged(world, () => update(world, invoice, { status: to })), 'InvalidStateError');

describe('I13, law 9: from each status to each other', () => {
  const allowed: Record<Status, Status[]> = {
    DRAFT: ['UNPAID', 'CANCELLED'],
    UNPAID: ['DRAFT', 'CANCELLED'],
    PAID: ['REFUNDED'],
    REFUNDED: [],
    CANCELLED: ['DRAFT', 'UNPAID'],
    PARTIALLY_PAID: ['PAID', 'REFUNDED', 'CANCELLED'],
  };

  test.each(statuses)('from %s', async (from) => {
    const world = await makeWorld();
    for (const to of statuses) {
      const invoice = await standing(world, from);
      if (from === to || allowed[from].includes(to)) {
        expect({ to, status: (await updated(world, invoice, { status: to })).status }).toEqual({ to, status: to });
      } else {
        const words = (status: Status) =>
          status
            .split('_')
            .map((word) => `${word[0]}${word.slice(1).toLowerCase()}`)
            .join(' ');
        expect(await illegal(world, invoice, to)).toMatchObject({
          code: 'ILLEGAL_STEP',
          message: `An invoice can't go from ${words(from)} to ${words(to)}.`,
        });
      }
    }
  });

  test('is announced and logged', async () => {
    const world = await makeWorld();
    const invoice = await standing(world, 'DRAFT');
    const { events, logs } = await recorded(world, () => updated(world, invoice, { status: 'UNPAID' }));
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      ['invoice.updated', { number: invoice.number }],
      ['invoice.status_changed', { number: invoice.number, from: 'DRAFT', to: 'UNPAID' }],
    ]);
    expect(logs.map(({ changes }) => changes)).toEqual([{ status: { before: 'DRAFT', after: 'UNPAID' } }]);
  });

  test('staying is announced by nobody', async () => {
    const world = await makeWorld();
    for (const status of statuses) {
      const invoice = await standing(world, status);
      await unchanged(world, () => updated(world, invoice, { status }));
    }
  });
});

describe('money moves with the step', () => {
  test('7 → 3: what is missing is paid by hand, once, and all follows from it', async () => {
    stopClock(at);
    const world = await makeWorld();
    const { id: serviceId } = await world.service();
    const invoice = await standing(world, 'PARTIALLY_PAID');
    await world.rows.invoiceItem.updateMany({ where: { invoiceId: invoice.id }, data: { serviceId } });
    const { result, events } = await recorded(world, () => update(world, invoice, { status: 'PAID' }));
    expect(success(result).invoice).toMatchObject({
      status: 'PAID',
      paidAt: at,
      amountPaid: { amount: '100.00' },
      paymentProcessor: 'Manual',
      items: { nodes: [{ order: { id: expect.any(String) } }] },
    });
    expect(events.map(({ type }) => type)).toEqual(['invoice.paid', 'order.created']);
    await unchanged(world, () => updated(world, invoice, { status: 'PAID' }));
    const payments = await world.rows.payment.findMany({ where: { invoiceId: invoice.id }, orderBy: { id: 'asc' } });
    expect(payments.map(({ kind, amount }) => [kind, amount.toString()])).toEqual([
      ['MANUAL', '40'],
      ['MANUAL', '60'],
    ]);
  });

  test.each(['PAID', 'PARTIALLY_PAID'] as const)('%s → REFUNDED: what is kept goes back by hand', async (status) => {
    const world = await makeWorld();
    const invoice = await standing(world, status);
    const { result, events } = await recorded(world, () => update(world, invoice, { status: 'REFUNDED' }));
    const amount = status === 'PAID' ? '100.00' : '40.00';
    expect(success(result).invoice).toMatchObject({
      status: 'REFUNDED',
      amountPaid: { amount },
      amountRefunded: { amount },
      amountDue: { amount: '0.00' },
      paidAt: status === 'PAID' ? expect.any(String) : null,
    });
    expect(events.map(({ type, payload }) => [type, payload])).toEqual([
      ['invoice.refunded', { number: invoice.number, clientId: invoice.clientId, amount, isComplete: true }],
    ]);
    const [refund] = await world.rows.payment.findMany({ where: { invoiceId: invoice.id, kind: 'REFUND' } });
    expect(refund).toMatchObject({ processor: 'Manual', status: 'SUCCEEDED', refundedPaymentId: expect.any(String) });
  });

  test('PAID → REFUNDED: credit goes back to the balance, a charge by hand', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const invoice = await world.invoice({
      client,
      status: 'PAID',
      subtotal: '100',
      credit: '30',
      total: '70',
      amountPaid: '70',
    });
    await world.payment({ invoice, kind: 'CREDIT', processor: 'Credit', amount: '30' });
    await world.payment({ invoice, kind: 'CHARGE', processor: 'Stripe', amount: '70' });
    await updated(world, invoice, { status: 'REFUNDED' });
    const { balance } = await world.rows.user.findUniqueOrThrow({ where: { id: client.id } });
    expect(balance.toString()).toBe('30');
    const refunds = await world.rows.payment.findMany({
      where: { invoiceId: invoice.id, kind: 'REFUND' },
      orderBy: { amount: 'asc' },
    });
    expect(refunds.map(({ processor, amount }) => [processor, amount.toString()])).toEqual([
      ['Credit', '30'],
      ['Manual', '70'],
    ]);
  });

  test('PAID → REFUNDED: what cost nothing gives nothing back', async () => {
    const world = await makeWorld();
    const invoice = await made(world, { items: [line({ amount: '0' })], status: 'PAID' });
    const { result, events } = await recorded(world, () => update(world, invoice, { status: 'REFUNDED' }));
    expect(success(result).invoice).toMatchObject({ status: 'REFUNDED', amountRefunded: { amount: '0.00' } });
    expect(events.map(({ type }) => type)).toEqual(['invoice.refunded']);
  });
});

test('whoever may write invoices may not, by that, move money', async () => {
  const world = await makeWorld();
  const viewer = viewerOf(world.admin);
  const without = (permission: string) => ({
    ...viewer,
    permissions: { ...viewer.permissions, [permission]: 0 as const },
  });
  const refusal = async (invoice: { id: string }, status: Status, permission: string) => {
    const input = { id: invoice.id, status };
    const refusals = await unchanged(world, () => world.as(without(permission)).refused(InvoiceUpdate, { input }));
    return refusals.map(({ message }) => message);
  };
  const [part, paid] = [await standing(world, 'PARTIALLY_PAID'), await standing(world, 'PAID')];
  expect(await refusal(part, 'PAID', 'invoices.markPaid')).toEqual(['The permission invoices.markPaid is needed.']);
  expect(await refusal(paid, 'REFUNDED', 'invoices.refund')).toEqual(['The permission invoices.refund is needed.']);
});

describe('law 10: while money is kept', () => {
  test('an invoice that is made unpaid again is partially paid, and there is no draft of it', async () => {
    const world = await makeWorld();
    const invoice = await standing(world, 'PARTIALLY_PAID');
    expect(await updated(world, invoice, { status: 'CANCELLED' })).toMatchObject({
      status: 'CANCELLED',
      amountPaid: { amount: '40.00' },
      amountDue: { amount: '0.00' },
    });
    expect(await illegal(world, invoice, 'DRAFT')).toMatchObject({ code: 'HAS_PAYMENTS' });
    expect(await updated(world, invoice, { status: 'UNPAID' })).toMatchObject({
      status: 'PARTIALLY_PAID',
      amountDue: { amount: '60.00' },
    });
  });

  test('client and currency stay, and no less is asked for than that', async () => {
    const world = await makeWorld();
    const [other, euros] = [await world.client(), await world.service({ currency: 'EUR' })];
    const invoice = await standing(world, 'PARTIALLY_PAID');
    expect(await refused(world, invoice, { clientId: other.id })).toEqual(['clientId HAS_PAYMENTS']);
    expect(await refused(world, invoice, { items: [line({ serviceId: euros.id })] })).toEqual(['items HAS_PAYMENTS']);
    expect(await refused(world, invoice, { items: [line({ amount: '39.99' })] })).toEqual(['items HAS_PAYMENTS']);
    expect(await updated(world, invoice, { items: [line({ amount: '50' })] })).toMatchObject({
      status: 'PARTIALLY_PAID',
      total: { amount: '50.00' },
      amountDue: { amount: '10.00' },
    });
  });
});

describe('law 8: a frozen invoice', () => {
  const changes = [
    { items: [line()] },
    { taxType: 'FIXED', taxRate: '1' },
    { taxRate: '0' },
    { recurring: null },
    { couponId: null },
    { couponCode: 'X' },
    { clientId: null },
    { dueAt: null },
  ] as const;

  test.each(['PAID', 'REFUNDED', 'CANCELLED'] as const)('that is %s takes a note, nothing else', async (status) => {
    const world = await makeWorld();
    const invoice = await standing(world, status);
    for (const change of changes) {
      const result = await unchanged(world, () => update(world, invoice, change as never));
      expect(failure(result, 'InvalidStateError')).toMatchObject({
        code: 'FROZEN',
        message: `A ${status.toLowerCase()} invoice is frozen: ${Object.keys(change).join(', ')} can't change.`,
      });
    }
    expect((await updated(world, invoice, { note: 'Thanks' })).note).toBe('Thanks');
  });

  test('that is cancelled is changed after it is unpaid again, not with it', async () => {
    const world = await makeWorld();
    const invoice = await standing(world, 'CANCELLED');
    const result = await unchanged(world, () => update(world, invoice, { status: 'UNPAID', items: [line()] }));
    expect(failure(result, 'InvalidStateError').code).toBe('FROZEN');
  });
});

describe('law 11: without a client', () => {
  test('a draft stays one, or is cancelled', async () => {
    const world = await makeWorld();
    const invoice = await world.invoice({ client: null, status: 'DRAFT' });
    await invoice.item();
    expect(await refused(world, invoice, { status: 'UNPAID' })).toEqual(['clientId REQUIRED']);
    expect((await updated(world, invoice, { status: 'CANCELLED' })).status).toBe('CANCELLED');
    expect(await refused(world, invoice, { status: 'UNPAID' })).toEqual(['clientId REQUIRED']);
    expect((await updated(world, invoice, { status: 'DRAFT' })).status).toBe('DRAFT');
  });

  test('a draft may lose the one it had', async () => {
    const world = await makeWorld();
    const invoice = await standing(world, 'DRAFT');
    expect((await updated(world, invoice, { clientId: null })).client).toBeNull();
    const unpaid = await standing(world, 'UNPAID');
    expect((await updated(world, unpaid, { clientId: null, status: 'DRAFT' })).client).toBeNull();
  });
});

describe('while a processor is asked for the money', () => {
  test('nothing changes but the note', async () => {
    const world = await makeWorld();
    const invoice = await standing(world, 'UNPAID');
    await world.payment({ invoice, kind: 'CHARGE', status: 'PROCESSING', processor: 'Stripe' });
    for (const change of [{ items: [line()] }, { status: 'CANCELLED' }, { dueAt: null }] as const) {
      const result = await unchanged(world, () => update(world, invoice, change as never));
      expect(failure(result, 'InvalidStateError').code).toBe('CHARGE_IN_PROGRESS');
    }
    expect(failure(await unchanged(world, () => cancel(world, invoice.id)), 'InvalidStateError').code).toBe(
      'CHARGE_IN_PROGRESS',
    );
    expect((await updated(world, invoice, { note: 'Soon' })).note).toBe('Soon');
  });
});

describe('invoiceVoid', () => {
  test('cancels what may be cancelled; announces it', async () => {
    const world = await makeWorld();
    for (const status of ['DRAFT', 'UNPAID', 'PARTIALLY_PAID'] as const) {
      const invoice = await standing(world, status);
      const { result, events } = await recorded(world, () => cancel(world, invoice.number));
      expect(success(result).invoice).toMatchObject({
        id: encodeId('Invoice', invoice.id),
        status: 'CANCELLED',
        amountDue: { amount: '0.00' },
      });
      expect(events.map(({ type, payload }) => [type, payload])).toEqual([
        ['invoice.status_changed', { number: invoice.number, from: status, to: 'CANCELLED' }],
        ['invoice.voided', { number: invoice.number }],
      ]);
    }
  });

  test('changes nothing where it is cancelled, and refuses what is paid or refunded', async () => {
    const world = await makeWorld();
    const cancelled = await standing(world, 'CANCELLED');
    success(await unchanged(world, () => cancel(world, cancelled.id)));
    for (const status of ['PAID', 'REFUNDED'] as const) {
      const invoice = await standing(world, status);
      const result = await unchanged(world, () => cancel(world, invoice.id));
      expect(failure(result, 'InvalidStateError').code).toBe('ILLEGAL_STEP');
    }
  });

  test('gives up the renewal that the invoice was: the subscription goes on', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-04-05T00:00:00Z');
    const subscription = await world.subscription({ anchorAt: new Date('2026-03-01T00:00:00Z'), nextActionAt: null });
    const invoice = await world.invoice({ clientId: subscription.clientId, subscriptionId: subscription.id });
    await world.rows.subscription.update({ where: { id: subscription.id }, data: { openInvoiceId: invoice.id } });
    const { events } = await recorded(world, () => cancel(world, invoice.id));
    expect(events.map(({ type }) => type)).toEqual([
      'invoice.status_changed',
      'subscription.updated',
      'invoice.voided',
    ]);
    const after = await world.rows.subscription.findUniqueOrThrow({ where: { id: subscription.id } });
    expect(after).toMatchObject({ openInvoiceId: null, paymentCount: 1, status: 'ACTIVE' });
    expect(after.currentPeriodEnd > clock.now()).toBe(true);
  });

  test('finds nothing by an id of nothing', async () => {
    const world = await makeWorld();
    for (const id of idsOfNothing) failure(await unchanged(world, () => cancel(world, id)), 'NotFoundError');
  });

  test('who may', async () => {
    const cast = await makeCast();
    await expectOutcomes(cast, whoChanges, cast.invoice, (person, { id }) =>
      person.answer(InvoiceVoid, { input: { id } }),
    );
  });
});
