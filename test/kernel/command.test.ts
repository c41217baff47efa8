import { describe, expect, test } from 'vitest';
import { act, command } from '../../src/kernel/command.ts';
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
