import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { contend, expectOutcomes, idsOfNothing, makeCast } from '../orders/cast.ts';
import { makeTicketCast } from '../tickets/cast.ts';

const FilledFormFieldUpdate = graphql(`
  mutation FilledFormFieldUpdate($input: FilledFormFieldUpdateInput!) {
    filledFormFieldUpdate(input: $input) {
      ... on FilledFormFieldUpdateSuccess {
        filledFormField {
          id
          name
          type
          value
          version
        }
      }
      ...Failure
    }
  }
`);

describe('filledFormFieldUpdate', () => {
  test('F3: changes the answer and nothing else, announces and logs it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const field = await order.formField({ name: 'Topic', type: 'TEXTAREA', value: 'Cats' });

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(FilledFormFieldUpdate, { input: { id: field.id, value: 'Dogs', expectedVersion: 1 } }),
    );

    expect(success(result.filledFormFieldUpdate).filledFormField).toEqual({
      id: encodeId('FilledFormField', field.id),
      name: 'Topic',
      type: 'TEXTAREA',
      value: 'Dogs',
      version: 2,
    });
    const { updatedAt, ...row } = await world.rows.filledFormField.findUniqueOrThrow({ where: { id: field.id } });
    expect(row).toEqual({ ...field, value: 'Dogs', version: 2, updatedAt: undefined });
    expect(updatedAt.getTime()).toBeGreaterThanOrEqual(field.updatedAt.getTime());
    expect(events).toEqual([
      {
        type: 'form_field.updated',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { fieldId: field.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs.map(({ entity, event, changes, ownerId }) => ({ entity, event, changes, ownerId }))).toEqual([
      {
        entity: 'FILLED_FORM_FIELD',
        event: 'UPDATED',
        changes: { value: { before: 'Cats', after: 'Dogs' } },
        ownerId: order.clientId,
      },
    ]);
  });

  test('F3: takes no question, type or order', async () => {
    const world = await makeWorld();
    const field = await (await world.order()).formField();
    for (const part of ['name: "New"', 'type: FILE', 'orderId: "x"']) {
      const document = `mutation { filledFormFieldUpdate(input: { id: "${field.id}", value: "New", ${part} }) { __typename } }`;
      const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
      expect(refusal?.message).toContain(part.split(':')[0]);
    }
  });

  test('the same answer again changes nothing', async () => {
    const world = await makeWorld();
    const field = await (await world.order()).formField({ value: 'Cats' });
    const { filledFormFieldUpdate } = await unchanged(world, () =>
      world.as(world.admin).run(FilledFormFieldUpdate, { input: { id: field.id, value: 'Cats' } }),
    );
    expect(success(filledFormFieldUpdate).filledFormField.version).toBe(1);
  });

  test('moves the order’s updatedAt, not its version', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const field = await order.formField();
    const input = { id: field.id, value: '' };
    success((await world.as(world.admin).run(FilledFormFieldUpdate, { input })).filledFormFieldUpdate);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test.each([
    ['a value of 65,536 characters', 'x'.repeat(65_536), 'value TOO_LONG'],
    ['a value with a NUL', 'a\0b', 'value INVALID'],
  ])('refuses %s', async (_, value, issue) => {
    const world = await makeWorld();
    const field = await (await world.order()).formField();
    const { filledFormFieldUpdate } = await unchanged(world, () =>
      world.as(world.admin).run(FilledFormFieldUpdate, { input: { id: field.id, value } }),
    );
    expect(issuesOf(filledFormFieldUpdate)).toEqual([issue]);
  });

  test('refuses a stale version, and of two at once with the same version one wins', async () => {
    const world = await makeWorld();
    const field = await (await world.order()).formField();
    const update = async (value: string) =>
      (await world.as(world.admin).run(FilledFormFieldUpdate, { input: { id: field.id, value, expectedVersion: 1 } }))
        .filledFormFieldUpdate;
    const answers = await contend(world, 'filled_form_fields', field.id, [() => update('One'), () => update('Two')]);
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      'ConflictError',
      'FilledFormFieldUpdateSuccess',
    ]);
    expect(failure(await unchanged(world, () => update('Three')), 'ConflictError')).toMatchObject({
      code: 'STALE_VERSION',
      currentVersion: 2,
    });
  });

  test('finds no answer that is not there, of a deleted order, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await (await other.order()).formField();
    const hidden = await (await world.order({ deletedAt: new Date() })).formField();
    for (const id of [hidden.id, strange.id, encodeId('Order', hidden.id), ...idsOfNothing]) {
      const { filledFormFieldUpdate } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(FilledFormFieldUpdate, { input: { id, value: 'New' } })),
      );
      expect(failure(filledFormFieldUpdate, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
    }
  });

  test('is for staff who may change the order', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        assignee: 'done',
        unassigned: 'NotFoundError',
        colleague: 'done',
        outsider: 'NotFoundError',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'NotFoundError',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.order.formField(),
      (client, { id }) => client.answer(FilledFormFieldUpdate, { input: { id, value: 'New' } }),
    );
  });

  test('of a ticket is announced as the ticket’s, which notes it', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const ticket = await world.ticket({ updatedAt });
    const field = await ticket.formField({ value: 'Cats' });
    const input = { id: field.id, value: 'Dogs' };
    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(FilledFormFieldUpdate, { input }),
    );
    success(result.filledFormFieldUpdate);
    expect(events.map(({ type, aggregate, aggregateId, payload }) => [type, aggregate, aggregateId, payload])).toEqual([
      ['form_field.updated', 'ticket', ticket.id, { fieldId: field.id }],
    ]);
    expect(logs).toMatchObject([{ entity: 'FILLED_FORM_FIELD', entityId: field.id, ownerId: ticket.clientId }]);
    const after = await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('finds no answer of a deleted ticket, or of a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await (await other.ticket()).formField();
    const hidden = await (await world.ticket({ deletedAt: new Date() })).formField();
    for (const { id } of [hidden, strange]) {
      const { filledFormFieldUpdate } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(FilledFormFieldUpdate, { input: { id, value: 'Dogs' } })),
      );
      expect(failure(filledFormFieldUpdate, 'NotFoundError').path).toEqual(['id']);
    }
  });

  test('of a ticket is for staff who may change the ticket', async () => {
    const cast = await makeTicketCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        assignee: 'done',
        unassigned: 'NotFoundError',
        colleague: 'done',
        outsider: 'NotFoundError',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'NotFoundError',
        // Who works with orders only sees no ticket.
        unprivileged: 'NotFoundError',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      () => cast.ticket.formField(),
      (client, { id }) => client.answer(FilledFormFieldUpdate, { input: { id, value: `value ${Math.random()}` } }),
    );
  });
});
