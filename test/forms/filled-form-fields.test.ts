import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { idsOfNothing, makeCast } from '../orders/cast.ts';
import { makeTicketCast } from '../tickets/cast.ts';

const FilledFormFields = graphql(`
  query FilledFormFields($orderId: ID, $ticketId: ID, $first: Int, $after: String, $last: Int) {
    filledFormFields(orderId: $orderId, ticketId: $ticketId, first: $first, after: $after, last: $last) {
      nodes {
        name
        order {
          number
        }
        ticket {
          number
        }
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

type Variables = VariablesOf<typeof FilledFormFields>;

async function list(world: World, variables: Variables, actor: Actor = world.admin) {
  const { filledFormFields } = await world.as(actor).run(FilledFormFields, variables);
  return { ...filledFormFields, names: filledFormFields.nodes.map(({ name }) => name).join('') };
}

/** Answers a, b, c …, each a minute younger than the one before. */
async function answersInTime(of: { formField(fields: object): Promise<unknown> }, names: string) {
  for (const [index, name] of [...names].entries()) {
    await of.formField({ name, createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)) });
  }
}

describe('filledFormFields', () => {
  test('are those of one order or of one ticket, by id or number, newest first, in pages', async () => {
    const world = await makeWorld();
    const [order, ticket] = [await world.order(), await world.ticket()];
    await answersInTime(order, 'abc');
    await answersInTime(ticket, 'xyz');
    for (const orderId of [encodeId('Order', order.id), order.id, order.number]) {
      expect(await list(world, { orderId })).toMatchObject({ names: 'cba', totalCount: 3 });
    }
    for (const ticketId of [encodeId('Ticket', ticket.id), ticket.id, ticket.number]) {
      expect(await list(world, { ticketId })).toMatchObject({ names: 'zyx', totalCount: 3 });
    }
    const first = await list(world, { ticketId: ticket.id, first: 2 });
    expect(first).toMatchObject({ names: 'zy', totalCount: 3, pageInfo: { hasNextPage: true } });
    expect(first.nodes[0]).toEqual({ name: 'z', order: null, ticket: { number: ticket.number } });
    const rest = await list(world, { ticketId: ticket.id, first: 2, after: first.pageInfo.endCursor });
    expect(rest).toMatchObject({ names: 'x', pageInfo: { hasNextPage: false } });
    expect(await list(world, { orderId: order.id, last: 1 })).toMatchObject({ names: 'a' });
  });

  test('F1: refuses neither, and both', async () => {
    const world = await makeWorld();
    const [order, ticket] = [await world.order(), await world.ticket()];
    const issues = async (variables: Variables) =>
      (await world.as(world.admin).refused(FilledFormFields, variables)).map(({ code, extensions }) => [
        code,
        extensions.issues,
      ]);
    for (const neither of [{}, { orderId: null, ticketId: null }]) {
      expect(await issues(neither)).toMatchObject([['INVALID_INPUT', [{ path: ['orderId'], code: 'REQUIRED' }]]]);
    }
    expect(await issues({ orderId: order.id, ticketId: ticket.id })).toMatchObject([
      ['INVALID_INPUT', [{ path: ['ticketId'], code: 'EXCLUSIVE' }]],
    ]);
  });

  test('are none of what is not there, deleted, a stranger’s or something else', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const gone = { deletedAt: new Date() };
    const orders = [await world.order(gone), await other.order()];
    const tickets = [await world.ticket(gone), await other.ticket()];
    for (const of of [...orders, ...tickets]) await of.formField();
    const ids = [...orders, ...tickets].flatMap(({ id, number }) => [id, number]);
    const order = await world.order();
    await order.formField();
    for (const id of [...ids, ...idsOfNothing, encodeId('OrderTask', order.id), 'a\0b']) {
      expect(await list(world, { orderId: id })).toMatchObject({ nodes: [], totalCount: 0 });
      expect(await list(world, { ticketId: id })).toMatchObject({ nodes: [], totalCount: 0 });
    }
    expect(await list(world, { ticketId: order.id })).toMatchObject({ nodes: [], totalCount: 0 });
  });

  const outcome = async (world: World, actor: Actor, variables: Variables) => {
    const { data, errors } = await world.as(actor).answer(FilledFormFields, variables);
    if (errors) return String(errors[0]?.extensions?.code);
    return (data as { filledFormFields: { totalCount: number } }).filledFormFields.totalCount;
  };

  test('of an order are seen by whoever sees the order', async () => {
    const { world, order, people } = await makeCast();
    await order.formField();
    const seen: Record<string, unknown> = {};
    for (const [name, actor] of Object.entries(people)) seen[name] = await outcome(world, actor, { orderId: order.id });
    expect(seen).toEqual({
      administrator: 1,
      token: 1,
      manager: 1,
      assignee: 1,
      unassigned: 0,
      colleague: 1,
      outsider: 0,
      reader: 1,
      narrow: 1,
      blind: 'FORBIDDEN',
      unprivileged: 'FORBIDDEN',
      client: 1,
      otherClient: 0,
      stranger: 0,
      anonymous: 'UNAUTHENTICATED',
    });
  });

  test('of a ticket are seen by whoever sees the ticket', async () => {
    const { world, ticket, people } = await makeTicketCast();
    await ticket.formField();
    const seen: Record<string, unknown> = {};
    for (const [name, actor] of Object.entries(people))
      seen[name] = await outcome(world, actor, { ticketId: ticket.id });
    expect(seen).toEqual({
      administrator: 1,
      token: 1,
      manager: 1,
      assignee: 1,
      unassigned: 0,
      colleague: 1,
      outsider: 0,
      reader: 1,
      narrow: 1,
      blind: 'FORBIDDEN',
      // Works with orders, and sees no ticket.
      unprivileged: 0,
      client: 1,
      otherClient: 0,
      stranger: 0,
      anonymous: 'UNAUTHENTICATED',
    });
  });
});
