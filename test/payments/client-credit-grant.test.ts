import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from './cast.ts';

const ClientCreditGrant = graphql(`
  mutation ClientCreditGrant($input: ClientCreditGrantInput!) {
    clientCreditGrant(input: $input) {
      ... on ClientCreditGrantSuccess {
        creditEntry {
          id
          kind
          amount {
            amount
            currency
          }
          balance {
            amount
            currency
          }
          client {
            id
            balance {
              amount
            }
            version
          }
          author {
            name
          }
          note
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof ClientCreditGrant>['input'];

const grant = async (world: World, input: Input, actor: Actor = world.admin) =>
  (await world.as(actor).run(ClientCreditGrant, { input })).clientCreditGrant;

describe('clientCreditGrant', () => {
  test('raises the balance, writes it into the ledger, announces and logs it', async () => {
    const world = await makeWorld();
    const client = await world.client({ currency: 'EUR', balance: '5' as never });
    const { result, events, logs } = await recorded(world, () =>
      grant(world, { id: encodeId('Client', client.id), amount: '12.5', note: ' For the delay ' }),
    );
    const { creditEntry } = success(result);
    expect(creditEntry).toEqual({
      id: expect.stringMatching(/^credit_/),
      kind: 'GRANT',
      amount: { amount: '12.50', currency: 'EUR' },
      balance: { amount: '17.50', currency: 'EUR' },
      // What a ledger tells makes nobody's edit stale.
      client: { id: encodeId('Client', client.id), balance: { amount: '17.50' }, version: 1 },
      author: { name: 'Ada Admin' },
      note: 'For the delay',
    });
    const entryId = creditEntry.id.replace('credit_', '');
    expect(events).toEqual([
      {
        type: 'credit.granted',
        aggregate: 'client',
        aggregateId: client.id,
        payload: { creditEntryId: entryId, amount: '12.50', balance: '17.50', currency: 'EUR' },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs.map(({ entity, entityId, event, ownerId }) => ({ entity, entityId, event, ownerId }))).toEqual([
      { entity: 'CREDIT_ENTRY', entityId: entryId, event: 'CREATED', ownerId: client.id },
    ]);
  });

  test('adds up: the balance is the sum of the entries, also of grants at the same time', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const amounts = Array.from({ length: 12 }, (_, index) => `${index + 1}.${index % 10}${index % 10}`);
    await Promise.all(amounts.map((amount) => grant(world, { id: client.id, amount })));
    const entries = await world.rows.creditEntry.findMany({ where: { clientId: client.id } });
    const { balance } = await world.rows.user.findUniqueOrThrow({ where: { id: client.id } });
    expect(entries).toHaveLength(12);
    expect(String(balance)).toBe('83.06');
    expect(Math.max(...entries.map((entry) => Number(entry.balance)))).toBe(Number(balance));
  });

  test.each([
    ['0', 'USD', 'amount OUT_OF_RANGE'],
    ['-1', 'USD', 'amount OUT_OF_RANGE'],
    ['1.001', 'USD', 'amount OUT_OF_RANGE'],
    ['1.5', 'JPY', 'amount OUT_OF_RANGE'],
  ])('refuses %s %s', async (amount, currency, issue) => {
    const world = await makeWorld();
    const { id } = await world.client({ currency });
    expect(issuesOf(await unchanged(world, () => grant(world, { id, amount })))).toEqual([issue]);
  });

  test('refuses a note that can’t be kept', async () => {
    const world = await makeWorld();
    const { id } = await world.client();
    for (const [note, issue] of [
      ['x'.repeat(65_536), 'note TOO_LONG'],
      ['\0', 'note INVALID'],
    ] as const) {
      expect(issuesOf(await unchanged(world, () => grant(world, { id, amount: '1', note })))).toEqual([issue]);
    }
  });

  test('refuses more than a balance can hold', async () => {
    const world = await makeWorld();
    const { id } = await world.client();
    success(await grant(world, { id, amount: '999999999999999' }));
    const result = await unchanged(world, () => grant(world, { id, amount: '1' }));
    expect(failure(result, 'InvalidStateError').code).toBe('TOO_MUCH_CREDIT');
  });

  test('finds no client that is not there, nor a team member', async () => {
    const world = await makeWorld();
    const strange = await (await makeWorld()).client();
    for (const id of [...idsOfNothing, world.admin.id, strange.id]) {
      const result = await unchanged(world, () => grant(world, { id, amount: '1' }));
      expect(failure(result, 'NotFoundError').path).toEqual(['id']);
    }
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
      (client, id) => client.answer(ClientCreditGrant, { input: { id, amount: '1' } }),
    );
  });
});
