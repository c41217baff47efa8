import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { makeWorld, type World } from '../kit/world.ts';

const refusal = (message: string) => [{ message, code: 'LIMIT_REACHED', extensions: { code: 'LIMIT_REACHED' } }];
const tooDeep = refusal('The operation nests too deep.');
const tooMany = refusal('The lists of the operation ask for too many rows in all.');

async function refused(world: World, document: string, variables?: Record<string, unknown>) {
  const { result, statements } = await countStatements(() => world.as(world.admin).refused(document, variables));
  expect(statements).toBe(0);
  return result;
}

/** Fields within fields: `order { client { … id } }`, so many levels of them. */
function nested(levels: number): string {
  const steps = ['orders', 'nodes', 'client'];
  const names = Array.from({ length: levels - 1 }, (_, index) => steps[index % 3] as string);
  return names.reduceRight(
    (inner, name) => `${name}${name === 'orders' ? '(first: 1)' : ''} { ${inner} }`,
    '__typename',
  );
}

describe('an operation', () => {
  test('nests up to 20 levels, and not one more', async () => {
    const world = await makeWorld();
    await world.order();
    await world.as(world.admin).run(`{ ${nested(20)} }`);
    expect(await refused(world, `{ ${nested(21)} }`)).toEqual(tooDeep);
  });

  test('is measured through its fragments, each of them once', async () => {
    const world = await makeWorld();
    const fragments = Array.from(
      { length: 30 },
      (_, index) => `fragment F${index} on Client { ${index < 29 ? `...F${index + 1} ...F${index + 1}` : 'id'} }`,
    ).join('\n');
    await world.as(world.admin).run(`${fragments} { clients { nodes { ...F0 } } }`);
    const deep = `fragment Deep on Client { ${nested(20)} } { orders(first: 1) { nodes { client { ... on Client { ...Deep } } } } }`;
    expect(await refused(world, deep)).toEqual(tooDeep);
  });

  test('may ask for 100 000 rows: literals, variables and the default size of pages are multiplied', async () => {
    const world = await makeWorld();
    const document = `query ($size: Int) { clients(first: $size) { nodes { orders(last: 99) { nodes { tasks { totalCount } } } } } }`;
    // 40 × (1 + 99 × (1 + 20)) = 83 200; 49 of them would be more than there may be.
    await world.as(world.admin).run(document, { size: 40 });
    expect(await refused(world, document, { size: 49 })).toEqual(tooMany);
    expect(await refused(world, document.replace('last: 99', 'last: 9999'), { size: 100 })).toEqual(tooMany);
  });

  test('is measured as a mutation, too, and nothing is done', async () => {
    const world = await makeWorld();
    const order = await world.order();
    const deep = `mutation ($id: ID!) { orderDelete(input: { id: $id }) { ... on OrderDeleteSuccess { deletedId } }
      orderUpdate(input: { id: $id }) { ... on OrderUpdateSuccess { order { client { ${nested(20)} } } } } }`;
    expect(await refused(world, deep, { id: order.id })).toEqual(tooDeep);
    expect((await world.rows.order.findUnique({ where: { id: order.id } }))?.deletedAt).toBeNull();
  });
});
