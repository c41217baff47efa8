import {
  type GraphQLEnumType,
  type GraphQLInputField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/schema.ts';
import { beneath } from '../kit/inputs.ts';
import { makePopulatedWorld, type PopulatedWorld } from '../kit/world.ts';

// Every root list of the schema, whatever domain it belongs to: pages, orders and filters work, and refuse in words.

const lists = Object.values(schema.getQueryType()?.getFields() ?? {})
  .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
  .map((field) => {
    const argument = (name: string) => field.args.find((arg) => arg.name === name);
    const sortType = argument('sort') && getNamedType(argument('sort')?.type);
    const sortFields = isInputObjectType(sortType) ? getNamedType(sortType.getFields().field?.type) : undefined;
    const filterType = argument('filter') && getNamedType(argument('filter')?.type);
    return {
      name: field.name,
      sorts: isEnumType(sortFields) ? sortFields.getValues().map((value) => value.name) : [],
      filters: isInputObjectType(filterType) ? Object.values(filterType.getFields()) : [],
      filterType: argument('filter')?.type,
      searches: argument('search') !== undefined,
    };
  });

type List = (typeof lists)[number];
type Page = {
  totalCount: number;
  nodes: { id: string }[];
  pageInfo: Record<'startCursor' | 'endCursor', string> & Record<'hasNextPage' | 'hasPreviousPage', boolean>;
};

let shared: Promise<PopulatedWorld> | undefined;

/** Several of what people list, some of it with nothing where there may be nothing. */
async function crowded(): Promise<PopulatedWorld> {
  const world = await makePopulatedWorld();
  for (let index = 0; index < 4; index += 1) {
    const client = await world.client();
    const service = await world.service({ ...(index % 2 === 0 ? { price: null } : {}), position: index % 3 });
    const order = await world.order({
      client,
      service,
      ...(index % 2 === 0 ? { dueAt: new Date(1_800_000_000_000 + (index % 3)) } : {}),
    });
    await order.task();
    await order.message();
    await world.tag();
    await world.invoice({ client });
    const ticket = await world.ticket({ client, ...(index % 2 === 0 ? { order, lastMessageAt: new Date() } : {}) });
    await ticket.message();
    await world.one.order.formField();
  }
  return world;
}

const theWorld = () => (shared ??= crowded());

async function ask(list: List, args: string, filter?: object): Promise<Page> {
  const world = await theWorld();
  const header = filter ? `query ($filter: ${list.filterType})` : 'query';
  const all = [filter ? 'filter: $filter' : '', beneath[list.name]?.(world.ids.Order) ?? '', args]
    .filter((part) => part !== '')
    .join(', ');
  const document = `${header} { ${list.name}${all ? `(${all})` : ''} { totalCount nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`;
  return (await world.as(world.admin).run(document, filter ? { filter } : {}))[list.name];
}

async function refusal(list: List, args: string): Promise<unknown> {
  const world = await theWorld();
  const all = [beneath[list.name]?.(world.ids.Order) ?? '', args].filter((part) => part !== '').join(', ');
  const [error] = await world.as(world.admin).refused(`{ ${list.name}(${all}) { totalCount nodes { id } } }`);
  const issues = error?.extensions.issues as { path: string[]; code: string }[] | undefined;
  return issues?.map(({ path, code }) => `${path.join('.')} ${code}`).join() ?? error?.code;
}

const ids = (page: Page) => page.nodes.map(({ id }) => id);

/** A value that the operator takes, by its type. */
function sample(field: GraphQLInputField): unknown {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  const named = getNamedType(type);
  const values: Record<string, unknown> = {
    ID: 'order_00000000-0000-7000-8000-000000000000',
    String: "it's 100% _odd_ \\",
    Int: 1,
    Boolean: true,
    Decimal: '49.5',
    DateTime: '2026-01-01T00:00:00Z',
  };
  const value = isEnumType(named) ? (named as GraphQLEnumType).getValues()[0]?.name : values[named.name];
  if (value === undefined) throw new Error(`There is no sample of a ${named.name} yet.`);
  return isListType(type) ? [value] : value;
}

describe.each(lists.map((list) => [list.name, list] as const))('%s', (_, list) => {
  test('L2: refuses impossible pages in words', async () => {
    for (const size of ['first: 0', 'first: 101', 'first: -1', 'last: 0', 'last: 101']) {
      expect(await refusal(list, size)).toBe(`${size.split(':')[0]} OUT_OF_RANGE`);
    }
    expect(await refusal(list, 'first: 1, last: 1')).toBe('last EXCLUSIVE');
    expect(await refusal(list, 'after: "nonsense"')).toBe('after INVALID_CURSOR');
    expect(await refusal(list, 'first: "many"')).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('L3: has nothing beyond its end, and says so', async () => {
    const { pageInfo, totalCount } = await ask(list, 'first: 100');
    const beyond = await ask(list, `after: ${JSON.stringify(pageInfo.endCursor)}`);
    expect(beyond).toMatchObject({
      nodes: [],
      totalCount,
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  test('L5: pages agree with the whole, forward and backward, in every order there is', async () => {
    const orders = [
      '',
      ...list.sorts.flatMap((field) => [`sort: [{ field: ${field} }]`, `sort: [{ field: ${field}, direction: DESC }]`]),
    ];
    for (const sort of orders) {
      const all = await ask(list, [sort, 'first: 100'].filter(Boolean).join(', '));
      expect(new Set(ids(all)).size).toBe(all.nodes.length);
      const half = Math.max(1, Math.floor(all.nodes.length / 2));
      const first = await ask(list, [sort, `first: ${half}`].filter(Boolean).join(', '));
      const rest = await ask(
        list,
        [sort, `first: 100, after: ${JSON.stringify(first.pageInfo.endCursor)}`].filter(Boolean).join(', '),
      );
      expect({ sort, ids: [...ids(first), ...ids(rest)] }).toEqual({ sort, ids: ids(all) });
      const back = await ask(
        list,
        [sort, `last: 100, before: ${JSON.stringify(first.pageInfo.endCursor)}`].filter(Boolean).join(', '),
      );
      expect({ sort, ids: ids(back) }).toEqual({ sort, ids: ids(first).slice(0, -1) });
    }
    // Ascending and descending are each other's mirror image.
    for (const field of list.sorts) {
      const ascending = await ask(list, `first: 100, sort: [{ field: ${field} }]`);
      const descending = await ask(list, `first: 100, sort: [{ field: ${field}, direction: DESC }]`);
      expect({ field, ids: ids(descending) }).toEqual({ field, ids: ids(ascending).reverse() });
    }
  });

  test('L6: refuses an order that there is not', async () => {
    if (list.sorts.length > 0)
      expect(await refusal(list, 'sort: [{ field: BOGUS }]')).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test('L7: counts what it shows, for every filter and comparison there is', async () => {
    for (const filter of list.filters) {
      const comparator = getNamedType(filter.type);
      if (['and', 'or', 'not'].includes(filter.name) || !isInputObjectType(comparator)) continue;
      for (const operator of Object.values(comparator.getFields())) {
        const page = await ask(list, 'first: 100', { [filter.name]: { [operator.name]: sample(operator) } });
        expect({ filter: filter.name, operator: operator.name, count: page.totalCount }).toEqual({
          filter: filter.name,
          operator: operator.name,
          count: page.nodes.length,
        });
      }
    }
  });

  test('L8: finds what has none with `eq: null`, and everything else without it', async () => {
    const { totalCount } = await ask(list, '');
    for (const filter of list.filters) {
      const comparator = getNamedType(filter.type);
      if (
        !isInputObjectType(comparator) ||
        !comparator.getFields().eq ||
        isNonNullType(comparator.getFields().eq?.type)
      )
        continue;
      const world = await theWorld();
      const document = `query ($filter: ${list.filterType}) { ${list.name}(filter: $filter) { totalCount } }`;
      const count = async (value: object) =>
        (await world.as(world.admin).answer(document, { filter: value })) as {
          data: Record<string, { totalCount: number }>;
          errors?: { extensions: { code: string } }[];
        };
      const none = await count({ [filter.name]: { eq: null } });
      if (none.errors) {
        // A list of people or tags is never null: that is said, not guessed.
        expect(none.errors.map(({ extensions }) => extensions.code)).toEqual(['INVALID_INPUT']);
        continue;
      }
      const some = await count({ not: { [filter.name]: { eq: null } } });
      expect({
        filter: filter.name,
        sum: (none.data[list.name]?.totalCount ?? 0) + (some.data[list.name]?.totalCount ?? 0),
      }).toEqual({ filter: filter.name, sum: totalCount });
    }
  });
});

describe.each(lists.filter(({ searches }) => searches).map((list) => [list.name, list] as const))(
  '%s, searched,',
  (_, list) => {
    test('finds nothing by words that nobody has, and everything by none', async () => {
      const { totalCount } = await ask(list, '');
      for (const [words, count] of [
        ['', totalCount],
        ['   ', totalCount],
        ['nobodyhasthisword', 0],
        ["' or 1=1 --", 0],
        ['%', 0],
      ] as const) {
        expect({ words, count: (await ask(list, `search: ${JSON.stringify(words)}`)).totalCount }).toEqual({
          words,
          count,
        });
      }
    });
  },
);
