import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { charge } from '../../src/invoices/charges/commands.ts';
import { refund } from '../../src/invoices/payments/commands.ts';
import { act, command, look, saga } from '../../src/kernel/command.ts';
import { InvalidInputError, InvalidStateError } from '../../src/kernel/errors.ts';
import { actOnce, type Keyed } from '../../src/kernel/idempotency.ts';
import { createSecrets } from '../../src/kernel/secrets.ts';
import { systemViewer } from '../../src/kernel/viewer.ts';
import { makeInvoice, stateOf } from '../invoices/charges/charging.ts';
import { minute, stopClock } from '../kit/clock.ts';
import { testDatabase } from '../kit/db.ts';
import { unchanged } from '../kit/expect.ts';
import { stripeForThisFile } from '../kit/stripe.ts';
import { testKey } from '../kit/tools.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeStripeWorld } from '../payments/cast.ts';

const stripe = stripeForThisFile();

const keyOf = (operation: string, input: unknown, more: Partial<Keyed> = {}): Keyed => ({
  operation,
  key: 'one',
  input,
  isSecret: false,
  ...more,
});

const rowsOf = ({ rows, organizationId }: World) => rows.idempotencyKey.findMany({ where: { organizationId } });
const tagsOf = async ({ rows, organizationId }: World) =>
  (await rows.tag.findMany({ where: { organizationId }, orderBy: { id: 'asc' } })).map(
    ({ name }) => name.split(' ')[0],
  );

/** A saga of three steps: it looks, makes a tag, calls out and makes another one. What goes wrong is the test's to say. */
function threeSteps(world: World, trouble: { [step: string]: () => unknown } = {}) {
  const done: string[] = [];
  const step = (name: string) => {
    done.push(name);
    return trouble[name]?.();
  };
  const tagging = (name: string) =>
    command('tags.create', async (tx) => {
      await step(name);
      const { organizationId } = world;
      return await tx.tag.create({ data: { organizationId, name: `${name} ${done.length}` }, select: { id: true } });
    });
  const looking = look('tags.create', async () => {
    await step('look');
    return { seenAt: new Date('2026-01-01T00:00:00Z') };
  });
  const verb = saga('tags.create', async (tools, viewer, input: object) => {
    const { seenAt } = await act(tools, viewer, looking, input);
    const first = await act(tools, viewer, tagging('first'), input);
    await step('outside');
    await act(tools, viewer, tagging('second'), input);
    return { id: first.id, seenAt };
  });
  const run = (more: Partial<Keyed> = {}) =>
    actOnce(world.tools, viewerOf(world.admin), verb, {}, keyOf('twoTags', {}, more));
  return { run, done, trouble };
}

describe('a saga under a key', () => {
  test('remembers each step and its end, instants included', async () => {
    const world = await makeWorld();
    const { run, done } = threeSteps(world);
    const first = await run();
    expect(first).toEqual({
      result: { id: expect.any(String), seenAt: new Date('2026-01-01T00:00:00Z') },
      isReplayed: false,
    });
    expect(await unchanged(world, () => run())).toEqual({ ...first, isReplayed: true });
    expect(done).toEqual(['look', 'first', 'outside', 'second']);
    expect(await rowsOf(world)).toMatchObject([{ attempt: 1, claimedUntil: null, hasEffect: true }]);
    expect(await tagsOf(world)).toEqual(['first', 'second']);
  });

  test.each([
    ['first', ['look', 'first', 'first', 'outside', 'second']],
    ['outside', ['look', 'first', 'outside', 'outside', 'second']],
    ['second', ['look', 'first', 'outside', 'second', 'outside', 'second']],
  ])('that breaks at %s is taken up where it was, at once', async (step, expected) => {
    const world = await makeWorld();
    const { run, done, trouble } = threeSteps(world);
    trouble[step] = () => {
      delete trouble[step];
      throw new Error('the light went out');
    };
    await expect(run()).rejects.toThrow('the light went out');
    expect(await run()).toMatchObject({ isReplayed: false });
    expect(done).toEqual(expected);
    expect(await tagsOf(world)).toEqual(['first', 'second']);
    expect(await run()).toMatchObject({ isReplayed: true });
  });

  test('remembers a failure that comes after an effect', async () => {
    const world = await makeWorld();
    const { run, done, trouble } = threeSteps(world);
    trouble.outside = () => {
      throw new InvalidStateError('The card was declined.', 'CARD_DECLINED');
    };
    await expect(run()).rejects.toThrow(InvalidStateError);
    const again = await unchanged(world, () => run());
    expect(again).toEqual({
      isReplayed: true,
      failure: new InvalidStateError('The card was declined.', 'CARD_DECLINED'),
    });
    expect((again as { failure: InvalidStateError }).failure).toBeInstanceOf(InvalidStateError);
    expect(done).toEqual(['look', 'first', 'outside']);
  });

  test('forgets one that comes before any: the key is free for an input that is right', async () => {
    const world = await makeWorld();
    const { run, trouble } = threeSteps(world);
    trouble.first = () => {
      throw new InvalidInputError([{ path: ['x'], code: 'REQUIRED', message: 'x is needed.' }]);
    };
    await unchanged(world, async () => {
      await expect(run()).rejects.toThrow(InvalidInputError);
    });
    delete trouble.first;
    expect(await run({ input: { x: 1 } })).toMatchObject({ isReplayed: false });
  });

  test('is one process’s alone: another one waits until it can’t be at it any more, and then it is the other’s', async () => {
    const clock = stopClock();
    const world = await makeWorld();
    const { run, done, trouble } = threeSteps(world);
    const held = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    trouble.outside = () => {
      delete trouble.outside;
      arrived.resolve();
      return held.promise;
    };
    const slow = run();
    await arrived.promise;
    const inUse = { code: 'IDEMPOTENCY_KEY_IN_USE' };
    await expect(run()).rejects.toMatchObject(inUse);
    clock.advance(3 * minute - 1);
    await expect(run()).rejects.toMatchObject(inUse);
    clock.advance(1);
    const taken = await run();
    expect(taken).toMatchObject({ isReplayed: false });
    // The first one comes back, and can't do the step that the other one did.
    held.resolve();
    await expect(slow).rejects.toMatchObject(inUse);
    expect(done).toEqual(['look', 'first', 'outside', 'outside', 'second', 'second']);
    expect(await tagsOf(world)).toEqual(['first', 'second']);
    expect(await run()).toEqual({ ...taken, isReplayed: true });
  });

  test('that is secret is remembered encrypted, each step of it', async () => {
    const world = await makeWorld();
    const { run } = threeSteps(world);
    const { result } = (await run({ isSecret: true })) as { result: object };
    const [row] = await rowsOf(world);
    for (const text of [...(row?.steps ?? []), row?.outcome]) {
      expect(JSON.parse(text ?? '')).toEqual({ keyId: 'test', bytes: expect.any(String) });
    }
    expect(await run({ isSecret: true })).toEqual({ result, isReplayed: true });
  });
});

describe('a command under a key', () => {
  test('that is secret is refused where nothing can be kept secret', async () => {
    const world = await makeWorld();
    const tools = { ...world.tools, secrets: createSecrets([]) };
    const verb = command('tags.create', async () => ({ id: 'x', secret: 'y' }));
    await unchanged(world, async () => {
      const keyed = keyOf('secret', {}, { isSecret: true });
      await expect(actOnce(tools, viewerOf(world.admin), verb, {}, keyed)).rejects.toMatchObject({
        code: 'ENCRYPTION_NOT_CONFIGURED',
      });
    });
  });

  test('that answers more than JSON holds is a mistake that is seen at once', async () => {
    const world = await makeWorld();
    const verb = command('tags.create', async () => ({ id: 'x', names: new Map() }));
    await expect(actOnce(world.tools, viewerOf(world.admin), verb, {}, keyOf('map', {}))).rejects.toThrow(
      'What a command answers is remembered as JSON, and names is more than that.',
    );
  });

  test('needs somebody whose key it is', async () => {
    const world = await makeWorld();
    const verb = command('tags.create', async () => ({ id: 'x' }));
    await expect(
      actOnce(world.tools, systemViewer(world.organizationId), verb, {}, keyOf('x', {})),
    ).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_INVALID' });
  });

  test('looks again when another one was faster between its look and its end', async () => {
    const world = await makeWorld();
    const { organizationId } = world;
    const keyed = keyOf('race', {});
    let runs = 0;
    const verb = command('tags.create', async (tx) => {
      runs += 1;
      // What only happens between two statements: somebody's row is there now.
      if (runs === 1) {
        await world.owner.query(
          `insert into idempotency_keys (organization_id, principal_id, operation, key_hash, fingerprint, outcome)
           values ($1, $2, 'race', sha256('one'), sha256('{}'), '{"value":{"result":{"id":"theirs"}}}')`,
          [organizationId, world.admin.id],
        );
      }
      await tx.tag.create({ data: { organizationId, name: 'ours' } });
      return { id: 'ours' };
    });
    expect(await actOnce(world.tools, viewerOf(world.admin), verb, {}, keyed)).toEqual({
      result: { id: 'theirs' },
      isReplayed: true,
    });
    expect(runs).toBe(1);
    expect(await tagsOf(world)).toEqual([]);
  });
});

describe('a refund', () => {
  test('that is cut off after Stripe’s answer gives nothing back twice', async () => {
    const world = await makeStripeWorld(stripe);
    const { client, method } = await world.card();
    const invoice = await makeInvoice(world, client);
    const viewer = viewerOf(world.admin);
    await act(world.tools, viewer, charge, { id: invoice.id, paymentMethodId: method.id });
    const input = { id: invoice.id, amount: '40' };
    const run = (tools = world.tools) => actOnce(tools, viewer, refund, input, keyOf('invoiceRefund', input));
    let transactions = 0;
    const transact: World['database']['transact'] = async (...given) => {
      transactions += 1;
      // The claim, the refund's beginning, and then what Stripe said.
      if (transactions === 3) throw new Error('the connection is gone');
      return await world.database.transact(...given);
    };
    const breaking = { ...world.tools, database: { ...world.database, transact } };
    await expect(run(breaking)).rejects.toThrow('the connection is gone');
    const payments = ['CHARGE SUCCEEDED 100', 'REFUND PROCESSING 40'];
    expect((await stateOf(world, invoice)).slice(2)).toEqual(payments);

    expect(await run()).toEqual({ result: { id: invoice.id }, isReplayed: false });
    expect(await unchanged(world, () => run())).toEqual({ result: { id: invoice.id }, isReplayed: true });
    expect((await stateOf(world, invoice)).slice(2)).toEqual(['CHARGE SUCCEEDED 100', 'REFUND SUCCEEDED 40']);
    expect([...stripe.account(world.key).refunds.values()].map(({ amount }) => amount)).toEqual([4_000]);
  });
});

describe('a process that is killed', () => {
  vi.setConfig({ testTimeout: 60_000 });

  async function kill(
    world: World,
    { operation, input, when }: { operation: string; input: object; when: () => Promise<boolean> },
  ) {
    const { appUrl } = await testDatabase();
    const child = spawn(process.execPath, [path.resolve(import.meta.dirname, 'idempotency-process.ts')], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: appUrl,
        ENCRYPTION_KEYS: testKey,
        STRIPE_URL: world.tools.remotes.stripe.url,
        VIEWER: JSON.stringify(viewerOf(world.admin)),
        OPERATION: operation,
        INPUT: JSON.stringify(input),
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    await expect.poll(when, { timeout: 40_000 }).toBe(true);
    child.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
  }

  test('in the middle of a transaction leaves nothing: the same key does it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { id: order.id, note: 'done' };
    const holder = await world.owner.connect();
    await unchanged(world, async () => {
      await holder.query('begin');
      await holder.query('select from orders where id = $1 for update', [order.id]);
      await kill(world, {
        operation: 'orderUpdate',
        input,
        when: async () => {
          const { rows } = await world.owner.query<{ waiting: boolean }>(
            `select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%from orders%') as waiting`,
          );
          return rows[0]?.waiting === true;
        },
      });
      await holder.query('rollback');
      holder.release();
    });
    const document = `mutation ($input: OrderUpdateInput!) { orderUpdate(input: $input) { __typename } }`;
    const answer = () => world.as(world.admin).with({ 'idempotency-key': 'one' }).answer(document, { input });
    // PostgreSQL has to notice first that nobody is there any more.
    await expect.poll(async () => (await answer()).data, { timeout: 20_000 }).toBeTruthy();
    expect(await answer()).toMatchObject({ extensions: { idempotency: { replayed: true } } });
    const updates = (await world.logs()).filter(({ event, entityId }) => event === 'UPDATED' && entityId === order.id);
    expect(updates.map(({ changes }) => changes)).toEqual([{ note: { before: null, after: 'done' } }]);
  });

  test('between Stripe’s answer and its own commit: the same key concludes the charge that was begun', async () => {
    const clock = stopClock();
    const world = await makeStripeWorld(stripe);
    const { client, method } = await world.card();
    const invoice = await makeInvoice(world, client);
    stripe.delayAnswer(/payment_intents$/, 30_000);
    const charged = () => [...stripe.account(world.key).intents.values()].map(({ status }) => status);
    const input = { id: invoice.id, paymentMethodId: method.id };
    await kill(world, { operation: 'invoiceCharge', input, when: async () => charged().length > 0 });
    expect(await stateOf(world, invoice)).toEqual(['UNPAID', '0 orders', 'CHARGE PROCESSING 100']);

    const run = () => actOnce(world.tools, viewerOf(world.admin), charge, input, keyOf('invoiceCharge', input));
    await unchanged(world, async () => {
      await expect(run()).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_IN_USE' });
    });
    // The process had a clock of its own, which went on.
    clock.advance(4 * minute);
    const done = await run();
    expect(done.isReplayed).toBe(false);
    expect(await stateOf(world, invoice)).toEqual(['PAID', '1 orders', 'CHARGE SUCCEEDED 100']);
    expect(charged()).toEqual(['succeeded']);
    expect(await unchanged(world, () => run())).toEqual({ ...done, isReplayed: true });
  });
});
