import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../orders/cast.ts';
import { makeTicketCast } from '../tickets/cast.ts';

const FilledFormFieldCreate = graphql(`
  mutation FilledFormFieldCreate($input: FilledFormFieldCreateInput!) {
    filledFormFieldCreate(input: $input) {
      ... on FilledFormFieldCreateSuccess {
        filledFormField {
          id
          order {
            id
          }
          ticket {
            id
          }
          name
          type
          value
          formFieldId
          onboardingFormId
          formableType
          formableId
          submittedAt
          version
          createdAt
        }
      }
      ...Failure
    }
  }
`);

describe('filledFormFieldCreate', () => {
  test('files an answer, announces it and logs who filed it', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const clock = stopClock('2026-03-01T10:00:00.123Z');

    const { result, events, logs } = await recorded(world, () =>
      world.as(world.admin).run(FilledFormFieldCreate, {
        input: { orderId: encodeId('Order', order.id), name: ' Topic ', type: 'TEXT', value: ' Cats ' },
      }),
    );

    const { filledFormField } = success(result.filledFormFieldCreate);
    const row = await world.rows.filledFormField.findFirstOrThrow({ where: { orderId: order.id } });
    expect(filledFormField).toEqual({
      id: encodeId('FilledFormField', row.id),
      order: { id: encodeId('Order', order.id) },
      ticket: null,
      name: 'Topic',
      type: 'TEXT',
      // An answer is kept to the letter.
      value: ' Cats ',
      formFieldId: null,
      onboardingFormId: null,
      formableType: null,
      formableId: null,
      submittedAt: clock.now().toISOString(),
      version: 1,
      createdAt: clock.now().toISOString(),
    });
    expect(events).toEqual([
      {
        type: 'form_field.created',
        aggregate: 'order',
        aggregateId: order.id,
        payload: { fieldId: row.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toEqual([
      {
        entity: 'FILLED_FORM_FIELD',
        entityId: row.id,
        event: 'CREATED',
        changes: {
          name: { before: null, after: 'Topic' },
          type: { before: null, after: 'TEXT' },
          value: { before: null, after: ' Cats ' },
          order_id: { before: null, after: order.id },
          submitted_at: { before: null, after: expect.stringMatching(/^2026-03-01T10:00:00\.123/) },
        },
        actorKind: 'STAFF',
        actorId: world.admin.id,
        ownerId: order.clientId,
      },
    ]);
  });

  test.each(['TEXT', 'TEXTAREA', 'CHECKBOX', 'DATA_DROPDOWN', 'DATA_SPREADSHEET', 'FILE'] as const)(
    'takes an answer of type %s, an empty one too, and the order by its number',
    async (type) => {
      const world = await makeWorld();
      const order = await world.order();
      const input = { orderId: order.number, name: 'ä'.repeat(255), type, value: '' };
      const { filledFormFieldCreate } = await world.as(world.admin).run(FilledFormFieldCreate, { input });
      expect(success(filledFormFieldCreate).filledFormField).toMatchObject({ type, value: '' });
    },
  );

  test('moves the order’s updatedAt, not its version', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const order = await world.order({ updatedAt });
    const input = { orderId: order.id, name: 'Topic', type: 'TEXT', value: 'Cats' } as const;
    success((await world.as(world.admin).run(FilledFormFieldCreate, { input })).filledFormFieldCreate);
    const after = await world.rows.order.findUniqueOrThrow({ where: { id: order.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test.each([
    ['a blank name', { name: '  ' }, ['name REQUIRED']],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, ['name TOO_LONG']],
    ['a name with a NUL', { name: 'a\0b' }, ['name INVALID']],
    ['a value of 65,536 characters', { value: 'x'.repeat(65_536) }, ['value TOO_LONG']],
    ['a value with a NUL', { value: 'a\0b' }, ['value INVALID']],
    ['both wrong', { name: '', value: '\0' }, ['name REQUIRED', 'value INVALID']],
  ])('refuses %s', async (_, fields, issues) => {
    const world = await makeWorld();
    const order = await world.order();
    const input = { orderId: order.id, name: 'Topic', type: 'TEXT' as const, value: 'Cats', ...fields };
    const { filledFormFieldCreate } = await unchanged(world, () =>
      world.as(world.admin).run(FilledFormFieldCreate, { input }),
    );
    expect(issuesOf(filledFormFieldCreate)).toEqual(issues);
  });

  test('files an answer under a ticket, by id or number; announced as the ticket’s', async () => {
    const world = await makeWorld();
    const updatedAt = new Date('2026-01-01T00:00:00Z');
    const ticket = await world.ticket({ updatedAt });
    const id = encodeId('Ticket', ticket.id);
    for (const ticketId of [id, ticket.number]) {
      const input = { ticketId, name: 'Topic', type: 'TEXT', value: 'Cats' } as const;
      const { result, events, logs } = await recorded(world, () =>
        world.as(world.admin).run(FilledFormFieldCreate, { input }),
      );
      const { filledFormField } = success(result.filledFormFieldCreate);
      expect(filledFormField).toMatchObject({ order: null, ticket: { id }, name: 'Topic', value: 'Cats' });
      const fieldId = filledFormField.id.replace('field_', '');
      expect(events).toEqual([
        {
          type: 'form_field.created',
          aggregate: 'ticket',
          aggregateId: ticket.id,
          payload: { fieldId },
          actorId: world.admin.id,
          delivered: false,
        },
      ]);
      expect(logs).toMatchObject([{ entity: 'FILLED_FORM_FIELD', entityId: fieldId, ownerId: ticket.clientId }]);
    }
    const after = await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime());
    expect(after.version).toBe(1);
  });

  test('F1: refuses neither order nor ticket, and both', async () => {
    const world = await makeWorld();
    const answer = { name: 'Topic', type: 'TEXT', value: 'Cats' } as const;
    const [{ id: orderId }, { id: ticketId }] = [await world.order(), await world.ticket()];
    const refused = async (parents: object) => {
      const input = { ...answer, ...parents };
      const { filledFormFieldCreate } = await unchanged(world, () =>
        world.as(world.admin).run(FilledFormFieldCreate, { input }),
      );
      return issuesOf(filledFormFieldCreate);
    };
    expect(await refused({})).toEqual(['orderId REQUIRED']);
    expect(await refused({ orderId: null, ticketId: null })).toEqual(['orderId REQUIRED']);
    expect(await refused({ orderId, ticketId })).toEqual(['ticketId EXCLUSIVE']);
    // An order’s id is no ticket’s.
    expect(await refused({ ticketId: orderId })).toEqual(['ticketId NOT_FOUND']);
    expect(await refused({ ticketId: encodeId('Order', orderId) })).toEqual(['ticketId NOT_FOUND']);
    expect(await refused({ orderId: ticketId })).toEqual(['orderId NOT_FOUND']);
  });

  test('F1: a ticket that is not there, deleted, or a stranger’s is a wrong value; a merged one takes none', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, gone] = [await other.ticket(), await world.ticket({ deletedAt: new Date() })];
    const create = async (ticketId: string) => {
      const input = { ticketId, name: 'Topic', type: 'TEXT', value: 'Cats' } as const;
      const answered = await unchanged(world, () => world.as(world.admin).run(FilledFormFieldCreate, { input }));
      return answered.filledFormFieldCreate;
    };
    for (const id of [gone.id, gone.number, strange.id, strange.number, ...idsOfNothing]) {
      expect(issuesOf(await create(id))).toEqual(['ticketId NOT_FOUND']);
    }
    const target = await world.ticket();
    const merged = await world.ticket({ clientId: target.clientId, status: 'CLOSED', mergedIntoId: target.id });
    expect(failure(await create(merged.id), 'InvalidStateError').code).toBe('MERGED');
  });

  test('F1, F2: refuses a request without a value, or with an unknown type', async () => {
    const world = await makeWorld();
    const whole = { orderId: (await world.order()).id, name: 'Topic', type: 'TEXT', value: 'Cats' };
    const wrong = {
      name: { ...whole, name: undefined },
      value: { ...whole, value: undefined },
      type: { ...whole, type: undefined },
      FormFieldType: { ...whole, type: 'COLOUR' },
    };
    for (const [word, input] of Object.entries(wrong)) {
      const [refusal] = await unchanged(world, () =>
        world.as(world.admin).refused(FilledFormFieldCreate, { input } as object),
      );
      expect(refusal?.message).toContain(word);
    }
  });

  test('F1: an order that is not there, deleted, or a stranger’s is a wrong value', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [strange, gone] = [await other.order(), await world.order({ deletedAt: new Date() })];
    for (const orderId of [
      gone.id,
      gone.number,
      strange.id,
      strange.number,
      encodeId('Tag', gone.id),
      ...idsOfNothing,
    ]) {
      const input = { orderId, name: 'Topic', type: 'TEXT', value: 'Cats' } as const;
      const { filledFormFieldCreate } = await unchanged(world, () =>
        world.as(world.admin).run(FilledFormFieldCreate, { input }),
      );
      expect(issuesOf(filledFormFieldCreate)).toEqual(['orderId NOT_FOUND']);
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
        unassigned: 'InvalidInputError',
        colleague: 'done',
        outsider: 'InvalidInputError',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'InvalidInputError',
        unprivileged: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'InvalidInputError',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => ({ orderId: cast.order.id, name: 'Topic', type: 'TEXT', value: 'Cats' }),
      (client, input) => client.answer(FilledFormFieldCreate, { input }),
    );
    expect(await cast.world.rows.filledFormField.count({ where: { orderId: cast.order.id } })).toBe(5);
  });

  test('on a ticket is for staff who may change the ticket, whatever they may do with orders', async () => {
    const cast = await makeTicketCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        assignee: 'done',
        unassigned: 'InvalidInputError',
        colleague: 'done',
        outsider: 'InvalidInputError',
        reader: 'FORBIDDEN',
        narrow: 'FORBIDDEN',
        blind: 'InvalidInputError',
        // Who works with orders only sees no ticket.
        unprivileged: 'InvalidInputError',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'InvalidInputError',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => ({ ticketId: cast.ticket.id, name: 'Topic', type: 'TEXT', value: 'Cats' }),
      (client, input) => client.answer(FilledFormFieldCreate, { input }),
    );
    // Who works with tickets only files nothing under orders.
    const { id: orderId } = await cast.world.order({ client: cast.client });
    const input = { orderId, name: 'Topic', type: 'TEXT', value: 'Cats' } as const;
    const { colleague } = cast.people;
    const { filledFormFieldCreate } = await unchanged(cast.world, () =>
      cast.world.as(colleague).run(FilledFormFieldCreate, { input }),
    );
    expect(issuesOf(filledFormFieldCreate)).toEqual(['orderId NOT_FOUND']);
  });
});
