import { describe, expect, test } from 'vitest';
import { encodeId } from '../../src/kernel/id.ts';
import { failure, issuesOf, recorded, unchanged } from '../kit/expect.ts';
import { makeWorld } from '../kit/world.ts';
import { idsOfNothing, makeCast } from './cast.ts';
import { create, type Input, OrderCreate, placed, refused } from './creating.ts';

describe('orderCreate', () => {
  describe('number', () => {
    test('O6: one that is taken is refused, also by a deleted order; elsewhere it is free', async () => {
      const [world, other] = [await makeWorld(), await makeWorld()];
      await world.order({ number: 'A-1' });
      await world.order({ number: 'A-2', deletedAt: new Date() });
      await other.order({ number: 'A-3' });
      expect(await refused(world, { serviceName: 'Work', number: 'A-1' })).toEqual(['number TAKEN']);
      expect(await refused(world, { serviceName: 'Work', number: ' A-2 ' })).toEqual(['number TAKEN']);
      expect((await placed(world, { number: 'A-3' })).number).toBe('A-3');
    });

    test('of five at once with the same, one is placed', async () => {
      const world = await makeWorld();
      const { id: clientId } = await world.client();
      const { result, events } = await recorded(world, () =>
        Promise.all(Array.from({ length: 5 }, () => create(world, { clientId, serviceName: 'Work', number: 'A-1' }))),
      );
      const outcomes = result.map((one) => (one.__typename === 'OrderCreateSuccess' ? 'placed' : issuesOf(one).join()));
      expect(outcomes.sort()).toEqual([...Array(4).fill('number TAKEN'), 'placed']);
      expect(events).toHaveLength(1);
    });

    test('twenty at once get twenty', async () => {
      const world = await makeWorld();
      const { id: clientId } = await world.client();
      const orders = await Promise.all(Array.from({ length: 20 }, () => placed(world, { clientId })));
      expect(new Set(orders.map(({ number }) => number)).size).toBe(20);
    });
  });

  describe('people and tags', () => {
    test('without a word about assignees it gets those of the service', async () => {
      const world = await makeWorld();
      const [ann, bob, cid] = [
        await world.member({ firstName: 'Ann' }),
        await world.member({ firstName: 'Bob' }),
        await world.member(),
      ];
      const { id: serviceId } = await world.service({ employees: [ann, bob] });
      const employees = async (input: Input) =>
        (await placed(world, { serviceId, ...input })).employees.map(({ id }) => id);
      const idsOf = (...people: { id: string }[]) => people.map(({ id }) => encodeId('TeamMember', id));
      expect(await employees({})).toEqual(idsOf(ann, bob));
      expect(await employees({ employeeIds: null })).toEqual(idsOf(ann, bob));
      expect(await employees({ employeeIds: [] })).toEqual([]);
      expect(await employees({ employeeIds: [cid.id] })).toEqual(idsOf(cid));
    });

    test('who does not reach all orders is assigned to what it places', async () => {
      const { world, client, people } = await makeCast();
      for (const person of [people.assignee, people.colleague]) {
        const { employees } = await placed(world, { clientId: client.id }, person);
        expect(employees).toEqual([{ id: encodeId('TeamMember', person.id) }]);
      }
      const both = await placed(world, { clientId: client.id, employeeIds: [world.admin.id] }, people.assignee);
      expect(both.employees.map(({ id }) => id)).toContain(encodeId('TeamMember', people.assignee.id));
      expect(both.employees).toHaveLength(2);
      expect((await placed(world, { clientId: client.id }, people.manager)).employees).toEqual([]);
    });

    test('O8: tags exist once, whatever their letter case, and keep their first spelling', async () => {
      const world = await makeWorld();
      await world.tag('Urgent');
      const { tags } = await placed(world, { tags: ['a', 'a', 'new', 'NEW', ' urgent '] });
      expect(tags).toEqual([{ name: 'Urgent' }, { name: 'a' }, { name: 'new' }]);
      const rows = await world.rows.tag.findMany({ where: { organizationId: world.organizationId } });
      expect(rows.map(({ name }) => name).sort()).toEqual(['Urgent', 'a', 'new']);
    });

    test('letter case is the database’s affair: its small sigma is one letter, JavaScript’s two', async () => {
      const world = await makeWorld();
      const { tags } = await placed(world, { tags: ['ΟΔΟΣ', 'οδοσ'] });
      expect(tags).toEqual([{ name: 'ΟΔΟΣ' }]);
    });

    test('tags that ten orders make at once exist once', async () => {
      const world = await makeWorld();
      const { id: clientId } = await world.client();
      const names = ['one', 'two', 'three'];
      const rotated = (index: number) => names.map((_, place) => names[(place + index) % 3] as string);
      const orders = await Promise.all(
        Array.from({ length: 10 }, (_, index) => placed(world, { clientId, tags: rotated(index) })),
      );
      expect(orders.map(({ tags }) => tags.length)).toEqual(Array(10).fill(3));
      expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(3);
    });

    test('O13: a client, a stranger’s member or nobody can’t be an assignee', async () => {
      const [world, stranger] = [await makeWorld(), await (await makeWorld()).stranger()];
      const client = await world.client();
      const employeeIds = [world.admin.id, client.id, stranger.id];
      expect(await refused(world, { serviceName: 'Work', employeeIds })).toEqual([
        'employeeIds.1 NOT_FOUND',
        'employeeIds.2 NOT_FOUND',
      ]);
      for (const id of [...idsOfNothing, encodeId('Order', world.admin.id)]) {
        expect(await refused(world, { serviceName: 'Work', employeeIds: [id] })).toEqual(['employeeIds.0 NOT_FOUND']);
      }
    });
  });

  describe('refuses', () => {
    test.each<[string, Input, string[]]>([
      ['O1: neither service nor title', {}, ['serviceName REQUIRED']],
      ['O1: a blank title', { serviceName: ' ' }, ['serviceName REQUIRED']],
      ['a title of 256 characters', { serviceName: 'x'.repeat(256) }, ['serviceName TOO_LONG']],
      ['a title with a NUL', { serviceName: 'a\0b' }, ['serviceName INVALID']],
      ['a blank number', { serviceName: 'Work', number: ' ' }, ['number REQUIRED']],
      ['a number of 51 characters', { serviceName: 'Work', number: 'x'.repeat(51) }, ['number TOO_LONG']],
      ['a number with a NUL', { serviceName: 'Work', number: 'a\0b' }, ['number INVALID']],
      ['a quantity of 0', { serviceName: 'Work', quantity: 0 }, ['quantity OUT_OF_RANGE']],
      ['a negative quantity', { serviceName: 'Work', quantity: -1 }, ['quantity OUT_OF_RANGE']],
      ['a note beyond 65,535 characters', { serviceName: 'Work', note: 'x'.repeat(65_536) }, ['note TOO_LONG']],
      [
        'blank and overlong tags',
        { serviceName: 'Work', tags: ['ok', ' ', 'x'.repeat(256)] },
        ['tags.1 INVALID', 'tags.2 INVALID'],
      ],
      ['a tag with a NUL', { serviceName: 'Work', tags: ['a\0b'] }, ['tags.0 INVALID']],
      ['metadata that is a text', { serviceName: 'Work', metadata: 'x' }, ['metadata INVALID']],
      ['metadata without a title', { serviceName: 'Work', metadata: [{ value: 1 }] }, ['metadata.0.title REQUIRED']],
      [
        'metadata of objects',
        {
          serviceName: 'Work',
          metadata: [
            { title: 'a', value: { b: 1 } },
            { title: 'c', value: [1] },
          ],
        },
        ['metadata.0.value INVALID', 'metadata.1.value INVALID'],
      ],
      ['metadata with a NUL', { serviceName: 'Work', metadata: { a: 'b\0' } }, ['metadata INVALID']],
      ['options with a NUL', { serviceName: 'Work', options: { a: 'b\0' } }, ['options INVALID']],
      ['form data with a NUL', { serviceName: 'Work', formData: { 'a\0': 'b' } }, ['formData INVALID']],
    ])('%s', async (_, input, issues) => {
      expect(await refused(await makeWorld(), input)).toEqual(issues);
    });

    test('O2: a client that is none, whatever is wrong with its id', async () => {
      const [world, other] = [await makeWorld(), await makeWorld()];
      const strange = await other.client();
      for (const clientId of [strange.id, encodeId('TeamMember', world.admin.id), world.admin.id, ...idsOfNothing]) {
        expect(await refused(world, { clientId, serviceName: 'Work' })).toEqual(['clientId NOT_FOUND']);
      }
      const none = await unchanged(world, () => create(world, { serviceName: 'Work' }));
      expect(issuesOf(none)).toEqual(['clientId REQUIRED']);
    });

    test('a client that is deleted at the same time', async () => {
      const world = await makeWorld();
      for (let round = 0; round < 5; round += 1) {
        const { id } = await world.client();
        const [deleted, order] = await Promise.all([
          world.as(world.admin).run(`mutation { clientDelete(input: { id: "${id}" }) { __typename } }`),
          create(world, { clientId: id, serviceName: 'Work' }),
        ]);
        const outcome = order.__typename === 'InvalidInputError' ? issuesOf(order).join() : order.__typename;
        expect(['ClientDeleteSuccess, clientId NOT_FOUND', 'ConflictError, OrderCreateSuccess']).toContain(
          `${deleted.clientDelete.__typename}, ${outcome}`,
        );
      }
    });

    test('a tag that is deleted at the same time', async () => {
      const world = await makeWorld();
      const { id: clientId } = await world.client();
      for (let round = 0; round < 5; round += 1) {
        const tag = await world.tag('Urgent');
        const [, order] = await Promise.all([
          world.as(world.admin).run(`mutation { tagDelete(input: { id: "${tag.id}" }) { __typename } }`),
          create(world, { clientId, serviceName: 'Work', tags: ['Urgent'] }),
        ]);
        const outcome = order.__typename === 'InvalidInputError' ? issuesOf(order).join() : order.__typename;
        expect(['OrderCreateSuccess', 'tags NOT_FOUND']).toContain(outcome);
        await world.rows.tag.deleteMany({ where: { organizationId: world.organizationId } });
      }
    });

    test('a service that is none: unknown, deleted, a stranger’s', async () => {
      const [world, other] = [await makeWorld(), await makeWorld()];
      const [strange, deleted] = [await other.service(), await world.service({ deletedAt: new Date() })];
      for (const serviceId of [strange.id, deleted.id, ...idsOfNothing]) {
        expect(await refused(world, { serviceId })).toEqual(['serviceId NOT_FOUND']);
      }
    });

    test('a status that is none, and two of them', async () => {
      const [world, other] = [await makeWorld(), await makeWorld()];
      const strange = await other.status({ code: 5, name: 'Theirs', kind: 'ON_HOLD' });
      const own = await world.status({ code: 5, name: 'Ours', kind: 'ON_HOLD' });
      for (const statusId of [strange.id, ...idsOfNothing]) {
        expect(await refused(world, { serviceName: 'Work', statusId })).toEqual(['statusId NOT_FOUND']);
      }
      const both = { serviceName: 'Work', statusId: own.id, status: 'UNPAID' } as const;
      expect(await refused(world, both)).toEqual(['statusId EXCLUSIVE']);
    });

    test('O9: what is not even a value of its type', async () => {
      const world = await makeWorld();
      const { id: clientId } = await world.client();
      for (const wrong of [
        { status: 'BOGUS' },
        { quantity: 1.5 },
        { price: 5 },
        { createdAt: 'yesterday' },
        { options: [] },
      ]) {
        const input = { clientId, serviceName: 'Work', ...wrong };
        const [refusal] = await unchanged(world, () => world.as(world.admin).refused(OrderCreate, { input }));
        expect(refusal?.message).toContain(Object.keys(wrong)[0]);
      }
    });

    test('everything that is wrong at once', async () => {
      const world = await makeWorld();
      const input = {
        clientId: world.admin.id,
        serviceId: world.admin.id,
        number: '',
        quantity: 0,
        tags: [''],
        employeeIds: [world.organizationId],
      };
      const { issues } = failure(await unchanged(world, () => create(world, input)), 'InvalidInputError');
      expect(issues.map(({ path, code }) => `${path.join('.')} ${code}`)).toEqual([
        'clientId NOT_FOUND',
        'serviceId NOT_FOUND',
        'number REQUIRED',
        'quantity OUT_OF_RANGE',
        'employeeIds.0 NOT_FOUND',
        'tags.0 INVALID',
      ]);
    });

    test('makes no tag for an order that is refused', async () => {
      const world = await makeWorld();
      await world.order({ number: 'A-1' });
      expect(await refused(world, { serviceName: 'Work', number: 'A-1', tags: ['new'] })).toEqual(['number TAKEN']);
    });
  });
});
