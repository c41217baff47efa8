import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { issuesOf, recorded, success, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { InvoiceUpdate } from './changing.ts';
import { create, InvoiceCreate, line, made } from './creating.ts';

const items = [line()];

describe('the client of an invoice', () => {
  test('I3: is the one with the e-mail address, whatever its letter case', async () => {
    const world = await makeWorld();
    const client = await world.client({ email: 'ann@example.com' });
    const before = await world.rows.user.count({ where: { organizationId: world.organizationId } });
    const userData = { firstName: 'Not', lastName: 'Used' };
    expect(await made(world, { email: 'Ann@Example.com', userData })).toMatchObject({
      client: { id: encodeId('Client', client.id) },
    });
    expect(await world.rows.user.count({ where: { organizationId: world.organizationId } })).toBe(before);
  });

  test('I4: is made of `userData` when nobody has the address, with its own address on the invoice', async () => {
    const world = await makeWorld();
    const { result, events } = await recorded(world, () =>
      create(world, {
        email: 'New@Example.com',
        userData: {
          firstName: ' Nina ',
          lastName: 'New',
          company: 'New Ltd',
          phone: '+1',
          taxId: 'US1',
          optIn: 'Yes',
          customFields: { vip: true },
          currency: 'EUR',
          address: { line1: '2 Side Street', country: 'US' },
        },
        items,
      }),
    );
    const { invoice } = success(result);
    expect(invoice.billingAddress).toEqual({
      line1: '2 Side Street',
      line2: null,
      city: null,
      state: null,
      postcode: null,
      country: 'US',
      firstName: 'Nina',
      lastName: 'New',
      taxId: 'US1',
      companyName: 'New Ltd',
      companyVat: null,
    });
    const client = await world.rows.user.findFirstOrThrow({
      where: { organizationId: world.organizationId, email: 'new@example.com' },
    });
    expect(client).toMatchObject({
      kind: 'CLIENT',
      firstName: 'Nina',
      company: 'New Ltd',
      phone: '+1',
      optIn: 'Yes',
      customFields: { vip: true },
      currency: 'EUR',
    });
    expect(invoice.client).toEqual({ id: encodeId('Client', client.id) });
    expect(events.map(({ type }) => type)).toEqual(['client.created', 'invoice.created']);
  });

  test('what is wrong with the new one stands where it was given, beside all else; nobody is made', async () => {
    const world = await makeWorld();
    const refused = async (input: object) =>
      issuesOf(await unchanged(world, () => create(world, { items, ...input } as never)));
    expect(await refused({ email: 'new@example.com' })).toEqual([
      'userData.firstName REQUIRED',
      'userData.lastName REQUIRED',
    ]);
    const userData = { firstName: 'x'.repeat(256), lastName: 'New', address: { line1: 'a\0b' }, currency: 'XXX' };
    expect(await refused({ email: 'new@example.com', userData, items: [line({ quantity: 0 })] })).toEqual([
      'userData.firstName TOO_LONG',
      'userData.currency UNKNOWN',
      'userData.address.line1 INVALID',
      'items.0.quantity OUT_OF_RANGE',
    ]);
    const whole = { firstName: 'Nina', lastName: 'New' };
    expect(await refused({ email: 'new@example.com', userData: whole, items: [] })).toEqual(['items REQUIRED']);
  });

  test('is not made by whoever may not make clients', async () => {
    const world = await makeWorld();
    const biller = await world.member({ grants: { invoiceManagement: 3, invoiceAccess: 3 } });
    const input = { email: 'new@example.com', userData: { firstName: 'Nina', lastName: 'New' }, items };
    const refusals = await unchanged(world, () => world.as(biller).refused(InvoiceCreate, { input }));
    expect(refusals).toMatchObject([{ code: 'FORBIDDEN', message: 'The permission clients.create is needed.' }]);
  });

  test('is looked after by whoever makes it and sees only some', async () => {
    const world = await makeWorld();
    const biller = await world.member({ grants: { invoiceManagement: 1, invoiceAccess: 1, clients: 1 } });
    const input = { email: 'new@example.com', userData: { firstName: 'Nina', lastName: 'New' } };
    const invoice = await made(world, input, biller);
    const managers = await world.rows.clientManager.findMany({ where: { organizationId: world.organizationId } });
    expect(managers).toMatchObject([{ managerId: biller.id }]);
    expect(invoice.client?.id).toBe(encodeId('Client', managers[0]?.clientId ?? ''));
  });

  test('is nobody of the team, and nobody out of sight', async () => {
    const world = await makeWorld();
    const biller = await world.member({ grants: { invoiceManagement: 1, invoiceAccess: 1 } });
    const client = await world.client();
    const refused = async (email: string, actor = world.admin) =>
      issuesOf(await unchanged(world, () => create(world, { email, items }, actor)));
    expect(await refused(world.admin.email)).toEqual(['email TAKEN']);
    expect(await refused(client.email, biller)).toEqual(['email TAKEN']);
  });

  test('is named once', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const input = { clientId: client.id, email: client.email, items };
    expect(issuesOf(await unchanged(world, () => create(world, input)))).toEqual(['email EXCLUSIVE']);
  });

  test('of two invoices for one new address at once, one makes the client, and the other finds it or is refused', async () => {
    const world = await makeWorld();
    const input = { email: 'new@example.com', userData: { firstName: 'Nina', lastName: 'New' }, items };
    const results = await Promise.all([create(world, input), create(world, input), create(world, input)]);
    const where = { organizationId: world.organizationId, email: 'new@example.com' };
    expect(await world.rows.user.count({ where })).toBe(1);
    for (const result of results) {
      if (result.__typename !== 'InvoiceCreateSuccess') expect(issuesOf(result)).toEqual(['email TAKEN']);
    }
    const done = results.filter(({ __typename }) => __typename === 'InvoiceCreateSuccess').length;
    expect(await world.rows.invoice.count({ where: { organizationId: world.organizationId } })).toBe(done);
    expect(done).toBeGreaterThan(0);
  });

  describe('I11, law 14: the billing address', () => {
    test('is the client’s as it was, and stays', async () => {
      const world = await makeWorld();
      const address = await world.address({
        firstName: 'Ann',
        lastName: 'Able',
        taxId: 'DE1',
        companyName: 'Able',
        companyVat: 'V',
      });
      const [client, other] = [await world.client({ addressId: address.id }), await world.client()];
      const { id, billingAddress } = await made(world, { clientId: client.id });
      expect(billingAddress).toEqual({
        line1: '1 Main Street',
        line2: null,
        city: 'Berlin',
        state: null,
        postcode: null,
        country: 'DE',
        firstName: 'Ann',
        lastName: 'Able',
        taxId: 'DE1',
        companyName: 'Able',
        companyVat: 'V',
      });
      await world.rows.address.update({ where: { id: address.id }, data: { line1: 'Elsewhere' } });
      for (const input of [{ note: 'x' }, { clientId: other.id }]) {
        const { invoiceUpdate } = await world.as(world.admin).run(InvoiceUpdate, { input: { id, ...input } });
        expect(success(invoiceUpdate).invoice.billingAddress).toEqual(billingAddress);
      }
    });

    test('of a draft is taken when it gets its client', async () => {
      const world = await makeWorld();
      const address = await world.address();
      const client = await world.client({ addressId: address.id });
      const { id, billingAddress } = await made(world, { status: 'DRAFT' });
      expect(billingAddress).toBeNull();
      const input = { id, clientId: client.id, status: 'UNPAID' } as const;
      const { invoiceUpdate } = await world.as(world.admin).run(InvoiceUpdate, { input });
      expect(success(invoiceUpdate).invoice).toMatchObject({
        status: 'UNPAID',
        billingAddress: { line1: '1 Main Street' },
      });
    });
  });
});
