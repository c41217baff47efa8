import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { unique } from '../kit/unique.ts';

import { expectOutcomes, inputFields, makeCast } from './cast.ts';

// Documents without types: what is asked of the answer is only whether there is one.
const told = '__typename ... on Error { message code }';

describe('who may do what with clients', () => {
  test('make one: staff with any grade', async () => {
    const cast = await makeCast();
    const { organizationId, rows } = cast.world;
    const count = () => rows.user.count({ where: { organizationId, kind: 'CLIENT' } });
    const before = await count();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        own: 'done',
        tokenOfOwn: 'done',
        colleague: 'done',
        outsider: 'done',
        working: 'done',
        contractor: 'FORBIDDEN',
        client: 'FORBIDDEN',
        // In its own organization, that is.
        stranger: 'done',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => ({ firstName: 'Jane', lastName: 'Doe', email: `jane-${unique()}@example.com` }),
      (actor, input) =>
        actor.answer(`mutation ($input: ClientCreateInput!) { clientCreate(input: $input) { ${told} } }`, { input }),
    );
    expect((await count()) - before).toBe(8);
  });

  test('law 9: whoever reaches some only sees what it made, also as a token', async () => {
    const { world, people } = await makeCast();
    for (const maker of ['own', 'tokenOfOwn', 'outsider'] as const) {
      const actor = world.as(people[maker]);
      const { clientCreate } = await actor.run(
        `mutation ($email: EmailAddress!) {
          clientCreate(input: { firstName: "J", lastName: "D", email: $email }) {
            ... on ClientCreateSuccess { client { id managers { id } accountManager { id } } }
          }
        }`,
        { email: `jane-${unique()}@example.com` },
      );
      const { id, managers, accountManager } = clientCreate.client;
      const self = { id: encodeId('TeamMember', actor.viewer.userId as string) };
      expect([managers, accountManager]).toEqual([[self], self]);
      expect(await actor.run('query ($id: ID!) { client(id: $id) { id } }', { id })).toEqual({ client: { id } });
    }
  });

  test('change one: those who reach it; who sees it through an order is told no', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        own: 'done',
        tokenOfOwn: 'done',
        colleague: 'done',
        outsider: 'NotFoundError',
        working: 'FORBIDDEN',
        contractor: 'FORBIDDEN',
        client: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => {
        const client = await cast.subject();
        await cast.world.order({ client, employees: [cast.working] });
        return client;
      },
      (actor, { id }) =>
        actor.answer(`mutation ($input: ClientUpdateInput!) { clientUpdate(input: $input) { ${told} } }`, {
          input: { id, note: 'New' },
        }),
    );
  });

  test('not even a client changes or deletes itself', async () => {
    const { world, people } = await makeCast();
    const actor = world.as(people.client);
    const codes = async (document: string) =>
      (await actor.refused(document, { id: people.client.id })).map(({ code }) => code);
    expect(await codes('mutation ($id: ID!) { clientUpdate(input: { id: $id, note: "x" }) { __typename } }')).toEqual([
      'FORBIDDEN',
    ]);
    expect(await codes('mutation ($id: ID!) { clientDelete(input: { id: $id }) { __typename } }')).toEqual([
      'FORBIDDEN',
    ]);
  });

  test('delete one: grade 3 only', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        own: 'FORBIDDEN',
        tokenOfOwn: 'FORBIDDEN',
        colleague: 'FORBIDDEN',
        outsider: 'FORBIDDEN',
        working: 'FORBIDDEN',
        contractor: 'FORBIDDEN',
        client: 'FORBIDDEN',
        stranger: 'NotFoundError',
        anonymous: 'UNAUTHENTICATED',
      },
      cast.subject,
      (actor, { id }) => actor.answer(`mutation ($id: ID!) { clientDelete(input: { id: $id }) { ${told} } }`, { id }),
    );
  });

  test('read one: those who reach it or an order of it', async () => {
    const cast = await makeCast();
    await expectOutcomes(
      cast,
      {
        administrator: 'done',
        token: 'done',
        manager: 'done',
        own: 'done',
        tokenOfOwn: 'done',
        colleague: 'done',
        outsider: 'nothing',
        working: 'done',
        contractor: 'FORBIDDEN',
        client: 'nothing',
        stranger: 'nothing',
        anonymous: 'UNAUTHENTICATED',
      },
      async () => {
        const client = await cast.subject();
        await cast.world.order({ client, employees: [cast.working] });
        return client;
      },
      (actor, { id }) => actor.answer('query ($id: ID!) { client(id: $id) { email } }', { id }),
    );
  });

  test('C3, laws 2 and 3: nobody writes what is not for people to write', () => {
    const ignored = ['name', 'balance', 'spent', 'role', 'roleId', 'affiliateId', 'affiliateCode', 'affiliateLink'];
    const all = [...ignored, 'analyticsId', 'updatedAt', 'version', 'kind', 'groupId'];
    for (const input of ['ClientCreateInput', 'ClientUpdateInput']) {
      expect(inputFields(input).filter((field) => all.includes(field))).toEqual([]);
    }
    // The currency is that of the balance: it does not change under it.
    expect(inputFields('ClientUpdateInput')).not.toContain('currency');
    const derived = ['firstName', 'lastName', 'taxId', 'companyName', 'companyVat'];
    expect(inputFields('AddressInput').filter((field) => derived.includes(field))).toEqual([]);
  });
});
