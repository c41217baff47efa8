import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import { stopClock } from '../kit/clock.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { contend, expectOutcomes, idsOfNothing } from '../orders/cast.ts';
import { makeTicketCast } from './cast.ts';

const TicketMerge = graphql(`
  mutation TicketMerge($input: TicketMergeInput!) {
    ticketMerge(input: $input) {
      ... on TicketMergeSuccess {
        ticket {
          id
          subject
          status {
            kind
          }
          mergedInto {
            id
          }
          formData
          lastMessageAt
          version
          employees {
            id
          }
          tags {
            name
          }
          messages {
            nodes {
              body
            }
          }
          formFields {
            nodes {
              name
            }
          }
        }
      }
      ...Failure
    }
  }
`);

const MergedTicket = graphql(`
  query MergedTicket($id: ID!) {
    ticket(id: $id) {
      status {
        kind
      }
      closedAt
      snoozedUntil
      mergedInto {
        id
        number
      }
      employees {
        id
      }
      messages {
        totalCount
      }
      formFields {
        totalCount
      }
    }
  }
`);

const merge = async (world: World, sourceId: string, targetId: string, actor: Actor = world.admin) =>
  (await world.as(actor).run(TicketMerge, { input: { sourceId, targetId } })).ticketMerge;

async function twoTickets(world: World, source: object = {}, target: object = {}) {
  const client = await world.client();
  return {
    client,
    source: await world.ticket({ client, ...source }),
    target: await world.ticket({ client, ...target }),
  };
}

describe('ticketMerge (law 6)', () => {
  test('moves messages, assignees, tags and answers; the source closes and points to the target', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-03-05T10:00:00.000Z');
    const [ann, bob, cid] = [await world.member(), await world.member(), await world.member()];
    const [red, blue] = [await world.tag('red'), await world.tag('blue')];
    const { client, source, target } = await twoTickets(
      world,
      {
        status: 'SNOOZED',
        snoozedUntil: new Date('2026-04-01T00:00:00Z'),
        employees: [ann, bob],
        tags: [red],
        formData: { a: 'source', b: 'source' },
        lastMessageAt: new Date('2026-03-03T00:00:00Z'),
      },
      {
        status: 'PENDING',
        employees: [bob, cid],
        tags: [red, blue],
        formData: { a: 'target' },
        lastMessageAt: new Date('2026-03-02T00:00:00Z'),
      },
    );
    const message = await source.message({ body: 'b', createdAt: new Date('2026-03-03T00:00:00Z') });
    await target.message({ body: 'a', createdAt: new Date('2026-03-02T00:00:00Z') });
    await target.message({ body: 'c', createdAt: new Date('2026-03-04T00:00:00Z') });
    const field = await source.formField({ name: 'Topic', value: 'Cats' });

    const { result, events, logs } = await recorded(world, () =>
      merge(world, encodeId('Ticket', source.id), encodeId('Ticket', target.id)),
    );

    const { ticket } = success(result);
    const employees = [ann, bob, cid].map(({ id }) => ({ id: encodeId('TeamMember', id) }));
    expect({ ...ticket, employees: new Set(ticket.employees.map(({ id }) => id)) }).toEqual({
      id: encodeId('Ticket', target.id),
      subject: target.subject,
      // What becomes of the target is nobody's business but the team's.
      status: { kind: 'PENDING' },
      mergedInto: null,
      formData: { a: 'target', b: 'source', Topic: 'Cats' },
      lastMessageAt: '2026-03-03T00:00:00.000Z',
      version: 2,
      employees: new Set(employees.map(({ id }) => id)),
      tags: [{ name: 'blue' }, { name: 'red' }],
      messages: { nodes: [{ body: 'c' }, { body: 'b' }, { body: 'a' }] },
      formFields: { nodes: [{ name: 'Topic' }] },
    });
    expect((await world.as(world.admin).run(MergedTicket, { id: source.id })).ticket).toEqual({
      status: { kind: 'CLOSED' },
      closedAt: clock.now().toISOString(),
      snoozedUntil: null,
      mergedInto: { id: encodeId('Ticket', target.id), number: target.number },
      employees: [],
      messages: { totalCount: 0 },
      formFields: { totalCount: 0 },
    });
    expect(events.map(({ type, aggregate, aggregateId, payload }) => [type, aggregate, aggregateId, payload])).toEqual([
      ['ticket.merged', 'ticket', source.id, { number: source.number, intoId: target.id, intoNumber: target.number }],
      ['ticket.updated', 'ticket', source.id, { number: source.number }],
      ['ticket.status_changed', 'ticket', source.id, { number: source.number, from: 'SNOOZED', to: 'CLOSED' }],
      ['ticket.closed', 'ticket', source.id, { number: source.number }],
      ['ticket.updated', 'ticket', target.id, { number: target.number }],
    ]);
    const moved = { ticket_id: { before: source.id, after: target.id } };
    expect(logs.filter(({ entity }) => entity !== 'TICKET')).toMatchObject([
      { entity: 'TICKET_MESSAGE', entityId: message.id, event: 'UPDATED', changes: moved, ownerId: client.id },
      { entity: 'FILLED_FORM_FIELD', entityId: field.id, event: 'UPDATED', changes: moved, ownerId: client.id },
    ]);
    expect(logs.find(({ entityId, changes }) => entityId === source.id && changes.merged_into_id)?.changes).toEqual({
      status_code: { before: 4, after: 3 },
      status_kind: { before: 'SNOOZED', after: 'CLOSED' },
      closed_at: { before: null, after: '2026-03-05T10:00:00+00:00' },
      snoozed_until: { before: '2026-04-01T00:00:00+00:00', after: null },
      merged_into_id: { before: null, after: target.id },
    });
  });

  test('of two empty ones leaves the target’s version; a closed source was closed when it was', async () => {
    const world = await makeWorld();
    const closedAt = new Date('2026-01-01T00:00:00Z');
    const { source, target } = await twoTickets(world, { status: 'CLOSED', closedAt }, { updatedAt: closedAt });
    const { result, events } = await recorded(world, () => merge(world, source.number, target.number));
    expect(success(result).ticket).toMatchObject({ version: 1, lastMessageAt: null });
    expect(events.map(({ type }) => type)).toEqual(['ticket.merged', 'ticket.updated', 'ticket.updated']);
    const { ticket } = await world.as(world.admin).run(MergedTicket, { id: source.id });
    expect(ticket?.closedAt).toBe(closedAt.toISOString());
    const after = await world.rows.ticket.findUniqueOrThrow({ where: { id: target.id } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(closedAt.getTime());
  });

  test('its client sees where it went', async () => {
    const world = await makeWorld();
    const { client, source, target } = await twoTickets(world);
    await merge(world, source.id, target.id);
    expect((await world.as(client).run(MergedTicket, { id: source.id })).ticket).toMatchObject({
      status: { kind: 'CLOSED' },
      mergedInto: { number: target.number },
    });
    // Until the target is deleted: what nobody sees, nothing points to.
    await world.rows.ticket.update({ where: { id: target.id }, data: { deletedAt: new Date() } });
    for (const person of [client, world.admin]) {
      expect((await world.as(person).run(MergedTicket, { id: source.id })).ticket?.mergedInto).toBeNull();
    }
  });

  test('takes as many statements for 30 messages as for none', async () => {
    const world = await makeWorld();
    const count = async (beneath: number) => {
      const [employees, tags] = [[] as { id: string }[], [] as { id: string }[]];
      for (let index = 0; index < beneath / 3; index += 1) {
        employees.push(await world.member());
        tags.push(await world.tag());
      }
      const { source, target } = await twoTickets(world, { employees, tags });
      for (let index = 0; index < beneath; index += 1) {
        await source.message();
        await source.formField();
      }
      const counted = await countStatements(() => merge(world, source.id, target.id));
      expect(counted.result.__typename).toBe('TicketMergeSuccess');
      return counted.statements;
    };
    await count(1);
    const [none, many] = [await count(0), await count(30)];
    expect(many).toBe(none);
  });

  test('refuses a ticket and itself, also by number', async () => {
    const world = await makeWorld();
    const { source } = await twoTickets(world);
    for (const other of [source.id, source.number]) {
      expect(issuesOf(await unchanged(world, () => merge(world, source.id, other)))).toEqual(['targetId EXCLUSIVE']);
    }
  });

  test('refuses tickets of two clients', async () => {
    const world = await makeWorld();
    const [one, two] = [await world.ticket(), await world.ticket()];
    expect(issuesOf(await unchanged(world, () => merge(world, one.id, two.id)))).toEqual(['targetId EXCLUSIVE']);
  });

  test('refuses what was merged already, from and into', async () => {
    const world = await makeWorld();
    const { client, source, target } = await twoTickets(world);
    const third = await world.ticket({ client });
    await merge(world, source.id, target.id);
    for (const [from, into] of [
      [source, third],
      [third, source],
      [source, target],
    ] as const) {
      const merged = await unchanged(world, () => merge(world, from.id, into.id));
      expect(failure(merged, 'InvalidStateError').code).toBe('MERGED');
    }
    // What it was merged into can be merged on.
    expect((await merge(world, target.id, third.id)).__typename).toBe('TicketMergeSuccess');
  });

  test('finds none that is not there, deleted, or a stranger’s, on either side', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const { client, source } = await twoTickets(world);
    const [strange, gone] = [await other.ticket(), await world.ticket({ client, deletedAt: new Date() })];
    for (const id of [gone.id, gone.number, strange.id, strange.number, ...idsOfNothing.slice(0, 4)]) {
      const asTarget = await unchanged(other, () => unchanged(world, () => merge(world, source.id, id)));
      expect(failure(asTarget, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['targetId'] });
      const asSource = await unchanged(other, () => unchanged(world, () => merge(world, id, source.id)));
      expect(failure(asSource, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['sourceId'] });
    }
  });

  test('of two at once, crosswise, one is carried out and no message is lost', async () => {
    const world = await makeWorld();
    for (let round = 0; round < 5; round += 1) {
      const { source: one, target: two } = await twoTickets(world);
      await one.message();
      await two.message();
      const answers = await Promise.all([merge(world, one.id, two.id), merge(world, two.number, one.number)]);
      expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['InvalidStateError', 'TicketMergeSuccess']);
      const left = answers[0].__typename === 'TicketMergeSuccess' ? two : one;
      expect(await world.rows.ticketMessage.count({ where: { ticketId: left.id } })).toBe(2);
    }
  });

  test('a message that is written meanwhile comes before, or is told that it is too late', async () => {
    const world = await makeWorld();
    const { source, target } = await twoTickets(world);
    const write = async () => {
      const input = `ticketId: "${source.id}", body: "Hello"`;
      const data = await world
        .as(world.admin)
        .run(`mutation { ticketMessageCreate(input: { ${input} }) { __typename } }`);
      return data.ticketMessageCreate.__typename as string;
    };
    const [merged, written] = await contend<string>(world, 'tickets', source.id, [
      async () => (await merge(world, source.id, target.id)).__typename,
      write,
    ]);
    expect(merged).toBe('TicketMergeSuccess');
    const messages = await world.rows.ticketMessage.findMany({ where: { organizationId: world.organizationId } });
    expect([
      ['InvalidStateError', []],
      ['TicketMessageCreateSuccess', [target.id]],
    ]).toContainEqual([written, messages.map(({ ticketId }) => ticketId)]);
  });

  test('who may: both must be in reach', async () => {
    const cast = await makeTicketCast();
    const { world, client, people } = cast;
    const expected = {
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
    } as const;
    await expectOutcomes(
      cast,
      expected,
      async () => ({
        sourceId: (await world.ticket({ client, employees: [people.assignee] })).id,
        targetId: cast.ticket.id,
      }),
      (person, input) => person.answer(TicketMerge, { input }),
    );
    // The assignee sees only one of the two.
    const { id } = await world.ticket({ client });
    for (const [sourceId, targetId] of [
      [id, cast.ticket.id],
      [cast.ticket.id, id],
    ] as const) {
      const hidden = await unchanged(world, () => merge(world, sourceId, targetId, people.assignee));
      expect(hidden.__typename).toBe('NotFoundError');
    }
  });
});
