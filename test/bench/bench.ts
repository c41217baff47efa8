/**
 * `npm run bench`: the engine against its goals, on 100 000 orders. What it reads is asked of both its paths and,
 * beside them, of hand-written statements.
 *
 *   --quick          a second or two per load, for a first impression
 *   --only           just these operations: --only order,dashboard
 *   --profile        where the processor time of the dashboard page goes, by package and function, instead of the table
 *   --reads plain    the path that --profile is about; the compiled one without it
 *   --strict         exit code 1 when a goal is missed
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { EmbeddedServer } from '../../src/database/embedded.ts';
import { type Child, memoryMb, resetPeakMemory } from './children.ts';
import { countStatements, directory, openCluster, removePlaced, settled } from './cluster.ts';
import { end, keep, runScript } from './lifetime.ts';
import { ask, closedLoad, openLoad, type Target } from './load.ts';
import { type Asked, assertSameAnswer, isCompiled, measureInTurn, prepare } from './measure.ts';
import {
  chosen,
  createTarget,
  engineTargets,
  handwrittenTargets,
  type OperationName,
  operationTitles,
  pageTarget,
  type ReadName,
  readNames,
} from './operations.ts';
import { measurePaying } from './paying.ts';
import { createProfiler } from './profile.ts';
import { goals, type Measured, type Results, resultTable } from './report.ts';
import { measureReports } from './reporting.ts';
import { type ServerName, serverTitles, serving, startEngine, startHandwritten } from './servers.ts';
import { goalLines } from './table.ts';

type Seconds = { warmUp: number; closed: number; open: number };
const full: Seconds = { warmUp: 5, closed: 5, open: 5 };
const quick: Seconds = { warmUp: 1, closed: 1, open: 2 };

const say = (line: string) => console.log(line);

/** `npm start` on the data that is there already: the database starts, is checked, and the server answers. */
async function timeStart(): Promise<number> {
  const child = await startEngine({ DATA_DIRECTORY: directory });
  await end(child);
  return child.readyMs;
}

/**
 * Statements per request, from a few requests one after the other; the queue's own now and then don't count. An answer may
 * be there a little before its transaction has ended.
 */
async function statementsOf(cluster: EmbeddedServer, target: Target, settleMs = 50): Promise<number> {
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

/** One operation on each of the servers that are asked for it. */
async function measure<Name extends ServerName>(
  cluster: EmbeddedServer,
  name: OperationName,
  asked: Record<Name, Asked>,
  seconds: Seconds,
): Promise<Record<Name, Measured>> {
  process.stdout.write(`${operationTitles[name].trim()} … `);
  const servers = Object.entries<Asked>(asked) as [Name, Asked][];
  const fixed = {} as Record<Name, { bytes: number; statements: number }>;
  for (const [server, { child, target }] of servers) {
    const bytes = Buffer.byteLength(await ask(target));
    resetPeakMemory(child.pid);
    await closedLoad(target, seconds.warmUp);
    // What announces an event is done when the event is delivered.
    fixed[server] = { bytes, statements: await statementsOf(cluster, target, name === 'orderCreate' ? 300 : 50) };
  }
  const inTurn = await measureInTurn(asked, seconds.closed);
  say(servers.map(([server]) => `${serverTitles[server]} ${inTurn[server].closed.perSecond.toFixed(0)}/s`).join(', '));
  const results = {} as Record<Name, Measured>;
  for (const [server, { child, target }] of servers) {
    const openRate = Math.max(1, inTurn[server].closed.perSecond / 2);
    const open = await openLoad(target, openRate, seconds.open);
    const peakMb = memoryMb(child.pid).peak;
    results[server] = { ...inTurn[server], ...fixed[server], open, openRate, peakMb };
  }
  return results;
}

async function profile(cluster: EmbeddedServer, reads: 'compiled' | 'plain', seconds: Seconds): Promise<void> {
  const profiler = createProfiler();
  const engine = await startEngine(serving(cluster), reads, profiler.nodeOptions);
  const { access } = await prepare(cluster, engine);
  const target = pageTarget(access(engine));
  await closedLoad(target, seconds.warmUp);
  await profiler.during(async () => (await closedLoad(target, seconds.closed)).requests);
  await end(engine);
  say(profiler.report());
}

async function compare(
  cluster: EmbeddedServer,
  readyMs: number,
  names: readonly OperationName[],
  seconds: Seconds,
): Promise<boolean> {
  const engine = await startEngine(serving(cluster), 'compiled');
  const idleMb = memoryMb(engine.pid).now;
  const plain = await startEngine(serving(cluster), 'plain');
  const peer = await startHandwritten(cluster);
  const { subjects, access } = await prepare(cluster, engine);
  const targets = {
    compiled: engineTargets(access(engine), subjects),
    plain: engineTargets(access(plain), subjects),
    handwritten: handwrittenTargets(access(peer), subjects),
  };
  const bySize = async (child: Child) => ({
    small: await statementsOf(cluster, pageTarget(access(child), { first: 5 })),
    large: await statementsOf(cluster, pageTarget(access(child), { first: 50 })),
  });
  const statements = { compiled: await bySize(engine), plain: await bySize(plain) };

  const results: Results = { reads: {} };
  const fallbacks: ReadName[] = [];
  for (const name of readNames.filter((read) => names.includes(read))) {
    const asked = {
      compiled: { child: engine, target: targets.compiled[name] },
      plain: { child: plain, target: targets.plain[name] },
      handwritten: { child: peer, target: targets.handwritten[name] },
    };
    await assertSameAnswer(asked.compiled.target, asked.plain.target);
    await assertSameAnswer(asked.compiled.target, asked.handwritten.target);
    if (!(await isCompiled(asked.compiled))) fallbacks.push(name);
    results.reads[name] = await measure(cluster, name, asked, seconds);
  }
  await end(peer);
  // Two workers would share the delivery of the events.
  await end(plain);
  if (names.includes('dashboard')) results.reporting = await measureReports(access(engine));
  if (names.includes('orderCreate')) {
    const compiled = { child: engine, target: createTarget(access(engine), subjects) };
    results.orderCreate = await measure(cluster, 'orderCreate', { compiled }, seconds);
    say('Invoices are marked paid.');
    results.paying = await measurePaying(cluster, access(engine), subjects);
  }
  await end(engine);

  const found = goals({ results, fallbacks, statements, idleMb, readyMs });
  say(
    `\n${resultTable(results)}\n\nCPU and SQL are per request; closed load over 10 connections, the better of two rounds.\n`,
  );
  say(goalLines(found));
  return found.every(({ met }) => met);
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      profile: { type: 'boolean', default: false },
      reads: { type: 'string', default: 'compiled' },
      strict: { type: 'boolean', default: false },
    },
  });
  const { reads } = values;
  if (reads !== 'compiled' && reads !== 'plain') throw new Error(`--reads takes compiled or plain, not ${reads}.`);
  const names = chosen<OperationName>([...readNames, 'orderCreate'], values.only);
  const seconds = values.quick ? quick : full;

  const filled = keep(await openCluster(say));
  await end(filled);
  const readyMs = await timeStart();
  const cluster = keep(await openCluster(say));
  // An earlier run may have been interrupted.
  await removePlaced(cluster);
  if (values.profile) {
    await profile(cluster, reads, seconds);
    return true;
  }
  const met = await compare(cluster, readyMs, names, seconds);
  await removePlaced(cluster);
  return met || !values.strict;
}

await runScript(main);
