import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { graphql } from '../generated/gql.ts';
import type { VariablesOf } from '../kit/client.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import type { Actor } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

const ClientCreate = graphql(`
  mutation ClientCreate($input: ClientCreateInput!) {
    clientCreate(input: $input) {
      ... on ClientCreateSuccess {
        client {
          id
          firstName
          lastName
          name
          email
          status
          phone
          company
          taxId
          note
          optIn
          stripeId
          customFields
          affiliateId
          affiliateCode
          affiliateLink
          analyticsId
          version
          createdAt
          balance {
            amount
            currency
          }
          role {
            id
          }
          address {
            line1
            line2
            city
            state
            postcode
            country
            firstName
            lastName
            taxId
            companyName
            companyVat
          }
          accountManager {
            id
          }
          managers {
            id
          }
          teamOwners {
            id
          }
          teamMembers {
            id
          }
        }
      }
      ...Failure
    }
  }
`);

type Input = VariablesOf<typeof ClientCreate>['input'];

const jane: Input = { firstName: 'Jane', lastName: 'Doe', email: 'jane@example.com' };

const createAs = async (world: World, actor: Actor, input: Partial<Input>) =>
  (await world.as(actor).run(ClientCreate, { input: { ...jane, ...input } })).clientCreate;
const create = (world: World, input: Partial<Input> = {}) => createAs(world, world.admin, input);

const refusedInput = async (world: World, input: Partial<Input>) =>
  issuesOf(await unchanged(world, () => create(world, input)));

describe('clientCreate', () => {
  test('makes a client of the least there must be, announces it and logs it', async () => {
    const world = await makeWorld({ currency: 'EUR' });

    const { result, events, logs } = await recorded(world, () => create(world));

    const { client } = success(result);
    const row = await world.rows.user.findFirstOrThrow({
      where: { organizationId: world.organizationId, kind: 'CLIENT' },
    });
    expect(client).toEqual({
      id: encodeId('Client', row.id),
      firstName: 'Jane',
      lastName: 'Doe',
      name: 'Jane Doe',
      email: 'jane@example.com',
      status: 'ACTIVE',
      phone: null,
      company: null,
      taxId: null,
      note: null,
      optIn: null,
      stripeId: null,
      customFields: {},
      affiliateId: row.affiliateId,
      affiliateCode: row.affiliateCode,
      affiliateLink: null,
      analyticsId: null,
      version: 1,
      createdAt: row.createdAt.toISOString(),
      balance: { amount: '0.00', currency: 'EUR' },
      role: { id: encodeId('Role', world.roles.client.id) },
      address: null,
      accountManager: null,
      managers: [],
      teamOwners: [],
      teamMembers: [],
    });
    expect(events).toEqual([
      {
        type: 'client.created',
        aggregate: 'client',
        aggregateId: row.id,
        payload: {},
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs.map(({ entityId, event, ownerId }) => ({ entityId, event, ownerId }))).toEqual([
      { entityId: row.id, event: 'CREATED', ownerId: row.id },
    ]);
    expect(logs[0]?.changes).toMatchObject({ email: { before: null, after: 'jane@example.com' } });
  });

  test('takes all that may be said, trimmed, with the e-mail address in lower case', async () => {
    const world = await makeWorld();
    const [first, second] = [await world.member(), await world.member()];
    const { client } = success(
      await create(world, {
        firstName: ' Jane ',
        email: 'Jane@Example.COM',
        company: ' Acme ',
        phone: '+49 30 1',
        taxId: 'DE1',
        note: 'Pays late.',
        optIn: 'Yes',
        stripeId: 'cus_1',
        customFields: { size: { rooms: 3 }, tags: ['a'] },
        status: 'INACTIVE',
        currency: 'jpy',
        createdAt: '2020-02-29T12:00:00.000Z',
        managerIds: [encodeId('TeamMember', second.id), first.id, second.id],
      }),
    );
    expect(client).toMatchObject({
      firstName: 'Jane',
      email: 'jane@example.com',
      company: 'Acme',
      phone: '+49 30 1',
      taxId: 'DE1',
      note: 'Pays late.',
      optIn: 'Yes',
      stripeId: 'cus_1',
      customFields: { size: { rooms: 3 }, tags: ['a'] },
      status: 'INACTIVE',
      balance: { amount: '0', currency: 'JPY' },
      createdAt: '2020-02-29T12:00:00.000Z',
      accountManager: { id: encodeId('TeamMember', second.id) },
    });
    expect(client.managers.map(({ id }) => id).sort()).toEqual(
      [first, second].map(({ id }) => encodeId('TeamMember', id)).sort(),
    );
  });

  test('C1: refuses a client without e-mail address, first name or last name, and names each', async () => {
    const world = await makeWorld();
    const refusals = await unchanged(world, () =>
      world.as(world.admin).refused('mutation { clientCreate(input: {}) { __typename } }'),
    );
    expect(refusals.map(({ message }) => /ClientCreateInput\.(\w+)/.exec(message)?.[1]).sort()).toEqual([
      'email',
      'firstName',
      'lastName',
    ]);
    expect(await refusedInput(world, { firstName: ' ', lastName: '' })).toEqual([
      'firstName REQUIRED',
      'lastName REQUIRED',
    ]);
  });

  test('refuses an e-mail address that is none, and names the field', async () => {
    const world = await makeWorld();
    for (const email of ['', 'jane', 'jane@', '@example.com', 'jane doe@example.com']) {
      const [refusal] = await unchanged(world, () =>
        world.as(world.admin).refused(ClientCreate, { input: { ...jane, email } }),
      );
      expect(refusal?.message).toContain('input.email');
    }
  });

  test('C2: refuses an e-mail address that is taken in another letter case, by a client or a team member', async () => {
    const world = await makeWorld();
    await world.client({ email: 'jane@example.com' });
    await world.member({ email: 'ada@example.com' });
    expect(await refusedInput(world, { email: 'JANE@example.com' })).toEqual(['email TAKEN']);
    expect(await refusedInput(world, { email: 'Ada@example.com' })).toEqual(['email TAKEN']);
  });

  test('does not mind the same address in another organization', async () => {
    const [here, there] = [await makeWorld(), await makeWorld()];
    await there.client({ email: 'jane@example.com' });
    expect(success(await create(here)).client.email).toBe('jane@example.com');
  });

  test('of ten at once with the same address, one is made', async () => {
    const world = await makeWorld();
    const { result, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 10 }, () => create(world))),
    );
    expect(result.map(({ __typename }) => __typename).sort()).toEqual([
      'ClientCreateSuccess',
      ...Array(9).fill('InvalidInputError'),
    ]);
    expect(events.map(({ type }) => type)).toEqual(['client.created']);
  });

  test('C3: takes no balance and no role: it starts with nothing, in the oldest client role', async () => {
    const world = await makeWorld();
    await world.role({}, 'Another client role');
    for (const field of ['balance: 50', `roleId: "${world.roles.administrator.id}"`]) {
      const [refusal] = await unchanged(world, () =>
        world
          .as(world.admin)
          .refused(
            `mutation { clientCreate(input: { firstName: "J", lastName: "D", email: "j@d.org", ${field} }) { __typename } }`,
          ),
      );
      expect(refusal?.message).toContain(field.split(':')[0]);
    }
    const { client } = success(await create(world));
    expect(client.balance).toEqual({ amount: '0.00', currency: 'USD' });
    expect(client.role).toEqual({ id: encodeId('Role', world.roles.client.id) });
  });

  test('refuses while the organization has no client role', async () => {
    const world = await makeWorld();
    await world.rows.role.delete({ where: { id: world.roles.client.id } });
    const result = await unchanged(world, () => create(world));
    expect(failure(result, 'InvalidStateError').message).toBe('The organization has no client role.');
  });

  test('C4: an empty address is one of nothing but the names, tax number and company of the client', async () => {
    const world = await makeWorld();
    const blank = {
      line1: null,
      line2: null,
      city: null,
      state: null,
      postcode: null,
      country: null,
      companyVat: null,
    };
    expect(success(await create(world, { address: {} })).client.address).toEqual({
      ...blank,
      firstName: 'Jane',
      lastName: 'Doe',
      taxId: null,
      companyName: null,
    });
    const known = await create(world, { email: 'b@example.com', address: {}, company: 'Acme', taxId: 'DE1' });
    expect(success(known).client.address).toEqual({
      ...blank,
      firstName: 'Jane',
      lastName: 'Doe',
      taxId: 'DE1',
      companyName: 'Acme',
    });
  });

  test('keeps an address as it is given, and the rest of it empty', async () => {
    const world = await makeWorld();
    const address = { line1: ' 1 Main Street ', postcode: '10115', country: 'DE', city: '' };
    expect(success(await create(world, { address })).client.address).toMatchObject({
      line1: '1 Main Street',
      line2: null,
      city: null,
      state: null,
      postcode: '10115',
      country: 'DE',
    });
  });

  test('C5: without an address there is none', async () => {
    const world = await makeWorld();
    expect(success(await create(world)).client.address).toBeNull();
    expect(success(await create(world, { email: 'b@example.com', address: null })).client.address).toBeNull();
    expect(await world.rows.address.count({ where: { organizationId: world.organizationId } })).toBe(0);
  });

  test.each([
    [{ firstName: 'x'.repeat(256) }, 'firstName TOO_LONG'],
    [{ lastName: 'a\0b' }, 'lastName INVALID'],
    [{ email: `${'x'.repeat(244)}@example.com` }, 'email TOO_LONG'],
    [{ company: 'x'.repeat(256) }, 'company TOO_LONG'],
    [{ phone: 'x'.repeat(51) }, 'phone TOO_LONG'],
    [{ taxId: 'x'.repeat(101) }, 'taxId TOO_LONG'],
    [{ optIn: 'x'.repeat(51) }, 'optIn TOO_LONG'],
    [{ stripeId: 'x'.repeat(256) }, 'stripeId TOO_LONG'],
    [{ customFields: { a: 'b\0' } }, 'customFields INVALID'],
    [{ customFields: { a: '\ud800' } }, 'customFields INVALID'],
    [{ currency: 'XYZ' }, 'currency UNKNOWN'],
    [{ address: { postcode: 'x'.repeat(51) } }, 'address.postcode TOO_LONG'],
    [{ address: { line1: 'x'.repeat(256) } }, 'address.line1 TOO_LONG'],
  ] satisfies [Partial<Input>, string][])('refuses %j', async (input, issue) => {
    const world = await makeWorld();
    expect(await refusedInput(world, input)).toEqual([issue]);
  });

  test('names every wrong value at once', async () => {
    const world = await makeWorld();
    const client = await world.client();
    expect(
      await refusedInput(world, { firstName: '', currency: 'XYZ', phone: '1'.repeat(51), managerIds: [client.id] }),
    ).toEqual(['firstName REQUIRED', 'phone TOO_LONG', 'currency UNKNOWN', 'managerIds.0 NOT_FOUND']);
  });

  test('refuses managers that are clients, strangers, nobody or no id at all, each at its place', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [client, strange] = [await world.client(), await other.member()];
    const unknown = '00000000-0000-7000-8000-000000000000';
    expect(await refusedInput(world, { managerIds: [world.admin.id, client.id, strange.id, unknown] })).toEqual([
      'managerIds.1 NOT_FOUND',
      'managerIds.2 NOT_FOUND',
      'managerIds.3 NOT_FOUND',
    ]);
    expect(await refusedInput(world, { managerIds: [encodeId('Client', client.id), 'x'] })).toEqual([
      'managerIds.0 NOT_FOUND',
      'managerIds.1 NOT_FOUND',
    ]);
  });

  test('draws an affiliate number of six digits and a code of six characters for each client', async () => {
    const world = await makeWorld({ domain: 'portal.example.com' });
    const one = success(await create(world)).client;
    const two = success(await create(world, { email: 'b@example.com' })).client;
    expect(String(one.affiliateId)).toMatch(/^[1-9]\d{5}$/);
    expect(one.affiliateCode).toMatch(/^[A-Z0-9]{6}$/);
    expect(two.affiliateCode).not.toBe(one.affiliateCode);
    expect(one.affiliateLink).toBe(`https://portal.example.com/r/${one.affiliateCode}`);
  });

  test('gives a client to its maker, when the maker may not see all clients and names nobody else', async () => {
    const world = await makeWorld();
    const maker = await world.member({ grants: { clients: 1 } });
    const colleague = await world.member();
    const own = success(await createAs(world, maker, {})).client;
    expect(own.managers).toEqual([{ id: encodeId('TeamMember', maker.id) }]);
    expect(own.accountManager).toEqual({ id: encodeId('TeamMember', maker.id) });
    const given = await createAs(world, maker, { email: 'b@example.com', managerIds: [colleague.id] });
    expect(success(given).client.managers).toEqual([{ id: encodeId('TeamMember', colleague.id) }]);
  });
});
