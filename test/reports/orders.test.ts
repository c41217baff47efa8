import { describe, expect, test } from 'vitest';
import { hour, stopClock } from '../kit/clock.ts';
import { makeWorld } from '../kit/world.ts';
import { reportTo } from './documents.ts';

const at = (text: string) => new Date(text);
const noon = at('2026-03-10T12:00:00Z');
const later = (hours: number) => new Date(noon.getTime() + hours * hour);

describe('orders by status', () => {
  test('are counted for each status, none included, in the order of the statuses', async () => {
    const world = await makeWorld();
    await world.status({ code: 7, name: 'In Review', kind: 'IN_PROGRESS' });
    for (const status of ['IN_PROGRESS', 'COMPLETED', 'COMPLETED', 'ON_HOLD'] as const) await world.order({ status });
    await world.order({ status: 'COMPLETED', deletedAt: noon });
    const other = await makeWorld();
    await other.order();
    const told = await reportTo(world, 'ordersByStatus');
    expect(told.map(({ status, orders }) => [(status as { name: string }).name, orders])).toEqual([
      ['Unpaid', 0],
      ['In Progress', 1],
      ['Completed', 2],
      ['Cancelled', 0],
      ['On Hold', 1],
      ['In Review', 0],
    ]);
  });
});

describe('the time to completion', () => {
  test('is averaged over the orders completed in the span, from when they were placed and from their start', async () => {
    const world = await makeWorld();
    const done = (hours: number, more: object = {}) =>
      world.order({ status: 'COMPLETED', createdAt: noon, completedAt: later(hours), ...more });
    await done(10, { startedAt: later(4) });
    await done(21, { startedAt: later(20.5) });
    await done(2.01);
    // Completed before it was placed, as can be written: no time at all.
    await done(-5, { startedAt: later(3) });
    await done(4, { deletedAt: noon });
    await done(24 * 30);
    await world.order({ createdAt: noon });
    expect(await reportTo(world, 'completionTime')).toEqual({
      orders: 4,
      averageHours: '8.25',
      averageHoursFromStart: '2.17',
    });
  });

  test('is that of days of the organization’s, both ends included', async () => {
    const world = await makeWorld({ timeZone: 'America/New_York' });
    // March is 2026-03-01T05:00Z to 2026-04-01T04:00Z there: clocks go forward on the 8th.
    for (const [completedAt, hours] of [
      ['2026-03-01T04:59:59.999Z', 1],
      ['2026-03-01T05:00:00.000Z', 2],
      ['2026-04-01T03:59:59.999Z', 4],
      ['2026-04-01T04:00:00.000Z', 8],
    ] as const) {
      const createdAt = new Date(at(completedAt).getTime() - hours * hour);
      await world.order({ status: 'COMPLETED', createdAt, completedAt: at(completedAt) });
    }
    expect(await reportTo(world, 'completionTime')).toMatchObject({ orders: 2, averageHours: '3' });
  });

  test('is told for each service, those with the most orders first; deleted ones by name only', async () => {
    const world = await makeWorld();
    const [logo, gone] = [
      await world.service({ name: 'Logo' }),
      await world.service({ name: 'Gone', deletedAt: noon }),
    ];
    const done = (service: typeof logo | undefined, hours: number, more: object = {}) =>
      world.order({ service, status: 'COMPLETED', createdAt: noon, completedAt: later(hours), ...more });
    await done(logo, 1, { startedAt: noon });
    await done(logo, 2);
    await done(logo, 6);
    await done(gone, 5);
    await done(gone, 6);
    await done(undefined, 7.005);
    expect(await reportTo(world, 'completionTimeByService')).toEqual([
      { service: { name: 'Logo' }, serviceName: 'Logo', orders: 3, averageHours: '3', averageHoursFromStart: '1' },
      { service: null, serviceName: 'Gone', orders: 2, averageHours: '5.5', averageHoursFromStart: null },
      { service: null, serviceName: null, orders: 1, averageHours: '7.01', averageHoursFromStart: null },
    ]);
  });
});

describe('open tasks', () => {
  test('are counted for everybody who has any, overdue ones apart, and for nobody', async () => {
    const world = await makeWorld();
    stopClock(noon);
    const [ann, bob, idle] = [
      await world.member({ firstName: 'Ann' }),
      await world.member({ firstName: 'Bob' }),
      await world.member(),
    ];
    const order = await world.order();
    const overdue = { effectiveDueAt: later(-1) };
    await order.task({ employees: [ann, bob], ...overdue });
    await order.task({ employees: [ann], effectiveDueAt: later(1) });
    await order.task({ employees: [ann] });
    await order.task({ employees: [idle], isComplete: true, completedAt: noon, ...overdue });
    await order.task({ ...overdue });
    await order.task();
    // For the client, and nobody's of the team; then somebody's after all.
    await order.task({ forClient: true });
    await order.task({ forClient: true, employees: [bob] });
    for (const closed of [{ status: 'COMPLETED' }, { status: 'CANCELLED' }, { deletedAt: noon }] as const) {
      const gone = await world.order(closed);
      await gone.task({ employees: [idle], ...overdue });
    }
    for (const status of ['UNPAID', 'ON_HOLD'] as const) {
      const waiting = await world.order({ status });
      await waiting.task({ employees: [ann] });
    }
    expect(await reportTo(world, 'openTasksByEmployee')).toEqual([
      { employee: { firstName: 'Ann' }, tasks: 5, overdue: 1 },
      { employee: { firstName: 'Bob' }, tasks: 2, overdue: 1 },
      { employee: null, tasks: 2, overdue: 1 },
    ]);
  });
});
