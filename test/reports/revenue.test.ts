import { describe, expect, test } from 'vitest';
import { makeWorld, type World } from '../kit/world.ts';
import { revenueOf } from './documents.ts';

type Movement = [settledAt: string, amount: string, more?: object];

async function moved(world: World, movements: Movement[], client?: { id: string }): Promise<void> {
  const invoice = await world.invoice({ ...(client ? { client } : {}) });
  for (const [settledAt, amount, more] of movements) {
    await world.payment({ invoice, amount, settledAt: new Date(settledAt), ...more });
  }
}

const refund = { kind: 'REFUND' };

describe('revenue', () => {
  test('is what came in less what went back, each when it was settled', async () => {
    const world = await makeWorld();
    await moved(world, [
      ['2026-03-10T10:00:00Z', '100.50'],
      ['2026-03-10T23:00:00Z', '0.50', { kind: 'CHARGE', processor: 'TEST', transactionId: 'ch_1' }],
      ['2026-03-10T12:00:00Z', '9', { kind: 'CREDIT', processor: 'Credit' }],
      ['2026-03-10T11:00:00Z', '30', refund],
      ['2026-03-12T11:00:00Z', '80', refund],
    ]);
    // Neither is settled yet, or ever.
    const invoice = await world.invoice();
    await world.payment({ invoice, amount: '5', status: 'PROCESSING', processor: 'TEST', kind: 'CHARGE' });
    await world.payment({ invoice, amount: '6', status: 'FAILED', processor: 'TEST', kind: 'CHARGE' });
    await moved(await makeWorld(), [['2026-03-10T10:00:00Z', '1000']]);
    expect(await revenueOf(world, '2026-03-10', '2026-03-13')).toEqual([
      '2026-03-10 USD 80.00 = 110.00 - 30.00',
      '2026-03-12 USD -80.00 = 0.00 - 80.00',
    ]);
  });

  test('is told for every part of the span and each currency that moved in it', async () => {
    const world = await makeWorld();
    await moved(world, [
      ['2026-03-10T10:00:00Z', '100'],
      ['2026-03-11T10:00:00Z', '1000', { currency: 'JPY' }],
      ['2026-03-11T11:00:00Z', '0.005', { currency: 'KWD' }],
      ['2026-03-20T10:00:00Z', '7', { currency: 'EUR' }],
    ]);
    expect(await revenueOf(world, '2026-03-10', '2026-03-11', { all: true })).toEqual([
      '2026-03-10 JPY 0 = 0 - 0',
      '2026-03-10 KWD 0.000 = 0.000 - 0.000',
      '2026-03-10 USD 100.00 = 100.00 - 0.00',
      '2026-03-11 JPY 1000 = 1000 - 0',
      '2026-03-11 KWD 0.005 = 0.005 - 0.000',
      '2026-03-11 USD 0.00 = 0.00 - 0.00',
    ]);
    expect(await revenueOf(world, '2026-03-12', '2026-03-13', { all: true })).toEqual([]);
  });

  test('by week begins on Mondays, by month on the first; what is outside of the span does not count', async () => {
    const world = await makeWorld();
    await moved(
      world,
      // 2026-03-01 is a Sunday.
      ['02-23', '02-28', '03-01', '03-02', '03-08', '03-09', '03-31', '04-01'].map((day, index) => [
        `2026-${day}T12:00:00Z`,
        String(2 ** index),
      ]),
    );
    expect(await revenueOf(world, '2026-02-28', '2026-03-08', { by: 'WEEK' })).toEqual([
      '2026-02-23 USD 6.00 = 6.00 - 0.00',
      '2026-03-02 USD 24.00 = 24.00 - 0.00',
    ]);
    expect(await revenueOf(world, '2026-02-28', '2026-03-31', { by: 'MONTH' })).toEqual([
      '2026-02-01 USD 2.00 = 2.00 - 0.00',
      '2026-03-01 USD 124.00 = 124.00 - 0.00',
    ]);
    expect(await revenueOf(world, '2026-02-01', '2026-04-30', { by: 'MONTH', all: true })).toEqual([
      '2026-02-01 USD 3.00 = 3.00 - 0.00',
      '2026-03-01 USD 124.00 = 124.00 - 0.00',
      '2026-04-01 USD 128.00 = 128.00 - 0.00',
    ]);
  });

  /** Payments of 1, 2, 4, 8 around the two midnights of a day, just before and at each. */
  const around = (start: string, end: string): Movement[] => {
    const justBefore = (instant: string) => new Date(Date.parse(instant) - 1).toISOString();
    return [
      [justBefore(start), '1'],
      [start, '2'],
      [justBefore(end), '4'],
      [end, '8'],
    ];
  };

  test.each([
    ['UTC', '2026-03-10', '2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z'],
    ['Europe/Berlin', '2026-01-15', '2026-01-14T23:00:00Z', '2026-01-15T23:00:00Z'],
    ['Europe/Berlin, 23 hours', '2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin, 25 hours', '2026-10-25', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'],
    ['Asia/Kathmandu', '2026-06-01', '2026-05-31T18:15:00Z', '2026-06-01T18:15:00Z'],
    ['Pacific/Kiritimati', '2026-06-01', '2026-05-31T10:00:00Z', '2026-06-01T10:00:00Z'],
    ['Etc/GMT+12', '2026-06-01', '2026-06-01T12:00:00Z', '2026-06-02T12:00:00Z'],
    ['Africa/Cairo, whose clocks jump over midnight', '2026-04-24', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z'],
    ['America/Havana, whose clocks go back to midnight', '2026-11-01', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'],
  ])('a day in %s, %s, is from %s to %s', async (zone, day, start, end) => {
    const world = await makeWorld({ timeZone: zone.split(',')[0] as string });
    const someone = await world.member({ grants: { invoiceAccess: 1, clients: 1 } });
    await moved(world, around(start, end), await world.client({ managers: [someone] }));
    // Who sees all and who sees some: the one's is read otherwise than the other's.
    for (const actor of [world.admin, someone]) {
      expect(await revenueOf(world, day, day, { actor })).toEqual([`${day} USD 6.00 = 6.00 - 0.00`]);
      const [from, to] = [dayAfter(day, -1), dayAfter(day, 1)];
      expect(await revenueOf(world, from, to, { actor })).toEqual([
        `${from} USD 1.00 = 1.00 - 0.00`,
        `${day} USD 6.00 = 6.00 - 0.00`,
        `${to} USD 8.00 = 8.00 - 0.00`,
      ]);
    }
  });

  test('is one and the same for who sees everything and for who sees each of the payments', async () => {
    const world = await makeWorld({ timeZone: 'America/Sao_Paulo' });
    const someone = await world.member({ grants: { invoiceAccess: 1, clients: 1 } });
    const client = await world.client({ managers: [someone] });
    const movements = Array.from({ length: 60 }, (_, index): Movement => {
      const settledAt = new Date(Date.UTC(2026, 0, 1, index * 29, 59));
      const more = index % 7 === 0 ? refund : { currency: index % 5 ? 'USD' : 'JPY' };
      return [settledAt.toISOString(), String(index + 1), more];
    });
    await moved(world, movements, client);
    for (const by of ['DAY', 'WEEK', 'MONTH'] as const) {
      const told = await revenueOf(world, '2026-01-05', '2026-03-10', { by, all: true });
      expect(told.length).toBeGreaterThan(5);
      expect(await revenueOf(world, '2026-01-05', '2026-03-10', { by, all: true, actor: someone })).toEqual(told);
    }
  });
});

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
