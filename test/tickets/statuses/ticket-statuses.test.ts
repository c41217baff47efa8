import { describe, expect, test } from 'vitest';
import { encodeId } from '../../../src/kernel/id.ts';
import { graphql } from '../../generated/gql.ts';
import { makeWorld } from '../../kit/world.ts';
import { makeTicketCast } from '../cast.ts';

const TicketStatuses = graphql(`
  query TicketStatuses($first: Int, $after: String, $last: Int, $before: String) {
    ticketStatuses(first: $first, after: $after, last: $last, before: $before) {
      nodes {
        code
        name
        kind
        isOpen
        isFinal
        position
      }
      totalCount
      pageInfo {
        hasNextPage
        startCursor
        endCursor
      }
    }
  }
`);

const TicketStatusNode = graphql(`
  query TicketStatusNode($id: ID!) {
    node(id: $id) {
      ... on TicketStatus {
        name
      }
    }
  }
`);

const TicketOfAStatus = graphql(`
  query TicketOfAStatus($id: ID!) {
    ticket(id: $id) {
      status {
        name
        code
        kind
      }
    }
  }
`);

describe('ticketStatuses', () => {
  test('are the five in every organization', async () => {
    const world = await makeWorld();
    const { ticketStatuses } = await world.as(world.admin).run(TicketStatuses);
    expect(ticketStatuses.totalCount).toBe(5);
    expect(ticketStatuses.nodes).toEqual([
      { code: 1, name: 'Open', kind: 'OPEN', isOpen: true, isFinal: false, position: 0 },
      { code: 2, name: 'Pending', kind: 'PENDING', isOpen: true, isFinal: false, position: 1 },
      { code: 3, name: 'Closed', kind: 'CLOSED', isOpen: false, isFinal: true, position: 2 },
      { code: 4, name: 'Snoozed', kind: 'SNOOZED', isOpen: true, isFinal: false, position: 3 },
      { code: 5, name: 'Spam', kind: 'SPAM', isOpen: false, isFinal: true, position: 4 },
    ]);
  });

  test('come by position, in pages', async () => {
    const world = await makeWorld();
    const first = await world.ticketStatus({ code: 6, name: 'First', kind: 'OPEN' });
    await world.rows.ticketStatus.update({ where: { id: first.id }, data: { position: -1 } });
    // Two at one place: the older id first.
    const twin = await world.ticketStatus({ code: 7, name: 'Twin', kind: 'OPEN' });
    await world.rows.ticketStatus.update({ where: { id: twin.id }, data: { position: 2 } });
    const page = async (variables: object) =>
      (await world.as(world.admin).run(TicketStatuses, variables)).ticketStatuses;
    const codes = ({ nodes }: { nodes: { code: number }[] }) => nodes.map(({ code }) => code);
    const whole = [6, 1, 2, 3, 7, 4, 5];
    expect(codes(await page({}))).toEqual(whole);
    const start = await page({ first: 4 });
    expect([codes(start), start.totalCount, start.pageInfo.hasNextPage]).toEqual([whole.slice(0, 4), 7, true]);
    expect(codes(await page({ first: 4, after: start.pageInfo.endCursor }))).toEqual(whole.slice(4));
    const end = await page({ last: 3 });
    expect([...codes(await page({ last: 4, before: end.pageInfo.startCursor })), ...codes(end)]).toEqual(whole);
  });

  test.each([[{ first: 0 }], [{ last: 101 }]])('L2: refuse %o', async (variables) => {
    const world = await makeWorld();
    const [refusal] = await world.as(world.admin).refused(TicketStatuses, variables);
    expect(refusal?.extensions.issues).toMatchObject([{ path: Object.keys(variables), code: 'OUT_OF_RANGE' }]);
  });

  test('a renamed one is what its tickets answer', async () => {
    const world = await makeWorld();
    const { id } = await world.ticket({ status: 'CLOSED' });
    await world.rows.ticketStatus.updateMany({
      where: { organizationId: world.organizationId, code: 3 },
      data: { name: 'Answered' },
    });
    expect(await world.as(world.admin).run(TicketOfAStatus, { id })).toEqual({
      ticket: { status: { name: 'Answered', code: 3, kind: 'CLOSED' } },
    });
  });

  test('everybody of the team knows them, clients those that they are shown, nobody else', async () => {
    const { world, people } = await makeTicketCast();
    const pending = await world.ticketStatus({ code: 6, name: 'Ours', kind: 'PENDING' });
    const open = await world.ticketStatus({ code: 7, name: 'Escalated', kind: 'OPEN' });
    const [id, shown] = [encodeId('TicketStatus', pending.id), encodeId('TicketStatus', open.id)];
    const { anonymous, stranger, client, otherClient, ...team } = people;
    for (const person of Object.values(team)) {
      expect((await world.as(person).run(TicketStatuses)).ticketStatuses.totalCount).toBe(7);
      expect((await world.as(person).run(TicketStatusNode, { id })).node).toMatchObject({ name: 'Ours' });
    }
    for (const person of [client, otherClient]) {
      expect((await world.as(person).run(TicketStatuses)).ticketStatuses.totalCount).toBe(3);
      expect((await world.as(person).run(TicketStatusNode, { id })).node).toBeNull();
      expect((await world.as(person).run(TicketStatusNode, { id: shown })).node).toMatchObject({ name: 'Escalated' });
    }
    expect((await world.as(stranger).run(TicketStatuses)).ticketStatuses.totalCount).toBe(5);
    expect((await world.as(stranger).run(TicketStatusNode, { id })).node).toBeNull();
    expect((await world.as(anonymous).refused(TicketStatuses)).map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
  });
});
