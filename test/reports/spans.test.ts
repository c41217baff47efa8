import { describe, expect, test } from 'vitest';
import { checkSpan } from '../../src/reports/rules.ts';
import { unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { type ReportName, reports, reportTo } from './documents.ts';

describe('a span', () => {
  test.each([
    ['2026-03-10', '2026-03-10'],
    ['2016-03-11', '2026-03-10'],
    ['2024-02-29', '2034-02-28'],
    ['9995-01-01', '9999-12-31'],
    ['0001-01-01', '0010-12-31'],
  ])('from %s to %s may be', (from, to) => {
    expect(() => checkSpan({ from, to })).not.toThrow();
  });

  test.each([
    ['2026-03-10', '2026-03-09'],
    ['2016-03-10', '2026-03-10'],
    ['0001-01-01', '9999-12-31'],
    ['2024-02-29', '2034-03-01'],
  ])('from %s to %s may not be', (from, to) => {
    expect(() => checkSpan({ from, to })).toThrow(/span/);
  });

  test('that may not be is refused by each report that takes one, in the words of its argument', async () => {
    const world = await makeWorld();
    const spanned = Object.values(reports).filter((document) => document.includes('from:'));
    expect(spanned).toHaveLength(3);
    for (const document of spanned) {
      for (const [from, to] of [
        ['2026-03-02', '2026-03-01'],
        ['2016-03-01', '2026-03-01'],
      ] as const) {
        const text = document.replace('2026-03-01', from).replace('2026-03-31', to);
        const [refusal] = await unchanged(world, () => world.as(world.admin).refused(text));
        expect(refusal).toMatchObject({
          code: 'INVALID_INPUT',
          extensions: { issues: [{ path: ['to'], code: 'OUT_OF_RANGE' }] },
        });
      }
    }
  });

  test.each(['2026-02-30', '2026-3-1', '10000-01-01', '0000-01-01', 'today', '', '2026-03-01T00:00:00Z'])(
    'does not begin on %j',
    async (from) => {
      const world = await makeWorld();
      const query = 'query ($from: Date!) { reports { completionTime(from: $from, to: "2026-03-01") { orders } } }';
      expect((await world.as(world.admin).refused(query, { from }))[0]?.message).toMatch(/LocalDate|Date lies/);
      const inline = query.replace('($from: Date!)', '').replace('$from', JSON.stringify(from));
      expect((await world.as(world.admin).refused(inline))[0]?.message).toMatch(/LocalDate|Date lies/);
    },
  );

  test('may be at either end of the calendar', async () => {
    const world = await makeWorld({ timeZone: 'Pacific/Kiritimati' });
    const query = `query ($from: Date!, $to: Date!) { reports {
      completionTime(from: $from, to: $to) { orders } revenue(from: $from, to: $to, by: WEEK) { startsOn }
    } }`;
    for (const [from, to] of [
      ['0001-01-01', '0001-01-01'],
      ['9999-12-31', '9999-12-31'],
    ]) {
      expect(await world.as(world.admin).run(query, { from, to })).toEqual({
        reports: { completionTime: { orders: 0 }, revenue: [] },
      });
    }
  });
});

test('an organization in which nothing happened yet has reports that say so', async () => {
  const world = await makeWorld();
  const nothing: Partial<Record<ReportName, unknown>> = {
    completionTime: { orders: 0, averageHours: null, averageHoursFromStart: null },
  };
  for (const name of Object.keys(reports) as ReportName[]) {
    if (name === 'ordersByStatus') continue;
    expect({ name, told: await reportTo(world, name) }).toEqual({ name, told: nothing[name] ?? [] });
  }
  expect((await reportTo(world, 'ordersByStatus')).map(({ orders }) => orders)).toEqual([0, 0, 0, 0, 0]);
});

test('every time zone that an organization may have is one of PostgreSQL’s', async () => {
  const world = await makeWorld();
  const zones = Intl.supportedValuesOf('timeZone');
  const { rows } = await world.owner.query<{ name: string }>('select lower(name) as name from pg_timezone_names');
  const known = new Set(rows.map(({ name }) => name));
  expect(zones.filter((zone) => !known.has(zone.toLowerCase()))).toEqual([]);
});
