import { describe, expect, test } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { makeCast } from './cast.ts';

const OrderSearch = graphql(`
  query OrderSearch($search: String, $filter: OrderFilter) {
    orders(search: $search, filter: $filter, sort: [{ field: NUMBER }]) {
      nodes {
        number
      }
      totalCount
    }
  }
`);

async function found(
  world: World,
  search: string | null,
  actor: Actor = world.admin,
  filter?: object,
): Promise<string> {
  const { orders } = await world.as(actor).run(OrderSearch, { search, filter });
  expect(orders.totalCount).toBe(orders.nodes.length);
  return orders.nodes.map(({ number }) => number).join(' ');
}

async function makeCustomers() {
  const world = await makeWorld();
  const jane = await world.client({
    firstName: 'Jane',
    lastName: 'O’Neil',
    email: 'jane.doe@example.com',
    company: 'Müller & Söhne GmbH',
  });
  const john = await world.client({
    firstName: 'John',
    lastName: 'Smith-Jones',
    email: 'john_smith@test.org',
    company: 'A_B%C 100%',
  });
  await world.order({ client: jane, number: 'E4A269FC' });
  await world.order({ client: john, number: 'F4B270AA' });
  return { world, jane, john };
}

describe('orders(search)', () => {
  test.each([
    ['a number', 'E4A269FC', 'E4A269FC'],
    ['the start of a number, in any letter case', 'e4a2', 'E4A269FC'],
    ['the middle of a number, which is no start', 'A269', ''],
    ['a first name', 'jane', 'E4A269FC'],
    ['the start of both first names', 'J', 'E4A269FC F4B270AA'],
    ['a last name', 'smith', 'F4B270AA'],
    ['the second half of a double name', 'JONES', 'F4B270AA'],
    ['a double name', 'smith-jones', 'F4B270AA'],
    ['an e-mail address', 'jane.doe@example.com', 'E4A269FC'],
    ['the domain of one', 'test', 'F4B270AA'],
    ['a company', 'gmbh', 'E4A269FC'],
    ['letters with accents', 'MÜLLER', 'E4A269FC'],
    ['several words, in any order', 'neil JANE', 'E4A269FC'],
    ['words of number, name and company', '  e4a söhne jan ', 'E4A269FC'],
    ['words that are not all there', 'jane smith', ''],
    ['a name without its punctuation', 'oneil', 'E4A269FC'],
    ['a name with its punctuation', 'o’neil', 'E4A269FC'],
    ['a word of nobody', 'zebra', ''],
  ])('finds by %s', async (_, search, numbers) => {
    const { world } = await makeCustomers();
    expect(await found(world, search)).toBe(numbers);
  });

  test('nothing to search for leaves out nothing', async () => {
    const { world } = await makeCustomers();
    for (const nothing of [null, '', '  \t', '\0']) expect(await found(world, nothing)).toBe('E4A269FC F4B270AA');
  });

  test('what means something to SQL means itself', async () => {
    const { world } = await makeCustomers();
    for (const search of ['%', '_', 'j%', 'j_ne', '\\', "'", "' or 1=1 --", '*', 'zz\0b', '\u{10FFFF}']) {
      expect([search, await found(world, search)]).toEqual([search, '']);
    }
    expect(await found(world, 'a_b%c')).toBe('F4B270AA');
    expect(await found(world, '100%')).toBe('F4B270AA');
  });

  test('takes overlong words and many of them', async () => {
    const { world } = await makeCustomers();
    expect(await found(world, 'x'.repeat(10_000))).toBe('');
    expect(await found(world, 'jane '.repeat(500))).toBe('E4A269FC');
  });

  test('follows the client’s names', async () => {
    const { world, jane } = await makeCustomers();
    await world
      .as(world.admin)
      .run(`mutation { clientUpdate(input: { id: "${jane.id}", firstName: "Petra", company: null }) { __typename } }`);
    expect(await found(world, 'petra')).toBe('E4A269FC');
    expect(await found(world, 'jane')).toBe('E4A269FC'); // her address still begins with it
    await world
      .as(world.admin)
      .run(`mutation { clientUpdate(input: { id: "${jane.id}", email: "petra@example.com" }) { __typename } }`);
    expect(await found(world, 'jane')).toBe('');
    expect(await found(world, 'gmbh')).toBe('');
    expect(await found(world, 'e4a')).toBe('E4A269FC');
  });

  test('finds an order as soon as it is placed, and not once it is deleted', async () => {
    const { world, jane } = await makeCustomers();
    const input = `clientId: "${jane.id}", serviceName: "Work", number: "NEW-7"`;
    await world.as(world.admin).run(`mutation { orderCreate(input: { ${input} }) { __typename } }`);
    for (const search of ['new-7', 'NEW', '7']) expect(await found(world, search)).toBe('NEW-7');
    expect(await found(world, 'jane')).toBe('E4A269FC NEW-7');
    await world.as(world.admin).run('mutation { orderDelete(input: { id: "NEW-7" }) { __typename } }');
    expect(await found(world, 'jane')).toBe('E4A269FC');
    expect(await found(world, 'jane', world.admin, { isDeleted: { eq: true } })).toBe('NEW-7');
  });

  test('goes together with filters', async () => {
    const { world, jane } = await makeCustomers();
    await world.order({ client: jane, number: 'DONE', status: 'COMPLETED' });
    expect(await found(world, 'jane', world.admin, { status: { eq: 'COMPLETED' } })).toBe('DONE');
    expect(await found(world, 'jane', world.admin, { not: { status: { eq: 'COMPLETED' } } })).toBe('E4A269FC');
  });

  test('finds only what the viewer may see', async () => {
    const { world, order, people } = await makeCast();
    const strange = await makeCustomers();
    await world.order({ client: people.otherClient, number: 'OTHER' });
    const all = [order.number, 'OTHER'].sort().join(' ');
    expect(await found(world, 'cleo')).toBe(all);
    expect(await found(world, 'cleo', people.reader)).toBe(all);
    expect(await found(world, 'cleo', people.assignee)).toBe(order.number);
    expect(await found(world, 'cleo', people.colleague)).toBe(order.number);
    expect(await found(world, 'cleo', people.unassigned)).toBe('');
    expect(await found(world, 'cleo', people.client)).toBe(order.number);
    expect(await found(world, 'cleo', people.otherClient)).toBe('OTHER');
    expect(await found(world, 'jane')).toBe('');
    expect(await found(strange.world, 'cleo')).toBe('');
  });
});
