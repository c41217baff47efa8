import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effectiveDueTimes, nextOpenTask, type ScheduledTask } from '../../../src/orders/tasks/rules.ts';
import { graphql } from '../../generated/gql.ts';
import { hour, stopClock } from '../../kit/clock.ts';
import { success } from '../../kit/expect.ts';
import { makeWorld, type TestOrder, type World } from '../../kit/world.ts';

const DueTaskCreate = graphql(`
  mutation DueTaskCreate($input: OrderTaskCreateInput!) {
    orderTaskCreate(input: $input) {
      ... on OrderTaskCreateSuccess {
        orderTask {
          id
        }
      }
      ...Failure
    }
  }
`);

const DueTaskUpdate = graphql(`
  mutation DueTaskUpdate($input: OrderTaskUpdateInput!) {
    orderTaskUpdate(input: $input) {
      ...Failure
      ... on OrderTaskUpdateSuccess {
        orderTask {
          id
        }
      }
    }
  }
`);

const DueTaskDelete = graphql(`
  mutation DueTaskDelete($input: OrderTaskDeleteInput!) {
    orderTaskDelete(input: $input) {
      ...Failure
      ... on OrderTaskDeleteSuccess {
        deletedId
      }
    }
  }
`);

const DueTaskComplete = graphql(`
  mutation DueTaskComplete($input: OrderTaskCompleteInput!) {
    orderTaskComplete(input: $input) {
      ...Failure
      ... on OrderTaskCompleteSuccess {
        orderTask {
          id
        }
      }
    }
  }
`);

const DueTaskReopen = graphql(`
  mutation DueTaskReopen($input: OrderTaskReopenInput!) {
    orderTaskReopen(input: $input) {
      ...Failure
      ... on OrderTaskReopenSuccess {
        orderTask {
          id
        }
      }
    }
  }
`);

const DueOrderUpdate = graphql(`
  mutation DueOrderUpdate($input: OrderUpdateInput!) {
    orderUpdate(input: $input) {
      ...Failure
      ... on OrderUpdateSuccess {
        order {
          id
        }
      }
    }
  }
`);

const midnight = Date.UTC(2026, 0, 1);
const at = (hours: number) => new Date(midnight + hours * hour);

describe('law 5: when a task is due in fact', () => {
  const task = (id: string, fields: Partial<ScheduledTask> = {}): ScheduledTask => ({
    id,
    position: 0,
    createdAt: at(0),
    completedAt: null,
    deadlineHours: null,
    dueAt: null,
    ...fields,
  });
  /** The due times in hours after midnight. */
  const due = (tasks: ScheduledTask[], startedAt: Date | null = null) =>
    Object.fromEntries(
      [...effectiveDueTimes({ startedAt, createdAt: at(0) }, tasks)].map(([id, time]) => [
        id,
        time && (time.getTime() - midnight) / hour,
      ]),
    );

  test('the first counts from the order’s creation, or from its start once there is one', () => {
    expect(due([task('a', { deadlineHours: 24 })])).toEqual({ a: 24 });
    expect(due([task('a', { deadlineHours: 24 })], at(5))).toEqual({ a: 29 });
  });

  test('a due time holds as it is; without either there is none', () => {
    expect(due([task('a', { dueAt: at(7) }), task('b')], at(5))).toEqual({ a: 7, b: null });
  });

  test('a later one counts from the completion of the one before, or from its due time while it is open', () => {
    const second = task('b', { position: 1, deadlineHours: 10 });
    expect(due([task('a', { deadlineHours: 24 }), second])).toEqual({ a: 24, b: 34 });
    expect(due([task('a', { deadlineHours: 24, completedAt: at(3) }), second])).toEqual({ a: 24, b: 13 });
    expect(due([task('a', { dueAt: at(50) }), second])).toEqual({ a: 50, b: 60 });
  });

  test('or from the order’s base, when the one before has neither', () => {
    const tasks = [
      task('a', { deadlineHours: 24 }),
      task('b', { position: 1 }),
      task('c', { position: 2, deadlineHours: 1 }),
    ];
    expect(due(tasks, at(5))).toEqual({ a: 29, b: null, c: 6 });
  });

  test('they follow each other by position, then creation, then id, however they are read', () => {
    const tasks = [
      task('d', { position: 1, createdAt: at(1), deadlineHours: 1 }),
      task('b', { position: 1, deadlineHours: 1 }),
      task('c', { position: 1, deadlineHours: 1 }),
      task('a', { position: -1, createdAt: at(9), deadlineHours: 1 }),
    ];
    expect(due(tasks)).toEqual({ a: 1, b: 2, c: 3, d: 4 });
    expect(due(tasks.toReversed())).toEqual({ a: 1, b: 2, c: 3, d: 4 });
  });

  test('law 6: the next open task is the first open one after this, in the same order', () => {
    const tasks = [
      task('c', { position: 2 }),
      task('b', { position: 1, completedAt: at(1) }),
      task('a', { position: 0, completedAt: at(2) }),
      task('z', { position: -1 }),
    ];
    expect(nextOpenTask(tasks, 'a')?.id).toBe('c');
    expect(nextOpenTask(tasks, 'c')).toBeUndefined();
  });

  test('it follows the order’s start and creation', async () => {
    const world = await makeWorld();
    const order = await world.order({ createdAt: at(0) });
    const { id } = await order.task({ deadlineHours: 24 });
    const move = async (input: object) => {
      success((await world.as(world.admin).run(DueOrderUpdate, { input: { id: order.id, ...input } })).orderUpdate);
      return (await world.rows.orderTask.findUniqueOrThrow({ where: { id } })).effectiveDueAt;
    };
    expect(await move({ createdAt: at(2).toISOString() })).toEqual(at(26));
    expect(await move({ startedAt: at(10).toISOString() })).toEqual(at(34));
    expect(await move({ startedAt: null })).toEqual(at(26));
  });

  type Limit = { deadlineHours: number | null; dueAt: string | null };
  type Step = { wait: number } & (
    | { verb: 'create'; position: number; limit: Limit }
    | { verb: 'update'; which: number; position: number; limit: Limit }
    | { verb: 'complete' | 'reopen' | 'delete'; which: number }
    | { verb: 'start'; from: number | null }
  );

  const limits = fc.oneof(
    fc.constant<Limit>({ deadlineHours: null, dueAt: null }),
    fc.integer({ min: 0, max: 72 }).map((deadlineHours): Limit => ({ deadlineHours, dueAt: null })),
    fc.integer({ min: 0, max: 200 }).map((hours): Limit => ({ deadlineHours: null, dueAt: at(hours).toISOString() })),
  );
  const [wait, which, position] = [fc.nat(3), fc.nat(20), fc.nat(2)];
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ verb: fc.constant('create' as const), wait, position, limit: limits }) },
      {
        weight: 3,
        arbitrary: fc.record({ verb: fc.constant('update' as const), wait, which, position, limit: limits }),
      },
      {
        weight: 5,
        arbitrary: fc.record({
          verb: fc.constantFrom('complete' as const, 'reopen' as const, 'delete' as const),
          wait,
          which,
        }),
      },
      { weight: 1, arbitrary: fc.record({ verb: fc.constant('start' as const), wait, from: fc.option(fc.nat(48)) }) },
    ),
    { minLength: 4, maxLength: 12, size: 'max' },
  );

  async function take(world: World, order: TestOrder, ids: string[], step: Step): Promise<void> {
    const admin = world.as(world.admin);
    if (step.verb === 'create') {
      const input = { orderId: order.id, name: 'Step', position: step.position, ...step.limit };
      ids.push(success((await admin.run(DueTaskCreate, { input })).orderTaskCreate).orderTask.id);
      return;
    }
    if (step.verb === 'start') {
      const startedAt = step.from === null ? null : at(step.from).toISOString();
      success((await admin.run(DueOrderUpdate, { input: { id: order.id, startedAt } })).orderUpdate);
      return;
    }
    const id = ids[step.which % ids.length];
    if (id === undefined) return;
    const input = { id };
    if (step.verb === 'update') {
      const change = { ...input, position: step.position, ...step.limit };
      success((await admin.run(DueTaskUpdate, { input: change })).orderTaskUpdate);
    } else if (step.verb === 'complete') {
      success((await admin.run(DueTaskComplete, { input })).orderTaskComplete);
    } else if (step.verb === 'reopen') {
      success((await admin.run(DueTaskReopen, { input })).orderTaskReopen);
    } else {
      success((await admin.run(DueTaskDelete, { input })).orderTaskDelete);
      ids.splice(ids.indexOf(id), 1);
    }
  }

  test('whatever happens to an order’s tasks, the database has what the law says', { timeout: 120_000 }, async () => {
    const world = await makeWorld();
    const clock = stopClock(at(0));
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        clock.travel(at(0));
        const order = await world.order({ createdAt: at(0) });
        const ids: string[] = [];
        for (const position of [0, 1, 2]) {
          await take(world, order, ids, {
            verb: 'create',
            wait: 0,
            position,
            limit: { deadlineHours: 5, dueAt: null },
          });
        }
        for (const step of story) {
          clock.advance(step.wait * hour);
          await take(world, order, ids, step);
          const now = await world.rows.order.findUniqueOrThrow({ where: { id: order.id }, include: { tasks: true } });
          const kept = new Map(now.tasks.map(({ id, effectiveDueAt }) => [id, effectiveDueAt]));
          expect(kept).toEqual(effectiveDueTimes(now, now.tasks));
          expect(kept.size).toBe(ids.length);
        }
      }),
      { numRuns: 20 },
    );
  });
});
