import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { graphql } from '../generated/gql.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ClientSpent = graphql(`
  query ClientSpent($id: ID!) {
    client(id: $id) {
      spent {
        amount
        currency
      }
    }
  }
`);

const ClientsSpent = graphql(`
  query ClientsSpent {
    clients(first: 50) {
      nodes {
        email
        spent {
          amount
          currency
        }
      }
    }
  }
`);

const paid = { status: 'PAID', paidAt: new Date('2026-03-01T10:00:00Z') };

async function spentBy(world: World, client: { id: string }, actor: Actor = world.admin) {
  return (await world.as(actor).run(ClientSpent, { id: client.id })).client?.spent;
}

describe('Client.spent', () => {
  test('C13: is null before anything is paid, then the sum of what is', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.invoice({ client, total: '999' });
    expect(await spentBy(world, client)).toBeNull();
    await world.invoice({ client, total: '100', ...paid });
    await world.invoice({ client, total: '50', ...paid });
    expect(await spentBy(world, client)).toEqual({ amount: '150.00', currency: 'USD' });
  });

  test('leaves out what was refunded, deleted, never paid, or another’s', async () => {
    const world = await makeWorld();
    const [client, other] = [await world.client(), await world.client()];
    await world.invoice({ client, total: '1', ...paid });
    await world.invoice({ client, total: '10', ...paid, status: 'REFUNDED' });
    await world.invoice({ client, total: '100', ...paid, deletedAt: new Date() });
    for (const status of ['DRAFT', 'UNPAID', 'CANCELLED']) await world.invoice({ client, total: '1000', status });
    await world.invoice({ client: other, total: '10000', ...paid });
    expect(await spentBy(world, client)).toEqual({ amount: '1.00', currency: 'USD' });
    expect(await spentBy(world, other)).toEqual({ amount: '10000.00', currency: 'USD' });
  });

  test('counts what was paid of the balance, and takes off what was given back', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.invoice({ client, subtotal: '100', credit: '30', total: '70', ...paid, amountPaid: '70' });
    expect(await spentBy(world, client)).toEqual({ amount: '100.00', currency: 'USD' });
    await world.invoice({ client, total: '50', ...paid, amountRefunded: '20' });
    expect(await spentBy(world, client)).toEqual({ amount: '130.00', currency: 'USD' });
    await world.invoice({ client, total: '50', ...paid, status: 'REFUNDED', amountRefunded: '50' });
    await world.invoice({ client, total: '50', status: 'PARTIALLY_PAID', amountPaid: '20' });
    expect(await spentBy(world, client)).toEqual({ amount: '130.00', currency: 'USD' });
  });

  test('counts the client’s own currency only', async () => {
    const world = await makeWorld();
    const client = await world.client({ currency: 'EUR' });
    await world.invoice({ client, total: '70', currency: 'USD', ...paid });
    expect(await spentBy(world, client)).toBeNull();
    await world.invoice({ client, total: '7', currency: 'EUR', ...paid });
    expect(await spentBy(world, client)).toEqual({ amount: '7.00', currency: 'EUR' });
  });

  test('is exact, and written as the currency is', async () => {
    const world = await makeWorld();
    const [cents, yen] = [await world.client(), await world.client({ currency: 'JPY' })];
    for (let count = 0; count < 3; count += 1) await world.invoice({ client: cents, total: '0.1', ...paid });
    await world.invoice({ client: cents, total: '123456789012.02', ...paid });
    await world.invoice({ client: yen, total: '1500', currency: 'JPY', ...paid });
    expect(await spentBy(world, cents)).toEqual({ amount: '123456789012.32', currency: 'USD' });
    expect(await spentBy(world, yen)).toEqual({ amount: '1500', currency: 'JPY' });
  });

  test('a client sees its own', async () => {
    const world = await makeWorld();
    const [client, other] = [await world.client(), await world.client()];
    await world.invoice({ client, total: '5', ...paid });
    expect(await spentBy(world, client, client)).toEqual({ amount: '5.00', currency: 'USD' });
    expect(await spentBy(world, client, other)).toBeUndefined();
  });

  test('costs as many statements for 20 clients as for 2, and stays with its client', async () => {
    const statements = async (clients: number) => {
      const world = await makeWorld();
      const expected = new Map<string, unknown>();
      for (let index = 0; index < clients; index += 1) {
        const client = await world.client();
        if (index % 2) await world.invoice({ client, total: String(index), ...paid });
        expected.set(client.email, index % 2 ? { amount: `${index}.00`, currency: 'USD' } : null);
      }
      const counted = await countStatements(() => world.as(world.admin).run(ClientsSpent));
      expect(new Map(counted.result.clients.nodes.map(({ email, spent }) => [email, spent]))).toEqual(expected);
      return counted.statements;
    };
    const [few, many] = [await statements(2), await statements(20)];
    expect(few).toBeGreaterThan(2);
    expect(many).toBe(few);
  });
});
