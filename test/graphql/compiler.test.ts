import { type ExecutionArgs, type GraphQLObjectType, isObjectType, parse } from 'graphql';
import { expect, test } from 'vitest';
import { type Compiled, createCompiler } from '../../src/graphql/compiler/compiler.ts';
import type { Declaration } from '../../src/graphql/declarations.ts';
import { createGraphQLServer } from '../../src/graphql/http.ts';
import type { Database } from '../../src/kernel/db.ts';
import { encodeId } from '../../src/kernel/id.ts';
import type { Viewer } from '../../src/kernel/viewer.ts';
import { schema } from '../../src/schema.ts';
import { ask, settings, testServer } from '../kit/client.ts';
import { takeLogged, testDatabase } from '../kit/db.ts';
import { toolsOf } from '../kit/tools.ts';
import { anonymous, viewerOf } from '../kit/viewers.ts';
import { makePopulatedWorld, makeWorld } from '../kit/world.ts';

// The laws of src/graphql/compiler/compiler.ts that equality of answers can't show; for that see test/reads.

function statementOf(compiled: Compiled) {
  if ('reason' in compiled) throw new Error(`It was not compiled: ${compiled.reason}`);
  return compiled.statement;
}

const argsOf = (text: string, variableValues: Record<string, unknown> = {}): ExecutionArgs => ({
  schema,
  document: parse(text),
  variableValues,
});

const filtered = `query ($filter: OrderFilter, $search: String, $first: Int) {
  orders(filter: $filter, search: $search, first: $first) { nodes { number tasks(first: 3) { nodes { name } } } totalCount }
  order(number: "it's a literal $1 \\" \\\\") { id }
}`;

test('law 4: no value is part of the text, whether it comes as a variable, as a literal or from the viewer', async () => {
  const { admin } = await makeWorld();
  const { compile } = createCompiler(settings);
  const viewer = viewerOf(admin);
  const evil = `'); drop table orders; -- "$1" \\`;
  const args = argsOf(filtered);
  const of = (value: string, first: number) =>
    statementOf(
      compile(
        {
          ...args,
          variableValues: {
            filter: { number: { eq: value, contains: value, in: [value] }, currency: { notIn: [value] } },
            search: value.replaceAll(' ', ''),
            first,
          },
        },
        viewer,
      ),
    );
  const [harmless, hostile] = [of('harmless', 78), of(evil, 79)];
  expect(hostile.text).toBe(harmless.text);
  expect(hostile.text).not.toContain('drop table');
  expect(hostile.text).not.toContain('literal');
  expect(hostile.text).not.toMatch(/\b79\b/);
  expect(hostile.values).toContain(evil);
  expect(hostile.values).toContain(79);
  expect(hostile.values).toContain(`it's a literal $1 " \\`);
});

test('law 3: one plan serves everybody, and each sees what is theirs', async () => {
  const world = await makeWorld();
  const [member, mine, other] = [
    await world.member({ role: world.roles.contractor }),
    await world.client(),
    await world.client(),
  ];
  const order = await world.order({ client: mine, employees: [member], note: 'for the team' });
  await world.order({ client: other });
  await order.message({ body: 'open', staffOnly: false });
  await order.message({ body: 'secret', staffOnly: true });
  const query = '{ orders { totalCount nodes { note client { id } messages { nodes { body } totalCount } } } }';
  const server = await testServer();
  const seen = async (viewer: Viewer) => {
    const { data } = JSON.parse((await ask(server, viewer, { query })).text);
    return data.orders.nodes.map(
      (node: { note: string | null; messages: { nodes: { body: string }[]; totalCount: number } }) => [
        node.note,
        node.messages.nodes.map(({ body }) => body).sort(),
        node.messages.totalCount,
      ],
    );
  };
  // Turn by turn, so that each comes after all others.
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await seen(viewerOf(world.admin))).toEqual([
      [null, [], 0],
      ['for the team', ['open', 'secret'], 2],
    ]);
    expect(await seen(viewerOf(member))).toEqual([['for the team', ['open', 'secret'], 2]]);
    expect(await seen(viewerOf(mine))).toEqual([[null, ['open'], 1]]);
    expect(await seen(viewerOf(other))).toEqual([[null, [], 0]]);
  }
});

test('law 6: every list is bounded in the text', async () => {
  const world = await makePopulatedWorld();
  const { compile } = createCompiler(settings);
  const text = `{ orders(first: 5) { nodes { tasks(last: 5) { edges { cursor } } messages { pageInfo { hasNextPage } } } } }`;
  const statement = statementOf(compile(argsOf(text), viewerOf(world.admin)));
  expect(statement.text.match(/limit 101\b/g)).toHaveLength(3);
  expect(statement.text.match(/limit \$\d+::bigint/g)).toHaveLength(3);
});

/** The server with another way to run compiled statements: what follows can't happen while the laws hold. */
async function serverWith(readValue: Database['readValue']) {
  const { database, log } = await testDatabase();
  const authenticate = async (): Promise<Viewer> => anonymous;
  takeLogged();
  return createGraphQLServer({
    schema,
    tools: toolsOf({ ...database, readValue }),
    log,
    settings,
    authenticate,
    reads: 'compiled',
    explainReads: true,
    publicSchema: true,
  });
}

const tagsCounted = { query: '{ tags { totalCount } }' };

test('law 7: an answer that comes out null is given plainly, and is logged', async () => {
  const world = await makeWorld();
  await world.tag();
  const server = await serverWith(async () => null);
  const { text } = await ask(server, viewerOf(world.admin), tagsCounted);
  expect(JSON.parse(text)).toEqual({
    data: { tags: { totalCount: 1 } },
    extensions: {
      read: { path: 'fallback', reason: 'something was null that must not be', statements: 3 },
    },
  });
  expect(takeLogged().join()).toContain('a compiled read came out null');
});

test('a statement that PostgreSQL refuses is a mistake of ours: answered plainly, and logged', async () => {
  const world = await makeWorld();
  const server = await serverWith((viewer) => world.database.readValue(viewer, { text: 'select nothing', values: [] }));
  const { text } = await ask(server, viewerOf(world.admin), tagsCounted);
  expect(JSON.parse(text)).toMatchObject({
    data: { tags: { totalCount: 0 } },
    extensions: { read: { path: 'fallback', reason: 'it failed' } },
  });
  expect(takeLogged().join()).toContain('a compiled read failed');
});

test('a database that does not answer is not asked again', async () => {
  const world = await makeWorld();
  const server = await serverWith(async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { syscall: 'connect' });
  });
  const { text } = await ask(server, viewerOf(world.admin), tagsCounted);
  expect(JSON.parse(text)).toMatchObject({
    data: null,
    errors: [{ extensions: { code: 'UNAVAILABLE' } }],
  });
  expect(text).not.toContain('ECONNREFUSED');
});

test('plans are kept for a bounded number of operations, and conditions make operations of their own', async () => {
  const { admin } = await makeWorld();
  const compiler = createCompiler(settings);
  const viewer = viewerOf(admin);
  const conditional = argsOf('query ($with: Boolean!) { tags { nodes { id name @include(if: $with) } } }');
  const textOf = (withName: boolean) =>
    statementOf(compiler.compile({ ...conditional, variableValues: { with: withName } }, viewer)).text;
  expect(textOf(true)).toContain('"name"');
  expect(textOf(false)).not.toContain('"name"');
  expect(textOf(true)).toContain('"name"');
  expect(compiler.plans).toBe(2);
  for (let index = 0; index < 1_000; index += 1) {
    statementOf(compiler.compile(argsOf(`{ tags { alias${index}: nodes { id } } }`), viewer));
  }
  expect(compiler.plans).toBe(500);
});

test('what is too large, and what asks for the schema, is executed plainly', async () => {
  const { admin } = await makeWorld();
  const { compile } = createCompiler(settings);
  const viewer = viewerOf(admin);
  const many = Array.from({ length: 600 }, (_, index) => `a${index}: name`).join(' ');
  expect(compile(argsOf(`{ tags { nodes { ${many} } } }`), viewer)).toEqual({
    reason: 'it asks for more than 500 fields',
  });
  expect(compile(argsOf('{ __schema { queryType { name } } tags { totalCount } }'), viewer)).toEqual({
    reason: 'it asks for the schema',
  });
});

/** What only JavaScript can work out: an operation that asks for it is executed plainly. */
const plain = { 'Query.couponPreview': 'the laws of coupons are written once, in JavaScript' };

test('every field of every type is declared, so that every query can be compiled', () => {
  const apart =
    /^__|Connection$|Edge$|^PageInfo$|^Mutation$|Success$|Error$|^InputIssue$|^Money$|^LogChange$|^Viewer(Permission|Session)$|^CouponDiscount$|^CouponPreview|^NextInvoiceLine$|^SignInOrganization$/;
  const fields = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !apart.test(type.name))
    .flatMap((type) => Object.values((type as GraphQLObjectType).getFields()).map((field) => ({ type, field })));
  expect(fields.length).toBeGreaterThan(200);
  const undeclared = fields.filter(({ field }) => {
    const read = field.extensions.read as Declaration | undefined;
    return !read || (read.kind === 'computed' && read.expression === null);
  });
  expect(undeclared.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
  const uncompiled = fields.flatMap(({ type, field }) => {
    const read = field.extensions.read as Declaration | undefined;
    return read?.kind === 'plain' ? [[`${type.name}.${field.name}`, read.why]] : [];
  });
  expect(Object.fromEntries(uncompiled)).toEqual(plain);
});

test('what is known of the viewer is a value of the statement, the session, too', async () => {
  const { admin } = await makeWorld();
  const at = new Date('2026-11-21T12:00:00Z');
  const session = { id: admin.id, expiresAt: at, idleExpiresAt: at, idleMinutes: 30, rotations: 0 };
  const text = '{ viewer { kind session { sessionId expiresAt idleExpiresAt } can(permission: "orders.read") } }';
  const { compile } = createCompiler(settings);
  const { values } = statementOf(compile(argsOf(text), viewerOf({ ...admin, session })));
  const known = { sessionId: encodeId('Session', admin.id), expiresAt: at, idleExpiresAt: at };
  expect(values).toEqual(['"STAFF"', JSON.stringify(known), 'true']);
  expect(statementOf(compile(argsOf(text), viewerOf(admin))).values).toEqual(['"STAFF"', 'null', 'true']);
});

test('what only JavaScript can work out takes the whole operation with it', async () => {
  const { admin } = await makeWorld();
  const text = '{ tags { totalCount } couponPreview(code: "x", items: []) { __typename } }';
  expect(createCompiler(settings).compile(argsOf(text), viewerOf(admin))).toEqual({
    reason: 'Query.couponPreview: the laws of coupons are written once, in JavaScript',
  });
});

test('a statement whose good plan depends on its values is planned for them each time', async () => {
  const { admin, ...world } = await makeWorld();
  const member = await world.member({ role: world.roles.contractor });
  const { compile } = createCompiler(settings);
  const planned = (text: string, viewer: Viewer) => statementOf(compile(argsOf(text), viewer)).isPlannedAnew;
  expect(planned('{ orders(search: "word") { totalCount } }', viewerOf(admin))).toBe(true);
  expect(planned('{ orders(filter: { status: { eq: UNPAID } }) { totalCount } }', viewerOf(admin))).toBe(false);
  expect(planned('{ orders { totalCount } }', viewerOf(admin))).toBe(false);
  expect(planned('{ orders { totalCount } }', viewerOf(member))).toBe(true);
});
