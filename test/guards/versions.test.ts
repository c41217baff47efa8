import { isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';
import { recorded, unchanged } from '../kit/expect.ts';
import { mutations, validInput } from '../kit/inputs.ts';
import { makePopulatedWorld, type PopulatedWorld } from '../kit/world.ts';

const updates = mutations.filter(({ name }) => name.endsWith('Update'));

describe('an update', () => {
  test.each(updates.map((mutation) => [mutation.name, mutation] as const))(
    '%s takes the version that its author has read, and refuses when there is another one',
    async (name, mutation) => {
      expect(String(mutation.inputType.getFields().expectedVersion?.type)).toBe('Int');
      const world = await makePopulatedWorld();
      const input = { ...(await validInput(mutation, world)), expectedVersion: 77 };
      const data = await unchanged(world, () => world.as(world.admin).run(mutation.document, { input }));
      expect(data).toEqual({
        [name]: { __typename: 'ConflictError', code: 'STALE_VERSION', message: expect.stringContaining('version 77') },
      });
    },
  );

  test('answers an object that tells its version', () => {
    const answered = updates.flatMap(({ success }) =>
      Object.values(success.getFields()).map(({ type }) => String(type)),
    );
    const silent = answered.filter((name) => {
      const type = schema.getType(name.replace('!', ''));
      return !(isObjectType(type) || isInterfaceType(type)) || String(type.getFields().version?.type) !== 'Int!';
    });
    expect(silent).toEqual([]);
    expect(answered).toHaveLength(updates.length);
  });
});

type Edit = [what: string, mutation: string, edits: (world: PopulatedWorld) => Promise<[object, object]>];

/** Two edits of one object, whose authors know nothing of each other. */
const edits: Edit[] = [
  ['the columns of an order', 'orderUpdate', async ({ ids }) => pair({ id: ids.Order }, { note: 'a' }, { note: 'b' })],
  [
    'the people of an order',
    'orderUpdate',
    async (world) => pair({ id: world.ids.Order }, ...(await people(world, 'employeeIds'))),
  ],
  ['the tags of an order', 'orderUpdate', async ({ ids }) => pair({ id: ids.Order }, { tags: ['a'] }, { tags: ['b'] })],
  ['a column and a list', 'orderUpdate', async ({ ids }) => pair({ id: ids.Order }, { note: 'a' }, { tags: [] })],
  [
    'the people of a task',
    'orderTaskUpdate',
    async (world) => pair({ id: world.ids.OrderTask }, ...(await people(world, 'employeeIds'))),
  ],
  [
    'the columns of a ticket',
    'ticketUpdate',
    async ({ ids }) => pair({ id: ids.Ticket }, { subject: 'a' }, { subject: 'b' }),
  ],
  [
    'the people of a ticket',
    'ticketUpdate',
    async (world) => pair({ id: world.ids.Ticket }, ...(await people(world, 'employeeIds'))),
  ],
  ['the tags of a ticket', 'ticketUpdate', async ({ ids }) => pair({ id: ids.Ticket }, { tags: ['a'] }, { tags: [] })],
  [
    'the columns of an invoice',
    'invoiceUpdate',
    async ({ ids }) => pair({ id: ids.Invoice }, { note: 'a' }, { note: 'b' }),
  ],
  [
    'the lines of an invoice',
    'invoiceUpdate',
    async (world) => {
      const invoice = await world.invoice({ client: world.one.client, status: 'DRAFT' });
      const item = await invoice.item();
      const line = (name: string) => ({ items: [{ id: item.id, name, amount: '100', quantity: 1 }] });
      return pair({ id: invoice.id }, line('a'), line('b'));
    },
  ],
  [
    'the columns of a client',
    'clientUpdate',
    async ({ ids }) => pair({ id: ids.Client }, { phone: '1' }, { phone: '2' }),
  ],
  [
    'the managers of a client',
    'clientUpdate',
    async (world) => pair({ id: world.ids.Client }, ...(await people(world, 'managerIds'))),
  ],
  [
    'the address of a client',
    'clientUpdate',
    async ({ ids }) => pair({ id: ids.Client }, { address: { line1: 'a' } }, { address: { line1: 'b' } }),
  ],
  [
    'the columns of a service',
    'serviceUpdate',
    async ({ ids }) => pair({ id: ids.Service }, { price: '1' }, { price: '2' }),
  ],
  [
    'the people of a service',
    'serviceUpdate',
    async (world) => pair({ id: world.ids.Service }, ...(await people(world, 'employeeIds'))),
  ],
  [
    'what a service is an add-on of',
    'serviceUpdate',
    async (world) => {
      const parents = [await world.service(), await world.service()].map(({ id }) => ({ parentServiceIds: [id] }));
      return pair({ id: world.ids.Service }, ...(parents as [object, object]));
    },
  ],
];

const pair = (both: object, one: object, other: object): [object, object] => [
  { ...both, ...one },
  { ...both, ...other },
];

async function people(world: PopulatedWorld, field: string): Promise<[object, object]> {
  const [ann, bob] = [await world.member(), await world.member()];
  return [{ [field]: [ann.id] }, { [field]: [bob.id] }];
}

describe('of two who have read the same version and both change', () => {
  test.each(edits)('%s, one is told: no edit is lost', async (_, mutation, arrange) => {
    const world = await makePopulatedWorld();
    const inputs = await arrange(world);
    const { document } = updates.find(({ name }) => name === mutation) as (typeof updates)[number];
    const { result, events } = await recorded(world, () =>
      Promise.all(
        inputs.map((input) => world.as(world.admin).run(document, { input: { ...input, expectedVersion: 1 } })),
      ),
    );
    const told = result.map((data) => data[mutation] as { __typename: string; code?: string });
    expect(told.map(({ __typename }) => __typename.replace(/.*Success$/, 'done')).sort()).toEqual([
      'ConflictError',
      'done',
    ]);
    expect(events.filter(({ type }) => type.endsWith('.updated'))).toHaveLength(1);
    // Each in its turn, with what there is by then, both are made.
    const [first, second] = inputs;
    const run = async (input: object, expectedVersion: number) =>
      (await world.as(world.admin).run(document, { input: { ...input, expectedVersion } }))[mutation];
    const loser = told[0]?.__typename === 'ConflictError' ? first : second;
    expect(await run(loser, 1)).toMatchObject({ __typename: 'ConflictError' });
    expect(await run(loser, 2)).toMatchObject({ __typename: expect.stringMatching(/Success$/) });
    expect(await run(loser, 2)).toMatchObject({ __typename: 'ConflictError' });
  });
});
