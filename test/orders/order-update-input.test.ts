import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import type { StatusKind } from '../kit/builders/work.ts';
import { hour, stopClock } from '../kit/clock.ts';
import { failure, recorded, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { idsOfNothing } from './cast.ts';
import { type Input, OrderUpdate, refused, update, updated } from './changing.ts';

const at = '2026-03-02T09:00:00.000Z';
const kinds: StatusKind[] = ['UNPAID', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'ON_HOLD'];

describe('orderUpdate', () => {
  describe('status', () => {
    test('O9: any may follow any', async () => {
      const world = await makeWorld();
      const order = await world.order({ status: 'UNPAID' });
      for (const from of kinds) {
        for (const to of kinds) {
          await updated(world, order, { status: from });
          expect((await updated(world, order, { status: to })).status.kind).toBe(to);
        }
      }
    });

    test('is told apart from other changes, and its completion from other statuses', async () => {
      stopClock(at);
      const world = await makeWorld();
      const order = await world.order({ number: 'A-1', status: 'UNPAID' });
      const told = async (status: StatusKind) => {
        const { events } = await recorded(world, () => updated(world, order, { status }));
        return events.map(({ type, aggregateId, payload }) => ({ type, aggregateId, payload }));
      };
      const about = (type: string, payload: object = {}) => ({
        type,
        aggregateId: order.id,
        payload: { number: 'A-1', ...payload },
      });
      expect(await told('ON_HOLD')).toEqual([
        about('order.updated'),
        about('order.status_changed', { from: 'UNPAID', to: 'ON_HOLD' }),
      ]);
      expect(await told('COMPLETED')).toEqual([
        about('order.updated'),
        about('order.status_changed', { from: 'ON_HOLD', to: 'COMPLETED' }),
        about('order.completed'),
      ]);
      expect(await told('COMPLETED')).toEqual([]);
      const { logs } = await recorded(world, () => updated(world, order, { status: 'IN_PROGRESS' }));
      expect(logs.map(({ changes }) => changes)).toEqual([
        {
          status_code: { before: 2, after: 1 },
          status_kind: { before: 'COMPLETED', after: 'IN_PROGRESS' },
          started_at: { before: null, after: '2026-03-02T09:00:00+00:00' },
        },
      ]);
    });

    test('law 5: entering starts or completes once, leaving takes neither back', async () => {
      const clock = stopClock(at);
      const world = await makeWorld();
      const order = await world.order({ status: 'UNPAID' });
      const dates = async (input: Input) => {
        clock.advance(hour);
        const { startedAt, completedAt } = await updated(world, order, input);
        return [startedAt, completedAt];
      };
      const [first, second] = ['2026-03-02T10:00:00.000Z', '2026-03-02T11:00:00.000Z'];
      expect(await dates({ status: 'IN_PROGRESS' })).toEqual([first, null]);
      expect(await dates({ status: 'COMPLETED' })).toEqual([first, second]);
      expect(await dates({ status: 'UNPAID' })).toEqual([first, second]);
      expect(await dates({ status: 'IN_PROGRESS' })).toEqual([first, second]);
      expect(await dates({ status: 'COMPLETED', completedAt: null })).toEqual([first, '2026-03-02T14:00:00.000Z']);
      // Not entered: what is cleared stays cleared.
      expect(await dates({ status: 'COMPLETED', completedAt: null })).toEqual([first, null]);
      expect(await dates({ status: 'IN_PROGRESS', startedAt: at })).toEqual([at, null]);
    });

    test('of the organization’s own: by its id, with what its kind means', async () => {
      stopClock(at);
      const world = await makeWorld();
      const shipped = await world.status({ code: 7, name: 'Shipped', kind: 'COMPLETED' });
      const order = await world.order();
      const { result, events } = await recorded(world, () =>
        updated(world, order, { statusId: encodeId('OrderStatus', shipped.id) }),
      );
      expect(result).toMatchObject({ status: { code: 7, kind: 'COMPLETED' }, completedAt: at });
      expect(events.map(({ type }) => type)).toEqual(['order.updated', 'order.status_changed', 'order.completed']);
      // From one completed status to another: a change, but no second completion.
      const again = await recorded(world, () => updated(world, order, { status: 'COMPLETED' }));
      expect(again.result.status.code).toBe(2);
      expect(again.events.map(({ type }) => type)).toEqual(['order.updated', 'order.status_changed']);
    });
  });

  describe('people and tags', () => {
    test('O12: an empty list clears, an absent one leaves; each change is logged as one of the order', async () => {
      const world = await makeWorld();
      const [ann, bob, cid] = [await world.member(), await world.member(), await world.member()];
      const order = await world.order({ employees: [ann, bob] });

      const { result, events, logs } = await recorded(world, () =>
        updated(world, order, { employeeIds: [encodeId('TeamMember', bob.id), cid.id] }),
      );
      expect(result.employees.map(({ id }) => id).sort()).toEqual(
        [bob, cid].map(({ id }) => encodeId('TeamMember', id)).sort(),
      );
      expect(result.version).toBe(2);
      expect(events.map(({ type }) => type)).toEqual(['order.updated']);
      expect(logs.map(({ entity, entityId, event, changes }) => ({ entity, entityId, event, changes }))).toEqual([
        {
          entity: 'ORDER',
          entityId: order.id,
          event: 'UPDATED',
          changes: { employees: { before: ann.id, after: null } },
        },
        {
          entity: 'ORDER',
          entityId: order.id,
          event: 'UPDATED',
          changes: { employees: { before: null, after: cid.id } },
        },
      ]);

      expect((await updated(world, order, { note: 'x' })).employees).toHaveLength(2);
      expect((await updated(world, order, { employeeIds: [] })).employees).toEqual([]);
    });

    test('O8: tags are replaced, missing ones made once', async () => {
      const world = await makeWorld();
      const [old, kept] = [await world.tag('Old'), await world.tag('Kept')];
      const order = await world.order({ tags: [old, kept] });
      const { events, logs } = await recorded(world, () => updated(world, order, { tags: ['KEPT', 'New', 'new'] }));
      expect((await updated(world, order, { note: 'x' })).tags).toEqual([{ name: 'Kept' }, { name: 'New' }]);
      expect(events.map(({ type }) => type)).toEqual(['order.updated']);
      expect(logs.map(({ entity, event }) => [entity, event])).toEqual([
        ['TAG', 'CREATED'],
        ['ORDER', 'UPDATED'],
        ['ORDER', 'UPDATED'],
      ]);
      expect((await updated(world, order, { tags: [] })).tags).toEqual([]);
      expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(3);
    });

    test('O13: a client, a stranger’s member or nobody can’t be an assignee', async () => {
      const [world, stranger] = [await makeWorld(), await (await makeWorld()).stranger()];
      const [order, client] = [await world.order(), await world.client()];
      for (const id of [client.id, stranger.id, ...idsOfNothing]) {
        expect(await refused(world, order, { employeeIds: [world.admin.id, id] })).toEqual(['employeeIds.1 NOT_FOUND']);
      }
    });
  });

  describe('refuses', () => {
    test.each<[string, Input, string[]]>([
      ['to clear the status', { status: null }, ['status REQUIRED']],
      ['to clear the status by id', { statusId: null }, ['statusId REQUIRED']],
      ['to clear the creation', { createdAt: null }, ['createdAt REQUIRED']],
      ['null for assignees and tags', { employeeIds: null, tags: null }, ['employeeIds REQUIRED', 'tags REQUIRED']],
      ['a note beyond 65,535 characters', { note: 'x'.repeat(65_536) }, ['note TOO_LONG']],
      [
        'blank, overlong and impossible tags',
        { tags: [' ', 'x'.repeat(256), 'a\0'] },
        ['tags.0 INVALID', 'tags.1 INVALID', 'tags.2 INVALID'],
      ],
      ['metadata that is a number', { metadata: 5 }, ['metadata INVALID']],
      [
        'documents with a NUL',
        { options: { a: '\0' }, formData: { b: '\0' } },
        ['options INVALID', 'formData INVALID'],
      ],
    ])('%s', async (_, input, issues) => {
      const world = await makeWorld();
      expect(await refused(world, await world.order(), input)).toEqual(issues);
    });

    test('services and statuses that there are not', async () => {
      const [world, other] = [await makeWorld(), await makeWorld()];
      const order = await world.order();
      const services = [await other.service(), await world.service({ deletedAt: new Date() })];
      const status = await other.status({ code: 5, name: 'Theirs', kind: 'ON_HOLD' });
      for (const serviceId of [...services.map(({ id }) => id), ...idsOfNothing]) {
        expect(await refused(world, order, { serviceId })).toEqual(['serviceId NOT_FOUND']);
      }
      for (const statusId of [status.id, ...idsOfNothing]) {
        expect(await refused(world, order, { statusId })).toEqual(['statusId NOT_FOUND']);
      }
      const own = await world.status({ code: 5, name: 'Ours', kind: 'ON_HOLD' });
      expect(await refused(world, order, { statusId: own.id, status: 'UNPAID' })).toEqual(['statusId EXCLUSIVE']);
    });

    test('O9, O11: what the input has no place for', async () => {
      const world = await makeWorld();
      const { id } = await world.order();
      for (const wrong of [
        { status: 'BOGUS' },
        { status: 5 },
        { clientId: id },
        { number: 'x' },
        { quantity: 2 },
        { price: 5 },
        { dueAt: 'soon' },
      ]) {
        const [refusal] = await unchanged(world, () =>
          world.as(world.admin).refused(OrderUpdate, { input: { id, ...wrong } }),
        );
        expect(refusal?.message).toContain(Object.keys(wrong)[0]);
      }
    });

    test('finds no order that is deleted, a stranger’s or none, whatever is wrong with its id', async () => {
      const [world, other] = [await makeWorld(), await makeWorld()];
      const [deleted, strange] = [
        await world.order({ deletedAt: new Date() }),
        await other.order({ number: 'THEIRS' }),
      ];
      for (const id of [
        deleted.id,
        deleted.number,
        strange.id,
        strange.number,
        encodeId('OrderTask', deleted.id),
        'a\0b',
        ...idsOfNothing,
      ]) {
        const missing = await unchanged(other, () => unchanged(world, () => update(world, { id }, { note: 'x' })));
        expect(failure(missing, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
      }
    });
  });
});
