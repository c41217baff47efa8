/**
 * `npm run bench`: the engine against its goals, and beside a hand-written statement, on 100 000 orders.
 *
 *   --quick    2 seconds per load, for a first impression
 *   --only     just these operations: --only dashboard,handwritten
 *   --profile  where the processor time of the dashboard page goes, by package and function, instead of the table
 *   --strict   exit code 1 when a goal is missed
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import type { EmbeddedServer } from '../../src/database/embedded.ts';
import { type Child, cpuMs, memoryMb, resetPeakMemory, startChild } from './children.ts';
import {
  countStatements,
  cursorAfter,
  directory,
  findSubjects,
  openCluster,
  readToken,
  removePlaced,
  settled,
} from './cluster.ts';
import { ask, closedLoad, openLoad, type Target } from './load.ts';
import { descriptions, type OperationName, operationNames, pageTarget, targetsOf } from './operations.ts';
import { createProfiler } from './profile.ts';
import { goalLines, goals, type Measured, type Results, table } from './report.ts';

const poolSize = 10;

type Seconds = { warmUp: number; closed: number; open: number };
const full: Seconds = { warmUp: 12, closed: 8, open: 8 };
const quick: Seconds = { warmUp: 1, closed: 2, open: 2 };

const say = (line: string) => console.log(line);

// What was started, to be stopped in the opposite order on every way out.
const started: { stop(): Promise<void> }[] = [];

async function stopAll(): Promise<void> {
  for (;;) {
    const last = started.pop();
    if (!last) return;
    await last.stop();
  }
}

async function stopLast(): Promise<void> {
  await started.pop()?.stop();
}

function keep<Started extends { stop(): Promise<void> }>(one: Started): Started {
  started.push(one);
  return one;
}

/** The server as `npm start` runs it, with the same flags of Node's. */
async function startServer(env: Record<string, string>, moreOptions: string[] = []): Promise<Child> {
  const script = 'src/server.ts';
  const flags = new RegExp(`\\bnode (.*)${script}`).exec(packageJson.scripts.start)?.[1];
  if (flags === undefined) throw new Error(`The start script does not run ${script} any more.`);
  const nodeOptions = [...flags.split(' ').filter(Boolean), ...moreOptions];
  return keep(await startChild({ script, env, nodeOptions, probe: '/readyz' }));
}

/** `npm start` on the data that is there already: the database starts, is checked, and the server answers. */
async function timeStart(): Promise<number> {
  const child = await startServer({ DATA_DIRECTORY: directory });
  await stopLast();
  return child.readyMs;
}

function serving(cluster: EmbeddedServer): Record<string, string> {
  return { DATABASE_URL: cluster.appUrl, DATABASE_POOL_SIZE: String(poolSize), NODE_ENV: 'production' };
}

async function startPeer(cluster: EmbeddedServer): Promise<Child> {
  return keep(await startChild({ script: 'test/bench/handwritten.ts', env: serving(cluster), probe: '/' }));
}

/** Statements per request, from a few requests one after the other; the queue's own now and then don't count. */
async function statementsOf(cluster: EmbeddedServer, target: Target, settleMs = 0): Promise<number> {
  const each = 10;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round += 1) {
    await settled(cluster);
    const before = await countStatements(cluster);
    for (let turn = 0; turn < each; turn += 1) await ask(target);
    await sleep(settleMs);
    await settled(cluster);
    least = Math.min(least, ((await countStatements(cluster)) - before) / each);
  }
  return least;
}

async function measure(
  cluster: EmbeddedServer,
  name: OperationName,
  target: Target,
  pid: number,
  seconds: Seconds,
): Promise<Measured> {
  process.stdout.write(`${descriptions[name].trim()} … `);
  const bytes = Buffer.byteLength(await ask(target));
  resetPeakMemory(pid);
  await closedLoad(target, seconds.warmUp);
  // What announces an event is done when the event is delivered.
  const statements = await statementsOf(cluster, target, name === 'orderCreate' ? 300 : 0);
  const cpuBefore = cpuMs(pid);
  const closed = await closedLoad(target, seconds.closed);
  const cpu = (cpuMs(pid) - cpuBefore) / closed.requests;
  const openRate = Math.max(1, closed.perSecond / 2);
  const open = await openLoad(target, openRate, seconds.open);
  say(`${closed.perSecond.toFixed(0)} requests/s`);
  return { closed, open, openRate, cpuMs: cpu, peakMb: memoryMb(pid).peak, statements, bytes };
}

/** Who is faster by answering something else has not won. */
async function assertSameAnswer(engine: Target, peer: Target): Promise<void> {
  const [ours, theirs] = await Promise.all([ask(engine), ask(peer)]);
  assert.deepEqual(JSON.parse(theirs), JSON.parse(ours), 'The hand-written answer differs from the engine’s.');
}

async function prepare(cluster: EmbeddedServer, engine: Child, peer: Child | null) {
  const servers = { engine: engine.url, peer: peer?.url ?? '' };
  const token = readToken();
  const { deepRow, ...subjects } = await findSubjects(cluster);
  const firstPage = JSON.parse(await ask(pageTarget(servers, token)));
  const deepCursor = cursorAfter(deepRow, firstPage.data.orders.pageInfo.endCursor);
  const targets = targetsOf(servers, token, { ...subjects, deepCursor });
  return { targets, page: (first: number) => pageTarget(servers, token, { first }) };
}

async function profile(cluster: EmbeddedServer, seconds: Seconds): Promise<void> {
  const profiler = createProfiler();
  const engine = await startServer(serving(cluster), profiler.nodeOptions);
  const { targets } = await prepare(cluster, engine, null);
  await closedLoad(targets.dashboard, seconds.warmUp);
  await profiler.during(async () => (await closedLoad(targets.dashboard, seconds.closed)).requests);
  await stopLast();
  say(profiler.report());
}

async function compare(
  cluster: EmbeddedServer,
  readyMs: number,
  names: readonly OperationName[],
  seconds: Seconds,
): Promise<boolean> {
  const engine = await startServer(serving(cluster));
  const idleMb = memoryMb(engine.pid).now;
  const peer = await startPeer(cluster);
  const { targets, page } = await prepare(cluster, engine, peer);
  await assertSameAnswer(targets.dashboard, targets.handwritten);
  const statementsBySize = {
    small: await statementsOf(cluster, page(5)),
    large: await statementsOf(cluster, page(50)),
  };
  const results: Results = {};
  for (const name of names) {
    const { pid } = name === 'handwritten' ? peer : engine;
    results[name] = await measure(cluster, name, targets[name], pid, seconds);
  }
  const found = goals({ results, statementsBySize, idleMb, readyMs });
  say(`\n${table(results)}\n\nCPU and SQL are per request; closed load over 10 connections.\n\n${goalLines(found)}`);
  await stopLast();
  await stopLast();
  return found.every(({ met }) => met);
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
    },
  });
  const asked = values.only?.split(',');
  const unknown = asked?.find((name) => !operationNames.includes(name as OperationName));
  if (unknown !== undefined) throw new Error(`--only takes some of ${operationNames.join(',')}, not ${unknown}.`);
  const names = operationNames.filter((name) => asked?.includes(name) ?? true);
  const seconds = values.quick ? quick : full;

  keep(await openCluster(say));
  await stopLast();
  const readyMs = await timeStart();
  const cluster = keep(await openCluster(say));
  // An earlier run may have been interrupted.
  await removePlaced(cluster);
  let met = true;
  if (values.profile) {
    await profile(cluster, seconds);
  } else {
    met = await compare(cluster, readyMs, names, seconds);
    await removePlaced(cluster);
  }
  return met || !values.strict;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().finally(() => process.exit(1)));
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  await stopAll();
}
