import { describe, expect, test } from 'vitest';
import { act, command } from '../../src/kernel/command.ts';
import { InvalidStateError } from '../../src/kernel/errors.ts';
import { Decimal } from '../../src/kernel/money.ts';
import { addCredit } from '../../src/payments/commands.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectOutcomes, makeCast } from './cast.ts';

const ClientCreditAdjust = graphql(`
  mutation ClientCreditAdjust($input: ClientCreditAdjustInput!) {
    clientCreditAdjust(input: $input) {
      ... on ClientCreditAdjustSuccess {
        creditEntry {
          kind
          amount {
            amount
          }
          balance {
            amount
          }
          note
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof ClientCreditAdjust>['input'];

const adjust = async (world: World, input: Input) =>
  (await world.as(world.admin).run(ClientCreditAdjust, { input })).clientCreditAdjust;

async function balanceOf(world: World, id: string): Promise<string> {
  return String((await world.rows.user.findUniqueOrThrow({ where: { id } })).balance);
}

describe('clientCreditAdjust', () => {
  test('raises and lowers the balance, and says why', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { events } = await recorded(world, async () => {
      expect(success(await adjust(world, { id: client.id, amount: '30', note: 'Counted twice' })).creditEntry).toEqual({
        kind: 'ADJUST',
        amount: { amount: '30.00' },
        balance: { amount: '30.00' },
        note: 'Counted twice',
      });
      const lowered = success(await adjust(world, { id: client.id, amount: '-30.00', note: 'No' })).creditEntry;
      expect([lowered.amount.amount, lowered.balance.amount]).toEqual(['-30.00', '0.00']);
    });
    expect(events.map(({ type }) => type)).toEqual(['credit.adjusted', 'credit.adjusted']);
  });

  test('law 4: the balance is never negative', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.credit({ client, amount: '10' });
    const result = await unchanged(world, () => adjust(world, { id: client.id, amount: '-10.01', note: 'x' }));
    expect(failure(result, 'InvalidStateError')).toMatchObject({
      code: 'INSUFFICIENT_CREDIT',
      message: 'The client has only 10.00 USD of credit.',
    });
  });

  test('law 4: of 20 that spend at the same time, as many succeed as the balance pays', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.credit({ client, amount: '100' });
    const results = await Promise.all(
      Array.from({ length: 20 }, () => adjust(world, { id: client.id, amount: '-9', note: 'spent' })),
    );
    expect(results.filter(({ __typename }) => __typename === 'ClientCreditAdjustSuccess')).toHaveLength(11);
    expect(results.filter((result) => 'code' in result && result.code === 'INSUFFICIENT_CREDIT')).toHaveLength(9);
    const entries = await world.rows.creditEntry.findMany({ where: { clientId: client.id } });
    expect(entries.reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(1);
    expect(await balanceOf(world, client.id)).toBe('1');
    expect(Math.min(...entries.map(({ balance }) => Number(balance)))).toBe(1);
  });

  test.each<[Omit<Input, 'id'>, string[]]>([
    [{ amount: '0', note: 'x' }, ['amount OUT_OF_RANGE']],
    [{ amount: '0.001', note: ' ' }, ['amount OUT_OF_RANGE', 'note REQUIRED']],
    [{ amount: '1', note: '' }, ['note REQUIRED']],
  ])('law 5: refuses %j', async (input, issues) => {
    const world = await makeWorld();
    const { id } = await world.client();
    expect(issuesOf(await unchanged(world, () => adjust(world, { id, ...input })))).toEqual(issues);
  });

  test('is for staff who manage invoices, on the clients that they reach', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        own: 'done',
        colleague: 'done',
        outsider: 'NotFoundError',
        reader: 'FORBIDDEN',
        contractor: 'FORBIDDEN',
        client: 'FORBIDDEN',
        otherClient: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => cast.client.id,
      (client, id) => client.answer(ClientCreditAdjust, { input: { id, amount: '1', note: 'x' } }),
    );
  });
});

describe('addCredit', () => {
  const add = (world: World, clientId: string, amount: string, currency = 'USD') =>
    act(
      world.tools,
      viewerOf(world.admin),
      command('invoices.applyCredit', (tx, viewer) =>
        addCredit(tx, viewer, {
          clientId,
          kind: amount.startsWith('-') ? 'SPEND' : 'REFUND',
          amount: new Decimal(amount),
          currency,
        }),
      ),
      {},
    );

  test('writes what is spent and given back, with its invoice', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await world.credit({ client, amount: '10' });
    const { events } = await recorded(world, async () => {
      await add(world, client.id, '-4');
      await add(world, client.id, '1.5');
    });
    expect(events.map(({ type }) => type)).toEqual(['credit.spent', 'credit.refunded']);
    expect(await balanceOf(world, client.id)).toBe('7.5');
  });

  test('refuses another currency than the client’s', async () => {
    const world = await makeWorld();
    const client = await world.client();
    await unchanged(world, async () => {
      await expect(add(world, client.id, '1', 'EUR')).rejects.toMatchObject({ code: 'WRONG_CURRENCY' });
      await expect(add(world, client.id, '-1')).rejects.toThrow(InvalidStateError);
      await expect(add(world, world.admin.id, '1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
});
