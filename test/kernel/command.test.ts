import { describe, expect, test } from 'vitest';
import { act, command, saga } from '../../src/kernel/command.ts';
import { countStatements } from '../../src/kernel/db.ts';
import { ForbiddenError, InvalidInputError, UnauthenticatedError } from '../../src/kernel/errors.ts';
import { emit } from '../../src/kernel/events.ts';
import { systemViewer } from '../../src/kernel/viewer.ts';
import { unchanged } from '../kit/expect.ts';
import { anonymous, viewerOf } from '../kit/viewers.ts';
import { makeWorld, type World } from '../kit/world.ts';

/** A command that makes a tag, and then does whatever the test wants to go wrong. */
function tagging(
  world: World,
  name: string,
  then: (tx: Parameters<Parameters<typeof command>[1]>[0], attempt: number) => Promise<unknown>,
) {
  let attempts = 0;
  const verb = command(
    'tags.create',
    async (tx) => {
      attempts += 1;
      const tag = await tx.tag.create({ data: { organizationId: world.organizationId, name }, select: { id: true } });
      await emit(tx, 'tag.created', { tag: tag.id });
      await then(tx, attempts);
      return tag;
    },
    { tags_organization_id_lower_name_key: { path: ['name'], code: 'TAKEN', message: 'Taken.' } },
  );
  return { verb, attempts: () => attempts };
}

const raise = (code: string) => `do $$ begin raise exception using errcode = '${code}'; end $$`;

describe('act()', () => {
  test('asks for the permission before it touches the database', async () => {
    const world = await makeWorld();
    const { verb, attempts } = tagging(world, 'x', async () => {});
    const client = await world.client();
    const { statements } = await countStatements(async () => {
      await expect(act(world.tools, anonymous, verb, {})).rejects.toThrow(UnauthenticatedError);
      await expect(act(world.tools, viewerOf(client), verb, {})).rejects.toThrow(ForbiddenError);
    });
    expect({ statements, attempts: attempts() }).toEqual({ statements: 0, attempts: 0 });
  });

  test('lets the engine itself do everything in its organization', async () => {
    const world = await makeWorld();
    const { verb } = tagging(world, 'by the system', async () => {});
    await act(world.tools, systemViewer(world.organizationId), verb, {});
    expect((await world.logs()).at(-1)).toMatchObject({ entity: 'TAG', actorKind: 'SYSTEM', actorId: null });
  });

  test('keeps rows, events and log lines together, or none of them', async () => {
    const world = await makeWorld();
    const { verb } = tagging(world, 'x', async () => {
      throw new Error('changed my mind');
    });
    await unchanged(world, async () => {
      await expect(act(world.tools, viewerOf(world.admin), verb, {})).rejects.toThrow('changed my mind');
    });
  });

  test.each([
    ['a deadlock', '40P01'],
    ['a serialization failure', '40001'],
  ])('tries again after %s, as often as three times', async (_, code) => {
    const world = await makeWorld();
    const twice = tagging(world, 'second try', (tx, attempt) =>
      attempt < 3 ? tx.$executeRawUnsafe(raise(code)) : Promise.resolve(),
    );
    await act(world.tools, viewerOf(world.admin), twice.verb, {});
    expect(twice.attempts()).toBe(3);
    expect((await world.events()).map(({ type }) => type)).toEqual(['tag.created']);

    const always = tagging(world, 'never', (tx) => tx.$executeRawUnsafe(raise(code)));
    await expect(act(world.tools, viewerOf(world.admin), always.verb, {})).rejects.toThrow();
    expect(always.attempts()).toBe(3);
    expect(await world.rows.tag.count({ where: { organizationId: world.organizationId } })).toBe(1);
  });

  test('survives a real deadlock of two', async () => {
    const world = await makeWorld();
    const [a, b] = [await world.tag('a'), await world.tag('b')];
    const meet = Promise.withResolvers<void>();
    let waiting = 0;
    const crossing = (first: string, second: string) =>
      command('tags.update', async (tx) => {
        await tx.tag.update({ where: { id: first }, data: { name: `${first} first` } });
        waiting += 1;
        if (waiting === 2) meet.resolve();
        await meet.promise;
        await tx.tag.update({ where: { id: second }, data: { name: `${second} second` } });
        return { id: first };
      });
    await Promise.all([
      act(world.tools, viewerOf(world.admin), crossing(a.id, b.id), {}),
      act(world.tools, viewerOf(world.admin), crossing(b.id, a.id), {}),
    ]);
    // One of them lost, once at least, and tried again.
    expect(waiting).toBeGreaterThanOrEqual(3);
    const names = await world.rows.tag.findMany({ where: { id: { in: [a.id, b.id] } }, select: { name: true } });
    expect(names.every(({ name }) => /(first|second)$/.test(name))).toBe(true);
  });

  test('does not repeat what is not the database’s choice', async () => {
    const world = await makeWorld();
    const { verb, attempts } = tagging(world, 'x', (tx) => tx.$executeRawUnsafe(raise('22012')));
    await expect(act(world.tools, viewerOf(world.admin), verb, {})).rejects.toThrow();
    expect(attempts()).toBe(1);
  });

  test('tells a unique index that the command names as an issue, and no other', async () => {
    const world = await makeWorld();
    await world.tag('Taken');
    const { verb } = tagging(world, 'TAKEN', async () => {});
    const refused = await unchanged(world, () =>
      act(world.tools, viewerOf(world.admin), verb, {}).catch((error: unknown) => error),
    );
    expect(refused).toBeInstanceOf(InvalidInputError);
    expect((refused as InvalidInputError).issues).toEqual([{ path: ['name'], code: 'TAKEN', message: 'Taken.' }]);

    const unnamed = command('tags.create', (tx) =>
      tx.tag.create({ data: { organizationId: world.organizationId, name: 'taken' } }),
    );
    const unexpected = await act(world.tools, viewerOf(world.admin), unnamed, {}).catch((error: unknown) => error);
    expect(unexpected).not.toBeInstanceOf(InvalidInputError);
  });
});

describe('a saga', () => {
  const names = (world: World) =>
    world.rows.tag.findMany({
      where: { organizationId: world.organizationId },
      orderBy: { id: 'asc' },
      select: { name: true },
    });

  test('is one verb of several transactions, with nothing held open between them', async () => {
    const world = await makeWorld();
    const [first, second] = [tagging(world, 'first', async () => {}), tagging(world, 'second', async () => {})];
    let seen: unknown;
    const verb = saga('tags.create', async (tools, viewer, input: { word: string }) => {
      await act(tools, viewer, first.verb, {});
      // What stands for a call to somebody else: others see what is done so far.
      seen = await names(world);
      const { id } = await act(tools, viewer, second.verb, {});
      return { id, word: input.word };
    });
    const { result, statements } = await countStatements(() =>
      act(world.tools, viewerOf(world.admin), verb, { word: 'x' }),
    );
    expect(result.word).toBe('x');
    expect(seen).toEqual([{ name: 'first' }]);
    expect(await names(world)).toEqual([{ name: 'first' }, { name: 'second' }]);
    // begin, insert, announce, commit: twice.
    expect(statements).toBe(8);
  });

  test('asks for its permission before it does anything, and each of its commands for its own', async () => {
    const world = await makeWorld();
    let begun = 0;
    const verb = saga('tags.create', async (tools, viewer) => {
      begun += 1;
      return await act(
        tools,
        viewer,
        command('tags.delete', async () => ({})),
        {},
      );
    });
    const narrow = { ...viewerOf(world.admin), permissions: { 'tags.create': 3 as const } };
    await expect(act(world.tools, { ...narrow, permissions: {} }, verb, {})).rejects.toThrow(ForbiddenError);
    expect(begun).toBe(0);
    await expect(act(world.tools, narrow, verb, {})).rejects.toThrow('The permission tags.delete is needed.');
    expect(begun).toBe(1);
  });

  test('that fails keeps what was done before, and is not tried again as a whole', async () => {
    const world = await makeWorld();
    const { verb: tag } = tagging(world, 'kept', async () => {});
    const failing = tagging(world, 'never', (tx) => tx.$executeRawUnsafe(raise('40001')));
    const verb = saga('tags.create', async (tools, viewer) => {
      await act(tools, viewer, tag, {});
      return await act(tools, viewer, failing.verb, {});
    });
    await expect(act(world.tools, viewerOf(world.admin), verb, {})).rejects.toThrow();
    expect(await names(world)).toEqual([{ name: 'kept' }]);
    // The transaction was, and in vain.
    expect(failing.attempts()).toBe(3);
  });
});
