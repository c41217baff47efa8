import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Consumer, type DomainEvent, deliverEvents, emit } from '../../src/kernel/events.ts';
import { systemViewer } from '../../src/kernel/viewer.ts';
import { testDatabase } from '../kit/db.ts';
import { unchanged } from '../kit/expect.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

/** Remembers what it was told about this world, and fails where the test says so. */
function listener(world: World, fails: (event: DomainEvent, earlier: number) => boolean = () => false) {
  const told: string[] = [];
  const times = new Map<string, number>();
  const consumer: Consumer = {
    name: 'listener',
    handle: async (event) => {
      if (event.organizationId !== world.organizationId) return;
      const earlier = times.get(event.id) ?? 0;
      times.set(event.id, earlier + 1);
      if (fails(event, earlier)) throw new Error('not now');
      told.push(event.type);
    },
  };
  return { consumer, told };
}

async function deliver(world: World, ...consumers: Consumer[]): Promise<void> {
  const { log } = await testDatabase();
  await world.runJobs([deliverEvents(world.database, consumers, log)]);
}

/** A failed job waits for its next try; here it need not. */
async function retryNow(world: World): Promise<void> {
  await world.owner.query(
    `update graphile_worker._private_jobs set run_at = now() where payload ->> 'organizationId' = $1`,
    [world.organizationId],
  );
}

function announce(world: World, about: string, ...types: `${string}.${string}`[]): Promise<void> {
  return world.database.transact(viewerOf(world.admin), async (tx) => {
    for (const type of types) await emit(tx, type, { thing: about }, { note: type });
  });
}

describe('an event', () => {
  test('says what happened to what, by whom, and is delivered after commit', async () => {
    const world = await makeWorld();
    const about = randomUUID();
    const heard: DomainEvent[] = [];
    await announce(world, about, 'thing.made');
    await deliver(world, {
      name: 'keeper',
      handle: async (event) => void (event.organizationId === world.organizationId && heard.push(event)),
    });

    expect(heard).toEqual([
      {
        id: expect.any(String),
        organizationId: world.organizationId,
        type: 'thing.made',
        aggregate: 'thing',
        aggregateId: about,
        payload: { note: 'thing.made' },
        actorId: world.admin.id,
        createdAt: expect.any(Date),
      },
    ]);
    expect((await world.events()).map(({ delivered }) => delivered)).toEqual([true]);
  });

  test('of a transaction that fails was never announced, and no job waits for it', async () => {
    const world = await makeWorld();
    await unchanged(world, async () => {
      const failed = world.database.transact(systemViewer(world.organizationId), async (tx) => {
        await emit(tx, 'thing.made', { thing: randomUUID() });
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
    });
  });

  test('is delivered in the order of announcement, transaction after transaction', async () => {
    const world = await makeWorld();
    const about = randomUUID();
    await announce(world, about, 'thing.made', 'thing.changed');
    await announce(world, about, 'thing.done');
    const { consumer, told } = listener(world);
    await deliver(world, consumer);
    expect(told).toEqual(['thing.made', 'thing.changed', 'thing.done']);
  });

  test('is not told again once it was delivered', async () => {
    const world = await makeWorld();
    const about = randomUUID();
    const { consumer, told } = listener(world);
    await announce(world, about, 'thing.made');
    await deliver(world, consumer);
    await announce(world, about, 'thing.done');
    await deliver(world, consumer);
    expect(told).toEqual(['thing.made', 'thing.done']);
  });

  test('that fails holds back the later ones of its aggregate, and none of another’s', async () => {
    const world = await makeWorld();
    const [stuck, free] = [randomUUID(), randomUUID()];
    await announce(world, stuck, 'stuck.made', 'stuck.changed');
    await announce(world, free, 'free.made');
    const { consumer, told } = listener(world, (event, earlier) => event.type === 'stuck.made' && earlier === 0);

    await deliver(world, consumer);
    expect(told).toEqual(['free.made']);
    expect((await world.events()).map(({ type, delivered }) => [type, delivered])).toEqual([
      ['stuck.made', false],
      ['stuck.changed', false],
      ['free.made', true],
    ]);

    await retryNow(world);
    await deliver(world, consumer);
    expect(told).toEqual(['free.made', 'stuck.made', 'stuck.changed']);
  });

  test('comes before one that was announced while it failed', async () => {
    const world = await makeWorld();
    const about = randomUUID();
    await announce(world, about, 'thing.made');
    const { consumer, told } = listener(world, (_, earlier) => earlier === 0);
    await deliver(world, consumer);
    await announce(world, about, 'thing.done');
    await retryNow(world);
    await deliver(world, consumer);
    await retryNow(world);
    await deliver(world, consumer);
    expect(told).toEqual(['thing.made', 'thing.done']);
  });

  test('reaches every consumer at least once: who heard it hears it again when another failed', async () => {
    const world = await makeWorld();
    await announce(world, randomUUID(), 'thing.made');
    const first = listener(world);
    const second = listener(world, (_, earlier) => earlier === 0);
    await deliver(world, first.consumer, second.consumer);
    await retryNow(world);
    await deliver(world, first.consumer, second.consumer);
    expect({ first: first.told, second: second.told }).toEqual({
      first: ['thing.made', 'thing.made'],
      second: ['thing.made'],
    });
  });

  test('that is announced while the delivery runs is delivered too', async () => {
    const world = await makeWorld();
    const about = randomUUID();
    const told: string[] = [];
    const talkative: Consumer = {
      name: 'talkative',
      handle: async (event) => {
        if (event.organizationId !== world.organizationId) return;
        told.push(event.type);
        if (event.type === 'thing.made') await announce(world, about, 'thing.answered');
      },
    };
    await announce(world, about, 'thing.made');
    await deliver(world, talkative);
    expect(told).toEqual(['thing.made', 'thing.answered']);
    expect((await world.events()).every(({ delivered }) => delivered)).toBe(true);
  });
});
