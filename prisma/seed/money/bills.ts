import { createHash } from 'node:crypto';
import { numberOf } from '../../../src/invoices/rules.ts';
import { addDays } from '../../../src/kernel/time.ts';
import type { Studio } from '../catalogue.ts';
import type { Row } from '../copy.ts';
import type { Actor } from '../history.ts';
import { amountOf, percentOf } from './amounts.ts';
import type { Bill, Line } from './bill.ts';
import type { Coupon, CouponBook } from './coupons.ts';
import { type Movement, writeMovements } from './movements.ts';

/** What a bill comes to. */
export type Totals = {
  coupon: Coupon | null;
  lines: readonly (Line & { couponDiscount: number; renewalDiscount: number; total: number })[];
  subtotal: number;
  taxType: 'NONE' | 'FIXED' | 'PERCENT';
  taxRate: number;
  tax: number;
};

/** What became of it. */
export type Outcome = {
  status: 'DRAFT' | 'UNPAID' | 'PARTIALLY_PAID' | 'PAID' | 'REFUNDED' | 'CANCELLED';
  credit: number;
  movements: readonly Movement[];
  paidAt: Date | null;
  cancelledAt?: Date;
  deletedAt?: Date;
};

/** The invoices of an organization, numbered in the order in which they are made. */
export type Bills = {
  make(fields: Partial<Bill> & Pick<Bill, 'client' | 'createdAt'>): Bill;
  totals(bill: Bill, coupons: CouponBook, coupon: Coupon | null): Totals;
  write(bill: Bill, totals: Totals, outcome: Outcome): void;
  /** Writes the number that the next invoice gets. */
  close(): void;
};

export function openBills(studio: Studio, { detailed }: { detailed: boolean }): Bills {
  const { random, writer, history, organizationId, agency } = studio;
  const { invoicePrefix, paymentTermDays, taxName, currency } = agency.organization;
  let next = 1;

  function taxOf(
    { client, currency: billed, fixedTax }: Bill,
    subtotal: number,
  ): Pick<Totals, 'taxType' | 'taxRate' | 'tax'> {
    if (fixedTax > 0) return { taxType: 'FIXED', taxRate: amountOf(fixedTax), tax: fixedTax };
    const due = agency.billing.taxes.find(
      ({ country, state }) => country === client?.place.country && (state === undefined || state === client.state),
    );
    if (!due || billed !== currency) return { taxType: 'NONE', taxRate: 0, tax: 0 };
    return { taxType: 'PERCENT', taxRate: due.percent, tax: percentOf(subtotal, due.percent) };
  }

  /** Who asked, and what became of it. */
  function writeHistory(bill: Bill, row: Row, { status, movements, paidAt, cancelledAt, deletedAt }: Outcome): void {
    const ownerId = bill.client?.id ?? null;
    const staff: Actor = { kind: 'STAFF', id: bill.employeeId ?? bill.client?.manager.id ?? null };
    const client: Actor = { kind: 'CLIENT', id: ownerId };
    const renewal = bill.reason ? ({ kind: 'SYSTEM', id: null } as const) : null;
    const creator = renewal ?? (bill.employeeId ? staff : client);
    const before = {
      status: cancelledAt || paidAt ? 'UNPAID' : status,
      paid_at: null,
      amount_paid: 0,
      amount_refunded: 0,
    };
    const gone = { deleted_at: null };
    history.created('INVOICE', { ...row, ...before, ...gone }, creator, ownerId);
    const change = { entity: 'INVOICE' as const, row, ownerId };
    const refund = movements.findLast(({ kind }) => kind === 'REFUND');
    if (paidAt) {
      const last = movements.findLast((each) => each.status === 'SUCCEEDED' && each.kind !== 'REFUND');
      const actor = last?.kind === 'CHARGE' ? (renewal ?? client) : staff;
      const after = { status: 'PAID', paid_at: paidAt, amount_paid: row.amount_paid };
      const was = { status: before.status, paid_at: null, amount_paid: 0 };
      history.changed('UPDATED', { ...change, actor, at: paidAt, before: was, after });
    }
    if (refund) {
      const was = { ...(status === 'REFUNDED' ? { status: 'PAID' } : {}), amount_refunded: 0 };
      history.changed('UPDATED', { ...change, actor: staff, at: refund.at, before: was });
    }
    if (cancelledAt)
      history.changed('UPDATED', { ...change, actor: staff, at: cancelledAt, before: { status: 'UNPAID' } });
    if (deletedAt) history.changed('DELETED', { ...change, actor: staff, at: deletedAt, before: gone });
  }

  return {
    make({ id, createdAt, ...fields }) {
      const number = numberOf(invoicePrefix, next);
      next += 1;
      return {
        id: id ?? random.uuid(createdAt),
        number,
        createdAt,
        employeeId: null,
        currency,
        lines: [],
        note: null,
        reason: null,
        period: null,
        subscriptionId: null,
        fixedTax: 0,
        ...fields,
      };
    },

    totals(bill, coupons, coupon) {
      const discounts = coupon ? coupons.discounts(coupon, bill) : [];
      const lines = bill.lines.map((line, index) => {
        const couponDiscount = discounts[index] ?? 0;
        const carried = line.discount + (coupon?.offer.lasts ? couponDiscount : 0);
        return {
          ...line,
          couponDiscount,
          renewalDiscount: bill.period ? carried : 0,
          total: line.quantity * line.amount - line.discount - couponDiscount,
        };
      });
      const subtotal = lines.reduce((sum, { total }) => sum + total, 0);
      return { coupon, lines, subtotal, ...taxOf(bill, subtotal) };
    },

    write(bill, totals, outcome) {
      const { status, credit, movements, paidAt, cancelledAt, deletedAt } = outcome;
      const moved = movements.filter((movement) => movement.status === 'SUCCEEDED');
      const sumOf = (kinds: readonly string[]) =>
        moved.reduce((sum, { kind, amount }) => (kinds.includes(kind) ? sum + amount : sum), 0);
      const last = moved.findLast(({ kind }) => kind !== 'REFUND');
      const changes = [...moved.map(({ at }) => at), cancelledAt, deletedAt].filter((at) => at !== undefined);
      const row = {
        id: bill.id,
        organization_id: organizationId,
        number: bill.number,
        number_prefix: invoicePrefix,
        client_id: bill.client?.id ?? null,
        employee_id: bill.employeeId,
        coupon_id: totals.coupon?.id ?? null,
        subscription_id: bill.subscriptionId,
        status,
        currency: bill.currency,
        billing_address: bill.client?.billingAddress ?? null,
        subtotal: amountOf(totals.subtotal),
        tax_type: totals.taxType,
        tax_name: totals.taxType === 'NONE' ? null : taxName,
        tax_rate: totals.taxRate,
        tax: amountOf(totals.tax),
        credit: amountOf(credit),
        total: amountOf(totals.subtotal + totals.tax - credit),
        amount_paid: amountOf(sumOf(['CHARGE', 'MANUAL'])),
        amount_refunded: amountOf(sumOf(['REFUND'])),
        period_length: bill.period?.length ?? null,
        period_unit: bill.period?.unit ?? null,
        reason: bill.reason,
        note: bill.note,
        payment_processor: last?.processor ?? null,
        transaction_id: last?.transactionId ?? null,
        ip_address: last?.ipAddress ?? null,
        location_confirmed: last?.kind === 'CHARGE' && bill.client?.place.country !== 'US',
        access_key: createHash('md5').update(`The key of invoice ${bill.id}`).digest('hex'),
        due_at: addDays(bill.createdAt, paymentTermDays),
        paid_at: paidAt,
        version: 1 + changes.length,
        created_at: bill.createdAt,
        updated_at: changes.reduce((latest, at) => (at > latest ? at : latest), bill.createdAt),
        deleted_at: deletedAt ?? null,
      };
      writer.write('invoices', row);
      totals.lines.forEach((line, position) => {
        writer.write('invoice_items', {
          id: random.uuid(bill.createdAt),
          organization_id: organizationId,
          invoice_id: bill.id,
          order_id: line.orderId,
          service_id: line.serviceId,
          position,
          name: line.name,
          description: line.description,
          quantity: line.quantity,
          amount: amountOf(line.amount),
          discount: amountOf(line.discount),
          coupon_discount: amountOf(line.couponDiscount),
          renewal_discount: amountOf(line.renewalDiscount),
          total: amountOf(line.total),
          options: line.options,
          created_at: bill.createdAt,
          updated_at: bill.createdAt,
        });
      });
      writeMovements(studio, bill, movements, detailed);
      if (detailed) writeHistory(bill, row, outcome);
    },

    close() {
      writer.write('invoice_counters', { organization_id: organizationId, next });
    },
  };
}
