import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { idsOfNothing, makeCast } from '../orders/cast.ts';
import { makeTicketCast } from '../tickets/cast.ts';

const FilledFormFieldById = graphql(`
  query FilledFormFieldById($id: ID!) {
    filledFormField(id: $id) {
      id
      name
      type
      value
      order {
        number
      }
      ticket {
        number
      }
      submittedAt
    }
  }
`);

const FilledFormFieldNode = graphql(`
  query FilledFormFieldNode($id: ID!) {
    node(id: $id) {
      id
    }
  }
`);

/** To whom the answer is there, as itself and as a node alike. */
async function seenByEach(world: World, people: Record<string, Actor>, id: string): Promise<Record<string, string>> {
  const seenBy = async (actor: Actor): Promise<string> => {
    const { data, errors } = await world.as(actor).answer(FilledFormFieldById, { id });
    if (errors) return String(errors[0]?.extensions?.code);
    const { node } = await world.as(actor).run(FilledFormFieldNode, { id: encodeId('FilledFormField', id) });
    expect(node !== null).toBe(data?.filledFormField !== null);
    return node ? 'seen' : 'null';
  };
  return Object.fromEntries(
    await Promise.all(Object.entries(people).map(async ([name, actor]) => [name, await seenBy(actor)])),
  );
}

describe('filledFormField', () => {
  test('answers one by its id, with or without prefix', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const field = await order.formField({ type: 'DATA_DROPDOWN', submittedAt: null });
    for (const id of [field.id, encodeId('FilledFormField', field.id)]) {
      expect(await world.as(world.admin).run(FilledFormFieldById, { id })).toEqual({
        filledFormField: {
          id: encodeId('FilledFormField', field.id),
          name: field.name,
          type: 'DATA_DROPDOWN',
          value: field.value,
          order: { number: order.number },
          ticket: null,
          submittedAt: null,
        },
      });
    }
  });

  test('L12, L13: null for what is not there, of no shape, of a deleted order, or a stranger’s', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const strange = await (await other.order()).formField();
    const hidden = await (await world.order({ deletedAt: new Date() })).formField();
    for (const id of [strange.id, hidden.id, encodeId('Order', hidden.id), ...idsOfNothing]) {
      expect(await world.as(world.admin).run(FilledFormFieldById, { id })).toEqual({ filledFormField: null });
      expect(await world.as(world.admin).run(FilledFormFieldNode, { id: `field_${id}` })).toEqual({ node: null });
    }
  });

  test('is seen by whoever sees the order', async () => {
    const { world, order, people } = await makeCast();
    const { id } = await order.formField();
    const seen = await seenByEach(world, people, id);
    expect(seen).toEqual({
      administrator: 'seen',
      token: 'seen',
      manager: 'seen',
      assignee: 'seen',
      unassigned: 'null',
      colleague: 'seen',
      outsider: 'null',
      reader: 'seen',
      narrow: 'seen',
      blind: 'FORBIDDEN',
      unprivileged: 'FORBIDDEN',
      client: 'seen',
      otherClient: 'null',
      stranger: 'null',
      anonymous: 'UNAUTHENTICATED',
    });
  });

  test('of a ticket is seen by whoever sees the ticket', async () => {
    const { world, ticket, people } = await makeTicketCast();
    const { id } = await ticket.formField();
    const { filledFormField } = await world.as(world.admin).run(FilledFormFieldById, { id });
    expect(filledFormField).toMatchObject({ order: null, ticket: { number: ticket.number } });
    expect(await seenByEach(world, people, id)).toEqual({
      administrator: 'seen',
      token: 'seen',
      manager: 'seen',
      assignee: 'seen',
      unassigned: 'null',
      colleague: 'seen',
      outsider: 'null',
      reader: 'seen',
      narrow: 'seen',
      blind: 'FORBIDDEN',
      unprivileged: 'null',
      client: 'seen',
      otherClient: 'null',
      stranger: 'null',
      anonymous: 'UNAUTHENTICATED',
    });
    await world.rows.ticket.update({ where: { id: ticket.id }, data: { deletedAt: new Date() } });
    expect(await world.as(world.admin).run(FilledFormFieldById, { id })).toEqual({ filledFormField: null });
  });
});
