import { describe, expect, test } from 'vitest';
import { decodeId, encodeId, type IdType } from '../../src/kernel/id.ts';
import { day, hour, stopClock } from '../kit/clock.ts';
import { failure, success, unchanged } from '../kit/expect.ts';
import type { Actor, Person } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import {
  StoryClient,
  StoryFormField,
  StoryLog,
  StoryMessage,
  StoryOrder,
  StoryOrderUpdate,
  StoryOrganization,
  StoryService,
  StoryTask,
  StoryTaskComplete,
  StoryView,
} from './order-documents.ts';

describe('an order from start to end', () => {
  test('is sold, worked, talked about, handed on and delivered', { timeout: 60_000 }, async () => {
    const clock = stopClock('2026-03-02T09:00:00.000Z');
    const later = (milliseconds: number) => new Date(Date.UTC(2026, 2, 2, 9) + milliseconds).toISOString();
    const world = await makeWorld();
    const mia = await world.member({ role: world.roles.manager, firstName: 'Mia' });
    const { contractor } = world.roles;
    const [ann, bob, eve] = [
      await world.member({ role: contractor, firstName: 'Ann' }),
      await world.member({ role: contractor, firstName: 'Bob' }),
      await world.member({ role: contractor, firstName: 'Eve' }),
    ];
    const [otherClient, stranger] = [await world.client(), await world.stranger()];
    const manager = world.as(mia);
    const begun = { events: (await world.events()).length };

    // The studio wants finished steps to hand an order on, and puts a service on sale.
    const settings = { taskCompletionMovesAssignees: true };
    success((await world.as(world.admin).run(StoryOrganization, { input: settings })).organizationUpdate);
    const { service } = success(
      (
        await manager.run(StoryService, {
          input: {
            name: 'Blog article',
            recurring: 'ONE_TIME',
            currency: 'EUR',
            price: '249.00',
            deadlineDays: 7,
            employeeIds: [ann.id],
          },
        })
      ).serviceCreate,
    );

    // A client comes and orders.
    const newcomer = { firstName: 'Cleo', lastName: 'Katz', email: 'Cleo@Example.com' };
    const made = success((await manager.run(StoryClient, { input: newcomer })).clientCreate);
    const cleo = await personOf(world, made.client.id);
    const { order } = success(
      (
        await manager.run(StoryOrder, {
          input: { clientId: made.client.id, serviceId: service.id, tags: ['Rush'], note: 'Pays on time' },
        })
      ).orderCreate,
    );
    expect(order).toEqual({
      id: order.id,
      number: expect.stringMatching(/^[A-Z0-9]{8}$/),
      serviceName: 'Blog article',
      price: { amount: '249.00', currency: 'EUR' },
      status: { kind: 'UNPAID' },
      employees: [{ firstName: 'Ann' }],
      tags: [{ name: 'Rush' }],
      dueAt: later(7 * day),
    });
    const { id } = order;

    // Work begins, step by step.
    clock.advance(hour);
    const started = success(
      (await manager.run(StoryOrderUpdate, { input: { id, status: 'IN_PROGRESS' } })).orderUpdate,
    );
    expect(started.order).toMatchObject({ startedAt: later(hour), completedAt: null, version: 2 });
    const task = async (name: string, position: number, fields: object) => {
      const input = { orderId: id, name, position, ...fields };
      return success((await manager.run(StoryTask, { input })).orderTaskCreate).orderTask.id;
    };
    const brief = await task('Brief', 1, { forClient: true, deadlineHours: 24 });
    const draft = await task('Draft', 2, { employeeIds: [ann.id], deadlineHours: 48 });
    const edit = await task('Edit', 3, { employeeIds: [bob.id], deadlineHours: 24, isPublic: true });
    const complete = async (actor: Actor, taskId: string) =>
      (await world.as(actor).run(StoryTaskComplete, { input: { id: taskId } })).orderTaskComplete;
    const say = async (actor: Actor, body: string, staffOnly = false) => {
      clock.advance(hour);
      success(
        (await world.as(actor).run(StoryMessage, { input: { orderId: id, body, staffOnly } })).orderMessageCreate,
      );
    };
    const seenBy = async (actor: Actor) => (await world.as(actor).run(StoryView, { id })).order;

    // The client sees what concerns it, and does its part.
    expect((await seenBy(cleo))?.tasks).toEqual({
      nodes: [
        { name: 'Brief', effectiveDueAt: later(25 * hour), completedBy: null },
        { name: 'Edit', effectiveDueAt: later(97 * hour), completedBy: null },
      ],
      totalCount: 2,
    });
    await say(cleo, 'What do you need?');
    await say(mia, 'Difficult client', true);
    await say(ann, 'Only the topic.');
    const answer = { orderId: id, name: 'Topic', type: 'TEXT', value: 'Cats' } as const;
    success((await manager.run(StoryFormField, { input: answer })).filledFormFieldCreate);
    expect(success(await complete(cleo, brief)).orderTask).toEqual({
      completedBy: expect.objectContaining({ firstName: 'Cleo' }),
      completedAt: later(4 * hour),
    });

    // Nobody does another's part.
    const refusals = await unchanged(world, async () => [
      await world.as(cleo).refused(StoryTaskComplete, { input: { id: edit } }),
      await world.as(cleo).refused(StoryOrderUpdate, { input: { id, status: 'COMPLETED' } }),
      failure(await complete(bob, edit), 'NotFoundError').code,
      failure(await complete(stranger, edit), 'NotFoundError').code,
      failure(await complete(otherClient, brief), 'NotFoundError').code,
    ]);
    expect(refusals).toMatchObject([
      [{ code: 'FORBIDDEN' }],
      [{ code: 'FORBIDDEN' }],
      'NOT_FOUND',
      'NOT_FOUND',
      'NOT_FOUND',
    ]);

    // Ann delivers her draft, and the order is Bob's.
    clock.advance(20 * hour);
    expect(success(await complete(ann, draft)).orderTask.completedAt).toBe(later(24 * hour));
    expect([await seenBy(ann), (await seenBy(bob))?.employees]).toEqual([null, [{ firstName: 'Bob' }]]);
    clock.advance(10 * hour);
    success(await complete(bob, edit));
    const delivered = success(
      (await manager.run(StoryOrderUpdate, { input: { id, status: 'COMPLETED' } })).orderUpdate,
    );
    expect(delivered.order).toEqual({
      status: { kind: 'COMPLETED' },
      startedAt: later(hour),
      completedAt: later(34 * hour),
      // Started, handed on twice, delivered.
      version: 5,
    });

    // What each of them sees in the end.
    const whole = {
      status: { kind: 'COMPLETED' },
      client: { firstName: 'Cleo' },
      note: 'Pays on time',
      tags: [{ name: 'Rush' }],
      employees: [],
      formData: { Topic: 'Cats' },
      dueAt: later(7 * day),
      lastMessageAt: later(4 * hour),
      tasks: {
        nodes: [
          { name: 'Brief', effectiveDueAt: later(25 * hour), completedBy: { firstName: 'Cleo' } },
          { name: 'Draft', effectiveDueAt: later(52 * hour), completedBy: { firstName: 'Ann' } },
          { name: 'Edit', effectiveDueAt: later(48 * hour), completedBy: { firstName: 'Bob' } },
        ],
        totalCount: 3,
      },
      messages: {
        nodes: [
          { body: 'Only the topic.', author: { firstName: 'Ann' } },
          { body: 'Difficult client', author: { firstName: 'Mia' } },
          { body: 'What do you need?', author: { firstName: 'Cleo' } },
        ],
        totalCount: 3,
      },
    };
    const [briefSeen, , editSeen] = whole.tasks.nodes;
    const [reply, , question] = whole.messages.nodes;
    for (const actor of [mia, world.admin]) expect(await seenBy(actor)).toMatchObject(whole);
    expect(await seenBy(cleo)).toMatchObject({
      ...whole,
      note: null,
      tags: [],
      tasks: { nodes: [briefSeen, editSeen], totalCount: 2 },
      messages: { nodes: [reply, question], totalCount: 2 },
    });
    for (const actor of [ann, bob, eve, otherClient]) {
      expect(await world.as(actor).run(StoryView, { id })).toEqual({ order: null, orders: { totalCount: 0 } });
    }
    expect(await seenBy(stranger)).toBeNull();

    // What the world was told, in order.
    const names = new Map([world.admin, mia, ann, bob, cleo].map((person) => [person.id, person.firstName]));
    const events = (await world.events()).slice(begun.events);
    expect(events.map(({ type, aggregate, actorId }) => `${type} ${aggregate} ${names.get(actorId ?? '')}`)).toEqual([
      'organization.updated organization Ada',
      'service.created service Mia',
      'client.created client Mia',
      'order.created order Mia',
      'order.updated order Mia',
      'order.status_changed order Mia',
      'task.created order Mia',
      'task.created order Mia',
      'task.created order Mia',
      'message.created order Cleo',
      'message.created order Mia',
      'message.created order Ann',
      'form_field.created order Mia',
      'task.completed order Cleo',
      'task.completed order Ann',
      'order.updated order Ann',
      'task.completed order Bob',
      'order.updated order Bob',
      'order.updated order Mia',
      'order.status_changed order Mia',
      'order.completed order Mia',
    ]);
    const ofOrder = events.filter(({ aggregate }) => aggregate === 'order');
    expect(new Set(ofOrder.map(({ aggregateId }) => aggregateId))).toEqual(new Set([uuid('Order', id)]));

    // And what was written down about all that is Cleo's, oldest first.
    const { logs } = await world.as(world.admin).run(StoryLog, { id: encodeId('Client', cleo.id) });
    const lines = logs.nodes.map(({ entity, event, actor, changes }) => {
      const fields = event === 'UPDATED' ? ` ${changes.map(({ field }) => field).join(',')}` : '';
      return `${entity} ${event} by ${actor?.firstName}${fields}`;
    });
    expect(lines.reverse()).toEqual([
      'CLIENT CREATED by Mia',
      'ORDER CREATED by Mia',
      'ORDER UPDATED by Mia employees',
      'ORDER UPDATED by Mia tags',
      'ORDER UPDATED by Mia startedAt,statusCode,statusKind',
      'ORDER_TASK CREATED by Mia',
      'ORDER_TASK CREATED by Mia',
      'ORDER_TASK UPDATED by Mia employees',
      'ORDER_TASK CREATED by Mia',
      'ORDER_TASK UPDATED by Mia employees',
      'ORDER_MESSAGE CREATED by Cleo',
      'ORDER_MESSAGE CREATED by Mia',
      'ORDER_MESSAGE CREATED by Ann',
      'FILLED_FORM_FIELD CREATED by Mia',
      'ORDER_TASK UPDATED by Cleo completedAt,completedById,isComplete',
      'ORDER_TASK UPDATED by Ann completedAt,completedById,isComplete',
      'ORDER UPDATED by Ann employees',
      'ORDER UPDATED by Ann employees',
      'ORDER_TASK UPDATED by Bob completedAt,completedById,isComplete',
      'ORDER UPDATED by Bob employees',
      'ORDER UPDATED by Mia completedAt,statusCode,statusKind',
    ]);
  });
});

const uuid = (type: IdType, id: string): string => decodeId(type, id) as string;

async function personOf(world: World, clientId: string): Promise<Person> {
  return await world.rows.user.findUniqueOrThrow({ where: { id: uuid('Client', clientId) }, include: { role: true } });
}
