import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { issuesOf, unchanged } from '../kit/expect.ts';
import { makePopulatedWorld, makeWorld } from '../kit/world.ts';
import { create, type Input, InvoiceCreate, type ItemInput, line, refused } from './creating.ts';

const nowhere = '00000000-0000-7000-8000-000000000000';

describe('invoiceCreate refuses', () => {
  test('I1, law 1: no lines, and more than 100', async () => {
    const world = await makeWorld();
    expect(await refused(world, { items: [] })).toEqual(['items REQUIRED']);
    expect(await refused(world, { items: Array(101).fill(line()) })).toEqual(['items OUT_OF_RANGE']);
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(InvoiceCreate, { input: {} }));
    expect(refusal?.message).toContain('Field "items" of required type');
  });

  test.each(['name', 'quantity', 'amount'] as const)('I1: a line without %s', async (field) => {
    const world = await makeWorld();
    const { [field]: _, ...rest } = line();
    const [refusal] = await unchanged(world, () =>
      world.as(world.admin).refused(InvoiceCreate, { input: { items: [rest] } }),
    );
    expect(refusal?.message).toMatch(new RegExp(`"input.items\\[0\\]"; Field "${field}" of required type`));
  });

  const lines: [string, Partial<ItemInput>, string][] = [
    ['a blank name', { name: ' \n' }, 'name REQUIRED'],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, 'name TOO_LONG'],
    ['a name with NUL', { name: 'a\0b' }, 'name INVALID'],
    ['too much description', { description: 'x'.repeat(65_536) }, 'description TOO_LONG'],
    ['a quantity of 0', { quantity: 0 }, 'quantity OUT_OF_RANGE'],
    ['a negative quantity', { quantity: -1 }, 'quantity OUT_OF_RANGE'],
    ['a negative amount', { amount: '-0.01' }, 'amount OUT_OF_RANGE'],
    ['an amount that nobody can pay', { amount: '0.001' }, 'amount OUT_OF_RANGE'],
    ['a negative discount', { discount: '-1' }, 'discount OUT_OF_RANGE'],
    ['a discount that nobody can give', { discount: '0.001' }, 'discount OUT_OF_RANGE'],
    ['a service that there is not', { serviceId: nowhere }, 'serviceId NOT_FOUND'],
    ['an id of something else', { serviceId: `tag_${nowhere}` }, 'serviceId NOT_FOUND'],
    ['an id, on a new invoice', { id: nowhere }, 'id NOT_FOUND'],
    ['options with NUL', { options: { a: 'x\0' } }, 'options INVALID'],
  ];
  test.each(lines)('a line with %s, at its place', async (_, fields, issue) => {
    const world = await makeWorld();
    expect(await refused(world, { items: [line(), line(fields)] })).toEqual([`items.1.${issue}`]);
  });

  test('a service that is deleted, or of another organization', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const [gone, strange] = [await world.service({ deletedAt: new Date() }), await other.service()];
    expect(await refused(world, { items: [line({ serviceId: gone.id }), line({ serviceId: strange.id })] })).toEqual([
      'items.0.serviceId NOT_FOUND',
      'items.1.serviceId NOT_FOUND',
    ]);
  });

  test('law 2: services of two currencies', async () => {
    const world = await makeWorld();
    const [euros, dollars] = [await world.service({ currency: 'EUR' }), await world.service({ currency: 'USD' })];
    const items = [line(), line({ serviceId: euros.id }), line({ serviceId: dollars.id })];
    expect(await refused(world, { items })).toEqual(['items.2.serviceId WRONG_CURRENCY']);
  });

  const inputs: [string, Partial<Input>, string][] = [
    ['a percentage above 100', { taxType: 'PERCENT', taxRate: '100.01' }, 'taxRate OUT_OF_RANGE'],
    ['a negative tax', { taxType: 'FIXED', taxRate: '-1' }, 'taxRate OUT_OF_RANGE'],
    ['a tax that nobody can pay', { taxType: 'FIXED', taxRate: '0.001' }, 'taxRate OUT_OF_RANGE'],
    ['a rate without a tax', { taxRate: '19' }, 'taxRate OUT_OF_RANGE'],
    ['I10: a period of 0', { recurring: { length: 0, unit: 'MONTH' } }, 'recurring.length OUT_OF_RANGE'],
    ['a period of ages', { recurring: { length: 3_651, unit: 'DAY' } }, 'recurring.length OUT_OF_RANGE'],
    ['a note with NUL', { note: 'a\0b' }, 'note INVALID'],
    ['too long a note', { note: 'x'.repeat(65_536) }, 'note TOO_LONG'],
    ['I14: a coupon that there is not', { couponId: nowhere }, 'couponId NOT_FOUND'],
    ['I14: a code that there is not', { couponCode: 'NO\0SUCH' }, 'couponCode NOT_FOUND'],
    ['a coupon twice', { couponId: nowhere, couponCode: 'X' }, 'couponCode EXCLUSIVE'],
    ['as refunded', { status: 'REFUNDED' }, 'status INVALID'],
    ['as partially paid', { status: 'PARTIALLY_PAID' }, 'status INVALID'],
    ['a client that there is not', { clientId: nowhere }, 'clientId NOT_FOUND'],
    ['I2: nobody to pay it', { clientId: null }, 'clientId REQUIRED'],
    ['nobody to have paid it', { clientId: null, status: 'PAID' }, 'clientId REQUIRED'],
  ];
  test.each(inputs)('%s', async (_, input, issue) => {
    expect(await refused(await makeWorld(), input)).toEqual([issue]);
  });

  test('a team member, a stranger and another organization’s client as the client', async () => {
    const world = await makePopulatedWorld();
    const stranger = await makePopulatedWorld();
    for (const clientId of [world.ids.TeamMember, world.uuids.TeamMember, stranger.ids.Client]) {
      expect(await refused(world, { clientId })).toEqual(['clientId NOT_FOUND']);
    }
  });

  test.each([
    ['I9: status 2 or 6', 'status: SIX', 'SIX'],
    ['tax type 3 to 8', 'taxType: THREE', 'THREE'],
    ['a period that is none', 'recurring: { length: 1, unit: DECADE }', 'DECADE'],
    ['an amount in words', 'items: [{ name: "x", quantity: 1, amount: "ten" }]', 'Decimal'],
    ['half a thing', 'items: [{ name: "x", quantity: 1.5, amount: "1" }]', '1.5'],
    ['an address that is none', 'email: "nobody"', 'email'],
  ])('%s, before it is asked for', async (_, argument, word) => {
    const world = await makeWorld();
    const items = argument.startsWith('items') ? '' : 'items: [{ name: "x", quantity: 1, amount: "1" }], ';
    const text = `mutation { invoiceCreate(input: { ${items}${argument} }) { __typename } }`;
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(text));
    expect(refusal?.message).toContain(word);
  });

  test('more than an amount has room for', async () => {
    const world = await makeWorld();
    const most = line({ amount: '999999999999999.99' });
    expect(await refused(world, { items: [{ ...most, quantity: 2 }] })).toEqual(['items OUT_OF_RANGE']);
    expect(await refused(world, { items: [most], taxType: 'PERCENT', taxRate: '1' })).toEqual(['items OUT_OF_RANGE']);
    expect(await refused(world, { items: [line({ quantity: 2_147_483_647, amount: '999999999999' })] })).toEqual([
      'items OUT_OF_RANGE',
    ]);
  });

  test('everything that is wrong, at once', async () => {
    const world = await makeWorld();
    const input = {
      clientId: encodeId('Client', nowhere),
      items: [line({ name: '', quantity: 0, amount: '-1' })],
      taxType: 'PERCENT',
      taxRate: '101',
      recurring: { length: 0, unit: 'DAY' },
      note: '\0',
    } satisfies Input;
    expect(issuesOf(await unchanged(world, () => create(world, input)))).toEqual([
      'clientId NOT_FOUND',
      'items.0.quantity OUT_OF_RANGE',
      'items.0.amount OUT_OF_RANGE',
      'items.0.name REQUIRED',
      'recurring.length OUT_OF_RANGE',
      'note INVALID',
      'taxRate OUT_OF_RANGE',
    ]);
  });
});
