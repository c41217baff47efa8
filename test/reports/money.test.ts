import { describe, expect, test } from 'vitest';
import { hour, stopClock } from '../kit/clock.ts';
import { makeWorld } from '../kit/world.ts';
import { reportTo } from './documents.ts';

describe('overdue invoices', () => {
  test('are those that are owed and should have been paid, with what is still owed, by currency', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-03-10T12:00:00Z');
    const dueAt = new Date(clock.now().getTime() - 1);
    await world.invoice({ dueAt });
    await world.invoice({ dueAt, status: 'PARTIALLY_PAID', total: '50.50', amountPaid: '20.25' });
    await world.invoice({ dueAt, currency: 'JPY', total: '1000' });
    // Due now is not late yet.
    await world.invoice({ dueAt: clock.now() });
    await world.invoice();
    await world.invoice({ dueAt, deletedAt: dueAt });
    for (const status of ['DRAFT', 'PAID', 'REFUNDED', 'CANCELLED']) await world.invoice({ dueAt, status });
    await (await makeWorld()).invoice({ dueAt });
    expect(await reportTo(world, 'overdueInvoices')).toEqual([
      { invoices: 1, owed: { amount: '1000', currency: 'JPY' } },
      { invoices: 2, owed: { amount: '130.25', currency: 'USD' } },
    ]);
    clock.advance(hour);
    expect((await reportTo(world, 'overdueInvoices'))[1]).toEqual({
      invoices: 3,
      owed: { amount: '230.25', currency: 'USD' },
    });
  });
});

describe('monthly recurring revenue', () => {
  test('is what active and past due subscriptions ask for by the month, rounded once, by currency', async () => {
    const world = await makeWorld();
    const terms: [string, number, string, object?][] = [
      ['10', 1, 'MONTH'],
      ['10', 3, 'MONTH', { status: 'PAST_DUE' }],
      ['10', 1, 'YEAR'],
      ['10', 2, 'YEAR'],
      ['7', 1, 'WEEK', { currency: 'EUR' }],
      ['1', 1, 'DAY', { currency: 'EUR' }],
      ['1000', 7, 'DAY', { currency: 'JPY' }],
    ];
    for (const [amount, periodLength, periodUnit, more] of terms) {
      await world.subscription({ amount, periodLength, periodUnit, ...more });
    }
    for (const status of ['CANCELED', 'PAUSED', 'EXPIRED']) await world.subscription({ status });
    await (await makeWorld()).subscription();
    expect(await reportTo(world, 'monthlyRecurringRevenue')).toEqual([
      // 365 of each a year.
      { subscriptions: 2, amount: { amount: '60.83', currency: 'EUR' } },
      // 365 / 7 / 12 thousands.
      { subscriptions: 1, amount: { amount: '4345', currency: 'JPY' } },
      // 10 + 10/3 + 10/12 + 10/24.
      { subscriptions: 4, amount: { amount: '14.58', currency: 'USD' } },
    ]);
  });
});
