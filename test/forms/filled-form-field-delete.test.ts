import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { failure, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../orders/cast.ts';
import { makeTicketCast } from '../tickets/cast.ts';

const FilledFormFieldDelete = graphql(`
  mutation FilledFormFieldDelete($input: FilledFormFieldDeleteInput!) {
    filledFormFieldDelete(input: $input) {
      ... on FilledFormFieldDeleteSuccess {
        deletedId
      }
      ...Failure
    }
  }
`);

const DeletedFormField = graphql(`
  query DeletedFormField($id: ID!) {
    filledFormField(id: $id) {
      name
    }
  }
`);

describe('filledFormFieldDelete', () => {
  test('F4: removes an answer for good, announces and logs it; a second time there is none', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const [field, kept] = [await order.formField({ name: 'Topic', value: 'Cats' }), await order.formField()];
    const [admin, input] = [world.as(world.admin), { id: field.id }];

    const { result, events, logs } = await recorded(world, () => admin.run(FilledFormFieldDelete, { input }));

    expect(success(result.filledFormFieldDelete).deletedId).toBe(encodeId('FilledFormField', field.id));
    expect(await world.rows.filledFormField.findMany({ where: { orderId: order.id } })).toMatchObject([
      { id: kept.id },
    ]);
    expect(events).toEqual([
      {
        type: 'form_field.deleted',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { fieldId: field.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toMatchObject([
      {
        entity: 'FILLED_FORM_FIELD',
        entityId: field.id,
        event: 'DELETED',
        changes: { name: { before: 'Topic', after: null }, value: { before: 'Cats', after: null } },
        ownerId: order.clientId,
      },
    ]);
    expect(await admin.run(DeletedFormField, input)).toEqual({ filledFormField: null });
    const again = await unchanged(world, () => admin.run(FilledFormFieldDelete, { input }));
    failure(again.filledFormFieldDelete, 'NotFoundError');
  });

  test('moves the order’s updatedAt, not its version', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const input = { id: (await order.formField()).id };
    success((await world.as(world.admin).run(FilledFormFieldDelete, { input })).filledFormFieldDelete);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('finds no answer that is not there, of a deleted order, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await (await other.order()).formField();
    const hidden = await (await world.order({ deletedAt: new Date() })).formField();
    for (const id of [hidden.id, strange.id, encodeId('Order', hidden.id), ...idsOfNothing]) {
      const { filledFormFieldDelete } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(FilledFormFieldDelete, { input: { id } })),
      );
      expect(failure(filledFormFieldDelete, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['id'] });
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
      (client, { id }) => client.answer(FilledFormFieldDelete, { input: { id } }),
    );
  });

  test('of a ticket is announced as the ticket’s, which notes it', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const ticket = await world.ticket({ updatedAt });
    const field = await ticket.formField({ value: 'Cats' });
    const input = { id: field.id };
    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(FilledFormFieldDelete, { input }),
    );
    success(result.filledFormFieldDelete);
    expect(events.map(({ type, aggregate, aggregateId, payload }) => [type, aggregate, aggregateId, payload])).toEqual([
      ['form_field.deleted', 'ticket', ticket.id, { fieldId: field.id }],
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
      const { filledFormFieldDelete } = await unchanged(other, () =>
        unchanged(world, () => world.as(world.admin).run(FilledFormFieldDelete, { input: { id } })),
      );
      expect(failure(filledFormFieldDelete, 'NotFoundError').path).toEqual(['id']);
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
      (client, { id }) => client.answer(FilledFormFieldDelete, { input: { id } }),
    );
  });
});
