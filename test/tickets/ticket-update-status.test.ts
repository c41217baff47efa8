import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { hour, stopClock } from '../kit/clock.ts';
import { recorded, success } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { refused, update, updated } from './changing.ts';

const start = '2026-03-01T10:00:00.000Z';

describe('ticketUpdate of the status', () => {
  test('X4, law 2: closing notes when, announces it, and opening forgets', async () => {
    const world = await makeWorld();
    const clock = stopClock(start);
    const ticket = await world.ticket({ status: 'PENDING' });

    const closing = await recorded(world, () => update(world, ticket, { status: 'CLOSED' }));
    expect(success(closing.result).ticket).toMatchObject({
      status: { code: 3, kind: 'CLOSED' },
      closedAt: start,
      version: 2,
    });
    const { number } = ticket;
    expect(closing.events.map(({ type, aggregateId, payload }) => [type, aggregateId, payload])).toEqual([
      ['ticket.updated', ticket.id, { number }],
      ['ticket.status_changed', ticket.id, { number, from: 'PENDING', to: 'CLOSED' }],
      ['ticket.closed', ticket.id, { number }],
    ]);
    expect(closing.logs.map(({ changes }) => changes)).toEqual([
      {
        status_code: { before: 2, after: 3 },
        status_kind: { before: 'PENDING', after: 'CLOSED' },
        closed_at: { before: null, after: '2026-03-01T10:00:00+00:00' },
      },
    ]);

    clock.advance(hour);
    expect((await updated(world, ticket, { status: 'CLOSED', note: 'Thanks' })).closedAt).toBe(start);
    const opening = await recorded(world, () => update(world, ticket, { status: 'OPEN' }));
    expect(success(opening.result).ticket).toMatchObject({ status: { code: 1, kind: 'OPEN' }, closedAt: null });
    expect(opening.events.map(({ type }) => type)).toEqual(['ticket.updated', 'ticket.status_changed']);
  });

  test('law 2: any status follows any other', async () => {
    const world = await makeWorld();
    stopClock(start);
    const kinds = ['OPEN', 'PENDING', 'CLOSED', 'SNOOZED', 'SPAM'] as const;
    const asleep = { snoozedUntil: '2026-03-02T10:00:00.000Z' };
    for (const from of kinds) {
      for (const to of kinds.filter((kind) => kind !== from)) {
        const ticket = await world.ticket({ status: from, ...(from === 'SNOOZED' ? asleep : {}) });
        const after = await updated(world, ticket, { status: to, ...(to === 'SNOOZED' ? asleep : {}) });
        expect({ from, ...after }).toMatchObject({
          from,
          status: { kind: to },
          closedAt: to === 'CLOSED' ? start : null,
          snoozedUntil: to === 'SNOOZED' ? asleep.snoozedUntil : null,
        });
      }
    }
  });

  test('from one closed status to another the closing stays what it was', async () => {
    const world = await makeWorld();
    const clock = stopClock(start);
    const { id } = await world.ticketStatus({ code: 6, name: 'Answered', kind: 'CLOSED' });
    const ticket = await world.ticket();
    await updated(world, ticket, { status: 'CLOSED' });
    clock.advance(hour);
    const { result, events } = await recorded(world, () =>
      update(world, ticket, { statusId: encodeId('TicketStatus', id) }),
    );
    expect(success(result).ticket).toMatchObject({ status: { code: 6, kind: 'CLOSED' }, closedAt: start });
    expect(events.map(({ type }) => type)).toEqual(['ticket.updated', 'ticket.status_changed']);
  });

  describe('law 3: sleep', () => {
    const soon = '2026-03-01T12:00:00.000Z';
    const later = '2026-03-05T12:00:00.000Z';

    test('needs a time in the future', async () => {
      const world = await makeWorld();
      stopClock(start);
      const ticket = await world.ticket();
      expect(await refused(world, ticket, { status: 'SNOOZED' })).toEqual(['snoozedUntil REQUIRED']);
      expect(await refused(world, ticket, { status: 'SNOOZED', snoozedUntil: null })).toEqual([
        'snoozedUntil REQUIRED',
      ]);
      expect(await refused(world, ticket, { status: 'SNOOZED', snoozedUntil: start })).toEqual([
        'snoozedUntil OUT_OF_RANGE',
      ]);
      expect(await updated(world, ticket, { status: 'SNOOZED', snoozedUntil: soon })).toMatchObject({
        status: { code: 4, kind: 'SNOOZED' },
        snoozedUntil: soon,
      });
    });

    test('may be made longer, not without an end; other changes leave it', async () => {
      const world = await makeWorld();
      stopClock(start);
      const ticket = await world.ticket({ status: 'SNOOZED', snoozedUntil: new Date(soon) });
      expect((await updated(world, ticket, { note: 'x' })).snoozedUntil).toBe(soon);
      expect((await updated(world, ticket, { status: 'SNOOZED' })).snoozedUntil).toBe(soon);
      expect((await updated(world, ticket, { snoozedUntil: later })).snoozedUntil).toBe(later);
      expect(await refused(world, ticket, { snoozedUntil: null })).toEqual(['snoozedUntil REQUIRED']);
      expect(await refused(world, ticket, { snoozedUntil: start })).toEqual(['snoozedUntil OUT_OF_RANGE']);
    });

    test('is for snoozed tickets only', async () => {
      const world = await makeWorld();
      stopClock(start);
      const ticket = await world.ticket();
      expect(await refused(world, ticket, { snoozedUntil: soon })).toEqual(['snoozedUntil EXCLUSIVE']);
      expect(await refused(world, ticket, { status: 'PENDING', snoozedUntil: soon })).toEqual([
        'snoozedUntil EXCLUSIVE',
      ]);
      expect((await updated(world, ticket, { snoozedUntil: null, note: 'x' })).snoozedUntil).toBeNull();
    });

    test('is forgotten on any change of status, also to another one that sleeps', async () => {
      const world = await makeWorld();
      stopClock(start);
      const { id: statusId } = await world.ticketStatus({ code: 6, name: 'On holiday', kind: 'SNOOZED' });
      const ticket = await world.ticket({ status: 'SNOOZED', snoozedUntil: new Date(soon) });
      expect(await refused(world, ticket, { statusId })).toEqual(['snoozedUntil REQUIRED']);
      expect((await updated(world, ticket, { statusId, snoozedUntil: later })).snoozedUntil).toBe(later);
      expect(await updated(world, ticket, { status: 'SPAM' })).toMatchObject({
        status: { kind: 'SPAM' },
        snoozedUntil: null,
      });
    });
  });
});
