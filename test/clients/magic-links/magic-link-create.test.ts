import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createGraphQLServer } from '../../../src/graphql/http.ts';
import { encodeId } from '../../../src/kernel/id.ts';
import { schema } from '../../../src/schema.ts';
import { graphql } from '../../generated/gql.ts';
import { ask, settings } from '../../kit/client.ts';
import { hour, minute, stopClock } from '../../kit/clock.ts';
import { takeLogged, testDatabase } from '../../kit/db.ts';
import { failure, issuesOf, recorded, success, unchanged } from '../../kit/expect.ts';
import { type Actor, viewerOf } from '../../kit/viewers.ts';
import { makeWorld, type World } from '../../kit/world.ts';
import { expectOutcomes, idsOfNothing, makeCast } from '../cast.ts';

const MagicLinkCreate = graphql(`
  mutation MagicLinkCreate($input: MagicLinkCreateInput!) {
    magicLinkCreate(input: $input) {
      ... on MagicLinkCreateSuccess {
        link
        expiresAt
      }
      ...Failure
    }
  }
`);

async function create(world: World, clientId: string, actor: Actor = world.admin) {
  return (await world.as(actor).run(MagicLinkCreate, { input: { clientId } })).magicLinkCreate;
}

const tokenIn = (link: string) => new URL(link).searchParams.get('token') ?? '';

describe('magicLinkCreate', () => {
  test('G1: answers an https link with a token of 32 characters, good for two hours; the row has only its hash', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const client = await world.client();
    takeLogged();
    const { result, events, logs } = await recorded(world, () => create(world, encodeId('Client', client.id)));

    const { link, expiresAt } = success(result);
    expect(link).toMatch(/^https:\/\/engine\.test\/login\?token=[A-Za-z0-9_-]{32}$/);
    expect(expiresAt).toBe(new Date(clock.now().getTime() + 2 * hour).toISOString());
    const [row] = await world.rows.magicLink.findMany({ where: { userId: client.id } });
    expect(row).toMatchObject({ usedAt: null, expiresAt: new Date(expiresAt) });
    const hash = createHash('sha256').update(tokenIn(link)).digest();
    expect(Buffer.from(row?.tokenHash ?? []).equals(hash)).toBe(true);
    expect(events).toEqual([
      {
        type: 'magic_link.created',
        aggregate: 'magicLink',
        aggregateId: row?.id,
        payload: { clientId: client.id },
        actorId: world.admin.id,
        delivered: false,
      },
    ]);
    expect(logs).toMatchObject([
      { entity: 'MAGIC_LINK', entityId: row?.id, event: 'CREATED', actorId: world.admin.id, ownerId: client.id },
    ]);
    expect(Object.keys(logs[0]?.changes ?? {}).sort()).toEqual(['expires_at', 'user_id']);
    // Neither the token nor what it is made with is written down anywhere.
    const written = JSON.stringify([row, events, logs, takeLogged()]);
    expect(written).not.toContain(tokenIn(link));
    expect(written).not.toContain(settings.secret);
  });

  test('G2: answers the same link while it is good, with the time that it had, whoever asks', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const client = await world.client();
    const first = success(await create(world, client.id));
    clock.advance(2 * hour - 1);
    const manager = await world.member({ role: world.roles.manager });
    const again = await unchanged(world, () => create(world, client.id, manager));
    expect(success(again)).toEqual(first);
  });

  test('G3: makes a new one once the time is over', async () => {
    const world = await makeWorld();
    const clock = stopClock();
    const client = await world.client();
    const first = success(await create(world, client.id));
    clock.advance(2 * hour);
    const second = success(await create(world, client.id));
    expect(second.link).not.toBe(first.link);
    expect(second.expiresAt).toBe(new Date(clock.now().getTime() + 2 * hour).toISOString());
    expect(success(await create(world, client.id))).toEqual(second);
  });

  test('makes a new one when the last was used', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const first = success(await create(world, client.id));
    await world.rows.magicLink.updateMany({ where: { userId: client.id }, data: { usedAt: new Date() } });
    expect(success(await create(world, client.id)).link).not.toBe(first.link);
  });

  test('makes a new one when the last was made with another secret', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { expiresAt } = await world.magicLink({ client });
    const made = success(await create(world, client.id));
    expect(made.expiresAt).not.toBe(expiresAt.toISOString());
    expect(success(await create(world, client.id))).toEqual(made);
  });

  test('of 20 calls at once makes one link', async () => {
    const world = await makeWorld();
    const client = await world.client();
    const { result, events } = await recorded(world, () =>
      Promise.all(Array.from({ length: 20 }, () => create(world, client.id))),
    );
    expect(new Set(result.map((each) => success(each).link)).size).toBe(1);
    expect(await world.rows.magicLink.count({ where: { userId: client.id } })).toBe(1);
    expect(events.map(({ type }) => type)).toEqual(['magic_link.created']);
  });

  test('gives each client a link of its own', async () => {
    const world = await makeWorld();
    const links = [];
    for (let index = 0; index < 3; index += 1) links.push(success(await create(world, (await world.client()).id)).link);
    expect(new Set(links).size).toBe(3);
  });

  test('G4: refuses a team member, an inactive client and one with two factors', async () => {
    const world = await makeWorld();
    const refused = async (id: string) => {
      const { code, message } = failure(await unchanged(world, () => create(world, id)), 'InvalidStateError');
      return [code, message];
    };
    const member = await world.member();
    for (const id of [member.id, encodeId('TeamMember', member.id), encodeId('TeamMember', world.admin.id)]) {
      expect(await refused(id)).toEqual(['NOT_A_CLIENT', 'Only clients can have a magic link.']);
    }
    expect(await refused((await world.client({ status: 'INACTIVE' })).id)).toEqual([
      'INACTIVE',
      'The client is inactive: it may not sign in.',
    ]);
    expect(await refused((await world.client({ hasTwoFactor: true })).id)).toEqual([
      'TWO_FACTOR',
      'The client signs in with two factors: a link alone is not enough.',
    ]);
  });

  test('G4: tells nobody a link again whose client may not have one any more', async () => {
    const world = await makeWorld();
    const client = await world.client();
    success(await create(world, client.id));
    await world.rows.user.update({ where: { id: client.id }, data: { hasTwoFactor: true } });
    expect(failure(await create(world, client.id), 'InvalidStateError').code).toBe('TWO_FACTOR');
  });

  test('G5: finds nobody who is not there, or a stranger', async () => {
    const [world, other] = [await makeWorld(), await makeWorld()];
    const unfound = [(await other.client()).id, other.admin.id, idsOfNothing[0] as string];
    for (const id of unfound) {
      const answer = await unchanged(other, () => unchanged(world, () => create(world, id)));
      expect(failure(answer, 'NotFoundError')).toMatchObject({ code: 'NOT_FOUND', path: ['clientId'] });
    }
    for (const id of ['x', '', '_', encodeId('Tag', unfound[0] as string)]) {
      expect(issuesOf(await unchanged(world, () => create(world, id)))).toEqual(['clientId NOT_FOUND']);
    }
  });

  test('is refused by a server without a secret', async () => {
    const world = await makeWorld();
    const { log } = await testDatabase();
    const server = createGraphQLServer({
      schema,
      tools: world.tools,
      log,
      settings: { ...settings, secret: null },
      authenticate: async () => viewerOf(world.admin),
      reads: 'compiled',
      explainReads: false,
      publicSchema: true,
    });
    const variables = { input: { clientId: (await world.client()).id } };
    const { text } = await unchanged(world, () =>
      ask(server, viewerOf(world.admin), { query: MagicLinkCreate.toString(), variables }),
    );
    expect(JSON.parse(text).data.magicLinkCreate).toMatchObject({
      __typename: 'InvalidStateError',
      code: 'MAGIC_LINKS_NOT_CONFIGURED',
    });
  });

  test('takes no settings from a client', async () => {
    const world = await makeWorld();
    const { id } = await world.client();
    const document = `mutation { magicLinkCreate(input: { clientId: "${id}", settings: { publicUrl: "https://evil.example" } }) { __typename } }`;
    const [refusal] = await unchanged(world, () => world.as(world.admin).refused(document));
    expect(refusal?.message).toContain('settings');
  });

  test('a link that is older by a minute is still the same one, to the millisecond', async () => {
    const world = await makeWorld();
    const clock = stopClock('2026-06-01T10:00:00.007Z');
    const client = await world.client();
    const first = success(await create(world, client.id));
    expect(first.expiresAt).toBe('2026-06-01T12:00:00.007Z');
    clock.advance(minute);
    expect(success(await create(world, client.id))).toEqual(first);
  });

  test('is for staff who may look after the client', async () => {
    const cast = await makeCast();
    const prepare = async () => {
      const client = await cast.subject();
      await cast.world.order({ client, employees: [cast.working] });
      return client;
    };
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
      prepare,
      (client, { id }) => client.answer(MagicLinkCreate, { input: { clientId: id } }),
    );
  });
});
