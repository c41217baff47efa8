import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeTicketCast } from './cast.ts';
import { minuteOf } from './listing.ts';

const TicketsOfClient = graphql(`
  query TicketsOfClient($id: ID!, $first: Int, $after: String, $sort: [TicketSort!]) {
    client(id: $id) {
      tickets(first: $first, after: $after, sort: $sort) {
        nodes {
          number
        }
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const TicketsOfOrder = graphql(`
  query TicketsOfOrder($id: ID!, $sort: [TicketSort!]) {
    order(id: $id) {
      tickets(sort: $sort) {
        nodes {
          number
          order {
            id
          }
        }
        totalCount
      }
    }
  }
`);

type Variables = Omit<VariablesOf<typeof TicketsOfClient>, 'id'>;

async function ticketsOf(world: World, id: string, variables: Variables = {}, actor: Actor = world.admin) {
  const { client } = await world.as(actor).run(TicketsOfClient, { id, ...variables });
  if (!client) return null;
  return { ...client.tickets, numbers: client.tickets.nodes.map(({ number }) => number).join('') };
}

describe('client.tickets', () => {
  test('are the client’s live ones, newest first, in pages', async () => {
    const world = await makeWorld();
    const client = await world.client();
    for (const [index, number] of ['b', 'c', 'a'].entries())
      await world.ticket({ client, number, createdAt: minuteOf(index) });
    await world.ticket({ client, number: 'x', deletedAt: new Date() });
    await world.ticket({ number: 'y' });
    expect(await ticketsOf(world, client.id)).toMatchObject({ numbers: 'acb', totalCount: 3 });
    expect(await ticketsOf(world, client.id, { sort: [{ field: 'NUMBER' }] })).toMatchObject({ numbers: 'abc' });
    const first = await ticketsOf(world, client.id, { first: 2 });
    expect(first).toMatchObject({ numbers: 'ac', totalCount: 3, pageInfo: { hasNextPage: true } });
    expect(await ticketsOf(world, client.id, { first: 2, after: first?.pageInfo.endCursor })).toMatchObject({
      numbers: 'b',
      pageInfo: { hasNextPage: false },
    });
    expect(await ticketsOf(world, (await world.client()).id)).toMatchObject({ numbers: '', totalCount: 0 });
  });

  test('show no more than the viewer may see', async () => {
    const { world, ticket, client } = await makeTicketCast();
    await world.ticket({ client, number: 'UNASSIGNED' });
    const looksAfter = await world.member({ grants: { clients: 3, ticketAccess: 1 } });
    expect(await ticketsOf(world, client.id, {}, looksAfter)).toMatchObject({ totalCount: 0 });
    await world.rows.ticketEmployee.create({
      data: { organizationId: world.organizationId, ticketId: ticket.id, employeeId: looksAfter.id },
    });
    expect(await ticketsOf(world, client.id, {}, looksAfter)).toMatchObject({ numbers: ticket.number, totalCount: 1 });
    const blind = await world.member({ grants: { clients: 3 } });
    expect(await ticketsOf(world, client.id, {}, blind)).toMatchObject({ totalCount: 0 });
    expect(await ticketsOf(world, client.id, {}, client)).toMatchObject({ totalCount: 2 });
  });
});

describe('order.tickets', () => {
  test('are the live ones about the order, newest first', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const [order, other] = [await world.order({ client }), await world.order({ client })];
    for (const [index, number] of ['b', 'c', 'a'].entries())
      await world.ticket({ client, order, number, createdAt: minuteOf(index) });
    await world.ticket({ client, order, number: 'x', deletedAt: new Date() });
    await world.ticket({ client, order: other, number: 'y' });
    await world.ticket({ client, number: 'z' });
    const numbers = async (sort?: Variables['sort'], actor: Actor = world.admin) => {
      const answer = await world.as(actor).run(TicketsOfOrder, { id: order.id, sort });
      expect(answer.order?.tickets.totalCount).toBe(3);
      return answer.order?.tickets.nodes.map(({ number }) => number).join('');
    };
    expect(await numbers()).toBe('acb');
    expect(await numbers(undefined, client)).toBe('acb');
    expect(await numbers([{ field: 'NUMBER', direction: 'DESC' }])).toBe('cba');
  });

  test('show no more than the viewer may see', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const both = await world.member({ grants: { orderAccess: 1, ticketAccess: 1 } });
    const order = await world.order({ client, employees: [both] });
    await world.ticket({ client, order, number: 'a', employees: [both] });
    await world.ticket({ client, order, number: 'b' });
    const numbers = async (actor: Actor) => {
      const found = (await world.as(actor).run(TicketsOfOrder, { id: order.id })).order?.tickets;
      expect(found?.totalCount).toBe(found?.nodes.length);
      return found?.nodes.map(({ number }) => number).join('');
    };
    expect(await numbers(world.admin)).toBe('ba');
    expect(await numbers(both)).toBe('a');
    expect(await numbers(await world.member({ grants: { orderAccess: 3 } }))).toBe('');
  });

  test('X2: an order that goes leaves its tickets, about nothing', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const order = await world.order({ client });
    const ticket = await world.ticket({ client, order });
    const other = await world.order({ client });
    await world.rows.order.update({ where: { id: order.id }, data: { deletedAt: new Date() } });
    expect((await world.as(world.admin).run(TicketsOfOrder, { id: order.id })).order).toBeNull();
    expect(await ticketsOf(world, client.id)).toMatchObject({ numbers: ticket.number });
    await world.rows.ticket.update({ where: { id: ticket.id }, data: { orderId: other.id } });
    await world.rows.order.delete({ where: { id: other.id } });
    expect((await world.rows.ticket.findUniqueOrThrow({ where: { id: ticket.id } })).orderId).toBeNull();
  });
});
