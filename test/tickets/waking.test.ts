import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { wakeTickets } from '../../src/tickets/jobs.ts';
import { hour, stopClock } from '../kit/clock.ts';
import { recorded, unchanged } from '../kit/expect.ts';
import { makeWorld, type TestTicket, type World } from '../kit/world.ts';

const start = '2026-03-01T10:00:00.000Z';
const due = new Date('2026-03-01T11:00:00.000Z');

const wake = (world: World) => wakeTickets(world.tools).run({});

const asleep = (world: World, fields: Parameters<World['ticket']>[0] = {}) =>
  world.ticket({ status: 'SNOOZED', snoozedUntil: due, ...fields });

const kindOf = async (world: World, { id }: TestTicket) =>
  (await world.rows.ticket.findUniqueOrThrow({ where: { id } })).statusKind;

describe('the waker (law 3)', () => {
  test('runs every minute', async () => {
    const { tools } = await makeWorld();
    expect(wakeTickets(tools)).toMatchObject({ name: 'tickets.wake', schedule: '* * * * *' });
  });

  test('opens a ticket when its time has come, announces and logs it', async () => {
    const world = await makeWorld();
    const clock = stopClock(start);
    const ticket = await asleep(world);
    await unchanged(world, () => wake(world));
    clock.travel(new Date(due.getTime() - 1));
    await unchanged(world, () => wake(world));

    clock.travel(due);
    const { events, logs } = await recorded(world, () => wake(world));

    expect(await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } })).toMatchObject({
      statusCode: 1,
      statusKind: 'OPEN',
      snoozedUntil: null,
      closedAt: null,
      version: 2,
    });
    const { number } = ticket;
    expect(events).toEqual(
      [
        { type: 'ticket.updated', payload: { number } },
        { type: 'ticket.status_changed', payload: { number, from: 'SNOOZED', to: 'OPEN' } },
      ].map((fact) => ({ ...fact, aggregate: 'ticket', aggregateId: ticket.id, actorId: null, delivered: false })),
    );
    expect(logs).toMatchObject([
      { entity: 'TICKET', entityId: ticket.id, event: 'UPDATED', actorKind: 'SYSTEM', actorId: null },
    ]);
    await unchanged(world, () => wake(world));
  });

  test('wakes the due of all organizations, each in its own, and nobody else', async () => {
    const worlds = [await makeWorld(), await makeWorld()] as const;
    const clock = stopClock(start);
    const sleepers = [await asleep(worlds[0]), await asleep(worlds[1])];
    const later = await asleep(worlds[0], { snoozedUntil: new Date(due.getTime() + 1) });
    const spam = await worlds[0].ticket({ status: 'SPAM' });
    clock.travel(due);
    await wake(worlds[0]);
    for (const [index, world] of worlds.entries()) {
      expect(await kindOf(world, sleepers[index] as TestTicket)).toBe('OPEN');
      const facts = await world.events();
      expect(facts.map(({ type, aggregateId }) => [type, aggregateId])).toEqual([
        ['ticket.updated', sleepers[index]?.id],
        ['ticket.status_changed', sleepers[index]?.id],
      ]);
    }
    expect([await kindOf(worlds[0], later), await kindOf(worlds[0], spam)]).toEqual(['SNOOZED', 'SPAM']);
  });

  test('wakes what sleeps in a status of the organization’s own into the standard one', async () => {
    const world = await makeWorld();
    const clock = stopClock(start);
    await world.ticketStatus({ code: 6, name: 'On holiday', kind: 'SNOOZED' });
    const ticket = await world.ticket({ statusCode: 6, statusKind: 'SNOOZED', snoozedUntil: due });
    clock.advance(hour);
    await wake(world);
    expect((await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } })).statusCode).toBe(1);
  });

  test('of two wakers at once, again and again, each ticket has one', async () => {
    const world = await makeWorld();
    const clock = stopClock(start);
    for (let index = 0; index < 10; index += 1) await asleep(world);
    clock.travel(due);
    await Promise.all([wake(world), wake(world), wake(world), wake(world)]);
    await wake(world);
    const facts = await world.events();
    expect(facts.filter(({ type }) => type === 'ticket.status_changed')).toHaveLength(10);
    expect(new Set(facts.map(({ aggregateId }) => aggregateId)).size).toBe(10);
    expect(await world.rows.ticket.count({ where: { organizationId: world.organizationId, version: 2 } })).toBe(10);
  });

  test('passes over what somebody is changing, and comes back', async () => {
    const world = await makeWorld();
    const clock = stopClock(start);
    const [held, free] = [await asleep(world), await asleep(world)];
    clock.travel(due);
    const holder = await world.owner.connect();
    try {
      await holder.query('begin');
      await holder.query('select from tickets where id = $1 for update', [held.id]);
      await wake(world);
      expect([await kindOf(world, held), await kindOf(world, free)]).toEqual(['SNOOZED', 'OPEN']);
      await holder.query('commit');
    } finally {
      holder.release();
    }
    await wake(world);
    expect(await kindOf(world, held)).toBe('OPEN');
  });

  test('who changed its status meanwhile is not overruled', async () => {
    const world = await makeWorld();
    const clock = stopClock(start);
    const ticket = await asleep(world);
    const run = (input: string) =>
      world.as(world.admin).run(`mutation { ticketUpdate(input: { id: "${ticket.id}", ${input} }) { __typename } }`);
    await run('status: SPAM');
    clock.travel(due);
    await unchanged(world, () => wake(world));
    await run('status: SNOOZED, snoozedUntil: "2026-03-01T12:00:00Z"');
    await unchanged(world, () => wake(world));
  });

  test('law 7: a deleted ticket sleeps on, and wakes once it is restored', async () => {
    const world = await makeWorld();
    const clock = stopClock(start);
    const ticket = await asleep(world, { deletedAt: new Date(start) });
    clock.travel(due);
    await unchanged(world, () => wake(world));
    await world.rows.ticket.update({ where: { id: ticket.id }, data: { deletedAt: null } });
    await wake(world);
    expect(await kindOf(world, ticket)).toBe('OPEN');
  });

  test('what fails in one organization keeps no other waiting, and is told', async () => {
    const [broken, sound] = [await makeWorld(), await makeWorld()];
    const clock = stopClock(start);
    // Longer due, so that it comes first; its organization has lost the status to wake into.
    const stuck = await asleep(broken, { snoozedUntil: new Date(start) });
    const ticket = await asleep(sound);
    await broken.owner.query('alter table tickets disable trigger show_status');
    try {
      await broken.owner.query('update tickets set shown_status_code = 4, shown_status_kind = $2 where id = $1', [
        stuck.id,
        'SNOOZED',
      ]);
      await broken.owner.query(`delete from ticket_statuses where organization_id = $1 and code <> 4`, [
        broken.organizationId,
      ]);
    } finally {
      await broken.owner.query('alter table tickets enable trigger show_status');
    }
    clock.travel(due);
    await expect(wake(sound)).rejects.toThrow('Snoozed tickets could not be woken.');
    expect(await kindOf(sound, ticket)).toBe('OPEN');
    await broken.rows.ticket.deleteMany({ where: { id: stuck.id } });
  });

  test('takes as many statements for 20 tickets of an organization as for 2', async () => {
    const clock = stopClock(start);
    const statements = async (count: number) => {
      const world = await makeWorld();
      // What other tests left behind must not be counted.
      clock.travel(due);
      await wake(world);
      for (let index = 0; index < count; index += 1) await asleep(world);
      const counted = await countStatements(() => wake(world));
      expect((await world.events()).length).toBe(2 * count);
      return counted.statements;
    };
    expect(await statements(20)).toBe(await statements(2));
  });
});
