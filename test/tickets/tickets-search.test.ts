import { describe, expect, test } from 'vitest';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeTicketCast } from './cast.ts';
import { Tickets } from './listing.ts';

async function found(
  world: World,
  search: string | null,
  actor: Actor = world.admin,
  filter?: object,
): Promise<string> {
  const { tickets } = await world.as(actor).run(Tickets, { search, filter, sort: [{ field: 'NUMBER' }] });
  expect(tickets.totalCount).toBe(tickets.nodes.length);
  return tickets.nodes.map(({ number }) => number).join(' ');
}

async function makeCustomers() {
  const world = await makeWorld();
  const jane = await world.client({
    firstName: 'Jane',
    lastName: 'O’Neil',
    email: 'jane.doe@example.com',
    company: 'Müller & Söhne GmbH',
  });
  const john = await world.client({ firstName: 'John', lastName: 'Smith-Jones', email: 'john_smith@test.org' });
  const logo = await world.ticket({ client: jane, number: 'E4A269FC', subject: 'The logo’s upside-down (again)' });
  await world.ticket({ client: john, number: 'F4B270AA', subject: 'Invoice 100% wrong' });
  return { world, jane, john, logo };
}

describe('tickets(search)', () => {
  test.each([
    ['a number', 'E4A269FC', 'E4A269FC'],
    ['the start of a number, in any letter case', 'e4a2', 'E4A269FC'],
    ['the middle of a number, which is no start', 'A269', ''],
    ['a word of the subject', 'LOGO', 'E4A269FC'],
    ['the start of one', 'inv', 'F4B270AA'],
    ['the second half of a double word', 'down', 'E4A269FC'],
    ['a double word', 'upside-down', 'E4A269FC'],
    ['a word in brackets', 'again', 'E4A269FC'],
    ['a first name', 'jane', 'E4A269FC'],
    ['the start of both first names', 'J', 'E4A269FC F4B270AA'],
    ['an e-mail address', 'jane.doe@example.com', 'E4A269FC'],
    ['a company', 'gmbh', 'E4A269FC'],
    ['a word of the subject and a name', 'jane logo', 'E4A269FC'],
    ['words of two tickets', 'jane invoice', ''],
    ['a sign that means something in SQL', '100%', 'F4B270AA'],
    ['no word', '  ', 'E4A269FC F4B270AA'],
    ['nothing', null, 'E4A269FC F4B270AA'],
    ['what nobody has', 'zebra', ''],
  ])('finds by %s', async (_, search, numbers) => {
    expect(await found((await makeCustomers()).world, search)).toBe(numbers);
  });

  test('follows the subject and the client’s name as they change, and new tickets', async () => {
    const { world, jane, logo } = await makeCustomers();
    const run = (mutation: string) => world.as(world.admin).run(`mutation { ${mutation} { __typename } }`);
    await run(`ticketUpdate(input: { id: "${logo.id}", subject: "Zebra crossing" })`);
    expect([await found(world, 'logo'), await found(world, 'zebra')]).toEqual(['', 'E4A269FC']);
    await run(`clientUpdate(input: { id: "${jane.id}", firstName: "Joan" })`);
    expect([await found(world, 'jane'), await found(world, 'joan zebra')]).toEqual(['E4A269FC', 'E4A269FC']);
    await run(`clientUpdate(input: { id: "${jane.id}", email: "joan@example.com" })`);
    expect(await found(world, 'jane')).toBe('');
    await run(`ticketCreate(input: { clientId: "${jane.id}", subject: "Giraffe" })`);
    expect(await found(world, 'giraffe')).toMatch(/^[A-Z0-9]{8}$/);
  });

  test('goes together with filters', async () => {
    const { world, jane } = await makeCustomers();
    await world.ticket({ client: jane, number: 'DONE', status: 'CLOSED' });
    expect(await found(world, 'jane', world.admin, { status: { eq: 'CLOSED' } })).toBe('DONE');
    expect(await found(world, 'jane', world.admin, { not: { status: { eq: 'CLOSED' } } })).toBe('E4A269FC');
  });

  test('finds only what the viewer may see', async () => {
    const { world, ticket, people } = await makeTicketCast();
    const strange = await makeCustomers();
    await world.ticket({ client: people.otherClient, number: 'OTHER' });
    const all = [ticket.number, 'OTHER'].sort().join(' ');
    expect(await found(world, 'cleo')).toBe(all);
    expect(await found(world, 'cleo', people.reader)).toBe(all);
    expect(await found(world, 'cleo', people.assignee)).toBe(ticket.number);
    expect(await found(world, 'cleo', people.colleague)).toBe(ticket.number);
    expect(await found(world, 'cleo', people.unassigned)).toBe('');
    expect(await found(world, 'cleo', people.client)).toBe(ticket.number);
    expect(await found(world, 'cleo', people.otherClient)).toBe('OTHER');
    expect(await found(world, 'jane')).toBe('');
    expect(await found(strange.world, 'cleo')).toBe('');
  });
});
