import assert from 'node:assert/strict';
import type { EmbeddedServer } from '../../src/database/embedded.ts';
import { type Child, cpuMs } from './children.ts';
import { cursorAfter, findSubjects, readToken, type Subjects } from './cluster.ts';
import type { Answered } from './goals.ts';
import { ask, closedLoad, type Target } from './load.ts';
import { type Access, pageTarget } from './operations.ts';

export type Prepared = { subjects: Subjects; access(server: Child): Access };

/** What the operations are about, and how the servers are asked. The engine says what its cursors look like. */
export async function prepare(cluster: EmbeddedServer, engine: Child): Promise<Prepared> {
  const token = readToken();
  const access = ({ url }: Child) => ({ url, token });
  const { deepRow, ...subjects } = await findSubjects(cluster);
  const firstPage = JSON.parse(await ask(pageTarget(access(engine))));
  const deepCursor = cursorAfter(deepRow, firstPage.data.orders.pageInfo.endCursor);
  return { subjects: { ...subjects, deepCursor }, access };
}

/** A server's process, and what it is asked. */
export type Asked = { child: Child; target: Target };

/**
 * A closed load on each server in turn, and again on the way back: what disturbs the machine for a while disturbs them
 * all. The better round of each counts.
 */
export async function measureInTurn<Name extends string>(
  asked: Record<Name, Asked>,
  seconds: number,
): Promise<Record<Name, Answered>> {
  const best: Partial<Record<Name, Answered>> = {};
  const names = Object.keys(asked) as Name[];
  for (const name of [...names, ...names.toReversed()]) {
    const measured = await measureClosed(asked[name], seconds);
    const known = best[name];
    if (!known || measured.closed.perSecond > known.closed.perSecond) best[name] = measured;
  }
  return best as Record<Name, Answered>;
}

async function measureClosed({ child, target }: Asked, seconds: number): Promise<Answered> {
  const before = cpuMs(child.pid);
  const closed = await closedLoad(target, seconds);
  return { closed, cpuMs: (cpuMs(child.pid) - before) / closed.requests };
}

/** Whether the engine answers it with a compiled statement, by its own count. */
export async function isCompiled({ child, target }: Asked): Promise<boolean> {
  const count = async () => {
    const metrics = await (await fetch(`${child.url}/metrics`)).text();
    return Number(/^service_engine_reads_total\{path="compiled"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
  };
  const before = await count();
  await ask(target);
  return (await count()) > before;
}

/** Who is faster by answering something else has not won. `contents` takes what is comparable from the answers. */
export async function assertSameAnswer(
  expected: Target,
  actual: Target,
  contents: { expected: Content; actual: Content } = { expected: JSON.parse, actual: JSON.parse },
): Promise<void> {
  const [wanted, got] = await Promise.all([ask(expected), ask(actual)]);
  try {
    assert.deepEqual(contents.actual(got), contents.expected(wanted));
  } catch (error) {
    const where = `${actual.url}${actual.requests[0]?.path} answers something else than ${expected.url}.`;
    throw new Error(`${where}\n${(error as Error).message}`);
  }
}

type Content = (answer: string) => unknown;
