import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { stopClock } from '../kit/clock.ts';
import { issuesOf, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { idsOfNothing } from '../orders/cast.ts';
import { create, type Input, opened, refused, TicketCreate } from './creating.ts';

const nobody = idsOfNothing[0] as string;

describe('ticketCreate refuses', () => {
  test('X1: a request without a subject, and one without a client', async () => {
    const world = await makeWorld();
    const { id: clientId } = await world.client();
    const [refusal] = await unchanged(world, () =>
      world.as(world.admin).refused(TicketCreate, { input: { clientId } } as object),
    );
    expect(refusal?.message).toContain('subject');
    expect(issuesOf(await unchanged(world, () => create(world, {})))).toEqual(['clientId REQUIRED']);
    expect(issuesOf(await unchanged(world, () => create(world, { clientId: null, orderId: 'x' })))).toEqual([
      'clientId REQUIRED',
    ]);
  });

  test.each<[string, Input, string[]]>([
    ['X1: a blank subject', { subject: ' \n ' }, ['subject REQUIRED']],
    ['a subject of 256 characters', { subject: 'x'.repeat(256) }, ['subject TOO_LONG']],
    ['a subject with a NUL', { subject: 'a\0b' }, ['subject INVALID']],
    ['a blank first message', { body: ' ' }, ['body REQUIRED']],
    ['a first message of 65,536 characters', { body: 'x'.repeat(65_536) }, ['body TOO_LONG']],
    ['a first message with a NUL', { body: 'a\0b' }, ['body INVALID']],
    ['a note of 65,536 characters', { note: 'x'.repeat(65_536) }, ['note TOO_LONG']],
    ['a note with a NUL', { note: 'a\0b' }, ['note INVALID']],
    ['a client who is nobody', { clientId: nobody }, ['clientId NOT_FOUND']],
    ['a client of no shape', { clientId: 'x' }, ['clientId NOT_FOUND']],
    ['an order that there is not', { orderId: nobody }, ['orderId NOT_FOUND']],
    ['an order by a number that there is not', { orderId: 'NOPE' }, ['orderId NOT_FOUND']],
    ['assignees who are nobody', { employeeIds: [nobody] }, ['employeeIds.0 NOT_FOUND']],
    ['assignees of no shape', { employeeIds: [nobody, 'x'] }, ['employeeIds.1 NOT_FOUND']],
    ['two statuses', { status: 'OPEN', statusId: nobody }, ['statusId EXCLUSIVE', 'statusId NOT_FOUND']],
    ['a status that there is not', { statusId: nobody }, ['statusId NOT_FOUND']],
    [
      'blank tags',
      { tags: ['ok', ' ', 'a\0b', 'x'.repeat(256)] },
      ['tags.1 INVALID', 'tags.2 INVALID', 'tags.3 INVALID'],
    ],
    ['metadata that is no object', { metadata: 'x' }, ['metadata INVALID']],
    ['metadata with a NUL', { metadata: { a: '\0' } }, ['metadata INVALID']],
    ['metadata without a title', { metadata: [{ title: ' ', value: 'x' }] }, ['metadata.0.title REQUIRED']],
    ['sleep without a time to wake', { status: 'SNOOZED' }, ['snoozedUntil REQUIRED']],
    ['sleep without a time, said so', { status: 'SNOOZED', snoozedUntil: null }, ['snoozedUntil REQUIRED']],
    ['sleep until now', { status: 'SNOOZED', snoozedUntil: '2026-03-01T10:00:00.000Z' }, ['snoozedUntil OUT_OF_RANGE']],
    ['a time to wake for an open ticket', { snoozedUntil: '2030-01-01T00:00:00Z' }, ['snoozedUntil EXCLUSIVE']],
    [
      'a time to wake for a closed ticket',
      { status: 'CLOSED', snoozedUntil: '2030-01-01T00:00:00Z' },
      ['snoozedUntil EXCLUSIVE'],
    ],
    [
      'several at once',
      { subject: '', orderId: 'x', note: '\0' },
      ['subject REQUIRED', 'orderId NOT_FOUND', 'note INVALID'],
    ],
  ])('%s', async (_, input, issues) => {
    const world = await makeWorld();
    stopClock('2026-03-01T10:00:00.000Z');
    expect(await refused(world, input)).toEqual(issues);
  });

  test('X2: a deleted order, a stranger’s and one of another client', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const { id: clientId } = await world.client();
    const orders = [await world.order({ clientId, deletedAt: new Date() }), await other.order(), await world.order()];
    for (const { id, number } of orders) {
      for (const orderId of [id, encodeId('Order', id), number]) {
        expect(await refused(world, { clientId, orderId })).toEqual(['orderId NOT_FOUND']);
      }
    }
  });

  test('an order that the viewer may not see', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client });
    const blind = await world.member({ grants: { ticketAccess: 3, ticketManagement: 3 } });
    const input = { clientId: client.id, orderId: order.id };
    expect(issuesOf(await unchanged(world, () => create(world, input, blind)))).toEqual(['orderId NOT_FOUND']);
  });

  test('a team member as client, a client as assignee, and people and statuses of strangers', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const client = await world.client();
    const status = await other.rows.ticketStatus.findFirstOrThrow({ where: { organizationId: other.organizationId } });
    expect(await refused(world, { clientId: world.admin.id })).toEqual(['clientId NOT_FOUND']);
    expect(await refused(world, { clientId: (await other.client()).id })).toEqual(['clientId NOT_FOUND']);
    expect(await refused(world, { employeeIds: [client.id, other.admin.id] })).toEqual([
      'employeeIds.0 NOT_FOUND',
      'employeeIds.1 NOT_FOUND',
    ]);
    expect(await refused(world, { statusId: status.id })).toEqual(['statusId NOT_FOUND']);
  });

  test('a first message of whom may not write any', async () => {
    const world = await makeWorld();
    const { id: clientId } = await world.client();
    const silent = await world.member({ grants: { ticketAccess: 3, ticketManagement: 3 } });
    expect((await create(world, { clientId }, silent)).__typename).toBe('TicketCreateSuccess');
    const refusals = await unchanged(world, () =>
      world.as(silent).refused(TicketCreate, { input: { clientId, subject: 'Help', body: 'Hello' } }),
    );
    expect(refusals).toMatchObject([{ code: 'FORBIDDEN', message: 'The permission ticketMessages.create is needed.' }]);
  });

  test('what is not to be chosen: number, source, form data and times', async () => {
    const world = await makeWorld();
    const { id } = await world.client();
    for (const part of ['number: "A-1"', 'source: EMAIL', 'formData: {}', 'closedAt: "2026-01-01T00:00:00Z"']) {
      const document = `mutation { ticketCreate(input: { clientId: "${id}", subject: "Help", ${part} }) { __typename } }`;
      const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
      expect(refusal?.message).toContain(part.split(':')[0]);
    }
  });

  test('but takes a subject of 255 characters, whatever they are', async () => {
    const world = await makeWorld();
    const subject = '😀'.repeat(255);
    expect((await opened(world, { subject })).subject).toBe(subject);
  });
});
