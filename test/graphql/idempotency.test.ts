import { describe, expect, test } from 'vitest';
import { countStatements } from '../../src/kernel/db.ts';
import { forgetIdempotencyKeys } from '../../src/kernel/idempotency.ts';
import { type Client, request } from '../kit/client.ts';
import { day, hour, stopClock } from '../kit/clock.ts';
import { unchanged } from '../kit/expect.ts';
import { anonymous, asToken } from '../kit/viewers.ts';
import { makePopulatedWorld, makeWorld, type World } from '../kit/world.ts';

const TagCreate = `mutation ($name: String!) {
  tagCreate(input: { name: $name }) { __typename ... on TagCreateSuccess { tag { id name } } ... on Error { code message } }
}`;

const keyed = (client: Client, key: string) => client.with({ 'idempotency-key': key });
const tagsOf = async (world: World) =>
  (await world.rows.tag.findMany({ where: { organizationId: world.organizationId }, orderBy: { id: 'asc' } })).map(
    ({ name }) => name,
  );
const keysOf = (world: World) =>
  world.rows.idempotencyKey.findMany({ where: { organizationId: world.organizationId } });
const replayed = (...names: string[]) => ({ idempotency: { replayed: names.length > 0, replayedFields: names } });

describe('a mutation with a key', () => {
  test('is done once; what it answered can be asked for with any selection', async () => {
    const world = await makeWorld();
    const admin = keyed(world.as(world.admin), 'one');
    const first = await admin.answer(TagCreate, { name: 'urgent' });
    expect(first.extensions).toEqual(replayed());
    const again = await unchanged(world, () => admin.answer(TagCreate, { name: 'urgent' }));
    expect(again).toEqual({ data: first.data, extensions: replayed('tagCreate') });
    const other = `mutation { tagCreate(input: { name: "urgent" }) { ... on TagCreateSuccess { tag { version } } } }`;
    expect(await admin.answer(other)).toEqual({
      data: { tagCreate: { tag: { version: 1 } } },
      extensions: replayed('tagCreate'),
    });
    expect(await tagsOf(world)).toEqual(['urgent']);
  });

  test('under another name in the answer is the same', async () => {
    const world = await makeWorld();
    const admin = keyed(world.as(world.admin), 'one');
    await admin.run(TagCreate, { name: 'urgent' });
    const { data, extensions } = await admin.answer(TagCreate.replace('tagCreate(', 'mine: tagCreate('), {
      name: 'urgent',
    });
    expect(data).toMatchObject({ mine: { __typename: 'TagCreateSuccess' } });
    expect(extensions).toEqual(replayed('mine'));
  });

  test('and another input is refused, whoever is right', async () => {
    const world = await makeWorld();
    const admin = keyed(world.as(world.admin), 'one');
    await admin.run(TagCreate, { name: 'urgent' });
    const [refusal] = await unchanged(world, () => admin.refused(TagCreate, { name: 'later' }));
    expect(refusal).toEqual({
      code: 'IDEMPOTENCY_KEY_REUSED',
      message: 'This idempotency key came with another input before. Send a new key for a new request.',
      path: ['tagCreate'],
      extensions: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  test('is the same input in another order, as a literal, and with an id in its other form', async () => {
    const world = await makePopulatedWorld();
    const admin = keyed(world.as(world.admin), 'one');
    const update = (input: string) => `mutation { orderUpdate(input: ${input}) { __typename } }`;
    await admin.run(update(`{ id: "${world.ids.Order}", note: "new", metadata: { a: 1, b: [2] }, tags: ["x"] }`));
    const { extensions } = await admin.answer(
      `mutation ($input: OrderUpdateInput!) { orderUpdate(input: $input) { __typename } }`,
      { input: { tags: ['x'], metadata: { b: [2], a: 1 }, note: 'new', id: world.uuids.Order } },
    );
    expect(extensions).toEqual(replayed('orderUpdate'));
    // A list has an order of its own.
    const swapped = update(`{ id: "${world.ids.Order}", note: "new", metadata: { a: 1, b: [2] }, tags: ["x", "y"] }`);
    expect((await admin.refused(swapped)).map(({ code }) => code)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test('that failed was nothing: put right, it may be sent with the same key', async () => {
    const world = await makeWorld();
    await world.tag('taken');
    const admin = keyed(world.as(world.admin), 'one');
    for (const name of ['', 'taken']) {
      const { data, extensions } = await unchanged(world, () => admin.answer(TagCreate, { name }));
      expect(data).toMatchObject({ tagCreate: { __typename: 'InvalidInputError' } });
      expect(extensions).toEqual(replayed());
    }
    const { data } = await admin.answer(TagCreate, { name: 'free' });
    expect(data).toMatchObject({ tagCreate: { __typename: 'TagCreateSuccess' } });
  });

  test('is done again under the same key by another person, by a token, and as another mutation', async () => {
    const world = await makeWorld();
    const colleague = await world.member({ role: world.roles.administrator });
    const token = asToken(world.admin);
    const actors = [world.admin, colleague, token, { ...token, tokenId: crypto.randomUUID() }];
    for (const [index, actor] of actors.entries()) {
      await keyed(world.as(actor), 'one').run(TagCreate, { name: `tag ${index}` });
    }
    const client = `mutation { clientCreate(input: { firstName: "C", lastName: "D", email: "c@example.com" }) { __typename } }`;
    const { extensions } = await keyed(world.as(world.admin), 'one').answer(client);
    expect(extensions).toEqual(replayed());
    expect(await tagsOf(world)).toEqual(['tag 0', 'tag 1', 'tag 2', 'tag 3']);
    expect(await keysOf(world)).toHaveLength(5);
  });

  test('keeps no key and no input, only what they hash to', async () => {
    const world = await makeWorld();
    await keyed(world.as(world.admin), 'a key of mine').run(TagCreate, { name: 'a name of mine' });
    const [row] = await keysOf(world);
    expect(row).toMatchObject({
      principalId: world.admin.id,
      operation: 'tagCreate',
      steps: [],
      outcome: expect.stringMatching(/^\{"value":\{"result":\{"id":"[0-9a-f-]{36}"\}\}\}$/),
    });
    expect([row?.keyHash.length, row?.fingerprint.length]).toEqual([32, 32]);
  });

  test('costs two statements more, one when it is answered from memory instead; without a key none', async () => {
    const world = await makeWorld();
    const admin = world.as(world.admin);
    await keyed(admin, 'first').run(TagCreate, { name: 'first' });
    const count = async (client: Client, name: string) =>
      (await countStatements(() => client.run(TagCreate, { name }))).statements;
    expect(await count(admin, 'second')).toBe(7);
    expect(await count(keyed(admin, 'third'), 'third')).toBe(9);
    // begin, look, commit; begin, select, commit.
    expect(await count(keyed(admin, 'third'), 'third')).toBe(6);
  });
});

describe('a key', () => {
  test.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['256 characters', 'x'.repeat(256)],
    ['a letter beyond ASCII', 'schlüssel'],
    ['a control character', 'a\tb'],
  ])('of %s is refused, and nothing is done', async (_, key) => {
    const world = await makeWorld();
    const document = `mutation ($key: String!) { tagCreate(input: { name: "x" }) @idempotent(key: $key) { __typename } }`;
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document, { key }));
    expect(refusal).toMatchObject({
      code: 'IDEMPOTENCY_KEY_INVALID',
      message: 'An idempotency key has 1 to 255 printable ASCII characters.',
    });
  });

  test('of 255 characters is one', async () => {
    const world = await makeWorld();
    const admin = keyed(world.as(world.admin), '~'.repeat(255));
    await admin.run(TagCreate, { name: 'x' });
    expect((await admin.answer(TagCreate, { name: 'x' })).extensions).toEqual(replayed('tagCreate'));
  });

  test('means nothing without a credential, nor to a query', async () => {
    const world = await makeWorld();
    const [refusal] = await keyed(world.as(anonymous), 'one').refused(TagCreate, { name: 'x' });
    expect(refusal?.code).toBe('IDEMPOTENCY_KEY_INVALID');
    expect(await keyed(world.as(world.admin), ' ').answer('{ tags { totalCount } }')).toEqual({
      data: { tags: { totalCount: 0 } },
    });
  });

  test('is told by its HTTP status: 400 wrong, 422 used, 409 in use', async () => {
    const world = await makeWorld();
    const { secret } = await world.token(world.admin);
    const send = async (key: string, name: string) => {
      const response = await request({
        headers: { authorization: `Bearer ${secret}`, 'idempotency-key': key },
        body: { query: TagCreate, variables: { name } },
      });
      return response.status;
    };
    expect(await send('one', 'x')).toBe(200);
    expect(await send('one', 'x')).toBe(200);
    expect(await send('one', 'y')).toBe(422);
    expect(await send('x'.repeat(256), 'y')).toBe(400);
    const statuses = await Promise.all(Array.from({ length: 10 }, () => send('two', 'z')));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    expect(statuses.every((status) => [200, 409].includes(status))).toBe(true);
    expect(await tagsOf(world)).toEqual(['x', 'z']);
  });

  test('is good for a day, and then as if it had never been', async () => {
    const clock = stopClock();
    const world = await makeWorld();
    const admin = keyed(world.as(world.admin), 'one');
    await admin.run(TagCreate, { name: 'today' });
    clock.advance(day - 1);
    expect((await admin.answer(TagCreate, { name: 'today' })).extensions).toEqual(replayed('tagCreate'));
    clock.advance(1);
    expect((await admin.answer(TagCreate, { name: 'tomorrow' })).extensions).toEqual(replayed());
    expect((await admin.answer(TagCreate, { name: 'tomorrow' })).extensions).toEqual(replayed('tagCreate'));
    expect(await tagsOf(world)).toEqual(['today', 'tomorrow']);
  });

  test('is removed by a job that runs every hour', async () => {
    const clock = stopClock();
    const world = await makeWorld();
    const job = forgetIdempotencyKeys(world.tools);
    await keyed(world.as(world.admin), 'old').run(TagCreate, { name: 'old' });
    clock.advance(hour);
    await keyed(world.as(world.admin), 'new').run(TagCreate, { name: 'new' });
    clock.advance(23 * hour - 1);
    await job.run(null);
    expect(await keysOf(world)).toHaveLength(2);
    clock.advance(1);
    await job.run(null);
    expect(await keysOf(world)).toHaveLength(1);
    expect(job).toMatchObject({ name: 'idempotency.forget', schedule: '17 * * * *' });
  });
});

describe('@idempotent', () => {
  const twoTags = `mutation ($one: String!, $two: String!) {
    a: tagCreate(input: { name: $one }) @idempotent(key: "one") { __typename }
    b: tagCreate(input: { name: $two }) @idempotent(key: "two") { __typename }
  }`;

  test('gives each field a key of its own', async () => {
    const world = await makeWorld();
    const admin = world.as(world.admin);
    const run = async (one: string, two: string) => (await admin.answer(twoTags, { one, two })).extensions;
    expect(await run('a', 'b')).toEqual(replayed());
    expect(await run('a', 'b')).toEqual(replayed('a', 'b'));
    expect(await tagsOf(world)).toEqual(['a', 'b']);
  });

  test('is the key of the header, and stronger than it', async () => {
    const world = await makeWorld();
    const admin = world.as(world.admin);
    await keyed(admin, 'one').run(TagCreate, { name: 'x' });
    const directive = `mutation { tagCreate(input: { name: "x" }) @idempotent(key: "one") { __typename } }`;
    expect((await admin.answer(directive)).extensions).toEqual(replayed('tagCreate'));
    expect((await keyed(admin, 'two').answer(directive)).extensions).toEqual(replayed('tagCreate'));
  });

  test('of two fields that are one must be one', async () => {
    const world = await makeWorld();
    const twice = (other: string) => `mutation {
      tagCreate(input: { name: "x" }) @idempotent(key: "one") { __typename }
      ...More
    } fragment More on Mutation { tagCreate(input: { name: "x" }) @idempotent(key: "${other}") { __typename } }`;
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(twice('two')));
    expect(refusal).toMatchObject({ code: 'IDEMPOTENCY_KEY_INVALID' });
    await world.as(world.admin).run(twice('one'));
  });

  test.each([
    ['a query', '{ tags @idempotent(key: "x") { totalCount } }'],
    [
      'a field beneath',
      'mutation { tagCreate(input: { name: "x" }) { ... on TagCreateSuccess { tag @idempotent(key: "x") { id } } } }',
    ],
  ])('is refused on %s, where it would promise nothing', async (_, document) => {
    const world = await makeWorld();
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
    expect(refusal).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
      message: '@idempotent is for the root fields of a mutation.',
    });
  });

  test('takes its key from a variable with a default', async () => {
    const world = await makeWorld();
    const document = `mutation ($key: String! = "standard") {
      tagCreate(input: { name: "x" }) @idempotent(key: $key) { __typename }
    }`;
    await world.as(world.admin).run(document);
    expect((await keyed(world.as(world.admin), 'standard').answer(TagCreate, { name: 'x' })).extensions).toEqual(
      replayed('tagCreate'),
    );
  });
});

describe('a header for several fields', () => {
  const document = `mutation ($one: String!, $two: String!) {
    a: tagCreate(input: { name: $one }) { __typename }
    b: tagCreate(input: { name: $two }) { __typename ... on InvalidInputError { issues { code } } }
  }`;

  test('is another key for each: what was done stays done, and what failed is tried again', async () => {
    const world = await makeWorld();
    await world.tag('taken');
    const admin = keyed(world.as(world.admin), 'both');
    const run = (one: string, two: string) => admin.answer(document, { one, two });
    expect((await run('a', 'taken')).data).toEqual({
      a: { __typename: 'TagCreateSuccess' },
      b: { __typename: 'InvalidInputError', issues: [{ code: 'TAKEN' }] },
    });
    const { data, extensions } = await run('a', 'b');
    expect(data).toEqual({ a: { __typename: 'TagCreateSuccess' }, b: { __typename: 'TagCreateSuccess' } });
    expect(extensions).toEqual({ idempotency: { replayed: false, replayedFields: ['a'] } });
    expect((await run('a', 'b')).extensions).toEqual(replayed('a', 'b'));
    expect(await tagsOf(world)).toEqual(['taken', 'a', 'b']);
  });

  test('holds for what was done before a field that is forbidden', async () => {
    const world = await makeWorld();
    const member = await world.member({ grants: { settingsTags: true } });
    const both = `mutation {
      tagCreate(input: { name: "x" }) { __typename }
      roleCreate(input: { name: "x" }) { __typename }
    }`;
    const admin = keyed(world.as(member), 'both');
    for (const times of [1, 1]) {
      expect((await admin.refused(both)).map(({ code }) => code)).toEqual(['FORBIDDEN']);
      expect(await tagsOf(world)).toHaveLength(times);
    }
  });
});

describe('what is answered from memory', () => {
  test('is the object as it is now', async () => {
    const world = await makeWorld();
    const admin = keyed(world.as(world.admin), 'one');
    const { tagCreate } = await admin.run(TagCreate, { name: 'before' });
    await world.rows.tag.update({ where: { id: tagCreate.tag.id.replace('tag_', '') }, data: { name: 'after' } });
    expect((await admin.answer(TagCreate, { name: 'before' })).data).toEqual({
      tagCreate: { __typename: 'TagCreateSuccess', tag: { id: tagCreate.tag.id, name: 'after' } },
    });
  });

  test('is nothing when it is gone', async () => {
    const world = await makeWorld();
    const admin = keyed(world.as(world.admin), 'one');
    await admin.run(TagCreate, { name: 'x' });
    await world.rows.tag.deleteMany({ where: { organizationId: world.organizationId } });
    expect((await admin.refused(TagCreate, { name: 'x' })).map(({ code, path }) => ({ code, path }))).toEqual([
      { code: 'IDEMPOTENCY_RESULT_GONE', path: ['tagCreate', 'tag'] },
    ]);
  });

  test('is nothing that the viewer may not see any more, nor what a lost permission did', async () => {
    const world = await makeWorld();
    const own = await world.member({ grants: { orderAccess: 1, orderManagement: 1 } });
    const order = await world.order({ employees: [own] });
    const update = `mutation ($id: ID!) {
      orderUpdate(input: { id: $id, note: "mine" }) { ... on OrderUpdateSuccess { order { note } } }
    }`;
    const client = keyed(world.as(own), 'one');
    await client.run(update, { id: order.id });
    await world.rows.orderEmployee.deleteMany({ where: { orderId: order.id } });
    expect((await client.refused(update, { id: order.id })).map(({ code }) => code)).toEqual([
      'IDEMPOTENCY_RESULT_GONE',
    ]);
    const demoted = keyed(world.as({ ...client.viewer, permissions: {} }), 'one');
    expect((await demoted.refused(update, { id: order.id })).map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });

  test('of a secret is kept encrypted', async () => {
    const world = await makeWorld();
    const admin = keyed(world.as(world.admin), 'one');
    const document = `mutation { apiTokenCreate(input: { name: "x" }) { ... on ApiTokenCreateSuccess { secret } } }`;
    const { apiTokenCreate } = await admin.run(document);
    expect((await admin.answer(document)).data).toEqual({ apiTokenCreate });
    const [row] = await keysOf(world);
    expect(JSON.parse(row?.outcome ?? '')).toEqual({ keyId: 'test', bytes: expect.any(String) });
    expect(await world.rows.apiToken.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });
});
